"""Runs that go well: shards once each, arrays larger than the cluster takes, tasks that stop and come back."""

from __future__ import annotations

import re

from cluster.case import Case
from cluster.running import until


class Runs(Case):
    def test_plain_run(self) -> None:
        run = self.fake("it's a \"run\" 100%A")
        told = run.call("submit")
        self.assertIn("extract: 6 of 6 shards in 6 tasks and 1 array, then the whole\nreduce: one job\n", told)
        told = run.complete()
        self.assertRegex(told, r"extract +6 of 6 +0 +0 +0 +done +\d s \(0 %\) +\d+ MB \(\d+ %\)")
        self.assertEqual(run.times(), [1] * 6)
        record = run.record("extract-3")
        self.assertEqual((record["code"], record["attempt"], record["asked"]["megabytes"]), (0, 1, 100))
        self.assertGreater(record["peak"], 5)
        logs = sorted(path.name for path in (run.folder / "cluster/logs").iterdir())
        self.assertIn(f"extract-{record['job']}_3.log", logs)
        self.assertEqual(run.call("submit"), "The run is complete; there is nothing to submit.\n")

    def test_stages_that_are_done_are_left_out(self) -> None:
        run = self.fake(shards=3, seconds=0.1)
        run.call("submit")
        run.complete()
        (run.folder / "render").unlink()
        (run.folder / "render.parts/shard-00001-of-00003").unlink()
        # The record says that the shard is there: for a minute it is waited for, as on a slow file system.
        told = run.call("submit", changed="visible.PATIENCE = 1")
        self.assertIn("extract: done\nreduce: done\nrender: 1 of 3 shards in 1 task and 1 array", told)
        run.complete()
        self.assertEqual([run.times()[0], *run.times("render")], [1, 1, 2, 1])

    def test_more_shards_than_an_array_may_have(self) -> None:
        run = self.fake(shards=55, seconds=0.2, throttle=5)
        self.assertIn("55 tasks and 2 arrays", run.call("submit"))
        most = 0

        def ended() -> bool:
            nonlocal most
            queued = run.queued()
            most = max(most, sum(entry[2] == "RUNNING" for entry in queued))
            return not queued

        self.cluster.wait_until(ended, "the run has ended", 120)
        run.complete()
        self.assertEqual(run.times(), [1] * 55)
        self.assertLessEqual(most, 5)
        self.assertGreater(most, 1)

    def test_chunks_wait_for_each_other_where_the_throttle_is_small(self) -> None:
        run = self.fake(shards=6, seconds=0.2, throttle=2)
        run.call("submit", changed="slurm.largest_array = lambda: 2")
        told = self.cluster.call("scontrol", "--oneliner", "show", "job", str(run.jobs()[2]))
        self.assertIn(f"Dependency=afterany:{run.jobs()[0]}_*", told)
        run.complete()
        self.assertEqual(run.times(), [1] * 6)

    def test_a_task_that_is_told_to_stop_comes_back(self) -> None:
        run = self.fake(shards=6, seconds=0.2, shards_per_task=3)
        run.tell("extract-1", "sleep 60")
        run.call("submit")
        run.wait_until_told("extract-1")
        job = run.record("extract-1")["job"]
        self.cluster.call("scancel", "--signal=TERM", f"{job}_0")
        run.complete()
        record = run.record("extract-1")
        self.assertEqual((record["attempt"], record["restarts"]), (2, 1))
        # Shard 0 was done in the first start of the task, and is not made again in the second.
        self.assertEqual(run.times(), [1] * 6)
        log = (run.folder / f"cluster/logs/extract-{job}_0.log").read_text()
        for line in ("saved\n", "atlas: told to stop"):
            self.assertIn(line, log)
        self.assertRegex(log, r"(?s)extract-1, attempt 1.*back into the queue.*extract-1, attempt 2")

    def test_the_environment_of_who_submits_does_not_matter(self) -> None:
        poison = self.folder / "poison"
        poison.mkdir()
        (poison / "json.py").write_text("raise SystemExit('a json of another kind')")
        (poison / "rc").write_text("exit 9")
        run = self.fake(shards=2, seconds=0.1)
        inside = {
            "SBATCH_ARRAY_INX": "7-9", "SBATCH_TIMELIMIT": "0:01", "SBATCH_EXPORT": "ALL", "SLURM_MEM_PER_CPU": "5",
            "SLURM_MEM_PER_NODE": "7", "SLURM_CPUS_PER_TASK": "64", "SLURM_NTASKS": "9", "SLURM_JOB_ID": "12345",
            "SQUEUE_FORMAT": "%i", "SQUEUE_STATES": "COMPLETED", "SRUN_CPUS_PER_TASK": "3", "SLURM_EXPORT_ENV": "NIL",
            "BASH_ENV": str(poison / "rc"), "OMP_NUM_THREADS": "77",
        }
        # What the commands of stages see here is theirs; PYTHONPATH and BASH_ENV must not reach the nodes.
        run.call("submit", **{name: value for name, value in inside.items() if name != "BASH_ENV"})
        self.cluster.wait_until(lambda: not run.queued(), "the queue is empty")
        told = run.call("status", **{name: value for name, value in inside.items() if name != "BASH_ENV"})
        self.assertIn("The run is complete.", told)
        (run.folder / "render").unlink()
        (run.folder / "settings.conf").write_text(
            (run.folder / "settings.conf").read_text()
            + 'setup = test -z "${PYTHONPATH:-}${POISON:-}" -a "$GIVEN" = "a b" || exit 8\nenvironment = PATH GIVEN\n')
        run.call("submit", POISON="1", GIVEN="a b")
        run.complete()

    def test_status_while_it_runs(self) -> None:
        run = self.fake(shards=12, seconds=1.5)
        run.call("submit")
        until(lambda: sum(run.times()) >= 3)
        told = ""

        def at_work() -> bool:
            nonlocal told
            told = run.call("status")
            return "At work: extract." in told

        until(at_work)
        match = re.search(r"extract +(\d+) of 12 +(\d+) +(\d+) +0 +pending +(\d+ s) ", told)
        self.assertIsNotNone(match, told)
        self.assertEqual(sum(int(match.group(number)) for number in (1, 2, 3)), 12)
        self.assertIn("jobs of this run are in the queue already", run.call("submit", code=1))
        self.assertIn("are still in the queue", run.call("resume", code=1))
        run.complete()

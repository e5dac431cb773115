"""Runs in which something breaks: each is explained by status, and mended by Slurm or by resume."""

from __future__ import annotations

import signal

from cluster.case import Case, alone
from cluster.processes import of_folder, send, words_of
from cluster.running import Fake

NO_REQUEUE = """command = submission.command
submission.command = lambda *given: [{"--requeue": "--no-requeue"}.get(word, word) for word in command(*given)]"""


class Failures(Case):
    def mended(self, run: Fake, *lines: str) -> None:
        """What resume says, then the end of the run, for which every shard was made once."""
        told = run.call("resume")
        for line in lines:
            self.assertIn(line, told)
        run.complete()
        self.assertEqual(run.times(), [1] * run.shards)

    def broken(self, run: Fake, *lines: str) -> str:
        """Waits until the queue is empty; what status says, which holds these lines."""
        run.wait(150)
        told = run.call("status", code=3)
        for line in lines:
            self.assertIn(line, told)
        self.assertIn("make resume submits it again", told)
        return told

    def test_program_that_fails(self) -> None:
        run = self.fake()
        run.tell("extract-2", "fail 3")
        run.call("submit")
        told = self.broken(run, "extract shard 2: its program ended with exit code 3", "| this shard is told to fail")
        self.assertRegex(told, r"extract +5 of 6 +0 +0 +1 +failed")
        self.assertNotIn("render shard", told)  # which waits, and has nothing to explain
        self.mended(run, "extract: 1 of 6 shards in 1 task and 1 array")

    def test_whole_that_fails(self) -> None:
        run = self.fake(shards=2)
        run.tell("extract-whole", "fail 4")
        run.call("submit")
        self.broken(run, "extract whole: its program ended with exit code 4")
        self.mended(run, "extract: the whole\nreduce: one job\nrender: 3 of 3")

    def test_out_of_memory(self) -> None:
        run = self.fake()
        run.tell("extract-1", "memory 300")
        run.call("submit")
        text = "extract shard 1: ended for lack of memory: 100 MB were asked for"
        self.broken(run, text, "exceeded memory limit")
        # The same without scontrol and sacct: from record and log.
        self.assertIn(text, run.call("status", code=3, PATH=self.commands_only("squeue")))
        self.mended(run, "extract: memory was short; 150 MB instead of 100 MB", "extract: 1 of 6 shards")
        self.assertEqual(run.record("extract-1")["asked"]["megabytes"], 150)
        self.assertEqual(run.record("reduce-whole")["asked"]["megabytes"], 100)

    def test_time_limit(self) -> None:
        run = self.fake(shards=3, time="1")
        run.tell("extract-1", "deaf 300")
        run.call("submit")
        text = "extract shard 1: ended by its time limit of 1 min"
        self.broken(run, text)
        # Also where Slurm has forgotten it: by the log.
        self.assertIn(text, run.call("status", code=3, PATH=self.commands_only("squeue")))
        self.mended(run, "extract: time was short; 2 min instead of 1 min")
        self.assertEqual(run.record("extract-1")["asked"]["minutes"], 2)

    def test_task_that_is_cancelled(self) -> None:
        run = self.fake()
        run.tell("extract-4", "sleep 60")
        run.call("submit")
        run.wait_until_told("extract-4")
        self.cluster.call("scancel", f"{run.record('extract-4')['job']}_4")
        self.broken(run, "extract shard 4: told to stop: cancelled")
        self.mended(run, "extract: 1 of 6 shards")

    def test_task_that_is_cancelled_before_it_starts(self) -> None:
        run = self.fake(shards=3, throttle=1)
        run.tell("extract-0", "sleep 3")
        run.call("submit")
        run.wait_for("extract-0")
        self.cluster.call("scancel", f"{run.record('extract-0')['job']}_2")
        self.broken(run, "extract shard 2: left the queue before it began, as when it is cancelled")
        self.mended(run, "extract: 1 of 3 shards")

    def test_processes_that_are_killed(self) -> None:
        run = self.fake(shards=4)
        run.tell("extract-3", "sleep 60")
        run.call("submit")
        run.wait_until_told("extract-3")
        job = run.record("extract-3")["job"]
        marks = {b"SLURM_ARRAY_TASK_ID=3", b"SLURM_ARRAY_JOB_ID=%d" % job}
        for process in of_folder(self.cluster.folder):
            if marks <= set(words_of(process, "environ")) and b"python" in b" ".join(words_of(process, "cmdline")[:1]):
                send(process, signal.SIGKILL)
        told = self.broken(run, "extract shard 3: ")
        self.assertRegex(told, "extract shard 3: (ended without a trace on n|its program was ended by SIGKILL)")
        self.mended(run, "extract: 1 of 4 shards")

    @alone
    def test_nodes_that_are_killed(self) -> None:
        queued_again, given_up = self.fake("queued-again", shards=4), self.fake("given-up", shards=4)
        for run in (queued_again, given_up):
            run.tell("extract-0", "sleep 60")
            run.call("submit", changed=NO_REQUEUE if run is given_up else "")
            run.wait_until_told("extract-0")
        killed = sorted({run.record("extract-0")["host"] for run in (queued_again, given_up)})
        for node in killed:
            self.cluster.kill_node(node)
        try:
            queued_again.complete()
            record = queued_again.record("extract-0")
            self.assertEqual((record["restarts"], record["attempt"]), (1, 2))
            self.assertNotIn(record["host"], killed)
            self.assertEqual(queued_again.times(), [1] * 4)
            self.assertRegex(self.broken(given_up), r"extract shard 0.*: ended with its node n\d")
        finally:
            for node in killed:
                self.cluster.start_node(node)
        self.mended(given_up)
        self.cluster.wait_until(lambda: set(killed) <= set(self.cluster.idle()), "the nodes are idle")

    @alone
    def test_preempted_tasks_come_back(self) -> None:
        low = self.fake("low", shards=8, seconds=3)
        low.call("submit")
        low.wait_for(*(f"extract-{shard}" for shard in range(8)))
        high = self.fake("high", shards=2, cpus=2, partition="high")
        high.call("submit")
        high.complete()
        low.complete()
        self.assertEqual((low.times(), high.times()), ([1] * 8, [1] * 2))
        preempted = [shard for shard in range(8) if low.record(f"extract-{shard}")["restarts"] > 0]
        self.assertGreaterEqual(len(preempted), 2)
        job = low.record(f"extract-{preempted[0]}")["job"]
        self.assertIn("DUE TO PREEMPTION", (low.folder / f"cluster/logs/extract-{job}_{preempted[0]}.log").read_text())

    def test_task_that_stops_too_often(self) -> None:
        run = self.fake(shards=2, requeues=0)
        run.tell("extract-0", "sleep 60")
        run.call("submit")
        run.wait_until_told("extract-0")
        self.cluster.call("scancel", "--signal=TERM", f"{run.record('extract-0')['job']}_0")
        self.broken(run, "extract shard 0: told to stop, and not queued again", "stopped once")
        self.mended(run)

    def test_jobs_that_would_wait_for_ever(self) -> None:
        run = self.fake(shards=2)
        run.tell("extract-0", "fail 3")
        # As a cluster may be configured.
        run.call("submit", changed="command = submission.command; submission.command = lambda *given: "
                                   "[word for word in command(*given) if not word.startswith('--kill-on')]")
        # Slurm says so some time after the task has failed.
        def are_left() -> bool:
            reasons = [entry[3] for entry in run.queued() if entry[3] != "Dependency"]
            return bool(reasons) and all("Never" in reason for reason in reasons)

        self.cluster.wait_until(are_left, "only jobs that wait are left")
        self.assertIn("what waits for it will never run: make resume", run.call("status", code=3))
        self.mended(run, "cancelling", "extract: 1 of 2 shards")



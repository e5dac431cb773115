"""Tests of jobs, arrays and what waits for what: python3 -m unittest Scripts/tests/test_cluster_plan.py"""

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # no __pycache__ among the sources
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "Pipelines/slurm"))
from batch import Refused, acts, plan, slurm, stages, submission
from batch.settings import Request, Settings

STAGES = [
    {"name": "extract", "shards": 120, "shard": "shard $SHARD", "missing": "seq 0 119", "whole": "merge",
     "done": "false"},
    {"name": "reduce", "after": ["extract"], "whole": "reduce", "done": "false"},
    {"name": "render", "after": ["reduce"], "shards": 2, "shard": "render", "missing": "true", "whole": "join",
     "done": "false"},
]


def run_of(*entries, **more):
    return stages.run_of({"title": "t", "folder": "/out", "stages": list(entries), **more})


class Chunks(unittest.TestCase):
    def test_all_tasks_in_arrays_that_the_cluster_takes(self):
        for count in (0, 1, 49, 50, 51, 99, 100, 101, 1234):
            tasks = [(number,) for number in range(count)]
            parts = plan.chunks(tasks, 50)
            self.assertEqual([task for part in parts for task in part], tasks)
            self.assertEqual(len(parts), -(-count // 50))
            sizes = [len(part) for part in parts]
            self.assertTrue(all(0 < size <= 50 for size in sizes))
            self.assertLessEqual(max(sizes, default=0) - min(sizes, default=0), 1)

    def test_shards_of_a_task(self):
        request = Request(1, 1, 1, tasks=500)
        for count in (0, 1, 500, 501, 1000, 1001, 100_000):
            tasks = plan.grouped(range(count), request)
            self.assertEqual([shard for task in tasks for shard in task], list(range(count)))
            self.assertLessEqual(len(tasks), 500)
        self.assertEqual(plan.grouped([3, 5, 9], Request(1, 1, 1, shards_per_task=2)), [(3, 5), (9,)])

    def test_throttle_is_divided(self):
        self.assertEqual(plan.lanes(3, 0), [0, 0, 0])
        self.assertEqual(plan.lanes(3, 10), [3, 3, 4])
        for count in range(1, 12):
            for throttle in range(1, 30):
                shares = plan.lanes(count, throttle)
                side_by_side = min(count, throttle)
                self.assertEqual(sum(shares[:side_by_side]), throttle)
                self.assertGreaterEqual(min(shares), 1)
                # A chunk takes the place of the one that it waits for, and its share.
                self.assertTrue(all(shares[n] == shares[n - side_by_side] for n in range(side_by_side, count)))


class Jobs(unittest.TestCase):
    def jobs(self, wanted, throttle=0, largest=50):
        run = run_of(*STAGES)
        requests = {(stage.name, part): Request(60, 100, 1, throttle=throttle)
                    for stage in run.stages for part in ("shards", "whole")}
        return plan.plan(run, wanted, requests, largest)

    def test_what_waits_for_what(self):
        wanted = {"extract": plan.Wanted(tuple(range(120))), "reduce": plan.Wanted(), "render": plan.Wanted((0, 1))}
        jobs = {job.name: job for job in self.jobs(wanted)}
        self.assertEqual({name: job.after_ok for name, job in jobs.items()}, {
            "extract.0": (), "extract.1": (), "extract.2": (), "extract.whole": ("extract.0", "extract.1", "extract.2"),
            "reduce.whole": ("extract.whole",), "render.0": ("reduce.whole",), "render.whole": ("render.0",)})
        self.assertEqual([len(job.tasks) for job in jobs.values()], [40, 40, 40, 0, 0, 2, 0])

    def test_what_is_done_is_not_waited_for(self):
        jobs = self.jobs({"extract": plan.Wanted(), "render": plan.Wanted((1,))})
        self.assertEqual([(job.name, job.after_ok) for job in jobs], [
            ("extract.whole", ()), ("render.0", ()), ("render.whole", ("render.0",))])
        self.assertEqual(jobs[1].tasks, ((1,),))

    def test_more_chunks_than_the_throttle(self):
        jobs = self.jobs({"extract": plan.Wanted(tuple(range(120)))}, throttle=2, largest=30)
        self.assertEqual([(job.throttle, job.after_any) for job in jobs[:-1]],
                         [(1, ()), (1, ()), (1, ("extract.0",)), (1, ("extract.1",))])


class Commands(unittest.TestCase):
    def words(self, job, folder="/out", known=None):
        run = stages.run_of({"folder": folder, "stages": STAGES})
        return submission.command(run, job, Path(folder, "cluster/submissions/0001"), "mark", known or {})

    def test_array(self):
        job = plan.Job("extract.1", "extract", "shards", Request(90, 500, 4, ("--qos=a",)), ((1,), (2,)), 3,
                       ("a.whole", "b.whole"), ("extract.0",))
        words = self.words(job, "/o u/100%A", {"a.whole": "11", "b.whole": "12", "extract.0": "13"})
        for word in ("--parsable", "--array=0-1%3", "--dependency=afterok:11:12,afterany:13",
                     "--kill-on-invalid-dep=yes", "--time=90", "--mem=500M", "--cpus-per-task=4", "--signal=TERM@120",
                     "--requeue", "--export=NIL",
                     "--output=/o u/100%%A/cluster/logs/extract-%A_%a.log", "--open-mode=append", "--qos=a"):
            self.assertIn(word, words)
        self.assertEqual(words[-2:], ["/o u/100%A/cluster/submissions/0001", "extract.1"])

    def test_whole(self):
        words = self.words(plan.Job("extract.whole", "extract", "whole", Request(5, 500, 4)))
        self.assertFalse([word for word in words if word.startswith(("--array", "--dependency"))])
        self.assertIn("--output=/out/cluster/logs/extract-%j.log", words)
        self.assertIn("--signal=TERM@60", words)  # of five minutes

    def test_variables_that_would_sway_slurm(self):
        given = {"SBATCH_ARRAY_INX": "1", "SLURM_JOB_ID": "1", "SQUEUE_FORMAT": "x", "SRUN_CPUS_PER_TASK": "1",
                 "SBATCH_ACCOUNT": "mine", "SLURM_CONF": "/etc/slurm.conf", "PATH": "/bin"}
        with mock.patch.dict(os.environ, given, clear=True):
            self.assertEqual(slurm.environment(),
                             {"SBATCH_ACCOUNT": "mine", "SLURM_CONF": "/etc/slurm.conf", "PATH": "/bin"})

    def test_environment_of_tasks(self):
        values = {"environment": "PATH QUOTED ABSENT", "setup": "module load hdf5", "python": "my python"}
        with mock.patch.dict(os.environ, {"PATH": "/nowhere", "QUOTED": "it's $HOME", "OTHER": "1"}, clear=True):
            text = submission.environment_script(Settings(values, {}))
        self.assertEqual(text, "export PATH=/nowhere\nexport QUOTED='it'\"'\"'s $HOME'\nexport LC_ALL=C.UTF-8\n"
                               "python='my python'\nset +u\nmodule load hdf5\nset -u\n")


class Stages(unittest.TestCase):
    def refusal(self, content):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "run.json")
            path.write_text(content if isinstance(content, str) else json.dumps(content))
            with self.assertRaises(Refused) as caught:
                stages.read(path)
        return str(caught.exception)

    def test_refusals(self):
        entry = STAGES[1] | {"after": []}
        for content, told in (
            ("{", "is not JSON"),
            ("[]", "lacks"),
            ({"folder": "/out"}, "lacks 'stages'"),
            ({"folder": "out", "stages": []}, "folder out must be an absolute path"),
            ({"folder": "/o\\ut", "stages": []}, "without backslashes"),
            ({"folder": "/out", "stages": [entry, entry]}, "there are two stages reduce"),
            ({"folder": "/out", "stages": [entry | {"name": "a b"}]}, "stage 'a b'"),
            ({"folder": "/out", "stages": [entry | {"after": ["x"]}]}, "after x, which no stage before it is called"),
            ({"folder": "/out", "stages": [entry | {"shards": 3}]}, "it needs the commands shard and missing"),
            ({"folder": "/out", "stages": [entry | {"shardFiles": "/a/b"}]}, "must hold one * in its file name"),
            ({"folder": "/out", "stages": [entry | {"done": ""}]}, "needs the commands whole and done"),
        ):
            self.assertIn(told, self.refusal(content))

    def test_command_that_tells_no_numbers(self):
        for command, told in (("echo 3; exit 4", "exit code 4 and said: 3"), ("echo all of them", "said: all of them"),
                              ("echo 120", "said: 120"), ("echo why >&2; exit 1", "said: why")):
            run = run_of(STAGES[0] | {"missing": command})
            with self.assertRaises(Refused) as caught:
                acts.missing_shards(run, run.stages[0])
            self.assertIn(told, str(caught.exception))


if __name__ == "__main__":
    unittest.main()

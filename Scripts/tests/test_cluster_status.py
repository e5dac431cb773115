"""Tests of what status says, and of why tasks failed: python3 -m unittest Scripts/tests/test_cluster_status.py"""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # no __pycache__ among the sources
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "Pipelines/slurm"))
from batch import acts, failures, records, slurm, stages, state, table
from batch.settings import Settings
from batch.slurm import Queued

ASKED = {"minutes": 60, "megabytes": 1000, "cpus": 2}


def record(**more):
    return {"status": "ended", "submission": "0001", "stage": "extract", "shard": 0, "job": 10, "task": 0,
            "restarts": 0, "attempt": 1, "host": "n1", "started": 0, "asked": ASKED, "code": 0, "signal": 0,
            "seconds": 30.0, "elapsed": 30.0, "peak": 400, "problem": "", "toldToStop": False} | more


class Causes(unittest.TestCase):
    def cause(self, record, log="", slurm_says=""):
        return failures.cause(record, log.splitlines(), slurm_says)

    def test_record_that_has_not_ended(self):
        begun = record(status="started")
        job = "slurmstepd-n1: error: *** JOB 9 ON n1 CANCELLED AT 2026-01-01T00:00:00"
        for log, says, cause in (
            ("slurmstepd-n1: error: StepId=8.0 exceeded memory limit (328 > 104), being killed", "FAILED", "memory"),
            ("slurmstepd: error: Detected 1 oom_kill event in StepId=5.0. Some of the step tasks have been OOM Killed.",
             "", "memory"),
            ("", "OUT_OF_MEMORY", "memory"),
            (f"{job} DUE TO TIME LIMIT ***", "", "time"),
            ("", "TIMEOUT", "time"),
            (f"{job} DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS ***", "", "node"),
            ("", "NODE_FAIL", "node"),
            (f"{job} DUE TO PREEMPTION ***", "", "preempted"),
            (f"{job} ***", "", "cancelled"),
            # The warning before a time limit.
            ("slurmstepd-n1: error: *** STEP 9.0 ON n1 CANCELLED AT 2026-01-01T00:00:00 ***", "", "lost"),
            # What a program prints is no word of Slurm's.
            ("out of memory: exceeded memory limit DUE TO TIME LIMIT", "", "lost"),
            ("", "", "lost"),
        ):
            with self.subTest(log=log, says=says):
                self.assertEqual(self.cause(begun, log, says)[0], cause)

    def test_record_that_has_ended(self):
        for more, log, says, cause, text in (
            ({"code": 3}, "", "FAILED", "failed", "its program ended with exit code 3"),
            ({"signal": 9, "peak": 950}, "", "", "memory", "lack of memory: 1000 MB were asked for, 950 MB used"),
            ({"signal": 9, "peak": 100}, "", "", "failed", "its program was ended by SIGKILL"),
            ({"signal": 11}, "", "", "failed", "its program was ended by SIGSEGV"),
            ({"code": 75, "toldToStop": True}, "", "CANCELLED", "cancelled", "told to stop: cancelled"),
            ({"code": 75, "toldToStop": True}, "", "", "cancelled", "told to stop, and not queued again"),
            ({"code": 75, "toldToStop": True, "elapsed": 3500}, "", "", "time", "before its time limit of 60 min"),
            ({"signal": 15, "toldToStop": True, "elapsed": 3500}, "", "", "time", "stopped before its time limit"),
            ({"code": 78, "problem": "x has changed"}, "", "", "programs changed", "x has changed"),
        ):
            with self.subTest(**more):
                found = self.cause(record(**more), log, says)
                self.assertEqual(found[0], cause)
                self.assertIn(text, found[1])

    def test_no_record(self):
        self.assertEqual(self.cause(None)[0], "lost")
        self.assertEqual(self.cause(None, "", "CANCELLED"), ("cancelled", "cancelled"))

    def test_only_the_last_attempt_of_a_log_counts(self):
        lines = ["atlas: extract-0, attempt 1, on n1, job 3_0", "slurmstepd-n1: DUE TO NODE FAILURE",
                 "atlas: extract-0, attempt 2, on n2, job 3_0", "more"]
        self.assertEqual(failures.last_attempt(lines), lines[2:])


class Status(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.cluster = self.folder / "cluster"
        self.parts = self.folder / "parts"
        self.parts.mkdir()
        request = {**ASKED, "least_minutes": 0, "least_megabytes": 0}
        stage = {"shard": "", "whole": "", "shard_files": str(self.parts / "shard-*"), "after": []}
        self.plan = {
            "title": "mixed4c of GoogLeNet", "folder": str(self.folder), "mark": "atlas-1", "programs": {},
            "stages": {"extract": {**stage, "shards": 6},
                       "reduce": {**stage, "shards": 0, "shard_files": "", "after": ["extract"]}},
            "jobs": {"extract.0": {"stage": "extract", "part": "shards", "request": request,
                                   "tasks": [[1], [2], [3], [4, 5]]},
                     "extract.whole": {"stage": "extract", "part": "whole", "tasks": [], "request": request},
                     "reduce.whole": {"stage": "reduce", "part": "whole", "tasks": [], "request": request}}}
        records.write_json(self.cluster / "submissions/0001/plan.json", self.plan)
        for number, name in ((10, "extract.0"), (11, "extract.whole"), (12, "reduce.whole")):
            records.append(self.cluster / "submissions/0001/jobs", f"{number} {name}")
        self.done(0, submission="0000")  # it was there before

    def done(self, shard, **more):
        self.write(shard, **more)
        (self.parts / f"shard-{shard}").touch()

    def write(self, shard, stage="extract", **more):
        path = records.task_path(self.cluster, stage, shard)
        task = {1: 0, 2: 1, 3: 2, 4: 3, 5: 3}.get(shard, 0)
        records.write_json(path, record(shard=shard, stage=stage, **{"task": task, **more}))

    def state(self, queue):
        with mock.patch.object(slurm, "remembered_states", lambda job: {}):
            return state.Reader(self.cluster, records.submissions(self.cluster)[-1], queue).state()

    def report(self, queue):
        return table.report(self.state(queue)).replace(str(self.folder), "OUT")

    def test_run_in_the_midst(self):
        self.done(1, seconds=100.0, peak=800)
        self.write(2, status="started")
        self.write(3, code=3)
        log = self.cluster / "logs/extract-10_2.log"
        log.parent.mkdir()
        log.write_text("atlas: extract-3, attempt 1, on n1, job 10_2\nno such image\n")
        queue = [Queued(10, 1, "RUNNING", "atlas-1", "None"), Queued(10, 3, "PENDING", "atlas-1", "Resources"),
                 Queued(11, 0, "PENDING", "atlas-1", "Dependency"), Queued(12, 0, "PENDING", "atlas-1", "Dependency")]
        self.assertEqual(self.report(queue), """\
mixed4c of GoogLeNet

stage      done  running  pending  failed    whole       left      longest task    most memory
extract  2 of 6        1        2       1  pending  5 min 0 s  1 min 40 s (3 %)  800 MB (80 %)
reduce                                     pending

At work: extract. Something failed; what does not depend on it goes on, then make resume.

extract shard 3: its program ended with exit code 3
  OUT/cluster/logs/extract-10_2.log
  | atlas: extract-3, attempt 1, on n1, job 10_2
  | no such image
""")

    def test_complete_run(self):
        for shard in range(1, 6):
            self.done(shard)
        self.write(None, job=11)
        self.write(None, "reduce", job=12)
        found = self.state([])
        self.assertTrue(found.complete)
        self.assertIn("The run is complete.", table.report(found))
        # The files of shards may go when the whole is made.
        for path in self.parts.iterdir():
            path.unlink()
        self.assertTrue(self.state([]).complete)

    def test_several_shards_of_a_task_count_together(self):
        for shard in (4, 5):
            self.done(shard, seconds=900.0)
        self.assertIn("30 min 0 s (50 %)", self.report([]))

    def test_recorded_shard_without_a_file(self):
        self.write(1)
        self.assertIn("extract shard 1: ended well, but its file is not there", self.report([]))

    def test_all_gone(self):
        text = self.report([])
        self.assertIn("extract shard 1-5: left the queue before it began", text)
        self.assertNotIn("reduce whole:", text)  # it waits, and that is no cause

    def test_task_on_its_way_back_into_the_queue(self):
        self.write(1, code=75, toldToStop=True)
        found = self.state([Queued(10, 0, "COMPLETING", "", "None")])
        self.assertIn(1, found.stages[0].by_state["pending"])

    def test_stuck_job(self):
        self.write(1, code=1)
        queue = [Queued(11, 0, "PENDING", "", "DependencyNeverSatisfied"), Queued(12, 0, "PENDING", "", "Dependency")]
        self.assertIn("what waits for it will never run: make resume", self.report(queue))
        queue = [Queued(10, 0, "PENDING", "", "launch failed requeued held")]
        self.assertIn("extract shard 1: stuck in the queue: launch failed requeued held", self.report(queue))

    def test_without_the_queue(self):
        self.write(2, status="started")
        text = self.report(None)
        self.assertIn("The queue cannot be asked", text)
        self.assertRegex(text, r"extract +1 of 6 +1 +4 +0")

    def test_records_of_an_earlier_submission_do_not_count(self):
        self.write(1, code=1, submission="0000")
        self.write(2, code=1, job=7)
        queue = [Queued(10, task, "PENDING", "", "Priority") for task in range(4)]
        queue += [Queued(job, 0, "PENDING", "", "Dependency") for job in (11, 12)]
        self.assertEqual(self.state(queue).failures, [])

    def test_what_resume_asks_for(self):
        self.write(1, signal=9, peak=990)
        self.write(2, signal=15, toldToStop=True, elapsed=3590.0)
        run = stages.run_of({"folder": str(self.folder), "stages": [
            {"name": "extract", "shards": 6, "shard": "x", "missing": "x", "whole": "x", "done": "x"},
            {"name": "reduce", "whole": "x", "done": "x"}]})
        given = Settings({"memory": "100M", "time": "60", "extract.time": "90"}, {})
        with mock.patch("builtins.print"):
            found = acts.with_more(run, given, self.state([]))
        self.assertEqual((found["extract", "shards"].megabytes, found["extract", "shards"].minutes), (1500, 120))
        self.assertEqual((found["extract", "whole"].megabytes, found["reduce", "whole"].minutes), (100, 60))
        # What was raised stays so, and what the settings ask for beyond it holds.
        self.plan["jobs"]["extract.0"]["request"].update(least_megabytes=1500, megabytes=1500)
        records.write_json(self.cluster / "submissions/0001/plan.json", self.plan)
        self.write(1)
        self.write(2)
        found = acts.with_more(run, given, self.state([]))
        self.assertEqual((found["extract", "shards"].megabytes, found["extract", "shards"].minutes), (1500, 90))


class Texts(unittest.TestCase):
    def test_ranges(self):
        self.assertEqual(table.ranges([7, 0, 1, 2, 9, 10]), "0-2, 7, 9-10")
        self.assertEqual(table.ranges([]), "")

    def test_durations(self):
        self.assertEqual([table.duration(seconds) for seconds in (0.4, 59.4, 59.6, 3600, 90_000)],
                         ["0 s", "59 s", "1 min 0 s", "1 h 0 min", "1 d 1 h"])

    def test_queue(self):
        lines = "12|3|RUNNING|atlas-1|None\n13|N/A|PENDING|(null)|Nodes required for job are DOWN | or so\n\n"
        with mock.patch.object(slurm, "call", lambda words: lines):
            self.assertEqual(slurm.queue(), [Queued(12, 3, "RUNNING", "atlas-1", "None"), Queued(
                13, 0, "PENDING", "(null)", "Nodes required for job are DOWN | or so")])

    def test_what_slurm_remembers(self):
        def call(words):
            if words[0] == "scontrol":
                raise slurm.Refused("Invalid job id specified")
            return "12_3|OUT_OF_MEMORY\n12_4|CANCELLED by 0\n"
        with mock.patch.object(slurm, "call", call):
            self.assertEqual(slurm.remembered_states(12), {3: "OUT_OF_MEMORY", 4: "CANCELLED"})


if __name__ == "__main__":
    unittest.main()

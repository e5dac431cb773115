"""Tests of a task on its node, with a stand-in for scontrol: python3 -m unittest Scripts/tests/test_cluster_task.py"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SLURM = Path(__file__).resolve().parent.parent.parent / "Pipelines/slurm"
sys.dont_write_bytecode = True  # no __pycache__ among the sources
sys.path.insert(0, str(SLURM))
from batch import records

# Hears SIGTERM as programs do: saves what is in hand, and ends with 75.
LISTENS = "trap 'echo saved > saved; exit 75' TERM; touch began; while true; do sleep 0.05; done"


class Task(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.submission = self.folder / "cluster/submissions/0001"
        self.program = self.folder / "program"
        self.program.write_text("echo a program\n")
        scontrol = self.folder / "bin/scontrol"
        scontrol.parent.mkdir()
        scontrol.write_text(f'#!/bin/bash\necho "$*" >> {self.folder}/calls\n'
                            f'case $1 in --oneliner) echo "JobId=5 JobState=$(cat {self.folder}/state) X=1";; esac\n')
        scontrol.chmod(0o755)
        (self.folder / "state").write_text("RUNNING")
        self.plan(shard='echo made $SHARD with $ATLAS_THREADS > "part-$SHARD"')

    def plan(self, tasks=((0,), (1, 2)), shard="", whole="cat part-* > whole", **request):
        asked = {"minutes": 60, "megabytes": 100, "cpus": 2, "scratch": "", "requeues": 2} | request
        records.write_json(self.submission / "plan.json", {
            "folder": str(self.folder), "programs": {str(self.program): records.digest(str(self.program))},
            "stages": {"extract": {"shards": 3, "shard": shard, "whole": whole,
                                   "shard_files": str(self.folder / "part-*")}},
            "jobs": {"extract.0": {"stage": "extract", "tasks": tasks, "request": asked},
                     "extract.whole": {"stage": "extract", "tasks": [], "request": asked}}})

    def start(self, job="extract.0", index=0, patience=1, first="", **environment):
        code = (f"import sys; sys.path.insert(0, {str(SLURM)!r}); sys.dont_write_bytecode = True\n"
                f"from pathlib import Path; from batch import task, visible; visible.PATIENCE = {patience}\n"
                f"{first}\n"
                f"sys.exit(task.Task(Path({str(self.submission)!r}), {job!r}).run())")
        given = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "SLURM_JOB_ID": "5", "SLURM_ARRAY_JOB_ID": "4",
                 "SLURM_ARRAY_TASK_ID": str(index), "ATLAS_THREADS": "2", "SLURMD_NODENAME": "n7"} | environment
        return subprocess.Popen([sys.executable, "-c", code], cwd=self.folder, env=given, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def run_task(self, *arguments, **more):
        process = self.start(*arguments, **more)
        self.said = process.communicate(timeout=30)[0]
        self.assertNotIn("Traceback", self.said)
        return process.returncode

    def stop(self, process, number=signal.SIGTERM):
        """Waits until the command works, and signals all processes of the task, as Slurm does."""
        deadline = time.monotonic() + 20
        while not (self.folder / "began").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(process.pid, number)
        self.said = process.communicate(timeout=30)[0]
        return process.returncode

    def record(self, name):
        return json.loads((self.folder / f"cluster/tasks/{name}.json").read_text())

    def calls(self):
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def test_shards_of_a_task_and_their_records(self):
        self.assertEqual(self.run_task(index=1), 0)
        self.assertEqual((self.folder / "part-2").read_text(), "made 2 with 2\n")
        self.assertFalse((self.folder / "part-0").exists())
        record = self.record("extract-1")
        self.assertEqual([record[name] for name in ("status", "code", "signal", "attempt", "job", "task", "host")],
                         ["ended", 0, 0, 1, 4, 1, "n7"])
        self.assertEqual(record["asked"], {"minutes": 60, "megabytes": 100, "cpus": 2})
        self.assertIn("atlas: extract-1, attempt 1, on n7, job 4_1\n", self.said)
        self.assertEqual(self.calls(), [])

    def test_peak_memory(self):
        self.plan(shard=f'{sys.executable} -c "bytearray(b\'x\') * (150 << 20)"')
        self.assertEqual(self.run_task(), 0)
        self.assertTrue(150 < self.record("extract-0")["peak"] < 250, self.record("extract-0"))

    def test_shard_that_fails_does_not_keep_others_of_its_task(self):
        self.plan(shard='test $SHARD != 1 || exit 9; touch "part-$SHARD"')
        self.assertEqual(self.run_task(index=1), 9)
        self.assertEqual((self.record("extract-1")["code"], self.record("extract-2")["code"]), (9, 0))

    def test_first_command_that_fails_ends_a_line(self):
        self.plan(shard="false | true; touch part-0")
        self.assertEqual(self.run_task(), 1)
        self.assertFalse((self.folder / "part-0").exists())

    def test_ended_by_a_signal(self):
        self.plan(shard="kill -KILL $$")
        self.assertEqual(self.run_task(), 137)
        self.assertEqual(self.record("extract-0")["signal"], 9)
        # A next start of the task does not take that for done.
        self.plan(shard="bash -c 'kill -SEGV $$'; true")
        self.assertEqual(self.run_task(), 139)
        self.assertEqual(self.record("extract-0")["signal"], 11)

    def test_told_to_stop(self):
        self.plan(shard=f"bash -c \"{LISTENS}\"")
        self.assertEqual(self.stop(self.start()), 75, self.said)
        self.assertTrue((self.folder / "saved").exists())
        self.assertEqual(self.calls(), ["--oneliner show job 5", "requeue 5"])
        self.assertEqual((self.record("extract-0")["code"], self.record("extract-0")["toldToStop"]), (75, True))

    def test_rest_of_the_task_waits_for_the_next_start(self):
        self.plan(tasks=[[0, 1]], shard=f"test $SHARD = 0 -o -e saved && touch part-$SHARD || bash -c \"{LISTENS}\"")
        self.assertEqual(self.stop(self.start()), 75, self.said)
        first = self.record("extract-0")
        self.assertEqual(self.run_task(SLURM_RESTART_COUNT="1"), 0)
        self.assertEqual(self.record("extract-0"), first)  # was not run again
        self.assertEqual([self.record("extract-1")[name] for name in ("attempt", "restarts", "code")], [2, 1, 0])

    def test_stopped_before_it_listens(self):
        self.plan(shard="touch began; exec sleep 30")
        self.assertEqual(self.stop(self.start()), 75)
        self.assertIn("requeue 5", self.calls())

    def test_stopped_between_two_commands(self):
        # The first one does not hear the signal; what comes after it would never be told.
        self.plan(shard="setsid bash -c 'touch began; sleep 0.5'; touch second; sleep 30")
        self.assertEqual(self.stop(self.start()), 75)
        self.assertFalse((self.folder / "second").exists())
        self.assertIn("requeue 5", self.calls())

    def test_stopped_before_there_is_a_command(self):
        self.plan(shard="sleep 30")
        process = self.start(first="import os; task.Task.scratch = lambda *_: os.kill(os.getpid(), 15)")
        self.assertEqual(process.wait(timeout=20), 75)
        process.stdout.close()

    def test_program_that_never_listens_at_its_time_limit(self):
        self.plan(shard="touch began; sleep 1.5; exec sleep 30", minutes=0.04)
        process = self.start()
        time.sleep(1.5)
        self.assertEqual(self.stop(process), 143)
        self.assertEqual(self.calls(), [])

    def test_what_is_cancelled_does_not_come_back(self):
        (self.folder / "state").write_text("COMPLETING")
        self.plan(shard=f"bash -c \"{LISTENS}\"")
        self.assertEqual(self.stop(self.start()), 75)
        self.assertEqual(self.calls(), ["--oneliner show job 5"])
        self.assertIn("not put back into the queue: the job is COMPLETING", self.said)

    def test_comes_back_as_often_as_the_settings_allow(self):
        self.plan(shard="exit 75")
        self.assertEqual(self.run_task(SLURM_RESTART_COUNT="1"), 75)
        self.assertEqual(len(self.calls()), 2)
        self.assertEqual(self.run_task(SLURM_RESTART_COUNT="2"), 75)
        self.assertEqual(len(self.calls()), 2)
        self.assertIn("stopped 3 times", self.said)

    def test_changed_program(self):
        self.program.write_text("another\n")
        self.assertEqual(self.run_task(), 78)
        self.assertIn(f"{self.program} has changed since the run was submitted (SHA-256 ", self.said)
        self.assertFalse((self.folder / "part-0").exists())
        self.assertEqual(self.record("extract-0")["code"], 78)
        self.program.unlink()
        self.assertEqual(self.run_task(), 78)
        self.assertIn("cannot be read here: No such file or directory", self.said)

    def test_whole(self):
        for index in (0, 1):
            self.assertEqual(self.run_task(index=index), 0)
        self.assertEqual(self.run_task("extract.whole", SLURM_ARRAY_JOB_ID="", SLURM_JOB_ID="6"), 0)
        self.assertEqual((self.folder / "whole").read_text().count("made"), 3)
        self.assertEqual((self.record("extract-whole")["job"], self.record("extract-whole")["shard"]), (6, None))

    def test_whole_waits_for_files_that_are_not_seen_yet(self):
        for index in (0, 1):
            self.run_task(index=index)
        (self.folder / "part-1").rename(self.folder / "hidden")
        process = self.start("extract.whole", patience=20)
        time.sleep(1)
        self.assertIsNone(process.poll())
        (self.folder / "hidden").rename(self.folder / "part-1")
        self.assertEqual(process.wait(timeout=20), 0)
        process.stdout.close()
        (self.folder / "part-1").unlink()
        (self.folder / "cluster/tasks/extract-whole.json").unlink()
        self.assertEqual(self.run_task("extract.whole", patience=0.3), 74)
        self.assertIn("shards 1 ended well, but their files", self.said)

    def test_scratch_folder(self):
        place = self.folder / "disk"
        self.plan(shard='echo "$ATLAS_SCRATCH" > where; touch "$ATLAS_SCRATCH/part"', scratch="$PLACE/of $USER")
        self.assertEqual(self.run_task(PLACE=str(place), USER="me"), 0, self.said)
        self.assertEqual((self.folder / "where").read_text().strip(), f"{place}/of me/atlas-4-0-0")
        self.assertEqual(list((place / "of me").iterdir()), [])


if __name__ == "__main__":
    unittest.main()

"""Tests of files on shared disks, locks and dry runs: python3 -m unittest Scripts/tests/test_cluster_files.py"""

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

SLURM = Path(__file__).resolve().parent.parent.parent / "Pipelines/slurm"
sys.dont_write_bytecode = True  # no __pycache__ among the sources
sys.path.insert(0, str(SLURM))
from batch import Refused, lock, records, visible


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Seeing(Case):
    def test_folder_is_listed_before_a_file_is_tested(self):
        """A file system that shows a file only to those who have listed its folder since it was made."""
        (self.folder / "shard-3-of-5").touch()
        listed = []
        real = os.listdir
        with mock.patch.object(os, "listdir", lambda path: listed.append(str(path)) or real(path)), \
                mock.patch.object(os, "stat", side_effect=FileNotFoundError):
            self.assertTrue(visible.exists(self.folder / "shard-3-of-5"))
            self.assertFalse(visible.exists(self.folder / "shard-4-of-5"))
            self.assertEqual(visible.wait_for_shards(f"{self.folder}/shard-*-of-5", [3]), set())
        self.assertEqual(listed, [str(self.folder)] * 3)

    def test_numbers_of_shards(self):
        for name in ("shard-00003-of-00064.h5", "shard-00012-of-00064.h5", "shard-00001-of-00032.h5",
                     ".shard-00005-of-00064.h5.1", "shard-x-of-00064.h5"):
            (self.folder / name).touch()
        self.assertEqual(sorted(visible.shard_numbers(f"{self.folder}/shard-*-of-00064.h5")), [3, 12])
        self.assertEqual(visible.shard_numbers(f"{self.folder}/nothing/shard-*"), {})

    def test_waiting(self):
        timer = threading.Timer(0.5, (self.folder / "part-1").touch)
        timer.start()
        start = time.monotonic()
        self.assertEqual(visible.wait_for_shards(f"{self.folder}/part-*", [1], 20), set())
        self.assertTrue(0.4 < time.monotonic() - start < 10)
        self.assertEqual(visible.wait_for_shards(f"{self.folder}/part-*", [1, 2], 0.2), {2})


class Records(Case):
    def test_readers_see_the_old_file_or_the_new(self):
        path = self.folder / "a/record.json"
        records.write_json(path, {"value": 1})
        with mock.patch.object(os, "replace", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            records.write_json(path, {"value": 2})
        self.assertEqual(records.read_json(path), {"value": 1})
        (self.folder / "half.json").write_text('{"value":')
        self.assertIsNone(records.read_json(self.folder / "half.json"))
        self.assertIsNone(records.read_json(self.folder / "none.json"))

    def test_submissions_that_failed_are_left_out(self):
        for name in ("0001", "0002.failed", "0003"):
            records.write_json(self.folder / f"submissions/{name}/plan.json", {"mark": name})
        records.append(self.folder / "submissions/0003/jobs", "17 extract.0")
        found = records.submissions(self.folder)
        self.assertEqual([one.mark for one in found], ["0001", "0003"])
        self.assertEqual(found[-1].jobs, {"extract.0": 17})


class Locks(Case):
    def refused(self):
        with self.assertRaises(Refused) as caught, lock.alone(self.folder):
            pass
        return str(caught.exception)

    def test_one_at_a_time(self):
        with lock.alone(self.folder):
            who = f"{os.uname().nodename} (process {os.getpid()}"
            self.assertIn(f"being submitted or cancelled by {who}", self.refused())
        with lock.alone(self.folder):
            pass

    def test_lock_of_a_process_that_is_gone(self):
        (self.folder / "lock").write_text(f"{os.uname().nodename} (process 1, yesterday)\n")
        with lock.alone(self.folder):
            pass

    def test_another_machine(self):
        (self.folder / "lock").write_text("login2 (process 1, 2026-01-01 00:00:00)\n")
        self.assertIn(f"by login2 (process 1, 2026-01-01 00:00:00); if that has ended, remove {self.folder}/lock",
                      self.refused())

    def test_file_system_without_locks(self):
        with mock.patch.object(fcntl, "flock", side_effect=OSError(errno.ENOSYS, "no locks")), lock.alone(self.folder):
            pass


class DryRun(Case):
    def run_cluster(self, *words, path=None):
        stages = [
            {"name": "extract", "shards": 1500, "shard": "atlas-extract --shard $SHARD", "missing": "seq 3 1499",
             "whole": "merge", "done": "false"},
            {"name": "reduce", "after": ["extract"], "whole": "atlas-reduce", "done": "true"},
            {"name": "embed", "after": ["reduce"], "whole": "atlas-embed 'a b'", "done": "false"}]
        (self.folder / "run.json").write_text(json.dumps({"folder": str(self.folder / "out"), "stages": stages}))
        (self.folder / "my.conf").write_text("extract.shards_per_task = 1\nextract.throttle = 9\nembed.memory = 64G\n")
        return subprocess.run(
            [sys.executable, SLURM / "cluster.py", *words, "--stages", self.folder / "run.json"],
            env={"PATH": path or str(self.folder)}, capture_output=True, text=True)

    def setUp(self):
        super().setUp()
        (self.folder / "bash").symlink_to(shutil.which("bash"))
        (self.folder / "seq").symlink_to(shutil.which("seq"))

    def test_every_job_is_printed_and_nothing_written(self):
        done = self.run_cluster("submit", "--dry-run", "--settings", str(self.folder / "my.conf"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for text in (
            "# scontrol: there is no such command; log in where Slurm's commands are\n"
            "# The cluster's MaxArraySize is taken to be 1001.\n"
            "# extract: 1497 of 1500 shards in 1497 tasks and 2 arrays, then the whole\n",
            "# reduce: done\n# embed: one job\n",
            "# extract.0: shards 3-750, one a task\nsbatch --parsable \\\n  --job-name=atlas-extract.0 \\\n",
            "  --array=0-747%4 \\\n", "  --array=0-748%5 \\\n",
            "  --dependency=afterok:<extract.0>:<extract.1> \\\n  --kill-on-invalid-dep=yes \\\n",
            "  --mem=65536M \\\n", "# runs: atlas-extract --shard $SHARD\n", "# runs: atlas-embed 'a b'\n",
            (SLURM / "job.sh").read_text(), "cluster/submissions/0001/environment.sh\n", "python=python3\n",
        ):
            self.assertIn(text, done.stdout)
        self.assertFalse((self.folder / "out").exists())

    def test_without_slurm(self):
        for act, text in (("submit", "Error: squeue: there is no such command; log in where Slurm's commands are\n"),
                          ("status", "nothing of this run was submitted; make submit does\n"),
                          ("resume", "nothing of this run was submitted; make submit does\n"),
                          ("cancel", "nothing of this run was submitted; make submit does\n")):
            done = self.run_cluster(act)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertTrue(done.stderr.endswith(text), done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)


class JobScript(Case):
    def test_what_reaches_the_step(self):
        """The script with a stand-in for srun, which prints its arguments and what it finds in its environment."""
        srun = self.folder / "srun"
        srun.write_text('#!/bin/bash\nprintf "<%s>" "$@"; echo; env\n')
        srun.chmod(0o755)
        submission = self.folder / "it's a submission"
        submission.mkdir()
        (submission / "environment.sh").write_text(f"export PATH={self.folder}:/usr/bin:/bin\npython=python3\n")
        given = {"PATH": "/nowhere", "POISON": "1", "LD_PRELOAD_X": "1", "SLURM_CPUS_PER_TASK": "6",
                 "SLURM_JOB_ID": "7", "HOME": "/home/me", "OMP_NUM_THREADS": "99"}
        done = subprocess.run(["/bin/bash", SLURM / "job.sh", submission, "extract.0"], env=given, capture_output=True,
                              text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        words, *rest = done.stdout.splitlines()
        self.assertIn(f"<--cpus-per-task=6><--kill-on-bad-exit=1><python3><-E><-s><{submission}/run_task.py>"
                      f"<{submission}><extract.0>", words)
        self.assertIn("<--export=ALL>", words)
        for line in ("HDF5_USE_FILE_LOCKING=FALSE", "ATLAS_THREADS=6", "OMP_NUM_THREADS=6", "SLURM_JOB_ID=7",
                     "HOME=/home/me"):
            self.assertIn(line, rest)
        self.assertFalse([line for line in rest if line.startswith(("POISON", "LD_PRELOAD_X"))])


if __name__ == "__main__":
    unittest.main()

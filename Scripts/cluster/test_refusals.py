"""What is refused, and leaves the queue as it was."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

from cluster.case import Case
from cluster.running import PROGRAM, ROOT, Fake


class Refusals(Case):
    def test_submission_that_fails_midway(self) -> None:
        run = self.fake(render__partition="nowhere", extract__SBATCH_EXTRA="--begin=now+60")
        told = run.call("submit", code=1)
        self.assertIn("invalid partition specified", told)
        self.assertIn("nothing is submitted; the 3 jobs submitted before it are cancelled", told)
        self.cluster.wait_until(lambda: not run.queued(), "the queue is empty", 10)
        self.assertIn("nothing of this run was submitted", run.call("status", code=1))
        (run.folder / "settings.conf").write_text((run.folder / "settings.conf").read_text().replace("nowhere", "high")
                                                  .replace("--begin=now+60", ""))
        run.call("submit")
        run.complete()

    def queue(self) -> str:
        """Names of runs' folders and numbers of all jobs in the queue."""
        return self.cluster.call("squeue", "--noheader", "--Format=stdout:300,jobid")

    def start(self, run: Fake, sbatch: str) -> subprocess.Popen:
        """Starts submit with an sbatch of one's own before the real one."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        real = shutil.which("sbatch")
        (folder / "sbatch").write_text(f"#!/bin/bash\nreal={real}\necho call >> {folder}/calls\n{sbatch}\n")
        (folder / "sbatch").chmod(0o755)
        (folder / "calls").write_text("")
        environment = {**self.cluster.environment, "PATH": f"{folder}:{self.cluster.environment['PATH']}"}
        return subprocess.Popen(
            [sys.executable, str(PROGRAM), "submit", "--stages", str(run.stages), "--settings", str(run.settings)],
            env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))

    def test_submission_that_is_interrupted(self) -> None:
        run = self.fake(extract__SBATCH_EXTRA="--begin=now+60")
        submission = self.start(
            run, 'test $(wc -l < "${0%/*}/calls") -lt 3 || exec sleep 60; exec "$real" "$@"')
        calls = self.folder / "bin/calls"
        self.cluster.wait_until(lambda: calls.read_text().count("call") == 3, "sbatch was called three times")
        submission.send_signal(signal.SIGINT)
        told = submission.communicate(timeout=30)[0]
        self.assertEqual(submission.returncode, 1, told)
        self.assertIn("the 2 jobs submitted before it are cancelled", told)
        self.cluster.wait_until(lambda: str(run.folder) not in self.queue(), "the queue is empty", 10)

    def test_answer_of_sbatch_that_comes_too_late(self) -> None:
        # The job is accepted, but sbatch says that it was not.
        run = self.fake(extract__SBATCH_EXTRA="--begin=now+60")
        submission = self.start(
            run, '"$real" "$@" && { echo "Socket timed out on send/recv operation" >&2; exit 1; }')
        told = submission.communicate(timeout=60)[0]
        self.assertEqual(submission.returncode, 1, told)
        self.assertIn("sbatch: Socket timed out on send/recv operation: nothing is submitted", told)
        self.cluster.wait_until(lambda: str(run.folder) not in self.queue(), "the queue is empty", 10)

    def test_sbatch_that_prints_no_number(self) -> None:
        run = self.fake()
        told = self.start(run, "echo Submitted").communicate(timeout=60)[0]
        self.assertIn("printed 'Submitted', and no number of a job: nothing is submitted", told)

    def test_programs_that_change_before_the_start(self) -> None:
        run = self.fake(shards=2, extract__SBATCH_EXTRA="--begin=now+4")
        run.call("submit")
        run.program.write_text(run.program.read_text() + "# another\n")
        run.wait()
        told = run.call("status", code=3)
        self.assertIn("has changed since the run was submitted (SHA-256 ", told)
        self.assertIn("extract shard 0-1: ", told)
        self.assertEqual(run.times(), [0, 0])
        run.call("resume")  # nothing was made by the old one
        run.complete()

    def test_programs_that_change_in_the_midst(self) -> None:
        run = self.fake(shards=2)
        run.tell("extract-1", "fail 3")
        run.call("submit")
        run.wait()
        run.program.write_text(run.program.read_text() + "# another\n")
        told = run.call("resume", code=1)
        self.assertIn("has changed since the run was submitted: put the old one back, or give --changed-programs", told)
        run.call("resume", "--changed-programs")
        run.complete()
        self.assertEqual(run.times(), [1, 1])

    def test_two_at_once(self) -> None:
        run = self.fake(extract__SBATCH_EXTRA="--begin=now+60")
        command = [sys.executable, str(PROGRAM), "submit", "--stages", str(run.stages), "--settings", str(run.settings)]
        both = [subprocess.Popen(command, env=self.cluster.environment, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT) for _ in range(2)]
        told = [one.communicate(timeout=60)[0] for one in both]
        self.assertEqual(sorted(one.returncode for one in both), [0, 1], told)
        refused = told[0 if both[0].returncode else 1]
        self.assertRegex(refused, "this run is being submitted or cancelled by|of this run are in the queue already")
        self.assertEqual(len(run.jobs()), 5)

    def test_cancel(self) -> None:
        other = self.cluster.call("sbatch", "--parsable", "--job-name=atlas-extract.0", "--output=/dev/null",
                                  "--begin=now+60", "--wrap=true").strip()
        run = self.fake(seconds=30)
        run.call("submit")
        run.wait_for("extract-0", "extract-1")
        self.assertIn("cancelled 12 jobs and tasks", run.call("cancel"))
        run.wait(30)
        self.assertIn(other, self.cluster.call("squeue", "--noheader", "--format=%i").split())
        self.cluster.call("scancel", other)
        told = run.call("status", code=3)
        self.assertRegex(told, "extract shard 0-5: cancelled")
        self.assertIn("no job of this run is in the queue", run.call("cancel"))

    def test_status_without_sacct_and_without_a_queue(self) -> None:
        sacct = subprocess.run(["sacct"], env=self.cluster.environment, capture_output=True, text=True)
        self.assertIn("accounting storage is disabled", sacct.stderr)
        run = self.fake(shards=2)
        run.call("submit")
        run.complete()
        nothing = self.commands_only()
        told = run.call("status", PATH=nothing)
        self.assertIn("warning: squeue: there is no such command", told)
        self.assertIn("The run is complete.", told)
        self.assertIn("Error: squeue: there is no such command; log in", run.call("submit", code=1, PATH=nothing))

    def test_nothing_is_written_by_a_dry_run(self) -> None:
        run = self.fake(shards=55, throttle=3)
        before = sorted(path for path in run.folder.rglob("*"))
        told = run.call("submit", "--dry-run")
        self.assertIn("--array=0-26%1", told)
        self.assertIn("--array=0-27%2", told)
        self.assertEqual(sorted(path for path in run.folder.rglob("*")), before)



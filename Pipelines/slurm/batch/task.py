"""A task on its node: the commands of its shards one after another, a record of each, and the way back to the queue."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from batch import Refused, records, slurm, visible

STOPPED = 75  # EX_TEMPFAIL: what was in hand is saved, and the rest waits for another start
CHANGED = 78  # EX_CONFIG
UNSEEN = 74  # EX_IOERR
# The trap keeps a shell until its program has ended, and lets it start no other; programs do not inherit it. The line
# that is read first comes only if nobody was told to stop before there was a shell that could hear it.
LISTENING = f"trap 'code=$?; exit $((code ? code : {STOPPED}))' TERM; read -r || exit {STOPPED}; exec < /dev/null\n"
BY_SIGNAL = (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL,
             signal.SIGFPE)


def say(text: str) -> None:
    """Prints a line of the task's own into its log."""
    print(f"atlas: {text}", flush=True)


def near_end(record: dict[str, Any]) -> bool:
    """Whether a task was stopped when its time had nearly passed. The warning may come a minute early."""
    asked = 60 * record["asked"]["minutes"]
    return record["elapsed"] >= max(asked / 2, asked - 240)


class Task:
    """The task of a job that runs here."""

    def __init__(self, submission: Path, job: str) -> None:
        self.submission, self.name = submission, job
        plan = records.read_json(submission / "plan.json")
        if plan is None:
            sys.exit(f"atlas: {submission}/plan.json cannot be read; make cancel, then make submit")
        self.plan, self.job = plan, plan["jobs"][job]
        self.folder, self.cluster = Path(plan["folder"]), Path(plan["folder"], "cluster")
        self.stage = plan["stages"][self.job["stage"]]
        self.index = int(os.environ.get("SLURM_ARRAY_TASK_ID", "0"))
        self.identity = int(os.environ.get("SLURM_ARRAY_JOB_ID") or os.environ.get("SLURM_JOB_ID") or "0")
        self.restarts = int(os.environ.get("SLURM_RESTART_COUNT", "0"))
        self.told_to_stop = False
        self.began = time.monotonic()

    @property
    def shards(self) -> list[int | None]:
        """The shards of this task; one None for a whole."""
        return self.job["tasks"][self.index] if self.job["tasks"] else [None]

    def run(self) -> int:
        """Runs what is left to do; the task's exit code."""
        signal.signal(signal.SIGTERM, self.stop)
        changed = self.changed_programs()
        visible.listing(self.folder)
        code = 0
        for shard in self.shards:
            if self.is_recorded(shard):
                continue
            if self.told_to_stop:
                code = STOPPED
                break
            ended = self.run_shard(shard, changed)
            if ended == STOPPED:
                code = STOPPED
                break
            code = code or ended
        return self.requeue() if code == STOPPED else code

    def stop(self, number: int, frame: object) -> None:
        """Hears SIGTERM, which Slurm sends to the command as well."""
        self.told_to_stop = True
        say("told to stop; waiting for what is in hand")

    def is_recorded(self, shard: int | None) -> bool:
        """Whether an earlier start of this very task has done the shard."""
        record = records.read_json(records.task_path(self.cluster, self.job["stage"], shard))
        return records.is_done(record) and self.is_own(record)

    def is_own(self, record: dict[str, Any]) -> bool:
        """Whether a record is of this task, of an earlier start perhaps."""
        return (record.get("submission"), record.get("job")) == (self.submission.name, self.identity)

    def changed_programs(self) -> str:
        """What to say if a program is not the one of the submission; else nothing."""
        for path, digest in self.plan["programs"].items():
            try:
                now = records.digest(path)
            except OSError as error:
                return f"{path} cannot be read here: {error.strerror}; put it where every node sees it"
            if now != digest:
                return (f"{path} has changed since the run was submitted (SHA-256 {now[:12]}, then {digest[:12]}); "
                        "put the old one back, or cancel, and submit with the new one")
        return ""

    # --------------------------------------------------------------------------------------------- a shard

    def run_shard(self, shard: int | None, changed: str) -> int:
        """Runs one command and records it; its exit code, 128 and the signal if one ended it."""
        path = records.task_path(self.cluster, self.job["stage"], shard)
        record = self.begun(records.read_json(path) or {}, shard)
        records.write_json(path, record)
        say(f"{records.task_name(self.job['stage'], shard)}, attempt {record['attempt']}, on {record['host']}, "
            f"job {self.identity}{f'_{self.index}' if shard is not None else ''}")
        start = time.monotonic()
        problem = changed or self.unseen(shard)
        if problem:
            say(problem)
            code, peak, ended_by, cpu = CHANGED if changed else UNSEEN, 0, 0, 0.0
        else:
            code, ended_by, peak, cpu = self.command(shard)
        now = time.monotonic()
        record.update(status="ended", code=code, signal=ended_by, seconds=round(now - start, 2),
                      elapsed=round(now - self.began, 2), cpu=round(cpu, 2), peak=round(peak / 1024),
                      problem=problem, toldToStop=self.told_to_stop)
        if self.told_to_stop and ended_by == signal.SIGTERM and not near_end(record):
            record.update(code=STOPPED, signal=0)  # it was stopped before it could listen
        records.write_json(path, record)
        return 128 + record["signal"] if record["signal"] else record["code"]

    def begun(self, earlier: dict[str, Any], shard: int | None) -> dict[str, Any]:
        """The record of a shard that starts now."""
        request = self.job["request"]
        return {
            "status": "started", "submission": self.submission.name, "stage": self.job["stage"], "shard": shard,
            "job": self.identity, "task": self.index, "restarts": self.restarts,
            "attempt": int(earlier.get("attempt", 0)) + 1, "started": round(time.time(), 2),
            "host": os.environ.get("SLURMD_NODENAME") or os.uname().nodename,
            "asked": {name: request[name] for name in ("minutes", "megabytes", "cpus")},
        }

    def unseen(self, shard: int | None) -> str:
        """Waits for the files of recorded shards before the whole; what to say if they do not come."""
        pattern = self.stage["shard_files"]
        if shard is not None or not pattern:
            return ""
        ended = records.tasks(self.cluster)
        done = [number for number in range(self.stage["shards"])
                if records.is_done(ended.get(records.task_name(self.job["stage"], number)))]
        missing = sorted(visible.wait_for_shards(pattern, done))
        return missing and (f"shards {', '.join(map(str, missing))} ended well, but their files {pattern} are not seen "
                            f"here after {visible.PATIENCE:.0f} s; make resume") or ""

    def command(self, shard: int | None) -> tuple[int, int, int, float]:
        """Runs the command; its exit code, the signal that ended it, peak memory in kilobytes, processor time."""
        environment = dict(os.environ)
        text = self.stage["whole"]
        if shard is not None:
            environment["SHARD"], text = str(shard), self.stage["shard"]
        scratch = self.scratch(shard)
        if scratch is not None:
            scratch.mkdir(parents=True, exist_ok=True)
            environment["ATLAS_SCRATCH"] = str(scratch)
        try:
            process = subprocess.Popen(["bash", "-eu", "-o", "pipefail", "-c", LISTENING + text],
                                       env=environment, stdin=subprocess.PIPE)
            with contextlib.suppress(BrokenPipeError), process.stdin as line:
                line.write(b"" if self.told_to_stop else b"\n")
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            if scratch is not None:
                shutil.rmtree(scratch, ignore_errors=True)
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        code = 0 if ended_by else os.WEXITSTATUS(status)
        if code - 128 in BY_SIGNAL:
            ended_by, code = code - 128, 0  # the shell tells how its program ended
        return code, ended_by, usage.ru_maxrss, usage.ru_utime + usage.ru_stime

    def scratch(self, shard: int | None) -> Path | None:
        """The folder of its own on the node's disk, if the settings name one."""
        text = self.job["request"]["scratch"]
        if not text:
            return None
        os.environ.setdefault("USER", pwd.getpwuid(os.getuid()).pw_name)
        part = records.WHOLE if shard is None else shard
        return Path(os.path.expandvars(text), f"atlas-{self.identity}-{self.index}-{part}")

    # --------------------------------------------------------------------------------------------- requeue

    def requeue(self) -> int:
        """Puts the task back into the queue, unless it was cancelled or has been back too often."""
        job = os.environ.get("SLURM_JOB_ID", "")
        if self.restarts >= self.job["request"]["requeues"]:
            often = f"{self.restarts + 1} times" if self.restarts else "once"
            say(f"stopped {often}, as often as the settings allow: not put back into the queue")
            return STOPPED
        try:
            state = re.search(r"\bJobState=(\w+)", slurm.call(["scontrol", "--oneliner", "show", "job", job]))
            # A job that was cancelled is COMPLETING: requeue would wake it again.
            if state and state.group(1) == "RUNNING":
                say("back into the queue")
                slurm.call(["scontrol", "requeue", job])
            else:
                say(f"not put back into the queue: the job is {state.group(1) if state else 'unknown'}")
        except Refused as error:
            say(f"not put back into the queue: {error}; make resume")
        return STOPPED

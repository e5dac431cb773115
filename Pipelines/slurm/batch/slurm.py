"""Calls of Slurm's commands. None needs sacct, and one squeue tells of the whole queue."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from batch import Refused

# Variables by which Slurm's commands would do something else than they are told. Who pays and where may stay.
SWAYING = re.compile(r"(SLURM|SBATCH|SRUN|SALLOC|SQUEUE|SCANCEL|SCONTROL|SACCT|SPANK)_")
KEPT = {"SLURM_CONF", "SBATCH_ACCOUNT", "SBATCH_PARTITION", "SBATCH_QOS", "SBATCH_RESERVATION"}
USUAL_LARGEST_ARRAY = 1001  # Slurm's default
FIELDS = "%F|%K|%T|%k|%r"
STUCK = re.compile(r"DependencyNeverSatisfied|launch failed requeued held|JobHoldMaxRequeue", re.IGNORECASE)


@dataclass(frozen=True)
class Queued:
    """A job of the queue, or a task of an array."""

    job: int
    task: int  # 0 where it is no array
    state: str
    comment: str
    reason: str

    @property
    def running(self) -> bool:
        """Whether it has a node."""
        return self.state not in ("PENDING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT")

    @property
    def stuck(self) -> bool:
        """Whether it will never run by itself."""
        return not self.running and bool(STUCK.search(self.reason))


def environment() -> dict[str, str]:
    """The environment for Slurm's commands."""
    return {name: value for name, value in os.environ.items() if name in KEPT or not SWAYING.match(name)}


def call(words: Sequence[str]) -> str:
    """What a command of Slurm prints; Refused with its reason if it fails."""
    try:
        done = subprocess.run(
            words, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    except FileNotFoundError:
        raise Refused(f"{words[0]}: there is no such command; log in where Slurm's commands are") from None
    except subprocess.TimeoutExpired:
        raise Refused(f"{words[0]} gave no answer in 300 s; try again when the cluster's controller answers") from None
    if done.returncode:
        reason = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise Refused(f"{words[0]}: {reason}")
    return done.stdout


def largest_array() -> int:
    """How many tasks an array may have: MaxArraySize, which is one more than the largest index."""
    match = re.search(r"^MaxArraySize\s*=\s*(\d+)", call(["scontrol", "show", "config"]), re.MULTILINE)
    size = int(match.group(1)) if match else USUAL_LARGEST_ARRAY
    if size < 1:
        raise Refused("the cluster takes no arrays of jobs: its MaxArraySize is 0; ask those who run it")
    return size


def has_commands() -> bool:
    """Whether Slurm's commands are here."""
    return shutil.which("sbatch") is not None


def submit(words: Sequence[str]) -> int:
    """Calls sbatch; the job's number."""
    printed = call(words).strip()
    number = printed.split(";")[0]
    if not number.isdecimal():
        raise Refused(f"sbatch --parsable printed {printed!r}, and no number of a job")
    return int(number)


def queue() -> list[Queued]:
    """All of one's own jobs that have not ended, arrays task by task."""
    lines = call(["squeue", "--me", "--array", "--noheader", f"--format={FIELDS}"]).splitlines()
    found = []
    for line in lines:
        fields = line.split("|", 4)
        if len(fields) == 5 and fields[0].isdecimal():
            job, task, state, comment, reason = fields
            found.append(Queued(int(job), int(task) if task.isdecimal() else 0, state, comment, reason))
    return found


def cancel(jobs: Sequence[int]) -> None:
    """Cancels jobs by their numbers; that some have ended is no error."""
    for start in range(0, len(jobs), 200):
        call(["scancel", *(str(job) for job in jobs[start:start + 200])])


def remembered_states(job: int) -> dict[int, str]:
    """The states of a job's tasks while the controller remembers them, else by accounting; mostly minutes."""
    states: dict[int, str] = {}
    try:
        for line in call(["scontrol", "--oneliner", "show", "job", str(job)]).splitlines():
            task = re.search(r"\bArrayTaskId=(\d+)\b", line)
            state = re.search(r"\bJobState=(\w+)", line)
            if state:
                states[int(task.group(1)) if task else 0] = state.group(1)
    except Refused:
        pass
    if not states:
        try:
            told = call(["sacct", "--allocations", "--noheader", "--parsable2", "--array", "--starttime=now-30days",
                         f"--jobs={job}", "--format=JobID,State"])
        except Refused:
            return {}
        for line in told.splitlines():
            match = re.fullmatch(rf"{job}(?:_(\d+))?\|(\w+).*", line)
            if match:
                states[int(match.group(1) or 0)] = match.group(2)
    return states

"""Why a task failed: by its record, by its log, and by what Slurm remembers of it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch.task import CHANGED, STOPPED, UNSEEN, near_end

MEMORY, TIME, NODE, PREEMPTED, CANCELLED = "memory", "time", "node", "preempted", "cancelled"
PROGRAM, FAILED, LOST, WAITING = "programs changed", "failed", "lost", "waiting"

# What slurmstepd and srun write into a log. A step alone is cancelled by the warning before a time limit, too.
IN_LOG = (
    (MEMORY, re.compile(r"exceeded (job |step )?memory limit|oom[-_ ]kill|Out Of Memory|OUT_OF_MEMORY", re.IGNORECASE)),
    (TIME, re.compile(r"DUE TO TIME LIMIT")),
    (NODE, re.compile(r"DUE TO NODE FAILURE|NODE FAILURE")),
    (PREEMPTED, re.compile(r"DUE TO PREEMPTION")),
    (CANCELLED, re.compile(r"\*\*\* JOB \d+ ON \S+ CANCELLED AT \S+ \*\*\*|CANCELLED by")),
)
OF_STATE = {"OUT_OF_MEMORY": MEMORY, "TIMEOUT": TIME, "DEADLINE": TIME, "NODE_FAIL": NODE, "BOOT_FAIL": NODE,
            "PREEMPTED": PREEMPTED, "CANCELLED": CANCELLED}
NEAR = 0.9  # of the asked memory, at which a kill is taken for the limit's
START = re.compile(r"^atlas: \S+, attempt \d+, on ")


@dataclass(frozen=True)
class Failure:
    """A shard or a whole that is not done and will not be."""

    stage: str
    shard: int | None
    cause: str
    text: str
    log: Path | None = None
    tail: tuple[str, ...] = ()


def last_attempt(lines: list[str]) -> list[str]:
    """The lines of a log since the last start of a task in it."""
    starts = [number for number, line in enumerate(lines) if START.match(line)]
    return lines[starts[-1]:] if starts else lines


def read_log(path: Path | None, most: int = 1 << 18) -> list[str]:
    """The lines at the end of a log."""
    if path is None:
        return []
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - most))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def told_by_log(lines: Iterable[str]) -> str:
    """The cause that Slurm's own lines in a log name; nothing if none does."""
    text = "\n".join(line for line in lines if line.startswith(("slurmstepd", "srun")))
    return next((cause for cause, form in IN_LOG if form.search(text)), "")


def near_limit(record: dict[str, Any]) -> bool:
    """Whether a command's peak memory came near what was asked for."""
    return record.get("peak", 0) >= NEAR * record["asked"]["megabytes"]


def cause(record: dict[str, Any] | None, log: list[str], state: str) -> tuple[str, str]:
    """The cause of a failure and a text that says it, given the record, the last attempt's log and Slurm's state."""
    told = told_by_log(log)
    remembered = OF_STATE.get(state, "")
    asked = record["asked"] if record else {}
    texts = {
        MEMORY: f"ended for lack of memory: {asked.get('megabytes', '?')} MB were asked for",
        TIME: f"ended by its time limit of {asked.get('minutes', '?')} min",
        NODE: f"ended with its node {record['host'] if record else ''}".rstrip(),
        PREEMPTED: "ended for a job that goes before, and was not queued again",
        CANCELLED: "cancelled",
    }
    if record is None:
        known = remembered or told
        return (known, texts[known]) if known else (LOST, "left the queue before it began, as when it is cancelled")
    if record["status"] == "started":
        # A node that fails, or a limit, takes the runner along. Out of memory comes first: Slurm may call it FAILED.
        known = MEMORY if MEMORY in (told, remembered) else remembered or told
        if known:
            return known, texts[known]
        return LOST, f"ended without a trace on {record['host']}, as when a node fails"
    return of_ended(record, told, remembered, texts)


def of_ended(record: dict[str, Any], told: str, remembered: str, texts: dict[str, str]) -> tuple[str, str]:
    """The same for a record that its runner could finish."""
    code, ended_by = record["code"], record["signal"]
    if record.get("problem"):
        return (PROGRAM if code == CHANGED else FAILED), record["problem"]
    if MEMORY in (told, remembered) or (ended_by == signal.SIGKILL and near_limit(record)):
        return MEMORY, f"{texts[MEMORY]}, {record['peak']} MB used"
    if TIME in (told, remembered):
        return TIME, texts[TIME]
    if code == STOPPED or (record["toldToStop"] and ended_by == signal.SIGTERM):
        known = remembered or told
        if near_end(record):
            return TIME, f"stopped before its time limit of {record['asked']['minutes']} min"
        return (known, f"told to stop: {texts[known]}") if known else (CANCELLED, "told to stop, and not queued again")
    if ended_by:
        return FAILED, f"its program was ended by {signal.Signals(ended_by).name}"
    return FAILED, f"its program ended with exit code {code}" + (" (a file is not seen)" if code == UNSEEN else "")

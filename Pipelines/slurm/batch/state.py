"""Where a run is: every shard's state, by one look at the queue, the records and the plan of the last submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch import failures, records, slurm, visible
from batch.failures import Failure
from batch.plan import SHARDS, WHOLE
from batch.records import Submission
from batch.slurm import Queued

DONE, RUNNING, PENDING, BROKEN = "done", "running", "pending", "failed"
TAIL = 8  # lines of a log


@dataclass
class StageState:
    """The shards of a stage by their states, and its whole's state."""

    name: str
    shards: int
    by_state: dict[str, list[int]] = field(default_factory=lambda: {DONE: [], RUNNING: [], PENDING: [], BROKEN: []})
    whole: str = DONE
    reasons: set[str] = field(default_factory=set)
    running_tasks: int = 0


@dataclass
class State:
    """What is known of a run."""

    submission: Submission
    stages: list[StageState]
    failures: list[Failure]
    queued: list[Queued] | None  # None: the queue could not be asked
    records: dict[str, dict[str, Any]]

    @property
    def complete(self) -> bool:
        """Whether all is done."""
        return all(stage.whole == DONE and not any(stage.by_state[name] for name in (RUNNING, PENDING, BROKEN))
                   for stage in self.stages)


def of_run(queue: Sequence[Queued], submissions: Sequence[Submission]) -> list[Queued]:
    """The jobs of the queue that these submissions handed to Slurm, by number or by mark."""
    identities = {identity for one in submissions for identity in one.jobs.values()}
    marks = {one.mark for one in submissions}
    return [entry for entry in queue if entry.job in identities or entry.comment in marks]


class Reader:
    """Puts the state together; Slurm is asked at most once about each job with failures."""

    def __init__(self, cluster: Path, submission: Submission, queue: Sequence[Queued] | None) -> None:
        self.cluster, self.submission, self.queue = cluster, submission, queue
        self.entries = {(entry.job, entry.task): entry for entry in queue or ()}
        self.records = records.tasks(cluster)  # after the queue: what has left it has its last record
        self.remembered: dict[int, dict[int, str]] = {}
        self.failures: list[Failure] = []

    def state(self) -> State:
        """The state of the run."""
        stages = [self.stage(name, entry) for name, entry in self.submission.plan["stages"].items()]
        queued = None if self.queue is None else list(self.queue)
        return State(self.submission, stages, self.failures, queued, self.records)

    def stage(self, name: str, described: dict[str, Any]) -> StageState:
        """The state of a stage. What the submission did not ask for was there before."""
        found = StageState(name, described["shards"])
        jobs = {key: job for key, job in self.submission.plan["jobs"].items() if job["stage"] == name}
        asked: set[int] = set()
        for key, job in jobs.items():
            identity = self.submission.jobs.get(key, 0)
            for index, shards in enumerate(job["tasks"] or [[None]]):
                entry = self.entries.get((identity, index))
                found.running_tasks += entry is not None and entry.running and job["part"] == SHARDS
                if entry is not None and not entry.running and entry.reason not in ("None", "", "Dependency"):
                    found.reasons.add(entry.reason)
                for shard in shards:
                    state = self.shard(name, shard, identity, index, entry)
                    if job["part"] == WHOLE:
                        found.whole = state
                    else:
                        found.by_state[state].append(shard)
                        asked.add(shard)
        if WHOLE in {job["part"] for job in jobs.values()}:
            found.by_state[DONE] += [shard for shard in range(found.shards) if shard not in asked]
        else:
            found.by_state[DONE] = list(range(found.shards))
        self.check_files(described["shard_files"], found)
        return found

    def shard(self, stage: str, shard: int | None, identity: int, index: int, entry: Queued | None) -> str:
        """The state of a shard or a whole."""
        record = self.records.get(records.task_name(stage, shard))
        if record is not None and (record["submission"], record["job"]) != (self.submission.folder.name, identity):
            record = None
        if records.is_done(record):
            return DONE
        if self.queue is None:
            return RUNNING if record is not None and record["status"] == "started" else PENDING
        if entry is not None and not entry.stuck:
            if record is None or not entry.running:
                return PENDING
            if record["status"] == "started":
                return RUNNING
            if record["code"] == failures.STOPPED:
                return PENDING  # on its way back into the queue
        self.failures.append(self.failure(stage, shard, identity, index, entry, record))
        return BROKEN

    def failure(self, stage: str, shard: int | None, identity: int, index: int, entry: Queued | None,
                record: dict[str, Any] | None) -> Failure:
        """Why a shard failed, or why it never began."""
        name = f"{stage}-{identity}_{index}.log" if shard is not None else f"{stage}-{identity}.log"
        log = self.cluster / "logs" / name
        lines = failures.last_attempt(failures.read_log(log))
        if record is None and not lines and self.fails_before(stage, shard):
            return Failure(stage, shard, failures.WAITING, "waits for what failed")
        if entry is not None and entry.stuck:
            return Failure(stage, shard, failures.LOST, f"stuck in the queue: {entry.reason}")
        cause, text = failures.cause(record, lines, self.state_of(identity, index, shard))
        if self.submission.cancelled and cause in (failures.LOST, failures.CANCELLED):
            cause, text = failures.CANCELLED, "cancelled"
        return Failure(stage, shard, cause, text, log if lines else None, tuple(lines[-TAIL:]))

    def fails_before(self, stage: str, shard: int | None) -> bool:
        """Whether something failed that the shard or whole waits for."""
        before = list(self.submission.plan["stages"][stage]["after"]) + ([stage] if shard is None else [])
        for failure in self.failures:
            if failure.stage in before and (failure.shard is None) <= (failure.stage != stage):
                return True
        return False

    def state_of(self, identity: int, index: int, shard: int | None) -> str:
        """The state that Slurm remembers of a task that has left the queue."""
        if identity not in self.remembered:
            self.remembered[identity] = slurm.remembered_states(identity) if identity else {}
        return self.remembered[identity].get(index if shard is not None else 0, "")

    def check_files(self, pattern: str, found: StageState) -> None:
        """Shards that are recorded as done, but whose files are not there, count as failed until the whole is made."""
        if not pattern or found.whole == DONE:
            return
        unseen = set(found.by_state[DONE]) - set(visible.shard_numbers(pattern))
        for shard in sorted(unseen):
            found.by_state[DONE].remove(shard)
            found.by_state[BROKEN].append(shard)
            self.failures.append(Failure(found.name, shard, failures.LOST, "ended well, but its file is not there"))

"""Which jobs a run needs: arrays of shards in chunks that the cluster takes, wholes, and what waits for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from batch.settings import Request
from batch.stages import Run

SHARDS, WHOLE = "shards", "whole"


@dataclass(frozen=True)
class Job:
    """One call of sbatch. An array's task i works on tasks[i]; a whole has no tasks."""

    name: str
    stage: str
    part: str
    request: Request
    tasks: tuple[tuple[int, ...], ...] = ()
    throttle: int = 0
    after_ok: tuple[str, ...] = ()
    after_any: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Wanted:
    """What of a stage is to be made: these shards, then the whole."""

    shards: tuple[int, ...] = ()


def grouped(shards: Sequence[int], request: Request) -> list[tuple[int, ...]]:
    """The shards of each task."""
    if not shards:
        return []
    size = request.shards_per_task or -(-len(shards) // request.tasks)
    return [tuple(shards[start:start + size]) for start in range(0, len(shards), size)]


def chunks(tasks: Sequence[tuple[int, ...]], largest: int) -> list[tuple[tuple[int, ...], ...]]:
    """Tasks in arrays of at most `largest`, all nearly as long, so that each counts from 0 and shares fairly."""
    count = -(-len(tasks) // largest)
    bounds = [len(tasks) * number // count for number in range(count + 1)] if count else []
    return [tuple(tasks[start:end]) for start, end in zip(bounds, bounds[1:])]


def lanes(count: int, throttle: int) -> list[int]:
    """How many tasks of each chunk may run at once. Chunk i waits for chunk i − lanes where there are more."""
    if throttle == 0:
        return [0] * count
    side_by_side = min(count, throttle)
    shares = [throttle * (lane + 1) // side_by_side - throttle * lane // side_by_side for lane in range(side_by_side)]
    return [shares[number % side_by_side] for number in range(count)]


def plan(run: Run, wanted: Mapping[str, Wanted], requests: Mapping[tuple[str, str], Request],
         largest: int) -> list[Job]:
    """The jobs for what is wanted, in the order in which they are submitted."""
    jobs: list[Job] = []
    for stage in run.stages:
        if stage.name not in wanted:
            continue
        before = tuple(f"{name}.{WHOLE}" for name in stage.after if name in wanted)
        request = requests[stage.name, SHARDS]
        parts = chunks(grouped(wanted[stage.name].shards, request), largest)
        throttles = lanes(len(parts), request.throttle)
        side_by_side = min(len(parts), request.throttle) if request.throttle else len(parts)
        arrays = [
            Job(f"{stage.name}.{number}", stage.name, SHARDS, request, tasks, throttles[number], before,
                (f"{stage.name}.{number - side_by_side}",) if number >= side_by_side else ())
            for number, tasks in enumerate(parts)]
        jobs += arrays
        jobs.append(Job(f"{stage.name}.{WHOLE}", stage.name, WHOLE, requests[stage.name, WHOLE],
                        after_ok=tuple(job.name for job in arrays) or before))
    return jobs


def raised(request: Request, megabytes: int, minutes: int) -> Request:
    """The same request with at least so many megabytes and minutes, from now on."""
    return replace(request, megabytes=max(request.megabytes, megabytes), minutes=max(request.minutes, minutes),
                   least_megabytes=megabytes, least_minutes=minutes)

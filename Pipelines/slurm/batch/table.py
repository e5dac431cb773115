"""What `status` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from batch import failures
from batch.failures import Failure
from batch.records import is_done
from batch.state import BROKEN, DONE, PENDING, RUNNING, StageState, State

SHOWN = 5  # failures whose log is shown


def ranges(numbers: Sequence[int]) -> str:
    """Numbers in short: 0-3, 7."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def duration(seconds: float) -> str:
    """A time in its two largest units."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 86400} d {seconds % 86400 // 3600} h"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as columns, the first to the left and the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                      for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]


def records_of(state: State, stage: str) -> list[dict[str, Any]]:
    """The records of what ended well in a stage in this submission."""
    return [record for record in state.records.values()
            if record["stage"] == stage and record["submission"] == state.submission.folder.name
            and is_done(record)]


def left(state: State, stage: StageState) -> str:
    """The time that a stage's shards still need, by those that are done and as many tasks as run now."""
    seconds = [record["seconds"] for record in records_of(state, stage.name) if record["shard"] is not None]
    waiting = len(stage.by_state[RUNNING]) + len(stage.by_state[PENDING])
    if not seconds or not waiting or not stage.running_tasks:
        return ""
    rounds = waiting / stage.running_tasks
    return duration(sum(seconds) / len(seconds) * max(rounds, 1))


def used(state: State, stage: str) -> tuple[str, str]:
    """The longest time and the highest memory of a stage's tasks, with their share of what was asked for."""
    ended = records_of(state, stage)
    if not ended:
        return "", ""
    tasks: dict[tuple[int, int, bool], float] = {}
    for record in ended:
        key = record["job"], record["task"], record["shard"] is None
        tasks[key] = tasks.get(key, 0) + record["seconds"]
    times = [(tasks[record["job"], record["task"], record["shard"] is None], record["asked"]["minutes"] * 60)
             for record in ended]
    time, asked_time = max(times, key=lambda pair: pair[0] / pair[1])
    memory, asked_memory = max(((record["peak"], record["asked"]["megabytes"]) for record in ended),
                               key=lambda pair: pair[0] / pair[1])
    return (f"{duration(time)} ({100 * time / asked_time:.0f} %)", f"{memory} MB ({100 * memory / asked_memory:.0f} %)")


def table(state: State) -> list[str]:
    """A line for each stage."""
    rows = [["stage", "done", "running", "pending", "failed", "whole", "left", "longest task", "most memory"]]
    for stage in state.stages:
        count = [len(stage.by_state[name]) for name in (DONE, RUNNING, PENDING, BROKEN)]
        numbers = [f"{count[0]} of {stage.shards}", *map(str, count[1:])] if stage.shards else ["", "", "", ""]
        rows.append([stage.name, *numbers, stage.whole, left(state, stage), *used(state, stage.name)])
    return aligned(rows)


def where(state: State) -> str:
    """One line that says where the run is."""
    if state.complete:
        return "The run is complete."
    at_work = [stage.name for stage in state.stages if stage.by_state[RUNNING] or stage.whole == RUNNING]
    waits = [stage for stage in state.stages if stage.by_state[PENDING] or stage.whole == PENDING]
    if state.queued is None:
        return "The queue cannot be asked; this is what the records say."
    text = f"At work: {', '.join(at_work)}." if at_work else "Nothing runs."
    if waits and not at_work and waits[0].reasons:
        text += f" {waits[0].name} waits: {', '.join(sorted(waits[0].reasons))}."
    if state.failures:
        goes_on = any(not entry.stuck and entry.reason != "Dependency" for entry in state.queued)
        text += " Something failed; " + (
            "what does not depend on it goes on, then make resume." if goes_on
            else "what waits for it will never run: make resume." if state.queued else "make resume submits it again.")
    return text


def grouped(found: Sequence[Failure]) -> dict[tuple[str, str, str], list[Failure]]:
    """Failures of a stage with the same cause and text together."""
    groups: dict[tuple[str, str, str], list[Failure]] = {}
    for failure in found:
        groups.setdefault((failure.stage, failure.cause, failure.text), []).append(failure)
    return groups


def explained(state: State) -> Iterator[str]:
    """What failed and why, with the last lines of logs."""
    shown = 0
    for (stage, cause, text), group in grouped(state.failures).items():
        shards = [failure.shard for failure in group if failure.shard is not None]
        if cause == failures.WAITING:
            continue
        yield f"{stage} {f'shard {ranges(shards)}' if shards else 'whole'}: {text}"
        first = next((failure for failure in group if failure.log is not None), None)
        if first is not None and shown < SHOWN:
            shown += 1
            yield f"  {first.log}"
            yield from (f"  | {line}" for line in first.tail)


def report(state: State) -> str:
    """All that status prints."""
    lines = [state.submission.plan["title"], "", *table(state), "", where(state)]
    details = list(explained(state))
    return "\n".join(lines + ([""] + details if details else [])) + "\n"

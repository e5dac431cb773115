"""What the stages of an atlas took, by what programs and jobs wrote down."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent / "slurm"))
from batch import records


@dataclass
class Use:
    """What the runs of programs for a product have taken together; `merge` is the part of putting shards together."""

    cpu: float = 0.0
    wall: float = 0.0
    merge: float = 0.0
    peak: float = 0.0
    runs: int = 0
    threads: int = 1


def stage_name(line: dict) -> str:
    """The stage of a product, with its grid."""
    return f"{line['stage']}-{line['grid']}" if line.get("grid") else line["stage"]


def stage_of(stage: str, table: dict[str, Any]) -> Any:
    """The entry of a stage in a table by stage and grid: of a pilot, which has one grid."""
    return next(entry for name, entry in table.items() if name == stage or name.startswith(stage + "-"))


def used(out: Path, line: dict) -> Use | None:
    """What the last making of a product has taken: on a cluster, or here; None if nothing is known."""
    return used_by_jobs(out, line) or used_here(out, line)


def used_here(out: Path, line: dict) -> Use | None:
    """The same by the lines that programs wrote: those since the making before."""
    try:
        lines = (out / ".settings/usage.jsonl").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    use, is_whole = Use(), False
    for text in lines:
        try:
            entry = json.loads(text)
        except ValueError:
            continue  # cut off
        path, is_shard = entry["output"], False
        if ".parts/" in path:
            path, is_shard = path[:path.index(".parts/")], True
        path = os.path.relpath(path[:-4] if path.endswith(".new") else path, out)
        if line["path"] not in (path, os.path.splitext(path)[0] + ".png"):
            continue
        if is_whole:
            use, is_whole = Use(), False
        is_whole = entry["isFinished"] and not is_shard
        use.runs += 1
        use.cpu += entry["cpuSeconds"]
        use.wall += entry["seconds"]
        use.merge = entry["cpuSeconds"] if is_whole and use.runs > 1 else 0
        use.peak = max(use.peak, entry["peakBytes"])
        use.threads = entry["threadCount"]
    return use if use.runs else None


def used_by_jobs(out: Path, line: dict) -> Use | None:
    """The same by the records of jobs."""
    use = Use()
    for record in records.tasks(out / "cluster").values():
        if record.get("stage") != stage_name(line) or "cpu" not in record:
            continue
        use.runs += 1
        use.cpu += record["cpu"]
        use.wall += record["seconds"]
        use.peak = max(use.peak, 1024 * 1024 * record["peak"])
    return use if use.runs else None

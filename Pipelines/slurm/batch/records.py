"""What is written down of a run below its folder `cluster`: submissions, their jobs, and what became of tasks.

    cluster/submissions/0001/   plan.json, environment.sh, jobs (one a line: id, name), and the runner's Python files
    cluster/tasks/              a record of each shard and each whole, of its latest attempt
    cluster/logs/               what tasks print
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

WHOLE = "whole"


def write(path: Path, text: str) -> None:
    """Writes a file so that others see the old one or the new one, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.uname().nodename}-{os.getpid()}")
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    sync_folder(path.parent)


def append(path: Path, line: str) -> None:
    """Adds a line to a file, and returns when it is on the disk."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Brings the names in a folder to the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a JSON file as `write` does."""
    write(path, json.dumps(content, indent=1) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """What a JSON file holds; None if it is not there or not sound."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def digest(path: str) -> str:
    """The SHA-256 of a file."""
    sum_ = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            sum_.update(block)
    return sum_.hexdigest()


# ------------------------------------------------------------------------------------------------------ tasks


def task_name(stage: str, shard: int | None) -> str:
    """The name of a record: extract-12, or extract-whole."""
    return f"{stage}-{WHOLE if shard is None else shard}"


def task_path(cluster: Path, stage: str, shard: int | None) -> Path:
    """The record of a shard, or of the whole."""
    return cluster / "tasks" / f"{task_name(stage, shard)}.json"


def is_done(record: dict[str, Any] | None) -> bool:
    """Whether a record says that its command ended well."""
    return record is not None and record["status"] == "ended" and record["code"] == 0 and not record["signal"]


def tasks(cluster: Path) -> dict[str, dict[str, Any]]:
    """All records of tasks by their names."""
    folder = cluster / "tasks"
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return {}
    found = {name[:-5]: read_json(folder / name) for name in names if name.endswith(".json") and name[0] != "."}
    return {name: record for name, record in found.items() if record is not None}


# ------------------------------------------------------------------------------------------------ submissions


class Submission:
    """One call of submit or resume that Slurm accepted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = read_json(folder / "plan.json") or {}
        self.jobs: dict[str, int] = {}
        try:
            for line in (folder / "jobs").read_text(encoding="utf-8").splitlines():
                identity, name = line.split()
                self.jobs[name] = int(identity)
        except FileNotFoundError:
            pass

    @property
    def mark(self) -> str:
        """The comment that its jobs carry."""
        return self.plan.get("mark", "")

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` ended it."""
        return (self.folder / "cancelled").exists()


def submissions(cluster: Path) -> list[Submission]:
    """All submissions, the latest last; such as failed midway are left out."""
    try:
        names = sorted(name for name in os.listdir(cluster / "submissions") if name.isdigit())
    except FileNotFoundError:
        return []
    found = [Submission(cluster / "submissions" / name) for name in names]
    return [one for one in found if one.plan]

"""Files on a shared file system: another node's are seen only once their folder has been listed."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path

PATIENCE = 60.0  # seconds; by default NFS keeps what it knows of a folder for as long


def listing(folder: Path) -> set[str]:
    """The names in a folder as its server tells them now; none if there is no such folder."""
    try:
        return set(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return set()


def exists(path: Path) -> bool:
    """Whether there is such a file, by a listing of its folder."""
    return path.name in listing(path.parent)


def shard_numbers(pattern: str) -> dict[int, Path]:
    """The files of a pattern whose * stands for the number of a shard."""
    folder, name = os.path.split(pattern)
    before, after = name.split("*")
    form = re.compile(re.escape(before) + "([0-9]+)" + re.escape(after))
    matches = [form.fullmatch(entry) for entry in listing(Path(folder))]
    return {int(match.group(1)): Path(folder, match.group()) for match in matches if match}


def wait_for_shards(pattern: str, shards: Iterable[int], seconds: float | None = None) -> set[int]:
    """Waits until the files of these shards are seen; those that are not after that time."""
    wanted = set(shards)
    deadline = time.monotonic() + (PATIENCE if seconds is None else seconds)
    pause = 0.1
    while True:
        unseen = wanted - set(shard_numbers(pattern))
        left = deadline - time.monotonic()
        if not unseen or left <= 0:
            return unseen
        time.sleep(min(pause, left))
        pause = min(2 * pause, 5.0)

"""A stage that takes a moment and does nothing: fake_stage.py ACT FOLDER STAGE SHARDS, ACT as in the stages file.

A file FOLDER/told/STAGE-SHARD (or STAGE-whole) tells it to misbehave at its next start, and is removed: `fail 3` exits
with that code, `memory 300` takes so many megabytes, `sleep 60` works for so many seconds, `deaf 60` does so and
ignores SIGTERM. FOLDER/ran/STAGE-SHARD has a line for each time that a shard was made.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

STOPPED = 75


def stop(number: int, frame: object) -> None:
    """Ends as programs do that have saved what they had in hand."""
    print("saved", flush=True)
    sys.exit(STOPPED)


def text_of(stage: str, shard: int) -> str:
    """What a shard holds."""
    return f"{stage} {shard}\n" * 3


def shard_path(folder: Path, stage: str, shard: int, shards: int) -> Path:
    """The file of a shard."""
    return folder / f"{stage}.parts" / f"shard-{shard:05}-of-{shards:05}"


def write(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text)
    os.replace(partial, path)


def misbehave(folder: Path, name: str, seconds: float) -> None:
    """Works for a moment, or does what it is told."""
    told = folder / "told" / name
    act, amount = "sleep", seconds
    if told.exists():
        words = told.read_text().split()
        act, amount = words[0], float(words[1])
        told.unlink()
    if act == "fail":
        print("this shard is told to fail", file=sys.stderr)
        sys.exit(int(amount))
    if act == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if act == "memory":
        taken = bytearray(int(amount) << 20)
        taken[::4096] = b"x" * len(taken[::4096])
        amount = 20
    time.sleep(amount)


def main(act: str, folder: Path, stage: str, shards: int) -> None:
    signal.signal(signal.SIGTERM, stop)
    seconds = float(os.environ.get("FAKE_SECONDS", "0.5"))
    present = [path.exists() and path.read_text() == text_of(stage, shard)
               for shard in range(shards) for path in [shard_path(folder, stage, shard, shards)]]
    result, expected = folder / stage, "".join(text_of(stage, shard) for shard in range(max(shards, 1)))
    if act == "shard":
        shard = int(os.environ["SHARD"])
        assert os.environ["HDF5_USE_FILE_LOCKING"] == "FALSE" and os.environ["ATLAS_THREADS"].isdecimal()
        misbehave(folder, f"{stage}-{shard}", seconds)
        write(shard_path(folder, stage, shard, shards), text_of(stage, shard))
        (folder / "ran").mkdir(exist_ok=True)
        with open(folder / "ran" / f"{stage}-{shard}", "a") as file:
            file.write(f"{os.environ['SLURM_JOB_ID']}\n")
    elif act == "missing":
        print("\n".join(str(shard) for shard, there in enumerate(present) if not there))
    elif act == "whole":
        misbehave(folder, f"{stage}-whole", 0)
        if not all(present):
            sys.exit(f"shard {present.index(False)} of {stage} does not fit")
        write(result, expected)
    elif act == "done":
        sys.exit(not (result.exists() and result.read_text() == expected))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))

#!/usr/bin/env python3
"""Kills every stage of a small atlas at random moments, and checks that it ends in the bytes of a run without kills.

    python3 Scripts/check_kills.py --kills 1000

An atlas of the synthetic world is made by make; then again, stage by stage and in shards, by the commands that jobs of
a cluster run. Each command is killed (SIGKILL, with all its processes) at moments drawn from the time that it takes,
and started again. After each kill, what lies under the name of a result is compared with the first atlas, byte by byte;
at the end all files are, and nothing else may be left.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SMALL = ["STEPS=24", "GRID=6,10", "POSITIONS=6", "PATH_STEPS=0", "STABILITY=0"]
BESIDE = (".settings", "cluster")  # folders beside the results


def make(*words: str) -> None:
    """Runs make quietly."""
    subprocess.run(["make", "--no-print-directory", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of all files of an atlas, by their paths in its folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.startswith(BESIDE):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def changed(folder: Path, expected: dict[str, str]) -> list[str]:
    """Results that are there, and are not what they should be."""
    return [name for name, digest in expected.items()
            if (folder / name).exists() and hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest]


def run(command: str, shard: int, after: float | None) -> tuple[bool, float]:
    """Runs a command to its end, or kills it after so many seconds; whether it ended, and how long it took."""
    environment = {**os.environ, "SHARD": str(shard), "ATLAS_THREADS": "2"}
    start = time.monotonic()
    process = subprocess.Popen(["bash", "-c", command], cwd=ROOT, env=environment, start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        messages = process.communicate(timeout=after)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return False, time.monotonic() - start
    if process.returncode != 0:
        sys.exit(f"FAILED: {command}\n{messages.decode(errors='replace')}")
    return True, time.monotonic() - start


def commands(stages: list[dict]) -> list[tuple[str, str, int]]:
    """All commands in their order: the stage, the command and the number of the shard."""
    found = []
    for stage in stages:
        found += [(stage["name"], stage["shard"], shard) for shard in range(stage["shards"])]
        found.append((stage["name"], stage["whole"], 0))
    return found


def main() -> None:
    """Makes the atlas twice, and prints a line for each stage."""
    summary, rest = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000, help="how many in all (default: 1000)")
    parser.add_argument("--shards", type=int, default=3, help="shards of stages that have them (default: 3)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments (default: 0)")
    parser.add_argument("--folder", type=Path, default=ROOT / "Data/work/kills")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    folder: Path = options.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    words = [f"OUT={folder}", *SMALL]
    make("explore", *words)
    expected = digests(folder)
    for name in {Path(name).parts[0] for name in expected}:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    make("GOAL=explanation", f"{folder}/.settings/planned", *words)
    make("GOAL=explanation", f"{folder}/cluster/stages.json", f"SHARDS={options.shards}", *words)
    work = commands(json.loads((folder / "cluster/stages.json").read_text())["stages"])
    print(f"{len(expected)} files, {len(work)} commands in {options.shards} shards, {options.kills} kills", flush=True)

    killed = damaged = 0
    tally: dict[str, int] = {}
    for place, (name, command, shard) in enumerate(work):
        share = options.kills * (place + 1) // len(work) - options.kills * place // len(work)
        seconds = 1.0
        before = folder.with_name(folder.name + ".before")
        shutil.rmtree(before, ignore_errors=True)
        shutil.copytree(folder, before)
        for _ in range(share):
            while True:
                ended, took = run(command, shard, chance.uniform(0, 1.1 * seconds))
                if not ended:
                    break
                # It ended before it was killed, and has nothing left to do: it does all of it again.
                seconds = took
                shutil.rmtree(folder)
                shutil.copytree(before, folder)
            killed += 1
            tally[name] = tally.get(name, 0) + 1
            wrong = changed(folder, expected)
            damaged += len(wrong)
            if wrong:
                print(f"FAILED   {name}: half-written under their names: {wrong}", flush=True)
        run(command, shard, None)
        shutil.rmtree(before)
        if place + 1 == len(work) or work[place + 1][0] != name:
            print(f"{name}: {tally.get(name, 0)} kills", flush=True)
    found = digests(folder)
    missing = sorted(expected.keys() - found.keys())
    further = sorted(found.keys() - expected.keys())
    others = sorted(name for name in expected.keys() & found.keys() if expected[name] != found[name])
    print(f"{killed} kills; {len(expected)} files: {len(others)} with other bytes {others}, {len(missing)} missing "
          f"{missing}, {len(further)} left over {further}; half-written under their names: {damaged}")
    if others or missing or further or damaged:
        sys.exit(1)


if __name__ == "__main__":
    main()

"""The project's programs: their command lines, all in one place, and what a run of them costs.

Needs the standard library alone, and keeps little in memory: a child's peak counts what its parent held when it
was started.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

Command = list[object]
Commands = dict[str, Command]  # by the names of the steps


class Failed(Exception):
    """A program or a child process that did not end well."""


@dataclass
class Cost:
    """What processes took that ran one after the other."""

    seconds: float = 0.0
    peak_mib: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, max(self.peak_mib, other.peak_mib))


def measured(command: Sequence[object], log: IO[str] | None = None) -> Cost:
    """Runs a command; its wall time and its own largest resident memory. Raises Failed."""
    command = [str(part) for part in command]
    start = time.perf_counter()
    try:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
    except OSError as error:
        raise Failed(f"cannot run {command[0]}: {error.strerror}") from None
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        raise
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{Path(command[0]).name} ended with code {process.returncode}: {' '.join(command)}")
    return Cost(seconds, usage.ru_maxrss / 1024)


def reduce(activations: Path, output: Path) -> Command:
    return ["atlas-reduce", "--activations", activations, "--components", 50, "--output", output]


def neighbors(source: list[object], output: Path, metric: str, count: int) -> Command:
    return ["atlas-neighbors", *source, "--metric", metric, "--neighbors", count, "--output", output]


def embed(source: list[object], graph: Path, method: str, output: Path, seed: int = 0) -> Command:
    return [
        "atlas-embed", *source, "--neighbor-graph", graph, "--method", method, "--min-dist", 0.05, "--perplexity", 30,
        "--start", "pca", "--report", "none", "--seed", seed, "--output", output,
    ]


def umap_commands(activations: Path, work: Path) -> Commands:
    """The raw rows' 50 nearest by cosine, and the layout; by the names of the steps."""
    source, graph = ["--activations", activations], work / "umap_neighbors.h5"
    return {
        "neighbors": neighbors(source, graph, "cosine", 50),
        "layout": embed(source, graph, "umap", work / "umap_layout.h5"),
    }


def umap_again(activations: Path, work: Path, seed: int) -> Commands:
    """Another layout of the neighbors that `umap_commands` found."""
    source, graph = ["--activations", activations], work / "umap_neighbors.h5"
    return {"layout": embed(source, graph, "umap", work / "umap_layout.h5", seed)}


def tsne_commands(activations: Path, work: Path) -> Commands:
    """50 principal components, as many of their nearest as three times the perplexity, and the layout."""
    components, graph = work / "tsne_components.h5", work / "tsne_neighbors.h5"
    source = ["--components", components]
    return {
        "pca": reduce(activations, components),
        "neighbors": neighbors(source, graph, "euclidean", 90),
        "layout": embed(source, graph, "tsne", work / "tsne_layout.h5"),
    }


def run_all(folder: Path, commands: Commands, log: IO[str] | None = None) -> dict[str, Cost]:
    """Runs commands of programs in a folder one after the other; the cost of each by its name."""
    costs = {}
    for name, (program, *rest) in commands.items():
        costs[name] = measured([folder / program, *rest], log)
    return costs


def lacking(folder: Path, commands: Commands) -> list[str]:
    """The programs that a folder does not hold, in order."""
    names = dict.fromkeys(command[0] for command in commands.values())
    return [name for name in names if not (folder / name).is_file()]

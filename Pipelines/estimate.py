#!/usr/bin/env python3
"""Forecasts what an atlas costs, stage by stage, from two small ones that it makes and measures; for make estimate.

A stage takes a + b w of processor time: w is what the stage has to do, by the formulas of atlas-plan, and a and b are
measured at a smaller and a larger sample of the images, both in OUT/estimate; what it takes to put shards together is
measured in the same way. Memory and disk are those of the larger
sample, and by the same formulas what is more at full size. A grid has as many cells as the larger sample's layout
fills, with a threshold as much lower as it has fewer samples.

Where the atlas is there, what its stages took is shown beside the forecast.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent / "slurm"))
from batch import Refused, records
from batch.settings import read as read_settings

IMAGE_SECONDS = 10  # of one thread at 100 GFLOP/s, for sampling the larger pilot
ICON_SECONDS = 20  # the same for its icons
SAMPLES = 30_000  # of the larger pilot, where its images have as many positions
FEWER = 4  # the smaller pilot is so many times smaller
PILOT_SHARDS = 2  # so that putting them together is measured too
SHARDED = ("extract", "neighbors", "render", "attribute", "effects")
JOINED = ("render", "attribute")  # in one piece, too, something is done when all items are
ENDINGS = {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"}


@dataclass
class Use:
    """What the runs of programs for a product have taken together; `merge` is the part of putting shards together."""

    cpu: float = 0.0
    wall: float = 0.0
    merge: float = 0.0
    peak: float = 0.0
    runs: int = 0
    threads: int = 1


@dataclass
class Forecast:
    """What a stage will take: seconds of processor time, and those of them that put shards together."""

    name: str
    cpu: float
    merge: float
    efficiency: float
    memory: float
    disk: float
    is_sharded: bool

    def wall(self, cores: int, job_cores: int, shards: int) -> float:
        """The seconds that pass on so many cores, with jobs of `job_cores`."""
        job = min(cores, job_cores)
        if not self.is_sharded or shards == 1:
            return self.cpu / (job * self.efficiency)
        # Shards run in waves of as many jobs as the cores hold.
        waves = math.ceil(shards / max(1, cores // job))
        return waves * (self.cpu - self.merge) / shards / (job * self.efficiency) + self.merge


class Estimate:
    """The pilots of an atlas and what follows from them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder = options.folder / "estimate"
        self.grids = options.grid.split(",")

    # ----------------------------------------------------------------------------------------------- make

    def make(self, goal: str, out: Path, *variables: str, capture: bool = False) -> str:
        """Runs make in a folder of its own; what it printed, if that is wanted."""
        command = [
            *self.options.make.split(), "--no-print-directory", goal, f"OUT={out}", *self.options.given,
            "ALIGN_TO=", "COLUMNS=", "CLASS=", "A=", "B=", "BESIDE=", *variables]
        log = self.folder / "log.txt"
        with open(log, "a", encoding="utf-8") as file:
            ended = subprocess.run(
                command, stdout=subprocess.PIPE if capture else file, stderr=file, text=True, check=False)
        if ended.returncode:
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
            raise Refused("\n".join(["the sample could not be made:", *tail, f"all of it: {log}"]))
        return ended.stdout or ""

    def costs(self, out: Path, images: Path, words: str = "", *variables: str) -> dict:
        """The costs of an atlas on one thread of a nominal machine, as atlas-plan prints them."""
        text = self.make("costs", out, f"DATASET={images}", "GOAL=explanation", f"COSTS={words}", *variables,
                         capture=True)
        table = json.loads(text[text.index("{"):])
        for line in table["products"]:
            line["path"] = os.path.relpath(line["path"], out)
        table["stages"] = {stage_name(line): line for line in table["products"] if line["stage"] != "first"}
        return table

    # --------------------------------------------------------------------------------------------- pilots

    def link(self, name: str, images: list[Path]) -> Path:
        """A folder of links to images, below the folders that they lie in."""
        target = self.folder / f"images-{name}"
        wanted = {path: target / path.relative_to(self.options.images) for path in images}
        for old in target.rglob("*") if target.exists() else []:
            if old.is_symlink() and old not in wanted.values():
                old.unlink()
        for path, new in wanted.items():
            new.parent.mkdir(parents=True, exist_ok=True)
            if not new.is_symlink():
                new.symlink_to(path.resolve())
        return target

    def pilot(self, name: str, images: list[Path], positions: int, side: int) -> tuple[dict, dict]:
        """Makes an atlas of some images; its costs by formula, and what its stages took."""
        out, folder = self.folder / name, self.link(name, images)
        chosen = (f"POSITIONS={positions}", f"GRID={side}", f"SHARDS={PILOT_SHARDS}")
        self.make("explain", out, f"DATASET={folder}", *chosen)
        costs = self.costs(out, folder, "", *chosen)
        return costs, {stage: used(out, line) for stage, line in costs["stages"].items()}

    def cells(self, large: dict, whole: dict) -> list[int]:
        """The cells of each grid, counted in the layout of the larger pilot."""
        part = self.folder / "large" / self.options.method
        counts = []
        for grid in self.grids:
            side, least = int(grid), int(self.options.minimum_count)
            share = large["samples"] / whole["samples"]
            # A grid so coarse that its threshold is a sample or more: cells are as densely filled as those of the
            # grid that is asked for.
            coarse = max(1, min(side, int(side * math.sqrt(least * share))))
            threshold = max(1, round(least * share * (side / coarse) ** 2))
            output = part / f"cells-{coarse}.h5"
            self.run("atlas-grid", "--activations", self.folder / "large/activations.h5", "--layout",
                     part / "layout.h5", "--grid", coarse, "--minimum-count", threshold, "--exemplars", 0,
                     "--output", output)
            line = self.costs(self.folder / "large", self.folder / "images-large", "", f"GRID={coarse}",
                              f"POSITIONS={self.positions}")["stages"][f"grid-{coarse}"]
            output.unlink()
            counts.append(min(round(line["cells"] * (side / coarse) ** 2), max(1, whole["samples"] // least)))
        return counts

    def run(self, program: str, *words: object) -> None:
        """Runs a program of the pipeline, quietly."""
        command = [str(self.options.bin / program), *map(str, words), "--quiet"]
        environment = {name: value for name, value in os.environ.items() if name != "ATLAS_USAGE"}
        ended = subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=False)
        if ended.returncode:
            raise Refused(f"{program} failed: {' '.join(command)}")

    # ------------------------------------------------------------------------------------------- forecasts

    def forecasts(self) -> tuple[dict, list[Forecast], str]:
        """The costs of the whole by formula, the forecast of each stage, and what was measured."""
        self.folder.mkdir(parents=True, exist_ok=True)
        words = f"--image-count {self.options.image_count}" if self.options.image_count else ""
        whole = self.costs(self.folder / "whole", self.options.images, words)
        images = sorted(path for path in self.options.images.rglob("*") if path.suffix.lower() in ENDINGS)
        per_image = whole["stages"]["extract"]["cost"]["seconds"] / whole["images"]
        count = max(min(len(images), 2 * FEWER), min(len(images), round(IMAGE_SECONDS / per_image)))
        chosen = random.Random(0).sample(images, count)
        render = whole["stages"][f"render-{self.grids[0]}"]
        icons = min(64, max(12, ICON_SECONDS * render["cells"] / render["cost"]["seconds"]))
        side = max(4, round(math.sqrt(icons / 0.66)))
        whole_positions = whole["samples"] / whole["images"]
        # As many samples as the whole, or as layouts take seconds for.
        wanted = min(whole["samples"], SAMPLES) / count
        self.positions = max(1, round(max(wanted, min(whole_positions, 100))))
        begin = time.monotonic()
        say(f"a smaller sample: {max(1, count // FEWER)} images")
        small = self.pilot("small", chosen[:max(1, count // FEWER)], self.positions, max(2, side // 2))
        say(f"a larger one: {count} images")
        large = self.pilot("large", chosen, self.positions, side)
        whole = self.costs(self.folder / "whole", self.options.images,
                           f"{words} --cells {','.join(map(str, self.cells(large[0], whole)))}")
        icons = large[0]["stages"][f"render-{side}"]["cells"]
        measured = (f"{count} images, {large[0]['samples']:,} samples and {icons} icons, in "
                    f"{duration(time.monotonic() - begin)}, and a fourth of them")
        stages = [self.forecast(name, line, small, large) for name, line in whole["stages"].items()]
        return whole, stages, measured

    def forecast(self, name: str, line: dict, small: tuple, large: tuple) -> Forecast:
        """A stage's forecast from what it took in the pilots."""
        stage = line["stage"]
        costs = [stage_of(stage, pilot[0]["stages"])["cost"] for pilot in (small, large)]
        uses = [stage_of(stage, pilot[1]) for pilot in (small, large)]
        cost, last = line["cost"], uses[1]
        runs = PILOT_SHARDS if stage in SHARDED else 1
        is_sharded = stage in SHARDED and self.options.shards > 1
        starts, work = fitted([(changing(one, runs), use.cpu - use.merge) for one, use in zip(costs, uses)],
                              changing(cost, self.options.shards if is_sharded else 1))
        # Both pilots have started the program so many times.
        start = starts / runs
        merge = 0.0
        if is_sharded or stage in JOINED:
            merge = sum(fitted([(one["finishing"], use.merge) for one, use in zip(costs, uses)], cost["finishing"]))
        return Forecast(
            name=name, cpu=start * (self.options.shards if is_sharded else 1) + work + merge, merge=merge,
            efficiency=min(1, max(0.1, last.cpu / max(1e-9, last.wall * last.threads))),
            memory=last.peak + max(0, cost["memory"] - costs[1]["memory"]), disk=cost["disk"], is_sharded=is_sharded)


def changing(cost: dict, shards: int) -> float:
    """The seconds of a cost that depend on how much there is to do, with what further shards do again."""
    return cost["seconds"] - cost["fixedSeconds"] + (shards - 1) * cost["repeatedSeconds"]


def fitted(points: list[tuple[float, float]], at: float) -> tuple[float, float]:
    """The line through two points, at a third: its constant, and the rest. Neither is negative."""
    (x, y), (far, high) = points
    slope = (high - y) / (far - x) if far != x else 0.0
    constant = y - slope * x
    if slope <= 0:
        return max(y, high), 0.0
    return (constant, slope * at) if constant >= 0 else (0.0, high / far * at)


def stage_name(line: dict) -> str:
    """The stage of a product, with its grid."""
    return f"{line['stage']}-{line['grid']}" if line.get("grid") else line["stage"]


def stage_of(stage: str, table: dict[str, Any]) -> Any:
    """The entry of a stage in a table by stage and grid: of a pilot, which has one grid."""
    return next(entry for name, entry in table.items() if name == stage or name.startswith(stage + "-"))


# ------------------------------------------------------------------------------------------------------- what was used

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


# --------------------------------------------------------------------------------------------------------- for reading

def say(text: str) -> None:
    """Says what happens."""
    print(f"estimate: {text}", file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """A time for reading."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 5400:
        return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"
    return f"{seconds / 3600:.1f} h" if seconds < 180 * 3600 else f"{seconds / 3600:,.0f} h"


def size(count: float) -> str:
    """A number of bytes for reading."""
    return f"{max(1, round(count / 1e6))} MB" if count < 1e9 else f"{count / 1e9:,.1f} GB"


def print_table(rows: list[list[str]]) -> None:
    """Prints rows with the first column to the left and the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                        for column, (cell, width) in enumerate(zip(row, widths))).rstrip())


def report(estimate: Estimate) -> None:
    """Makes the forecast and prints it."""
    options = estimate.options
    whole, stages, measured = estimate.forecasts()
    uses = {name: used(options.folder, line) for name, line in whole["stages"].items()}
    is_there = any(uses.values())
    settings = read_settings(options.settings)
    machine = os.cpu_count() or 1
    cores = options.cores or [machine]
    print(f"estimate of {whole['title'].removeprefix('plan: ')}")
    print(f"measured: {measured}")
    head = ["stage", "CPU", "memory", "disk", *(f"on {count:,} {'core' if count == 1 else 'cores'}" for count in cores)]
    rows = [head + (["took", "of forecast"] if is_there else [])]

    def job_cores(count: int, stage: str) -> int:
        # On one machine a stage has all of it.
        return count if count <= machine else settings.value("cpus", stage)

    totals = [0.0] * len(cores)
    for stage in stages:
        kind = stage.name.split("-")[0]
        walls = [stage.wall(count, job_cores(count, kind), options.shards) for count in cores]
        totals = [total + wall for total, wall in zip(totals, walls)]
        row = [stage.name, duration(stage.cpu), size(stage.memory), size(stage.disk), *map(duration, walls)]
        use = uses[stage.name]
        if is_there:
            row += [duration(use.cpu), f"{use.cpu / max(stage.cpu, 1e-9):.2f}"] if use else ["", ""]
        rows.append(row)
    row = ["in all", duration(sum(stage.cpu for stage in stages)), size(max(stage.memory for stage in stages)),
           size(sum(stage.disk for stage in stages)), *map(duration, totals)]
    if is_there:
        known = [(stage.cpu, uses[stage.name].cpu) for stage in stages if uses[stage.name]]
        row += [duration(sum(took for _, took in known)),
                f"{sum(took for _, took in known) / max(1e-9, sum(forecast for forecast, _ in known)):.2f}"]
    rows.append(row)
    print_table(rows)
    shards = f"; {options.shards} shards" if options.shards > 1 else ""
    print(f"CPU is processor time on this machine; memory is that of a job; stages follow one another{shards}.")
    if any(count > machine for count in cores):
        print(f"On more than {machine} cores a job has those of {options.settings}; a stage without shards is one job.")


def main() -> int:
    """Prints the forecast; 1 if that is not possible."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--make", required=True, help="the command of make")
    parser.add_argument("--folder", type=Path, required=True, help="the atlas's folder, OUT")
    parser.add_argument("--images", type=Path, required=True, help="the folder of images")
    parser.add_argument("--image-count", type=int, help="the number of images to forecast for")
    parser.add_argument("--bin", type=Path, required=True, help="the folder of the programs")
    parser.add_argument("--method", required=True, help="the layout's method")
    parser.add_argument("--grid", required=True, help="cells along a side, with commas")
    parser.add_argument("--minimum-count", required=True, help="samples that a cell needs")
    parser.add_argument("--shards", type=int, default=1, help="shards of a stage")
    parser.add_argument("--cores", type=lambda text: [int(word) for word in text.split(",")], help="cores, with commas")
    parser.add_argument("--settings", type=Path, required=True, help="the settings of jobs")
    parser.add_argument("--given", action="append", default=[], help="a variable of make, NAME=value")
    try:
        report(Estimate(parser.parse_args()))
    except Refused as error:
        print(f"estimate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

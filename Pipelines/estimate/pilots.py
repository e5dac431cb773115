"""The two small atlases, and the forecasts by them."""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import tempfile
import time
from pathlib import Path

from forecast import JOINED, Forecast, changing, fitted
from used import stage_name, stage_of, used
from words import duration, say, show
from batch import Refused

IMAGE_SECONDS = 10  # of one thread at 100 GFLOP/s, for sampling the larger pilot
ICON_SECONDS = 20  # the same for its icons
SAMPLES = 30_000  # of the larger pilot, where its images have as many positions
FEWER = 4  # the smaller pilot is so many times smaller
PILOT_SHARDS = 2  # so that putting them together is measured too


class Estimate:
    """The pilots of an atlas and what follows from them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder = options.folder / "estimate"
        self.grids = options.grid.split(",")
        self.goal = "explanation"

    # ----------------------------------------------------------------------------------------------- make

    def make(self, goal: str, out: Path, *variables: str, capture: bool = False) -> str:
        """Runs make in a folder of its own; what it printed, if that is wanted."""
        command = [
            *self.options.make.split(), "--no-print-directory", goal, f"OUT={out}", *self.options.given,
            "ALIGN_TO=", "COLUMNS=", "CLASS=", "A=", "B=", "BESIDE=", *variables]
        log = self.folder / "log.txt"
        with open(log, "a", encoding="utf-8") as file, tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
            process = subprocess.Popen(
                command, stdout=printed if capture else file, stderr=subprocess.PIPE, text=True, errors="replace")
            for line in process.stderr or ():
                file.write(line)
                show(line)
            show("")
            code = process.wait()
            printed.seek(0)
            text = printed.read()
        if code:
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
            raise Refused("\n".join(["the sample could not be made:", *tail, f"all of it: {log}"]))
        return text

    def costs(self, out: Path, images: Path, words: str = "", *variables: str) -> dict:
        """The costs of an atlas on one thread of a nominal machine, as atlas-plan prints them."""
        text = self.make("costs", out, f"DATASET={images}", f"GOAL={self.goal}", f"COSTS={words}", *variables,
                         capture=True)
        table = json.loads(text[text.index("{"):])
        for line in table["products"]:
            line["path"] = os.path.relpath(line["path"], out)
        table["stages"] = {stage_name(line): line for line in table["products"] if line["stage"] != "first"}
        return table

    # --------------------------------------------------------------------------------------------- pilots

    def link(self, name: str, images: list[str]) -> Path:
        """A folder of links to images, below the folders that they lie in."""
        target = self.folder / f"images-{name}"
        wanted = {target / image: (self.options.images / image).resolve() for image in images}
        for old in target.rglob("*") if target.exists() else []:
            if old.is_symlink() and old not in wanted:
                old.unlink()
        for new, path in wanted.items():
            new.parent.mkdir(parents=True, exist_ok=True)
            if not new.is_symlink():
                new.symlink_to(path)
        return target

    def pilot(self, name: str, images: list[str], side: int) -> tuple[dict, dict]:
        """Makes an atlas of some images; its costs by formula, and what its stages took."""
        out, folder = self.folder / name, self.link(name, images)
        chosen = (f"POSITIONS={self.positions}", f"GRID={side}", f"SHARDS={PILOT_SHARDS}")
        self.make("explain" if self.goal == "explanation" else "atlas", out, f"DATASET={folder}", *chosen)
        costs = self.costs(out, folder, "", *chosen)
        uses = {stage: used(out, line) for stage, line in costs["stages"].items()}
        unknown = [stage for stage, use in uses.items() if use is None]
        if unknown:
            raise Refused(f"{out} does not say what {', '.join(unknown)} took; remove {self.folder}, and try again")
        return costs, uses

    def cells(self, large: dict, whole: dict) -> list[int]:
        """The cells of each grid, counted in the layout of the larger pilot."""
        # In a folder of their own: the larger pilot may have a grid of this side.
        large_folder, out = self.folder / "large", self.folder / "cells"
        (out / self.options.method).mkdir(parents=True, exist_ok=True)
        counts = []
        for grid in self.grids:
            side, least = int(grid), int(self.options.minimum_count)
            share = large["samples"] / whole["samples"]
            # A grid so coarse that its threshold is a sample or more: cells are as densely filled as those of the
            # grid that is asked for.
            coarse = max(1, min(side, int(side * math.sqrt(least * share))))
            threshold = max(1, round(least * share * (side / coarse) ** 2))
            self.run("atlas-grid", "--activations", large_folder / "activations.h5", "--layout",
                     large_folder / self.options.method / "layout.h5", "--grid", coarse, "--minimum-count", threshold,
                     "--exemplars", 0, "--output", out / self.options.method / f"cells-{coarse}.h5")
            line = self.costs(out, self.folder / "images-large", "", f"GRID={coarse}",
                              f"POSITIONS={self.positions}")["stages"][f"grid-{coarse}"]
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
        if not whole["hasLogits"]:  # no classes for cells to argue for
            self.goal = "atlas"
            whole = self.costs(self.folder / "whole", self.options.images, words)
        per_image = whole["stages"]["extract"]["cost"]["seconds"] / whole["images"]
        wanted = max(2 * FEWER, round(IMAGE_SECONDS / per_image))
        images = self.costs(self.folder / "whole", self.options.images, f"{words} --sample {wanted}")["sample"]
        count = len(images)
        render = whole["stages"][f"render-{self.grids[0]}"]
        icons = min(64, max(12, ICON_SECONDS * render["cells"] / render["cost"]["seconds"]))
        side = max(4, round(math.sqrt(icons / 0.66)))
        whole_positions = whole["samples"] / whole["images"]
        # As many samples as the whole, or as layouts take seconds for.
        positions = min(whole["samples"], SAMPLES) / count
        self.positions = max(1, round(max(positions, min(whole_positions, 100))))
        begin = time.monotonic()
        if os.getloadavg()[0] > 0.5 * (os.cpu_count() or 1):
            say("other programs are at work here: what is forecast to pass on cores may be too long")
        say(f"a smaller sample: {len(images[::FEWER])} images")
        small = self.pilot("small", images[::FEWER], max(2, side // 2))
        say(f"a larger one: {count} images")
        large = self.pilot("large", images, side)
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
        runs = PILOT_SHARDS if stage in self.options.sharded else 1
        is_sharded = stage in self.options.sharded and self.options.shards > 1
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

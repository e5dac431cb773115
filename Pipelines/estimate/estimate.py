#!/usr/bin/env python3
"""Forecasts what an atlas costs, stage by stage, from two small ones that it makes and measures; for make estimate.

A stage takes a + b w of processor time: w is what the stage has to do, by the formulas of atlas-plan, and a and b are
measured at a smaller and a larger sample of the images, both in OUT/estimate; what it takes to put shards together is
measured in the same way. Memory and disk are those of the larger sample, and by the same formulas what is more at full
size. A grid has as many cells as the larger sample's layout fills, with a threshold as much lower as it has fewer
samples.

Where the atlas is there, what its stages took is shown beside the forecast.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from pilots import Estimate
from used import used
from words import duration, size
from batch import Refused
from batch.settings import read as read_settings
from batch.table import aligned


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
    print("\n".join(aligned(rows)))
    shards = f"; {options.shards} shards" if options.shards > 1 else ""
    print(f"CPU is processor time on this machine; memory is that of a job; stages follow one another{shards}.")
    if any(count > machine for count in cores):
        print(f"On more than {machine} cores a job has those of {options.settings}; a stage without shards is one job.")


def counts(text: str) -> list[int]:
    """Numbers with commas."""
    words = text.split(",")
    if not all(word.isdecimal() and 0 < int(word) <= 10**9 for word in words):
        raise argparse.ArgumentTypeError(f"{text} (CORES, IMAGES): give a number, or several with commas: 32,256")
    return [int(word) for word in words]


def count(text: str) -> int:
    """One number."""
    numbers = counts(text)
    if len(numbers) > 1:
        raise argparse.ArgumentTypeError(f"{text}: give one number")
    return numbers[0]


def main() -> int:
    """Prints the forecast; 1 if that is not possible."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--make", required=True, help="the command of make")
    parser.add_argument("--folder", type=Path, required=True, help="the atlas's folder, OUT")
    parser.add_argument("--images", type=Path, required=True, help="the folder of images")
    parser.add_argument("--image-count", type=count, help="the number of images to forecast for")
    parser.add_argument("--bin", type=Path, required=True, help="the folder of the programs")
    parser.add_argument("--method", required=True, help="the layout's method")
    parser.add_argument("--grid", required=True, help="cells along a side, with commas")
    parser.add_argument("--minimum-count", required=True, help="samples that a cell needs")
    parser.add_argument("--sharded", type=str.split, required=True, help="the stages that are made in shards")
    parser.add_argument("--shards", type=int, default=1, help="shards of a stage")
    parser.add_argument("--cores", type=counts, help="cores, with commas")
    parser.add_argument("--settings", type=Path, required=True, help="the settings of jobs")
    parser.add_argument("--given", action="append", default=[], help="a variable of make, NAME=value")
    try:
        report(Estimate(parser.parse_args()))
    except Refused as error:
        print(f"estimate: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Measures umap-learn and openTSNE at laying out rows, beside the project, on this machine in one run.

Rows: 100,000 activations of GoogLeNet's inception_4c, of 512 numbers, at 100 positions of each of 1,000
photographs. UMAP: cosine, 50 neighbours, minimum distance 0.05, on the raw rows. t-SNE: 50 principal components,
perplexity 30. All else is as each program has it. The project's time is the sum of its programs' wall times with
reading and writing files; umap-learn and openTSNE are timed on arrays in memory, umap-learn after a small layout
that has it compile. Memory is the largest resident size of a process of its own.

Every layout is judged by one judge in NumPy, on the same 1,000 rows against all rows, by cosine distance of the
raw rows: trustworthiness, continuity and share kept of the 15 nearest, rank correlation of distances, triplets,
and the mean cosine of rows to the mean of their cell in grids of 20, 40 and 80. KL divergences are by openTSNE's
function with its affinities of exact neighbours of the same scores, for both t-SNE layouts.

The table of sizes and the million are the project's UMAP of made rows of 64 numbers, clusters of many sizes.

    python3 Scripts/bench_embedding.py [--only umap,tsne,scaling,million] [--quick] [--seeds N]

It wants GoogLeNet and photographs in ../shared, or --rows. Other programs should not run meanwhile. Needs Python
3.11 with the packages of Scripts/embedding/requirements.txt; where they are missing they are installed below
Data/work/venv-embedding. The result is printed and kept in Data/work/bench_embedding.json.
"""

import argparse
import json
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers import environment
from peers.environment import ROOT, fail, processors
from peers.table import table

environment.use("venv-embedding", "../embedding/requirements.txt")
environment.MODULES |= {"umap-learn": "umap", "scikit-learn": "sklearn"}

from embedding import programs
from embedding.programs import Cost, Failed
from embedding.results import CARD, Results, floors, growth

PACKAGES = ("h5py", "numpy", "openTSNE", "scikit-learn", "umap-learn")
PARTS = ("umap", "tsne", "scaling", "million")
SHARED = ROOT.parent / "shared"
CHILD = Path(programs.__file__).parent / "child.py"
MADE_DIMENSION = 64


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    """The contestants on the same rows, and what came of them."""

    def __init__(self, options):
        self.options, self.work = options, options.output.parent / "bench_embedding"
        self.work.mkdir(parents=True, exist_ok=True)
        self.results = Results()
        self.log = open(self.work / "log.txt", "w")

    def child(self, task, **values):
        """Runs a task in a process of its own; its answer and its cost."""
        answer = self.work / "answer.json"
        pairs = [f"{name}={value}" for name, value in values.items() if value is not None]
        cost = programs.measured([sys.executable, CHILD, task, answer, *pairs], self.log)
        return json.loads(answer.read_text()), cost

    def rows(self):
        """The rows' file and their number; extracts them where they are not there yet."""
        options, source = self.options, self.options.rows or self.work / "activations.h5"
        if not source.is_file():
            if options.rows:
                fail(f"there is no file {source}: give --rows another")
            model, images = SHARED / "models/googlenet/googlenet.onnx", SHARED / "images/imagenet-1000"
            for path in (model, images):
                if not path.exists():
                    fail(f"there is no {path}, from which the rows are made: give them with --rows")
            say("extracting the rows")
            programs.measured([
                options.programs / "atlas-extract", "--model", model, "--images", images, "--layer", "mixed4c",
                "--positions", 100, "--seed", 0, "--output", source,
            ], self.log)
        count, dimension = self.child("shape", rows=source)[0].values()
        wanted = min(count, 10_000 if options.quick else 100_000)
        if wanted < count or source.suffix == ".npy":
            part = self.work / f"rows_{wanted}.h5"
            self.child("some", rows=source, path=part, count=wanted)
            source = part
        say(f"{wanted} rows of {dimension} numbers")
        self.results.numbers |= {"rows": wanted, "dimension": dimension}
        return source

    def judged(self, name, rows, layout, **more):
        say(f"{name}: judging")
        answer = self.child("judge", rows=rows, layout=layout, **more)[0]
        self.results.add(name, answer)
        return answer

    def contestant(self, task, rows, **values):
        """One of the Python libraries; with --reuse what it did last time, on as many rows."""
        kept = self.work / f"{task}_{self.results.numbers['rows']}.json"
        layout = kept.with_suffix(".npy")
        if self.options.reuse and kept.is_file() and layout.is_file():
            answer = json.loads(kept.read_text())
            say(f"{task}: {answer['s']:.1f} s, of an earlier run")
        else:
            say(f"{task}: running")
            answer, cost = self.child(task, rows=rows, layout=layout, **values)
            answer["peak_mib"] = cost.peak_mib
            kept.write_text(json.dumps(answer))
            say(f"{task}: {answer['s']:.1f} s")
        self.results.add(task, answer)
        return layout

    def project(self, name, commands):
        """The project's programs; False where they are left out or missing."""
        if self.options.skip_project:
            return False
        if lacking := programs.lacking(self.options.programs, commands):
            fail(f"there is no {lacking[0]} in {self.options.programs}: make build, or --skip-project")
        say(f"{name}, project: running")
        costs = programs.run_all(self.options.programs, commands, self.log)
        total = sum(costs.values(), Cost())
        self.results.add(name, {"s": total.seconds, "peak_mib": total.peak_mib})
        self.results.add(name, {f"{step}_s": cost.seconds for step, cost in costs.items()})
        say(f"{name}, project: {total.seconds:.1f} s")
        return True

    def umap(self, rows):
        more = dict(cells="20,40,80")
        self.judged("umap_learn", rows, self.contestant("umap_learn", rows), **more)
        if self.project("umap", programs.umap_commands(rows, self.work)):
            self.judged("umap", rows, self.work / "umap_layout.h5", **more)
            for seed in range(1, self.options.seeds):
                name = f"umap_seed_{seed}"
                self.project(name, programs.umap_again(rows, self.work, seed))
                self.judged(name, rows, self.work / "umap_layout.h5", **more)

    def tsne(self, rows):
        more = dict(cells="20,40,80", euclidean="yes")
        scores = self.work / f"scores_{self.results.numbers['rows']}.npy"
        layouts = {"opentsne": self.contestant("opentsne", rows, scores=scores)}
        self.judged("opentsne", rows, layouts["opentsne"], **more)
        if self.project("tsne", programs.tsne_commands(rows, self.work)):
            layouts["tsne"] = self.work / "tsne_layout.h5"
            self.judged("tsne", rows, layouts["tsne"], **more)
        say("divergences by exact neighbours")
        for name, value in self.child("divergences", scores=scores, **layouts)[0].items():
            self.results.add(name, {"kl": value})

    def sizes(self, parts):
        """UMAP of more and more made rows, by the project alone."""
        if self.options.skip_project:
            return
        sizes = (1000, 3000, 10_000) if self.options.quick else (10_000, 100_000, 300_000)
        for count in (sizes if "scaling" in parts else ()) + ((1_000_000,) if "million" in parts else ()):
            made = self.work / f"made_{count}.h5"
            if not made.is_file():
                say(f"making {count} rows")
                self.child("made", path=made, count=count)
            name = "umap_million" if count == 1_000_000 else f"umap_{count}"
            if self.project(name, programs.umap_commands(made, self.work)):
                self.judged(name, made, self.work / "umap_layout.h5")
            if count > 100_000:
                made.unlink()  # large, and made again in a minute


def arguments():
    summary, rest = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(PARTS), help="parts of the comparison (umap,tsne,scaling,million)")
    parser.add_argument("--rows", type=Path, help="a file of activations, or a .npy file (100,000 of inception_4c)")
    parser.add_argument("--quick", action="store_true", help="10,000 rows and no million, to try the script")
    parser.add_argument("--seeds", type=int, default=1, help="as many seeds of the project's UMAP (1)")
    parser.add_argument("--reuse", action="store_true", help="keep what the Python libraries did in an earlier run")
    parser.add_argument("--skip-project", action="store_true", help="measure the Python libraries alone")
    parser.add_argument(
        "--programs", type=Path, default=ROOT / ".build/release", help="the project's programs (.build/release)"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "Data/work/bench_embedding.json")
    options = parser.parse_args()
    options.parts = [part for part in options.only.split(",") if part]
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"--only knows {', '.join(PARTS)}, not {unknown[0]}")
    if options.quick and "million" in options.parts:
        options.parts.remove("million")
    options.programs, options.output = options.programs.resolve(), options.output.resolve()
    options.rows = options.rows and options.rows.resolve()
    return options


def main():
    options = arguments()
    environment.ensure(*PACKAGES)
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"other programs are running (load {load:.1f}): times will be too long")
    bench = Bench(options)
    results = bench.results
    results.numbers |= {"quick": options.quick, "processors": processors(), "load_before": load}
    try:
        rows = bench.rows() if {"umap", "tsne"} & set(options.parts) else None
        if "umap" in options.parts:
            bench.umap(rows)
        if "tsne" in options.parts:
            bench.tsne(rows)
        bench.sizes(options.parts)
    except Failed as error:
        fail(f"{error}; see {bench.work / 'log.txt'}")
    finally:
        results.write(options.output)
    print(table(["", "s", "MiB", *CARD, "KL", *(f"cells {side}" for side in (20, 40, 80))], results.lines()))
    for line in growth(results.numbers) + floors(results.numbers):
        print(line)
    print(f"{processors()} processors, load {load:.1f} before; openTSNE's KL by its own neighbours: "
          f"{results.numbers.get('opentsne_own_kl', '-')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

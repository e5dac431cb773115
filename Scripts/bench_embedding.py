#!/usr/bin/env python3
"""Measures umap-learn and openTSNE beside the project, embedding the same activations on this machine in one run.

Samples: 100,000 activation vectors of GoogLeNet's inception_4c, of 512 channels, at 100 positions of each of 1,000
photographs. UMAP: cosine, 50 neighbors, minimum distance 0.05, on the raw vectors. t-SNE: 50 principal components,
perplexity 30. Everything else is each program's default. The project's time is the sum of its programs' wall times with
reading and writing files; umap-learn and openTSNE are timed on arrays in memory, umap-learn after a small layout
that has it compile. Memory is the largest resident size of a process of its own.

Every layout is evaluated by the same NumPy code, on the same 1,000 samples against all, by cosine distance of the
raw vectors: trustworthiness, continuity and the fraction preserved of the 15 nearest neighbors, rank correlation
of distances, triplet accuracy, and the mean cosine of samples to the mean of their cell in grids of 20, 40 and 80.
KL divergences of both t-SNE layouts are openTSNE's, with its affinities of exact neighbors of the same scores.

The table of sizes and the million are the project's UMAP of synthetic samples of 64 numbers, in clusters of many
sizes.

    python3 Scripts/bench_embedding.py [--only umap,tsne,scaling,million] [--quick] [--seeds N]

It wants GoogLeNet and photographs in ../shared, or --rows. Other programs should not run meanwhile. Needs the
packages of Scripts/prepare-python embedding. The result is printed and kept in Data/work/bench_embedding.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from embedding import outliers, programs
from embedding.programs import Cost, Failed
from embedding.results import MEASURE_HEADS, Results, floors, growth
from peers.arguments import add_bench_options, load_before, parser_of, say
from peers.environment import EMBEDDING, ROOT, SHARED, fail, processors
from peers.table import table

PACKAGES = ("h5py", "numpy", "openTSNE", "scikit-learn", "umap-learn")
PARTS = ("umap", "tsne", "scaling", "million")
MORE_PARTS = ("outliers",)  # only where asked for
CHILD = Path(programs.__file__).parent / "child.py"


class Bench:
    """Runs the libraries and the project on the same samples and gathers their numbers."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.work = options, options.output.parent / "bench_embedding"
        self.work.mkdir(parents=True, exist_ok=True)
        self.results = Results()
        self.log = open(self.work / "log.txt", "w")

    def child(self, task: str, **values: object) -> tuple[dict[str, Any], Cost]:
        """Runs a task in a process of its own; returns its answer and its cost."""
        answer = self.work / "answer.json"
        pairs = [f"{name}={value}" for name, value in values.items() if value is not None]
        cost = programs.measured([sys.executable, CHILD, task, answer, *pairs], self.log)
        return json.loads(answer.read_text()), cost

    def rows(self) -> Path:
        """The file of samples; extracts them where there is none yet."""
        options, source = self.options, self.options.rows or self.work / "activations.h5"
        if not source.is_file():
            if options.rows:
                fail(f"there is no file {source}: give --rows another")
            model, images = SHARED / "models/googlenet/googlenet.onnx", SHARED / "images/imagenet-1000"
            for path in (model, images):
                if not path.exists():
                    fail(f"there is no {path}, to extract the samples from: give them with --rows")
            say("extracting the samples")
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
        say(f"{wanted} samples of {dimension} channels")
        self.results.numbers |= {"rows": wanted, "dimension": dimension}
        return source

    def evaluated(self, name: str, rows: Path, layout: Path, **more: object) -> dict[str, Any]:
        say(f"{name}: evaluating")
        answer = self.child("evaluate", rows=rows, layout=layout, **more)[0]
        self.results.add(name, answer)
        return answer

    def library(self, task: str, rows: Path, **values: object) -> Path:
        """Runs one of the Python libraries; with --reuse takes its last run on as many samples."""
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

    def project(self, name: str, commands: programs.Commands) -> bool:
        """Runs the project's programs; False where they are left out."""
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

    def umap(self, rows: Path) -> None:
        more = dict(cells="20,40,80")
        self.evaluated("umap_learn", rows, self.library("umap_learn", rows), **more)
        if self.project("umap", programs.umap_commands(rows, self.work)):
            self.evaluated("umap", rows, self.work / "umap_layout.h5", **more)
            for seed in range(1, self.options.seeds):
                name = f"umap_seed_{seed}"
                self.project(name, programs.umap_again(rows, self.work, seed))
                self.evaluated(name, rows, self.work / "umap_layout.h5", **more)

    def tsne(self, rows: Path) -> None:
        more = dict(cells="20,40,80", euclidean="yes")
        scores = self.work / f"scores_{self.results.numbers['rows']}.npy"
        layouts = {"opentsne": self.library("opentsne", rows, scores=scores)}
        self.evaluated("opentsne", rows, layouts["opentsne"], **more)
        if self.project("tsne", programs.tsne_commands(rows, self.work)):
            layouts["tsne"] = self.work / "tsne_layout.h5"
            self.evaluated("tsne", rows, layouts["tsne"], **more)
        say("divergences by exact neighbors")
        for name, value in self.child("divergences", scores=scores, **layouts)[0].items():
            self.results.add(name, {"kl": value})

    def outliers(self) -> None:
        """Samples thrown far away, by layer, start and number of epochs."""
        runs = outliers.Outliers(
            self.work / "outliers",
            lambda command: programs.measured([self.options.programs / str(command[0]), *command[1:]], self.log),
            lambda task, **values: self.child(task, **values)[0], say,
        )
        layers = outliers.LAYERS[:1] if self.options.quick else outliers.LAYERS
        for path in (path for layer in layers for path in (layer.model, layer.images) if path):
            if not path.exists():
                fail(f"there is no {path}, which samples of layers are extracted from")
        rows, numbers = outliers.measured(layers, runs)
        self.results.numbers |= numbers
        print(table(outliers.HEADS, rows))
        print(outliers.verdict(rows))

    def sizes(self, parts: list[str]) -> None:
        """UMAP of growing numbers of synthetic samples, by the project alone."""
        if self.options.skip_project:
            return
        sizes = (1000, 3000, 10_000) if self.options.quick else (10_000, 100_000, 300_000)
        for count in (sizes if "scaling" in parts else ()) + ((1_000_000,) if "million" in parts else ()):
            synthetic = self.work / f"synthetic_{count}.h5"
            if not synthetic.is_file():
                say(f"drawing {count} samples")
                self.child("synthetic", path=synthetic, count=count)
            name = "umap_million" if count == 1_000_000 else f"umap_{count}"
            if self.project(name, programs.umap_commands(synthetic, self.work)):
                self.evaluated(name, synthetic, self.work / "umap_layout.h5")
            if count > 100_000:
                synthetic.unlink()  # large, and drawn again in a minute


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    known = ",".join(PARTS + MORE_PARTS)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts of the comparison, of {known}")
    parser.add_argument(
        "--rows", type=Path, help="an activation file or a .npy file of samples (100,000 of inception_4c)"
    )
    parser.add_argument("--quick", action="store_true", help="10,000 samples and no million, to try the script")
    parser.add_argument("--seeds", type=int, default=1, help="number of seeds of the project's UMAP (1)")
    parser.add_argument("--reuse", action="store_true", help="keep the Python libraries' results of an earlier run")
    add_bench_options(parser, ROOT / "Data/work/bench_embedding.json")
    options = parser.parse_args()
    options.parts = [part for part in options.only.split(",") if part]
    if unknown := [part for part in options.parts if part not in PARTS + MORE_PARTS]:
        parser.error(f"--only knows {', '.join(PARTS + MORE_PARTS)}, not {unknown[0]}")
    if options.quick and "million" in options.parts:
        options.parts.remove("million")
    options.programs, options.output = options.programs.resolve(), options.output.resolve()
    options.rows = options.rows and options.rows.resolve()
    return options


def main() -> int:
    options = arguments()
    EMBEDDING.require(*PACKAGES)
    load = load_before()
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
        if "outliers" in options.parts:
            bench.outliers()
    except Failed as error:
        fail(f"{error}; see {bench.work / 'log.txt'}")
    finally:
        results.write(options.output)
    print(table(["", "s", "MiB", *MEASURE_HEADS, "KL", *(f"cells {side}" for side in (20, 40, 80))], results.lines()))
    for line in growth(results.numbers) + floors(results.numbers):
        print(line)
    print(f"{processors()} processors, load {load:.1f} before; openTSNE's KL by its own neighbors: "
          f"{results.numbers.get('opentsne_own_kl', '-')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

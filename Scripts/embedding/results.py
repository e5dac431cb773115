"""The numbers of the comparison: gathered, shown as a table, and held against the targets."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

# The heads of the table, by the names of the quality measures.
MEASURES = {
    "trust15": "trust 15", "continuity15": "continuity 15", "preserved15": "preserved 15", "spearman": "Spearman",
    "triplets": "triplets",
}
MEASURE_HEADS = tuple(MEASURES.values())
TITLES = {"umap": "UMAP, project", "umap_learn": "umap-learn", "tsne": "t-SNE, project", "opentsne": "openTSNE"}
MILLION = 1_000_000


class Results:
    """Flat numbers: `<library>_<measure>`."""

    def __init__(self) -> None:
        self.numbers, self.names = {}, []

    def add(self, name: str, answer: Mapping[str, Any]) -> None:
        if name not in self.names:
            self.names.append(name)
        self.numbers |= {f"{name}_{key}": value for key, value in answer.items()}

    def lines(self) -> list[list[str]]:
        """A row of the table for each library."""

        def entry(name: str, key: str, form: str) -> str:
            value = self.numbers.get(f"{name}_{key}")
            return "-" if value is None else format(value, form)

        return [
            [
                title(name), entry(name, "s", ".1f"), entry(name, "peak_mib", ".0f"),
                *(entry(name, key, ".4f") for key in MEASURES), entry(name, "kl", ".4f"),
                *(entry(name, f"cells{side}", ".4f") for side in (20, 40, 80)),
            ]
            for name in self.names
        ]

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        rounded = {
            key: round(value, 6) if isinstance(value, float) else value for key, value in self.numbers.items()
        }
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(rounded, indent=2) + "\n")
        os.replace(part, path)


def title(name: str) -> str:
    size = size_of(name)
    return TITLES.get(name) or (
        f"UMAP, {size:,} synthetic samples" if size else name.replace("umap_seed_", "UMAP, seed ")
    )


def size_of(name: str) -> int | None:
    """The number of samples of `umap_<number>` or `umap_million`; None for other names."""
    rest = name.removeprefix("umap_")
    if rest == "million":
        return MILLION
    return int(rest) if rest != name and rest.isdigit() else None


def growth(numbers: Mapping[str, Any]) -> list[str]:
    """How the time of UMAP grows with the number of samples, a line for each size after the first."""
    times = sorted(
        (size, value) for key, value in numbers.items()
        if key.endswith("_s") and (size := size_of(key.removesuffix("_s")))
    )
    return [
        f"from {low:,} to {high:,} samples: {high / low:.1f} x the samples, {after / before:.1f} x the time"
        for (low, before), (high, after) in zip(times, times[1:])
    ]


def floors(numbers: Mapping[str, Any]) -> list[str]:
    """The targets that the project sets itself, and whether they hold; only what was measured."""
    lines = []

    def hold(text: str, keys: Sequence[str], holds: Callable[..., bool], show: Callable[..., str]) -> None:
        values = [numbers.get(key) for key in keys]
        if None not in values:
            lines.append(f"{'holds' if holds(*values) else 'FAILS'}: {text} ({show(*values)})")

    times = "{:.2f} of it".format
    hold("UMAP in a quarter of umap-learn's time", ("umap_s", "umap_learn_s"), lambda a, b: a <= b / 4,
         lambda a, b: times(a / b))
    for key, name in MEASURES.items():
        hold(f"UMAP's {name} no lower than umap-learn's", (f"umap_{key}", f"umap_learn_{key}"),
             lambda a, b: a >= b, "{:.4f} and {:.4f}".format)
    hold("t-SNE in half of openTSNE's time", ("tsne_s", "opentsne_s"), lambda a, b: a <= b / 2,
         lambda a, b: times(a / b))
    hold("t-SNE's KL at most 1 % above openTSNE's", ("tsne_kl", "opentsne_kl"), lambda a, b: a <= 1.01 * b,
         "{:.4f} and {:.4f}".format)
    hold("a million samples in 15 minutes", ("umap_million_s",), lambda a: a < 900, "{:.0f} s".format)
    hold("a million samples in 6 GiB", ("umap_million_peak_mib",), lambda a: a < 6144, "{:.0f} MiB".format)
    return lines

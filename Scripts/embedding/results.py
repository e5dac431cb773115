"""The comparison's numbers: gathered, set in a table, and held against what is wanted."""

import json
import os

# The table's heads by the names of the judge's numbers.
MEASURES = {
    "trust15": "trust 15", "continuity15": "continuity 15", "kept15": "kept 15", "spearman": "Spearman",
    "triplets": "triplets",
}
CARD = tuple(MEASURES.values())
TITLES = {"umap": "UMAP, project", "umap_learn": "umap-learn", "tsne": "t-SNE, project", "opentsne": "openTSNE"}
MILLION = 1_000_000


class Results:
    """Flat numbers: what was measured, after the name of the contestant."""

    def __init__(self):
        self.numbers, self.names = {}, []

    def add(self, name, answer):
        if name not in self.names:
            self.names.append(name)
        self.numbers |= {f"{name}_{key}": value for key, value in answer.items()}

    def lines(self):
        """A line of the table for each contestant."""

        def entry(name, key, form):
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

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        rounded = {
            key: round(value, 6) if isinstance(value, float) else value for key, value in self.numbers.items()
        }
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(rounded, indent=2) + "\n")
        os.replace(part, path)


def title(name):
    size = size_of(name)
    return TITLES.get(name) or (f"UMAP, {size:,} made rows" if size else name.replace("umap_seed_", "UMAP, seed "))


def size_of(name):
    """The rows that `umap_<number>` or `umap_million` laid out; None for other names."""
    rest = name.removeprefix("umap_")
    if rest == "million":
        return MILLION
    return int(rest) if rest != name and rest.isdigit() else None


def growth(numbers):
    """How the time of UMAP grows with the rows, a line for each size after the first."""
    times = sorted(
        (size, value) for key, value in numbers.items()
        if key.endswith("_s") and (size := size_of(key.removesuffix("_s")))
    )
    return [
        f"from {low:,} to {high:,} rows: {high / low:.1f} x the rows, {after / before:.1f} x the time"
        for (low, before), (high, after) in zip(times, times[1:])
    ]


def floors(numbers):
    """What is wanted of the project, and whether it holds; only what was measured."""
    lines = []

    def hold(text, keys, holds, show):
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
    hold("a million rows in 15 minutes", ("umap_million_s",), lambda a: a < 900, "{:.0f} s".format)
    hold("a million rows in 6 GiB", ("umap_million_peak_mib",), lambda a: a < 6144, "{:.0f} MiB".format)
    return lines

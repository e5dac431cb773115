"""Samples that layouts throw far away: the project's UMAP beside umap-learn, from the same neighbors.

Layers of three networks, every start, several numbers of epochs. Counted are samples farther from the median than
three times the 98th percentile of distances; where more than 2 % are thrown away that percentile lies far outside
itself, so the tail is told as well: the percentile over the median distance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedding.programs import Command
from peers.environment import ROOT, SHARED

STARTS = ("pca", "spectral", "random", "sample")
# umap-learn has no layout of a part to begin with; its default stands beside that start.
PEER_STARTS = {"pca": "pca", "spectral": "spectral", "random": "random", "sample": "spectral"}
EPOCHS = (100, 200, 500, None)  # None is the default, which depends on the number of samples

GOOGLENET = SHARED / "models/googlenet/googlenet.onnx"
SQUEEZENET = SHARED / "models/squeezenet-1.1/squeezenet-1.1.onnx"
SYNTHETIC = ROOT / "Data/models/synthetic-world/synthetic-world.onnx"
PHOTOGRAPHS = SHARED / "images/imagenette-val"
PER_CLASS = {PHOTOGRAPHS: 20, None: 3}  # images of each class; None stands for the synthetic world


@dataclass(frozen=True)
class Layer:
    """A layer of a network, and the images that it is shown: a folder, or None for the synthetic world's."""

    name: str
    layer: str
    model: Path
    images: Path | None


LAYERS = (
    *(Layer(f"SqueezeNet {name}", f"{name}/concat", SQUEEZENET, PHOTOGRAPHS) for name in ("fire3", "fire7", "fire9")),
    *(Layer(f"GoogLeNet {name}", name, GOOGLENET, PHOTOGRAPHS) for name in ("mixed3b", "mixed4c", "mixed5a")),
    *(Layer(f"synthetic {name}", name, SYNTHETIC, None) for name in ("mixed3b", "mixed4c")),
)


def some_images(source: Path, target: Path, per_class: int) -> Path:
    """A folder of links to the first images of each class."""
    for folder in sorted(path for path in source.iterdir() if path.is_dir()):
        (target / folder.name).mkdir(parents=True, exist_ok=True)
        for image in sorted(folder.iterdir())[:per_class]:
            link = target / folder.name / image.name
            if not link.exists():
                link.symlink_to(image.resolve())
    return target


class Outliers:
    """Runs both programs on every layer and gathers their numbers."""

    def __init__(
        self, folder: Path, run: Callable[[Command], None], child: Callable[..., dict[str, Any]],
        say: Callable[[str], None],
    ) -> None:
        self.folder, self.run, self.child, self.say = folder, run, child, say
        folder.mkdir(parents=True, exist_ok=True)

    def images(self, layer: Layer) -> Path:
        if layer.images:
            return some_images(layer.images, self.folder / "photographs", PER_CLASS[layer.images])
        target = self.folder / "synthetic"
        if not target.is_dir():
            self.run(["atlas-synthesize", "--output", target, "--count", PER_CLASS[None], "--seed", 2])
        return target

    def prepare(self, layer: Layer) -> dict[str, Path]:
        """The activations, components and neighbors of a layer; made where there are none yet."""
        base = self.folder / layer.name.replace(" ", "-")
        files = {name: base.with_name(f"{base.name}-{name}.h5") for name in ("activations", "components", "neighbors")}
        if not files["activations"].is_file():
            self.run([
                "atlas-extract", "--model", layer.model, "--layer", layer.layer, "--images", self.images(layer),
                "--positions", 100, "--seed", 0, "--output", files["activations"],
            ])
        if not files["components"].is_file():
            self.run(["atlas-reduce", "--activations", files["activations"], "--output", files["components"]])
        if not files["neighbors"].is_file():
            self.run(["atlas-neighbors", "--components", files["components"], "--output", files["neighbors"]])
        return files

    def layouts(self, layer: Layer) -> Iterator[tuple[str, int | None, dict[str, Any], dict[str, Any]]]:
        """For each start and number of epochs the numbers of the project and of umap-learn."""
        files = self.prepare(layer)
        layout = self.folder / "layout.h5"
        common = dict(components=files["components"], neighbors=files["neighbors"])
        peers: dict[tuple[str, int | None], dict[str, Any]] = {}
        for start in STARTS:
            for epochs in EPOCHS:
                key = (PEER_STARTS[start], epochs)
                if key not in peers:
                    kept = self.folder / f"{layer.name.replace(' ', '-')}-{key[0]}-{epochs or 'default'}.npy"
                    peers[key] = self.child(
                        "outliers_of_umap_learn", **common, layout=kept, start=key[0], epochs=epochs
                    )
                self.run([
                    "atlas-embed", "--components", files["components"], "--neighbor-graph", files["neighbors"],
                    "--method", "umap", "--start", start, "--start-samples", 2000, "--report", "none",
                    *(["--epochs", epochs] if epochs else []), "--output", layout,
                ])
                own = self.child("outliers_of", layout=layout)
                self.say(f"{layer.name}, {start}, {epochs or 'default'}: {text(own)}; umap-learn {text(peers[key])}")
                yield start, epochs, own, peers[key]


def text(numbers: dict[str, Any]) -> str:
    return f"{numbers['count']} (tail {numbers['tail']:.1f})"


def measured(layers: tuple[Layer, ...], outliers: Outliers) -> tuple[list[list[str]], dict[str, Any]]:
    """The rows of a table, and flat numbers."""
    rows, numbers = [], {}
    for layer in layers:
        for start, epochs, own, peer in outliers.layouts(layer):
            name = f"outliers_{layer.name.replace(' ', '_')}_{start}_{epochs or 'default'}"
            numbers |= {f"{name}_{key}": value for key, value in own.items()}
            numbers |= {f"{name}_umap_learn_{key}": value for key, value in peer.items()}
            rows.append([
                layer.name, start, str(epochs or "default"), str(own["count"]), f"{own['tail']:.2f}",
                str(peer["count"]), f"{peer['tail']:.2f}",
            ])
    return rows, numbers


HEADS = ["layer", "start", "epochs", "outliers", "tail", "umap-learn", "tail"]


def verdict(rows: list[list[str]]) -> str:
    worse = [row for row in rows if int(row[3]) > int(row[5])]
    stretched = [row for row in rows if float(row[4]) > 1.5 * float(row[6])]
    return (
        f"{'FAILS' if worse or stretched else 'holds'}: no more outliers than umap-learn's in {len(rows)} layouts "
        f"({len(worse)} have more), no tail of more than 1.5 times its ({len(stretched)} have)"
    )

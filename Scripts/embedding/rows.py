"""Samples to embed: synthetic ones, and those of activation files."""

from __future__ import annotations

import os
from pathlib import Path

import h5py
import numpy as np

BLOCK = 10_000
CLUSTERS = 200


class SyntheticSamples:
    """Gaussian clusters of different sizes, spreads and shapes; some are nested in clusters of clusters.

    The samples of a block are a function of the seed and the block, so fewer samples are the first of more.
    """

    def __init__(self, dimension: int = 64, clusters: int = CLUSTERS, seed: int = 0) -> None:
        generator = np.random.default_rng([seed, 0])
        self.dimension, self.seed = dimension, seed
        self.centers = generator.normal(0, 3, (clusters, dimension))
        # Every fifth cluster lies near another, a few of its spreads away.
        self.spreads = np.exp(generator.uniform(np.log(0.3), np.log(1.5), clusters))
        nested = np.arange(0, clusters, 5)
        parents = generator.permutation(np.setdiff1d(np.arange(clusters), nested))[: len(nested)]
        self.centers[nested] = self.centers[parents] + generator.normal(0, 1, (len(nested), dimension))
        self.spreads[nested] *= 0.5
        # Most of a cluster's variance lies in 8 directions of its own.
        self.axes = generator.normal(0, 1, (clusters, 8, dimension)) / np.sqrt(8)
        sizes = np.exp(generator.normal(0, 1, clusters))
        self.fractions = sizes / sizes.sum()

    def block(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Samples from `index * BLOCK` on, and the cluster of each."""
        generator = np.random.default_rng([self.seed, 1, index])
        cluster = generator.choice(len(self.fractions), BLOCK, p=self.fractions)
        rows = 0.4 * generator.normal(size=(BLOCK, self.dimension))
        factors = generator.normal(size=(BLOCK, 1, self.axes.shape[1]))
        rows += (factors @ self.axes[cluster])[:, 0]
        rows *= self.spreads[cluster, None]
        return (self.centers[cluster] + rows).astype(np.float32), cluster.astype(np.int32)


def write_synthetic(path: str | Path, count: int, dimension: int = 64, seed: int = 0) -> None:
    """Writes synthetic samples, block by block, as an activation file."""
    samples, part = SyntheticSamples(dimension, seed=seed), f"{path}.part"
    with h5py.File(part, "w") as file:
        for name, value in (
            ("kind", "activations"),
            ("network", "synthetic"),
            ("layer", "synthetic"),
            ("tensor", "synthetic"),
        ):
            file.attrs[name] = value
        rows = file.create_dataset("activations", (count, dimension), "f4")
        clusters = file.create_dataset("cluster", (count,), "i4")
        for start in range(0, count, BLOCK):
            end = min(start + BLOCK, count)
            block, cluster = samples.block(start // BLOCK)
            rows[start:end], clusters[start:end] = block[: end - start], cluster[: end - start]
    os.replace(part, path)


def write_some(path: str | Path, rows: np.ndarray, layer: str) -> None:
    """Writes samples as an activation file."""
    with h5py.File(f"{path}.part", "w") as file:
        for name, value in (("kind", "activations"), ("network", "rows"), ("layer", layer), ("tensor", layer)):
            file.attrs[name] = value
        file["activations"] = np.ascontiguousarray(rows, np.float32)
    os.replace(f"{path}.part", path)


def read(path: str | Path, count: int | None = None) -> np.ndarray:
    """Samples of an activation file or of a NumPy file; the first `count`."""
    if str(path).endswith(".npy"):
        return np.ascontiguousarray(np.load(path, mmap_mode="r")[:count], np.float32)
    with h5py.File(path) as file:
        return file["activations"][:count].astype(np.float32)


def read_layout(path: str | Path) -> np.ndarray:
    """Coordinates of a layout file, or of a NumPy file."""
    if str(path).endswith(".npy"):
        return np.load(path)
    with h5py.File(path) as file:
        return file["layout"][()]

#!/usr/bin/env python3
"""How well the classes that cells argue for fit photographs that the effects were not computed from.

    Scripts/check_labels.py Data/atlas/NETWORK/LAYER/IMAGES/tsne [--attribution other.h5]

Photographs are divided in halves. The mean effects of a cell come from its samples in one half; its samples in the
other half have photographs with classes. Printed is where these classes stand among all of the network's, ordered by
the cell's mean effects: 1 is the largest effect, 0.5 what chance gives; the mean over samples, then over cells, for
both ways of dividing. The folder must have been sampled from photographs whose classes are the network's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from peers.environment import PEERS, fail

PEERS.require("h5py", "numpy")

import h5py
import numpy as np


def cell_means(effects: np.ndarray, cells: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The mean effects of each cell, and the samples that they come from."""
    sums = np.zeros((count, effects.shape[1]))
    counts = np.zeros(count)
    inside = cells >= 0
    np.add.at(sums, cells[inside], effects[inside])
    np.add.at(counts, cells[inside], 1)
    return sums / np.maximum(counts, 1)[:, None], counts


def position(means: np.ndarray, known: np.ndarray, shares: np.ndarray) -> float:
    """Where the classes of the held-out samples stand; the mean over cells that have both."""
    ranks = means.argsort(1).argsort(1) / (means.shape[1] - 1)
    both = known & (shares.sum(1) > 0)
    return float(((shares * ranks).sum(1)[both] / shares.sum(1)[both]).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--grid", type=int, default=20)
    parser.add_argument("--attribution", type=Path, help="by default that of the folder")
    options = parser.parse_args()
    attribution = options.attribution or options.folder / f"attribution-{options.grid}.h5"
    with h5py.File(attribution) as file:
        effects, samples = file["effects"][:].astype(np.float32), file["sample"][:]
        places = {int(index): place for place, index in enumerate(file["class/index"][:])}
    with h5py.File(options.folder / f"cells-{options.grid}.h5") as file:
        cell_of_sample = file[f"{options.grid}/cell_of_sample"][:]
        count = len(file[f"{options.grid}/count"])
    with h5py.File(options.folder / "../activations.h5") as file:
        if "classes/label" not in file:
            fail("the photographs' classes are not the network's")
        image, classes, names = file["image"][:], file["images/class"][:], file["classes/name"].asstr()[:]
    # Classes of the network in the order of their names, as ImageNet's are.
    if len(names) != len(places):
        fail(f"{len(names)} classes of photographs and {len(places)} with effects: they cannot be matched by order")
    half = (np.arange(len(classes), dtype=np.uint64) * 2654435761 % 2**32 >> 16) % 2
    results = []
    for held in (0, 1):
        chosen = half[image[samples]] != held
        means, counts = cell_means(effects[chosen], cell_of_sample[samples][chosen], count)
        out = (half[image] == held) & (cell_of_sample >= 0)
        shares = np.zeros((count, effects.shape[1]))
        np.add.at(shares, (cell_of_sample[out], classes[image[out]]), 1)
        results.append(position(means, counts > 0, shares))
    print(f"held-out classes stand at {np.mean(results):.3f} ({results[0]:.3f}, {results[1]:.3f}); chance 0.5")


if __name__ == "__main__":
    main()

"""The HDF5 files that `atlas-network run` reads and writes, and how far two arrays lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import ArrayLike


@dataclass
class Answer:
    """What the program computed, by tensor name and in the order asked for."""

    tensors: dict[str, np.ndarray] = field(default_factory=dict)
    gradients: dict[str, np.ndarray] = field(default_factory=dict)
    tangents: dict[str, np.ndarray] = field(default_factory=dict)


def write_input(
    path: Path, array: ArrayLike, seeds: Sequence[ArrayLike] = (), tangents: ArrayLike | None = None
) -> None:
    """Writes `input`, `seeds/0` … in the order of --seed, and `tangents`, count × the shape of their tensor."""
    with h5py.File(path, "w") as file:
        file.attrs["kind"] = "network-input"
        file["input"] = np.asarray(array, np.float32)
        for index, seed in enumerate(seeds):
            file[f"seeds/{index}"] = np.asarray(seed, np.float32)
        if tangents is not None:
            file["tangents"] = np.asarray(tangents, np.float32)


def read_output(path: Path) -> Answer:
    """Reads the groups `tensors`, `gradients` and `tangents`: datasets 0 … with an attribute `name`."""
    answer = Answer()
    with h5py.File(path) as file:
        for kind in ("tensors", "gradients", "tangents"):
            index = 0
            while (place := f"{kind}/{index}") in file:
                name = file[place].attrs["name"]
                name = name.decode() if isinstance(name, bytes) else str(name)
                getattr(answer, kind)[name] = np.asarray(file[place][()])
                index += 1
    return answer


def relative_error(found: ArrayLike, expected: ArrayLike) -> float:
    """The largest difference as a fraction of the largest expected value; infinite where it cannot be told."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if found.shape != expected.shape or not np.isfinite(found).all():
        return float("inf")
    if not expected.size:
        return 0.0
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30))

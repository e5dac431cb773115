"""The HDF5 files that the program reads and writes, and how far two arrays lie apart."""

from dataclasses import dataclass, field
from typing import Optional

import h5py
import numpy as np


@dataclass
class Answer:
    """What the program computed: the tensors asked for, in their order, and the input's gradient."""

    tensors: list = field(default_factory=list)
    gradient: Optional[np.ndarray] = None


def write_input(path, array, gradient=None):
    with h5py.File(path, "w") as file:
        file.attrs["kind"] = "network-input"
        file["input"] = np.asarray(array, np.float32)
        if gradient is not None:
            file["gradient"] = np.asarray(gradient, np.float32)


def read_output(path):
    answer = Answer()
    with h5py.File(path) as file:
        while (name := f"tensor{len(answer.tensors)}") in file:
            answer.tensors.append(np.asarray(file[name][()]))
        if "input_gradient" in file:
            answer.gradient = np.asarray(file["input_gradient"][()])
    return answer


def relative_error(found, expected):
    """The largest difference as a share of the largest expected value; infinite where it cannot be told."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if found.shape != expected.shape or not np.isfinite(found).all():
        return float("inf")
    if not expected.size:
        return 0.0
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30))

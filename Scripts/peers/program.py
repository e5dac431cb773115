"""Runs `atlas-network run` on one input and says what came of it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from peers.environment import PROGRAMS, fail

if TYPE_CHECKING:
    import numpy as np
    from peers.files import Answer

PROGRAM = PROGRAMS / "atlas-network"
UNSUPPORTED = "not supported"  # what the program says of a network that it does not take


class Unsupported(Exception):
    """The program says that it does not take this network."""


class Failed(Exception):
    """The program broke, hung, or refused for another reason."""


@dataclass
class Tangents:
    """Forward tangents: `values`, count × the shape of `source`, carried on to each of `targets`."""

    source: str
    values: np.ndarray
    targets: Sequence[str]


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def classify(code: int, stderr: str) -> Exception | None:
    """The exception that a run's end amounts to; None when it went well."""
    if code == 0:
        return None
    line = last_line(stderr)
    if code < 0:
        return Failed(f"crashed with signal {-code}" + (f": {line}" if line else ""))
    return Unsupported(line) if UNSUPPORTED in line else Failed(line or f"exit code {code} without a word")


def find(path: str | Path) -> Path:
    """The program's path; ends the script where there is none."""
    path = Path(path).resolve()
    if not path.is_file():
        fail(f"there is no program {path}: make build, or give --program")
    return path


def run(
    program: Path,
    model: Path,
    array: np.ndarray,
    read: Sequence[str] = (),
    seeds: Mapping[str, np.ndarray] | None = None,
    gradients: Sequence[str] = (),
    tangents: Tangents | None = None,
    options: Sequence[str] = (),
    timeout: float = 600,
) -> Answer:
    """Runs a model file on an array.

    Args:
        read: Tensors to read; the network's outputs where nothing else is asked for.
        seeds: Where a scalar's gradient starts: its gradient with respect to each of these tensors, of the
            tensor's shape. The contributions add up.
        gradients: Tensors at which the gradient is wanted; the input has its own name.
        tangents: Tangents to carry forward.
        options: More options of the program, `--precision bf16`, `--relu-rule guided`.

    Raises:
        Unsupported: The program does not take the network.
        Failed: It broke, hung, refused, or did not write what was asked for.
    """
    from peers.files import read_output, write_input  # here: all else does without h5py

    with tempfile.TemporaryDirectory(prefix="atlas-peers-") as folder:
        source, result = Path(folder) / "in.h5", Path(folder) / "out.h5"
        seeds = seeds or {}
        write_input(source, array, list(seeds.values()), tangents.values if tangents else None)
        command = [str(part) for part in (program, "run", model, "--input", source, "--output", result, *options)]
        for option, names in (("--read", read), ("--seed", seeds), ("--gradient", gradients)):
            for name in names:
                command += [option, name]
        if tangents:
            command += ["--tangent-from", tangents.source]
            for name in tangents.targets:
                command += ["--tangent-to", name]
        try:
            done = subprocess.run(command, capture_output=True, timeout=timeout, text=True, errors="replace")
        except subprocess.TimeoutExpired:
            raise Failed(f"did not end within {timeout} s") from None
        if problem := classify(done.returncode, done.stderr):
            raise problem
        try:
            answer = read_output(result)
        except (OSError, KeyError) as error:
            raise Failed(f"wrote no readable file: {' '.join(str(error).split())}") from None
        wanted = {
            "tensors": list(read),
            "gradients": list(gradients),
            "tangents": list(tangents.targets) if tangents else [],
        }
        for kind, names in wanted.items():
            found = getattr(answer, kind)
            if names and list(found) != names:
                raise Failed(f"wrote the {kind} {', '.join(found) or '(none)'}, asked for were {', '.join(names)}")
        return answer

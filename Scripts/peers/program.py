"""Runs the project's program on one input and says what came of it."""

import subprocess
import tempfile
from pathlib import Path

from peers.environment import ROOT, fail

PROGRAM = ROOT / ".build/release/atlas-network"
UNSUPPORTED = "not supported"  # what the program says of a network that it does not take


class Unsupported(Exception):
    """The program says that it does not take this network."""


class Failed(Exception):
    """The program broke, hung, or refused for another reason."""


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def classify(code, stderr):
    """The exception that a run's end amounts to; nothing when it went well."""
    if code == 0:
        return None
    line = last_line(stderr)
    if code < 0:
        return Failed(f"crashed with signal {-code}" + (f": {line}" if line else ""))
    return Unsupported(line) if UNSUPPORTED in line else Failed(line or f"exit code {code} without a word")


def find(path):
    """The program's path, or the script's end."""
    path = Path(path).resolve()
    if not path.is_file():
        fail(f"there is no program {path}: make build, or give --program")
    return path


def run(program, model, array, tensors=(), gradient_of=None, gradient=None, precision="f32", timeout=600):
    """Runs a model file on an array.

    Tensors are named; without names come the network's outputs. `gradient` is that of a number with respect
    to the tensor `gradient_of`; the answer then holds the number's gradient with respect to the input.
    Raises Unsupported or Failed.
    """
    from peers.files import read_output, write_input  # here: all else does without h5py

    with tempfile.TemporaryDirectory(prefix="atlas-peers-") as folder:
        source, result = Path(folder) / "in.h5", Path(folder) / "out.h5"
        write_input(source, array, gradient)
        command = [program, "run", model, "--input", source, "--output", result, "--precision", precision]
        for name in tensors:
            command += ["--tensor", name]
        if gradient_of is not None:
            command += ["--gradient-of", gradient_of]
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
        if tensors and len(answer.tensors) != len(tensors):
            raise Failed(f"wrote {len(answer.tensors)} tensors, {len(tensors)} were asked for")
        if gradient_of is not None and answer.gradient is None:
            raise Failed("wrote no input_gradient")
        return answer

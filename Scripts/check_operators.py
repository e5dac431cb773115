#!/usr/bin/env python3
"""Compares every floating-point operator that the project reads with onnxruntime on random networks.

Networks of one operation (two or three where it needs them) are drawn with random shapes, attributes, constants
and opsets, corner cases among them: paddings and their rules, windows that are cut off, dilations, groups, strides
larger than kernels, negative axes and steps, broadcasting, inputs left out, ranks from 0 to 5. Each is run by
atlas-network and by onnxruntime, or by onnx's reference where onnxruntime does not take it; the values are
compared with the reference's in double precision. Of what is differentiable, tangents are compared with
central differences of the reference in double precision, and gradients by the adjoint identity ⟨J u, v⟩ = ⟨u, Jᵀ v⟩.

    python3 Scripts/check_operators.py [--count 5000] [--seed 1] [--operator Conv] [--network 1234] [--verbose]

A network is wrong if it differs from the reference by more than 1e-5 of the largest value (or of a hundredth of the
largest input, of which cancelling terms leave less), and by more than four times what onnxruntime itself does in
single precision. The table counts, for
each operator: equal, refused (with the commonest reason), wrong, crashed, and networks that neither reference
takes. It ends with 1 if anything is wrong or crashes. Needs the packages of Scripts/prepare-python peers.
"""

from __future__ import annotations

import collections
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, ROOT, fail, processors

PEERS.require("onnx", "onnxruntime", "h5py", "numpy")

import numpy as np
from peers import draw_arrangements, draw_elements, draw_sums, draw_windows, program  # noqa: F401
from peers.arguments import parser_of
from peers.draw import GENERATORS, Network, drawn, opsets_of
from peers.operator_references import Reference, reference_of
from peers.table import table

COLUMNS = ["equal", "refused", "wrong", "crashed", "no reference"]
# Of the largest value: sums of at most a few thousand terms, and oneDNN's exponentials, are good to 1e-6.
VALUE_LIMIT, CONDITION = 1e-5, 4
TANGENT_LIMIT, IDENTITY_LIMIT = 1e-4, 1e-5


@dataclass
class Outcome:
    """What came of a network."""

    column: str
    why: str = ""
    error: float = 0.0  # of the values, as a fraction of the largest
    runtime_error: float = 0.0  # onnxruntime's
    has_derivatives: bool = False


def error_of(found: np.ndarray, expected: np.ndarray, floor: float = 0.0) -> float:
    """The largest difference as a fraction of the largest value; infinite where one is no number and one is."""
    finite = np.isfinite(expected)
    if found.shape != expected.shape or not np.array_equal(found[~finite], expected[~finite], equal_nan=True):
        return float("inf")
    if not finite.any():
        return 0.0
    if not np.isfinite(found[finite]).all():
        return float("inf")
    scale = max(float(np.abs(expected[finite]).max()), floor, 1e-30)
    return float(np.abs(found[finite].astype(np.float64) - expected[finite]).max()) / scale


def place_of(found: np.ndarray, expected: np.ndarray) -> str:
    """Where two arrays differ most, in words."""
    if found.shape != expected.shape:
        return f"the shape is {list(found.shape)} instead of {list(expected.shape)}"
    with np.errstate(invalid="ignore"):
        gap = np.nan_to_num(np.abs(found.astype(np.float64) - expected), nan=np.inf)
    index = np.unravel_index(int(gap.argmax()), gap.shape)
    return f"{[int(i) for i in index]} is {found[index]:.7g} instead of {expected[index]:.7g}"


def compared(binary: Path, path: Path, network: Network, reference: Reference, seed: list[int]) -> Outcome:
    """The verdict on values and, where there are any, derivatives."""
    expected, random = reference.values, np.random.default_rng([*seed, 7])
    u = random.standard_normal(network.array.shape).astype(np.float32)
    v = random.standard_normal(expected.shape).astype(np.float32)
    tangents = program.Tangents("x", u[np.newaxis], ["y"])
    try:
        answer = program.run(binary, path, network.array, ["y"], {"y": v}, ["x"], tangents, timeout=60)
    except (program.Unsupported, program.Failed) as error:
        if "crashed" in str(error) or "did not end" in str(error):
            return Outcome("crashed", str(error))
        try:  # an output without a gradient has values
            answer = program.run(binary, path, network.array, ["y"], timeout=60)
        except (program.Unsupported, program.Failed) as error:
            return Outcome("crashed" if "crashed" in str(error) else "refused", str(error).replace(str(path), "it"))
    found = answer.tensors["y"]
    floor = 0.01 * float(np.abs(network.array).max(initial=0))
    result = Outcome("equal", error=error_of(found, expected, floor), runtime_error=reference.runtime_error)
    if not result.error <= max(VALUE_LIMIT, CONDITION * reference.runtime_error):
        alternative = reference.disputed
        if alternative is None or not error_of(found, alternative, floor) <= VALUE_LIMIT:
            result.column, result.why = "wrong", f"values: {place_of(found, expected)}"
            return result
        result.error = error_of(found, alternative, floor)
    if not answer.tangents or not network.is_smooth:
        return result
    result.has_derivatives = True
    return derivatives_compared(result, answer, reference, network, u, v)


def derivatives_compared(
    result: Outcome, answer: program.Answer, reference: Reference, network: Network, u: np.ndarray, v: np.ndarray
) -> Outcome:
    ju, gradient = answer.tangents["y"][0].astype(np.float64), answer.gradients["x"].astype(np.float64)
    left, right = float((ju * v).sum()), float((u * gradient).sum())
    # A Jacobian far smaller than 1 is what is left of terms that cancel.
    floor = 0.01 * float(np.abs(u).mean() * np.abs(v).sum()) if u.size else 0.0
    size = max(float(np.abs(ju * v).sum() + np.abs(u * gradient).sum()), floor)
    if not abs(left - right) <= IDENTITY_LIMIT * max(size, 1e-30):
        result.column, result.why = "wrong", f"gradient: ⟨J u, v⟩ is {left:.7g}, ⟨u, Jᵀ v⟩ {right:.7g}"
        return result
    if (expected := reference.tangent(u)) is not None:
        smooth = np.isfinite(expected) & np.isfinite(ju)
        scale = max(float(np.abs(expected[smooth]).max(initial=0)), 0.01 * float(np.abs(u).max(initial=0)), 1e-30)
        found, wanted = np.where(smooth, ju, 0), np.where(smooth, expected, 0)
        if not np.abs(found - wanted).max(initial=0) <= TANGENT_LIMIT * scale:
            result.column, result.why = "wrong", f"tangents: {place_of(found, wanted)}"
    return result


def run_network(binary: Path, operator: str, seed: int, index: int) -> tuple[Network, Outcome]:
    network = drawn(operator, seed, index)
    reference = reference_of(network)
    if isinstance(reference, str):
        return network, Outcome("no reference", reference)
    with tempfile.TemporaryDirectory(prefix="atlas-operator-") as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(network.model.SerializeToString())
        return network, compared(binary, path, network, reference, [seed, index])


def read_operators() -> list[str]:
    """The operators in the tables of Sources/Networks/ModelFormats/ONNX."""
    found: set[str] = set()
    for path in sorted((ROOT / "Sources/Networks/ModelFormats/ONNX").glob("NodeConverter+*.swift")):
        for body in re.findall(r"Converters: \[String: Converter\] = \[(.*?)\n  \]", path.read_text(), re.S):
            found |= set(re.findall(r'(?:^\s+|, )"([A-Z]\w+)":', body, re.M))
    return sorted(found)


def reason(text: str) -> str:
    """The program's words without what differs from network to network."""
    text = re.sub(r"^.*?: (node '.*?' \('\w+'\): )?", "", text.removeprefix("Cannot read it"), count=1)
    return text if len(text) <= 80 else text[:77] + "…"


def report(results: list[tuple[int, Network, Outcome]]) -> int:
    counts = collections.defaultdict(collections.Counter)
    derivatives, reasons = collections.Counter(), collections.defaultdict(collections.Counter)
    errors, runtime_errors = collections.defaultdict(float), collections.defaultdict(float)
    bad = []
    for index, network, outcome in results:
        name = network.operator
        counts[name][outcome.column] += 1
        derivatives[name] += outcome.has_derivatives
        if outcome.column == "equal":
            errors[name] = max(errors[name], outcome.error)
            runtime_errors[name] = max(runtime_errors[name], outcome.runtime_error)
        if outcome.column in ("refused", "no reference"):
            reasons[name][reason(outcome.why)] += 1
        if outcome.column in ("wrong", "crashed"):
            bad.append(f"{outcome.column} {index}: opset {network.opset}, {network.label}: {outcome.why}")
    rows = [
        [name, count.total(), *(count[column] or "" for column in COLUMNS), derivatives[name] or "",
         f"{errors[name]:.1e}", f"{runtime_errors[name]:.1e}", *(w for w, _ in reasons[name].most_common(1))]
        for name, count in sorted(counts.items())
    ]
    total = sum(counts.values(), collections.Counter())
    rows.append(["all", total.total(), *(total[column] for column in COLUMNS), derivatives.total(), "", ""])
    rows = [row if len(row) == 11 else [*row, ""] for row in rows]
    heads = ["operator", "networks", *COLUMNS, "derivatives", "error", "onnxruntime's", "why refused, the commonest"]
    print(table(heads, rows))
    print("\n".join(["", *bad]) if bad else "\nnothing is wrong")
    return len(bad)


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--count", type=int, default=5000, help="how many networks (5000)")
    parser.add_argument("--seed", type=int, default=1, help="which networks (1)")
    parser.add_argument("--operator", help="networks of these operators only, separated by commas")
    parser.add_argument("--network", type=int, help="the network of this number only, with --operator")
    parser.add_argument("--verbose", action="store_true", help="print every network")
    parser.add_argument("--program", default=program.PROGRAM, help="atlas-network (.build/release/atlas-network)")
    options = parser.parse_args()
    binary = program.find(options.program)
    if lacking := sorted(set(read_operators()) - set(GENERATORS)):
        fail(f"no networks are drawn of {', '.join(lacking)}: add them to Scripts/peers/draw_*.py")
    wanted = options.operator.split(",") if options.operator else sorted(read_operators())
    if unknown := sorted(set(wanted) - set(GENERATORS)):
        fail(f"no networks are drawn of {', '.join(unknown)}")
    wanted = [name for name in wanted if opsets_of(name)]
    # Operators in turn, so that each has as many networks.
    tasks = [(index, wanted[index % len(wanted)]) for index in range(options.count)]
    if options.network is not None:
        tasks = [(options.network, wanted[options.network % len(wanted)])]
    results = []
    # Threads do: they wait for the program.
    with ThreadPoolExecutor(processors()) as pool:
        outcomes = pool.map(lambda task: run_network(binary, task[1], options.seed, task[0]), tasks)
        for (index, _), (network, outcome) in zip(tasks, outcomes):
            results.append((index, network, outcome))
            if options.verbose:
                print(f"{index} {network.opset} {network.label}: {outcome}", flush=True)
            elif sys.stderr.isatty():
                print(f"\r{len(results)} of {len(tasks)}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r" + " " * 20 + "\r", end="", file=sys.stderr)
    print(f"seed {options.seed}, {len(results)} networks")
    return 1 if report(results) else 0


if __name__ == "__main__":
    sys.exit(main())

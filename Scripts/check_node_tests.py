#!/usr/bin/env python3
"""Runs the ONNX project's own node tests with atlas-network.

Each case becomes networks with one input: each of its float32 inputs in turn, all others constant. Where
there is none, or no float32 output, everything is constant, and what it folds to is added to an input of
zeros. Cases of opsets after 21 are rewritten to 21 where their operators have only gained types since.
Compared are all float32 outputs, with the tests' own tolerances.

    python3 Scripts/check_node_tests.py [--operator Conv] [--verbose]

`partly` are cases that pass for some of their inputs, while others must be constant. Needs
the packages of Scripts/prepare-python peers.
"""

from __future__ import annotations

import collections
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, fail, processors

PEERS.require("onnx", "h5py", "numpy")

from onnx.backend.test.case.test_case import TestCase
from peers import program
from peers.arguments import parser_of
from peers.node_cases import NotRun, Variant, collected, mismatch, operators_of, variants
from peers.table import table

Outcome = tuple[str, list[tuple[str, str, str]]]  # the column, and (label, outcome, why) of each run

COLUMNS = ["passed", "partly", "failed", "unsupported", "newer opset", "not run"]


def run_variant(binary: Path, case: TestCase, variant: Variant) -> tuple[str, str]:
    """("passed" | "failed" | "unsupported", why)."""
    with tempfile.TemporaryDirectory(prefix="atlas-node-") as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(variant.model.SerializeToString())
        try:
            answer = program.run(binary, path, variant.array, read=variant.outputs, timeout=60)
        except program.Unsupported as error:
            return "unsupported", str(error).replace(str(path), "the model")
        except program.Failed as error:
            return "failed", str(error).replace(str(path), "the model")
    for (name, found), expected in zip(answer.tensors.items(), variant.expected):
        if problem := mismatch(found, expected, case.rtol, case.atol):
            return "failed", f"{name}: {problem}"
    return "passed", ""


def verdict(outcomes: list[tuple[str, str]]) -> str:
    """What the outcomes of a case's runs amount to."""
    kinds = {kind for kind, _ in outcomes}
    if "failed" in kinds:
        return "failed"
    return "partly" if len(kinds) > 1 else kinds.pop()


def run_case(binary: Path, case: TestCase) -> Outcome:
    """(column, [(label, outcome, why)])."""
    try:
        runs = variants(case)
    except NotRun as reason:
        return "newer opset" if str(reason) == "newer opset" else "not run", [("", "not run", str(reason))]
    outcomes = [run_variant(binary, case, variant) for variant in runs]
    return verdict(outcomes), [(run.label, *outcome) for run, outcome in zip(runs, outcomes)]


def reason(text: str) -> str:
    """A short form of the program's words, without what differs from case to case."""
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= 90 else text[:87] + "…"


def report(results: dict[str, Outcome], operators: dict[str, str], verbose: bool) -> int:
    counts, reasons = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    failures, details = [], []
    for name, (column, runs) in results.items():
        operator = operators[name]
        counts[operator][column] += 1
        for label, outcome, why in runs:
            text = f"{name} ({label}): {why}" if label else f"{name}: {why}"
            if outcome in ("unsupported", "not run") and why != "newer opset":
                reasons[operator][reason(why)] += 1
            if outcome == "failed":
                failures.append(text)
            details.append(f"{outcome:12}{text}".rstrip(": "))
    if verbose:
        print("\n".join(details) + "\n")
    rows = []
    for operator in sorted(counts):
        why = reasons[operator].most_common(1)
        numbers = [counts[operator][column] or "" for column in COLUMNS]
        rows.append([operator, counts[operator].total(), *numbers, why[0][0] if why else ""])
    total = sum(counts.values(), collections.Counter())
    rows.append(["all", total.total(), *(total[column] for column in COLUMNS), ""])
    print(table(["operator", "cases", *COLUMNS, "reason, the most common"], rows))
    runs = collections.Counter(outcome for _, entries in results.values() for _, outcome, _ in entries)
    print(f"\nruns: {', '.join(f'{runs[kind]} {kind}' for kind in ('passed', 'failed', 'unsupported'))}")
    print("\n".join(["", "failed:", *failures]) if failures else "no failure")
    return len(failures)


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--operator", help="run this operator's cases only")
    parser.add_argument("--verbose", action="store_true", help="print every run")
    parser.add_argument("--program", default=program.PROGRAM, help="atlas-network (.build/release/atlas-network)")
    options = parser.parse_args()
    binary = program.find(options.program)
    cases = collected()
    operators = operators_of(cases)
    if options.operator:
        cases = [case for case in cases if operators[case.name] == options.operator]
        if not cases:
            fail(f"no case is of the operator {options.operator}")
    # Threads do: they wait for the program.
    with ThreadPoolExecutor(processors()) as pool:
        outcomes = pool.map(lambda case: run_case(binary, case), cases)
        results = {}
        for case, outcome in zip(cases, outcomes):
            results[case.name] = outcome
            if sys.stderr.isatty():
                print(f"\r{len(results)} of {len(cases)}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r" + " " * 20 + "\r", end="", file=sys.stderr)
    return 1 if report(results, operators, options.verbose) else 0


if __name__ == "__main__":
    sys.exit(main())

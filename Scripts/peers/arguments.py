"""What the command lines of the scripts have in common."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from peers.environment import PROGRAMS


def say(text: str) -> None:
    """A line of progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def parser_of(documentation: str) -> argparse.ArgumentParser:
    """A parser whose help is the script's own documentation: its first line, and the rest as written."""
    summary, rest = documentation.split("\n\n", 1)
    return argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def add_bench_options(parser: argparse.ArgumentParser, output: Path) -> None:
    """What every benchmark takes: where the project's programs are, whether to run them, where numbers go."""
    parser.add_argument("--skip-project", action="store_true", help="measure the other libraries alone")
    parser.add_argument(
        "--programs", type=Path, default=PROGRAMS, help="folder of the project's programs (.build/release)"
    )
    parser.add_argument("--output", type=Path, default=output, help=f"file of the numbers ({output.name})")


def load_before() -> float:
    """The machine's load; says so where others are at work, since rates would be too low."""
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"other programs are running (load {load:.1f}): what is measured will be too slow")
    return load

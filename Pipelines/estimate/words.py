"""Times and sizes for reading, and what is said meanwhile."""

from __future__ import annotations

import shutil
import sys


def say(text: str) -> None:
    """Says what happens."""
    print(f"estimate: {text}", file=sys.stderr, flush=True)


def show(line: str) -> None:
    """Shows on a terminal what a program says, in place of what was said before."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{line.strip()[:width]:{width}}\r", end="", file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """A time for reading."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 5400:
        return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"
    return f"{seconds / 3600:.1f} h" if seconds < 180 * 3600 else f"{seconds / 3600:,.0f} h"


def size(count: float) -> str:
    """A number of bytes for reading."""
    return f"{max(1, round(count / 1e6))} MB" if count < 1e9 else f"{count / 1e9:,.1f} GB"

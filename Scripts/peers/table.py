"""Tables in plain text."""

from __future__ import annotations

from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns as wide as their widest entry; numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
    right = [
        bool(rows) and all(isinstance(row[i], (int, float)) or number_like(str(row[i])) for row in rows)
        for i in range(len(heads))
    ]

    def line(entries: Sequence[str]) -> str:
        parts = (e.rjust(w) if r else e.ljust(w) for e, w, r in zip(entries, widths, right))
        return "  ".join(parts).rstrip()

    return "\n".join([line(heads), line(["-" * width for width in widths]), *map(line, cells)])


def number_like(text: str) -> bool:
    """Whether an entry is to stand right: a number, or what stands in its place."""
    try:
        float(text.rstrip("x%") or "0")
    except ValueError:
        return text in ("-", "")
    return True

#!/usr/bin/env python3
"""Checks the module tables of Documentation/architecture.md against Package.swift, or rewrites them.

Each room of `Sources` has a table there: module, what it holds, what it imports. The last column follows from the
package's manifest; the middle one is written by hand.

    python3 Scripts/module_table.py [--write]

Needs Python 3.11 and Swift.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.arguments import parser_of
from peers.environment import ROOT, fail

PAGE = ROOT / "Documentation/architecture.md"
ROW = re.compile(r"^\| `(?P<module>[\w-]+)` \| (?P<holds>.*) \| (?P<imports>[^|]*) \|$")


def modules() -> dict[str, tuple[Path, list[str]]]:
    """The folder and the imports of each Swift target below Sources, in the manifest's order."""
    dump = subprocess.run(
        ["swift", "package", "dump-package"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    found = {}
    for target in json.loads(dump)["targets"]:
        path = Path(target["path"] or "")
        if path.parts[:1] != ("Sources",) or path.parts[1] == "C":
            continue
        names = [next(iter(entry.values()))[0] for entry in target["dependencies"]]
        found[target["name"]] = (path, sorted(names))
    return found


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--write", action="store_true", help="rewrite the column of imports")
    write = parser.parse_args().write
    known, listed, lines, stale = modules(), set(), [], []
    for line in PAGE.read_text().splitlines():
        row = ROW.match(line)
        if row is None:
            lines.append(line)
            continue
        module = row["module"]
        listed.add(module)
        if module not in known:
            fail(f"{PAGE.name} lists {module}, which is no target of Package.swift")
        imports = ", ".join(known[module][1]) or "–"
        if row["imports"] != imports:
            stale.append(module)
        lines.append(f"| `{module}` | {row['holds']} | {imports} |")
    if absent := [f"{name} ({path})" for name, (path, _) in known.items() if name not in listed]:
        fail(f"{PAGE.name} does not list {', '.join(absent)}")
    if stale and not write:
        fail(f"imports have changed of {', '.join(stale)}: run Scripts/module_table.py --write")
    if write:
        PAGE.write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks HDF5 files against Documentation/files.md, and runs its examples.

    python3 Scripts/check_files.py FOLDER [NAME ...]

FOLDER holds files under the names of the page's headings (activations.h5, layout.h5 …); NAME limits the check to
some of them. Every dataset and attribute of a file must be on the page with its type and number of dimensions,
what the page says is always there must be there, and the example must run in FOLDER. A file that is missing is
made by its example, or is an error.

Needs Python 3.9 and h5py; where h5py is missing, says so and checks nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "Documentation" / "files.md"


@dataclass
class Entry:
    """A row of a table: a dataset or an attribute."""

    name: str
    group: str
    type: str
    shape: str
    is_always_there: bool

    def matches(self, name: str, group: str = "") -> bool:
        pattern = re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(self.name))
        return group == self.group and re.fullmatch(pattern, name) is not None


@dataclass
class Section:
    """What the page says of a kind of file."""

    name: str
    datasets: list[Entry] = field(default_factory=list)
    attributes: list[Entry] = field(default_factory=list)
    example: str = ""


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def sections() -> tuple[list[Entry], list[Section]]:
    """The attributes of every file, and the sections of the page."""
    common: list[Entry] = []
    found: list[Section] = []
    kind, code = "", None
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            match = re.fullmatch(r"## (\S+\.h5): \S+", line)
            if match:
                found.append(Section(match[1]))
            kind = ""
        elif line.startswith("```"):
            code = [] if code is None else code
            if line == "```" and found:
                found[-1].example, code = "\n".join(code), None
        elif code is not None:
            code.append(line)
        elif line.startswith(("| dataset", "| attribute")):
            kind = cells(line)[0]
        elif line.startswith("| `") and kind:
            row = cells(line)
            name, _, group = row[0].partition(" of ")
            is_optional = row[-1].endswith(".*")
            shape = row[2] if kind == "dataset" else ""
            entry = Entry(name.strip("`"), group.strip("`"), row[1], shape, not is_optional)
            target = common if not found else found[-1].datasets if kind == "dataset" else found[-1].attributes
            target.append(entry)
    return common, found


def type_of(value, h5py) -> str:
    dtype = value.dtype if hasattr(value, "dtype") else type(value)
    if isinstance(value, (str, bytes)) or getattr(dtype, "kind", "") in "SO":
        return "strings" if getattr(value, "shape", ()) else "string"
    return str(dtype)


def check(section: Section, common: list[Entry], path: Path, h5py) -> list[str]:
    """What is wrong with a file, in lines."""
    faults: list[str] = []
    seen: list[str] = []

    def attributes(owner, group: str) -> None:
        for name, value in owner.attrs.items():
            entry = next((e for e in common + section.attributes if e.matches(name, group)), None)
            if entry is None:
                # The settings of a method are listed in settings.md.
                if group != "method":
                    faults.append(f"attribute {group or '/'} {name} is not on the page")
            elif entry.type != type_of(value, h5py):
                faults.append(f"attribute {name} is {type_of(value, h5py)}, not {entry.type}")

    def visit(name: str, thing) -> None:
        if not isinstance(thing, h5py.Dataset):
            attributes(thing, name)
            return
        entry = next((e for e in section.datasets if e.matches(name)), None)
        if entry is None:
            faults.append(f"dataset {name} is not on the page")
            return
        seen.append(entry.name)
        found = "string" if thing.dtype.kind in "SO" else str(thing.dtype)
        if found != entry.type:
            faults.append(f"dataset {name} is {found}, not {entry.type}")
        if entry.shape != "…" and len(entry.shape.split(" × ")) != thing.ndim:
            faults.append(f"dataset {name} has the shape {thing.shape}, not {entry.shape}")
        if "description" not in thing.attrs:
            faults.append(f"dataset {name} has no description")

    with h5py.File(path) as file:
        attributes(file, "")
        file.visititems(visit)
    faults += [f"dataset {e.name} is missing" for e in section.datasets if e.is_always_there and e.name not in seen]
    return faults


def main() -> int:
    try:
        import h5py
    except ImportError:
        print("skipped: the check of Documentation/files.md needs h5py")
        return 0
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    common, found = sections()
    failures = 0
    for section in found:
        if names and section.name not in names:
            continue
        made_by_example = "h5py.File(\"" + section.name + '", "w")' in section.example
        faults = [] if made_by_example else check(section, common, folder / section.name, h5py)
        run = subprocess.run([sys.executable, "-c", section.example], cwd=folder, capture_output=True, text=True)
        if run.returncode != 0:
            faults.append("its example fails: " + run.stderr.strip().splitlines()[-1])
        lines = len(section.example.splitlines())
        if lines > 12:
            faults.append(f"its example has {lines} lines")
        print(f"{section.name}: {'ok' if not faults else ''}")
        for fault in faults:
            print(f"  {fault}")
        failures += len(faults)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

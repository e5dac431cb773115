#!/usr/bin/env python3
"""Runs the commands of README.md, CONTRIBUTING.md and Documentation as printed, and checks their links.

Every block fenced with ```sh is run by bash in the repository's root, and must end well. Words behind `sh` say what
a block needs, or that it is left out unless asked for:

- `needs-photos`: `network.onnx` and `photos` in the root; they are linked there meanwhile, to the network and the
  photographs given with --network and --photos;
- `slow`: minutes to hours; run with --slow;
- `example`: holds placeholders, and is never run.

Links to files and headings within the repository must lead somewhere.

    python3 Scripts/check_documentation.py [--list] [--slow] [--only README.md] [--network FILE --photos FOLDER]

Needs Python 3.11 and nothing else. The programs must be built.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.arguments import parser_of, say
from peers.environment import ROOT, SHARED, fail

MARKS = {"needs-photos", "slow", "example"}
PLACEHOLDERS = re.compile(r"…|\.\.\.(?!/)")


@dataclass
class Block:
    """A fenced block of commands."""

    page: Path
    line: int
    marks: set[str]
    text: str

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages(only: str | None) -> list[Path]:
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "RESULTS.md"]
    found += sorted((ROOT / "Documentation").glob("*.md")) + sorted((ROOT / "Data/models").glob("*/README.md"))
    return [page for page in found if page.exists() and (only is None or page == (ROOT / only).resolve())]


def blocks(page: Path) -> Iterator[Block]:
    """The `sh` blocks of a page; other languages are skipped."""
    fence, start, lines = None, 0, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if fence is None and line.startswith("```"):
            fence, start, lines = line[3:].split(), number, []
        elif fence is not None and line.startswith("```"):
            if fence[:1] == ["sh"]:
                yield Block(page, start, set(fence[1:]), "\n".join(lines))
            fence = None
        elif fence is not None:
            lines.append(line)
    if fence is not None:
        fail(f"{page.relative_to(ROOT)}:{start}: the block does not end")


# Links ------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub forms them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE):
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return found


def broken_links(page: Path) -> Iterator[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            yield f"{page.relative_to(ROOT)}: {link} leads nowhere"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{page.relative_to(ROOT)}: {link}: there is no such heading"


# Commands ---------------------------------------------------------------------------------------------


def misuse(block: Block) -> str | None:
    """What is wrong with how a block is marked."""
    if unknown := block.marks - MARKS:
        return f"{block.place}: unknown mark {', '.join(sorted(unknown))}; there are {', '.join(sorted(MARKS))}"
    if "example" not in block.marks and PLACEHOLDERS.search(block.text):
        return f"{block.place}: placeholders in a block that is not marked `example`"
    return None


@contextlib.contextmanager
def linked(network: Path, photos: Path) -> Iterator[None]:
    """Has `network.onnx`, its card and labels, and `photos` in the repository's root meanwhile."""
    links = {"network.onnx": network, "photos": photos}
    links |= {f"network{card.suffix}": card for card in [network.with_suffix(".json")] if card.exists()}
    links |= {labels.name: labels for labels in [network.with_name("labels.txt")] if labels.exists()}
    made = []
    try:
        for name, target in links.items():
            if not target.exists():
                fail(f"there is no {target}: give --network and --photos")
            if (ROOT / name).exists() or (ROOT / name).is_symlink():
                fail(f"{name} is in the way: a link of that name would be made in the root meanwhile")
            (ROOT / name).symlink_to(target.resolve())
            made.append(ROOT / name)
        yield
    finally:
        for link in made:
            link.unlink()


def run(block: Block) -> str | None:
    """Runs a block; what went wrong, if anything. Output goes to stderr."""
    say(f"--- {block.place}\n{block.text}")
    start = time.monotonic()
    # Without make's own variables: a `make` in a page is not one that a `make` around this script started.
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    code = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", block.text], cwd=ROOT, stdout=sys.stderr, env=surroundings
    ).returncode
    say(f"--- {block.place}: {'ends well' if code == 0 else f'exit code {code}'}, {time.monotonic() - start:.0f} s")
    return None if code == 0 else f"{block.place}: exit code {code}"


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--list", action="store_true", help="print the blocks and check the links; run nothing")
    parser.add_argument("--slow", action="store_true", help="run the blocks marked slow too")
    parser.add_argument("--only", metavar="PAGE", help="this page alone")
    parser.add_argument("--network", type=Path, default=SHARED / "models/googlenet/googlenet.onnx")
    parser.add_argument("--photos", type=Path, default=SHARED / "images/imagenet-1000")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    problems, ran, skipped = [], 0, []
    for page in pages(options.only):
        problems += broken_links(page)
        for block in blocks(page):
            if problem := misuse(block):
                problems.append(problem)
            elif options.list:
                print(f"{block.place} {' '.join(sorted(block.marks))}\n{block.text}\n")
            elif "example" in block.marks or ("slow" in block.marks and not options.slow):
                skipped.append(block.place)
            else:
                photos = "needs-photos" in block.marks
                with linked(options.network, options.photos) if photos else contextlib.nullcontext():
                    problem = run(block)
                problems += [problem] if problem else []
                ran += 1
    print(f"{ran} blocks run, {len(skipped)} left out{': ' if skipped else ''}{', '.join(skipped)}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

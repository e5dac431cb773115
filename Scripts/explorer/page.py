"""The page as the checks see it: what the folder holds, where a cell lies on screen, what is painted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.browser import Browser

# Whether the panel shows the cell that is open.
OPENED = "atlasExplorer.panel.open && document.querySelector('#panel .icon-row')"
INSIDE = (Path(__file__).parent / "inside.js").read_text(encoding="utf-8")


class Skipped(Exception):
    """The folder lacks what a check needs."""


@dataclass
class Check:
    name: str
    run: Callable[[Page], str | None]
    may_fail_to_load: bool = False


CHECKS: list[Check] = []


def check(name: str, may_fail_to_load: bool = False) -> Callable[[Callable[[Page], str | None]], Callable]:
    """Registers a check. It returns what to print beside its name, raises Skipped, or fails by any other error."""

    def register(run: Callable[[Page], str | None]) -> Callable:
        CHECKS.append(Check(name, run, may_fail_to_load))
        return run

    return register


def expect(condition: object, message: str) -> None:
    if not condition:
        raise AssertionError(message)


@dataclass
class Page:
    browser: Browser
    folder: Path
    screenshots: Path | None = None
    manifest: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        text = (self.folder / "data/atlas.js").read_text(encoding="utf-8").strip()
        found = re.fullmatch(r"explorer\.open\((.*)\);?", text, re.DOTALL)
        if not found:
            raise SystemExit(f"test-explorer: {self.folder}/data/atlas.js is not one call of explorer.open")
        self.manifest = json.loads(found[1])

    # What the folder holds

    @property
    def layers(self) -> list[dict[str, Any]]:
        return self.manifest["layers"]

    @property
    def layer(self) -> dict[str, Any]:
        return self.layers[0]

    def need(self, condition: object, what: str) -> None:
        if not condition:
            raise Skipped(what)

    # Moving about

    def open(self, link: str = "", folder: Path | None = None) -> None:
        """Opens a link in this folder, and waits until it is shown; in a damaged copy without waiting."""
        address = ((folder or self.folder) / "index.html").resolve().as_uri()
        self.browser.open(f"{address}#{link}" if link else address)
        self.value(f"(() => {{ {INSIDE} }})()")
        if folder is None:
            self.settle()

    def settle(self, pane: int = 0) -> None:
        self.wait(f"test.settled({pane})", 20)

    def wait(self, expression: str, seconds: float = 10.0) -> Any:
        return self.browser.wait(expression, seconds)

    def value(self, expression: str) -> Any:
        return self.browser.evaluate(expression)

    def state(self, key: str) -> Any:
        return self.value(f"atlasExplorer.store.state.{key}")

    def text(self, selector: str) -> str:
        return self.value(f"document.querySelector({json.dumps(selector)})?.textContent ?? ''")

    def link(self) -> str:
        """The link once it has followed what is shown."""
        return self.value("test.link()")

    def painted(self, pane: int = 0) -> tuple[int, int]:
        """A digest of what lies over the icons, and how many pixels it covers."""
        self.settle(pane)
        digest, covered = self.value(f"test.painted({pane})")
        return digest, covered

    def place_of(self, cell: dict[str, int], pane: int = 0) -> tuple[float, float]:
        """The middle of a cell on screen."""
        x, y = self.value(f"test.placeOf({cell['row']}, {cell['column']}, {pane})")
        return x, y

    def central_cell(self, pane: int = 0) -> dict[str, int]:
        """Row and column of the cell nearest to the middle of the map."""
        return self.value(f"test.centralCell({pane})")

    def open_cell(self) -> dict[str, int]:
        """Opens the cell in the middle by a click."""
        cell = self.central_cell()
        self.browser.click(*self.place_of(cell))
        self.wait(OPENED)
        return cell

    def middle(self, selector: str) -> tuple[float, float]:
        """The middle of the first element of a selector, after it is brought into sight."""
        found = self.value(f"test.middle({json.dumps(selector)})")
        expect(found is not None, f"there is no visible {selector}")
        return found[0], found[1]

    def click_on(self, selector: str) -> None:
        """A real click on the middle of an element, which nothing may cover."""
        x, y = self.middle(selector)
        cover = self.value(f"test.coverOf({json.dumps(selector)}, {x}, {y})")
        expect(cover is None, f"{selector} is covered by {cover}")
        self.browser.click(x, y)

    def tab_to(self, selector: str, most: int = 60) -> None:
        """Presses Tab until an element has the focus."""
        for _ in range(most):
            self.browser.press("Tab")
            if self.value(f"document.activeElement?.matches({json.dumps(selector)})"):
                return
        raise AssertionError(f"{selector} is not reached by {most} presses of Tab")

    def choose(self, field_number: int, index: int) -> None:
        """Chooses a class in one of the two search fields, by typing its name."""
        box = f"atlasExplorer.bar.{'ab'[field_number]}"
        name = self.value(f"{box}.lower[{index}]")
        self.click_on(f"#search .combobox:nth-child({field_number + 1}) input")
        self.browser.type(name[:30])
        place = self.wait(f"!{box}.list.hidden && {box}.matches.indexOf({index}) + 1")
        self.need(place <= 60, "class that a search of its name lists")
        for _ in range(place - 1):
            self.browser.press("ArrowDown")
        self.browser.press("Enter")
        self.settle()

    def select(self, label: str, value: str) -> None:
        """Chooses an option of the select with a label."""
        expect(self.value(f"test.choose({json.dumps(label)}, {json.dumps(value)})"), f"there is no {label} {value}")
        self.settle()

    def shoot(self, name: str) -> None:
        if self.screenshots:
            self.screenshots.mkdir(parents=True, exist_ok=True)
            self.wait("test.faded()")
            self.browser.screenshot(self.screenshots / f"{self.browser.name}-{name}.png")

    @contextmanager
    def screen(self, width: int = 1440, height: int = 900, scheme: str = "light") -> Iterator[None]:
        """Another screen for a while."""
        self.browser.resize(width, height)
        self.browser.prefer(scheme)
        try:
            yield
        finally:
            self.browser.resize(1440, 900)
            self.browser.prefer("light")

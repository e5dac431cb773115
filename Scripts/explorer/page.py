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

# The map of a pane as it is when nothing moves any more.
SETTLED = """(() => {{ const p = window.atlasExplorer?.panes[{pane}]; if (!p?.cells || p.cells.level !== p.wanted) return false;
  if (!p.tiles || p.tiles.isLoading() || p.map._animatingZoom || p.map._panAnim?._inProgress || p.overlay.frame) return false;
  if (p.paint?.cells !== p.cells) return false;
  return document.querySelectorAll(".leaflet-tile-loaded").length > 0; }})()"""

# A number that differs when what the canvas of a pane shows differs.
PAINTED = """(() => {{ const c = atlasExplorer.panes[{pane}].overlay.canvas;
  const copy = Object.assign(document.createElement("canvas"), {{width: c.width, height: c.height}});
  const context = copy.getContext("2d", {{willReadFrequently: true}}); context.drawImage(c, 0, 0);
  const d = context.getImageData(0, 0, c.width, c.height).data; let sum = 0, covered = 0;
  for (let i = 0; i < d.length; i += 4) if (d[i + 3]) {{ covered += 1; sum = (sum * 31 + d[i] + 7 * d[i + 1] + 49 * d[i + 2] + 343 * d[i + 3]) % 1000003; }}
  return [sum, covered]; }})()"""


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

    @property
    def address(self) -> str:
        return (self.folder / "index.html").resolve().as_uri()

    def need(self, condition: object, what: str) -> None:
        if not condition:
            raise Skipped(what)

    # Moving about

    def open(self, link: str = "", folder: Path | None = None) -> None:
        address = (folder / "index.html").resolve().as_uri() if folder else self.address
        self.browser.open(f"{address}#{link}" if link else address)
        if folder is None:
            self.settle()

    def settle(self, pane: int = 0) -> None:
        self.browser.wait(SETTLED.format(pane=pane), 20)

    def value(self, expression: str) -> Any:
        return self.browser.evaluate(expression)

    def state(self, key: str) -> Any:
        return self.value(f"atlasExplorer.store.state.{key}")

    def link(self) -> str:
        """The link once it has followed what is shown."""
        return self.browser.wait(
            "(async () => { let last; do { last = location.hash; await new Promise((done) => setTimeout(done, 350)); }"
            " while (last !== location.hash); return last.slice(1); })()"
        )

    def painted(self, pane: int = 0) -> tuple[int, int]:
        """A digest of what lies over the icons, and how many pixels it covers."""
        self.settle(pane)
        digest, covered = self.value(PAINTED.format(pane=pane))
        return digest, covered

    def place_of(self, row: int, column: int, pane: int = 0) -> tuple[float, float]:
        """The middle of a cell on screen."""
        x, y = self.value(
            f"""(() => {{ const p = atlasExplorer.panes[{pane}], unit = p.layer.worldSide / p.cells.side;
            const q = p.map.latLngToContainerPoint([-({row} + 0.5) * unit, ({column} + 0.5) * unit]);
            const r = p.frame.getBoundingClientRect(); return [r.x + q.x, r.y + q.y]; }})()"""
        )
        return x, y

    def central_cell(self, pane: int = 0) -> dict[str, int]:
        """The cell nearest to the middle of the map: its index, row and column."""
        return self.value(
            f"""(() => {{ const p = atlasExplorer.panes[{pane}], c = p.cells, unit = p.layer.worldSide / c.side, m = p.map.getCenter();
            let best = 0, least = Infinity; for (let i = 0; i < c.size; i += 1) {{
              const d = Math.hypot(c.row[i] + 0.5 + m.lat / unit, c.column[i] + 0.5 - m.lng / unit);
              if (d < least) {{ least = d; best = i; }} }}
            return {{index: best, row: c.row[best], column: c.column[best]}}; }})()"""
        )

    def tab_to(self, selector: str, most: int = 60) -> None:
        """Presses Tab until an element has the focus."""
        for _ in range(most):
            self.browser.press("Tab")
            if self.value(f"document.activeElement?.matches({json.dumps(selector)})"):
                return
        raise AssertionError(f"{selector} is not reached by {most} presses of Tab")

    def choose(self, field_number: int, index: int) -> None:
        """Chooses a class in one of the two search fields, by typing its name."""
        name = self.value(f"atlasExplorer.bar.{'ab'[field_number]}.lower[{index}]")
        self.browser.click_on(f"#search .combobox:nth-child({field_number + 1}) input")
        self.browser.type(name[:30])
        place = self.browser.wait(
            f"""(() => {{ const box = atlasExplorer.bar.{"ab"[field_number]}, place = box.matches.indexOf({index});
            return !box.list.hidden && place >= 0 ? place + 1 : 0; }})()"""
        )
        self.need(place <= 60, "a class that a search of its name lists")
        for _ in range(place - 1):
            self.browser.press("ArrowDown")
        self.browser.press("Enter")
        self.settle()

    def select(self, label: str, value: str) -> None:
        """Chooses an option of a labelled select, as the browser would report it."""
        done = self.value(
            f"""(() => {{ const label = [...document.querySelectorAll("label")].find((l) => l.textContent === {json.dumps(label)});
            const select = document.getElementById(label?.htmlFor); if (!select) return false;
            select.value = {json.dumps(value)}; if (select.value !== {json.dumps(value)}) return false;
            select.dispatchEvent(new Event("change", {{bubbles: true}})); return true; }})()"""
        )
        expect(done, f"there is no {label} {value}")
        self.settle()

    def shoot(self, name: str) -> None:
        if self.screenshots:
            self.screenshots.mkdir(parents=True, exist_ok=True)
            self.browser.wait("[...document.querySelectorAll('.leaflet-tile')].every((e) => getComputedStyle(e).opacity === '1')")
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

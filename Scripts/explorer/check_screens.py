"""Checks of screens: phone, dark and light, accessibility by axe-core, and frame times."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from explorer.check_classes import classes_with_effects
from explorer.page import OPENED, Page, Skipped, check, expect


@cache
def axe_source() -> str:
    try:
        import axe_playwright_python
    except ImportError as error:
        raise Skipped("axe-playwright-python") from error
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def axe(page: Page, where: str) -> int:
    """Runs axe-core; serious and critical findings are failures. The number of lesser ones."""
    page.value(f"(() => {{ if (!window.axe) {{ {axe_source()} }} return true; }})()")
    found = page.value("test.axe()")
    grave = [one for one in found if one[0] in ("serious", "critical")]
    expect(not grave, f"axe-core, {where}: {json.dumps(grave, ensure_ascii=False)[:900]}")
    return len(found)


def states(page: Page) -> list[tuple[str, str]]:
    """Links to the states in which the page is looked at."""
    level = max(
        level["side"] for level in page.layer["levels"] if level["side"] <= 40 or level is page.layer["levels"][0]
    )
    base = f"layer={page.layer['id']}&level={level}"
    page.open(base)
    cell = page.central_cell()
    found = [
        ("map", base),
        ("cell", f"{base}&cell=0,{level},{cell['row']},{cell['column']}"),
        ("table", f"{base}&view=table"),
        ("about", f"{base}&panel=about&color=count"),
    ]
    known = classes_with_effects(page)
    if len(known) > 1:
        found.append(("class", f"{base}&a={known[0]}&b={known[-1]}&mix=0&color=effect&panel=class"))
    if len(page.layers) > 1:
        found.append(("beside", f"{base}&layer2={page.layers[1]['id']}"))
    return found


def look(page: Page, size: str, scheme: str) -> str:
    lesser = 0
    for name, link in states(page):
        page.open(link)
        page.wait("!document.querySelector('#panel').textContent.includes('is being read')")
        page.shoot(f"{size}-{scheme}-{name}")
        overflow = page.value("test.overflow()")
        expect(overflow is None, f"{name}: {overflow}")
        overlaps = page.value("test.overlaps()")
        expect(not overlaps, f"{name}: {overlaps} cover one another")
        lesser += axe(page, name)
    return f"axe-core finds {lesser} lesser things in {len(states(page))} states"


@check("desktop, light")
def desktop_light(page: Page) -> str:
    with page.screen(1440, 900, "light"):
        return look(page, "desktop", "light")


@check("desktop, dark")
def desktop_dark(page: Page) -> str:
    with page.screen(1440, 900, "dark"):
        return look(page, "desktop", "dark")


@check("phone, light")
def phone_light(page: Page) -> str:
    with page.screen(390, 844, "light"):
        return look(page, "phone", "light")


@check("phone, dark")
def phone_dark(page: Page) -> str:
    with page.screen(360, 740, "dark"):
        return look(page, "phone-360", "dark")


@check("opens a cell by touch on a phone")
def touch(page: Page) -> None:
    with page.screen(390, 844):
        page.open()
        cell = page.central_cell()
        page.browser.tap(*page.place_of(cell))
        page.wait(OPENED)
        top = page.value("document.querySelector('#panel').getBoundingClientRect().top")
        expect(top > 200, "the sheet leaves no map")
        page.settle()
        x, y = page.place_of(page.state("cell"))
        expect(y < top, "the sheet covers the cell that it tells of")
        page.browser.tap(*page.middle("#panel .close"))
        page.wait("document.querySelector('#panel').hidden")


@check("zooms by pinching")
def pinches(page: Page) -> str:
    with page.screen(390, 844):
        page.open()
        zoom = "test.pane.map.getZoom()"
        before = page.value(zoom)
        x, y = page.middle(".map")
        page.browser.pinch(x, y, 60, 240)
        page.wait(f"{zoom} > {before} + 1")
        page.settle()
        after = page.value(zoom)
        expect(page.state("cell") is None, "pinching opens a cell")
        return f"zoom {before:.2f} to {after:.2f}"


@check("dark and light by the system and by the button")
def themes(page: Page) -> str:
    ground = "getComputedStyle(document.body).backgroundColor"
    page.open()
    light = page.value(ground)
    page.browser.prefer("dark")
    try:
        page.wait(f"{ground} !== {json.dumps(light)}")
        dark = page.value(ground)
        page.click_on("#actions button:last-child")
        page.wait(f"{ground} === {json.dumps(light)}")
        page.click_on("#actions button:last-child")
    finally:
        page.value("(() => { try { localStorage.removeItem('atlas-explorer-theme'); } catch { } })()")
        page.browser.prefer("light")
    return f"{light} and {dark}"


@check("frame times while panning")
def frames(page: Page) -> str:
    known = classes_with_effects(page)
    told = []
    for level in page.layer["levels"]:
        effect = f"&a={known[0]}&color=effect" if known else "&color=count"
        for zoom, where in ((None, "all"), (3.0, "near")):
            place = "" if zoom is None else f"&at=0.5,0.5,{zoom}"
            page.open(f"layer={page.layer['id']}&level={level['side']}{effect}{place}")
            times = page.value("test.frames(120)")
            times.sort()
            middle, late = times[len(times) // 2], times[int(0.95 * len(times))]
            told.append(f"{level['side']} × {level['side']} {where}: median {middle:.1f} ms, 95 % {late:.1f} ms")
            expect(middle < 100, f"panning takes {middle:.0f} ms a frame")
    return "; ".join(told)

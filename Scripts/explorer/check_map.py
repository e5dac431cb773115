"""Checks of the map: loading, levels, cells by mouse and by keyboard, display."""

from __future__ import annotations

import json
import time

from explorer.page import OPENED, Page, check, expect


@check("loads")
def loads(page: Page) -> str:
    start = time.monotonic()
    page.open()
    seconds = time.monotonic() - start
    expect(page.value("document.documentElement.lang") == "en", "the page does not name its language")
    expect(page.value("document.querySelector('#title').textContent.length") > 0, "there is no title")
    expect(
        page.value("document.querySelectorAll('script:not([src])').length") == 0, "there is a script within the page"
    )
    expect(seconds < 5, f"the first view took {seconds:.1f} s")
    page.shoot("map")
    return f"first view after {1000 * seconds:.0f} ms, tests' own waiting included"


@check("zooms through all levels")
def levels(page: Page) -> str:
    page.open()
    sides = [level["side"] for level in page.layer["levels"]]
    side = "test.pane.cells.side"
    page.value("test.pane.map.setZoom(-2, {animate: false})")
    page.settle()
    seen = [page.value(side)]
    x, y = page.middle(".map")
    for _ in range(120):
        zoom = page.value("test.pane.map.getZoom()")
        page.browser.wheel(x, y, -120)
        page.wait(f"test.pane.map.getZoom() > {zoom}")
        page.settle()
        if page.value(side) != seen[-1]:
            seen.append(page.value(side))
        if page.value("test.pane.map.getZoom() >= test.pane.map.getMaxZoom() - 0.01"):
            break
    expect(seen == sides, f"by the wheel the levels {seen} appear, not {sides}")
    page.select("Level", str(sides[0]))
    expect(page.value(side) == sides[0], "a level that is chosen is not shown")
    page.click_on(".zoom button:nth-child(3)")
    page.settle()
    page.select("Level", "0")
    plain = f"run={page.manifest['digest']}&layer={page.layer['id']}"
    expect(page.link() == plain, "“Show all” does not bring back the whole map")
    return " ".join(f"{side} × {side}" for side in sides)


@check("opens a cell by mouse")
def by_mouse(page: Page) -> str:
    page.open()
    cell = page.central_cell()
    x, y = page.place_of(cell)
    page.browser.move(x - 2, y - 2)
    page.browser.move(x, y)
    page.wait("/sample/.test(document.querySelector('.tip:not([hidden])')?.textContent)")
    page.browser.click(x, y)
    page.wait(OPENED)
    side = page.value("test.pane.cells.side")
    expect(
        page.state("cell") == {"pane": 0, "side": side, "row": cell["row"], "column": cell["column"]},
        "another cell opened",
    )
    expect(page.link().endswith(f"cell=0,{side},{cell['row']},{cell['column']}"), "the link does not name the cell")
    first = page.text("#panel h3")
    patches = next(level for level in page.layer["levels"] if level["side"] == side)["patches"]
    expect(first == ("Real patches" if patches else "Icon"), f"the panel leads with “{first}”")
    page.shoot("cell")
    page.browser.press("Escape")
    expect(page.value("document.querySelector('#panel').hidden"), "Escape does not close the panel")
    return f"row {cell['row']}, column {cell['column']}"


@check("opens a cell by keyboard")
def by_keyboard(page: Page) -> str:
    page.open()
    page.tab_to(".map")
    for key in ("ArrowDown", "ArrowRight", "ArrowUp"):
        page.browser.press(key)
    said = page.text("#live")
    expect(said.startswith("Row "), f"the cell is not announced: “{said}”")
    cursor = page.value("test.pane.square(test.pane.pointer.cursor)")
    page.browser.press("Enter")
    page.wait(OPENED)
    expect(page.state("cell") == {"pane": 0, **cursor}, "Enter opens another cell")
    expect(page.value("document.querySelector('#panel').contains(document.activeElement)"), "focus is not in the panel")
    page.browser.press("Escape")
    expect(page.value("document.querySelector('#panel').hidden"), "Escape does not close the panel")
    expect(page.value("document.activeElement.matches('.map')"), "focus does not return to the map")
    before = page.value("test.pane.map.getZoom()")
    page.browser.press("+")
    page.wait(f"test.pane.map.getZoom() > {before}")
    return said


@check("shows where a patch comes from")
def photograph(page: Page) -> str:
    level = next((level for level in page.layer["levels"] if level["patches"]), None)
    page.need(level, "patches")
    page.open(f"layer={page.layer['id']}&level={level['side']}")
    cell = page.value("test.cellWithPatches()")
    page.need(cell, "cell with patches")
    page.open(f"layer={page.layer['id']}&level={level['side']}&cell=0,{level['side']},{cell[0]},{cell[1]}")
    page.wait("document.querySelector('.patch')")
    page.click_on(".patch")
    page.wait("document.querySelector('dialog[open]')")
    pictured = page.value("!!document.querySelector('dialog img')")
    if pictured:
        page.wait("document.querySelector('dialog img').naturalWidth > 0")
        inside = page.value("document.querySelectorAll('dialog rect').length")
        expect(inside >= 2, "patch and receptive field are not drawn on the photograph")
    page.shoot("patch")
    page.browser.press("Escape")
    page.wait("!document.querySelector('dialog')")
    expect(page.value("document.activeElement.matches('.patch')"), "focus does not return to the patch")
    expect(not page.value("document.querySelector('#panel').hidden"), "Escape closes the panel with the dialog")
    return "in its photograph" if pictured else "enlarged"


@check("nearest cells lead there")
def nearest(page: Page) -> None:
    page.open()
    page.open_cell()
    page.need(page.value("document.querySelector('.neighbor') !== null"), "nearest cells")
    wanted = page.value("(({cells, i}) => cells.nearest[i * cells.nearestCount])(atlasExplorer.panel.open)")
    page.click_on(".neighbor")
    page.wait(f"atlasExplorer.panel.open?.i === {wanted}")
    page.settle()
    x, y = page.place_of(page.state("cell"))
    expect(page.value(f"test.coverOf('.map', {x}, {y})") is None, "the cell is not in sight")


@check("colors, hides and sizes cells")
def display(page: Page) -> str:
    page.open()
    plain = page.painted()[1]
    columns = page.layer["columns"]
    key = f"column:{columns[0]['name']}" if columns else "count"
    page.select("Color cells by", key)
    page.wait(f"atlasExplorer.store.state.color === {json.dumps(key)}")
    colored = page.painted()
    expect(colored[1] > plain, "no color is painted")
    legend = page.text(".legend")
    expect(any(sign.isdigit() for sign in legend), f"the legend has no numbers: “{legend}”")
    page.select("Hide cells by", key)
    page.click_on(".slider input")
    page.settle()
    hidden = page.value("test.hiddenCells()")
    expect(hidden > 0, "the slider hides no cell")
    expect(f"{hidden:,} of" in page.text(".slider output"), "how many are hidden is not said")
    expect(page.painted()[0] != colored[0], "hidden cells look as before")
    if page.layer["levels"][0]["sized"]:
        page.select("Level", str(page.layer["levels"][0]["side"]))
        label = "[...document.querySelectorAll('label')].find((l) => l.textContent.startsWith('Icons sized')).htmlFor"
        page.click_on(f"#{page.value(label)}")
        page.settle()
        page.wait("[...document.images].some((image) => image.src.includes('/sized/'))")
    page.shoot("display")
    return f"{key}, {hidden} cells hidden"

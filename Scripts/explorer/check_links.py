"""Checks of links, of the browser's history, and of the notes."""

from __future__ import annotations

from explorer.check_classes import classes_with_effects
from explorer.page import OPENED, Page, check, expect

SHOWN = """JSON.stringify([atlasExplorer.store.state, atlasExplorer.panes.map((pane) => pane.cells.side),
  document.querySelector("#panel").textContent])"""


@check("follows a link")
def follows(page: Page) -> str:
    page.open()
    page.browser.wheel(*page.middle(".map"), -240)
    page.settle()
    x, y = page.middle(".map")
    page.browser.drag(x, y, x + 130, y + 60)
    page.settle()
    known = classes_with_effects(page)
    if len(known) > 1:
        page.value(f"atlasExplorer.store.set({{a: {known[0]}, b: {known[1]}, mix: 0.3, color: 'effect'}})")
    page.value("atlasExplorer.store.set({filter: 'count', least: 2, sized: true, points: false})")
    if len(page.layers) > 1:
        page.click_on("#actions button:first-child")
        page.settle(1)
    cell = page.open_cell()
    page.settle()
    link = page.link()
    before = page.value(SHOWN)
    x, y = page.place_of(cell)
    page.open(link)
    page.wait(OPENED)
    if len(page.layers) > 1:
        page.settle(1)
    new_x, new_y = page.place_of(cell)
    expect(
        abs(x - new_x) < 2 and abs(y - new_y) < 2, f"the cell stands at {new_x:.1f}, {new_y:.1f}, not {x:.1f}, {y:.1f}"
    )
    again = page.link()
    expect(again == link, f"the link {link} becomes {again}")
    after = page.value(SHOWN)
    expect(after == before, f"the link shows\n  {after[:600]}\nnot\n  {before[:600]}")
    expect(page.value("document.querySelector('#notices').children.length") == 0, "a notice appears")
    page.value("window.kept = true")
    page.value(f"location.hash = {page.layer['id']!r} && 'view=table'")
    page.wait("atlasExplorer.store.state.view === 'table' && !document.querySelector('#table').hidden")
    expect(page.value("window.kept"), "the page was loaded anew")
    return link


@check("says that a link is of another run")
def another_run(page: Page) -> str:
    side = page.layer["levels"][0]["side"]
    page.open(f"run=ffffffffffffffff&layer={page.layer['id']}&level={side}&layer2=gone&a=0:%3Cb%3Enot%20here")
    notice = page.text("#notices")
    expect("another run" in notice and page.manifest["digest"] in notice, f"the notice says “{notice}”")
    expect("gone" in notice, "a layer that is missing is not named")
    expect(page.state("panes[0].level") == side, "what this run has is not opened")
    expect(page.value("document.querySelector('#notices b')") is None, "the link's text became HTML")
    page.shoot("another-run")
    page.click_on("#notices button")
    return notice[:70]


@check("goes back")
def back(page: Page) -> None:
    page.open()
    page.open_cell()
    page.link()
    page.value("history.back()")
    page.wait("document.querySelector('#panel').hidden && atlasExplorer.store.state.cell === null")
    page.value("history.forward()")
    page.wait("!document.querySelector('#panel').hidden && atlasExplorer.panel.open")


@check("says what was left out")
def notes(page: Page) -> str:
    page.open()
    page.click_on("#actions button:nth-child(4)")
    page.wait("!document.querySelector('#panel').hidden")
    said = page.text("#panel")
    expect(page.manifest["digest"] in said, "the run is not named")
    expect(page.value("document.querySelectorAll('.notes li').length") == len(page.layer["notes"]), "notes are missing")
    return f"{len(page.layer['notes'])} notes"


@check("shows names as text")
def names(page: Page) -> str:
    """Whatever the names hold, no element, script or handler comes of them, and each keeps its direction to itself."""
    page.open("view=table")
    page.wait("document.querySelector('#table tbody tr')")
    cell = page.value("(({row, column, side}) => [side, row[0], column[0]])(test.pane.cells)")
    page.open(f"cell=0,{','.join(map(str, cell))}&view=table")
    page.wait("document.querySelector('#panel .icon-row')")
    found = page.value("test.strangeElements()")
    expect(not found, f"names became elements: {found}")
    controls = page.value("test.controls()")
    expect(controls is None, f"control characters are shown as they are: {controls}")
    count = page.value("document.querySelectorAll('bdi').length")
    loose = page.value("test.looseNames()")
    expect(loose == 0, f"{loose} names are not isolated")
    return f"{count} names"

"""Checks of classes: search, one class, two classes, and two maps."""

from __future__ import annotations

from explorer.page import OPENED, Page, check, expect


def classes_with_effects(page: Page) -> list[int]:
    """Indices of classes whose effects the first layer has."""
    if not page.layer["effects"]:
        return []
    folder = page.folder / "data" / page.layer["id"] / "effects"
    return sorted(int(path.stem) for path in folder.glob("*.js"))


@check("searches a class")
def searches(page: Page) -> str:
    known = classes_with_effects(page)
    page.need(known, "effects on classes")
    page.open()
    before = page.painted()
    index = known[len(known) // 2]
    page.choose(0, index)
    page.wait("test.pane.effects && document.querySelector('#panel .cells')")
    expect(page.state("a") == index, "another class was chosen")
    expect(page.painted()[1] > before[1], "the map does not fade")
    legend = page.text(".legend")
    expect("logits" in legend and "for" in legend, f"the legend does not say what the colors mean: “{legend}”")
    page.shoot("class")
    listed = page.value("document.querySelectorAll('#panel .cell-row').length")
    if listed:
        page.click_on("#panel .cell-row")
        page.wait(OPENED)
        expect(
            page.value("document.querySelector('#panel .chosen') !== null"),
            "the cell does not tell its effect on the class",
        )
    return f"class {index}, {listed} cells listed"


@check("compares two classes")
def compares(page: Page) -> str:
    known = classes_with_effects(page)
    page.need(len(known) > 1, "effects on two classes")
    page.open()
    first, second = known[0], known[-1]
    page.choose(0, first)
    page.wait("test.pane.effects")
    alone = page.painted()
    page.choose(1, second)
    page.wait(f"atlasExplorer.store.state.b === {second} && !document.querySelector('.mix').hidden")
    page.settle()
    page.shoot("two-classes")
    expect(page.painted() != alone, "the second class changes nothing")
    expect("being read" not in page.text("#panel"), "the panel still waits for effects that the map shows")
    page.value("document.querySelector('.mix input').focus()")
    page.browser.press("Home")
    page.wait("atlasExplorer.store.state.mix === -1")
    page.wait("test.pane.overlay.frame === 0")
    expect(page.painted() == alone, "only the first class by the slider is not what the first class is alone")
    for _ in range(10):
        page.browser.press("ArrowRight")
    page.wait("Math.abs(atlasExplorer.store.state.mix + 0.5) < 1e-6")
    expect(page.painted() != alone, "the slider changes nothing")
    return f"classes {first} and {second}"


@check("shows the class chosen last, whichever file comes first")
def last_counts(page: Page) -> str:
    known = classes_with_effects(page)
    page.need(len(known) > 1, "effects on two classes")
    slow, fast = known[0], known[-1]
    page.open(f"a={fast}&color=effect")
    page.wait("test.pane.effects")
    alone = page.painted()
    page.open("color=")
    page.value(f"test.holdBack('effects/{slow}.js', 400)")
    page.value(f"atlasExplorer.store.set({{ a: {slow}, color: 'effect' }})")
    expect("being read" in page.text(".legend"), "the legend does not say that effects are being read")
    page.value(f"atlasExplorer.store.set({{ a: {fast} }})")
    page.value("test.held")
    expect(page.state("a") == fast and page.painted() == alone, "the file that came last is shown")
    return f"classes {slow} and {fast}"


@check("opens the atlas of a class")
def class_atlas(page: Page) -> str:
    known = set(classes_with_effects(page))
    special = next((layer for layer in page.layers[1:] if layer["kind"] != "layer" and known & set(layer["of"])), None)
    page.need(special, "class atlas or comparison")
    index = next(one for one in special["of"] if one in known)
    page.open(f"a={index}&color=effect&panel=class")
    page.wait("document.querySelector('#panel .links button')")
    page.click_on("#panel .links button")
    page.wait("test.pane.layer.kind !== 'layer'")
    page.settle()
    return special["kind"]


@check("shows two layers side by side")
def beside(page: Page) -> str:
    page.need(len(page.layers) > 1, "second layer")
    page.open()
    page.click_on("#actions button:first-child")
    page.wait("atlasExplorer.panes.length === 2")
    page.settle(1)
    cell = page.central_cell()
    page.browser.click(*page.place_of(cell))
    said = page.wait("!document.querySelector('.brush').hidden && document.querySelector('.brush').textContent")
    page.settle(1)
    one, other = page.value("atlasExplorer.panes.map((pane) => pane.layer.id)")
    layers = {layer["id"]: layer for layer in page.layers}
    same = layers[one]["images"] == layers[other]["images"] and layers[one]["samples"] and layers[other]["samples"]
    if same:
        page.wait("atlasExplorer.panes[1].brushed !== null && atlasExplorer.panes[1].overlay.frame === 0")
        expect(page.painted(1)[1] > 0, "nothing is painted in the other map")
    else:
        expect("cannot" in said, f"it is not said that cells cannot be brushed: “{said}”")
    page.shoot("side-by-side")
    return said

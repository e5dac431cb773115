"""Checks of the table."""

from __future__ import annotations

from explorer.page import Page, check, expect

COUNTS = "[...document.querySelectorAll('#table tbody tr')].map((row) => Number(row.children[2].textContent.replaceAll(',', '')))"


@check("sorts the table, which equals the map")
def sorts(page: Page) -> str:
    page.open()
    total = page.value("atlasExplorer.panes[0].cells.size")
    page.browser.click_on("#actions button:nth-child(2)")
    page.browser.wait("!document.querySelector('#table').hidden")
    said = page.value("document.querySelector('.where').textContent")
    expect(said.endswith(f"of {total:,}"), f"the table has not all {total} cells: “{said}”")
    page.browser.click_on("#table thead th:nth-child(3) button")
    page.browser.wait("document.querySelector('#table thead th:nth-child(3)').getAttribute('aria-sort') === 'descending'")
    down = page.value(COUNTS)
    expect(down == sorted(down, reverse=True), "counts do not fall")
    expect(down[0] == page.value("Math.max(...atlasExplorer.panes[0].cells.count)"), "the largest count is not first")
    expect(page.value("document.activeElement.closest('th')?.cellIndex") == 2, "focus is lost by sorting")
    page.browser.press("Enter")
    page.browser.wait("document.querySelector('#table thead th:nth-child(3)').getAttribute('aria-sort') === 'ascending'")
    up = page.value(COUNTS)
    expect(up == sorted(up), "counts do not rise")
    least = sorted(down)[len(down) // 2] + 1
    page.value(f"atlasExplorer.store.set({{filter: 'count', least: {least}}})")
    page.browser.wait("atlasExplorer.panes[0].hidden")
    shown = page.value("atlasExplorer.panes[0].hidden.reduce((sum, one) => sum + 1 - one, 0)")
    page.browser.wait(f"document.querySelector('.where').textContent.endsWith('of {shown:,}')")
    expect(min(page.value(COUNTS)) >= least, "hidden cells stand in the table")
    page.shoot("table")
    page.browser.click_on("#table tbody tr:first-child td:nth-child(3)")
    page.browser.wait("atlasExplorer.panel.open && document.querySelector('#panel .icon-row')")
    return f"{total:,} cells, {shown:,} shown by a filter"


@check("writes CSV")
def csv(page: Page) -> str:
    page.open("view=table")
    page.browser.wait("document.querySelector('#table tbody tr')")
    text = page.value(
        """(async () => { const make = URL.createObjectURL; let kept = null;
        URL.createObjectURL = (blob) => { kept = blob; return make(blob); };
        const click = HTMLAnchorElement.prototype.click; HTMLAnchorElement.prototype.click = () => {};
        document.querySelector(".csv").click(); URL.createObjectURL = make; HTMLAnchorElement.prototype.click = click;
        return kept.text(); })()"""
    )
    import csv as reader

    rows = list(reader.reader(text.splitlines(keepends=True)))
    total = page.value("atlasExplorer.panes[0].cells.size")
    expect(len(rows) == total + 1, f"there are {len(rows)} rows for {total} cells")
    expect(all(len(row) == len(rows[0]) for row in rows), "rows have different lengths")
    return f"{len(rows)} rows of {len(rows[0])} columns"

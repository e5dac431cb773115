"""Checks of the table."""

from __future__ import annotations

import csv

from explorer.page import OPENED, Page, check, expect

SORTED = "document.querySelector('#table thead th:nth-child(3)').getAttribute('aria-sort') === '{}'"


@check("sorts the table, which equals the map")
def sorts(page: Page) -> str:
    page.open()
    total = page.value("test.pane.cells.size")
    page.click_on("#actions button:nth-child(2)")
    page.wait("!document.querySelector('#table').hidden")
    said = page.text(".where")
    expect(said.endswith(f"of {total:,}"), f"the table has not all {total} cells: “{said}”")
    page.click_on("#table thead th:nth-child(3) button")
    page.wait(SORTED.format("descending"))
    down = page.value("test.counts()")
    expect(down == sorted(down, reverse=True), "counts do not fall")
    expect(down[0] == page.value("Math.max(...test.pane.cells.count)"), "the largest count is not first")
    expect(page.value("document.activeElement.closest('th')?.cellIndex") == 2, "focus is lost by sorting")
    page.browser.press("Enter")
    page.wait(SORTED.format("ascending"))
    up = page.value("test.counts()")
    expect(up == sorted(up), "counts do not rise")
    least = sorted(down)[len(down) // 2] + 1
    page.value(f"atlasExplorer.store.set({{filter: 'count', least: {least}}})")
    page.wait("test.pane.hidden")
    shown = total - page.value("test.hiddenCells()")
    page.wait(f"document.querySelector('.where').textContent.endsWith('of {shown:,}')")
    expect(min(page.value("test.counts()")) >= least, "hidden cells stand in the table")
    page.shoot("table")
    page.click_on("#table tbody tr:first-child td:nth-child(3)")
    page.wait(OPENED)
    return f"{total:,} cells, {shown:,} shown by a filter"


@check("writes CSV")
def writes_csv(page: Page) -> str:
    page.open("view=table")
    page.wait("document.querySelector('#table tbody tr')")
    text = page.value("test.csv()")
    rows = list(csv.reader(text.splitlines(keepends=True)))
    total = page.value("test.pane.cells.size")
    expect(len(rows) == total + 1, f"there are {len(rows)} rows for {total} cells")
    expect(all(len(row) == len(rows[0]) for row in rows), "rows have different lengths")
    return f"{len(rows)} rows of {len(rows[0])} columns"

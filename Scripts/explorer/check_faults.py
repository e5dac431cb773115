"""Checks of a folder that is incomplete: the page says which file, and goes on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.check_classes import classes_with_effects
from explorer.page import Page, check, expect

NOTICES = "document.querySelector('#notices').textContent"


@contextmanager
def damaged(page: Page) -> Iterator[Path]:
    """A copy of the folder to damage: page and data are copied, pictures are links."""
    with tempfile.TemporaryDirectory(prefix="explorer-") as name:
        copy = Path(name)
        for entry in page.folder.resolve().iterdir():
            if entry.name in ("data", "page"):
                shutil.copytree(entry, copy / entry.name)
            elif entry.is_dir():
                (copy / entry.name).symlink_to(entry)
            else:
                shutil.copy(entry, copy)
        yield copy


@check("names a file that is missing", may_fail_to_load=True)
def missing(page: Page) -> str:
    known = classes_with_effects(page)
    page.need(known, "effects on classes")
    name = f"data/{page.layer['id']}/effects/{known[0]}.js"
    with damaged(page) as copy:
        (copy / name).unlink()
        page.open(f"a={known[0]}&color=effect", folder=copy)
        page.wait(f"{NOTICES}.includes({name!r})")
        page.settle()
        expect("not known" in page.text(".legend"), "the legend does not say that effects are missing")
    return name


@check("names a file that is cut", may_fail_to_load=True)
def cut(page: Page) -> str:
    name = f"data/{page.layer['id']}/{page.layer['levels'][0]['side']}/cells.js"
    with damaged(page) as copy:
        text = (copy / name).read_text(encoding="utf-8")
        (copy / name).write_text(text[: len(text) // 2], encoding="utf-8")
        page.open(f"level={page.layer['levels'][0]['side']}", folder=copy)
        page.open(f"layer={page.layer['id']}&level={page.layer['levels'][0]['side']}", folder=copy)
        page.wait(f"{NOTICES}.includes({name!r})")
        expect(page.value("!document.querySelector('#bar').hidden"), "the page does not go on")
    return name


@check("says that the manifest is missing", may_fail_to_load=True)
def no_manifest(page: Page) -> str:
    with damaged(page) as copy:
        (copy / "data/atlas.js").unlink()
        page.open(folder=copy)
        return page.wait(NOTICES)


@check("says that the map's library is missing", may_fail_to_load=True)
def no_library(page: Page) -> str:
    with damaged(page) as copy:
        (copy / "page/leaflet.js").unlink()
        page.open(folder=copy)
        page.wait(f"{NOTICES}.includes('page/leaflet.js')")
    return "page/leaflet.js"

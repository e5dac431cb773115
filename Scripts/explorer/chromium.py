"""Chromium, driven by Playwright."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.browser import Browser


class Chromium(Browser):
    name = "chromium"

    def __init__(self, program: str) -> None:
        from playwright.sync_api import sync_playwright

        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=program)
        self.context = self.browser.new_context(viewport={"width": 1440, "height": 900}, has_touch=True)
        self.page = self.context.new_page()
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.found.append(f"error: {error}"))
        self.page.on("requestfailed", lambda request: self.failed(request))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.found: list[str] = []
        self.asked: list[str] = []

    def heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.found.append(f"{message.type}: {message.text}")

    def failed(self, request: Any) -> None:
        # A tile that is given up because the map moved on is no fault.
        if request.failure != "net::ERR_ABORTED":
            self.found.append(f"could not load {request.url}: {request.failure}")

    def open(self, address: str) -> None:
        self.page.goto("about:blank")
        self.found.clear()
        self.asked.clear()
        self.page.goto(address)

    def answer(self, expression: str) -> str | None:
        return self.page.evaluate(expression)

    def move(self, x: float, y: float) -> None:
        self.page.mouse.move(x, y)

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(x, y)

    def tap(self, x: float, y: float) -> None:
        self.page.touchscreen.tap(x, y)

    def pinch(self, x: float, y: float, start: float, end: float) -> None:
        session = self.context.new_cdp_session(self.page)

        def touch(kind: str, distance: float | None) -> None:
            sides = () if distance is None else (-0.5, 0.5)
            points = [{"x": x + side * distance, "y": y, "id": k} for k, side in enumerate(sides)]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", start)
        for step in range(1, 11):
            touch("touchMove", start + (end - start) * step / 10)
            self.page.wait_for_timeout(16)
        touch("touchEnd", None)
        session.detach()

    def drag(self, x: float, y: float, to_x: float, to_y: float) -> None:
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(to_x, to_y, steps=8)
        self.page.mouse.up()

    def wheel(self, x: float, y: float, down: float) -> None:
        self.page.mouse.move(x, y)
        self.page.mouse.wheel(0, down)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def prefer(self, scheme: str) -> None:
        self.page.emulate_media(color_scheme=scheme)

    def screenshot(self, path: Path) -> None:
        self.page.screenshot(path=path)

    def problems(self) -> list[str]:
        return list(self.found)

    def requests(self) -> list[str]:
        return list(self.asked)

    def close(self) -> None:
        self.browser.close()
        self.playwright.stop()

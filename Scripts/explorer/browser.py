"""What the checks ask of a browser, whichever it is."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any


class Browser(ABC):
    """One page in one browser. Places are CSS pixels from the upper left corner of the page's viewport."""

    name: str

    @abstractmethod
    def open(self, address: str) -> None:
        """Loads an address anew, and forgets problems and requests of before."""

    @abstractmethod
    def answer(self, expression: str) -> str | None:
        """The text that a JavaScript expression promises."""

    @abstractmethod
    def move(self, x: float, y: float) -> None: ...

    @abstractmethod
    def click(self, x: float, y: float) -> None: ...

    @abstractmethod
    def tap(self, x: float, y: float) -> None: ...

    @abstractmethod
    def pinch(self, x: float, y: float, start: float, end: float) -> None:
        """Two fingers around a place move from one distance between them to another."""

    @abstractmethod
    def drag(self, x: float, y: float, to_x: float, to_y: float) -> None: ...

    @abstractmethod
    def wheel(self, x: float, y: float, down: float) -> None: ...

    @abstractmethod
    def press(self, key: str) -> None:
        """Presses and releases a key, named as in KeyboardEvent.key."""

    @abstractmethod
    def type(self, text: str) -> None: ...

    @abstractmethod
    def resize(self, width: int, height: int) -> None: ...

    @abstractmethod
    def prefer(self, scheme: str) -> None:
        """Sets the color scheme that the system prefers: light or dark."""

    @abstractmethod
    def screenshot(self, path: Path) -> None: ...

    @abstractmethod
    def problems(self) -> list[str]:
        """Errors and warnings of the console, and what could not be loaded, since the last `open`."""

    @abstractmethod
    def requests(self) -> list[str]:
        """Addresses that were asked for since the last `open`."""

    @abstractmethod
    def close(self) -> None: ...

    # What all have in common

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, or of what it promises; None for what is no JSON."""
        text = self.answer(
            f"""(async () => {{ const value = await ({expression});
            try {{ return JSON.stringify(value) ?? null; }} catch {{ return null; }} }})()"""
        )
        return None if text is None else json.loads(text)

    def wait(self, expression: str, seconds: float = 10.0) -> Any:
        """The value of an expression as soon as it is true; an error that names it if it does not become so."""
        end = time.monotonic() + seconds
        while True:
            # Objects of the page may be large or refer to themselves: that there is one is enough.
            value = self.evaluate(f"((v) => v !== null && typeof v === 'object' ? true : v)(await ({expression}))")
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"did not happen in {seconds:g} s: {expression}")
            time.sleep(0.03)

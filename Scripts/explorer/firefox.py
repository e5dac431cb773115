"""Firefox (ESR as in Debian), driven by Marionette, its own protocol: Playwright drives only builds of its own."""

from __future__ import annotations

import base64
import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from explorer.browser import Browser

# Signs of keys as WebDriver has them.
KEYS = {
    "Enter": "\ue007", "Escape": "\ue00c", "ArrowUp": "\ue013", "ArrowDown": "\ue015", "ArrowLeft": "\ue012",
    "ArrowRight": "\ue014", "Home": "\ue011", "Tab": "\ue004",
}  # fmt: skip

# Collects script errors and warnings of pages, and the requests that they send over a network.
LISTEN = """
const problems = [], requests = [];
Services.console.registerListener({observe(message) {
  if (!(message instanceof Ci.nsIScriptError) || !/^(file|blob|data):/.test(message.sourceName)) return;
  const warning = message.flags & Ci.nsIScriptError.warningFlag;
  problems.push((warning ? "warning: " : "error: ") + message.errorMessage);
}});
Services.obs.addObserver((subject) => {
  const channel = subject.QueryInterface(Ci.nsIChannel);
  if (!channel.loadInfo.triggeringPrincipal.isSystemPrincipal) requests.push(channel.URI.spec);
}, "http-on-modify-request");
globalThis.atlasTest = {problems, requests};
"""

# What only the page itself can tell: pictures that do not load, and what it says to the console once it is loaded;
# before that only script errors are heard.
LISTEN_INSIDE = """(() => {
  const heard = window.atlasHeard = [];
  for (const level of ["error", "warn"]) console[level] = (...said) => heard.push(level + ": " + said.join(" "));
  window.addEventListener("error", (event) => {
    if (event.target instanceof HTMLImageElement) heard.push("could not load " + event.target.src);
  }, true);
  for (const image of document.images) {
    if (image.complete && image.naturalWidth === 0) heard.push("could not load " + image.src);
  }
})()"""

# Everything that the page has asked for; performance entries leave out files.
SOURCES = """[...document.querySelectorAll("[src], link[href]")].map((e) => e.src || e.href)
  .concat(performance.getEntriesByType("resource").map((entry) => entry.name))"""

SYSTEM_PREFERENCES = {
    "remote.log.level": "Error", "browser.shell.checkDefaultBrowser": False, "browser.startup.page": 0,
    "app.update.disabledForTesting": True, "toolkit.telemetry.reportingpolicy.firstRun": False,
    "datareporting.policy.dataSubmissionEnabled": False, "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False, "browser.safebrowsing.update.enabled": False,
    "services.settings.server": "data:,", "extensions.update.enabled": False, "app.normandy.enabled": False,
    "browser.region.network.url": "", "browser.topsites.contile.enabled": False, "dom.w3c_touch_events.enabled": 1,
    "browser.newtabpage.enabled": False, "browser.aboutwelcome.enabled": False, "media.gmp-manager.url": "data:,",
}  # fmt: skip


class Firefox(Browser):
    name = "firefox"

    def __init__(self, program: str) -> None:
        from marionette_driver.marionette import Marionette

        self.profile = Path(tempfile.mkdtemp(prefix="explorer-firefox-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        lines = [f'user_pref("{key}", {self.literal(value)});' for key, value in SYSTEM_PREFERENCES.items()]
        (self.profile / "user.js").write_text("\n".join([*lines, f'user_pref("marionette.port", {port});', ""]))
        self.process = subprocess.Popen(
            [program, "--headless", "--marionette", "--remote-allow-system-access", "--profile", self.profile],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.driver = Marionette(host="127.0.0.1", port=port)
        end = time.monotonic() + 60
        while True:
            try:
                self.driver.start_session()
                break
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.3)
        self.driver.timeout.script = 60
        self.system(LISTEN)
        self.resize(1440, 900)

    @staticmethod
    def literal(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)

    def system(self, script: str, *arguments: object) -> Any:
        """Runs a script with the browser's own rights."""
        with self.driver.using_context("chrome"):
            return self.driver.execute_script(script, script_args=arguments, sandbox="system", new_sandbox=False)

    def open(self, address: str) -> None:
        self.driver.navigate("about:blank")
        self.system("atlasTest.problems.length = 0; atlasTest.requests.length = 0;")
        self.driver.navigate(address)
        self.evaluate(LISTEN_INSIDE)

    def answer(self, expression: str) -> str | None:
        answer = self.driver.execute_async_script(
            f"""const done = arguments[arguments.length - 1];
            ({expression}).then((value) => done({{value}}), (error) => done({{error: String(error)}}));""",
            sandbox=None,
            new_sandbox=False,
        )
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["value"]

    def pointer(self, kind: str) -> Any:
        return self.driver.actions.sequence("pointer", f"{kind}-1", {"pointerType": kind})

    def move(self, x: float, y: float) -> None:
        self.pointer("mouse").pointer_move(round(x), round(y)).perform()

    def click(self, x: float, y: float) -> None:
        self.pointer("mouse").pointer_move(round(x), round(y)).pointer_down().pointer_up().perform()

    def tap(self, x: float, y: float) -> None:
        self.pointer("touch").pointer_move(round(x), round(y)).pointer_down().pause(40).pointer_up().perform()

    def pinch(self, x: float, y: float, start: float, end: float) -> None:
        fingers = []
        for k, side in enumerate((-0.5, 0.5)):
            finger = self.driver.actions.sequence("pointer", f"finger-{k}", {"pointerType": "touch"})
            finger.pointer_move(round(x + side * start), round(y)).pointer_down()
            for step in range(1, 11):
                distance = start + (end - start) * step / 10
                finger.pointer_move(round(x + side * distance), round(y), duration=16)
            fingers.append(finger.pointer_up().dict)
        self.driver.actions.perform(fingers)

    def drag(self, x: float, y: float, to_x: float, to_y: float) -> None:
        sequence = self.pointer("mouse").pointer_move(round(x), round(y)).pointer_down()
        for step in range(1, 9):
            sequence.pointer_move(round(x + (to_x - x) * step / 8), round(y + (to_y - y) * step / 8), duration=16)
        sequence.pointer_up().perform()

    def wheel(self, x: float, y: float, down: float) -> None:
        self.move(x, y)
        self.driver.actions.sequence("wheel", "wheel-1").scroll(round(x), round(y), 0, round(down)).perform()

    def press(self, key: str) -> None:
        sign = KEYS.get(key, key)
        self.driver.actions.sequence("key", "keys").key_down(sign).key_up(sign).perform()

    def type(self, text: str) -> None:
        self.driver.actions.sequence("key", "keys").send_keys(text).perform()

    def resize(self, width: int, height: int) -> None:
        # A window cannot be as narrow as a phone, but the page within it can.
        self.driver.set_window_rect(width=max(width, 800) + 40, height=height + 200)
        self.system(
            """const style = gBrowser.selectedBrowser.style;
            for (const [key, value] of [["width", arguments[0]], ["height", arguments[1]]]) {
              for (const name of [key, "min-" + key, "max-" + key]) style.setProperty(name, value + "px", "important");
            }
            style.setProperty("flex", "none", "important");""",
            width,
            height,
        )
        time.sleep(0.3)

    def prefer(self, scheme: str) -> None:
        self.driver.set_pref("layout.css.prefers-color-scheme.content-override", 0 if scheme == "dark" else 1)

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.driver.screenshot(full=False)))

    def problems(self) -> list[str]:
        return [*self.system("return atlasTest.problems;"), *self.evaluate("window.atlasHeard ?? []")]

    def requests(self) -> list[str]:
        return [*self.system("return atlasTest.requests;"), *self.evaluate(SOURCES)]

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.driver.delete_session()
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.profile, ignore_errors=True)

"""A real browser without a window, driven over two pipes with the DevTools protocol; the standard library only.

Messages are JSON objects with a zero byte after each; the browser reads file descriptor 3 and writes descriptor 4.
Knows no page of ours.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars",
    "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 60.0  # seconds for any one answer; a first start beside other programs takes long
Json = dict[str, Any]


def found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass(slots=True)
class Tab:
    """One page: `ask` waits for an answer, `events` keeps what the browser said unasked."""

    reading: int
    writing: int
    session: str = ""
    asked: int = 0
    rest: bytes = b""
    events: list[Json] = field(default_factory=list)

    def ask(self, method: str, **params: object) -> Json:
        self.asked += 1
        message: Json = {"id": self.asked, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self.asked:
            self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: Json = answer["result"]
        return result

    def measure(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def show(self, address: str, width: int, scheme: str) -> None:
        """Load a page at an exact width, under a colour scheme."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Page.navigate", url=address)
        self.until("Page.loadEventFired")

    def until(self, method: str) -> None:
        while all(event.get("method") != method for event in self.events):
            self.events.append(self._next())
        self.events = [event for event in self.events if event.get("method") != method]

    def said(self, method: str) -> list[Json]:
        return [event["params"] for event in self.events if event.get("method") == method]

    def press(self, key: str, code: int) -> None:
        for sort in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=sort, key=key, code=key, windowsVirtualKeyCode=code)

    def _next(self) -> Json:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.reading], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser did not answer in time"
            piece = os.read(self.reading, 1 << 16)
            assert piece, "the browser went away"
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        answer: Json = json.loads(message)
        return answer


@contextmanager
def opened(program: str, profile: Path) -> Iterator[Tab]:
    """Start the browser with an empty profile and open one tab; whatever happens, no process stays behind."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    quiet = os.open(os.devnull, os.O_RDWR)
    # High numbers first, so that putting one end on 3 cannot close the other.
    ends = [(os.dup2(theirs_in, 113), 3), (os.dup2(theirs_out, 114), 4), (quiet, 0), (quiet, 1), (quiet, 2)]
    process = os.posix_spawn(
        program, [program, *SWITCHES, f"--user-data-dir={profile}", "about:blank"], os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, end, at) for end, at in ends], setpgroup=0,
    )  # fmt: skip
    for end in (theirs_in, theirs_out, 113, 114, quiet):
        os.close(end)
    try:
        yield _attached(Tab(ours_in, ours_out))
    finally:
        os.close(ours_out)
        os.close(ours_in)
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _attached(browser: Tab) -> Tab:
    page = next(t for t in browser.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
    browser.session = browser.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Network", "Log"):
        browser.ask(f"{domain}.enable")
    browser.events.clear()
    return browser

"""A headless Chromium that a test types into, over the DevTools protocol on two pipes; nothing listens anywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

AXE = Path(__file__).parents[1] / "browser" / "node_modules" / "axe-core" / "axe.min.js"
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40}
SWITCHES = ("--headless", "--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-background-networking")

MOVE = """
import os, sys
kept = [os.dup(os.dup(os.dup(int(one)))) for one in sys.argv[1:3]]
for one, wanted in zip(kept, (3, 4)):
    os.dup2(one, wanted)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becomes a program that has two descriptors as 3 and 4; first far away from there, for they may stand in the way."""


class Browser:
    """One page. Every call waits for its answer, and `press` for what it set going."""

    def __init__(self, to: int, back: BinaryIO) -> None:
        self._to, self._back = to, back
        self._number = 0
        self._session = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method: str, **values: object) -> dict[str, Any]:
        """One command of the protocol, and what came of it."""
        self._number += 1
        said = {"id": self._number, "method": method, "params": values}
        os.write(self._to, json.dumps(said | ({"sessionId": self._session} if self._session else {})).encode() + b"\0")
        while (told := self._next()).get("id") != self._number:
            pass
        assert "error" not in told, told
        return dict(told["result"])

    def open(self, url: str) -> None:
        """Go somewhere and wait until it is there."""
        self.call("Page.navigate", url=url)
        self._loaded()

    def run(self, script: str) -> Any:
        """The value of an expression, or of its promise."""
        told = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, *, times: int = 1, shift: bool = False, loads: bool = False) -> None:
        """Press a key; `loads` where it leads to another page."""
        text = {"text": {"Enter": "\r", " ": " "}[key]} if key in {"Enter", " "} else {}
        for _ in range(times):
            same = {"key": key, "code": key.replace(" ", "Space"), "windowsVirtualKeyCode": KEYS[key]}
            same["modifiers"] = 8 if shift else 0
            self.call("Input.dispatchKeyEvent", type="keyDown", **same, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", **same)
        if loads:
            self._loaded()

    def focus(self) -> str:
        """What has the focus: its id, or its value, or its text."""
        return str(self.run("(e => e.id || e.value || e.textContent.trim())(document.activeElement)"))

    def picture(self, path: Path, width: int, height: int = 1400, scheme: str = "light") -> None:
        """What is seen, into a file."""
        self.look(width, height, scheme)
        path.write_bytes(b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]))

    def look(self, width: int, height: int = 1400, scheme: str = "light") -> None:
        """Be a window of that size, in light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def axe(self) -> tuple[list[str], list[str]]:
        """The rules of WCAG 2.1 A and AA that the page breaks, each with where, and those it keeps."""
        self.run(AXE.read_text(encoding="utf-8") + "; 0")
        found = self.run(
            'axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}).then('
            "r => [r.violations.map(v => v.id + ' ' + v.nodes.map(n => n.target)), r.passes.map(p => p.id)])"
        )
        return found[0], found[1]

    def _loaded(self) -> None:
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def _next(self) -> dict[str, Any]:
        got = bytearray()
        while (byte := self._back.read(1)) not in {b"\0", b""}:
            got += byte
        assert got, "the browser is gone"
        return dict(json.loads(got))


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser for a test; without one, or without axe-core, it skips, and with MM_REQUIRE_BROWSER=1 it fails."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None or not AXE.is_file():
        missing = "no Chromium on the path" if program is None else f"{AXE} is missing: npm ci --prefix tests/browser"
        (pytest.fail if os.environ.get("MM_REQUIRE_BROWSER") else pytest.skip)(f"the page not tested: {missing}")
    theirs, to = os.pipe()
    back, ours = os.pipe()
    # Chromium reads commands from descriptor 3 and answers on 4.
    command = [sys.executable, "-c", MOVE, str(theirs), str(ours), program, *SWITCHES]
    command += ["--remote-debugging-pipe", f"--user-data-dir={folder}"]
    process = subprocess.Popen(command, pass_fds=(theirs, ours), stderr=subprocess.DEVNULL)
    os.close(theirs)
    os.close(ours)
    try:
        with os.fdopen(back, "rb") as answers:
            yield Browser(to, answers)
    finally:
        process.kill()
        process.wait()
        os.close(to)

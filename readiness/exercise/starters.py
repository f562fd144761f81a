"""How is the sending system made to send to these test persons? By a command, an HTTP call, or a person.

Each order hands out a table of whom to send one message each: as a CSV file, as JSON, or on the terminal. Left out:
what the system then does.
"""

from __future__ import annotations

import asyncio
import csv
import io
import os
import sys
import threading
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from readiness.errors import UsageError
from readiness.exercise.processes import start, stop
from readiness.exercise.web import Web
from readiness.texts import say


@dataclass(frozen=True, slots=True)
class Row:
    """One message to send: to whom, in which scenario, and a type of message that the profile names ("" for any)."""

    person: str
    scenario: str
    message_type: str = ""


class Starter(Protocol):
    """Asks the sending system to send."""

    async def order(self, id_: str, rows: Sequence[Row]) -> None:
        """Ask for one message to each. CannotObserve where the system cannot be asked."""

    def failed(self) -> str:
        """Why nothing more is to be waited for, where what was started has ended badly; else ""."""

    async def close(self) -> None:
        """Stop what is still running."""


class CommandStarter:
    """Runs a command for each order; `{persons}` is the path of the order's CSV file, `{round}` its id."""

    def __init__(self, command: Sequence[str], folder: Path, tables: Path) -> None:
        self._command = command
        self._folder = folder
        self._tables = tables
        self._running: list[Process] = []

    async def order(self, id_: str, rows: Sequence[Row]) -> None:
        """Start the command. CannotObserve where there is no such program, or it may not be run."""
        path = (self._tables / f"persons-{id_}.csv").absolute()
        path.write_text(table(rows), encoding="utf-8", newline="")
        filled = [part.replace("{persons}", str(path)).replace("{round}", id_) for part in self._command]
        self._running = [one for one in self._running if one.returncode is None]
        self._running.append(await start(filled, self._folder))

    def failed(self) -> str:
        """Where the last command has ended with another code than 0."""
        code = self._running[-1].returncode if self._running else None
        return f"{self._command[0]!a} ended with code {code}" if code else ""

    async def close(self) -> None:
        """Kill what is still running."""
        for process in self._running:
            await stop(process)


class HttpStarter:
    """Posts each order as JSON: round, and persons with the columns of the table."""

    def __init__(self, url: str, web: Web) -> None:
        self._url = url
        self._web = web

    async def order(self, id_: str, rows: Sequence[Row]) -> None:
        """CannotObserve where the order is not taken."""
        await self._web.post(self._url, {"round": id_, "persons": [asdict(row) for row in rows]})

    def failed(self) -> str:
        """An order that was taken is the system's own affair."""
        return ""

    async def close(self) -> None:
        """Nothing runs here."""


class PersonStarter:
    """Shows each order to a person, and waits until that person has had it sent."""

    def __init__(
        self, lang: str, told: Callable[[str], None], wait: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        if wait is None and not sys.stdin.isatty():
            raise UsageError(say(lang, "exercise.no_terminal"))
        self._lang = lang
        self._told = told
        self._wait = wait or enter

    async def order(self, id_: str, rows: Sequence[Row]) -> None:
        """Comes back when Enter was pressed."""
        self._told(say(self._lang, "exercise.send_by_hand", round=id_, rows=lines(rows)))
        await self._wait()

    def failed(self) -> str:
        """People do not end with a code."""
        return ""

    async def close(self) -> None:
        """Nothing runs here."""


def table(rows: Sequence[Row]) -> str:
    """The rows as CSV (RFC 4180), with a header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("person", "scenario", "message_type"))
    writer.writerows((row.person, row.scenario, row.message_type) for row in rows)
    return out.getvalue()


def lines(rows: Sequence[Row]) -> str:
    """The rows as a person reads them."""
    width = max((len(row.scenario) for row in rows), default=0)
    return "\n".join(f"  {row.person}  {row.scenario:{width}}  {row.message_type}".rstrip() for row in rows)


async def enter() -> None:
    """Wait until somebody presses Enter. The thread that reads holds no lock, so that Ctrl-C ends the program."""
    loop, pressed = asyncio.get_running_loop(), asyncio.Event()

    def read() -> None:
        data = b"?"
        while data and not data.endswith(b"\n"):
            data = os.read(sys.stdin.fileno(), 4096)
        if not loop.is_closed():
            loop.call_soon_threadsafe(pressed.set)

    threading.Thread(target=read, daemon=True).start()
    await pressed.wait()

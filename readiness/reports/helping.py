"""Who writes the reports of a large run? This process and another one, whichever comes to a report first.

A report is asked for by its format and language. The other process writes PDFs first, for setting them takes the most
memory, and then from the last name to the first; one that nobody has begun when it is asked for is written here. What
the other one wrote waits in a file without a name until it is asked for. Wherever the other one fails, this one writes.
Left out: what becomes of a report.
"""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from tempfile import SpooledTemporaryFile
from threading import Lock, Thread

from readiness.report import Report
from readiness.reports.formats import FORMATS

Name = tuple[str, str]
"""A format and a language."""
Make = Callable[[Report, str, str], bytes]
"""(report, format, language) -> what is wanted of it, which is not empty."""
Ask = Callable[[str, str], Iterable[bytes]]
"""(format, language) -> the same, in pieces."""
PIECE = 1 << 20
"""Bytes handed over at a time."""
WORTH_IT = 3000
"""Findings from which on another process pays: it takes a second to start."""
LARGE = "pdf"
END = 10.0
"""Seconds that a process that was killed may take to end."""


def whole(report: Report, name: str, lang: str) -> bytes:
    """A report, as it is written."""
    return FORMATS[name].write(report, lang)


def digest(report: Report, name: str, lang: str) -> bytes:
    """How many bytes it has, and their SHA-256 (hex)."""
    data = whole(report, name, lang)
    return f"{len(data)} {hashlib.sha256(data).hexdigest()}".encode("ascii")


def written(report: Report, lang: str, formats: Iterable[str]) -> dict[str, bytes]:
    """What each format says, by file name, in the order of FORMATS. KeyError for a format that there is not."""
    wanted = {name: FORMATS[name] for name in formats}
    names = [(name, lang) for name in FORMATS if name in wanted]
    with reports(whole, report, names) as ask:
        return {FORMATS[name].file: b"".join(ask(name, lang)) for name, _ in names}


@contextmanager
def reports(make: Make, report: Report, names: Sequence[Name]) -> Iterator[Ask]:
    """A way to ask for each of some reports once, best in the order of the names."""

    def alone(name: str, lang: str) -> Iterator[bytes]:
        return _cut(make(report, name, lang))

    with ExitStack() as stack:
        ask: Ask = alone
        if len(names) > 1 and len(report.findings) >= WORTH_IT and (os.cpu_count() or 1) > 1:
            with suppress(OSError):  # no more processes here
                ask = partial(_either, _helper(stack, make, report, names), alone)
        yield ask


def _helper(stack: ExitStack, make: Make, report: Report, names: Sequence[Name]) -> Connection:
    processes = get_context("spawn")
    here, there = processes.Pipe()
    stack.callback(here.close)
    process = processes.Process(target=serve, args=(there, make, report, names), daemon=True)
    process.start()
    there.close()
    stack.callback(process.join, END)
    stack.callback(process.kill)
    return here


def _either(connection: Connection, alone: Ask, name: str, lang: str) -> Iterable[bytes]:
    """What the other process has written or is writing; else it is written here."""
    with suppress(EOFError, OSError):
        connection.send((name, lang))
        if count := connection.recv():
            return [connection.recv_bytes() for _ in range(count)]
    return alone(name, lang)


def _cut(data: bytes) -> Iterator[bytes]:
    return (data[start : start + PIECE] for start in range(0, len(data), PIECE))


def serve(connection: Connection, make: Make, report: Report, names: Sequence[Name]) -> None:
    """What the other process does: write, and hand over what it is asked for, until nobody is there to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks decides when it is enough
    large_first = [name for name in names if name[0] == LARGE] + [name for name in names[::-1] if name[0] != LARGE]
    try:
        with SpooledTemporaryFile(PIECE) as file:
            shelf = _Shelf(file)
            asked = Thread(target=shelf.answer, args=(connection,), daemon=True)
            asked.start()
            for name in large_first:
                if shelf.begin(name):
                    shelf.put(name, make(report, *name))
            asked.join()
    finally:
        os._exit(0)  # without a word: whoever asks writes it then, meets the same, and tells it


class _Shelf:
    """What was begun, and where it lies in a file when it is ready. One thread fills it, another one asks."""

    def __init__(self, file: SpooledTemporaryFile[bytes]) -> None:
        self._file = file
        self._lock = Lock()
        self._begun: dict[Name, Future[tuple[int, int]]] = {}

    def begin(self, name: Name) -> bool:
        """Whether nobody has begun it before, so that it is for whoever asks."""
        with self._lock:
            if name in self._begun:
                return False
            self._begun[name] = Future()
            return True

    def put(self, name: Name, data: bytes) -> None:
        """It is ready."""
        with self._lock:
            start = self._file.seek(0, os.SEEK_END)
            self._file.write(data)
        self._begun[name].set_result((start, len(data)))

    def answer(self, connection: Connection) -> None:
        """Tell of each name that comes of how many pieces it is, as soon as it is ready, and give them; 0 where it is
        left to whoever asks."""
        try:
            while True:
                if self.begin(name := connection.recv()):
                    connection.send(0)
                    continue
                start, size = self._begun[name].result()
                places = range(start, start + size, PIECE)
                connection.send(len(places))
                for place in places:
                    connection.send_bytes(self._read(place, min(PIECE, start + size - place)))
        except (EOFError, OSError):
            os._exit(0)  # whoever asked has ended, and what is being written is for nobody

    def _read(self, place: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(place)
            return self._file.read(size)

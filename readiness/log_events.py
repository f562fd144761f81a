"""What stands in a Windows event log (EVTX)? Its events as JSON lines, so that whoever reads logs reads these too.

Each line has the time, the level in words, source, host, and the whole event. Needs `evtx`, of the extra `logs`, which
passes over what it cannot read; so the events are counted, and fewer than the file says that it holds are told. Left
out: the messages of an event, whose texts lie in the programs that wrote it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from readiness.model import Reason
from readiness.probe import CannotObserve

EVENT_LOG = b"ElfFile\0"
"""What such a file begins with."""
MARK = b"\xef\xbb\xbf"
"""The lines are UTF-8, whatever a profile says of the file."""
FILE_HEAD, CHUNK = 4096, 65_536
CHUNK_MAGIC, CHUNK_HEAD = b"ElfChnk\0", struct.Struct("<8sQQ")
UNUSED = 2**64 - 1
"""The number of the last event of a chunk that has none."""
LEVELS = {1: "critical", 2: "error", 3: "warning", 4: "information", 5: "verbose"}


def event_lines(handle: BinaryIO, name: str) -> Iterator[bytes]:
    """One line an event, in the file's order. CannotObserve: not_supported without the reader; not_understood, after
    what could be read, of a file that is cut or broken."""
    try:
        from evtx import PyEvtxParser
    except ImportError as error:
        raise CannotObserve(
            Reason.NOT_SUPPORTED, f"{name} is a Windows event log, which needs the package evtx, of the extra logs"
        ) from error
    return _lines(PyEvtxParser, handle, name)


def _lines(parser: Any, handle: BinaryIO, name: str) -> Iterator[bytes]:
    promised, found = _promised(handle, name), 0
    yield MARK
    with _errors(name):
        for record in parser(handle, 1).records_json():
            found += 1
            yield json.dumps(_row(record), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    if found < promised:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{name}: {promised - found} of {promised} events cannot be read")


def _promised(handle: BinaryIO, name: str) -> int:
    """How many events its chunks say that they hold. What was laid out ahead and never used is zeros."""
    size = handle.seek(0, 2)
    if size < FILE_HEAD or (size - FILE_HEAD) % CHUNK:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{name} is a Windows event log, and cut")
    count = 0
    for start in range(FILE_HEAD, size, CHUNK):
        handle.seek(start)
        magic, first, last = CHUNK_HEAD.unpack(handle.read(CHUNK_HEAD.size))
        if magic == CHUNK_MAGIC:
            count += last - first + 1 if first <= last < UNUSED else 0
        elif magic != bytes(8):
            raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{name} is a Windows event log, and broken")
    handle.seek(0)
    return count


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    """The event as a line has it: what every log says under its usual names, and all the rest."""
    event = _table(json.loads(record["data"]).get("Event"))
    system = _table(event.pop("System", None))
    level = str(system.get("Level", ""))
    return {
        "time": str(record["timestamp"]).removesuffix(" UTC"),
        "level": LEVELS.get(int(level), level) if level.isdecimal() else level,
        "source": _table(_table(system.get("Provider")).get("#attributes")).get("Name", ""),
        "host": system.get("Computer", ""),
        **{key.lower(): value for key, value in event.items() if key != "#attributes"},
        "system": system,
    }


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """Turn what the reader says into the closed list of reasons. A panic of Rust's is no Exception of Python's."""
    try:
        yield
    except BaseException as error:
        if not isinstance(error, (RuntimeError, OSError, ValueError)) and type(error).__name__ != "PanicException":
            raise
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{name} is a Windows event log, and broken") from error

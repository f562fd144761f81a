"""Windows event logs for tests: real bytes of the format, written by hand, since no program here writes any."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

CHUNK, HEADER, BLOCK = 65_536, 512, 4096
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """One event. `data` is what its EventData holds, by name."""

    at: datetime
    data: dict[str, str]
    level: int = 4
    provider: str = "Arende"
    computer: str = "srv1"


@dataclass
class _Xml:
    """Binary XML as it stands in a chunk, from `start` on."""

    start: int
    bytes: bytearray = field(default_factory=bytearray)

    def name(self, text: str) -> None:
        here = self.start + len(self.bytes) + 4
        value = 0
        for char in text:
            value = (value * 65599 + ord(char)) & 0xFFFF
        self.bytes += struct.pack("<IIHH", here, 0, value, len(text)) + text.encode("utf-16-le") + b"\0\0"

    def element(self, name: str, attributes: Sequence[tuple[str, str]] = (), *inner: object) -> None:
        """`inner`: texts, and (name, attributes, *inner) of elements."""
        self.bytes += struct.pack("<BI", 0x41 if attributes else 0x01, 0)
        size_at = len(self.bytes) - 4
        self.name(name)
        if attributes:
            list_at = len(self.bytes)
            self.bytes += struct.pack("<I", 0)
            for left, (key, value) in zip(reversed(range(len(attributes))), attributes, strict=True):
                self.bytes += bytes([0x46 if left else 0x06])
                self.name(key)
                self.text(value)
            struct.pack_into("<I", self.bytes, list_at, len(self.bytes) - list_at - 4)
        self.bytes += b"\x02"
        for one in inner:
            self.text(one) if isinstance(one, str) else self.element(*one)  # type: ignore[misc]
        self.bytes += b"\x04"
        struct.pack_into("<I", self.bytes, size_at, len(self.bytes) - size_at - 4)

    def text(self, value: str) -> None:
        self.bytes += struct.pack("<BBH", 0x05, 0x01, len(value)) + value.encode("utf-16-le")


def event_log(events: Sequence[Event]) -> bytes:
    """A file with one chunk that holds these events."""
    records = bytearray()
    last = HEADER
    for number, event in enumerate(events, 1):
        last = HEADER + len(records)
        records += _record(number, event, last)
    free = HEADER + len(records)
    head = bytearray(HEADER)
    numbers = (1, len(events)) * 2 if events else (1, 2**64 - 1) * 2
    struct.pack_into("<8sQQQQIIII", head, 0, b"ElfChnk\0", *numbers, 128, last, free, zlib.crc32(records))
    struct.pack_into("<I", head, 124, zlib.crc32(bytes(head[:120]) + bytes(head[128:])))
    file = bytearray(BLOCK)
    struct.pack_into("<8sQQQIHHHH", file, 0, b"ElfFile\0", 0, 0, len(events) + 1, 128, 1, 3, BLOCK, 1)
    struct.pack_into("<I", file, 124, zlib.crc32(bytes(file[:120])))
    return bytes(file) + bytes(head + records).ljust(CHUNK, b"\0")


def _record(number: int, event: Event, at: int) -> bytes:
    xml = _Xml(at + 24, bytearray(b"\x0f\x01\x01\x00"))
    told = [("Data", [("Name", name)], value) for name, value in event.data.items()]
    xml.element("Event", [("xmlns", "http://schemas.microsoft.com/win/2004/08/events/event")],
        ("System", [], ("Provider", [("Name", event.provider)]), ("EventID", [], "1000"),
         ("Level", [], str(event.level)), ("TimeCreated", [("SystemTime", event.at.isoformat())]),
         ("Computer", [], event.computer)),
        ("EventData", [], *told),
    )  # fmt: skip
    xml.bytes += b"\0"
    ticks = round((event.at - EPOCH).total_seconds() * 10_000_000)
    size = 24 + len(xml.bytes) + 4
    return struct.pack("<4sIQQ", b"**\0\0", size, number, ticks) + bytes(xml.bytes) + struct.pack("<I", size)

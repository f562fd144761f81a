"""How do the bytes of a log become text that can be searched: in which encoding, cut where?

Whatever a file is written in, what follows reads UTF-8, or bytes in which ASCII means ASCII (Latin-1). A block is a
piece of a file with what stands before and after it, so that nothing is lost where two meet. Left out: files, packing,
and the shape of a record.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from readiness.probe import PlainLog

SIZE = 1 << 21
BACK = 512
AHEAD = 16_384
"""How far before a hit its surroundings are looked at, and how far a hit may reach."""
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
DECLARED = {"utf-16": "utf-16-le"}
"""UTF-16 without a mark is little-endian: Windows writes it so, whatever RFC 2781 4.3 says."""
TRANSCODED = ("utf-16-le", "utf-16-be")


class Block(NamedTuple):
    """Bytes `data[low:high]` of a file, with up to BACK bytes before and AHEAD after. `unended`: the file ends
    here, and its last line does not."""

    data: bytes
    low: int
    high: int
    unended: bool = False


class Stretch(NamedTuple):
    """A block that is yet to be read: bytes `low` to `high` of a log whose text begins at byte `first`."""

    log: PlainLog
    first: int
    low: int
    high: int

    def block(self) -> Block:
        """Read now. CannotObserve: as `PlainLog.read`."""
        start, end = max(self.first, self.low - BACK), min(self.log.size, self.high + AHEAD)
        begun, ended = b"\n" * (start == self.first), b"\n" * (end == self.log.size)
        data = self.log.read(start, end)
        if begun or ended:
            data = b"".join((begun, data, ended))
        low = self.low - start + len(begun)
        unended = self.high == self.log.size and data[-2:-1] != b"\n"
        return Block(data, low, low + self.high - self.low, unended)


def plain_start(head: bytes, declared: str = "") -> int | None:
    """Where the text of a file begins that starts so, if it can be searched as it lies there; None if it is UTF-16."""
    encoding, mark = text_encoding(head, declared)
    return None if encoding in TRANSCODED else mark


def stretches(log: PlainLog, first: int, size: int = SIZE) -> Iterator[Stretch]:
    """The blocks of a log, of `size` bytes each, with line ends before and after as in `blocks`."""
    for low in range(first, max(log.size, first + 1), size):
        yield Stretch(log, first, low, min(low + size, log.size))


def text_encoding(first: bytes, declared: str = "") -> tuple[str, int]:
    """What a file is written in by its mark, by what is declared, or by its zeros, and the length of the mark."""
    for mark, encoding in MARKS.items():
        if first.startswith(mark):
            return encoding, len(mark)
    if declared:
        return DECLARED.get(declared, declared), 0
    head = first[:4096]
    if len(head) >= 4 and 2 * head[1::2].count(0) > len(head[1::2]) > 4 * head[::2].count(0):
        return "utf-16-le", 0
    if len(head) >= 4 and 2 * head[::2].count(0) > len(head[::2]) > 4 * head[1::2].count(0):
        return "utf-16-be", 0
    return "utf-8", 0


def as_utf8(pieces: Iterable[bytes], declared: str = "") -> Iterator[bytes]:
    """The same text in UTF-8 where it was UTF-16, else the bytes as they are; without the mark at the start."""
    rest = iter(pieces)
    first = next(rest, b"")
    while 0 < len(first) < 4096 and (more := next(rest, b"")):
        first += more
    encoding, mark = text_encoding(first, declared)
    first = first[mark:]
    if encoding not in TRANSCODED:
        yield first
        yield from rest
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for piece in chain([first], rest):
        yield decoder.decode(piece).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def blocks(pieces: Iterable[bytes], size: int = SIZE) -> Iterator[Block]:
    """A file in blocks of at least `size` bytes, each with its surroundings. Before the first byte and after the last
    stands a line end that the file does not have."""
    held, low, new = b"\n", 1, 0
    waiting: list[bytes] = []
    for piece in pieces:
        waiting.append(piece)
        new += len(piece)
        if new < size:
            continue
        data = b"".join((held, *waiting))
        waiting, new = [], 0
        high = len(data) - AHEAD
        if high <= low:
            held = data
            continue
        yield Block(data, low, high)
        start = max(0, high - BACK)
        held, low = data[start:], high - start
    data = b"".join((held, *waiting, b"\n"))
    yield Block(data, low, len(data) - 1, unended=data[-2:-1] not in {b"\n", b""})

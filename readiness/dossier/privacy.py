"""Does a file that is to be sealed hold a person's number, outside the series made for tests?

Read a piece at a time; what is looked for and what not is `personal`'s. A PDF is left out: its text is packed, and is
that of the other reports; its tables of places look like numbers. Left out: what to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from readiness.personal import in_bytes

# A run of digits with what may stand before its last four, in UTF-8 or Latin-1; far cheaper than reading each byte.
CANDIDATE = re.compile(rb"[0-9]{6}(?:[-+ ]|\xe2\x80[\x90-\x95]|\xe2\x88\x92)?[0-9]{4}")
AROUND = 64  # more than a number has characters, and than what tells a digest from one


class Sieve:
    """Lets pieces of a file through, and remembers whether a number was among them. `line` counts from 1; 0 is none."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.line = 0

    def __iter__(self) -> Iterator[bytes]:
        held, lines = b"", 0
        for piece in self._pieces:
            data = held + piece
            if not self.line and (place := place_of_number(data)) >= 0:
                self.line = lines + data.count(b"\n", 0, place) + 1
            kept = max(0, len(data) - 3 * AROUND)
            lines += data.count(b"\n", 0, kept)
            held = data[kept:]
            yield piece


def place_of_number(data: bytes) -> int:
    """Where the first such number stands in the data, or -1."""
    at = 0
    while match := CANDIDATE.search(data, at):
        if in_bytes(data[max(0, match.start() - AROUND) : match.end() + AROUND]):
            return match.start()
        at = match.start() + 1
    return -1

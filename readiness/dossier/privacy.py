"""Does a file that is to be sealed hold a person's number, outside the series made for tests?

Read a piece at a time; what is looked for and what not is `personal`'s. A PDF is left out: its text is packed, and is
that of the other reports; its tables of places look like numbers. Left out: what to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from readiness.personal import in_bytes

# Everything that `personal` could take for a number, in UTF-8 or Latin-1, and little else: asking it about each byte
# takes a hundred times as long. First by shape, all digits alike, which begins with a fixed text and so is found fast.
ALIKE = bytes(ord("0") if chr(byte).isdigit() and byte < 0x80 else byte for byte in range(256))
BETWEEN = rb"(?:[-+ ]|\xe2\x80[\x90-\x95]|\xe2\x88\x92)?"
SHAPE = re.compile(rb"000000" + BETWEEN + rb"0000")
# Then by its date. One digit more may follow, which in DER is a tag.
DATED = re.compile(
    rb"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])" + BETWEEN + rb"[0-9]{4}(?![0-9]{2})"
)
LONGEST = 16
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
    for shaped in SHAPE.finditer(data.translate(ALIKE)):
        at = shaped.start()
        while dated := DATED.search(data, at, shaped.end() + LONGEST):
            at = dated.start() + 1
            if in_bytes(data[max(0, at - AROUND) : dated.end() + AROUND]):
                return dated.start()
    return -1

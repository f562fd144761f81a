"""Does a file that is to be sealed hold a person's number, outside the series made for tests?

Read a piece at a time; what is looked for and what not is `personal`'s. A PDF is left out: its text is packed, and is
that of the other reports; its tables of places look like numbers. Left out: what to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from typing import Any

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
LEAST, LONGEST = 10, 16
"""Bytes of a number."""
WORTH_IT = 64 << 20
"""Bytes after which numpy is worth loading, where it is installed (the extra `logs`): it takes a tenth of the time."""
PART = 1 << 16
"""Bytes looked at in one go by numpy: what is computed of them has room in a core's own cache."""
AROUND = 64  # more than a number has characters, and than what tells a digest from one


class Sieve:
    """Lets files through, and tells where in one a number stands that was among them."""

    def __init__(self) -> None:
        self.line = 0
        """Of the last file, counted from 1; 0 is none."""
        self._seen = 0

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """One file, piece by piece."""
        held, lines, self.line = b"", 0, 0
        for piece in pieces:
            data = held + piece
            self._seen += len(data)
            if not self.line and (place := place_of_number(data, much=self._seen > WORTH_IT)) >= 0:
                self.line = lines + data.count(b"\n", 0, place) + 1
            kept = max(0, len(data) - 3 * AROUND)
            lines += data.count(b"\n", 0, kept)
            held = data[kept:]
            yield piece


def place_of_number(data: bytes, *, much: bool = False) -> int:
    """Where the first such number stands in the data, or -1; `much`: where there is much to look through."""
    for found in dated_by_numpy(data) if much and numpy_or_none() else dated(data):
        if in_bytes(data[max(0, found.start() - AROUND) : found.end() + AROUND]):
            return found.start()
    return -1


def dated(data: bytes) -> Iterator[re.Match[bytes]]:
    """What has the shape and the date of a number, in order."""
    for shaped in SHAPE.finditer(data.translate(ALIKE)):
        at = shaped.start()
        while found := DATED.search(data, at, shaped.end() + LONGEST):
            at = found.start() + 1
            yield found


def dated_by_numpy(data: bytes) -> Iterator[re.Match[bytes]]:
    """The same: where six digits begin of which the middle ones may be a month, the last no noughts, and the tenth byte
    is a digit."""
    np = numpy_or_none()
    for start in range(0, len(data) - LEAST + 1, PART):
        digits = np.frombuffer(data, np.uint8, min(PART + LEAST - 1, len(data) - start), start) - np.uint8(ord("0"))
        count = len(digits) - LEAST + 1
        first, second, third, fourth, fifth, sixth = (digits[place : place + count] for place in range(6))
        begins = (third < 2) & (fourth < 10) & (first < 10) & (second < 10) & (fifth < 10) & (sixth < 10)
        begins &= (digits[LEAST - 1 :] < 10) & ((third | fourth) > 0) & ((fifth | sixth) > 0)
        for place in np.flatnonzero(begins).tolist():
            if found := DATED.match(data, start + place):
                yield found


@cache
def numpy_or_none() -> Any:
    """numpy, or None where it is not installed."""
    if find_spec("numpy") is None:
        return None
    import numpy as np

    return np

"""Where do digits stand in the shape of a personal identity number, in a whole block at once, by numpy?

One bit a byte, 64 of them in a word: "and then four digits" is a shift and an "and" over an eighth of the block.
Left out: century, date and check digit, and what stands before: whoever reads the place decides (`numbers.plain`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from probes._logs.bulk import PART, numpy_or_none

CROWDED = 0.5
"""From this share of words with a hit on, it is quicker to look at months for the whole block than for each."""


def can_mask() -> bool:
    """Whether numpy is there."""
    return numpy_or_none() is not None


def number_ends(data: bytes) -> Sequence[int]:
    """Where a byte stands after six digits, at most one other byte, and four digits that no digit follows.

    In any order. The end includes the byte after: what reaches to the end of the block is none, and what starts it is
    none. Where there are many, those are left out whose third digit begins no month.
    """
    np = numpy_or_none()
    digit = _bits(np, data, 10)
    two = digit & _after(np, digit, 1)
    four = two & _after(np, two, 2)
    six = four & _after(np, two, 4)
    last = four & ~_after(np, digit, 4)
    found = last & _six_before(np, six)
    if np.count_nonzero(found) > CROWDED * len(found):
        found &= _six_before(np, six & _after(np, _bits(np, data, 2), 2))
    ends = _places(np, found) + 5
    return ends[(ends > 11) & (ends <= len(data))]  # type: ignore[no-any-return]


def _bits(np: Any, data: bytes, above: int) -> Any:
    """Which bytes are digits below a number: words of 64 bits, the first byte in the lowest; filled up with noughts."""
    row = np.frombuffer(data, np.uint8)
    bits = np.zeros(-(-len(row) // 64) * 8, np.uint8)
    value, below = np.empty(PART, np.uint8), np.empty(PART, np.bool_)
    for start in range(0, len(row), PART):
        part = row[start : start + PART]
        np.subtract(part, 48, out=value[: len(part)])
        np.less(value, above, out=below)
        packed = np.packbits(below[: len(part)], bitorder="little")
        bits[start // 8 : start // 8 + len(packed)] = packed
    return bits.view("<u8")


def _after(np: Any, bits: Any, places: int) -> Any:
    """At each place, the bit that stands so many places after it."""
    shifted = bits >> np.uint64(places)
    shifted[:-1] |= bits[1:] << np.uint64(64 - places)
    return shifted


def _before(np: Any, bits: Any, places: int) -> Any:
    shifted = bits << np.uint64(places)
    shifted[1:] |= bits[:-1] >> np.uint64(64 - places)
    return shifted


def _six_before(np: Any, six: Any) -> Any:
    """Places before which six digits end, or end one byte earlier."""
    return _before(np, six | _before(np, six, 1), 6)


def _places(np: Any, bits: Any) -> Any:
    """The places of the bits that are set: of each word the lowest, until none is left."""
    words = np.flatnonzero(bits)
    left = bits[words]
    found = []
    while len(words):
        rest = left & (left - np.uint64(1))
        found.append(words * 64 + np.bitwise_count((left ^ rest) - np.uint64(1)))
        more = np.flatnonzero(rest)
        words, left = words[more], rest[more]
    return np.concatenate(found) if found else words

"""What is done for every byte or every candidate at once, by numpy where it is installed (the extra `logs`)?

Each function has one answer, whichever way it is computed; numpy also works outside the interpreter's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
TWICE = tuple(value // 5 + value * 2 % 10 for value in range(10))


def line_ends(data: bytes, start: int, end: int) -> int:
    """How many line ends stand in data[start:end]."""
    if end - start < 4096 or not _numpy():
        return data.count(b"\n", start, end)
    np = _numpy()
    return int(np.count_nonzero(np.frombuffer(data, np.uint8, end - start, start) == 10))


def dated_ends(data: bytes, ends: Sequence[int]) -> Sequence[int]:
    """Of the ends of what may be numbers (six digits, one byte that is none or nothing, four digits, and the byte after
    them, which the end includes), those whose day can be in that month and whose check digit is right."""
    return _by_numpy(data, ends) if len(ends) > 16 and _numpy() else [end for end in ends if _dated(data, end)]


def _dated(data: bytes, end: int) -> bool:
    joined = 48 <= data[end - 6] < 58
    number = int(data[end - 11 : end - 1] if joined else data[end - 12 : end - 6] + data[end - 5 : end - 1])
    odd, even = _sums()
    if (odd[number // 100_000] + even[number % 100_000]) % 10:
        return False
    month, day = number // 1_000_000 % 100, number // 10_000 % 100
    return 0 < month < 13 and 0 < (day - 60 if day > 60 else day) <= DAYS[month]


def _by_numpy(data: bytes, ends: Sequence[int]) -> Sequence[int]:
    np = _numpy()
    row = np.frombuffer(data, np.uint8)
    places = np.array(ends, np.int64)
    joined = row[places - 6] - np.uint8(48) < 10
    starts = places - np.where(joined, 11, 12)
    digits = np.empty((10, len(places)), np.uint8)
    for place in range(10):
        digits[place] = row[starts + place if place < 6 else places - (11 - place)]
    digits -= 48
    month, day = digits[2] * 10 + digits[3], digits[4] * 10 + digits[5]
    day = np.where(day > 60, day - 60, day)
    days = np.array([*DAYS, *[0] * 87], np.uint8)
    total = np.array(TWICE, np.uint8)[digits[::2]].sum(0) + digits[1::2].sum(0)
    return list(places[(day > 0) & (day <= days[month]) & (total % 10 == 0)].tolist())


@cache
def _numpy() -> Any:
    """numpy, or None."""
    if find_spec("numpy") is None:
        return None
    import numpy as np

    return np


@cache
def _sums() -> tuple[bytes, bytes]:
    """The Luhn sums, modulo ten, of five digits whose odd places count twice, and of five whose even places do."""
    once = tuple(range(10))

    def table(weights: Sequence[Sequence[int]]) -> bytes:
        sums = [0]
        for weight in weights:
            sums = [one + value for one in sums for value in weight]
        return bytes(value % 10 for value in sums)

    return table((TWICE, once, TWICE, once, TWICE)), table((once, TWICE, once, TWICE, once))

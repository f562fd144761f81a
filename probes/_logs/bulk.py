"""What is done for every byte or every candidate at once, by numpy where it is installed (the extra `logs`)?

Each function has one answer, whichever way it is computed; numpy also works outside the interpreter's lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from itertools import accumulate, pairwise
from typing import Any

PART = 1 << 17
"""Bytes looked at in one go: what is computed of them has room in a core's own cache."""
DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
TWICE = tuple(value // 5 + value * 2 % 10 for value in range(10))


def lines_before(data: bytes, places: Sequence[int]) -> Sequence[int]:
    """How many line ends stand before each of some places, which are sorted, counted from the first of them."""
    np = numpy_or_none()
    if np is None:
        return list(accumulate((data.count(b"\n", *span) for span in pairwise(places)), initial=0))
    row, ends = np.frombuffer(data, np.uint8), np.empty(PART, np.bool_)
    waiting, counted, before = deque(places[1:]), [0], 0
    for start in range(places[0], places[-1], PART):
        part = row[start : min(start + PART, places[-1])]
        here = np.equal(part, 10, out=ends[: len(part)])
        done = 0
        while waiting and waiting[0] <= start + len(part):
            place = waiting.popleft() - start
            before += int(np.count_nonzero(here[done:place]))
            counted.append(before)
            done = place
        before += int(np.count_nonzero(here[done:]))
    return [*counted, *[before] * len(waiting)]


def dated_ends(data: bytes, ends: Sequence[int]) -> Sequence[int]:
    """Of the ends of what may be numbers (six digits, one byte that is none or nothing, four digits, and the byte after
    them, which the end includes), those whose day can be in that month and whose check digit is right."""
    return _by_numpy(data, ends) if len(ends) > 16 and numpy_or_none() else [end for end in ends if _dated(data, end)]


def _dated(data: bytes, end: int) -> bool:
    joined = 48 <= data[end - 6] < 58
    number = int(data[end - 11 : end - 1] if joined else data[end - 12 : end - 6] + data[end - 5 : end - 1])
    odd, even = _sums()
    if (odd[number // 100_000] + even[number % 100_000]) % 10:
        return False
    month, day = number // 1_000_000 % 100, number // 10_000 % 100
    return 0 < month < 13 and 0 < (day - 60 if day > 60 else day) <= DAYS[month]


def _by_numpy(data: bytes, ends: Sequence[int]) -> Sequence[int]:
    np = numpy_or_none()
    row = np.frombuffer(data, np.uint8)
    after = np.asarray(ends, np.int64)

    def digits(places: Any) -> Any:
        return row.take(places) - np.uint8(48)

    starts = after - np.where(digits(after - 6) < 10, 11, 12)
    month = digits(starts + 2) * np.uint8(10) + digits(starts + 3)
    real = np.flatnonzero((month > 0) & (month < 13))
    after, starts, month = after[real], starts[real], month[real]
    day = digits(starts + 4) * np.uint8(10) + digits(starts + 5)
    day -= np.uint8(60) * (day > 60)
    real = np.flatnonzero((day > 0) & (day <= np.array(DAYS, np.uint8).take(month)))
    after, starts = after[real], starts[real]
    twice = np.array(TWICE, np.uint8)
    total = np.zeros(len(after), np.uint8)
    for first in (starts, starts + 2, starts + 4, after - 5, after - 3):
        total += twice.take(digits(first)) + digits(first + 1)
    return list(after[total % 10 == 0].tolist())


@cache
def numpy_or_none() -> Any:
    """numpy, or None where it is not installed."""
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

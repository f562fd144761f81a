"""Where does a moment stand in a picture of what happened? A time axis that stays readable when somebody waits long.

It is linear where every moment can be told from its neighbours. Else each stretch between two moments is as wide as the
logarithm of its length: a long wait looks longer than a short one, and what takes milliseconds is no blot. Left out:
what is drawn (`_timeline`). Times are whole ms, places units of the picture. Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import log1p

from readiness.texts import say

NEAREST = 4.0
"""How near, in units, two moments may stand on a linear axis."""
APART = 14.0
"""Between the labels of two ticks."""
DIGIT = 7.0
"""Width of a character of a tick's label."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Moments (ms, rising, no doubles) and their places. `linear`: whether the same length means the same time."""

    moments: tuple[int, ...]
    places: tuple[float, ...]
    linear: bool

    def place(self, moment: int) -> float:
        """Where a moment stands; one outside stands at the nearer end."""
        moment = min(max(moment, self.moments[0]), self.moments[-1])
        at = min(bisect_right(self.moments, moment), len(self.moments) - 1)
        start, end = self.moments[at - 1], self.moments[at]
        share = (moment - start) / (end - start)
        return self.places[at - 1] + share * (self.places[at] - self.places[at - 1])


def axis(moments: Iterable[int], left: float, right: float) -> Axis:
    """The axis from 0, or the first moment if that is earlier, to the last moment."""
    found = sorted({0, *moments})
    if len(found) == 1:
        found.append(1)
    gaps = [later - earlier for earlier, later in pairwise(found)]
    linear = min(gaps) * (right - left) / sum(gaps) >= NEAREST
    widths = [float(gap) if linear else log1p(gap / min(gaps)) for gap in gaps]
    scale = (right - left) / sum(widths)
    places = accumulate(widths, lambda place, width: place + width * scale, initial=left)
    return Axis(tuple(found), tuple(places), linear)


def ticks(lang: str, along: Axis) -> tuple[tuple[float, str], ...]:
    """Places with their labels, from the left, none over another and none twice.

    Round times on a linear axis, else moments: the ends first, then what follows upon the longest waits.
    """
    first, last = along.moments[0], along.moments[-1]
    wanted = [first, last, *(_round_times(first, last) if along.linear else _after_long_waits(along.moments))]
    placed: list[tuple[float, str]] = []
    for moment in dict.fromkeys(wanted):
        place, words = along.place(moment), time_text(lang, moment)
        if all(words != other and abs(place - there) >= _apart(words, other) for there, other in placed):
            placed.append((place, words))
    return tuple(sorted(placed))


def time_text(lang: str, ms: int) -> str:
    """850 ms, 2.5 s, 61 s: as much as a picture has room for."""
    if abs(ms) < 1000:
        return f"{ms} ms"
    if abs(ms) >= 10_000:
        return f"{round(ms / 1000)} s"
    return f"{ms / 1000:.1f}".removesuffix(".0").replace(".", say(lang, "scenario.decimal")) + " s"


def _apart(one: str, other: str) -> float:
    """How far apart the middles of two labels must be."""
    return (len(one) + len(other)) * DIGIT / 2 + APART


def _after_long_waits(moments: Sequence[int]) -> list[int]:
    return [later for _, later in sorted((earlier - later, later) for earlier, later in pairwise(moments))]


def _round_times(first: int, last: int) -> list[int]:
    """Multiples of 1, 2 or 5 times a power of ten, about five of them."""
    step = 1
    for factor in (2, 2.5, 2) * 12:
        if (last - first) / step <= 6:
            break
        step = round(step * factor)
    return list(range(first - first % step, last, step))[1:]

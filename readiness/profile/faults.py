"""What is wrong in a profile, said with line, key and cure? All of it is collected; nothing stops at the first.

Left out: finding the mistakes, but for one that may stand anywhere: a personal identity number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from readiness import personal
from readiness.errors import Fault
from readiness.profile.lines import Lines, Place
from readiness.profile.shapes import shown, tight
from readiness.texts import say

LISTED = 20
"""How many known words or ids an error lists."""
COMPARED = 300
"""How many of them a misspelt one is compared with, and after how many faults no more: 5000 must not take minutes."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The rows of a list, from place `first` on, that stand in another file: its name and lines."""

    table: Place
    first: int
    source: str
    lines: Lines

    def within(self, path: Place) -> Place | None:
        """The path in that file, or None where it stands in the profile itself."""
        head, rest = path[: len(self.table)], path[len(self.table) :]
        if head != self.table or not rest or not isinstance(rest[0], int) or rest[0] < self.first:
            return None
        return (*head, rest[0] - self.first, *rest[1:])


class Faults:
    """Every mistake found in one profile, and in the file of statements that it names."""

    def __init__(self, source: str, lines: Lines, lang: str, elsewhere: Elsewhere | None = None) -> None:
        self.source, self.lines, self.lang, self.elsewhere = source, lines, lang, elsewhere
        self.found: list[Fault] = []

    def add(self, path: Place, code: str, **values: object) -> None:
        """Note a fault of that code (see texts, profile_wrong and profile_cure) at a path of the data."""
        source, lines = self.source, self.lines
        if self.elsewhere and (within := self.elsewhere.within(path)):
            source, lines, path = self.elsewhere.source, self.elsewhere.lines, within
        key = dotted(path, places=not lines)
        wrong, cure = (say(self.lang, f"profile_{part}.{code}", path=key, **values) for part in ("wrong", "cure"))
        self.found.append(Fault(source, lines.line(path), key, wrong, cure))

    def unknown(self, path: Place, code: str, word: str, known: Collection[str]) -> None:
        """Note a word that is none of the known ones, with the nearest of them where one is near."""
        known = sorted(set(known))
        listed = ", ".join(known[:LISTED]) + (" ..." if len(known) > LISTED else "")
        near = get_close_matches(word.lower()[:80], known[:COMPARED], n=1) if len(self.found) < COMPARED else []
        meant = say(self.lang, "profile_cure.meant", word=near[0]) if near else ""
        self.add(path, code, word=shown(word), known=listed or "-", meant=meant)


def personal_numbers(data: Mapping[str, Any], faults: Faults) -> None:
    """Note every key and value that holds a personal identity number outside the test series; never which."""
    pending: list[tuple[Place, Any]] = [((), data)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending += [((*path, key), member) for key, member in value.items()]
            pending += [((*path, key), key) for key in value]
        elif isinstance(value, list):
            pending += [((*path, place), member) for place, member in enumerate(value)]
        elif personal.spans(tight(_digits(value))):
            faults.add(path, "personal_number")


def dotted(path: Place, *, places: bool) -> str:
    """A path as it is written in the file; with `places` also which of several tables, counted from 1."""
    text = ""
    for part in path:
        if isinstance(part, str):
            text += f".{shown(part)}" if text else shown(part)
        elif places:
            text += f"[{part + 1}]"
    return text


def _digits(value: object) -> str:
    """A value as text where it may hold such a number; a longer whole number cannot, and str() may refuse it."""
    if isinstance(value, int) and value >= 10**12:
        return ""
    return str(value) if isinstance(value, str | int | float) else ""

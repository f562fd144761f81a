"""What was found in all files of a log source, taken together, and what of it may be shown?

A number is one of a test person, of a series made for tests, or, where it is no piece of a longer identifier, one that
may be anybody's. Numbers are counted in memory and told to nobody; an excerpt has a word of a closed list and stars.
Left out: reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from probes._logs.scan import NUMBER, Hit, Result
from readiness import personal
from readiness.model import Table, Unseen

CANARY, TEST_SERIES = "test_person", "test_series_number"
READABLE = frozenset({"plain", "url", "json", "xml"})
"""Ways of writing in which the digits, or escapes of each, can be read in order."""
EXCERPTS = 8
"""Rows shown for each pattern."""
MAXIMAL_NUMBERS = 100_000
COLUMNS = ("file", "line", "pattern", "written", "excerpt")


@dataclass(slots=True)
class Tally:
    """Counts of one log source. `canaries`: twelve digits by the last ten. `more`: more different numbers than are
    remembered."""

    canaries: Mapping[str, str]
    lines: int = 0
    size: int = 0
    files_read: int = 0
    unread: list[tuple[str, Unseen]] = field(default_factory=list)
    patterns: Counter[str] = field(default_factory=Counter)
    persons: dict[str, set[str]] = field(default_factory=dict)
    with_word: int = 0
    numbers: Counter[int] = field(default_factory=Counter)
    more: bool = False
    rows: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    def add(self, file: str, before: int, result: Result) -> None:
        """What a block of a file had; `before` lines of the file stand before it."""
        self.size += result.size
        self.lines += result.lines
        for hit in result.hits:
            self._take(hit, file, str(before + hit.line + 1))

    def add_name(self, file: str, hits: tuple[Hit, ...]) -> None:
        """What the name of a file had."""
        for hit in hits:
            self._take(hit, file, "")

    @property
    def readable(self) -> int:
        """How many test persons' numbers stand there as digits."""
        return sum(bool(forms & READABLE) for forms in self.persons.values())

    @property
    def encoded(self) -> int:
        """How many stand there in a coding that anybody can undo."""
        return sum(bool(forms - READABLE) for forms in self.persons.values())

    @property
    def forms(self) -> tuple[str, ...]:
        """How the test persons' numbers are written, sorted."""
        return tuple(sorted({form for forms in self.persons.values() for form in forms}))

    def excerpts(self) -> Table:
        """The first few of each pattern: file, line ("" for the file's name), pattern, how it is written, and what may
        be shown."""
        return Table(COLUMNS, tuple(row for pattern in sorted(self.rows) for row in self.rows[pattern]))

    def _take(self, hit: Hit, file: str, line: str) -> None:
        pattern, shown = hit.pattern, ""
        if hit.pattern == NUMBER:
            pattern, shown = self._number(hit)
        if pattern:
            self.patterns[pattern] += 1
            rows = self.rows.setdefault(pattern, [])
            if len(rows) < EXCERPTS:
                rows.append((file, line, pattern, hit.form, shown))

    def _number(self, hit: Hit) -> tuple[str, str]:
        """Which pattern a number is of, "" for none, and what may be shown of it."""
        known = self.canaries.get(hit.digits[-10:], "")
        if known.endswith(hit.digits) and known:
            self.persons.setdefault(known, set()).add(hit.form)
            return CANARY, known
        if not hit.alone:
            return "", ""
        if personal.of_tests(hit.digits):
            return TEST_SERIES, _stars(hit)
        number = int(hit.digits[-10:])
        self.with_word += bool(hit.word)
        if number in self.numbers or len(self.numbers) < MAXIMAL_NUMBERS:
            self.numbers[number] += 1
        else:
            self.more = True
        return NUMBER, _stars(hit)


def _stars(hit: Hit) -> str:
    return f"{hit.word}: {'*' * len(hit.digits)}" if hit.word else "*" * len(hit.digits)

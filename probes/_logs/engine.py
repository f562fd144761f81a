"""Where in a block does something stand that a pattern's reader should look at?

Two engines: Hyperscan, where it is installed (the extra `logs`), and one of the standard library. They may disagree on
what is worth a look; what the readers then confirm is the same, which a test holds. Left out: deciding.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any, Protocol

from probes._logs.patterns import Pattern


class Engine(Protocol):
    """What finds candidates. `workers`: how many threads it can use at a time."""

    name: str
    workers: int

    def candidates(self, data: bytes) -> list[list[int]]:
        """For each pattern, the ends of what may be one, in any order; safe in several threads."""


def make_engine(patterns: Sequence[Pattern], processors: int) -> Engine:
    """The faster of the two that can be had."""
    try:
        import hyperscan
    except ImportError:
        return Fallback(patterns)
    return Fast(patterns, hyperscan, processors)


class Fast:
    """Hyperscan: all patterns at once, outside the interpreter's lock."""

    def __init__(self, patterns: Sequence[Pattern], hyperscan: Any, processors: int) -> None:
        self.name, self.workers = "hyperscan", max(1, min(processors, 8))
        caseless = hyperscan.HS_FLAG_CASELESS
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[pattern.shape for pattern in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[caseless if pattern.caseless else 0 for pattern in patterns],
        )
        self._count = len(patterns)
        self._own = threading.local()

    def candidates(self, data: bytes) -> list[list[int]]:
        """See Engine."""
        found: list[list[int]] = [[] for _ in range(self._count)]
        add = [ends.append for ends in found]

        def note(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add[number](end)

        if not hasattr(self._own, "scratch"):
            self._own.scratch = self._database.scratch.clone()
        self._database.scan(data, match_event_handler=note, scratch=self._own.scratch)
        return found


class Fallback:
    """The standard library: one search a pattern, left out where none of its needles is in the block."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.name, self.workers = "standard library", 1
        self._patterns = patterns
        self._shapes = [
            re.compile(pattern.simple or pattern.shape, re.IGNORECASE if pattern.caseless and not pattern.table else 0)
            for pattern in patterns
        ]

    def candidates(self, data: bytes) -> list[list[int]]:
        """See Engine."""
        tables = {pattern.table for pattern in self._patterns}
        replaced = {table: data.translate(table) if table else data for table in tables}
        lower = data.lower()
        found = []
        for pattern, shape in zip(self._patterns, self._shapes, strict=True):
            wanted = any(needle in lower for needle in pattern.needles)
            matches = shape.finditer(replaced[pattern.table]) if wanted else iter(())
            found.append([match.end() for match in matches])
        return found

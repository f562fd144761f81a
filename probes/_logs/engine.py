"""Where in a block does something stand that a pattern's reader should look at?

Two engines: Hyperscan, where it is installed (the extra `logs`), and one of the standard library. They may disagree on
what is worth a look; what the readers then confirm is the same, which a test holds. Left out: deciding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from probes._logs.masks import can_mask
from probes._logs.patterns import Pattern


class Engine(Protocol):
    """What finds candidates."""

    name: str

    def candidates(self, data: bytes) -> Mapping[int, Sequence[int]]:
        """By the place of a pattern, the ends of what may be one, in any order; nothing of a pattern that has none."""


def make_engine(patterns: Sequence[Pattern]) -> Engine:
    """The faster of the two that can be had."""
    try:
        import hyperscan
    except ImportError:
        return Fallback(patterns)
    return Fast(patterns, hyperscan)


class Fast:
    """Hyperscan: all patterns at once, but for what numpy finds sooner."""

    name = "hyperscan"

    def __init__(self, patterns: Sequence[Pattern], hyperscan: Any) -> None:
        self._bulk = [(place, one.bulk) for place, one in enumerate(patterns) if one.bulk and can_mask()]
        masked = {place for place, _ in self._bulk}
        searched = [(place, one) for place, one in enumerate(patterns) if place not in masked]
        self._database = _compiled(hyperscan, searched) if searched else None

    def candidates(self, data: bytes) -> Mapping[int, Sequence[int]]:
        """See Engine."""
        found: dict[int, list[int]] = defaultdict(list)

        def note(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found[number].append(end)

        if self._database:
            self._database.scan(data, match_event_handler=note)
        bulk = ((place, find(data)) for place, find in self._bulk)
        return {**found, **{place: ends for place, ends in bulk if len(ends)}}


def _compiled(hyperscan: Any, patterns: Sequence[tuple[int, Pattern]]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[one.shape for _, one in patterns],
        ids=[place for place, _ in patterns],
        elements=len(patterns),
        flags=[hyperscan.HS_FLAG_CASELESS if one.caseless else 0 for _, one in patterns],
    )
    return database


class Fallback:
    """The standard library: one search a pattern, left out where none of its needles is in the block."""

    name = "standard library"

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._shapes = [
            re.compile(pattern.simple or pattern.shape, re.IGNORECASE if pattern.caseless and not pattern.table else 0)
            for pattern in patterns
        ]

    def candidates(self, data: bytes) -> Mapping[int, Sequence[int]]:
        """See Engine."""
        tables = {pattern.table for pattern in self._patterns}
        replaced = {table: data.translate(table) if table else data for table in tables}
        lower = data.lower()
        found = {}
        for place, (pattern, shape) in enumerate(zip(self._patterns, self._shapes, strict=True)):
            if any(needle in lower for needle in pattern.needles):
                found[place] = [match.end() for match in shape.finditer(replaced[pattern.table])]
        return found

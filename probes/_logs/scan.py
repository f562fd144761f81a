"""What stands in a log that should not: numbers of persons, keys, tokens, passwords, messages; block by block.

A hit belongs to the block that it begins in, and is found whatever the borders are. Left out: whose number it is, what
is told of it, and searching several blocks at a time (`workers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from probes._logs import numbers, secrets, words
from probes._logs.bulk import lines_before
from probes._logs.engine import Engine, make_engine
from probes._logs.patterns import PATTERNS, Pattern, literal
from probes._logs.text import Block

NUMBER = "personal_number"


class Hit(NamedTuple):
    """One thing that was found. `line`: how many line ends of the block stand before it;
    `form`, `digits`, `word` are of numbers: how it is written, its digits, and the word beside it that says what it
    is, "" where none does. `alone`: whether it is no piece of a longer identifier."""

    start: int
    pattern: str
    line: int
    form: str = ""
    digits: str = ""
    word: str = ""
    alone: bool = True


class Result(NamedTuple):
    """What a block had: its size, how many lines end in it, and the hits by their place."""

    size: int
    lines: int
    hits: tuple[Hit, ...]


class Scanner:
    """An engine with the readers behind it. `literals` are pieces of messages that are looked for word for word."""

    def __init__(
        self,
        literals: Iterable[bytes] = (),
        engine: Callable[[Sequence[Pattern]], Engine] = make_engine,
        patterns: Sequence[Pattern] = PATTERNS,
    ) -> None:
        self._patterns = (*patterns, *map(literal, literals))
        self.engine = engine(self._patterns)

    def look(self, block: Block) -> Result:
        """What stands in one block."""
        data, low, high, unended = block
        candidates = self.engine.candidates(data)
        readers = ((self._patterns[place].read, candidates[place]) for place in sorted(candidates))
        found = (one for read, ends in readers for one in read(data, ends) if low <= one.start < high)
        apart = list(_apart(found))
        lines = lines_before(data, [low, *(one.start for one in apart), high])
        hits = tuple(_hit(one, line) for one, line in zip(apart, lines[1:], strict=False))
        return Result(high - low, lines[-1] + unended, hits)


def _hit(found: numbers.Found | secrets.Secret, line: int) -> Hit:
    if isinstance(found, secrets.Secret):
        return Hit(found.start, found.pattern, line)
    word = words.beside(found.text, found.at, found.at + len(found.digits))
    return Hit(found.start, NUMBER, line, found.form, found.digits, word, not numbers.within_identifier(found))


def _pattern(found: numbers.Found | secrets.Secret) -> str:
    return found.pattern if isinstance(found, secrets.Secret) else NUMBER


def _apart(found: Iterable[numbers.Found | secrets.Secret]) -> Iterator[numbers.Found | secrets.Secret]:
    """Of hits of one pattern that overlap, the first, and of those that begin together the longest. Whichever was found
    first, they come in one order."""
    ends: dict[str, int] = {}
    for one in sorted(found, key=lambda one: (one.start, -one.end, _pattern(one))):
        pattern = _pattern(one)
        if one.start >= ends.get(pattern, 0):
            ends[pattern] = one.end
            yield one

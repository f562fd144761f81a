"""What stands in a log that should not: numbers of persons, keys, tokens, passwords, messages; block by block.

A hit belongs to the block that it begins in, and is found whatever the borders are. Blocks are looked through in
threads, and come back in order. Left out: whose number it is, and what is told of it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from probes._logs import numbers, secrets, words
from probes._logs.bulk import line_ends
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
        engine: Callable[[Sequence[Pattern], int], Engine] = make_engine,
        patterns: Sequence[Pattern] = PATTERNS,
    ) -> None:
        self._patterns = (*patterns, *map(literal, literals))
        self.engine = engine(self._patterns, os.cpu_count() or 1)

    def look(self, block: Block) -> Result:
        """What stands in one block."""
        data, low, high, unended = block
        found: dict[tuple[int, str], numbers.Found | secrets.Secret] = {}
        for pattern, ends in zip(self._patterns, self.engine.candidates(data), strict=True):
            for one in pattern.read(data, ends) if ends else ():
                if low <= one.start < high:
                    kind = one.pattern if isinstance(one, secrets.Secret) else one.digits
                    found[one.start, kind] = one
        hits: list[Hit] = []
        passed, place = 0, low
        for one in _apart(found.values()):
            passed += line_ends(data, place, one.start)
            place = one.start
            hits.append(_hit(one, passed))
        lines = passed + line_ends(data, place, high) + unended
        return Result(high - low, lines, tuple(hits))

    def look_through(self, blocks: Iterable[Block]) -> Iterator[Result]:
        """What stands in each block, in their order."""
        if self.engine.workers == 1:
            yield from map(self.look, blocks)
            return
        with ThreadPoolExecutor(self.engine.workers) as threads:
            waiting: deque[Future[Result]] = deque()
            try:
                for block in blocks:
                    waiting.append(threads.submit(self.look, block))
                    if len(waiting) > self.engine.workers + 1:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()


def _hit(found: numbers.Found | secrets.Secret, line: int) -> Hit:
    if isinstance(found, secrets.Secret):
        return Hit(found.start, found.pattern, line)
    word = words.beside(found.text, found.at, found.at + len(found.digits))
    return Hit(found.start, NUMBER, line, found.form, found.digits, word, not numbers.within_identifier(found))


def _apart(found: Iterable[numbers.Found | secrets.Secret]) -> Iterator[numbers.Found | secrets.Secret]:
    """Of hits of one pattern that overlap, the first, and of those that begin together the longest."""
    ends: dict[str, int] = {}
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        pattern = one.pattern if isinstance(one, secrets.Secret) else NUMBER
        if one.start >= ends.get(pattern, 0):
            ends[pattern] = one.end
            yield one

"""What has the sending system's account said since this exercise began, and when was each word first read?

An account may hold every message that there ever was: what stood there before the first order is not of this exercise.
Left out: reading the bytes (`sources`) and their words (`account`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace

from readiness.errors import AccountError, UsageError
from readiness.exercise.account import Reading, read_account
from readiness.exercise.log_account import read_log
from readiness.exercise.sources import Source
from readiness.probe import CannotObserve
from readiness.recording import AccountRow, Moment, Performance

TRIES = 3
"""A file may be half written, and a service busy, just when it is read."""
PAUSE = 1.0

Slot = tuple[str, str, int]
"""A message: its test person, its id, and which it is of those with the same of both."""


class Ledger:
    """The account of one exercise. `known` is what an earlier exercise read of it."""

    def __init__(
        self, source: Source, reading: Reading, clock: Callable[[], Moment], known: Collection[AccountRow] = ()
    ) -> None:
        self._source = source
        self._reading = reading
        self._clock = clock
        self._before: Counter[tuple[str, str]] = Counter()
        self._said: dict[Slot, list[AccountRow]] = {}
        for row in sorted(known, key=lambda row: row.at.ns):
            place = 0
            while (said := self._said.get((row.person, row.message, place))) and said[-1].at == row.at:
                place += 1  # two rows that were read at one time are two messages
            self._said.setdefault((row.person, row.message, place), []).append(row)

    async def begin(self) -> None:
        """Note what stands there already. AccountError or CannotObserve, unless it is a file not written yet."""
        if not self._source.not_there_yet:
            self._before = Counter((row.person, row.message) for row in await self._rows())

    async def read(self) -> None:
        """Read it as it is now. AccountError or CannotObserve where that fails again and again."""
        for left in reversed(range(TRIES)):
            try:
                self._take(await self._rows())
            except (AccountError, CannotObserve):
                if not left:
                    raise
                await asyncio.sleep(PAUSE)
            else:
                return

    async def glance(self) -> None:
        """Read it between times, where that costs nobody anything: a file, but for a log. Whatever is wrong is told by
        `read`."""
        if self._reading.source.file and not self._source.log:
            with suppress(AccountError, CannotObserve):
                self._take(await self._rows())

    def of(self, persons: Collection[str]) -> tuple[AccountRow, ...]:
        """All that was said of messages to these persons, in the order in which it was first read.

        A message whose outcome changed has a row for each outcome; the last one is what the account says now.
        """
        rows = [row for (person, _, _), said in self._said.items() if person in persons for row in said]
        return tuple(sorted(rows, key=lambda row: row.at.ns))

    def account_for(self, performance: Performance) -> Performance:
        """The performance with all that was said of its messages, and of whom nothing could be said: a log need not
        name persons, and where no id of theirs is known either, nobody knows which of its messages are theirs."""
        persons = set(performance.persons)
        rows = self.of(persons)
        named = {row.person for row in rows} | self._reading.links.named
        unnamed = tuple(sorted(persons - named)) if self._reading.source.format == "log" else ()
        return replace(performance, account=rows, unnamed=unnamed)

    async def _rows(self) -> tuple[AccountRow, ...]:
        read = read_log if self._reading.source.format == "log" else read_account
        return read(await self._source.read(), self._reading, self._clock())

    def _take(self, rows: Collection[AccountRow]) -> None:
        places: Counter[tuple[str, str]] = Counter()
        for row in rows:
            key = row.person, row.message
            place = places[key]
            places[key] += 1
            if place < self._before[key]:
                continue
            said = self._said.setdefault((*key, place - self._before[key]), [])
            if not said or _what(said[-1]) != _what(row):
                said.append(row)


async def required(reading: Awaitable[None]) -> None:
    """A reading without which there is nothing to go on with. UsageError in place of CannotObserve."""
    try:
        await reading
    except CannotObserve as problem:
        what = f"the sending system's account cannot be read: {problem.unseen.detail}"
        raise UsageError(f"{what}. Mend it, or [sending_system.account] in the profile.") from None


def _what(row: AccountRow) -> tuple[str, str, bool | None]:
    return row.outcome, row.channel, row.told

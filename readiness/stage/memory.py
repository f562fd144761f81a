"""What has a stage told its journal so far? A journal that passes everything on, and remembers it by target.

Left out: the originals, which the spool has.
"""

from __future__ import annotations

import asyncio

from readiness.recording import (
    Connection,
    Entry,
    Exchange,
    Performance,
    connection_target,
    exchange_target,
    performance_target,
)
from readiness.stage.recorder import Journal, Recorder


class Memory:
    """A journal in front of another; what it was told stands by the ids of the targets that follow from it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.connections: dict[str, Connection] = {}
        self.exchanges: dict[str, Exchange] = {}
        self.performances: dict[str, Performance] = {}
        self._told = asyncio.Event()

    async def holds(self, recorder: Recorder) -> None:
        """Wait until every connection that was accepted has been told of, which is when it is over."""
        while len(self.connections) < recorder.connections:
            self._told.clear()
            await self._told.wait()

    def tell_recorded(self, entry: Entry) -> None:
        """As the journal behind it."""
        self._journal.tell_recorded(entry)
        if isinstance(entry, Connection):
            self.connections[connection_target(entry).id] = entry
            self._told.set()
        elif isinstance(entry, Performance):
            self.performances[performance_target(entry).id] = entry
        else:
            self.exchanges[exchange_target(entry).id] = entry

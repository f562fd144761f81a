"""By which ids does a later exercise tell what it recorded, so that it can be judged beside an earlier one?

A stage counts from c1 and e1 each time. Left out: the stage's own ids, by which it keeps its originals.
"""

from __future__ import annotations

from dataclasses import replace

from readiness.recording import Entry, Exchange
from readiness.stage.recorder import Journal


class Renumbered:
    """A journal in front of another: ids get a prefix on the way. With an empty one they stay as they are."""

    def __init__(self, journal: Journal, prefix: str) -> None:
        self._journal = journal
        self._prefix = prefix

    def tell_recorded(self, entry: Entry) -> None:
        """As the journal behind it."""
        id_ = f"{self._prefix}{entry.id}"
        if isinstance(entry, Exchange):
            self._journal.tell_recorded(replace(entry, id=id_, connection=f"{self._prefix}{entry.connection}"))
        else:
            self._journal.tell_recorded(replace(entry, id=id_))

    def own(self, exchange: str) -> str:
        """The stage's own id of an exchange."""
        return exchange.removeprefix(self._prefix)

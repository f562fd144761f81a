"""Which ids of messages does a log hold for a period, and which few of them stand for all?

Ids are those under the field that both parties' logs have (`shared_id`). Of very many only some are kept, the same ones
every time. Left out: looking for them in the other log (`log_cross_party`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from probes._log_ids import normal
from probes._log_records import Record

SIZE = 25
"""Ids of a sample (check 19-2)."""
MOST = 20_000
"""Ids that are kept at a time."""
SHORTEST, LONGEST = 6, 128
EDGE = 20
"""Of so many ids one at each end of the period is left out: what was under way then may stand in one log only."""


@dataclass(slots=True)
class Ids:
    """The ids of a party's logs, each with the times of its first and last record; `oldest` and `newest` are those of
    all records; `timeless` counts records with an id and no known time."""

    times: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    oldest: datetime | None = None
    newest: datetime | None = None
    timeless: int = 0
    _mask: int = 0

    def add(self, record: Record, name: str) -> None:
        """One more record, whose log has the id in the field `name` (in lower case)."""
        at = record.when.at if record.when else None
        if at:
            self.oldest = min(at, self.oldest or at)
            self.newest = max(at, self.newest or at)
        id_ = normal(record.fields.get(name, ""))
        if not SHORTEST <= len(id_) <= LONGEST or crc32(id_.encode()) & self._mask:
            return
        if at is None:
            self.timeless += 1
            return
        first, last = self.times.get(id_, (at, at))
        self.times[id_] = min(first, at), max(last, at)
        while len(self.times) > MOST:
            self._mask = self._mask * 2 + 1
            self.times = {one: when for one, when in self.times.items() if not crc32(one.encode()) & self._mask}

    def sample(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """SIZE of the ids, or all where there are fewer, evenly over those whose records are all within the period."""
        within = [id_ for id_, (first, last) in self.times.items() if start <= first and last <= end]
        within.sort(key=lambda id_: (self.times[id_], id_))
        edge = len(within) // EDGE
        within = within[edge : len(within) - edge]
        count = min(SIZE, len(within))
        return tuple(within[place * len(within) // count] for place in range(count))

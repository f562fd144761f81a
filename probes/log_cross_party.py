"""Do the kommun's own logs and the one that another party delivered hold the same messages?

A sample of ids out of the kommun's logs is looked for in the delivered one, and the reverse, for the period that the
profile says it was delivered for. Left out: whether it was delivered in time and whole (`log_delivery`), and messages
that went through the stage (`log_traceability`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from probes._log_ids import Words
from probes._log_records import Record
from probes._log_sample import Ids
from probes._log_source import Halted, Reading, in_thread
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

DEADLINE = 600.0
SAMPLED, MISSING = "cross.ids", "cross.ids_missing"
SAMPLED_BACK, MISSING_BACK = "cross.ids_back", "cross.ids_back_missing"
FACTS = (
    Fact(SAMPLED, FactType.NUMBER, "Ids of the kommun's own logs that were looked for in the delivered one."),
    Fact(MISSING, FactType.NUMBER, "Those of them that it does not hold.", of=SAMPLED),
    Fact(SAMPLED_BACK, FactType.NUMBER, "Ids of the delivered log that were looked for in the kommun's own ones."),
    Fact(MISSING_BACK, FactType.NUMBER, "Those of them that none of these holds.", of=SAMPLED_BACK),
)
SHOWN = 5


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read the logs in a thread, and tell of them."""
    for seen in await in_thread(_compare, target, session):
        yield seen


def _compare(target: Target, session: Session, halted: Halted) -> list[Seen]:
    start, end = target.says("period_start"), target.says("period_end")
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise CannotObserve(Reason.NOT_CONFIGURED, "the profile does not say for which period it was delivered")
    sources = session.profile_targets(TargetKind.LOG_SOURCE)
    own = [one for one in sources if one.says("kept_by") == "own" and not one.held_by and one.says("shared_id")]
    if not own or not target.says("shared_id"):
        why = "the profile does not name the field that this log and one of the kommun's own have in common (shared_id)"
        raise CannotObserve(Reason.NOT_CONFIGURED, why)
    ours, theirs = Logs(own, session, halted), Logs([target], session, halted)
    held, delivered = ours.ids(), theirs.ids()
    # What the kommun's own logs do not reach back to, or not yet tell of, cannot be found there.
    back = max(start, held.oldest or start), min(end, held.newest or end)
    return [
        *_told(SAMPLED, MISSING, read_sample(held, start, end), theirs),
        *_told(SAMPLED_BACK, MISSING_BACK, read_sample(delivered, *back), ours),
    ]


def read_sample(ids: Ids, start: datetime, end: datetime) -> tuple[str, ...] | Unseen:
    """Which ids stand for all of the period."""
    if ids.timeless and not ids.times:
        return Unseen(Reason.NOT_UNDERSTOOD, "the times of the records have no zone that anybody tells")
    return ids.sample(start, end)


def _told(sampled: str, missing: str, sample: tuple[str, ...] | Unseen, other: Logs) -> list[Seen]:
    if isinstance(sample, Unseen):
        return [Seen(sampled, sample), Seen(missing, sample)]
    lacking = other.lacking(sample)
    shown = f"missing: {', '.join(lacking[:SHOWN])}" if lacking else ""
    value: Value | Unseen = other.problem if lacking and other.problem else len(lacking)
    return [Seen(sampled, len(sample)), Seen(missing, value, shown)]


@dataclass(slots=True)
class Logs:
    """The logs of one party; `problem`: why some of it could not be read."""

    sources: Sequence[Target]
    session: Session
    halted: Halted
    problem: Unseen | None = None

    def ids(self) -> Ids:
        """The ids that stand in them."""
        ids = Ids()
        for source, record in self._records():
            ids.add(record, str(source.says("shared_id")).lower())
        return ids

    def lacking(self, sample: Sequence[str]) -> list[str]:
        """Those of a sample that stand in none of their records, in whichever field."""
        words, left = Words(), set(sample)
        for id_ in sample:
            words.add(id_)
        for _, record in self._records():
            left.difference_update(words.within(record.text))
            if not left:
                break
        return [id_ for id_ in sample if id_ in left]

    def _records(self) -> Iterator[tuple[Target, Record]]:
        for source in self.sources:
            reading = Reading(source, self.session, self.halted)
            try:
                for record in reading.records():
                    yield source, record
            except CannotObserve as error:
                if self.halted():
                    raise
                reading.problem = error.unseen
            self.problem = self.problem or reading.problem


PROBE = Probe(
    TargetKind.LOG_SOURCE,
    FACTS,
    observe,
    Effect.READS,
    Strength.FILE,
    select=(("kept_by", ("other",)),),
    deadline=DEADLINE,
)

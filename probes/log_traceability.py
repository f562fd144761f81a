"""Can a message be followed through this log: is it there, from its creation to its receipt, with who, what and when?

Looked for are the messages that went through the stage in this run, under whatever ids they have in this log, by their
subjects and the digests of their contents where those are their own, and ids that the profile lists; and of every fault
that the stage answered with, whether code, CallId and cause were kept. Left out: personal data in logs
(`log_personal_data`), how logs are kept (`log_custody`), and clocks against sources of time: the times of a log are
compared with the stage's own clock.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from probes._log_canaries import Sought, seek
from probes._log_ids import Ids
from probes._log_marks import person_forms, read_marks
from probes._log_order import NAMES, Creations, creations_of, read_order
from probes._log_scan import Scanner
from probes._log_search.records import Searched
from probes._log_search.searching import is_searched
from probes._log_source import Halted, Reading, in_thread
from probes._log_told import NOTHING, Values, read_scan
from readiness.model import Fact, FactType, Strength, Target, TargetKind
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

PREFIX = "trace."
PROCESSING = "processing"
"""A log that is meant to say whose data was processed."""
ROUNDS = 3
"""How many times the logs are read for ids that lead to further ids."""
DEADLINE = 600.0


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read the source in a thread, and tell of it."""
    values, detail = await in_thread(_read, target, session)
    for name, value in values.items():
        yield Seen(PREFIX + name, value, detail if name == "complete_percent" else "")


def _read(target: Target, session: Session, halted: Halted) -> tuple[Values, str]:
    shared = _shared(session)
    ids = shared.joined(session, halted)
    if target.says("purpose") == PROCESSING:
        ids = ids.also(person_forms(shared.sought.persons))
    reading = shared.reading(target, session, halted, ids)
    scan = Scanner.of(target, shared.sought, ids).scan(reading.records())
    if reading.problem and not scan.records:
        raise CannotObserve(reading.problem.reason, reading.problem.detail)
    values, detail = read_scan(scan, shared.sought, target, reading.problem)
    if not shared.sought.canaries:
        return values | dict.fromkeys(NAMES, NOTHING), detail
    return values | read_order(scan, target.node, shared.created(session, halted, ids)), detail


@dataclass(slots=True)
class _Shared:
    """What the sources of a session have in common: what is looked for, and the ids that belong together."""

    sought: Sought
    ids: Ids | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    searched: dict[str, Searched] = field(default_factory=dict)
    creations: tuple[Creations, ...] | None = None

    def joined(self, session: Session, halted: Halted) -> Ids:
        """The ids of the messages, out of all log sources; read once."""
        with self.lock:
            if self.ids is None:
                self.ids = _join(session, self, halted)
            return self.ids

    def created(self, session: Session, halted: Halted, ids: Ids) -> tuple[Creations, ...]:
        """What each source that tells of creations says of them; read once. One that cannot be read tells of none."""
        with self.lock:
            if self.creations is None:
                sources = session.profile_targets(TargetKind.LOG_SOURCE)
                telling = [one for one in sources if one.says("tells_created") and not one.held_by]
                self.creations = tuple(self._creations(one, session, halted, ids) for one in telling)
            return self.creations

    def _creations(self, source: Target, session: Session, halted: Halted, ids: Ids) -> Creations:
        try:
            records = self.reading(source, session, halted, ids).records()
            return creations_of(source.node, Scanner.of(source, self.sought, ids).scan(records))
        except CannotObserve:
            if halted():
                raise
            return Creations(source.node, {})

    def reading(self, target: Target, session: Session, halted: Halted, ids: Ids) -> Reading | Searched:
        """A source to be read, or, where it is searched, with what it has about the ids."""
        if not is_searched(target):
            return Reading(target, session, halted, self.sought.since)
        searched = self.searched.setdefault(target.id, Searched.of(target, session, halted, self.sought))
        searched.search.halted = halted
        searched.look(ids)
        return searched


# By session, and gone with it.
_SHARED: WeakKeyDictionary[Session, _Shared] = WeakKeyDictionary()
_LOCK = threading.Lock()


def _shared(session: Session) -> _Shared:
    with _LOCK:
        if session not in _SHARED:
            listed = [
                id_
                for source in session.profile_targets(TargetKind.LOG_SOURCE)
                if isinstance(ids := source.says("trace_ids"), tuple)
                for id_ in ids
            ]
            sought = seek(session.exchanges().values(), session.performances().values(), listed, read_marks(session))
            _SHARED[session] = _Shared(sought)
        return _SHARED[session]


def _join(session: Session, shared: _Shared, halted: Halted) -> Ids:
    """Read every source until no id leads to a further one. One that cannot be read joins nothing."""
    canaries = shared.sought.canaries
    ids = Ids.of([(canary.id, canary.others, canary.marks) for canary in canaries])
    sources = [one for one in session.profile_targets(TargetKind.LOG_SOURCE) if not one.held_by]
    for _ in range(ROUNDS if canaries else 0):
        new = False
        for source in sources:
            try:
                for record in shared.reading(source, session, halted, ids).records():
                    new = ids.join(record) or new
            except CannotObserve:
                if halted():
                    raise
        if not new:
            break
    return ids


def _fact(name: str, type_: FactType, meaning: str, of: str = "") -> Fact:
    return Fact(PREFIX + name, type_, meaning, of and PREFIX + of)


NUMBER = FactType.NUMBER
FACTS = (
    _fact("records", NUMBER, "Records of the log that were read."),
    _fact("time_zone", FactType.TEXT, "Who says the zone of its times: stated, utc, declared, none.", "records"),
    _fact("resolution", FactType.DURATION, "The step of the last digit that its times have.", "records"),
    _fact("messages", NUMBER, "Messages that were looked for: those of the stage, and those listed."),
    _fact("messages_missing", NUMBER, "Those that no record is about.", "messages"),
    _fact("events_missing", FactType.SET, "Events that it should hold and lacks for some message.", "messages"),
    _fact("message_records", NUMBER, "Records about these messages."),
    _fact("complete_percent", NUMBER, "Percent of them with all seven fields, rounded down.", "message_records"),
    _fact("faults", NUMBER, "Faults of the contract that the stage answered with."),
    _fact("codes_lost", NUMBER, "Those whose error code is not in the log.", "faults"),
    _fact("call_ids_lost", NUMBER, "Those whose CallId is not in the log.", "faults"),
    _fact("failures", NUMBER, "Messages with an attempt that came to a fault or to no whole answer."),
    _fact("failures_untold", NUMBER, "Those of which the log tells no error.", "failures"),
    _fact("causes_lost", NUMBER, "Those of which it tells an error, and no cause.", "failures"),
    _fact("clock_difference", FactType.DURATION, "Its clock against the stage's, by ids that the stage gave out."),
    _fact("order_messages", NUMBER, "Messages here that another node's log tells the creation of."),
    _fact("order_reversed", NUMBER, "Those with a record here before that.", "order_messages"),
    _fact("order_lead", FactType.DURATION, "By how much at most: the clocks of the nodes differ by that at least."),
    _fact("refusals", NUMBER, "Times that the stage refused the client's certificate."),
    _fact("refusals_untold", NUMBER, "Those that the log does not tell of.", "refusals"),
    _fact("messages_seen", FactType.TABLE, "Each message: how many records, from when to when, which events."),
)

PROBE = Probe(TargetKind.LOG_SOURCE, FACTS, observe, Effect.READS, Strength.FILE, deadline=DEADLINE)

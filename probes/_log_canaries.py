"""What is looked for in the logs: which messages went through the stage, what became of them, and which faults it told?

Beside these stand the ids that a profile lists for a log source (`trace_ids`), of which no more is known. Left out:
looking for them (`_log_scan`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from probes._copies import message_ids
from probes._performed import DELIVERY
from readiness.recording import Exchange, Performance

EVENTS = ("created", "signed", "sent", "receipt", "error")
"""What may be asked of the log about one message."""
REFUSAL = "tls-client-refused"
MARGIN = timedelta(seconds=2)
"""Logs may be rounded, and what ended the scenario may be told a moment later."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that the stage answered with: its code, its CallId ("" where it gave none), when it left, and which
    message it was about, by its place among the canaries (None for one to a look-up)."""

    code: int
    call_id: str
    at: datetime
    canary: int | None = None


@dataclass(frozen=True, slots=True)
class Canary:
    """One message. `others`: TransIds and CallIds that were given out for it; `marks`: what else it alone is known by
    (`_log_marks`); `person`: its recipient, "" where that is not one or has had other messages. `staged`: whether the
    stage saw it; `receipted`: whether a receipt left whole; `failed`: whether an attempt came to a fault or to no whole
    answer."""

    id: str
    others: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    person: str = ""
    staged: bool = False
    receipted: bool = False
    failed: bool = False

    @property
    def events(self) -> frozenset[str]:
        """What of EVENTS a complete log has of it."""
        asked = {"created", "signed", "sent"} | ({"receipt"} if self.receipted or not self.staged else set())
        return frozenset(asked | ({"error"} if self.failed else set()))


@dataclass(frozen=True, slots=True)
class Sought:
    """Everything that is looked for. `given_out`: when the stage gave out which TransId or CallId (UTC); `refusals`:
    from when to when it refused the client's certificate; `since`: when all of it began, None where listed ids are
    among it, which may be of any time."""

    canaries: tuple[Canary, ...]
    faults: tuple[Fault, ...] = ()
    given_out: Mapping[str, datetime] = field(default_factory=dict)
    refusals: tuple[tuple[datetime, datetime], ...] = ()
    since: datetime | None = None

    @property
    def persons(self) -> Mapping[str, int]:
        """The recipients of one message only, each with its number among the canaries."""
        return {canary.person: number for number, canary in enumerate(self.canaries) if canary.person}


def seek(
    exchanges: Iterable[Exchange],
    performances: Iterable[Performance],
    listed: Sequence[str],
    marks: Mapping[str, tuple[str, ...]],
) -> Sought:
    """What a record and a profile give to look for; `marks` by message id."""
    rows = sorted(exchanges, key=lambda exchange: exchange.first_byte.ns)
    found: dict[str, list[Exchange]] = {}
    for exchange in rows:
        if exchange.operation == DELIVERY:
            for id_ in sorted(message_ids(exchange)):
                found.setdefault(id_, []).append(exchange)
    written = Counter(person for attempts in found.values() for person in _recipients(attempts))
    canaries = [_canary(id_, attempts, marks.get(id_, ()), written) for id_, attempts in found.items()]
    canaries += [Canary(id_) for id_ in dict.fromkeys(listed) if id_ not in found]
    return Sought(
        tuple(canaries),
        tuple(_faults(rows, list(found))),
        {e.answer_id: e.response_last_byte.wall for e in reversed(rows) if e.answer_id and e.response_last_byte},
        tuple(_refusals(performances)),
        rows[0].first_byte.wall if rows and not listed else None,
    )


def _canary(id_: str, attempts: Sequence[Exchange], marks: tuple[str, ...], written: Mapping[str, int]) -> Canary:
    own = [person for person in _recipients(attempts) if written[person] == 1]
    others = tuple(dict.fromkeys(e.answer_id for e in attempts if e.answer_id and e.response_last_byte))
    receipted = any(e.receipted for e in attempts)
    person = own[0] if len(own) == 1 else ""
    return Canary(id_, others, marks, person, staged=True, receipted=receipted, failed=any(map(_failed, attempts)))


def _recipients(attempts: Iterable[Exchange]) -> frozenset[str]:
    return frozenset(one.person for attempt in attempts for one in attempt.attributions if one.person)


def _failed(attempt: Exchange) -> bool:
    cut = attempt.response_last_byte is None or attempt.response_cut_at is not None
    return cut or attempt.fault_code is not None or attempt.status >= 400


def _faults(rows: Iterable[Exchange], messages: Sequence[str]) -> Iterable[Fault]:
    """Those that left whole."""
    for exchange in rows:
        if exchange.fault_code is not None and exchange.response_last_byte and exchange.response_cut_at is None:
            own = min(message_ids(exchange), default="") if exchange.operation == DELIVERY else ""
            canary = messages.index(own) if own in messages else None
            yield Fault(exchange.fault_code, exchange.answer_id, exchange.response_last_byte.wall, canary)


def _refusals(performances: Iterable[Performance]) -> Iterable[tuple[datetime, datetime]]:
    for one in performances:
        if one.scenario == REFUSAL and one.started and one.ended and not one.unseen:
            yield one.started.wall - MARGIN, one.ended.wall + MARGIN

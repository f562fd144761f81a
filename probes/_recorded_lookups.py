"""What had been asked of FaR when a delivery began, and how long before?

Each look-up is opened once in a session. Where its original was not kept, the declared test persons that it was about
still count. Left out: what FaR answered, and what the sending system made of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from weakref import WeakKeyDictionary

from probes._lookup import QUESTIONS, read_lookup
from probes._request_tree import read_request
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Session
from readiness.recording import Exchange


@dataclass(slots=True)
class Answers:
    """When look-ups were answered (ns), by recipient, in order; and what could not be read, by when it was answered."""

    count: int = 0
    by_recipient: dict[str, list[int]] = field(default_factory=dict)
    unread: list[tuple[int, Unseen]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """How many look-ups the record has; whether one for each recipient had been answered when the delivery began; how
    long before, for the recipient whose last look-up was longest ago."""

    lookups: int
    before: bool | Unseen
    age: timedelta | Unseen


def looked_up(recipients: Sequence[str], began: int, answers: Answers) -> LookedUp:
    """What had been answered about these recipients at `began` (ns of the stage's monotonic clock)."""
    if not recipients:
        nobody = Unseen(Reason.NOT_UNDERSTOOD, "the delivery names no recipient")
        return LookedUp(answers.count, nobody, nobody)
    latest = []
    for recipient in recipients:
        times = answers.by_recipient.get(recipient, [])
        if not (earlier := bisect_right(times, began)):
            unread = next((why for at, why in answers.unread if at <= began), None)
            none = Unseen(Reason.NOT_EXERCISED, "no look-up for the recipient was answered before the delivery")
            return LookedUp(answers.count, unread or False, unread or none)
        latest.append(times[earlier - 1])
    return LookedUp(answers.count, before=True, age=timedelta(microseconds=(began - min(latest)) // 1000))


def recorded(session: Session) -> Answers:
    """Every look-up that the session's record holds; read once."""
    if session not in _ANSWERS:
        _ANSWERS[session] = _answers(session)
    return _ANSWERS[session]


# By session, and gone with it.
_ANSWERS: WeakKeyDictionary[Session, Answers] = WeakKeyDictionary()


def _answers(session: Session) -> Answers:
    answers = Answers()
    for id_, exchange in session.exchanges().items():
        if exchange.operation not in QUESTIONS:
            continue
        answers.count += 1
        if (end := exchange.response_last_byte) is None or exchange.response_cut_at is not None:
            continue  # a question that got no whole answer tells the sender nothing
        recipients = _recipients(id_, session)
        if isinstance(recipients, Unseen):
            answers.unread.append((end.ns, recipients))
            recipients = _known(exchange)
        for recipient in recipients:
            answers.by_recipient.setdefault(recipient, []).append(end.ns)
    for times in answers.by_recipient.values():
        times.sort()
    return answers


def _recipients(id_: str, session: Session) -> set[str] | Unseen:
    try:
        request = read_request(session.original(Target(id_, TargetKind.EXCHANGE)))
    except CannotObserve as error:
        return error.unseen
    lookup = request if isinstance(request, Unseen) else read_lookup(request.payload)
    return lookup if isinstance(lookup, Unseen) else set(lookup.recipients)


def _known(exchange: Exchange) -> set[str]:
    return {attribution.person for attribution in exchange.attributions if attribution.person}

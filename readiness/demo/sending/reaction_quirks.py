"""How do sending systems react wrongly? The known faults in what follows from an answer, by name (C section 12).

Each takes what happened, and the outcome that is right, and gives the outcome that the faulty system would note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from readiness.demo.sending.answers import NOT_READY, NotUnderstood, Refused
from readiness.demo.sending.caller import Crowded, Lost, TooLarge
from readiness.demo.sending.outcome import (
    DELIVERED,
    DIGITAL,
    EMAIL,
    FAILED,
    FORGOTTEN,
    PAPER,
    PENDING,
    UNKNOWN,
    Outcome,
)
from readiness.demo.sending.proof import Unproven
from readiness.demo.sending.reaction import Happened, away, call_id

Bend = Callable[[Happened, Outcome], Outcome]
TRIES = 3
"""After so many attempts those give up who repeat what should not be repeated."""


def bent(happened: Happened, outcome: Outcome, quirks: Iterable[str]) -> Outcome:
    """The outcome with those of the quirks that concern reactions."""
    for name in quirks:
        if name in QUIRKS:
            outcome = QUIRKS[name](happened, outcome)
    return outcome


def _when(condition: Callable[[Happened], bool], then: Callable[[Happened], Outcome]) -> Bend:
    return lambda happened, outcome: then(happened) if condition(happened) else outcome


def _failed(happened: Happened) -> Outcome:
    return Outcome(FAILED, receipt=_call_id(happened), why=str(happened.problem or "no mailbox"), told=True)


def _delivered(happened: Happened) -> Outcome:
    receipt = happened.receipt.trans_id if happened.receipt else _call_id(happened)
    return Outcome(DELIVERED, DIGITAL, receipt)


def _again(happened: Happened, otherwise: str) -> Outcome:
    word = PENDING if happened.tries < TRIES else otherwise
    return Outcome(word, receipt=_call_id(happened), why=str(happened.problem), told=word != PENDING)


def _call_id(happened: Happened) -> str:
    return call_id(happened.problem) if happened.problem else ""


def _fault(happened: Happened) -> bool:
    return isinstance(happened.problem, Refused) and happened.problem.code is not None


def _refused(*, later: bool) -> Callable[[Happened], bool]:
    return lambda happened: isinstance(happened.problem, Refused) and happened.problem.later is later


def _uncertain(happened: Happened) -> bool:
    return happened.delivery and isinstance(happened.problem, Lost | NotUnderstood)


def _by_first_status(happened: Happened, outcome: Outcome) -> Outcome:
    if happened.receipt is None or not happened.receipt.statuses:
        return outcome
    delivered = happened.receipt.statuses[0][1]
    return _delivered(happened) if delivered else Outcome(PAPER, PAPER, happened.receipt.trans_id)


def _untold(word: str) -> Bend:
    return lambda _, outcome: replace(outcome, told=False) if outcome.word == word else outcome


QUIRKS: Mapping[str, Bend] = {
    "takes-faults-for-receipts": _when(lambda happened: happened.delivery and _fault(happened), _delivered),
    "reads-first-status": _by_first_status,
    "ignores-delivered": _when(lambda happened: bool(happened.receipt and happened.receipt.trans_id), _delivered),
    "repeats-refusals": _when(_refused(later=False), lambda happened: _again(happened, FAILED)),
    "never-repeats": _when(_refused(later=True), _failed),
    "takes-5004-for-good": _when(
        lambda happened: isinstance(happened.problem, Refused) and happened.problem.code == NOT_READY, _failed
    ),
    "prints-after-any-problem": _when(
        lambda happened: happened.problem is not None,
        lambda happened: Outcome(PAPER, PAPER, _call_id(happened), str(happened.problem)),
    ),
    "repeats-with-new-id": _when(_uncertain, lambda happened: _again(happened, UNKNOWN)),
    "gives-up-when-nobody-answers": _when(
        lambda happened: away(happened) and not isinstance(happened.problem, Unproven), _failed
    ),
    "receives-64-kb": _when(lambda happened: isinstance(happened.problem, TooLarge), _failed),
    "two-connections": _when(lambda happened: isinstance(happened.problem, Crowded), _failed),
    "forgets-after-a-fault": _when(
        lambda happened: _fault(happened) and _refused(later=False)(happened), lambda _: Outcome(FORGOTTEN)
    ),
    "leaves-paper-to-people": lambda happened, outcome: (
        _failed(happened) if outcome.word == PAPER and not happened.delivery else outcome
    ),
    "mails-what-is-paper": lambda _, outcome: replace(outcome, channel=EMAIL) if outcome.word == PAPER else outcome,
    "tells-nobody-of-the-uncertain": _untold(UNKNOWN),
    "tells-nobody-of-failures": _untold(FAILED),
}

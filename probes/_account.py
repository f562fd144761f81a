"""What does the sending system's own account say of the messages of one scenario, beside what the stage knows?

A message has one row in the end: where the account was read more than once, the last that was read of it. An account
that is empty in the whole run is not configured; one that is empty here has lost the messages. Left out: how an account
is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from probes._attempts import find_attempts
from probes._performed import Performed
from readiness.model import Reason, Unseen, Value
from readiness.recording import OUTCOMES, AccountRow, Exchange

Values = dict[str, Value | Unseen]
SETTLED, OPEN = {"paper", "failed"}, {"unknown", "pending"}
UNNAMED = "the log that is the account does not show which messages are those to {} of the persons"
NO_ACCOUNT = Unseen(Reason.NOT_CONFIGURED, "the run has no account of any message")
FACTS = (
    "accounted", "unaccounted", "outcomes", "channels", "channels_told", "delivered_without_receipt", "settled_twice",
    "settled_untold", "uncertain_untold", "failed_untold", "failed_at_once", "time_to_account",
)  # fmt: skip


def read_account(performed: Performed) -> Values:
    """What became of the messages, in the system's words, and where those words do not fit what the stage did."""
    persons = performed.performance.persons
    shaken = [person for person in persons if _uncertain(performed, person)]
    values: Values = {"messages": len(persons), "uncertain_messages": len(shaken)}
    if not performed.accounted:
        return values | dict.fromkeys(FACTS, NO_ACCOUNT)
    if of_nobody := len(performed.performance.unnamed):
        return values | dict.fromkeys(FACTS, Unseen(Reason.NOT_CONFIGURED, UNNAMED.format(of_nobody)))
    rows = final_rows(performed)
    by_person = {person: [row for row in rows if row.person == person] for person in performed.persons}
    accounted = sum(min(len(own), persons.count(person)) for person, own in by_person.items())
    after_loss = [row for row in rows if row.person in shaken]
    return values | {
        "accounted": accounted,
        "unaccounted": len(persons) - accounted,
        "outcomes": tuple(sorted({row.outcome for row in rows})),
        "channels": tuple(sorted({row.channel for row in rows if row.channel})),
        "channels_told": sum(bool(row.channel) for row in rows),
        "delivered_without_receipt": sum(_unreceipted(performed, person, own) for person, own in by_person.items()),
        "settled_twice": sum(_beyond(own, persons.count(person)) for person, own in by_person.items()),
        "settled_untold": sum(row.outcome in SETTLED and row.told is not True for row in after_loss),
        "uncertain_untold": _untold([row for row in after_loss if row.outcome in OPEN]),
        "failed_untold": _untold([row for row in rows if row.outcome == "failed"]),
        "failed_at_once": _at_once(performed, rows),
        "time_to_account": _time(performed),
    }


def final_rows(performed: Performed) -> tuple[AccountRow, ...]:
    """The last row of each message. Rows without an id are as many messages as the person was given."""
    latest: dict[tuple[str, str], AccountRow] = {}
    nameless: dict[str, list[AccountRow]] = {}
    persons = performed.performance.persons
    known = [row for row in performed.performance.account if row.outcome in OUTCOMES and row.person in persons]
    for row in sorted(known, key=lambda row: row.at.ns):
        if row.message:
            latest[row.person, row.message] = row
        else:
            nameless.setdefault(row.person, []).append(row)
    last = [row for person, rows in nameless.items() for row in _last_read(rows, persons.count(person))]
    return (*latest.values(), *last)


def _last_read(rows: Sequence[AccountRow], messages: int) -> list[AccountRow]:
    """The rows of the last reading: those of one moment, or as many as there are messages."""
    together = [row for row in rows if row.at.ns == rows[-1].at.ns]
    return together if len(together) > messages else list(rows[-messages:])


def _uncertain(performed: Performed, person: str) -> bool:
    """Whether a delivery to the person was taken, and no receipt for it left whole."""
    return any(e.taken and not e.receipted for e in _deliveries(performed, person))


def _unreceipted(performed: Performed, person: str, rows: Sequence[AccountRow]) -> int:
    receipts = sum(delivery.receipted for delivery in _deliveries(performed, person))
    return max(0, sum(row.outcome == "delivered" for row in rows) - receipts)


def _beyond(rows: Sequence[AccountRow], messages: int) -> int:
    return max(0, sum(row.outcome in {"delivered", "paper"} for row in rows) - messages)


def _untold(rows: Sequence[AccountRow]) -> int | Unseen:
    """How many say that nobody is told; unseen where none does and the account leaves some open."""
    untold = sum(row.told is False for row in rows)
    if not untold and any(row.told is None for row in rows):
        return Unseen(Reason.NOT_CONFIGURED, "the account does not say whether a person is told")
    return untold


def _at_once(performed: Performed, rows: Sequence[AccountRow]) -> int | Unseen:
    attempts = len(find_attempts(performed))
    if not attempts:
        return Unseen(Reason.NOT_EXERCISED, "no attempt reached the stage")
    failed = sum(row.outcome == "failed" for row in rows)
    return failed if attempts <= len(performed.performance.persons) else 0


def _time(performed: Performed) -> timedelta | Unseen:
    performance = performed.performance
    if not performance.account or performance.started is None:
        return Unseen(Reason.NOT_EXERCISED, "no account tells of a message of this scenario")
    first = min(row.at.ns for row in performance.account)
    return timedelta(microseconds=(first - performance.started.ns) // 1000)


def _deliveries(performed: Performed, person: str) -> list[Exchange]:
    return [delivery for delivery in performed.deliveries if performed.of_person(delivery, person)]

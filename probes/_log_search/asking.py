"""What is a search in a log platform, what comes back, and when is an answer no answer?

A search that was not done to its end says nothing of what it did not find, so whatever is not plainly whole raises
CannotObserve. No word of an answer stands in an error: a platform may repeat what it was asked, or what is in the log.
Left out: the two platforms' own languages (`loki`, `opensearch`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest

Ask = Callable[[HttpRequest], HttpAnswer]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
STATUSES = {
    401: (Reason.CREDENTIALS_NEEDED, "the platform wants a login"),
    403: (Reason.ACCESS_DENIED, "the platform does not let this login search there"),
    404: (Reason.NOT_CONFIGURED, "there is no such index or address"),
    408: (Reason.TIMED_OUT, "the platform was not done in time"),
    413: (Reason.LIMIT_REACHED, "the search is larger than the platform takes"),
    414: (Reason.LIMIT_REACHED, "the search is longer than the platform takes"),
    429: (Reason.LIMIT_REACHED, "the platform takes no more searches just now"),
    504: (Reason.TIMED_OUT, "the platform was not done in time"),
}


class NotTaken(CannotObserve):
    """The platform does not take the search as it is put: perhaps there is too much in it."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which records from `start` up to `end`: those that hold one of the texts in `either`, in whatever case, or that
    have the shape (RE2, which only some platforms take); without both, all."""

    start: datetime
    end: datetime
    either: tuple[str, ...] = ()
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that a platform gave. `key` is what it is known by; `at` when it was, by the platform, and
    `resolution` the step of its last digit in microseconds; `fields` what stands beside its text."""

    key: tuple[str, ...]
    at: datetime
    resolution: int
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survey:
    """How many records there are to be searched, from when to when. `problem`: why a search that finds nothing would
    not show that there is nothing."""

    records: int
    oldest: datetime | None
    newest: datetime | None
    problem: Unseen | None = None


def read_body(answer: HttpAnswer) -> dict[str, object]:
    """The JSON object in a whole answer."""
    if answer.status != 200:
        raise refusal(answer)
    if answer.cut:
        raise CannotObserve(Reason.LIMIT_REACHED, f"the answer is longer than {len(answer.body)} bytes")
    if answer.field("content-type").partition(";")[0].strip().lower() != "application/json":
        raise CannotObserve(
            Reason.NOT_UNDERSTOOD, "the answer is no JSON: another kind of server may be at the address"
        )
    try:
        plain = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the answer is no JSON, or was cut") from None
    if not isinstance(plain, dict):
        raise malformed()
    return plain


def refusal(answer: HttpAnswer) -> CannotObserve:
    """Why an answer with another status than 200 leaves the question open."""
    status = answer.status
    if 300 <= status < 400:
        return CannotObserve(Reason.NOT_UNDERSTOOD, f"HTTP {status}: sent elsewhere; write where in the profile")
    if status == 400:
        return NotTaken(Reason.NOT_UNDERSTOOD, "HTTP 400: the platform does not take the search")
    reason, why = STATUSES.get(status, (Reason.NOT_UNDERSTOOD, "the platform did not answer the search"))
    return CannotObserve(reason, f"HTTP {status}: {why}")


def malformed() -> CannotObserve:
    """For JSON that is not what the platform's documentation says."""
    return CannotObserve(Reason.NOT_UNDERSTOOD, "the answer is not what such a platform gives")


def slices(start: datetime, end: datetime, longest: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """A stretch of time in parts, the earliest first."""
    while start < end:
        yield start, min(end, start + longest)
        start += longest


def said(target: Target, name: str) -> str:
    """What the profile says of the platform under that name."""
    return str(target.says(name) or "")


def step(microseconds: int) -> int:
    """The step that a time may be told in, by the zeros at its end: from a microsecond to a second, or a minute."""
    if microseconds % 60_000_000 == 0:
        return 60_000_000
    found = 1
    while found < 1_000_000 and microseconds % (found * 10) == 0:
        found *= 10
    return found

"""How often did a sending system try, and how long did it wait in between?

An attempt is a request at the place that misbehaves; where none came whole, it is a connection to the scenario's own
port. A repeat that the HTTP library makes by itself is none: the same bytes, on a new connection, within a second after
a connection that brought no whole answer (java.net's HttpURLConnection does so). It is counted apart, and what it left
in a mailbox counts all the same (`_copies`). A wait goes from the end of one attempt to the beginning of the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from probes._performed import Performed
from readiness.model import Reason, Unseen, Value
from readiness.recording import Connection, Exchange

STACK_NS = 10**9
Values = dict[str, Value | Unseen]


@dataclass(frozen=True, slots=True)
class Attempt:
    """From when to when, in ns of the stage's monotonic clock."""

    began: int
    ended: int


def read_attempts(performed: Performed) -> Values:
    """How many attempts, and the waits between them."""
    attempts = find_attempts(performed)
    values: Values = {
        "requests": len(performed.requests),
        "attempts": len(attempts),
        "repeated_by_http_stack": len(stack_repeats(performed)),
    }
    return values | _waits(attempts)


def find_attempts(performed: Performed) -> tuple[Attempt, ...]:
    """The sending system's own attempts, in order."""
    repeats = stack_repeats(performed)
    requests = [request for request in performed.requests if request.id not in repeats]
    if performed.connections and not any(request.accepted for request in requests):
        again = {request.connection for request in performed.requests if request.id in repeats}
        own = (connection for connection in performed.connections if connection.id not in again)
        return tuple(Attempt(connection.accepted.ns, connection.closed.ns) for connection in own)
    return tuple(Attempt(one.first_byte.ns, end_of(one, performed)) for one in requests)


def stack_repeats(performed: Performed) -> frozenset[str]:
    """The ids of requests that repeat the one before them as an HTTP library does."""
    return frozenset(
        later.id
        for earlier, later in pairwise(performed.requests)
        if later.request_sha256
        and later.request_sha256 == earlier.request_sha256
        and later.connection != earlier.connection
        and not answered(earlier)
        and later.first_byte.ns - end_of(earlier, performed) <= STACK_NS
    )


def answered(exchange: Exchange) -> bool:
    """Whether an answer left whole."""
    return exchange.response_last_byte is not None and exchange.response_cut_at is None


def end_of(exchange: Exchange, performed: Performed) -> int:
    """When it was over: its answer was whole, or its connection closed."""
    if answered(exchange) and exchange.response_last_byte:
        return exchange.response_last_byte.ns
    carrier: Connection | None = performed.carriers.get(exchange.connection)
    known = (exchange.first_byte, exchange.last_byte, exchange.accepted, exchange.response_first_byte)
    last = max(moment.ns for moment in known if moment)
    return max(last, carrier.closed.ns) if carrier else last


def waits(attempts: Sequence[Attempt]) -> list[int]:
    """The waits in ns; none below 0, where attempts overlap."""
    return [max(0, later.began - earlier.ended) for earlier, later in pairwise(attempts)]


def _waits(attempts: Sequence[Attempt]) -> Values:
    between = waits(attempts)
    few: Value | Unseen = Unseen(Reason.NOT_EXERCISED, f"{len(attempts)} attempts have no wait between them")
    fewer = Unseen(Reason.NOT_EXERCISED, f"{len(attempts)} attempts show no growth")
    return {
        "shortest_wait": _duration(min(between)) if between else few,
        "longest_wait": _duration(max(between)) if between else few,
        "wait_growth": between[-1] * 100 // max(between[0], 1_000_000) if len(between) > 1 else fewer,
    }


def _duration(ns: int) -> timedelta:
    return timedelta(microseconds=ns // 1000)

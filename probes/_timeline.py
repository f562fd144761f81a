"""What happened in one scenario, row by row, for a reader and for a picture?

Times are ms since the sending system was asked to send. Messages are numbered in the order of their ids' first
appearance, for an id may hold what names a person; no number, name or content is told. Left out: drawing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from probes._attempts import answered, end_of, find_attempts, stack_repeats
from probes._copies import read_ids
from probes._performed import CANARY, FAR, Performed
from readiness.model import Table
from readiness.recording import Connection, Exchange

COLUMNS = ("at_ms", "until_ms", "what", "detail")
WHAT = ("look_up", "delivery", "connection", "answer", "fault", "wait", "reset", "closed", "account", "recovered")
MAXIMAL_ROWS = 500
ACTIONS = {"wait": "wait", "reset": "reset", "reset-request": "reset"}
"""Actions of the stage that a reader should see; the others show in what came of them."""
Row = tuple[int, int, str, str]


def read_timeline(performed: Performed) -> Table:
    """The rows in order of time; the first MAXIMAL_ROWS of them."""
    started = performed.performance.started
    zero = started.ns if started else 0
    rows = sorted((*_traffic(performed), *_waits(performed), *_afterwards(performed)))
    shown = tuple((_ms(at - zero), _ms(until - zero), what, detail) for at, until, what, detail in rows[:MAXIMAL_ROWS])
    return Table(COLUMNS, shown)


def _traffic(performed: Performed) -> Iterator[Row]:
    ids = read_ids(performed)
    numbers: dict[frozenset[str], int] = {}
    repeats = stack_repeats(performed)
    for exchange in performed.exchanges:
        yield from _exchange(exchange, performed, _request(exchange, ids[exchange.id], numbers, exchange.id in repeats))
    own = {connection.id for connection in performed.connections}
    for connection in performed.connections:
        requests = f"{connection.exchanges} requests" if connection.exchanges != 1 else "1 request"
        yield (
            connection.accepted.ns,
            connection.closed.ns,
            "connection",
            f"{connection.version or 'no TLS'}, {requests}",
        )
        yield _end(connection)
    broken = {exchange.connection for exchange in performed.exchanges if not answered(exchange)} - own
    yield from (_end(performed.carriers[id_]) for id_ in sorted(broken) if id_ in performed.carriers)


def _exchange(exchange: Exchange, performed: Performed, request: str) -> Iterator[Row]:
    began = exchange.first_byte.ns
    came = exchange.accepted or exchange.last_byte
    what = "look_up" if exchange.role == FAR else "delivery"
    yield began, came.ns if came else end_of(exchange, performed), what, request
    if exchange.response_first_byte is not None:
        said = f"HTTP {exchange.status}" + ("" if answered(exchange) else ", cut")
        fault = exchange.fault_code is not None or exchange.status >= 400
        if exchange.fault_code is not None:
            said = f"code {exchange.fault_code}, {said}"
        said += ", receipt" if exchange.receipted else ""
        yield exchange.response_first_byte.ns, end_of(exchange, performed), "fault" if fault else "answer", said
    for action in exchange.actions:
        if action.done and action.name in ACTIONS:
            yield action.planned.ns, action.done.ns, ACTIONS[action.name], "by the stage"


def _request(exchange: Exchange, ids: frozenset[str], numbers: dict[frozenset[str], int], repeat: bool) -> str:
    if exchange.role == CANARY:
        return f"to where only the answer pointed: {exchange.part}"
    words = [f"message {numbers.setdefault(ids, len(numbers) + 1)}"] if ids else []
    words += ["the same bytes again, by the HTTP library"] if repeat else []
    words += ["taken"] if exchange.taken else []
    words += ["not whole"] if exchange.accepted is None else []
    return ", ".join(words)


def _waits(performed: Performed) -> Iterator[Row]:
    attempts = find_attempts(performed)
    for earlier, later in pairwise(attempts):
        if later.began > earlier.ended:
            yield earlier.ended, later.began, "wait", "between attempts"


def _end(connection: Connection) -> Row:
    what = "reset" if connection.closed_how == "rst" else "closed"
    detail = f"by {connection.closed_by}, {connection.closed_how}" if connection.closed_by else connection.closed_how
    return connection.closed.ns, connection.closed.ns, what, detail


def _afterwards(performed: Performed) -> Iterator[Row]:
    for row in performed.performance.account:
        told = {True: ", a person is told", False: ", nobody is told", None: ""}[row.told]
        yield row.at.ns, row.at.ns, "account", row.outcome + (f" ({row.channel})" if row.channel else "") + told
    if recovered := performed.performance.recovered:
        yield recovered.ns, recovered.ns, "recovered", "a sane delivery was delivered"


def _ms(ns: int) -> str:
    return str(ns // 1_000_000)

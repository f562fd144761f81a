"""Which cipher suites does the endpoint accept, out of every one there is, and by whose order are they chosen?

Found by elimination in each version that is known to be accepted (`_tls_scan`), at every address of the name. Left out:
whether a handshake with them could be completed: the ServerHello is the answer.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from probes._tls_names import GROUPS, SIGNATURE_ALGORITHMS, name_of
from probes._tls_scan import DEADLINE, Joined, Look, Scan, agree, join, scan
from probes._tls_suites import SUITES
from readiness.model import Fact, FactType, Table, Target, TargetKind, Unseen, Value
from readiness.probe import Effect, Probe, Seen, Session

CONNECTIONS, OFFERED = "tls.scan_connections", "tls.suites_offered"
ACCEPTED, ORDER, TABLE = "tls.suites_accepted", "tls.suite_order", "tls.suites"


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Tell what the scan of the endpoint found; CannotObserve where nothing is accepted."""
    found = await scan(target, session)
    limits = session.limits
    pace = f"at most {limits.scan_connections}, {limits.scan_at_a_time} at a time, {limits.scan_pause:g} s apart"
    yield Seen(CONNECTIONS, found.connections, f"to {len(found.looks)} address(es); set were {pace}")
    yield Seen(OFFERED, len(SUITES))
    yield tell_set(ACCEPTED, join(found, lambda one: one.suites, suite_name))
    yield Seen(ORDER, read_order(found))
    yield Seen(TABLE, Table(COLUMNS, tuple(row for look in found.looks for row in _rows(look))))


def suite_name(number: int) -> str:
    """IANA's name, or hexadecimal."""
    return name_of(number, SUITES)


def tell_set(fact: str, joined: Joined | Unseen) -> Seen:
    """A joined set as the fact of that name."""
    if isinstance(joined, Unseen):
        return Seen(fact, joined)
    return Seen(fact, joined.names, undecided=joined.undecided)


def read_order(found: Scan) -> Value | Unseen:
    """server, client, single, other, or differs where versions do not do the same."""
    return agree(found, [_order(look) for look in found.shown()])


def _order(look: Look) -> str | Unseen:
    orders = [found.order for found in look.found.values() if found.order != "single"]
    if unseen := next((order for order in orders if isinstance(order, Unseen)), None):
        return unseen
    said = {str(order) for order in orders}
    return said.pop() if len(said) == 1 else "differs" if said else "single"


def _rows(look: Look) -> list[tuple[str, ...]]:
    return [
        (
            look.peer,
            version,
            suite_name(suite),
            name_of(flight.group, GROUPS) if flight.group else "",
            name_of(flight.signature, SIGNATURE_ALGORITHMS) if flight.signature else "",
        )
        for version, found in look.found.items()
        for suite, flight in sorted(found.suites.accepted.items(), key=lambda pair: suite_name(pair[0]))
    ]


COLUMNS = ("address", "version", "suite", "group", "signature")
PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact(CONNECTIONS, FactType.NUMBER, "How many connections all questions about TLS took."),
        Fact(OFFERED, FactType.NUMBER, "How many cipher suites were offered."),
        Fact(
            ACCEPTED,
            FactType.SET,
            "Cipher suites, by IANA's names, that every address accepts in a version that it is known to accept.",
            of=OFFERED,
        ),
        Fact(
            ORDER,
            FactType.TEXT,
            "By whose order a suite is chosen: server, client; single: there is one; other; differs between versions.",
        ),
        Fact(TABLE, FactType.TABLE, "Every accepted suite, with the group and signature that came with it."),
    ),
    observe,
    Effect.SCANS,
    deadline=DEADLINE,
)

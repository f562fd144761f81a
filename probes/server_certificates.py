"""Which certificates does an endpoint have in all: for every kind of key, with a server name and without?

Every flight of the scan shows one (`_tls_scan`); an ordinary handshake shows the one that an ordinary client gets
(`server_certificate`), and the other may be forgotten until it has expired. Left out: paths and what else that probe
tells of one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator

from probes._certificate_chain import COLUMNS, chain_rows
from probes._certificate_path import covers_name
from probes._certificates import attempt, load, read_certificate
from probes._tls import endpoint_of
from probes._tls_flight import Flight
from probes._tls_scan import DEADLINE, Look, Scan, agree, join_names, scan
from probes.tls_cipher_suites import tell_set
from readiness.model import Evidence, Fact, FactType, Reason, Table, Target, TargetKind, Unseen, Value
from readiness.probe import Effect, Probe, Seen, Session

PREFIX = "server_certificates."
COUNT, KEY_TYPES, EARLIEST = PREFIX + "seen", PREFIX + "key_types", PREFIX + "earliest_not_after"
UNCOVERED, NAMELESS, TABLE = PREFIX + "for_other_names", PREFIX + "without_server_name", PREFIX + "chains"


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Tell what the scan of the endpoint found; CannotObserve where nothing is accepted."""
    found = await scan(target, session)
    chains = {look.peer: _chains(look) for look in found.shown()}
    leaves = sorted({der for each in chains.values() for der in each})
    if not leaves:
        why = Unseen(Reason.NOT_EXERCISED, "no accepted suite shows a certificate")
        yield Seen(COUNT, 0)
        for fact in (KEY_TYPES, EARLIEST, UNCOVERED, NAMELESS, TABLE):
            yield Seen(fact, why)
        return
    proof = tuple(session.keep(der, "application/pkix-cert", f"certificate of {target.address}") for der in leaves)
    endpoint = endpoint_of(target)
    yield from_leaves(COUNT, len(leaves), proof)
    yield tell_set(
        KEY_TYPES, join_names(found, [({str(_key_type(der)) for der in each}, {}) for each in chains.values()])
    )
    yield from_leaves(EARLIEST, read_earliest(leaves), proof)
    yield from_leaves(UNCOVERED, read_uncovered(leaves, endpoint.server_name or endpoint.host), proof)
    yield Seen(NAMELESS, _nameless(found))
    yield Seen(TABLE, Table(("address", *COLUMNS), tuple(_rows(chains))), evidence=proof)


def from_leaves(fact: str, value: Value | Unseen, proof: tuple[Evidence, ...]) -> Seen:
    """A fact that rests on the certificates themselves."""
    return Seen(fact, value, evidence=proof)


def read_earliest(leaves: list[bytes]) -> Value | Unseen:
    """The first moment at which one of them ends; unseen where one cannot be read."""
    ends = [read_certificate(der, "")["not_after"] for der in leaves]
    if unread := next((end for end in ends if isinstance(end, Unseen)), None):
        return unread
    return min(ends)  # type: ignore[type-var]  # moments, all of them


def read_uncovered(leaves: list[bytes], name: str) -> Value | Unseen:
    """How many of them do not cover the name."""
    count = 0
    for der in leaves:
        leaf = attempt(load, der)
        covered = leaf if isinstance(leaf, Unseen) else covers_name(leaf, name)
        if isinstance(covered, Unseen):
            return covered
        count += not covered
    return count


def _chains(look: Look) -> dict[bytes, tuple[bytes, ...]]:
    """By its leaf, the chain that came with it."""
    flights = [flight for found in look.found.values() for flight in found.flights]
    return {flight.chain[0]: flight.chain for flight in flights if flight.chain}


def _key_type(der: bytes) -> Value | Unseen:
    return read_certificate(der, "")["key_type"]


def _nameless(found: Scan) -> Value | Unseen:
    """same, other or none: the certificate that a hello without a server name meets."""
    return agree(found, [_beside(look) for look in found.shown()])


def _beside(look: Look) -> Value | Unseen:
    if look.extras is None:
        return Unseen(Reason.NOT_EXERCISED, "nothing is accepted")
    if isinstance(look.extras.nameless, Unseen):
        return look.extras.nameless
    if not isinstance(look.extras.nameless, Flight) or not look.extras.nameless.chain:
        return "none"
    return "same" if look.extras.nameless.chain[0] in _chains(look) else "other"


def _rows(chains: dict[str, dict[bytes, tuple[bytes, ...]]]) -> Iterator[tuple[str, ...]]:
    for peer, each in chains.items():
        for chain in each.values():
            yield from ((peer, *row) for row in chain_rows(chain))


PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact(COUNT, FactType.NUMBER, "How many certificates of its own the endpoint shows, all addresses together."),
        Fact(KEY_TYPES, FactType.SET, "The types of their keys.", of=COUNT),
        Fact(EARLIEST, FactType.MOMENT, "When the first of them ends."),
        Fact(UNCOVERED, FactType.NUMBER, "How many of them do not cover the server name.", of=COUNT),
        Fact(NAMELESS, FactType.TEXT, "same, other or none: what a hello without a server name is shown."),
        Fact(TABLE, FactType.TABLE, "Each of them with the chain that came with it."),
    ),
    observe,
    Effect.SCANS,
    deadline=DEADLINE,
)

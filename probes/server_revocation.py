"""Are the certificates that an endpoint shows revoked, by what their issuers tell? At every address of its name.

One ordinary handshake with each (`_handshake`); then lists and OCSP, where the profile's [revocation] names them
(`_revocation`). Left out: a response that the server staples (`tls_extensions`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from probes._certificate_chain import readable
from probes._certificates import attempt, load
from probes._handshake import fetch_chain
from probes._revocation import COLUMNS, NOT_TOLD, Asked, ask
from probes._revocation_lists import GOOD, REVOKED, STALE, UNKNOWN
from probes._tls import ADDRESSES, Endpoint, endpoint_of
from readiness.model import Evidence, Fact, FactType, Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

PREFIX = "server_revocation."
SHOWN, PLACES, STATUS, ASKED = PREFIX + "certificates_seen", PREFIX + "places_told", PREFIX + "status", PREFIX + "asked"
WORST_FIRST = (REVOKED, UNKNOWN, STALE, NOT_TOLD, GOOD)


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Ask about the leaf that each address shows, each certificate once. CannotObserve where no address shows one."""
    endpoint = endpoint_of(target)
    ips = await session.addresses(endpoint.host)
    shown = await asyncio.gather(*(_chain(session, ip, endpoint) for ip in ips[:ADDRESSES]))
    chains = {chain[0]: chain for chain in shown if not isinstance(chain, Unseen)}
    open_ = [why for why in shown if isinstance(why, Unseen)]
    if len(ips) > ADDRESSES:
        open_.append(Unseen(Reason.LIMIT_REACHED, f"{len(ips)} addresses"))
    if not chains:
        raise CannotObserve(open_[0].reason, open_[0].detail)
    asked = [await _asked(chain, session) for chain in chains.values()]
    yield Seen(SHOWN, len(chains))
    yield Seen(PLACES, open_[0] if open_ else read_fewest(asked))
    proof = tuple(kept for one in asked for kept in _evidence(one, target, session))
    yield Seen(STATUS, read_worst([*(_status(one) for one in asked), *open_]), evidence=proof)
    rows = [row for one in asked if isinstance(one, Asked) for row in one.rows(target.address)]
    yield Seen(ASKED, Table(COLUMNS, tuple(rows)))


def read_worst(each: list[str | Unseen]) -> str | Unseen:
    """One answer for all: revoked if any is, then why one is not known, then the worst that is."""
    if REVOKED in each:
        return REVOKED
    if unseen := next((one for one in each if isinstance(one, Unseen)), None):
        return unseen
    return next(status for status in WORST_FIRST if status in each)


def read_fewest(each: list[Asked | Unseen]) -> int | Unseen:
    """The fewest places at which one of them is told."""
    counts = [one if isinstance(one, Unseen) else one.places for one in each]
    unseen = next((count for count in counts if isinstance(count, Unseen)), None)
    return unseen or min(count for count in counts if isinstance(count, int))


async def _chain(session: Session, ip: str, endpoint: Endpoint) -> tuple[bytes, ...] | Unseen:
    try:
        stream = await session.dial(ip, endpoint.port)
        try:
            return (await fetch_chain(stream, endpoint.server_name)).chain
        finally:
            await stream.close()
    except CannotObserve as error:
        return error.unseen


async def _asked(chain: tuple[bytes, ...], session: Session) -> Asked | Unseen:
    leaf = attempt(load, chain[0])
    return leaf if isinstance(leaf, Unseen) else await ask(leaf, readable(chain[1:]), session)


def _status(one: Asked | Unseen) -> str | Unseen:
    return one if isinstance(one, Unseen) else one.status


def _evidence(one: Asked | Unseen, target: Target, session: Session) -> tuple[Evidence, ...]:
    return () if isinstance(one, Unseen) else one.evidence(target.address, session)


PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact(SHOWN, FactType.NUMBER, "How many certificates of its own the endpoint showed, all addresses together."),
        Fact(PLACES, FactType.NUMBER, "At how many places, at least, an issuer tells of each of them.", of=SHOWN),
        Fact(STATUS, FactType.TEXT, "Of the worst: good, revoked, unknown, stale, or not_told where nothing tells."),
        Fact(ASKED, FactType.TABLE, "What each place and file said, and until when it holds."),
    ),
    observe,
    Effect.READS,
)

"""Does the mediator also deliver what a second, independent sending system hands over (R section 8, 17-2)?

The record of a run in which that system sent is joined with this chain by the client certificate over which deliveries
come to the stage: the mediator's. It is that by which this chain's own system was seen to deliver, or, in a run in
which it did not send, that which the profile names for the mediator's TLS. Left out: for which avsändare the second
system sends, which 17-2 does not ask, and what its deliveries hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from probes._held_certificate import read_held
from probes._sent_over import Client, Sent, read_client, read_sent
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, OtherRun, Probe, Seen, Session

PREFIX = "second_system."
CONSIGNMENTS = PREFIX + "consignments"
FACTS = (
    Fact(CONSIGNMENTS, FactType.NUMBER, "How many deliveries the stage recorded in the run of the second system."),
    Fact(
        PREFIX + "through_mediator",
        FactType.NUMBER,
        "How many of them came over the mediator's client certificate or key, were taken, and were receipted.",
        of=CONSIGNMENTS,
    ),
    Fact(PREFIX + "product", FactType.TEXT, "same or other: its product beside that of this chain's sending systems."),
    Fact(PREFIX + "environment", FactType.TEXT, "test or production: in which environment it sent."),
)
AHEAD = timedelta(days=1)
"""How far the clock of another machine may be ahead before its run is one of the future."""


@dataclass(frozen=True, slots=True)
class Mediator:
    """The client certificates of this chain's mediator. `seen`: deliveries came over them in this run; `unread`: why
    one that could be it cannot be read, if so."""

    clients: tuple[Client, ...]
    seen: bool
    unread: Unseen | None = None


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read the record and join it, as of the day that its run ended."""
    run = await asyncio.to_thread(session.other_run, target, target.address)
    if run.ended > session.now() + AHEAD:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the run of the second system ended later than now")
    own = run.organisation_number == target.says("own_organisation_number")
    if not own and run.organisation_number not in _texts(target.says("party_organisation_numbers")):
        raise CannotObserve(Reason.NOT_CONFIGURED, "the record is of an organisation that is no party of the profile")
    mediator = await asyncio.to_thread(_mediator, target, session)
    strength = Strength.LIVE if own and mediator.seen else Strength.FILE
    for seen in read_run(run, mediator, _products(session)):
        yield Seen(seen.fact, seen.value, seen.detail, strength=strength, at=min(run.ended, session.now()))


def read_run(run: OtherRun, mediator: Mediator, products: Collection[str]) -> Iterator[Seen]:
    """The facts. `products`: what this chain's own sending systems are called."""
    sent = read_sent(run.connections, run.exchanges)
    yield Seen(CONSIGNMENTS, sent.deliveries, f"record {run.record}")
    yield Seen(PREFIX + "through_mediator", read_through(sent, mediator), _words(sent))
    yield Seen(PREFIX + "product", read_product(run.products, products), ", ".join(run.products))
    yield Seen(PREFIX + "environment", run.environment)


def read_through(sent: Sent, mediator: Mediator) -> Value | Unseen:
    """How many receipted deliveries came over the mediator's certificate or key.

    Where none did, that is a fact only if each came over a certificate that is surely another's: one of the same
    organisation may be the mediator's from before it was renewed.
    """
    if not mediator.clients:
        why = "the profile names no client certificate (tls-client) on the node of the mediator, and none was seen"
        return mediator.unread or Unseen(Reason.NOT_CONFIGURED, why)
    through = sum(
        number for client, number in sent.receipted.items() if any(client.shares_key(own) for own in mediator.clients)
    )
    if through or not sent.deliveries:
        return through
    if sent.unknown:
        return Unseen(Reason.NOT_EXERCISED, f"{sent.unknown} deliveries came without a client certificate to join by")
    numbers = {own.number for own in mediator.clients} - {""}
    if any(client.number in numbers for client in sent.receipted):
        why = "another certificate of the mediator's organisation: let both systems send while one is in use"
        return Unseen(Reason.NOT_EXERCISED, why)
    return mediator.unread or 0


def read_product(theirs: Collection[str], ours: Collection[str]) -> Value | Unseen:
    """Whether the system that sent is another than ours; open where a run names several and one of them is ours."""
    if not theirs or not ours:
        return Unseen(Reason.NOT_CONFIGURED, "a profile names no product of its sending system")
    folded = {name.casefold() for name in ours}
    same = [name for name in theirs if name.casefold() in folded]
    if same and len(theirs) > len(same):
        return Unseen(Reason.NOT_EXERCISED, "the run names several sending systems, and one of them is ours")
    return "same" if same else "other"


def _mediator(target: Target, session: Session) -> Mediator:
    own = read_sent(session.connections().values(), session.exchanges().values())
    if own.clients:
        return Mediator(tuple(sorted(own.clients, key=lambda client: client.der)), seen=True)
    named, unread = [], None
    for certificate in session.profile_targets(TargetKind.CERTIFICATE):
        if certificate.node != target.says("mediator") or certificate.says("use") != "tls-client":
            continue
        try:
            named.append(read_client(read_held(certificate, session).chain[0]))
        except CannotObserve as error:
            unread = error.unseen
    return Mediator(tuple(named), seen=False, unread=unread)


def _products(session: Session) -> tuple[str, ...]:
    systems = session.profile_targets(TargetKind.SENDING_SYSTEM)
    return tuple(sorted({str(system.says("product") or "") for system in systems} - {""}))


def _words(sent: Sent) -> str:
    """Which certificates the receipted deliveries came over."""
    rows = sorted((client.sha256, number) for client, number in sent.receipted.items())
    return "; ".join(f"{number} over certificate {digest}" for digest, number in rows)


def _texts(said: object) -> tuple[str, ...]:
    return said if isinstance(said, tuple) else ()


PROBE = Probe(TargetKind.SECOND_SYSTEM, FACTS, observe)

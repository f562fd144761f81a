"""Which client certificates does an endpoint refuse that it should: none, expired, another authority's, and so on?

The mirror of what the sending system is asked about: the chain's own endpoints are shown certificates that each differ
in one thing from the one that is let in, which is shown before and after them. Where that one is refused, the rest says
nothing. A connection each, and after a handshake that completes one GET without a body. Left out: other addresses of
the same name, the versions of TLS one by one, and whether a certificate that was refused would have been let in
elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field

from probes._client_receptions import Reading, read_control, read_reception, word_of
from probes._refusal_offers import CASES, Offer, good_of, offers
from probes._tls import endpoint_of
from readiness.model import Evidence, Fact, FactType, Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Effect, HttpRequest, Probe, Reception, Seen, Session, Shown

PREFIX = "client_refusal."
MADE, RECEPTIONS = PREFIX + "connections_made", PREFIX + "receptions"
COLUMNS = ("shown", "outcome", "by", "version", "asked for a certificate", "certificate shown", "request sent")
CONTROL = 4.0
"""Seconds for the certificate that is let in, each time."""
BUDGET = 10.0
"""Seconds for all the cases together; those that are left then stay open."""
OWN_ROLES = ("verksamhetssystem", "integration", "formedlare", "log", "web", "other")
"""FaR and the mailbox operators are not ours to try."""


@dataclass(slots=True)
class Looks:
    """Where it is asked, and what is known of each case."""

    target: Target
    session: Session
    asked: HttpRequest
    outcomes: dict[str, str | Unseen] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    rows: list[tuple[str, ...]] = field(default_factory=list)


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Control, cases, control; then what they showed."""
    endpoint_of(target)
    path = str(target.says("wsdl_path") or target.says("path") or "/")
    looks = Looks(target, session, HttpRequest("GET", path))
    failure: CannotObserve | None = None
    try:
        good = good_of(target, session)
        status = await _control(looks, good.id) if good else None
        await _cases(looks, offers(target, good, session), status)
        if good:
            await _control_again(looks, good.id)
    except CannotObserve as error:
        failure = error
    yield Seen(MADE, len(looks.rows))
    yield Seen(RECEPTIONS, Table(COLUMNS, tuple(looks.rows)))
    if failure:
        raise failure
    for seen in _seen(looks):
        yield seen


async def _control(looks: Looks, id_: str) -> int:
    """The HTTP status that the good certificate gets."""
    try:
        async with asyncio.timeout(CONTROL):
            reception = await _present(looks, Shown(id_))
    except TimeoutError:
        looks.rows.append(_row("control", str(Reason.TIMED_OUT), None))
        raise CannotObserve(Reason.TIMED_OUT, f"{looks.target.address}: no answer within {CONTROL:g} s") from None
    except CannotObserve as error:
        looks.rows.append(_row("control", str(error.unseen.reason), None))
        raise
    try:
        status = read_control(reception)
    except CannotObserve as error:
        looks.rows.append(_row("control", str(error.unseen.reason), reception))
        raise
    looks.rows.append(_row("control", "accepted", reception))
    return status


async def _control_again(looks: Looks, id_: str) -> None:
    try:
        await _control(looks, id_)
    except CannotObserve as error:
        said = f"the client certificate was let in before the others and not after them ({error})"
        raise CannotObserve(Reason.CONTROL_FAILED, said) from error


async def _cases(looks: Looks, planned: dict[str, Offer | Unseen], status: int | None) -> None:
    until = asyncio.get_running_loop().time() + BUDGET
    for case, offer in planned.items():
        if isinstance(offer, Unseen):
            looks.outcomes[case] = offer
            continue
        if asyncio.get_running_loop().time() >= until:
            looks.outcomes[case] = Unseen(Reason.TIMED_OUT, "not shown: the cases before took all the time")
            continue
        reception: Reception | None = None
        try:
            async with asyncio.timeout_at(until):
                reception = await _present(looks, offer.shown)
            reading = read_reception(reception, shown=bool(offer.leaf), control=status)
        except TimeoutError:
            reading = _open(Unseen(Reason.TIMED_OUT, f"the cases took more than {BUDGET:g} s together"))
        except CannotObserve as error:
            reading = _open(error.unseen)
        outcome = looks.outcomes[case] = reading.outcome
        looks.words[case] = reading.by
        looks.rows.append(_row(case, str(outcome.reason) if isinstance(outcome, Unseen) else outcome, reception))
        if offer.leaf:
            origin = f"certificate shown to {looks.target.id}: {case}"
            looks.evidence[case] = looks.session.keep(offer.leaf, "application/pkix-cert", origin)


def _open(why: Unseen) -> Reading:
    return Reading(why, str(why.reason))


async def _present(looks: Looks, shown: Shown) -> Reception:
    return await looks.session.present(looks.target, shown, looks.asked)


def _row(shown: str, outcome: str, reception: Reception | None) -> tuple[str, ...]:
    """One connection and what came of it, as COLUMNS."""
    if reception is None:
        return (shown, outcome, "", "", "", "", "")
    flags = (reception.requested, reception.proved, reception.sent)
    return (shown, outcome, word_of(reception), reception.version, *("yes" if flag else "no" for flag in flags))


def _seen(looks: Looks) -> Iterator[Seen]:
    for case, outcome in looks.outcomes.items():
        evidence = (looks.evidence[case],) if case in looks.evidence else ()
        yield Seen(PREFIX + case, outcome, looks.words.get(case, ""), evidence)


OUTCOMES = "accepted, refused_in_handshake or refused_at_request."
MEANINGS = {
    "no_certificate": "no certificate",
    "other_authority": "a copy of the client certificate that an authority of ours has issued",
    "same_name_authority": "a copy whose issuer bears the name of the real one, and has another key",
    "without_intermediate": "the client certificate without the intermediates above it",
    "expired": "an expired certificate of the same authority",
    "other_organisation": "a certificate of the same authority for another organisation",
    "other_purpose": "a certificate of the same authority that is not for clients",
    "revoked": "a certificate that the same authority has revoked, by the profile's word",
    "small_key": "a certificate of the same authority with RSA below 2048 bits, or signed with SHA-1",
}
FACTS = (
    Fact(MADE, FactType.NUMBER, "How many connections were made, controls included; each had one GET at most."),
    Fact(RECEPTIONS, FactType.TABLE, "Every connection in order: what was shown, and how it was received."),
    *(Fact(PREFIX + case, FactType.TEXT, f"How it received {MEANINGS[case]}: {OUTCOMES}") for case in CASES),
)

PROBE = Probe(
    TargetKind.ENDPOINT,
    FACTS,
    observe,
    Effect.SENDS,
    select=(("mutual_tls", ("required",)), ("role", OWN_ROLES)),
)

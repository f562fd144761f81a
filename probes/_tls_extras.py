"""What does a server answer to the extensions of a hello, and what does it do once a handshake is complete?

One address, after its suites are known (`_tls_elimination`), whose first hello carries the extensions too. Tickets and
early data show after a TLS 1.3 handshake that we finish ourselves. Whoever is turned away without a certificate comes
again with the one that the endpoint declares. Left out: what the answers are worth; extensions that only a particular
client has a use for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from probes._tls_asking import Asker
from probes._tls_extensions import DEFLATE, extensions, read_protocol
from probes._tls_flight import Flight
from probes._tls_found import Found
from probes._tls_keys import KEYED
from probes._tls_keys import SUITES as OPENED
from probes._tls_offers import ALL_SIGNATURES, groups_for, usual_suites
from probes._tls_renegotiation import ask_renegotiations
from probes._tls_shown import finish_shown
from probes._tls_talk import Finish, Offer, Refusal
from readiness.model import Reason, Target, Unseen

TO_TLS_1_2 = ("TLSv1.2", "TLSv1.1", "TLSv1.0", "SSLv3")


@dataclass(slots=True)
class Extras:
    """What one address answered.

    `plain`: a flight in the newest version before TLS 1.3, with every extension offered; `modern` the same in TLS 1.3,
    and `finish` its handshake completed without a certificate; `admitted`: that of a client which is let in, with the
    endpoint's client certificate if that is what it takes, as for `renegotiations`; `protocols`: those chosen by ALPN,
    and why others stay open; `only_modern`, `only_old`: nothing but TLS 1.3 is accepted, or nothing of it; `nameless`:
    the answer to a hello without a server name, where the endpoint has one.
    """

    plain: Flight | Unseen
    modern: Flight | Unseen
    finish: Finish | Unseen
    admitted: Finish | Unseen
    renegotiations: int | Unseen
    protocols: list[str] = field(default_factory=list)
    protocols_open: Unseen | None = None
    only_modern: bool = False
    only_old: bool = False
    nameless: Flight | Refusal | Unseen = field(default_factory=lambda: Unseen(Reason.NOT_EXERCISED))


async def ask_extras(asker: Asker, target: Target, found: Mapping[str, Found]) -> Extras:
    """All of it; `found` by version, of those that are accepted."""
    none = Unseen(Reason.NOT_EXERCISED, "no version of that kind is accepted")
    newest = next((found[version] for version in TO_TLS_1_2 if version in found), None)
    old = offer_of(newest)
    modern = _readable(found.get("TLSv1.3"))
    extras = Extras(none, none, none, none, 0 if found and not old else none)
    extras.only_modern, extras.only_old = old is None, modern is None
    if old and newest:
        extras.plain = newest.rich or await _rich(asker, old)
    if isinstance(modern, Offer):
        finish = found["TLSv1.3"].finish
        extras.finish = (
            finish if isinstance(finish, Finish) else await asker.finish(replace(modern, more=extensions(())))
        )
        extras.modern = extras.finish.flight if isinstance(extras.finish, Finish) else extras.finish
        extras.admitted = await _admitted(asker, target, extras.finish)
    elif modern is not None:
        extras.finish = extras.admitted = extras.modern = modern
    best = old or (modern if isinstance(modern, Offer) else None)
    if best:
        await _protocols(asker, best, found[best.version], extras)
        if asker.endpoint.server_name:
            # It may have a certificate of another kind, and so take other suites.
            extras.nameless = await asker.ask(replace(best, name="", suites=usual_suites(best.version)))
    if old:  # last: a server may take a while to get over it
        asks = newest is not None and any(flight.request for flight in newest.flights)
        extras.renegotiations = await ask_renegotiations(asker, target, old.version, asks=asks)
    return extras


def offer_of(found: Found | None) -> Offer | None:
    """All that is accepted in a version, as an offer; None where nothing is."""
    if found is None or not found.suites.accepted:
        return None
    # Those without a certificate last: they show less.
    suites = sorted(found.suites.accepted, key=lambda suite: not found.suites.accepted[suite].chain)
    return Offer(found.version, tuple(suites), groups_for(found.version), ALL_SIGNATURES)


async def _rich(asker: Asker, offer: Offer) -> Flight | Unseen:
    more = extensions(()) if offer.version != "SSLv3" else ()
    reply = await asker.ask(replace(offer, more=more, compressions=DEFLATE), offer)
    if isinstance(reply, Refusal):
        return Unseen(Reason.NOT_UNDERSTOOD, f"a hello with extensions: {reply.by}")
    return reply


async def _protocols(asker: Asker, offer: Offer, found: Found, extras: Extras) -> None:
    """What is left of them after the elimination of suites, which asks for them on its way."""
    extras.protocols, left = list(found.protocols), list(found.protocols_left)
    while left and offer.version != "SSLv3":
        reply = await asker.ask(replace(offer, more=extensions(left)), offer)
        if isinstance(reply, Unseen):
            extras.protocols_open = reply
        if not isinstance(reply, Flight):
            return
        chosen = read_protocol(reply)
        if chosen not in left:
            extras.protocols_open = reply.ended if not reply.whole else None
            return
        extras.protocols.append(chosen)
        left.remove(chosen)


async def _admitted(asker: Asker, target: Target, finish: Finish | Unseen) -> Finish | Unseen:
    """A handshake of TLS 1.3 after which the server goes on: the one without a certificate, if that did."""
    if isinstance(finish, Unseen) or (finish.alert is None and (finish.served or finish.flight.request is None)):
        return finish
    if finish.flight.request is None:
        return Unseen(Reason.ACCESS_DENIED, f"{asker.peer}: alert {finish.alert.name}" if finish.alert else "")
    return await finish_shown(asker, target, finish.flight)


def _readable(found: Found | None) -> Offer | Unseen | None:
    """An offer of TLS 1.3 whose answer can be read; None where TLS 1.3 is not accepted."""
    offer = offer_of(found)
    if found is None or offer is None:
        return None
    suites = tuple(suite for suite in found.suites.accepted if suite in OPENED)
    groups = tuple(group for group in KEYED if group in found.groups.accepted)
    if not suites or not groups:
        return Unseen(Reason.NOT_SUPPORTED, "TLS 1.3 with suites or groups only that the tool has no keys for")
    return replace(offer, suites=suites, groups=groups, shares=True)

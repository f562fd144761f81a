"""Does one server answer behind an address, or several that differ? What was heard is compared, and some asked again.

Each hello is said twice, one right after the other: the same bytes but for what is random, so that two answers are two
servers' (or one's that cannot make up its mind), and nobody is told apart by what one server may do. Where tickets show
that there is more than one server, all of it is asked, else as long as the look stays gentle. Left out: what follows
(`_tls_scan`), and servers that differ in what nobody was asked twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from probes._tls_answers import Answer, Outcome
from probes._tls_asking import Asker
from probes._tls_extensions import ALPN, extensions
from probes._tls_flight import Flight, key_exchange
from probes._tls_found import Found
from probes._tls_hello import RENEGOTIATION_INFO_SCSV, VERSIONS, suites_for
from probes._tls_offers import ALL_SIGNATURES, AT_ONCE, chunks, groups_for
from probes._tls_suites import SUITES_1_3, SUITES_TO_1_2
from probes._tls_talk import Finish, Offer, Refusal, Reply

GENTLE, BESIDE = 60, 20
"""Connections to an address of two versions, and for each further one, beyond which nothing is asked again without a
sign of several servers."""
PROTOCOLS = ("h2", "http/1.1")


@dataclass(frozen=True, slots=True)
class Heard:
    """What has been heard of one address: the answers to each version, and what was found in those accepted."""

    versions: Mapping[str, Answer]
    found: Mapping[str, Found]


async def find_difference(asker: Asker, heard: Heard) -> str:
    """How the same was answered in two ways, or ""."""
    if told := next(read_contradictions(heard), ""):
        return told
    several = shows_several(heard.found)
    most = (GENTLE + BESIDE * max(0, len(heard.found) - 2)) * asker.pace.addresses
    for offer in offers_again(heard):
        if not several and asker.pace.made + 2 > most:
            break
        first, second = await asker.ask(offer), await asker.ask(offer)
        if told := read_pair(offer, first, second):
            return told
    return ""


def read_contradictions(heard: Heard) -> Iterator[str]:
    """What no single server does, out of the answers that there are."""
    for version, found in heard.found.items():
        flights = [flight for flight in found.flights if flight.chain]
        kinds = dict[object, set[bytes]]()
        for flight in flights:
            kinds.setdefault(_kind(flight.chain[0]), set()).add(flight.chain[0])
        if any(len(leaves) > 1 for leaves in kinds.values()):
            yield f"{version}: two certificates of one kind"
        if len({flight.request for flight in flights if flight.whole}) > 1:
            yield f"{version}: a client certificate is asked for in more than one way"
        if not found.suites.accepted and not found.suites.open:
            yield f"{version}: accepted, and then none of its suites"
        if len({_early(finish) for finish in found.finishes}) > 1:
            yield f"{version}: tickets that allow early data, and tickets that do not"
        if len({_in_words(finish.flight) for finish in found.finishes}) > 1:
            yield f"{version}: the same hello answered in two ways"


def shows_several(found: Mapping[str, Found]) -> bool:
    """Whether there may be more than one server, alike or not: tickets were sealed with more than one key, or a
    version was refused after it had been accepted.

    The first bytes of a ticket name its key (RFC 5077 section 4); where they differ within one connection they do not.
    """
    if any(one.doubted for one in found.values()):
        return True
    names = [set(finish.keys) for one in found.values() for finish in one.finishes if finish.keys]
    return all(len(each) == 1 for each in names) and len(set[bytes]().union(*names)) > 1


def offers_again(heard: Heard) -> Iterator[Offer]:
    """What to say twice, that which tells most first: all that was refused, beside one thing that was accepted last."""
    refused = [v for v in VERSIONS if heard.versions[v].outcome is Outcome.REFUSED]
    lowest = min((VERSIONS[version] for version in heard.found), default=VERSIONS["TLSv1.3"])
    if old := [version for version in refused if VERSIONS[version] < lowest]:
        yield _old(old)
    newest_first = sorted(heard.found.values(), key=lambda found: -VERSIONS[found.version])
    yield from (offer for found in newest_first for offer in _suites_left(found, first=True))
    yield from (offer for found in newest_first if (offer := _groups_left(found)))
    yield from (offer for found in newest_first if (offer := _first(found)))
    yield from (_alone(version) for version in refused if version not in old)
    yield from (offer for found in newest_first for offer in _suites_left(found, first=False))
    yield from (offer for found in newest_first if (offer := _in_another_order(found)))


def read_pair(offer: Offer, first: Reply, second: Reply) -> str:
    """In words how two answers to one offer differ; "" where they do not, or one of them is none."""
    said = [_in_words(reply) for reply in (first, second)]
    if any(not words for words in said) or said[0] == said[1]:
        return ""
    return f"{offer.version}: to the same hello {said[0]}, and {said[1]}"


def _in_words(reply: Reply) -> str:
    if isinstance(reply, Refusal):
        return "a refusal"
    if not isinstance(reply, Flight):
        return ""
    hello = reply.hello
    chosen = f"version 0x{hello.version:04x}, suite 0x{hello.suite:04x}, group 0x{reply.group:04x}"
    signed = f", prime of {reply.prime.bit_length()} bits, signature 0x{reply.signature:04x}" if reply.whole else ""
    more = sorted(number for number, _ in reply.extensions)
    return f"{chosen}{signed}, compression {hello.compression}, extensions {more} {reply.extension(ALPN)!r}"


def _kind(der: bytes) -> object:
    """What a server may have one certificate of: the type of its key, and what it is signed with."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        return type(certificate.public_key()), certificate.signature_algorithm_oid
    except (ValueError, UnsupportedAlgorithm):
        return der


def _early(finish: Finish) -> frozenset[bool]:
    return frozenset(early > 0 for _, early in finish.tickets)


def _old(versions: list[str]) -> Offer:
    """All of these at once: a hello implies the versions before its own (RFC 5246 E.1)."""
    suites = tuple(suite for suite in suites_for(versions) if suite != RENEGOTIATION_INFO_SCSV)
    newest = max(versions, key=VERSIONS.__getitem__)
    return Offer(newest, suites, groups_for(newest), ALL_SIGNATURES, whole=False)


def _alone(version: str) -> Offer:
    suites = SUITES_1_3 if version == "TLSv1.3" else tuple(next(chunks(SUITES_TO_1_2)))
    return Offer(version, tuple(suites), groups_for(version), ALL_SIGNATURES, whole=False)


def _suites_left(found: Found, *, first: bool) -> Iterator[Offer]:
    """Of each part of the suites those that were refused, and then the one that was accepted last: whoever knows more,
    or does not know that one, answers otherwise. `first`: of the first part, or of the others."""
    parts = list(chunks(SUITES_1_3 if found.version == "TLSv1.3" else SUITES_TO_1_2))
    for part in parts[:1] if first else parts[1:]:
        last = [suite for suite in found.suites.accepted if suite in part][-1:]
        left = [suite for suite in part if suite not in found.suites.accepted]
        offered = tuple((left + last)[:AT_ONCE])
        yield Offer(found.version, offered, groups_for(found.version), ALL_SIGNATURES)


def _groups_left(found: Found) -> Offer | None:
    suites = [suite for suite in found.suites.accepted if _in_groups(found, suite)]
    left = [group for group in groups_for(found.version) if group not in found.groups.accepted]
    last = [group for group in found.groups.accepted if group in groups_for(found.version)][-1:]
    return Offer(found.version, tuple(suites), (*left, *last), ALL_SIGNATURES) if suites and last else None


def _in_groups(found: Found, suite: int) -> bool:
    return found.version == "TLSv1.3" or key_exchange(suite).startswith("ECDHE_")


def _first(found: Found) -> Offer | None:
    """What shows most of a server, with every extension."""
    if not found.suites.accepted:
        return None
    offer = Offer(found.version, tuple(found.suites.accepted), groups_for(found.version), ALL_SIGNATURES)
    return offer if found.version == "SSLv3" else replace(offer, more=extensions(PROTOCOLS))


def _in_another_order(found: Found) -> Offer | None:
    offer = _first(found)
    return replace(offer, suites=offer.suites[::-1], groups=offer.groups[::-1], more=()) if offer else None

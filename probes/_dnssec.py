"""Does a name's data stand on an unbroken chain of signatures from a given anchor? Asked and computed here.

From the anchor downwards, a label at a time: a DS record that is signed leads to the keys of the zone below; a signed
proof that there is none ends the chain (RFC 4035 section 5, RFC 5155). Neither is no answer, and unseen: what a
resolver leaves out is not what a zone lacks. dnspython verifies the signatures. Left out: whether an answer that a
wildcard made should have been another, and keys that an anchor has withdrawn (RFC 5011).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.node
import dns.rdata
import dns.rdataset
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.DS import DS

from probes._dns_asking import records
from probes._dnssec_denial import Denial, denied
from readiness.model import Reason
from readiness.probe import CannotObserve

VALIDATED, UNSIGNED, BOGUS = "validated", "unsigned", "bogus"
"""RFC 4033 section 5 calls them secure, insecure and bogus; its indeterminate is unseen."""
ALGORITHMS = frozenset({8, 10, 13, 14, 15, 16})
DIGESTS = frozenset({2, 4})
"""Those that have to be validated (RFC 9904, RFC 9905), and that are verified here."""
ROOT_ANCHORS = (
    ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    ". DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
)
"""The root's keys of 2017 and 2024 (IANA, root-anchors.xml)."""
ALIASES = 8

Ask = Callable[[dns.name.Name, str], Awaitable[dns.message.Message]]
Keys = dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset]


class Bogus(Exception):
    """The chain is broken, and this is where."""


async def chain_state(name: dns.name.Name, anchors: dns.rrset.RRset, ask: Ask, now: datetime) -> tuple[str, str]:
    """One of the states above, and where the chain ends or breaks. CannotObserve: as `ask`, and where it stays open."""
    try:
        for _ in range(ALIASES):
            zone, keys = await _zone_of(name, anchors, ask, now)
            if keys is None:
                return UNSIGNED, f"no signed way leads to {zone}"
            alias = await _signed_data(name, zone, keys, ask, now)
            if alias is None:
                return VALIDATED, f"signed as far as {zone}"
            name = alias
    except Bogus as broken:
        return BOGUS, str(broken)
    raise CannotObserve(Reason.LIMIT_REACHED, f"more than {ALIASES} aliases lead to each other")


def read_anchors(lines: tuple[str, ...]) -> dns.rrset.RRset:
    """DS records, "zone DS tag algorithm digest-type digest", all of one zone. ValueError for anything else."""
    try:
        rows = [line.split(None, 2) for line in lines]
        (zone,) = {dns.name.from_text(row[0]) for row in rows}
        if any(row[1].upper() != "DS" for row in rows):
            raise ValueError("an anchor is a DS record")
        return dns.rrset.from_text_list(zone, 0, "IN", "DS", [row[2] for row in rows])
    except (dns.exception.DNSException, IndexError) as error:
        raise ValueError(f"an anchor cannot be read: {error}") from error


async def _zone_of(
    name: dns.name.Name, anchors: dns.rrset.RRset, ask: Ask, now: datetime
) -> tuple[dns.name.Name, Keys | None]:
    """The signed zone that a name lies in, with its keys; or the first zone on the way that is not signed, and None."""
    zone = anchors.name
    if not name.is_subdomain(zone):
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the anchor is for {zone}, and {name} lies elsewhere")
    keys = await _keys(zone, anchors, ask, now)
    for depth in range(len(zone) + 1, len(name) + 1):
        child = dns.name.Name(name.labels[-depth:])
        answer = await ask(child, "DS")
        if (ds := records(answer, child, "DS")) is not None:
            _verify(answer, ds, zone, keys, now)
            zone, keys = child, await _keys(child, ds, ask, now)
        elif (alias := records(answer, child, "CNAME")) is not None:
            _verify(answer, alias, zone, keys, now)
        else:
            match denied(answer, child, partial(_signed, answer, zone=zone, keys=keys, now=now)):
                case Denial.NO_DELEGATION:
                    continue
                case Denial.UNSIGNED:
                    return child, None
                case Denial.NO_NAME:
                    raise CannotObserve(Reason.NAME_NOT_RESOLVED, f"{child} does not exist")
                case _:
                    raise CannotObserve(
                        Reason.NOT_UNDERSTOOD, f"the resolver gives neither a DS record of {child} nor a signed denial"
                    )
    return zone, keys


async def _keys(zone: dns.name.Name, ds: dns.rrset.RRset, ask: Ask, now: datetime) -> Keys:
    """The keys of a zone, one of which is named by a DS record and signs them all."""
    usable = [one for one in ds if one.algorithm in ALGORITHMS and one.digest_type in DIGESTS]
    if not usable:
        raise CannotObserve(Reason.NOT_SUPPORTED, f"the algorithms of the DS records of {zone} are not verified here")
    answer = await ask(zone, "DNSKEY")
    found = records(answer, zone, "DNSKEY")
    if found is None:
        raise Bogus(f"{zone} should have keys, and has none")
    if records(answer, zone, "RRSIG", "DNSKEY") is None:
        # A resolver that does not know DNSSEC drops all of them; whose zone it is cannot help that.
        raise CannotObserve(Reason.NOT_SUPPORTED, f"the resolver does not pass on the signatures of {zone}")
    named = [key for key in found if any(_digest_of(zone, key, one) == one for one in usable)]
    if not named:
        raise Bogus(f"no key of {zone} is the one that its DS record names")
    entry = dns.rdataset.from_rdata_list(0, named)
    _verify(answer, found, zone, {zone: entry}, now)
    return {zone: found}


def _digest_of(zone: dns.name.Name, key: dns.rdata.Rdata, like: DS) -> dns.rdata.Rdata | None:
    """The DS record of a key, in the manner of another one."""
    try:
        return dns.dnssec.make_ds(zone, key, like.digest_type, policy=dns.dnssec.allow_all_policy)
    except (dns.exception.DNSException, ValueError):
        return None


async def _signed_data(
    name: dns.name.Name, zone: dns.name.Name, keys: Keys, ask: Ask, now: datetime
) -> dns.name.Name | None:
    """Verify what the zone says of the name and of itself; gives the name that it is an alias of."""
    servers = await ask(zone, "NS")
    if (found := records(servers, zone, "NS")) is not None:
        _verify(servers, found, zone, keys, now)
    for kind in ("A", "AAAA"):
        answer = await ask(name, kind)
        if (alias := records(answer, name, "CNAME")) is not None:
            _verify(answer, alias, zone, keys, now)
            target: dns.name.Name = alias[0].target
            return target
        if (found := records(answer, name, kind)) is not None:
            _verify(answer, found, zone, keys, now)
    return None


def _signed(
    answer: dns.message.Message, rrset: dns.rrset.RRset, zone: dns.name.Name, keys: Keys, now: datetime
) -> bool:
    """Whether a record set of the answer's authority part is signed by the zone."""
    signature = answer.get_rrset(answer.authority, rrset.name, rrset.rdclass, dns.rdatatype.RRSIG, rrset.rdtype)
    return signature is not None and not _faults(rrset, signature, zone, keys, now)


def _verify(
    answer: dns.message.Message, rrset: dns.rrset.RRset, zone: dns.name.Name, keys: Keys, now: datetime
) -> None:
    """Raise Bogus where no signature of the zone covers a record set of the answer."""
    kind = dns.rdatatype.to_text(rrset.rdtype)
    signature = records(answer, rrset.name, "RRSIG", kind)
    if signature is None:
        raise Bogus(f"{kind} of {rrset.name} has no signature")
    if faults := _faults(rrset, signature, zone, keys, now):
        raise Bogus(f"{kind} of {rrset.name}: {faults}")


def _faults(rrset: dns.rrset.RRset, signatures: dns.rrset.RRset, zone: dns.name.Name, keys: Keys, now: datetime) -> str:
    """Why none of the signatures holds; empty if one does."""
    faults = []
    for signature in signatures:
        if signature.signer != zone:
            faults.append(f"signed by {signature.signer}, not by {zone}")
            continue
        try:
            dns.dnssec.validate_rrsig(rrset, signature, keys, now=now.timestamp(), policy=dns.dnssec.allow_all_policy)
        except (dns.exception.DNSException, ValueError) as error:
            faults.append(str(error))
        else:
            return ""
    return "; ".join(dict.fromkeys(faults)) or "no signature"

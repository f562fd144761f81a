"""What does a zone prove about the delegation of a name that has no DS record? Pure (RFC 4035 5.2, RFC 5155 8)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from enum import StrEnum

import dns.dnssec
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset

from readiness.model import Reason
from readiness.probe import CannotObserve

ITERATIONS = 100
"""More rounds of hashing than this are not computed (RFC 9276 asks for none)."""
Signed = Callable[[dns.rrset.RRset], bool]


class Denial(StrEnum):
    """What is proved."""

    NO_DELEGATION = "no delegation"
    """The name is no other zone's."""
    UNSIGNED = "unsigned"
    """It is another zone's, to which no signed way leads."""
    NO_NAME = "no name"
    """There is no such name."""
    NOTHING = "nothing"


def denied(answer: dns.message.Message, name: dns.name.Name, signed: Signed) -> Denial:
    """What the signed NSEC and NSEC3 records of an answer without DS prove of the name."""
    for rrset in answer.authority:
        if rrset.rdtype == dns.rdatatype.NSEC and signed(rrset):
            found = _by_nsec(rrset.name, rrset[0], name)
        elif rrset.rdtype == dns.rdatatype.NSEC3 and signed(rrset):
            found = _by_nsec3(rrset.name, rrset[0], name)
        else:
            continue
        if found is not Denial.NOTHING:
            return found
    return Denial.NOTHING


def _by_nsec(owner: dns.name.Name, record: dns.rdata.Rdata, name: dns.name.Name) -> Denial:
    following = record.next  # type: ignore[attr-defined]
    if owner == name:
        return _by_types(record)
    if owner < name and (name < following or following <= owner):
        # It lies between two names; where the next one is below it, it is there without records of its own.
        return Denial.NO_DELEGATION if following.is_subdomain(name) else Denial.NO_NAME
    return Denial.NOTHING


def _by_nsec3(owner: dns.name.Name, record: dns.rdata.Rdata, name: dns.name.Name) -> Denial:
    if record.iterations > ITERATIONS:  # type: ignore[attr-defined]
        raise CannotObserve(Reason.NOT_SUPPORTED, f"NSEC3 with {record.iterations} iterations is not computed")  # type: ignore[attr-defined]
    hashed = dns.dnssec.nsec3_hash(name, record.salt, record.iterations, record.algorithm)  # type: ignore[attr-defined]
    start = owner.labels[0].decode("ascii", errors="replace").upper()
    end = base64.b32hexencode(record.next).decode("ascii").rstrip("=")  # type: ignore[attr-defined]
    if start == hashed:
        return _by_types(record)
    covers = start < hashed < end or (end <= start and (hashed > start or hashed < end))
    if covers and record.flags & 1:  # type: ignore[attr-defined]
        return Denial.UNSIGNED  # opt-out: unsigned delegations are left out of the proof
    return Denial.NOTHING


def _by_types(record: dns.rdata.Rdata) -> Denial:
    """By the types that the name has: a DS record would be there, and at a cut there is NS and no SOA."""
    types = {
        window * 256 + byte * 8 + bit
        for window, bitmap in record.windows  # type: ignore[attr-defined]
        for byte, value in enumerate(bitmap)
        for bit in range(8)
        if value & (0x80 >> bit)
    }
    if dns.rdatatype.DS in types or dns.rdatatype.SOA in types:
        return Denial.NOTHING
    return Denial.UNSIGNED if dns.rdatatype.NS in types else Denial.NO_DELEGATION

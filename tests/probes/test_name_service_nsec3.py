"""Are zones that deny with NSEC3 read right? Zones that BIND and ldns signed: with
opt-out, and hashed more than once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dns.dnssec
import dns.message
import dns.name
import dns.rdatatype
import dns.zone
import pytest

from probes.name_service import PROBE
from readiness.demo.name_server import Answers
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import Limits
from tests.conftest import look, session_for
from tests.stands.dns_server import dns_server

FOLDER = Path(__file__).parents[1] / "fixtures" / "zones"
UNSIGNED = "$TTL 60\n@ SOA a. b. 1 1 1 1 1\n@ NS ns1\nns1 A 192.0.2.53\n@ A 192.0.2.80\nwww A 192.0.2.80\n"
Change = Callable[[dns.message.Message], None]


def zones() -> dict[str, dns.zone.Zone]:
    found = {
        f"{path.stem}.": dns.zone.from_text(path.read_text(encoding="ascii"), f"{path.stem}.", relativize=False)
        for path in FOLDER.glob("*.zone")
    }
    names = ("unsigned.example.", "inner.signed.example.")
    return found | {name: dns.zone.from_text(UNSIGNED, name, relativize=False) for name in names}


ZONES = zones()
EXAMPLE = dns.name.from_text("example.")
KEYS = ZONES["example."].get_rdataset(EXAMPLE, "DNSKEY") or ()
ANCHOR = f"example. DS {dns.dnssec.make_ds(EXAMPLE, next(key for key in KEYS if key.flags & 1), 'SHA256')}"


class HashedAnswers(Answers):
    """As RFC 5155 section 7.2 says: where there is none, the NSEC3 record of the name, or those that cover it and the
    names above it."""

    def _find(
        self, response: dns.message.Message, zone: dns.zone.Zone, name: dns.name.Name, kind: dns.rdatatype.RdataType
    ) -> None:
        super()._find(response, zone, name, kind)
        if response.answer or zone.origin is None:
            return
        hashed = sorted(
            (owner, zone.get_rdataset(owner, "NSEC3")) for owner in zone if zone.get_rdataset(owner, "NSEC3")
        )
        for one in (name, *self._above(name, zone.origin)):
            if hashed:
                first = hashed[0][1][0]
                wanted = dns.dnssec.nsec3_hash(one, first.salt, first.iterations, first.algorithm).lower().encode()
                before = [owner for owner, _ in hashed if owner.labels[0].lower() <= wanted]
                self._add(response.authority, zone, before[-1] if before else hashed[-1][0], dns.rdatatype.NSEC3)

    @staticmethod
    def _above(name: dns.name.Name, origin: dns.name.Name) -> list[dns.name.Name]:
        above = []
        while name != origin:
            name = name.parent()
            above.append(name)
        return above


def chain(host: str, change: Change = lambda response: None) -> object:
    """How the chain of signatures to a name ends."""

    def answer(data: bytes) -> bytes:
        response = dns.message.from_wire(HashedAnswers(ZONES).answer(data))
        change(response)
        return response.to_wire()

    said = (("dnssec_anchors", (ANCHOR,)), ("name", host), ("use", "service"))
    with dns_server(answer) as stand:
        target = Target("namn", TargetKind.NAME, address=stand.address, declared=said)
        found = look(PROBE, target, session_for(target, limits=Limits(wait=0.4)))["name.dnssec_chain"].value
    return found.reason if isinstance(found, Unseen) else found


def test_the_zones_are_hashed_more_than_once_and_one_leaves_out_what_is_unsigned() -> None:
    rounds = {name: next(iter(zone.get_rdataset(name, "NSEC3PARAM") or ())).iterations for name, zone in ZONES.items()
              if zone.get_rdataset(name, "NSEC3PARAM")}  # fmt: skip
    assert rounds == {"example.": 10, "signed.example.": 3, "rounds.example.": 150}
    flags = {record.flags for _, rdataset in ZONES["example."].iterate_rdatasets("NSEC3") for record in rdataset}
    assert flags == {1}, "opt-out"
    hashed = dns.dnssec.nsec3_hash("unsigned.example.", "ab12cd", 10, 1)
    assert dns.name.from_text(hashed, EXAMPLE) not in ZONES["example."].nodes


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("tjanst.signed.example", "validated"),  # no cut at tjanst, by an NSEC3 record of its own
        ("deep.below.signed.example", "validated"),  # nor at below, which has no records of its own
        ("unsigned.example", "unsigned"),  # left out of the chain by opt-out
        ("www.unsigned.example", "unsigned"),
        ("www.inner.signed.example", "unsigned"),  # a cut without DS, in a zone without opt-out
        ("ns1.rounds.example", Reason.NOT_SUPPORTED),  # hashed more often than is computed
    ],
)
def test_a_zone_that_denies_by_hashes_is_followed(host: str, expected: object) -> None:
    assert chain(host) == expected


def without_proof(response: dns.message.Message) -> None:
    response.authority = [rrset for rrset in response.authority if rrset.rdtype != dns.rdatatype.NSEC3]


def opted_out(response: dns.message.Message) -> None:
    """Every span says that it leaves out what is unsigned, which nobody has signed."""
    for rrset in [one for one in response.authority if one.rdtype == dns.rdatatype.NSEC3]:
        record = rrset[0].replace(flags=1)
        rrset.clear()
        rrset.add(record)


@pytest.mark.parametrize("host", ["www.unsigned.example", "www.inner.signed.example", "tjanst.signed.example"])
def test_without_the_proof_nothing_is_taken_for_unsigned(host: str) -> None:
    assert chain(host, without_proof) is Reason.NOT_UNDERSTOOD


def test_a_proof_that_was_changed_after_signing_proves_nothing() -> None:
    assert chain("www.inner.signed.example", opted_out) is Reason.NOT_UNDERSTOOD


def of_another_name(response: dns.message.Message) -> None:
    """Only the record of the zone's own name, which is signed and true."""
    hashes = [rrset for rrset in response.authority if rrset.rdtype == dns.rdatatype.NSEC3]
    response.authority = [rrset for rrset in response.authority if rrset not in hashes[:-1]]


def test_a_true_record_of_another_name_proves_nothing_of_this_one() -> None:
    assert chain("www.inner.signed.example", of_another_name) is Reason.NOT_UNDERSTOOD

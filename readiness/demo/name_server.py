"""How are the example's names answered? A resolver on loopback, over UDP, that has every zone itself and signs two.

It behaves as one that validates: what is signed wrongly it holds back, unless it is asked not to check. Left out: what
stands in the zones (`names`), TCP, and everything else that a resolver does.
"""

from __future__ import annotations

import socket
import threading
from datetime import datetime

import dns.dnssec
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec
from dns.dnssectypes import Algorithm

from readiness.demo import names
from readiness.demo.names import DnsPlan

HOST = "127.0.0.1"
POLL = 0.02
"""Seconds between two looks at whether to stop."""
Key = tuple[ec.EllipticCurvePrivateKey, dns.rdtypes.ANY.DNSKEY.DNSKEY]


class NameServer:
    """One resolver. It has a port when it has been made; `start` begins to answer."""

    def __init__(self, plan: DnsPlan, now: datetime) -> None:
        self.anchor, zones = signed_zones(plan, now)
        held_back = {names.ZONE} if plan.signing in {names.WRONGLY, names.EXPIRED} else set()
        self._answers = Answers(zones, held_back)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.settimeout(POLL)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"demo {self.address} (UDP)")

    @property
    def address(self) -> str:
        """127.0.0.1:port"""
        return f"{HOST}:{self._socket.getsockname()[1]}"

    def start(self) -> None:
        """Answer from now on, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, and wait for the thread."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                data, peer = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            except OSError:  # on some systems what an earlier peer refused is told here
                continue
            if answer := self._answers.answer(data):
                self._socket.sendto(answer, peer)


def signed_zones(plan: DnsPlan, now: datetime) -> tuple[str, dict[str, dns.zone.Zone]]:
    """The DS record of the zone above, as text, and all zones by their names."""
    above, own = _key(), _key()
    ds = dns.dnssec.make_ds(names.ZONE, own[1], "SHA256")
    delegation = "" if plan.signing == names.UNSIGNED else f"{names.ZONE} DS {ds}\n"
    zones = {
        name: dns.zone.from_text(text, name, relativize=False)
        for name, text in names.zone_texts(plan, delegation).items()
    }
    start, end = names.validity(plan, now)
    _sign(zones[names.PARENT], above, now - names.DAY, now + 14 * names.DAY)
    if plan.signing != names.UNSIGNED:
        _sign(zones[names.ZONE], own, start, end)
    if plan.signing == names.WRONGLY:
        _change_after_signing(zones[names.ZONE])
    return f"{names.PARENT} DS {dns.dnssec.make_ds(names.PARENT, above[1], 'SHA256')}", zones


def _key() -> Key:
    private = ec.generate_private_key(ec.SECP256R1())
    return private, dns.dnssec.make_dnskey(private.public_key(), Algorithm.ECDSAP256SHA256, flags=257)


def _sign(zone: dns.zone.Zone, key: Key, start: datetime, end: datetime) -> None:
    with zone.writer() as transaction:
        dns.dnssec.sign_zone(zone, transaction, keys=[key], inception=start, expiration=end, dnskey_ttl=300)


def _change_after_signing(zone: dns.zone.Zone) -> None:
    """Put other addresses under the old signatures."""
    for name, rdataset in list(zone.iterate_rdatasets("A")):
        zone.replace_rdataset(name, dns.rdataset.from_text("IN", "A", rdataset.ttl, "192.0.2.53", "192.0.2.80"))


class Answers:
    """What a resolver that has these zones answers; of those in `held_back` only to whom asks it not to check."""

    def __init__(self, zones: dict[str, dns.zone.Zone], held_back: set[str] | None = None) -> None:
        self._zones = {dns.name.from_text(name): zone for name, zone in zones.items()}
        self._held_back = {dns.name.from_text(name) for name in held_back or ()}

    def answer(self, data: bytes) -> bytes:
        """The answer's bytes; b"" where what came is no question."""
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return b""
        if len(query.question) != 1:
            return b""
        response = dns.message.make_response(query, recursion_available=True)
        self._fill(response, query)
        return response.to_wire()

    def _fill(self, response: dns.message.Message, query: dns.message.Message) -> None:
        name, kind = query.question[0].name, query.question[0].rdtype
        origin = self._origin(name, kind)
        if origin is None:
            response.set_rcode(dns.rcode.REFUSED)
        elif origin in self._held_back and not query.flags & dns.flags.CD:
            response.set_rcode(dns.rcode.SERVFAIL)
        else:
            zone = self._zones[origin]
            signed = zone.get_rdataset(origin, "DNSKEY") is not None
            if signed and not query.flags & dns.flags.CD:
                response.flags |= dns.flags.AD
            self._find(response, zone, name, kind)

    def _origin(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.name.Name | None:
        """The zone that speaks of a name: of a DS record, the one above the cut."""
        within = [
            origin
            for origin in self._zones
            if name.is_subdomain(origin) and not (kind == dns.rdatatype.DS and name == origin)
        ]
        return max(within, key=len, default=None)

    def _find(
        self, response: dns.message.Message, zone: dns.zone.Zone, name: dns.name.Name, kind: dns.rdatatype.RdataType
    ) -> None:
        for wanted in (kind, dns.rdatatype.CNAME):
            if zone.get_rdataset(name, wanted):
                self._add(response.answer, zone, name, wanted)
                return
        assert zone.origin is not None  # it was given one
        self._add(response.authority, zone, zone.origin, dns.rdatatype.SOA)
        known = sorted(node for node in zone if zone.get_rdataset(node, "NSEC") is not None)
        before = [node for node in known if node <= name]
        if before:
            self._add(response.authority, zone, before[-1], dns.rdatatype.NSEC)
        if name not in zone.nodes and not any(node.is_subdomain(name) for node in zone):
            response.set_rcode(dns.rcode.NXDOMAIN)

    def _add(
        self, section: list[dns.rrset.RRset], zone: dns.zone.Zone, name: dns.name.Name, kind: dns.rdatatype.RdataType
    ) -> None:
        """A record set and its signature."""
        for wanted, covers in ((kind, dns.rdatatype.NONE), (dns.rdatatype.RRSIG, kind)):
            if rdataset := zone.get_rdataset(name, wanted, covers):
                section.append(dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset)))

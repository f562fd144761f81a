"""What does one address accept in one TLS version? All that is left is offered, what was chosen is dropped, until no.

Each answer tells a cipher suite, a group and a signature algorithm at once, and a protocol of ALPN, so all are dropped
together while that goes well; a refusal counts for one of them only where everything of the others is offered. So a
server is asked about as often as it has suites. Left out: what the answers are worth, and joining addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from probes._tls_answers import REFUSALS
from probes._tls_asking import Asker
from probes._tls_extensions import DEFLATE, extensions, read_protocol
from probes._tls_flight import Flight, key_exchange, signs
from probes._tls_found import Found, Members
from probes._tls_hello import VERSIONS
from probes._tls_keys import KEYED
from probes._tls_keys import SUITES as OPENED
from probes._tls_offers import (
    ALL_SIGNATURES,
    AT_ONCE,
    FINITE_FIELDS,
    chunks,
    groups_for,
)
from probes._tls_suites import SUITES_1_3, SUITES_TO_1_2
from probes._tls_talk import NO_APPLICATION_PROTOCOL, Finish, Offer, Refusal, Reply
from readiness.model import Reason, Unseen

PROTOCOL_VERSION = 70
FEWEST = 8
"""A hello that gets no answer is halved down to so many suites."""
POINTLESS = {Reason.LIMIT_REACHED, Reason.CONNECTION_REFUSED, Reason.ACCESS_DENIED, Reason.NOT_CONFIGURED}
"""After these the next hello would meet the same."""
CURVE_GROUPS = {"secp192r1": 0x0013, "secp224r1": 0x0015, "secp256r1": 0x0017, "secp384r1": 0x0018}
CURVE_GROUPS |= {"secp521r1": 0x0019, "secp256k1": 0x0016, "brainpoolP256r1": 0x001A, "brainpoolP384r1": 0x001B}
CURVE_GROUPS |= {"brainpoolP512r1": 0x001C}
NAMED_FINITE_FIELDS = {"TLSv1.0", "TLSv1.1", "TLSv1.2"}
CHACHA20 = {0x1303, 0xCC13, 0xCC14, 0xCC15, 0xCCA8, 0xCCA9, 0xCCAA, 0xCCAB, 0xCCAC, 0xCCAD, 0xCCAE}


class Elimination:
    """Asks one address about one version; `run` gives what was found."""

    def __init__(self, asker: Asker, version: str) -> None:
        self._asker, self._found = asker, Found(version)
        self._modern = version == "TLSv1.3"
        self._all_groups = groups_for(version)
        self._groups, self._signatures = list(self._all_groups), list(ALL_SIGNATURES)
        self._together = True
        self._control: Offer | None = None

    async def run(self) -> Found:
        """Suites, then what is left of groups and signature algorithms."""
        found = self._found
        for chunk in chunks(SUITES_1_3 if self._modern else SUITES_TO_1_2):
            await self._suites(chunk)
        if found.version in NAMED_FINITE_FIELDS and (found.suites.accepted or found.suites.open):
            await self._finite_fields()
        if found.suites.accepted:
            await self._rest_of_groups()
            await self._rest_of_signatures()
        return found

    async def _suites(self, suites: Sequence[int]) -> None:
        left = list(suites)
        while left:
            together = self._together
            reply = await self._ask_together(left) if together else await self._ask(self._offer(left))
            if isinstance(reply, Flight) and self._takes(reply, left):
                if together:
                    self._read_extensions(reply)
                    self._offer_again(reply)
                continue
            if together and isinstance(reply, Refusal) and reply.alert == NO_APPLICATION_PROTOCOL:
                self._found.protocols_left = []
                continue
            if together:
                self._together = False  # what exactly was refused is not known: everything else is offered again
                continue
            await self._no_more_suites(left, reply)
            return

    async def _ask_together(self, left: Sequence[int]) -> Reply:
        """The first hello of TLS 1.3 goes on to a completed handshake, where it can be read."""
        offer = self._all_together(left)
        if not self._modern or self._found.finish is not None:
            return await self._ask(offer)
        self._found.finish = await self._asker.finish(offer)
        if isinstance(self._found.finish, Finish):
            return self._found.finish.flight
        return await self._ask(offer)

    def _read_extensions(self, flight: Flight) -> None:
        found = self._found
        found.rich = found.rich or flight
        chosen = read_protocol(flight)
        if chosen in found.protocols_left:
            found.protocols.append(chosen)
            found.protocols_left.remove(chosen)
        elif flight.whole:
            found.protocols_left = []  # the rest was offered, and nothing of it chosen

    def _offer_again(self, flight: Flight) -> None:
        """Where a suite without a group was chosen, all groups are offered again: those with one were passed by."""
        if not flight.group and not self._modern:
            self._groups = list(self._all_groups)

    async def _no_more_suites(self, left: list[int], reply: Reply) -> None:
        found = self._found.suites
        if isinstance(reply, Refusal):
            return
        if isinstance(reply, Flight):
            found.leave(left, Unseen(Reason.NOT_UNDERSTOOD, "the server chose what was not offered"))
        elif reply.reason in POINTLESS or len(left) <= FEWEST or not (found.accepted or len(left) > AT_ONCE // 2):
            found.leave(left, reply)
        else:
            middle = len(left) // 2
            await self._suites(left[:middle])
            if not any(number in found.open for number in left[:middle]):
                await self._suites(left[middle:])
            else:
                found.leave(left[middle:], reply)

    def _takes(self, flight: Flight, left: list[int]) -> bool:
        """Note what was chosen, and drop it; False where it was not offered."""
        hello = flight.hello
        if hello.suite not in left:
            return False
        left.remove(hello.suite)
        self._found.suites.note(hello.suite, flight)
        if self._control is None:
            self._control = self._offer([hello.suite], whole=False)
        self._note(flight)
        return True

    def _note(self, flight: Flight) -> None:
        found = self._found
        found.flights.append(flight)
        if flight.prime:
            found.primes.setdefault(flight.prime, flight)
        for number, members, left in (
            (flight.group, found.groups, self._groups),
            (flight.signature, found.signatures, self._signatures),
        ):
            if number:
                members.note(number, flight)
                if number in left:
                    left.remove(number)

    async def _rest_of_groups(self) -> None:
        """Only suites that agree keys in a group, so that no other can take the place of a refusal."""
        suites = list(self._found.suites.accepted)
        if not self._modern:
            suites = [suite for suite in suites if key_exchange(suite).startswith("ECDH")]
            suites = [suite for suite in suites if "ECDSA" not in key_exchange(suite)] or suites
        suites = [suite for suite in suites if self._modern or not key_exchange(suite).startswith("ECDH_")] or suites
        if not suites or not self._all_groups:
            return
        left = [group for group in self._all_groups if group not in self._found.groups.accepted]
        beside = list[int]()
        while left:
            reply = await self._ask(self._offer(suites, [*left, *beside]))
            if isinstance(reply, Flight) and reply.group in left:
                self._note(reply)
                left.remove(reply.group)
            elif isinstance(reply, Refusal) and not beside and (curves := self._curves(suites, left)):
                beside = curves  # RFC 8422 5.1: the curve of the server's certificate has to be among those offered
            else:
                self._leave(self._found.groups, left, reply, beside)
                return

    async def _finite_fields(self) -> None:
        """The named ones, which a server that knows RFC 7919 agrees on in place of a prime of its own, or alone."""
        suites = [suite for suite in SUITES_TO_1_2 if key_exchange(suite).startswith(("DHE_", "DH_anon"))]
        left, found = list(FINITE_FIELDS), self._found
        while left:
            reply = await self._ask(self._offer(suites, left))
            if not isinstance(reply, Flight) or reply.group not in left:
                if isinstance(reply, Unseen):
                    found.groups.leave(left, reply)
                break
            found.suites.note(reply.hello.suite, reply)
            self._note(reply)
            left.remove(reply.group)
        if len(left) < len(FINITE_FIELDS):
            rest = [suite for suite in suites if suite not in found.suites.accepted]
            while isinstance(reply := await self._ask(self._offer(rest, FINITE_FIELDS)), Flight):
                found.suites.note(reply.hello.suite, reply)
                rest.remove(reply.hello.suite)
            if isinstance(reply, Unseen):
                found.suites.leave(rest, reply)

    def _curves(self, suites: Sequence[int], left: Sequence[int]) -> list[int]:
        if self._modern or not all("ECDSA" in key_exchange(suite) for suite in suites):
            return []
        chains = {flight.chain[0] for flight in self._found.flights if flight.chain}
        return [curve for der in chains if (curve := _curve(der)) and curve not in left]

    async def _rest_of_signatures(self) -> None:
        """Before TLS 1.2 nothing says what is signed with."""
        offer = self._signed()
        if offer is None:
            return
        left = [number for number in ALL_SIGNATURES if number not in self._found.signatures.accepted]
        while left:
            reply = await self._ask(replace(offer, signatures=tuple(left)))
            if isinstance(reply, Flight) and reply.signature in left:
                self._note(reply)
                left.remove(reply.signature)
            elif isinstance(reply, Flight) and reply.alert in REFUSALS and self._found.signatures.accepted:
                return  # some choose the suite first, and find out then that they cannot sign
            else:
                self._leave(self._found.signatures, left, reply, [])
                return

    def _signed(self) -> Offer | None:
        """An offer whose answer shows a signature, if there is one."""
        if VERSIONS[self._found.version] < VERSIONS["TLSv1.2"]:
            return None
        accepted = self._found.suites.accepted
        if not self._modern:
            suites = [suite for suite in accepted if signs(suite)]
            return self._offer(suites) if suites else None
        suites = [suite for suite in accepted if suite in OPENED]
        groups = [group for group in KEYED if group in self._found.groups.accepted]
        if not suites or not groups:
            why = Unseen(Reason.NOT_SUPPORTED, "TLS 1.3 with suites or groups only that the tool has no keys for")
            self._found.signatures.leave(ALL_SIGNATURES, why)
            return None
        return replace(self._offer(suites, groups), shares=True)

    @staticmethod
    def _leave(members: Members, left: Sequence[int], reply: Reply, beside: Sequence[int]) -> None:
        """What an answer that ends an elimination means for those that are left."""
        if isinstance(reply, Refusal) or (isinstance(reply, Flight) and reply.group in beside):
            return
        if isinstance(reply, Flight):
            ended = reply.ended or Unseen(Reason.NOT_UNDERSTOOD, "the server chose what was not offered")
            members.leave(left, ended)
        else:
            members.leave(left, reply)

    async def order(self) -> None:
        """Whose order counts: what was chosen first comes last now, and ChaCha20 not first (some make way for it).

        Who chooses neither of the two is asked its very first hello again: it may be more than one server. To be run
        when nothing else is asked of the server: in TLS 1.3 it is asked twice in a row, for tickets to be compared.
        """
        found = self._found
        if not found.suites.accepted:
            return
        first, *others = found.suites.accepted
        others.sort(key=lambda suite: suite in CHACHA20)
        reply = await self._ask_for_order([*others, first])
        if not isinstance(reply, Flight):
            found.order = _why(reply)
            if isinstance(reply, Refusal):
                found.differs = f"0x{first:04x} was chosen, and then {reply.by}"
        elif not others:
            found.order = "single"
        elif reply.hello.suite == first:
            found.order = "server"
        elif reply.hello.suite == others[0]:
            found.order = "client"
        else:
            found.order = "other"
            await self._repeat(first)

    async def _ask_for_order(self, suites: Sequence[int]) -> Reply:
        groups = [group for group in KEYED if group in self._found.groups.accepted]
        if self._modern and groups and set(suites) <= set(OPENED):
            offer = replace(self._offer(suites, groups), shares=True)
            both = [await self._asker.finish(offer) for _ in range(2)]
            self._found.finishes = [finish for finish in both if isinstance(finish, Finish)]
            if self._found.finishes:
                return self._found.finishes[0].flight
        return await self._ask(self._offer(suites, whole=False))

    async def _repeat(self, first: int) -> None:
        chunk = next(c for c in chunks(SUITES_1_3 if self._modern else SUITES_TO_1_2) if first in c)
        reply = await self._ask(self._offer(chunk, whole=False))
        if isinstance(reply, Flight) and reply.hello.suite != first:
            self._found.differs = f"0x{first:04x} was chosen, and 0x{reply.hello.suite:04x} of the same suites later"

    async def _ask(self, offer: Offer) -> Reply:
        reply = await self._asker.ask(offer, self._control)
        if isinstance(reply, Refusal) and reply.alert == PROTOCOL_VERSION:
            self._found.doubted |= bool(self._found.suites.accepted)
        if isinstance(reply, Flight) and reply.hello.version != VERSIONS[self._found.version]:
            # RFC 5246 E.1: that is how a server says that it has nothing newer for what is offered.
            return Refusal(f"answered in version 0x{reply.hello.version:04x}")
        return reply

    def _offer(self, suites: Sequence[int], groups: Sequence[int] = (), *, whole: bool = True) -> Offer:
        """These suites with everything else there is, or with these groups."""
        wanted = tuple(groups) or self._all_groups
        return Offer(self._found.version, tuple(suites), wanted, ALL_SIGNATURES, whole=whole)

    def _all_together(self, suites: Sequence[int]) -> Offer:
        """These suites with what is left of everything else, and every extension."""
        offer = replace(self._offer(suites, self._groups), shares=self._modern)
        if self._found.version == "SSLv3":
            return offer
        return replace(
            offer,
            signatures=tuple(self._signatures) or ALL_SIGNATURES,
            more=extensions(self._found.protocols_left),
            compressions=offer.compressions if self._modern else DEFLATE,
        )


def _why(reply: Refusal | Unseen) -> Unseen:
    return reply if isinstance(reply, Unseen) else Unseen(Reason.ANSWERS_DIFFER, f"accepted before, and now {reply.by}")


def _curve(der: bytes) -> int:
    """The number of the group that a certificate's key is in; 0 for another kind of key, or an unreadable one."""
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except ValueError:
        return 0
    return CURVE_GROUPS.get(key.curve.name, 0) if isinstance(key, ec.EllipticCurvePublicKey) else 0

"""What is said on one connection of a scan: the hello of an offer, and the answer as far as it tells something.

Left out: making the connection, and how often one is made (`_tls_asking`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from probes._tls_answers import NAME_ALERTS, REFUSALS
from probes._tls_flight import CERTIFICATE, FINISHED, KEY_SHARE, Flight, FlightReader
from probes._tls_hello import HANDSHAKE, MODERN, RENEGOTIATION_INFO_SCSV, VERSIONS, client_hello
from probes._tls_keys import SUITES as OPENED
from probes._tls_keys import X25519, KeyShares, Schedule
from probes._tls_records import (
    ALERT,
    CHANGE_CIPHER_SPEC,
    CLOSE_NOTIFY,
    HELLO_REQUEST,
    SERVER_HELLO,
    WARNING,
    Alert,
    Cursor,
    Message,
    RecordReader,
    Unreadable,
    read_extensions,
    read_server_hello,
)
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve, Stream

NEW_SESSION_TICKET, EARLY_DATA, NO_APPLICATION_PROTOCOL = 4, 42, 120
KEY_NAME = 16


@dataclass(frozen=True, slots=True)
class Offer:
    """What one ClientHello offers, in one version. `name`: another server name than the endpoint's, "" for none;
    `more`: further extensions; `shares`: with keys for every group that is offered, so that a flight of TLS 1.3 can be
    read; `whole`: read on after the ServerHello."""

    version: str
    suites: tuple[int, ...]
    groups: tuple[int, ...]
    signatures: tuple[int, ...]
    name: str | None = None
    more: tuple[tuple[int, bytes], ...] = ()
    compressions: bytes = b"\0"
    shares: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """The peer said no; `by`, in the RFCs' words, how. `alert`: its number, where it was one."""

    by: str
    alert: int | None = None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Refuses only if an accepted hello is answered just before and just after; else `why` it is open."""

    by: str
    why: Unseen


Reply = Flight | Refusal | Unseen


@dataclass(frozen=True, slots=True)
class Finish:
    """What came after a TLS 1.3 handshake that we finished, with or without a certificate: tickets as (lifetime in
    seconds, bytes of early data that it allows), and the `keys` that their first bytes name; `alert` that ended it;
    `served`: the server took it as complete."""

    flight: Flight
    tickets: tuple[tuple[int, int], ...]
    alert: Alert | None
    served: bool
    keys: tuple[bytes, ...] = ()


@dataclass(slots=True)
class After:
    """Gathers what a server says after a handshake of TLS 1.3."""

    flight: Flight
    tickets: list[tuple[int, int]] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    alert: Alert | None = None

    def ends_with(self, event: Alert | Message) -> bool:
        """Take one event in; whether nothing more is to come."""
        if isinstance(event, Alert):
            self.alert = event
        elif event.type == NEW_SESSION_TICKET:
            self.tickets.append(read_ticket(event.body))
            self.keys.append(read_key_name(event.body))
        return self.alert is not None

    def finish(self, reader: RecordReader) -> Finish:
        """All of it, where `reader` is what the events came from."""
        orderly = self.alert is not None and self.alert.description == CLOSE_NOTIFY
        served = bool(self.tickets) or reader.data or orderly
        return Finish(self.flight, tuple(self.tickets), None if orderly else self.alert, served, tuple(self.keys))


class Talk:
    """One connection: the hello of an offer, and what has come of the answer. `server_name` is the endpoint's own."""

    def __init__(self, offer: Offer, server_name: str, peer: str, keys: KeyShares) -> None:
        self.name = server_name if offer.name is None else offer.name
        modern = offer.version == MODERN
        keyed = offer.groups if offer.shares else tuple(group for group in offer.groups if group == X25519)
        self.hello = client_hello(
            (offer.version,),
            self.name,
            suites=offer.suites if modern else (*offer.suites, RENEGOTIATION_INFO_SCSV),
            groups=offer.groups,
            signature_algorithms=offer.signatures,
            shares=keys.publics(keyed) if modern else (),
            more=offer.more,
            compressions=offer.compressions,
        )
        self.offer, self._peer, self._keys = offer, peer, keys
        self.schedule: Schedule | None = None
        self._reader = RecordReader()
        self._flight: FlightReader | None = None
        self._transcript = self.hello[5:]

    def so_far(self, why: Unseen) -> Flight | Unseen:
        """A flight that broke off after the ServerHello is one all the same."""
        return self._flight.flight(why) if self._flight else why

    async def listen(self, stream: Stream) -> Flight | Alert:
        """Until the flight is whole, or tells as much as was asked for; CannotObserve before a ServerHello."""
        async for event in self._events(stream):
            if isinstance(event, Alert):
                if not event.ends:
                    continue
                if self._flight is None:
                    return event
                ended = Unseen(Reason.ACCESS_DENIED, f"{self._peer}: alert {event.name}")
                return self._flight.flight(ended, event.description)
            if event.type == HELLO_REQUEST:
                continue
            if self._flight is None:
                self._begin(event)
            else:
                self._flight.take(event)
                self._transcript += event.raw
            assert self._flight is not None
            if self._flight.whole or not self._reads_on:
                return self._flight.flight()
        if self._flight is None:
            raise CannotObserve(Reason.CLOSED_EARLY, "closed without a ServerHello or an alert")
        return self._flight.flight(Unseen(Reason.CLOSED_EARLY, f"{self._peer} closed within the handshake"))

    @property
    def _reads_on(self) -> bool:
        return self.offer.whole and (self.offer.version != MODERN or self.schedule is not None)

    def goodbye(self, flight: Flight) -> bytes:
        """What finishes our side: no certificate, where one was asked for, Finished, and close_notify."""
        assert self.schedule is not None
        sealing, messages = self.schedule.client(), b""
        if flight.request is not None:
            messages += Message(CERTIFICATE, bytes(4)).raw  # for an empty context, an empty list
        _, own = self.schedule.applications(self._transcript)
        messages += Message(FINISHED, self.schedule.finished(sealing, self._transcript + messages)).raw
        started = bytes([CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1])
        return started + sealing.seal(HANDSHAKE, messages) + own.seal(ALERT, bytes([WARNING, CLOSE_NOTIFY]))

    async def epilogue(self, stream: Stream, flight: Flight) -> Finish:
        """What the server says once we have finished."""
        assert self.schedule is not None
        sealing, _ = self.schedule.applications(self._transcript)
        self._reader.opener = sealing.open
        after = After(flight)
        with suppress(CannotObserve):  # how it ended after that says nothing
            async for event in self._events(stream):
                if after.ends_with(event):
                    break
        return after.finish(self._reader)

    async def _events(self, stream: Stream) -> AsyncIterator[Alert | Message]:
        while (event := self._reader.read()) is not None:
            yield event
        while data := await stream.receive():
            self._reader.feed(data)
            while (event := self._reader.read()) is not None:
                yield event

    def _begin(self, event: Message) -> None:
        if event.type != SERVER_HELLO:
            raise Unreadable(Reason.NOT_UNDERSTOOD, f"handshake message {event.type} where a ServerHello belongs")
        hello = read_server_hello(event.body)
        check_choice(self.offer, hello.version, hello.suite, hello.compression)
        self._flight = FlightReader(hello)
        self._transcript += event.raw
        share = dict(hello.extensions).get(KEY_SHARE, b"")
        if not self.offer.whole or hello.version != VERSIONS[MODERN] or hello.retry or hello.suite not in OPENED:
            return
        if len(share) > 4 and (group := int.from_bytes(share[:2])) in self.offer.groups:
            secret = self._keys.secret(group, share[4:])
            self.schedule = Schedule(hello.suite, secret, self._transcript)
            self._reader.opener = self.schedule.server().open


def read_alert(alert: Alert, *, named: bool) -> Refusal | Doubtful | Unseen:
    """What an alert in place of a ServerHello says of an offer; `named`: the hello carried a server name."""
    by = f"alert {alert.name}"
    if alert.description in REFUSALS or alert.description == NO_APPLICATION_PROTOCOL:
        return Refusal(by, alert.description)
    if alert.description in NAME_ALERTS:
        reason = Reason.ACCESS_DENIED if named else Reason.NOT_CONFIGURED
        return Unseen(reason, f"{by}: about the server name")
    return Doubtful(by, Unseen(Reason.NOT_UNDERSTOOD, by))


def check_choice(offer: Offer, version: int, suite: int, compression: int) -> None:
    """Unreadable for a choice that was not offered."""
    if version > VERSIONS[offer.version]:
        raise Unreadable(Reason.NOT_UNDERSTOOD, f"a ServerHello of version 0x{version:04x}, which was not offered")
    if suite not in offer.suites:
        raise Unreadable(Reason.NOT_UNDERSTOOD, f"a ServerHello that chooses what was not offered: suite 0x{suite:04x}")
    if compression not in offer.compressions:
        raise Unreadable(Reason.NOT_UNDERSTOOD, f"a ServerHello with compression {compression}, which was not offered")


def read_ticket(body: bytes) -> tuple[int, int]:
    """Lifetime, and bytes of early data, of a NewSessionTicket (RFC 8446 4.6.1)."""
    cursor = Cursor(body)
    lifetime = cursor.number(4)
    cursor.take(4), cursor.vector(1), cursor.vector(2)
    extensions = dict(read_extensions(cursor.vector(2)))
    return lifetime, int.from_bytes(extensions.get(EARLY_DATA, b""))


def read_key_name(body: bytes) -> bytes:
    """What a NewSessionTicket's ticket begins with: the name of the key that it is sealed with (RFC 5077 section 4)."""
    cursor = Cursor(body)
    cursor.take(8), cursor.vector(1)
    return cursor.vector(2)[:KEY_NAME]

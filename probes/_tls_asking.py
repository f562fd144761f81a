"""How is an endpoint asked many things, gently? One address, one ClientHello a connection, all of them counted.

Asks for what is offered, reads the answer as far as it tells something (`_tls_flight`), and decides what it is: a
`Flight`, a `Refusal`, or why it stays open. What counts as a refusal is `_tls_answers`' closed list; where that asks
for a control, the last hello that was accepted is said again. Left out: what to ask (`_tls_elimination`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from probes._tls import Endpoint
from probes._tls_answers import BREAKS_WITH_CONTROL, NAME_ALERTS, REFUSALS
from probes._tls_flight import CERTIFICATE, FINISHED, KEY_SHARE, Flight, FlightReader
from probes._tls_hello import HANDSHAKE, RENEGOTIATION_INFO_SCSV, VERSIONS, client_hello
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
from readiness.probe import CannotObserve, Session, Stream

NEW_SESSION_TICKET, EARLY_DATA, NO_APPLICATION_PROTOCOL = 4, 42, 120
MODERN = "TLSv1.3"

FIRST_SECONDS, LATER_SECONDS, LATER_TIMES = 5.0, 1.5, 5.0
"""For the first hello; for later ones so long, or so many times what the slowest took that was answered."""


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
    """What came after a TLS 1.3 handshake that we finished, without a certificate: tickets as (lifetime in seconds,
    bytes of early data that it allows); `alert` that ended it; `served`: the server took the handshake as complete."""

    flight: Flight
    tickets: tuple[tuple[int, int], ...]
    alert: Alert | None
    served: bool


class Pace:
    """What one endpoint is asked in all: how many connections are left, how many at a time, and how fast."""

    def __init__(self, session: Session) -> None:
        limits = session.limits
        self.made = 0
        self._most, self._pause = limits.scan_connections, limits.scan_pause
        self._turns = asyncio.Semaphore(limits.scan_at_a_time)
        self._last = float("-inf")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One connection's turn; CannotObserve(limit_reached) where none is left."""
        async with self._turns:
            if self.made >= self._most:
                raise CannotObserve(Reason.LIMIT_REACHED, f"{self.made} connections were made, which is the limit set")
            self.made += 1
            clock = asyncio.get_running_loop().time
            wait = self._last + self._pause - clock()
            self._last = max(clock(), self._last + self._pause)
            if wait > 0:
                await asyncio.sleep(wait)
            yield


@dataclass(slots=True)
class Asker:
    """One address of an endpoint. `until`: when to give up (the loop's clock)."""

    session: Session
    endpoint: Endpoint
    ip: str
    pace: Pace
    until: float
    keys: KeyShares = field(default_factory=KeyShares)
    slowest: float = 0.0
    heard_nothing: bool = True
    succeeded: bool = False

    @property
    def peer(self) -> str:
        """Address and port, as people write them."""
        return f"[{self.ip}]:{self.endpoint.port}" if ":" in self.ip else f"{self.ip}:{self.endpoint.port}"

    async def ask(self, offer: Offer, control: Offer | None = None) -> Reply:
        """The answer to an offer; `control`: one that was accepted, for what refuses only between two such."""
        before, reply = self.succeeded, await self._say(offer)
        if not isinstance(reply, Doubtful) or control is None:
            return reply.why if isinstance(reply, Doubtful) else reply
        if not isinstance(await self._say(control), Flight):
            return reply.why
        if before:
            return Refusal(f"{reply.by}, between two accepted hellos")
        again = await self._say(offer)
        if not isinstance(again, Doubtful):
            return again
        accepted = isinstance(await self._say(control), Flight)
        return Refusal(f"{again.by}, between two accepted hellos") if accepted else again.why

    async def say(self, data: bytes, enough: Callable[[bytes], bool]) -> bytes | Unseen:
        """The answer to these bytes: until there is enough of it, or no more comes."""
        try:
            async with self.pace.turn(), asyncio.timeout(self.seconds()):
                stream = await self.session.dial(self.ip, self.endpoint.port)
                try:
                    await stream.send(data)
                    heard = b""
                    while not enough(heard) and (more := await stream.receive()):
                        heard += more
                    return heard
                finally:
                    await stream.close()
        except TimeoutError:
            return Unseen(Reason.TIMED_OUT, f"{self.peer}: no whole answer")
        except CannotObserve as error:
            return error.unseen

    async def finish(self, offer: Offer) -> Finish | Unseen:
        """Complete a handshake of TLS 1.3 without a certificate, say goodbye, and hear what comes until then."""
        try:
            async with self.pace.turn(), asyncio.timeout(self.seconds()):
                return await self._finish(offer)
        except TimeoutError:
            return Unseen(Reason.TIMED_OUT, f"{self.peer}: no end of the handshake")
        except CannotObserve as error:
            return error.unseen

    async def _say(self, offer: Offer) -> Reply | Doubtful:
        reply = await self._exchange(offer)
        self.succeeded = isinstance(reply, Flight)
        return reply

    async def _exchange(self, offer: Offer) -> Reply | Doubtful:
        clock = asyncio.get_running_loop().time
        talk = Talk(self, offer)
        try:
            async with self.pace.turn():
                start, seconds = clock(), self.seconds()
                if seconds <= 0:
                    return Unseen(Reason.TIMED_OUT, "the time for the endpoint is over")
                async with asyncio.timeout(seconds):
                    answer = await self._hear(talk)
                self.slowest, self.heard_nothing = max(self.slowest, clock() - start), False
        except TimeoutError:
            return talk.so_far(Unseen(Reason.TIMED_OUT, f"{self.peer}: no whole answer within {seconds:g} s"))
        except CannotObserve as error:
            reply = talk.so_far(error.unseen)
            doubtful = isinstance(reply, Unseen) and reply.reason in BREAKS_WITH_CONTROL
            return Doubtful(error.unseen.reason, error.unseen) if doubtful else reply
        if isinstance(answer, Flight):
            return answer
        if answer.description in NAME_ALERTS and offer.name is not None:
            return Refusal(f"alert {answer.name}", answer.description)  # which is what was asked
        return read_alert(answer, named=bool(talk.name))

    async def _hear(self, talk: Talk) -> Flight | Alert:
        stream = await self.session.dial(self.ip, self.endpoint.port)
        try:
            await stream.send(talk.hello)
            return await talk.listen(stream)
        finally:
            await stream.close()

    async def _finish(self, offer: Offer) -> Finish | Unseen:
        stream = await self.session.dial(self.ip, self.endpoint.port)
        talk = Talk(self, replace(offer, whole=True))
        try:
            await stream.send(talk.hello)
            answer = await talk.listen(stream)
            if isinstance(answer, Alert):
                return Unseen(Reason.ACCESS_DENIED, f"{self.peer}: alert {answer.name}")
            if not answer.whole or talk.schedule is None:
                return answer.ended or Unseen(Reason.NOT_SUPPORTED, f"{self.peer}: a handshake that cannot be read")
            await stream.send(talk.goodbye(answer))
            return await talk.epilogue(stream, answer)
        finally:
            await stream.close()

    def seconds(self) -> float:
        """How long the next connection may take; nothing is left at 0."""
        patience = FIRST_SECONDS if self.heard_nothing else max(LATER_SECONDS, LATER_TIMES * self.slowest)
        return min(patience, self.until - asyncio.get_running_loop().time())


class Talk:
    """One connection: the hello, and what has come of the answer."""

    def __init__(self, asker: Asker, offer: Offer) -> None:
        self.name = asker.endpoint.server_name if offer.name is None else offer.name
        modern = offer.version == MODERN
        keyed = offer.groups if offer.shares else tuple(group for group in offer.groups if group == X25519)
        self.hello = client_hello(
            (offer.version,),
            self.name,
            suites=offer.suites if modern else (*offer.suites, RENEGOTIATION_INFO_SCSV),
            groups=offer.groups,
            signature_algorithms=offer.signatures,
            shares=asker.keys.publics(keyed) if modern else (),
            more=offer.more,
            compressions=offer.compressions,
        )
        self.offer, self._peer, self._keys = offer, asker.peer, asker.keys
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
        tickets, alert = list[tuple[int, int]](), None
        try:
            async for event in self._events(stream):
                if isinstance(event, Alert):
                    alert = event
                    break
                if event.type == NEW_SESSION_TICKET:
                    tickets.append(read_ticket(event.body))
        except CannotObserve:
            pass  # how it ended after that says nothing
        orderly = alert is not None and alert.description == CLOSE_NOTIFY
        served = bool(tickets) or self._reader.data or orderly
        return Finish(flight, tuple(tickets), None if orderly else alert, served)

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

"""How is an endpoint asked many things, gently? One address, one ClientHello a connection, all of them counted.

Asks for what is offered, hears the answer (`_tls_talk`), and decides what it is: a `Flight`, a `Refusal`, or why it
stays open. What counts as a refusal is `_tls_answers`' closed list; where that asks for a control, the last hello that
was accepted is said again. Left out: what to ask (`_tls_elimination`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from probes._tls import Endpoint
from probes._tls_answers import BREAKS_WITH_CONTROL, NAME_ALERTS
from probes._tls_flight import Flight
from probes._tls_keys import KeyShares
from probes._tls_records import Alert
from probes._tls_talk import Doubtful, Finish, Offer, Refusal, Reply, Talk, read_alert
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve, Session

FIRST_SECONDS, LATER_SECONDS, LATER_TIMES = 5.0, 1.5, 5.0
"""For the first hello; for later ones so long, or so many times what the slowest took that was answered."""


class Pace:
    """What one endpoint is asked in all: how many connections are left, how many at a time, and how fast."""

    def __init__(self, session: Session, addresses: int = 1) -> None:
        limits = session.limits
        self.made, self.addresses = 0, addresses
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
        talk = self._talk(offer)
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
        talk = self._talk(replace(offer, whole=True))
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

    def _talk(self, offer: Offer) -> Talk:
        return Talk(offer, self.endpoint.server_name, self.peer, self.keys)

    def seconds(self) -> float:
        """How long the next connection may take; nothing is left at 0."""
        patience = FIRST_SECONDS if self.heard_nothing else max(LATER_SECONDS, LATER_TIMES * self.slowest)
        return min(patience, self.until - asyncio.get_running_loop().time())

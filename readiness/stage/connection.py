"""What happens on one connection, from accept to close? TCP and TLS, who ended it and how, and a record of it.

An asyncio protocol without a task of its own: what comes is handled as it comes. A scenario that has the listener for
itself acts here, before there is a request. Left out: what is said over it (conversation), and what of it is written
down (recorder).
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from OpenSSL import SSL

from readiness.recording import Attribution
from readiness.stage.acting import Waits
from readiness.stage.clock import now
from readiness.stage.conversation import Conversation, Replies
from readiness.stage.house import House
from readiness.stage.http import Refusal
from readiness.stage.life import Life
from readiness.stage.plain import PlainChannel
from readiness.stage.recorder import Recorder
from readiness.stage.scenario import Scenario
from readiness.stage.steps import Crowd, Ignore, ResetRequest
from readiness.stage.tls import CLOSE_NOTIFY, TlsChannel

SECOND = 10**9
LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""SO_LINGER of no time: what is closed so sends RST. Windows keeps the two numbers in shorts."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What every connection of one listener has in common. `context` is None where no TLS is spoken; `scenario` gives
    the scenario that has the listener for itself, while it is performed, and `measures` how long scenarios wait."""

    services: Replies
    context: SSL.Context | None
    recorder: Recorder
    house: House
    certificate_request: str
    issuers: frozenset[bytes]
    scenario: Callable[[], Scenario | None]
    measures: Callable[[], Waits]


class StageConnection(asyncio.Protocol):
    """One connection to a listener of the stage."""

    def __init__(self, setting: Setting) -> None:
        self._issuers = setting.issuers
        self._services = setting.services
        self._context = setting.context
        self._recorder = setting.recorder
        self._house = setting.house
        self._certificate_request = setting.certificate_request
        self._measures = setting.measures
        self._scenario = setting.scenario()
        self._steps = {type(step): step for step in self._scenario.steps} if self._scenario else {}
        self._life = Life()
        self._plain_received = 0
        self._transport: asyncio.Transport
        self._begin = b""
        self._channel: TlsChannel | PlainChannel | None = None
        self._talk: Conversation | None = None
        self._paused = False
        self._closing_since = 0

    # -- What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, or not."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=0)
        self._life.accepted = self._life.arrived = now()
        self._life.id = self._recorder.next_connection()
        peer = transport.get_extra_info("peername")
        why = self._house.refusal(str(peer[0])) if peer else ""
        if why := why or self._house.enter(self):
            self._life.problem = why
            self._close("stage", "fin")
        elif isinstance(crowd := self._steps.get(Crowd), Crowd) and self._house.at(self.listener) > crowd.connections:
            self._life.act("crowd", f"more than {crowd.connections} at a time")
            self.reset()

    def data_received(self, data: bytes) -> None:
        """Take what came, as far as it goes."""
        self._life.received += len(data)
        if self._closing_since:
            return
        self._life.arrived = self._house.heard(now())
        channel = self._channel
        if channel is None:
            if Ignore in self._steps and self._life.hello is not None:
                return
            self._begin += data
            tls = self._context is not None
            if (tls and not self._life.read_hello(self._begin)) or Ignore in self._steps:
                return
            channel, data, self._begin = self._opened(), self._begin, b""
            self._channel = channel
        plain = channel.receive(data)
        if self._life.negotiated is None and channel.finished:
            self._life.negotiated, self._life.finished = channel.negotiated(), now()
            self._talk = Conversation(
                self._life.id, self._services, self._recorder, self._house, self, self.attributions, self._measures()
            )
        self._write(channel.outgoing())
        if plain and self._talk is not None:
            self._hear(plain, self._talk)
        if channel.problem:
            self._tls_failed(channel)
        elif channel.closed_by_peer:
            self._left(CLOSE_NOTIFY)
            if not self._busy():
                self._close("peer", CLOSE_NOTIFY)

    def eof_received(self) -> bool:
        """The peer will say no more."""
        self._left("fin")
        return self._busy() and not self._closing_since

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over: tell of what was unfinished, and of the connection."""
        reset = isinstance(exc, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError))
        self._life.end("peer", "rst" if reset else "fin")
        if exc is not None and not reset:
            self._life.trouble(f"the stage let go of it: {type(exc).__name__}")
        if self._talk is not None:
            self._talk.lost()
        self._house.heard(now())
        self._house.leave(self)
        places = self._talk.places if self._talk is not None else 0
        told = (self._services.site, self._transport, self._channel, self._certificate_request)
        self._recorder.connection(self._life.entry(*told, places, self.attributions))
        if self._channel is not None:
            self._channel.forget()

    def pause_writing(self) -> None:
        """The kernel takes no more for now."""
        self._paused = True
        if not self._closing_since:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """All that was written is in the kernel's hands."""
        self._paused = False
        if self._closing_since:
            return
        self._transport.resume_reading()
        if self._talk is not None:
            self._talk.resume()
            if self._life.ended[0] == "peer" and not self._busy():
                self._close(*self._life.ended)

    # -- What the house tells

    def expire(self, now_ns: int) -> None:
        """Close if a time limit has passed. A scenario takes as long as it takes; the round ends it."""
        if not self._acting():
            self._expire(now_ns)

    def _expire(self, now_ns: int) -> None:
        limits, idle = self._house.limits, now_ns - self._life.arrived.ns
        if self._closing_since:
            if now_ns - self._closing_since > limits.linger * SECOND:
                self._transport.abort()
        elif self._life.finished is None:
            if now_ns - self._life.accepted.ns > limits.handshake * SECOND:
                self._life.problem = f"no handshake within {limits.handshake:g} s"
                self._close("stage", "fin")
        elif self._talk is not None and self._busy():
            if idle > limits.request * SECOND:
                self._life.problem = f"the peer did not take the response within {limits.request:g} s"
                self._life.end("stage", "rst")
                self._transport.abort()
        elif self._talk is not None and self._talk.first_byte is not None:
            if now_ns - self._talk.first_byte.ns > limits.request * SECOND:
                self._talk.refuse(Refusal(408, f"no whole request within {limits.request:g} s"))
        elif idle > limits.idle * SECOND:
            self._close("stage", CLOSE_NOTIFY)

    def make_room(self) -> None:
        """Close at once."""
        if not self._closing_since:
            self._life.trouble("the stage closed it to make room, or because it ended")
            self._close("stage", CLOSE_NOTIFY if self._life.finished else "fin")
        self._transport.abort() if self._transport.get_write_buffer_size() else self._transport.close()

    @property
    def listener(self) -> str:
        """The name of the listener that it came to."""
        return self._services.site.name

    @property
    def at_work(self) -> bool:
        """Whether something is under way on it: a handshake, a request, a response, a scenario."""
        if self._closing_since:
            return False
        if self._life.finished is None:
            return True
        return self._talk is not None and (self._talk.work is not None or self._talk.first_byte is not None)

    @property
    def attributions(self) -> tuple[Attribution, ...]:
        """The scenario that the port tells, if it is one's own."""
        own = self._services.site.scenario
        return (Attribution(own.id, "port", own.digest),) if own is not None else ()

    def _acting(self) -> bool:
        """Whether a scenario is under way."""
        return Ignore in self._steps or (self._talk is not None and self._talk.acting)

    # -- TLS

    def _opened(self) -> TlsChannel | PlainChannel:
        return PlainChannel() if self._context is None else TlsChannel(self._context, self._issuers)

    def _tls_failed(self, channel: TlsChannel | PlainChannel) -> None:
        """The handshake or a record failed. The alert is on its way; wait for the peer to read it."""
        self._life.trouble(channel.problem)
        if any(alert.level == "fatal" for alert in channel.alerts_received):
            self._close("peer", "alert")
        elif any(alert.name != CLOSE_NOTIFY for alert in channel.alerts_sent):
            self._close("stage", "alert")
        else:
            self._close("stage", "fin")

    # -- HTTP

    def _hear(self, plain: bytes, talk: Conversation) -> None:
        """Hand on what the peer says, but no more than a scenario lets through."""
        self._house.idle.pop(self, None)
        limit = self._steps.get(ResetRequest)
        room = limit.after - self._plain_received if isinstance(limit, ResetRequest) else len(plain) + 1
        self._plain_received += len(plain)
        talk.receive(plain[:room], self._life.arrived)
        if len(plain) >= room:
            self._life.act("resetrequest", f"after {self._plain_received} bytes")
            self.reset()
        elif talk.first_byte is None and talk.work is None and not self._closing_since:
            self._house.idle[self] = None

    def _left(self, how: str) -> None:
        """The peer has ended it. A scenario under way has lost its audience."""
        self._life.end("peer", how)
        if self._talk is not None and self._talk.acting:
            self._talk.abandon()

    def _busy(self) -> bool:
        """Whether a response is under way."""
        return self._talk is not None and self._talk.work is not None

    def end_in_order(self, problem: str) -> None:
        """The conversation is over; the peer shall be able to read all of it."""
        self._life.trouble(problem)
        self._close("stage", CLOSE_NOTIFY)

    def reset(self) -> None:
        """Reset TCP: the peer gets RST in place of whatever it waits for."""
        self._life.end("stage", "rst")
        self._closing_since = self._closing_since or time.monotonic_ns()
        raw = self._transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        self._transport.abort()

    def leave(self) -> None:
        """End TCP with FIN, and say no close_notify."""
        self._close("stage", "fin", quietly=True)

    def send_plain(self, data: bytes) -> bool:
        """Send it; whether the kernel has taken all of it."""
        assert self._channel is not None
        self._write(self._channel.send(data))
        return not self._paused

    def _write(self, data: bytes) -> None:
        if data and not self._transport.is_closing():
            self._life.sent += len(data)
            self._transport.write(data)

    # -- The end

    def _close(self, by: str, how: str, *, quietly: bool = False) -> None:
        """Say close_notify where TLS stands, and FIN; then wait a little for the peer, whose bytes nobody reads.

        `quietly` leaves the close_notify out.
        """
        self._life.end(by, how)
        if self._closing_since:
            return
        self._closing_since = time.monotonic_ns()
        if self._channel is not None and not quietly:
            self._write(self._channel.close())
        # A socket that is closed while bytes wait to be read sends RST, and the peer may lose what was last said.
        if self._life.ended[0] == "peer" or not self._life.received or not self._transport.can_write_eof():
            self._transport.close()
        else:
            try:
                self._transport.write_eof()
            except OSError:  # the peer has reset it, and asyncio has yet to tell
                self._transport.close()

"""Which requests came on a connection, what went back, and when? HTTP on an open channel, one exchange after the other.

Left out: TCP and TLS (connection), parsing (http), what is answered (services), scenarios (acting), masking (recorder).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from readiness.recording import Action, Attribution, Exchange, Moment
from readiness.stage.acting import Waits, act
from readiness.stage.clock import now
from readiness.stage.framing import framed
from readiness.stage.house import House
from readiness.stage.http import HttpReader, Refusal, Request
from readiness.stage.recorder import Recorder, Response
from readiness.stage.services import PLAIN, Reply, Site

PIECE = 65536  # plain bytes of a response given to TLS at a time; where it was cut is known to this grain


@dataclass(slots=True)
class Work:
    """The exchange that is being answered. `reply` is None for a refusal, `accepted` then too."""

    request: Request
    status: int
    place: int
    first_byte: Moment
    last_byte: Moment | None
    accepted: Moment | None
    reply: Reply | None
    response: Response
    waiting: memoryview
    planned: Moment
    problem: str = ""
    first_sent: Moment | None = None
    sent: int = 0
    actions: list[Action] = field(default_factory=list)


class Replies(Protocol):
    """Whatever answers requests at a site."""

    site: Site

    def reply(self, request: Request) -> Reply:
        """The reply to a whole request."""


class Wire(Protocol):
    """The connection under the conversation."""

    def send_plain(self, data: bytes) -> bool:
        """Put plain bytes on the wire; whether the kernel took them all."""

    def end_in_order(self, problem: str) -> None:
        """Close in order once what was sent has left. `problem` is what went wrong, if anything."""

    def reset(self) -> None:
        """Reset TCP at once."""

    def leave(self) -> None:
        """End TCP once what was sent has left, without a close_notify."""


class Conversation:
    """The HTTP of one connection. `attributions` are what the port tells of it; `measures` how long scenarios wait."""

    __slots__ = (
        "_attributions", "_connection", "_held", "_house", "_http", "_measures", "_over", "_recorder", "_services",
        "_task", "_wire", "arrived", "first_byte", "places", "work",
    )  # fmt: skip

    def __init__(
        self,
        connection: str,
        services: Replies,
        recorder: Recorder,
        house: House,
        wire: Wire,
        attributions: tuple[Attribution, ...] = (),
        measures: Waits | None = None,
    ) -> None:
        self._connection = connection
        self._services = services
        self._recorder = recorder
        self._house = house
        self._wire = wire
        self._attributions = attributions
        self._measures = measures or Waits(0.0, 0.0)
        self._task: asyncio.Task[None] | None = None
        self._http = HttpReader(house.limits.headers, house.limits.body)
        self._held = 0
        self._over = False
        self.arrived = now()
        self.first_byte: Moment | None = None
        self.places = 0
        self.work: Work | None = None

    def receive(self, plain: bytes, arrived: Moment) -> None:
        """Take what came, and answer every request that is whole."""
        self.arrived = arrived
        self.first_byte = self.first_byte or arrived
        self._http.receive(plain)
        self._pump()

    def resume(self) -> None:
        """The kernel has taken what was sent: go on sending, then go on answering."""
        if self.work is not None and self._task is None:
            self._send_on(self.work)
            self._pump()

    @property
    def acting(self) -> bool:
        """Whether a scenario is under way."""
        return self._task is not None

    def abandon(self) -> None:
        """The peer has gone while a scenario was under way: there is nobody left to act for."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self.work is not None:
            work, self.work = self.work, None
            self._over = True
            self._tell(work, cut=True)

    def refuse(self, refusal: Refusal) -> None:
        """Answer with the status, and end the connection."""
        request = self._http.request or Request()
        body = f"{refusal.words}\n".encode()
        headers = (("Content-Type", PLAIN), ("Connection", "close"))
        self._over = True
        self._start(request, refusal.status, headers, body, None, None, refusal.words)
        self._wire.end_in_order(refusal.words)

    def lost(self) -> None:
        """The connection is gone: tell of what was under way, and give back what was held."""
        self._over = True
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self.work is not None:
            self._tell(self.work, cut=True)
            self.work = None
        elif self.first_byte is not None:
            self._tell_unfinished(self.first_byte)
        self._hold(0)

    def _pump(self) -> None:
        """Handle every request that has come, one after the other."""
        while self.work is None and not self._over:
            event = self._http.next()
            if event is None:
                break
            self.first_byte = self.first_byte or self.arrived
            if isinstance(event, Refusal):
                self.refuse(event)
            elif event.whole:
                accepted = now()
                reply = self._services.reply(event)
                self._start(event, reply.status, reply.headers, reply.body, reply, accepted)
            elif event.wants_continue:
                event.wants_continue = False
                self._wire.send_plain(self._http.say_continue())
        request = self._http.request
        if request is not None and not self._over and not self._hold(request.size):
            self.refuse(Refusal(503, "too many unfinished requests at once"))

    def _hold(self, size: int) -> bool:
        """Account for so many bytes of an unfinished body."""
        if size != self._held and not self._house.hold(size - self._held):
            return False
        self._held = size
        return True

    def _start(
        self,
        request: Request,
        status: int,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
        reply: Reply | None,
        accepted: Moment | None,
        problem: str = "",
    ) -> None:
        if reply is not None and reply.framing:
            head, framed_body = framed(status, headers, body, reply.framing)
            data = head + framed_body
        else:
            data = self._http.respond(status, headers, body)
            head = data[: len(data) - len(body)] if request.method != "HEAD" else data
        self.places += 1
        self.work = Work(
            request=request,
            status=status,
            place=self.places,
            first_byte=self.first_byte or self.arrived,
            last_byte=self.arrived if request.whole else None,
            accepted=accepted,
            reply=reply,
            response=Response(head, body),
            waiting=memoryview(data),
            planned=accepted or self.arrived,
            problem=problem,
        )
        self.first_byte = None
        if reply is not None and reply.steps:
            self._task = asyncio.get_running_loop().create_task(self._act(self.work, reply))
        else:
            self._send_on(self.work)

    async def _act(self, work: Work, reply: Reply) -> None:
        """Carry out the scenario, then go on as if nothing had been."""
        await act(reply.steps, _Response(work, self._wire), self._measures, work.actions, work.accepted)
        if self.work is work:
            self._task = None
            if len(work.waiting):  # cut by the stage itself
                self.abandon()
            else:
                self._send_on(work)
                self._pump()

    def _send_on(self, work: Work) -> None:
        """Send as much of the response as the kernel takes; when all of it is gone the exchange is over."""
        taken = True
        while len(work.waiting) and taken:
            piece, work.waiting = work.waiting[:PIECE], work.waiting[PIECE:]
            work.first_sent = work.first_sent or now()
            taken = self._wire.send_plain(bytes(piece))
            work.sent += len(piece)
        if taken:
            self.work = None
            self._tell(work, cut=False)
            self._hold(0)
            damaged = work.reply is not None and bool(work.reply.framing)
            if not self._over and (damaged or not self._http.next_cycle()):
                self._over = True
                self._wire.end_in_order("")

    def _tell(self, work: Work, *, cut: bool) -> None:
        done = None if cut else now()
        reply, site = work.reply, self._services.site
        answer = reply.answer if reply is not None else None
        exchange = Exchange(
            id="",
            connection=self._connection,
            place=work.place,
            listener=site.name,
            role=site.role,
            first_byte=work.first_byte,
            last_byte=work.last_byte,
            accepted=work.accepted,
            response_first_byte=work.first_sent,
            response_last_byte=done,
            response_cut_at=work.sent if cut else None,
            part=reply.part if reply is not None else "",
            operation=answer.operation if answer is not None else "",
            attributions=(answer.attributions if answer is not None else ()) or self._attributions,
            actions=(*work.actions, Action("refuse" if reply is None else "answer", work.planned, done)),
            status=work.status,
            answer_id=answer.answer_id if answer is not None else "",
            fault_code=answer.fault_code if answer is not None else None,
            taken=answer.taken if answer is not None else False,
            receipted=answer is not None and answer.taken and answer.said and not cut,
            problem=work.problem or (answer.problem if answer is not None else ""),
        )
        self._recorder.exchange(exchange, work.request, work.response, answer)

    def _tell_unfinished(self, first_byte: Moment) -> None:
        self.places += 1
        exchange = Exchange(
            id="",
            connection=self._connection,
            place=self.places,
            listener=self._services.site.name,
            role=self._services.site.role,
            first_byte=first_byte,
            attributions=self._attributions,
            problem="the connection ended before the request was whole",
        )
        self._recorder.exchange(exchange, self._http.request or Request(), None, None)


class _Response:
    """A response as `acting` sees it."""

    def __init__(self, work: Work, wire: Wire) -> None:
        self._work = work
        self._wire = wire

    def left(self) -> int:
        return len(self._work.waiting)

    def total(self) -> int:
        return self._work.sent + len(self._work.waiting)

    def push(self, count: int) -> None:
        work = self._work
        piece, work.waiting = work.waiting[:count], work.waiting[count:]
        if len(piece):
            work.first_sent = work.first_sent or now()
            self._wire.send_plain(bytes(piece))
            work.sent += len(piece)

    def reset(self) -> None:
        self._wire.reset()

    def leave(self) -> None:
        self._wire.leave()

"""What is known of one connection so far? Its times, its ClientHello, who ended it and how; in the end its entry.

Left out: making any of it happen (connection).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from readiness.recording import Action, Attribution, Connection, Moment
from readiness.stage.client_hello import ClientHello, NoClientHello, read_client_hello
from readiness.stage.clock import now
from readiness.stage.plain import PlainChannel
from readiness.stage.services import Site
from readiness.stage.tls import Negotiated, TlsChannel

NEGOTIATED_NOTHING = Negotiated("", "", "", resumed=False)
NO_HELLO = ClientHello(b"", "", ())


@dataclass(slots=True)
class Life:
    """The life of a connection. `ended`: who (peer, stage) and how (close_notify, fin, rst, alert); both empty while it
    goes on. `problem` says in English what went wrong first."""

    id: str = ""
    accepted: Moment = field(default_factory=now)
    arrived: Moment = field(default_factory=now)
    hello: ClientHello | None = None
    hello_at: Moment | None = None
    negotiated: Negotiated | None = None
    finished: Moment | None = None
    received: int = 0
    sent: int = 0
    ended: tuple[str, str] = ("", "")
    problem: str = ""
    actions: list[Action] = field(default_factory=list)

    def end(self, by: str, how: str) -> None:
        """Note who ended it and how; the first word counts."""
        if self.ended == ("", ""):
            self.ended = (by, how)

    def trouble(self, words: str) -> None:
        """Note what went wrong; the first word counts."""
        self.problem = self.problem or words

    def act(self, name: str, detail: str) -> None:
        """Note what the scenario of the listener did."""
        moment = now()
        self.actions.append(Action(name, moment, moment, detail))

    def read_hello(self, begin: bytes) -> bool:
        """Whether what came can be given to TLS: a whole ClientHello, or what is certainly none."""
        try:
            self.hello = read_client_hello(begin)
        except NoClientHello as problem:
            self.problem = str(problem)
            return True
        if self.hello is None:
            return False
        self.hello_at = self.arrived
        return True

    def entry(
        self,
        site: Site,
        transport: asyncio.Transport,
        channel: TlsChannel | PlainChannel | None,
        certificate_request: str,
        exchanges: int,
        attributions: tuple[Attribution, ...],
    ) -> Connection:
        """The entry of the journal, now that it is over."""
        negotiated, hello = self.negotiated or NEGOTIATED_NOTHING, self.hello or NO_HELLO
        return Connection(
            id=self.id,
            listener=site.name,
            role=site.role,
            address=_address(transport.get_extra_info("sockname")),
            peer=_address(transport.get_extra_info("peername")),
            accepted=self.accepted,
            closed=now(),
            hello=self.hello_at,
            finished=self.finished,
            client_hello=hello.data,
            server_name=hello.server_name,
            alpn=hello.alpn,
            version=negotiated.version,
            suite=negotiated.suite,
            group=negotiated.group,
            resumed=negotiated.resumed,
            certificate_request=certificate_request if self.hello is not None else "",
            client_chain=channel.chain() if channel is not None else (),
            alerts_sent=tuple(channel.alerts_sent) if channel is not None else (),
            alerts_received=tuple(channel.alerts_received) if channel is not None else (),
            closed_by=self.ended[0],
            closed_how=self.ended[1],
            bytes_received=self.received,
            bytes_sent=self.sent,
            exchanges=exchanges,
            attributions=attributions,
            actions=tuple(self.actions),
            problem=self.problem,
        )


def _address(name: tuple[object, ...] | None) -> str:
    """host:port, in brackets where it is IPv6."""
    if not name:
        return ""
    host, port = name[0], name[1]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"

"""What does the endpoint do beside suites and groups: renegotiation, compression, resumption, early data, OCSP, ALPN?

Read from its hello where every extension was offered, from a completed handshake of TLS 1.3, and from one connection of
TLS 1.2 that asks to renegotiate (`_tls_extras`); with the certificate that the profile names, where one is demanded.
TLS 1.3 has no renegotiation and no compression, and its keys cover the handshake by themselves (RFC 8446 section 4.1.2,
7.1 and appendix D). Left out: known flaws of implementations such as Heartbleed, CCS injection and ROBOT, for which a
server would have to be attacked.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from probes._ocsp_staple import read_staple
from probes._tls_extensions import EXTENDED_MASTER_SECRET, HEARTBEAT, PROTOCOLS, RENEGOTIATION_INFO, SESSION_TICKET
from probes._tls_extras import Extras
from probes._tls_flight import Flight
from probes._tls_scan import DEADLINE, Joined, Scan, agree, join_names, scan
from probes._tls_talk import Finish
from probes.tls_cipher_suites import tell_set
from readiness.model import Fact, FactType, Reason, Target, TargetKind, Unseen, Value
from readiness.probe import Effect, Probe, Seen, Session

PREFIX = "tls."
RESUMPTIONS = ("session_id", "ticket", "ticket_of_tls_1_3")


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Tell what the scan of the endpoint found; CannotObserve where nothing is accepted."""
    found = await scan(target, session)
    for name, read in READERS.items():
        yield Seen(PREFIX + name, agree(found, [_read(look.extras, read) for look in found.shown()]))
    now = session.now()
    staples = [_read(look.extras, lambda extras: read_staple(*_stapled(extras), now)) for look in found.shown()]
    yield Seen(PREFIX + "ocsp_staple", agree(found, staples))
    yield Seen(PREFIX + "resumptions_looked_for", len(RESUMPTIONS))
    yield tell_set(PREFIX + "resumptions", join_names(found, [_resumptions(look.extras) for look in found.shown()]))
    yield Seen(PREFIX + "protocols_asked_for", len(PROTOCOLS))
    yield tell_set(PREFIX + "protocols_accepted", _protocols(found))


def _read(extras: Extras | None, read: Callable[[Extras], Value | Unseen]) -> Value | Unseen:
    return Unseen(Reason.NOT_EXERCISED, "nothing is accepted") if extras is None else read(extras)


def _in_hello(number: int, *, by_itself: bool) -> Callable[[Extras], bool | Unseen]:
    """Whether the hello answers an extension. `by_itself`: what TLS 1.3 is taken to do without one."""

    def read(extras: Extras) -> bool | Unseen:
        if extras.only_modern:
            return by_itself
        if isinstance(extras.plain, Unseen):
            return extras.plain
        return extras.plain.extension(number) is not None

    return read


def _compression(extras: Extras) -> bool | Unseen:
    if isinstance(extras.plain, Flight):
        return extras.plain.hello.compression != 0
    return False if extras.only_modern else extras.plain


def _heartbeat(extras: Extras) -> bool | Unseen:
    if isinstance(extras.plain, Unseen) and isinstance(extras.modern, Unseen):
        return extras.plain
    flights = [flight for flight in (extras.plain, extras.modern) if isinstance(flight, Flight)]
    return any(flight.extension(HEARTBEAT) is not None for flight in flights)


def _early_data(extras: Extras) -> int | Unseen:
    if isinstance(extras.admitted, Finish):
        return max((early for _, early in extras.admitted.tickets), default=0)
    return 0 if extras.only_old else extras.admitted


def _renegotiations(extras: Extras) -> int | Unseen:
    return extras.renegotiations


def _stapled(extras: Extras) -> tuple[bytes, tuple[bytes, ...]]:
    flights = [flight for flight in (extras.plain, extras.modern) if isinstance(flight, Flight)]
    return next(((flight.staple, flight.chain) for flight in flights if flight.staple), (b"", ()))


def _resumptions(extras: Extras | None) -> tuple[set[str], dict[str, Unseen]]:
    if extras is None:
        return set(), {}
    ways, open_ = set[str](), dict[str, Unseen]()
    if isinstance(extras.plain, Flight):
        ways |= {"ticket"} if extras.plain.extension(SESSION_TICKET) is not None else set()
        ways |= {"session_id"} if extras.plain.hello.session_id else set()
    elif not extras.only_modern:
        open_ |= dict.fromkeys(RESUMPTIONS[:2], extras.plain)
    if isinstance(extras.admitted, Finish):
        ways |= {"ticket_of_tls_1_3"} if extras.admitted.tickets else set()
    elif not extras.only_old:
        open_["ticket_of_tls_1_3"] = extras.admitted
    return ways, open_


def _protocols(found: Scan) -> Joined:
    each = list[tuple[set[str], dict[str, Unseen]]]()
    for look in found.shown():
        accepted = set(look.extras.protocols) if look.extras else set()
        why = look.extras.protocols_open if look.extras else None
        each.append((accepted, {name: why for name in PROTOCOLS if why and name not in accepted}))
    return join_names(found, each)


READERS: dict[str, Callable[[Extras], Value | Unseen]] = {
    "extended_master_secret": _in_hello(EXTENDED_MASTER_SECRET, by_itself=True),
    "renegotiation_indication": _in_hello(RENEGOTIATION_INFO, by_itself=True),
    "client_renegotiations": _renegotiations,
    "compression": _compression,
    "heartbeat": _heartbeat,
    "early_data": _early_data,
}
FLAG, NUMBER, TEXT, SET = FactType.FLAG, FactType.NUMBER, FactType.TEXT, FactType.SET
PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact("tls.extended_master_secret", FLAG, "Whether the master secret covers the handshake (RFC 7627)."),
        Fact(
            "tls.renegotiation_indication", FLAG, "Whether a renegotiation would be bound to its connection (RFC 5746)."
        ),
        Fact(
            "tls.client_renegotiations",
            NUMBER,
            "How often a client, with its certificate where one is demanded, may renegotiate a connection: 0 to 11.",
        ),
        Fact("tls.compression", FLAG, "Whether the server compresses what it encrypts, if the client offers to."),
        Fact("tls.heartbeat", FLAG, "Whether the server offers heartbeats (RFC 6520)."),
        Fact("tls.early_data", NUMBER, "Bytes of early data (0-RTT) that the server's tickets allow."),
        Fact(
            "tls.ocsp_staple",
            TEXT,
            "Stapled: none, good, revoked, unknown, not_current, not_successful, other_certificate or unreadable.",
        ),
        Fact("tls.resumptions_looked_for", NUMBER, "How many ways to resume a session were looked for."),
        Fact("tls.resumptions", SET, "Those that every address offers.", of="tls.resumptions_looked_for"),
        Fact("tls.protocols_asked_for", NUMBER, "How many application protocols were offered."),
        Fact("tls.protocols_accepted", SET, "Those that every address chooses (ALPN).", of="tls.protocols_asked_for"),
    ),
    observe,
    Effect.SCANS,
    deadline=DEADLINE,
)

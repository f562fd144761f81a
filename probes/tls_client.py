"""What does a client of the stage offer in TLS, what was agreed on, and which certificate does it present?

One recorded connection; the offer is read from its ClientHello as it came. Left out: the stage's own part, and whether
any of it will do.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator

from probes import _tls_names as names
from probes._certificate_chain import COLUMNS, chain_rows
from probes._client_hello import ClientHello, read_client_hello
from probes._declared_certificates import Declared, declared_for
from probes._tls_hello import VERSIONS
from probes._tls_suites import SIGNALS, SUITES
from readiness.model import Fact, FactType, Reason, Strength, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session
from readiness.recording import Connection

PREFIX = "tls_client."
NAMED_MISSING = {"certificate_required", "no_certificate"}
Undecided = tuple[tuple[str, Unseen], ...]


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read what was recorded of the connection."""
    connection = session.connections().get(target.id)
    if connection is None:
        raise CannotObserve(Reason.NOT_KEPT, f"no record holds {target.id}")
    offer = session.keep(connection.client_hello, "application/octet-stream", f"ClientHello of {target.id}")
    for seen in read_offer(connection):
        yield Seen(seen.fact, seen.value, seen.detail, (offer,), seen.undecided)
    proof = tuple(
        session.keep(der, "application/pkix-cert", f"certificate {place} that the client of {target.id} presented")
        for place, der in enumerate(connection.client_chain)
        if der
    )
    for seen in (*read_handshake(connection), *read_chain(connection, declared_for(("tls-client",), session))):
        yield Seen(seen.fact, seen.value, seen.detail, proof)


def read_offer(connection: Connection) -> Iterator[Seen]:
    """What the ClientHello offers. Where none came, nothing was asked for in TLS."""
    if not connection.client_hello:
        yield Seen(PREFIX + "hello", "none", connection.problem)
        none = Unseen(Reason.NOT_EXERCISED, "no ClientHello came")
        yield Seen(PREFIX + "hellos_read", 0)
        yield from (Seen(fact, none) for fact in OFFERS)
        return
    hello = read_client_hello(connection.client_hello)
    yield Seen(PREFIX + "hello", "unreadable" if isinstance(hello, Unseen) else "read")
    yield Seen(PREFIX + "hellos_read", int(isinstance(hello, ClientHello)))
    if isinstance(hello, Unseen):
        yield from (Seen(fact, hello) for fact in OFFERS)
        return
    yield from _versions(hello)
    yield from _suites(hello)
    yield Seen(PREFIX + "groups_offered", _named(hello.groups, names.GROUPS))
    yield Seen(PREFIX + "signature_algorithms_offered", _named(hello.signature_algorithms, names.SIGNATURE_ALGORITHMS))
    yield Seen(PREFIX + "server_name", hello.server_name or "none")
    yield Seen(PREFIX + "protocols_offered", tuple(sorted(set(hello.alpn))))
    yield Seen(PREFIX + "compression_offered", hello.compression)


def read_handshake(connection: Connection) -> Iterator[Seen]:
    """What was agreed on, and how far the handshake came."""
    outcome = "finished" if connection.finished else "broken_off"
    if _missing(connection):
        outcome = "without_certificate"
    last = [alert.name for alert in (*connection.alerts_sent, *connection.alerts_received)]
    yield Seen(PREFIX + "handshake", outcome, ", ".join(last) or connection.problem)
    unknown = Unseen(Reason.NOT_EXERCISED, "the connection broke off before a certificate was asked for")
    yield Seen(PREFIX + "certificate_request", connection.certificate_request or unknown)
    agreed = (("version", connection.version), ("suite", connection.suite), ("group", connection.group))
    for name, value in agreed:
        none = Unseen(Reason.NOT_EXERCISED, f"the handshake agreed on no {name}")
        yield Seen(PREFIX + name, value or none)


def read_chain(connection: Connection, declared: Declared) -> Iterator[Seen]:
    """The certificates that the client presented, and whether the first is a declared one."""
    chain = connection.client_chain
    yield Seen(PREFIX + "certificates_presented", len(chain))
    yield Seen(PREFIX + "chain", Table(COLUMNS, chain_rows([der for der in chain if der])))
    yield Seen(PREFIX + "leaf", _leaf(connection, declared))


def _leaf(connection: Connection, declared: Declared) -> str | Unseen:
    if connection.client_chain:
        if der := connection.client_chain[0]:
            return declared.holds(der)
        return Unseen(Reason.NOT_KEPT, "the certificate names a person, and only its digest was kept")
    if connection.certificate_request == "none":
        return Unseen(Reason.NOT_EXERCISED, "the stage asked for no certificate")
    if connection.resumed:
        return Unseen(Reason.NOT_EXERCISED, "the session was resumed, which shows no certificate again")
    if connection.finished or _missing(connection):
        return "none"
    return Unseen(Reason.NOT_EXERCISED, "the handshake broke off before a certificate was due")


def _missing(connection: Connection) -> bool:
    """Whether it ended because no certificate came. Before TLS 1.3 no alert says so, but the library's words do."""
    named = {alert.name for alert in connection.alerts_sent} & NAMED_MISSING
    broken_off = not connection.finished and not connection.client_chain
    return broken_off and bool(named or "did not return a certificate" in connection.problem)


def _versions(hello: ClientHello) -> Iterator[Seen]:
    order = list(VERSIONS)
    newest = max(hello.versions, key=lambda name: order.index(name) if name in order else -1, default="none")
    older: Undecided = ()
    if not hello.listed and newest in order:
        why = Unseen(Reason.NOT_EXERCISED, "such a hello does not say how old a version the client would take")
        older = tuple((name, why) for name in order[: order.index(newest)])
    yield Seen(PREFIX + "versions_offered", tuple(sorted(set(hello.versions))), undecided=tuple(sorted(older)))
    yield Seen(PREFIX + "newest_version_offered", newest)


def _suites(hello: ClientHello) -> Iterator[Seen]:
    suites = [suite for suite in hello.suites if suite not in SIGNALS]
    unknown = [suite for suite in suites if suite not in SUITES]
    traits = frozenset[str]().union(*map(names.suite_traits, suites))
    why = Unseen(Reason.NOT_SUPPORTED, "a suite that the tool knows no name of")
    undecided = tuple((f"0x{suite:04x}", why) for suite in sorted(set(unknown)))
    yield Seen(PREFIX + "suites_offered", _named(suites, SUITES))
    yield Seen(PREFIX + "suite_traits", tuple(sorted(traits)), undecided=undecided)


def _named(numbers: tuple[int, ...] | list[int], known: dict[int, str]) -> tuple[str, ...]:
    return tuple(sorted({names.name_of(number, known) for number in numbers}))


def _fact(name: str, type_: FactType, meaning: str) -> Fact:
    return Fact(PREFIX + name, type_, meaning, PREFIX + "hellos_read" if type_ is FactType.SET else "")


TEXT, SET, NUMBER = FactType.TEXT, FactType.SET, FactType.NUMBER
FACTS = (
    _fact("hello", TEXT, "read, unreadable, or none where no ClientHello came."),
    _fact("hellos_read", NUMBER, "1 where the ClientHello could be read, else 0."),
    _fact("versions_offered", SET, "TLS versions that the client says it takes; older ones it may take are undecided."),
    _fact("newest_version_offered", TEXT, "The newest of them."),
    _fact("suites_offered", SET, "Cipher suites, by IANA's names."),
    _fact("suite_traits", SET, "What those suites are made of: AEAD, CBC, RC4, 3DES, NULL, anonymous, export ..."),
    _fact("groups_offered", SET, "Groups for the key exchange, by IANA's names."),
    _fact("signature_algorithms_offered", SET, "Signature algorithms, by IANA's names."),
    _fact("server_name", TEXT, "The host that the client asks for, lower case; none where it names none."),
    _fact("protocols_offered", SET, "Application protocols (ALPN)."),
    _fact("compression_offered", FactType.FLAG, "Whether a compression method is offered."),
    _fact("handshake", TEXT, "finished, without_certificate (one was asked for and none came) or broken_off."),
    _fact("certificate_request", TEXT, "required, requested or none: whether the stage asked for a certificate."),
    _fact("version", TEXT, "The TLS version agreed on."),
    _fact("suite", TEXT, "The cipher suite agreed on."),
    _fact("group", TEXT, "The key exchange group agreed on."),
    _fact("certificates_presented", NUMBER, "How many certificates the client presented."),
    _fact("chain", FactType.TABLE, "Those certificates, as they came."),
    _fact("leaf", TEXT, "declared or not_declared as the chain's own for tls-client; none where none was presented."),
)
OFFERS = tuple(fact.name for fact in FACTS[2:11])

PROBE = Probe(TargetKind.CONNECTION, FACTS, observe, Effect.READS, Strength.LIVE)

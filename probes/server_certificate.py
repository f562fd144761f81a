"""Which certificates does an endpoint send, and what do they say? Leaf and chain, at every address of its name.

Two ordinary handshakes with each address, unverified (`_handshake`), for behind one there may be several servers; then
pure readers. An address where the look failed leaves the facts open for the endpoint: nobody knows what the next client
meets there. Left out: whether anything seen is good enough, and revocation.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from probes import _certificate_chain as chains
from probes._certificate_names import names_elsewhere, wildcards_elsewhere
from probes._certificate_path import CertificatePath, anchors_of, covers_name, find_path, read_pki
from probes._certificates import Certificate, attempt, certificate_facts, load, read_certificate
from probes._handshake import Sent, fetch_chain
from probes._tls import ADDRESSES, Endpoint, endpoint_of
from readiness.model import Evidence, Fact, FactType, Reason, Table, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Probe, Seen, Session

PREFIX = "server_certificate."
RECEIVED, CHAIN = PREFIX + "certificates_received", PREFIX + "chain"
ELSEWHERE, WILDCARDS = PREFIX + "names_elsewhere", PREFIX + "wildcards_elsewhere"


@dataclass(frozen=True, slots=True)
class Question:
    """What the facts depend on besides the certificates: the name asked for, the anchors, the time of looking, and the
    domains of the profile's owner."""

    name: str
    anchors: tuple[Certificate, ...] | Unseen
    at: datetime
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What one address showed, by fact, with words to it and the evidence (leaf first); or why it showed nothing."""

    peer: str
    facts: Mapping[str, Value | Unseen] = field(default_factory=dict)
    rows: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    path_detail: str = ""
    note: str = ""
    failure: Unseen | None = None


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Look at every address of the endpoint, and say what they agree on."""
    endpoint = endpoint_of(target)
    name = endpoint.server_name or str(target.says("server_name") or endpoint.host)
    own = target.says("own_domains")
    question = Question(name, anchors_of(session), session.now(), own if isinstance(own, tuple) else ())
    ips = await session.addresses(endpoint.host)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_look(session, ip, endpoint, question)) for ip in ips[:ADDRESSES]]
    looks = [task.result() for task in tasks]
    looks += [Look(ip, failure=Unseen(Reason.LIMIT_REACHED, f"{ip}: one address too many")) for ip in ips[ADDRESSES:]]
    for seen in _joined(looks):
        yield seen


def read_sent(chain: Sequence[bytes], question: Question) -> tuple[dict[str, Value | Unseen], str]:
    """All facts but the table, out of a chain as it was sent (DER, leaf first); and what the verifier said. Pure."""
    facts: dict[str, Value | Unseen] = {RECEIVED: len(chain), **read_certificate(chain[0], PREFIX)}
    facts |= _names(facts[PREFIX + "dns_names"], question)
    facts[PREFIX + "chain_order"] = chains.read_chain_order(chain)
    facts[PREFIX + "chain_signature_hashes"] = chains.read_signature_hashes(chain)
    leaf = attempt(load, chain[0])
    if isinstance(leaf, Unseen):
        return facts | dict.fromkeys((PREFIX + "server_name_covered", PREFIX + "path", PREFIX + "pki"), leaf), ""
    path = (
        CertificatePath(question.anchors)
        if isinstance(question.anchors, Unseen)
        else find_path(leaf, chains.readable(chain[1:]), question.anchors, question.at, "tls-server")
    )
    facts[PREFIX + "server_name_covered"] = covers_name(leaf, question.name)
    facts[PREFIX + "path"] = path.value
    facts[PREFIX + "pki"] = read_pki(leaf, path)
    return facts, path.why


def _names(names: Value | Unseen, question: Question) -> dict[str, Value | Unseen]:
    """Whose the names are, out of those that the certificate has."""
    if not isinstance(names, tuple):
        names = names if isinstance(names, Unseen) else Unseen(Reason.NOT_UNDERSTOOD, "its names are no set")
        return dict.fromkeys((ELSEWHERE, WILDCARDS), names)
    return {
        ELSEWHERE: names_elsewhere(names, question.name, question.own),
        WILDCARDS: wildcards_elsewhere(names, question.own),
    }


async def _look(session: Session, ip: str, endpoint: Endpoint, question: Question) -> Look:
    peer = ip
    try:
        peer, sent = await _fetch(session, ip, endpoint)
        again = await _fetch(session, ip, endpoint)
    except CannotObserve as error:
        return Look(peer, failure=error.unseen)
    if again[1].chain != sent.chain:
        return Look(peer, failure=Unseen(Reason.ANSWERS_DIFFER, f"{peer} sent two chains to two clients alike"))
    return _shown(peer, sent, question, session)


async def _fetch(session: Session, ip: str, endpoint: Endpoint) -> tuple[str, Sent]:
    """The address with its port, and the chain that one handshake brings."""
    stream = await session.dial(ip, endpoint.port)
    try:
        return stream.peer, await fetch_chain(stream, endpoint.server_name)
    finally:
        await stream.close()


def _shown(peer: str, sent: Sent, question: Question, session: Session) -> Look:
    evidence = tuple(
        session.keep(der, "application/pkix-cert", f"certificate {position} that {peer} sent")
        for position, der in enumerate(sent.chain)
    )
    facts, why = read_sent(sent.chain, question)
    rows = tuple((peer, *row, sent.note) for row in chains.chain_rows(sent.chain))
    return Look(peer, facts, rows, evidence, why, sent.note)


def _joined(looks: Sequence[Look]) -> Iterator[Seen]:
    """One answer for each fact, out of one or more addresses. CannotObserve if none showed anything."""
    shown = [look for look in looks if look.failure is None]
    failures = [look.failure for look in looks if look.failure is not None]
    if not shown:
        raise CannotObserve(failures[0].reason, "; ".join(failure.detail for failure in failures)[:500])
    notes = "; ".join(sorted({look.note for look in shown if look.note}))
    whys = "; ".join(sorted({look.path_detail for look in shown if look.path_detail}))
    every = tuple(evidence for look in shown for evidence in look.evidence)
    leaves = tuple(look.evidence[0] for look in shown)
    for fact in FACTS:
        if fact.name == CHAIN:
            yield Seen(CHAIN, _table(looks), notes, every)
            continue
        answer = _agreed([(look.peer, look.facts[fact.name]) for look in shown], failures)
        detail = "; ".join(filter(None, (whys if fact.name == PREFIX + "path" else "", notes)))
        yield Seen(fact.name, answer, detail, every if fact in CHAIN_FACTS else leaves)


def _agreed(answers: Sequence[tuple[str, Value | Unseen]], failures: Sequence[Unseen]) -> Value | Unseen:
    first = answers[0][1]
    if any(answer != first for _, answer in answers):
        return Unseen(Reason.ANSWERS_DIFFER, "not the same at " + ", ".join(peer for peer, _ in answers))
    if failures:
        return Unseen(failures[0].reason, f"seen at some addresses, but not at all: {failures[0].detail}")
    return first


def _table(looks: Sequence[Look]) -> Table:
    blank = ("",) * len(chains.COLUMNS)
    rows = [
        row
        for look in looks
        for row in (look.rows if look.failure is None else ((look.peer, *blank, f"({look.failure.reason})"),))
    ]
    return Table(("address", *chains.COLUMNS, "note"), tuple(rows))


CHAIN_FACTS = (
    Fact(RECEIVED, FactType.NUMBER, "How many certificates the server sent."),
    Fact(
        PREFIX + "chain_order",
        FactType.TEXT,
        "leaf_only; in_order: each certifies the one before; out_of_order; unrelated: one is no issuer above the leaf.",
    ),
    Fact(
        PREFIX + "chain_signature_hashes",
        FactType.SET,
        "Hashes of the signatures of the leaf and of all that are not self-signed.",
        of=RECEIVED,
    ),
    Fact(PREFIX + "path", FactType.TEXT, "found or not_found: a path to the profile's trust anchors, when looked at."),
    Fact(PREFIX + "pki", FactType.TEXT, "public (by policy OID or embedded SCT), or private (by the anchors)."),
)
FACTS = (
    *CHAIN_FACTS,
    *certificate_facts(PREFIX, RECEIVED),
    Fact(
        PREFIX + "server_name_covered",
        FactType.FLAG,
        "Whether the subject alternative name covers the declared server name (RFC 9525).",
    ),
    Fact(
        ELSEWHERE,
        FactType.SET,
        "DNS names in it that lie neither in the domain of the server's name nor in one of the profile's own.",
        of=RECEIVED,
    ),
    Fact(WILDCARDS, FactType.SET, "Wildcards in it that lie in none of the profile's own domains.", of=RECEIVED),
    Fact(CHAIN, FactType.TABLE, "Every certificate that every address sent, as it came."),
)

PROBE = Probe(TargetKind.ENDPOINT, FACTS, observe)

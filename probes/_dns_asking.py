"""What does the resolver that the profile names answer to a question about a name?

One question, one answer (RFC 1035), with DNSSEC's records asked for (RFC 4035): over UDP, and where that is cut over
TCP. Only an answer with the question's number and words is heard, so that nobody else's is taken for it. Questions are
asked once in a run, whoever wants to know. Left out: what the answers mean.
"""

from __future__ import annotations

import struct

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.message import Message
from dns.name import Name

from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, Session

PAYLOAD = 1232
"""Bytes of a datagram that no path cuts (DNS Flag Day 2020)."""
CODES = {
    dns.rcode.SERVFAIL: (Reason.NAME_NOT_RESOLVED, "it could not find out (SERVFAIL)"),
    dns.rcode.REFUSED: (Reason.ACCESS_DENIED, "it refuses to answer (REFUSED)"),
    dns.rcode.FORMERR: (Reason.NOT_SUPPORTED, "it does not know EDNS (FORMERR)"),
    dns.rcode.NOTIMP: (Reason.NOT_SUPPORTED, "it does not do that (NOTIMP)"),
}


async def ask(session: Session, target: Target, name: Name, kind: str, *, judged: bool = False) -> Message:
    """The resolver's answer, also that there is no such name. `judged`: the resolver may hold back what it finds
    forged, and says whether it has looked. CannotObserve: as `Session.query`, and what its answer leaves open."""
    about = f"{target.address} about {name} {kind}"
    found = await session.once(f"dns {about} {judged}", lambda: _look(session, target, name, kind, judged=judged))
    if isinstance(found, Unseen):
        raise CannotObserve(found.reason, found.detail)
    if found.rcode() in CODES:
        reason, words = CODES[dns.rcode.Rcode(found.rcode())]
        raise CannotObserve(reason, f"{about}: {words}")
    if found.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{about}: {dns.rcode.to_text(found.rcode())}")
    return found


def records(message: Message, name: Name, kind: str, covers: str = "NONE") -> dns.rrset.RRset | None:
    """The records of a name in the answer proper, by their type; for RRSIG by what they sign."""
    return message.get_rrset(
        message.answer, name, dns.rdataclass.IN, dns.rdatatype.from_text(kind), dns.rdatatype.from_text(covers)
    )


async def _look(session: Session, target: Target, name: Name, kind: str, *, judged: bool) -> Message | Unseen:
    query = dns.message.make_query(name, kind, want_dnssec=True, payload=PAYLOAD)
    query.flags |= dns.flags.AD if judged else dns.flags.CD
    try:
        answer = read_answer(await session.query(target, query.to_wire(), lambda data: answers(data, query)))
        if answer.flags & dns.flags.TC:
            answer = read_answer(await _over_tcp(session, target, query))
    except CannotObserve as problem:
        return Unseen(problem.unseen.reason, f"{problem.unseen.detail} ({name} {kind})")
    return answer


def answers(data: bytes, query: Message) -> bool:
    """Whether a datagram is an answer to that question: its number, that it is an answer, and the question itself."""
    if len(data) < 12 or data[:2] != struct.pack("!H", query.id) or not data[2] & 0x80:
        return False
    try:
        heard = dns.message.from_wire(data, question_only=True)
    except dns.exception.DNSException:
        return (
            True  # it may be forged or broken: to know which is not to be had, and to wait on would look like silence
        )
    return heard.question == query.question or (not heard.question and heard.rcode() != dns.rcode.NOERROR)


def read_answer(data: bytes) -> Message:
    """An answer out of its bytes. CannotObserve(not_understood) for anything else."""
    try:
        return dns.message.from_wire(data, raise_on_truncation=False, ignore_trailing=False)
    except (dns.exception.DNSException, ValueError, IndexError, struct.error) as error:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"the answer is no DNS message: {type(error).__name__}") from error


async def _over_tcp(session: Session, target: Target, query: Message) -> bytes:
    """The same question over TCP, where each message has its length before it (RFC 7766)."""
    host, _, port = target.address.rpartition(":")
    stream = await session.dial((await session.addresses(host.strip("[]")))[0], int(port))
    try:
        wire = query.to_wire()
        await stream.send(struct.pack("!H", len(wire)) + wire)
        data = b""
        while len(data) < 2 or len(data) < 2 + struct.unpack("!H", data[:2])[0]:
            if not (more := await stream.receive()):
                raise CannotObserve(Reason.CLOSED_EARLY, f"{stream.peer} closed before the whole answer")
            data += more
    finally:
        await stream.close()
    whole = data[2 : 2 + struct.unpack("!H", data[:2])[0]]
    if not answers(whole, query):
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{stream.peer} answers another question")
    return whole

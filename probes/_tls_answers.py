"""What does an answer to a ClientHello say about the version it offered? Pure; the closed list of refusals stands here.

A version counts as refused only when the peer says so. A failure that leaves the question open stays open, with its
reason: a probe that calls a timeout a refusal reports a safety that nobody saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from probes._tls import Heard
from probes._tls_hello import VERSIONS, suites_for
from probes._tls_records import CLOSE_NOTIFY, Alert, ServerHello
from readiness.model import Reason, Unseen

REFUSALS = {
    40: "handshake_failure: no acceptable parameters (RFC 8446 6.2); all that SSLv3 and many old servers can say",
    70: "protocol_version: recognised and not supported (RFC 5246 7.2.2), which is the very question",
    71: "insufficient_security: the server asks for more than the offer can give (RFC 8446 6.2)",
    86: "inappropriate_fallback: the server will not go that low (RFC 7507)",
}
"""Alerts that refuse by themselves, by number, each with its reason."""

REFUSALS_WITH_CONTROL = {
    80: "internal_error: what OpenSSL 3 sends for a version that its security level forbids",
}
"""Alerts that refuse only where an accepted version worked just before and just after: a server in trouble sends them
too. The same goes for a peer that closes or resets, as old Windows servers do for versions that they do not speak."""
BREAKS_WITH_CONTROL = frozenset({Reason.CLOSED_EARLY, Reason.CONNECTION_RESET})

NAME_ALERTS = {109: "missing_extension", 112: "unrecognized_name"}
"""Alerts about the server name: the version was not even looked at (RFC 8446 9.2, RFC 6066 3)."""

NAMES = {number: name for name, number in VERSIONS.items()}


class Outcome(StrEnum):
    """What is known about one version at one address."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Answer:
    """One version at one address. `by`: in the RFCs' words what said so; `unseen`: why it is open.

    `needs_control`: it refuses if an accepted version works at the same address just before and just after.
    """

    version: str
    outcome: Outcome
    by: str
    unseen: Unseen | None = None
    raw: bytes = b""
    needs_control: bool = False


def read_answer(version: str, heard: Heard, *, named: bool) -> Answer:
    """What was heard after a hello that offered this one version; `named`: it carried a server name."""
    if isinstance(heard.answer, ServerHello):
        return _read_hello(version, heard.answer, heard.raw)
    if isinstance(heard.answer, Alert):
        return _read_alert(version, heard.answer, heard.raw, named=named)
    why = heard.answer
    return Answer(version, Outcome.OPEN, why.reason, why, heard.raw, why.reason in BREAKS_WITH_CONTROL)


def chosen_version(heard: Heard) -> str:
    """The version that a server chose out of several; empty where it chose none."""
    return NAMES.get(heard.answer.version, "") if isinstance(heard.answer, ServerHello) else ""


def with_control(answer: Answer) -> Answer:
    """The refusal that an answer becomes when the hellos before and after it were accepted."""
    by = f"{answer.by}, between two accepted hellos"
    return replace(answer, outcome=Outcome.REFUSED, by=by, unseen=None, needs_control=False)


def merge(version: str, answers: Mapping[str, Answer]) -> Answer:
    """One version over every address of the name: decided only where all say the same.

    An address that left it open leaves it open for the endpoint: nobody knows what the next client meets there.
    """
    outcomes = {answer.outcome for answer in answers.values()}
    said = "; ".join(f"{ip}: {answer.by}" for ip, answer in answers.items())
    if {Outcome.ACCEPTED, Outcome.REFUSED} <= outcomes:
        return Answer(version, Outcome.OPEN, said, Unseen(Reason.ANSWERS_DIFFER, said))
    if Outcome.OPEN in outcomes:
        reason = next(answer.unseen.reason for answer in answers.values() if answer.unseen)
        return Answer(version, Outcome.OPEN, said, Unseen(reason, said))
    return Answer(version, outcomes.pop(), said)


def _read_hello(version: str, hello: ServerHello, raw: bytes) -> Answer:
    offered = VERSIONS[version]
    by = "HelloRetryRequest" if hello.retry else "ServerHello"
    if hello.version not in NAMES or hello.version > offered:
        return _not_understood(version, f"{by} of version 0x{hello.version:04x}, which was not offered", raw)
    if hello.suite not in suites_for([version]) or hello.compression:
        return _not_understood(version, f"{by} that chooses what was not offered: suite 0x{hello.suite:04x}", raw)
    if hello.version == offered:
        return Answer(version, Outcome.ACCEPTED, by, raw=raw)
    # An older version than the one offered. Below TLS 1.3 a hello cannot help implying the older ones, and a server
    # "MUST reply according to the highest version supported" (RFC 5246 E.1): it says that it has nothing newer up to
    # the one offered, which refuses that one. Unless its random says that it speaks TLS 1.2 or more and TLS 1.2 was
    # offered (RFC 8446 4.1.3): then somebody on the way may have changed the offer. And a hello for TLS 1.3 alone
    # implies nothing (RFC 8446 4.2.1), nor does any of its suites exist in an older version.
    older = NAMES[hello.version]
    if version == "TLSv1.3" or (version == "TLSv1.2" and hello.sentinel):
        return _not_understood(version, f"{by} of {older}, against what the server itself says or was asked", raw)
    return Answer(version, Outcome.REFUSED, f"{by} of {older}", raw=raw)


def _read_alert(version: str, alert: Alert, raw: bytes, *, named: bool) -> Answer:
    by = f"alert {alert.name}"
    if alert.description in REFUSALS:
        return Answer(version, Outcome.REFUSED, by, raw=raw)
    if alert.description in REFUSALS_WITH_CONTROL:
        return Answer(version, Outcome.OPEN, by, Unseen(Reason.NOT_UNDERSTOOD, by), raw, needs_control=True)
    if alert.description == CLOSE_NOTIFY:
        return Answer(version, Outcome.OPEN, by, Unseen(Reason.CLOSED_EARLY, by), raw, needs_control=True)
    if alert.description in NAME_ALERTS:
        if named:
            why = Unseen(Reason.ACCESS_DENIED, f"{by}: the server does not serve the profile's server_name")
        else:
            why = Unseen(Reason.NOT_CONFIGURED, f"{by}: the server asks for a name, and the profile has no server_name")
        return Answer(version, Outcome.OPEN, by, why, raw)
    return _not_understood(version, f"{by}, which says nothing about the version", raw)


def _not_understood(version: str, detail: str, raw: bytes) -> Answer:
    return Answer(version, Outcome.OPEN, detail, Unseen(Reason.NOT_UNDERSTOOD, detail), raw)

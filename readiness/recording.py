"""What did the stage see and do? A connection, an exchange on it, a scenario performed: for the journal and for probes.

Nothing here is judged. Times are told by two clocks: the wall (UTC), for logs and reports, and the monotonic one (ns),
for differences. Left out: the originals (the stage's spool has them, and its key is gone with the run), masking, and
how it is written down (`recording_json`). Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from readiness.model import Declared, Target, TargetKind

UNATTRIBUTED = "unattributed"
OTHER = "other"
CANARY = "canary"
"""The role of a listener that only an answer or a certificate names: whoever asks it has followed that."""
OUTCOMES = ("delivered", "paper", "failed", "pending", "unknown")
"""What an account can say of a message."""
CHANNELS = ("digital", "paper", "email", "other")
"""By which channel a message went, where the account says so."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment by two clocks: `wall` in UTC, `ns` of the monotonic clock of the machine that ran the stage."""

    wall: datetime
    ns: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which scenario it belongs to, and by what that was known: port, name, path, recipient.

    `scenario` is the scenario's id, or "unattributed" with an empty `by`; `digest` the SHA-256 (hex) of the scenario as
    it was served; `person` the declared test person, where it was the recipient.
    """

    scenario: str
    by: str = ""
    digest: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the stage meant to do and when; `done` is None where it never came to it. `detail` is English."""

    name: str
    planned: Moment
    done: Moment | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Masked:
    """A part that was left out or masked: what it is (a path or a few words), and the SHA-256 (hex) of the original."""

    what: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A TLS alert. `level`: warning or fatal; `name` as in RFC 8446 section 6 ("close_notify"), or "alert_<number>"."""

    level: str
    name: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection to a listener of the stage, from accept to close.

    `client_hello` is the record or records that carried it, as they came; empty if none came whole. `alpn` is what the
    client offered. `version`, `suite` and `group` are what was negotiated, empty where no handshake got so far.
    `certificate_request`: required, requested or none. `client_chain` is DER, leaf first, in the order received; b""
    stands for one that names a person, whose digest is in `masked`. `closed_by`: peer or stage; `closed_how`:
    close_notify, fin, rst, alert. `problem` says in English what went wrong, if anything.
    """

    id: str
    listener: str
    role: str  # far, operator, message
    address: str
    peer: str
    accepted: Moment
    closed: Moment
    hello: Moment | None = None
    finished: Moment | None = None
    client_hello: bytes = b""
    server_name: str = ""
    alpn: tuple[str, ...] = ()
    version: str = ""
    suite: str = ""
    group: str = ""
    resumed: bool = False
    certificate_request: str = ""
    client_chain: tuple[bytes, ...] = ()
    alerts_sent: tuple[Alert, ...] = ()
    alerts_received: tuple[Alert, ...] = ()
    closed_by: str = ""
    closed_how: str = ""
    bytes_received: int = 0
    bytes_sent: int = 0
    exchanges: int = 0
    attributions: tuple[Attribution, ...] = ()
    actions: tuple[Action, ...] = ()
    masked: tuple[Masked, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request on a connection, and what was answered.

    `place` counts from 1 on its connection. `part` is the service of the contract (Recipient, Authority, Service,
    Message; wsdl for its description; empty where none was asked), `operation` its operation. Sizes and digests are of
    the bodies as they came off the wire, transfer coding removed. `accepted` is the moment the stage had the whole
    request and took it; None where it never did. `response_cut_at` counts the bytes of the response (head included)
    that left before it was cut; None where it was not. `answer_id` is the TransId, CallId or distributionId given out.
    `taken`: whether the delivery now lies in the mailbox that the stage stands for, whatever was answered; `receipted`:
    whether a receipt that says so left whole. `request_kept` and `response_kept` are the bodies masked; what was masked
    is in `masked`. `original` says "spooled", or why the whole was not: it begins with a reason of the model's.
    """

    id: str
    connection: str
    place: int
    listener: str
    role: str
    first_byte: Moment
    last_byte: Moment | None = None
    accepted: Moment | None = None
    response_first_byte: Moment | None = None
    response_last_byte: Moment | None = None
    response_cut_at: int | None = None
    part: str = ""
    operation: str = ""
    attributions: tuple[Attribution, ...] = ()
    actions: tuple[Action, ...] = ()
    method: str = ""
    path: str = ""
    http_version: str = ""
    request_headers: tuple[str, ...] = ()
    content_type: str = ""
    soap_action: str = ""
    framing: str = ""  # length, chunked, none
    request_size: int = 0
    request_sha256: str = ""
    request_kept: str = ""
    status: int = 0
    response_headers: tuple[str, ...] = ()
    response_size: int = 0
    response_sha256: str = ""
    response_kept: str = ""
    answer_id: str = ""
    fault_code: int | None = None
    taken: bool = False
    receipted: bool = False
    masked: tuple[Masked, ...] = ()
    original: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What the sending system says became of one message to a test person.

    `message` is the system's own id for it, "" where the account gives none. `outcome` is one of OUTCOMES, `channel` of
    CHANNELS or "". `told`: whether a person is told that somebody has to act; None where the account does not say. `at`
    is when this outcome was first read.
    """

    person: str
    message: str
    outcome: str
    at: Moment
    channel: str = ""
    told: bool | None = None


@dataclass(frozen=True, slots=True)
class Performance:
    """One scenario as it was performed, or why it was not.

    `digest` is the SHA-256 (hex) of the scenario as it was served; `group`, `layer`, `place` and `nature` are as in the
    scenario's file. `persons` has one test person a message: twice the same person are two messages. `started` is when
    the sending system was asked to send, `ended` when nothing more came; `how_ended`: quiet, time, interrupted.
    `controlled`: whether the sane delivery beside it was delivered: "delivered", "failed", or "" where it was never
    tried. `recovered` is the end of the first sane delivery afterwards, None where there was none until
    `recovery_ended`; both None where nobody waited for one. `waited_ns` is how long the system waited for the silent
    scenario's answer, None where that is not known. `unnamed` are persons of
    whose messages the account, a log, cannot tell. A scenario may be told again with a fuller account: the last one
    told counts. `unseen` says why it was not performed: it begins with a reason of the model's.
    """

    id: str
    scenario: str
    digest: str
    group: str
    layer: str
    place: str
    nature: str
    round: str
    persons: tuple[str, ...] = ()
    control: str = ""
    controlled: str = ""
    started: Moment | None = None
    ended: Moment | None = None
    how_ended: str = ""
    recovered: Moment | None = None
    recovery_ended: Moment | None = None
    waited_ns: int | None = None
    account: tuple[AccountRow, ...] = ()
    unnamed: tuple[str, ...] = ()
    unseen: str = ""


Entry = Connection | Exchange | Performance
"""What a stage and an exercise tell the journal."""


def connection_target(connection: Connection, node: str = "", party: str = "") -> Target:
    """The target that stands for a connection. It declares what the stage knew beforehand, not what it then saw."""
    declared = _declared(connection, address=connection.address)
    return Target(f"connection-{connection.id}", TargetKind.CONNECTION, node=node, party=party, declared=declared)


def exchange_target(exchange: Exchange, node: str = "", party: str = "") -> Target:
    """The target that stands for an exchange: which part of the contract, which operation, which scenarios.

    A request that a part took whole and knows no operation for is "other": it must not go unlooked at.
    """
    whole = exchange.method == "POST" and exchange.accepted is not None and exchange.part not in {"", "wsdl"}
    operation = exchange.operation or (OTHER if whole else "")
    declared = _declared(
        exchange, part=exchange.part, operation=operation, connection=f"connection-{exchange.connection}"
    )
    return Target(f"exchange-{exchange.id}", TargetKind.EXCHANGE, node=node, party=party, declared=declared)


def performance_target(performance: Performance, node: str = "", party: str = "") -> Target:
    """The target that stands for a scenario, the same from run to run."""
    said = {
        "scenario": performance.scenario,
        "group": performance.group,
        "layer": performance.layer,
        "place": performance.place,
        "nature": performance.nature,
    }
    declared = tuple(sorted((name, value) for name, value in said.items() if value))
    return Target(f"scenario-{performance.scenario}", TargetKind.SCENARIO, node=node, party=party, declared=declared)


def _declared(entry: Connection | Exchange, **more: str) -> Declared:
    said: dict[str, str | tuple[str, ...]] = {"listener": entry.listener, "role": entry.role, **more}
    said["scenario"] = tuple(sorted({a.scenario for a in entry.attributions})) or (UNATTRIBUTED,)
    said["attributed_by"] = tuple(sorted({a.by for a in entry.attributions if a.by}))
    return tuple(sorted((name, value) for name, value in said.items() if value))

"""What did the stage see and do? A connection, an exchange on it, a scenario performed: for the journal and for probes.

Nothing here is judged. Times are told by two clocks: the wall (UTC), for logs and reports, and the monotonic one (ns),
for differences. Left out: the originals (the stage's spool has them, and its key is gone with the run), and masking.
Standard library only.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from readiness.model import Declared, Target, TargetKind
from readiness.values import moment_from, moment_text

UNATTRIBUTED = "unattributed"
OTHER = "other"
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
    scenario's answer, None where that is not known. `unseen` says why it was not performed: it begins with a reason of
    the model's.
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


def to_plain(entry: Entry) -> dict[str, Any]:
    """One entry of the journal as plain JSON. Fields that say nothing are left out."""
    plain: dict[str, Any] = {"entry": NAMES[type(entry)]}
    for name, write in FIELDS[type(entry)]:
        value = getattr(entry, name)
        if value or value is False or value == 0:  # a field that is "", b"", () or None says nothing
            plain[name] = write(value) if write else value
    return plain


def from_plain(row: Mapping[str, Any]) -> Entry:
    """The entry that `to_plain` wrote, equal to it. ValueError or TypeError for what does not belong in a journal."""
    kind = KINDS[row["entry"]]
    given = {name: _checked(kind, name, value) for name, value in row.items() if name != "entry"}
    return kind(**given)


def _declared(entry: Connection | Exchange, **more: str) -> Declared:
    said: dict[str, str | tuple[str, ...]] = {"listener": entry.listener, "role": entry.role, **more}
    said["scenario"] = tuple(sorted({a.scenario for a in entry.attributions})) or (UNATTRIBUTED,)
    said["attributed_by"] = tuple(sorted({a.by for a in entry.attributions if a.by}))
    return tuple(sorted((name, value) for name, value in said.items() if value))


def _moment(value: Moment) -> list[object]:
    return [moment_text(value.wall), value.ns]


def _moment_from(plain: Any) -> Moment:
    wall, ns = plain
    return Moment(moment_from(wall), _number(ns))


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        raise TypeError(f"{value!r} is no list of texts")
    return tuple(value)


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _action(value: Action) -> list[object]:
    return [value.name, _moment(value.planned), _moment(value.done) if value.done else None, value.detail]


def _action_from(plain: Any) -> Action:
    name, planned, done, detail = plain
    return Action(str(name), _moment_from(planned), _moment_from(done) if done else None, str(detail))


def _alert_from(plain: Any) -> Alert:
    level, name, at = plain
    return Alert(str(level), str(name), _moment_from(at))


def _row_from(plain: Any) -> AccountRow:
    person, message, outcome, at, channel, told = plain
    return AccountRow(str(person), str(message), str(outcome), _moment_from(at), str(channel), _flag_or_none(told))


def _flag_or_none(value: Any) -> bool | None:
    return None if value is None else _flag(value)


KINDS: dict[str, type[Connection] | type[Exchange] | type[Performance]] = {
    "connection": Connection,
    "exchange": Exchange,
    "performance": Performance,
}
NAMES = {kind: name for name, kind in KINDS.items()}
MOMENTS = frozenset(
    {"accepted", "closed", "hello", "finished", "first_byte", "last_byte", "response_first_byte", "response_last_byte"}
    | {"started", "ended", "recovered", "recovery_ended"}
)
NUMBERS = frozenset(
    {
        "place",
        "response_cut_at",
        "request_size",
        "status",
        "response_size",
        "bytes_received",
        "bytes_sent",
        "exchanges",
        "fault_code",
        "waited_ns",
    }
)
WRITERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(MOMENTS, _moment),
    "client_hello": lambda value: b64encode(value).decode("ascii"),
    "client_chain": lambda value: [b64encode(der).decode("ascii") for der in value],
    "attributions": lambda value: [[a.scenario, a.by, a.digest, a.person] for a in value],
    "actions": lambda value: [_action(action) for action in value],
    "masked": lambda value: [[part.what, part.sha256] for part in value],
    "account": lambda value: [[r.person, r.message, r.outcome, _moment(r.at), r.channel, r.told] for r in value],
    **dict.fromkeys(
        ("alerts_sent", "alerts_received"), lambda value: [[a.level, a.name, _moment(a.at)] for a in value]
    ),
}
FIELDS = {kind: tuple((field.name, WRITERS.get(field.name)) for field in fields(kind)) for kind in KINDS.values()}
READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(MOMENTS, _moment_from),
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(("alpn", "request_headers", "response_headers", "persons"), _texts),
    **dict.fromkeys(("resumed", "taken", "receipted"), _flag),
    "account": lambda plain: tuple(map(_row_from, plain)),
    "client_hello": lambda plain: b64decode(plain, validate=True),
    "client_chain": lambda plain: tuple(b64decode(der, validate=True) for der in plain),
    "attributions": lambda plain: tuple(Attribution(*_texts(row)) for row in plain),
    "actions": lambda plain: tuple(map(_action_from, plain)),
    "masked": lambda plain: tuple(Masked(*_texts(row)) for row in plain),
    **dict.fromkeys(("alerts_sent", "alerts_received"), lambda plain: tuple(map(_alert_from, plain))),
}


WORDS = {(Performance, "place")}
"""Fields that are texts here and something else elsewhere."""


def _checked(kind: type[Entry], name: str, value: Any) -> Any:
    if (read := READERS.get(name)) and (kind, name) not in WORDS:
        return read(value)
    if not isinstance(value, str):
        raise TypeError(f"{name}: {value!r} is no text")
    return value

"""What stands on the stage, where it can be reached, by whom, until when, and how much it takes.

Nothing is opened here. UsageError says what cannot be meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from ipaddress import ip_address, ip_network
from typing import Literal

from readiness.contract import endpoints
from readiness.contract.persons import test_persons
from readiness.errors import UsageError
from readiness.personal import luhn
from readiness.stage.behaviour import NOT_REGISTERED, SANE, Behaviour
from readiness.stage.scenario import Scenario

ClientCertificate = Literal["required", "requested", "none"]


@dataclass(frozen=True, slots=True)
class Operator:
    """A mailbox operator as FaR names it: `id` is 16 and ten digits, `name` what sending systems pick by (C 3.1)."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Sender:
    """A registered avsändare, as getSenders lists it: `id` is 16 and ten digits."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """A registered förmedlare, as getDispatchers lists it; `senders` are the ids it may sign for (C 3.5)."""

    id: str
    name: str
    senders: tuple[str, ...] = ()


def default_operators() -> tuple[Operator, ...]:
    """The operators in business, by the names that FaR answers with (C 1).

    Where a number is not public, one that belongs to nobody stands in for it: 16 5599 9900 NN.
    """
    named = [one for one in endpoints.operators() if not one.left]
    return tuple(Operator(one.number or nobody(place), one.name) for place, one in enumerate(named))


def default_senders() -> tuple[Sender, ...]:
    """The organisations made for tests (C 2)."""
    return tuple(Sender(one.number, one.name) for one in endpoints.organisations_for_tests())


def default_dispatchers() -> tuple[Dispatcher, ...]:
    """Each of them is its own förmedlare."""
    return tuple(Dispatcher(one.id, one.name, (one.id,)) for one in default_senders())


def default_persons(today: date) -> dict[str, Behaviour]:
    """The test persons: adults are reachable and served well, minors have no mailbox."""
    return {one.number: SANE if one.adult_on(today) else NOT_REGISTERED for one in test_persons()}


def nobody(place: int) -> str:
    """A number that belongs to nobody, one for each place from 0 to 9."""
    stem = f"55999900{place}"
    return "16" + next(stem + str(check) for check in range(10) if luhn(stem + str(check)))


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A certificate chain (PEM, leaf first) and its private key (PEM, not encrypted), supplied by the kommun."""

    chain: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StageLimits:
    """Bytes, counts and seconds; what goes beyond is refused, recorded and forgotten. `late` is how much longer than
    the sending system waits an answer takes that comes too late.

    A message holds 2 MB at most (C 4.2); base64 and an envelope around a fair excess of that stay under `body`.
    """

    connections: int = 2048
    headers: int = 65536
    body: int = 8 * 1024 * 1024
    bodies: int = 256 * 1024 * 1024
    elements: int = 200_000
    handshake: float = 10.0
    request: float = 60.0
    idle: float = 75.0
    linger: float = 2.0
    late: float = 5.0
    spool: int = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class StageSettings:
    """What the stage is told. `ports` by listener name ("far", "operator-<id>", "message"); 0 or absent: any free one.

    `persons` are the declared test persons (twelve digits) and how each is treated; anyone else has no mailbox.
    `public_name` is the name or address that the sending system dials. `client_issuers` and `ca_names` are PEM;
    without issuers any client chain is taken and recorded. `peers` are networks in CIDR form. `scenarios` are those
    that may be performed: each that needs a port of its own gets one ("scenario-<id>", "canary", "plain" in `ports`).
    """

    persons: Mapping[str, Behaviour]
    address: str = "127.0.0.1"
    public_name: str = "localhost"
    ports: Mapping[str, int] = field(default_factory=dict)
    operators: tuple[Operator, ...] = field(default_factory=default_operators)
    senders: tuple[Sender, ...] = field(default_factory=default_senders)
    dispatchers: tuple[Dispatcher, ...] = field(default_factory=default_dispatchers)
    message: bool = True
    scenarios: tuple[Scenario, ...] = ()
    client_certificate: ClientCertificate = "required"
    certificate: ServerCertificate | None = None
    client_issuers: tuple[bytes, ...] = ()
    ca_names: tuple[bytes, ...] = ()
    peers: tuple[str, ...] = ()
    until: datetime | None = None
    limits: StageLimits = field(default_factory=StageLimits)

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return ip_address(self.address).is_loopback


def check(settings: StageSettings, now: datetime) -> tuple[str, ...]:
    """What is to be said at start, in English, about who reaches the stage. UsageError for what cannot be meant."""
    try:
        networks = [ip_network(peer) for peer in settings.peers]
        local = settings.local
    except ValueError as error:
        raise UsageError(
            f"the stage's address or peers: {error}. Write addresses as 192.0.2.7 or 192.0.2.0/24."
        ) from None
    if settings.until is not None and settings.until <= now:
        raise UsageError(f"the stage is to stop at {settings.until.isoformat()}, which is past. Give a later time.")
    if len({operator.id for operator in settings.operators}) < len(settings.operators):
        raise UsageError("two operators of the stage have the same id. Give each its own.")
    if local:
        return (f"The stage listens on {settings.address}: only this machine reaches it.",)
    missing = [
        what
        for what, given in (
            ("the peers that may connect", networks),
            ("the issuers of their client certificates", settings.client_issuers),
            ("the time at which it stops", settings.until),
        )
        if not given
    ]
    if missing:
        raise UsageError(f"a stage on {settings.address} is reached from outside: name {', '.join(missing)}.")
    if settings.client_certificate != "required":
        raise UsageError(
            f"a stage on {settings.address} is reached from outside: client certificates must be required."
        )
    assert settings.until is not None
    return (
        f"The stage listens on {settings.address}: other machines reach it.",
        f"It answers {', '.join(settings.peers)} only, and only client certificates under the declared issuers.",
        f"It stops at {settings.until.isoformat()}.",
    )

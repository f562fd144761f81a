"""What of a record belongs to one performed scenario, and does it show anything at all?

An exchange or a connection belongs to the scenario that the stage attributed it to. A `request` is one at the place
that misbehaves: a question to FaR, or a delivery to an operator, whole or not. Left out: what follows from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from readiness.model import Reason, Unseen
from readiness.recording import Connection, Exchange, Performance

CANARY = "canary"
DELIVERY = "deliverSecure"
FAR = "far"
# Where the request did not come whole, or could not be read, no part is known: then the listener says where it went.
PARTS = {"far": {"", "Recipient"}, "operator": {"", "Service"}}


@dataclass(frozen=True)
class Performed:
    """A performance, and what the record has of it.

    `exchanges` and `connections` (to its own port) are those attributed to it since it was started, in order;
    `carriers` every connection of the record by its id; `active` whether anything at all reached the stage meanwhile,
    whosever it was; `accounted` whether the run has an account of any message.
    """

    performance: Performance
    exchanges: tuple[Exchange, ...]
    connections: tuple[Connection, ...]
    carriers: Mapping[str, Connection]
    active: bool
    accounted: bool

    @cached_property
    def requests(self) -> tuple[Exchange, ...]:
        """The requests at the place that misbehaves."""
        place = self.performance.place
        return tuple(e for e in self.exchanges if e.role == place and e.part in PARTS.get(place, set()))

    @cached_property
    def deliveries(self) -> tuple[Exchange, ...]:
        """The deliveries that an operator had whole."""
        return tuple(e for e in self.exchanges if e.operation == DELIVERY and e.accepted is not None)

    @cached_property
    def canaries(self) -> tuple[Exchange, ...]:
        """What was asked of a listener that only an answer of this scenario names."""
        return tuple(e for e in self.exchanges if e.role == CANARY)

    @property
    def persons(self) -> tuple[str, ...]:
        """The test persons, each once."""
        return tuple(dict.fromkeys(self.performance.persons))

    def of_person(self, exchange: Exchange, person: str) -> bool:
        """Whether it was for that person, or for one not told apart: a scenario's own path or port has one only."""
        named = {a.person for a in exchange.attributions if a.scenario == self.performance.scenario}
        return bool(named & {person, ""})


def gather(
    performance: Performance,
    connections: Mapping[str, Connection],
    exchanges: Mapping[str, Exchange],
    performances: Mapping[str, Performance],
) -> Performed:
    """Everything that a record has of one performance."""
    since = performance.started.ns if performance.started else 0
    until = performance.ended.ns if performance.ended else None
    own = sorted(
        (e for e in exchanges.values() if e.first_byte.ns >= since and _belongs(e, performance)),
        key=lambda exchange: exchange.first_byte.ns,
    )
    ports = sorted(
        (c for c in connections.values() if c.closed.ns >= since and c.role != CANARY and _belongs(c, performance)),
        key=lambda connection: connection.accepted.ns,
    )
    begun = [*(e.first_byte.ns for e in exchanges.values()), *(c.accepted.ns for c in connections.values())]
    return Performed(
        performance,
        tuple(own),
        tuple(ports),
        {connection.id: connection for connection in connections.values()},
        active=any(since <= moment and (until is None or moment <= until) for moment in begun),
        accounted=any(one.account for one in performances.values()),
    )


def why_unseen(performed: Performed) -> Unseen | None:
    """Why a performance shows nothing, None where it shows something."""
    performance = performed.performance
    if performance.unseen:
        return _told(performance.unseen)
    if performance.how_ended == "interrupted":
        return Unseen(Reason.INTERRUPTED, "the exercise was stopped while the scenario was performed")
    if performance.started is None or not (performed.active or performance.account):
        return Unseen(Reason.NOT_EXERCISED, "nothing reached the stage, and no account tells of a message")
    return _uncontrolled(performed)


def _uncontrolled(performed: Performed) -> Unseen | None:
    """A control is compared with nothing; but in TLS it shows nothing either unless it was itself delivered."""
    performance = performed.performance
    if performance.group == "control":
        delivered = performance.controlled == "delivered" or any(e.receipted for e in performed.deliveries)
        fault = performance.layer == "tls" and not delivered
    elif performance.layer == "tls":
        fault = performance.controlled != "delivered"
    elif performance.controlled == "":
        return Unseen(Reason.NOT_EXERCISED, "the sane delivery beside it was not tried")
    else:
        fault = performance.controlled != "delivered"
    if not fault:
        return None
    return Unseen(Reason.CONTROL_FAILED, f"the sane delivery beside it ({performance.control or 'itself'}) failed too")


def _told(text: str) -> Unseen:
    """The reason that a text begins with."""
    reason, _, detail = text.partition(":")
    try:
        return Unseen(Reason(reason.strip()), detail.strip())
    except ValueError:
        return Unseen(Reason.NOT_EXERCISED, text[:200])


def _belongs(entry: Connection | Exchange, performance: Performance) -> bool:
    """Whether it is of that scenario and of its persons: the controls between rounds are sane deliveries, too."""
    persons = {"", *performance.persons}
    return any(one.scenario == performance.scenario and one.person in persons for one in entry.attributions)

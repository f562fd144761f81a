"""What do tests of performed scenarios look at? A story told step by step, and the record that it leaves.

A story has one scenario, with the exchanges and connections that the stage attributes to it. Times are seconds since
the sending system was asked to send, which it is at 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256

from probes import fault_handling
from readiness.model import Target, Unseen, Value
from readiness.probe import Seen
from readiness.recording import (
    AccountRow,
    Action,
    Attribution,
    Connection,
    Exchange,
    Masked,
    Moment,
    Performance,
    connection_target,
    exchange_target,
    performance_target,
)
from readiness.session import LiveSession, Recorded
from tests.conftest import NOON, Kept, look, profile_of
from tests.probes.exchanges import PERSON, Letter, moment, unsigned

PREFIX = "scenario."


def lived(seconds: float) -> Moment:
    """A moment of the exercise; the stage's clocks stand elsewhere when it begins."""
    return moment(1000 + seconds)


@dataclass
class Story:
    """One performed scenario; `of` makes one, and the verbs add to it."""

    performance: Performance
    exchanges: list[Exchange] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    others: list[Performance] = field(default_factory=list)

    @staticmethod
    def of(scenario: str = "answer-lost", nature: str = "uncertain", **changes: object) -> Story:
        """A scenario of the answer layer, at an operator, with one message, controlled, and recovered at 70 s."""
        given: dict[str, object] = {
            "id": "p1",
            "digest": "d" * 64,
            "group": "transport",
            "layer": "answer",
            "place": "operator",
            "round": "1",
            "persons": (PERSON,),
            "control": "sane",
            "controlled": "delivered",
            "started": lived(0),
            "ended": lived(60),
            "how_ended": "quiet",
            "recovered": lived(70),
            "recovery_ended": lived(70),
            "waited_ns": 30 * 10**9,
            **changes,
        }
        return Story(Performance(scenario=scenario, nature=nature, **given))  # type: ignore[arg-type]

    def connect(self, at: float, until: float | None = None, **changes: object) -> Story:
        """One connection to the scenario's own port."""
        return self._connect(at, at + 1 if until is None else until, attributions=self._known("port"), **changes)

    def look_up(self, at: float = 0.1, **changes: object) -> Story:
        """One question to FaR, answered after 0.1 s."""
        sent = sha256(b"look-up").hexdigest()
        given = {"role": "far", "part": "Recipient", "operation": "isReachable", "request_sha256": sent, **changes}
        return self._exchange(at, **given)

    def deliver(self, at: float = 1, number: str = "m1", text: str = "Hej", **changes: object) -> Story:
        """One delivery, taken and receipted after 0.1 s. The same number and text are the same bytes."""
        kept = unsigned(Letter(id=number, subject=text)).decode()
        given = {
            "request_kept": kept,
            "request_sha256": sha256(kept.encode()).hexdigest(),
            "masked": (Masked("Body/Body", sha256(text.encode()).hexdigest()),),
            "taken": True,
            "receipted": True,
            **changes,
        }
        return self._exchange(at, **given)

    def lose(self, at: float = 1, number: str = "m1", text: str = "Hej", **changes: object) -> Story:
        """One delivery that is taken; its connection is reset after 0.1 s, before anything was answered."""
        given = {"receipted": False, "response_first_byte": None, "response_last_byte": None, "status": 0, **changes}
        return self.deliver(at, number, text, **given)

    def refuse(self, at: float = 1, code: int | None = 5001, number: str = "m1", **changes: object) -> Story:
        """One delivery that is refused by a fault after 0.1 s."""
        given = {"taken": False, "receipted": False, "status": 500, "fault_code": code, **changes}
        return self.deliver(at, number, **given)

    def follow(self, part: str, at: float = 2, **changes: object) -> Story:
        """One request to the canary of this scenario."""
        return self._exchange(at, role="canary", part=part, operation="", method="GET", **changes)

    def tell(self, outcome: str, channel: str = "", at: float = 5, **changes: object) -> Story:
        """One row of the sending system's account."""
        given = {"message": "", "person": PERSON, **changes}
        row = AccountRow(outcome=outcome, at=lived(at), channel=channel, **given)  # type: ignore[arg-type]
        self.performance = replace(self.performance, account=(*self.performance.account, row))
        return self

    def beside(self, other: Performance) -> Story:
        """One more performance of the same run."""
        self.others.append(other)
        return self

    def session(self) -> tuple[Target, LiveSession]:
        """The target of the scenario, and a session whose record this is."""
        target = performance_target(self.performance)
        performances = {performance_target(one).id: one for one in (self.performance, *self.others)}
        recorded = Recorded(
            {connection_target(one).id: one for one in self.connections},
            {exchange_target(one).id: one for one in self.exchanges},
            performances=performances,
        )
        return target, LiveSession(profile_of(target), Kept(), clock=lambda: NOON, recorded=recorded)

    def seen(self) -> dict[str, Seen]:
        """What the probe yields, by fact."""
        return look(fault_handling.PROBE, *self.session())

    def value(self, name: str) -> Value | Unseen:
        """One fact."""
        return self.seen()[PREFIX + name].value

    def _known(self, by: str) -> tuple[Attribution, ...]:
        person = PERSON if by == "recipient" else ""
        return (Attribution(self.performance.scenario, by, "d" * 64, person),)

    def _connect(self, at: float, until: float, **changes: object) -> Story:
        given: dict[str, object] = {
            "id": f"c{len(self.connections) + 1}",
            "listener": "l",
            "role": "operator",
            "address": "127.0.0.1:1",
            "peer": "127.0.0.1:2",
            "accepted": lived(at),
            "closed": lived(until),
            "version": "TLSv1.3",
            "closed_by": "peer",
            "closed_how": "close_notify",
            **changes,
        }
        self.connections.append(Connection(**given))  # type: ignore[arg-type]
        return self

    def _exchange(self, at: float, *, on: str = "", **changes: object) -> Story:
        """An exchange on a connection of its own, or on one that is there (`on`)."""
        if not on:
            self._connect(at, at + 0.1)
            on = self.connections[-1].id
        given: dict[str, object] = {
            "id": f"e{len(self.exchanges) + 1}",
            "connection": on,
            "place": 1,
            "listener": "l",
            "role": "operator",
            "part": "Service",
            "operation": "deliverSecure",
            "method": "POST",
            "first_byte": lived(at),
            "last_byte": lived(at),
            "accepted": lived(at),
            "response_first_byte": lived(at + 0.1),
            "response_last_byte": lived(at + 0.1),
            "status": 200,
            "attributions": self._known("recipient"),
            **changes,
        }
        self.exchanges.append(Exchange(**given))  # type: ignore[arg-type]
        return self


def waiting(at: float, until: float) -> Action:
    """The stage waits."""
    return Action("wait", lived(at), lived(until))

"""In which rounds are the scenarios performed, by whom are they met, and how long can it take? Pure.

The silent scenario comes first and alone, for how long the system waits there sets the later ones; then all that stand
in an answer, together, one test person each; then those of the wire that disturb nobody else, with their control; then
each that holds a connection or opens a breaker by itself; then FaR's own faults. Addresses stay the same from run to
run and test persons do not, for sending systems remember. Left out: performing it (`conductor`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from readiness.contract.persons import test_persons
from readiness.errors import UsageError
from readiness.stage.scenario import SANE_ID, SILENT, TLS_CONTROL, Casting, Scenario, load_scenarios
from readiness.stage.steps import Ignore, Send, Wait


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. `start`: for an order's first connection to come; `quiet` and `retry`: nothing new for the larger of
    them ends a round; `recovery`: for a sane delivery afterwards; `answer`: how long a sending system is taken to wait
    where that is not known; `silent`: how long it may wait for an answer that never comes. `attempts`: how many times
    it is given to try within a round."""

    start: float = 60.0
    quiet: float = 10.0
    retry: float = 0.0
    recovery: float = 120.0
    answer: float = 30.0
    silent: float = 300.0
    attempts: int = 4

    @property
    def tail(self) -> float:
        """How long it has to be quiet."""
        return max(self.quiet, self.retry)

    def order(self, castings: Iterable[Casting], waited: float | None = None) -> float:
        """The longest time that one order of these is given, where the system waits so long for an answer."""
        hold = max((self._hold(casting.scenario, waited or self.answer) for casting in castings), default=0.0)
        return self.start + self.attempts * (hold + self.tail)

    def _hold(self, scenario: Scenario, waited: float) -> float:
        """How long one attempt at it can take: the stage's own waits, or the system's."""
        if scenario.id == SILENT:
            return self.silent
        held = 0.0
        for step in scenario.steps:
            if isinstance(step, Wait):
                held += {"late": waited + 5, "slow": 2 * waited}.get(step.measure, step.seconds)
            elif isinstance(step, Ignore) or (isinstance(step, Send) and step.pace):
                held += 2 * waited
        return held


@dataclass(frozen=True, slots=True)
class Round:
    """What is performed at one time. `orders`: whom the system is asked to send to, one message each, in turn."""

    id: str
    castings: tuple[Casting, ...]

    @property
    def orders(self) -> tuple[tuple[Casting, ...], ...]:
        """All once; then, when that is over, those who get another message."""
        most = max(casting.scenario.messages for casting in self.castings)
        return tuple(tuple(c for c in self.castings if c.scenario.messages > place) for place in range(most))

    @property
    def messages(self) -> int:
        """How many are sent in all, controls not counted."""
        return sum(casting.scenario.messages for casting in self.castings)

    def longest(self, limits: Limits, waited: float | None = None) -> float:
        """Seconds that it takes at most, until the system has recovered or is given up."""
        return sum(limits.order(order, waited) for order in self.orders) + limits.recovery


@dataclass(frozen=True, slots=True)
class Plan:
    """The rounds in their order, and the test persons of the controls, to be used in turn."""

    rounds: tuple[Round, ...]
    controls: tuple[str, ...]

    def longest(self, limits: Limits) -> float:
        """Seconds in all, the first control among them."""
        return limits.start + limits.recovery + sum(round_.longest(limits) for round_ in self.rounds)

    @property
    def messages(self) -> int:
        """How many are sent in all, controls not counted."""
        return sum(round_.messages for round_ in self.rounds)


def make_plan(scenarios: Sequence[Scenario], today: date, offset: int = 0, used: Collection[str] = ()) -> Plan:
    """The rounds of these scenarios. `offset` turns the list of test persons; `used` are not met again where others
    are left. The same arguments give the same plan. UsageError where there are too few test persons."""
    adults = _turned([p.number for p in test_persons() if p.adult_on(today)], offset, used)
    minors = _turned([p.number for p in test_persons() if not p.adult_on(today)], offset, used)
    rounds = []
    for number, group in enumerate(_groups(scenarios), 1):
        castings = []
        for scenario in group:
            pool = minors if scenario.minor else adults
            if not pool:
                raise UsageError(f"there are too few test persons for {len(scenarios)} scenarios. Choose some of them.")
            castings.append(Casting(scenario, pool.pop(0)))
        rounds.append(Round(f"r{number}", tuple(castings)))
    if not adults:
        raise UsageError(f"there are too few test persons for {len(scenarios)} scenarios. Choose some of them.")
    return Plan(tuple(rounds), tuple(adults))


def sane(person: str) -> Casting:
    """A control: a person whom all goes well with."""
    return Casting(load_scenarios()[SANE_ID], person)


def within(plan: Plan, limits: Limits, seconds: float | None) -> int:
    """How many of the rounds end within so many seconds however long each takes; all where there is no budget."""
    spent = limits.start + limits.recovery
    for number, round_ in enumerate(plan.rounds):
        spent += round_.longest(limits)
        if seconds is not None and spent > seconds:
            return number
    return len(plan.rounds)


def _groups(scenarios: Sequence[Scenario]) -> list[list[Scenario]]:
    """The scenarios of each round."""
    wire = [one for one in scenarios if one.layer != "answer" and not one.alone and one.id != SILENT]
    known = load_scenarios()
    if wire and TLS_CONTROL in known:  # what differs from its control is seen only beside it
        wire = [known[TLS_CONTROL], *(one for one in wire if one.id != TLS_CONTROL)]
    alone = [one for one in scenarios if one.alone and one.id != SILENT]
    found = [
        [one for one in scenarios if one.id == SILENT],
        [one for one in scenarios if one.layer == "answer" and not one.alone and one.id != SILENT],
        wire,
        *([one] for one in alone if one.place == "operator"),
        *([one] for one in alone if one.place == "far"),
    ]
    return [group for group in found if group]


def _turned(persons: Sequence[str], offset: int, used: Collection[str]) -> list[str]:
    """The persons from another place on; those who have been used stand last."""
    at = offset % len(persons) if persons else 0
    turned = [*persons[at:], *persons[:at]]
    return [one for one in turned if one not in used] + [one for one in turned if one in used]

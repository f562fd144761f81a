"""How does a test let the förmedlare of the example live through scenarios, on a stage that stands?

The förmedlare runs in the test's own thread; what the stage recorded is read afterwards.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from readiness.demo.sending.letter import to_plain, write_letter
from readiness.demo.sending.log import Log
from readiness.demo.sending.mediator import Mediator
from readiness.demo.sending.outcome import WORKING, Outcome
from readiness.demo.sending.settings import Decision, Identity, Settings
from readiness.recording import Connection, Exchange
from readiness.stage.scenario import Casting, Scenario, load_scenarios
from readiness.stage.settings import StageLimits
from tests.stage.standing import ADULTS as PERSONS
from tests.stage.standing import AUTHORITY, Standing, eventually, issued, pem, standing

SCENARIOS = load_scenarios()
TIMEOUT = 0.4
PATIENT = 10.0
"""How long the förmedlare waits for an answer: in scenarios that let it wait in vain, and in all others."""
HOLD = frozenset({"silent", "late", "trickle", "mute", "far-slow"})


@dataclass(frozen=True, slots=True)
class Played:
    """What came of scenarios: the outcomes of the letters by scenario, at the end of the scenarios and after a sane
    order, and what the stage recorded of them."""

    during: Mapping[str, Sequence[Outcome]]
    outcomes: Mapping[str, Sequence[Outcome]]
    exchanges: Sequence[Exchange]
    connections: Sequence[Connection]
    log: Sequence[Mapping[str, str]]

    def deliveries(self, scenario: str) -> list[Exchange]:
        """What came to an operator for a scenario, whole or not."""
        return [one for one in self._of(scenario) if one.role == "operator"]

    def look_ups(self, scenario: str) -> list[Exchange]:
        """What FaR was asked in a scenario, or about its recipient."""
        return [one for one in self._of(scenario) if one.role == "far"]

    def canaries(self, scenario: str) -> list[Exchange]:
        """What came to where only an answer of the scenario pointed."""
        return [one for one in self._of(scenario) if one.role == "canary"]

    def to_own_port(self, scenario: str) -> list[Connection]:
        """The connections to the scenario's own port."""
        return [one for one in self.connections if one.listener == f"scenario-{scenario}"]

    def words(self, scenario: str) -> set[str]:
        """What became of its letters in the end."""
        return {outcome.word for outcome in self.outcomes[scenario]}

    def _of(self, scenario: str) -> list[Exchange]:
        return [one for one in self.exchanges if scenario in {a.scenario for a in one.attributions}]


@dataclass
class Theatre:
    """A stage, and what a förmedlare needs to send to it."""

    stand: Standing
    folder: Path
    _cases: count[int] = field(default_factory=lambda: count(1))
    _persons: count[int] = field(default_factory=count)

    def perform(self, *scenarios: str, quirks: Sequence[str] = (), waited: float = TIMEOUT, **more: object) -> Played:
        """Perform them all at once before a förmedlare that has just been started, then a sane order.

        `waited`: how long the stage takes it to wait for an answer; `more`: of its settings.
        """
        cast = [Casting(SCENARIOS[one], self._person()) for one in scenarios]
        more = {"timeout": TIMEOUT if HOLD & set(scenarios) else PATIENT, "quirks": tuple(quirks), **more}
        path = self.folder / f"log-{next(self._cases)}"
        since = time.monotonic_ns()
        with Log(path, "formedlare") as log:
            mediator = Mediator(self.settings(**more), log)
            cases = self._order(mediator, cast, waited)
            during = self._outcomes(mediator, cases)
            self._order(mediator, [Casting(SCENARIOS["sane"], self._person())], waited)
            outcomes = self._outcomes(mediator, cases)
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        exchanges, connections = self._recorded(since)
        return Played(during, outcomes, exchanges, connections, rows)

    def settings(self, **more: object) -> Settings:
        """What the förmedlare is told."""
        who = Identity(str(self.folder / "who.pem"), str(self.folder / "who.key"))
        known = Settings(
            "", str(self.stand.authority), who, client=who, signing=who, sealing=who, sender="2021004748",
            sender_name="Kommun A", far=self.stand.stage.url("Recipient"), wait=0.05, longest_wait=0.3,
        )  # fmt: skip
        return replace(known, **more)  # type: ignore[arg-type]

    def _order(self, mediator: Mediator, cast: Sequence[Casting], waited: float) -> dict[str, list[str]]:
        """Send to them, as often as their scenarios take; the cases by scenario."""
        self._enact(cast, waited)
        cases: dict[str, list[str]] = {}
        for turn in range(max(one.scenario.messages for one in cast)):
            rows = []
            for casting in (one for one in cast if turn < one.scenario.messages):
                case, kind = f"2026-{next(self._cases):04}", ("beslut", "kallelse")[turn % 2]
                rows.append(to_plain(write_letter(Decision(case, casting.person, kind), "Kommun A")))
                cases.setdefault(casting.scenario.id, []).append(case)
            mediator.take(rows)
            mediator.work(0)
            until = time.monotonic() + 30
            while any(row["word"] == WORKING for row in mediator.outcomes().values()):
                assert time.monotonic() < until, mediator.outcomes()
                mediator.work(0.05)
        return cases

    def _outcomes(self, mediator: Mediator, cases: Mapping[str, Sequence[str]]) -> dict[str, list[Outcome]]:
        said = mediator.outcomes()
        return {scenario: [Outcome(**said[case]) for case in own] for scenario, own in cases.items()}

    def _enact(self, cast: Sequence[Casting], waited: float) -> None:
        asyncio.run_coroutine_threadsafe(self.stand.stage.enact(cast, waited), self.stand.loop).result(10)

    def _person(self) -> str:
        return PERSONS[next(self._persons) % len(PERSONS)]

    def _recorded(self, since: int) -> tuple[list[Exchange], list[Connection]]:
        """What came since a moment, once every connection is over."""

        def whole() -> tuple[list[Exchange], list[Connection]] | None:
            record = self.stand.read()
            if len(record.connections) < self.stand.stage.recorder.connections:
                return None
            exchanges = [one for one in record.exchanges if one.first_byte.ns >= since]
            return exchanges, [one for one in record.connections if one.accepted.ns >= since]

        return eventually(whole, 10)


@contextmanager
def theatre(folder: Path) -> Iterator[Theatre]:
    """A stage that can perform every scenario; a late answer is late by a fifth of a second."""
    certificate, key = issued(signer=AUTHORITY, key=rsa.generate_private_key(65537, 2048))
    (folder / "who.pem").write_bytes(pem([certificate, AUTHORITY[0]]))
    (folder / "who.key").write_bytes(pem([], key))
    with standing(folder, scenarios=tuple(SCENARIOS.values()), limits=StageLimits(late=0.2)) as stand:
        yield Theatre(stand, folder)


def of_nature(*natures: str) -> list[Scenario]:
    """The scenarios of these natures."""
    return [scenario for scenario in SCENARIOS.values() if scenario.nature in natures]

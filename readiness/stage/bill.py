"""Who meets which scenario just now? The castings of the present round, and of those before it.

A test person of an earlier round is treated well from then on, and what comes for it still belongs to its scenario.
Left out: what FaR and operators then say (answers), and what happens on the wire (conversation, connection).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from readiness.recording import Attribution
from readiness.stage.behaviour import NOT_REGISTERED, SANE, Behaviour, digest
from readiness.stage.scenario import Casting, Scenario


class Bill:
    """The playbill of one stage. `persons` says how those are treated whom no scenario meets; it is also the list of
    declared test persons."""

    def __init__(self, persons: Mapping[str, Behaviour]) -> None:
        self._persons = persons
        self._cast: dict[str, Scenario] = {}
        self._former: dict[str, Scenario] = {}
        self._met: Counter[str] = Counter()
        self._enacted: dict[str, Scenario] = {}
        self.far: Scenario | None = None
        self.waited: float | None = None

    def enact(self, castings: Iterable[Casting], waited: float | None) -> None:
        """From now on these. `waited`: seconds that the sending system waits for an answer, where that is known."""
        castings = tuple(castings)
        self._former |= self._cast
        self._cast = {casting.person: casting.scenario for casting in castings}
        self._enacted = {casting.scenario.id: casting.scenario for casting in castings}
        self._met.clear()
        self.far = next((one for one in self._enacted.values() if one.place == "far" and one.alone), None)
        self.waited = waited

    def enacted(self, scenario: str) -> Scenario | None:
        """The scenario of that id, if it is performed just now."""
        return self._enacted.get(scenario)

    def of(self, person: str) -> Scenario | None:
        """The scenario that meets a person now."""
        return self._cast.get(person)

    def told_apart(self, person: str) -> str:
        """The id of the scenario that what comes for a person belongs to, "" for none."""
        found = self._cast.get(person) or self._former.get(person)
        return found.id if found else ""

    def behaviour(self, person: str) -> Behaviour:
        """What is said of a person, and to a delivery to it; somebody undeclared has no mailbox."""
        scenario = self._cast.get(person)
        if scenario is not None:
            return scenario.behaviour if not self._over(person, scenario) else replace(SANE, id=scenario.id)
        if person in self._former:
            return replace(SANE, id=self._former[person].id)
        return self._persons.get(person, NOT_REGISTERED)

    def behaviour_of_far(self) -> Behaviour:
        """How FaR itself behaves just now, towards whomever it is asked about."""
        if self.far is None:
            return SANE
        times = self.far.behaviour.times
        person = next(person for person, scenario in self._cast.items() if scenario is self.far)
        return SANE if times and self._met[person] >= times else self.far.behaviour

    def still_on(self, person: str) -> bool:
        """Whether the answer that is given now is still one of those that a person's scenario is about.

        Asked after the request was counted.
        """
        scenario = self._cast.get(person)
        if scenario is None:
            return False
        times = scenario.behaviour.times
        return not times or self._met[person] <= times

    def count(self, person: str, place: str) -> None:
        """A request for a person was answered as its scenario says, at a place."""
        scenario = self._cast.get(person)
        if scenario is not None and scenario.place == place:
            self._met[person] += 1

    def digest(self, scenario: str) -> str:
        """SHA-256 (hex) of a scenario as it was served last, by its id; "" where it never was."""
        known = {one.id: one for one in (*self._former.values(), *self._cast.values())}
        return known[scenario].digest if scenario in known else ""

    def met(self, person: str) -> int:
        """How often a person's scenario was met in this round."""
        return self._met[person]

    def attribution(self, person: str) -> Attribution | None:
        """What a request for a person belongs to; None for somebody undeclared, who is not named."""
        if person not in self._persons:
            return None
        scenario = self._cast.get(person) or self._former.get(person)
        if scenario is not None:
            return Attribution(scenario.id, "recipient", scenario.digest, person)
        behaviour = self._persons[person]
        return Attribution(behaviour.id, "recipient", digest(behaviour), person)

    def _over(self, person: str, scenario: Scenario) -> bool:
        times = scenario.behaviour.times
        return bool(times) and self._met[person] >= times

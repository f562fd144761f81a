"""How did the sending system do, scenario by scenario and group by group; and what was not performed, and why?

Left out: words and markup (`html`, `terminal`), and the picture of a scenario (`_timeline`). Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from readiness.model import Finding, Observation, Reason, Table, Target, TargetKind, Unseen, Value, Verdict
from readiness.report import ORDER, Report, ScenarioWords

TIMELINE, OUTCOMES, CHANNELS, ATTEMPTS = (
    f"scenario.{name}" for name in ("timeline", "outcomes", "channels", "attempts")
)


@dataclass(frozen=True, slots=True)
class Told:
    """One scenario. `verdict` is the worst among its findings, none where there is no finding; `unseen` says why it was
    not performed, None where it was; `number` is its own in the report."""

    number: int
    target: Target
    words: ScenarioWords
    verdict: Verdict | None
    findings: tuple[Finding, ...]
    seen: tuple[tuple[str, Value | Unseen], ...]
    unseen: Unseen | None

    def value(self, fact: str) -> Value | Unseen:
        """What was seen of a fact, or why not."""
        return dict(self.seen).get(fact, Unseen(Reason.NOT_EXERCISED))

    @property
    def timeline(self) -> Table | None:
        """What happened, if it was told."""
        value = self.value(TIMELINE)
        return value if isinstance(value, Table) else None


@dataclass(frozen=True, slots=True)
class Group:
    """The scenarios of one group, the worst first; `id` is a word of the scenarios' files."""

    id: str
    scenarios: tuple[Told, ...]

    @property
    def performed(self) -> tuple[Told, ...]:
        """Those that were performed."""
        return tuple(one for one in self.scenarios if one.unseen is None)

    @property
    def counts(self) -> tuple[tuple[Verdict, int], ...]:
        """How many have which verdict at worst, all verdicts in order. What no rule is about is not applicable."""
        counts = Counter(one.verdict or Verdict.NOT_APPLICABLE for one in self.scenarios)
        return tuple((verdict, counts[verdict]) for verdict in ORDER)

    def of(self, verdict: Verdict) -> tuple[Told, ...]:
        """Those with that verdict at worst."""
        return tuple(one for one in self.scenarios if one.verdict is verdict)


def scenario_groups(report: Report) -> tuple[Group, ...]:
    """Every scenario among the report's targets, by group, in the order of `Report.scenarios`; unknown groups last."""
    seen = _by_target(report.observations)
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.target, []).append(finding)
    groups: dict[str, list[Told]] = {words.group: [] for words in report.scenarios}
    for number, target in enumerate(report.targets(TargetKind.SCENARIO), 1):
        told = _told(report, number, target, seen.get(target.id, ()), found.get(target.id, ()))
        groups.setdefault(told.words.group, []).append(told)
    return tuple(Group(id_, tuple(sorted(told, key=_worst_first))) for id_, told in groups.items() if told)


def causes(groups: Iterable[Group]) -> tuple[tuple[Unseen, tuple[Told, ...]], ...]:
    """Why scenarios were not performed, the commonest cause first, each with its scenarios."""
    by_cause: dict[Unseen, list[Told]] = {}
    for group in groups:
        for told in group.scenarios:
            if told.unseen:
                by_cause.setdefault(told.unseen, []).append(told)
    return tuple((cause, tuple(told)) for cause, told in sorted(by_cause.items(), key=lambda row: -len(row[1])))


def _told(
    report: Report, number: int, target: Target, observations: Iterable[Observation], findings: Iterable[Finding]
) -> Told:
    seen = {observation.fact: observation.value for observation in observations}
    findings = tuple(sorted(findings, key=lambda finding: ORDER[finding.verdict]))
    performed = any(not isinstance(value, Unseen) for value in seen.values())
    whys = [value for value in (seen.get(TIMELINE), *seen.values()) if isinstance(value, Unseen)]
    return Told(
        number=number,
        target=target,
        words=report.scenario(target),
        verdict=findings[0].verdict if findings else None,
        findings=findings,
        seen=tuple(seen.items()),
        unseen=None if performed else next(iter(whys), Unseen(Reason.NOT_EXERCISED)),
    )


def _by_target(observations: Iterable[Observation]) -> dict[str, list[Observation]]:
    """By target, so that of one fact the one that counts stands last: what was seen, and of that the latest."""
    by_target: dict[str, list[Observation]] = {}
    for observation in sorted(observations, key=attrgetter("at")):
        by_target.setdefault(observation.target, []).append(observation)
    for found in by_target.values():
        found.sort(key=lambda observation: not isinstance(observation.value, Unseen))
    return by_target


def _worst_first(told: Told) -> tuple[int, int]:
    return ORDER[told.verdict] if told.verdict else len(ORDER), told.number

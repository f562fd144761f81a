"""What differs between two runs of one chain, in which direction, and because of what? Reports in, changes out; pure.

The earlier run is judged three ways: as it was, with today's checklist, and with that at today's time. Between two
neighbours one thing alone differs, so each change is the checklist's, time's, or the chain's; the last includes what
could be seen of the chain. Left out: reading runs (`inputs`), and words (`comparison_text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from readiness.model import Because, Cause, Finding, Rule, TargetKind, Verdict
from readiness.report import Report


class Step(StrEnum):
    """What made a change: other rules, observations that grew old, or other observations."""

    CHECKLIST = "checklist"
    TIME = "time"
    CHAIN = "chain"


class Change(StrEnum):
    """How what is said now stands to what was said. Only what was seen both times is better or worse."""

    WORSE = "worse"
    BETTER = "better"
    NO_LONGER_SEEN = "no_longer_seen"
    NEWLY_SEEN = "newly_seen"
    NEWLY_ASKED = "newly_asked"
    NO_LONGER_ASKED = "no_longer_asked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RiskChange:
    """One risk whose grade is another now. `old` or `new` is None where that checklist has no such risk.

    `worse` says whether it is one that a reader must not miss, whatever kind of change it is.
    """

    risk: str
    change: Change
    worse: bool
    old: Because | None
    new: Because | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class FindingChange:
    """One rule on one target whose verdict is another now; None where nothing was asked.

    `target` is empty where all connections, or all exchanges, that a stage recorded are taken together.
    """

    rule: str
    target: str
    change: Change
    worse: bool
    old: Verdict | None
    new: Verdict | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs, in the order of the checklist, and how many risks and findings do not."""

    risks: tuple[RiskChange, ...]
    findings: tuple[FindingChange, ...]
    same_risks: int
    same_findings: int

    @property
    def worse(self) -> tuple[RiskChange | FindingChange, ...]:
        """What is worse, whatever made it so."""
        everything: tuple[RiskChange | FindingChange, ...] = (*self.risks, *self.findings)
        return tuple(one for one in everything if one.worse)


@dataclass(frozen=True, slots=True)
class Judgements:
    """The four judgements that are compared. `as_it_was` is None where the earlier checklist is not to be had: then
    nothing is told of what the checklist made.
    """

    as_it_was: Report | None  # earlier observations, checklist and time
    by_todays_rules: Report  # earlier observations and time, today's checklist
    as_of_today: Report  # earlier observations, today's checklist and time
    new: Report

    @property
    def old(self) -> Report:
        """What stands for the earlier run."""
        return self.as_it_was or self.by_todays_rules

    @property
    def row(self) -> tuple[Report, ...]:
        """From the earlier run to the later one, one step at a time."""
        return tuple(filter(None, (self.as_it_was, self.by_todays_rules, self.as_of_today, self.new)))


SEEN_AS = {
    Because.VIOLATED: Verdict.FAIL,
    Because.NOT_DEMONSTRATED: Verdict.INCONCLUSIVE,
    Because.NOT_COVERED: Verdict.INCONCLUSIVE,
    Because.RESERVATIONS: Verdict.PASS,
    Because.ALL_PASS: Verdict.PASS,
    Because.NOT_APPLICABLE: Verdict.NOT_APPLICABLE,
}
"""A grade as the verdict that it resembles: a risk changes as a finding does."""
FOLDED = frozenset({TargetKind.CONNECTION, TargetKind.EXCHANGE})
"""Every stage counts its own from one: which is which in another run, nobody knows."""
ABOUT_ALL = frozenset({Cause.NOTHING_SELECTED, Cause.DECLARED_ABSENT, Cause.PENDING})
"""Causes of a finding that stands for every target that its rule could have had."""
WORST_FIRST = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.NOT_APPLICABLE)


def compare(judgements: Judgements) -> Comparison:
    """What is another now."""
    risks, findings = _risk_rows(judgements.row), _finding_rows(judgements.row)
    changed = {key: states for key, states in findings.items() if states[0] is not states[-1]}
    graded = {risk: states for risk, states in risks.items() if states[0] is not states[-1]}
    return Comparison(
        tuple(_risk_change(risk, states) for risk, states in graded.items()),
        tuple(
            FindingChange(rule, target, change_of(*_ends(s)), worse_of(*_ends(s)), *_ends(s), steps_of(s))
            for (rule, target), s in changed.items()
        ),
        len(risks) - len(graded),
        len(findings) - len(changed),
    )


def change_of(old: Verdict | None, new: Verdict | None) -> Change:
    """What kind of change it is from one verdict to another; None: nothing was asked."""
    if old is None:
        return Change.NEWLY_ASKED
    if new is None:
        return Change.NO_LONGER_ASKED
    if old is new or Verdict.NOT_APPLICABLE in {old, new}:
        return Change.OTHER
    if old is Verdict.INCONCLUSIVE:
        return Change.NEWLY_SEEN
    if new is Verdict.INCONCLUSIVE:
        return Change.NO_LONGER_SEEN
    return Change.BETTER if new is Verdict.PASS else Change.WORSE


def worse_of(old: Verdict | None, new: Verdict | None) -> bool:
    """Whether something is broken that was not known to be, or not shown any more that was met or did not apply."""
    if new is Verdict.FAIL:
        return old is not Verdict.FAIL
    return new is Verdict.INCONCLUSIVE and old in {Verdict.PASS, Verdict.NOT_APPLICABLE}


def steps_of(states: Sequence[object]) -> tuple[Step, ...]:
    """Which of the steps between neighbours made a difference; the first is missing where there are three states."""
    steps = list(Step)[-len(states) + 1 :]
    return tuple(step for step, (before, after) in zip(steps, pairwise(states), strict=True) if before is not after)


def _risk_change(risk: str, states: Sequence[Because | None]) -> RiskChange:
    old, new = states[0], states[-1]
    before, after = (SEEN_AS[one] if one else None for one in (old, new))
    change, worse = change_of(before, after), worse_of(before, after)
    if before is after is Verdict.PASS:
        worse = new is Because.RESERVATIONS
        change = Change.WORSE if worse else Change.BETTER
    return RiskChange(risk, change, worse, old, new, steps_of(states))


def _ends(states: Sequence[Verdict | None]) -> tuple[Verdict | None, Verdict | None]:
    return states[0], states[-1]


def _risk_rows(reports: Sequence[Report]) -> dict[str, list[Because | None]]:
    """The grade of each risk in each report."""
    found = [{grade.risk: grade.because for grade in report.grades} for report in reports]
    return {risk: [grades.get(risk) for grades in found] for risk in _in_order(found)}


def _finding_rows(reports: Sequence[Report]) -> dict[tuple[str, str], list[Verdict | None]]:
    """The verdict of each rule and target in each report.

    Where a report has a finding about all that a rule could have selected, that speaks of each target by itself.
    """
    told = [_Told(report) for report in reports]
    rows = {}
    for rule in _in_order([one.rules for one in told]):
        about = [one.rules.get(rule, {}) for one in told]
        everything = [one.of_all.get(rule) for one in told]
        for target in _in_order(about) or [_chain_of(told, rule)]:
            rows[rule, target] = [
                verdicts.get(target, of_all) for verdicts, of_all in zip(about, everything, strict=True)
            ]
    return rows


class _Told:
    """What one report's findings say, by rule: of each target (`rules`), and of all at once (`of_all`)."""

    def __init__(self, report: Report) -> None:
        known = {rule.id: rule for rule in report.checklist.rules}
        self.chain = report.profile.chain.id
        self.rules: dict[str, dict[str, Verdict]] = {}
        self.of_all: dict[str, Verdict] = {}
        for finding in report.findings:
            verdicts = self.rules.setdefault(finding.rule, {})
            if finding.cause in ABOUT_ALL:
                self.of_all[finding.rule] = finding.verdict
                continue
            target = _target_of(finding, known[finding.rule])
            verdicts[target] = min(finding.verdict, verdicts.get(target, finding.verdict), key=WORST_FIRST.index)


def _target_of(finding: Finding, rule: Rule) -> str:
    return "" if rule.target in FOLDED else finding.target


def _chain_of(told: Iterable[_Told], rule: str) -> str:
    """The chain of the latest report that says anything by a rule which never had a target."""
    return [one.chain for one in told if rule in one.rules][-1]


def _in_order(tables: Sequence[Mapping[str, object]]) -> list[str]:
    """Every key, as the later table has it first, then what only earlier ones have."""
    return list(dict.fromkeys(key for table in reversed(tables) for key in table))

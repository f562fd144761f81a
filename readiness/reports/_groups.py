"""What belongs together, and what comes first? One closed port is one line, not forty; the gravest is mended first.

Left out: words (`_words`) and layout. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from readiness.model import Because, Cause, Finding, Reason, Rule, TargetKind, Unseen, Verdict, Weight
from readiness.report import Report


@dataclass(frozen=True, slots=True)
class UnseenGroup:
    """Everything about one target that could not be seen for one reason, and what waits for it.

    `targets` are several only where they are scenarios: what has one cause is one group, however many they are.
    `rules` and `risks` are empty where no rule asks for the facts; `must` is whether it is a must for any risk, and
    `level` the highest level of 2014 among the risks that wait (0 where none does). `kind` stands where the profile
    names nothing of a kind that rules are about; the target is the chain then.
    """

    targets: tuple[str, ...]
    unseen: Unseen
    facts: tuple[str, ...]
    rules: tuple[str, ...]
    risks: tuple[str, ...]
    findings: tuple[Finding, ...]
    must: bool
    level: int
    kind: TargetKind | None = None

    @property
    def target(self) -> str:
        """The first of its targets."""
        return self.targets[0]


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing to mend: a rule that is broken (on one or more targets), or one cause of not seeing (`group`).

    `because` is what it does to its risks: violated, not demonstrated, or with reservations.
    """

    because: Because
    level: int
    risks: tuple[str, ...]
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]
    group: UnseenGroup | None = None


def unseen_groups(report: Report) -> tuple[UnseenGroup, ...]:
    """What was not seen, by target and reason: musts, the highest level and most rules first; last what none asks for.

    Scenarios are taken together. Left out: what no probe can look at yet (`Report.waiting`).
    """
    rows: dict[tuple[str, Reason, str], list[Hindered]] = {}
    scenarios = {target.id for target in report.targets(TargetKind.SCENARIO)}
    for row in [*_open_findings(report), *_unasked(report)]:
        where = "" if row.target in scenarios else row.target
        rows.setdefault((where, row.unseen.reason, row.kind or row.alike), []).append(row)
    groups = [_group(report, found) for found in rows.values()]
    return tuple(sorted(groups, key=lambda group: (not group.rules, not group.must, -group.level, -len(group.rules))))


def mend_first(report: Report) -> tuple[Mend, ...]:
    """What to mend, gravest first: broken musts, what was not demonstrated, then shoulds; each by level of 2014."""
    order = [Because.VIOLATED, Because.NOT_DEMONSTRATED, Because.RESERVATIONS]
    mends = [*_broken(report), *(_hindrance(group) for group in unseen_groups(report) if group.rules)]
    return tuple(sorted(mends, key=lambda mend: (order.index(mend.because), -mend.level, -len(mend.rules))))


def waiting_rules(report: Report) -> tuple[tuple[str, tuple[Rule, ...]], ...]:
    """The rules that no probe can look at yet, by risk, in the order of the register; risks without one left out."""
    ids = {finding.rule for finding in report.waiting}
    rules = [rule for rule in report.checklist.rules if rule.id in ids]
    by_risk = (
        (risk.id, tuple(rule for rule in rules if risk.id in dict(rule.risks))) for risk in report.checklist.risks
    )
    return tuple((risk, found) for risk, found in by_risk if found)


@dataclass(frozen=True, slots=True)
class Hindered:
    """One fact that could not be seen, and the finding that stays open for it, if any."""

    target: str
    fact: str
    unseen: Unseen
    finding: Finding | None = None
    kind: TargetKind | None = None

    @property
    def alike(self) -> str:
        """The detail without the fact's own name, which would tear apart what one hindrance keeps together."""
        return self.unseen.detail.replace(self.fact, "*") if self.fact else self.unseen.detail


def _open_findings(report: Report) -> Iterable[Hindered]:
    rules = {rule.id: rule for rule in report.checklist.rules}
    for finding in report.findings:
        if finding.verdict is not Verdict.INCONCLUSIVE or finding.cause is Cause.PENDING:
            continue
        rule, unseen = rules[finding.rule], finding.unseen or Unseen(Reason.NOT_EXERCISED)
        if finding.cause is Cause.NOTHING_SELECTED:
            yield Hindered(finding.target, rule.fact, unseen, finding, rule.target)
        else:
            same = (observation.fact for observation in finding.rests_on if observation.value == finding.unseen)
            yield Hindered(finding.target, next(same, rule.fact), unseen, finding)


def _unasked(report: Report) -> Iterable[Hindered]:
    """Unseen facts, unless a record has them seen."""
    seen = {(o.target, o.fact) for o in report.observations if not isinstance(o.value, Unseen)}
    for (target, fact), observation in {(o.target, o.fact): o for o in report.observations}.items():
        if isinstance(observation.value, Unseen) and (target, fact) not in seen:
            yield Hindered(target, fact, observation.value)


def _group(report: Report, rows: list[Hindered]) -> UnseenGroup:
    findings = tuple(row.finding for row in rows if row.finding)
    rules = tuple(dict.fromkeys(finding.rule for finding in findings))
    risks, must, level = _bearing(report, rules)
    return UnseenGroup(
        targets=tuple(dict.fromkeys(row.target for row in rows)),
        unseen=Unseen(rows[0].unseen.reason, _details(rows)),
        facts=tuple(sorted({row.fact for row in rows if row.fact})),
        rules=rules,
        risks=risks,
        findings=findings,
        must=must,
        level=level,
        kind=rows[0].kind,
    )


def _details(rows: list[Hindered]) -> str:
    """The details that differ, the first two of them, and how many more."""
    details = list(dict.fromkeys(row.unseen.detail for row in rows))
    return "; ".join([*details[:2], *([f"+{len(details) - 2}"] if len(details) > 2 else [])])


def _broken(report: Report) -> Iterable[Mend]:
    by_rule: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.verdict is Verdict.FAIL:
            by_rule.setdefault(finding.rule, []).append(finding)
    for rule, findings in by_rule.items():
        risks, must, level = _bearing(report, (rule,))
        yield Mend(Because.VIOLATED if must else Because.RESERVATIONS, level, risks, (rule,), tuple(findings))


def _hindrance(group: UnseenGroup) -> Mend:
    because = Because.NOT_DEMONSTRATED if group.must else Because.RESERVATIONS
    return Mend(because, group.level, group.risks, group.rules, group.findings, group)


def _bearing(report: Report, rules: Iterable[str]) -> tuple[tuple[str, ...], bool, int]:
    """The risks that rules bear on (in the register's order), whether any is a must, and the highest level of 2014.

    Where some are musts, the level is the highest among those: a should does not lift what is mended first.
    """
    weights: dict[str, Weight] = {}
    known = {rule.id: rule for rule in report.checklist.rules}
    for rule in rules:
        for risk, weight in known[rule].risks:
            weights[risk] = Weight.MUST if Weight.MUST in {weight, weights.get(risk)} else weight
    must = Weight.MUST in weights.values()
    levels = [
        risk.level
        for risk in report.checklist.risks
        if weights.get(risk.id) is (Weight.MUST if must else Weight.SHOULD)
    ]
    return tuple(risk.id for risk in report.checklist.risks if risk.id in weights), must, max(levels, default=0)

"""Which rule is met by which target, and what does that say of each risk? Observations in, findings and grades out.

No I/O and no clock: the time of judging is an argument, and the same record gives the same verdict. Totality: every
rule gives one finding for each target it selects, or one about the chain itself where it selects none. Left out: words
for people, and which of several records counts (`union`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from readiness.chain import Absence, Profile
from readiness.model import (
    RECORDED,
    Because,
    Cause,
    Expectation,
    Finding,
    Grade,
    Mark,
    Observation,
    PartGrade,
    Reason,
    Rule,
    Strength,
    Target,
    Unseen,
    Verdict,
    Weight,
)
from readiness.predicates import PREDICATES, Answer
from readiness.union import Facts, counting

Weighted = list[tuple[Finding, Weight]]

WORST_FIRST = list(Because)
STRONGEST_FIRST = list(Strength)


def judge(
    rules: Iterable[Rule], profile: Profile, observations: Iterable[Observation], at: datetime
) -> tuple[Finding, ...]:
    """One finding for each rule and target it selects, in the order of rules and targets."""
    observations = tuple(observations)
    seen = {where: counting(observations, profile, where) for where in ("", "test", "production")}
    return tuple(
        finding
        for rule in rules
        if not rule.retired and answers_for(rule, profile.subject.kind)
        for finding in _judge_rule(rule, profile, seen[rule.environment], at)
    )


def answers_for(rule: Rule, subject_kind: str) -> bool:
    """Whether a report about that kind of subject judges the rule: a vendor's leaves out the kommun's part."""
    return subject_kind != "vendor" or rule.answers != "kommun"


def selects(rule: Rule, target: Target) -> bool:
    """Whether a rule is about a target, by what is declared of it."""
    return target.kind is rule.target and all(target.says(name) in wanted for name, wanted in rule.select)


def grade(
    findings: Iterable[Finding], rules: Iterable[Rule], risks: Iterable[str], *, part: str = "", whole: bool = True
) -> tuple[Grade, ...]:
    """One grade for each risk. `part` "seen" grades that part alone; `whole` is false where only a share was judged."""
    known = {rule.id: rule for rule in rules}
    about: dict[str, dict[bool, Weighted]] = {risk: {True: [], False: []} for risk in risks}
    for finding in findings:
        rule = known[finding.rule]
        for risk, weight in rule.risks:
            if risk in about:
                about[risk][rule.stated].append((finding, weight))
    return tuple(
        _grade_risk(risk, parts[False], [] if part == "seen" else parts[True], whole=whole)
        for risk, parts in about.items()
    )


# -- One rule ----------------------------------------------------------------------------------------------------------


def _judge_rule(rule: Rule, profile: Profile, seen: Mapping[str, Facts], at: datetime) -> Iterable[Finding]:
    chain = profile.chain.id
    if rule.pending:
        unseen = Unseen(Reason.NOT_BUILT, rule.pending.en)
        return [Finding(rule.id, chain, Verdict.INCONCLUSIVE, Cause.PENDING, unseen=unseen)]
    if targets := [target for target in profile.targets if selects(rule, target)]:
        return [_judge_target(rule, target, seen.get(target.id, {}), at) for target in targets]
    if absence := next((absence for absence in profile.absences if _speaks_of(absence, rule)), None):
        return [Finding(rule.id, chain, Verdict.NOT_APPLICABLE, Cause.DECLARED_ABSENT, absence=absence.id)]
    asked = ", ".join(f"{name} {' or '.join(map(str, wanted))}" for name, wanted in rule.select)
    which = f"{rule.target}{f' with {asked}' if asked else ''}"
    unseen = Unseen(Reason.NOT_CONFIGURED, f"the profile names no {which}")
    if rule.target in RECORDED:
        unseen = Unseen(Reason.NOT_EXERCISED, f"no stage recorded a {which}")
    return [Finding(rule.id, chain, Verdict.INCONCLUSIVE, Cause.NOTHING_SELECTED, unseen=unseen)]


def _speaks_of(absence: Absence, rule: Rule) -> bool:
    """Whether "there is none of that" covers everything that the rule could have selected."""
    selected = dict(rule.select)
    return absence.what is rule.target and all(selected.get(name) == (value,) for name, value in absence.where)


def _judge_target(rule: Rule, target: Target, facts: Facts, at: datetime) -> Finding:
    asked = [*rule.when, *rule.expect]
    names = dict.fromkeys(name for expectation in asked for name in (expectation.fact, expectation.of) if name)
    rests_on = tuple(facts[name] for name in names if name in facts)

    def finding(
        verdict: Verdict, cause: Cause, broken: tuple[Expectation, ...] = (), unseen: Unseen | None = None
    ) -> Finding:
        return Finding(rule.id, target.id, verdict, cause, rests_on, broken, unseen)

    if rule.fact in facts and _outside(rule, facts[rule.fact].at):
        return finding(Verdict.NOT_APPLICABLE, Cause.OUTSIDE_PERIOD)
    for condition in rule.when:
        answer, cause = _ask(rule, condition, facts, at)
        if isinstance(answer, Unseen):
            return finding(Verdict.INCONCLUSIVE, cause, unseen=answer)
        if not answer:
            return finding(Verdict.NOT_APPLICABLE, Cause.CONDITION_FALSE, broken=(condition,))
    answers = [(expectation, *_ask(rule, expectation, facts, at)) for expectation in rule.expect]
    if broken := tuple(expectation for expectation, answer, _ in answers if answer is False):
        return finding(Verdict.FAIL, Cause.BROKEN, broken=broken)
    for _, answer, cause in answers:
        if isinstance(answer, Unseen):
            return finding(Verdict.INCONCLUSIVE, cause, unseen=answer)
    return finding(Verdict.PASS, Cause.HOLDS)


def _outside(rule: Rule, at: datetime) -> bool:
    return bool(
        (rule.valid_from and at.date() < rule.valid_from) or (rule.valid_until and at.date() > rule.valid_until)
    )


def _ask(rule: Rule, expectation: Expectation, facts: Facts, at: datetime) -> tuple[Answer, Cause]:
    """Whether an expectation holds, or why that stays open, and the cause that goes with an open answer."""
    value = _current(rule, expectation.fact, facts, at)
    if isinstance(value, Unseen):
        return value, Cause.UNSEEN
    if expectation.of:
        counted = _current(rule, expectation.of, facts, at)
        if isinstance(counted, Unseen):
            return counted, Cause.UNSEEN
        if not counted.value:
            return Unseen(Reason.NOT_EXERCISED, f"{expectation.of} is 0"), Cause.NOTHING_COUNTED
    answer = PREDICATES[expectation.predicate].holds(value.value, expectation.operand, at, value.undecided)
    return answer, Cause.UNSEEN


def _current(rule: Rule, fact: str, facts: Facts, at: datetime) -> Observation | Unseen:
    """The observation of a fact that counts for a rule now, or why none does."""
    observation = facts.get(fact)
    if observation is None:
        where = f" in {rule.environment}" if rule.environment else ""
        return Unseen(Reason.NOT_EXERCISED, f"no record holds an observation of {fact}{where}")
    if isinstance(observation.value, Unseen):
        return observation.value
    if rule.valid_days is not None and at - observation.at > timedelta(days=rule.valid_days):
        dated = f"{fact} is of {observation.at:%Y-%m-%d} and counts for {rule.valid_days} days"
        return Unseen(Reason.EXPIRED, dated)
    return observation


# -- One risk ----------------------------------------------------------------------------------------------------------


def _grade_risk(risk: str, seen: Weighted, stated: Weighted, *, whole: bool) -> Grade:
    parts = {"seen": seen, "stated": stated}
    # A part without a must is not graded by itself; what it has of should counts in the other.
    graded = {name: rows for name, rows in parts.items() if any(weight is Weight.MUST for _, weight in rows)}
    if not graded:
        return Grade(risk, Mark.FAIL, Because.NOT_COVERED, whole=whole)
    loose = [row for name, rows in parts.items() if name not in graded for row in rows]
    part_grades = {name: _grade_part(rows + loose) for name, rows in graded.items()}
    worst = min(part_grades.values(), key=lambda part: WORST_FIRST.index(part.because))
    strengths = [part.strength for part in part_grades.values() if part.strength]
    return Grade(
        risk,
        worst.mark,
        worst.because,
        _weakest(strengths),
        part_grades.get("seen"),
        part_grades.get("stated"),
        whole=whole,
    )


def _grade_part(rows: Weighted) -> PartGrade:
    """The table of DESIGN section 4. Called with at least one must."""
    musts = [finding for finding, weight in rows if weight is Weight.MUST]
    shoulds = [finding for finding, weight in rows if weight is Weight.SHOULD]
    strength = _weakest([_strength(finding) for finding in musts if finding.verdict is Verdict.PASS])
    if any(finding.verdict is Verdict.FAIL for finding in musts):
        return PartGrade(Mark.FAIL, Because.VIOLATED, strength)
    if any(finding.verdict is Verdict.INCONCLUSIVE for finding in musts):
        return PartGrade(Mark.FAIL, Because.NOT_DEMONSTRATED, strength)
    if all(finding.cause is Cause.DECLARED_ABSENT for finding in musts):
        return PartGrade(Mark.NONE, Because.NOT_APPLICABLE)
    if not any(finding.verdict is Verdict.PASS for finding in musts):
        return PartGrade(Mark.FAIL, Because.NOT_COVERED)
    if any(finding.verdict in {Verdict.FAIL, Verdict.INCONCLUSIVE} for finding in shoulds):
        return PartGrade(Mark.PASS, Because.RESERVATIONS, strength)
    return PartGrade(Mark.PASS, Because.ALL_PASS, strength)


def _strength(finding: Finding) -> Strength:
    """How surely a finding is known: as its weakest observation. A pass rests on at least one."""
    return _weakest([observation.strength for observation in finding.rests_on]) or Strength.WORD


def _weakest(strengths: Sequence[Strength]) -> Strength | None:
    return max(strengths, key=STRONGEST_FIRST.index, default=None)

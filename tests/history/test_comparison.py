"""Is every change told for what it is, and laid to what made it? Truth tables, and reports put together by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from readiness.history.comparison import (
    Change,
    Comparison,
    Judgements,
    Step,
    change_of,
    compare,
    steps_of,
    worse_of,
)
from readiness.judge import grade
from readiness.model import Because, Cause, Finding, Grade, Mark, Rule, Target, TargetKind, Verdict, Weight
from readiness.register import Checklist
from readiness.report import Report
from tests.conftest import profile_of
from tests.reports.sample import sample_report
from tests.test_judge import RULE

PASS, FAIL, OPEN, NOT_APPLICABLE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE
SAMPLE = sample_report()
FRONT, BACK = (Target(name, TargetKind.ENDPOINT) for name in ("front", "back"))


def report(*rows: tuple[Rule, str, Verdict, Cause], targets: tuple[Target, ...] = (FRONT, BACK)) -> Report:
    """A report with these findings, graded as the judge grades."""
    rules = tuple(dict.fromkeys(rule for rule, *_ in rows))
    findings = tuple(Finding(rule.id, target, verdict, cause) for rule, target, verdict, cause in rows)
    risks = tuple(risk for risk in SAMPLE.checklist.risks if risk.id in {"8", "M6"})
    return replace(
        SAMPLE,
        profile=profile_of(*targets),
        checklist=Checklist(rules, risks, (), SAMPLE.checklist.matrix, "c" * 64),
        findings=findings,
        grades=grade(findings, rules, [risk.id for risk in risks]),
        observations=(),
    )


def said(verdict: Verdict, rule: Rule = RULE, target: str = "front") -> tuple[Rule, str, Verdict, Cause]:
    causes = {PASS: Cause.HOLDS, FAIL: Cause.BROKEN, OPEN: Cause.UNSEEN, NOT_APPLICABLE: Cause.CONDITION_FALSE}
    return rule, target, verdict, causes[verdict]


def compared(*reports: Report | None) -> Comparison:
    return compare(Judgements(*reports))  # type: ignore[arg-type]


def between(old: Report, new: Report) -> Comparison:
    return compared(old, old, old, new)


KINDS = {
    (PASS, PASS): (Change.OTHER, False),
    (PASS, FAIL): (Change.WORSE, True),
    (PASS, OPEN): (Change.NO_LONGER_SEEN, True),
    (PASS, NOT_APPLICABLE): (Change.OTHER, False),
    (PASS, None): (Change.NO_LONGER_ASKED, False),
    (FAIL, PASS): (Change.BETTER, False),
    (FAIL, FAIL): (Change.OTHER, False),
    (FAIL, OPEN): (Change.NO_LONGER_SEEN, False),
    (FAIL, NOT_APPLICABLE): (Change.OTHER, False),
    (FAIL, None): (Change.NO_LONGER_ASKED, False),
    (OPEN, PASS): (Change.NEWLY_SEEN, False),
    (OPEN, FAIL): (Change.NEWLY_SEEN, True),
    (OPEN, OPEN): (Change.OTHER, False),
    (OPEN, NOT_APPLICABLE): (Change.OTHER, False),
    (OPEN, None): (Change.NO_LONGER_ASKED, False),
    (NOT_APPLICABLE, PASS): (Change.OTHER, False),
    (NOT_APPLICABLE, FAIL): (Change.OTHER, True),
    (NOT_APPLICABLE, OPEN): (Change.OTHER, True),
    (NOT_APPLICABLE, NOT_APPLICABLE): (Change.OTHER, False),
    (NOT_APPLICABLE, None): (Change.NO_LONGER_ASKED, False),
    (None, PASS): (Change.NEWLY_ASKED, False),
    (None, FAIL): (Change.NEWLY_ASKED, True),
    (None, OPEN): (Change.NEWLY_ASKED, False),
    (None, NOT_APPLICABLE): (Change.NEWLY_ASKED, False),
}


def test_the_table_of_changes_is_whole() -> None:
    pairs = set(itertools.product([*Verdict, None], repeat=2)) - {(None, None)}
    assert set(KINDS) == pairs


@pytest.mark.parametrize(("old", "new"), KINDS, ids=str)
def test_a_verdict_changes_as_the_table_says(old: Verdict | None, new: Verdict | None) -> None:
    assert (change_of(old, new), worse_of(old, new)) == KINDS[old, new]


@pytest.mark.parametrize("states", list(itertools.product("ab", repeat=4)), ids="".join)
def test_each_step_that_made_a_difference_is_named_and_no_other(states: tuple[str, ...]) -> None:
    steps = steps_of(states)
    for step, before, after in zip(Step, states, states[1:], strict=False):
        assert (step in steps) == (before != after)
    assert steps_of(states[1:]) == tuple(step for step in steps if step is not Step.CHECKLIST)


@pytest.mark.parametrize("step", list(Step))
def test_a_change_is_laid_to_the_step_where_it_came(step: Step) -> None:
    at = list(Step).index(step) + 1
    row = [report(said(PASS if number < at else FAIL)) for number in range(4)]
    found = compared(*row)
    (one,) = found.findings
    assert (one.rule, one.target, one.change, one.steps) == ("MM-X-01", "front", Change.WORSE, (step,))
    (risk,) = found.risks
    assert (risk.risk, risk.old, risk.new, risk.steps) == ("8", Because.ALL_PASS, Because.VIOLATED, (step,))
    assert (found.same_risks, found.same_findings) == (1, 0)


def test_what_two_steps_made_is_laid_to_both_and_what_they_undid_is_no_change() -> None:
    both = compared(report(said(PASS)), report(said(OPEN)), report(said(OPEN)), report(said(FAIL)))
    assert both.findings[0].steps == (Step.CHECKLIST, Step.CHAIN)
    undone = compared(report(said(PASS)), report(said(FAIL)), report(said(FAIL)), report(said(PASS)))
    assert (undone.findings, undone.risks, undone.worse, undone.same_findings) == ((), (), (), 1)


def test_without_the_earlier_checklist_nothing_is_laid_to_it() -> None:
    found = compared(None, report(said(PASS)), report(said(OPEN)), report(said(FAIL)))
    assert found.findings[0].steps == (Step.TIME, Step.CHAIN)
    assert found.findings[0].old is PASS


def test_a_rule_that_is_new_is_newly_asked_because_of_the_checklist() -> None:
    other = replace(RULE, id="MM-X-02")
    old, new = report(said(PASS)), report(said(PASS), said(FAIL, other))
    found = compared(old, new, new, new)
    assert [(one.rule, one.change, one.steps) for one in found.findings] == [
        ("MM-X-02", Change.NEWLY_ASKED, (Step.CHECKLIST,))
    ]
    assert found.worse
    gone = compared(new, old, old, old)
    assert [(one.rule, one.change, one.worse) for one in gone.findings] == [("MM-X-02", Change.NO_LONGER_ASKED, False)]


def test_a_violation_that_is_no_longer_seen_is_not_better() -> None:
    found = between(report(said(FAIL)), report(said(OPEN)))
    assert [one.change for one in (*found.findings, *found.risks)] == [Change.NO_LONGER_SEEN] * 2
    assert found.worse == ()


def test_taking_the_targets_away_does_not_hide_what_they_showed() -> None:
    nothing = (RULE, "chain", OPEN, Cause.NOTHING_SELECTED)
    found = between(report(said(PASS), said(FAIL, target="back")), report(nothing, targets=()))
    assert [(one.target, one.change, one.worse) for one in found.findings] == [
        ("front", Change.NO_LONGER_SEEN, True),
        ("back", Change.NO_LONGER_SEEN, False),
    ]
    back = between(report(nothing, targets=()), report(said(PASS)))
    assert [(one.target, one.change) for one in back.findings] == [("front", Change.NEWLY_SEEN)]


def test_a_pending_rule_that_is_built_makes_what_it_asks_newly_seen() -> None:
    pending = report((RULE, "chain", OPEN, Cause.PENDING))
    built = report(said(PASS), said(PASS, target="back"))
    found = compared(pending, built, built, built)
    assert [(one.target, one.change, one.steps) for one in found.findings] == [
        (target, Change.NEWLY_SEEN, (Step.CHECKLIST,)) for target in ("front", "back")
    ]


def test_what_stays_about_the_chain_is_counted_once() -> None:
    pending = report((RULE, "chain", OPEN, Cause.PENDING))
    assert between(pending, pending) == Comparison((), (), 2, 1)


@pytest.mark.parametrize("kind", [TargetKind.CONNECTION, TargetKind.EXCHANGE])
def test_what_a_stage_counts_anew_each_time_is_taken_together(kind: TargetKind) -> None:
    rule = replace(RULE, target=kind)
    old = report(said(PASS, rule, "e1"), said(PASS, rule, "e2"))
    new = report(said(PASS, rule, "e7"), said(FAIL, rule, "e8"), said(OPEN, rule, "e9"))
    (one,) = between(old, new).findings
    assert (one.target, one.change, one.old, one.new) == ("", Change.WORSE, PASS, FAIL)
    assert between(old, report(said(PASS, rule, "e3"))).findings == ()


GRADES = {
    (Because.ALL_PASS, Because.RESERVATIONS): (Change.WORSE, True),
    (Because.RESERVATIONS, Because.ALL_PASS): (Change.BETTER, False),
    (Because.NOT_COVERED, Because.NOT_DEMONSTRATED): (Change.OTHER, False),
    (Because.NOT_DEMONSTRATED, Because.VIOLATED): (Change.NEWLY_SEEN, True),
    (Because.VIOLATED, Because.NOT_COVERED): (Change.NO_LONGER_SEEN, False),
    (Because.ALL_PASS, Because.NOT_DEMONSTRATED): (Change.NO_LONGER_SEEN, True),
    (Because.VIOLATED, Because.RESERVATIONS): (Change.BETTER, False),
    (Because.NOT_APPLICABLE, Because.NOT_DEMONSTRATED): (Change.OTHER, True),
    (Because.NOT_APPLICABLE, Because.ALL_PASS): (Change.OTHER, False),
}


@pytest.mark.parametrize(("old", "new"), GRADES, ids=str)
def test_a_grade_changes_as_its_verdict_would_and_a_reservation_is_worse(old: Because, new: Because) -> None:
    first, second = (replace(report(said(PASS)), grades=(Grade("8", Mark.FAIL, because),)) for because in (old, new))
    (one,) = between(first, second).risks
    assert (one.change, one.worse, one.old, one.new) == (*GRADES[old, new], old, new)
    assert bool(between(first, second).worse) == GRADES[old, new][1]


def test_changes_stand_in_the_order_of_the_later_checklist() -> None:
    other, gone = replace(RULE, id="MM-A-01"), replace(RULE, id="MM-B-01", risks=(("M6", Weight.MUST),))
    found = between(report(said(PASS, gone), said(PASS, other), said(PASS)), report(said(FAIL), said(FAIL, other)))
    assert [one.rule for one in found.findings] == ["MM-X-01", "MM-A-01", "MM-B-01"]

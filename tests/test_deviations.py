"""A decision to accept a deviation is told as in force, expired or unused; no verdict depends on it."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.chain import Deviation
from readiness.deviations import states
from readiness.judge import grade, judge
from readiness.model import Cause, Finding, Verdict
from readiness.report import DeviationState
from readiness.reports.data import data
from readiness.reports.html import html_report
from readiness.reports.terminal import terminal_report
from readiness.texts import LANGUAGES, say
from tests.conftest import NOON
from tests.reports.sample import sample_report

SECOND = dt.timedelta(seconds=1)
FAILS = Finding("MM-X-01", "front", Verdict.FAIL, Cause.BROKEN)


def deviation(rule="MM-X-01", target="", expires=NOON, malformed=""):
    return Deviation(rule, target, "why", "owner", "approver", expires, malformed)


def state(decision, *findings):
    [(told, result)] = states([decision], findings, NOON)
    assert told is decision
    return result


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (deviation(), "in_force"),
        (deviation(expires=NOON + SECOND), "in_force"),
        (deviation(expires=NOON - SECOND), "expired"),
        (deviation(expires=None), "expired"),
        (deviation(expires=NOON + SECOND, malformed="no approver"), "expired"),
        (deviation(target="front"), "in_force"),
        (deviation(target="back"), "unused"),
        (deviation(rule="MM-X-02"), "unused"),
        (deviation(rule="MM-X-02", target="front"), "unused"),
    ],
)
def test_a_deviation_is_in_force_until_it_expires_where_its_rule_fails(decision, expected):
    assert state(decision, FAILS) is DeviationState(expected)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [("fail", "in_force"), ("inconclusive", "in_force"), ("pass", "unused"), ("not_applicable", "unused")],
)
def test_a_deviation_is_used_only_where_something_is_left_to_accept(verdict, expected):
    finding = Finding("MM-X-01", "front", Verdict(verdict), Cause.UNSEEN)
    assert state(deviation(), finding) is DeviationState(expected)


def test_one_open_finding_among_many_puts_it_in_force():
    others = [Finding("MM-X-01", target, Verdict.PASS, Cause.HOLDS) for target in ("a", "b")]
    assert state(deviation(), *others, FAILS, Finding("MM-X-02", "a", Verdict.FAIL, Cause.BROKEN)) == "in_force"


def test_a_deviation_from_what_nobody_judged_is_unused():
    assert state(deviation()) is DeviationState.UNUSED


def test_deviations_keep_their_order():
    rows = [deviation(), deviation(rule="MM-X-02")]
    assert [told for told, _ in states(rows, [], NOON)] == rows


DEVIATIONS = st.builds(
    Deviation,
    rule=st.sampled_from([rule.id for rule in sample_report().checklist.rules]),
    target=st.sampled_from(["", *(target.id for target in sample_report().profile.targets)]),
    reason=st.text(max_size=5),
    owner=st.sampled_from(["A", "B"]),
    approved_by=st.sampled_from(["A", "B"]),
    expires=st.sampled_from([None, NOON, NOON - SECOND, NOON + SECOND]),
    malformed=st.sampled_from(["", "no approver"]),
)


@settings(max_examples=40, deadline=None)
@given(decisions=st.lists(DEVIATIONS, max_size=4))
def test_no_deviation_changes_a_verdict_a_grade_or_an_exit_code(decisions):
    bare = sample_report()
    profile = replace(bare.profile, deviations=tuple(decisions))
    accepted = replace(bare, profile=profile, deviations=states(decisions, bare.findings, NOON))
    ids = [risk.id for risk in bare.checklist.risks]

    assert accepted.exit_code == bare.exit_code
    for key in ("findings", "grades", "exit_code"):
        assert data(accepted)[key] == data(bare)[key]
    judged, again = (judge(bare.checklist.rules, one, bare.observations, NOON) for one in (bare.profile, profile))
    assert judged == again
    assert grade(judged, bare.checklist.rules, ids) == grade(again, bare.checklist.rules, ids)
    assert len(data(accepted)["deviations"]) == len(decisions)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_owner_who_decided_alone_is_told_on_the_terminal_and_beside_the_finding(lang):
    words = say(lang, "terminal.deviation_self_approved")
    open_ = next(f for f in sample_report().findings if f.verdict is Verdict.FAIL)
    for owner, told in (("approver", True), (" Approver", True), ("owner", False)):
        one = Deviation(open_.rule, open_.target, "why", owner, "approver", NOON + SECOND)
        report = replace(sample_report(), deviations=((one, DeviationState.IN_FORCE),))
        assert (words in terminal_report(report, lang, 120, False)) is told
        assert (words in html_report(report, lang)) is told

"""A decision to accept a deviation is told as in force, expired or unused; no verdict depends on it."""

import datetime as dt

import pytest

from readiness.chain import Deviation
from readiness.deviations import states
from readiness.model import Cause, Finding, Verdict
from readiness.report import DeviationState
from tests.conftest import NOON

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

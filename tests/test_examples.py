"""What a rule's example leaves unsaid is filled in with what satisfies the rule, at a time when the rule applies."""

import datetime as dt
from dataclasses import replace

import pytest

from readiness.examples import SATISFYING, broken_examples, judge_example
from readiness.model import (
    Basis,
    Cause,
    Example,
    Expectation,
    Period,
    Rule,
    Strength,
    TargetKind,
    Verdict,
    Weight,
    Words,
)
from readiness.predicates import PREDICATES
from tests.conftest import NOON

W = Words("t", "t")
RULE = Rule(
    "MM-X-01",
    W,
    (("8", Weight.MUST),),
    Basis.PRACTICE,
    "s",
    "read",
    W,
    target=TargetKind.ENDPOINT,
    fact="f.number",
    expect=(Expectation("f.number", "at_least", 2),),
)
DATE = dt.date(2026, 3, 15)
OPERANDS = [
    ("equals", "x"),
    ("equals", False),
    ("equals", 0),
    ("one_of", ("a", "b")),
    ("subset_of", ("a", "b")),
    ("contains", "x"),
    ("excludes", "x"),
    ("is_empty", True),
    ("is_empty", False),
    ("at_least", 7),
    ("at_most", 7),
    ("days_left_at_least", 7),
    ("days_old_at_most", 0),
    ("days_long_at_least", 7),
    ("days_long_at_most", 7),
    ("days_long_below", 1),
    ("seconds_long_at_least", 7),
    ("seconds_long_at_most", 7),
    ("on_or_after", DATE),
    ("before", DATE),
    ("share_left_at_least", 100),
]


@pytest.mark.parametrize(("predicate", "operand"), OPERANDS)
def test_what_is_filled_in_for_a_further_fact_satisfies_it(predicate, operand):
    assert PREDICATES[predicate].holds(SATISFYING[predicate](operand, NOON), operand, NOON, ()) is True
    for rule in (
        replace(RULE, expect=(*RULE.expect, Expectation("f.other", predicate, operand, "f.read"))),
        replace(RULE, when=(Expectation("f.other", predicate, operand, "f.read"),)),
    ):
        assert judge_example(rule, Example(2)).verdict is Verdict.PASS
        assert judge_example(rule, Example(1)).verdict is Verdict.FAIL


def test_every_predicate_is_filled_in_and_only_for_matches_an_example_must_say_more():
    assert set(SATISFYING) == set(PREDICATES)
    assert set(SATISFYING) - {name for name, _ in OPERANDS} == {"matches"}
    rule = replace(RULE, expect=(*RULE.expect, Expectation("f.text", "matches", "a+")))
    assert judge_example(rule, Example(2)).verdict is Verdict.FAIL
    assert judge_example(rule, Example(2, given=(("f.text", "a"),))).verdict is Verdict.PASS


def test_the_value_of_an_example_counts_before_whatever_is_given():
    assert judge_example(RULE, Example(1, given=(("f.number", 2),))).verdict is Verdict.FAIL


def test_an_example_may_give_a_denominator():
    rule = replace(RULE, expect=(Expectation("f.number", "at_least", 2, of="f.read"),))
    assert judge_example(rule, Example(2)).verdict is Verdict.PASS
    assert judge_example(rule, Example(2, given=(("f.read", 0),))).cause is Cause.NOTHING_COUNTED


@pytest.mark.parametrize(
    "period",
    [
        {"valid_from": dt.date(2031, 1, 1)},
        {"valid_until": dt.date(2020, 1, 1)},
        {"valid_from": dt.date(2031, 1, 1), "valid_until": dt.date(2031, 1, 1)},
        {"valid_days": 1},
        {"environment": "production"},
        {"answers": "kommun"},
        {"answers": "vendor"},
        {"select": (("role", ("web", "log")), ("mutual_tls", ("required",)))},
        {"target": TargetKind.STATEMENT},
    ],
    ids="+".join,
)
def test_an_example_is_judged_where_and_when_the_rule_applies(period):
    rule = replace(RULE, **period)
    finding = judge_example(rule, Example(2))
    assert (finding.verdict, finding.rule) == (Verdict.PASS, "MM-X-01")
    assert judge_example(rule, Example(1)).verdict is Verdict.FAIL


def test_a_moment_is_judged_at_the_time_of_the_example_or_at_some_time_in_utc():
    rule = replace(RULE, fact="f.moment", expect=(Expectation("f.moment", "days_left_at_least", 7),))
    week = NOON + dt.timedelta(days=7)
    assert judge_example(rule, Example(week, at=NOON)).verdict is Verdict.PASS
    assert judge_example(rule, Example(week, at=NOON + dt.timedelta(seconds=1))).verdict is Verdict.FAIL
    assert judge_example(rule, Example(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))).verdict is Verdict.PASS


def test_each_example_that_comes_out_otherwise_is_told():
    rule = replace(RULE, passes=(Example(2), Example(1)), fails=(Example(1), Example(3)))
    assert broken_examples(rule) == [
        "1 is said to pass, and comes out as fail (broken)",
        "3 is said to fail, and comes out as pass (holds)",
    ]


def test_a_period_and_a_set_are_values_of_examples_too():
    rule = replace(RULE, fact="f.period", expect=(Expectation("f.period", "share_left_at_least", 50),))
    day = dt.timedelta(days=1)
    assert judge_example(rule, Example(Period(NOON - day, NOON + day), at=NOON)).verdict is Verdict.PASS
    assert judge_example(rule, Example(Period(NOON - day, NOON), at=NOON)).verdict is Verdict.FAIL


def test_what_an_example_rests_on_was_seen():
    finding = judge_example(RULE, Example(2))
    assert [(o.fact, o.value, o.strength) for o in finding.rests_on] == [("f.number", 2, Strength.LIVE)]

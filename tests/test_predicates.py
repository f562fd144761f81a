"""Each predicate at its boundary, and what it makes of members that stay open."""

import datetime as dt
import itertools

import pytest

from readiness.model import FactType, Period, Reason, Unseen
from readiness.predicates import PREDICATES, operand_fault
from tests.conftest import NOON

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
LATE = Unseen(Reason.TIMED_OUT, "b")

TABLE = [
    ("equals", "EC", "EC", True),
    ("equals", "EC", "RSA", False),
    ("equals", True, True, True),
    ("equals", False, True, False),
    ("equals", 1, 1, True),
    ("equals", 2, 1, False),
    ("one_of", "a", ("a", "b"), True),
    ("one_of", "c", ("a", "b"), False),
    ("subset_of", ("a",), ("a", "b"), True),
    ("subset_of", ("a", "b"), ("a", "b"), True),
    ("subset_of", ("a", "c"), ("a", "b"), False),
    ("subset_of", (), ("a",), False),
    ("contains", ("a", "b"), "a", True),
    ("contains", ("b",), "a", False),
    ("contains", (), "a", False),
    ("excludes", ("b",), "a", True),
    ("excludes", (), "a", True),
    ("excludes", ("a", "b"), "a", False),
    ("is_empty", (), True, True),
    ("is_empty", ("a",), True, False),
    ("is_empty", ("a",), False, True),
    ("is_empty", (), False, False),
    ("at_least", 256, 256, True),
    ("at_least", 255, 256, False),
    ("at_most", 256, 256, True),
    ("at_most", 257, 256, False),
    ("matches", "16212000", r"16\d+", True),
    ("matches", "x16212000", r"16\d+", False),
    ("matches", "16212000x", r"16\d+", False),
    ("matches", "1" * 4096, r"1*", True),
    ("matches", "1" * 4097, r"1*", False),
    ("days_left_at_least", NOON + 30 * DAY, 30, True),
    ("days_left_at_least", NOON + 30 * DAY - SECOND, 30, False),
    ("days_left_at_least", NOON, 0, True),
    ("days_left_at_least", NOON - SECOND, 0, False),
    ("days_old_at_most", NOON - 30 * DAY, 30, True),
    ("days_old_at_most", NOON - 30 * DAY - SECOND, 30, False),
    ("days_old_at_most", NOON, 30, True),
    ("days_old_at_most", NOON + SECOND, 30, False),
    ("on_or_after", dt.datetime(2026, 3, 15, 0, 0, tzinfo=dt.UTC), dt.date(2026, 3, 15), True),
    ("on_or_after", dt.datetime(2026, 3, 14, 23, 59, 59, tzinfo=dt.UTC), dt.date(2026, 3, 15), False),
    ("before", dt.datetime(2026, 3, 14, 23, 59, 59, tzinfo=dt.UTC), dt.date(2026, 3, 15), True),
    ("before", dt.datetime(2026, 3, 15, 0, 0, tzinfo=dt.UTC), dt.date(2026, 3, 15), False),
    ("days_long_at_most", 30 * DAY, 30, True),
    ("days_long_at_most", 30 * DAY + SECOND, 30, False),
    ("days_long_below", 30 * DAY - SECOND, 30, True),
    ("days_long_below", 30 * DAY, 30, False),
    ("days_long_at_least", 30 * DAY, 30, True),
    ("days_long_at_least", 30 * DAY - SECOND, 30, False),
    ("seconds_long_at_most", 120 * SECOND, 120, True),
    ("seconds_long_at_most", 120 * SECOND + dt.timedelta(microseconds=1), 120, False),
    ("seconds_long_at_least", SECOND, 1, True),
    ("seconds_long_at_least", SECOND - dt.timedelta(microseconds=1), 1, False),
    ("share_left_at_least", Period(NOON - 2 * DAY, NOON + DAY), 33, True),
    ("share_left_at_least", Period(NOON - 67 * DAY, NOON + 33 * DAY), 33, True),
    ("share_left_at_least", Period(NOON - 67 * DAY, NOON + 33 * DAY - SECOND), 33, False),
    ("share_left_at_least", Period(NOON + DAY, NOON + DAY), 33, False),
]


@pytest.mark.parametrize(("name", "value", "operand", "holds"), TABLE)
def test_a_predicate_at_its_boundary(name, value, operand, holds):
    assert PREDICATES[name].holds(value, operand, NOON, ()) is holds


def test_every_predicate_is_seen_to_hold_and_not_to_hold():
    assert {(name, holds) for name, _, _, holds in TABLE} == {(n, h) for n in PREDICATES for h in (True, False)}


@pytest.mark.parametrize(
    ("name", "value", "operand", "answer"),
    [
        ("contains", ("a",), "a", True),
        ("contains", ("a",), "b", LATE),
        ("contains", ("a",), "c", False),
        ("excludes", ("a",), "a", False),
        ("excludes", ("a",), "b", LATE),
        ("excludes", ("a",), "c", True),
        ("subset_of", ("a",), ("a",), LATE),
        ("subset_of", ("a",), ("a", "b"), True),
        ("subset_of", (), ("a", "b"), LATE),
        ("subset_of", ("c",), ("a", "b"), False),
        ("is_empty", (), True, LATE),
        ("is_empty", (), False, LATE),
        ("is_empty", ("a",), True, False),
        ("is_empty", ("a",), False, True),
    ],
)
def test_an_undecided_member_leaves_open_only_what_depends_on_it(name, value, operand, answer):
    given = PREDICATES[name].holds(value, operand, NOON, (("b", LATE),))
    assert given == answer
    assert type(given) is type(answer)


@pytest.mark.parametrize(
    ("name", "type_", "operand", "said"),
    [
        ("equals", FactType.TEXT, "x", ""),
        ("equals", FactType.TEXT, 1, "takes str"),
        ("equals", FactType.NUMBER, True, "takes int"),
        ("equals", FactType.FLAG, 1, "takes bool"),
        ("equals", FactType.SET, "x", "is for a text or number or flag"),
        ("equals", FactType.TABLE, "x", "fact is a table"),
        ("at_least", FactType.NUMBER, "256", "takes int"),
        ("at_least", FactType.NUMBER, True, "takes int"),
        ("subset_of", FactType.SET, (), "at least one text"),
        ("subset_of", FactType.SET, ("a", 1), "at least one text"),
        ("one_of", FactType.TEXT, ("a",), ""),
        ("before", FactType.MOMENT, dt.date(2026, 3, 15), ""),
        ("before", FactType.MOMENT, NOON, "takes date"),
        ("is_empty", FactType.SET, True, ""),
        ("contains", FactType.SET, "(a+)+", ""),
        ("matches", FactType.TEXT, "a*b+", ""),
        ("matches", FactType.TEXT, "(a+)+", "repeats no group"),
        ("matches", FactType.TEXT, "(a|b){2}", "repeats no group"),
        ("matches", FactType.TEXT, r"(a)\1", "repeats no group"),
        ("matches", FactType.TEXT, "a*b*c*", "at most two"),
        ("matches", FactType.TEXT, "[", "does not compile"),
        ("matches", FactType.TEXT, "a" * 200, ""),
        ("matches", FactType.TEXT, "a" * 201, "at most 200"),
    ],
)
def test_an_operand_is_held_to_the_type_of_the_fact(name, type_, operand, said):
    fault = operand_fault(name, type_, operand)
    assert said in fault if said else fault == ""


DATE = dt.date(2026, 3, 15)
TAKES = {
    "equals": {("text", "x"), ("number", 1), ("flag", True)},
    "one_of": {("text", ("x",))},
    "subset_of": {("set", ("x",))},
    "contains": {("set", "x")},
    "excludes": {("set", "x")},
    "is_empty": {("set", True)},
    "at_least": {("number", 1)},
    "at_most": {("number", 1)},
    "matches": {("text", "x")},
    "days_left_at_least": {("moment", 1)},
    "days_old_at_most": {("moment", 1)},
    "on_or_after": {("moment", DATE)},
    "before": {("moment", DATE)},
    "days_long_at_most": {("duration", 1)},
    "days_long_below": {("duration", 1)},
    "days_long_at_least": {("duration", 1)},
    "seconds_long_at_most": {("duration", 1)},
    "seconds_long_at_least": {("duration", 1)},
    "share_left_at_least": {("period", 1)},
}


def test_every_predicate_takes_its_own_facts_and_operands_and_no_others():
    assert list(TAKES) == list(PREDICATES)
    for name, wanted in TAKES.items():
        tried = list(itertools.product(FactType, ("x", 1, True, DATE, ("x",), NOON, None)))
        taken = [(type_, operand) for type_, operand in tried if not operand_fault(name, type_, operand)]
        # 1 equals True, so the types are compared too.
        assert {(t, o, type(o)) for t, o in taken} == {(t, o, type(o)) for t, o in wanted}, name


def test_no_predicate_takes_a_table():
    assert not [name for name, predicate in PREDICATES.items() if FactType.TABLE in predicate.applies_to]

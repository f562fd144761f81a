"""Does every value come back from its plain form exactly as it was, and is everything else refused?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.model import PYTHON_TYPE, FactType, Period, Reason, Table, Unseen, Value
from readiness.values import from_plain, to_plain

OFFSETS = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5, minutes=-30))])
MOMENTS = st.datetimes(timezones=OFFSETS)
SETS = st.lists(st.text(), unique=True).map(lambda members: tuple(sorted(members)))
TABLES = st.integers(0, 3).flatmap(
    lambda width: st.builds(
        Table,
        st.lists(st.text(), min_size=width, max_size=width).map(tuple),
        st.lists(st.lists(st.text(), min_size=width, max_size=width).map(tuple), max_size=3).map(tuple),
    )
)
BY_TYPE: dict[FactType, st.SearchStrategy[Value]] = {
    FactType.TEXT: st.text(),
    FactType.NUMBER: st.integers(),
    FactType.FLAG: st.booleans(),
    FactType.MOMENT: MOMENTS,
    FactType.DURATION: st.timedeltas(),
    FactType.PERIOD: st.builds(Period, MOMENTS, MOMENTS),
    FactType.SET: SETS,
    FactType.TABLE: TABLES,
}
VALUES = st.one_of(*BY_TYPE.values(), st.builds(Unseen, st.sampled_from(Reason), st.text()))


@given(VALUES)
def test_a_value_comes_back_through_json_as_it_was(value: Value | Unseen) -> None:
    again = from_plain(json.loads(json.dumps(to_plain(value))))
    assert again == value
    assert type(again) is type(value)


@given(MOMENTS)
def test_a_moment_keeps_its_offset(moment: datetime) -> None:
    again = from_plain(to_plain(moment))
    assert isinstance(again, datetime)
    assert again.utcoffset() == moment.utcoffset()


def test_every_type_of_fact_is_covered_above() -> None:
    assert set(BY_TYPE) == set(PYTHON_TYPE)


def test_the_forms_are_the_agreed_ones() -> None:
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert to_plain(noon) == {"moment": "2026-11-30T12:00:00Z"}
    assert to_plain(timedelta(days=1)) == {"duration_s": 86400}
    assert to_plain(timedelta(seconds=-1, microseconds=-1)) == {"duration_s": -2, "microseconds": 999999}
    assert to_plain(Period(noon, noon)) == {"period": ["2026-11-30T12:00:00Z", "2026-11-30T12:00:00Z"]}
    assert to_plain(("a", "b")) == {"set": ["a", "b"]}
    assert to_plain(Table(("c",), (("r",),))) == {"table": {"columns": ["c"], "rows": [["r"]]}}
    assert to_plain(Unseen(Reason.TIMED_OUT, "5 s")) == {"unseen": "timed_out", "detail": "5 s"}


@pytest.mark.parametrize(
    "plain",
    [
        None,
        1.5,
        [],
        {},
        {"moment": 5},
        {"moment": "2026-11-30T12:00:00"},
        {"moment": "noon"},
        {"duration_s": 1.5},
        {"duration_s": True},
        {"duration_s": 10**30},
        {"period": ["2026-11-30T12:00:00Z"]},
        {"period": "ab"},
        {"set": "ab"},
        {"set": [1]},
        {"table": {"columns": []}},
        {"table": {"columns": [], "rows": [["a"], 1]}},
        {"unseen": "no_such_reason", "detail": ""},
        {"unseen": "timed_out"},
        {"moment": "2026-11-30T12:00:00Z", "set": []},
    ],
)
def test_what_is_no_value_is_refused_with_a_value_error(plain: object) -> None:
    with pytest.raises(ValueError):
        from_plain(plain)


def test_a_moment_without_a_time_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        to_plain(datetime(2026, 1, 1))  # noqa: DTZ001 - the very thing under test


def test_a_set_of_something_else_is_not_written() -> None:
    with pytest.raises(TypeError):
        to_plain((1, 2))  # type: ignore[arg-type]

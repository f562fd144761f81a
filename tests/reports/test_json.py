"""Is what is written in pieces what `json` writes at once?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.reports._json import indented, on_one_line

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda one: st.lists(one) | st.lists(one).map(tuple) | st.dictionaries(st.text(), one), max_leaves=30
)


def lazy(value: Any) -> Any:
    """The same with iterators for the lists nearest to the outside."""
    if isinstance(value, dict):
        return {name: lazy(one) for name, one in value.items()}
    return iter(value) if isinstance(value, list | tuple) else value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(VALUES)
def test_any_value_is_written_as_json_does(value: Any) -> None:
    at_once = json.dumps(value, sort_keys=True)
    for same in (value, lazy(value)):
        assert "".join(on_one_line(same)) == at_once
    for ensure_ascii in (True, False):
        at_once = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=ensure_ascii)
        for same in (value, lazy(value)):
            assert "".join(indented(same, ensure_ascii=ensure_ascii)) == at_once


def test_a_member_is_made_when_its_turn_comes() -> None:
    made: list[int] = []

    def members() -> Iterator[dict[str, int]]:
        for number in range(3):
            made.append(number)
            yield {"number": number}

    pieces = indented({"all": members()}, ensure_ascii=True)
    text = ""
    while '"number": 0' not in text:
        text += next(pieces)
    assert made == [0]
    assert json.loads(text + "".join(pieces)) == {"all": [{"number": 0}, {"number": 1}, {"number": 2}]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": object()}])
def test_what_json_has_no_word_for_is_refused(value: object) -> None:
    for pieces in (on_one_line(value), indented(value, ensure_ascii=True)):
        with pytest.raises((ValueError, TypeError)):
            "".join(pieces)

"""Patterns by which lines of a log are read: which a profile may have, and that the engine takes every one of them."""

from __future__ import annotations

import pytest

from readiness.exercise.log_account import compiled
from readiness.profile.patterns import line_pattern
from readiness.profile.shapes import Wrong

TOLD = r"(?P<message>\S+) (?P<outcome>\w+)"
FINE = [
    TOLD,
    rf"^{TOLD}$",
    rf"(?i)id {TOLD}",
    rf"(?:a|b){{2,1000}}{TOLD}",
    rf"[\]\[*+?}}\\-]+{TOLD}",
    rf"\[\d{{4}}-\d\d\] \(x\) \{{y\}} a\+\+ {TOLD}",
    r'"message_id": ?"(?P<message>[^"]+)".*"outcome": ?"(?P<outcome>[^"]+)"',
    r"åäö (?P<message>\S+) (?P<outcome>[^\W\d]+)",
    r"(?P<message>a)(?P<answer>b)",
    r"(?P<message>[]a])(?P<told>[^]a])",
    r"(?P<message>(a+)+)(?P<outcome>b)",
]
WRONG = {
    "(": "pattern_syntax",
    "[a": "pattern_syntax",
    "a**": "pattern_syntax",
    "[[:alpha:]]" + TOLD: "pattern_syntax",
    "(?P<message>a)(?P<message>b)": "pattern_syntax",
    "(?P<message>a)(?=b)(?P<outcome>b)": "pattern_strange",
    "(?<!x)" + TOLD: "pattern_strange",
    r"(?P<message>a)(?P<outcome>b)\1": "pattern_strange",
    "(?P<message>a)(?P=message)(?P<outcome>b)": "pattern_strange",
    "a++" + TOLD: "pattern_strange",
    "(?>a)" + TOLD: "pattern_strange",
    "a{1001}" + TOLD: "pattern_strange",
    "a{,3}" + TOLD: "pattern_strange",
    r"\Z" + TOLD: "pattern_strange",
    r"[\x41]" + TOLD: "pattern_strange",
    "(?x)" + TOLD: "pattern_strange",
    "(?P<id>a)(?P<outcome>b)": "pattern_group",
    "(?P<outcome>b)": "pattern_message",
    "(?P<message>a)": "pattern_message",
    "abc": "pattern_message",
    "": "pattern_message",
    TOLD + "a" * 500: "pattern_long",
}


@pytest.mark.parametrize("text", FINE)
def test_a_pattern_in_the_common_syntax_is_taken_by_the_profile_and_by_the_engine(text: str) -> None:
    assert line_pattern(text) == text
    assert len(compiled((text,), "en")) == 1


@pytest.mark.parametrize("text", WRONG)
def test_what_is_none_is_told(text: str) -> None:
    with pytest.raises(Wrong) as error:
        line_pattern(text)
    assert error.value.code == WRONG[text]

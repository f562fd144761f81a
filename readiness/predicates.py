"""The closed vocabulary of checklists: what may be asked of a fact. Typed, pure, one small function each.

A predicate answers True, False, or the Unseen that leaves it open: members of a set that the probe could not decide.
None holds vacuously: an empty set satisfies no `subset_of`, and whether anything was looked through at all is asked
by the judge before a predicate is (`Fact.of`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from readiness.model import FactType, Operand, Period, Unseen

Answer = bool | Unseen
Undecided = tuple[tuple[str, Unseen], ...]

MAXIMAL_PATTERN = 200
MAXIMAL_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Predicate:
    """Which facts and operands it takes, and whether it holds: holds(value, operand, time of judging, undecided)."""

    applies_to: tuple[FactType, ...]
    operand: tuple[type, ...]
    holds: Callable[[Any, Any, datetime, Undecided], Answer]


def _equals(value: object, wanted: object, at: datetime, undecided: Undecided) -> Answer:
    return value == wanted


def _one_of(value: object, wanted: tuple[object, ...], at: datetime, undecided: Undecided) -> Answer:
    return value in wanted


def _subset_of(value: tuple[str, ...], allowed: tuple[str, ...], at: datetime, undecided: Undecided) -> Answer:
    if not set(value) <= set(allowed):
        return False
    if outside := [why for member, why in undecided if member not in allowed]:
        return outside[0]
    return undecided[0][1] if undecided and not value else bool(value)


def _contains(value: tuple[str, ...], wanted: str, at: datetime, undecided: Undecided) -> Answer:
    return True if wanted in value else dict(undecided).get(wanted, False)


def _excludes(value: tuple[str, ...], unwanted: str, at: datetime, undecided: Undecided) -> Answer:
    return False if unwanted in value else dict(undecided).get(unwanted, True)


def _is_empty(value: tuple[str, ...], wanted: bool, at: datetime, undecided: Undecided) -> Answer:
    if not value and undecided:
        return undecided[0][1]
    return (not value) is wanted


def _at_least(value: int, floor: int, at: datetime, undecided: Undecided) -> Answer:
    return value >= floor


def _at_most(value: int, ceiling: int, at: datetime, undecided: Undecided) -> Answer:
    return value <= ceiling


def _matches(value: str, pattern: str, at: datetime, undecided: Undecided) -> Answer:
    return len(value) <= MAXIMAL_TEXT and re.fullmatch(pattern, value) is not None


def _days_left_at_least(value: datetime, days: int, at: datetime, undecided: Undecided) -> Answer:
    return value - at >= timedelta(days=days)


def _on_or_after(value: datetime, day: date, at: datetime, undecided: Undecided) -> Answer:
    return value.date() >= day


def _before(value: datetime, day: date, at: datetime, undecided: Undecided) -> Answer:
    return value.date() < day


def _days_long_at_most(value: timedelta, days: int, at: datetime, undecided: Undecided) -> Answer:
    return value <= timedelta(days=days)


def _days_long_below(value: timedelta, days: int, at: datetime, undecided: Undecided) -> Answer:
    return value < timedelta(days=days)


def _days_long_at_least(value: timedelta, days: int, at: datetime, undecided: Undecided) -> Answer:
    return value >= timedelta(days=days)


def _seconds_long_at_most(value: timedelta, seconds: int, at: datetime, undecided: Undecided) -> Answer:
    return value <= timedelta(seconds=seconds)


def _seconds_long_at_least(value: timedelta, seconds: int, at: datetime, undecided: Undecided) -> Answer:
    return value >= timedelta(seconds=seconds)


def _days_old_at_most(value: datetime, days: int, at: datetime, undecided: Undecided) -> Answer:
    return timedelta(0) <= at - value <= timedelta(days=days)


def _share_left_at_least(value: Period, percent: int, at: datetime, undecided: Undecided) -> Answer:
    return (value.end - at) * 100 >= (value.end - value.start) * percent and value.end > value.start


TEXT, NUMBER, FLAG, SET = FactType.TEXT, FactType.NUMBER, FactType.FLAG, FactType.SET

PREDICATES: dict[str, Predicate] = {
    "equals": Predicate((TEXT, NUMBER, FLAG), (str, int, bool), _equals),
    "one_of": Predicate((TEXT,), (tuple,), _one_of),
    "subset_of": Predicate((SET,), (tuple,), _subset_of),
    "contains": Predicate((SET,), (str,), _contains),
    "excludes": Predicate((SET,), (str,), _excludes),
    "is_empty": Predicate((SET,), (bool,), _is_empty),
    "at_least": Predicate((NUMBER,), (int,), _at_least),
    "at_most": Predicate((NUMBER,), (int,), _at_most),
    "matches": Predicate((TEXT,), (str,), _matches),
    "days_left_at_least": Predicate((FactType.MOMENT,), (int,), _days_left_at_least),
    "days_old_at_most": Predicate((FactType.MOMENT,), (int,), _days_old_at_most),
    "on_or_after": Predicate((FactType.MOMENT,), (date,), _on_or_after),
    "before": Predicate((FactType.MOMENT,), (date,), _before),
    "days_long_at_most": Predicate((FactType.DURATION,), (int,), _days_long_at_most),
    "days_long_below": Predicate((FactType.DURATION,), (int,), _days_long_below),
    "days_long_at_least": Predicate((FactType.DURATION,), (int,), _days_long_at_least),
    "seconds_long_at_most": Predicate((FactType.DURATION,), (int,), _seconds_long_at_most),
    "seconds_long_at_least": Predicate((FactType.DURATION,), (int,), _seconds_long_at_least),
    "share_left_at_least": Predicate((FactType.PERIOD,), (int,), _share_left_at_least),
}
"""Durations and ages are in days of 24 hours unless the name says seconds, shares in percent, dates in UTC; `one_of`,
`subset_of` take a list."""


def operand_fault(name: str, type_: FactType, operand: Operand) -> str:
    """What is wrong with asking this of a fact of that type; empty when nothing is."""
    predicate = PREDICATES[name]
    if type_ not in predicate.applies_to:
        return f"{name} is for a {' or '.join(predicate.applies_to)}, and the fact is a {type_}"
    if name == "equals":
        expected = {TEXT: str, NUMBER: int, FLAG: bool}[type_]
        return "" if type(operand) is expected else f"equals on a {type_} takes {expected.__name__}, got {operand!r}"
    if type(operand) not in predicate.operand:
        return f"{name} takes {predicate.operand[0].__name__}, got {operand!r}"
    if isinstance(operand, tuple) and (not operand or not all(type(member) is str for member in operand)):
        return f"{name} takes a list of at least one text, got {list(operand)!r}"
    return _pattern_fault(str(operand)) if name == "matches" else ""


def _pattern_fault(pattern: str) -> str:
    """A pattern is short, compiles, and repeats no group: nested repetition is what makes matching explode."""
    if len(pattern) > MAXIMAL_PATTERN:
        return f"a pattern has at most {MAXIMAL_PATTERN} characters"
    if re.search(r"\)\s*[*+{?]", pattern) or re.search(r"\\\d", pattern):
        return "a pattern repeats no group and refers back to none; write the alternatives out"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"the pattern does not compile: {error}"
    # One unbounded repetition is linear under fullmatch; several next to each other are polynomial.
    if len(re.findall(r"(?<!\\)[*+]|\{\d*,\}", pattern)) > 2:
        return "a pattern has at most two unbounded repetitions (* or +)"
    return ""

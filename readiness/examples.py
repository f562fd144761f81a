"""Does a rule judge its own examples as it says it does? Pure; what a rule's example leaves unsaid is filled in.

An example gives the value of the rule's fact. The other facts that the rule looks at take a value that satisfies what
is asked of them, and denominators are 1, unless the example gives others.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from readiness.chain import Profile, Subject, Terms
from readiness.judge import judge
from readiness.model import (
    Example,
    Expectation,
    Finding,
    Observation,
    Period,
    Rule,
    Strength,
    Target,
    TargetKind,
    Value,
    Verdict,
)

ANY_TIME = datetime(2026, 6, 1, 12, tzinfo=UTC)


def broken_examples(rule: Rule) -> list[str]:
    """In words, each example that a rule judges otherwise than it says."""
    return [
        f"{example.value!r} is said to {verdict}, and comes out as {finding.verdict} ({finding.cause})"
        for verdict, examples in ((Verdict.PASS, rule.passes), (Verdict.FAIL, rule.fails))
        for example in examples
        if (finding := judge_example(rule, example)).verdict is not verdict
    ]


def judge_example(rule: Rule, example: Example) -> Finding:
    """The finding of a rule on one of its examples."""
    at = example.at or _time_for(rule)
    declared = tuple((name, wanted[0]) for name, wanted in rule.select)
    target = Target("example", rule.target, declared=declared)
    targets = (target,) if rule.target is TargetKind.CHAIN else (Target("chain", TargetKind.CHAIN), target)
    profile = Profile(Subject("kommun", "", ""), rule.environment, Terms("", "", None, "", None), targets=targets)
    facts = _facts(rule, example, at)
    observations = [
        Observation("example", target.id, fact, at, value, Strength.LIVE, environment=rule.environment)
        for fact, value in facts.items()
    ]
    return judge([rule], profile, observations, at)[0]


def _facts(rule: Rule, example: Example, at: datetime) -> dict[str, Value]:
    asked = [*rule.when, *rule.expect]
    facts: dict[str, Value] = {expectation.of: 1 for expectation in asked if expectation.of}
    facts |= {e.fact: _satisfying(e, at) for e in asked if e.fact != rule.fact}
    return facts | dict(example.given) | {rule.fact: example.value}


def _time_for(rule: Rule) -> datetime:
    """Some time at which the rule applies."""
    if rule.valid_from:
        return datetime.combine(rule.valid_from, time(12), UTC)
    return datetime.combine(rule.valid_until, time(12), UTC) if rule.valid_until else ANY_TIME


SATISFYING: dict[str, Callable[[Any, datetime], Value]] = {
    "equals": lambda operand, at: operand,
    "one_of": lambda operand, at: operand[0],
    "subset_of": lambda operand, at: operand,
    "contains": lambda operand, at: (operand,),
    "excludes": lambda operand, at: (),
    "is_empty": lambda operand, at: () if operand else ("something",),
    "at_least": lambda operand, at: operand,
    "at_most": lambda operand, at: operand,
    "matches": lambda operand, at: "",
    "days_left_at_least": lambda operand, at: at + timedelta(days=operand),
    "days_old_at_most": lambda operand, at: at,
    "days_long_at_least": lambda operand, at: timedelta(days=operand),
    "on_or_after": lambda operand, at: datetime.combine(operand, time(0), UTC),
    "before": lambda operand, at: datetime.combine(operand, time(0), UTC) - timedelta(seconds=1),
    "days_long_below": lambda operand, at: timedelta(days=operand - 1),
    "days_long_at_most": lambda operand, at: timedelta(days=operand),
    "seconds_long_at_most": lambda operand, at: timedelta(seconds=operand),
    "seconds_long_at_least": lambda operand, at: timedelta(seconds=operand),
    "share_left_at_least": lambda operand, at: Period(at, at + timedelta(days=100)),
}
"""A value that satisfies each predicate; for `matches` there is none to be had, and the example gives one."""


def _satisfying(expectation: Expectation, at: datetime) -> Value:
    return SATISFYING[expectation.predicate](expectation.operand, at)

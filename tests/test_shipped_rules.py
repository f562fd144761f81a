"""The shipped rules: each judges its own examples as it says, and turns nothing unseen into a pass."""

import tomllib
from dataclasses import replace

import pytest

import probes
from readiness.chain import Profile
from readiness.checklist import load_checklist, shipped
from readiness.examples import judge_example
from readiness.judge import judge
from readiness.model import Reason, Rule, Target, TargetKind, Unseen, Verdict
from tests.conftest import CHAIN, NOON, profile_of

CHECKLIST = load_checklist(probes.facts())
BUILT = [rule for rule in CHECKLIST.rules if not rule.pending and not rule.retired]
EXAMPLE_ROWS = [
    pytest.param(rule, example, verdict, id=f"{rule.id}-{verdict}-{number}")
    for rule in BUILT
    for verdict, examples in ((Verdict.PASS, rule.passes), (Verdict.FAIL, rule.fails))
    for number, example in enumerate(examples)
]


@pytest.mark.parametrize(("rule", "example", "verdict"), EXAMPLE_ROWS)
def test_a_rule_judges_its_own_examples_as_it_says(rule, example, verdict):
    assert judge_example(rule, example).verdict is verdict


def selected_by(rule: Rule) -> Target:
    """A target that the rule selects; the chain itself is in every profile."""
    if rule.target is TargetKind.CHAIN:
        return CHAIN
    return Target("t", rule.target, declared=tuple((name, wanted[0]) for name, wanted in rule.select))


def profile_with(target: Target) -> Profile:
    return profile_of() if target is CHAIN else profile_of(target)


@pytest.mark.parametrize("rule", BUILT, ids=lambda rule: rule.id)
def test_no_rule_turns_any_unseen_fact_into_a_pass(rule):
    """Each reason for each fact that the rule looks at, all others as in its passing example."""
    target = selected_by(rule)
    passing = {o.fact: o for o in judge_example(rule, rule.passes[0]).rests_on}
    at = next(iter(passing.values())).at
    asked = {name for e in (*rule.when, *rule.expect) for name in (e.fact, e.of) if name}
    assert set(passing) == asked
    for fact in asked:
        for reason in Reason:
            seen = passing | {fact: replace(passing[fact], value=Unseen(reason))}
            rows = [replace(o, target=target.id, environment=rule.environment) for o in seen.values()]
            [finding] = judge([rule], profile_with(target), rows, at)
            assert finding.verdict is Verdict.INCONCLUSIVE, (fact, reason)


@pytest.mark.parametrize("rule", CHECKLIST.rules, ids=lambda rule: rule.id)
def test_silence_is_inconclusive(rule):
    [finding] = judge([rule], profile_with(selected_by(rule)), [], NOON)
    assert finding.verdict is Verdict.INCONCLUSIVE


def test_the_shipped_files_are_toml_with_known_tables_only():
    for name, text in shipped():
        tables = set(tomllib.loads(text))
        assert tables <= (
            {"risk", "matrix"} if name == "risks.toml" else {"check"} if name == "checks.toml" else {"rule"}
        )

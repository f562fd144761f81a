"""What does one rule of a checklist say? A TOML table in, a Rule out, or all that is wrong with it.

The fields are those of DESIGN section 4, and `also`: further facts of the same target that must satisfy something too.
A rule is held to its own examples as it is read (`examples`), so that a rule that cannot fail cannot be loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from readiness.examples import broken_examples
from readiness.model import (
    Basis,
    Example,
    Expectation,
    Fact,
    FactType,
    Rule,
    TargetKind,
    Value,
    Weight,
    Words,
)
from readiness.rule_faults import STATES, Wrong, example_value, rule_faults


def read_rule(
    row: Mapping[str, Any], facts: Mapping[str, Fact], risks: Collection[str], checks: Collection[str]
) -> tuple[Rule | None, list[Wrong]]:
    """The rule and no faults, or None and every fault."""
    if wrong := rule_faults(row, facts, risks, checks):
        return None, wrong
    rule = _rule(row, facts)
    if rule.pending or rule.retired:
        return rule, []
    wrong = [
        Wrong("passes/fails", problem, "Mend the example or the expectation.") for problem in broken_examples(rule)
    ]
    return (None, wrong) if wrong else (rule, [])


def _rule(row: Mapping[str, Any], facts: Mapping[str, Fact]) -> Rule:
    idle = bool(row.keys() & STATES)
    asked = {} if idle else {row["fact"]: row["expect"], **row.get("also", {})}
    type_ = FactType.TEXT if idle else facts[row["fact"]].type
    verified = row.get("verified")
    return Rule(
        id=row["id"],
        title=Words(row["title"]["sv"], row["title"]["en"]),
        risks=tuple((risk, Weight(weight)) for risk, weight in row["risks"].items()),
        basis=Basis(row["basis"]),
        source=row["source"],
        confidence=row["confidence"],
        remedy=Words(row["remedy"]["sv"], row["remedy"]["en"]),
        check=row.get("check", ""),
        target=TargetKind(row.get("target", TargetKind.CHAIN)),
        select=tuple(sorted((name, _several(value)) for name, value in row.get("select", {}).items())),
        fact=row.get("fact", ""),
        when=() if idle else _expectations(row.get("when", {}), facts),
        expect=_expectations(asked, facts),
        valid_from=row.get("from"),
        valid_until=row.get("until"),
        environment=row.get("environment", ""),
        answers=row.get("answers", ""),
        valid_days=row.get("valid_days"),
        passes=() if idle else tuple(_example(raw, type_, facts) for raw in row["passes"]),
        fails=() if idle else tuple(_example(raw, type_, facts) for raw in row["fails"]),
        pending=Words(row["pending"]["sv"], row["pending"]["en"]) if "pending" in row else None,
        retired=row.get("retired", ""),
        verified=(str(verified["by"]), str(verified["on"])) if verified else None,
    )


def _expectations(asked: Mapping[str, Mapping[str, Any]], facts: Mapping[str, Fact]) -> tuple[Expectation, ...]:
    return tuple(
        Expectation(fact, name, _tuple(operand), facts[fact].of)
        for fact, predicates in asked.items()
        for name, operand in predicates.items()
    )


def _example(raw: Any, type_: FactType, facts: Mapping[str, Fact]) -> Example:
    detailed = raw if isinstance(raw, dict) and "value" in raw else {"value": raw}
    given = tuple((name, _sure(value, facts[name].type)) for name, value in detailed.get("given", {}).items())
    return Example(_sure(detailed["value"], type_), detailed.get("at"), given)


def _sure(raw: object, type_: FactType) -> Value:
    value = example_value(raw, type_)
    assert value is not None  # rule_faults refused the rule otherwise
    return value


def _tuple(raw: Any) -> Any:
    return tuple(raw) if isinstance(raw, list) else raw


def _several(raw: Any) -> tuple[str | bool, ...]:
    return tuple(raw) if isinstance(raw, list) else (raw,)

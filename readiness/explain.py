"""What does a rule ask, a fact mean, a risk say? The words behind mm-readiness explain, rules, facts and risks."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from readiness.errors import UsageError
from readiness.model import Fact, Rule, Weight
from readiness.register import Checklist, Risk
from readiness.reports._words import expected_text, value_text
from readiness.texts import pick, say


def explain(lang: str, checklist: Checklist, id_: str) -> str:
    """All about a rule, a risk, or the rules of a check. UsageError names near ids for one that does not exist."""
    rules = {rule.id.casefold(): rule for rule in checklist.rules}
    risks = {risk.id.casefold(): risk for risk in checklist.risks}
    if (wanted := id_.casefold()) in rules:
        return _rule(lang, rules[wanted])
    if wanted in risks:
        return _risk(lang, risks[wanted], checklist)
    if about := [rule for rule in checklist.rules if rule.check.casefold() == wanted]:
        return "\n\n".join(_rule(lang, rule) for rule in about)
    near = difflib.get_close_matches(id_.upper(), [rule.id for rule in checklist.rules], 3)
    instead = f" Near: {', '.join(near)}." if near else " See mm-readiness rules and mm-readiness risks."
    raise UsageError(f"there is no rule, check or risk {id_!r}.{instead}")


def list_rules(lang: str, checklist: Checklist) -> str:
    """One line a rule: id, check, weight per risk, state, title."""
    return "\n".join(
        f"{rule.id:14} {rule.check:6} {_weights(rule):24} {_state(lang, rule):10} {pick(lang, rule.title)}"
        for rule in checklist.rules
    )


def list_risks(lang: str, checklist: Checklist) -> str:
    """One line a risk: id, level of 2014, title."""
    return "\n".join(f"{risk.id:4} {risk.level}  {pick(lang, risk.title)}" for risk in checklist.risks)


def list_facts(lang: str, facts: Mapping[str, Fact]) -> str:
    """One line a fact: name, type, meaning."""
    width = max(map(len, facts))
    return "\n".join(
        f"{name:{width}}  {say(lang, f'fact_type.{fact.type}'):10} {fact.meaning}"
        for name, fact in sorted(facts.items())
    )


def _weights(rule: Rule) -> str:
    return " ".join(f"{risk}{'*' if weight is Weight.MUST else ''}" for risk, weight in rule.risks)


def _state(lang: str, rule: Rule) -> str:
    return say(lang, f"command.{'pending' if rule.pending else 'retired' if rule.retired else 'built'}")


def _rule(lang: str, rule: Rule) -> str:
    rows: list[tuple[str, str]] = [
        ("weights", ", ".join(f"{risk}: {say(lang, f'weight.{weight}')}" for risk, weight in rule.risks)),
        ("basis", f"{say(lang, f'basis.{rule.basis}')}; {say(lang, f'confidence.{rule.confidence}')}"),
        ("source", rule.source),
        ("check", rule.check or "-"),
    ]
    if rule.pending:
        rows.append(("pending_because", pick(lang, rule.pending)))
    else:
        selected = "; ".join(f"{name} = {' | '.join(map(str, wanted))}" for name, wanted in rule.select)
        rows.append(("looks_at", f"{say(lang, f'kind.{rule.target}')}{f' ({selected})' if selected else ''}"))
        rows += [("only_when", f"{e.fact}: {expected_text(lang, e)}") for e in rule.when]
        rows += [("expects", f"{e.fact}: {expected_text(lang, e)}") for e in rule.expect]
        rows.append(("example_passes", "; ".join(value_text(lang, example.value) for example in rule.passes)))
        rows.append(("example_fails", "; ".join(value_text(lang, example.value) for example in rule.fails)))
    rows.append(("remedy", pick(lang, rule.remedy)))
    return "\n".join([f"{rule.id}  {pick(lang, rule.title)}", *_aligned(lang, rows)])


def _risk(lang: str, risk: Risk, checklist: Checklist) -> str:
    about = [rule for rule in checklist.rules if risk.id in dict(rule.risks)]
    rows = [
        (
            "level_2014",
            f"{risk.level} ({say(lang, f'step.{risk.likelihood}')} / {say(lang, f'step.{risk.consequence}')})",
        ),
        ("standing", f"{pick(lang, risk.standing.text)} ({risk.standing.source}; {risk.standing.checked})"),
        ("rules", ", ".join(f"{rule.id}{'*' if dict(rule.risks)[risk.id] is Weight.MUST else ''}" for rule in about)),
    ]
    return "\n".join(
        [f"{risk.id}  {pick(lang, risk.title)}", "", pick(lang, risk.description), "", *_aligned(lang, rows)]
    )


def _aligned(lang: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    named = [(say(lang, f"command.{name}"), text) for name, text in rows]
    width = max(len(name) for name, _ in named)
    return [f"  {name:{width}}  {text}" for name, text in named]

"""What is wrong with one rule of a checklist, and what should stand there instead? Pure; a TOML table in, faults out.

Left out: turning a table without faults into a Rule (`rules`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from readiness.model import Basis, Fact, FactType, Period, TargetKind, Value, Weight
from readiness.predicates import PREDICATES, operand_fault


class Wrong(NamedTuple):
    """One fault of a rule: which key, what is wrong, what to write instead."""

    key: str
    wrong: str
    cure: str


ALWAYS = {"id", "title", "risks", "basis", "source", "confidence", "remedy"}
LOOKS = {"target", "fact", "expect", "passes", "fails"}
OPTIONAL = {"check", "select", "when", "also", "from", "until", "environment", "answers", "valid_days", "verified"}
STATES = {"pending", "retired"}
SHAPES: dict[str, tuple[type, str]] = {
    "id": (str, '"MM-SUBJECT-01"'),
    "title": (dict, 'title.sv = "..." and title.en = "..."'),
    "remedy": (dict, 'remedy.sv = "..." and remedy.en = "..."'),
    "risks": (dict, '{ "23" = "must" }'),
    "basis": (str, " or ".join(Basis)),
    "source": (str, '"document, version, section"'),
    "confidence": (str, '"read" or "partial"'),
    "check": (str, '"23-2"'),
    "target": (str, " or ".join(TargetKind)),
    "select": (dict, 'select.use = "tls-client"'),
    "fact": (str, '"certificate.not_after"'),
    "when": (dict, 'when."certificate.key_type".equals = "RSA"'),
    "also": (dict, 'also."statement.role".one_of = ["ciso"]'),
    "expect": (dict, "expect.days_left_at_least = 7"),
    "from": (date, "from = 2026-03-15"),
    "until": (date, "until = 2027-03-14"),
    "environment": (str, '"test" or "production"'),
    "answers": (str, '"kommun" or "vendor"'),
    "valid_days": (int, "valid_days = 90"),
    "verified": (dict, 'verified = { by = "...", on = 2026-11-23 }'),
    "passes": (list, "passes = [...], at least one"),
    "fails": (list, "fails = [...], at least one"),
    "pending": (dict, 'pending.sv = "..." and pending.en = "...": why no probe can look yet'),
    "retired": (str, "the reason why the rule was withdrawn"),
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)  # stands for "no time given" where only the type matters
WORDS: dict[str, set[str]] = {
    "basis": {*Basis},
    "confidence": {"read", "partial"},
    "target": {*TargetKind},
    "environment": {"test", "production"},
    "answers": {"kommun", "vendor"},
}


def rule_faults(
    row: Mapping[str, Any], facts: Mapping[str, Fact], risks: Collection[str], checks: Collection[str]
) -> list[Wrong]:
    """Every fault of a rule's table; where the shape is wrong, only the faults of shape."""
    return _shape_faults(row) or _reference_faults(row, facts, risks, checks)


def example_value(raw: Any, type_: FactType) -> Value | None:  # noqa: PLR0911
    """A fact's value as a checklist writes it, or None where it is not of that type."""
    match type_, raw:
        case (FactType.TEXT, str()) | (FactType.FLAG, bool()):
            return raw  # type: ignore[no-any-return]
        case FactType.NUMBER, int() if not isinstance(raw, bool):
            return raw
        case FactType.MOMENT, datetime() if raw.tzinfo:
            return raw
        case FactType.DURATION, {"days": int() | float() as days, **rest} if not rest:
            return timedelta(days=days)
        case FactType.DURATION, {"seconds": int() | float() as seconds, **rest} if not rest:
            return timedelta(seconds=seconds)
        case FactType.PERIOD, {"start": datetime() as start, "end": datetime() as end, **rest} if not rest:
            return Period(start, end) if start.tzinfo and end.tzinfo else None
        case FactType.SET, list() if all(isinstance(member, str) for member in raw):
            return tuple(sorted(set(raw)))
        case _:
            return None


def _shape_faults(row: Mapping[str, Any]) -> list[Wrong]:
    """Fields that are missing, unknown, of the wrong type, or not among the known words."""
    found = row.keys()
    idle = bool(found & STATES)
    wanted = ALWAYS | (set() if idle else LOOKS)
    known = ALWAYS | LOOKS | OPTIONAL | STATES
    wrong = [Wrong(key, "is missing", f"Write {SHAPES[key][1]}") for key in sorted(wanted - found)]
    wrong += [
        Wrong(key, "is no field of a rule", f"Known: {', '.join(sorted(known))}") for key in sorted(found - known)
    ]
    for key in sorted(found & known):
        shape, instead = SHAPES[key]
        if type(row[key]) is not shape:
            wrong.append(Wrong(key, f"is {row[key]!r}", f"Write {instead}"))
        elif key in WORDS and row[key] not in WORDS[key]:
            wrong.append(Wrong(key, f"is {row[key]!r}", f"Write one of {', '.join(sorted(WORDS[key]))}"))
        elif not row[key] and key != "valid_days":
            wrong.append(Wrong(key, "is empty", f"Write {instead}"))
    for key in {"title", "remedy", "pending"} & found:
        if type(row[key]) is dict and (set(row[key]) != {"sv", "en"} or not all(map(_said, row[key].values()))):
            wrong.append(Wrong(key, "is not in both languages", f"Write {SHAPES[key][1]}"))
    if type(row.get("risks")) is dict and not all(map(_said, row["risks"].values())):
        wrong.append(Wrong("risks", f"is {row['risks']!r}", f"Write {SHAPES['risks'][1]}"))
    return wrong


def _said(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _reference_faults(
    row: Mapping[str, Any], facts: Mapping[str, Fact], risks: Collection[str], checks: Collection[str]
) -> list[Wrong]:
    """Names of what does not exist, and requirements that the sources do not carry."""
    wrong = [
        Wrong("risks", f"names risk {risk!r}", f"Known: {', '.join(risks)}")
        for risk in row["risks"].keys() - set(risks)
    ]
    weights = set(row["risks"].values())
    wrong += [Wrong("risks", f"weighs {weight!r}", "Write must or should") for weight in weights - set(Weight)]
    if row.get("check", "") and row["check"] not in checks:
        wrong.append(Wrong("check", f"is {row['check']!r}, which no check has", "Write an id of checks.toml, or none"))
    unverified = row["basis"] in {Basis.LAW, Basis.CONTRACT} and row["confidence"] == "partial"
    if unverified and "verified" not in row and Weight.MUST in weights:
        cure = "Weigh it should, or name who verified the source: verified = { by, on }"
        wrong.append(Wrong("risks", "is must on a law or contract that was read only in part", cure))
    if "verified" in row and {"by", "on"} - row["verified"].keys():
        wrong.append(Wrong("verified", f"is {row['verified']!r}", f"Write {SHAPES['verified'][1]}"))
    if "pending" in row or "retired" in row:
        return wrong
    if row["fact"] not in facts:
        wrong.append(Wrong("fact", f"is {row['fact']!r}, which no probe promises", "See mm-readiness facts"))
    else:
        wrong += _predicate_faults("expect", row["fact"], row["expect"], facts)
        for example in [*row["passes"], *row["fails"]]:
            wrong += _example_faults(example, facts[row["fact"]], facts)
    for key in ("when", "also"):
        for fact, asked in row.get(key, {}).items():
            wrong += _predicate_faults(key, fact, asked, facts)
    return wrong


def _predicate_faults(key: str, fact: str, asked: object, facts: Mapping[str, Fact]) -> list[Wrong]:
    if fact not in facts:
        return [Wrong(key, f"names {fact!r}, which no probe promises", "See mm-readiness facts")]
    if not isinstance(asked, dict) or not asked:
        return [Wrong(key, f"asks nothing of {fact}", f"Write {SHAPES[key][1]}")]
    wrong = []
    for name, operand in asked.items():
        if name not in PREDICATES:
            wrong.append(Wrong(key, f"asks {name!r}", f"Known: {', '.join(PREDICATES)}"))
        elif fault := operand_fault(name, facts[fact].type, tuple(operand) if isinstance(operand, list) else operand):
            wrong.append(Wrong(key, fault, "See mm-readiness facts for the type of each fact"))
    return wrong


def _example_faults(raw: Any, fact: Fact, facts: Mapping[str, Fact]) -> list[Wrong]:
    detailed = isinstance(raw, dict) and "value" in raw
    if detailed and not isinstance(raw.get("given", {}), dict):
        return [Wrong("given", f"is {raw['given']!r}", 'Write given = { "other.fact" = value }')]
    if detailed and not (isinstance(at := raw.get("at", NOW), datetime) and at.tzinfo):
        return [Wrong("passes/fails", f"has at = {at!r}", "Write a time with its zone: at = 2026-11-30T12:00:00Z")]
    given = raw.get("given", {}) if detailed else {}
    rows = [(fact.type, fact.name, raw["value"] if detailed else raw)]
    wrong = [
        Wrong("given", f"names {name!r}, which no probe promises", "See mm-readiness facts")
        for name in given
        if name not in facts
    ]
    rows += [(facts[name].type, name, value) for name, value in given.items() if name in facts]
    if detailed and (unknown := raw.keys() - {"value", "at", "given"}):
        wrong.append(Wrong("passes/fails", f"has {sorted(unknown)}", "An example has value, at, given"))
    for type_, name, value in rows:
        if example_value(value, type_) is None:
            wrong.append(Wrong("passes/fails", f"gives {value!r} for {name}", f"It is a {type_}"))
    return wrong

"""What is asked? TOML in, a Checklist out, type-checked against the facts that probes promise; all faults at once.

The files of a folder: `risks.toml` (register and matrix), `checks.toml` (the proposed checks), and any number of rule
files, one a subject. Left out: reading a rule's own fields (`rules`), and what the rules mean (`judge`).
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from readiness.errors import ChecklistError, Fault
from readiness.model import Fact, Rule, Words
from readiness.register import Check, Checklist, Matrix, Risk, Standing
from readiness.rules import read_rule

REGISTER, CHECKS = "risks.toml", "checks.toml"


def load_checklist(facts: Mapping[str, Fact], folder: Path | None = None) -> Checklist:
    """The checklist of a folder (default: the one shipped). ChecklistError with every fault found.

    A folder of somebody's own may leave out `risks.toml` and `checks.toml`; the shipped ones are then used.
    """
    return parse_checklist(checklist_texts(folder), facts)


def checklist_texts(folder: Path | None = None) -> dict[str, str]:
    """Name and text of every file that makes up the checklist of a folder (default: the one shipped)."""
    texts = dict(shipped())
    if folder is not None:
        own = _folder(folder)
        texts = {name: text for name, text in texts.items() if name in {REGISTER, CHECKS}} | own
    return texts


def parse_checklist(texts: Mapping[str, str], facts: Mapping[str, Fact]) -> Checklist:
    """A Checklist out of file names and texts."""
    faults: list[Fault] = []
    tables = {name: _toml(name, text, faults) for name, text in sorted(texts.items())}
    if faults:
        raise ChecklistError(faults)
    risks = tuple(_risk(row) for row in tables[REGISTER]["risk"])
    checks = tuple(_check(row) for row in tables[CHECKS]["check"])
    rules: list[Rule] = []
    for name, table in tables.items():
        if name in {REGISTER, CHECKS}:
            continue
        found = table.get("rule")
        if set(table) != {"rule"} or not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            faults.append(
                Fault(name, 0, "", "does not consist of rules", "Write each rule under [[rule]], and nothing else.")
            )
            continue
        for row in found:
            rule, wrong = read_rule(row, facts, {risk.id for risk in risks}, {check.id for check in checks})
            faults += [
                Fault(name, _line(texts[name], row), f"{row.get('id', '?')} {w.key}", w.wrong, w.cure) for w in wrong
            ]
            rules += [rule] if rule else []
    faults += _doubles(rules, texts)
    if faults:
        raise ChecklistError(faults)
    return Checklist(tuple(rules), risks, checks, _matrix(tables[REGISTER]["matrix"]), digest(texts))


def digest(texts: Mapping[str, str]) -> str:
    """SHA-256 over file names and texts in name order; line ends count as one, so that a checkout on Windows agrees."""
    sha = hashlib.sha256()
    for name in sorted(texts):
        data = texts[name].replace("\r\n", "\n").encode("utf-8")
        sha.update(f"{name}\0{len(data)}\0".encode() + data)
    return sha.hexdigest()


def shipped() -> Iterable[tuple[str, str]]:
    """Name and text of every file of the shipped checklist."""
    return [
        (file.name, file.read_text(encoding="utf-8"))
        for file in files("checklists").iterdir()
        if file.name.endswith(".toml")
    ]


def _folder(folder: Path) -> dict[str, str]:
    try:
        found = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}
    except (OSError, UnicodeDecodeError) as error:
        cure = "Give a folder of TOML files in UTF-8 that you may read."
        raise ChecklistError([Fault(str(folder), 0, "", f"cannot be read ({error})", cure)]) from error
    if not set(found) - {REGISTER, CHECKS}:
        cure = "Give the folder that holds the rule files, for instance a copy of the shipped checklists."
        raise ChecklistError([Fault(str(folder), 0, "", "holds no rule file (*.toml)", cure)])
    return found


def _toml(name: str, text: str, faults: list[Fault]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault(name, 0, "", f"is not TOML: {error}", "Mend the line that the message names."))
        return {}


def _line(text: str, row: Mapping[str, Any]) -> int:
    """The line where a rule's id stands."""
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.strip() == f'id = "{row.get("id")}"'), 0)


def _doubles(rules: Iterable[Rule], texts: Mapping[str, str]) -> list[Fault]:
    counted = Counter(rule.id for rule in rules)
    where = {
        rule_id: next(name for name, text in sorted(texts.items()) if f'id = "{rule_id}"' in text)
        for rule_id in counted
    }
    cure = "Give one of them an id of its own; an id is for ever."
    return [Fault(where[id_], 0, id_, f"stands {times} times", cure) for id_, times in counted.items() if times > 1]


def _words(row: Mapping[str, str]) -> Words:
    return Words(row["sv"], row["en"])


def _risk(row: Mapping[str, Any]) -> Risk:
    standing = row["standing"]
    return Risk(
        row["id"],
        _words(row["title"]),
        _words(row["description"]),
        row["likelihood"],
        row["consequence"],
        row["level"],
        tuple(row["properties"]),
        Standing(_words(standing["text"]), standing["source"], standing["confidence"], standing["checked"]),
    )


def _check(row: Mapping[str, Any]) -> Check:
    return Check(
        row["id"],
        row["risk"],
        row["kind"],
        row["mandatory"],
        _words(row["title"]),
        row["criterion"],
        tuple(row.get("signer", ())),
        row.get("valid_days"),
        row.get("voided_by_change", False),
        row.get("support", ""),
    )


def _matrix(table: Mapping[str, Any]) -> Matrix:
    return Matrix(
        tuple(table["steps"]),
        tuple(tuple(row) for row in table["levels"]),
        tuple((row, column) for row, column in table["derived"]),
        _words(table["provenance"]),
    )

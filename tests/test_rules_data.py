"""Do the checks and the machine rules say what they should, in two languages, at the weights that their stars give?

Reads the TOML as it is, without the loader. Left out: whether the loader takes it, and whether a rule judges rightly.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

CHECKLISTS = Path(__file__).parents[1] / "checklists"
REGULATION = Path(__file__).parents[1] / "../shared/reference/regulation.md"

TABLES: dict[str, dict[str, Any]] = {
    path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(CHECKLISTS.glob("*.toml"))
}
CHECKS: list[dict[str, Any]] = TABLES["checks.toml"]["check"]
CHECK: dict[str, dict[str, Any]] = {check["id"]: check for check in CHECKS}
RISKS = {risk["id"] for risk in TABLES["risks.toml"]["risk"]}
ALL_RULES: list[dict[str, Any]] = [rule for table in TABLES.values() for rule in table.get("rule", [])]
RULES = [rule for rule in ALL_RULES if rule.get("target") != "statement"]
LOOKING = [rule for rule in RULES if "pending" not in rule]
PENDING = [rule for rule in RULES if "pending" in rule]

ROLES = {"SÄ": "systemagare", "IÄ": "informationsagare", "FC": "forvaltningschef", "CISO": "ciso", "IT": "it_chef"} | {
    "LEV": "leverantor",
    "UPP": "avtalsansvarig",
    "ARK": "arkivansvarig",
    "KOM": "kommunikationschef",
}
FORBIDDEN = re.compile(
    r"reservation|anmärkning|överträdelse|\brevision|intyg|certifierad|godkän|underkän|bevis|[✱◐Δ]|R§|C§", re.IGNORECASE
)


def _id(row: dict[str, Any]) -> str:
    return str(row["id"])


def _number(rule_id: str) -> dict[str, Any]:
    return next(rule for rule in RULES if rule["id"] == rule_id)


def _swedish(row: dict[str, Any]) -> list[str]:
    """What a Swedish reader meets of a check or a rule."""
    texts = [row["title"]["sv"], row.get("remedy", {}).get("sv", "")]
    return [*texts, row.get("criterion", ""), row.get("support", ""), row.get("source", "")]


# -- The checks --------------------------------------------------------------------------------------------------------


def test_there_are_142_checks_of_four_kinds_and_79_are_mandatory() -> None:
    assert Counter(check["kind"] for check in CHECKS) == {"M": 32, "Mf": 38, "D": 51, "I": 21}
    assert len(CHECK) == len(CHECKS) == 142
    assert sum(check["mandatory"] for check in CHECKS) == 79


def test_a_check_belongs_to_the_risk_its_id_begins_with() -> None:
    assert {check["risk"] for check in CHECKS} == RISKS
    assert all(check["id"].rpartition("-")[0] == check["risk"] for check in CHECKS)


def test_the_checks_of_a_risk_are_numbered_without_a_gap() -> None:
    for risk in RISKS:
        numbers = [int(check["id"].rpartition("-")[2]) for check in CHECKS if check["risk"] == risk]
        assert numbers == list(range(1, len(numbers) + 1)), risk


def test_signers_are_known_roles_and_validities_known_spans() -> None:
    assert {role for check in CHECKS for role in check["signer"]} == set(ROLES.values())
    assert {check.get("valid_days") for check in CHECKS} == {7, 30, 90, 92, 183, 365, 730, None}


def test_the_checks_are_those_of_the_reference() -> None:
    if not REGULATION.is_file():
        pytest.skip(f"the reference is not there: {REGULATION}")
    section = REGULATION.read_text(encoding="utf-8").split("## 8. ")[1].split("### 8.23")[0]
    spans = {"30 d": 30, "90 d": 90, "7 d": 7, "3 mån": 92, "6 mån": 183, "12 mån": 365, "24 mån": 730}
    spans["period + 12 mån"] = 365
    wanted = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if re.fullmatch(r"M?\d+-\d+", cells[0]):
            signers = [ROLES[word] for word in re.split(r"[,; ]+", cells[4]) if word in ROLES]
            span = spans.get(cells[5].replace("Δ", "").strip())
            wanted.append((cells[0], cells[1].rstrip("*"), "*" in cells[1], signers, span, "Δ" in cells[5]))
    found = [
        (c["id"], c["kind"], c["mandatory"], c["signer"], c.get("valid_days"), c["voided_by_change"]) for c in CHECKS
    ]
    assert len(wanted) == 142
    assert found == wanted


# -- The rules ---------------------------------------------------------------------------------------------------------


def test_there_are_rules_that_look_and_rules_that_wait() -> None:
    assert len(LOOKING) >= 40
    assert len(PENDING) >= 1


def test_every_id_stands_once_in_all_the_files() -> None:
    counted = Counter(map(_id, ALL_RULES))
    assert [id_ for id_, times in counted.items() if times > 1] == []
    assert all(re.fullmatch(r"MM-[A-Z]+-\d\d", id_) for id_ in counted)


@pytest.mark.parametrize("check", [check for check in CHECKS if check["kind"] in {"M", "Mf"}], ids=_id)
def test_every_machine_check_has_a_rule_at_the_weight_of_its_star(check: dict[str, Any]) -> None:
    weights = [rule["risks"][check["risk"]] for rule in RULES if rule.get("check") == check["id"]]
    assert weights
    assert ("must" in weights) is check["mandatory"]


@pytest.mark.parametrize("rule", PENDING, ids=_id)
def test_a_pending_rule_weighs_as_its_check_and_says_what_is_missing(rule: dict[str, Any]) -> None:
    check = CHECK[rule["check"]]
    assert check["kind"] in {"M", "Mf"}
    assert rule["risks"][check["risk"]] == ("must" if check["mandatory"] else "should")
    assert re.fullmatch(r"(The|No) [^.]*( \(\w+\))?[^.]*\.", rule["pending"]["en"])
    assert re.fullmatch(r"(Ingen|Ännu) [^.]*\bännu\b[^.]*\.|Ännu [^.]*\.", rule["pending"]["sv"])
    assert not rule.keys() & {"target", "fact", "expect", "passes", "fails", "select"}


@pytest.mark.parametrize("rule", LOOKING, ids=_id)
def test_a_rule_that_looks_has_both_kinds_of_example(rule: dict[str, Any]) -> None:
    assert rule["passes"]
    assert rule["fails"]
    assert rule["expect"]


@pytest.mark.parametrize("rule", RULES, ids=_id)
def test_a_rule_names_known_risks_and_a_check_of_one_of_them(rule: dict[str, Any]) -> None:
    assert set(rule["risks"]) <= RISKS
    assert set(rule["risks"].values()) <= {"must", "should"}
    if "check" in rule:
        assert CHECK[rule["check"]]["risk"] in rule["risks"]
        assert rule.get("valid_days") == CHECK[rule["check"]].get("valid_days")
    else:
        assert "must" not in rule["risks"].values()


@pytest.mark.parametrize("rule", ALL_RULES, ids=_id)
def test_law_and_contract_that_were_read_in_part_are_never_a_must(rule: dict[str, Any]) -> None:
    if rule["basis"] in {"law", "contract"} and rule["confidence"] == "partial" and "verified" not in rule:
        assert "must" not in rule["risks"].values()


@pytest.mark.parametrize("rule", RULES, ids=_id)
def test_no_machine_rule_is_a_must_on_a_source_that_was_read_in_part(rule: dict[str, Any]) -> None:
    assert rule["confidence"] in {"read", "partial"}
    assert rule["confidence"] == "read" or "must" not in rule["risks"].values()


@pytest.mark.parametrize(
    ("ids", "musts"),
    [
        (["MM-TLS-01", "MM-TLS-02", "MM-TLS-03", "MM-TLS-04"], {"M6", "8"}),
        (["MM-TLS-05", "MM-SCERT-06", "MM-SCERT-12", "MM-CERT-06", "MM-CERT-13", "MM-CERT-19", "MM-RESP-05"], set()),
        (["MM-SCERT-13", "MM-CERT-01", "MM-CERT-04"], {"23"}),
        (["MM-SCERT-14", "MM-SCERT-15", "MM-CERT-02", "MM-CERT-03"], set()),
        (["MM-SCERT-01", "MM-SCERT-02", "MM-SCERT-05", "MM-SCERT-09", "MM-SCERT-11", "MM-CERT-08"], {"M6"}),
        (["MM-CERT-05", "MM-CERT-07"], {"8"}),
        (["MM-CERT-18", "MM-RESP-01", "MM-RESP-02", "MM-RESP-03", "MM-RESP-04"], {"13"}),
    ],
)
def test_what_fails_a_risk_is_fixed(ids: list[str], musts: set[str]) -> None:
    for id_ in ids:
        assert {risk for risk, weight in _number(id_)["risks"].items() if weight == "must"} == musts, id_


def test_nothing_is_asked_of_the_endpoints_of_far_and_the_operators() -> None:
    roles = [rule["select"]["role"] for rule in LOOKING if rule["target"] == "endpoint"]
    assert len(roles) >= 20
    assert not {role for several in roles for role in several} & {"far", "brevladeoperator"}


@pytest.mark.parametrize(("ordinary", "short"), [("MM-SCERT-14", "MM-SCERT-15"), ("MM-CERT-02", "MM-CERT-03")])
def test_no_lifetime_falls_between_the_expiry_rules(ordinary: str, short: str) -> None:
    ((_, from_days),) = _number(ordinary)["when"].items()
    ((_, to_days),) = _number(short)["when"].items()
    assert from_days == {"days_long_at_least": 100}
    assert to_days == {"days_long_below": 100}


# -- Words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [*CHECKS, *RULES], ids=_id)
def test_every_text_stands_in_two_different_languages(row: dict[str, Any]) -> None:
    for words in (row["title"], row.get("remedy")):
        if words is not None:
            assert set(words) == {"sv", "en"}
            assert words["sv"] != words["en"]
            assert min(len(words["sv"]), len(words["en"])) > 5


@pytest.mark.parametrize("row", [*CHECKS, *RULES], ids=_id)
def test_no_swedish_text_uses_a_word_that_means_something_else_in_a_kommun(row: dict[str, Any]) -> None:
    texts = _swedish(row)
    assert any(texts)
    assert [text for text in texts if FORBIDDEN.search(text)] == []
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)


@pytest.mark.parametrize("row", [*CHECKS, *RULES], ids=_id)
def test_titles_open_with_a_capital_and_remedies_are_sentences(row: dict[str, Any]) -> None:
    for title in row["title"].values():
        assert title[0].isupper() or title[0].isdigit() or title.startswith(("”", '"'))
        assert not title.endswith(".")
    for remedy in row.get("remedy", {}).values():
        assert remedy[0].isupper()
        assert remedy.endswith(".")

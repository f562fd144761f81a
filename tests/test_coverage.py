"""Does the page of coverage say how far the rules go, and is the committed page the generated one?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import probes
from readiness.checklist import load_checklist
from readiness.coverage import STATES, coverage, state, strengths_of
from readiness.model import Basis, Expectation, Rule, Strength, TargetKind, Weight, Words
from readiness.register import Check, Checklist, Matrix
from readiness.register_page import register_page
from readiness.register_purposes import PURPOSES

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"


def _rule(
    id_: str, *, check: str = "1-1", pending: Words | None = None, retired: str = "", stated: bool = False
) -> Rule:
    return Rule(
        id=id_,
        title=Words("Titel | med streck", "Title"),
        risks=(("1", Weight.SHOULD),),
        basis=Basis.PROPOSAL,
        source="",
        confidence="read",
        remedy=Words("", ""),
        check=check,
        target=TargetKind.STATEMENT if stated else TargetKind.CHAIN,
        pending=pending,
        retired=retired,
    )


REAL, WAITING, STATED = (
    _rule("MM-A-01"),
    _rule("MM-A-02", pending=Words("Ingen prob.", "No probe yet.")),
    _rule("MM-A-03", stated=True),
)


@pytest.mark.parametrize(
    ("rules", "reached"),
    [
        ([], "none"),
        ([WAITING], "pending"),
        ([REAL], "looked at"),
        ([STATED], "stated"),
        ([REAL, WAITING], "looked at in part"),
        ([WAITING, REAL, REAL], "looked at in part"),
        ([STATED, WAITING], "looked at in part"),
        ([REAL, STATED], "looked at"),
    ],
)
def test_a_check_is_as_far_as_its_rules_go(rules: list[Rule], reached: str) -> None:
    assert state(rules) == reached
    assert reached in STATES


def _page(*rules: Rule) -> str:
    checks = (
        Check("1-1", "1", "Mf", mandatory=True, title=Words("Andel | trend", "Share"), criterion=""),
        Check("1-2", "1", "I", mandatory=False, title=Words("Samtal", "Talk"), criterion=""),
    )
    return coverage(Checklist(rules, (), checks, Matrix((), (), (), Words("", "")), ""), {"a.fact": Strength.FILE})


def test_a_row_names_the_rules_and_marks_those_that_wait() -> None:
    page = _page(REAL, WAITING)
    assert "| 1-1 | Mf | yes | Andel \\| trend | MM-A-01, MM-A-02 (pending) | looked at in part |  |\n" in page
    assert "| 1-2 | I |  | Samtal |  | none |  |\n" in page


def test_the_totals_count_every_check_once() -> None:
    page = _page(REAL)
    assert "| Mf | 1 | 0 | 0 | 0 | 0 | 1 | 1 |\n" in page
    assert "| all | 1 | 0 | 0 | 0 | 1 | 2 | 1 |\n" in page


def test_a_row_says_how_the_check_is_come_by_at_best() -> None:
    asks = (Expectation("statement.document_date", "days_old_at_most", 365),)
    rules = replace(REAL, fact="a.fact"), replace(STATED, expect=asks), replace(WAITING, fact="a.fact")
    assert "| looked at in part | file, document |\n" in _page(*rules)
    assert "| pending |  |\n" in _page(replace(WAITING, fact="a.fact"))


def test_every_check_that_is_not_pending_has_its_strength_and_every_kind_of_strength_stands_somewhere() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.count(" | ") == 6]
    checks = [row for row in rows if row[1] in {"M", "Mf", "D", "I"}]
    assert len(checks) == 142
    assert {row[0] for row in checks if row[5] != "pending" and row[6] == "|"} == set()
    assert {strength for row in checks for strength in row[6].removesuffix(" |").split(", ")} >= set(Strength)


def test_a_retired_rule_answers_nothing() -> None:
    assert "| 1-1 | Mf | yes | Andel \\| trend |  | none |  |\n" in _page(_rule("MM-A-04", retired="Withdrawn."))


def test_a_rule_without_a_check_is_listed_by_itself() -> None:
    assert _page(_rule("MM-A-05", check="")).endswith("| MM-A-05 | Titel \\| med streck |\n")


def test_the_committed_page_is_the_generated_one() -> None:
    generated = coverage(load_checklist(probes.facts()), strengths_of(probes.discover()))
    assert PAGE.read_text(encoding="utf-8") == generated, "run: python -m readiness.coverage > docs/coverage.md"
    assert generated.count("\n| ") > 142


def test_the_page_of_registers_is_the_generated_one() -> None:
    page = (PAGE.parent / "register.md").read_text(encoding="utf-8")
    assert page == register_page(), "run: python -m readiness.register_page > docs/register.md"
    assert all(f"## `{purpose}`" in page for purpose in PURPOSES)


def test_every_pending_rule_says_why_at_length_and_the_page_shows_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    pending = [rule for rule in load_checklist(probes.facts()).rules if rule.pending and not rule.retired]
    section = page.partition("## What is pending, and why")[2].partition("\n## ")[0]
    for rule in pending:
        assert rule.pending
        assert f"| {rule.id} |" in section
        assert rule.pending.en in section
    assert section.count("\n| MM-") == len(pending)

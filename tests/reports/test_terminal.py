"""Does the short story fit its width, say what it must, and act on nothing, in either language?

The golden files are written anew with `MM_WRITE_GOLDEN=1 pytest tests/reports/test_terminal.py`; read the difference
before you keep it.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from readiness.model import Finding, Verdict
from readiness.report import Report
from readiness.reports.terminal import terminal_report
from tests.reports.sample import HOSTILE, report_of_many_scenarios, sample_report

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (40, 60, 80, 100, 120, 200)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("width", [60, 100])
def test_the_story_reads_as_it_was_approved(lang: str, width: int) -> None:
    path = GOLDEN / f"terminal-{lang}-{width}.txt"
    told = terminal_report(sample_report(), lang, width, colour=False)
    if os.environ.get("MM_WRITE_GOLDEN"):
        path.write_text(told, encoding="utf-8", newline="\n")
    assert told == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_page(lang: str, width: int) -> None:
    lines = terminal_report(_crowded(), lang, width, colour=False).splitlines()
    assert len(lines) > 40
    assert max(cell_len(line) for line in lines) <= width


def _crowded() -> Report:
    """Names without a break, of wide characters, and many places for one rule."""
    report = sample_report()
    subject = replace(report.profile.subject, name="漢" * 300, board="x" * 500)
    broken = next(finding for finding in report.findings if finding.verdict is Verdict.FAIL)
    places = tuple(replace(broken, target=target.id) for target in report.profile.targets)
    profile = replace(report.profile, subject=subject)
    return replace(report, profile=profile, findings=(*report.findings, *places))


@pytest.mark.parametrize("width", WIDTHS)
def test_every_risk_stands_in_the_table_once(width: int) -> None:
    told = terminal_report(sample_report(), "sv", width, colour=False)
    table = told.split("-" * 20)[-1].split("\n\n")[0]
    listed = re.findall(r"^(M?\d+) ", table, re.MULTILINE)
    assert listed == [risk.id for risk in sample_report().checklist.risks]


def test_colour_changes_no_word() -> None:
    plain = terminal_report(sample_report(), "sv", 80, colour=False)
    coloured = terminal_report(sample_report(), "sv", 80, colour=True)
    assert coloured != plain
    assert [line.rstrip() for line in ANSI.sub("", coloured).splitlines()] == plain.splitlines()


def test_without_colour_nothing_acts_on_the_terminal() -> None:
    told = terminal_report(sample_report(), "sv", 80, colour=False)
    assert {char for char in told if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} == {"\n"}


def test_hostile_names_are_shown_and_not_obeyed() -> None:
    for colour in (False, True):
        told = re.sub(r"\s+", " ", ANSI.sub("", terminal_report(_hostile(), "sv", 200, colour=colour)))
        assert r"\x1b[2J\x1b]0;title\x07" in told
        assert HOSTILE["markup"] in told
        assert HOSTILE["html"] in told
        assert r"\u202elpmexe" in told
        assert HOSTILE["template"] in told
        assert "\x07" not in told
        assert "\x1b" not in told


def _hostile() -> Report:
    report = sample_report()
    subject = replace(report.profile.subject, name=" ".join(HOSTILE.values()), reference=HOSTILE["template"])
    return replace(report, profile=replace(report.profile, subject=subject))


def test_the_surroundings_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    before = terminal_report(sample_report(), "sv", 60, colour=True)
    for name, value in {"NO_COLOR": "1", "COLUMNS": "33", "TERM": "dumb", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    assert terminal_report(sample_report(), "sv", 60, colour=True) == before


def test_at_most_ten_things_are_told_to_be_mended_and_the_rest_counted() -> None:
    report = sample_report()
    rules = [rule.id for rule in report.checklist.rules]
    broken = next(finding for finding in report.findings if finding.verdict is Verdict.FAIL)
    findings = tuple(replace(broken, rule=rule) for rule in rules)
    told = terminal_report(replace(report, findings=findings), "en", 100, colour=False)
    assert re.findall(r"^(\d+)\. ", told, re.MULTILINE) == [str(number) for number in range(1, 11)]
    assert f"... and {len(rules) - 10} more" in told


def test_a_rule_broken_in_many_places_names_three_and_counts_the_rest() -> None:
    assert "and in 16 more places" in terminal_report(_crowded(), "en", 120, colour=False)


def test_a_rule_broken_in_many_scenarios_is_one_thing_to_mend_and_names_five_of_them() -> None:
    told = terminal_report(report_of_many_scenarios(), "sv", 200, colour=False)
    mend = told.split("Åtgärda först")[1].split("Vad som inte kunde ses")[0]
    assert mend.count("MM-FAULT-01") == 1
    assert "felproven ”Tekniskt fel hos operatören, två gånger”, ”Prov 0”, ”Prov 1”" in mend
    assert "och 8 till. Till exempel: scenario.unaccounted: 1" in " ".join(mend.split())
    assert "scenario-" not in told


def test_what_was_not_judged_is_told_before_the_grades() -> None:
    report = sample_report()
    vendor = replace(report.profile, subject=replace(report.profile.subject, kind="vendor"))
    told = terminal_report(replace(report, part="seen", profile=vendor), "sv", 120, colour=False)
    head = told.split("De 22 riskerna")[0]
    assert "Bara det iakttagna har bedömts" in head
    assert "Rapporten gäller leverantörens del" in head
    assert "Minst en insamling avbröts" in head


def test_a_report_with_nothing_found_says_so() -> None:
    empty: tuple[Finding, ...] = ()
    bare = replace(sample_report(), findings=empty, observations=(), deviations=(), grades=(), records=())
    told = terminal_report(bare, "sv", 80, colour=False)
    assert "Inget att åtgärda bland det som kunde prövas." in told
    assert "Allt som verktyget frågade efter kunde ses." in told
    assert "Verktyget kan pröva allt som checklistan frågar efter." in told
    assert "Beslutade undantag" not in told
    assert "Slutkod 11" in told


@pytest.mark.parametrize(("lang", "words"), [("sv", "Slutkod 10: minst en risk"), ("en", "Exit code 10: at least")])
def test_the_exit_code_is_explained(lang: str, words: str) -> None:
    assert words in terminal_report(sample_report(), lang, 120, colour=False)


def test_the_terms_stand_with_the_date_they_were_checked() -> None:
    report = sample_report()
    told = terminal_report(report, "sv", 120, colour=False)
    assert "Villkorsversion: 2024-01-01, kontrollerad 2026-11-02" in told
    unchecked = replace(report.profile.terms, terms_version="", terms_checked=None, infrastructure_owner="PTS")
    told = terminal_report(replace(report, profile=replace(report.profile, terms=unchecked)), "sv", 120, colour=False)
    assert "Villkorsversion: inte angiven, kontrollerad datum saknas" in told
    assert "Infrastrukturansvarig enligt profilen: PTS" in told


def test_an_id_out_of_a_strange_checklist_acts_on_nothing() -> None:
    report = sample_report()
    risks = tuple(replace(risk, id=risk.id + "\x1b[31m") for risk in report.checklist.risks)
    grades = tuple(replace(grade, risk=grade.risk + "\x1b[31m") for grade in report.grades)
    odd = replace(report, checklist=replace(report.checklist, risks=risks), grades=grades, findings=())
    assert "\x1b" not in terminal_report(odd, "sv", 80, colour=False)


def test_head_and_foot_carry_what_every_report_owes_its_reader() -> None:
    lines = terminal_report(sample_report(), "sv", 120, colour=False).splitlines()
    assert lines[1] == "Kan innehålla uppgifter som omfattas av sekretess; sekretessprövning krävs"
    assert lines[-1] == "Verktyget är inte godkänt av Digg."

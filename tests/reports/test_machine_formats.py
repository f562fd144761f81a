"""Do CSV, JUnit and SARIF say the same verdicts as the report, and nothing that acts on whoever opens them?"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace

import pytest
from lxml import etree

from readiness.model import Verdict, Weight
from readiness.report import Report
from readiness.reports._words import escape_control
from readiness.reports.formats import FORMATS
from readiness.reports.helping import written
from readiness.reports.spreadsheet import COLUMNS
from readiness.texts import LANGUAGES, say
from tests.reports.sample import HOSTILE, sample_report

REPORT = sample_report()
KINDS = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.INCONCLUSIVE: "open",
    Verdict.NOT_APPLICABLE: "notApplicable",
}
MACHINE = ("csv", "junit", "sarif")


def renamed(name: str) -> Report:
    """The sample with another name for every target, and as the source of every rule."""
    targets = {target.id: name + target.id for target in REPORT.profile.targets}
    findings = tuple(replace(one, target=targets[one.target]) for one in REPORT.findings)
    profile = replace(
        REPORT.profile, targets=tuple(replace(t, id=targets[t.id], address=name) for t in REPORT.profile.targets)
    )
    rules = tuple(replace(rule, source=name) for rule in REPORT.checklist.rules)
    return replace(REPORT, profile=profile, findings=findings, checklist=replace(REPORT.checklist, rules=rules))


def text_of(name: str, lang: str = "en", report: Report = REPORT) -> bytes:
    (data,) = written(report, lang, [name]).values()
    return data


def rows(report: Report = REPORT, lang: str = "en") -> list[list[str]]:
    text = text_of("csv", lang, report).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))


def cases(report: Report = REPORT) -> list[etree._Element]:
    return list(etree.fromstring(text_of("junit", report=report)).iter("testcase"))


def sarif(report: Report = REPORT) -> dict[str, object]:
    return json.loads(text_of("sarif", report=report))["runs"][0]  # type: ignore[no-any-return]


def must(rule: str) -> bool:
    return Weight.MUST in dict(REPORT.checklist.rule(rule).risks).values()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", MACHINE)
def test_the_same_report_gives_the_same_bytes(name: str, lang: str) -> None:
    assert text_of(name, lang) == text_of(name, lang, sample_report())
    assert text_of(name, "sv") != text_of(name, "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_spreadsheet_has_a_line_for_each_finding_with_its_verdict(lang: str) -> None:
    head, *body = rows(lang=lang)
    assert head == [say(lang, f"column.{name}") for name in COLUMNS]
    told = [(row[COLUMNS.index("rule")], row[COLUMNS.index("verdict")]) for row in body]
    assert told == [(one.rule, say(lang, f"verdict.{one.verdict.value}")) for one in REPORT.findings]
    assert len({len(row) for row in (head, *body)}) == 1
    assert text_of("csv", lang).startswith(b"\xef\xbb\xbf")


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("name", [*FORMULAS, *HOSTILE.values(), 'a";=1\n=2'])
def test_no_cell_is_a_formula_or_acts(name: str) -> None:
    found = rows(renamed(name))
    assert len(found) == len(REPORT.findings) + 1
    for row in found:
        for cell in row:
            assert cell[:1] not in tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
            assert not set(cell) & set("\n\r\x1b\x07\u202e\0")
    assert any(name.strip()[:3].strip("\t\r") in cell for row in found for cell in row) or name in HOSTILE.values()


def test_a_build_stops_at_a_must_and_at_nothing_else() -> None:
    ends = Counter(child.tag for case in cases() for child in case)
    found = [(must(one.rule), one.verdict) for one in REPORT.findings]
    assert ends["failure"] == found.count((True, Verdict.FAIL)) > 0
    assert ends["error"] == found.count((True, Verdict.INCONCLUSIVE)) > 0
    passed = sum(one.verdict is Verdict.PASS for one in REPORT.findings)
    assert ends["skipped"] == len(REPORT.findings) - ends["failure"] - ends["error"] - passed
    assert len(cases()) == len(REPORT.findings)
    root = etree.fromstring(text_of("junit"))
    for element in (root, *root):
        for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped"), ("testcase", "tests")):
            assert int(element.get(name)) == len(list(element.iter(tag)))


@pytest.mark.parametrize("name", [*HOSTILE.values(), "\ufffe\uffff", "]]>&<a/>", "\ud800"])
def test_junit_stays_a_document(name: str) -> None:
    assert len(cases(renamed(name))) == len(REPORT.findings)


def test_sarif_tells_every_verdict_and_what_could_not_be_seen_is_open() -> None:
    run = sarif()
    results = run["results"]
    assert [(one["ruleId"], one["kind"]) for one in results] == [
        (one.rule, KINDS[one.verdict]) for one in REPORT.findings
    ]
    for one in results:
        wanted = ("error" if must(one["ruleId"]) else "warning") if one["kind"] == "fail" else "none"
        assert one["level"] == wanted
        assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["message"]["text"]
    assert run["invocations"][0]["exitCode"] == REPORT.exit_code
    assert {one["id"] for one in run["taxonomies"][0]["taxa"]} == {risk.id for risk in REPORT.checklist.risks}
    prints = {one["partialFingerprints"]["ruleAndTarget/v1"] for one in results}
    assert len(prints) == len({(one.rule, one.target) for one in REPORT.findings})


def test_an_accepted_deviation_stands_in_sarif_and_hides_nothing() -> None:
    results, without = sarif()["results"], sarif(replace(REPORT, deviations=()))["results"]
    told = {json.dumps(one, sort_keys=True) for result in results for one in result["properties"]["deviations"]}
    assert {json.loads(one)["state"] for one in told} == {"in_force", "expired", "unused"}
    assert any(result["kind"] == "fail" and result["properties"]["deviations"] for result in results)
    in_force = [one for one, state in REPORT.deviations if state == "in_force"]
    assert {escape_control(one.reason) for one in in_force} <= {json.loads(one)["reason"] for one in told}
    for one, bare in zip(results, without, strict=True):
        assert "suppressions" not in one
        assert (one["kind"], one["level"], one["message"]) == (bare["kind"], bare["level"], bare["message"])
        assert bare["properties"]["deviations"] == []


@pytest.mark.parametrize("name", [*HOSTILE.values(), "\ud800"])
def test_sarif_shows_what_acts_written_out(name: str) -> None:
    text = text_of("sarif", report=renamed(name))
    assert text.isascii()
    assert len(json.loads(text)["runs"][0]["results"]) == len(REPORT.findings)
    assert b"\\u001b" not in text
    assert b"\\u202e" not in text.replace(b"\\\\u202e", b"")


def test_no_message_of_sarif_has_a_link_or_a_placeholder() -> None:
    seen = replace(REPORT.observations[0], value=r"a\[click](http://x.example) {0}")
    broken = next(one for one in REPORT.findings if one.broken and one.rests_on)
    asked = tuple(replace(one, fact=seen.fact) for one in broken.broken)
    finding = replace(broken, rests_on=(seen,), broken=asked)
    (result,) = sarif(replace(REPORT, findings=(finding,)))["results"]
    text = result["message"]["text"]
    assert r"a\\\[click\](http://x.example) {{0}}" in text


def test_runs_of_two_kommuner_are_told_apart() -> None:
    subject = replace(REPORT.profile.subject, organisation_number="4550000006")
    other = replace(REPORT, profile=replace(REPORT.profile, subject=subject))
    assert sarif()["automationDetails"] != sarif(other)["automationDetails"]


def test_each_format_has_a_file_of_its_own() -> None:
    assert len({one.file for one in FORMATS.values()}) == len(FORMATS) > 5

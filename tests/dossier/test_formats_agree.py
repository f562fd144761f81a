"""Do CSV, JUnit, SARIF and OSCAL say the same verdicts as JSON about a real run, the example kommun's?"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from lxml import etree

from readiness.dossier.records import read_any
from readiness.reports.helping import written
from readiness.run import judge_records, shipped_or
from readiness.texts import LANGUAGES, say
from tests.dossier.conftest import Sealing


@pytest.fixture(scope="module")
def report(sealing: Sealing) -> Any:
    """The run, judged by every rule there is."""
    return judge_records([read_any(sealing.run)], shipped_or(None))


@pytest.fixture(scope="module")
def findings(report: Any) -> list[dict[str, Any]]:
    """What JSON says: the whole of it, which the others are held against."""
    (data,) = written(report, "sv", ["json"]).values()
    found = json.loads(data)["findings"]
    assert len(found) > 300
    assert {one["verdict"] for one in found} == {"pass", "fail", "inconclusive", "not_applicable"}
    return found  # type: ignore[no-any-return]


def text_of(report: Any, lang: str, name: str) -> bytes:
    (data,) = written(report, lang, [name]).values()
    return data


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_spreadsheet_agrees(report: Any, findings: list[dict[str, Any]], lang: str) -> None:
    text = text_of(report, lang, "csv").decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    rule, verdict = (head.index(say(lang, f"column.{name}")) for name in ("rule", "verdict"))
    told = [(row[rule], row[verdict]) for row in rows]
    assert told == [(one["rule"], say(lang, f"verdict.{one['verdict']}")) for one in findings]


def test_junit_agrees(report: Any, findings: list[dict[str, Any]]) -> None:
    weights = {rule.id: {weight.value for _, weight in rule.risks} for rule in report.checklist.rules}
    stops = {"fail": "failure", "inconclusive": "error", "not_applicable": "skipped"}
    wanted = []
    for one in findings:
        outcome = stops.get(one["verdict"], "") if "must" in weights[one["rule"]] else "skipped"
        wanted.append((one["rule"], "" if one["verdict"] == "pass" else outcome))
    cases = etree.fromstring(text_of(report, "sv", "junit")).iter("testcase")
    assert [(case.get("classname"), case[0].tag if len(case) else "") for case in cases] == wanted


def test_sarif_agrees(report: Any, findings: list[dict[str, Any]]) -> None:
    kinds = {"pass": "pass", "fail": "fail", "inconclusive": "open", "not_applicable": "notApplicable"}
    results = json.loads(text_of(report, "sv", "sarif"))["runs"][0]["results"]
    told = [(one["ruleId"], one["locations"][0]["logicalLocations"][0]["name"], one["kind"]) for one in results]
    assert told == [(one["rule"], one["target"], kinds[one["verdict"]]) for one in findings]


def test_oscal_agrees(report: Any, findings: list[dict[str, Any]]) -> None:
    states = {"pass": "pass", "fail": "fail", "inconclusive": "other"}
    (result,) = json.loads(text_of(report, "sv", "oscal"))["assessment-results"]["results"]
    told = [(one["title"], one["target"]["status"]["reason"]) for one in result["findings"]]
    assert told == [
        (f"{one['rule']} {one['target']}", states[one["verdict"]]) for one in findings if one["verdict"] in states
    ]
    left = [one for one in findings if one["verdict"] == "not_applicable"]
    assert all(one["rule"] in result["remarks"] for one in left)

"""How does a build server show a report? JUnit XML, one case a rule and target.

As the build should go: a *must* that is not met is a failure, a *must* that was not demonstrated an error; both stop a
build. What is a *should* leaves a reservation and stops none: it is skipped, with the reason. Left out: grades of
risks, which no build server knows; the exit code of the command tells them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from lxml import etree

from readiness.model import Finding, Rule, Verdict, Weight
from readiness.report import Report
from readiness.reports._names import target_text
from readiness.reports._words import because_text, escape_control
from readiness.texts import pick, say

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no character for (section 2.2)."""
STOPS = {Verdict.FAIL: "failure", Verdict.INCONCLUSIVE: "error"}
COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def junit_report(report: Report, lang: str) -> bytes:
    """The findings as an XML document in UTF-8, one suite a rule, in the report's order."""
    root = etree.Element("testsuites", name=_xml(report.profile.subject.name))
    for rule_id, findings in groupby(report.findings, key=lambda finding: finding.rule):
        _suite(root, report, lang, report.checklist.rule(rule_id), findings)
    _count(root, root.iter("testcase"))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _suite(root: etree._Element, report: Report, lang: str, rule: Rule, findings: Iterable[Finding]) -> None:
    suite = etree.SubElement(root, "testsuite", name=_xml(f"{rule.id} {pick(lang, rule.title)}"))
    suite.set("timestamp", report.judged_at.isoformat(timespec="seconds").partition("+")[0])
    for finding in findings:
        name = _xml(target_text(lang, report, finding.target))
        case = etree.SubElement(suite, "testcase", classname=rule.id, name=name, time="0")
        if outcome := _outcome(rule, finding):
            because = _xml(because_text(lang, report, finding))
            word = say(lang, f"verdict.{finding.verdict.value}")
            told = etree.SubElement(case, outcome, message=f"{word}: {because}", type=finding.cause.value)
            told.text = _xml(pick(lang, rule.remedy))
    _count(suite, suite.iter("testcase"))


def _outcome(rule: Rule, finding: Finding) -> str:
    """The element that says how a case ended; "" where it passed."""
    if finding.verdict is Verdict.PASS:
        return ""
    must = any(weight is Weight.MUST for _, weight in rule.risks)
    return STOPS.get(finding.verdict, "skipped") if must else "skipped"


def _count(element: etree._Element, cases: Iterable[etree._Element]) -> None:
    ends = [child.tag for case in cases for child in case] + [""]
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    for tag, name in COUNTED.items():
        element.set(name, str(ends.count(tag)))


def _xml(text: str) -> str:
    return NOT_XML.sub(lambda match: f"\\u{ord(match.group()):04x}", escape_control(text))

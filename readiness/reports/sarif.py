"""How do code-scanning tools read a report? SARIF 2.1.0 (OASIS), one result a finding.

A *must* that is not met is an error, a *should* a warning; what could not be looked at is `open`, never a pass. A chain
has no files with lines: a result stands at a logical location, its target. An accepted deviation is told among a
result's properties and is no SARIF suppression: viewers hide what is suppressed (3.27.23), and a decision here hides no
verdict. Left out: the values that were seen (`data`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from readiness.model import Finding, Rule, TargetKind, Verdict, Weight
from readiness.report import Report
from readiness.reports._json import indented
from readiness.reports._names import target_text
from readiness.reports._words import because_text, deviations_for, escape_control
from readiness.texts import pick
from readiness.values import moment_text

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RISKS = "risks"
"""The name of the taxonomy."""
KINDS = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.INCONCLUSIVE: "open",
    Verdict.NOT_APPLICABLE: "notApplicable",
}


def sarif_report(report: Report, lang: str) -> str:
    """The findings as a SARIF log with one run, the same for the same report; ends with a newline."""
    return "".join(sarif_pieces(report, lang))


def sarif_pieces(report: Report, lang: str) -> Iterator[str]:
    """The same in pieces, of which nobody has to hold all at once."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, lang)]}
    yield from indented(log, ensure_ascii=True)
    yield "\n"


def _run(report: Report, lang: str) -> dict[str, Any]:
    name, version = report.tool[0]
    asked = {finding.rule for finding in report.findings}
    rules = [rule for rule in report.checklist.rules if rule.id in asked]
    places = {rule.id: place for place, rule in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": name,
                "version": version,
                "rules": [_rule(rule, lang) for rule in rules],
                "supportedTaxonomies": [{"name": RISKS, "index": 0}],
            }
        },
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "automationDetails": {
            "id": f"{name}/{report.profile.subject.organisation_number}/{report.profile.environment}/"
        },
        "invocations": [
            {
                "executionSuccessful": not report.interrupted,
                "startTimeUtc": moment_text(report.started),
                "endTimeUtc": moment_text(report.ended),
                "exitCode": report.exit_code,
            }
        ],
        "taxonomies": [_risks(report, lang)],
        "results": (_result(report, lang, finding, places[finding.rule]) for finding in report.findings),
        "properties": {"judgedAt": moment_text(report.judged_at), "checklistDigest": report.checklist.digest},
    }


def _rule(rule: Rule, lang: str) -> dict[str, Any]:
    taxa = [{"id": risk, "toolComponent": {"name": RISKS}} for risk, _ in rule.risks]
    return {
        "id": rule.id,
        "shortDescription": {"text": escape_control(pick(lang, rule.title))},
        "help": {"text": escape_control(pick(lang, rule.remedy))},
        "defaultConfiguration": {"level": _level(rule)},
        "properties": {
            "basis": rule.basis.value,
            "source": escape_control(rule.source),
            "confidence": rule.confidence,
            "check": rule.check,
            "risks": {risk: weight.value for risk, weight in rule.risks},
        },
        "relationships": [{"target": taxon, "kinds": ["relevant"]} for taxon in taxa],
    }


def _risks(report: Report, lang: str) -> dict[str, Any]:
    """The risk register, as a taxonomy."""
    rows = [
        {"id": risk.id, "shortDescription": {"text": escape_control(pick(lang, risk.title))}}
        for risk in report.checklist.risks
    ]
    return {"name": RISKS, "taxa": rows}


def _result(report: Report, lang: str, finding: Finding, place: int) -> dict[str, Any]:
    rule = report.checklist.rule(finding.rule)
    target = report.by_id.get(finding.target)
    kind = target.kind if target else TargetKind.CHAIN
    digest = hashlib.sha256(f"{finding.rule}\0{escape_control(finding.target)}".encode()).hexdigest()
    return {
        "ruleId": finding.rule,
        "ruleIndex": place,
        "kind": KINDS[finding.verdict],
        "level": _level(rule) if finding.verdict is Verdict.FAIL else "none",
        "message": {"text": _message(because_text(lang, report, finding) or pick(lang, rule.title))},
        "locations": [
            {
                "logicalLocations": [
                    {
                        "name": escape_control(finding.target),
                        "fullyQualifiedName": target_text(lang, report, finding.target),
                        "kind": kind.value,
                    }
                ]
            }
        ],
        "partialFingerprints": {"ruleAndTarget/v1": digest},
        "properties": {"cause": finding.cause.value, "deviations": _deviations(report, finding)},
    }


def _deviations(report: Report, finding: Finding) -> list[dict[str, Any]]:
    """The decisions to accept it, with their dates and whether they are in force; `expires` is null where malformed."""
    return [
        {
            "reason": escape_control(one.reason),
            "owner": escape_control(one.owner),
            "approvedBy": escape_control(one.approved_by),
            "expires": moment_text(one.expires) if one.expires else None,
            "state": state.value,
        }
        for one, state in deviations_for(report, finding)
    ]


def _message(text: str) -> str:
    """A plain text message without a link or a placeholder, which brackets and braces would be (3.11.5, 3.11.6)."""
    marked = re.sub(r"[\\\[\]]", r"\\\g<0>", escape_control(text))
    return marked.replace("{", "{{").replace("}", "}}")


def _level(rule: Rule) -> str:
    return "error" if any(weight is Weight.MUST for _, weight in rule.risks) else "warning"

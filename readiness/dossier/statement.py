"""What does whoever seals a dossier state? An in-toto Statement v1 with predicate test-result v0.1; pure.

Subjects are the record and the manifest, which has everything else. A rule is failed where a finding that is a *must*
for some risk fails or was not demonstrated, warned where that holds of a *should* only, passed where it was met
somewhere and nowhere not; what applies nowhere is in no list. The result is FAILED with exit codes 10 and 11, else
WARNED where a rule is warned, else PASSED. Beside the predicate's own fields stands one of ours, named by a URN: when
it was sealed by the sealer's own clock, when and how it was judged, and by which version. Left out: signing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from readiness.dossier.contents import MANIFEST, STATEMENT, Entry, json_bytes
from readiness.dossier.faults import DossierError
from readiness.model import Finding, Verdict, Weight
from readiness.report import Report
from readiness.values import moment_from, moment_text

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
OURS = "urn:mm-readiness:seal:1"
UNMET = {Verdict.FAIL, Verdict.INCONCLUSIVE}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement says that is held against the dossier: digests by name, and how it was sealed and judged.

    `part` is empty, or "seen" where that part alone was judged; `predicate` all that it says of the judgement.
    """

    subjects: dict[str, str]
    sealed_at: datetime
    judged_at: datetime
    part: str
    version: str
    predicate: dict[str, Any]


def statement_bytes(report: Report, subjects: tuple[Entry, ...], sealed_at: datetime, version: str) -> bytes:
    """The statement as JSON: the same bytes for the same report, files, time and version."""
    return json_bytes(
        {
            "_type": TYPE,
            "subject": [{"name": e.name, "digest": {"sha256": e.sha256}} for e in sorted(subjects)],
            "predicateType": PREDICATE,
            "predicate": predicate(report, sealed_at, version),
        }
    )


def predicate(report: Report, sealed_at: datetime, version: str) -> dict[str, Any]:
    """What is stated of a judgement."""
    passed, warned, failed = _sorted_rules(report)
    result = "FAILED" if report.exit_code else "WARNED" if warned else "PASSED"
    return {
        "result": result,
        "configuration": [
            {"name": "checklist", "digest": {"sha256": report.checklist.digest}},
            {"name": "profile", "digest": {"sha256": report.profile_digest}},
        ],
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
        OURS: {
            "sealedAt": moment_text(sealed_at),
            "judgedAt": moment_text(report.judged_at),
            "part": report.part,
            "exitCode": report.exit_code,
            "interrupted": report.interrupted,
            "version": version,
        },
    }


def read_statement(payload: bytes) -> Statement:
    """The statement again. DossierError where it is of another type, or lacks what this version needs."""
    try:
        found = json.loads(payload)
        if (found["_type"], found["predicateType"]) != (TYPE, PREDICATE):
            raise DossierError("other_format", found=found["predicateType"], known=PREDICATE)
        subjects = {str(row["name"]): str(row["digest"]["sha256"]) for row in found["subject"]}
        ours = found["predicate"][OURS]
        sealed_at, judged_at = moment_from(ours["sealedAt"]), moment_from(ours["judgedAt"])
        part, version = str(ours["part"]), str(ours["version"])
        same = json_bytes(found) == payload and len(subjects) == len(found["subject"]) and MANIFEST in subjects
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DossierError("not_understood", name=STATEMENT) from error
    if not same:
        raise DossierError("not_understood", name=STATEMENT)
    return Statement(subjects, sealed_at, judged_at, part, version, found["predicate"])


def _sorted_rules(report: Report) -> tuple[list[str], list[str], list[str]]:
    by_rule: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    passed: list[str] = []
    warned: list[str] = []
    failed: list[str] = []
    for rule in report.checklist.rules:
        verdicts = {finding.verdict for finding in by_rule.get(rule.id, ())}
        if rule.stated and report.part == "seen":
            continue
        if verdicts & UNMET:
            (failed if Weight.MUST in dict(rule.risks).values() else warned).append(rule.id)
        elif Verdict.PASS in verdicts:
            passed.append(rule.id)
    return sorted(passed), sorted(warned), sorted(failed)

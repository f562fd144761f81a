"""What does a program read of a comparison? JSON in a stable order, after a schema that stands beside this module.

Left out: words for people (`comparison_text`).
"""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files
from typing import Any

from readiness.history.comparison import Comparison, FindingChange, Judgements, RiskChange, Step
from readiness.report import Report
from readiness.values import moment_text

SCHEMA_ID = "urn:mm-readiness:schema:comparison:1"


def comparison_data(judged: Judgements, comparison: Comparison, missing: str) -> str:
    """The comparison as JSON text in ASCII, the same for the same runs; ends with a newline.

    `missing` says why the earlier checklist is not to be had; "" where it is.
    """
    counted = Counter(step for one in comparison.worse for step in one.steps)
    content = {
        "schema": SCHEMA_ID,
        "worse": bool(comparison.worse),
        "worse_because": {step.value: counted[step] for step in Step},
        "earlier_checklist": missing or "known",
        "earlier": _run(judged.old),
        "later": _run(judged.new),
        "risks": [{"risk": one.risk, **_change(one)} for one in comparison.risks],
        "findings": [{"rule": one.rule, "target": one.target, **_change(one)} for one in comparison.findings],
        "unchanged": {"risks": comparison.same_risks, "findings": comparison.same_findings},
    }
    return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every comparison satisfies."""
    text = files(__package__).joinpath("comparison.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _run(report: Report) -> dict[str, Any]:
    return {
        "tool": {"name": report.tool[0][0], "version": report.tool[0][1]},
        "environment": report.profile.environment,
        "started": moment_text(report.started),
        "ended": moment_text(report.ended),
        "interrupted": report.interrupted,
        "judged_at": moment_text(report.judged_at),
        "part": report.part,
        "exit_code": report.exit_code,
        "checklist_digest": report.checklist.digest,
        "profile_digest": report.profile_digest,
        "records": [record.id for record in report.records],
    }


def _change(one: RiskChange | FindingChange) -> dict[str, Any]:
    return {
        "change": one.change.value,
        "worse": one.worse,
        "earlier": one.old.value if one.old else None,
        "later": one.new.value if one.new else None,
        "because": [step.value for step in one.steps],
    }

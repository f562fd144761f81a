"""What does a program read of runs over time? JSON in a stable order, after a schema that stands beside this module."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from readiness.history.gathering import Gathered
from readiness.history.past import Past, Series
from readiness.history.past_words import how_ended
from readiness.register import Checklist
from readiness.values import moment_text

SCHEMA_ID = "urn:mm-readiness:schema:history:1"


def past_data(series: Sequence[Series], gathered: Gathered, checklist: Checklist) -> str:
    """The runs as JSON text in ASCII, the same for the same runs and checklist; ends with a newline."""
    content = {
        "schema": SCHEMA_ID,
        "checklist_digest": checklist.digest,
        "series": [
            {
                "kind": one.kind,
                "organisation_number": one.organisation,
                "environment": one.environment,
                "runs": [_run(past) for past in one.pasts],
            }
            for one in series
        ],
        "refused": [{"name": name, "why": why} for name, why in gathered.refused],
    }
    return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that it satisfies."""
    text = files(__package__).joinpath("history.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _run(past: Past) -> dict[str, Any]:
    one = past.judged
    return {
        "name": past.name,
        "records": list(one.records),
        "started": moment_text(one.started),
        "ended": moment_text(one.ended),
        "how_ended": how_ended(past),
        "exit_code": one.exit_code,
        "tool_version": one.version,
        "grades": [
            {"risk": r.risk, "because": r.because.value, "strength": r.strength.value if r.strength else None}
            for r in one.risks
        ],
    }

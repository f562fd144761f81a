"""Does SARIF hold by the schema and the rules of the standard's editors? Microsoft's sarif-multitool reads it.

Linux only, by `npm ci --prefix tests/sarif`. Without it this is skipped; with MM_REQUIRE_SARIF=1 it fails.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from readiness.report import Report
from readiness.reports.helping import written
from readiness.texts import LANGUAGES
from tests.reports.sample import HOSTILE, sample_report
from tests.reports.test_machine_formats import renamed

TOOL = Path(__file__).parents[1] / "sarif" / "node_modules" / "@microsoft" / "sarif-multitool-linux"
OWED = {"SARIF2005"}
"""Advice that is not followed: the tool has no address of its own."""

Validate = Callable[[Report | dict[str, object], str], set[str]]


def sarif_of(report: Report, lang: str = "en") -> dict[str, object]:
    (data,) = written(report, lang, ["sarif"]).values()
    return json.loads(data)  # type: ignore[no-any-return]


@pytest.fixture
def validated(tmp_path: Path) -> Validate:
    """validated(report or log, lang): the ids of the rules that the validator says are broken."""
    if not TOOL.is_dir():
        missing = f"SARIF not validated: {TOOL} is missing; npm ci --prefix tests/sarif (Linux)"
        (pytest.fail if os.environ.get("MM_REQUIRE_SARIF") else pytest.skip)(missing)

    def validate(report: Report | dict[str, object], lang: str = "en") -> set[str]:
        log = sarif_of(report, lang) if isinstance(report, Report) else report
        (file := tmp_path / "in.sarif").write_text(json.dumps(log), encoding="utf-8")
        command = [TOOL / "Sarif.Multitool", "validate", file, "--output", tmp_path / "out.sarif"]
        invariant = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "DOTNET_CLI_TELEMETRY_OPTOUT": "1"}
        (tmp_path / "out.sarif").unlink(missing_ok=True)
        done = subprocess.run(command, capture_output=True, timeout=100, check=False, env=invariant)
        assert (tmp_path / "out.sarif").is_file(), done.stdout.decode()[-2000:]
        (run,) = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8-sig"))["runs"]
        told = run["invocations"][0].get("toolExecutionNotifications", [])
        assert [one for one in told if one.get("level") == "error"] == []
        return {one["ruleId"].partition("/")[0] for one in run["results"]}

    return validate


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_standards_editors_find_nothing_wrong(validated: Validate, lang: str) -> None:
    assert validated(sample_report(), lang) == OWED


def test_they_find_nothing_wrong_with_names_that_act(validated: Validate) -> None:
    assert validated(renamed(HOSTILE["markup"] + HOSTILE["escape"]), "sv") == OWED


def test_they_would_find_a_fault(validated: Validate) -> None:
    log = sarif_of(sample_report())
    results = log["runs"][0]["results"]  # type: ignore[index]
    results[0]["ruleIndex"] = 9999
    assert validated(log, "en") > OWED
    results[1]["kind"] = "unhappy"
    assert validated(log, "en") == set(), "it gives up where a value is none of the schema's"


def test_it_holds_by_the_schema_that_comes_with_their_tool(validated: Validate) -> None:
    schema = json.loads((TOOL / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    checker = jsonschema.validators.validator_for(schema)(schema)
    for report in (sample_report(), *map(renamed, HOSTILE.values())):
        assert list(checker.iter_errors(sarif_of(report))) == []
    log = sarif_of(sample_report())
    log["runs"][0]["results"][0]["kind"] = "unhappy"  # type: ignore[index]
    assert list(checker.iter_errors(log)) != []

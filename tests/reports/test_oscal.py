"""Does OSCAL say the same verdicts as the report, with ids that fit together and nothing that acts? And trestle agrees.

compliance-trestle is no part of this project's environment: `.ci/run` makes one for it in tests/oscal/.venv. Without
it, reading back is skipped; with MM_REQUIRE_OSCAL=1 it fails.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from readiness.dossier.privacy import place_of_number
from readiness.model import Because, Strength, Verdict
from readiness.personal import shaped
from readiness.report import DeviationState, Report
from readiness.reports._oscal import Ids
from readiness.reports._words import because_text
from readiness.reports.helping import written
from readiness.texts import LANGUAGES
from tests.reports.sample import HOSTILE, sample_report
from tests.reports.test_machine_formats import renamed

REPORT = sample_report()
OSCAL = Path(__file__).parents[1] / "oscal"
STATES = {
    Verdict.PASS: ("satisfied", "pass"),
    Verdict.FAIL: ("not-satisfied", "fail"),
    Verdict.INCONCLUSIVE: ("not-satisfied", "other"),
}


def text_of(report: Report = REPORT, lang: str = "en") -> str:
    (data,) = written(report, lang, ["oscal"]).values()
    return data.decode("ascii")


def document(report: Report = REPORT) -> dict[str, Any]:
    return json.loads(text_of(report))["assessment-results"]  # type: ignore[no-any-return]


def result(report: Report = REPORT) -> dict[str, Any]:
    (found,) = document(report)["results"]
    return found  # type: ignore[no-any-return]


def said(part: dict[str, Any], name: str) -> str:
    return next((one["value"] for one in part.get("props", ()) if one["name"] == name), "")


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in the document."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_report_gives_the_same_bytes(lang: str) -> None:
    assert text_of(lang=lang) == text_of(sample_report(), lang)
    assert text_of(lang="sv") != text_of(lang="en")


def test_every_id_is_a_uuid_of_version_5_and_everything_referred_to_is_there() -> None:
    whole = document()
    ids = [part["uuid"] for part in parts(whole) if "uuid" in part]
    assert len(ids) == len(set(ids)) > 50
    assert {UUID(one).version for one in ids} == {5}
    referred = [
        value
        for part in parts(whole)
        for name, value in part.items()
        if name in {"subject-uuid", "observation-uuid", "risk-uuid"}
    ]
    assert len(referred) > 50
    assert set(referred) <= set(ids)
    assert whole["import-ap"]["href"].removeprefix("#") in ids


def test_what_a_target_is_called_stays_from_judgement_to_judgement_and_nothing_else_does() -> None:
    later = replace(REPORT, judged_at=REPORT.judged_at + timedelta(days=1))
    first, second = ({one["uuid"] for one in result(r)["local-definitions"]["components"]} for r in (REPORT, later))
    assert first == second
    for name in ("observations", "findings", "risks"):
        first, second = ({one["uuid"] for one in result(r)[name]} for r in (REPORT, later))
        assert not first & second


def test_no_id_is_what_a_sealer_takes_for_a_persons_number() -> None:
    """Hex digits have a date and a check digit by chance, in one UUID of sixteen thousand; that is not sealed."""
    pattern = REPORT.profile.targets[-1]
    targets = tuple(replace(pattern, id=f"t{n}") for n in range(4400, 4600))
    report = replace(REPORT, profile=replace(REPORT.profile, targets=(*REPORT.profile.targets, *targets)))
    chain = Ids(report)._chain
    assert shaped(str(uuid5(chain, "t4496"))), "a name whose first UUID is one: find another where ids have changed"
    assert not shaped(Ids(report).target("t4496"))
    assert place_of_number(text_of(report).encode("ascii")) == -1
    ids = {Ids(report).of("observation", n) for n in range(20_000)}
    assert len(ids) == 20_000
    assert [one for one in ids if shaped(one)] == []


def test_each_finding_has_its_state_and_what_was_not_seen_is_never_satisfied() -> None:
    found = [
        (f["target"]["target-id"], said(f, "target"), f["target"]["status"]["state"], f["target"]["status"]["reason"])
        for f in result()["findings"]
    ]
    wanted = [(f.rule, " ".join(f.target.split()), *STATES[f.verdict]) for f in REPORT.findings if f.verdict in STATES]
    assert len(found) == len(wanted)
    assert [(rule, *state) for rule, _, *state in found] == [(rule, *state) for rule, _, *state in wanted]
    assert {state for *_, state, _ in found} == {"satisfied", "not-satisfied"}
    controls = result()["reviewed-controls"]["control-selections"][0]["include-controls"]
    assert {one["control-id"] for one in controls} == {finding.rule for finding in REPORT.findings}


def test_what_does_not_apply_is_told_in_the_remarks() -> None:
    left = [one for one in REPORT.findings if one.verdict is Verdict.NOT_APPLICABLE]
    assert left
    remarks = result()["remarks"]
    assert all(one.rule in remarks and because_text("en", REPORT, one) in remarks for one in left)
    rest = tuple(one for one in REPORT.findings if one not in left)
    assert "remarks" not in result(replace(REPORT, findings=rest))


def test_each_observation_says_how_and_when_it_was_come_by_and_until_when_it_counts() -> None:
    methods = dict.fromkeys(Strength, "EXAMINE") | {Strength.LIVE: "TEST", Strength.WORD: "INTERVIEW"}
    found = result()["observations"]
    assert len(found) == len({*REPORT.observations, *(o for f in REPORT.findings for o in f.rests_on)})
    for one, seen in zip(REPORT.observations, found, strict=False):
        assert seen["methods"] == [methods[one.strength]]
        assert said(seen, "strength") == one.strength
        assert len(seen.get("relevant-evidence", ())) == len(one.evidence)
    asked = next(rule for rule in REPORT.checklist.rules if rule.expect)
    for days, until in ((30, "2026-12-30"), (7, "2026-12-07")):
        rules = tuple(replace(r, valid_days=days if r.id == asked.id else None) for r in REPORT.checklist.rules)
        rules += (replace(asked, id="MM-LATER-01", valid_days=days + 60),)
        limited = result(replace(REPORT, checklist=replace(REPORT.checklist, rules=rules)))["observations"]
        ends = {seen["expires"][:10] for seen in limited if seen["title"] == asked.expect[0].fact}
        assert ends == {until}
        facts = {one.fact for one in (*asked.expect, *asked.when)}
        assert {seen["title"] for seen in limited if "expires" in seen} <= facts


def test_a_risk_that_passes_is_no_risk_here_and_the_others_are_open_or_being_looked_into() -> None:
    found = {said(one, "id"): one["status"] for one in result()["risks"] if said(one, "id")}
    wanted = {
        Because.VIOLATED: "open",
        Because.RESERVATIONS: "open",
        Because.NOT_DEMONSTRATED: "investigating",
        Because.NOT_COVERED: "investigating",
    }
    assert found == {grade.risk: wanted[grade.because] for grade in REPORT.grades if grade.because in wanted}
    assert {grade.because for grade in REPORT.grades} >= {Because.ALL_PASS, Because.NOT_APPLICABLE, *wanted}


def test_an_accepted_deviation_stands_beside_a_finding_that_is_still_not_satisfied() -> None:
    whole = result()
    accepted = [one for one in whole["risks"] if said(one, "state")]
    assert [said(one, "rule") for one in accepted] == [one.rule for one, _ in REPORT.deviations]
    for part, (one, state) in zip(accepted, REPORT.deviations, strict=True):
        assert part["status"] == ("open" if state is DeviationState.EXPIRED else "deviation-approved")
        assert part.get("deadline", "")[:10] == (one.expires.date().isoformat() if one.expires else "")
    assert {state for _, state in REPORT.deviations} == set(DeviationState)
    beside = [
        finding
        for finding in whole["findings"]
        if {row["risk-uuid"] for row in finding.get("related-risks", ())} & {one["uuid"] for one in accepted}
    ]
    assert "not-satisfied" in {one["target"]["status"]["state"] for one in beside}
    without = result(replace(REPORT, deviations=()))["findings"]
    states = [[f["target"]["status"] for f in found] for found in (whole["findings"], without)]
    assert states[0] == states[1]


STRING = re.compile(r"\S(.*\S)?")


@pytest.mark.parametrize("name", [*HOSTILE.values(), "\ud800", " \n ", ""])
def test_any_name_gives_strings_that_oscal_allows_and_nothing_that_acts(name: str) -> None:
    report = renamed(name)
    for part in parts(document(report)):
        for key in ("title", "value", "name", "type"):
            if isinstance(part.get(key), str):
                assert STRING.fullmatch(part[key]), (key, part[key])
    assert not set(json.dumps(document(report), ensure_ascii=False)) & set("\x1b\u202e\0\x07\ud800")


def test_the_tree_has_no_empty_list() -> None:
    bare = replace(REPORT, findings=(), observations=(), grades=(), deviations=())
    for report in (REPORT, bare):
        assert [part for part in parts(document(report)) if [] in part.values() or "" in part.values()] == []


# -- compliance-trestle


@pytest.fixture(scope="module")
def trestle() -> Path:
    python = OSCAL / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.is_file():
        missing = f"OSCAL not read back: {python} is missing; .ci/run makes it"
        (pytest.fail if os.environ.get("MM_REQUIRE_OSCAL") else pytest.skip)(missing)
    return python


def read_back(trestle: Path, file: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([trestle, OSCAL / "read_back.py", file], capture_output=True, timeout=100, check=False)


def settled(node: Any) -> Any:
    """Without what is written in another way and means the same: moments to the microsecond, order of keys."""
    if isinstance(node, dict):
        return {name: settled(value) for name, value in sorted(node.items())}
    if isinstance(node, list):
        return [settled(value) for value in node]
    return re.sub(r"^(\d{4}-\d\d-\d\dT[\d:]+)(\.\d+)?(Z|\+00:00)$", r"\1Z", node) if isinstance(node, str) else node


@pytest.mark.parametrize("lang", LANGUAGES)
def test_trestle_reads_it_and_would_write_the_same(trestle: Path, tmp_path: Path, lang: str) -> None:
    (file := tmp_path / "assessment-results.json").write_text(text_of(lang=lang), encoding="utf-8")
    done = read_back(trestle, file)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert settled(json.loads(done.stdout)) == settled(json.loads(text_of(lang=lang)))


def test_trestle_reads_any_name(trestle: Path, tmp_path: Path) -> None:
    (file := tmp_path / "assessment-results.json").write_text(text_of(renamed(HOSTILE["escape"])), encoding="utf-8")
    assert read_back(trestle, file).returncode == 0


def test_trestle_refuses_what_is_no_oscal(trestle: Path, tmp_path: Path) -> None:
    broken = text_of().replace('"not-satisfied"', '"unhappy"')
    (file := tmp_path / "assessment-results.json").write_text(broken, encoding="utf-8")
    done = read_back(trestle, file)
    assert done.returncode != 0
    assert b"unhappy" in done.stderr or b"state" in done.stderr

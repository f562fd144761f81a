"""The report: its exit code over every mix of grades, and what it finds for whoever asks it."""

import itertools
from dataclasses import replace

import pytest

from readiness.chain import Deviation
from readiness.model import (
    Basis,
    Because,
    Cause,
    Finding,
    Grade,
    Mark,
    Observation,
    Rule,
    Strength,
    Target,
    TargetKind,
    Verdict,
    Weight,
    Words,
)
from readiness.register import Checklist, Matrix
from readiness.report import RecordUsed, Report
from tests.conftest import CHAIN, NOON, profile_of

W = Words("t", "t")
FRONT = Target("front", TargetKind.ENDPOINT)
BACK = Target("back", TargetKind.ENDPOINT)


def rule(id_, **risks):
    return Rule(id_, W, tuple((name.lstrip("r"), weight) for name, weight in risks.items()), Basis.LAW, "s", "read", W)


RULES = (rule("A", r8=Weight.SHOULD), rule("B", r8=Weight.MUST, r23=Weight.SHOULD), rule("C", r23=Weight.MUST))
CHECKLIST = Checklist(RULES, (), (), Matrix((), (), (), W), "digest")


def report(*, grades=(), findings=(), observations=(), records=(), **fields):
    profile = profile_of(FRONT, BACK)
    return Report(
        profile,
        CHECKLIST,
        observations,
        findings,
        grades,
        (),
        records,
        (("tool", "1"),),
        "d",
        NOON,
        NOON,
        NOON,
        **fields,
    )


VIOLATED = Grade("1", Mark.FAIL, Because.VIOLATED)
OPEN = Grade("2", Mark.FAIL, Because.NOT_DEMONSTRATED)
BARE = Grade("3", Mark.FAIL, Because.NOT_COVERED)
RESERVED = Grade("4", Mark.PASS, Because.RESERVATIONS)
PASSED = Grade("5", Mark.PASS, Because.ALL_PASS)
NOTHING = Grade("6", Mark.NONE, Because.NOT_APPLICABLE)
EVERY = (VIOLATED, OPEN, BARE, RESERVED, PASSED, NOTHING)
MIXES = [mix for size in range(len(EVERY) + 1) for mix in itertools.combinations(EVERY, size)]


@pytest.mark.parametrize("mix", MIXES, ids=lambda mix: "+".join(grade.because for grade in mix) or "none")
def test_the_exit_code_over_every_mix_of_grades(mix):
    wanted = 0 if {RESERVED, PASSED} & set(mix) else 11
    wanted = 11 if {OPEN, BARE} & set(mix) else wanted
    wanted = 10 if VIOLATED in mix else wanted
    assert report(grades=mix).exit_code == wanted
    assert report(grades=mix[::-1]).exit_code == wanted


def test_neither_an_accepted_deviation_nor_the_part_changes_the_exit_code():
    decision = Deviation("B", "", "why", "owner", "approver", NOON)
    for grades in MIXES:
        plain = report(grades=grades)
        accepted = replace(plain, deviations=((decision, "in_force"),), part="seen")
        assert accepted.exit_code == plain.exit_code


def found(rule_id, verdict, cause=Cause.HOLDS, target="front"):
    return Finding(rule_id, target, Verdict(verdict), cause)


def test_the_findings_about_a_risk_are_those_of_its_rules_must_first_and_worst_first():
    verdicts = ["not_applicable", "pass", "inconclusive", "fail"]
    findings = tuple(found(id_, verdict) for id_ in ("A", "B", "C") for verdict in verdicts)
    about = report(findings=findings).findings_about("8")
    assert [(finding.rule, finding.verdict, weight) for finding, weight in about] == [
        *(("B", verdict, "must") for verdict in reversed(verdicts)),
        *(("A", verdict, "should") for verdict in reversed(verdicts)),
    ]
    assert {finding.rule for finding, _ in report(findings=findings).findings_about("23")} == {"B", "C"}
    assert report(findings=findings).findings_about("99") == ()


def test_findings_that_weigh_the_same_stay_in_the_order_of_targets():
    findings = (found("B", "pass", target="front"), found("B", "pass", target="back"))
    assert [finding.target for finding, _ in report(findings=findings).findings_about("8")] == ["front", "back"]


def test_observations_and_targets_are_found_by_name_and_kind():
    rows = tuple(Observation("p", target, "f", NOON, 1, Strength.LIVE) for target in ("front", "back", "front"))
    full = report(observations=rows)
    assert full.observations_of("front") == (rows[0], rows[2])
    assert full.observations_of("nowhere") == ()
    assert full.target("back") is BACK
    assert full.targets(TargetKind.ENDPOINT) == (FRONT, BACK)
    assert full.targets(TargetKind.CHAIN) == (CHAIN,)
    assert full.targets(TargetKind.NODE) == ()


@pytest.mark.parametrize(
    ("source", "address", "place"),
    [
        ("/kedja/profil.toml", "/kedja/nycklar/klient.pem", "nycklar/klient.pem"),
        ("/kedja/profil.toml", "/annan/klient.pem", "/annan/klient.pem"),
        (r"C:\kedja\profil.toml", r"C:\kedja\nycklar\klient.pem", "nycklar/klient.pem"),
        ("/kedja/profil.toml", "front.example:443", "front.example:443"),
        ("profil.toml", "", ""),
        ("", "klient.pem", "klient.pem"),
    ],
)
def test_a_file_is_told_by_its_path_from_the_profiles_folder(source, address, place):
    full = report()
    full = replace(full, profile=replace(full.profile, source=source))
    assert full.place_of(replace(FRONT, address=address)) == place


@pytest.mark.parametrize(
    ("ends", "interrupted"),
    [((), False), (("complete",), False), (("interrupted",), True), (("complete", "interrupted"), True)],
)
def test_a_report_is_interrupted_if_any_of_its_records_is(ends, interrupted):
    records = tuple(RecordUsed("r", "kommunen", True, "test", NOON, NOON, how_ended) for how_ended in ends)
    assert report(records=records).interrupted is interrupted


def test_what_waits_for_a_probe_is_what_is_pending():
    findings = tuple(found("A", "inconclusive", cause) for cause in Cause)
    assert [finding.cause for finding in report(findings=findings).waiting] == [Cause.PENDING]

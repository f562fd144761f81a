"""Does the whole chain, from real servers to grades, say what is so? The example kommun, with and without defects.

The clock stands in 2029, when every rule about public certificates has begun to ask for something; once it is today's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from readiness.demo.chain import planned, running_chain, started
from readiness.demo.clock_defects import DEFECTS as OF_THE_CLOCK
from readiness.demo.conforming import statement_rows
from readiness.demo.defects import DEFAULT_DEFECTS, DEFECTS
from readiness.demo.document_defects import DEFECTS as OF_DOCUMENTS
from readiness.demo.exercise import DemoExercise
from readiness.demo.fault_defects import DEFECTS as OF_FAULTS
from readiness.demo.letter_defects import DEFECTS as OF_LETTERS
from readiness.demo.letters import write_letters
from readiness.demo.log_defects import DEFECTS as OF_LOGS
from readiness.demo.name_defects import DEFECTS as OF_NAMES
from readiness.demo.page_defects import DEFECTS as OF_PAGES
from readiness.demo.register_defects import DEFECTS as OF_REGISTERS
from readiness.demo.sending_defects import DEFECTS as OF_SENDING
from readiness.demo.statement_defects import WAYS, statement_defects
from readiness.demo.trial_defects import DEFECTS as OF_TRIALS
from readiness.judge import grade, judge, selects
from readiness.model import (
    ASKED_OVER_THE_NETWORK,
    RECORDED,
    Because,
    Cause,
    Finding,
    Mark,
    Reason,
    TargetKind,
    Verdict,
    Weight,
)
from readiness.probe import Limits
from readiness.profile import load_profile
from readiness.record import Record
from readiness.register import Checklist
from readiness.report import DeviationState, Report
from readiness.run import Looking, judge_records, observe_profile, shipped_or, utc_now
from readiness.stage.scenario import load_scenarios

AT = datetime(2029, 6, 1, 12, tzinfo=UTC)
LIMITS = Limits(deadline=10, wait=3)
LOOKING = Looking(LIMITS, clock=lambda: AT)
OF_THE_SENDING_SYSTEM = {defect.name: defect for defect in (*OF_SENDING, *OF_LETTERS)}
WHEN_SOMETHING_FAILS = {defect.name: defect for defect in OF_FAULTS}
IN_THE_LOGS = {defect.name: defect for defect in OF_LOGS}
OF_CLOCKS = {defect.name: defect for defect in OF_THE_CLOCK}
IN_REGISTERS = {defect.name: defect for defect in OF_REGISTERS}
IN_DOCUMENTS = {defect.name: defect for defect in OF_DOCUMENTS}
IN_PUBLIC = {defect.name: defect for defect in (*OF_PAGES, *OF_NAMES)}
IN_TRIALS = {defect.name: defect for defect in OF_TRIALS}
PATIENCE = 1.0
"""Seconds for an answer: the demo's own 0.3 are short for a machine that runs other tests beside."""
BESIDE = {TargetKind.CHAIN, TargetKind.CERTIFICATE, TargetKind.MESSAGE_TYPE, TargetKind.SENDING_SYSTEM}
"""What is looked at beside connections and exchanges, when only these are in question."""
REGISTERS = {TargetKind.CHAIN, TargetKind.REGISTER, TargetKind.ENDPOINT, TargetKind.MESSAGE_TYPE}
REGISTERS |= {TargetKind.CERTIFICATE, TargetKind.SENDING_SYSTEM}
DOCUMENTS = {TargetKind.CHAIN, TargetKind.SENT_DOCUMENT, TargetKind.SENDING_SYSTEM}
PUBLIC = {TargetKind.PAGE, TargetKind.NAME}
TRIALS = {TargetKind.SECOND_SYSTEM, TargetKind.TENANT}
SLOW = {TargetKind.SENT_DOCUMENT, TargetKind.LOG_SOURCE, TargetKind.REGISTER}
LOGS = {TargetKind.CHAIN, TargetKind.SENDING_SYSTEM, TargetKind.LOG_SOURCE}
WHOLE_MINUTES = "log-whole-minutes"
"""Its times are right by chance where all was sent in the first second of a minute; a second look then tells."""


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return shipped_or(None)


@pytest.fixture(scope="module")
def conforming(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Report:
    return judge_records([record_of(tmp_path_factory.mktemp("conforming"))], checklist)


def record_of(folder: Path, *defects: str, looking: Looking = LOOKING) -> Record:
    """What a run on the example kommun with these defects leaves."""
    with running_chain(folder / "chain", defects, clock=looking.clock) as path:
        return observed(path, folder / "record", looking)


def exercised(
    folder: Path,
    *defects: str,
    kinds: set[TargetKind] | None = None,
    scenarios: tuple[str, ...] = (),
    quirks: tuple[str, ...] = (),
) -> Record:
    """The same after the sending system has sent, today, and been led through these scenarios; of the chain only
    targets of these kinds, if any are given."""
    plan = planned(defects)
    plan.sending.quirks += quirks
    with started(plan, folder / "chain", utc_now()) as path:
        profile = load_profile(path)
        if kinds:
            profile = replace(profile, targets=tuple(t for t in profile.targets if t.kind in kinds))
        text = path.read_text(encoding="utf-8")
        exercise = DemoExercise(plan, folder / "chain", scenarios=scenarios, timeout=PATIENCE)
        return observe_profile(profile, text, folder / "record", Looking(LIMITS), exercise)


def observed(path: Path, folder: Path, looking: Looking = LOOKING) -> Record:
    return observe_profile(load_profile(path), path.read_text(encoding="utf-8"), folder, looking)


def verdicts(report: Report) -> dict[tuple[str, str], Verdict]:
    """By rule and target."""
    return {(finding.rule, finding.target): finding.verdict for finding in report.findings}


def flipped(before: Report, after: Report) -> set[str]:
    """The rules with a finding that is not met now and was so before, or that was not there before."""
    open_ = {Verdict.FAIL, Verdict.INCONCLUSIVE}
    was = verdicts(before)
    return {rule for (rule, target), now in verdicts(after).items() if now in open_ and was.get((rule, target)) != now}


def built(report: Report) -> Iterator[Finding]:
    """The findings of rules that a probe can look at."""
    return (finding for finding in report.findings if finding.cause is not Cause.PENDING)


def unmet(report: Report) -> dict[str, Finding]:
    """By rule, of those that a probe can look at."""
    return {f.rule: f for f in built(report) if f.verdict not in {Verdict.PASS, Verdict.NOT_APPLICABLE}}


def about_recordings(checklist: Checklist) -> set[str]:
    """The rules about what only a stage records."""
    return {rule.id for rule in checklist.rules if rule.target in RECORDED}


def about_logs(checklist: Checklist) -> set[str]:
    """The rules about logs."""
    return {rule.id for rule in checklist.rules if rule.target is TargetKind.LOG_SOURCE and not rule.pending}


def about_what_was_sent(checklist: Checklist) -> set[str]:
    """The rules about logs that ask for something sent: before it, the example only has what it logged earlier."""
    known = {"trace.time_zone", "trace.resolution"}
    known |= {"log.number_patterns_with_context", "log.private_keys", "log.bearer_tokens", "log.passwords_in_urls"}
    known |= {"log.message_bodies", *(r.fact for r in checklist.rules if r.fact.startswith(("custody.", "handover.")))}
    rules = (rule for rule in checklist.rules if rule.target is TargetKind.LOG_SOURCE and not rule.pending)
    return {rule.id for rule in rules if rule.fact not in known}


def test_in_the_conforming_chain_no_rule_fails_and_all_that_is_open_is_pending(conforming: Report) -> None:
    logs = about_what_was_sent(conforming.checklist)
    assert set(unmet(conforming)) == about_recordings(conforming.checklist) | logs
    assert {f.cause for rule, f in unmet(conforming).items() if rule not in logs} == {Cause.NOTHING_SELECTED}
    assert {f.unseen.reason for rule, f in unmet(conforming).items() if rule in logs and f.unseen} == {
        Reason.NOT_EXERCISED
    }
    assert len(list(built(conforming))) > 200
    pending = {finding.rule for finding in conforming.findings if finding.cause is Cause.PENDING}
    assert pending == {rule.id for rule in conforming.checklist.rules if rule.pending}


@pytest.fixture(scope="module")
def performed(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Report:
    """The chain without a defect after every scenario."""
    return judge_records([exercised(tmp_path_factory.mktemp("full"), scenarios=tuple(load_scenarios()))], checklist)


def test_the_conforming_chain_conforms_today_too_whatever_goes_wrong(performed: Report) -> None:
    assert unmet(performed) == {}
    assert abs(performed.judged_at - utc_now()) < timedelta(minutes=1)
    recorded = {target.id for target in performed.profile.targets if target.kind in RECORDED}
    assert {f"scenario-{scenario}" for scenario in load_scenarios()} < recorded
    logs = {target.id for target in performed.profile.targets if target.kind is TargetKind.LOG_SOURCE}
    of_logs = {f.rule for f in performed.findings if f.target in logs and f.verdict is Verdict.PASS}
    assert of_logs == about_logs(performed.checklist)
    passed = {f.rule for f in performed.findings if f.target in recorded and f.verdict is Verdict.PASS}
    # How the seal was made is asked only where it verifies on the wire as it stands, which a sane one does not; and
    # what is uncertain is not repeated, with whatever id.
    assert passed == about_recordings(performed.checklist) - {"MM-DELIV-19", "MM-FAULT-09"}


def without(report: Report, chosen: Mapping[str, set[str]], gone: set[str]) -> Report:
    """The report as it is where nothing was seen of those targets; the chain itself stays, and nothing of it is seen.

    `chosen` has the targets of each rule. Only rules about one of those that are gone are judged again."""
    left = tuple(t for t in report.profile.targets if t.id not in gone or t.kind is TargetKind.CHAIN)
    again = [rule for rule in report.checklist.rules if chosen.get(rule.id, set()) & gone]
    about = set[str]().union(*(chosen[rule.id] for rule in again)) - gone
    seen = [observation for observation in report.observations if observation.target in about]
    ids = {rule.id for rule in again}
    findings = (
        *(finding for finding in report.findings if finding.rule not in ids),
        *judge(again, replace(report.profile, targets=left), seen, report.judged_at),
    )
    grades = grade(findings, report.checklist.rules, [risk.id for risk in report.checklist.risks])
    return replace(report, findings=findings, grades=grades)


def test_the_conforming_chain_ends_with_0_and_without_any_of_its_inputs_with_11_naming_the_risk(
    performed: Report,
) -> None:
    """An input is whatever a rule selects: a list, a page, the answer to a check, a log, what a scenario showed."""
    assert performed.exit_code == 0
    rules = [rule for rule in performed.checklist.rules if not rule.pending and not rule.retired]
    inputs = {(rule.target, rule.select): rule for rule in rules}
    by_input = {
        key: {target.id for target in performed.profile.targets if selects(rule, target)}
        for key, rule in inputs.items()
    }
    chosen = {rule.id: by_input[rule.target, rule.select] for rule in rules}
    worse = 0
    for what, gone in by_input.items():
        assert gone, what
        after = without(performed, chosen, gone)
        lost = [rule for rule in rules if chosen[rule.id] <= gone]
        weights = [(risk, weight) for rule in lost for risk, weight in rule.risks]
        must = {risk for risk, weight in weights if weight is Weight.MUST}
        grades = {one.risk: one.because for one in after.grades}
        assert after.exit_code == (11 if must else 0), what
        assert {grades[risk] for risk in must} <= {Because.NOT_DEMONSTRATED}, what
        # What is only a should leaves a reservation, with which the risk is passed.
        advised = {grades[risk] for risk, _ in weights if risk not in must}
        assert advised <= {Because.RESERVATIONS, Because.NOT_DEMONSTRATED}, what
        open_ = {finding.rule for finding in after.findings if finding.verdict is Verdict.INCONCLUSIVE}
        assert {rule.id for rule in lost} <= open_, what
        worse += after.exit_code == 11
    assert len(inputs) > 150
    assert worse > 90


def test_in_the_conforming_chain_every_risk_that_is_not_met_waits_for_a_probe(conforming: Report) -> None:
    becauses = {grade.because for grade in conforming.grades}
    assert len(conforming.grades) == 22
    assert becauses <= {Because.NOT_DEMONSTRATED, Because.RESERVATIONS, Because.ALL_PASS}
    assert Because.NOT_DEMONSTRATED in becauses


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Report:
    return judge_records([exercised(tmp_path_factory.mktemp("sent"), kinds=BESIDE)], checklist)


@pytest.mark.parametrize("name", OF_THE_SENDING_SYSTEM)
def test_each_defect_of_the_sending_system_flips_exactly_its_rules(
    tmp_path: Path, checklist: Checklist, sent: Report, name: str
) -> None:
    report = judge_records([exercised(tmp_path, name, kinds=BESIDE)], checklist)
    assert flipped(sent, report) == set(DEFECTS[name].flips)
    about = {target.id for target in report.profile.targets if target.kind in RECORDED}
    assert any(f.verdict is Verdict.FAIL and f.target in about for f in report.findings)


@pytest.mark.parametrize("name", WHEN_SOMETHING_FAILS)
def test_each_defect_that_shows_when_something_fails_flips_exactly_its_rules(
    tmp_path: Path, checklist: Checklist, performed: Report, name: str
) -> None:
    report = judge_records([exercised(tmp_path, name, kinds=BESIDE, scenarios=DEFECTS[name].scenarios)], checklist)
    about = {target.id for target in report.profile.targets if target.kind in RECORDED}
    found = tuple(finding for finding in report.findings if finding.target in about)
    assert flipped(performed, replace(report, findings=found)) == set(DEFECTS[name].flips)
    assert any(f.verdict is Verdict.FAIL and f.target.startswith("scenario-") for f in found)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Callable[[tuple[str, ...]], Report]:
    """The logs of the conforming chain after these scenarios."""

    @cache
    def report(scenarios: tuple[str, ...]) -> Report:
        record = exercised(tmp_path_factory.mktemp("logged"), kinds=LOGS, scenarios=scenarios)
        return judge_records([record], checklist)

    return report


@pytest.mark.parametrize("name", IN_THE_LOGS)
def test_each_defect_of_the_logs_flips_exactly_its_rules(
    tmp_path: Path, checklist: Checklist, logged: Callable[[tuple[str, ...]], Report], name: str
) -> None:
    rules, flips = about_logs(checklist), set(DEFECTS[name].flips)
    scenarios = DEFECTS[name].scenarios
    before = logged(scenarios)
    found = [finding for finding in before.findings if finding.rule in rules]
    assert flips <= {finding.rule for finding in found if finding.verdict is Verdict.PASS}
    assert Verdict.FAIL not in {finding.verdict for finding in found}
    report = judge_records([exercised(tmp_path / "once", name, kinds=LOGS, scenarios=scenarios)], checklist)
    if name == WHOLE_MINUTES and flipped(before, report) & rules == flips - {"MM-LOG-22"}:
        report = judge_records([exercised(tmp_path / "again", name, kinds=LOGS, scenarios=scenarios)], checklist)
    assert flipped(before, report) & rules == flips


def test_a_sending_system_that_never_starts_leaves_every_scenario_not_exercised(
    tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "no-python"
    program.write_text("#!/bin/false\n", encoding="ascii")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    scenarios = ("silent", "answer-lost", "tls-expired", "refuse", "far-down")
    report = judge_records([exercised(tmp_path, kinds=BESIDE, scenarios=scenarios)], checklist)
    found = [f for f in report.findings if f.target.startswith("scenario-")]
    assert {f.target for f in found} == {f"scenario-{scenario}" for scenario in (*scenarios, "sane", "tls-sane")}
    assert {f.verdict for f in found} == {Verdict.INCONCLUSIVE}
    assert {f.unseen.reason for f in found if f.unseen} == {Reason.NOT_EXERCISED}


def test_a_sending_system_that_does_not_trust_the_stage_leaves_every_scenario_with_a_failed_control(
    tmp_path: Path, checklist: Checklist
) -> None:
    scenarios = ("answer-lost", "tls-expired", "tls-wrong-name")
    report = judge_records(
        [exercised(tmp_path, kinds=BESIDE, scenarios=scenarios, quirks=("trusts-nobody",))], checklist
    )
    found = [f for f in report.findings if f.target.startswith("scenario-")]
    assert {f.target for f in found} == {f"scenario-{scenario}" for scenario in (*scenarios, "sane", "tls-sane")}
    assert {f.verdict for f in found} == {Verdict.INCONCLUSIVE}
    assert {f.unseen.reason for f in found if f.unseen} == {Reason.CONTROL_FAILED}


def test_a_sending_system_that_never_starts_leaves_its_rules_open(
    tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    (tmp_path / "no-python").write_text("#!/bin/false\n", encoding="ascii")
    (tmp_path / "no-python").chmod(0o700)
    report = judge_records([exercised(tmp_path, kinds=BESIDE)], checklist)
    rules = about_recordings(checklist)
    assert {f.verdict for f in report.findings if f.rule in rules} == {Verdict.INCONCLUSIVE}


@pytest.mark.parametrize("name", IN_REGISTERS)
def test_each_defect_of_a_register_flips_exactly_its_rules(
    tmp_path: Path, checklist: Checklist, conforming: Report, name: str
) -> None:
    report, found = partly(tmp_path, checklist, name, REGISTERS, {TargetKind.REGISTER})
    assert flipped(conforming, replace(report, findings=found)) == set(DEFECTS[name].flips)
    assert any(finding.verdict is Verdict.FAIL for finding in found)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The profile of a chain that was stopped; its files are there."""
    with started(planned(), tmp_path_factory.mktemp("stopped"), AT) as path:
        return path


@pytest.mark.parametrize("name", IN_DOCUMENTS)
def test_each_defect_of_a_sent_document_flips_exactly_its_rules(
    tmp_path: Path, checklist: Checklist, conforming: Report, stopped: Path, name: str
) -> None:
    write_letters(planned([name]).documents, stopped.parent)
    profile = load_profile(stopped)
    letters = replace(profile, targets=tuple(t for t in profile.targets if t.kind in DOCUMENTS))
    record = observe_profile(letters, stopped.read_text(encoding="utf-8"), tmp_path / "record", LOOKING)
    report = judge_records([record], checklist)
    about = {target.id for target in profile.targets if target.kind is TargetKind.SENT_DOCUMENT}
    found = tuple(finding for finding in report.findings if finding.target in about)
    assert flipped(conforming, replace(report, findings=found)) == set(DEFECTS[name].flips)
    assert any(finding.verdict is Verdict.FAIL for finding in found)


@pytest.mark.parametrize("name", OF_CLOCKS)
def test_each_defect_of_the_clock_flips_exactly_its_rules(
    tmp_path: Path, checklist: Checklist, conforming: Report, name: str
) -> None:
    with started(planned([name]), tmp_path / "chain", AT, LOOKING.clock) as path:
        profile = load_profile(path)
        alone = replace(profile, targets=(profile.chain,))
        record = observe_profile(alone, path.read_text(encoding="utf-8"), tmp_path / "record", LOOKING)
    report = judge_records([record], checklist)
    about = {rule.id for rule in checklist.rules if rule.target is TargetKind.CHAIN}
    found = tuple(finding for finding in report.findings if finding.rule in about)
    assert flipped(conforming, replace(report, findings=found)) == set(DEFECTS[name].flips)


@pytest.mark.parametrize("name", IN_PUBLIC)
def test_each_defect_of_what_the_public_meets_flips_exactly_its_rules(
    tmp_path: Path, checklist: Checklist, conforming: Report, name: str
) -> None:
    report, found = partly(tmp_path, checklist, name, PUBLIC | {TargetKind.CHAIN}, PUBLIC)
    assert flipped(conforming, replace(report, findings=found)) == set(DEFECTS[name].flips)
    assert any(finding.verdict is Verdict.FAIL for finding in found)


@pytest.mark.parametrize("name", IN_TRIALS)
def test_each_defect_of_a_trial_flips_exactly_its_rules(
    tmp_path: Path, checklist: Checklist, conforming: Report, name: str
) -> None:
    report, found = partly(tmp_path, checklist, name, TRIALS | BESIDE | {TargetKind.ENDPOINT}, TRIALS)
    assert flipped(conforming, replace(report, findings=found)) == set(DEFECTS[name].flips)
    assert any(finding.verdict is Verdict.FAIL for finding in found)


def partly(
    folder: Path, checklist: Checklist, name: str, kinds: set[TargetKind], about: set[TargetKind]
) -> tuple[Report, tuple[Finding, ...]]:
    """The report of the chain with a defect where only targets of those kinds are looked at, and what it finds about
    some of them."""
    with started(planned([name]), folder / "chain", AT) as path:
        profile = load_profile(path)
        part = replace(profile, targets=tuple(t for t in profile.targets if t.kind in kinds))
        record = observe_profile(part, path.read_text(encoding="utf-8"), folder / "record", LOOKING)
    report = judge_records([record], checklist)
    ids = {target.id for target in profile.targets if target.kind in about}
    return report, tuple(finding for finding in report.findings if finding.target in ids)


ELSEWHERE = (
    OF_THE_SENDING_SYSTEM,
    WHEN_SOMETHING_FAILS,
    IN_THE_LOGS,
    IN_REGISTERS,
    OF_CLOCKS,
    IN_DOCUMENTS,
    IN_PUBLIC,
    IN_TRIALS,
)
OTHERS = DEFECTS.keys() - {name for where in ELSEWHERE for name in where}


def looked_at_quickly(folder: Path, checklist: Checklist, *defects: str) -> Report:
    """A run with these defects, and its findings, but for the kinds of targets that take long and have tests above."""
    with running_chain(folder / "chain", defects, clock=LOOKING.clock) as path:
        profile = load_profile(path)
        quick = replace(profile, targets=tuple(t for t in profile.targets if t.kind not in SLOW))
        record = observe_profile(quick, path.read_text(encoding="utf-8"), folder / "record", LOOKING)
    report = judge_records([record], checklist)
    about = {rule.id for rule in checklist.rules if rule.target not in SLOW}
    return replace(report, findings=tuple(finding for finding in report.findings if finding.rule in about))


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_each_built_in_defect_flips_exactly_its_rules(
    tmp_path: Path, checklist: Checklist, conforming: Report, name: str
) -> None:
    report = looked_at_quickly(tmp_path, checklist, name)
    assert flipped(conforming, report) == set(DEFECTS[name].flips)
    assert any(finding.verdict is Verdict.FAIL for finding in built(report))


@pytest.mark.parametrize("way", WAYS)
def test_each_statement_rule_is_flipped_by_each_way_of_its_statement_s_defect(
    tmp_path: Path, checklist: Checklist, conforming: Report, way: str
) -> None:
    defects = [d for check in statement_rows() for d in statement_defects(check) if f"-{way}:" in d.name]
    report = looked_at_quickly(tmp_path, checklist, *(defect.name for defect in defects))
    stated = {rule.id for rule in checklist.rules if rule.stated}
    assert flipped(conforming, report) == {rule for defect in defects for rule in defect.flips} == stated
    assert len(stated) == len(defects) == 72


def test_a_statement_defect_flips_only_the_rule_about_its_check(
    tmp_path: Path, checklist: Checklist, conforming: Report
) -> None:
    report = judge_records([record_of(tmp_path, "statement-wrong-role:23-5")], checklist)
    assert flipped(conforming, report) == {"MM-STATED-70"}


LATER = {"MM-TLS-83", "MM-TLS-84", "MM-TLS-85"}
"""Rules that begin after 2029; their examples show them."""


def test_every_rule_that_a_probe_can_look_at_is_flipped_by_a_defect(checklist: Checklist) -> None:
    rules = {rule.id for rule in checklist.rules if not rule.pending and not rule.retired and not rule.stated}
    # A look-up a day old would take a day to show, and a wait of two minutes more than two minutes;
    # tests/test_exchange_rules.py and tests/test_fault_rules.py have them.
    assert {rule for defect in DEFECTS.values() for rule in defect.flips} == rules - {
        "MM-DELIV-39",
        "MM-FAULT-25",
        *LATER,
    }
    assert len(rules) > 40


def test_the_demo_without_flags_has_something_to_say_of_every_kind(
    tmp_path: Path, checklist: Checklist, conforming: Report
) -> None:
    report = judge_records([record_of(tmp_path, *DEFAULT_DEFECTS)], checklist)
    assert {"MM-TLS-02", "MM-SCERT-14", "MM-CERT-15", "MM-RESP-04", "MM-STATED-05"} <= flipped(conforming, report)
    assert {grade.because for grade in report.grades} >= {Because.VIOLATED, Because.NOT_DEMONSTRATED}
    assert [state for _, state in report.deviations] == [DeviationState.IN_FORCE]
    assert [state for _, state in conforming.deviations] == [DeviationState.UNUSED]


def test_with_all_servers_down_nothing_about_an_endpoint_passes_and_no_risk_gets_better(
    tmp_path: Path, checklist: Checklist, conforming: Report
) -> None:
    with started(planned(), tmp_path / "chain", AT) as path:
        keys = {key: key.read_bytes() for key in (tmp_path / "chain" / "cert").glob("*.key")}
    for key, data in keys.items():
        key.touch(mode=0o600)
        key.write_bytes(data)
    report = judge_records([observed(path, tmp_path / "record")], checklist)
    endpoints = {target.id for target in report.profile.targets if target.kind in ASKED_OVER_THE_NETWORK}
    about = [finding for finding in report.findings if finding.target in endpoints]
    # Guidelines that nobody has chosen are told from the profile alone.
    not_chosen = {finding.rule for finding in about if finding.verdict is Verdict.NOT_APPLICABLE}
    assert not_chosen == {f"MM-TLS-{number}" for number in range(75, 88)}
    about = [finding for finding in about if finding.rule not in not_chosen]
    assert {finding.verdict for finding in about} == {Verdict.INCONCLUSIVE}
    assert {finding.unseen.reason for finding in about if finding.unseen} == {Reason.CONNECTION_REFUSED}
    assert {finding.target for finding in about} == endpoints
    assert len(endpoints) == 10
    networked = endpoints | {report.profile.chain.id}  # its time sources are down, too, and the issuer's list
    customers = {target.id for target in report.profile.targets if target.kind is TargetKind.TENANT}
    asked = {f.verdict for f in report.findings if f.target in customers and f.rule == "MM-SOAP-23"}
    assert asked == {Verdict.INCONCLUSIVE}
    networked |= customers
    others = {rule for rule, target in verdicts(report) if target not in networked} - {"MM-CERT-22"}
    assert flipped(conforming, report).isdisjoint(others)
    worst_first = list(Because)
    for before, after in zip(conforming.grades, report.grades, strict=True):
        assert worst_first.index(after.because) <= worst_first.index(before.because), after.risk
        assert after.mark is Mark.FAIL or before.mark is not Mark.FAIL

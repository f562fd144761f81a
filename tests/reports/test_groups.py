"""Is one hindrance one line, does nothing unseen get lost, and does the gravest come first?"""

from __future__ import annotations

from dataclasses import replace

from readiness.model import Because, Cause, Finding, Observation, Reason, TargetKind, Unseen, Verdict
from readiness.report import Report
from readiness.reports._groups import UnseenGroup, mend_first, unseen_groups, waiting_rules
from tests.reports.sample import AT, REFUSED, SEEN, report_of_many_scenarios, sample_report


def group_of(report: Report, target: str) -> UnseenGroup:
    (group,) = [group for group in unseen_groups(report) if group.target == target]
    return group


def test_one_closed_port_is_one_line_whatever_the_number_of_facts_and_rules() -> None:
    group = group_of(sample_report(), "ip-in")
    assert group.unseen.reason is Reason.CONNECTION_REFUSED
    assert group.facts == ("tls.versions_accepted", "tls.versions_offered", "tls.versions_refused")
    assert (group.rules, group.risks) == (("MM-TLS-01",), ("M6", "8"))
    assert (group.must, group.level) == (True, 5)


def test_every_inconclusive_finding_that_does_not_wait_for_a_probe_is_in_one_group() -> None:
    report = sample_report()
    grouped = [finding for group in unseen_groups(report) for finding in group.findings]
    open_ = [f for f in report.findings if f.verdict is Verdict.INCONCLUSIVE and f.cause is not Cause.PENDING]
    assert len(open_) == 7
    assert sorted(map(repr, grouped)) == sorted(map(repr, open_))


def test_details_that_differ_only_by_the_name_of_the_fact_are_one_hindrance() -> None:
    report = sample_report()
    facts = ("a.one", "a.two", "a.three")
    missing = [_unseen("fm-logg", fact, Unseen(Reason.NOT_KEPT, f"no original of {fact}")) for fact in facts]
    group = group_of(replace(report, observations=(*report.observations, *missing)), "fm-logg")
    assert group.facts == ("a.one", "a.three", "a.two")
    assert group.unseen.detail == "no original of a.one; no original of a.two; +1"
    assert group.rules == ()


def test_two_reasons_at_one_target_are_two_lines() -> None:
    report = sample_report()
    other = _unseen("ip-in", "server_certificate.subject", Unseen(Reason.TIMED_OUT, REFUSED.detail))
    groups = unseen_groups(replace(report, observations=(*report.observations, other)))
    assert [group.unseen.reason for group in groups if group.target == "ip-in"] == [
        Reason.CONNECTION_REFUSED,
        Reason.TIMED_OUT,
    ]


def test_what_no_rule_asks_for_comes_last() -> None:
    report = sample_report()
    spare = _unseen("vs", "node.spare", Unseen(Reason.NOT_CONFIGURED))
    groups = unseen_groups(replace(report, observations=(spare, *report.observations)))
    (at,) = [number for number, group in enumerate(groups) if group.target == "vs"]
    assert at > 2
    assert [group.rules for group in groups[at:] if group.rules] == []


def test_a_fact_that_another_record_has_seen_is_not_told_as_unseen() -> None:
    report = sample_report()
    seen = SEEN["klient", "certificate.subject"]
    older = replace(seen, value=Unseen(Reason.ACCESS_DENIED), record="2" * 64)
    groups = unseen_groups(replace(report, observations=(*report.observations, older)))
    assert "klient" not in {group.target for group in groups}


def test_many_rules_about_what_the_profile_does_not_name_are_one_line_a_kind() -> None:
    report = sample_report()
    nothing = [
        Finding(rule, "chain", Verdict.INCONCLUSIVE, Cause.NOTHING_SELECTED, unseen=_no_statement(rule))
        for rule in ("MM-STAT-01", "MM-STAT-02")
    ]
    groups = unseen_groups(replace(report, findings=(*report.findings, *nothing)))
    by_kind = {group.kind: group.rules for group in groups if group.kind}
    assert by_kind == {TargetKind.ENDPOINT: ("MM-WEB-01",), TargetKind.STATEMENT: ("MM-STAT-01", "MM-STAT-02")}


def _no_statement(rule: str) -> Unseen:
    return Unseen(Reason.NOT_CONFIGURED, f"the profile names no statement with check {rule}")


def _unseen(target: str, fact: str, unseen: Unseen) -> Observation:
    return replace(SEEN["vs", "node.integrity_parties"], target=target, fact=fact, value=unseen, at=AT)


def test_the_gravest_is_mended_first() -> None:
    mends = mend_first(sample_report())
    order = [Because.VIOLATED, Because.NOT_DEMONSTRATED, Because.RESERVATIONS]
    ranks = [(order.index(mend.because), -mend.level) for mend in mends]
    assert ranks == sorted(ranks)
    assert {mend.because for mend in mends} == set(order)
    assert mends[0].rules == ("MM-TLS-01",)
    assert mends[-1].rules == ("MM-CERT-02",)


def test_at_one_level_what_hinders_most_rules_comes_first() -> None:
    report = sample_report()
    same = [rule.id for rule in report.checklist.rules if rule.pending][:3]
    fact = SEEN["ip-in", "tls.versions_accepted"]
    held_up = [
        Finding(rule, "fm-logg", Verdict.INCONCLUSIVE, Cause.UNSEEN, (fact,), unseen=Unseen(Reason.ACCESS_DENIED))
        for rule in same
    ]
    changed = replace(report, findings=(*report.findings, *held_up))
    assert unseen_groups(changed)[0].target == "fm-logg"
    assert next(mend for mend in mend_first(changed) if mend.group).rules == tuple(same)


def test_one_broken_rule_is_mended_once_on_all_its_targets() -> None:
    (mend,) = [mend for mend in mend_first(sample_report()) if mend.rules == ("MM-NODE-01",)]
    assert [finding.target for finding in mend.findings] == ["ip", "odd"]
    assert (mend.level, mend.risks) == (5, ("13", "3"))


def test_a_rule_that_fails_in_many_scenarios_is_mended_once() -> None:
    (mend,) = [mend for mend in mend_first(report_of_many_scenarios()) if mend.rules == ("MM-FAULT-01",)]
    assert len(mend.findings) == 13


def test_scenarios_that_were_not_performed_for_one_reason_are_one_line_whatever_their_number() -> None:
    groups = [group for group in unseen_groups(report_of_many_scenarios()) if "scenario.unaccounted" in group.facts]
    assert [len(group.targets) for group in groups] == [31]
    assert groups[0].target == "scenario-tls-expired"
    assert groups[0].rules == ("MM-FAULT-01", "MM-FAULT-09")


def test_scenarios_that_were_not_performed_for_two_reasons_are_two_lines() -> None:
    report = sample_report()
    failed = Unseen(Reason.CONTROL_FAILED, "the sane delivery beside it failed too")
    more = [_unseen("scenario-answer-lost", "scenario.spare", failed)]
    more += [_unseen("scenario-fault-technical", "scenario.spare", Unseen(Reason.NOT_EXERCISED, "another reason"))]
    groups = unseen_groups(replace(report, observations=(*report.observations, *more)))
    spare = [(group.targets, group.unseen) for group in groups if "scenario.spare" in group.facts]
    assert sorted(targets for targets, _ in spare) == [("scenario-answer-lost",), ("scenario-fault-technical",)]


def test_a_should_does_not_lift_a_must() -> None:
    (mend,) = [mend for mend in mend_first(sample_report()) if mend.group and mend.group.target == "forsegling"]
    assert mend.risks == ("8", "20", "23"), "8 has level 4, and MM-CERT-01 is only a should for it"
    assert mend.level == 1


def test_what_waits_for_a_probe_is_listed_by_risk_and_not_among_the_unseen() -> None:
    report = sample_report()
    waiting = dict(waiting_rules(report))
    assert list(waiting) == [risk.id for risk in report.checklist.risks if risk.id not in {"4", "20", "21", "23", "7"}]
    grouped = {rule for group in unseen_groups(report) for rule in group.rules}
    assert not grouped & {rule.id for rules in waiting.values() for rule in rules}


def test_a_report_with_nothing_in_it_has_nothing_to_mend() -> None:
    empty = replace(sample_report(), observations=(), findings=())
    assert [*unseen_groups(empty), *mend_first(empty), *waiting_rules(empty)] == []

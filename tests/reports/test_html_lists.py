"""An exercise leaves hundreds of exchanges: the HTML lists the first and the failing ones, and counts the rest."""

from dataclasses import replace

from readiness.model import Cause, Finding, Target, TargetKind, Verdict
from readiness.report import Report
from readiness.reports._risk_rows import LISTED, risk_parts
from readiness.reports._rows import LISTED_ON_THE_WIRE, everything
from readiness.reports.html import html_report
from tests.reports.sample import sample_report

MANY = 200


def after_an_exercise(failing: str = "exchange-e150") -> Report:
    """The sample with two hundred exchanges, one observation each, and one rule about all of them; one fails."""
    report = sample_report()
    pattern = next(o for o in report.observations if isinstance(o.value, bool | int | str))
    targets = tuple(Target(f"exchange-e{number}", TargetKind.EXCHANGE) for number in range(MANY))
    seen = tuple(replace(pattern, target=target.id) for target in targets)
    rule = next(finding for finding in report.findings if finding.verdict is Verdict.PASS).rule
    findings = tuple(
        Finding(rule, one.target, Verdict.FAIL, Cause.BROKEN, (one,))
        if one.target == failing
        else Finding(rule, one.target, Verdict.PASS, Cause.HOLDS, (one,))
        for one in seen
    )
    profile = replace(report.profile, targets=(*report.profile.targets, *targets))
    return replace(
        report, profile=profile, observations=(*report.observations, *seen), findings=(*report.findings, *findings)
    )


def test_of_many_exchanges_the_first_and_the_failing_one_are_listed_and_the_rest_counted():
    found = everything(after_an_exercise(), "sv")
    listed = [target for target, _ in found.targets if "exchange-e" in target]
    assert len(listed) == LISTED_ON_THE_WIRE + 1
    assert any("exchange-e150" in target for target in listed)
    assert found.left_out == MANY - len(listed)
    assert f"Ytterligare {found.left_out} står i data.json" in html_report(after_an_exercise(), "sv")


def test_nothing_is_left_out_of_a_report_without_an_exercise():
    found = everything(sample_report(), "sv")
    assert found.left_out == 0
    assert {one.observations_left_out for one in risk_parts(sample_report(), "sv")} == {0}


def test_under_a_risk_what_a_failing_finding_rests_on_is_listed_first():
    report = after_an_exercise("exchange-e99")
    rule = report.findings[-1].rule
    risk = next(rule_.risks[0][0] for rule_ in report.checklist.rules if rule_.id == rule)
    part = next(part for part in risk_parts(report, "sv") if part.risk.id == risk)
    assert len(part.observations) == LISTED
    assert part.observations_left_out >= MANY - LISTED
    assert any("exchange-e99" in row.target for row in part.observations)

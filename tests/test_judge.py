"""The judge: truth tables over every mix of findings in both parts, totality, and when an observation counts."""

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from readiness.chain import Absence, Node
from readiness.judge import answers_for, grade, judge
from readiness.model import (
    Basis,
    Because,
    Cause,
    Expectation,
    Finding,
    Mark,
    Observation,
    Reason,
    Rule,
    Strength,
    Target,
    TargetKind,
    Unseen,
    Verdict,
    Weight,
    Words,
)
from tests.conftest import NOON, profile_of

W = Words("text", "text")
FRONT = Target("front", TargetKind.ENDPOINT, declared=(("role", "web"),))
RULE = Rule(
    "MM-X-01",
    W,
    (("8", Weight.MUST),),
    Basis.PRACTICE,
    "s",
    "read",
    W,
    target=TargetKind.ENDPOINT,
    fact="f.number",
    expect=(Expectation("f.number", "at_least", 2),),
)
DAY = dt.timedelta(days=1)


def seen(fact, value, at=NOON, **more):
    return Observation("p", "front", fact, at, value, more.pop("strength", Strength.LIVE), **more)


def judged(rule, *observations, at=NOON, targets=(FRONT,), **fields):
    return judge([rule], profile_of(*targets, **fields), observations, at)


def one(rule, *observations, **more):
    [finding] = judged(rule, *observations, **more)
    return finding


# -- One rule on one target


def test_a_met_expectation_passes_and_rests_on_what_was_seen():
    observation = seen("f.number", 2)
    finding = one(RULE, observation)
    assert (finding.verdict, finding.cause, finding.target) == (Verdict.PASS, Cause.HOLDS, "front")
    assert finding.rule == "MM-X-01"
    assert finding.rests_on == (observation,)
    assert finding.broken == ()


def test_a_broken_expectation_fails_and_is_named():
    finding = one(RULE, seen("f.number", 1))
    assert (finding.verdict, finding.cause, finding.broken) == (Verdict.FAIL, Cause.BROKEN, RULE.expect)


@pytest.mark.parametrize("reason", list(Reason))
def test_no_unseen_fact_becomes_a_verdict(reason):
    finding = one(RULE, seen("f.number", Unseen(reason, "d")))
    assert (finding.verdict, finding.cause) == (Verdict.INCONCLUSIVE, Cause.UNSEEN)
    assert finding.unseen == Unseen(reason, "d")


def test_silence_is_inconclusive():
    finding = one(RULE)
    assert (finding.verdict, finding.unseen.reason) == (Verdict.INCONCLUSIVE, Reason.NOT_EXERCISED)
    assert finding.unseen.detail == "no record holds an observation of f.number"


def test_a_pending_rule_is_one_inconclusive_finding_about_the_chain():
    finding = one(replace(RULE, pending=Words("ingen prob", "no probe reads it")), seen("f.number", 2))
    assert (finding.verdict, finding.cause, finding.target) == (Verdict.INCONCLUSIVE, Cause.PENDING, "chain")
    assert finding.unseen == Unseen(Reason.NOT_BUILT, "no probe reads it")
    assert finding.rule == "MM-X-01"


def test_a_retired_rule_says_nothing():
    assert judged(replace(RULE, retired="replaced"), seen("f.number", 1)) == ()


SELECTIVE = replace(RULE, select=(("role", ("log", "far")),))


def test_a_rule_that_selects_nothing_is_inconclusive_about_the_chain():
    finding = one(SELECTIVE, seen("f.number", 2))
    assert (finding.verdict, finding.cause, finding.target) == (Verdict.INCONCLUSIVE, Cause.NOTHING_SELECTED, "chain")
    assert (finding.rule, finding.unseen.reason) == ("MM-X-01", Reason.NOT_CONFIGURED)
    assert "role log or far" in finding.unseen.detail


@pytest.mark.parametrize("kind", [TargetKind.CONNECTION, TargetKind.EXCHANGE])
def test_what_no_stage_recorded_is_not_exercised(kind):
    finding = one(replace(RULE, target=kind))
    assert (finding.cause, finding.unseen.reason) == (Cause.NOTHING_SELECTED, Reason.NOT_EXERCISED)
    assert finding.target == "chain"


def test_a_rule_selects_by_what_is_declared_and_any_of_the_values_will_do():
    assert one(replace(RULE, select=(("role", ("log", "web")),)), seen("f.number", 2)).target == "front"


def absence(**where):
    return Absence("absent-1", TargetKind.ENDPOINT, tuple(where.items()), "why", "who", NOON.date())


def test_a_declared_absence_makes_it_not_applicable():
    finding = one(RULE, targets=(), absences=(absence(),))
    assert (finding.verdict, finding.cause) == (Verdict.NOT_APPLICABLE, Cause.DECLARED_ABSENT)
    assert (finding.rule, finding.target, finding.absence) == ("MM-X-01", "chain", "absent-1")


@pytest.mark.parametrize(
    ("where", "covered"),
    [({}, True), ({"role": "log"}, False), ({"role": "far"}, False), ({"use": "x"}, False)],
)
def test_an_absence_covers_a_rule_only_if_it_covers_all_that_the_rule_selects(where, covered):
    finding = one(SELECTIVE, targets=(), absences=(absence(**where),))
    assert (finding.verdict is Verdict.NOT_APPLICABLE) is covered


def test_an_absence_of_one_role_covers_a_rule_about_that_role():
    finding = one(replace(RULE, select=(("role", ("log",)),)), targets=(), absences=(absence(role="log"),))
    assert finding.cause is Cause.DECLARED_ABSENT


def test_an_absence_of_another_kind_covers_nothing():
    other = replace(absence(), what=TargetKind.STATEMENT)
    assert one(RULE, targets=(), absences=(other,)).cause is Cause.NOTHING_SELECTED


CONDITIONAL = replace(RULE, when=(Expectation("f.kind", "equals", "RSA"),))


def test_a_false_condition_makes_a_rule_not_applicable():
    finding = one(CONDITIONAL, seen("f.kind", "EC"), seen("f.number", 1))
    assert (finding.verdict, finding.cause) == (Verdict.NOT_APPLICABLE, Cause.CONDITION_FALSE)
    assert finding.broken == CONDITIONAL.when


def test_an_unseen_condition_makes_a_rule_inconclusive():
    finding = one(CONDITIONAL, seen("f.kind", Unseen(Reason.TIMED_OUT)), seen("f.number", 1))
    assert (finding.verdict, finding.unseen.reason) == (Verdict.INCONCLUSIVE, Reason.TIMED_OUT)


def test_a_true_condition_lets_the_rule_judge():
    finding = one(CONDITIONAL, seen("f.kind", "RSA"), seen("f.number", 1))
    assert finding.verdict is Verdict.FAIL
    assert [o.fact for o in finding.rests_on] == ["f.kind", "f.number"]


BOTH = replace(RULE, expect=(*RULE.expect, Expectation("f.kind", "equals", "RSA")))


@pytest.mark.parametrize(
    ("number", "kind", "verdict", "broken"),
    [
        (2, "RSA", Verdict.PASS, 0),
        (1, "RSA", Verdict.FAIL, 1),
        (2, "EC", Verdict.FAIL, 1),
        (1, "EC", Verdict.FAIL, 2),
        (2, Unseen(Reason.TIMED_OUT), Verdict.INCONCLUSIVE, 0),
        (1, Unseen(Reason.TIMED_OUT), Verdict.FAIL, 1),
        (Unseen(Reason.TIMED_OUT), "EC", Verdict.FAIL, 1),
    ],
)
def test_all_expectations_must_hold_and_a_broken_one_weighs_more_than_an_open_one(number, kind, verdict, broken):
    finding = one(BOTH, seen("f.number", number), seen("f.kind", kind))
    assert (finding.verdict, len(finding.broken)) == (verdict, broken)


COUNTED = replace(RULE, fact="f.set", expect=(Expectation("f.set", "excludes", "x", of="f.read"),))


def test_nothing_found_among_nothing_read_answers_nothing():
    finding = one(COUNTED, seen("f.set", ()), seen("f.read", 0))
    assert (finding.verdict, finding.cause) == (Verdict.INCONCLUSIVE, Cause.NOTHING_COUNTED)
    assert finding.unseen == Unseen(Reason.NOT_EXERCISED, "f.read is 0")


def test_an_unseen_denominator_leaves_it_open():
    finding = one(COUNTED, seen("f.set", ()), seen("f.read", Unseen(Reason.ACCESS_DENIED)))
    assert (finding.verdict, finding.cause) == (Verdict.INCONCLUSIVE, Cause.UNSEEN)
    assert finding.unseen.reason is Reason.ACCESS_DENIED


def test_nothing_found_among_something_read_is_an_answer():
    assert one(COUNTED, seen("f.set", ()), seen("f.read", 1)).verdict is Verdict.PASS


def test_an_undecided_member_leaves_the_rule_about_it_open():
    open_member = seen("f.set", (), undecided=(("x", Unseen(Reason.CLOSED_EARLY)),))
    finding = one(COUNTED, open_member, seen("f.read", 1))
    assert (finding.verdict, finding.cause) == (Verdict.INCONCLUSIVE, Cause.UNSEEN)
    assert finding.unseen.reason is Reason.CLOSED_EARLY


# -- When a rule applies, and when an observation counts


@pytest.mark.parametrize(
    ("day", "applies"), [(13, False), (14, True), (20, True), (21, False)], ids=["before", "first", "last", "after"]
)
def test_a_rule_applies_from_and_until_by_the_time_of_the_observation(day, applies):
    dated = replace(RULE, valid_from=dt.date(2026, 3, 14), valid_until=dt.date(2026, 3, 20))
    at = dt.datetime(2026, 3, day, 23, 59, tzinfo=dt.UTC)
    finding = one(dated, seen("f.number", 2, at), at=NOON)
    assert (finding.verdict is Verdict.PASS) is applies
    assert (finding.cause is Cause.OUTSIDE_PERIOD) is not applies


@pytest.mark.parametrize(("age", "verdict"), [(7 * DAY, Verdict.PASS), (7 * DAY + DAY / 24, Verdict.INCONCLUSIVE)])
def test_an_old_observation_is_expired(age, verdict):
    finding = one(replace(RULE, valid_days=7), seen("f.number", 2, NOON - age))
    assert finding.verdict is verdict
    old = Unseen(Reason.EXPIRED, "f.number is of 2026-11-23 and counts for 7 days")
    assert finding.unseen == (old if verdict is Verdict.INCONCLUSIVE else None)


def test_an_observation_of_another_version_is_expired():
    target = replace(FRONT, node="n")
    node = Node("n", "N", "kommunen", version="2.0")
    old, new = (seen("f.number", 2, version=version) for version in ("1.0", "2.0"))
    assert one(RULE, old, targets=(target,), nodes=(node,)).unseen.reason is Reason.EXPIRED
    assert one(RULE, new, targets=(target,), nodes=(node,)).verdict is Verdict.PASS


def test_the_latest_seen_value_counts_in_whatever_order_they_come():
    rows = [
        seen("f.number", 2, NOON - 2 * DAY),
        seen("f.number", 1, NOON - DAY),
        seen("f.number", Unseen(Reason.TIMED_OUT), NOON),
    ]
    for order in itertools.permutations(rows):
        assert one(RULE, *order).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("environment", "verdict"), [("", Verdict.FAIL), ("test", Verdict.PASS), ("production", Verdict.FAIL)]
)
def test_a_rule_about_one_environment_asks_only_what_was_seen_there(environment, verdict):
    rows = [
        seen("f.number", 2, NOON - DAY, environment="test"),
        seen("f.number", 1, NOON, environment="production"),
    ]
    assert one(replace(RULE, environment=environment), *rows).verdict is verdict


def test_what_was_never_seen_in_the_asked_environment_is_not_exercised():
    finding = one(replace(RULE, environment="test"), seen("f.number", 2, environment="production"))
    assert (finding.verdict, finding.unseen.reason) == (Verdict.INCONCLUSIVE, Reason.NOT_EXERCISED)
    assert "in test" in finding.unseen.detail


@pytest.mark.parametrize(
    ("answers", "subject", "judged_"),
    [("kommun", "vendor", False), ("vendor", "vendor", True), ("", "vendor", True), ("vendor", "kommun", True)],
)
def test_a_vendors_report_leaves_out_the_kommuns_part(answers, subject, judged_):
    rule = replace(RULE, answers=answers)
    assert answers_for(rule, subject) is judged_
    profile = profile_of(FRONT)
    profile = replace(profile, subject=replace(profile.subject, kind=subject))
    assert bool(judge([rule], profile, [seen("f.number", 2)], NOON)) is judged_


# -- Grades

PLAIN = replace(RULE, id="M", risks=(("8", Weight.MUST),))


def rules_for(seen_weights, stated_weights):
    weights = [(False, w) for w in seen_weights] + [(True, w) for w in stated_weights]
    return [
        replace(PLAIN, id=f"R{i}", risks=(("8", w),), target=TargetKind.STATEMENT if stated else TargetKind.ENDPOINT)
        for i, (stated, w) in enumerate(weights)
    ]


OUTCOMES = {
    "pass": (Verdict.PASS, Cause.HOLDS),
    "fail": (Verdict.FAIL, Cause.BROKEN),
    "open": (Verdict.INCONCLUSIVE, Cause.UNSEEN),
    "absent": (Verdict.NOT_APPLICABLE, Cause.DECLARED_ABSENT),
    "moot": (Verdict.NOT_APPLICABLE, Cause.CONDITION_FALSE),
}


def finding(rule, outcome, strength=Strength.LIVE):
    verdict, cause = OUTCOMES[outcome]
    return Finding(rule.id, "front", verdict, cause, (seen("f.number", 2, strength=strength),))


def table(musts, shoulds):
    """The table of the design, written a second time and differently."""
    if not musts:
        return None
    if "fail" in musts:
        return Mark.FAIL, Because.VIOLATED
    if "open" in musts:
        return Mark.FAIL, Because.NOT_DEMONSTRATED
    if set(musts) == {"absent"}:
        return Mark.NONE, Because.NOT_APPLICABLE
    if "pass" not in musts:
        return Mark.FAIL, Because.NOT_COVERED
    if {"fail", "open"} & set(shoulds):
        return Mark.PASS, Because.RESERVATIONS
    return Mark.PASS, Because.ALL_PASS


RANK = ["violated", "not_demonstrated", "not_covered", "with_reservations", "all_pass", "not_applicable"]
MIXES = [mix for size in range(6) for mix in itertools.combinations(OUTCOMES, size)]


def graded(seen_musts, seen_shoulds, stated_musts, stated_shoulds, **more):
    order = [("must", seen_musts), ("should", seen_shoulds)]
    seen_weights = [Weight(w) for w, rows in order for _ in rows]
    stated_weights = [Weight(w) for w, rows in (("must", stated_musts), ("should", stated_shoulds)) for _ in rows]
    rules = rules_for(seen_weights, stated_weights)
    outcomes = [*seen_musts, *seen_shoulds, *stated_musts, *stated_shoulds]
    findings = [finding(rule, outcome) for rule, outcome in zip(rules, outcomes, strict=True)]
    [result] = grade(findings, rules, ["8"], **more)
    return result


@pytest.mark.parametrize("musts", [mix for mix in MIXES if mix], ids="+".join)
def test_the_grade_of_one_part_over_every_mix_of_must_and_should(musts):
    for shoulds in MIXES:
        mark, because = table(musts, shoulds)
        for result, part in ((graded(musts, shoulds, (), ()), "seen"), (graded((), (), musts, shoulds), "stated")):
            assert (result.mark, result.because) == (mark, because)
            assert (getattr(result, part).mark, getattr(result, part).because) == (mark, because)
            assert getattr(result, {"seen": "stated", "stated": "seen"}[part]) is None


@pytest.mark.parametrize("seen_musts", MIXES, ids=lambda mix: "+".join(mix) or "none")
def test_the_grade_of_a_risk_is_the_worse_of_its_parts_over_every_mix_of_both(seen_musts):
    for stated_musts in MIXES:
        for loose in ((), ("pass",), ("fail",), ("open",)):
            result = graded(seen_musts, loose, stated_musts, ())
            # A part without a must is not graded by itself; its should findings count in the other.
            seen_part = table(seen_musts, loose)
            stated_part = table(stated_musts, () if seen_musts else loose)
            parts = [part for part in (seen_part, stated_part) if part]
            wanted = min(parts, key=lambda p: RANK.index(p[1])) if parts else (Mark.FAIL, Because.NOT_COVERED)
            assert (result.mark, result.because) == wanted
            assert (result.seen is None) is (seen_part is None)
            assert (result.stated is None) is (stated_part is None)


def test_one_part_alone_can_be_judged():
    assert graded(("pass",), (), ("fail",), (), part="seen").because is Because.ALL_PASS
    assert graded(("pass",), (), ("fail",), (), part="seen").stated is None


def test_what_is_said_without_a_must_does_not_weigh_on_the_seen_part_alone():
    assert graded(("pass",), (), (), ("fail",)).because is Because.RESERVATIONS
    assert graded(("pass",), (), (), ("fail",), part="seen").because is Because.ALL_PASS


def test_a_risk_that_no_rule_covers_fails():
    [result] = grade([], [], ["8"])
    assert (result.mark, result.because, result.strength) == (Mark.FAIL, Because.NOT_COVERED, None)
    assert (result.risk, result.seen, result.stated, result.whole) == ("8", None, None, True)
    assert not grade([], [], ["8"], whole=False)[0].whole


def test_a_finding_counts_only_for_the_risks_of_its_rule():
    rule = replace(PLAIN, risks=(("8", Weight.MUST), ("23", Weight.SHOULD)))
    eight, twentythree, six = grade([finding(rule, "fail")], [rule], ["8", "23", "6"])
    assert eight.because is Because.VIOLATED
    assert twentythree.because is Because.NOT_COVERED
    assert six.because is Because.NOT_COVERED
    assert [result.risk for result in (eight, twentythree, six)] == ["8", "23", "6"]


def test_risks_that_were_not_asked_for_get_no_grade():
    rule = replace(PLAIN, risks=(("99", Weight.MUST), ("8", Weight.MUST)))
    assert [(g.risk, g.because) for g in grade([finding(rule, "fail")], [rule], ["8"])] == [("8", Because.VIOLATED)]


@pytest.mark.parametrize("one_", list(Strength))
@pytest.mark.parametrize("other", list(Strength))
def test_strength_is_the_weakest_among_the_must_passes(one_, other):
    rules = rules_for([Weight.MUST, Weight.MUST, Weight.MUST, Weight.SHOULD], [])
    rows = [
        finding(rules[0], "pass", one_),
        finding(rules[1], "pass", other),
        finding(rules[2], "moot", Strength.WORD),
        finding(rules[3], "pass", Strength.WORD),
    ]
    order = list(Strength)
    [result] = grade(rows, rules, ["8"])
    assert result.strength is order[max(order.index(one_), order.index(other))]
    assert result.seen.strength is result.strength


@pytest.mark.parametrize(
    ("must", "should", "because"),
    [("fail", "pass", "violated"), ("open", "pass", "not_demonstrated"), ("pass", "fail", "with_reservations")],
)
def test_the_strength_of_what_passes_is_told_beside_every_grade(must, should, because):
    rules = rules_for([Weight.MUST, Weight.MUST, Weight.SHOULD], [])
    rows = [finding(rules[0], "pass", Strength.DOCUMENT), finding(rules[1], must), finding(rules[2], should)]
    [result] = grade(rows, rules, ["8"])
    assert (result.because, result.strength, result.seen.strength) == (because, Strength.DOCUMENT, Strength.DOCUMENT)


def test_a_pass_that_rests_on_nothing_is_worth_a_word():
    rule = rules_for([Weight.MUST], [])[0]
    [result] = grade([replace(finding(rule, "pass"), rests_on=())], [rule], ["8"])
    assert result.strength is Strength.WORD


def test_a_findings_strength_is_its_weakest_observation():
    rule = rules_for([Weight.MUST], [])[0]
    weak = replace(finding(rule, "pass"), rests_on=(seen("a", 1), seen("b", 1, strength=Strength.WORD)))
    assert grade([weak], [rule], ["8"])[0].strength is Strength.WORD


def test_a_vendors_grades_are_not_of_whole_risks():
    assert graded(("pass",), (), (), ()).whole
    assert not graded(("pass",), (), (), (), whole=False).whole

"""The spine: several records judged together, and what another party's record may speak of."""

from dataclasses import replace
from datetime import timedelta

import pytest

import probes
from readiness.demo.chain import running_chain
from readiness.judge import grade, judge
from readiness.model import RECORDED, Because, Cause, Mark, Reason, Strength, TargetKind, Unseen, Verdict
from readiness.probe import Effect
from readiness.profile import load_profile, parse_profile, profile_data
from readiness.recording import Performance
from readiness.run import Looking, judge_records, observe_profile, profile_of, shipped_or
from tests.conftest import NOON
from tests.profiles import LOG, SOUND
from tests.test_end_to_end import BESIDE, exercised


@pytest.fixture(scope="module")
def checklist():
    return shipped_or(None)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The conforming chain's own record."""
    folder = tmp_path_factory.mktemp("run")
    with running_chain(folder / "chain") as path:
        return observe_profile(load_profile(path), path.read_text("utf-8"), folder / "record", Looking())


def vendors(record, party, **changed):
    """The same record as if that party had made it, with some values changed by fact, one day later."""
    subject = {**record.start["profile"]["subject"], "party": party}
    profile = {**record.start["profile"], "subject": subject, "permit": []}
    numbers = {row["id"]: row["organisation_number"] for row in profile["party"]}
    profile["subject"]["organisation_number"] = numbers[party]
    observations = tuple(
        replace(o, value=changed.get(o.fact.replace(".", "_"), o.value), at=o.at.replace(microsecond=999999))
        for o in record.observations
    )
    return replace(record, id="0" * 64, start={**record.start, "profile": profile}, observations=observations)


def without(record, fact, target):
    """The record with one fact of one target unseen."""
    unseen = Unseen(Reason.TIMED_OUT)
    rows = (replace(o, value=unseen) if (o.fact, o.target) == (fact, target) else o for o in record.observations)
    return replace(record, observations=tuple(rows))


def other_party(record):
    """A party beside the owner that answers for an endpoint of the chain."""
    targets = profile_of(record).targets
    return next(t.party for t in targets if t.kind == "endpoint" and t.party != profile_of(record).subject.party)


def finding(report, rule, target):
    return next(f for f in report.findings if (f.rule, f.target) == (rule, target))


def test_one_record_is_judged_as_it_is(recorded, checklist):
    report = judge_records([recorded], checklist)
    assert report.exit_code == 11
    assert {o.record for o in report.observations} == {recorded.id}
    assert not [f for f in report.findings if f.verdict is Verdict.FAIL]
    assert report.records[0].permits == recorded.permits_used


def test_a_record_holds_the_permit_of_whatever_did_more_than_read(recorded):
    more = {probe.id for probe in probes.discover() if probe.effect is not Effect.READS}
    looked = {(o.probe, o.target) for o in recorded.observations if o.probe in more and not_refused(o)}
    clocks = [used for used in recorded.permits_used if used.probe == "own_clock"]
    others = [used for used in recorded.permits_used if used not in clocks]
    assert len({used.target for used in clocks}) == len(clocks) == 2, "each time source by its own address"
    assert {(used.probe, used.target) for used in others} | {("own_clock", "chain")} == looked
    assert len(looked) == len(others) + 1 > 2
    assert {used.permit for used in recorded.permits_used} <= set(profile_of(recorded).permits)


def not_refused(o):
    return not (isinstance(o.value, Unseen) and o.value.reason is Reason.NOT_PERMITTED)


def test_anothers_record_never_stands_in_for_what_the_owner_saw(recorded, checklist):
    worse = vendors(recorded, other_party(recorded), server_certificate_path="not_found")
    together, alone = (
        judge_records([recorded, worse], checklist).findings,
        judge_records([recorded], checklist).findings,
    )
    assert list(map(said, together)) == list(map(said, alone))


def said(finding):
    """What it says; what neither party saw may rest on the word of either."""
    seen = tuple(o for o in finding.rests_on if not isinstance(o.value, Unseen))
    return finding.rule, finding.target, finding.verdict, finding.cause, finding.unseen, finding.broken, seen


def test_anothers_record_speaks_of_what_that_party_answers_for_at_strength_file(recorded, checklist):
    party = other_party(recorded)
    profile_targets = judge_records([recorded], checklist).profile.targets
    theirs = next(t.id for t in profile_targets if t.kind == "endpoint" and t.party == party)
    ours = next(t.id for t in profile_targets if t.kind == "endpoint" and t.party != party)
    for target, verdict in ((theirs, Verdict.PASS), (ours, Verdict.INCONCLUSIVE)):
        own = without(recorded, "server_certificate.path", target)
        report = judge_records([own, vendors(recorded, party)], checklist)
        found = finding(report, "MM-SCERT-01", target)
        assert found.verdict is verdict
        assert found.cause is (Cause.HOLDS if verdict is Verdict.PASS else Cause.UNSEEN)
        assert verdict is Verdict.INCONCLUSIVE or {o.strength for o in found.rests_on} == {Strength.FILE}


def test_a_record_of_anothers_is_shown_apart(recorded, checklist):
    report = judge_records([recorded, vendors(recorded, other_party(recorded))], checklist)
    assert [(used.party, used.own) for used in report.records] == [("kommunen", True), (other_party(recorded), False)]


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """The records of two runs in which the sending system sent: as it should, and with bodies that are not UTF-8."""
    folder = tmp_path_factory.mktemp("sent")
    return [exercised(folder / str(defects), *defects, kinds=BESIDE) for defects in ((), ("send-body-latin-1",))]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_two_stages_recorded_stands_side_by_side(sent, checklist, order):
    first, second = (sent[number] for number in order)
    report = judge_records([first, second], checklist)
    alone = [judge_records([record], checklist) for record in sent]
    found = [f.verdict for f in report.findings if f.rule == "MM-DELIV-34"]
    assert sorted(found) == sorted(f.verdict for one in alone for f in one.findings if f.rule == "MM-DELIV-34")
    assert {Verdict.PASS, Verdict.FAIL} <= set(found)

    recorded = [target for target in report.profile.targets if target.kind in RECORDED]
    assert len({target.id for target in recorded}) == len(recorded)
    assert len(recorded) == sum(len(record.connections) + len(record.exchanges) for record in sent)
    connections = {target.id for target in recorded if target.kind is TargetKind.CONNECTION}
    used = {target.says("connection") for target in recorded if target.kind is TargetKind.EXCHANGE}
    assert used == connections
    records = {o.target: o.record for o in report.observations if o.target in {target.id for target in recorded}}
    assert {record for target, record in records.items() if target.endswith(f"-{second.id[:8]}")} == {second.id}


def test_the_first_record_is_judged_beside_another_as_it_is_alone(sent, checklist):
    alone, beside = judge_records(sent[:1], checklist, at=NOON), judge_records(sent, checklist, at=NOON)
    ids = {target.id for target in alone.profile.targets if target.kind in RECORDED}
    assert "exchange-e1" in ids
    assert [f for f in alone.findings if f.target in ids] == [f for f in beside.findings if f.target in ids]
    assert alone.observations == tuple(replace(o, record=sent[0].id) for o in sent[0].observations)


RANK = [Because.VIOLATED, Because.NOT_DEMONSTRATED, Because.NOT_COVERED, Because.RESERVATIONS, Because.ALL_PASS]


@pytest.mark.parametrize("kind", [kind for kind in TargetKind if kind is not TargetKind.CHAIN])
@pytest.mark.parametrize("part", ["", "seen"])
def test_without_a_kind_of_target_no_risk_gets_better(recorded, checklist, kind, part):
    """Silence is no way to a pass: what is not there is not shown, and is never "not applicable" by itself."""
    report = judge_records([recorded], checklist, part=part)
    whole = report.profile
    # As if nothing were pending, so that what is built is not hidden behind what waits.
    rules = [rule for rule in checklist.rules if not rule.pending]
    risks = [risk.id for risk in checklist.risks]
    without = replace(whole, targets=tuple(target for target in whole.targets if target.kind is not kind))
    before, after = (
        grade(judge(rules, profile, report.observations, report.judged_at), rules, risks, part=part)
        for profile in (whole, without)
    )
    for was, now in zip(before, after, strict=True):
        assert RANK.index(now.because) <= RANK.index(was.because), (was, now)
        assert now.mark is not Mark.NONE
    found = judge(rules, without, report.observations, report.judged_at)
    theirs = {rule.id for rule in rules if rule.target is kind}
    assert {f.cause for f in found if f.rule in theirs} <= {Cause.NOTHING_SELECTED}
    assert bool(theirs) is (kind in {rule.target for rule in rules})


def test_a_report_has_the_words_of_the_scenarios_that_it_is_about_and_ids_for_those_of_a_later_version(
    recorded, checklist
):
    performed = [
        Performance(f"p{number}", id_, "0" * 64, group, "answer", "operator", "uncertain", "1")
        for number, (id_, group) in enumerate([("answer-lost", "transport"), ("tomorrow", "quic"), ("sane", "control")])
    ]

    report = judge_records([replace(recorded, performances=tuple(performed))], checklist)

    titles = {target.id: report.scenario(target).title.sv for target in report.targets(TargetKind.SCENARIO)}
    assert titles == {
        "scenario-answer-lost": "Kvittensen går förlorad",
        "scenario-tomorrow": "tomorrow",
        "scenario-sane": "Allt fungerar",
    }
    assert [words.id for words in report.scenarios] == ["sane", "answer-lost"]
    assert {report.scenario(target).group for target in report.targets(TargetKind.SCENARIO)} == {
        "transport",
        "quic",
        "control",
    }
    assert judge_records([recorded], checklist).scenarios == ()


class Jumping:
    """A clock that is set back by an hour after it was asked so many times."""

    def __init__(self, times):
        self.left = times

    def __call__(self):
        self.left -= 1
        return NOON if self.left >= 0 else NOON - timedelta(hours=1)


@pytest.mark.parametrize("times", [1, 2, 20])
def test_a_clock_that_is_set_back_during_a_run_neither_breaks_it_nor_ends_it_before_it_began(
    tmp_path, checklist, times
):
    (tmp_path / "loggar").mkdir()
    (tmp_path / "loggar" / "arende.log").write_text("30.11.2026 12:00 started\n" * 3, encoding="utf-8")
    text = SOUND + LOG
    profile = parse_profile(profile_data(text), str(tmp_path / "kedja.toml"))
    record = observe_profile(profile, text, tmp_path / "record", Looking(clock=Jumping(times)))
    assert {o.at for o in record.observations} <= {NOON, NOON - timedelta(hours=1)}
    assert (record.started, record.how_ended) == (NOON, "complete")
    assert record.ended == NOON
    report = judge_records([record], checklist)
    assert report.judged_at == NOON >= max(o.at for o in report.observations)
    told = {o.fact: o.value for o in record.observations if o.probe == "log_personal_data"}
    assert told["log.lines_read"] == 3, "no deadline hangs on that clock"

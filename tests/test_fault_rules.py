"""Do the rules on scenarios say what they should of what a system did? From stories, through the probe, to findings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pytest

import probes
from probes import fault_handling
from readiness.checklist import load_checklist
from readiness.judge import judge
from readiness.model import Cause, Finding, Observation, Reason, Rule, TargetKind, Verdict
from readiness.observe import observe
from readiness.probe import Limits
from readiness.recording import connection_target, exchange_target, performance_target
from readiness.session import LiveSession, Recorded
from readiness.stage.scenario import GROUPS, LAYERS, NATURES, PLACES, load_scenarios
from tests.conftest import NOON, Kept, profile_of
from tests.probes.exchanges import PERSON
from tests.probes.performances import Story

ALL = load_checklist(probes.facts()).rules
RULES = [rule for rule in ALL if rule.target is TargetKind.SCENARIO and not rule.pending and not rule.retired]

SCENARIOS = load_scenarios()


def begun(scenario: str) -> Story:
    """Nothing has happened yet."""
    served = SCENARIOS[scenario]
    said = {name: getattr(served, name) for name in ("group", "layer", "place", "control")}
    controlled = "delivered" if served.control else ""
    return Story.of(scenario, served.nature, controlled=controlled, persons=(PERSON,) * served.messages, **said)


def sound(scenario: str) -> Story:
    """What a system does that handles everything."""
    return SOUND[SCENARIOS[scenario].nature](begun(scenario))


def _sane(story: Story) -> Story:
    for number in range(len(story.performance.persons)):
        story.look_up(10 * number).deliver(1 + 10 * number, number=f"m{number}")
        story.tell("delivered", "digital", message=f"m{number}")
    return story


def _temporary(story: Story) -> Story:
    far = story.performance.place == "far"
    for at in (1, 6):
        story.look_up(at, fault_code=1, status=500) if far else story.refuse(at, code=1)
    return story.look_up(20).deliver(20).tell("delivered", "digital", at=30)


def _permanent(story: Story) -> Story:
    far = story.performance.place == "far"
    story.look_up(0.1, fault_code=5001, status=500) if far else story.look_up().refuse(1)
    return story.tell("failed", told=True)


SOUND: Mapping[str, Callable[[Story], Story]] = {
    "sane": _sane,
    "paper": lambda story: story.look_up().tell("paper", "paper"),
    "temporary": _temporary,
    "permanent": _permanent,
    "uncertain": lambda story: story.look_up().lose().tell("unknown", told=True),
    "unauthenticated": lambda story: story.look_up().connect(1).tell("failed", told=True),
    "refused": lambda story: story.look_up().connect(1).tell("pending", told=True),
    "outage": lambda story: story.tell("pending"),
}


def judged(stories: Iterable[Story], rules: Iterable[Rule] = RULES) -> dict[str, list[Finding]]:
    """Every finding of the rules on scenarios over one run, by rule."""
    stories = list(stories)
    connections, exchanges = {}, {}
    for number, story in enumerate(stories):
        for connection in story.connections:
            named = replace(connection, id=f"{connection.id}-{number}")
            connections[connection_target(named).id] = named
        for exchange in story.exchanges:
            moved = replace(exchange, id=f"{exchange.id}-{number}", connection=f"{exchange.connection}-{number}")
            exchanges[exchange_target(moved).id] = moved
    performances = {performance_target(story.performance).id: story.performance for story in stories}
    profile = profile_of(*(performance_target(story.performance) for story in stories))
    recorded = Recorded(connections, exchanges, performances=performances)
    session = LiveSession(profile, Kept(), clock=lambda: NOON, recorded=recorded)
    observations: list[Observation] = []
    asyncio.run(observe([fault_handling.PROBE], session, Limits(), profile, observations.append))
    found: dict[str, list[Finding]] = {}
    for finding in judge(rules, profile, observations, NOON):
        found.setdefault(finding.rule, []).append(finding)
    return found


def of(found: dict[str, list[Finding]], *verdicts: Verdict) -> set[str]:
    return {rule for rule, findings in found.items() if any(finding.verdict in verdicts for finding in findings)}


def test_every_scenario_and_word_that_a_rule_selects_is_known() -> None:
    words = {"group": GROUPS, "layer": LAYERS, "place": PLACES, "nature": NATURES, "scenario": SCENARIOS}
    selected = [(rule.id, name, value) for rule in RULES for name, wanted in rule.select for value in wanted]
    assert len(selected) > 50
    assert [row for row in selected if row[2] not in words[row[1]]] == []


def test_every_rule_selects_a_scenario() -> None:
    found = judged(map(sound, SCENARIOS))
    assert [id_ for id_, rows in found.items() if rows[0].cause is Cause.NOTHING_SELECTED] == []
    assert len(SCENARIOS) > 70


def test_of_a_system_that_handles_everything_no_rule_fails_or_stays_open_and_each_passes_somewhere() -> None:
    found = judged(map(sound, SCENARIOS))
    assert of(found, Verdict.FAIL) == set()
    assert of(found, Verdict.INCONCLUSIVE) == set()
    # A delivery whose receipt was lost is not repeated; see the next test for one that is.
    assert {rule.id for rule in RULES} - of(found, Verdict.PASS) == {"MM-FAULT-09"}


def test_a_repeat_with_the_same_id_that_ends_as_one_delivery_breaks_no_must_and_lies_twice_in_the_mailbox() -> None:
    story = begun("answer-lost").look_up().lose().deliver(11).tell("delivered", "digital", at=15)
    found = judged([story, *(sound(scenario) for scenario in SCENARIOS if scenario != "answer-lost")])
    assert of(found, Verdict.FAIL) == {"MM-FAULT-11"}
    assert of(found, Verdict.INCONCLUSIVE) == set()
    assert "MM-FAULT-09" in of(found, Verdict.PASS)


def _again(scenario: str) -> Story:
    """What was refused is sent again as it was."""
    return sound(scenario).refuse(9)


def _often(waits: float, count: int = 3) -> Story:
    """So many attempts at a technical fault, with the same wait between any two."""
    story = begun("fault-technical").look_up()
    for number in range(count):
        story.refuse(1 + number * (waits + 0.1), code=1)
    return story.tell("pending")


def _accepted(scenario: str) -> Story:
    """The certificate is taken for good, and a delivery is sent."""
    story = begun(scenario).look_up().connect(1).deliver(1, on="c2", receipted=False, taken=False)
    return story.tell("failed", told=True)


CERTIFICATE = b"\x30\x00"
DEFECTS: dict[str, tuple[Story, set[str]]] = {
    "in no account": (begun("answer-lost").look_up().lose(), {"MM-FAULT-01"}),
    "a copy after the receipt": (sound("sane").deliver(9, number="m0"), {"MM-FAULT-02"}),
    "waits that do not grow": (_often(10), {"MM-FAULT-03"}),
    "failed in an outage": (begun("refuse").tell("failed", told=True), {"MM-FAULT-04"}),
    "failed when FaR is down": (begun("far-down").tell("failed", told=True), {"MM-FAULT-04", "MM-FAULT-05"}),
    "lost when FaR is down": (begun("far-down").look_up(), {"MM-FAULT-01", "MM-FAULT-04", "MM-FAULT-05"}),
    "delivered without a receipt": (begun("http-html").lose().tell("delivered", "digital"), {"MM-FAULT-06"}),
    "never well again": (
        replace(sound("mute"), performance=replace(sound("mute").performance, recovered=None)), {"MM-FAULT-07"},
    ),
    "a limit on connections": (begun("crowd").look_up().tell("paper", "paper"), {"MM-FAULT-32"}),
    "paper after a lost receipt": (begun("answer-lost").lose().tell("paper", "paper"), {"MM-FAULT-08"}),
    "failed after a lost receipt": (begun("late").lose().tell("failed", told=False), {"MM-FAULT-08"}),
    "a new id for the repeat": (
        begun("answer-lost").lose().deliver(11, number="m2").tell("delivered", "digital"),
        {"MM-FAULT-09", "MM-FAULT-11"},
    ),
    "unknown and nobody told": (begun("trickle").lose().tell("unknown", told=False), {"MM-FAULT-10"}),
    "repeated by the library": (begun("reset-answer").lose().lose(1.2).tell("unknown", told=True), {"MM-FAULT-11"}),
    "an application fault repeated": (_again("fault-6006"), {"MM-FAULT-12"}),
    "a question to FaR repeated": (sound("far-application-fault").look_up(9), {"MM-FAULT-12"}),
    "404 repeated": (_again("http-404"), {"MM-FAULT-13"}),
    "refused and left pending": (begun("fault-5014").refuse().tell("pending"), {"MM-FAULT-14"}),
    "failed and nobody told": (begun("fault-application").refuse().tell("failed", told=False), {"MM-FAULT-15"}),
    "failed at a technical fault": (
        begun("fault-0").refuse(code=0).tell("failed", told=True), {"MM-FAULT-16"},
    ),
    "at once again": (_often(0.5, 2), {"MM-FAULT-17"}),
    "without a ceiling": (_often(2, 11), {"MM-FAULT-03", "MM-FAULT-18"}),
    "a redirect followed": (sound("http-redirect").follow("redirect"), {"MM-FAULT-21"}),
    "a redirect followed with the certificate": (
        sound("http-redirect").connect(2, role="canary", client_chain=(CERTIFICATE,)).follow("redirect", on="c3"),
        {"MM-FAULT-20", "MM-FAULT-21"},
    ),
    "an entity fetched": (sound("xml-external-entity").follow("entity"), {"MM-FAULT-22"}),
    "delivered and on paper": (sound("sane").tell("paper", "paper", message="m1"), {"MM-FAULT-23", "MM-DELIV-01"}),
    "a time-out in minutes": (
        replace(sound("silent"), performance=replace(sound("silent").performance, waited_ns=1800 * 10**9)),
        {"MM-FAULT-25"},
    ),
    "an operator it does not know": (begun("far-unknown-operator").look_up().tell("paper", "paper"), {"MM-FAULT-26"}),
    "a receipt not understood": (
        begun("http-content-type").deliver().tell("failed", told=True), {"MM-FAULT-27"},
    ),
    "only the first status is read": (
        begun("several-statuses").deliver(receipted=False, taken=False).tell("delivered", "digital"),
        {"MM-FAULT-06", "MM-FAULT-28", "MM-FAULT-29"},
    ),
    "opted out and pending": (
        begun("far-opted-out").look_up().tell("pending", "other"), {"MM-FAULT-28", "MM-FAULT-29"},
    ),
    "a minor by hand": (begun("far-minor").look_up().tell("failed", "other", told=True), {"MM-FAULT-29"}),
    "failed at 503": (begun("http-503").refuse(code=None, status=503).tell("failed", told=True), {"MM-FAULT-30"}),
    "e-mail in place of paper": (begun("not-delivered").look_up().tell("paper", "email"), {"MM-DELIV-04"}),
    "no mailbox and failed": (
        begun("far-not-registered").look_up().tell("failed", "other", told=True), {"MM-DELIV-11", "MM-FAULT-29"},
    ),
    "not delivered though all is well": (begun("sane").look_up().tell("paper", "paper"), {"MM-DELIV-01"}),
    "an expired certificate": (_accepted("tls-expired"), {"MM-TLS-30"}),
    "a certificate of tomorrow": (_accepted("tls-not-yet-valid"), {"MM-TLS-31"}),
    "another name": (_accepted("tls-wrong-name"), {"MM-TLS-32"}),
    "self-signed": (_accepted("tls-self-signed"), {"MM-TLS-33"}),
    "an unknown issuer": (_accepted("tls-unknown-ca"), {"MM-TLS-34"}),
    "a certificate for clients": (_accepted("tls-wrong-eku"), {"MM-TLS-35"}),
    "SHA-1": (_accepted("tls-sha1"), {"MM-TLS-36"}),
    "1024 bits": (_accepted("tls-rsa-1024"), {"MM-TLS-37"}),
    "TLS 1.0": (_accepted("tls-1-0"), {"MM-TLS-38"}),
    "TLS 1.1": (_accepted("tls-1-1"), {"MM-TLS-38"}),
    "revoked": (_accepted("tls-revoked"), {"MM-TLS-39"}),
    "an intermediate that it knows": (_accepted("tls-missing-intermediate"), set()),
    "pending taken for reachable": (begun("far-pending").look_up().deliver().tell("delivered", "digital"), set()),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_fails_exactly_its_rules(name: str) -> None:
    story, wanted = DEFECTS[name]
    assert of(judged([story, *map(sound, SCENARIOS.keys() - {story.performance.scenario})]), Verdict.FAIL) == wanted


def test_every_rule_is_failed_by_a_defect() -> None:
    assert set[str]().union(*(wanted for _, wanted in DEFECTS.values())) == {rule.id for rule in RULES}


# -- What shows nothing passes nothing


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"unseen": "limit_reached: the budget is used up"}, Reason.LIMIT_REACHED),
        ({"how_ended": "interrupted"}, Reason.INTERRUPTED),
        ({"started": None}, Reason.NOT_EXERCISED),
        ({"controlled": "failed", "group": "operator"}, Reason.CONTROL_FAILED),
    ],
)
def test_a_run_that_shows_nothing_leaves_every_rule_open(changes: dict[str, object], reason: Reason) -> None:
    stories = [sound(scenario) for scenario in SCENARIOS if SCENARIOS[scenario].group != "control"]
    for story in stories:
        story.performance = replace(story.performance, **{**changes, "group": story.performance.group})  # type: ignore[arg-type]
    findings = [finding for rows in judged(stories).values() for finding in rows]
    assert {finding.verdict for finding in findings} == {Verdict.INCONCLUSIVE}
    selected = [finding for finding in findings if finding.cause is not Cause.NOTHING_SELECTED]
    assert {finding.unseen.reason for finding in selected if finding.unseen} == {reason}


def test_a_system_that_does_not_trust_the_stage_passes_nothing_in_tls() -> None:
    """It refuses every certificate, the one that it should take too."""
    stories = []
    for scenario, served in SCENARIOS.items():
        if served.layer == "tls":
            story = begun(scenario).look_up().connect(1).tell("failed", told=True)
            stories.append(replace(story, performance=replace(story.performance, controlled="failed")))
    assert len(stories) == 14
    targets = {performance_target(story.performance).id for story in stories}
    findings = [finding for rows in judged(stories).values() for finding in rows if finding.target in targets]
    assert {finding.verdict for finding in findings} == {Verdict.INCONCLUSIVE}
    assert {finding.unseen.reason for finding in findings if finding.unseen} == {Reason.CONTROL_FAILED}


def test_without_an_account_what_needs_one_stays_open_and_the_rest_is_judged() -> None:
    stories = map(sound, SCENARIOS)
    found = judged(replace(story, performance=replace(story.performance, account=())) for story in stories)
    assert of(found, Verdict.FAIL) == set()
    silent = {"MM-FAULT-01", "MM-FAULT-04", "MM-FAULT-06", "MM-FAULT-08", "MM-DELIV-01", "MM-DELIV-04", "MM-DELIV-11"}
    assert silent.isdisjoint(of(found, Verdict.PASS))
    assert {"MM-FAULT-02", "MM-FAULT-07", "MM-FAULT-12", "MM-TLS-30"} <= of(found, Verdict.PASS)


def test_without_an_exercise_every_rule_is_open_about_the_chain() -> None:
    findings = [finding for rows in judged([]).values() for finding in rows]
    assert {(finding.verdict, finding.cause, finding.target) for finding in findings} == {
        (Verdict.INCONCLUSIVE, Cause.NOTHING_SELECTED, "chain")
    }
    assert len(findings) == len(RULES) > 35

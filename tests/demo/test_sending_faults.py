"""What does the example's sending system do when things go wrong, and does each built-in defect do what it says?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from readiness.demo.fault_defects import DEFECTS
from readiness.demo.sending.answer_quirks import KNOWN_OPERATORS
from readiness.demo.sending.mediator import GROWTH, STORM_TRIES, TOGETHER
from readiness.demo.sending.proof import FORGIVEN
from readiness.demo.sending.reaction_quirks import QUIRKS
from readiness.stage.settings import default_operators
from tests.demo.theatre import SCENARIOS, Played, Theatre, of_nature, theatre


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with theatre(tmp_path_factory.mktemp("theatre")) as found:
        yield found


@pytest.fixture(scope="module")
def played(stage: Theatre) -> dict[str, Played]:
    """Every scenario as the system without a defect met it: those that stand in an answer together, and the rest."""
    found: dict[str, Played] = {}
    together = [one for one in SCENARIOS.values() if not one.alone and one.layer == "answer"]
    wire = [one for one in SCENARIOS.values() if not one.alone and one.layer != "answer"]
    for group in (together, wire, *([one] for one in SCENARIOS.values() if one.alone)):
        ids = [one.id for one in group]
        found |= dict.fromkeys(ids, stage.perform(*ids))
    return found


def spans(found: Played, scenario: str) -> list[float]:
    """Seconds between the deliveries for a scenario."""
    times = [one.first_byte.ns for one in found.deliveries(scenario)]
    return [(later - earlier) / 1e9 for earlier, later in pairwise(times)]


# -- Without a defect


WORDS = {
    "sane": ("delivered", "digital", False),
    "paper": ("paper", "paper", False),
    "permanent": ("failed", "", True),
    "temporary": ("delivered", "digital", False),
    "uncertain": ("unknown", "", True),
    "unauthenticated": ("pending", "", True),
    "refused": ("pending", "", True),
    "outage": ("pending", "", False),
}
"""By nature: what is accounted while the scenario lasts, on which channel, and whether a person is told."""
LOST_IN_AN_OUTAGE = "reset-request"
"""The request was on its way when the connection broke: the sender cannot know how much of it arrived."""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_scenario_ends_as_its_nature_has_it(played: dict[str, Played], scenario: str) -> None:
    nature = "uncertain" if scenario == LOST_IN_AN_OUTAGE else SCENARIOS[scenario].nature
    rows = played[scenario].during[scenario]
    assert {(row.word, row.channel, row.told) for row in rows} == {WORDS[nature]}
    assert len(rows) == SCENARIOS[scenario].messages


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_message_is_delivered_once_or_lies_where_nobody_can_know(played: dict[str, Played], scenario: str) -> None:
    found, nature = played[scenario], SCENARIOS[scenario].nature
    deliveries = found.deliveries(scenario)
    receipts = sum(one.receipted for one in deliveries)
    assert receipts == sum(outcome.word == "delivered" for outcome in found.outcomes[scenario]) + (scenario == "sane")
    assert len({one.request_sha256 for one in deliveries}) <= SCENARIOS[scenario].messages + (scenario == "sane")
    if nature in {"uncertain", "permanent", "paper"}:
        assert len(deliveries) <= 1
    if nature == "temporary":
        times = SCENARIOS[scenario].behaviour.times
        tried = deliveries if SCENARIOS[scenario].place == "operator" else found.look_ups(scenario)
        assert len(tried) == times + 1


@pytest.mark.parametrize("scenario", [one.id for one in of_nature("unauthenticated", "refused")])
def test_nothing_is_sent_to_a_server_that_is_not_who_it_should_be(played: dict[str, Played], scenario: str) -> None:
    connections = played[scenario].to_own_port(scenario)
    assert [one.exchanges for one in connections] == [0]
    assert [line for line in played[scenario].log if line["event"] == "delivery_failed" and "why" in line]


@pytest.mark.parametrize("scenario", [one.id for one in of_nature("outage") if one.id != LOST_IN_AN_OUTAGE])
def test_what_waits_in_an_outage_is_delivered_when_it_is_over(played: dict[str, Played], scenario: str) -> None:
    assert played[scenario].words(scenario) == {"delivered"}
    assert sum(one.taken for one in played[scenario].deliveries(scenario)) == 1


def test_nothing_is_asked_of_an_address_that_only_an_answer_named(played: dict[str, Played]) -> None:
    assert [one for scenario in SCENARIOS for one in played[scenario].canaries(scenario)] == []


def test_the_list_of_what_is_revoked_is_fetched_once(played: dict[str, Played]) -> None:
    asked = [one for one in played["tls-revoked"].exchanges if one.path == "/crl"]
    assert len(asked) == 1


def test_no_line_of_the_log_names_a_recipient(played: dict[str, Played]) -> None:
    lines = [line for found in played.values() for line in found.log]
    assert len(lines) > 100
    assert {line["recipient"][:-2] for line in lines if "recipient" in line} == {"*" * 10}


def test_each_wait_is_longer_than_the_one_before_and_none_is_longer_than_the_bound(stage: Theatre) -> None:
    grown = spans(stage.perform("fault-technical", wait=0.4, longest_wait=9.0), "fault-technical")
    least = 0.4 - TOGETHER
    assert grown[0] >= least
    assert grown[1] >= least * GROWTH - TOGETHER  # it grows from what was waited, and each may be cut short once
    bound = spans(stage.perform("http-503", longest_wait=0.1), "http-503")  # which asks for a second
    assert len(bound) == 2
    assert max(bound) < 1


def test_after_as_many_attempts_as_are_allowed_a_person_is_told(stage: Theatre) -> None:
    found = stage.perform("refuse", most=1)
    assert [(row.word, row.told) for row in found.during["refuse"]] == [("pending", True)]
    assert found.words("refuse") == {"pending"}


def test_an_answer_is_not_waited_for_longer_than_the_time_for_all_of_it(stage: Theatre) -> None:
    """A byte a second would keep a reader busy for ever that only limits each read."""
    found = stage.perform("trickle", timeout=1.5, waited=5.0)
    (delivery,) = found.deliveries("trickle")
    assert delivery.accepted is not None
    (connection,) = [one for one in found.connections if one.id == delivery.connection]
    assert connection.closed.ns - delivery.accepted.ns < 3e9
    assert found.words("trickle") == {"unknown"}


# -- With one


def test_every_quirk_of_trust_and_reaction_is_a_built_in_defect() -> None:
    named = {defect.name.removeprefix("send-") for defect in DEFECTS}
    assert set(FORGIVEN) | set(QUIRKS) <= named
    assert {scenario for defect in DEFECTS for scenario in defect.scenarios} <= set(SCENARIOS)
    assert all(defect.scenarios for defect in DEFECTS)


def test_the_operators_of_today_are_known_by_name_and_the_unknown_one_is_not() -> None:
    names = [operator.name.casefold() for operator in default_operators()]
    assert names
    assert all(any(part in name for part in KNOWN_OPERATORS) for name in names)


def perform(stage: Theatre, quirk: str, *scenarios: str, **more: object) -> Played:
    return stage.perform(*scenarios, quirks=(quirk,), **more)


BAD = ["tls-expired", "tls-not-yet-valid", "tls-wrong-name", "tls-self-signed", "tls-unknown-ca", "tls-wrong-eku"]
WEAK = ["tls-sha1", "tls-rsa-1024"]
ACCEPTS = {
    "accepts-any-certificate": {*BAD, *WEAK, "tls-revoked", "tls-missing-intermediate"},
    "forgives-dates": {"tls-expired", "tls-not-yet-valid"},
    "forgives-names": {"tls-wrong-name"},
    "forgives-issuers": {"tls-self-signed", "tls-unknown-ca", "tls-missing-intermediate"},
    "forgives-purposes": {"tls-wrong-eku"},
    "forgives-weakness": set(WEAK),
    "ignores-revocation": {"tls-revoked"},
    "falls-back-to-tls-1.0": {"tls-1-0", "tls-1-1"},
}


@pytest.mark.parametrize("quirk", ACCEPTS)
def test_a_defect_of_trust_sends_to_just_those_servers(stage: Theatre, quirk: str) -> None:
    found = perform(stage, quirk, *(one.id for one in of_nature("unauthenticated")))
    told = {one.id for one in of_nature("unauthenticated") if sum(c.exchanges for c in found.to_own_port(one.id))}
    assert told == ACCEPTS[quirk]


def test_a_second_connection_that_is_refused_ends_the_matter(stage: Theatre) -> None:
    found = perform(stage, "two-connections", "crowd", "sane")
    assert found.words("crowd") == {"failed"}
    assert found.words("sane") == {"delivered"}


REACTS: dict[str, tuple[str, set[str]]] = {
    # quirk: (a scenario, what becomes of the message); without the quirk it is another word
    "takes-faults-for-receipts": ("fault-http-200", {"delivered"}),
    "reads-first-status": ("several-statuses", {"delivered"}),
    "ignores-delivered": ("not-delivered", {"delivered"}),
    "knows-operators-by-name": ("far-unknown-operator", {"paper"}),
    "receives-64-kb": ("far-large-answer", {"failed"}),
    "wants-text-xml": ("http-content-type", {"unknown"}),
    "follows-redirects": ("http-redirect", {"unknown"}),
    "expands-entities": ("xml-external-entity", {"delivered"}),
    "remembers-look-ups": ("far-other-operator", {"delivered", "paper"}),
    "never-repeats": ("fault-technical", {"failed"}),
    "takes-5004-for-good": ("fault-5004", {"failed"}),
    "gives-up-when-nobody-answers": ("refuse", {"failed"}),
    "prints-after-any-problem": ("answer-lost", {"paper"}),
    "leaves-paper-to-people": ("far-not-registered", {"failed"}),
    "forgets-after-a-fault": ("fault-application", {"forgotten"}),
}


@pytest.mark.parametrize("quirk", REACTS)
def test_a_defect_of_reaction_notes_another_outcome(stage: Theatre, played: dict[str, Played], quirk: str) -> None:
    scenario, words = REACTS[quirk]
    found = perform(stage, quirk, scenario)
    assert found.words(scenario) == words
    assert played[scenario].words(scenario) != words


def test_a_redirect_is_followed_with_the_client_certificate(stage: Theatre) -> None:
    found = perform(stage, "follows-redirects", "http-redirect")
    (canary,) = found.canaries("http-redirect")
    (connection,) = [one for one in found.connections if one.id == canary.connection]
    assert connection.client_chain


def test_an_external_entity_is_fetched(stage: Theatre) -> None:
    found = perform(stage, "expands-entities", "xml-external-entity", "xml-entity")
    assert [one.part for one in found.canaries("xml-external-entity")] == ["entity"]
    assert found.words("xml-entity") == {"delivered"}


SENDS: dict[str, tuple[str, int, int]] = {
    # quirk: (a scenario, how many deliveries come, how many different bytes they have); without it one comes
    "repeats-refusals": ("fault-6006", 3, 1),
    "repeats-with-new-id": ("http-html", 3, 3),
    "repeats-by-http-stack": ("answer-lost", 2, 1),
    "delivers-twice": ("trans-id-repeated", 2, 1),
}


@pytest.mark.parametrize("quirk", SENDS)
def test_a_defect_of_repeats_sends_more_than_once(stage: Theatre, played: dict[str, Played], quirk: str) -> None:
    scenario, count, kinds = SENDS[quirk]
    deliveries = perform(stage, quirk, scenario).deliveries(scenario)
    assert (len(deliveries), len({one.request_sha256 for one in deliveries})) == (count, kinds)
    assert len(played[scenario].deliveries(scenario)) == 1


def test_the_http_library_s_repeat_comes_at_once_on_a_new_connection(stage: Theatre) -> None:
    first, second = perform(stage, "repeats-by-http-stack", "answer-lost").deliveries("answer-lost")
    assert first.connection != second.connection
    assert second.first_byte.ns - first.first_byte.ns < 1e9


def test_a_message_id_is_new_each_time(stage: Theatre) -> None:
    found = perform(stage, "repeats-with-new-id", "answer-lost")
    bodies = [one.request_kept for one in found.deliveries("answer-lost")]
    assert len({body.partition("<Id>")[2].partition("</Id>")[0] for body in bodies}) == 3
    assert [(row.word, row.told) for row in found.during["answer-lost"]] == [("unknown", True)]


def test_waits_that_do_not_grow(stage: Theatre) -> None:
    found = perform(stage, "waits-less-each-time", "fault-technical", wait=0.4, longest_wait=9.0)
    first, second = spans(found, "fault-technical")
    assert second < first


def test_a_storm_of_retries(stage: Theatre) -> None:
    found = perform(stage, "storms", "refuse", "fault-technical")
    rows = [line for line in found.log if line["event"] == "delivery_failed"]
    assert max(int(line["attempt"]) for line in rows) == STORM_TRIES
    assert max(spans(found, "fault-technical")) < 1


def test_a_circuit_breaker_that_never_closes_lets_nothing_through(stage: Theatre) -> None:
    found = perform(stage, "breaks-for-good", "fault-application")
    assert found.words("fault-application") == {"failed"}
    assert [one for one in found.exchanges if one.receipted] == []


UNTOLD = {"tells-nobody-of-the-uncertain": "http-html", "tells-nobody-of-failures": "fault-application"}


@pytest.mark.parametrize("quirk", UNTOLD)
def test_nobody_is_told(stage: Theatre, quirk: str) -> None:
    found = perform(stage, quirk, "http-html", "fault-application")
    told = {scenario for scenario, rows in found.outcomes.items() if any(row.told for row in rows)}
    assert told == {"http-html", "fault-application"} - {UNTOLD[quirk]}


def test_paper_becomes_e_mail(stage: Theatre) -> None:
    found = perform(stage, "mails-what-is-paper", "far-not-registered")
    assert [(row.word, row.channel) for row in found.outcomes["far-not-registered"]] == [("paper", "email")]

"""fault_handling on stories: what a record says of one performed scenario, fact by fact, at its boundaries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from probes import fault_handling
from probes._timeline import COLUMNS, MAXIMAL_ROWS, WHAT
from readiness.model import PYTHON_TYPE, Reason, Table, Unseen, Value
from readiness.probe import CannotObserve
from readiness.recording import Attribution, performance_target
from tests.conftest import look
from tests.probes.exchanges import OTHER, PERSON
from tests.probes.performances import PREFIX, Story, waiting

PROBE = fault_handling.PROBE


def values(story: Story, *names: str) -> list[Value | Unseen]:
    seen = story.seen()
    return [seen[PREFIX + name].value for name in names]


def reason(value: Value | Unseen) -> Reason:
    assert isinstance(value, Unseen), value
    return value.reason


def refusal(story: Story) -> Unseen:
    with pytest.raises(CannotObserve) as caught:
        story.seen()
    return caught.value.unseen


def rows(story: Story) -> list[tuple[str, ...]]:
    table = story.value("timeline")
    assert isinstance(table, Table)
    return list(table.rows)


def sane(**changes: object) -> Story:
    return Story.of("sane", "sane", group="control", control="", controlled="", **changes).look_up().deliver()


def lost(**changes: object) -> Story:
    return Story.of(**changes).look_up().lose()


def refused(**changes: object) -> Story:
    return Story.of("fault-application", "permanent", **changes).look_up().refuse()


def tls(**changes: object) -> Story:
    given: dict[str, object] = {"group": "tls", "layer": "tls", "control": "tls-sane", **changes}
    return Story.of("tls-expired", "unauthenticated", **given).tell("failed", told=True)


# -- Whether it shows anything


def test_every_promised_fact_is_seen_once_and_of_its_type() -> None:
    seen = lost().lose(5).deliver(20).tell("delivered", "digital").seen()
    assert seen.keys() == PROBE.promises().keys()
    for name, fact in PROBE.promises().items():
        value = seen[name].value
        assert isinstance(value, Unseen) or type(value) is PYTHON_TYPE[fact.type], name
    unseen = {name.removeprefix(PREFIX) for name, one in seen.items() if isinstance(one.value, Unseen)}
    assert unseen == {"requests_after_refusal", "unauthenticated_requests", "client_certificates_shown"}


@pytest.mark.parametrize(
    ("unseen", "reason_", "detail"),
    [
        ("not_permitted: nobody allowed it", Reason.NOT_PERMITTED, "nobody allowed it"),
        ("not_configured", Reason.NOT_CONFIGURED, ""),
        ("gone fishing", Reason.NOT_EXERCISED, "gone fishing"),
    ],
)
def test_what_was_not_performed_is_unseen_for_the_reason_told(unseen: str, reason_: Reason, detail: str) -> None:
    assert refusal(lost(unseen=unseen, how_ended="interrupted")) == Unseen(reason_, detail)


def test_what_was_interrupted_shows_nothing() -> None:
    assert refusal(lost(how_ended="interrupted", controlled="failed")).reason is Reason.INTERRUPTED


def test_a_system_that_never_started_exercised_nothing_even_where_the_control_failed() -> None:
    assert refusal(Story.of(controlled="failed")).reason is Reason.NOT_EXERCISED
    assert refusal(lost(started=None)).reason is Reason.NOT_EXERCISED


def test_what_reached_the_stage_before_or_after_is_not_this_performance() -> None:
    assert refusal(Story.of().deliver(-1)).reason is Reason.NOT_EXERCISED
    assert refusal(Story.of().deliver(60.01)).reason is Reason.NOT_EXERCISED
    assert Story.of().deliver(60).value("deliveries") == 1
    assert Story.of().deliver(-1).deliver(1).value("deliveries") == 1


def test_an_account_alone_or_traffic_of_another_scenario_alone_shows_that_the_system_ran() -> None:
    assert Story.of().tell("paper").value("outcomes") == ("paper",)
    busy = Story.of().deliver(attributions=(Attribution("sane", "recipient", "d", OTHER),))
    busy.beside(sane().tell("delivered").performance)
    assert values(busy, "deliveries", "unaccounted") == [0, 1]


@pytest.mark.parametrize(
    ("layer", "controlled", "expected"),
    [
        ("answer", "failed", Reason.CONTROL_FAILED),
        ("answer", "", Reason.NOT_EXERCISED),
        ("tls", "failed", Reason.CONTROL_FAILED),
        ("tls", "", Reason.CONTROL_FAILED),
    ],
)
def test_without_a_delivered_control_nothing_is_shown(layer: str, controlled: str, expected: Reason) -> None:
    assert refusal(lost(layer=layer, controlled=controlled)).reason is expected
    assert lost(layer=layer, controlled="delivered").value("attempts") == 1


def test_a_control_is_compared_with_nothing_but_in_tls_it_must_itself_be_delivered() -> None:
    assert sane().value("receipts") == 1
    assert sane(layer="tls").value("receipts") == 1
    on_paper = Story.of("sane", "sane", group="control", control="", controlled="").look_up().tell("paper")
    assert on_paper.value("outcomes") == ("paper",)
    failed = Story.of("tls-sane", "sane", group="control", layer="tls", control="", controlled="").tell("failed")
    assert refusal(failed).reason is Reason.CONTROL_FAILED


def test_the_controls_between_rounds_are_no_attempts_of_the_sane_scenario() -> None:
    other = (Attribution("sane", "recipient", "d" * 64, "194601262381"),)
    story = Story.of("sane", "sane", group="control", control="").deliver(1).tell("delivered", "digital")
    assert story.value("attempts") == 1
    assert story.deliver(20, "m2", attributions=other).value("attempts") == 1
    assert story.deliver(30, "m3").value("attempts") == 2


def test_a_target_that_no_record_holds_is_not_kept() -> None:
    _, session = lost().session()
    with pytest.raises(CannotObserve) as caught:
        look(PROBE, performance_target(Story.of("other").performance), session)
    assert caught.value.unseen.reason is Reason.NOT_KEPT


# -- The account


def test_an_account_that_is_empty_in_the_whole_run_is_not_configured() -> None:
    seen = lost().seen()
    account = ("accounted", "unaccounted", "outcomes", "channels", "settled_untold", "time_to_account")
    assert {reason(seen[PREFIX + name].value) for name in account} == {Reason.NOT_CONFIGURED}
    assert seen["scenario.messages"].value == 1


def test_of_persons_that_a_log_does_not_name_the_account_is_unseen_and_not_empty() -> None:
    story = lost().beside(Story.of("sane").tell("delivered").performance)
    assert story.value("unaccounted") == 1
    story.performance = replace(story.performance, unnamed=(PERSON,))
    seen = story.seen()
    assert {reason(seen[PREFIX + name].value) for name in ("accounted", "unaccounted", "outcomes")} == {
        Reason.NOT_CONFIGURED
    }
    assert seen["scenario.messages"].value == 1


def test_an_account_that_is_empty_here_only_has_lost_the_messages() -> None:
    story = lost(persons=(PERSON, PERSON)).beside(sane().tell("delivered").performance)
    assert values(story, "messages", "accounted", "unaccounted", "outcomes") == [2, 0, 2, ()]
    assert reason(story.value("time_to_account")) is Reason.NOT_EXERCISED


def test_messages_rows_and_channels_are_counted() -> None:
    story = Story.of(persons=(PERSON, PERSON)).deliver().tell("delivered", "digital", message="a")
    assert values(story, "accounted", "unaccounted", "channels", "channels_told") == [1, 1, ("digital",), 1]
    story.tell("paper", message="b")
    assert values(story, "accounted", "outcomes", "channels_told") == [2, ("delivered", "paper"), 1]


def test_the_last_word_on_a_message_counts() -> None:
    named = lost().tell("pending", message="a", at=2).tell("delivered", message="a", at=9)
    nameless = lost().tell("pending", at=2).tell("delivered", at=9)
    for story in (named, nameless):
        assert values(story, "accounted", "outcomes", "time_to_account") == [1, ("delivered",), timedelta(seconds=2)]


def test_more_rows_than_messages_account_for_no_more_than_there_are() -> None:
    story = lost().tell("failed", message="a").tell("paper", message="b")
    assert values(story, "messages", "accounted", "unaccounted") == [1, 1, 0]


def test_rows_of_others_and_words_that_are_no_outcome_are_no_account() -> None:
    story = lost().tell("paper", person=OTHER).tell("lost")
    assert values(story, "accounted", "unaccounted", "outcomes") == [0, 1, ()]


def test_delivered_needs_a_receipt_that_left_whole() -> None:
    assert lost().tell("delivered").value("delivered_without_receipt") == 1
    assert lost().deliver(5).tell("delivered", at=9).value("delivered_without_receipt") == 0
    two = Story.of(persons=(PERSON, PERSON)).deliver().tell("delivered", message="a").tell("delivered", message="b")
    assert two.value("delivered_without_receipt") == 1


def test_a_receipt_to_another_person_is_none() -> None:
    story = Story.of().deliver(attributions=(Attribution("answer-lost", "recipient", "d", OTHER),)).tell("delivered")
    assert story.value("delivered_without_receipt") == 1
    by_path = Story.of().deliver(attributions=(Attribution("answer-lost", "path", "d"),)).tell("delivered")
    assert by_path.value("delivered_without_receipt") == 0


def test_a_message_both_delivered_and_on_paper_is_settled_twice() -> None:
    assert lost().tell("delivered", message="a").tell("paper", message="b").value("settled_twice") == 1
    assert lost().tell("delivered").tell("paper").value("settled_twice") == 1
    assert lost().tell("failed", message="a").tell("paper", message="b").value("settled_twice") == 0


@pytest.mark.parametrize("told", [True, False, None])
@pytest.mark.parametrize("outcome", ["paper", "failed", "delivered", "unknown", "pending"])
def test_after_an_uncertain_delivery_it_counts_who_is_told(outcome: str, told: bool | None) -> None:
    settled, uncertain = values(lost().tell(outcome, told=told), "settled_untold", "uncertain_untold")
    assert settled == int(outcome in {"paper", "failed"} and told is not True)
    if outcome in {"unknown", "pending"} and told is None:
        assert reason(uncertain) is Reason.NOT_CONFIGURED
    else:
        assert uncertain == int(outcome in {"unknown", "pending"} and told is False)


def test_only_a_delivery_taken_without_a_receipt_is_uncertain() -> None:
    assert lost().value("uncertain_messages") == 1
    assert Story.of().deliver().value("uncertain_messages") == 0
    not_taken = Story.of().lose(taken=False).tell("paper")
    assert values(not_taken, "uncertain_messages", "settled_untold") == [0, 0]


def test_failed_and_nobody_told_is_counted_and_open_where_the_account_does_not_say() -> None:
    assert refused().tell("failed", told=False).value("failed_untold") == 1
    assert refused().tell("failed", told=True).value("failed_untold") == 0
    assert refused().tell("paper").value("failed_untold") == 0
    assert reason(refused().tell("failed").value("failed_untold")) is Reason.NOT_CONFIGURED
    some = refused(persons=(PERSON, PERSON)).tell("failed", message="a", told=False).tell("failed", message="b")
    assert some.value("failed_untold") == 1


def test_failed_at_once_is_failed_after_one_attempt() -> None:
    once = Story.of("fault-technical", "temporary").refuse(code=1)
    assert once.tell("failed").value("failed_at_once") == 1
    twice = Story.of("fault-technical", "temporary").refuse(code=1).refuse(9, code=1)
    assert twice.tell("failed").value("failed_at_once") == 0
    assert Story.of("fault-technical", "temporary").refuse(code=1).tell("paper").value("failed_at_once") == 0
    assert reason(Story.of().look_up().tell("failed").value("failed_at_once")) is Reason.NOT_EXERCISED


# -- Attempts and waits


def test_attempts_are_requests_at_the_place_that_misbehaves() -> None:
    operator = Story.of().look_up().look_up(2).deliver(3).look_up(4, part="wsdl", role="operator")
    assert values(operator, "attempts", "requests") == [1, 1]
    far = Story.of("far-technical-fault", "temporary", place="far").look_up().look_up(2).deliver(3)
    assert values(far, "attempts", "requests") == [2, 2]
    half = Story.of().lose(part="", operation="", accepted=None, taken=False)
    assert values(half, "attempts", "deliveries") == [1, 0]


def test_where_no_request_came_whole_attempts_are_connections_to_its_own_port() -> None:
    silent = Story.of("silent", "outage", layer="tcp").connect(1, 31).connect(91, 121)
    assert values(silent, "attempts", "connections", "shortest_wait") == [2, 2, timedelta(seconds=60)]
    assert silent.deliver(200, on="c2").value("attempts") == 1


HALF = {"accepted": None, "taken": False, "part": "", "operation": ""}


def test_half_a_request_is_no_attempt_beside_its_connection_nor_is_the_librarys_repeat_of_it() -> None:
    reset = Story.of("reset-request", "outage", layer="tcp").connect(1, 1.1).connect(9, 9.1).lose(1, on="c1", **HALF)
    assert values(reset, "attempts", "requests") == [2, 1]
    repeated = Story.of("reset-request", "outage", layer="tcp").connect(1, 1.1).connect(1.5, 1.6)
    repeated.lose(1, on="c1", **HALF).lose(1.5, on="c2", **HALF)
    assert values(repeated, "attempts", "requests", "repeated_by_http_stack") == [1, 2, 1]


def test_a_wait_goes_from_the_end_of_an_attempt_to_the_next() -> None:
    story = lost().lose(11.1).lose(36.2)
    assert values(story, "shortest_wait", "longest_wait", "wait_growth") == [
        timedelta(seconds=10), timedelta(seconds=25), 250,
    ]  # fmt: skip


def test_a_late_close_moves_the_end_of_an_attempt_and_overlapping_ones_have_no_wait() -> None:
    held = Story.of(layer="tcp").connect(1, 31)
    held.lose(1, on="c1").lose(41)
    assert held.value("shortest_wait") == timedelta(seconds=10)
    assert Story.of().refuse(1).refuse(1.05).value("shortest_wait") == timedelta(0)


def test_waits_need_two_attempts_and_growth_three() -> None:
    assert {reason(one) for one in values(lost(), "shortest_wait", "longest_wait")} == {Reason.NOT_EXERCISED}
    assert reason(lost().lose(9).value("wait_growth")) is Reason.NOT_EXERCISED


def test_the_same_bytes_at_once_on_a_new_connection_are_the_librarys_and_no_attempt() -> None:
    story = lost().lose(2.1)
    assert values(story, "repeated_by_http_stack", "attempts", "copies_taken") == [1, 1, 2]
    later = lost().lose(2.101)
    assert values(later, "repeated_by_http_stack", "attempts") == [0, 2]


@pytest.mark.parametrize(
    "story",
    [
        lost().lose(1.2, number="m2"),
        refused().refuse(1.2),
        Story.of(layer="tcp").connect(1, 9).lose(1, on="c1").lose(1.2, on="c1"),
        Story.of().lose(request_sha256="").lose(1.2, request_sha256=""),
    ],
    ids=["other bytes", "after an answer", "the same connection", "no bytes"],
)
def test_any_other_repeat_is_the_systems_own(story: Story) -> None:
    assert values(story, "repeated_by_http_stack", "attempts") == [0, 2]


# -- Copies


def test_message_ids_are_counted_over_the_deliveries() -> None:
    assert values(lost().lose(9), "deliveries", "deliveries_read", "message_ids") == [2, 2, 1]
    assert values(lost().lose(9, number="m2"), "deliveries_read", "message_ids") == [2, 2]


def test_ids_that_were_not_kept_leave_the_count_open_unless_two_differ() -> None:
    unread = lost().lose(9, request_kept="")
    assert unread.value("deliveries_read") == 1
    assert reason(unread.value("message_ids")) is Reason.NOT_KEPT
    assert unread.lose(19, number="m2").value("message_ids") == 2
    assert Story.of().lose(number="[300 characters left out]").value("deliveries_read") == 0


def test_a_copy_after_the_receipt_is_counted_whatever_its_id() -> None:
    assert Story.of().deliver().deliver(9).value("copies_after_receipt") == 1
    assert Story.of().deliver().deliver(9, number="m2").value("copies_after_receipt") == 1
    assert lost().deliver(9).value("copies_after_receipt") == 0
    assert Story.of().deliver().refuse(9).value("copies_after_receipt") == 0


def test_the_second_message_to_a_person_is_no_copy_of_the_first() -> None:
    two = Story.of(persons=(PERSON, PERSON)).deliver().deliver(9, number="m2", text="Hej igen")
    assert two.value("copies_after_receipt") == 0
    assert two.deliver(12).value("copies_after_receipt") == 1


def test_a_delivery_that_began_before_the_receipt_was_whole_is_no_copy_after_it() -> None:
    assert Story.of().deliver().deliver(1.05).value("copies_after_receipt") == 0
    assert Story.of().deliver().deliver(1.1).value("copies_after_receipt") == 1


# -- Refusals


def test_unchanged_is_the_same_bytes_id_or_contents() -> None:
    assert refused().value("requests_after_refusal") == 0
    assert refused().refuse(9).value("requests_after_refusal") == 1
    assert refused().refuse(9, text="Rättat").value("requests_after_refusal") == 1
    assert refused().refuse(9, number="m2").value("requests_after_refusal") == 1
    assert refused().refuse(9, number="m2", text="Rättat").value("requests_after_refusal") == 0


def test_a_refusal_without_a_code_counts_and_an_answer_that_did_not_come_is_none() -> None:
    gone = Story.of("http-404", "permanent").refuse(code=None, status=404)
    assert gone.refuse(9, code=None, status=404).value("requests_after_refusal") == 1
    cut = Story.of("http-404", "permanent").lose().lose(9)
    assert reason(cut.value("requests_after_refusal")) is Reason.NOT_EXERCISED
    half_said = Story.of("http-404", "permanent").refuse(response_cut_at=9).refuse(9, response_cut_at=9)
    assert reason(half_said.value("requests_after_refusal")) is Reason.NOT_EXERCISED
    assert refused().refuse(1.05).value("requests_after_refusal") == 0


def test_questions_to_far_are_repeated_by_their_bytes() -> None:
    far = Story.of("far-application-fault", "permanent", place="far").look_up(fault_code=5001, status=500)
    assert far.look_up(9).value("requests_after_refusal") == 1
    assert far.look_up(12, request_sha256="b" * 64).value("requests_after_refusal") == 1


# -- A server that cannot show who it is, and where only an answer pointed


def test_a_request_to_an_unauthenticated_server_is_counted_from_its_first_byte() -> None:
    turned_away = tls().connect(1)
    assert values(turned_away, "connections", "unauthenticated_requests") == [1, 0]
    half = tls().connect(1).lose(1.1, on="c1", accepted=None, operation="", part="")
    assert half.value("unauthenticated_requests") == 1
    assert tls().connect(1, exchanges=2).value("unauthenticated_requests") == 2


def test_the_client_certificate_is_told_too() -> None:
    assert tls().connect(1, client_chain=(b"\x30\x00",)).connect(3).value("client_certificates_shown") == 1


def test_a_server_that_shows_who_it_is_leaves_it_open() -> None:
    assert reason(Story.of(layer="tcp").connect(1).value("unauthenticated_requests")) is Reason.NOT_EXERCISED


def test_what_only_an_answer_pointed_to_is_counted_by_what_pointed() -> None:
    names = ("redirects_followed", "redirects_with_certificate", "canary_requests", "attempts", "connections")
    redirect = Story.of("http-redirect", "permanent").refuse(code=None, status=307)
    assert values(redirect, *names) == [0, 0, 0, 1, 0]
    assert values(redirect.follow("redirect"), *names) == [1, 0, 0, 1, 0]
    redirect.connect(3, role="canary", client_chain=(b"\x30\x00",))
    assert values(redirect.follow("redirect", on=redirect.connections[-1].id), *names) == [2, 1, 0, 1, 0]
    assert values(Story.of("xml-external-entity").lose().follow("entity"), *names) == [0, 0, 1, 1, 0]


# -- Afterwards


def test_recovery_is_seen_only_where_somebody_waited_for_it() -> None:
    assert values(lost(), "recovered", "recovered_after") == [True, timedelta(seconds=10)]
    never = lost(recovered=None)
    assert never.value("recovered") is False
    assert reason(never.value("recovered_after")) is Reason.NOT_EXERCISED
    nobody = lost(recovered=None, recovery_ended=None)
    assert {reason(one) for one in values(nobody, "recovered", "recovered_after")} == {Reason.NOT_EXERCISED}


def test_how_long_it_waits_is_told_where_it_was_measured() -> None:
    assert lost().value("waited") == timedelta(seconds=30)
    assert reason(lost(waited_ns=None).value("waited")) is Reason.NOT_EXERCISED


# -- The timeline


def test_the_timeline_tells_the_story_in_order_and_names_nobody() -> None:
    story = lost().deliver(11.1, actions=(waiting(11.1, 11.2),)).tell("pending", told=False, at=3)
    story.tell("delivered", "digital", at=15)
    assert rows(story) == [
        ("100", "100", "look_up", ""),
        ("200", "200", "answer", "HTTP 200"),
        ("1000", "1000", "delivery", "message 1, taken"),
        ("1100", "1100", "closed", "by peer, close_notify"),
        ("1100", "11100", "wait", "between attempts"),
        ("3000", "3000", "account", "pending, nobody is told"),
        ("11100", "11100", "delivery", "message 1, taken"),
        ("11100", "11200", "wait", "by the stage"),
        ("11200", "11200", "answer", "HTTP 200, receipt"),
        ("15000", "15000", "account", "delivered (digital)"),
        ("70000", "70000", "recovered", "a sane delivery was delivered"),
    ]
    assert PERSON not in repr(rows(story))


def test_the_timeline_numbers_messages_and_tells_faults_resets_and_the_librarys_repeats() -> None:
    story = Story.of(layer="tcp").connect(1, 1.5, closed_by="stage", closed_how="rst", exchanges=1, version="")
    story.lose(1, number=f"{PERSON}-a", on="c1").lose(2, number=f"{PERSON}-a").refuse(4, number="b")
    story.look_up(5, accepted=None, last_byte=None, response_first_byte=None, response_last_byte=None)
    story.follow("redirect", at=6, response_cut_at=3)
    told = [(what, detail) for _, _, what, detail in rows(story)]
    for row in [
        ("connection", "no TLS, 1 request"),
        ("reset", "by stage, rst"),
        ("delivery", "message 1, taken"),
        ("delivery", "message 1, the same bytes again, by the HTTP library, taken"),
        ("delivery", "message 2"),
        ("fault", "code 5001, HTTP 500"),
        ("look_up", "not whole"),
        ("delivery", "to where only the answer pointed: redirect"),
        ("answer", "HTTP 200, cut"),
    ]:
        assert row in told, row
    assert PERSON[:8] not in repr(told)
    assert [what for what, _ in told].count("reset") == 1


def test_the_timeline_uses_its_own_words_and_is_bounded() -> None:
    story = lost().tell("paper")
    for number in range(MAXIMAL_ROWS):
        story.refuse(10 + number, on="c1")
    table = story.value("timeline")
    assert isinstance(table, Table)
    assert table.columns == COLUMNS
    assert len(table.rows) == MAXIMAL_ROWS
    assert {what for _, _, what, _ in table.rows} <= set(WHAT)

"""Logs that are searched in OpenSearch: what is asked, and what the three probes of logs make of the answers.

Against a recorded conversation, not a live server (see tests/stands/opensearch.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from probes import log_custody, log_personal_data, log_traceability
from probes._log_search import opensearch as language
from probes._log_search.leaks import UNASKED
from readiness.contract.persons import test_persons
from readiness.model import Reason, Table, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve
from tests.conftest import NOON, look, session_for
from tests.log_forms import SECRETS
from tests.probes.test_log_personal_data import STRANGER, sent
from tests.probes.test_log_traceability import ALL, ONE, TWO, sound, staged
from tests.stands.http_answers import Asked, Says, answering
from tests.stands.opensearch import CAPABILITIES, SHARDS, Conversation, opensearch, searchable

PERSON = test_persons()[0].number


def source(address: str, **says: object) -> Target:
    declared = {
        "platform": "opensearch",
        "platform_url": f"http://{address}",
        "index": "logg-*,revision",
        "time_field": "@timestamp",
        "message_field": "message",
        "days": 7,
    }
    said = declared | ALL | says
    return Target("logg", TargetKind.LOG_SOURCE, address=address, declared=tuple(sorted(said.items())))  # type: ignore[arg-type]


def documents(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as a shipper stores them: their own time as @timestamp, what happened as the message."""
    return [{"@timestamp": row["time"], "message": row["event"], **row} for row in rows]


def trace(conversation: Conversation, **says: object) -> dict[str, Value | Unseen]:
    with opensearch(conversation) as stand:
        target = source(stand.address, **says)
        seen = look(log_traceability.PROBE, target, staged().session(target))
    return {name.removeprefix("trace."): one.value for name, one in seen.items()}


def leaked(conversation: Conversation) -> dict[str, Value | Unseen]:
    with opensearch(conversation) as stand:
        target = source(stand.address)
        seen = look(log_personal_data.PROBE, target, sent().session(target))
    return {name.removeprefix("log."): one.value for name, one in seen.items()}


def reason(value: object) -> Reason:
    assert isinstance(value, Unseen), value
    return value.reason


def at(message: str, **more: object) -> dict[str, Any]:
    return {"@timestamp": "2026-11-30T12:00:01.000Z", "message": message, **more}


# -- Messages ----------------------------------------------------------------------------------------------------------


def test_messages_are_followed_in_the_records_that_come():
    found = trace(Conversation(documents(sound())))
    assert (found["messages"], found["messages_missing"], found["events_missing"]) == (2, 0, ())
    assert (found["message_records"], found["complete_percent"]) == (8, 100)
    assert (found["codes_lost"], found["call_ids_lost"], found["failures_untold"], found["causes_lost"]) == (0, 0, 0, 0)
    assert found["clock_difference"] == timedelta(seconds=0.2)
    assert (found["time_zone"], found["resolution"]) == ("stated", timedelta(milliseconds=1))
    table = found["messages_seen"]
    assert isinstance(table, Table)
    assert [line[0] for line in table.rows] == [ONE, TWO]


def test_records_that_answer_a_search_and_hold_no_id_are_about_nothing():
    found = trace(Conversation([at(f"{ONE[:8]} and {ONE[-12:]} apart"), at(f"{TWO}0 is longer")]))
    assert (found["messages_missing"], found["message_records"]) == (2, 0)


def test_what_is_asked_for_an_id():
    with opensearch(Conversation([])) as stand:
        target = source(stand.address)
        look(log_traceability.PROBE, target, staged().session(target))
    asked = next(one for one in stand.asked if ONE.replace("-", "").encode() in one.body or ONE.encode() in one.body)
    assert (asked.method, asked.fields["content-type"]) == ("POST", "application/json")
    assert asked.path == "/logg-*,revision/_search?allow_partial_search_results=false"
    body = json.loads(asked.body)
    assert (body["track_total_hits"], body["timeout"]) == (True, "50s")
    assert body["sort"] == [{"@timestamp": {"order": "asc"}}]
    when, words = body["query"]["bool"]["filter"]
    assert when["range"]["@timestamp"]["format"] == "epoch_millis"
    assert words["query_string"]["fields"] == ["*"]
    assert words["query_string"]["lenient"] is True


def test_a_text_is_asked_for_by_its_longest_runs_and_by_itself():
    assert language.words_query("2026-0001") == '((*0001*) AND (*2026*)) OR "2026-0001"'
    assert language.words_query("AbCd") == '((*ABCD* OR *AbCd* OR *abcd*)) OR "AbCd"'
    assert language.words_query('a"b') == '(*a\\"b*) OR "a\\"b"'
    assert language.words_query("%31%32") == '(*%31%32*) OR "%31%32"'
    assert language.words_query("\\u0031") == '((*U0031* OR *u0031*)) OR "\\\\u0031"'


def test_a_uuid_is_asked_for_with_its_hyphens_and_without():
    """Ids are kept without hyphens; a text that is cut into words at hyphens has no such word."""
    query = language.words_query(ONE.replace("-", ""))
    assert f'"{ONE}"' in query
    assert f"*{ONE[-12:]}*" in query
    assert f"*{ONE.replace('-', '')}*" in query


def test_a_search_with_too_many_clauses_is_put_in_halves(monkeypatch):
    conversation = Conversation(documents(sound()))
    lengths: list[int] = []

    def answer(asked: Asked) -> Says:
        words = asked.body.count(b'\\" OR') + 1
        lengths.append(words)
        return Says(b'{"error":{"type":"too_many_clauses"},"status":400}', 400) if words > 3 else conversation(asked)

    with answering(answer) as stand:
        target = source(stand.address)
        seen = look(log_traceability.PROBE, target, staged().session(target))
    assert seen["trace.messages_missing"].value == 0
    assert max(lengths) > 3


def test_full_pages_are_followed_by_the_next(monkeypatch):
    monkeypatch.setattr(language, "PAGE", 3)
    found = trace(Conversation(documents(sound())))
    assert (found["messages_missing"], found["message_records"]) == (0, 8)


def test_more_than_a_page_of_one_moment_is_not_whole(monkeypatch):
    monkeypatch.setattr(language, "PAGE", 3)
    found = trace(Conversation([at(f"{number} {ONE}") for number in range(5)]))
    assert reason(found["messages_missing"]) is Reason.LIMIT_REACHED


# -- What a miss shows -------------------------------------------------------------------------------------------------


def test_a_message_that_no_record_is_about_is_missing_where_the_search_is_seen_to_find_what_is_there():
    found = trace(Conversation(documents([one for one in sound() if "2026-0002" not in str(one)])))
    assert (found["messages_missing"], found["call_ids_lost"]) == (1, 1)


def without(name: str) -> Mapping[str, Any]:
    return {key: value for key, value in CAPABILITIES.items() if key != name}


def also(name: str, type_: str, searchable_: bool = True, **more: dict[str, Any]) -> dict[str, Any]:
    """Capabilities with one more field, or another of that name."""
    return {"capabilities": {**CAPABILITIES, name: searchable(type_, searchable=searchable_), **more}}


OBSTACLES: dict[str, tuple[dict[str, Any], Reason, str]] = {
    "a message that is a number": (also("message", "long"), Reason.NOT_SUPPORTED, "message"),
    "a message that is not indexed": (also("message", "text", False), Reason.NOT_SUPPORTED, "1 fields of text"),
    "a field that is not indexed": (also("payload", "keyword", False), Reason.NOT_SUPPORTED, "payload"),
    "an object that is only kept": (also("request", "object", False), Reason.NOT_SUPPORTED, "request"),
    "objects of their own": (
        also("people", "nested", False, **{"people.id": searchable("keyword")}),
        Reason.NOT_SUPPORTED,
        "people",
    ),
    "a flat object": (also("labels", "flat_object"), Reason.NOT_SUPPORTED, "labels"),
    "records without a message": ({"unsearched": 3}, Reason.NOT_SUPPORTED, "3 of 500 records"),
    "values that are too long": ({"left_out": 7}, Reason.NOT_SUPPORTED, "7 of 500 records"),
    "words that are not found again": ({"controls": 0}, Reason.CONTROL_FAILED, "1 pieces"),
    "an index that is behind": ({"newest": "2026-11-30T12:00:00.500Z"}, Reason.NOT_KEPT, "newest"),
}  # fmt: skip


@pytest.mark.parametrize("name", OBSTACLES)
def test_where_a_search_may_overlook_what_is_there_nothing_is_missing(name):
    how, why, detail = OBSTACLES[name]
    found = trace(Conversation([], **how))
    assert reason(found["messages_missing"]) is why
    assert isinstance(found["messages_missing"], Unseen)
    assert detail in found["messages_missing"].detail
    assert "4711" not in found["messages_missing"].detail, "no word of the log is told"


@pytest.mark.parametrize("name", ["a field that is not indexed", "words that are not found again"])
def test_where_a_search_may_overlook_what_is_there_nobody_is_known_to_be_absent(name):
    how, why, _ = OBSTACLES[name]
    found = leaked(Conversation([], **how))
    assert reason(found["canary_persons"]) is why
    assert reason(found["private_keys"]) is why


def test_what_is_found_is_told_all_the_same():
    found = trace(Conversation(documents(sound()), unsearched=3))
    assert (found["messages_missing"], found["message_records"]) == (0, 8)
    assert leaked(Conversation([at(f"for {PERSON}")], unsearched=3))["canary_persons"] == 1


def test_values_that_are_kept_whole_count_only_where_they_stand_nowhere_else():
    with opensearch(Conversation([], capabilities={**CAPABILITIES, "payload": searchable("keyword")})) as stand:
        target = source(stand.address)
        look(log_traceability.PROBE, target, staged().session(target))
    (left_out,) = {
        json.dumps(json.loads(one.body)["aggs"]["left_out"]) for one in stand.asked if b"left_out" in one.body
    }
    assert json.loads(left_out) == {"filter": {"terms": {"_ignored": ["level", "payload"]}}}


def test_without_the_field_of_the_message_the_profile_has_to_say_which_it_is():
    with pytest.raises(CannotObserve) as problem:
        trace(Conversation([], capabilities=without("message")))
    assert problem.value.unseen.reason is Reason.NOT_CONFIGURED
    assert "message_field" in problem.value.unseen.detail


def test_an_empty_window_says_nothing():
    with pytest.raises(CannotObserve) as problem:
        trace(Conversation([], there=0))
    assert problem.value.unseen.reason is Reason.NOT_CONFIGURED


# -- What is no whole answer -------------------------------------------------------------------------------------------

PARTIAL: dict[str, tuple[dict[str, Any], Reason]] = {
    "timed out": ({"timed_out": True}, Reason.TIMED_OUT),
    "failed shards": ({"_shards": {**SHARDS, "successful": 2, "failed": 1}}, Reason.CLOSED_EARLY),
    "no index": ({"_shards": {"total": 0, "successful": 0, "skipped": 0, "failed": 0}}, Reason.NOT_CONFIGURED),
    "ended early": ({"terminated_early": True}, Reason.LIMIT_REACHED),
    "counted in part": ({"hits": {"total": {"value": 10000, "relation": "gte"}, "hits": []}}, Reason.NOT_UNDERSTOOD),
    "counted as before 7": ({"hits": {"total": 0, "hits": []}}, Reason.NOT_UNDERSTOOD),
    "fewer than found": ({"hits": {"total": {"value": 3, "relation": "eq"}, "hits": []}}, Reason.LIMIT_REACHED),
    "no shards told": ({"_shards": None}, Reason.NOT_UNDERSTOOD),
    "no time told": ({"timed_out": None}, Reason.NOT_UNDERSTOOD),
    "no hits": ({"hits": None}, Reason.NOT_UNDERSTOOD),
    "hits that are none": ({"hits": {"total": {"value": 1, "relation": "eq"}, "hits": ["x"]}}, Reason.NOT_UNDERSTOOD),
    "no sources": (
        {"hits": {"total": {"value": 1, "relation": "eq"}, "hits": [{"_index": "a", "_id": "b", "sort": [1]}]}},
        Reason.NOT_SUPPORTED,
    ),
}


OF_HITS = {"fewer than found", "no sources", "hits that are none"}


@pytest.mark.parametrize("name", PARTIAL)
def test_a_search_that_was_not_whole_finds_nothing_missing(name):
    change, why = PARTIAL[name]
    whole, part = Conversation([]), Conversation([], change=change)
    with answering(lambda asked: part(asked) if b"AND" in asked.body else whole(asked)) as stand:
        target = source(stand.address)
        seen = look(log_traceability.PROBE, target, staged().session(target))
    assert reason(seen["trace.messages_missing"].value) is why


@pytest.mark.parametrize(
    "name", [name for name in PARTIAL if name not in {"fewer than found", "no sources", "hits that are none"}]
)
def test_where_what_there_is_cannot_be_told_nothing_is(name):
    change, why = PARTIAL[name]
    with pytest.raises(CannotObserve) as problem:
        trace(Conversation([], change=change))
    assert problem.value.unseen.reason is why


# -- People ------------------------------------------------------------------------------------------------------------


def test_a_test_person_is_found_and_everybody_else_left_open():
    found = leaked(
        Conversation([at(f"asked about {PERSON[:8]}-{PERSON[8:]}"), at(f"{PERSON[2:8]} things, {PERSON[8:]} of them")])
    )
    assert (found["canary_persons"], found["canary_encodings"], found["lines_read"]) == (1, ("plain",), 500)
    for name in UNASKED.keys() - {"canary_encodings"}:
        assert reason(found[name]) is Reason.NOT_SUPPORTED, name


def test_a_number_in_another_field_is_found():
    assert leaked(Conversation([at("asked", person={"number": int(PERSON)})]))["canary_persons"] == 1


def test_where_no_test_person_is_found_by_words_none_stands_there_as_digits():
    found = leaked(Conversation([]))
    assert (found["canary_persons"], found["private_keys"]) == (0, 0)
    assert reason(found["canary_persons_encoded"]) is Reason.NOT_SUPPORTED
    assert reason(found["canary_encodings"]) is Reason.NOT_SUPPORTED


def test_what_comes_with_a_hit_counts_and_is_not_told():
    fact, data = SECRETS["bearer"]
    found = leaked(Conversation([at(f"{PERSON} {data.decode()} personnummer={STRANGER}")]))
    assert (found[fact], found["number_patterns_with_context"]) == (1, 1)
    assert "7f3kQz81" not in repr(found)
    assert STRANGER[-10:] not in repr(found)


def test_which_writings_are_asked_for():
    with opensearch(Conversation([])) as stand:
        target = source(stand.address)
        look(log_personal_data.PROBE, target, sent().session(target))
    bodies = [json.loads(one.body) for one in stand.asked if b"query_string" in one.body]
    asked = " ".join(body["query"]["bool"]["filter"][-1]["query_string"]["query"] for body in bodies)
    ten = PERSON[-10:]
    assert f"(*{ten[:6]}*) AND (*{ten[6:]}*)" in asked
    assert f'"{PERSON}"' in asked, "as a number"
    assert f"*{ten[:6].encode().hex()}*" in asked
    assert '"' + "".join(f"%{ord(digit):x}" for digit in ten[:6]) + '"' in asked
    assert "PRIVATE" in asked


# -- How it is kept ----------------------------------------------------------------------------------------------------


def test_the_oldest_record_is_compared_with_what_is_declared():
    with opensearch(Conversation([])) as stand:
        target = source(stand.address, kept_days_min=120, kept_days_max=60)
        seen = look(log_custody.PROBE, target, session_for(target))
    assert seen["custody.oldest"].value == NOON - timedelta(days=100)
    assert (seen["custody.days_short"].value, seen["custody.days_over"].value) == (20, 40)
    assert reason(seen["custody.readable_by"].value) is Reason.NOT_SUPPORTED
    assert reason(seen["custody.hash_chain"].value) is Reason.NOT_SUPPORTED

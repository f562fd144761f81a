"""Logs that are searched in Loki: what the three probes of logs see there, against a stand (see tests/stands/loki.py).

The stand is no Loki. What it does not play was read in Loki's documentation and is not shown here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import pytest
import re2

import probes
from probes import log_custody, log_personal_data, log_traceability
from probes._log_canaries import REFUSAL
from probes._log_search import leaks, loki_survey, searching
from probes._log_search import loki as language
from probes._log_search.asking import Question
from probes._logs.patterns import PATTERNS
from probes._logs.scan import NUMBER, Scanner
from probes._logs.text import Block
from readiness.checklist import load_checklist
from readiness.contract.persons import test_persons
from readiness.judge import judge
from readiness.model import Reason, Table, Target, TargetKind, Unseen, Value, Verdict
from readiness.observe import observe
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest, Limits
from readiness.recording import performance_target
from readiness.session import LiveSession, Recorded
from tests.conftest import NOON, Kept, look, profile_of, session_for
from tests.log_forms import FORMS, LINES, SECRETS
from tests.probes.performances import Story
from tests.probes.test_log_personal_data import SENT, STRANGER, sent
from tests.probes.test_log_traceability import ALL, ONE, TWO, ids, row, sound, staged
from tests.stands.http_answers import Asked, Says, as_json
from tests.stands.loki import Store, loki

PERSON = test_persons()[0].number
SELECTOR = '{app="formedlare"}'
HOUR = timedelta(hours=1)
Before = Callable[[Asked], Says | None]
Rows = Iterable[dict[str, object]]


FILTERED = b"%7C~"
"""What stands in a request for entries with something in them, as against one for all of them, or their count."""


def nothing(_: Asked) -> None:
    """Leave the answer to the stand."""


def source(address: str, **says: object) -> Target:
    declared = {"platform": "loki", "platform_url": f"http://{address}", "selector": SELECTOR, "days": 7} | ALL | says
    return Target("logg", TargetKind.LOG_SOURCE, address=address, declared=tuple(sorted(declared.items())))  # type: ignore[arg-type]


def stored(rows: Rows, later: timedelta = HOUR) -> Store:
    """A store with these records as JSON lines, each at its own time, and a line that is about nothing after them."""
    store = Store()
    store.push([(datetime.fromisoformat(str(one["time"])), json.dumps(one)) for one in rows], app="formedlare")
    store.push([(NOON + later, "2026-11-30T13:00:00.123Z INFO idle")], app="formedlare")
    return store


def trace(store: Store, before: Before = nothing, **says: object) -> dict[str, Value | Unseen]:
    """What is seen of a log when the stage saw two messages."""
    with loki(store, before) as stand:
        target = source(stand.address, **says)
        return traced(target, staged().session(target))


def traced(target: Target, session: LiveSession) -> dict[str, Value | Unseen]:
    seen = look(log_traceability.PROBE, target, session)
    return {name.removeprefix("trace."): one.value for name, one in seen.items()}


def reason(value: object) -> Reason:
    assert isinstance(value, Unseen), value
    return value.reason


# -- Messages ----------------------------------------------------------------------------------------------------------


def test_messages_are_followed_by_searching_for_their_ids():
    found = trace(stored(sound()))
    assert (found["messages"], found["messages_missing"]) == (2, 0)
    assert found["events_missing"] == (), "what is signed is told under the case's id alone, which led there"
    assert (found["message_records"], found["complete_percent"]) == (8, 100)
    assert (found["faults"], found["codes_lost"], found["call_ids_lost"]) == (1, 0, 0)
    assert (found["failures_untold"], found["causes_lost"]) == (0, 0)
    assert found["clock_difference"] == timedelta(seconds=0.2)
    assert (found["time_zone"], found["resolution"]) == ("stated", timedelta(milliseconds=1))
    table = found["messages_seen"]
    assert isinstance(table, Table)
    assert [(line[0], line[2][11:23]) for line in table.rows] == [(ONE, "11:59:58.000"), (TWO, "12:00:08.000")]


def test_a_message_that_no_entry_is_about_is_missing():
    found = trace(stored(one for one in sound() if "2026-0002" not in str(one)))
    assert found["messages_missing"] == 1
    assert found["call_ids_lost"] == 1


@pytest.mark.parametrize("written", [ONE.upper(), ONE.replace("-", ""), f"urn:uuid:{ONE}", f"{{{ONE}}}"])
def test_an_id_is_found_however_it_is_written(written):
    store = stored([])
    store.push([(NOON, f"sent {written}")], app="formedlare")
    found = trace(store)
    assert (found["messages_missing"], found["message_records"]) == (1, 1), "the other one is not there"


def test_only_what_answers_the_search_travels_and_some_samples():
    store = stored(sound())
    store.push([(NOON + timedelta(milliseconds=n), f"line {n} about nothing") for n in range(3000)], app="formedlare")
    taken: list[bytes] = []

    def before(asked: Asked) -> Says:
        said = store(asked)
        taken.append(said.body)
        return said

    assert trace(store, before)["messages_missing"] == 0
    assert sum(body.count(b"about nothing") for body in taken) <= loki_survey.SAMPLES
    assert sum(body.count(b"2026-000") for body in taken) > 0


def test_other_streams_are_not_asked():
    store = stored([])
    store.push([(NOON, json.dumps(one)) for one in sound()], app="annat")
    assert trace(store)["messages_missing"] == 2


def test_text_without_a_time_of_its_own_has_the_time_of_the_entry():
    store = stored([])
    for second, id_ in enumerate((ONE, TWO)):
        store.push([(NOON + timedelta(seconds=second, milliseconds=250), f"sent {id_} level=info")], app="formedlare")
    found = trace(store)
    assert found["messages_missing"] == 0
    table = found["messages_seen"]
    assert isinstance(table, Table)
    assert [line[2] for line in table.rows] == ["2026-11-30T12:00:00.250+00:00", "2026-11-30T12:00:01.250+00:00"]


def test_a_local_time_without_a_zone_gives_way_to_the_platforms():
    store = Store()
    store.push(
        [(NOON, f"2026-11-30 13:00:00.000 sent {ONE}"), (NOON + HOUR, "2026-11-30 14:00:00.000 x")], app="formedlare"
    )
    assert trace(store)["time_zone"] == "utc"


def test_an_index_that_is_behind_the_messages_shows_nothing_missing():
    found = trace(stored([row(-2, "created", **ids("2026-0001", ONE))], later=timedelta(seconds=1)))
    assert reason(found["messages_missing"]) is Reason.NOT_KEPT
    assert found["messages"] == 2


def test_where_the_selector_selects_nothing_nothing_is_missing():
    with pytest.raises(CannotObserve) as problem:
        trace(Store())
    assert problem.value.unseen.reason is Reason.NOT_CONFIGURED


def test_the_code_of_a_refused_look_up_is_found_by_its_time_alone():
    record = staged()
    record.add(b"", at=20.0, operation="isReachable", status=500, fault_code=4001, answer_id="")
    store = stored([*sound(), row(21, "lookup", level="ERROR", result="failed", why="fault code 4001")])
    with loki(store) as stand:
        target = source(stand.address)
        assert traced(target, record.session(target))["codes_lost"] == 0
    with loki(stored(sound())) as stand:
        target = source(stand.address)
        assert traced(target, record.session(target))["codes_lost"] == 1


def test_a_refused_client_certificate_is_found_by_its_time_alone():
    performance = replace(Story.of(REFUSAL, "refused").performance)

    def untold(*rows: dict[str, object]) -> Value | Unseen:
        with loki(stored([*sound(), *rows])) as stand:
            target = source(stand.address)
            recorded = Recorded(
                exchanges=staged().exchanges, performances={performance_target(performance).id: performance}
            )
            session = LiveSession(profile_of(target), Kept(), clock=lambda: NOON, recorded=recorded)
            return traced(target, session)["refusals_untold"]

    alert = {"level": "ERROR", "why": "SSL alert unknown ca"}
    assert performance.started is not None
    at = (performance.started.wall - NOON).total_seconds() + 1
    assert untold(row(at, "hop", **alert)) == 0
    assert untold(row(at + 300, "hop", **alert)) == 1


def test_what_stands_in_structured_metadata_is_not_missing():
    store = stored([])
    store.metadata = {"trace_id": ONE, "detected_level": "info"}
    assert reason(trace(store)["messages_missing"]) is Reason.NOT_SUPPORTED
    assert reason(leaked(store)["canary_persons"]) is Reason.NOT_SUPPORTED
    store.metadata = {"detected_level": "info"}
    assert trace(store)["messages_missing"] == 2, "this one Loki adds by itself"


# -- What is no whole answer -------------------------------------------------------------------------------------------

NO_STREAMS = {"resultType": "streams", "result": []}
ODD_STREAM = {"resultType": "streams", "result": [{"stream": {}, "values": [[1, 2]]}]}
EMPTY = {"status": "success", "data": NO_STREAMS}
PARTIAL: dict[str, tuple[Says, Reason]] = {
    "failed": (as_json({"status": "error", "error": "x", "data": NO_STREAMS}), Reason.NOT_UNDERSTOOD),
    "warned": (
        as_json({"status": "success", "warnings": ["partial"], "data": NO_STREAMS}),
        Reason.LIMIT_REACHED,
    ),
    "of another kind": (as_json({"status": "success", "data": {"resultType": "matrix"}}), Reason.NOT_UNDERSTOOD),
    "without data": (as_json({"status": "success"}), Reason.NOT_UNDERSTOOD),
    "a list": (as_json([]), Reason.NOT_UNDERSTOOD),
    "cut JSON": (Says(b'{"status":"success","data":{"resultType":"str'), Reason.NOT_UNDERSTOOD),
    "closed early": (Says(b'{"status":"success"', length=4000), Reason.CLOSED_EARLY),
    "a page for people": (Says(b"<html>Grafana</html>", kind="text/html"), Reason.NOT_UNDERSTOOD),
    "JSON called text": (Says(as_json(EMPTY).body, kind="text/plain"), Reason.NOT_UNDERSTOOD),
    "a redirect": (Says(b"", 302, fields={"Location": "https://elsewhere.example/login"}), Reason.NOT_UNDERSTOOD),
    "a limit": (Says(b"max entries limit per query exceeded", 400, "text/plain"), Reason.LIMIT_REACHED),
    "a syntax error": (Says(b"parse error at line 1", 400, "text/plain"), Reason.NOT_UNDERSTOOD),
    "no login": (Says(b"", 401), Reason.CREDENTIALS_NEEDED),
    "no access": (Says(b"", 403), Reason.ACCESS_DENIED),
    "nothing there": (Says(b"404 page not found", 404, "text/plain"), Reason.NOT_CONFIGURED),
    "too many": (Says(b"", 429), Reason.LIMIT_REACHED),
    "broken": (Says(b"", 500), Reason.NOT_UNDERSTOOD),
    "away": (Says(b"", 503), Reason.NOT_UNDERSTOOD),
    "too slow": (Says(b"context deadline exceeded", 504), Reason.TIMED_OUT),
    "entries of numbers": (
        as_json({"status": "success", "data": ODD_STREAM}),
        Reason.NOT_UNDERSTOOD,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTIAL)
def test_a_search_that_was_not_whole_finds_nothing_missing_and_nobody_absent(name):
    says, why = PARTIAL[name]

    def before(asked: Asked) -> Says | None:
        return says if FILTERED in asked.body else None

    found = trace(stored([]), before)
    assert reason(found["messages_missing"]) is why
    assert reason(found["call_ids_lost"]) is why


def test_each_search_that_fails_leaves_open_what_it_was_to_show_and_no_more():
    def before(asked: Asked) -> Says | None:
        return Says(b"", 500) if b"PRIVATE+KEY" in asked.body else None

    store = stored([])
    store.push([(NOON, f"number {PERSON}")], app="formedlare")
    found = leaked(store, before)
    assert (found["canary_persons"], found["canary_persons_encoded"], found["bearer_tokens"]) == (1, 0, 0)
    assert reason(found["private_keys"]) is Reason.NOT_UNDERSTOOD
    table = found["files_unread"]
    assert isinstance(table, Table)
    assert [line[:2] for line in table.rows] == [("private keys", "not_understood")]


def test_where_every_search_fails_nobody_is_known_to_be_absent():
    found = leaked(stored([]), lambda asked: Says(b"", 429) if FILTERED in asked.body else None)
    for name in ("canary_persons", "canary_persons_encoded", "canary_encodings", "number_patterns", "message_bodies"):
        assert reason(found[name]) is Reason.LIMIT_REACHED, name
    table = found["files_unread"]
    assert isinstance(table, Table)
    assert len(table.rows) == 8, "each search that failed is told"


@pytest.mark.parametrize("name", PARTIAL)
def test_where_what_there_is_cannot_be_told_nothing_is(name):
    says, why = PARTIAL[name]
    with pytest.raises(CannotObserve) as problem:
        trace(stored(sound()), lambda _: says)
    assert problem.value.unseen.reason is why
    assert "elsewhere.example" not in problem.value.unseen.detail, "no word of an answer is told"


def test_an_answer_without_end_is_cut(monkeypatch):
    monkeypatch.setattr("readiness.log_platform.KEPT", 1000)
    with pytest.raises(CannotObserve) as problem:
        trace(stored(sound()), lambda _: Says(b" " * 2000))
    assert problem.value.unseen.reason is Reason.LIMIT_REACHED


def test_full_pages_are_followed_by_the_next(monkeypatch):
    monkeypatch.setattr(language, "PAGE", 3)
    store = stored(sound())
    store.push([(NOON + timedelta(seconds=20, milliseconds=n // 2), f"{n} {ONE}") for n in range(50)], app="formedlare")
    found = trace(store)
    assert found["message_records"] == 58, "two of a moment meet a border of pages and are counted once"


def test_more_than_a_page_of_one_moment_is_not_whole(monkeypatch):
    monkeypatch.setattr(language, "PAGE", 3)
    store = stored([])
    store.push([(NOON, f"{n} {ONE}") for n in range(5)], app="formedlare")
    missing = trace(store)["messages_missing"]
    assert missing == Unseen(Reason.LIMIT_REACHED, "more than 3 records of one moment")


def test_a_search_that_answers_with_the_whole_log_is_ended(monkeypatch):
    monkeypatch.setattr(searching, "MOST_HITS", 10)
    store = stored([])
    store.push([(NOON + timedelta(milliseconds=n), f"{n} {ONE}") for n in range(50)], app="formedlare")
    assert reason(trace(store)["messages_missing"]) is Reason.LIMIT_REACHED


def test_requests_are_counted(monkeypatch):
    monkeypatch.setattr(searching, "MOST_REQUESTS", 6)
    assert reason(trace(stored([]))["messages_missing"]) is Reason.LIMIT_REACHED


def test_many_ids_are_searched_for_in_queries_of_a_length_that_loki_takes():
    target = source("127.0.0.1:1")
    asked: list[HttpRequest] = []

    def ask(request: HttpRequest) -> HttpAnswer:
        asked.append(request)
        body = json.dumps({"status": "success", "data": NO_STREAMS}).encode()
        return HttpAnswer(200, (("content-type", "application/json"),), body, "")

    texts = tuple(f'{n:08x}-0000-4000-8000-"\\`{n:08x}' for n in range(500))
    assert list(language.find(ask, target, Question(NOON - HOUR, NOON, texts))) == []
    queries = [parse_qs(request.body.decode())["query"][0] for request in asked]
    assert len(queries) > 1
    assert max(map(len, queries)) < 5120
    joined = "".join(queries)
    assert all(f"{n:08x}" in joined for n in range(500))


# -- People ------------------------------------------------------------------------------------------------------------


def leaked(store: Store, before: Before = nothing, **says: object) -> dict[str, Value | Unseen]:
    """What is seen of a log after something was sent to a test person."""
    with loki(store, before) as stand:
        target = source(stand.address, **says)
        seen = look(log_personal_data.PROBE, target, sent().session(target))
    return {name.removeprefix("log."): one.value for name, one in seen.items()}


def line_of(data: bytes) -> str:
    return data.decode("utf-8").rstrip("\n")


def test_every_writing_of_a_number_in_every_kind_of_line_is_selected_by_a_shape_that_re2_takes():
    """What the readers of files find, the searches select: for test persons and for anybody."""
    scanner = Scanner()
    known = leaks.by_shape(NOON - HOUR, NOON, [PERSON[-10:]], ())[:2]
    anybody = [re2.compile(leaks.as_re2(pattern.shape)) for pattern in PATTERNS]
    persons = [re2.compile(question.shape) for inquiry in known for question in inquiry.questions]
    tried = 0
    for name, (_, write) in FORMS.items():
        for kind, line in LINES.items():
            for digits, shapes in ((PERSON, persons), (STRANGER, anybody)):
                text = line_of(line.replace(b"%b", write(digits)))
                data = f"\n{text}\n".encode()
                found = scanner.look(Block(data, 1, len(data) - 1)).hits
                if any(hit.pattern == NUMBER and digits.endswith(hit.digits[-10:]) for hit in found):
                    tried += 1
                    assert any(shape.search(text) for shape in shapes), (name, kind)
    assert tried > 500


def test_a_number_at_either_end_of_an_entry_is_selected():
    shapes = [re2.compile(leaks.as_re2(pattern.shape)) for pattern in PATTERNS]
    assert any(shape.search(STRANGER) for shape in shapes)
    assert not any(shape.search(f"9{STRANGER}1") for shape in shapes), "a longer number is none"


def test_a_message_at_the_start_of_an_entry_is_selected():
    shapes = [re2.compile(leaks.as_re2(pattern.shape)) for pattern in PATTERNS if leaks.TOLD_BY.get(pattern.read)]
    for name in ("our XML", "PDF"):
        alone = SECRETS[name][1].partition(b"=")[2].decode()
        assert any(shape.search(alone) for shape in shapes), name


def test_every_search_is_short_enough_and_taken_by_re2():
    persons = [f"{n:010d}" for n in range(400)]
    for inquiry in leaks.by_shape(NOON - HOUR, NOON, persons, (b"a piece of what was sent",)):
        for question in inquiry.questions:
            re2.compile(question.shape)
            assert len(language.quoted(question.shape)) < 5120 - 600, inquiry.what


def test_test_persons_are_found_in_every_writing():
    store = stored([])
    forms = [line_of(b"asked about " + write(PERSON) + b" ok") for _, write in FORMS.values()]
    store.push([(NOON + timedelta(seconds=n), text) for n, text in enumerate(forms)], app="formedlare")
    found = leaked(store)
    assert (found["canary_persons"], found["canary_persons_encoded"]) == (1, 1)
    assert found["canary_encodings"] == tuple(sorted({form for form, _ in FORMS.values()}))
    table = found["excerpts"]
    assert isinstance(table, Table)
    assert all(line[0].startswith("2026-11-30T12:") for line in table.rows)


def test_secrets_are_found_and_not_told():
    store = stored([])
    rows = [line_of(b"start " + data + b" end") for _, data in SECRETS.values()]
    store.push([(NOON + timedelta(seconds=n), text) for n, text in enumerate(rows)], app="formedlare")
    found = leaked(store)
    for fact in ("private_keys", "bearer_tokens", "passwords_in_urls", "message_bodies"):
        assert found[fact] == sum(told == fact for told, _ in SECRETS.values()), fact
    assert "hunter2secret" not in repr(found)
    assert "7f3kQz81" not in repr(found)


def test_what_was_sent_is_found_word_for_word():
    store = stored([])
    store.push([(NOON, f"body: {SENT.decode()}")], app="formedlare")
    assert leaked(store)["message_bodies"] == 1


def test_numbers_of_anybody_are_counted_with_their_word_and_masked():
    store = stored([])
    rows = [f"personnummer={STRANGER}", f"order {STRANGER}", "2026-11-30T12:00:01Z took 1764169620123 ns"]
    store.push([(NOON + timedelta(seconds=n), text) for n, text in enumerate(rows)], app="formedlare")
    found = leaked(store)
    assert (found["number_patterns"], found["number_patterns_with_context"], found["numbers_distinct"]) == (2, 1, 1)
    assert STRANGER[-10:] not in repr(found)


def test_a_quiet_log_is_seen_to_be_quiet_over_so_many_records():
    store = stored(sound())
    found = leaked(store)
    assert found["lines_read"] == 9
    for name in ("canary_persons", "canary_persons_encoded", "number_patterns", "private_keys", "message_bodies"):
        assert found[name] == 0
    assert found["canary_encodings"] == ()
    assert reason(found["files_read"]) is reason(found["bytes_read"]) is Reason.NOT_SUPPORTED


def test_a_key_whose_lines_stand_in_entries_of_their_own_is_not_overlooked():
    store = stored([])
    lines = SECRETS["key"][1].decode().split("\n")
    store.push([(NOON + timedelta(seconds=n), text) for n, text in enumerate(lines)], app="formedlare")
    assert reason(leaked(store)["private_keys"]) is Reason.NOT_SUPPORTED


def test_a_number_in_a_label_is_found():
    store = stored([])
    store.push([(NOON, "asked")], app="formedlare", person=PERSON)
    found = leaked(store)
    assert found["canary_persons"] == 1
    table = found["excerpts"]
    assert isinstance(table, Table)
    assert table.rows[0][0] == "labels"


def test_without_anything_sent_no_test_person_is_known_to_be_absent():
    with loki(stored([])) as stand:
        target = source(stand.address)
        seen = look(log_personal_data.PROBE, target, session_for(target))
    assert reason(seen["log.canary_persons"].value) is Reason.NOT_EXERCISED


def test_an_empty_selection_says_nothing_of_people():
    with pytest.raises(CannotObserve) as problem:
        leaked(Store())
    assert problem.value.unseen.reason is Reason.NOT_CONFIGURED


# -- How it is kept ----------------------------------------------------------------------------------------------------


def kept(store: Store, **says: object) -> dict[str, Value | Unseen]:
    with loki(store) as stand:
        target = source(stand.address, **says)
        seen = look(log_custody.PROBE, target, session_for(target))
    return {name.removeprefix("custody."): one.value for name, one in seen.items()}


def test_the_oldest_entry_is_compared_with_what_is_declared():
    store = stored([])
    store.push([(NOON - timedelta(days=100), "old")], app="formedlare")
    found = kept(store, kept_days_min=120, kept_days_max=730)
    assert found["oldest"] == NOON - timedelta(days=100)
    assert (found["days_short"], found["days_over"]) == (20, 0)
    assert kept(store, kept_days_max=60)["days_over"] == 40
    assert found["files"] == 1, "what the days are counted in"
    for name in ("readable_by", "rotation_gaps", "hash_chain", "changes_unnoticed"):
        assert reason(found[name]) is Reason.NOT_SUPPORTED


@pytest.mark.parametrize(("least", "verdict"), [(90, Verdict.PASS), (120, Verdict.FAIL)])
def test_the_rule_about_retention_judges_a_log_that_is_searched(least, verdict):
    store = stored([])
    store.push([(NOON - timedelta(days=100), "old")], app="formedlare")
    with loki(store) as stand:
        target = source(stand.address, kept_days_min=least, kept_days_max=730)
        profile = profile_of(target)
        session = LiveSession(profile, Kept(), clock=lambda: NOON)
        observations, _ = asyncio.run(observe([log_custody.PROBE], session, Limits(), profile, lambda _: None))
    rule = next(rule for rule in load_checklist(probes.facts()).rules if rule.id == "MM-LOG-06")
    (finding,) = judge((rule,), profile, observations, NOON)
    assert finding.verdict is verdict


def test_a_window_of_more_than_a_month_is_asked_for_in_parts():
    store = stored([row(-3600 * 24 * 60, "created", **ids("2026-0001", ONE))])
    found = leaked(store, days=120)
    assert (found["lines_read"], found["canary_persons"]) == (2, 0)
    assert kept(store, days=120)["oldest"] == NOON - timedelta(days=60)


def test_of_an_empty_selection_nothing_is_too_short():
    assert reason(kept(Store(), kept_days_min=120)["days_short"]) is Reason.NOT_CONFIGURED

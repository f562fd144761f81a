"""log_traceability on logs as files: what a source tells of messages that a stage saw, and of ids that are listed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probes import log_traceability
from probes._log_canaries import REFUSAL
from probes._log_ids import Ids
from probes._log_marks import own_subjects
from probes._log_records import Record
from readiness.model import Reason, Table, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve
from readiness.recording import performance_target
from readiness.session import LiveSession, Recorded
from tests.conftest import NOON, Kept, look, profile_of
from tests.log_forms import LINES
from tests.probes.exchanges import BODY, GONE, OTHER, PERSON, Letter, Part, attributed, moment, request, unsigned
from tests.probes.exchanges import Record as Staged
from tests.probes.performances import Story

PROBE = log_traceability.PROBE
ONE, TWO = "8c0e5a3e-7f51-4c6b-9a63-0f6f2f3a5b10", "1f9af26b-097c-46f9-b08d-b6d1a304a9c1"
TRANS_ID, CALL_ID = "8b028617-078c-4120-a780-303f075a854b", "3708ee09-cac4-4a06-8f6c-ef3789b17568"
ALL = {f"tells_{event}": True for event in ("created", "signed", "sent", "receipt", "error")} | {"tells_events": True}


def staged() -> Staged:
    """One message that was receipted after a second, and one that was refused a second after it came at 10 s."""
    record = Staged()
    for number, (id_, at) in enumerate([(ONE, 0.0), (TWO, 10.0)]):
        kept = unsigned(Letter(id=id_)).decode()
        told = {"status": 500, "fault_code": 5001, "answer_id": CALL_ID} if number else {"status": 200}
        receipt = {} if number else {"receipted": True, "taken": True, "answer_id": TRANS_ID}
        record.add(b"", at=at, request_kept=kept, **told, **receipt)
    return record


def row(at: float, event: str, **more: object) -> dict[str, object]:
    """A record with all seven fields, if ids are among `more`."""
    time = (NOON + timedelta(seconds=at)).isoformat(timespec="milliseconds")
    base = {"time": time, "level": "INFO", "user": "svc", "event": event, "result": "ok", "node": "arende"}
    return {**base, **more}


def ids(case: str, message: str = "", **more: object) -> dict[str, object]:
    return {"correlation_id": case, **({"message_id": message} if message else {}), **more}


def sound() -> list[dict[str, object]]:
    """A log that tells everything of both messages."""
    failed = {"level": "ERROR", "result": "failed", "why": "fault 5001", "call_id": CALL_ID}
    return [
        row(-2, "created", **ids("2026-0001", ONE)),
        row(-1.5, "signed", **ids("2026-0001", object="letter")),
        row(-1, "sent", **ids("2026-0001", ONE)),
        row(1.2, "receipt", **ids("2026-0001", ONE, trans_id=TRANS_ID)),
        row(8, "created", **ids("2026-0002", TWO)),
        row(9, "signed", **ids("2026-0002", TWO)),
        row(9.5, "sent", **ids("2026-0002", TWO)),
        row(11.3, "answered", **ids("2026-0002", TWO, **failed)),
    ]


def write(path: Path, data: bytes, at: datetime) -> None:
    """A file that was last written then."""
    path.write_bytes(data)
    os.utime(path, (at.timestamp(), at.timestamp()))


def source(folder: Path, rows: Iterable[dict[str, object]] | str, id_: str = "logg", **declared: object) -> Target:
    path = folder / f"{id_}.log"
    text = rows if isinstance(rows, str) else "".join(json.dumps(one) + "\n" for one in rows)
    write(path, text.encode("utf-8"), NOON + timedelta(hours=1))
    says = tuple(sorted((ALL | declared).items()))
    return Target(id_, TargetKind.LOG_SOURCE, address=str(path), declared=says)  # type: ignore[arg-type]


def values(target: Target, session: LiveSession) -> dict[str, Value | Unseen]:
    return {name.removeprefix("trace."): seen.value for name, seen in look(PROBE, target, session).items()}


def seen(folder: Path, rows: Iterable[dict[str, object]] | str, **declared: object) -> dict[str, Value | Unseen]:
    """What a log tells when the stage saw both messages."""
    target = source(folder, rows, **declared)
    return values(target, staged().session(target))


def reason(value: Value | Unseen) -> Reason:
    assert isinstance(value, Unseen), value
    return value.reason


def without(rows: Iterable[dict[str, object]], *names: str, event: str = "") -> list[dict[str, object]]:
    """The rows without these fields, all of them or those of one event."""
    return [
        {key: value for key, value in one.items() if key not in names or (event and one["event"] != event)}
        for one in rows
    ]


def test_a_log_that_tells_everything_tells_everything(tmp_path):
    found = seen(tmp_path, sound())
    assert (found["records"], found["messages"], found["messages_missing"]) == (8, 2, 0)
    assert found["events_missing"] == ()
    assert (found["message_records"], found["complete_percent"]) == (8, 100)
    assert (found["faults"], found["codes_lost"], found["call_ids_lost"]) == (1, 0, 0)
    assert (found["failures"], found["failures_untold"], found["causes_lost"]) == (1, 0, 0)
    assert (found["time_zone"], found["resolution"]) == ("stated", timedelta(milliseconds=1))
    assert found["clock_difference"] == timedelta(seconds=0.2), "the receipt left after 1 s and is logged at 1.2 s"
    table = found["messages_seen"]
    assert isinstance(table, Table)
    assert table.rows[0] == (
        ONE,
        "4",
        "2026-11-30T11:59:58.000+00:00",
        "2026-11-30T12:00:01.200+00:00",
        "created, signed, sent, receipt",
    )


def test_every_promised_fact_is_told(tmp_path):
    assert {f"trace.{name}" for name in seen(tmp_path, sound())} == {fact.name for fact in PROBE.facts}


def test_a_message_that_stands_nowhere_is_missing_with_its_events(tmp_path):
    found = seen(tmp_path, sound()[:4])
    assert found["messages_missing"] == 1
    assert found["events_missing"] == ("created", "error", "sent", "signed")
    assert (found["failures_untold"], found["codes_lost"], found["call_ids_lost"]) == (1, 1, 1)


def test_an_event_is_asked_of_the_messages_that_had_it_and_of_the_sources_that_should_tell_it(tmp_path):
    rows = [one for one in sound() if one["event"] != "receipt"]
    assert seen(tmp_path, rows)["events_missing"] == ("receipt",)
    assert seen(tmp_path, rows, tells_receipt=False)["events_missing"] == ()
    none = dict.fromkeys(ALL, False)
    assert reason(seen(tmp_path, rows, **none)["events_missing"]) is Reason.NOT_CONFIGURED


def test_the_words_of_the_profile_are_used_in_place_of_the_usual_ones(tmp_path):
    rows = [{**one, "event": "underskriven"} if one["event"] == "signed" else one for one in sound()]
    assert seen(tmp_path, rows)["events_missing"] == ("signed",)
    assert seen(tmp_path, rows, words_signed=("underskriven",))["events_missing"] == ()


def test_a_message_is_followed_through_logs_in_which_it_has_other_ids(tmp_path):
    case = source(tmp_path, [row(0, "created", **ids("2026-0001", ONE, reference="REF-77881")), *sound()[4:]], "arende")
    bus = source(
        tmp_path, 'Nov 30 12:00:00 buss b[1]: sent ref="REF-77881"\nNov 30 12:00:09 buss b[1]: sent 2026-0002\n', "buss"
    )
    session = staged().session(case, bus)
    assert values(bus, session)["messages_missing"] == 0
    assert values(bus, staged().session(bus))["messages_missing"] == 2, "without the other log nothing leads there"


def test_an_id_that_everybody_shares_joins_nobody():
    together = Ids.of([(f"message-{number}", (), ()) for number in range(5)])
    for number in range(5):
        fields = {"message_id": f"message-{number}", "reference": "process-42"}
        together.join(Record(f"message-{number} process-42", fields, None))
    assert together.about(Record("process-42 ended", {}, None)) == frozenset()
    assert together.about(Record("message-3 ended", {}, None)) == {3}


def test_an_id_is_found_in_whatever_way_it_is_written(tmp_path):
    plain = ONE.replace("-", "")
    for form in (ONE.upper(), plain, f"urn:uuid:{ONE}", f"msg_{ONE}", f"<Id>{ONE}</Id>", f"id={plain.upper()};"):
        assert seen(tmp_path, f"2026-11-30T12:00:00Z got {form}.\n")["messages_missing"] == 1, form


# -- Known by something else than an id

SUBJECTS = ("Beslut om plats, ärende 1 & 2", "Beslut om avgift, ärende 2")
PAGES = (b"%PDF-1.7 of the first", b"%PDF-1.7 of the second")


def marked(subjects: tuple[str, ...] = SUBJECTS, pages: tuple[bytes, ...] = PAGES, **more: object) -> Staged:
    """Two messages with contents of their own, to one test person each."""
    record = Staged()
    for id_, subject, page, person in zip((ONE, TWO), subjects, pages, (PERSON, OTHER), strict=True):
        letter = Letter(id=id_, subject=subject, attachments=(Part("application/pdf", page),))
        masked = replace(letter, attachments=(Part("application/pdf", page, carried="[28 characters left out]"),))
        told = {"request_kept": unsigned(masked).decode(), "status": 200, **attributed(person)}
        record.add(request(letter), **{**told, **more})
    return record


def missing(folder: Path, text: str, record: Staged | None = None, **declared: object) -> Value | Unseen:
    """How many of two messages a log lacks that has this text."""
    target = source(folder, f"2026-11-30T12:00:00Z arende {text}\n", **declared)
    return values(target, (record or marked()).session(target))["messages_missing"]


@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "md5"])
def test_a_message_is_found_by_the_digest_of_an_attachment_however_it_is_written(tmp_path, algorithm):
    digest = hashlib.new(algorithm, PAGES[0]).digest()
    for form in (digest.hex(), digest.hex().upper(), base64.b64encode(digest).decode()):
        assert missing(tmp_path, f'stored file digest="{form}"') == 1, form
        assert missing(tmp_path, f'stored file digest="{form[1:]}"') == 2, form
    assert missing(tmp_path, urlsafe_b64encode(digest).decode().rstrip("=")) == 1


def test_a_digest_that_two_messages_share_leads_to_neither(tmp_path):
    assert missing(tmp_path, hashlib.sha256(PAGES[0]).hexdigest(), marked(pages=PAGES[:1] * 2)) == 2


def test_a_message_is_found_by_its_subject_in_text_json_and_xml(tmp_path):
    subject = SUBJECTS[0]
    for form in (f"<{subject}>", subject.upper(), json.dumps({"s": subject}), subject.replace("&", "&amp;")):
        assert missing(tmp_path, f"skapade {form}.") == 1, form
    assert missing(tmp_path, subject.replace("plats", "platsen")) == 2
    assert missing(tmp_path, f"{subject}3") == 2, "of another case"


def test_where_two_subjects_are_the_same_the_third_may_be_so_by_chance():
    assert own_subjects({"1": "Beslut om plats", "2": "Beslut om plats", "3": "Beslut om avgift"}) == {}
    assert own_subjects({"1": "Beslut om plats", "3": "Beslut om avgift"}).keys() == {"1", "3"}


@pytest.mark.parametrize(
    "subjects",
    [
        ("Beslut om plats", "Beslut om plats"),
        ("Beslut om plats", "BESLUT OM PLATS"),
        ("Beslut om plats", "Beslut om plats i kö"),
        ("Svaret 1", "Beslut om plats"),
    ],
)
def test_a_subject_that_is_not_its_own_or_too_short_is_no_trace(tmp_path, subjects):
    assert missing(tmp_path, f"skapade {subjects[0]}", marked(subjects)) == 2


def test_the_subject_of_a_single_message_may_be_that_of_every_message(tmp_path):
    record = Staged()
    record.add(request(), request_kept=unsigned().decode(), status=200)
    assert missing(tmp_path, Letter().subject, record) == 1
    assert missing(tmp_path, hashlib.sha256(BODY.data).hexdigest(), record) == 0


def test_without_originals_subjects_are_read_from_what_was_kept_and_digests_are_not_known(tmp_path):
    record = marked()
    record.originals = dict.fromkeys(record.originals, GONE)
    masked = replace(record.exchanges["exchange-e1"], request_kept="<a/>")
    assert missing(tmp_path, SUBJECTS[0], record) == 1
    record.exchanges["exchange-e1"] = masked
    target = source(tmp_path, f"{SUBJECTS[0]}\n")
    assert values(target, record.session(target))["messages"] == 1, "what cannot be read is not looked for"


def test_in_a_processing_log_the_recipient_stands_for_the_message_and_elsewhere_not(tmp_path):
    for form in (PERSON, PERSON[2:], f"{PERSON[:8]}-{PERSON[8:]}", f"{PERSON[2:8]}-{PERSON[8:]}"):
        assert missing(tmp_path, f"read {form}", purpose="processing") == 1, form
        assert missing(tmp_path, f"read {form}", purpose="technical") == 2, form
    both = marked(**attributed(PERSON))
    assert missing(tmp_path, f"read {PERSON}", both, purpose="processing") == 2, "which of the two it is nobody knows"


def test_a_digest_joins_the_ids_that_stand_beside_it(tmp_path):
    digest = hashlib.sha256(PAGES[1]).hexdigest()
    rows = [row(0, "created", case_id="2026-0002", digest=digest), row(1, "sent", case_id="2026-0002")]
    target = source(tmp_path, rows)
    table = values(target, marked().session(target))["messages_seen"]
    assert isinstance(table, Table)
    assert [one[:2] for one in table.rows] == [(TWO, "2")]


def test_nothing_of_subjects_recipients_and_digests_is_told(tmp_path):
    digest = hashlib.sha256(PAGES[0]).hexdigest()
    target = source(tmp_path, f"x {SUBJECTS[0]} {PERSON} {digest}\n", purpose="processing")
    told = repr(look(PROBE, target, marked().session(target)))
    assert not any(text in told for text in (SUBJECTS[0], PERSON, digest))


@pytest.mark.parametrize("lost", ["user", "event", "result", "node", "correlation_id", "time"])
def test_a_field_that_some_record_lacks_is_counted_by_records(tmp_path, lost):
    target = source(tmp_path, without(sound(), lost, event="created"))
    told = look(PROBE, target, staged().session(target))["trace.complete_percent"]
    assert told.value == 75
    assert " in 2" in told.detail


def test_a_code_counts_beside_its_call_id_or_with_its_message(tmp_path):
    rows = sound()[:-1]
    text = row(11.3, "answered", **ids("2026-0002", TWO, level="ERROR", why="the operator refused"))
    found = seen(tmp_path, [*rows, text])
    assert (found["codes_lost"], found["call_ids_lost"], found["causes_lost"]) == (1, 1, 0)
    assert seen(tmp_path, [*rows, text, row(11.4, "x", note=f"code=5001 {CALL_ID}")])["codes_lost"] == 0
    assert seen(tmp_path, [*rows, text, row(11.4, "x", level="ERROR", note="code=5001")])["codes_lost"] == 1


def test_the_code_of_a_refused_look_up_counts_in_an_error_at_about_that_time(tmp_path):
    def codes_lost(at: float) -> Value | Unseen:
        record = staged()
        record.ask("199410222393", at=100, status=500, fault_code=5003, answer_id="call-id-of-a-look-up")
        target = source(tmp_path, [*sound(), row(at, "looked up", level="ERROR", why="ErrorCode: 5003")])
        return values(target, record.session(target))["codes_lost"]

    assert codes_lost(105) == 0
    assert codes_lost(200) == 1


def test_an_error_without_cause_is_told_apart_from_no_error(tmp_path):
    plain = {"level": "ERROR", "result": "failed"}
    found = seen(tmp_path, [*sound()[:-1], row(11.3, "answered", **ids("2026-0002", TWO, **plain))])
    assert (found["failures_untold"], found["causes_lost"]) == (0, 1)
    found = seen(tmp_path, [*sound()[:-1], row(11.3, "answered", **ids("2026-0002", TWO))])
    assert (found["failures_untold"], found["causes_lost"]) == (1, 0)


def test_a_stack_trace_is_a_cause(tmp_path):
    text = (
        f"2026-11-30 12:00:11,300 ERROR [main] a.B - could not send {TWO}\n\tat a.B\nCaused by: java.io.IOException\n"
    )
    found = seen(tmp_path, text)
    assert (found["failures_untold"], found["causes_lost"]) == (0, 0)


@pytest.mark.parametrize("off", [-7200, -90, 90, 7200])
def test_a_clock_that_is_off_is_off_by_so_much(tmp_path, off):
    rows = [
        {**one, "time": (datetime.fromisoformat(str(one["time"])) + timedelta(seconds=off)).isoformat()}
        for one in sound()
    ]
    assert seen(tmp_path, rows)["clock_difference"] == abs(timedelta(seconds=off + 0.2))


def test_a_receipt_that_is_logged_late_beside_one_that_is_not_says_nothing_of_the_clock(tmp_path):
    rows = [*sound()[:-1], row(3600, "answered", **ids("2026-0002", TWO, call_id=CALL_ID))]
    assert seen(tmp_path, rows)["clock_difference"] == timedelta(seconds=0.2)


def test_without_a_zone_there_is_no_difference_between_clocks(tmp_path):
    rows = [{**one, "time": str(one["time"])[:19]} for one in sound()]
    found = seen(tmp_path, rows)
    assert (found["time_zone"], reason(found["clock_difference"])) == ("none", Reason.NOT_UNDERSTOOD)
    assert seen(tmp_path, rows, time_zone="UTC")["time_zone"] == "declared"
    assert seen(tmp_path, rows, time_zone="UTC")["clock_difference"] == timedelta(0), "1.2 s is written as 1"


def test_a_few_other_lines_do_not_say_how_the_times_are_written(tmp_path):
    rows = "".join(json.dumps(one) + "\n" for one in sound() * 20)
    assert seen(tmp_path, '{"time": "2026-11-30 12:00:00"}\n' + rows)["time_zone"] == "stated"
    assert seen(tmp_path, '{"time": "2026-11-30 12:00:00"}\n' * 3 + rows)["time_zone"] == "none"


def refused(folder: Path, *rows: dict[str, object], **declared: object) -> dict[str, Value | Unseen]:
    """What a log with these rows tells after the client's certificate was refused from 1000 to 1060 s."""
    target = source(folder, rows, **declared)
    performance = replace(Story.of(REFUSAL, "refused").performance)
    record = staged()
    recorded = Recorded({}, record.exchanges, performances={performance_target(performance).id: performance})
    return values(target, LiveSession(profile_of(target), Kept(), clock=lambda: NOON, recorded=recorded))


def test_a_refused_client_certificate_is_told_by_an_error_about_tls_at_that_time(tmp_path):
    alert = {"level": "ERROR", "why": "SSLError TLSV1_ALERT_UNKNOWN_CA"}
    assert refused(tmp_path, row(1030, "hop", **alert))["refusals_untold"] == 0
    assert refused(tmp_path, row(1070, "hop", **alert))["refusals_untold"] == 1
    assert refused(tmp_path, row(1030, "hop", level="ERROR", why="status 500"))["refusals_untold"] == 1
    local = {**row(1030, "hop", **alert), "time": "2026-11-30 12:17:10"}
    assert reason(refused(tmp_path, local)["refusals_untold"]) is Reason.NOT_UNDERSTOOD


def test_ids_that_the_profile_lists_are_looked_for_without_a_stage(tmp_path):
    target = source(tmp_path, sound(), trace_ids=(ONE, "never-seen"))
    found = values(target, Staged().session(target))
    assert (found["messages"], found["messages_missing"]) == (2, 1)
    assert found["complete_percent"] == 100
    assert {reason(found[name]) for name in ("faults", "failures_untold", "refusals", "clock_difference")} == {
        Reason.NOT_EXERCISED
    }


def test_without_a_stage_and_without_ids_the_log_is_looked_at_and_the_messages_stay_open(tmp_path):
    target = source(tmp_path, sound())
    found = values(target, Staged().session(target))
    assert (found["records"], found["time_zone"]) == (8, "stated")
    assert {reason(found[name]) for name in ("messages_missing", "complete_percent", "codes_lost")} == {
        Reason.NOT_EXERCISED
    }


def test_what_is_missing_from_a_log_that_could_not_be_read_whole_stays_open(tmp_path):
    def found(rows: list[dict[str, object]]) -> dict[str, Value | Unseen]:
        good = source(tmp_path, rows, "logg")
        write(tmp_path / "logg.log.1.gz", b"\x1f\x8bbroken", NOON)
        target = replace(good, address=str(tmp_path / "logg.log*"))
        return values(target, staged().session(target))

    assert found(sound())["messages_missing"] == 0
    lacking = found(sound()[:4])
    assert {reason(lacking[name]) for name in ("messages_missing", "events_missing", "codes_lost")} == {
        Reason.NOT_UNDERSTOOD
    }


def test_a_source_that_is_not_there_or_cannot_be_read_is_unseen_with_its_reason(tmp_path):
    gone = replace(source(tmp_path, sound()), address=str(tmp_path / "gone.log"))
    with pytest.raises(CannotObserve) as caught:
        values(gone, staged().session(gone))
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED


def test_an_empty_log_lacks_every_message_and_has_no_times(tmp_path):
    found = seen(tmp_path, "")
    assert (found["records"], found["messages_missing"], found["message_records"]) == (0, 2, 0)
    assert reason(found["time_zone"]) is Reason.NOT_UNDERSTOOD


def test_files_from_long_before_the_messages_are_not_opened(tmp_path):
    old = (json.dumps(row(0, "old")) + "\n").encode("utf-8")
    write(tmp_path / "logg.log.1", old, NOON - timedelta(days=3))
    write(tmp_path / "logg.log.2", old, NOON - timedelta(hours=23))
    target = replace(source(tmp_path, sound()), address=str(tmp_path / "logg.log*"))
    assert values(target, staged().session(target))["records"] == 9


def test_the_moments_of_the_stage_are_those_of_these_tests():
    assert moment(0).wall == NOON == datetime(2026, 11, 30, 12, tzinfo=UTC)


# -- Clocks that jump


def later(rows: Iterable[dict[str, object]], seconds: float) -> list[dict[str, object]]:
    """The same rows, by a clock that is so much ahead."""
    return [
        {**one, "time": (datetime.fromisoformat(str(one["time"])) + timedelta(seconds=seconds)).isoformat()}
        for one in rows
    ]


def test_a_clock_that_is_set_back_an_hour_between_two_lines_is_off_by_that_hour(tmp_path):
    rows = sound()
    found = seen(tmp_path, [*rows[:4], *later(rows[4:], -3600)])
    assert found["clock_difference"] == timedelta(seconds=3600 - 0.3)
    assert (found["messages_missing"], found["events_missing"]) == (0, ())


def test_times_that_go_back_leave_first_and_last_as_they_were(tmp_path):
    back_and_forth = [later([one], -600 * (number % 2))[0] for number, one in enumerate(sound()[:4])]
    table = seen(tmp_path, back_and_forth)["messages_seen"]
    assert isinstance(table, Table)
    assert table.rows[0][2:4] == ("2026-11-30T11:49:58.500+00:00", "2026-11-30T11:59:59.000+00:00")


def test_a_record_of_a_clock_that_was_never_set_has_no_time_and_moves_no_other(tmp_path):
    rows = [*sound(), {**row(3, "started", **ids("2026-0001", ONE)), "time": "1970-01-01T00:00:03Z"}]
    found = seen(tmp_path, rows)
    table = found["messages_seen"]
    assert isinstance(table, Table)
    assert (table.rows[0][1], table.rows[0][2]) == ("5", "2026-11-30T11:59:58.000+00:00")
    assert found["complete_percent"] == 88, "8 of 9 have all seven"
    assert found["clock_difference"] == timedelta(seconds=0.2)


def test_a_log_of_the_future_is_read_and_its_clock_told(tmp_path):
    years = timedelta(days=73 * 365).total_seconds()
    assert seen(tmp_path, later(sound(), years))["clock_difference"] == timedelta(seconds=years + 0.2)


def test_an_hour_that_stands_twice_leaves_the_clock_and_the_refusals_open(tmp_path):
    local = [{**one, "time": "2026-10-25 02:30:00"} for one in sound()]
    found = seen(tmp_path, local, time_zone="Europe/Stockholm")
    assert (found["messages_missing"], found["time_zone"]) == (0, "declared")
    assert reason(found["clock_difference"]) is Reason.NOT_UNDERSTOOD
    alert = {**row(1030, "hop", level="ERROR", why="SSLError TLSV1_ALERT_UNKNOWN_CA"), "time": "2026-10-25 02:30:00"}
    assert reason(refused(tmp_path, alert, time_zone="Europe/Stockholm")["refusals_untold"]) is Reason.NOT_UNDERSTOOD
    assert refused(tmp_path, row(0, "x"), time_zone="Europe/Stockholm")["refusals_untold"] == 1


def test_a_log_whose_machine_believes_in_another_year_is_opened_all_the_same(tmp_path):
    target = source(tmp_path, sound())
    write(tmp_path / "logg.log", (tmp_path / "logg.log").read_bytes(), datetime(1970, 1, 2, tzinfo=UTC))
    assert values(target, staged().session(target))["messages_missing"] == 0
    (tmp_path / "logg.log").rename(tmp_path / "logg.log.1")
    write(tmp_path / "logg.log", b"{}\n", NOON)
    both = replace(target, address=str(tmp_path / "logg.log*"))
    assert values(both, staged().session(both))["records"] == 1, "there is a newer one, so that clock is right"


def test_many_lines_of_one_second_are_that_second(tmp_path):
    one = json.dumps({**row(1.2, "receipt", **ids("2026-0001", ONE, trans_id=TRANS_ID))}) + "\n"
    found = seen(tmp_path, one * 20_000)
    table = found["messages_seen"]
    assert isinstance(table, Table)
    assert (found["records"], found["message_records"], table.rows[0][1]) == (20_000, 20_000, "20000")
    assert table.rows[0][2] == table.rows[0][3] == "2026-11-30T12:00:01.200+00:00"


# -- Every format

WRITTEN = {
    # by the name in LINES: (format as declared, zone as declared, what is told of the zone)
    "syslog 3164": ("syslog", "Europe/Stockholm", "declared"),
    "syslog 5424": ("syslog", "", "stated"),
    "json lines": ("json-lines", "", "stated"),
    "log4j": ("text", "Europe/Stockholm", "declared"),
    "w3c": ("w3c", "", "utc"),
    "nginx": ("text", "", "stated"),
    "csv": ("csv", "Europe/Stockholm", "declared"),
    "key=value": ("text", "", "stated"),
    "journal export": ("journal-export", "", "utc"),
}
HEADERS = {
    "w3c": "#Software: IIS\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip\n",
    "csv": "Level,Date,Source,EventID,Task,Message,Computer\n",
}
AT_ELEVEN = {name for name, (_, zone, _) in WRITTEN.items() if zone} | {"nginx", "journal export"}
"""Those whose line was written an hour earlier."""
RESOLUTION = {"syslog 5424": 1000, "json lines": 1000, "log4j": 1000, "journal export": 1}
"""In microseconds, where it is not a second."""
CASES = [(name, declared) for name in WRITTEN for declared in (True, False) if declared or name != "csv"]
"""A CSV is told from text by nobody."""


@pytest.mark.parametrize(("name", "declared"), CASES)
def test_a_message_is_found_with_its_time_and_zone_in_every_format(tmp_path, name, declared):
    format_, zone, told = WRITTEN[name]
    line = LINES[name]
    text = HEADERS.get(name, "") + (line % b"nobody" + line % ONE.encode() + line % b"nobody").decode()
    says = {"format": format_ if declared else "", "time_zone": zone}
    found = seen(tmp_path, text, **says)
    assert (found["records"], found["messages_missing"], found["time_zone"]) == (3, 1, told)
    assert found["resolution"] == timedelta(microseconds=RESOLUTION.get(name, 1_000_000))
    table = found["messages_seen"]
    assert isinstance(table, Table)
    hour = 11 if name in AT_ELEVEN else 12
    assert (table.rows[0][0], table.rows[0][1], table.rows[0][2][:19]) == (ONE, "1", f"2026-11-30T{hour}:00:01")


# -- Order between nodes


def both(folder: Path, late: Iterable[dict[str, object]], created: Iterable[dict[str, object]], **declared: object):
    """What a log of the mediator tells beside one of the case system, which tells of creations."""
    told = replace(source(folder, created, id_="arende", tells_sent=False), node="arende")
    here = replace(
        source(folder, late, tells_created=declared.pop("tells_created", None), **declared), node="formedlare"
    )
    return values(here, staged().session(told, here))


def moved(seconds: float) -> list[dict[str, object]]:
    """The sound log as a node writes it whose clock is off by so much."""
    return [
        {**one, "time": (datetime.fromisoformat(str(one["time"])) + timedelta(seconds=seconds)).isoformat()}
        for one in sound()
        if one["event"] != "created"
    ]


def order(found: dict[str, Value | Unseen]) -> tuple[object, ...]:
    return tuple(found[f"order_{name}"] for name in ("messages", "reversed", "lead"))


def test_messages_that_come_after_their_creation_are_in_order(tmp_path):
    assert order(both(tmp_path, moved(0), sound())) == (2, 0, timedelta())


def test_a_clock_that_is_behind_shows_messages_before_they_were_created(tmp_path):
    found = both(tmp_path, moved(-120.5), sound())
    assert order(found) == (2, 2, timedelta(seconds=120))  # one is logged half a second after it was created


def test_only_the_message_that_is_too_early_is_reversed(tmp_path):
    assert order(both(tmp_path, moved(-0.75), sound())) == (2, 1, timedelta(milliseconds=250))


def test_a_time_that_is_written_in_whole_minutes_is_not_too_early_by_less(tmp_path):
    minutes = [{**one, "time": f"{str(one['time'])[:16]}:00Z"[:16] + "Z"} for one in moved(0)]
    assert order(both(tmp_path, minutes, sound())) == (2, 0, timedelta())


def test_the_log_that_tells_of_the_creation_is_held_against_no_other(tmp_path):
    told = replace(source(tmp_path, sound()), node="arende")
    found = values(told, staged().session(told))
    assert (found["order_messages"], found["order_reversed"]) == (0, 0)
    assert reason(found["order_lead"]) is Reason.NOT_EXERCISED


def test_without_a_log_that_tells_of_creations_there_is_no_order(tmp_path):
    here = replace(source(tmp_path, moved(0), tells_created=None), node="formedlare")
    assert reason(values(here, staged().session(here))["order_reversed"]) is Reason.NOT_CONFIGURED


@pytest.mark.parametrize("where", ["here", "there"])
def test_without_a_zone_on_either_side_the_order_stays_open(tmp_path, where):
    def local(rows: Iterable[dict[str, object]]) -> list[dict[str, object]]:
        return [{**one, "time": str(one["time"])[:19].replace("T", " ")} for one in rows]

    late, created = (local(moved(0)), sound()) if where == "here" else (moved(0), local(sound()))
    assert reason(both(tmp_path, late, created)["order_messages"]) is Reason.NOT_UNDERSTOOD


def test_a_message_that_the_other_log_does_not_create_is_not_compared(tmp_path):
    created = [one for one in sound() if one["correlation_id"] == "2026-0001"]
    assert order(both(tmp_path, moved(0), created)) == (1, 0, timedelta())


def test_the_earliest_creation_counts_whichever_log_and_record_tells_it(tmp_path):
    again = [
        *sound(),
        row(7, "created again", **ids("2026-0001", ONE)),
        row(7.1, "created again", **ids("2026-0002", TWO)),
    ]
    late = [{**one, "time": (NOON + timedelta(minutes=5)).isoformat()} for one in sound() if one["event"] == "created"]
    told = [replace(source(tmp_path, rows, id_=id_), node=id_) for id_, rows in (("arende", again), ("arkiv", late))]
    here = replace(source(tmp_path, moved(0), tells_created=None), node="formedlare")
    assert order(values(here, staged().session(*told, here))) == (2, 0, timedelta())

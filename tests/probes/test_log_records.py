"""Lines, times and records of logs in the shapes that real programs write."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest

from probes import _log_lines, _log_records
from probes._log_lines import read_lines
from probes._log_records import Record, read_records
from probes._log_times import Clock, When

WRITTEN = datetime(2026, 11, 25, 23, tzinfo=UTC)
CLOCK = Clock.of(WRITTEN)
TEN_PAST_TEN = datetime(2026, 11, 25, 22, 10, 11, tzinfo=UTC)
STOCKHOLM = Clock.of(WRITTEN, time_zone="Europe/Stockholm")


def when(text: str, clock: Clock = CLOCK) -> When:
    found = clock.in_line(text)
    assert found is not None
    return found


def records(text: str, format_: str = "", clock: Clock = CLOCK) -> list[Record]:
    return list(read_records(text.split("\n"), clock, format_))


# -- Times


@pytest.mark.parametrize(
    ("line", "zone", "resolution"),
    [
        ("2026-11-25T22:10:11Z started", "stated", 1_000_000),
        ("2026-11-25T23:10:11.123+01:00 started", "stated", 1_000),
        ("2026-11-25 23:10:11,123 +0100 started", "stated", 1_000),
        ("[2026-11-25T22:10:11.123456Z] started", "stated", 1),
        ("<165>1 2026-11-25T22:10:11.003Z host app 1 - - started", "stated", 1_000),
        ('10.0.0.1 - - [25/Nov/2026:23:10:11 +0100] "GET /"', "stated", 1_000_000),
        ("INFO  2026-11-25 22:10:11 UTC started", "stated", 1_000_000),
        ("2026-11-25 22:10:11,123 INFO [main] a.B - started", "none", 1_000),
        ("2026/11/25 22:10:11 [error] 7#7: started", "none", 1_000_000),
        ("Nov 25 22:10:11 host app[7]: started", "none", 1_000_000),
        ("<34>Nov  5 22:10:11 host app: started", "none", 1_000_000),
        ("2026-11-25 22:10 started", "none", 60_000_000),
    ],
)
def test_a_time_is_recognised_with_its_zone_if_it_has_one_and_its_resolution(line, zone, resolution):
    found = when(line)
    assert (found.zone, found.resolution) == (zone, resolution)
    if zone == "stated":
        assert found.at.replace(microsecond=0) == TEN_PAST_TEN
    else:
        assert found.at is None, "a local time whose zone nobody tells is no moment"
        assert found.local.minute == 10


def test_a_zone_that_the_profile_tells_places_a_local_time_and_is_told_apart_from_one_in_the_log():
    found = when("2026-11-25 23:10:11 started", STOCKHOLM)
    assert (found.at, found.zone) == (TEN_PAST_TEN, "declared")
    assert when("2026-11-25T22:10:11Z", STOCKHOLM).zone == "stated"
    assert when("2026-11-25 22:10:11", Clock.of(WRITTEN, time_zone="Nowhere/Atall")).zone == "none"


def test_the_year_of_a_syslog_line_is_the_last_one_that_makes_it_no_later_than_the_file():
    assert when("Nov 25 22:10:11 host app: x").local.year == 2026
    assert when("Dec 30 22:10:11 host app: x").local.year == 2025


@pytest.mark.parametrize(
    ("value", "resolution"),
    [("1795644611", 1_000_000), ("1795644611.123", 1_000), ("1795644611123", 1_000), ("1795644611123456", 1)],
)
def test_a_number_of_seconds_since_1970_is_a_time_in_utc(value, resolution):
    found = CLOCK.in_field(value)
    assert found.at.replace(microsecond=0) == TEN_PAST_TEN
    assert (found.zone, found.resolution) == ("utc", resolution)
    assert CLOCK.in_field("1795644611123456789").at.microsecond == 123456


def test_a_format_that_the_profile_gives_is_read_and_no_other():
    clock = Clock.of(WRITTEN, "%d.%m.%Y %H:%M:%S", "+01:00")
    assert when("[main] 25.11.2026 23:10:11 started", clock).at == TEN_PAST_TEN
    assert clock.in_line("2026-11-25 22:10:11 started") is None
    assert clock.in_field("25.11.2026 23:10:11").at == TEN_PAST_TEN
    assert Clock.of(WRITTEN, "%m/%d/%Y %I:%M %p").in_field("11/25/2026 10:10 PM").resolution == 60_000_000


@pytest.mark.parametrize(
    "line", ["started", "2026-13-25 22:10:11", "2026-02-31 22:10:11", "25:61:00 x", "", "11/10/26 10:10"]
)
def test_what_is_no_time_or_could_be_two_is_none(line):
    assert CLOCK.in_line(line) is None


# -- Lines


def test_lines_are_read_in_the_encoding_they_are_in():
    text = "Räksmörgås\r\nnästa\n"
    for encoding, declared in [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", "utf-16"),
        ("latin-1", "latin-1"),
    ]:
        pieces = [bytes([byte]) for byte in text.encode(encoding)]
        assert list(read_lines(pieces, declared)) == ["Räksmörgås", "nästa"], encoding
    assert list(read_lines([b"r\xe4k\n", "räk".encode()])) == ["räk", "räk"], "a line of another encoding is still read"
    assert list(read_lines([])) == []


def test_of_a_line_without_end_the_start_is_kept(monkeypatch):
    monkeypatch.setattr(_log_lines, "LONGEST", 10)
    assert list(read_lines(iter([b"a" * 7] * 1000 + [b"\nnext"]))) == ["a" * 10, "next"]


# -- Records

TRACE = """\
2026-11-25 22:10:11,123 ERROR [main] a.B - it broke
java.lang.IllegalStateException: no
\tat a.B.c(B.java:7)
Caused by: java.io.IOException: reset
2026-11-25 22:10:12,000 INFO [main] a.B - case=2026-0001 why="not now" next
"""


def test_a_stack_trace_stands_with_the_record_that_it_explains():
    broke, following = records(TRACE)
    assert "Caused by: java.io.IOException" in broke.text
    assert broke.when.local.second == 11
    assert following.fields == {"case": "2026-0001", "why": "not now"}


def test_of_a_record_without_end_the_start_is_kept(monkeypatch):
    monkeypatch.setattr(_log_records, "LONGEST", 100)
    (one,) = records("2026-11-25 22:10:11 x\n" + "\tat a.B\n" * 1000)
    assert len(one.text) < 200


def test_lines_without_times_are_records_of_their_own():
    assert [record.text for record in records("one\ntwo\n  more\nthree")] == ["one", "two\n  more", "three"]


def test_json_lines_give_their_fields_and_what_is_no_object_belongs_to_the_one_before():
    first, last = records('{"Time":"2026-11-25T22:10:11Z","a":{"B":1,"c":[1]},"n":null}\n  at x\n{"ts":1795644611.5}')
    assert first.fields == {"time": "2026-11-25T22:10:11Z", "a.b": "1", "a.c": "[1]"}
    assert first.text.endswith("at x")
    assert first.when.at == TEN_PAST_TEN
    assert last.when.at == TEN_PAST_TEN + timedelta(seconds=0.5)


def test_a_csv_has_the_names_of_its_header_and_rows_over_several_lines():
    text = 'Level;Date;Message\nError;2026-11-25 22:10:11;"one\ntwo"\nInfo;2026-11-25 22:10:12;three\n'
    error, info = records(text, "csv", STOCKHOLM)
    assert error.fields["message"].split() == ["one", "two"]
    assert (error.fields["level"], info.fields["message"]) == ("Error", "three")
    assert info.when.zone == "declared"


def test_a_w3c_log_is_in_utc_and_may_change_its_fields():
    text = "#Software: IIS\n#Fields: date time cs-uri-stem\n2026-11-25 22:10:11 /a\n"
    text += "#Fields: date time sc-status\n2026-11-25 22:10:11 500"
    first, second = records(text)
    assert (first.when.at, first.when.zone) == (TEN_PAST_TEN, "utc")
    assert first.fields["cs-uri-stem"] == "/a"
    assert second.fields["sc-status"] == "500"


def test_a_journal_export_has_records_between_empty_lines_and_values_of_several_lines():
    data = b"__CURSOR=x\n__REALTIME_TIMESTAMP=1795644611123456\nPRIORITY=3\nMESSAGE\n"
    data += struct.pack("<Q", 7) + b"one\ntwo\n\n__REALTIME_TIMESTAMP=1795644612000000\nMESSAGE=three\n\n"
    first, second = read_records(read_lines([data]), CLOCK)
    assert first.fields["message"] == "one\ntwo"
    assert first.when.at.replace(microsecond=0) == TEN_PAST_TEN
    assert (first.fields["priority"], second.fields["message"]) == ("3", "three")


@pytest.mark.parametrize("format_", ["", *_log_records.READERS])
@pytest.mark.parametrize(
    "text", ["", "\n\n", "\0\0\n\0", '{"a":', "[" * 5000, "a,b\n" + '"' * 7, "=\n==", "x" * 300_000 + "\ny"]
)
def test_garbage_is_read_to_its_end_in_every_format(format_, text):
    for record in records(text, format_):
        assert len(record.text) <= 2 * _log_records.LONGEST


# -- Clocks that jump


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-10-25 01:59:59", datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC)),
        ("2026-10-25 02:00:00", None),
        ("2026-10-25 02:59:59", None),
        ("2026-10-25 03:00:00", datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ("2026-03-29 01:59:59", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
        ("2026-03-29 02:30:00", None),
        ("2026-03-29 03:00:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-10-25T02:30:00+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_an_hour_that_summer_time_has_twice_or_never_is_no_moment_unless_its_offset_is_told(text, at):
    found = when(f"{text} started", STOCKHOLM)
    assert found.at == at
    assert found.zone == ("stated" if "T" in text else "declared")


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2016-12-31T23:59:60Z started", CLOCK),
        ("2016-12-31T23:59:60.000Z started", CLOCK),
        ("2017-01-01 00:59:60 started", STOCKHOLM),
        ("31.12.2016 23:59:60 started", Clock.of(WRITTEN, "%d.%m.%Y %H:%M:%S", "UTC")),
    ],
)
def test_a_leap_second_is_the_second_before_it(text, clock):
    assert when(text, clock).at == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["1970-01-01T00:00:07Z", "1970-01-01 01:00:07", "1980-01-01T00:00:00Z", "Jan  0 00:00:07 h a: x"]
)
def test_a_clock_that_nobody_has_set_tells_no_time_and_its_line_still_begins_a_record(text):
    assert CLOCK.in_line(f"{text} started") is None
    first, second = records(f"{text} started\n2026-11-25T22:10:11Z more")[-2:]
    assert (first.when, second.when.at) == (None, TEN_PAST_TEN)


@pytest.mark.parametrize("value", ["000000007", "100000000", "631151999", "0000000000007"])
def test_a_number_of_seconds_from_before_1990_is_no_time(value):
    assert CLOCK.in_field(value) is None
    assert CLOCK.in_field("631152000").at == datetime(1990, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["01.01.0001 00:00:00 +0100", "31.12.9999 23:59:59 -0100", "31.12.9999 23:59:59 +0000"]
)
def test_a_time_at_the_end_of_the_calendar_is_none_and_breaks_nothing(text):
    assert Clock.of(WRITTEN, "%d.%m.%Y %H:%M:%S %z").in_line(f"{text} x") is None
    assert Clock.of(WRITTEN, "%d.%m.%Y %H:%M:%S", "Europe/Stockholm").in_line(f"{text[:19]} x") is None


@pytest.mark.parametrize("text", ["2026-11-25 10:60:00", "2026-11-25 24:00:00", "2026-11-25 23:59:61"])
def test_sixty_is_no_minute_and_sixty_one_no_second(text):
    assert CLOCK.in_line(f"{text} x") is None or when(f"{text} x").resolution == 60_000_000
    assert Clock.of(WRITTEN, "%Y-%m-%d %H:%M:%S").in_line(f"{text} x") is None


def test_times_of_the_future_are_told_as_they_stand():
    assert when("2099-01-01T00:00:00Z x").at == datetime(2099, 1, 1, tzinfo=UTC)

"""An account out of a log: what its lines tell by a profile's patterns, whose messages they are, and what is wrong."""

from __future__ import annotations

import asyncio
import gzip
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from readiness.chain import AccountSource
from readiness.contract.persons import test_persons
from readiness.errors import AccountError, UsageError
from readiness.exercise import log_lines
from readiness.exercise.account import Reading
from readiness.exercise.ledger import Ledger
from readiness.exercise.links import Links, message_ids
from readiness.exercise.log_account import compiled, read_log
from readiness.exercise.log_lines import LogPlace
from readiness.exercise.sources import Source
from readiness.exercise.web import Web
from readiness.model import Reason
from readiness.probe import CannotObserve
from readiness.recording import AccountRow, Attribution, Exchange, Moment, Performance
from tests.probes.exchanges import Letter, moment, request, unsigned
from tests.test_log_files import needs_links

PERSONS = tuple(person.number for person in test_persons())
ANNA, BO, CILLA = PERSONS[:3]
ONE, TWO = "8c0e5a3e-7f51-4c6b-9a63-0f6f2f3a5b10", "1f9af26b-097c-46f9-b08d-b6d1a304a9c1"
CALL, TRANS = "3708ee09-cac4-4a06-8f6c-ef3789b17568", "8b028617-078c-4120-a780-303f075a854b"
STATUS = r"id=(?P<message>\S+) status=(?P<outcome>\w+)(?: by=(?P<channel>\w+))?(?: alarm=(?P<told>\w+))?"
WORDS = (("delivered", "ok"), ("paper", "printed"), ("failed", "failed"), ("pending", "waiting"))
NOW = Moment(datetime(2026, 11, 30, 12, tzinfo=UTC), 5)


def exchange(number: int, *persons: str, kept: bytes = b"", answer: str = "") -> Exchange:
    who = tuple(Attribution("sane", "recipient", "d" * 64, person) for person in persons)
    return Exchange(
        f"e{number}", "c1", number, "l", "operator", moment(0), request_kept=kept.decode(), answer_id=answer,
        attributions=who,
    )  # fmt: skip


def staged() -> dict[str, Exchange]:
    """A delivery to Anna, one to Bo, and a look-up of Cilla that came to a fault."""
    found = (
        exchange(1, ANNA, kept=request(Letter(id=ONE)), answer=TRANS),
        exchange(2, BO, kept=unsigned(Letter(id=TWO))),
        exchange(3, CILLA, answer=CALL),
    )
    return {one.id: one for one in found}


def reading(*patterns: str, **more: object) -> Reading:
    said = {"format": "log", "log": "logg", "words": WORDS, "channels": (("digital", "mm"),), "told": ("yes",)}
    return Reading(
        AccountSource(**{**said, **more, "patterns": patterns or (STATUS,)}), "logg", PERSONS, "en", Links(staged())
    )


def read(text: str, *patterns: str, **more: object) -> tuple[AccountRow, ...]:
    return read_log(text.encode(), reading(*patterns, **more), NOW)


def faults(text: str, *patterns: str) -> Sequence[str]:
    with pytest.raises(AccountError) as error:
        read(text, *patterns)
    return [str(fault) for fault in error.value.faults]


# -- What lines tell


def test_a_message_is_known_by_its_id_and_what_is_told_last_counts() -> None:
    rows = read(
        f"12:00 id={ONE} status=waiting\nstarted\n12:01 id={TWO.upper()} status=FAILED alarm=no\n"
        f"12:02 id={ONE} status=ok by=mm alarm=yes\r\n"
    )
    assert rows == (
        AccountRow(ANNA, ONE, "delivered", NOW, "digital", told=True),
        AccountRow(BO, TWO.upper(), "failed", NOW, "", told=False),
    )


def test_a_pattern_may_end_where_the_line_does_whatever_ends_a_line() -> None:
    assert len(read(f"id={ONE} ok\r\nid={TWO} ok\n", r"id=(?P<message>\S+) (?P<outcome>\w+)$")) == 2


def test_several_patterns_tell_of_one_message_together() -> None:
    text = f"ID {ONE} BECAME ok\nid={ONE} via mm\n{ONE} noise\n"
    patterns = (r"ID (?P<message>\S+) BECAME (?P<outcome>\w+)", r"id=(?P<message>\S+) via (?P<channel>\w+)")
    assert read(text, *patterns) == (AccountRow(ANNA, ONE, "delivered", NOW, "digital"),)


def test_a_message_that_never_reached_the_stage_is_known_by_an_id_that_was_given_out_or_by_its_person() -> None:
    lost = "9c0e5a3e-7f51-4c6b-9a63-0f6f2f3a5b99"
    end = f"id={lost} status=failed\n"
    assert read(end) == (), "nothing says whose it is"
    fault = r"refused (?P<message>\S+) call=(?P<answer>\S+)"
    assert [row.person for row in read(f"refused {lost} call={CALL}\n{end}", STATUS, fault)] == [CILLA]
    named = r"for (?P<person>[\d-]+): (?P<message>\S+)"
    for form in (CILLA, CILLA[2:], f"{CILLA[:8]}-{CILLA[8:]}"):
        assert [row.person for row in read(f"for {form}: {lost}\n{end}", STATUS, named)] == [CILLA], form


def test_messages_of_others_are_passed_over_and_no_word_of_theirs_is_read() -> None:
    foreign = "id=0000-somebody status=strange\n"
    assert [row.message for row in read(f"{foreign}id={ONE} status=ok\n")] == [ONE]
    person = r"id=(?P<message>\S+) status=(?P<outcome>\w+) (?P<person>\d+)"
    assert read(f"id={ONE} status=ok 187001019248\n", person) == (), "a person that is told counts, not the id"


def test_an_id_that_stands_for_two_persons_stands_for_none() -> None:
    links = Links({"1": exchange(1, ANNA, answer=CALL), "2": exchange(2, BO, answer=CALL), "3": exchange(3, ANNA, BO)})
    links.look()
    assert links.person("x", CALL) == ""
    assert links.named == frozenset()
    together = Links({"1": exchange(1, ANNA, BO, kept=unsigned(Letter(id=ONE)), answer=TRANS)})
    together.look()
    assert (together.person(ONE), together.person("x", TRANS)) == ("", "")


def test_links_take_in_what_comes_later() -> None:
    exchanges: dict[str, Exchange] = {}
    links = Links(exchanges)
    links.look()
    exchanges |= staged()
    assert links.person(ONE) == ""
    links.look()
    assert (links.person(ONE), links.person(TWO), links.person("x", TRANS)) == (ANNA, BO, ANNA)
    assert links.named == {ANNA, BO}


@pytest.mark.parametrize(
    "kept", ["", "no XML with a Message", "<Message><Id>x</Id></Message>", "<Message/>", "<Message"]
)
def test_a_request_without_the_id_of_a_message_gives_none(kept: str) -> None:
    assert message_ids(exchange(1, ANNA, kept=kept.encode())) == frozenset()


def test_a_word_without_a_meaning_is_told_with_the_message_and_the_words_that_have_one() -> None:
    (fault,) = faults(f"id={ONE} status=gone\n")
    assert f"{ONE} outcome" in fault
    assert "gone" in fault
    assert "ok, printed, failed, waiting" in fault


def test_a_line_that_tells_two_things_of_a_message_is_told_and_one_that_tells_the_same_twice_is_not() -> None:
    double = f"id={ONE} status=ok id={ONE} status="
    assert len(read(f"{double}ok\n")) == 1
    (fault,) = faults(f"{double}failed\n")
    assert f"{ONE} outcome" in fault
    assert "two different things" in fault
    assert len(read(f"id={ONE} status=ok id={TWO} status=failed\n")) == 2, "of two messages"


@pytest.mark.parametrize("text", ["", "\n\n\n", "\0\0", "x" * 200_000, f"id= status=\nid={ONE} status=\n"])
def test_lines_that_no_pattern_fits_tell_nothing(text: str) -> None:
    assert read(text) == ()


def test_a_pattern_made_to_explode_takes_no_time_and_no_more_of_a_line_than_its_start_is_read() -> None:
    began = time.monotonic()
    read("a" * 200_000 + "\n", r"(?P<message>(a+)+)(?P<outcome>(a|a)*)b$")
    assert time.monotonic() - began < 5
    assert read("x" * 65_536 + f"id={ONE} status=ok\n") == ()


def test_without_the_engine_or_with_what_it_does_not_take_the_user_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"Pattern 2 .*repetition"):
        compiled((STATUS, "(?P<message>((a{1000}){1000}){1000})(?P<outcome>b)"), "en")
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(UsageError, match="google-re2"):
        compiled((STATUS,), "en")
    assert compiled((), "en") == (), "nobody needs it for another account"


# -- The ledger


def performance(*persons: str) -> Performance:
    return Performance("p1", "sane", "d" * 64, "control", "answer", "operator", "sane", "r1", persons, started=NOW)


def ledger(place: LogPlace, **more: object) -> Ledger:
    said = reading(**more)
    return Ledger(Source(said.source, Path(place.path).parent, Web(), place), said, lambda: NOW)


def test_of_whom_a_log_cannot_tell_is_said_and_of_nobody_in_another_account(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text(f"id={ONE} status=ok\n", encoding="utf-8")
    book = ledger(LogPlace(str(path)))
    asyncio.run(book.read())
    told = book.account_for(performance(ANNA, BO, CILLA))
    assert [row.person for row in told.account] == [ANNA]
    assert told.unnamed == (CILLA,), "Bo's id is known, so that a log without it has lost Bo's message"
    table = AccountSource(file=str(path), columns=(("person", "p"), ("outcome", "o")), words=WORDS)
    path.write_text(f"p,o\n{ANNA},ok\n", encoding="utf-8")
    other = Ledger(Source(table, tmp_path, Web()), Reading(table, "x", PERSONS), lambda: NOW)
    asyncio.run(other.read())
    assert other.account_for(performance(ANNA, BO)).unnamed == ()


def test_a_log_that_nobody_has_written_yet_is_none_and_then_it_is_read_from_its_start(tmp_path: Path) -> None:
    book = ledger(LogPlace(str(tmp_path / "app.log*")))
    asyncio.run(book.begin())
    with pytest.raises(CannotObserve):
        asyncio.run(book.read())
    (tmp_path / "app.log").write_text(f"id={ONE} status=ok\n", encoding="utf-8")
    asyncio.run(book.read())
    assert [row.outcome for row in book.of((ANNA,))] == ["delivered"]


# -- The files


def text_of_place(path: Path, encoding: str = "", since: datetime | None = None) -> str:
    return LogPlace(str(path), encoding, since).read()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1", "utf-16-le"])
def test_a_log_is_read_in_its_encoding_packed_or_not_oldest_first(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "app.log").write_bytes("ny å\n".encode(encoding))
    (tmp_path / "app.log.1.gz").write_bytes(gzip.compress("gammal ö\n".encode(encoding)))
    assert text_of_place(tmp_path / "app.log*", encoding) == "gammal ö\nny å\n"


def test_a_line_that_may_still_be_written_is_left_and_the_last_line_of_a_file_that_rests_is_not(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text(f"id={ONE} status=waiting\nid={ONE} status=fail", encoding="utf-8")
    assert text_of_place(path) == f"id={ONE} status=waiting\n"
    long_ago = time.time() - 60
    os.utime(path, (long_ago, long_ago))
    assert text_of_place(path).endswith("status=fail\n")


def test_a_file_that_was_written_before_the_exercise_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("new\n", encoding="utf-8")
    (tmp_path / "app.log.1").write_text("old\n", encoding="utf-8")
    os.utime(tmp_path / "app.log.1", (0, 0))
    assert text_of_place(tmp_path / "app.log*", since=datetime.now(UTC) - timedelta(days=1)) == "new\n"


def test_what_cannot_be_read_whole_is_no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "app.log"
    path.write_text("line\n" * 100, encoding="utf-8")
    monkeypatch.setattr(log_lines, "LARGEST", 200)
    with pytest.raises(CannotObserve) as error:
        text_of_place(path)
    assert error.value.unseen.reason is Reason.LIMIT_REACHED
    monkeypatch.setattr(log_lines, "LARGEST", 10_000)
    (tmp_path / "app.log.1.gz").write_bytes(gzip.compress(os.urandom(50))[:-9])
    with pytest.raises(CannotObserve) as error:
        text_of_place(tmp_path / "app.log.1*")
    assert error.value.unseen.reason is Reason.NOT_UNDERSTOOD


@needs_links
def test_a_log_of_which_one_file_cannot_be_opened_is_no_account(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("line\n", encoding="utf-8")
    (tmp_path / "app.log.2").symlink_to(tmp_path / "nowhere")
    with pytest.raises(CannotObserve) as error:
        text_of_place(tmp_path / "app.log*")
    assert error.value.unseen.reason is Reason.NOT_CONFIGURED


def test_a_log_that_rotates_between_two_readings_tells_the_same(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text(f"id={ONE} status=waiting\n", encoding="utf-8")
    book = ledger(LogPlace(f"{path}*"))
    asyncio.run(book.read())
    path.rename(tmp_path / "app.log.1")
    path.write_text(f"id={ONE} status=ok\n", encoding="utf-8")
    asyncio.run(book.read())
    assert [row.outcome for row in book.of((ANNA,))] == ["pending", "delivered"]


def test_what_a_command_prints_is_a_log_too_in_its_encoding(tmp_path: Path) -> None:
    printed = f"print('id={ONE} status=kö')"
    code = f"import sys; sys.stdout.reconfigure(encoding='latin-1'); {printed}"
    said = reading(log="", command=(sys.executable, "-c", code), encoding="latin-1", words=(("pending", "kö"),))
    pattern = AccountSource(**{**_fields(said.source), "patterns": (r"id=(?P<message>\S+) status=(?P<outcome>\S+)",)})
    source = Source(pattern, tmp_path, Web())
    data = asyncio.run(source.read())
    rows = read_log(data, Reading(pattern, "x", PERSONS, "en", Links(staged())), NOW)
    assert [row.outcome for row in rows] == ["pending"]


def _fields(source: AccountSource) -> dict[str, object]:
    return {name: getattr(source, name) for name in AccountSource.__slots__}

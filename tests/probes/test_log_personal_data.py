"""log_personal_data: every value in every writing and source, found whatever the borders are, and never told."""

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import random
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from probes import log_personal_data
from probes._logs import bulk, masks, words
from probes._logs.canaries import in_base64, read_piece
from probes._logs.engine import Engine, Fallback, make_engine
from probes._logs.patterns import Pattern
from probes._logs.scan import NUMBER, Hit, Scanner
from probes._logs.text import AHEAD, Block, as_utf8, blocks
from readiness.contract.persons import test_persons
from readiness.model import Reason, Strength, Table, Target, TargetKind, Unseen
from readiness.observe import observe
from readiness.personal import luhn
from readiness.probe import Limits, Seen
from tests.conftest import Kept, look, profile_of, session_for
from tests.log_forms import FORMS, LINES, SECRETS
from tests.probes.exchanges import Letter, Part, Record, request

PROBE = log_personal_data.PROBE
PERSON = test_persons()[0].number


def with_check_digit(nine: str) -> str:
    return next(nine + digit for digit in "0123456789" if luhn(nine + digit))


STRANGER = "18" + with_check_digit("700101123")  # born before anybody had such a number
SENT = b"Hej! Din ansokan om plats har beviljats, valkommen den 1 mars."
FAST = find_spec("hyperscan") is not None


def standard_library(patterns: Sequence[Pattern]) -> Engine:
    return Fallback(patterns)


ENGINES = [standard_library, make_engine] if FAST else [standard_library]
Make = Callable[..., Engine]
each_engine = pytest.mark.parametrize("engine", ENGINES)


@cache
def scanner(engine: Make = make_engine) -> Scanner:
    """Made once an engine: to compile the patterns takes longer than to look at a few lines."""
    return Scanner(engine=engine)


def hits(data: bytes, engine: Make = make_engine) -> list[Hit]:
    found, before = [], 0
    for result in map(scanner(engine).look, blocks([data])):
        found += [hit._replace(line=before + hit.line) for hit in result.hits]
        before += result.lines
    return found


def digits(data: bytes, engine: Make = make_engine) -> list[str]:
    return [hit.digits for hit in hits(data, engine) if hit.pattern == NUMBER]


def source(path: object, **says: str) -> Target:
    return Target("log", TargetKind.LOG_SOURCE, address=str(path), declared=tuple(sorted(says.items())))


def seen_of(tmp_path: Path, data: bytes, **says: str) -> dict[str, Seen]:
    """What is seen of a log after something was sent to a test person."""
    (tmp_path / "app.log").write_bytes(data)
    target = source(tmp_path / "app.log", **says)
    return look(PROBE, target, sent().session(target))


@cache
def sent() -> Record:
    record = Record()
    record.add(request(Letter(body=Part("text/plain", SENT))))
    return record


def value(seen: dict[str, Seen], name: str) -> object:
    return seen[f"log.{name}"].value


def values(seen: dict[str, Seen], *names: str) -> list[object]:
    return [value(seen, name) for name in names]


def reason(seen: dict[str, Seen], name: str) -> Reason:
    unseen = value(seen, name)
    assert isinstance(unseen, Unseen), unseen
    return unseen.reason


# -- Every writing, every source ---------------------------------------------------------------------------------------


@each_engine
@pytest.mark.parametrize("format_", LINES)
def test_a_number_is_found_in_every_writing_and_every_source(format_: str, engine: Make) -> None:
    noise = LINES[format_] % b"nobody"
    for name, (form, write) in FORMS.items():
        data = noise * 3 + LINES[format_] % write(PERSON) + noise
        found = hits(data, engine)
        assert [(hit.form, hit.digits[-10:]) for hit in found] == [(form, PERSON[2:])], name
        assert found[0].line == data[: data.index(write(PERSON))].count(b"\n"), name


@each_engine
@pytest.mark.parametrize("format_", LINES)
def test_a_secret_is_found_in_every_source(format_: str, engine: Make) -> None:
    for name, (fact, written) in SECRETS.items():
        found = hits(LINES[format_] % written + LINES[format_] % b"nobody", engine)
        assert [hit.pattern + "s" for hit in found] == [fact.replace("passwords_in_urls", "password_in_urls").replace(
            "message_bodies", "message_bodys"
        )], name  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_a_log_is_read_in_the_encoding_of_its_mark_its_zeros_or_the_profile(tmp_path: Path, encoding: str) -> None:
    text = "".join(f"rad {n} om åtgärd\n" for n in range(300)) + f"mottagare {PERSON}\nslut"
    for says in ({}, {"encoding": "latin-1"}) if encoding == "latin-1" else ({},):
        seen = seen_of(tmp_path, text.encode(encoding), **says)
        assert values(seen, "lines_read", "canary_persons", "canary_encodings") == [302, 1, ("plain",)]
        (row,) = value(seen, "excerpts").rows  # type: ignore[attr-defined]
        assert row == ("app.log", "301", "test_person", "plain", PERSON)


def test_declared_utf_16_without_a_mark_is_little_endian(tmp_path: Path) -> None:
    data = f"å {PERSON}\n".encode("utf-16-le")
    assert values(seen_of(tmp_path, data, encoding="utf-16"), "canary_persons", "lines_read") == [1, 1]


@settings(deadline=None)
@given(st.lists(st.sampled_from("a1åÅ😀\n"), max_size=40).map("".join), st.integers(1, 5))
def test_utf_16_comes_out_the_same_wherever_it_is_cut(text: str, size: int) -> None:
    data = b"\xff\xfe" + text.encode("utf-16-le")
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert b"".join(as_utf8(pieces)) == text.encode()


# -- Borders of blocks -------------------------------------------------------------------------------------------------

FILLER = b"2026-11-30 12:00:00 INFO nothing happened here, and it did so quietly\n" * 300
SPLIT = {name: FORMS[name][1](PERSON) for name in (
    "twelve digits", "ten with hyphen", "with en dash", "base64 at 1", "base64 at 2, ten with hyphen", "hex",
    "every digit in a URL", "every digit in JSON", "every digit in XML", "UTF-16, little end first", "hyphen in JSON",
)} | {name: SECRETS[name][1] for name in (
    "bearer", "web token", "password for a database", "our XML", "body",
)}  # fmt: skip


@pytest.mark.parametrize("name", SPLIT)
def test_a_value_is_found_once_wherever_a_block_ends(name: str) -> None:
    written = SPLIT[name]
    data = FILLER + written + b"\n" + FILLER
    start = len(FILLER)
    whole = [hit for block in blocks([data]) for hit in scanner().look(block).hits]
    assert len(whole) == 1
    for border in range(start - 2, start + min(len(written), 70) + 2):
        cut = border + AHEAD
        found, lines, size = [], 0, 0
        for block in blocks([data[:cut], data[cut:]], size=1):
            result = scanner().look(block)
            found += [hit._replace(start=0, line=lines + hit.line) for hit in result.hits]
            lines, size = lines + result.lines, size + result.size
        assert found == [whole[0]._replace(start=0)], border
        assert (lines, size) == (601, len(data))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 9), max_size=20), st.integers(1, 40))
def test_blocks_are_the_file_without_gap_or_overlap(sizes: list[int], size: int) -> None:
    data = b"".join(b"%d\n" % n for n in range(sum(sizes) * 400))
    pieces, place = [], 0
    for part in sizes:
        pieces.append(data[place : place + part * 977])
        place += part * 977
    pieces.append(data[place:])
    cut = list(blocks(pieces, size * 512))
    assert b"".join(block.data[block.low : block.high] for block in cut) == data
    assert all(len(block.data) - block.high >= AHEAD for block in cut[:-1])
    assert sum(scanner().look(block).lines for block in cut) == data.count(b"\n")


# -- What is a number, and what is none --------------------------------------------------------------------------------

TEN = PERSON[2:]
IS_ONE = [
    TEN, PERSON, f"a{TEN}b", f"_{TEN}_", f'"{PERSON}"', f"({TEN[:6]}-{TEN[6:]})", f"\t{TEN}\r", f"x={TEN}&",
    f"/{PERSON}/", f"%22{PERSON}%22", f"\\x20{TEN}", f"\\t{TEN}", f"&#34;{TEN}&#34;", f"%C3%A5{TEN}", f"{TEN},{TEN}",
    with_check_digit("900161123"), "18" + with_check_digit("700131123"), "20" + with_check_digit("000229123"),
    with_check_digit("000229123"),
]  # fmt: skip
IS_NONE = [
    TEN[:-1], TEN + "1", "1" + TEN, f"{PERSON}0", f"1{PERSON}", f"{TEN[:5]}-{TEN[5:]}", f"{TEN[:6]}--{TEN[6:]}",
    f"{TEN[:6]}.{TEN[6:]}", f"{TEN[:6]}\n{TEN[6:]}", TEN[:-1] + str((int(TEN[-1]) + 1) % 10),
    with_check_digit("901301123"), with_check_digit("900001123"), with_check_digit("900100123"),
    with_check_digit("900192123"), with_check_digit("900132123"), with_check_digit("900160123"),
    with_check_digit("900230123"), with_check_digit("900290123"), "19" + with_check_digit("000229123"),
    with_check_digit("010229123"), "17" + TEN, "21" + TEN, "1700000000000", "20261130120000", "2026-11-30 12:00",
]  # fmt: skip


@each_engine
def test_labelled_strings_are_told_apart(engine: Make) -> None:
    for text in IS_ONE:
        assert digits(text.encode(), engine), text
    for text in IS_NONE:
        assert not digits(text.encode(), engine), text


@each_engine
def test_a_chance_number_in_an_identifier_is_alone_no_number_and_a_test_person_is_one_everywhere(engine: Make) -> None:
    stranger = with_check_digit("900101123")
    for text in (f"a{stranger}bcdef01", f"{stranger[:8]}-1234-4abc-8def-0123456789ab", "x" * 3):
        assert not [hit for hit in hits(text.encode(), engine) if hit.alone], text
    (hit,) = hits(f"id a{stranger}x".encode(), engine)
    assert hit.alone


WORDS = {
    "personnummer: {}": "personnummer", '"personalNumber":"{}"': "personnummer", "person_nr={}": "personnummer",
    "<RecipientId>{}</RecipientId>": "recipient", "legalId={}": "identity", "Född {}": "person",
    "samordningsnummer {}": "samordningsnummer", "{} (personnummer)": "personnummer", "order {}": "",
    "personnummer saknas\n order {}": "", "pnr {}": "personnummer", "identifier={}": "",
    "mottagare={} orderId": "recipient", "recipient asked, orderId={}": "", "pnr finns; orderId: {}": "",
    '{{"type":"personnummer","value":"{}"}}': "personnummer", "orderId={} personnummer=x": "",
}  # fmt: skip


@pytest.mark.parametrize(("text", "word"), WORDS.items())
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_word_beside_a_number_is_known_by_a_closed_list(text: str, word: str, encoding: str) -> None:
    (hit,) = hits(text.format(STRANGER).encode(encoding))
    assert hit.word == word


def test_every_word_of_the_list_is_known_by_itself() -> None:
    assert len(words.NAMES) > 40
    for written, name in words.NAMES.items():
        assert words.beside(written + b" " + TEN.encode(), len(written) + 1, len(written) + 11) == name, written


NO_SECRET = [
    b"-----BEGIN PRIVATE KEY-----", b"expected -----BEGIN PRIVATE KEY----- but got an empty file", b"PRIVATE KEY",
    b"-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQ",
    b"Bearer ********************", b"bearer authentication-is-required-for-this", b"Bearer short1",
    b"postgresql://app:*****@db.example/", b"postgresql://app@db.example", b"http://host:8080/a@b", b"https://a.example/x:y@z",
    b"https://a.example/?password=***", b"https://a.example/?password=${PASSWORD}", b"https://a.example/?password=&x=1",
    b"https://a.example/?password=[REDACTED]", b"https://a.example/?passage=north", b"the password=x of nobody",
    b"<Body>Delivered</Body>", b"<body>Internal</body>", b"<Body>***</Body>",
    b"</Body>TmVqLCBkZXR0YSDDpHIgaW5nZW4ga3JvcHA=",
    b"JVBERi0 is how a PDF begins", b"PDF PHP PGP PEMDecoderFactoryBean",
    base64.b64encode(b"<note>" + b"nothing " * 20),
]  # fmt: skip


@each_engine
@pytest.mark.parametrize("data", NO_SECRET)
def test_what_was_masked_or_only_named_is_no_secret(data: bytes, engine: Make) -> None:
    assert not hits(b"x " + data + b" y\n", engine)


# -- Two engines, two ways to count, one answer ------------------------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from([write(PERSON) for _, write in FORMS.values()]),
    st.sampled_from([written for _, written in SECRETS.values()]),
    st.sampled_from(
        [b" ", b"\n", b"%", b"\\u00", b"-", b"1", b"19", b"=", b"P", b"3139", b"\x00", b"Body>", b"bearer "]
    ),
    st.binary(max_size=6),
    st.from_regex(rb"[0-9]{1,14}", fullmatch=True),
)


@pytest.mark.skipif(not FAST, reason="hyperscan (the extra logs) is not installed: there is one engine only")
@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=30).map(b"".join))
@example(b"bearer 313934363031323632333831")
def test_both_engines_find_the_same(data: bytes) -> None:
    assert hits(data, standard_library) == hits(data)


@pytest.mark.skipif(
    bulk.numpy_or_none() is None, reason="numpy (the extra logs) is not installed: there is one way only"
)
def test_numpy_and_the_standard_library_count_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)
    texts = [f"{chance.randrange(10**10):010}" for _ in range(4000)]
    data = "".join(f"\n{text}" if len(text) % 2 else f"\n{text[:6]}-{text[6:]}" for text in texts).encode() + b"\n"
    data = (
        b"".join(
            b" " + (text if chance.random() < 0.5 else text[:6] + b"-" + text[6:])
            for text in data.replace(b"-", b"").split()
        )
        + b" "
    )
    ends = [place + 1 for place in range(11, len(data)) if data[place : place + 1] == b" "]
    lines = data.replace(b" ", b"\n")
    places = sorted(chance.randrange(len(data)) for _ in range(50))
    monkeypatch.setattr(bulk, "PART", 1000)  # so that there are many
    fast = bulk.dated_ends(data, ends), bulk.lines_before(lines, places)
    assert 0 < len(fast[0]) < len(ends) / 50
    monkeypatch.setattr(bulk, "numpy_or_none", lambda: None)
    assert (bulk.dated_ends(data, ends), bulk.lines_before(lines, places)) == fast
    assert fast[1] == [lines.count(b"\n", places[0], place) for place in places]


@pytest.mark.skipif(bulk.numpy_or_none() is None, reason="numpy (the extra logs) is not installed: there are no masks")
@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, st.from_regex(rb"[0-9]{6}[-+ x]?[0-9]{4}", fullmatch=True)), max_size=40))
def test_masks_find_what_has_the_shape_of_a_number_at_every_place(pieces: list[bytes]) -> None:
    data = b"\n" + b" ".join(pieces) * 9 + b"\n"
    shape = re.compile(rb"(?=[0-9]{2}[01][0-9]{3}(?:[^0-9]?[0-9]{4})([^0-9]))", re.DOTALL)
    wanted = {match.end(1) for match in shape.finditer(data) if match.end(1) > 11}
    assert wanted <= set(masks.number_ends(data).tolist())  # type: ignore[attr-defined]


# -- Facts -------------------------------------------------------------------------------------------------------------


def test_every_promised_fact_of_a_quiet_log_is_seen_once(tmp_path: Path) -> None:
    seen = seen_of(tmp_path, FILLER)
    assert seen.keys() == PROBE.promises().keys()
    assert PROBE.strength is Strength.FILE
    zero = [name for name in (fact.name[4:] for fact in PROBE.facts) if value(seen, name) == 0]
    assert len(zero) == 11
    assert values(seen, "files_named", "files_read", "bytes_read", "lines_read") == [1, 1, len(FILLER), 300]
    assert values(seen, "canary_encodings", "excerpts") == [(), Table(
        ("file", "line", "pattern", "written", "excerpt"), ()
    )]  # fmt: skip


def test_numbers_are_counted_by_whose_they_are(tmp_path: Path) -> None:
    other, test_series = test_persons()[1].number, "19" + with_check_digit("900101980")
    lines = [
        f"{PERSON}", f"{PERSON[2:8]}-{PERSON[8:]}", base64.b64encode(f"pnr {other}".encode()).decode(),
        f"{test_series}", f"personnummer {STRANGER}", f"order {STRANGER}", f"order 18{with_check_digit('700102123')}",
    ]  # fmt: skip
    seen = seen_of(tmp_path, "\n".join(lines).encode())
    assert values(seen, "canary_persons", "canary_persons_encoded", "canary_encodings") == [1, 1, ("base64", "plain")]
    assert values(seen, "number_patterns", "number_patterns_with_context", "numbers_distinct") == [3, 1, 2]
    assert values(seen, "number_most_repeated", "test_series_numbers", "lines_read") == [2, 1, 7]


def test_a_piece_of_an_identifier_counts_only_where_it_is_a_test_persons_number(tmp_path: Path) -> None:
    assert value(seen_of(tmp_path, f"trace a{STRANGER}bcdef01".encode()), "number_patterns") == 0
    seen = seen_of(tmp_path, f"trace a{PERSON}bcdef01".encode())
    assert values(seen, "number_patterns", "canary_persons") == [0, 1]


def test_the_wrong_century_is_another_person(tmp_path: Path) -> None:
    assert PERSON.startswith("19")
    seen = seen_of(tmp_path, f"20{PERSON[2:]}".encode())
    assert values(seen, "canary_persons", "test_series_numbers") == [0, 1]


def test_secrets_are_counted_by_pattern(tmp_path: Path) -> None:
    seen = seen_of(tmp_path, b"\n".join(written for _, written in SECRETS.values()))
    wanted = {fact: sum(fact == other for other, _ in SECRETS.values()) for fact, _ in SECRETS.values()}
    assert {fact: value(seen, fact) for fact in wanted} == wanted


def test_a_number_in_a_files_name_is_found(tmp_path: Path) -> None:
    (tmp_path / f"{PERSON}.log").write_bytes(b"nothing\n")
    seen = look(PROBE, source(tmp_path / "*.log"))
    assert values(seen, "canary_persons", "lines_read") == [1, 1]
    (row,) = value(seen, "excerpts").rows  # type: ignore[attr-defined]
    assert row[:3] == (f"{PERSON}.log", "", "test_person")


def test_of_many_hits_the_first_few_of_each_pattern_are_shown(tmp_path: Path) -> None:
    seen = seen_of(tmp_path, f"pnr {PERSON} {STRANGER}\n".encode() * 100)
    rows = value(seen, "excerpts").rows  # type: ignore[attr-defined]
    assert [row[2] for row in rows] == ["personal_number"] * 8 + ["test_person"] * 8
    assert rows[0] == ("app.log", "1", "personal_number", "plain", "personnummer: ************")


def test_more_different_numbers_than_are_remembered_are_not_counted_as_fewer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes._logs.tally.MAXIMAL_NUMBERS", 1)
    seen = seen_of(tmp_path, f"{STRANGER} 18{with_check_digit('700102123')}".encode())
    assert value(seen, "number_patterns") == 2
    assert reason(seen, "numbers_distinct") is reason(seen, "number_most_repeated") is Reason.LIMIT_REACHED


# -- What was sent through the stage -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written", [SENT, *(base64.b64encode(b"x" * n + SENT) for n in range(3))], ids=["plain", "0", "1", "2"]
)
def test_what_was_sent_is_found_word_for_word_and_in_base64(tmp_path: Path, written: bytes) -> None:
    seen = seen_of(tmp_path, b"debug: " + written + b"\n")
    assert value(seen, "message_bodies") == 1


def test_where_nothing_was_sent_no_test_person_could_have_left_a_trace(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_bytes(FILLER)
    seen = look(PROBE, source(tmp_path / "app.log"))
    for name in ("canary_persons", "canary_persons_encoded", "canary_encodings"):
        assert reason(seen, name) is Reason.NOT_EXERCISED
    assert value(seen, "number_patterns") == 0
    (tmp_path / "app.log").write_bytes(FILLER + PERSON.encode())
    assert value(look(PROBE, source(tmp_path / "app.log")), "canary_persons") == 1, "what is there was left by somebody"


def test_a_piece_of_a_body_is_plain_long_and_the_same_at_each_place() -> None:
    assert read_piece("Åäö Hej!\n".encode()) == b""
    piece = read_piece("<p>På måndag öppnar den nya mottagningen i centrum, välkommen".encode())
    assert 24 <= len(piece) <= 48
    for before in range(3):
        assert in_base64(piece)[before] in base64.b64encode(b"\xff" * before + piece + b"\xff\xff")


# -- Bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"\n", b"\0" * 5000, b"\xff\xfe\x00", b"1" * 99])
def test_odd_bytes_are_looked_through_like_others(tmp_path: Path, data: bytes) -> None:
    seen = seen_of(tmp_path, data)
    assert value(seen, "files_read") == 1
    assert value(seen, "canary_persons") == 0


def test_what_is_no_text_is_searched_and_never_found_clean(tmp_path: Path) -> None:
    noise = random.Random(2).randbytes(300_000)
    seen = seen_of(tmp_path, noise)
    assert value(seen, "files_read") == 0
    assert reason(seen, "private_keys") is reason(seen, "canary_persons") is Reason.NOT_UNDERSTOOD
    assert value(seen_of(tmp_path, noise + f"\n{PERSON}\n".encode()), "canary_persons") == 1


@pytest.mark.parametrize(
    "data",
    [
        ("Fel vid sändning åäö €\n" * 500).encode("utf-16"),
        ("Fel vid sändning åäö\n" * 500).encode("latin-1"),
        b"\0" * 70_000 + b"2026-11-26T12:00:00Z rotated while it was written\n" * 100,
        b"\x1b[31mERROR\x1b[0m in colour\r\n" * 500,
        random.Random(2).randbytes(511),
    ],
    ids=["UTF-16", "Latin-1", "a hole of zeros", "colours", "too short to tell"],
)
def test_text_in_any_encoding_is_text(tmp_path: Path, data: bytes) -> None:
    assert value(seen_of(tmp_path, data), "files_read") == 1


def test_zeros_around_a_number_do_not_hide_it(tmp_path: Path) -> None:
    seen = seen_of(tmp_path, FILLER + b"\0\0" + PERSON.encode() + b"\0\0\0")
    assert value(seen, "canary_persons") == 1


def test_of_a_cut_gzip_what_was_read_counts_and_nothing_is_zero(tmp_path: Path) -> None:
    packed = gzip.compress(f"{PERSON}\n".encode() + random.Random(3).randbytes(200_000))
    (tmp_path / "cut.log.gz").write_bytes(packed[:100_000])
    seen = look(PROBE, source(tmp_path / "cut.log.gz"))
    assert values(seen, "canary_persons", "files_read", "files_named") == [1, 0, 1]
    assert reason(seen, "private_keys") is reason(seen, "message_bodies") is Reason.NOT_UNDERSTOOD
    assert value(seen, "bytes_read") > 90_000  # type: ignore[operator]
    assert value(seen, "files_unread").rows == (  # type: ignore[attr-defined]
        ("cut.log.gz", "not_understood", "cut.log.gz is packed, and cut"),
    )


def test_one_unread_file_takes_nothing_from_the_others_but_their_silence(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"PK\x03\x04")
    (tmp_path / "b.log").write_bytes(f"{PERSON}\n".encode())
    seen = look(PROBE, source(tmp_path / "*.log"))
    assert values(seen, "canary_persons", "lines_read", "files_read", "files_named") == [1, 1, 1, 2]
    assert reason(seen, "number_patterns") is Reason.NOT_SUPPORTED


@pytest.mark.parametrize(
    ("path", "says", "reason_"),
    [
        ("gone.log", {}, Reason.NOT_CONFIGURED),
        ("", {}, Reason.NOT_CONFIGURED),
    ],
)
def test_a_source_that_is_not_there_leaves_every_fact_unseen(
    tmp_path: Path, path: str, says: dict[str, str], reason_: Reason
) -> None:
    target = source(tmp_path / path if path else "", **says)
    observed, _ = asyncio.run(observe([PROBE], session_for(target), Limits(), profile_of(target), lambda _: None))
    assert {one.value.reason for one in observed if isinstance(one.value, Unseen)} == {reason_}
    assert len(observed) == len(PROBE.facts)
    assert all(isinstance(one.value, Unseen) for one in observed)


def test_many_lines_of_one_second_are_counted_and_found_in() -> None:
    line = b"2026-11-30 12:00:00.000 INFO tick\n"

    def pieces() -> Iterator[bytes]:
        for number in range(300):
            yield line * 1000 + (f"mottagare {PERSON}\n".encode() if number == 299 else b"")

    results = list(map(scanner().look, blocks(pieces())))
    assert sum(result.lines for result in results) == 300_001
    assert [hit.digits for result in results for hit in result.hits] == [PERSON]


def test_a_source_that_is_too_much_says_so_and_keeps_what_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_personal_data, "MOST", {"hyperscan": 10, "standard library": 10})
    (tmp_path / "a.log").write_bytes(f"{PERSON}\n".encode())
    (tmp_path / "b.log").write_bytes(b"more\n")
    seen = look(PROBE, source(tmp_path / "*.log"))
    assert value(seen, "canary_persons") == 1
    assert reason(seen, "private_keys") is Reason.LIMIT_REACHED


def test_a_run_that_ends_stops_the_reading(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_bytes(FILLER * 2000)
    target = source(tmp_path / "app.log")

    async def interrupted() -> bool:
        running = asyncio.create_task(
            observe([PROBE], session_for(target), Limits(), profile_of(target), lambda _: None)
        )
        await asyncio.sleep(0.05)
        running.cancel()
        observed, complete = await running
        return complete or any(not isinstance(one.value, Unseen) for one in observed)

    assert not asyncio.run(asyncio.wait_for(interrupted(), 30))


# -- Nothing of it is told ---------------------------------------------------------------------------------------------


def test_nothing_that_was_found_is_told_kept_or_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written = [write(STRANGER) for _, write in FORMS.values()] + [secret for _, secret in SECRETS.values()]
    lines = [b"Anna Svensson, personnummer " + one + b", Storgatan 1" for one in written]
    (tmp_path / f"{STRANGER}.log").write_bytes(b"\n".join(lines))
    target = source(tmp_path / "*.log")
    session = session_for(target)
    with caplog.at_level(logging.DEBUG):
        observed, _ = asyncio.run(observe([PROBE], session, Limits(), profile_of(target), lambda _: None))
    counted = {one.fact: one.value for one in observed}
    assert counted["log.number_patterns"] == len(FORMS) + 1, "the name of the file has one too"
    kept = session.kept  # type: ignore[attr-defined]
    assert isinstance(kept, Kept)
    told = "\n".join([*map(repr, observed), *map(repr, kept.items()), caplog.text])
    assert "************" in told
    for one in (*written, STRANGER.encode(), STRANGER[2:].encode(), STRANGER[8:].encode(), b"hunter2", b"Svensson"):
        assert one.decode("latin-1") not in told
        assert repr(one)[2:-1] not in told


def test_the_name_of_a_block_is_a_block_of_its_own() -> None:
    assert scanner().look(Block(f"\n{PERSON}\n".encode(), 1, 13)).hits[0].digits == PERSON

"""What a sending system's account says, in the profile's words: every way to write it, and every mistake in it."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.chain import AccountSource
from readiness.contract.persons import test_persons
from readiness.errors import AccountError
from readiness.exercise.account import TOLD, Reading, read_account
from readiness.recording import AccountRow, Moment
from readiness.texts import texts
from tests.test_personal import REAL

PERSONS = {person.number for person in test_persons()}
ANNA, BO = sorted(PERSONS)[:2]
NOW = Moment(datetime(2026, 11, 30, 12, tzinfo=UTC), 5)
COLUMNS = (
    ("person", "Mottagare"),
    ("message", "Ärende"),
    ("outcome", "Status"),
    ("channel", "Kanal"),
    ("told", "Larmat"),
)
SAYS = {
    "columns": COLUMNS,
    "words": (("delivered", "levererad"), ("paper", "utskriven"), ("failed", "fel"), ("failed", "avvisad")),
    "channels": (("digital", "mm"), ("paper", "post")),
    "told": ("ja", "true"),
}
CSV = AccountSource(file="x", delimiter=";", **SAYS)
JSON = AccountSource(url="x", format="json", rows="data.brev", **SAYS)
HEADER = "Mottagare;Ärende;Status;Kanal;Larmat;Annat\n"


def read(text, source=CSV, lang="sv"):
    data = text if isinstance(text, bytes) else text.encode()
    return read_account(data, Reading(source, "konto", PERSONS, lang), NOW)


def the_fault(text, source=CSV, lang="sv"):
    with pytest.raises(AccountError) as error:
        read(text, source, lang)
    (fault,) = error.value.faults
    return fault


def test_a_row_is_told_in_our_words_with_the_time_it_was_read():
    rows = read(f"{HEADER}{ANNA};A-1;Levererad;MM;;x\n\n{BO};A-2; avvisad ;;Ja;x\n{BO};A-3;FEL;Post;nej;x\n")
    assert rows == (
        AccountRow(ANNA, "A-1", "delivered", NOW, "digital"),
        AccountRow(BO, "A-2", "failed", NOW, "", told=True),
        AccountRow(BO, "A-3", "failed", NOW, "paper", told=False),
    )


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("utf-8", HEADER.encode("utf-8")),
        ("utf-8", HEADER.encode("utf-8-sig")),
        ("latin-1", HEADER.encode("latin-1")),
        ("latin-1", HEADER.encode("utf-8-sig")),
        ("windows-1252", HEADER.encode("cp1252")),
        ("utf-16", HEADER.encode("utf-16")),
        ("utf-8", HEADER.encode("utf-16")),
        ("utf-8", HEADER.replace("\n", "\r\n").encode()),
    ],
)
def test_a_file_may_be_written_in_any_of_the_encodings_with_or_without_a_mark(encoding, data):
    codec = "utf-16-le" if data.startswith(b"\xff\xfe") else "ascii"
    source = AccountSource(file="x", delimiter=";", encoding=encoding, **SAYS)
    (row,) = read(data + f"{ANNA};A;Fel;;;x\n".encode(codec), source)
    assert (row.person, row.outcome) == (ANNA, "failed")


def test_text_in_quotes_may_hold_the_delimiter_and_lines():
    rows = read(f'{HEADER}{ANNA};"A;""1""\n2";fel;;;\n{BO};B;fel;;;\n')
    assert [row.message for row in rows] == ['A;"1"\\u000a2', "B"]


@pytest.mark.parametrize("said", [ANNA, ANNA[2:], f"{ANNA[:8]}-{ANNA[8:]}", f"{ANNA[2:8]}-{ANNA[8:]}"])
def test_a_test_person_may_be_written_with_ten_or_twelve_digits(said):
    assert read(f"{HEADER}{said};;fel;;;\n")[0].person == ANNA


def test_json_is_read_at_its_path_and_inner_keys_too():
    source = AccountSource(
        url="x",
        format="json",
        rows="data.brev",
        columns=(("person", "till.id"), ("outcome", "status"), ("told", "larm")),
        words=(("failed", "7"),),
        told=("true",),
    )
    rows = [{"till": {"id": int(ANNA)}, "status": 7, "larm": True}, {"till.id": BO, "status": "7", "larm": None}]
    assert read(json.dumps({"data": {"brev": rows}}), source) == (
        AccountRow(ANNA, "", "failed", NOW, told=True),
        AccountRow(BO, "", "failed", NOW),
    )


def test_a_list_alone_needs_no_path():
    source = AccountSource(url="x", format="json", **SAYS)
    assert read(json.dumps([{"Mottagare": ANNA, "Status": "fel"}]), source)[0].outcome == "failed"
    assert read("[]", source) == ()


MISTAKES = {
    # name: (source, text, line, key, words said)
    "no column": (CSV, "Mottagare;Status;Ärende;Larmat\n", 1, "Kanal", "Mottagare, Status"),
    "another delimiter": (
        AccountSource(file="x", columns=(("person", "P"), ("outcome", "O")), words=(), channels=()),
        "P;X,O\n",
        1,
        "P",
        "P;X",
    ),
    "a short line": (CSV, f"{HEADER}{ANNA};1\n", 2, "", "6"),
    "an open quote": (CSV, f'{HEADER}{ANNA};"1;fel\n', 2, "", "citattecken"),
    "an unknown word": (CSV, f"{HEADER}{ANNA};1;Sänd;;;\n", 2, "Status", "levererad, utskriven, fel"),
    "an unknown channel": (CSV, f"{HEADER}\n{ANNA};1;fel;Fax;;\n", 3, "Kanal", "account.channels"),
    "no outcome": (CSV, f"{HEADER}{ANNA};1; ;;;\n", 2, "Status", "saknas"),
    "no person": (CSV, f"{HEADER};1;fel;;;\n", 2, "Mottagare", "saknas"),
    "a stranger": (CSV, f"{HEADER}19{REAL};1;fel;;;\n", 2, "Mottagare", "testperson"),
    "not UTF-8": (CSV, (HEADER + "x\n").encode() + b"\xe5\n", 3, "", "latin-1"),
    "no JSON": (JSON, '{"data":\n nej}', 2, "", "csv"),
    "deep JSON": (JSON, "[" * 100_000, 1, "", "JSON"),
    "a wrong path": (JSON, '{"data": {"post": 1, "post2": 2}}', 0, "data.brev", "post, post2"),
    "no list": (JSON, '{"data": {"brev": {}}}', 0, "data.brev", "rows"),
    "no object": (JSON, '{"data": {"brev": [3]}}', 0, "data.brev[1]", "objekt"),
    "an object for a text": (
        JSON,
        json.dumps({"data": {"brev": [{"Mottagare": {}, "Status": "fel"}]}}),
        0,
        "data.brev[1].Mottagare",
        "punkter",
    ),
    "a key that is not there": (
        JSON,
        json.dumps({"data": {"brev": [{"Mottagare": ANNA}]}}),
        0,
        "data.brev[1].Status",
        "saknas",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_source_line_column_and_cure(name):
    source, text, line, key, said = MISTAKES[name]
    fault = the_fault(text, source)
    assert (fault.file, fault.line, fault.key) == ("konto", line, key)
    assert said in str(fault)
    assert fault.cure.endswith(".")
    assert REAL[-4:] not in str(fault)
    assert str(the_fault(text, source, "en")) != str(fault)


def test_all_mistakes_are_told_at_once_but_not_without_end():
    with pytest.raises(AccountError) as error:
        read(HEADER + f"{ANNA};1;sänd;fax;;\n" * 2)
    assert [(fault.line, fault.key) for fault in error.value.faults] == [
        (2, "Kanal"),
        (2, "Status"),
        (3, "Kanal"),
        (3, "Status"),
    ]
    with pytest.raises(AccountError) as error:
        read(HEADER + f"{ANNA};1;sänd;;;\n" * 100)
    assert len(error.value.faults) == TOLD
    with pytest.raises(AccountError) as error:
        read(HEADER + f"{ANNA};1;sänd;;;\n" * 100 + '"')
    assert len(error.value.faults) == TOLD


def test_a_personal_number_in_another_column_is_masked_where_kept_and_where_shown():
    assert REAL not in read(f"{HEADER}{ANNA};18{REAL};fel;;;\n")[0].message
    assert REAL not in str(the_fault(f"{HEADER}{ANNA};1;18{REAL};;;\n"))
    assert REAL not in str(the_fault(f"18{REAL};Status\n", AccountSource(columns=(("person", "P"),), delimiter=";")))


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: (HEADER + text).encode())))
def test_whatever_an_account_holds_it_is_rows_or_an_account_error(data):
    for source in (CSV, JSON):
        with suppress(AccountError):
            assert {row.person for row in read(data, source)} <= PERSONS


def test_every_fault_has_words_and_a_cure():
    keys = [
        {key.partition(".")[2] for key in texts("sv") if key.startswith(f"account_{part}.")}
        for part in ("wrong", "cure")
    ]
    assert keys[0] == keys[1]
    assert len(keys[0]) >= 10

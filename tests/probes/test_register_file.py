"""Does the probe count what stands in a register, tell what it cannot read, and keep what is in it to itself?"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from probes import register_file
from probes._register_cells import Numbered, read_cells
from probes._register_comparisons import COMPARISONS, compare
from probes._register_measures import Beside
from probes._register_rows import LONGEST_HEAD, MOST_ROWS, Layout, read_rows
from readiness.chain import Permit
from readiness.contract.persons import test_persons as persons
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import CannotObserve
from readiness.register_purposes import COUNTERPARTS, PROFILE, PURPOSES, Cell, Column, Purpose
from tests.conftest import Kept, look, session_for

PERSON = persons()[0].number
AS_OF = datetime(2026, 11, 20, tzinfo=UTC)
TWO = {"a": "a", "b": "b"}


def csv(data: bytes | str, **layout: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    sheet = read_rows(data.encode() if isinstance(data, str) else data, Layout("csv", TWO, **layout))
    return sheet.columns, [cells for _, cells in sheet.rows]


def refused(data: bytes | str, format_: str = "csv", **layout: str) -> Unseen:
    with pytest.raises(CannotObserve) as caught:
        read_rows(data.encode() if isinstance(data, str) else data, Layout(format_, TWO, **layout))
    return caught.value.unseen


def reason(data: bytes | str, format_: str = "csv", **layout: str) -> Reason:
    return refused(data, format_, **layout).reason


# -- Files


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_told_from_the_headings(delimiter: str) -> None:
    assert csv(f"x{delimiter}b{delimiter}a\n1{delimiter}2{delimiter}3\n") == (("a", "b"), [("3", "2")])


@pytest.mark.parametrize(
    ("data", "layout"),
    [
        ("a;b\nå;2\n".encode("utf-8-sig"), {}),
        ("a;b\nå;2\n".encode("utf-16"), {}),
        ("a;b\r\nå;2\r\n".encode("cp1252"), {"encoding": "cp1252"}),
        ("\n\n A ; B \n;\nå;2\n;;\n".encode(), {}),
        ('a;b\n"å";"2"'.encode(), {}),
        ("a,b;c\nå,2;3\n".encode(), {"delimiter": ","}),
    ],
)
def test_encodings_line_ends_quotes_and_empty_lines_are_read(data: bytes, layout: dict[str, str]) -> None:
    _, rows = csv(data, **layout)
    assert rows[0][0] == "å"
    assert len(rows) == 1


def test_a_row_is_numbered_as_a_person_counts_lines() -> None:
    sheet = read_rows(b"a;b\n\n1;2\n3;\n", Layout("csv", TWO))
    assert sheet.rows == ((3, ("1", "2")), (4, ("3", "")))


def test_a_column_that_is_not_there_is_not_there() -> None:
    assert csv("b;c\n1;2\n") == (("b",), [("1",)])
    assert csv("") == ((), [])


@pytest.mark.parametrize(
    "data",
    [
        "a;b\nå;2\n".encode("latin-1"),
        b"a;b\n1\0;2\n",
        "a;b\n1;2;3\n",
        "a;a;b\n1;2;3\n",
        'a;b\n"1;2\n',
        'a;b\n"1"x;2\n',
        "a;b\n1;2\n".encode("utf-16")[:-1],
    ],
    ids=["latin-1", "NUL", "more cells", "heading twice", "open quote", "after a quote", "half a character"],
)
def test_what_is_no_such_csv_is_not_understood(data: bytes | str) -> None:
    assert reason(data) is Reason.NOT_UNDERSTOOD


@pytest.mark.parametrize(
    "data",
    [";".join(["a"] * 1_000_000), ";".join(map(str, range(2001))) + "\n", "a;b\n" + "1;2\n" * (MOST_ROWS + 1)],
    ids=["a million columns", "2001 columns", "too many rows"],
)
def test_a_csv_without_end_is_left(data: str) -> None:
    assert reason(data) is Reason.LIMIT_REACHED
    assert LONGEST_HEAD < 1_000_000


@pytest.mark.parametrize(
    ("document", "rows", "expected"),
    [
        ([{"a": 1, "b": None}, {"a": "x"}], "", [(1, None), ("x", None)]),
        ({"x": {"y": [{"b": True, "a": 2.5}]}}, "x.y", [(2.5, True)]),
        ([{"a": {"x": 1}, "b": [1]}], "", [("{...}", "{...}")]),
        ([], "", []),
    ],
)
def test_json_rows(document: object, rows: str, expected: list[tuple[object, ...]]) -> None:
    sheet = read_rows(json.dumps(document).encode(), Layout("json", TWO, rows=rows))
    assert [cells for _, cells in sheet.rows] == expected
    assert sheet.columns == ("a", "b")


@pytest.mark.parametrize(
    "data",
    ['{"a": 1}', "[1]", '[{"a": 1, "a": 2}]', '[{"a": NaN}]', "[" * 100_000, '[{"a": 1}', "\ufeff{", "a;b"],
)
def test_what_is_no_list_of_objects_is_not_understood(data: str) -> None:
    assert reason(data, "json") is Reason.NOT_UNDERSTOOD


def workbook(*rows: list[object], title: str = "Blad1") -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def repacked(data: bytes, part: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for one in parts.infolist():
            text = parts.read(one).decode()
            if one.filename == part:
                assert old in text
                text = text.replace(old, new)
            written.writestr(one, text)
    return out.getvalue()


def test_a_workbook_is_read_with_its_dates_and_numbers() -> None:
    data = workbook(["B", "A"], [], [datetime(2026, 11, 1, 8, 30), 2021.0], [date(2026, 11, 2), "x"])  # noqa: DTZ001
    sheet = read_rows(data, Layout("xlsx", TWO))
    assert [cells[0] for _, cells in sheet.rows] == [2021, "x"]
    assert sheet.rows[0][1][1] == datetime(2026, 11, 1, 8, 30)  # noqa: DTZ001
    assert [number for number, _ in sheet.rows] == [3, 4]
    assert read_rows(workbook(["a"], [1], title="Andra"), Layout("xlsx", TWO, sheet="Andra")).rows == ((2, (1,)),)


def test_a_workbook_that_lies_about_its_size_is_read_as_it_is() -> None:
    data = repacked(workbook(["a", "b"], [1, 2]), "xl/worksheets/sheet1.xml", 'ref="A1:B2"', 'ref="A1:A1"')
    assert read_rows(data, Layout("xlsx", TWO)).rows == ((2, (1, 2)),)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, Reason.CREDENTIALS_NEEDED),
        (b"PK\x03\x04 no more", Reason.NOT_UNDERSTOOD),
        (b"a;b\n1;2\n", Reason.NOT_UNDERSTOOD),
        (workbook(["a"])[:-200], Reason.NOT_UNDERSTOOD),
        (repacked(workbook(["a"]), "xl/workbook.xml", "<workbook", "<!DOCTYPE x><workbook"), Reason.NOT_UNDERSTOOD),
        (repacked(workbook(["a"]), "xl/workbook.xml", "<workbook", "<workbok"), Reason.NOT_UNDERSTOOD),
    ],
    ids=["password", "cut head", "no zip", "cut", "DTD", "broken part"],
)
def test_what_is_no_open_workbook_is_told_apart(data: bytes, why: Reason) -> None:
    assert reason(data, "xlsx") is why


def test_a_dtd_in_a_workbook_is_refused_for_itself() -> None:
    data = repacked(workbook(["a"]), "xl/workbook.xml", "<workbook", "<!DOCTYPE workbook><workbook")
    assert "DTD" in refused(data, "xlsx").detail


def test_a_sheet_that_is_not_there_is_not_understood() -> None:
    assert reason(workbook(["a"]), "xlsx", sheet="Blad7") is Reason.NOT_UNDERSTOOD


def test_a_workbook_that_unpacks_to_gigabytes_is_left_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for number in range(3):
            parts.writestr(f"xl/worksheets/sheet{number}.xml", b"\0" * (100 * 1024 * 1024))
    assert len(out.getvalue()) < 1_000_000
    assert reason(out.getvalue(), "xlsx") is Reason.LIMIT_REACHED


COMPONENTS = {"component": "component", "version": "version", "reference": "reference"}


def components(document: object, format_: str) -> list[tuple[object, ...]]:
    return [cells for _, cells in read_rows(json.dumps(document).encode(), Layout(format_, COMPONENTS)).rows]


def test_components_of_both_standards_are_read() -> None:
    inner = {"name": "inre", "version": "2", "bom-ref": "r2"}
    outer = {"name": "x", "purl": "pkg:pypi/yttre@1.0?arch=a#p", "version": "1.0", "components": [inner]}
    assert components({"bomFormat": "CycloneDX", "components": [outer, {"group": "g", "name": "n"}]}, "cyclonedx") == [
        ("pkg:pypi/yttre", "1.0", None),
        ("g/n", None, None),
        ("inre", "2", "r2"),
    ]
    reference = {"referenceType": "purl", "referenceLocator": "pkg:npm/%40a/b@3"}
    package = {"name": "b", "versionInfo": "3", "SPDXID": "SPDXRef-b", "externalRefs": [reference]}
    assert components({"spdxVersion": "SPDX-2.3", "packages": [package]}, "spdx") == [
        ("pkg:npm/%40a/b", "3", "SPDXRef-b")
    ]


@pytest.mark.parametrize(
    ("said", "purl", "versions"),
    [
        ("2.0", "pkg:pypi/x@1.0", ["2.0", "1.0"]),
        ("1.0", "pkg:pypi/x@1.0", ["1.0"]),
        ("1:1.0+b", "pkg:deb/debian/x@1.0%2Bb?epoch=1", ["1:1.0+b"]),
        ("1.0", "pkg:golang/x@v1.0", ["1.0"]),
        (None, "pkg:pypi/x@1.0", ["1.0"]),
        ("1.0", "pkg:pypi/x", ["1.0"]),
        ("1.0", "pkg:npm/@a/x", ["1.0"]),
        (None, "pkg:pypi/x", [None]),
    ],
)
def test_a_component_whose_document_contradicts_itself_is_there_in_both_versions(
    said: str | None, purl: str, versions: list[str | None]
) -> None:
    cyclonedx = {"name": "x", "version": said, "purl": purl, "bom-ref": "r"}
    reference = {"referenceType": "purl", "referenceLocator": purl}
    spdx = {"name": "x", "versionInfo": said, "SPDXID": "r", "externalRefs": [reference]}
    for document, format_ in (
        ({"bomFormat": "CycloneDX", "components": [cyclonedx]}, "cyclonedx"),
        ({"spdxVersion": "SPDX-2.3", "packages": [spdx]}, "spdx"),
    ):
        assert [cells[1:] for cells in components(document, format_)] == [(one, "r") for one in versions]


@pytest.mark.parametrize("format_", ["cyclonedx", "spdx"])
@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"bomFormat": "SPDX"},
        {"bomFormat": "CycloneDX", "components": {}},
        {"spdxVersion": "SPDX-2.3", "packages": [1]},
    ],
)
def test_a_document_of_another_standard_is_not_understood(format_: str, document: object) -> None:
    if isinstance(document, dict) and ("bomFormat" in document) is (format_ == "spdx"):
        document = {}
    assert reason(json.dumps(document), format_) is Reason.NOT_UNDERSTOOD


# -- Cells

OF_CELLS = Purpose(
    (
        Column("a"),
        Column("n", Cell.NUMBER),
        Column("d", Cell.DAY, optional=True),
        Column("f", Cell.FLAG, optional=True),
        Column("w", Cell.WORD, optional=True, words=("x", "y")),
    ),
    key=("a",),
    every="w",
)


def cells(*rows: dict[str, object]) -> object:
    layout = Layout("json", {column.name: column.name for column in OF_CELLS.columns})
    data = json.dumps(rows, default=str).encode()
    return read_cells(read_rows(data, layout), OF_CELLS, {"w": {"ett": "x"}, "f": {"ja": "yes"}})


@pytest.mark.parametrize(
    ("column", "raw", "value"),
    [
        ("n", "1 234,5", "1234.5"),
        ("n", 0, "0"),
        ("n", "99,5 %", "99.5"),
        ("n", "-1", None),
        ("n", "1e3", None),
        ("n", "x", None),
        ("n", True, None),
        ("n", "٣", None),
        ("n", "1" * 31, None),
        ("d", "2026-11-01", "2026-11-01 00:00:00+00:00"),
        ("d", "2026-11-01T08:00:00+01:00", "2026-11-01 08:00:00+01:00"),
        ("d", "1/11 2026", None),
        ("d", "2026-13-01", None),
        ("d", 5, None),
        ("f", "Ja", "True"),
        ("f", "no", "False"),
        ("f", False, "False"),
        ("f", "kanske", None),
        ("w", " ETT ", "x"),
        ("w", "Y", "y"),
        ("w", "två", None),
    ],
)
def test_a_cell_means_what_its_column_holds_or_nothing(column: str, raw: object, value: str | None) -> None:
    counted = cells({"a": "1", "n": 1, column: raw})
    found = counted.rows[0].row.get(column)
    assert (found if found is None else str(found)) == value
    assert counted.outside == ((1,) if value is None else ())
    assert counted.restricted == (1 if column == "n" else 2)


def test_empty_cells_repeated_keys_and_missing_words_are_counted() -> None:
    counted = cells({"a": "Å", "n": " "}, {"a": "å", "n": 1, "w": "y"}, {"a": None, "n": None})
    assert (counted.cells, counted.empty) == (6, (1, 3, 3))
    assert (counted.keys, counted.repeated) == (2, (2,))
    assert counted.values_missing == ("x",)


# -- Comparisons


def rows_of(purpose: str, *rows: dict[str, object]) -> tuple[Numbered, ...]:
    layout = Layout("json", {column.name: column.name for column in PURPOSES[purpose].columns})
    counted = read_cells(read_rows(json.dumps(rows).encode(), layout), PURPOSES[purpose], {})
    assert not counted.outside
    return counted.rows


def compared(purpose: str, *rows: dict[str, object], others: list[dict[str, object]] | None = None, **beside: object):
    against = PURPOSES[purpose].against
    other = None if others is None else rows_of(against, *others)
    usual = {"others": other, "classified": frozenset({"beslut"}), "hosts": frozenset({"a.se"}), "as_of": AS_OF}
    return compare(
        purpose, rows_of(purpose, *rows), Beside(**({"sensitive": (), "interval_days": 30} | usual | beside))
    )


def deviating(purpose: str, *rows: dict[str, object], others: list[dict[str, object]] | None = None) -> object:
    found = compared(purpose, *rows, others=others)
    return found.number, found.deviating


def klass(system: str, k: int, reason: str = "", kind: str = "Beslut") -> dict[str, object]:
    return {"information_type": kind, "system": system, "klassa_k": k, "klassa_r": 1, "klassa_t": 1, "reason": reason}


def part(name: str, on: str, restored: str = "yes") -> dict[str, object]:
    return {"part": name, "on": on, "restored": restored}


def reviewed(*days: str) -> list[dict[str, object]]:
    return [{"reviewed_on": day} for day in days]


def queue(hours: str, limit: int = 24, encrypted: str = "no") -> dict[str, object]:
    return {
        "queue": "q",
        "listed_at": "2026-11-20T12:00:00Z",
        "oldest": f"2026-11-19T{hours}:00Z",
        "limit_hours": limit,
        "encrypted": encrypted,
    }


def sent(*rows: tuple[str, str, str, str]) -> list[dict[str, object]]:
    return [dict(zip(("decision", "party", "consignment", "receipt"), row, strict=True)) for row in rows]


AVAILABLE = {"service": "a", "period": "1"}
CRITICAL = {"id": "1", "component": "Bib", "version": "1.0", "severity": "critical", "published": "2026-10-20"}
SUMS = {"period": "1", "receipted": 1, "paper": 2, "failed": 3, "in_progress": 4}
WAY = {"mediator": "F", "certificate": "c"}


@pytest.mark.parametrize(
    ("purpose", "rows", "others", "expected"),
    [
        (
            "private_providers",
            [
                {"organisation_number": "455000-0022"},
                {"organisation_number": "164550000030"},
                {"organisation_number": "455000-0023"},
                {"organisation_number": "٤٥٥"},
            ],
            [],
            (4, (3, 4)),
        ),
        ("classification", [klass("A", 3), klass("B", 3), klass("C", 0, kind="Annat")], None, (1, ())),
        ("classification", [klass("A", 3), klass("B", 2, "skäl")], None, (1, (1,))),
        ("classification", [klass("A", 3, "skäl"), klass("B", 2, "skäl")], None, (1, ())),
        (
            "message_types_sent",
            [{"message_type": "BESLUT", "sent": 1}, {"message_type": "annat", "sent": 1}],
            None,
            (2, (2,)),
        ),
        ("inventory", [{"host": "A.se"}, {"host": "b.se"}, {"host": "c.se", "outside": "skrivare"}], None, (3, (2,))),
        (
            "export",
            [
                {"part": "templates", "format": "csv", "expected": 2, "exported": 2, "performed_by": who}
                for who in ("kommun", "vendor")
            ],
            None,
            (2, (2,)),
        ),
        (
            "export",
            [{"part": "templates", "format": "csv", "expected": 2, "exported": 1, "performed_by": "kommun"}],
            None,
            (1, (1,)),
        ),
        ("mediators", [WAY, WAY], None, (1, ())),
        ("mediators", [WAY, {"mediator": "G", "certificate": "c", "decision": "2026/1"}], None, (2, (1,))),
        (
            "component_versions",
            [{"component": "A", "version": "1"}, {"component": "a", "version": "2"}],
            [{"component": "A", "version": "2"}],
            (2, (2,)),
        ),
        (
            "subprocessors",
            [
                {"name": "A", "country": "SE"},
                {"name": "B", "country": "US"},
                {"name": "C", "country": "SE"},
                {"name": "D", "country": "SE", "assessment": "ja"},
            ],
            [{"name": "a", "country": "SE"}, {"name": "B", "country": "SE"}],
            (4, (2, 3)),
        ),
        ("availability", [AVAILABLE | {"agreed": "99,5", "measured": m} for m in ("99.5", "99.4")], None, (2, (2,))),
        ("reconciliation", [SUMS | {"created": 10}, SUMS | {"created": 11}], None, (2, (2,))),
        ("restore_tests", [part("log", "2025-11-20"), part("templates", "2025-11-19")], None, (2, (2,))),
        ("restore_tests", [part("log", "2026-10-01"), part("log", "2026-11-01", "no")], None, (1, (2,))),
        ("log_reviews", reviewed("2026-09-20", "2026-10-20", "2026-11-19"), None, (3, ())),
        ("log_reviews", reviewed("2026-11-19", "2026-09-19", "2026-10-20T08:00:00Z"), None, (3, (2,))),
        ("log_reviews", reviewed("2026-10-19", "2026-10-19"), None, (1, (2,))),
        ("log_reviews", reviewed("2026-11-21"), None, (1, (1,))),
        ("queues", [queue("12:00"), queue("11:59"), queue("00:00", encrypted="yes")], None, (3, (2,))),
        ("multi_party", sent(("1", "A", "f", "k"), ("1", "B", "g", "l"), ("2", "A", "h", "k")), None, (1, ())),
        ("multi_party", sent(("1", "A", "f", "k"), ("1", "B", "f", "l"), ("1", "C", "g", "")), None, (1, (1, 2, 3))),
        (
            "tenants",
            [{"tenant": t, "fingerprint": f} for t, f in (("A", "AB:CD"), ("B", "abcd"), ("B", "ef"))],
            None,
            (2, (1, 2)),
        ),
        (
            "paper_fallback",
            [{"consignment": "1", "failed_at": "2026-11-02", "printed_at": "2026-11-01"}],
            None,
            (1, (1,)),
        ),
        (
            "sbom",
            [{"component": "bib", "version": "1.0"}, {"component": "bib", "version": "1.1"}],
            [CRITICAL],
            (2, (1,)),
        ),
        ("sbom", [{"component": "bib", "version": "1.0"}], [CRITICAL | {"published": "2026-10-21"}], (1, ())),
        ("sbom", [{"component": "bib", "version": "1.0"}], [CRITICAL | {"severity": "high"}], (1, ())),
        ("sbom", [{"component": "bib"}], [CRITICAL | {"version": "*"}], (1, (1,))),
    ],
)
def test_a_comparison_finds_what_deviates(
    purpose: str, rows: list[dict[str, object]], others: list[dict[str, object]] | None, expected: object
) -> None:
    assert deviating(purpose, *rows, others=others) == expected


STEPS = ("created", "relayed", "receipted", "read")


def steps(*days: str) -> list[dict[str, object]]:
    return [{"message": "m", "step": s, "at": d, "reference": "r"} for s, d in zip(STEPS, days, strict=False)]


def trial(on: str, **more: object) -> dict[str, object]:
    return {"on": on} | more


SWITCH = {"consignments": 4, "printed": 4, "minutes": 9}
CASE = {"case": "too_large", "status": "avvisad", "lost": 0, "doubled": 0}
PERMIT = Permit("leverantoren", ("a.example",), ("sends",), AS_OF - timedelta(90), AS_OF, "Medgivande 7", "ab" * 32)
APART = {"permit": "p", "asked_as": "A", "asked_for": "B", "refused": "yes", "logged": "yes"}


@pytest.mark.parametrize(
    ("purpose", "rows", "expected"),
    [
        ("end_to_end_tests", steps(*["2026-08-22"] * 4), (1, ())),
        ("end_to_end_tests", steps(*["2026-08-21"] * 4), (1, (1, 2, 3, 4))),
        ("end_to_end_tests", steps(*["2026-11-01"] * 3), (1, (1, 2, 3))),
        ("end_to_end_tests", steps("2026-11-02", "2026-11-01", "2026-11-03", "2026-11-04"), (1, (1, 2, 3, 4))),
        ("switch_tests", [trial("2025-11-20", **SWITCH)], (1, ())),
        ("switch_tests", [trial("2025-11-19", **SWITCH)], (1, (1,))),
        ("switch_tests", [trial("2026-11-01", **SWITCH), trial("2026-11-02", **SWITCH | {"printed": 3})], (1, (2,))),
        ("switch_tests", [trial("2026-11-01", **SWITCH | {"consignments": 0, "printed": 0})], (1, (1,))),
        ("switch_tests", [trial("2026-11-21", **SWITCH)], (1, (1,))),
        ("refused_input_tests", [trial("2026-11-01", **CASE)], (1, ())),
        ("refused_input_tests", [trial("2026-11-01", **CASE | {"doubled": 1})], (1, (1,))),
        ("refused_input_tests", [trial("2026-10-01", **CASE | {"lost": 1}), trial("2026-11-01", **CASE)], (1, ())),
        ("refused_input_tests", [trial("2026-08-21", **CASE), trial("2026-11-01", **CASE | {"case": "wrong_type"})],
         (2, (1,))),
        ("alarm_tests", [trial("2026-11-01", minutes=60)], (1, ())),
        ("alarm_tests", [trial("2026-11-01", minutes=61)], (1, (1,))),
        ("separation_tests", [trial("2026-11-01", **APART)], (1, ())),
        ("separation_tests", [trial("2026-11-01", **APART | {"logged": "no"})], (1, (1,))),
        ("separation_tests", [trial("2026-11-01", **APART | {"refused": "no"})], (1, (1,))),
        ("separation_tests", [trial("2026-11-01", **APART | {"asked_for": "a"})], (1, (1,))),
        ("separation_tests", [trial("2026-11-01", **APART), trial("2025-01-01", **APART | {"asked_for": "C"})],
         (2, (2,))),
    ],
)  # fmt: skip
def test_a_trial_counts_by_its_last_time_and_not_for_ever(
    purpose: str, rows: list[dict[str, object]], expected: object
) -> None:
    found = compared(purpose, *rows, permitted=lambda document, on: (PERMIT, ""))
    assert (found.number, found.deviating) == expected


def test_a_trial_that_its_permit_did_not_allow_deviates_and_the_permit_is_told_of() -> None:
    row = trial("2026-11-01", **APART)
    allowed = compared("separation_tests", row, permitted=lambda document, on: (PERMIT, ""))
    assert allowed.words == "permit Medgivande 7 of leverantoren, 2026-08-22 to 2026-11-20: it allowed the trial"
    refused = compared("separation_tests", row, permitted=lambda document, on: (PERMIT, "is for another year"))
    assert refused.deviating == (1,)
    assert refused.words.endswith(": is for another year")


def test_a_trial_under_a_permit_that_the_profile_has_not_is_open(tmp_path: Path) -> None:
    path = tmp_path / "prov.csv"
    path.write_text(
        "on;permit;asked_as;asked_for;refused;logged\n2026-11-01;Medgivande 7;A;B;yes;yes\n", encoding="utf-8"
    )
    target = Target(
        "prov",
        TargetKind.REGISTER,
        address=str(path),
        declared=(("as_of", AS_OF), ("format", "csv"), ("purpose", "separation_tests")),
    )
    endpoint = Target("tjanst", TargetKind.ENDPOINT, address="a.example:443", party="leverantoren")
    without = look(register_file.PROBE, target, session_for(target, endpoint))["register.deviating"].value
    assert isinstance(without, Unseen)
    assert without.reason is Reason.NOT_CONFIGURED
    found = look(register_file.PROBE, target, session_for(target, endpoint, permits=(PERMIT,)))["register.deviating"]
    assert (found.value, found.detail) == (
        0,
        compared("separation_tests", trial("2026-11-01", **APART), permitted=lambda *_: (PERMIT, "")).words,
    )


def test_samples_follow_one_template_for_each_type_or_a_share_of_them_does_not() -> None:
    def sample(n: int, follows: str = "yes", template: str = "T") -> dict[str, object]:
        return {"sample": str(n), "message_type": "Beslut", "template": template, "follows": follows}

    found = compared("template_samples", *(sample(n, "no" if n == 0 else "yes") for n in range(20)))
    assert (found.number, found.deviating, found.largest) == (20, (), 5)
    assert compared("template_samples", *(sample(n, "no" if n == 0 else "yes") for n in range(19))).largest == 6
    assert compared("template_samples", sample(1), sample(2, template="U")).deviating == (1, 2)


def test_a_notification_says_too_much_by_a_number_or_a_word() -> None:
    rows = [{"subject": "Brev"}, {"subject": f"Om {PERSON}"}, {"subject": "x", "file_name": "Försörjningsstöd.pdf"}]
    assert compared("notifications", *rows, sensitive=("försörjningsstöd",)).deviating == (2, 3)
    assert compared("notifications", *rows).number == 4


def test_medians_shares_and_waits() -> None:
    opened = [{"id": str(n), "opened": f"2026-{month:02}-20"} for n, month in enumerate((5, 8, 11))]
    assert compared("backlog", *opened).median_age == timedelta(days=92)
    assert compared("backlog", {"id": "1", "opened": "2020-01-01", "closed": "2020-02-01"}).median_age == timedelta()
    times = [{"channel": c, "received": "2026-10-01", "decided": f"2026-10-{d}"} for c, d in (("a", 11), ("b", 13))]
    assert compared("processing_times", *times).largest == 20
    assert compared("processing_times", times[0]).number == 0
    quick = [{"channel": c, "received": "2026-10-01", "decided": f"2026-10-0{d}"} for c, d in (("a", 1), ("b", 2))]
    assert compared("processing_times", *quick).largest == 0
    months = [{"month": str(n), "planned": 10, "done": done} for n, done in enumerate((30, 7))]
    assert compared("outreach", *months).largest == 15
    shares = [
        {"message_type": "a", "period": p, "sent": 100, "digital": d} for p, d in (("2", 60), ("1", 70), ("3", 59))
    ]
    assert (compared("digital_share", *shares).largest, compared("digital_share", *shares).number) == (10, 2)


@pytest.mark.parametrize(
    ("failed", "printed", "hours"),
    [
        ("2026-11-20T16:00:00Z", "2026-11-23T16:00:00Z", 24),
        ("2026-11-21T10:00:00Z", "2026-11-22T10:00:00Z", 0),
        ("2026-11-17T10:00:00Z", "2026-11-17T12:30:00Z", 2.5),
    ],
    ids=["over a weekend", "on a weekend", "within a day"],
)
def test_working_time_leaves_out_saturdays_and_sundays(failed: str, printed: str, hours: float) -> None:
    row = {"consignment": "1", "failed_at": failed, "printed_at": printed}
    assert compared("paper_fallback", row).percentile_95 == timedelta(hours=hours)


def test_what_is_not_printed_has_waited_until_the_list_was_made() -> None:
    assert compared("paper_fallback", {"consignment": "1", "failed_at": "2026-11-17"}).percentile_95 == timedelta(
        days=3
    )
    waits = [{"consignment": str(n), "failed_at": "2026-11-16", "printed_at": "2026-11-16"} for n in range(19)]
    late = {"consignment": "x", "failed_at": "2026-11-16", "printed_at": "2026-11-18"}
    assert compared("paper_fallback", *waits, late).percentile_95 == timedelta()
    assert compared("paper_fallback", *waits[1:], late).percentile_95 == timedelta(days=2)


@pytest.mark.parametrize("purpose", sorted(name for name, one in PURPOSES.items() if one.against not in {"", PROFILE}))
def test_without_its_other_list_a_comparison_is_not_made(purpose: str) -> None:
    with pytest.raises(CannotObserve) as caught:
        compared(purpose)
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED


def test_without_an_interval_reviews_are_not_compared() -> None:
    with pytest.raises(CannotObserve) as caught:
        compared("log_reviews", *reviewed("2026-11-19"), interval_days=None)
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED
    assert "interval_days" in caught.value.unseen.detail


def test_a_range_of_versions_is_not_guessed() -> None:
    with pytest.raises(CannotObserve) as caught:
        compared("sbom", {"component": "bib"}, others=[CRITICAL | {"version": "< 2.0"}])
    assert caught.value.unseen.reason is Reason.NOT_SUPPORTED


def test_every_purpose_has_columns_and_no_comparison_is_for_nothing() -> None:
    assert COMPARISONS.keys() <= PURPOSES.keys()
    assert {one.against for one in PURPOSES.values()} - {"", PROFILE} == COUNTERPARTS
    assert len(PURPOSES) > 20
    for purpose in PURPOSES.values():
        names = [column.name for column in purpose.columns]
        assert len(set(names)) == len(names)
        assert set(purpose.key) <= set(names)


# -- The probe


def register(folder: Path, data: bytes, purpose: str = "requirements", **says: object) -> Target:
    path = folder / "lista.csv"
    path.write_bytes(data)
    declared = {"purpose": purpose, "format": "csv", "as_of": AS_OF} | says
    return Target("lista", TargetKind.REGISTER, address=str(path), declared=tuple(sorted(declared.items())))


def test_a_register_is_counted_as_of_its_day(tmp_path: Path) -> None:
    target = register(tmp_path, b"Id;component;material\nSKA-1;;x\nSKA-1;c;\n", columns=("requirement=Id",))
    seen = look(register_file.PROBE, target)
    assert {name.partition(".")[2]: one.value for name, one in seen.items() if not isinstance(one.value, Unseen)} == {
        "rows": 2,
        "columns": 3,
        "columns_missing": (),
        "cells": 6,
        "cells_empty": 2,
        "cells_restricted": 0,
        "cells_outside": 0,
        "keys": 2,
        "keys_repeated": 1,
        "values_required": 0,
        "values_missing": (),
        "comparisons": 0,
        "deviating": 0,
    }
    assert seen["register.cells_empty"].detail == "row 2, 3"
    assert {one.at for one in seen.values()} == {AS_OF}


def test_words_of_the_profile_stand_for_those_of_the_set(tmp_path: Path) -> None:
    data = b"part;on;restored\nMallar;2026-11-01;Japp\n"
    target = register(tmp_path, data, "restore_tests", words=("part.templates=mallar", "restored.yes=japp"))
    seen = look(register_file.PROBE, target)
    assert seen["register.cells_outside"].value == 0
    assert seen["register.values_missing"].value == ("configuration", "log")
    assert seen["register.newest"].value == datetime(2026, 11, 1, tzinfo=UTC)


def test_nobody_home_and_garbage_leave_every_fact_unseen(tmp_path: Path) -> None:
    gone = Target(
        "lista",
        TargetKind.REGISTER,
        address=str(tmp_path / "ingen.csv"),
        declared=(("format", "csv"), ("purpose", "krav")),
    )
    gone = register(tmp_path, b"")
    Path(gone.address).unlink()
    with pytest.raises(CannotObserve) as caught:
        look(register_file.PROBE, gone)
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED
    with pytest.raises(CannotObserve) as caught:
        look(register_file.PROBE, register(tmp_path, b"\xff\xfe\x00"))
    assert caught.value.unseen.reason is Reason.NOT_UNDERSTOOD


@pytest.mark.parametrize("other", [b"", b"name\nA\n", b"name;country\nA;\n"], ids=["empty", "no column", "a hole"])
def test_an_other_list_that_is_not_whole_leaves_the_comparison_unseen_and_nothing_else(
    tmp_path: Path, other: bytes
) -> None:
    (tmp_path / "b").mkdir()
    before = register(tmp_path / "b", other, "previous_subprocessors")
    before = Target("forra", before.kind, address=before.address, declared=before.declared)
    target = register(tmp_path, b"name;country\nA;SE\n", "subprocessors", compare_with="forra")
    seen = look(register_file.PROBE, target, session_for(target, before))
    assert isinstance(seen["register.deviating"].value, Unseen)
    assert seen["register.rows"].value == 1


def test_no_cell_of_a_register_is_kept_or_told(tmp_path: Path) -> None:
    secret = "Astrid Hemlig 19900101-2384"
    data = f"case;consignment;receipt;receipt_at\n{secret};{secret};{secret};{secret}\n;{secret};;\n".encode()
    target = register(tmp_path, data, "receipts")
    session = session_for(target)
    seen = look(register_file.PROBE, target, session)
    assert seen["register.cells_outside"].value == 1
    assert seen["register.keys_repeated"].value == 1
    kept: Kept = session.kept  # type: ignore[attr-defined]
    for text in (repr(seen), repr(dict(kept))):
        assert "Astrid" not in text
        assert "19900101" not in text

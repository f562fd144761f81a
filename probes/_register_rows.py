"""What rows does a register hold? The bytes of a CSV, JSON or XLSX file, or of a list of components, in; rows out.

Only the columns that are asked for are kept. Left out: what a cell means (`_register_cells`) and what is counted.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

from readiness.model import Reason
from readiness.probe import CannotObserve

Raw = str | int | float | bool | date | datetime | None
"""A cell as the format has it; "" and None are empty."""

LARGEST_FILE = 64 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 2_000
LONGEST_HEAD = 256 * 1024
MOST_PARTS, LARGEST_UNPACKED = 2_000, 256 * 1024 * 1024
DELIMITERS = ";,\t|"


class Sheet(NamedTuple):
    """The rows of a register: for each its number in the file (a person's: the first below the headings of a CSV is 2,
    the first of a JSON list is 1) and its cells in the order of `columns`, the columns that the file has."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Raw, ...]], ...]


class Layout(NamedTuple):
    """How a file is laid out. `headings`: what it calls each column that is asked for; "" stands for what the file
    itself tells (`encoding`, `delimiter`), for its first `sheet`, or for the whole of a JSON document (`rows`)."""

    format: str
    headings: Mapping[str, str]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    rows: str = ""


def read_rows(data: bytes, layout: Layout) -> Sheet:
    """The rows. CannotObserve: not_understood (not what the layout says), limit_reached, credentials_needed (a
    workbook with a password), not_supported."""
    return READERS[layout.format](data, layout)


def _csv(data: bytes, layout: Layout) -> Sheet:
    text = _text(data, layout.encoding)
    head = text[: LONGEST_HEAD + 1].split("\n", 1)[0]
    if len(head) > LONGEST_HEAD:
        raise CannotObserve(Reason.LIMIT_REACHED, f"the first line is longer than {LONGEST_HEAD} characters")
    delimiter = layout.delimiter or max(DELIMITERS, key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _below_headings(((lines.line_num, row) for row in lines), layout)
    except csv.Error as error:
        raise _not_understood(f"line {lines.line_num} is not CSV ({error})") from error


def _text(data: bytes, encoding: str) -> str:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode(encoding or ("utf-16" if marked else "utf-8-sig"))
    except UnicodeDecodeError as error:
        said = f"it is not in {encoding}" if encoding else "it is not in UTF-8, and the profile gives no encoding"
        raise _not_understood(f"{said} (byte {error.start})") from error
    if "\0" in text:
        raise _not_understood("there are NUL characters in it: another encoding, or no text")
    return text


def _below_headings(lines: Iterable[tuple[int, Sequence[Raw]]], layout: Layout) -> Sheet:
    """Rows below a line of headings; empty lines are none."""
    found = iter(lines)
    head: tuple[Raw, ...] = tuple(next((row for _, row in found if any(map(_filled, row))), ()))
    if len(head) > MOST_COLUMNS:
        raise CannotObserve(Reason.LIMIT_REACHED, f"there are more than {MOST_COLUMNS} columns")
    named = [str(cell).strip().casefold() if _filled(cell) else "" for cell in head]
    places = {}
    for column, heading in layout.headings.items():
        wanted = heading.strip().casefold()
        if named.count(wanted) > 1:
            raise _not_understood(f"the heading of {column} stands more than once")
        if wanted in named:
            places[column] = named.index(wanted)
    wide = len(head)

    def cells() -> Iterator[tuple[int, tuple[Raw, ...]]]:
        for number, row in found:
            if not any(map(_filled, row)):
                continue
            if any(map(_filled, row[wide:])):
                raise _not_understood(f"row {number} has more cells than there are headings")
            yield number, tuple(row[place] if place < len(row) else None for place in places.values())

    return Sheet(tuple(places), _bounded(cells()))


def _json(data: bytes, layout: Layout) -> Sheet:
    found = _document(data, layout.encoding)
    for key in filter(None, layout.rows.split(".")):
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise _not_understood(f"there is no list at {layout.rows or 'its top'}")
    if wrong := next((number for number, row in enumerate(found, 1) if not isinstance(row, dict)), 0):
        raise _not_understood(f"row {wrong} is no object")
    columns = tuple(
        column for column, heading in layout.headings.items() if any(heading in row for row in found) or not found
    )
    rows = (
        (number, tuple(_plain(row.get(layout.headings[column])) for column in columns))
        for number, row in enumerate(found, 1)
    )
    return Sheet(columns, _bounded(rows))


def _document(data: bytes, encoding: str) -> Any:
    try:
        return json.loads(_text(data, encoding), object_pairs_hook=_once, parse_constant=_refuse)
    except RecursionError as error:
        raise _not_understood("it is nested too deeply") from error
    except ValueError as error:
        raise _not_understood(f"it is not JSON ({_said(error)})") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has a key twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def _plain(value: Any) -> Raw:
    """A list or an object in a cell is no cell: it is there, and it cannot be read."""
    return value if isinstance(value, str | int | float | bool) or value is None else "{...}"


def _xlsx(data: bytes, layout: Layout) -> Sheet:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotObserve(Reason.CREDENTIALS_NEEDED, "a workbook with a password, or one of before 2007")
    _check_parts(data)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that nobody reads here
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheet = book[layout.sheet] if layout.sheet else book.worksheets[0]
            sheet.reset_dimensions()  # a file may say that it is larger or smaller than it is
            return _below_headings(enumerate(sheet.iter_rows(values_only=True), 1), layout)
    except (
        ArithmeticError,
        AttributeError,
        EOFError,
        IndexError,
        KeyError,
        OSError,
        SyntaxError,
        TypeError,
        ValueError,
    ) as error:
        raise _not_understood(f"it is no workbook with such a sheet ({type(error).__name__})") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise _not_understood("a part of the workbook is broken") from error


def _check_parts(data: bytes) -> None:
    """A workbook is a ZIP: what it unpacks to is bounded before it is, and no part brings a DTD."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            listed = parts.infolist()
            if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > LARGEST_UNPACKED:
                raise CannotObserve(Reason.LIMIT_REACHED, "the workbook unpacks to more than is read of any")
            for part in listed:
                with parts.open(part) as opened:
                    if b"<!DOCTYPE" in opened.read(4096):
                        raise _not_understood("a part of the workbook has a DTD")
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise _not_understood("it is no workbook (XLSX)") from error


def _cyclonedx(data: bytes, layout: Layout) -> Sheet:
    """Components of a CycloneDX document, those in other components too."""
    document = _document(data, layout.encoding)
    if not isinstance(document, dict) or document.get("bomFormat") != "CycloneDX":
        raise _not_understood("it is no CycloneDX document in JSON")
    waiting, found = list(_objects(document.get("components"))), []
    while waiting:
        one = waiting.pop(0)
        waiting += _objects(one.get("components"))
        group = f"{one['group']}/" if one.get("group") else ""
        name = _package(one.get("purl")) or f"{group}{one.get('name') or ''}"
        versions = _versions(one.get("version"), [one.get("purl")])
        found += [(name, version, _plain(one.get("bom-ref"))) for version in versions]
    return _components(found)


def _spdx(data: bytes, layout: Layout) -> Sheet:
    """Packages of an SPDX 2 document."""
    document = _document(data, layout.encoding)
    if not isinstance(document, dict) or not str(document.get("spdxVersion", "")).startswith("SPDX-2."):
        raise _not_understood("it is no SPDX 2 document in JSON")
    found = []
    for one in _objects(document.get("packages")):
        references = [row.get("referenceLocator") for row in _objects(one.get("externalRefs"))]
        name = next(filter(None, map(_package, references)), "") or str(one.get("name") or "")
        versions = _versions(one.get("versionInfo"), references)
        found += [(name, version, _plain(one.get("SPDXID"))) for version in versions]
    return _components(found)


def _components(found: Iterable[tuple[str, Raw, Raw]]) -> Sheet:
    return Sheet(("component", "version", "reference"), _bounded(enumerate(found, 1)))


def _objects(found: Any) -> list[dict[str, Any]]:
    if found is not None and not (isinstance(found, list) and all(isinstance(one, dict) for one in found)):
        raise _not_understood("its list of components is no list of objects")
    return list(found or ())


def _package(purl: Any) -> str:
    """A package URL without version, qualifiers and place within (the purl specification); "" for anything else."""
    if not isinstance(purl, str) or not purl.startswith("pkg:"):
        return ""
    bare = purl.partition("#")[0].partition("?")[0]
    return bare.rpartition("@")[0] or bare


def _versions(said: Any, references: Iterable[Any]) -> list[Raw]:
    """Which version a component is in: what its element says, and what its package URLs say beside it where that is
    another. Where a document contradicts itself the component is there in both, under one reference."""
    own = _plain(said)
    urls = [one.partition("#")[0].partition("?")[0] for one in references if _package(one)]
    stated = dict.fromkeys(unquote(url.rpartition("@")[2]) for url in urls if "@" in url.rpartition("/")[2])
    # An epoch stands before the version, and in a package URL among its qualifiers; a v before it or not is a custom.
    same = {written.removeprefix("v") for written in (str(own), str(own).rpartition(":")[2])}
    others = [one for one in stated if one.removeprefix("v") not in same]
    return [own, *others] if _filled(own) else [*others] or [own]


def _bounded(rows: Iterable[tuple[int, tuple[Raw, ...]]]) -> tuple[tuple[int, tuple[Raw, ...]], ...]:
    found = []
    for row in rows:
        found.append(row)
        if len(found) > MOST_ROWS:
            raise CannotObserve(Reason.LIMIT_REACHED, f"there are more than {MOST_ROWS} rows")
    return tuple(found)


def _filled(cell: Raw) -> bool:
    return cell is not None and str(cell).strip() != ""


def _said(error: ValueError) -> str:
    """What a parser says of a document, without what stands in it."""
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)[:80]


def _not_understood(why: str) -> CannotObserve:
    return CannotObserve(Reason.NOT_UNDERSTOOD, why)


READERS: Mapping[str, Callable[[bytes, Layout], Sheet]] = {
    "csv": _csv,
    "json": _json,
    "xlsx": _xlsx,
    "cyclonedx": _cyclonedx,
    "spdx": _spdx,
}

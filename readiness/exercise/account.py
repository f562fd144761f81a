"""What does the sending system say became of each message? Bytes of its account in, rows out, by the profile's words.

Pure. Every fault is told with source, line or row, column, and what to write; a row about anyone who is no declared
test person is refused, and never kept or shown. Left out: where the bytes come from (`sources`), and which rows are of
this run (`ledger`).
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness import personal
from readiness.chain import AccountSource
from readiness.errors import AccountError, Fault
from readiness.exercise.links import Links
from readiness.recording import AccountRow, Moment
from readiness.texts import say

CODECS = {"utf-8": "utf-8-sig", "latin-1": "latin-1", "windows-1252": "cp1252", "utf-16": "utf-16"}
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
TOLD = 20
"""How many faults are told; the rest are mostly the same again."""
LONGEST = 200
"""Characters of a text out of an account that are kept or shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose account it is and for whom it is read. `origin` names it in errors; `persons` have twelve digits; `links`
    tells whom a message is to that a log names by an id only."""

    source: AccountSource
    origin: str
    persons: Collection[str]
    lang: str = "sv"
    links: Links = field(default_factory=Links)


def read_account(data: bytes, reading: Reading, at: Moment) -> tuple[AccountRow, ...]:
    """Every row, in the account's order; `at` is when it was read. AccountError with every fault (20 at most)."""
    faults = Faults(reading)
    names = dict(reading.source.columns)
    text = _decoded(data, reading.source.encoding, faults)
    rows = _csv_rows(text, names, reading.source, faults) if reading.source.format == "csv" else None
    found = []
    for place, row in rows if rows is not None else _json_rows(text, names, reading.source.rows, faults):
        if (read := _row(place, row, names, faults, at)) is not None:
            found.append(read)
    faults.raise_any()
    return tuple(found)


Place = tuple[int, str]
"""Line (0 where there are none), and what stands before the column's name in an error."""


class Faults:
    """What is wrong in one account, in the reader's language."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.found: list[Fault] = []

    def add(self, place: Place, column: str, code: str, **values: object) -> None:
        """Note one mistake."""
        wrong, cure = (say(self.reading.lang, f"account_{part}.{code}", **values) for part in ("wrong", "cure"))
        self.found.append(Fault(self.reading.origin, place[0], place[1] + column, wrong, cure))

    def stop(self, place: Place, column: str, code: str, **values: object) -> AccountError:
        """Note what leaves nothing to go on with, for the caller to raise."""
        self.add(place, column, code, **values)
        return AccountError(self.found[:TOLD])

    def raise_any(self) -> None:
        """AccountError where there was any."""
        if self.found:
            raise AccountError(self.found[:TOLD])


def _decoded(data: bytes, encoding: str, faults: Faults) -> str:
    """The text; a byte order mark says more than the profile."""
    codec = next((codec for mark, codec in MARKS if data.startswith(mark)), CODECS[encoding])
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise faults.stop((line, ""), "", "encoding", encoding=encoding) from None


def _csv_rows(
    text: str, names: Mapping[str, str], source: AccountSource, faults: Faults
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Each row under its header, with its line; empty ones are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=source.delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in names.values() if name not in header]
        for name in missing:
            faults.add((1, ""), name, "column", known=shown(", ".join(header)) or "-")
        faults.raise_any()
        for values in reader:
            place = (reader.line_num, "")
            if len(values) < len(header) and any(values):
                faults.add(place, "", "short", count=len(values), all=len(header))
            elif any(values):
                yield place, dict(zip(header, values, strict=False))
    except csv.Error as error:
        raise faults.stop((reader.line_num, ""), "", "csv", said=error) from None


def _json_rows(
    text: str, names: Mapping[str, str], path: str, faults: Faults
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Each object in the list at the dotted path, with its number, counted from 1."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        said = getattr(error, "msg", type(error).__name__)
        raise faults.stop((getattr(error, "lineno", 1), ""), "", "json", said=said) from None
    for key in path.split(".") if path else ():
        if not isinstance(value, dict) or key not in value:
            known = shown(", ".join(value)) if isinstance(value, dict) else "-"
            raise faults.stop((0, ""), path, "rows", known=known or "-")
        value = value[key]
    if not isinstance(value, list):
        raise faults.stop((0, ""), path or "rows", "no_list")
    for number, row in enumerate(value, 1):
        place = (0, f"{path or 'rows'}[{number}].")
        if isinstance(row, dict):
            yield place, {name: _inner(row, name) for name in names.values()}
        else:
            faults.add((0, place[1].rstrip(".")), "", "no_object")


def _inner(row: Mapping[str, Any], name: str) -> Any:
    """The value of a key, which may be a dotted path into inner objects."""
    if name in row or "." not in name:
        return row.get(name, MISSING)
    value: Any = row
    for key in name.split("."):
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return value


MISSING = object()


def _row(
    place: Place, row: Mapping[str, Any], names: Mapping[str, str], faults: Faults, at: Moment
) -> AccountRow | None:
    """One row in our words; None where a fault is noted."""
    before, source = len(faults.found), faults.reading.source
    texts = {key: _text(place, name, row.get(name, MISSING), key, faults) for key, name in names.items()}
    person = person_of(texts["person"], faults.reading.persons)
    if texts["person"] and not person:
        faults.add(place, names["person"], "person")
    outcome = meaning(place, names["outcome"], texts["outcome"], source.words, "words", faults)
    channel = texts.get("channel", "")
    if channel:
        channel = meaning(place, names["channel"], channel, source.channels, "channels", faults)
    told = texts.get("told", "")
    if len(faults.found) > before:
        return None
    yes = told.casefold() in source.told if told else None
    return AccountRow(person, shown(texts.get("message", "")), outcome, at, channel, yes)


def _text(place: Place, name: str, value: object, key: str, faults: Faults) -> str:
    """A value as text without space around it; "" where there is none and none is needed."""
    if value is MISSING and key in {"message", "channel", "told"}:
        return ""
    if value is None or value is MISSING or (isinstance(value, str) and not value.strip()):
        if key in {"person", "outcome"}:
            faults.add(place, name, "empty")
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value).strip()
    faults.add(place, name, "no_text")
    return ""


def person_of(said: str, persons: Collection[str]) -> str:
    """The declared test person, twelve digits; "" for anyone else."""
    digits = re.sub(r"[-+ ]", "", said)
    if digits in persons:
        return digits
    return next((one for one in persons if one[2:] == digits), "") if len(digits) == 10 else ""


def meaning(place: Place, name: str, said: str, words: tuple[tuple[str, str], ...], table: str, faults: Faults) -> str:
    """What a word of the system's means in ours."""
    found = next((ours for ours, theirs in words if theirs == said.casefold()), "")
    if said and not found:
        known = ", ".join(dict.fromkeys(theirs for _, theirs in words)) or "-"
        faults.add(place, name, "word", word=shown(said), known=known, table=table)
    return found


def shown(text: str) -> str:
    """A text as it may be kept or shown: no personal identity number, nothing unprintable, not too long."""
    masked = personal.mask(text[: 2 * LONGEST])
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in masked)[:LONGEST]

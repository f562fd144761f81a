"""What does a cell of a register mean, and how many are empty or say what they must not? Pure.

Left out: reading a file (`_register_rows`), and what rows say together (`_register_comparisons`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from probes._register_rows import Raw, Sheet
from readiness.register_purposes import Cell, Column, Purpose

Read = str | Decimal | datetime | bool
Row = Mapping[str, Read]
"""One row: by column what its cell means. An empty cell, and one that cannot be read, is not there."""
YES, NO = "yes", "no"


class Numbered(NamedTuple):
    """A row and where it stands."""

    number: int
    row: Row


class Counted(NamedTuple):
    """What was counted of the cells of a register. Row numbers are those of the file."""

    rows: tuple[Numbered, ...]
    columns: tuple[str, ...]
    cells: int
    empty: tuple[int, ...]
    restricted: int
    outside: tuple[int, ...]
    keys: int
    repeated: tuple[int, ...]
    values_missing: tuple[str, ...]


def read_cells(sheet: Sheet, purpose: Purpose, words: Mapping[str, Mapping[str, str]]) -> Counted:
    """Each cell read, and counted. `words` gives, by column, the profile's own words in lower case for those of the
    closed set."""
    columns = [purpose.column(name) for name in sheet.columns]
    must = [column for column in purpose.columns if not column.optional]
    rows, empty, outside, restricted = [], [], [], 0
    for number, cells in sheet.rows:
        row: dict[str, Read] = {}
        filled = {column.name for column, raw in zip(columns, cells, strict=True) if not _is_empty(raw)}
        for column, raw in zip(columns, cells, strict=True):
            if column.name not in filled:
                continue
            restricted += column.holds is not Cell.TEXT
            if (value := _value(raw, column, words.get(column.name, {}))) is None:
                outside.append(number)
            else:
                row[column.name] = value
        empty += [number for column in must if column.name not in filled]
        rows.append(Numbered(number, row))
    said = {str(row[purpose.every]) for _, row in rows if purpose.every in row}
    keys, repeated = _keys(rows, purpose)
    return Counted(
        rows=tuple(rows),
        columns=sheet.columns,
        cells=len(rows) * len(must),
        empty=tuple(empty),
        restricted=restricted,
        outside=tuple(outside),
        keys=keys,
        repeated=repeated,
        values_missing=tuple(sorted(set(purpose.required_values) - said)),
    )


def _keys(rows: list[Numbered], purpose: Purpose) -> tuple[int, tuple[int, ...]]:
    """How many rows have a key, and which rows have one that stood before."""
    keys = [(number, key_of(row, purpose)) for number, row in rows]
    keys = [(number, key) for number, key in keys if any(key)]
    count: Counter[tuple[str, ...]] = Counter()
    repeated = []
    for number, key in keys:
        count[key] += 1
        if count[key] > 1:
            repeated.append(number)
    return len(keys), tuple(repeated)


def key_of(row: Row, purpose: Purpose) -> tuple[str, ...]:
    """What tells a row from the others, without regard to case."""
    return tuple(str(row.get(name, "")).casefold() for name in purpose.key)


def _is_empty(raw: Raw) -> bool:
    return raw is None or str(raw).strip() == ""


def _value(raw: Raw, column: Column, words: Mapping[str, str]) -> Read | None:
    """What a cell means; None where it is not what its column holds."""
    match column.holds:
        case Cell.NUMBER:
            return _number(raw)
        case Cell.DAY:
            return _moment(raw)
        case Cell.FLAG:
            said = raw if isinstance(raw, bool) else _word(raw, (YES, NO), words)
            return said if isinstance(said, bool) else {YES: True, NO: False}.get(str(said))
        case Cell.WORD:
            return _word(raw, column.words, words)
        case Cell.TEXT:
            return _text(raw)


def _text(raw: Raw) -> str:
    """A spreadsheet keeps 2021 as 2021.0."""
    whole = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
    return " ".join(str(whole).split())


def _word(raw: Raw, known: tuple[str, ...], words: Mapping[str, str]) -> str | None:
    said = _text(raw).casefold()
    return words.get(said) or (said if said in known else None)


def _number(raw: Raw) -> Decimal | None:
    plain = re.sub(r"[\s\u00a0%]", "", str(raw)).replace(",", ".")
    if len(plain) > 30 or not re.fullmatch(r"\d+(\.\d+)?", plain, re.ASCII):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _moment(raw: Raw) -> datetime | None:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return datetime.combine(raw, time(), UTC)
    try:
        found = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw).strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

"""How many rows, empty cells, words outside the set, repeated keys and deviations does a register hold?

A register is a list that the kommun or its supplier hands over. What stands in it may be about people: the facts are
numbers, days and the profile's own words, and no cell of the file is kept or shown. It is seen as of the day that the
profile says it was made, so that an old one grows old. Left out: whether what stands there is true.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from datetime import datetime
from typing import NamedTuple

from probes._register_cells import Counted, Numbered, read_cells
from probes._register_comparisons import compare
from probes._register_measures import Beside, Compared
from probes._register_rows import LARGEST_FILE, Layout, read_rows
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Probe, Seen, Session
from readiness.register_purposes import LEVELS, PURPOSES, Cell

ROWS, COLUMNS, CELLS = "register.rows", "register.columns", "register.cells"
RESTRICTED, KEYS, REQUIRED = "register.cells_restricted", "register.keys", "register.values_required"
COMPARISONS = "register.comparisons"
FACTS = (
    Fact(ROWS, FactType.NUMBER, "How many rows it has, without headings and empty lines."),
    Fact(COLUMNS, FactType.NUMBER, "How many columns its purpose asks for."),
    Fact("register.columns_missing", FactType.SET, "Those of them that it lacks.", of=COLUMNS),
    Fact(CELLS, FactType.NUMBER, "How many cells its purpose wants filled."),
    Fact("register.cells_empty", FactType.NUMBER, "How many of them are empty.", of=CELLS),
    Fact(RESTRICTED, FactType.NUMBER, "How many filled cells must be a number, a date, or a word out of a closed set."),
    Fact("register.cells_outside", FactType.NUMBER, "How many of them are something else.", of=RESTRICTED),
    Fact(KEYS, FactType.NUMBER, "How many rows have what tells them from the others."),
    Fact("register.keys_repeated", FactType.NUMBER, "How many of them have what an earlier row has.", of=KEYS),
    Fact(REQUIRED, FactType.NUMBER, "How many words of a closed set must each stand in some row."),
    Fact("register.values_missing", FactType.SET, "Those of them that stand in none.", of=REQUIRED),
    Fact(COMPARISONS, FactType.NUMBER, "How many comparisons its purpose asks for, between rows or with another list."),
    Fact("register.deviating", FactType.NUMBER, "In how many places a comparison does not agree.", of=COMPARISONS),
    Fact(
        "register.largest_difference",
        FactType.NUMBER,
        "The largest difference that was found, in percent, or in points of percent between shares.",
        of=COMPARISONS,
    ),
    Fact(
        "register.median_age",
        FactType.DURATION,
        "The median age of what is open; none open gives none.",
        of=COMPARISONS,
    ),
    Fact(
        "register.percentile_95",
        FactType.DURATION,
        "The working time within which 95 of 100 were done.",
        of=COMPARISONS,
    ),
    Fact("register.oldest", FactType.MOMENT, "The earliest date in it."),
    Fact("register.newest", FactType.MOMENT, "The latest date in it."),
)
SHOWN_ROWS = 12


class Told(NamedTuple):
    """A value, and what the report may show beside it."""

    value: Value | Unseen
    detail: str = ""


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """One Seen for each promised fact, as of the day that the register was made."""
    as_of = target.says("as_of")
    at = as_of if isinstance(as_of, datetime) else None
    counted = await asyncio.to_thread(_counted, target, session)
    facts = read_counted(counted, target) | await asyncio.to_thread(_compared, target, counted, session)
    for fact in FACTS:
        yield Seen(fact.name, facts[fact.name].value, facts[fact.name].detail, at=at)


def read_counted(counted: Counted, target: Target) -> dict[str, Told]:
    """The facts that a register tells by itself."""
    purpose = PURPOSES[str(target.says("purpose"))]
    must = [column.name for column in purpose.columns if not column.optional]
    days = [v for _, row in counted.rows for name, v in row.items() if purpose.column(name).holds is Cell.DAY]
    moments = [day for day in days if isinstance(day, datetime)]
    none = Told(Unseen(Reason.NOT_CONFIGURED, "no cell of it holds a date"))
    return {
        ROWS: Told(len(counted.rows)),
        COLUMNS: Told(len(must)),
        CELLS: Told(counted.cells),
        "register.cells_empty": Told(len(counted.empty), _places(counted.empty)),
        RESTRICTED: Told(counted.restricted),
        "register.cells_outside": Told(len(counted.outside), _places(counted.outside)),
        KEYS: Told(counted.keys),
        "register.keys_repeated": Told(len(counted.repeated), _places(counted.repeated)),
        REQUIRED: Told(len(purpose.required_values)),
        "register.values_missing": Told(counted.values_missing),
        "register.columns_missing": Told(tuple(sorted(set(must) - set(counted.columns)))),
        "register.oldest": Told(min(moments)) if moments else none,
        "register.newest": Told(max(moments)) if moments else none,
    }


def read_compared(compared: Compared | None) -> dict[str, Told]:
    """The facts of a comparison; a purpose that has none has compared nothing."""
    found = compared or Compared(0)
    words = filter(None, (_places(found.deviating), found.words))
    other = Told(Unseen(Reason.NOT_CONFIGURED, "a register of this purpose has no such measure"))
    return {
        COMPARISONS: Told(found.number),
        "register.deviating": Told(len(found.deviating), "; ".join(words)),
        **{
            f"register.{name}": other if value is None else Told(value)
            for name, value in (
                ("largest_difference", found.largest),
                ("median_age", found.median_age),
                ("percentile_95", found.percentile_95),
            )
        },
    }


def _compared(target: Target, counted: Counted, session: Session) -> dict[str, Told]:
    """The facts of the comparison, or for all of them why there is none."""
    try:
        return read_compared(compare(str(target.says("purpose")), counted.rows, _beside(target, session)))
    except CannotObserve as problem:
        return {name: Told(problem.unseen) for name in read_compared(None)}


def _counted(target: Target, session: Session) -> Counted:
    """A register's cells. CannotObserve: as reading a file, and as `read_rows`."""
    purpose = PURPOSES[str(target.says("purpose"))]
    headings = {column.name: column.name for column in purpose.columns} | dict(target.pairs("columns"))
    words: dict[str, dict[str, str]] = {}
    for name, theirs in target.pairs("words"):
        column, _, word = name.partition(".")
        words.setdefault(column, {})[" ".join(theirs.split()).casefold()] = word
    layout = Layout(
        headings=headings,
        **{key: str(target.says(key) or "") for key in ("format", "encoding", "delimiter", "sheet", "rows")},
    )
    return read_cells(read_rows(session.read_file(target.address, LARGEST_FILE), layout), purpose, words)


def _beside(target: Target, session: Session) -> Beside:
    other = next(
        (one for one in session.profile_targets(TargetKind.REGISTER) if one.id == target.says("compare_with")), None
    )
    sensitive, as_of, interval = (target.says(name) for name in ("sensitive_words", "as_of", "interval_days"))
    return Beside(
        _other_rows(other, session) if other else None,
        frozenset(_classified(session.profile_targets(TargetKind.MESSAGE_TYPE))),
        frozenset(_hosts(session.profile_targets(TargetKind.ENDPOINT))),
        as_of if isinstance(as_of, datetime) else session.now(),
        sensitive if isinstance(sensitive, tuple) else (),
        interval if isinstance(interval, int) else None,
        session.permit_of_trial,
    )


def _other_rows(other: Target, session: Session) -> tuple[Numbered, ...]:
    """The rows of the list that it is compared with. CannotObserve also where a part of that list cannot be used: what
    is missing there would be a difference here."""
    counted = _counted(other, session)
    if counted.empty or counted.outside or not counted.rows:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{other.id} is empty, or has rows that are not whole")
    return counted.rows


def _classified(types: Iterable[Target]) -> Iterable[str]:
    """The ids and names, in lower case, of the message types that have all four levels but traceability's."""
    for one in types:
        if all(one.says(level) is not None for level in LEVELS[:3]):
            yield from (one.id.casefold(), str(one.says("name")).casefold())


def _hosts(endpoints: Iterable[Target]) -> Iterable[str]:
    for one in endpoints:
        yield from (one.address.rpartition(":")[0].strip("[]").casefold(), str(one.says("server_name")).casefold())


def _places(rows: tuple[int, ...]) -> str:
    """Which rows, by number, never by what stands in them."""
    named = sorted(set(rows))
    more = f" and {len(named) - SHOWN_ROWS} more" if len(named) > SHOWN_ROWS else ""
    return f"row {', '.join(map(str, named[:SHOWN_ROWS]))}{more}" if named else ""


PROBE = Probe(TargetKind.REGISTER, FACTS, observe, strength=Strength.FILE)

"""What is a comparison of a register's rows, and what do all of them need?

Left out: what each purpose compares (`_register_lists`, `_register_times`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from probes._register_cells import Numbered, Row
from readiness.chain import Permit
from readiness.model import Reason
from readiness.probe import CannotObserve

DAY = timedelta(days=1)


class Beside(NamedTuple):
    """What a register is compared with: the rows of its other list (None where the profile names none), the message
    types that the profile declares all levels of, and hosts that it declares, both in lower case; the day of the list;
    words that say too much; the days that may pass between two entries, None where the profile does not say; and
    the permit by the name of its document, with why it did not allow a trial on a day, "" where it did."""

    others: tuple[Numbered, ...] | None
    classified: frozenset[str]
    hosts: frozenset[str]
    as_of: datetime
    sensitive: tuple[str, ...]
    interval_days: int | None = None
    permitted: Callable[[str, datetime], tuple[Permit, str]] | None = None


class Compared(NamedTuple):
    """How many comparisons there were; the rows that deviate; the largest difference (percent, or points of percent);
    the median age of what is open; the time within which 95 of 100 were done; and what the report may show beside it,
    in the profile's own words."""

    number: int
    deviating: tuple[int, ...] = ()
    largest: int | None = None
    median_age: timedelta | None = None
    percentile_95: timedelta | None = None
    words: str = ""


def whole(rows: Iterable[Numbered], *names: str) -> list[Numbered]:
    """The rows that have all of these columns."""
    return [one for one in rows if all(name in one.row for name in names)]


def grouped(rows: Iterable[Numbered], *names: str) -> dict[tuple[str, ...], list[Numbered]]:
    """Rows by what they say in these columns, without regard to case."""
    groups: dict[tuple[str, ...], list[Numbered]] = defaultdict(list)
    for one in rows:
        groups[tuple(str(one.row.get(name, "")).casefold() for name in names)].append(one)
    return groups


def others(beside: Beside) -> tuple[Numbered, ...]:
    """The rows of the other list. CannotObserve(not_configured) where the profile names none."""
    if beside.others is None:
        raise CannotObserve(Reason.NOT_CONFIGURED, "the profile names no list to compare it with (compare_with)")
    return beside.others


def size(row: Row, name: str) -> Decimal:
    """A cell that is a number."""
    value = row[name]
    assert isinstance(value, Decimal)
    return value


def moment(row: Row, name: str) -> datetime:
    """A cell that is a day or a time."""
    value = row[name]
    assert isinstance(value, datetime)
    return value


def percentile(ordered: list[timedelta], percent: int) -> timedelta:
    """The nearest rank: the smallest value that `percent` of 100 are not above."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]

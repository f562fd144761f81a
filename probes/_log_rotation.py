"""Which files are lacking in a rotated set: a number between others, or a day between others?

By names alone: log.1, log.2.gz; log-2026-11-25, log-20261125.gz, u_ex261125.log. Days are asked about only where the
set has one file a day. Left out: what stands in the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

PACKED = re.compile(r"\.(gz|bz2|xz|zst|zip)$", re.IGNORECASE)
NUMBERED = re.compile(r"^(.+)\.(\d{1,5})$")
DATED = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d\d)\2(\d\d)(?!\d)|(?<!\d)(\d\d)(\d\d)(\d\d)(?!\d)")
DAY = timedelta(days=1)


def rotation_of(names: Iterable[str]) -> tuple[int, tuple[str, ...]]:
    """How many of the files are of rotated sets, and which are lacking, in words."""
    numbers: dict[str, set[int]] = {}
    days: dict[str, set[datetime]] = {}
    for name in names:
        stem = PACKED.sub("", name)
        dated = DATED.search(stem)
        day = _day(dated) if dated else None
        if dated and day:
            days.setdefault(stem[: dated.start()] + "*" + stem[dated.end() :], set()).add(day)
        elif numbered := NUMBERED.match(stem):
            numbers.setdefault(numbered[1], set()).add(int(numbered[2]))
    count = sum(map(len, numbers.values())) + sum(map(len, days.values()))
    return count, (*_numbers_lacking(numbers), *_days_lacking(days))


def _numbers_lacking(sets: Mapping[str, set[int]]) -> Iterable[str]:
    """A set begins at 0 or 1."""
    for stem, numbers in sorted(sets.items()):
        yield from (f"{stem}.{number}" for number in range(1, max(numbers)) if number not in numbers)


def _days_lacking(sets: Mapping[str, set[datetime]]) -> Iterable[str]:
    for stem, days in sorted(sets.items()):
        steps = [(later - earlier).days for earlier, later in pairwise(sorted(days))]
        if len(steps) >= 2 and median(steps) == 1:
            for earlier, later in pairwise(sorted(days)):
                missing = range(1, (later - earlier).days)
                yield from (stem.replace("*", f"{earlier + number * DAY:%Y-%m-%d}") for number in missing)


def _day(found: re.Match[str]) -> datetime | None:
    text = found[1] + found[3] + found[4] if found[1] else f"20{found[5]}{found[6]}{found[7]}"
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None

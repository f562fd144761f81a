"""What do the rows of a register say together, or against another list? One pure function a purpose.

Each gives how many comparisons its purpose asks for, the rows that deviate, and where it is about a size, that. Rows
that lack what is compared are compared with nothing; they are counted as empty cells. Left out: what of it is too much.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from probes._register_cells import Numbered, Row, key_of
from readiness import personal
from readiness.model import Reason
from readiness.probe import CannotObserve
from readiness.register_purposes import LEVELS, PURPOSES, SBOM

DAY = timedelta(days=1)
SATURDAY = 5
RANGES = frozenset("<>=~^|, ")


class Beside(NamedTuple):
    """What a register is compared with: the rows of its other list (None where the profile names none), the message
    types that the profile declares all levels of, and hosts that it declares, both in lower case; the day of the list;
    and words that say too much."""

    others: tuple[Numbered, ...] | None
    classified: frozenset[str]
    hosts: frozenset[str]
    as_of: datetime
    sensitive: tuple[str, ...]


class Compared(NamedTuple):
    """How many comparisons there were; the rows that deviate; the largest difference (percent, or points of percent);
    the median age of what is open; the time within which 95 of 100 were done."""

    number: int
    deviating: tuple[int, ...] = ()
    largest: int | None = None
    median_age: timedelta | None = None
    percentile_95: timedelta | None = None


Compare = Callable[[tuple[Numbered, ...], Beside], Compared]


def compare(purpose: str, rows: tuple[Numbered, ...], beside: Beside) -> Compared | None:
    """What a purpose's comparison gives, None where it has none. CannotObserve: not_configured where it needs another
    list and the profile names none; not_supported for a range of versions."""
    return COMPARISONS[purpose](rows, beside) if purpose in COMPARISONS else None


def _whole(rows: Iterable[Numbered], *names: str) -> list[Numbered]:
    return [one for one in rows if all(name in one.row for name in names)]


def _grouped(rows: Iterable[Numbered], *names: str) -> dict[tuple[str, ...], list[Numbered]]:
    groups: dict[tuple[str, ...], list[Numbered]] = defaultdict(list)
    for one in rows:
        groups[tuple(str(one.row.get(name, "")).casefold() for name in names)].append(one)
    return groups


def _others(beside: Beside) -> tuple[Numbered, ...]:
    if beside.others is None:
        raise CannotObserve(Reason.NOT_CONFIGURED, "the profile names no list to compare it with (compare_with)")
    return beside.others


def _size(row: Row, name: str) -> Decimal:
    value = row[name]
    assert isinstance(value, Decimal)
    return value


def _moment(row: Row, name: str) -> datetime:
    value = row[name]
    assert isinstance(value, datetime)
    return value


def _private_providers(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Whether each can be told to be in the list of senders or not: its number is one."""
    _others(beside)
    asked = _whole(rows, "organisation_number")
    return Compared(len(asked), tuple(one.number for one in asked if not _organisation(one.row)))


def _organisation(row: Row) -> bool:
    digits = "".join(filter(str.isdigit, str(row["organisation_number"])))
    digits = digits[2:] if len(digits) == 12 and digits.startswith("16") else digits
    return len(digits) == 10 and digits.isascii() and personal.luhn(digits)


def _classification(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each type of information that stands in several systems; deviating, where a level differs and a row of it has no
    reason."""
    groups = [group for group in _grouped(_whole(rows, "information_type"), "information_type").values() if group[1:]]
    differing = [g for g in groups if any(len({one.row.get(level) for one in g}) > 1 for level in LEVELS)]
    return Compared(len(groups), tuple(one.number for g in differing for one in g if "reason" not in one.row))


def _message_types(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    asked = _whole(rows, "message_type")
    return Compared(
        len(asked),
        tuple(one.number for one in asked if str(one.row["message_type"]).casefold() not in beside.classified),
    )


def _inventory(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each host; deviating, where the profile does not declare it and nothing says why it stands outside."""
    asked = _whole(rows, "host")
    unknown = [one for one in asked if str(one.row["host"]).casefold() not in beside.hosts]
    return Compared(len(asked), tuple(one.number for one in unknown if "outside" not in one.row))


def _export(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    asked = _whole(rows, "expected", "exported", "performed_by")
    wrong = [o for o in asked if o.row["expected"] != o.row["exported"] or o.row["performed_by"] != "kommun"]
    return Compared(len(asked), tuple(one.number for one in wrong))


def _mediators(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each way out; where there are several, those that no decision speaks of deviate."""
    ways = _grouped(_whole(rows, "mediator"), *PURPOSES["mediators"].key).values()
    several = [one for group in ways for one in group] if len(ways) > 1 else []
    return Compared(len(ways), tuple(one.number for one in several if "decision" not in one.row))


def _component_versions(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    retired = {key_of(row, PURPOSES["retired_versions"]) for _, row in _others(beside)}
    asked = _whole(rows, "component", "version")
    return Compared(
        len(asked),
        tuple(one.number for one in asked if key_of(one.row, PURPOSES["retired_versions"]) in retired),
    )


def _backlog(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    asked = _whole(rows, "opened")
    ages = sorted(beside.as_of - _moment(one.row, "opened") for one in asked if "closed" not in one.row)
    return Compared(len(asked), median_age=_percentile(ages, 50) if ages else timedelta())


def _subprocessors(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each; deviating, where it is new or in another country since the list before, and nothing says that it was
    assessed."""
    before = {key_of(row, PURPOSES["subprocessors"]): row.get("country") for _, row in _others(beside)}
    asked = _whole(rows, "name")
    changed = [one for one in asked if before.get(key_of(one.row, PURPOSES["subprocessors"])) != one.row.get("country")]
    return Compared(len(asked), tuple(one.number for one in changed if "assessment" not in one.row))


def _processing_times(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each channel's median; the largest is how many percent longer than the shortest. A day is the least that
    counts."""
    groups = _grouped(_whole(rows, "channel", "received", "decided"), "channel").values()
    medians = [
        max(_percentile(sorted(_moment(o.row, "decided") - _moment(o.row, "received") for o in group), 50), DAY)
        for group in groups
    ]
    if len(medians) < 2:
        return Compared(0)
    return Compared(len(medians), largest=math.ceil((max(medians) - min(medians)) / min(medians) * 100))


def _outreach(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each month; how many percent of what was planned was not done."""
    asked = [one for one in _whole(rows, "planned", "done") if _size(one.row, "planned") > 0]
    planned = sum(_size(one.row, "planned") for one in asked)
    done = sum(min(_size(one.row, "done"), _size(one.row, "planned")) for one in asked)
    return Compared(len(asked), largest=math.ceil(100 * (planned - done) / planned) if planned else None)


def _digital_share(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each period against the one before, for each type of message; the largest fall in points of percent."""
    asked = [one for one in _whole(rows, "message_type", "period", "sent", "digital") if _size(one.row, "sent") > 0]
    falls = []
    for group in _grouped(asked, "message_type").values():
        ordered = sorted(group, key=lambda one: str(one.row["period"]))
        shares = [100 * _size(one.row, "digital") / _size(one.row, "sent") for one in ordered]
        falls += [max(before - after, Decimal(0)) for before, after in pairwise(shares)]
    return Compared(len(falls), largest=math.ceil(max(falls)) if falls else None)


def _availability(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    asked = _whole(rows, "agreed", "measured")
    return Compared(len(asked), tuple(o.number for o in asked if _size(o.row, "measured") < _size(o.row, "agreed")))


def _sbom(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each component; deviating, where a critical vulnerability of it was published more than 30 days before the list
    of components was made. A vulnerability without a version of its own ("*") is of every version."""
    known = _whole(_others(beside), "component", "version", "severity", "published")
    for one in known:
        if str(one.row["version"]) != "*" and set(str(one.row["version"])) & RANGES:
            raise CannotObserve(
                Reason.NOT_SUPPORTED, f"row {one.number} of the vulnerabilities gives a range: list each version"
            )
    old = {
        (str(o.row["component"]).casefold(), str(o.row["version"]))
        for o in known
        if o.row["severity"] == "critical" and beside.as_of - _moment(o.row, "published") > 30 * DAY
    }
    asked = _whole(rows, "component")
    hit = [o for o in asked if {(str(o.row["component"]).casefold(), v) for v in (o.row.get("version"), "*")} & old]
    return Compared(len(asked), tuple(one.number for one in hit))


def _paper_fallback(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Working time from failure to print. What is not printed yet has waited until the day of the list."""
    asked = _whole(rows, "failed_at")
    waits = sorted(
        _working_time(
            _moment(o.row, "failed_at"), _moment(o.row, "printed_at") if "printed_at" in o.row else beside.as_of
        )
        for o in asked
    )
    early = [
        o.number for o in asked if "printed_at" in o.row and _moment(o.row, "printed_at") < _moment(o.row, "failed_at")
    ]
    return Compared(len(asked), tuple(early), percentile_95=_percentile(waits, 95) if waits else None)


def _working_time(start: datetime, end: datetime) -> timedelta:
    """The time between, without Saturdays and Sundays (in UTC; holidays are counted as working days)."""
    total, at = timedelta(), start.astimezone(UTC)
    end = end.astimezone(UTC)
    if end - at > 3660 * DAY:
        return end - at
    while at < end:
        midnight = datetime.combine(at.date(), time(), UTC) + DAY
        until = min(midnight, end)
        total += until - at if at.weekday() < SATURDAY else timedelta()
        at = until
    return total


def _reconciliation(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    parts = ("receipted", "paper", "failed", "in_progress")
    asked = _whole(rows, "created", *parts)
    wrong = [o for o in asked if _size(o.row, "created") != sum(_size(o.row, part) for part in parts)]
    return Compared(len(asked), tuple(one.number for one in wrong))


def _restore_tests(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each part; deviating, where its last test did not restore it, or was more than a year before the list."""
    last = [
        max(group, key=lambda one: _moment(one.row, "on"))
        for group in _grouped(_whole(rows, "part", "on", "restored"), "part").values()
    ]
    old = [o for o in last if not o.row["restored"] or beside.as_of - _moment(o.row, "on") > 365 * DAY]
    return Compared(len(last), tuple(one.number for one in old))


def _queues(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each queue or folder; deviating, where something unencrypted lies longer than was decided."""
    asked = _whole(rows, "listed_at", "limit_hours", "encrypted")
    late = [
        one
        for one in asked
        if "oldest" in one.row
        and not one.row["encrypted"]
        and (_moment(one.row, "listed_at") - _moment(one.row, "oldest")) / timedelta(hours=1)
        > float(_size(one.row, "limit_hours"))
    ]
    return Compared(len(asked), tuple(one.number for one in late))


def _multi_party(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each decision with several parties; deviating, the parties without a consignment or receipt of their own."""
    groups = _grouped(_whole(rows, "decision", "party"), "decision").values()
    several = [group for group in groups if len({str(one.row["party"]).casefold() for one in group}) > 1]
    wrong = []
    for group in several:
        for name in ("consignment", "receipt"):
            owners: dict[str, set[str]] = defaultdict(set)
            for one in group:
                owners[str(one.row.get(name, ""))].add(str(one.row["party"]).casefold())
            wrong += [o.number for o in group if name not in o.row or len(owners[str(o.row[name])]) > 1]
    return Compared(len(several), tuple(sorted(set(wrong))))


def _notifications(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each text; deviating, where a personal identity number (of test persons too) or a word that says too much
    stands in it."""
    texts = [(one.number, str(text)) for one in rows for text in one.row.values()]
    words = [word.casefold() for word in beside.sensitive]
    wrong = [n for n, text in texts if personal.shaped(text) or any(word in text.casefold() for word in words)]
    return Compared(len(texts), tuple(wrong))


def _tenants(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each fingerprint, in hexadecimal with or without colons; deviating, the rows of one that several tenants have."""
    owners: dict[str, set[str]] = defaultdict(set)
    asked = _whole(rows, "tenant", "fingerprint")
    for one in asked:
        owners[_hex(one.row)].add(str(one.row["tenant"]).casefold())
    return Compared(len(owners), tuple(one.number for one in asked if len(owners[_hex(one.row)]) > 1))


def _hex(row: Row) -> str:
    return str(row["fingerprint"]).casefold().replace(":", "").replace(" ", "")


def _percentile(ordered: list[timedelta], percent: int) -> timedelta:
    """The nearest rank: the smallest value that `percent` of 100 are not above."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


COMPARISONS: Mapping[str, Compare] = {
    "private_providers": _private_providers,
    "classification": _classification,
    "message_types_sent": _message_types,
    "inventory": _inventory,
    "export": _export,
    "mediators": _mediators,
    "component_versions": _component_versions,
    "backlog": _backlog,
    "subprocessors": _subprocessors,
    "processing_times": _processing_times,
    "outreach": _outreach,
    "digital_share": _digital_share,
    "availability": _availability,
    SBOM: _sbom,
    "paper_fallback": _paper_fallback,
    "reconciliation": _reconciliation,
    "restore_tests": _restore_tests,
    "queues": _queues,
    "multi_party": _multi_party,
    "notifications": _notifications,
    "tenants": _tenants,
}

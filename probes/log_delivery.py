"""How was a log delivered that the kommun ordered of another party: how soon, readable by machines, and as it was sent?

What was sent is told by a list of SHA-256 that came with it. Left out: whether it holds what it should
(`log_cross_party`, `log_traceability`).
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from probes._log_source import Halted, Reading, go_on, in_thread
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

PREFIX = "handover."
DEADLINE = 600.0
DAY = timedelta(days=1)
SATURDAY = 5
FREE = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
"""Public holidays by date (lag 1989:253), and the eves that are as free as they are (semesterlagen 3 a §)."""
HASH = re.compile(r"(?<![0-9a-fA-F])([0-9a-fA-F]{64})(?![0-9a-fA-F])")
Values = dict[str, Value | Unseen]


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read what was delivered in a thread, and tell of it."""
    yield Seen(f"{PREFIX}working_days", read_days(target))
    values, details = await in_thread(_read, target, session)
    for name, value in values.items():
        yield Seen(PREFIX + name, value, details.get(name, ""))


def read_days(target: Target) -> int | Unseen:
    """Working days from the day after the order to the delivery; on the day of the order none."""
    ordered, delivered = target.says("ordered_on"), target.says("delivered_on")
    if not isinstance(ordered, datetime) or not isinstance(delivered, datetime):
        return Unseen(Reason.NOT_CONFIGURED, "the profile does not say when it was ordered and delivered")
    days = (ordered.date() + number * DAY for number in range(1, (delivered - ordered).days + 1))
    return sum(map(working, days))


def working(day: date) -> bool:
    """Whether it is a working day in Sweden."""
    easter = day - easter_sunday(day.year)
    movable = easter.days in {-2, 1, 39}  # Good Friday, Easter Monday, Ascension Day
    midsummer = day.month == 6 and day.weekday() == 4 and 19 <= day.day <= 25
    return day.weekday() < SATURDAY and (day.month, day.day) not in FREE and not movable and not midsummer


def easter_sunday(year: int) -> date:
    """In the Gregorian calendar (the computus of Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of hashes: SHA-256 (lower case) by file name, and the names that stand there more than once."""

    hashes: Mapping[str, str]
    twice: frozenset[str]


def read_list(text: str) -> Listed:
    """A line a file, as sha256sum, BSD or a table write it: a hash, and the name before or after it."""
    hashes: dict[str, str] = {}
    twice = set()
    for line in text.splitlines():
        if (found := HASH.search(line)) is None:
            continue
        rest = line[: found.start()] + line[found.end() :]
        name = re.sub(r"^SHA256 \((.*)\) =\s*$", r"\1", rest).strip(" \t;,\"'*")
        name = re.split(r"[/\\]", name)[-1]
        if hashes.setdefault(name, found[1].lower()) != found[1].lower():
            twice.add(name)
    return Listed(hashes, frozenset(twice))


def _read(target: Target, session: Session, halted: Halted) -> tuple[Values, dict[str, str]]:
    timed, records = _records(target, session, halted)
    values: Values = {"records": records, "timed_percent": timed}
    try:
        found, details = _files(target, session, halted)
    except CannotObserve as error:
        if halted():
            raise
        names = ("files", "hashes", "files_unlisted", "files_altered", "files_lacking")
        return values | dict.fromkeys(names, error.unseen), {}
    return values | found, details


def _records(target: Target, session: Session, halted: Halted) -> tuple[Value | Unseen, Value | Unseen]:
    """The percent of records whose time a machine reads, rounded down, and how many there are."""
    reading = Reading(target, session, halted)
    timed = count = 0
    for record in reading.records():
        count += 1
        timed += record.when is not None
    if reading.problem:
        return reading.problem, count or reading.problem
    return timed * 100 // count if count else 0, count


def _files(target: Target, session: Session, halted: Halted) -> tuple[Values, dict[str, str]]:
    """The files as they lie there, packed or not, against the list."""
    path = target.says("hash_list")
    if not isinstance(path, str):
        raise CannotObserve(Reason.NOT_CONFIGURED, "the profile names no list of hashes (hashes) of the delivery")
    listed = read_list(session.read_file(path).decode("utf-8-sig", "replace"))
    files = session.log_files(target).files
    here = [(file.name.rpartition("/")[2], session.log_file_digest(target, file)) for file in files if go_on(halted)]
    unlisted = [name for name, _ in here if name not in listed.hashes]
    altered = [name for name, digest in here if name in listed.hashes and _differs(listed, name, digest)]
    lacking = sorted(listed.hashes.keys() - {name for name, _ in here})
    values: Values = {
        "files": len(files),
        "hashes": len(listed.hashes),
        "files_unlisted": len(unlisted),
        "files_altered": len(altered),
        "files_lacking": len(lacking),
    }
    told = {"files_unlisted": unlisted, "files_altered": altered, "files_lacking": lacking}
    return values, {name: ", ".join(names[:10]) for name, names in told.items()}


def _differs(listed: Listed, name: str, digest: str) -> bool:
    return name in listed.twice or listed.hashes[name] != digest


def _fact(name: str, type_: FactType, meaning: str, of: str = "") -> Fact:
    return Fact(PREFIX + name, type_, meaning, of and PREFIX + of)


NUMBER = FactType.NUMBER
FACTS = (
    _fact("working_days", NUMBER, "Working days in Sweden from the order to the delivery."),
    _fact("records", NUMBER, "Records that were delivered."),
    _fact("timed_percent", NUMBER, "Percent of them whose time a machine reads, rounded down.", "records"),
    _fact("files", NUMBER, "Files that were delivered."),
    _fact("hashes", NUMBER, "Files that the list of hashes names."),
    _fact("files_unlisted", NUMBER, "Delivered files that the list does not name.", "files"),
    _fact("files_altered", NUMBER, "Delivered files whose SHA-256 is not the one in the list.", "files"),
    _fact("files_lacking", NUMBER, "Files of the list that were not delivered.", "hashes"),
)

PROBE = Probe(
    TargetKind.LOG_SOURCE,
    FACTS,
    observe,
    Effect.READS,
    Strength.FILE,
    select=(("kept_by", ("other",)),),
    deadline=DEADLINE,
)

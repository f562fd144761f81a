"""Which certificate ends when, and what may a new one last by then? Rows for a table, and a picture along the years.

The longest life of certificates from public issuers shrinks on dates that are settled (CA/Browser Forum, TLS Baseline
Requirements 6.3.2); private issuers are not bound by them, and where the issuer's kind was not seen nothing is said.
Left out: whether a certificate is renewed in time (rules), and the moments within a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from readiness.model import TargetKind, Unseen, Value
from readiness.report import Report
from readiness.reports._latest import latest
from readiness.reports._names import target_text
from readiness.reports._svg import box, label, lines, picture
from readiness.reports._words import date_text
from readiness.texts import say

LIMITS = ((date(2026, 3, 15), 200), (date(2027, 3, 15), 100), (date(2029, 3, 15), 47))
"""From that day a certificate of a public issuer lasts so many days at most."""
FACTS = {TargetKind.CERTIFICATE: "certificate", TargetKind.ENDPOINT: "server_certificate"}
LISTED, DRAWN = 100, 24
SOON = timedelta(days=30)
WIDTH, LEFT, RIGHT, ROW, TOP, FOOT = 930, 320, 910, 26, 34, 44
NAME, DATE = 13, 78


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate: what it is called, from when it is valid if that was seen, until when, and who may issue it.

    `state`: ended, soon (30 days at most) or later, at the time of judging. `limit`: how many days its successor may
    last, if it comes from a public issuer on the day that this one ends; 0 where no limit is known to bind it.
    """

    name: str
    start: datetime | None
    end: datetime
    left: str
    state: str
    pki: str
    limit: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """The certificates, the first to end first, how many more there are, and those whose end was not seen."""

    entries: tuple[Entry, ...]
    more: int
    unseen: tuple[str, ...]


def calendar(report: Report, lang: str) -> Calendar:
    """Every certificate and every endpoint's whose end was seen, at the time of judging."""
    seen = latest(report, tuple(f"{prefix}." for prefix in FACTS.values()))
    found, unseen = [], []
    for target in report.profile.targets:
        if (prefix := FACTS.get(target.kind)) is None:
            continue
        end = seen.get((target.id, f"{prefix}.not_after"))
        if isinstance(end, datetime):
            found.append((end, target.id, prefix))
        elif end is not None or target.kind is TargetKind.CERTIFICATE:
            unseen.append(target_text(lang, report, target.id))
    found.sort()
    return Calendar(
        tuple(_entry(report, lang, seen, *one) for one in found[:LISTED]),
        max(0, len(found) - LISTED),
        tuple(unseen),
    )


def calendar_picture(entries: Sequence[Entry], at: datetime, lang: str) -> str:
    """The certificates that end first as one SVG element, a bar each, with today and the dates of the limits."""
    entries = entries[:DRAWN]
    first = min([at, *(one.start for one in entries if one.start), *(one.end for one in entries)])
    last = max(*(one.end for one in entries), _noon(LIMITS[-1][0])) + timedelta(days=60)
    # What a strange certificate says of the year 9999 would press all others into one point.
    first, last = max(first, at - timedelta(days=730)), min(last, at + timedelta(days=2200))

    def place(moment: datetime) -> float:
        share = (moment - first) / (last - first)
        return round(LEFT + min(max(share, 0), 1) * (RIGHT - LEFT), 1)

    foot = TOP + len(entries) * ROW
    parts = [
        part for one in _marks(at, lang) if first <= one[0] <= last for part in _mark(place(one[0]), foot, *one[1:])
    ]
    for number, one in enumerate(entries):
        y = TOP + number * ROW
        (name, *_) = lines(one.name, LEFT - DATE - 24, NAME, 1) or [""]
        start, end = place(one.start or one.end), place(one.end)
        parts.append(label(0, y + 17, name, "lane-name"))
        parts.append(label(LEFT - 12, y + 17, date_text(lang, one.end), "time", "end"))
        parts.append(box(start, y + 6, max(end - start, 3), 12, f"validity {one.state}", 3))
    told = say(lang, "calendar.picture_says", count=len(entries), first=date_text(lang, entries[0].end))
    return picture("calendar", WIDTH, foot + FOOT, say(lang, "html_calendar.title"), told, parts)


def _entry(
    report: Report, lang: str, seen: Mapping[tuple[str, str], Value | Unseen], end: datetime, id_: str, prefix: str
) -> Entry:
    start, pki = seen.get((id_, f"{prefix}.not_before")), seen.get((id_, f"{prefix}.pki"))
    left = end - report.judged_at
    return Entry(
        name=target_text(lang, report, id_),
        start=start if isinstance(start, datetime) else None,
        end=end,
        left=_left(lang, left.days),
        state="ended" if left < timedelta(0) else "soon" if left <= SOON else "later",
        pki=pki if isinstance(pki, str) else "",
        limit=limit_on(end.date()) if pki == "public" else 0,
    )


def _left(lang: str, days: int) -> str:
    if days < 0:
        return say(lang, "calendar.ended")
    return say(lang, "value.day") if days == 1 else say(lang, "value.days", count=days)


def limit_on(day: date) -> int:
    """How many days a certificate from a public issuer may last that is issued on that day; 0 before the first date."""
    return next((days for since, days in reversed(LIMITS) if day >= since), 0)


def _marks(at: datetime, lang: str) -> Iterable[tuple[datetime, str, str]]:
    yield at, say(lang, "calendar.judged"), "now"
    for day, days in LIMITS:
        yield _noon(day), say(lang, "calendar.limit", days=days), "limit"


def _mark(x: float, foot: float, words: str, kind: str) -> list[str]:
    y = 14 if kind == "now" else foot + 22
    line = f'<path class="mark {kind}" d="M{x:g} {20 if kind == "now" else TOP - 6}V{foot + 6:g}"/>'
    return [line, label(min(max(x, LEFT - 40), RIGHT), y, words, "time", "end" if x > RIGHT - 90 else "middle")]


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

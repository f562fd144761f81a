"""What do the rows of a register say of times, shares and how long something took?

Rows that lack what is measured are left out; they are counted as empty cells. Left out: how long is too long.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

from probes._register_cells import Numbered
from probes._register_measures import DAY, Beside, Compared, grouped, moment, percentile, size, whole
from readiness.model import Reason
from readiness.probe import CannotObserve

SATURDAY = 5


def backlog(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """What is open, by its median age on the day of the list."""
    asked = whole(rows, "opened")
    ages = sorted(beside.as_of - moment(one.row, "opened") for one in asked if "closed" not in one.row)
    return Compared(len(asked), median_age=percentile(ages, 50) if ages else timedelta())


def processing_times(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each channel's median; the largest is how many percent longer than the shortest. A day is the least that
    counts."""
    groups = grouped(whole(rows, "channel", "received", "decided"), "channel").values()
    medians = [
        max(percentile(sorted(moment(o.row, "decided") - moment(o.row, "received") for o in group), 50), DAY)
        for group in groups
    ]
    if len(medians) < 2:
        return Compared(0)
    return Compared(len(medians), largest=math.ceil((max(medians) - min(medians)) / min(medians) * 100))


def outreach(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each month; how many percent of what was planned was not done."""
    asked = [one for one in whole(rows, "planned", "done") if size(one.row, "planned") > 0]
    planned = sum(size(one.row, "planned") for one in asked)
    done = sum(min(size(one.row, "done"), size(one.row, "planned")) for one in asked)
    return Compared(len(asked), largest=math.ceil(100 * (planned - done) / planned) if planned else None)


def digital_share(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each period against the one before, for each type of message; the largest fall in points of percent."""
    asked = [one for one in whole(rows, "message_type", "period", "sent", "digital") if size(one.row, "sent") > 0]
    falls = []
    for group in grouped(asked, "message_type").values():
        ordered = sorted(group, key=lambda one: str(one.row["period"]))
        shares = [100 * size(one.row, "digital") / size(one.row, "sent") for one in ordered]
        falls += [max(before - after, Decimal(0)) for before, after in pairwise(shares)]
    return Compared(len(falls), largest=math.ceil(max(falls)) if falls else None)


def availability(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each service and period; deviating, where less was measured than agreed."""
    asked = whole(rows, "agreed", "measured")
    return Compared(len(asked), tuple(o.number for o in asked if size(o.row, "measured") < size(o.row, "agreed")))


def paper_fallback(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Working time from failure to print. What is not printed yet has waited until the day of the list."""
    asked = whole(rows, "failed_at")
    waits = sorted(
        _working_time(
            moment(o.row, "failed_at"), moment(o.row, "printed_at") if "printed_at" in o.row else beside.as_of
        )
        for o in asked
    )
    early = [
        o.number for o in asked if "printed_at" in o.row and moment(o.row, "printed_at") < moment(o.row, "failed_at")
    ]
    return Compared(len(asked), tuple(early), percentile_95=percentile(waits, 95) if waits else None)


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


def restore_tests(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each part; deviating, where its last test did not restore it, or was more than a year before the list."""
    last = [
        max(group, key=lambda one: moment(one.row, "on"))
        for group in grouped(whole(rows, "part", "on", "restored"), "part").values()
    ]
    old = [o for o in last if not o.row["restored"] or beside.as_of - moment(o.row, "on") > 365 * DAY]
    return Compared(len(last), tuple(one.number for one in old))


def log_reviews(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each day of a review against the next, and the last against the day of the list; deviating, where more days pass
    than the profile says, or a review is dated after the list. CannotObserve where the profile does not say."""
    if beside.interval_days is None:
        raise CannotObserve(
            Reason.NOT_CONFIGURED, "the profile does not say how often it is to be done (interval_days)"
        )
    reviewed = {moment(one.row, "reviewed_on").date(): one.number for one in whole(rows, "reviewed_on")}
    days = sorted(reviewed)
    pairs = pairwise([*days, beside.as_of.date()])
    late = [reviewed[day] for day, following in pairs if not 0 <= (following - day).days <= beside.interval_days]
    return Compared(len(days), tuple(late))


def queues(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each queue or folder; deviating, where something unencrypted lies longer than was decided."""
    asked = whole(rows, "listed_at", "limit_hours", "encrypted")
    late = [
        one
        for one in asked
        if "oldest" in one.row
        and not one.row["encrypted"]
        and (moment(one.row, "listed_at") - moment(one.row, "oldest")) / timedelta(hours=1)
        > float(size(one.row, "limit_hours"))
    ]
    return Compared(len(asked), tuple(one.number for one in late))

"""What do the rows of a list of trials say: was it done lately, and did it come out as it should?

A trial is done by people, in a test environment, and somebody writes down what came of it. Rows that lack what is asked
are counted as empty cells. Left out: whether it was done as it is written down.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from probes._register_cells import Numbered, Row
from probes._register_measures import DAY, Beside, Compared, grouped, moment, size, whole
from readiness.chain import Permit
from readiness.register_purposes import STEPS

YEAR, QUARTER = 365 * DAY, 90 * DAY
AN_HOUR = 60
"""Minutes."""


def end_to_end_tests(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each message; deviating, where a step is missing, comes before the one that it follows, or is too old."""
    groups = grouped(whole(rows, "message", "step", "at", "reference"), "message").values()
    found = []
    for group in groups:
        times = {str(one.row["step"]): moment(one.row, "at") for one in group}
        ordered = [times[step] for step in STEPS if step in times]
        whole_way = len(ordered) == len(STEPS) and all(before <= after for before, after in pairwise(ordered))
        if not whole_way or not all(_within(one, "at", QUARTER, beside) for one in group):
            found += [one.number for one in group]
    return Compared(len(groups), tuple(found))


def switch_tests(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """The last one; deviating, where not all was printed, nothing was sent, or it is too old."""
    return _last(
        whole(rows, "on", "consignments", "printed", "minutes"),
        lambda row: 0 < size(row, "consignments") == size(row, "printed"),
        YEAR,
        beside,
    )


def refused_input_tests(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """The last of each case; deviating, where something was lost or sent twice, or it is too old."""
    asked = whole(rows, "case", "on", "status", "lost", "doubled")
    return _last_of_each(
        asked, ("case",), lambda row: not size(row, "lost") and not size(row, "doubled"), QUARTER, beside
    )


def alarm_tests(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """The last one; deviating, where the alarm took more than an hour, or it is too old."""
    return _last(whole(rows, "on", "minutes"), lambda row: size(row, "minutes") <= AN_HOUR, QUARTER, beside)


def separation_tests(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """The last for each pair of customers; deviating, where it was not refused, not logged, asked for oneself, is too
    old, or was not allowed by the permit that it cites. CannotObserve where the profile has no such permit."""
    asked = whole(rows, "on", "permit", "asked_as", "asked_for", "refused", "logged")
    verified: set[str] = set()

    def as_asked(row: Row) -> bool:
        others = str(row["asked_as"]).casefold() != str(row["asked_for"]).casefold()
        assert beside.permitted is not None
        permit, why = beside.permitted(str(row["permit"]), moment(row, "on"))
        verified.add(f"{_cited(permit)}: {why or 'it allowed the trial'}")
        return others and bool(row["refused"]) and bool(row["logged"]) and not why

    return _last_of_each(asked, ("asked_as", "asked_for"), as_asked, YEAR, beside)._replace(
        words="; ".join(sorted(verified))
    )


def _cited(permit: Permit) -> str:
    """Who gave it, of when, and by which document."""
    return f"permit {permit.document} of {permit.owner}, {permit.start:%Y-%m-%d} to {permit.end:%Y-%m-%d}"


def template_samples(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each sample; deviating, where its message type has more than one template; the largest is how many percent do not
    follow theirs."""
    asked = whole(rows, "sample", "message_type", "template", "follows")
    several = [
        one.number
        for group in grouped(asked, "message_type").values()
        if len(grouped(group, "template")) > 1
        for one in group
    ]
    astray = sum(not one.row["follows"] for one in asked)
    return Compared(len(asked), tuple(several), largest=math.ceil(100 * astray / len(asked)) if asked else None)


def _last(rows: list[Numbered], as_asked: Callable[[Row], bool], span: timedelta, beside: Beside) -> Compared:
    """The last trial of all."""
    return _last_of_each(rows, (), as_asked, span, beside)


def _last_of_each(
    rows: list[Numbered], names: tuple[str, ...], as_asked: Callable[[Row], bool], span: timedelta, beside: Beside
) -> Compared:
    """The last trial of each that has the same in these columns; deviating, where it is not as asked, or was not made
    within that time before the day of the list."""
    last = [max(group, key=lambda one: moment(one.row, "on")) for group in grouped(rows, *names).values()]
    wrong = [one.number for one in last if not (as_asked(one.row) and _within(one, "on", span, beside))]
    return Compared(len(last), tuple(wrong))


def _within(one: Numbered, name: str, span: timedelta, beside: Beside) -> bool:
    """Not later than the day of the list, which is a whole day, and not earlier than that time before it."""
    return -DAY < beside.as_of - moment(one.row, name) <= span

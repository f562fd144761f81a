"""What is in the streams of Grafana Loki that a profile selects, and what of it does no line filter search?

Labels stand beside the lines and are looked at by themselves. Structured metadata does, too, but cannot be listed:
where entries have it, a search that finds nothing shows nothing. Source: Grafana Loki documentation, "Loki HTTP API"
(query, series) and "What is structured metadata".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from probes._log_search.asking import Ask, Survey, malformed, said, slices
from probes._log_search.loki import (
    SLICE,
    asking,
    entries,
    nanoseconds,
    read_result,
    read_streams,
    read_success,
)
from readiness.model import Reason, Target, Unseen
from readiness.probe import HttpAnswer, HttpRequest

MONTH = timedelta(days=28)
"""What is asked about at once where it is little: a first or last record, or labels."""
SAMPLES = 100
"""Of the newest entries it is seen whether they have structured metadata."""
OF_LOKI = "detected_level"
"""Metadata that Loki 3 itself adds to every entry."""


def survey(ask: Ask, target: Target, start: datetime, end: datetime) -> Survey:
    """What the selector selects in that time. What stands beside a line and is no label is not searched."""
    records = sum(read_count(ask(_count(target, *part))) for part in slices(start, end, SLICE))
    newest = _edge(ask, target, start, end, "backward") if records else None
    if newest is None:
        return Survey(0, None, None)
    since = nanoseconds(max(start, newest - MONTH))
    sample = read_streams(ask(entries(target, "", since, nanoseconds(newest) + 1000, "backward", SAMPLES)))
    known = {name for labels in _labels(ask, target, start, end) for name in labels} | {OF_LOKI}
    apart = sum(not hit.fields.keys() <= known for hit in sample)
    why = f"of {len(sample)} entries {apart} have structured metadata, which a line filter does not search"
    problem = Unseen(Reason.NOT_SUPPORTED, why) if apart else None
    return Survey(records, oldest(ask, target, start, end), newest, problem)


def beside(ask: Ask, target: Target, start: datetime, end: datetime) -> Iterator[str]:
    """The labels of the streams of that time, each as a text: no line filter searches them."""
    for labels in _labels(ask, target, start, end):
        yield "\n".join(f"{name}={value}" for name, value in sorted(labels.items()))


def oldest(ask: Ask, target: Target, start: datetime, end: datetime) -> datetime | None:
    """When the first record of that time was; None where there is none."""
    return _edge(ask, target, start, end, "forward")


def _edge(ask: Ask, target: Target, start: datetime, end: datetime, direction: str) -> datetime | None:
    """When the first record of a time was (forward), or the last (backward)."""
    parts = list(slices(start, end, MONTH))
    for part in parts if direction == "forward" else reversed(parts):
        if hits := read_streams(ask(entries(target, "", nanoseconds(part[0]), nanoseconds(part[1]), direction, 1))):
            return hits[0].at
    return None


def read_labels(answer: HttpAnswer) -> list[dict[str, str]]:
    """The labels of each stream in an answer about series."""
    data = read_success(answer).get("data")
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise malformed()
    return [{str(name).lower(): str(value) for name, value in one.items()} for one in data]


def read_count(answer: HttpAnswer) -> int:
    """The one number of an answer to a metric query; 0 where there is none."""
    total = 0
    for sample in read_result(answer, "vector"):
        value = sample.get("value")
        if not isinstance(value, list) or len(value) != 2 or not re.fullmatch(r"\d{1,18}(\.0+)?", str(value[1])):
            raise malformed()
        total += int(str(value[1]).partition(".")[0])
    return total


def _labels(ask: Ask, target: Target, start: datetime, end: datetime) -> Iterator[dict[str, str]]:
    for part in slices(start, end, MONTH):
        yield from read_labels(ask(_series(target, *part)))


def _count(target: Target, start: datetime, end: datetime) -> HttpRequest:
    seconds = -(-(end - start) // timedelta(seconds=1))
    query = f"sum(count_over_time({said(target, 'selector')}[{seconds}s]))"
    return asking(target, "query", {"query": query, "time": nanoseconds(end)})


def _series(target: Target, start: datetime, end: datetime) -> HttpRequest:
    return asking(
        target, "series", {"match[]": said(target, "selector"), "start": nanoseconds(start), "end": nanoseconds(end)}
    )

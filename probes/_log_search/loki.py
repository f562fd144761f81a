"""How is Grafana Loki asked, and what do its answers mean? LogQL over its HTTP API.

A line filter of Loki reads every byte of every line that the selector and the time let through, so what it does not
find is not there; of labels and structured metadata it reads nothing. A page that is full is followed by the next,
which begins with the last time of the one before.
Source: Grafana Loki documentation, "Loki HTTP API" (query_range, query, series) and "Log queries" (line filters, RE2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from probes._log_ids import UUID
from probes._log_search.asking import (
    EPOCH,
    MICROSECOND,
    Ask,
    Hit,
    Question,
    Survey,
    malformed,
    read_body,
    said,
    slices,
    step,
)
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest

PAGE = 1000
"""Entries asked for at a time; Loki's own limit is 5000 unless set otherwise."""
SLICE, MONTH = timedelta(days=7), timedelta(days=28)
"""What is searched in one query, and in one that only asks for a first or last record. Loki refuses more than thirty
days and an hour unless set otherwise."""
SAMPLES = 100
"""Of the newest entries it is seen whether they have structured metadata."""
OF_LOKI = "detected_level"
"""Metadata that Loki 3 itself adds to every entry."""
LONGEST = 4000
"""Characters of the texts in one query: Loki 2 takes 5120 of a whole one."""
LIMITED = re.compile(rb"limit|exceeds|too (?:long|many)", re.IGNORECASE)


def find(ask: Ask, target: Target, question: Question) -> Iterator[Hit]:
    """What there is, page by page; some perhaps twice. CannotObserve once it cannot be had whole."""
    filters = [f" |~ {quoted(question.shape)}"] if question.shape else []
    filters += [f" |~ {quoted('(?i)' + shape)}" for shape in _alternatives(question.either)]
    for start, end in slices(question.start, question.end, SLICE):
        for line_filter in filters or [""]:
            yield from _pages(ask, target, line_filter, _ns(start), _ns(end))


def survey(ask: Ask, target: Target, start: datetime, end: datetime) -> Survey:
    """What the selector selects in that time. What stands beside a line and is no label is not searched."""
    records = sum(read_count(ask(_count(target, *part))) for part in slices(start, end, SLICE))
    newest = _edge(ask, target, start, end, "backward") if records else None
    if newest is None:
        return Survey(0, None, None)
    sample = read_streams(ask(_range(target, "", _ns(start), _ns(newest) + 1000, "backward", SAMPLES)))
    known = {name for labels in read_labels(ask(_series(target, start, end))) for name in labels} | {OF_LOKI}
    beside = sum(not hit.fields.keys() <= known for hit in sample)
    why = f"of {len(sample)} entries {beside} have structured metadata, which a line filter does not search"
    problem = Unseen(Reason.NOT_SUPPORTED, why) if beside else None
    return Survey(records, oldest(ask, target, start, end), newest, problem)


def beside(ask: Ask, target: Target, start: datetime, end: datetime) -> Iterator[str]:
    """The labels of the streams of that time, each as a text: no line filter searches them."""
    for labels in read_labels(ask(_series(target, start, end))):
        yield "\n".join(f"{name}={value}" for name, value in sorted(labels.items()))


def oldest(ask: Ask, target: Target, start: datetime, end: datetime) -> datetime | None:
    """When the first record of that time was; None where there is none."""
    return _edge(ask, target, start, end, "forward")


def _edge(ask: Ask, target: Target, start: datetime, end: datetime, direction: str) -> datetime | None:
    """When the first record of a time was (forward), or the last (backward)."""
    parts = list(slices(start, end, MONTH))
    for part in parts if direction == "forward" else reversed(parts):
        if hits := read_streams(ask(_range(target, "", _ns(part[0]), _ns(part[1]), direction, 1))):
            return hits[0].at
    return None


def read_streams(answer: HttpAnswer) -> list[Hit]:
    """The entries of an answer to a log query, the earliest first."""
    hits = []
    for stream in _result(answer, "streams"):
        labels, values = stream.get("stream"), stream.get("values")
        if not isinstance(labels, dict) or not isinstance(values, list):
            raise malformed()
        fields = {str(name).lower(): str(value) for name, value in labels.items()}
        hits += [_hit(entry, fields) for entry in values]
    return sorted(hits, key=lambda hit: int(hit.key[0]))


def read_labels(answer: HttpAnswer) -> list[dict[str, str]]:
    """The labels of each stream in an answer about series."""
    data = _success(answer).get("data")
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise malformed()
    return [{str(name).lower(): str(value) for name, value in one.items()} for one in data]


def read_count(answer: HttpAnswer) -> int:
    """The one number of an answer to a metric query; 0 where there is none."""
    total = 0
    for sample in _result(answer, "vector"):
        value = sample.get("value")
        if not isinstance(value, list) or len(value) != 2 or not re.fullmatch(r"\d{1,18}(\.0+)?", str(value[1])):
            raise malformed()
        total += int(str(value[1]).partition(".")[0])
    return total


def quoted(text: str) -> str:
    """A text as LogQL quotes it, which is as Go does."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")


def _alternatives(texts: Sequence[str]) -> Iterator[str]:
    """Regular expressions for any of the texts, each of them short enough."""
    held: list[str] = []
    for text in texts:
        one = _literal(text)
        if held and sum(map(len, held)) + len(held) + len(one) > LONGEST:
            yield "|".join(held)
            held = []
        held.append(one)
    if held:
        yield "|".join(held)


def _literal(text: str) -> str:
    """The text as it stands; a UUID with or without its hyphens."""
    if not UUID.fullmatch(text):
        return re.escape(text)
    plain = text.replace("-", "")
    return "-?".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


def _pages(ask: Ask, target: Target, line_filter: str, start: int, end: int) -> Iterator[Hit]:
    before: set[tuple[str, ...]] = set()
    while True:
        hits = read_streams(ask(_range(target, line_filter, start, end, "forward", PAGE)))
        yield from (hit for hit in hits if hit.key not in before)
        if len(hits) < PAGE:
            return
        last = int(hits[-1].key[0])
        if last == start:
            raise CannotObserve(Reason.LIMIT_REACHED, f"more than {PAGE} records of one moment")
        start, before = last, {hit.key for hit in hits if int(hit.key[0]) == last}


def _range(target: Target, line_filter: str, start: int, end: int, direction: str, limit: int) -> HttpRequest:
    asked = {"query": said(target, "selector") + line_filter, "start": start, "end": end}
    return _post(target, "query_range", asked | {"direction": direction, "limit": limit})


def _count(target: Target, start: datetime, end: datetime) -> HttpRequest:
    seconds = -(-(end - start) // timedelta(seconds=1))
    query = f"sum(count_over_time({said(target, 'selector')}[{seconds}s]))"
    return _post(target, "query", {"query": query, "time": _ns(end)})


def _series(target: Target, start: datetime, end: datetime) -> HttpRequest:
    """Of the whole time at once: Loki keeps labels by the day."""
    return _post(target, "series", {"match[]": said(target, "selector"), "start": _ns(start), "end": _ns(end)})


def _post(target: Target, what: str, asked: dict[str, object]) -> HttpRequest:
    """As a form: what stands in an address is logged by every server on the way."""
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    if tenant := said(target, "tenant"):
        headers.append(("X-Scope-OrgID", tenant))
    return HttpRequest(
        "POST", f"/loki/api/v1/{what}", tuple(headers), urlencode(asked, errors="replace").encode("ascii")
    )


def _success(answer: HttpAnswer) -> dict[str, object]:
    if answer.status == 400 and LIMITED.search(answer.body):
        raise CannotObserve(Reason.LIMIT_REACHED, "HTTP 400: the search is beyond a limit of the platform")
    body = read_body(answer)
    if body.get("status") != "success":
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the platform says that the search failed")
    if body.get("warnings"):
        raise CannotObserve(Reason.LIMIT_REACHED, "the platform warns that its answer is not whole")
    return body


def _result(answer: HttpAnswer, kind: str) -> list[dict[str, object]]:
    data = _success(answer).get("data")
    result = data.get("result") if isinstance(data, dict) and data.get("resultType") == kind else None
    if not isinstance(result, list) or not all(isinstance(one, dict) for one in result):
        raise malformed()
    return result


def _hit(entry: object, fields: dict[str, str]) -> Hit:
    match entry:
        case [str(when), str(line), *_] if re.fullmatch(r"\d{1,19}", when):
            us = int(when) // 1000
            key = (when, json.dumps(fields, sort_keys=True), line)
            return Hit(key, EPOCH + us * MICROSECOND, 1 if int(when) % 1000 else step(us), line, fields)
    raise malformed()


def _ns(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND * 1000

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
    malformed,
    read_body,
    said,
    slices,
    step,
)
from readiness.model import Reason, Target
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest

PAGE = 1000
"""Entries asked for at a time; Loki's own limit is 5000 unless set otherwise."""
SLICE = timedelta(days=7)
"""What is searched in one query; Loki refuses more than thirty days and an hour unless set otherwise."""
LONGEST = 4000
"""Characters of the texts in one query: Loki 2 takes 5120 of a whole one."""
LIMITED = re.compile(rb"limit|exceeds|too (?:long|many)", re.IGNORECASE)


def find(ask: Ask, target: Target, question: Question) -> Iterator[Hit]:
    """What there is, page by page; some perhaps twice. CannotObserve once it cannot be had whole."""
    filters = [f" |~ {quoted(question.shape)}"] if question.shape else []
    filters += [f" |~ {quoted('(?i)' + shape)}" for shape in _alternatives(question.either)]
    for start, end in slices(question.start, question.end, SLICE):
        for line_filter in filters or [""]:
            yield from _pages(ask, target, line_filter, nanoseconds(start), nanoseconds(end))


def read_streams(answer: HttpAnswer) -> list[Hit]:
    """The entries of an answer to a log query, the earliest first."""
    hits = []
    for stream in read_result(answer, "streams"):
        labels, values = stream.get("stream"), stream.get("values")
        if not isinstance(labels, dict) or not isinstance(values, list):
            raise malformed()
        fields = {str(name).lower(): str(value) for name, value in labels.items()}
        hits += [_hit(entry, fields) for entry in values]
    return sorted(hits, key=lambda hit: int(hit.key[0]))


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
        hits = read_streams(ask(entries(target, line_filter, start, end, "forward", PAGE)))
        yield from (hit for hit in hits if hit.key not in before)
        if len(hits) < PAGE:
            return
        last = int(hits[-1].key[0])
        if last == start:
            raise CannotObserve(Reason.LIMIT_REACHED, f"more than {PAGE} records of one moment")
        start, before = last, {hit.key for hit in hits if int(hit.key[0]) == last}


def entries(target: Target, line_filter: str, start: int, end: int, direction: str, limit: int) -> HttpRequest:
    """For the first entries from a time (nanoseconds) up to another, or with "backward" for the last."""
    asked = {"query": said(target, "selector") + line_filter, "start": start, "end": end}
    return asking(target, "query_range", asked | {"direction": direction, "limit": limit})


def asking(target: Target, what: str, asked: dict[str, object]) -> HttpRequest:
    """A request to one of Loki's paths, as a form: what stands in an address is logged by every server on the way."""
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    if tenant := said(target, "tenant"):
        headers.append(("X-Scope-OrgID", tenant))
    return HttpRequest(
        "POST", f"/loki/api/v1/{what}", tuple(headers), urlencode(asked, errors="replace").encode("ascii")
    )


def read_success(answer: HttpAnswer) -> dict[str, object]:
    """The body of an answer that is whole."""
    if answer.status == 400 and LIMITED.search(answer.body):
        raise CannotObserve(Reason.LIMIT_REACHED, "HTTP 400: the search is beyond a limit of the platform")
    body = read_body(answer)
    if body.get("status") != "success":
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the platform says that the search failed")
    if body.get("warnings"):
        raise CannotObserve(Reason.LIMIT_REACHED, "the platform warns that its answer is not whole")
    return body


def read_result(answer: HttpAnswer, kind: str) -> list[dict[str, object]]:
    """The result in an answer to a query: "streams" or "vector"."""
    data = read_success(answer).get("data")
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


def nanoseconds(at: datetime) -> int:
    """Since 1970."""
    return (at - EPOCH) // MICROSECOND * 1000

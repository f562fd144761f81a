"""How are OpenSearch and Elasticsearch asked, and what do their answers mean? The search that both have.

What a text is cut into when it is stored decides what can be found: whole words, and pieces of a word. So a search
asks for the runs of letters and digits of what is looked for, anywhere in any field, and whoever asked looks closer at
the records that come. Whether a miss shows anything is tried on records that are there (`opensearch_survey`). Nothing
is left open at the platform: a page begins with the last time of the one before.
Source: OpenSearch documentation, "Search API" and "Query string"; Elasticsearch guide, "Search API" and "Paginate
search results".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from probes._log_ids import UUID
from probes._log_records import flat
from probes._log_search.asking import (
    EPOCH,
    MICROSECOND,
    Ask,
    Hit,
    NotTaken,
    Question,
    malformed,
    read_body,
    said,
    step,
)
from readiness.model import Reason, Target
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest

PAGE = 500
TEXTS = 40
"""Texts that are looked for in one search at first. Each is a few clauses for every field, and a search may have so
many and no more: where the platform does not take them, it is asked for half of them at a time."""
RUNS, SHORTEST = 2, 4
"""So many runs of a text are asked for, the longest; shorter ones stand everywhere."""
RUN = re.compile(r"[a-z0-9\u00c0-\u024f]+", re.IGNORECASE)
SECONDS = 50


def find(ask: Ask, target: Target, question: Question) -> Iterator[Hit]:
    """What there is, page by page; some perhaps twice. CannotObserve once it cannot be had whole."""
    if question.shape:
        raise CannotObserve(Reason.NOT_SUPPORTED, "a full-text index is searched by words, not by their shape")
    for at in range(0, max(1, len(question.either)), TEXTS):
        yield from _find(ask, target, question, question.either[at : at + TEXTS])


def beside(_ask: Ask, _target: Target, _start: datetime, _end: datetime) -> Iterator[str]:
    """Nothing: all that belongs to a record is a field of it, and searched."""
    return iter(())


def read_search(answer: HttpAnswer) -> dict[str, Any]:
    """The body of an answer that is whole: in time, from every shard, and counted to its end."""
    body = read_body(answer)
    shards, total = body.get("_shards"), body.get("hits")
    if not isinstance(shards, dict) or not isinstance(total, dict) or type(body.get("timed_out")) is not bool:
        raise malformed()
    if body["timed_out"]:
        raise CannotObserve(Reason.TIMED_OUT, "the platform gave up before it had searched everything")
    failed, all_ = shards.get("failed"), shards.get("total")
    if type(failed) is not int or type(all_) is not int:
        raise malformed()
    if failed:
        raise CannotObserve(Reason.CLOSED_EARLY, f"{failed} of {all_} shards did not answer the search")
    if not all_:
        raise CannotObserve(Reason.NOT_CONFIGURED, "no index has that name")
    if body.get("terminated_early"):
        raise CannotObserve(Reason.LIMIT_REACHED, "the platform ended the search early")
    return body


def read_hits(body: Mapping[str, Any], target: Target) -> list[Hit]:
    """The records in the body of an answer, in its order."""
    rows = body["hits"].get("hits")
    if not isinstance(rows, list):
        raise malformed()
    return [_hit(row, target) for row in rows]


def search(target: Target, filters: list[dict[str, Any]], more: Mapping[str, Any]) -> HttpRequest:
    """A search in the index of the profile, which is to fail rather than to answer in part."""
    asked = {"query": {"bool": {"filter": filters}}, "track_total_hits": True, "timeout": f"{SECONDS}s", **more}
    path = f"/{quote(said(target, 'index'), safe='*,')}/_search?allow_partial_search_results=false"
    return HttpRequest("POST", path, (("Content-Type", "application/json"),), json.dumps(asked).encode("ascii"))


def words_query(text: str) -> str:
    """What a record holds that holds the text, in the words of "query_string".

    Its longest runs inside some word, as they stand or in small or capital letters (where it has none, the text within
    a value that is kept whole); or its words in a row, or as the whole value of a field, as numbers have it. A UUID may
    have its hyphens or not.
    """
    forms = {text}
    if UUID.fullmatch(text):
        plain = text.replace("-", "")
        forms = {plain, "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))}
    return " OR ".join(_form_query(form) for form in sorted(forms))


def _form_query(text: str) -> str:
    runs = sorted({run for run in RUN.findall(text) if len(run) >= SHORTEST}, key=lambda run: (-len(run), run))[:RUNS]
    inside = " AND ".join(f"({' OR '.join(f'*{form}*' for form in _cases(run))})" for run in runs)
    row = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'({inside or f"*{_plain(text)}*"}) OR "{row}"'


def _plain(text: str) -> str:
    """The text without what its characters mean in a query; what cannot be told so is any character."""
    return re.sub(r"[<>\s]", "?", re.sub(r'([-+=&|!(){}\[\]^"~*?:\\/])', r"\\\1", text))


def _find(ask: Ask, target: Target, question: Question, texts: tuple[str, ...]) -> Iterator[Hit]:
    try:
        yield from _pages(ask, target, _filters(texts), milliseconds(question.start), milliseconds(question.end))
    except NotTaken:
        if len(texts) < 2:
            raise
        half = len(texts) // 2
        for part in (texts[:half], texts[half:]):
            yield from _find(ask, target, question, part)


def _cases(run: str) -> list[str]:
    return sorted({run, run.lower(), run.upper()})


def _filters(texts: tuple[str, ...]) -> list[dict[str, Any]]:
    if not texts:
        return []
    query = " OR ".join(f"({words_query(text)})" for text in texts)
    return [{"query_string": {"query": query, "fields": ["*"], "lenient": True, "analyze_wildcard": False}}]


def _pages(ask: Ask, target: Target, filters: list[dict[str, Any]], start: int, end: int) -> Iterator[Hit]:
    asked = {"size": PAGE, "sort": [{said(target, "time_field"): {"order": "asc"}}]}
    before: set[tuple[str, ...]] = set()
    while True:
        body = read_search(ask(search(target, [within(target, start, end), *filters], asked)))
        hits = read_hits(body, target)
        yield from (hit for hit in hits if hit.key not in before)
        if len(hits) < PAGE:
            if len(hits) < total_of(body):
                raise CannotObserve(Reason.LIMIT_REACHED, "the platform gave fewer records than it found")
            return
        last = milliseconds(hits[-1].at)
        if last <= start:
            raise CannotObserve(Reason.LIMIT_REACHED, f"more than {PAGE} records of one moment")
        start, before = last, {hit.key for hit in hits}


def within(target: Target, start: int, end: int) -> dict[str, Any]:
    """The records from a time (milliseconds) up to another."""
    return {"range": {said(target, "time_field"): {"gte": start, "lt": end, "format": "epoch_millis"}}}


def total_of(body: Mapping[str, Any]) -> int:
    """How many records a search found, counted to the end."""
    total = body["hits"].get("total")
    if not isinstance(total, dict) or total.get("relation") != "eq" or type(total.get("value")) is not int:
        raise malformed()
    return int(total["value"])


def _hit(row: object, target: Target) -> Hit:
    match row:
        case {"_index": str(index), "_id": str(id_), "_source": dict(source), "sort": [int(when), *_]}:
            fields = dict(flat(source))
            message = fields.get(said(target, "message_field").lower(), "")
            rest = [f"{name}={value}" for name, value in fields.items() if value != message]
            us = when // 1000 if when > 10**15 else when * 1000  # nanoseconds, of the type date_nanos
            return Hit((index, id_), EPOCH + us * MICROSECOND, step(us), "\n".join((message, *rest)), fields)
        case {"_id": str(), "sort": list()}:
            raise CannotObserve(Reason.NOT_SUPPORTED, "the index keeps no source of its records")
    raise malformed()


def milliseconds(at: datetime) -> int:
    """Since 1970, rounded down."""
    return (at - EPOCH) // MICROSECOND // 1000

"""A recorded conversation with OpenSearch: not a live server, none of which the tests may use.

The answers were written from the documentation of OpenSearch ("Search API", "Field capabilities", "Query string") and
of Elasticsearch 7.10, whose search OpenSearch kept. Nothing here evaluates a query: to every search for words it says
the same records. So what a test shows is what is asked, and how what comes is read; that a real index would find these
records and no others is not shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.stands.http_answers import Asked, Says, Stand, answering, as_json

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def searchable(type_: str, searchable: bool = True, metadata: bool = False) -> dict[str, Any]:
    """What the answer about capabilities says of a field."""
    said = {"type": type_, "metadata_field": metadata, "searchable": searchable, "aggregatable": type_ != "text"}
    return {type_: said}


CAPABILITIES: Mapping[str, Any] = {
    "@timestamp": searchable("date"),
    "message": searchable("text"),
    "message.keyword": searchable("keyword"),
    "level": searchable("keyword"),
    "event": searchable("object", searchable=False),
    "event.code": searchable("long"),
    "_id": searchable("_id", metadata=True),
    "_source": searchable("_source", searchable=False, metadata=True),
}
SHARDS = {"total": 3, "successful": 3, "skipped": 0, "failed": 0}


@dataclass
class Conversation:
    """What is said to which question. `found`: the documents that every search for words finds, oldest first; `there`
    how many the index holds; `change` what is different in every answer to a search; `controls` how many of the pieces
    that are looked for again are found."""

    found: Sequence[Mapping[str, Any]]
    there: int = 500
    capabilities: Mapping[str, Any] = field(default_factory=lambda: CAPABILITIES)
    unsearched: int = 0
    left_out: int = 0
    change: Mapping[str, Any] = field(default_factory=dict)
    controls: int = 99
    newest: str = "2026-11-30T13:00:00.123Z"
    oldest: str = "2026-08-22T12:00:00.000Z"
    time_field: str = "@timestamp"

    def __call__(self, asked: Asked) -> Says:
        """The answer to a request."""
        if "/_field_caps?fields=*" in asked.path:
            return as_json({"indices": ["logg-2026"], "fields": self.capabilities})
        question = json.loads(asked.body)
        if question["size"] == 0:
            return self._said(0, []) if _only(question) and not self._control() else self._said(self.there, [])
        newest = [{self.time_field: self.newest, "message": "idle hjartslag4711 from worker7", "level": "INFO"}]
        documents = self.found if _words(question) else newest
        start = _range(question)["gte"]
        name = "found" if _words(question) else "newest"
        hits = [_hit(f"{name}-{number}", one, self.time_field) for number, one in enumerate(documents)]
        hits = [hit for hit in hits if hit["sort"][0] >= start or not _words(question)]
        return self._said(len(hits), hits[: question["size"]])

    def _control(self) -> bool:
        self.controls -= 1
        return self.controls >= 0

    def _said(self, total: int, hits: list[dict[str, Any]]) -> Says:
        documents = {"unsearched": self.unsearched, "left_out": self.left_out}
        aggregations: dict[str, Any] = {name: {"doc_count": count} for name, count in documents.items()}
        moments = {"oldest": self.oldest, "newest": self.newest}
        aggregations |= {name: {"value": float(_ms(at)), "value_as_string": at} for name, at in moments.items()}
        body = {
            "took": 4,
            "timed_out": False,
            "_shards": SHARDS,
            "hits": {"total": {"value": total, "relation": "eq"}, "max_score": None, "hits": hits},
            "aggregations": aggregations,
        }
        return as_json(body | self.change)


@contextmanager
def opensearch(conversation: Conversation) -> Iterator[Stand]:
    """Have it."""
    with answering(conversation) as stand:
        yield stand


def _hit(id_: str, source: Mapping[str, Any], time_field: str) -> dict[str, Any]:
    when = _ms(str(source[time_field]))
    return {"_index": "logg-2026", "_id": id_, "_score": None, "_source": source, "sort": [when]}


def _filters(question: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(question["query"]["bool"]["filter"])


def _words(question: Mapping[str, Any]) -> bool:
    return any("query_string" in one for one in _filters(question))


def _only(question: Mapping[str, Any]) -> bool:
    return any("ids" in one for one in _filters(question))


def _range(question: Mapping[str, Any]) -> dict[str, int]:
    return next(dict(next(iter(one["range"].values()))) for one in _filters(question) if "range" in one)


def _ms(at: str) -> int:
    return (datetime.fromisoformat(at) - EPOCH) // timedelta(milliseconds=1)

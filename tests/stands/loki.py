"""A stand that plays the part of Grafana Loki that is asked: log queries with a line filter, and counts over time.

It is no Loki: Debian's package of that name is another program, and no registry that the tests may use carries
Grafana's. It follows the documentation ("Loki HTTP API", "Log queries", "limits_config") and the limit on the length of
a query in `pkg/logql/syntax/parser.go` of Loki 2.9; its line filters are matched by RE2 itself, whose syntax is that of
Go's regular expressions, so that a filter which RE2 does not take is refused here as it is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import re2

from tests.stands.http_answers import Answering, Asked, Says, Stand, answering, as_json
from tests.stands.pki import Issued

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_QUERY, LONGEST_TIME, MOST_ENTRIES = 5120, timedelta(days=30, hours=1), 5000
LOG = re.compile(r'(\{[^}]*\})(?: \|~ ("(?:[^"\\]|\\.)*"))?')
COUNT = re.compile(r"sum\(count_over_time\((\{[^}]*\})\[(\d+)s\]\)\)")
Entry = tuple[int, str]


@dataclass
class Store:
    """Streams by their labels, each with entries (nanoseconds, line); `metadata` is structured metadata of each entry,
    which an answer shows among the labels."""

    streams: dict[tuple[tuple[str, str], ...], list[Entry]] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)

    def push(self, lines: Iterable[tuple[datetime, str]], **labels: str) -> None:
        """Store lines of one stream."""
        stream = self.streams.setdefault(tuple(sorted(labels.items())), [])
        stream += [((at - EPOCH) // timedelta(microseconds=1) * 1000, line) for at, line in lines]

    def select(self, selector: str) -> Iterator[tuple[dict[str, str], list[Entry]]]:
        """The streams of a selector; only "=" is played."""
        wanted = dict(re.findall(r'(\w+)\s*=\s*"([^"]*)"', selector))
        for labels, entries in self.streams.items():
            if wanted.items() <= dict(labels).items():
                yield dict(labels), entries

    def __call__(self, asked: Asked) -> Says:
        """The answer to a request, as documented."""
        form = {name: values[0] for name, values in parse_qs(asked.body.decode("ascii")).items()}
        if asked.fields.get("content-type") != "application/x-www-form-urlencoded":
            return _refusal("no query")
        if asked.path.endswith("/loki/api/v1/series"):
            if int(form["end"]) - int(form["start"]) > LONGEST_TIME // timedelta(microseconds=1) * 1000:
                return _refusal("the query time range exceeds the limit")
            return as_json({"status": "success", "data": [labels for labels, _ in self.select(form["match[]"])]})
        if len(form["query"]) >= LONGEST_QUERY:
            return _refusal("parse error : input size too long")
        if asked.path.endswith("/loki/api/v1/query_range"):
            return self._log(form)
        return self._count(form) if asked.path.endswith("/loki/api/v1/query") else Says(b"404 page not found", 404)

    def _log(self, form: dict[str, str]) -> Says:
        query = LOG.fullmatch(form["query"])
        start, end, limit = int(form["start"]), int(form["end"]), int(form["limit"])
        if query is None:
            return _refusal("parse error at line 1: syntax error: unexpected IDENTIFIER")
        if end - start > LONGEST_TIME // timedelta(microseconds=1) * 1000:
            return _refusal("the query time range exceeds the limit (query length: 744h, limit: 30d1h)")
        if limit > MOST_ENTRIES:
            return _refusal(f"max entries limit per query exceeded, limit > max_entries_limit ({limit} > 5000)")
        try:
            shape = re2.compile(_unquoted(query[2]) if query[2] else "")
        except re2.error:
            return _refusal("parse error : error parsing regexp")
        backward = form["direction"] == "backward"
        found = sorted(
            (
                (when, sorted((labels | self.metadata).items()), line)
                for labels, entries in self.select(query[1])
                for when, line in entries
                if start <= when < end and shape.search(line)
            ),
            reverse=backward,
        )[:limit]
        streams: dict[str, list[list[str]]] = {}
        for when, labels, line in found:
            streams.setdefault(json.dumps(dict(labels)), []).append([str(when), line])
        return _success("streams", [{"stream": json.loads(key), "values": rows} for key, rows in streams.items()])

    def _count(self, form: dict[str, str]) -> Says:
        query, at = COUNT.fullmatch(form["query"]), int(form["time"])
        if query is None:
            return _refusal("parse error")
        since = at - int(query[2]) * 10**9
        count = sum(since < when <= at for _, entries in self.select(query[1]) for when, _ in entries)
        return _success("vector", [{"metric": {}, "value": [at / 1e9, str(count)]}] if count else [])


@contextmanager
def loki(
    store: Store,
    before: Callable[[Asked], Says | None] = lambda _: None,
    server: Issued | None = None,
    folder: Path | None = None,
) -> Iterator[Stand]:
    """Serve a store; `before` may answer in its place."""
    answer: Answering = lambda asked: before(asked) or store(asked)  # noqa: E731
    with answering(answer, server, folder) as stand:
        yield stand


def _unquoted(text: str) -> str:
    return str(json.loads(text.replace("\\x7f", "\\u007f")))


def _success(kind: str, result: list[object]) -> Says:
    return as_json({"status": "success", "data": {"resultType": kind, "result": result, "stats": {}}})


def _refusal(why: str) -> Says:
    return Says(why.encode(), 400, "text/plain; charset=utf-8")

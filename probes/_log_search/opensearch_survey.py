"""What is in an index of OpenSearch, and does a search that finds nothing there show that there is nothing?

It does where every field of text can be searched, every record has a message that can, and pieces out of the middle of
words in records that the index itself gives are found again (a control: how an index cuts its texts into words is its
own affair). Source: OpenSearch and Elasticsearch documentation, "Field capabilities", "Ignore above", "Exists query".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from probes._log_search.asking import EPOCH, MICROSECOND, Ask, Hit, Survey, malformed, read_body, said
from probes._log_search.opensearch import milliseconds, read_hits, read_search, search, total_of, within
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest

CONTROLS = 5
"""Records of which a piece is looked for again."""
NAMED = 3
"""Fields that are named where they are in the way."""
PIECE = re.compile(r"[A-Za-z0-9]{8,40}")
SEARCHED = frozenset({"text", "match_only_text", "keyword", "constant_keyword", "wildcard"})
OTHER_TEXTS = frozenset({"flattened", "flat_object", "annotated_text", "search_as_you_type", "nested", "binary"})
"""Types that can hold text in which the search does not look, or not everywhere."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What can be searched in an index. `message`: the types of the message's field; `closed`: which fields of text
    cannot be searched; `whole`: those that hold whole values, of which an index may leave out the long ones."""

    message: frozenset[str]
    closed: tuple[str, ...]
    whole: tuple[str, ...]


def survey(ask: Ask, target: Target, start: datetime, end: datetime) -> Survey:
    """What the index holds of that time, and why a search that finds nothing in it would show nothing."""
    name, message = said(target, "time_field"), said(target, "message_field")
    fields = read_fields(ask(_capabilities(target)), message)
    unsearched = {"bool": {"must_not": [{"exists": {"field": message}}]}}
    left_out = {"terms": {"_ignored": list(fields.whole)}} if fields.whole else {"match_none": {}}
    asked = {
        "size": 0,
        "aggs": {
            "oldest": {"min": {"field": name}},
            "newest": {"max": {"field": name}},
            "unsearched": {"filter": unsearched},
            "left_out": {"filter": left_out},
        },
    }
    window = within(target, milliseconds(start), milliseconds(end))
    body = read_search(ask(search(target, [window], asked)))
    records, found = total_of(body), body.get("aggregations")
    if not records:
        return Survey(0, None, None)
    if not isinstance(found, dict):
        raise malformed()
    problem = _unsearchable(fields, found, records, message) or _control(ask, target, window)
    return Survey(records, _moment(found.get("oldest")), _moment(found.get("newest")), problem)


def oldest(ask: Ask, target: Target, start: datetime, end: datetime) -> datetime | None:
    """When the first record of that time was; None where there is none."""
    asked = {"size": 0, "aggs": {"oldest": {"min": {"field": said(target, "time_field")}}}}
    body = read_search(ask(search(target, [within(target, milliseconds(start), milliseconds(end))], asked)))
    found = body.get("aggregations")
    if not isinstance(found, dict):
        raise malformed()
    return _moment(found.get("oldest"))


def read_fields(answer: HttpAnswer, message: str) -> Fields:
    """What an answer about the capabilities of fields says."""
    found = read_body(answer).get("fields")
    if not isinstance(found, dict):
        raise malformed()
    types = {
        name: types for name, types in found.items() if isinstance(types, dict) and not _of_the_platform(name, types)
    }
    if message not in types:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"no record has the field {message}; message_field says which has")
    closed = sorted(name for name, kinds in types.items() if _closed(name, kinds, types))
    whole = [name for name, kinds in types.items() if "keyword" in kinds and not _beside_text(name, types)]
    return Fields(frozenset(types[message]), tuple(closed), tuple(sorted(whole)))


def _capabilities(target: Target) -> HttpRequest:
    return HttpRequest("GET", f"/{quote(said(target, 'index'), safe='*,')}/_field_caps?fields=*")


def _of_the_platform(name: str, types: Mapping[str, Any]) -> bool:
    return name.startswith("_") or any(
        isinstance(one, dict) and one.get("metadata_field") is True for one in types.values()
    )


def _closed(name: str, kinds: Mapping[str, Any], types: Mapping[str, Any]) -> bool:
    """Whether a field may hold text that the search does not see; an object without fields is one that is kept only."""
    if "object" in kinds:
        return not any(other.startswith(f"{name}.") for other in types)
    unindexed = any(kind in SEARCHED and one.get("searchable") is not True for kind, one in kinds.items())
    return unindexed or not OTHER_TEXTS.isdisjoint(kinds)


def _beside_text(name: str, types: Mapping[str, Any]) -> bool:
    """Whether the same value is searched in full elsewhere, as message.keyword is in message."""
    return "text" in types.get(name.rpartition(".")[0], ())


def _unsearchable(fields: Fields, found: Mapping[str, Any], records: int, message: str) -> Unseen | None:
    unsearched, left_out = _documents(found.get("unsearched")), _documents(found.get("left_out"))
    why = ""
    if not fields.message <= SEARCHED:
        why = f"the field {message} is no text"
    elif fields.closed:
        why = f"{len(fields.closed)} fields of text cannot be searched, {', '.join(fields.closed[:NAMED])} among them"
    elif unsearched:
        why = f"{unsearched} of {records} records have no {message} that can be searched"
    elif left_out:
        why = f"{left_out} of {records} records have values that were too long to be searched (ignore_above)"
    return Unseen(Reason.NOT_SUPPORTED, why) if why else None


def _control(ask: Ask, target: Target, window: dict[str, Any]) -> Unseen | None:
    """Look again for pieces of the newest records, without the first and the last character of a word."""
    asked = {"size": CONTROLS, "sort": [{said(target, "time_field"): {"order": "desc"}}]}
    hits = read_hits(read_search(ask(search(target, [window], asked))), target)
    tried = [(hit, piece) for hit in hits if (piece := _piece(hit))]
    if not tried:
        return Unseen(Reason.CONTROL_FAILED, "no record has a word to try the search with")
    lost = sum(not _found_again(ask, target, window, hit, piece) for hit, piece in tried)
    if not lost:
        return None
    why = f"of {len(tried)} pieces of words that stand in records, the search does not find {lost}"
    return Unseen(Reason.CONTROL_FAILED, f"{why}: a text that is searched in words cut otherwise hides things")


def _piece(hit: Hit) -> str:
    """The longest run of letters and digits in the message, with digits if there is one, without its ends."""
    runs = PIECE.findall(hit.text.partition("\n")[0])
    best = max(runs, key=lambda run: (any(map(str.isdigit, run)), len(run)), default="")
    return best[1:-1].lower()


def _found_again(ask: Ask, target: Target, window: dict[str, Any], hit: Hit, piece: str) -> bool:
    only = {"ids": {"values": [hit.key[1]]}}
    forms = " OR ".join(f"*{form}*" for form in sorted({piece, _as_written(hit, piece)}))
    words = {"query_string": {"query": forms, "fields": [said(target, "message_field")], "lenient": True}}
    return total_of(read_search(ask(search(target, [window, only, words], {"size": 0})))) > 0


def _as_written(hit: Hit, piece: str) -> str:
    at = hit.text.lower().find(piece)
    return hit.text[at : at + len(piece)]


def _documents(found: object) -> int:
    match found:
        case {"doc_count": int() as count}:
            return count
    raise malformed()


def _moment(found: object) -> datetime | None:
    match found:
        case {"value": int() | float() as ms}:
            return EPOCH + int(ms) * 1000 * MICROSECOND
        case {"value": None}:
            return None
    raise malformed()

"""Which records are about which message, when its id changes from one system to the next?

Two ids that stand in one record belong together, so an id of ours leads to others (a case number, a request id) that
stand in records without it. An id that leads to more than MOST_SHARED messages is everybody's (a sender, a batch, a
process) and joins nothing. Left out: where records come from (`_log_scan`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from probes._log_records import Record

MOST_SHARED = 2
"""More messages than this under one id, and it is nobody's own."""
MOST_JOINED = 64
"""Ids that a message may lead to, on average."""
_TOKEN = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:id|trace|correlation|case|arende|reference|referens|receipt|kvittens|number|nr)$", re.IGNORECASE
)
_NOT_OWN = re.compile(
    r"(?:sender|process|thread|host|client|user|event|span|parent|recipient|person|node|batch|org|p|t)_?"
    r"(?:id|nr|number)$",
    re.IGNORECASE,
)
SHORTEST, LONGEST = 6, 128


@dataclass(slots=True)
class Ids:
    """To which messages (by their numbers) an id leads: `given` those that are a message's own from the start, `joined`
    those that led there since."""

    given: dict[str, set[int]] = field(default_factory=dict)
    joined: dict[str, set[int]] = field(default_factory=dict)

    @staticmethod
    def of(messages: Sequence[tuple[str, Iterable[str]]]) -> Ids:
        """Each message by its own id, and by others that were given out for it and might be given out twice."""
        ids = Ids()
        for number, (own, others) in enumerate(messages):
            ids.given.setdefault(normal(own), set()).add(number)
            for other in others:
                ids.joined.setdefault(normal(other), set()).add(number)
        return ids

    def about(self, record: Record) -> frozenset[int]:
        """The messages that a record is about."""
        found: set[int] = set()
        for token in tokens(record.text):
            found |= self.given.get(token, _NONE)
            joined = self.joined.get(token, _NONE)
            if len(joined) <= MOST_SHARED:
                found |= joined
        return frozenset(found)

    def join(self, record: Record) -> bool:
        """Learn from a record which ids belong to its messages; whether there was anything new."""
        about = self.about(record)
        full = len(self.joined) >= MOST_JOINED * len(self.given)
        if full or not about or len(about) > MOST_SHARED:
            return False
        new = False
        for id_ in own_ids(record):
            if id_ in self.given:
                continue
            leads = self.joined.setdefault(id_, set())
            if not about <= leads and len(leads) <= MOST_SHARED:
                leads |= about
                new = True
        return new


_NONE: frozenset[int] = frozenset()


def tokens(text: str) -> Iterable[str]:
    """What could be an id in a text, in normal form. One that is joined to a word by a mark stands for itself, too."""
    for found in _UUID.finditer(text):
        yield found[0].lower().replace("-", "")
    for found in _TOKEN.finditer(text):
        token = found[0]
        if SHORTEST <= len(token) <= LONGEST:
            yield token.lower()


def own_ids(record: Record) -> frozenset[str]:
    """The ids of a record that may be those of one message: UUIDs, and the values of fields named as ids."""
    found = {normal(uuid[0]) for uuid in _UUID.finditer(record.text)}
    for name, value in record.fields.items():
        last = name.rpartition(".")[2]
        if _NAMED.search(last) and not _NOT_OWN.search(last) and SHORTEST <= len(value) <= LONGEST:
            found.add(normal(value))
    return frozenset(found)


def normal(id_: str) -> str:
    """One form of an id: lower case, a UUID without hyphens."""
    plain = id_.strip().lower()
    return plain.replace("-", "") if _UUID.fullmatch(plain) else plain

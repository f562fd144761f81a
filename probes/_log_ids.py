"""Which records are about which message, when its id changes from one system to the next?

Two ids that stand in one record belong together, so an id of ours leads to others (a case number, a request id) that
stand in records without it. An id that leads to more than MOST_SHARED messages is everybody's (a sender, a batch, a
process) and joins nothing. Left out: where records come from (`_log_source`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from probes._log_records import Record

MOST_SHARED = 2
"""More messages than this under one id, and it is nobody's own."""
MOST_JOINED = 64
"""Ids that a message may lead to, on average."""
SHORTEST, LONGEST = 6, 128
_WORD = re.compile(r"[0-9a-z][0-9a-z-]{4,126}[0-9a-z]")
UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:id|trace|correlation|case|arende|reference|referens|receipt|kvittens|number|nr)$", re.IGNORECASE
)
_NOT_OWN = re.compile(
    r"(?:sender|process|thread|host|client|user|event|span|parent|recipient|person|node|batch|org|p|t)_?"
    r"(?:id|nr|number)$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Words:
    """Finds ids in a text by the longest word of each: `ids` by that word; `short` are those that have none."""

    ids: dict[str, set[str]] = field(default_factory=dict)
    short: set[str] = field(default_factory=set)

    def add(self, id_: str) -> None:
        """One more id, in normal form. A UUID is found with and without its hyphens."""
        if longest := max(_WORD.findall(id_), key=len, default=""):
            self.ids.setdefault(longest, set()).add(id_)
        else:
            self.short.add(id_)
        if len(id_) == 32 and UUID.fullmatch(id_):
            self.ids.setdefault("-".join((id_[:8], id_[8:12], id_[12:16], id_[16:20], id_[20:])), set()).add(id_)

    def copy(self) -> Words:
        """The same ids, to add others to."""
        return Words({word: set(ids) for word, ids in self.ids.items()}, set(self.short))

    def within(self, text: str) -> Iterator[str]:
        """Those that stand in a text, in whatever case; some perhaps more than once."""
        lower = text.lower()
        for word in _WORD.findall(lower):
            if word in self.ids:
                yield from (id_ for id_ in self.ids[word] if _apart(id_, lower) or id_ == word.replace("-", ""))
        yield from (id_ for id_ in self.short if _apart(id_, lower))


@dataclass(slots=True)
class Ids:
    """To which messages (by their numbers) an id leads: `given` those that are a message's own from the start, `joined`
    those that led there since; `marks` what else one message alone is known by."""

    given: dict[str, set[int]] = field(default_factory=dict)
    joined: dict[str, set[int]] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    words: Words = field(default_factory=Words)

    @staticmethod
    def of(messages: Sequence[tuple[str, Iterable[str], Iterable[str]]]) -> Ids:
        """Each message by its own id, by others that were given out for it and might be given out twice, and by marks
        that are no other's."""
        ids = Ids()
        for number, (own, others, marks) in enumerate(messages):
            ids.marks |= {normal(mark): number for mark in marks}
            ids.given.setdefault(normal(own), set()).add(number)
            for other in others:
                ids.joined.setdefault(normal(other), set()).add(number)
        for id_ in (*ids.given, *ids.joined, *ids.marks):
            ids.words.add(id_)
        return ids

    def also(self, marks: Mapping[str, int]) -> Ids:
        """The same ids and further marks, for one source."""
        ids = Ids(self.given, self.joined, {**self.marks, **marks}, self.words.copy())
        for mark in marks:
            ids.words.add(mark)
        return ids

    def about(self, record: Record) -> frozenset[int]:
        """The messages that a record is about: those whose own ids stand there, else those that others lead to."""
        own: set[int] = set()
        led: set[int] = set()
        for id_ in self.words.within(record.text):
            own |= self.given.get(id_, _NONE)
            joined = self.joined.get(id_, _NONE)
            if len(joined) <= MOST_SHARED:
                led |= joined
            if id_ in self.marks:
                led.add(self.marks[id_])
        return frozenset(own or led)

    def join(self, record: Record) -> bool:
        """Learn from a record which ids belong to its messages; whether there was anything new."""
        about = self.about(record)
        full = len(self.joined) >= MOST_JOINED * len(self.given)
        if full or not about or len(about) > MOST_SHARED:
            return False
        new = False
        for id_ in own_ids(record) - self.given.keys():
            leads = self.joined.setdefault(id_, set())
            if not about <= leads and len(leads) <= MOST_SHARED:
                self.words.add(id_)
                leads |= about
                new = True
        return new


_NONE: frozenset[int] = frozenset()


def _apart(id_: str, text: str) -> bool:
    """Whether an id stands in a text with no letter or digit beside it: 2026-0001 is not 2026-00012."""
    at = text.find(id_)
    while at >= 0:
        end = at + len(id_)
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
            return True
        at = text.find(id_, at + 1)
    return False


def own_ids(record: Record) -> frozenset[str]:
    """The ids of a record that may be those of one message: UUIDs, and the values of fields named as ids."""
    found = {normal(uuid[0]) for uuid in UUID.finditer(record.text)}
    for name, value in record.fields.items():
        last = name.rpartition(".")[2]
        if _NAMED.search(last) and not _NOT_OWN.search(last) and SHORTEST <= len(value) <= LONGEST:
            found.add(normal(value))
    return frozenset(found)


def normal(id_: str) -> str:
    """One form of an id: lower case, a UUID without hyphens."""
    plain = id_.strip().lower()
    return plain.replace("-", "") if UUID.fullmatch(plain) else plain

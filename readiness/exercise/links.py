"""Whom is a message to that a log names by an id only? By the ids that the stage has seen of it, and has given out.

Read from what the stage told, as it tells it. An id that stands for two persons stands for none. Left out: what a log
says of a message (`log_account`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from readiness.recording import Exchange

NOBODY = ""
HEADER = ["Id", "Header", "Message"]
"""Where the id of a message stands, from the inside."""


@dataclass(slots=True)
class Links:
    """The persons by id, in lower case: `messages` by those of messages, `answers` by those that the stage gave out.

    `exchanges` grows while the stage stands.
    """

    exchanges: Mapping[str, Exchange] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    _seen: int = 0

    def look(self) -> None:
        """Take in what the stage has told since."""
        for exchange in islice(self.exchanges.values(), self._seen, None):
            persons = {one.person for one in exchange.attributions if one.person}
            if len(persons) == 1:
                person = persons.pop()
                for id_ in message_ids(exchange):
                    _note(self.messages, id_, person)
                _note(self.answers, exchange.answer_id, person)
        self._seen = len(self.exchanges)

    @property
    def named(self) -> frozenset[str]:
        """Those to whom a message has come whose id is known."""
        return frozenset(self.messages.values()) - {NOBODY}

    def person(self, message: str, answer: str = "") -> str:
        """Whom a message is to, by its own id or by one that was given out for it; "" where nothing says so."""
        return self.messages.get(message.lower()) or self.answers.get(answer.lower(), NOBODY)


def message_ids(exchange: Exchange) -> frozenset[str]:
    """The ids of the messages in a request, as far as it was kept."""
    if "Message" not in exchange.request_kept:
        return frozenset()
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(exchange.request_kept.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return frozenset()
    found = (one.text.strip() for one in root.iter("{*}Id") if one.text and _above(one) == HEADER)
    return frozenset(id_ for id_ in found if id_)


def _above(element: etree._Element) -> list[str]:
    """The local names of an element, its parent and its parent's parent."""
    found, at = [], element
    for _ in HEADER:
        found.append(etree.QName(at).localname)
        if (parent := at.getparent()) is None:
            break
        at = parent
    return found


def _note(persons: dict[str, str], id_: str, person: str) -> None:
    if id_ and persons.setdefault(id_.lower(), person) != person:
        persons[id_.lower()] = NOBODY

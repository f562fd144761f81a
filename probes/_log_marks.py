"""By what else than ids is one message known in a log: its subject, the digests of its contents, its recipient?

Only by what is its own. A digest that two messages of the run share leads to neither; subjects lead anywhere only where
every message of the run has one of its own, for else a subject is that of a kind of message, and stands in records
about others too; and of a recipient, see `person_forms`. What is read here stays in memory: an original is read from
the spool while its run lasts, and afterwards there are no digests. Left out: ids (`_log_canaries`), and looking
(`_log_ids`).
"""

from __future__ import annotations

import hashlib
import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Mapping

from probes._copies import LEFT_OUT
from probes._delivery import Delivery, Message, read_delivery
from probes._performed import DELIVERY
from probes._request_tree import read_request
from readiness.model import Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Session

SHORTEST_SUBJECT = 12
ALGORITHMS = ("sha256", "sha1", "md5")
"""MD5 is the contract's own checksum of an attachment (C section 4.2)."""
MOST = 2000
"""Deliveries whose contents are read."""


def read_marks(session: Session) -> Mapping[str, tuple[str, ...]]:
    """By message id, everything that this message alone is known by, in each of its writings."""
    subjects: dict[str, str] = {}
    digests: dict[str, set[str]] = {}
    for name, exchange in list(session.exchanges().items())[:MOST]:
        if exchange.operation != DELIVERY:
            continue
        delivery = _original(Target(name, TargetKind.EXCHANGE), session) or _read(exchange.request_kept.encode("utf-8"))
        for message in delivery.messages if delivery else ():
            if message.id:
                subjects[message.id] = message.subject.strip()
                digests.setdefault(message.id, set()).update(content_digests(message))
    own = own_subjects(subjects)
    shared = Counter(digest for found in digests.values() for digest in found)
    return {
        id_: (*subject_forms(own.get(id_, "")), *sorted(digest for digest in found if shared[digest] == 1))
        for id_, found in digests.items()
    }


def own_subjects(subjects: Mapping[str, str]) -> Mapping[str, str]:
    """The subjects by message id, where there are several and no two are the same, without those that stand in another;
    else none."""
    plain = {id_: text.casefold() for id_, text in subjects.items()}
    if len(plain) < 2 or len(set(plain.values())) < len(plain):
        return {}
    return {
        id_: subject
        for id_, subject in subjects.items()
        if len(subject) >= SHORTEST_SUBJECT
        and LEFT_OUT not in subject
        and not any(plain[id_] in other for number, other in plain.items() if number != id_)
    }


def subject_forms(subject: str) -> tuple[str, ...]:
    """A subject as it stands in text, in JSON and in XML."""
    written = (subject, json.dumps(subject)[1:-1], json.dumps(subject, ensure_ascii=False)[1:-1], html.escape(subject))
    return tuple(dict.fromkeys(form for form in written if form))


def content_digests(message: Message) -> Iterable[str]:
    """SHA-256, SHA-1 and MD5 of the body and of each attachment, decoded: hex, base64, and base64 for addresses."""
    for content in message.contents:
        if isinstance(content.data, bytes) and content.data:
            for algorithm in ALGORITHMS:
                digest = hashlib.new(algorithm, content.data, usedforsecurity=False).digest()
                yield from (digest.hex(), *(as_text(digest).rstrip(b"=").decode("ascii") for as_text in BASE64))


BASE64 = (b64encode, urlsafe_b64encode)


def person_forms(persons: Mapping[str, int]) -> Mapping[str, int]:
    """Each recipient's number (twelve digits) as logs write it, with the number of their message.

    For a log that is meant to say whose data was processed (behandlingslogg), and for no other: a look-up names the
    recipient too, so that elsewhere a number is no trace of the message.
    """
    return {
        form: message
        for person, message in persons.items()
        for digits in (person, person[2:])
        for form in (digits, f"{digits[:-4]}-{digits[-4:]}")
    }


def _original(target: Target, session: Session) -> Delivery | None:
    try:
        return _read(session.original(target))
    except CannotObserve:
        return None


def _read(data: bytes) -> Delivery | None:
    request = read_request(data) if data else None
    found = read_delivery(request.payload) if request and not isinstance(request, Unseen) else None
    return None if isinstance(found, Unseen) else found

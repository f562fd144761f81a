"""What can stand in an answer's place? Contents that a service should not send, made from the answer that it should.

Bytes in, bytes out; nothing here is large, and no entity expands to more than a few bytes. Left out: when they are sent
(scenario), and framing (framing).
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from readiness.contract.names import RECIPIENT_V3, SERVICE, SERVICE_V3
from readiness.stage.soap import MEDIA_TYPE, envelope

DEPTH = 2000
UNPACKED = 8 * 1024 * 1024
HTML = "text/html; charset=utf-8"
PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>"
    b"<body><h1>502 Bad Gateway</h1><hr><p>proxy</p></body></html>\n"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a content is made from: the answer that belongs there, and an address that only a careless reader asks."""

    answer: bytes
    canary: str


@dataclass(frozen=True, slots=True)
class Content:
    """A body, with the header fields that describe it."""

    body: bytes
    media_type: str = MEDIA_TYPE
    headers: tuple[tuple[str, str], ...] = ()


def _html(subject: Subject) -> Content:
    return Content(PAGE, HTML)


def _gzip(subject: Subject) -> Content:
    """Eight megabytes of white space in an answer, packed into a few kilobytes."""
    body = subject.answer.replace(b"</soap:Body>", b" " * UNPACKED + b"</soap:Body>")
    return Content(gzip.compress(body, mtime=0), headers=(("Content-Encoding", "gzip"),))


def _other_answer(subject: Subject) -> Content:
    """An answer that belongs to a look-up."""
    return Content(envelope(f'<isReachableResponse xmlns="{RECIPIENT_V3}"/>'))


def _malformed(subject: Subject) -> Content:
    return Content(subject.answer.replace(b"</soap:Body>", b"</soap:Bod>"))


def _namespace(subject: Subject) -> Content:
    wrong = subject.answer.replace(SERVICE_V3.encode(), b"http://example.com/schema/Service/v3")
    return Content(wrong.replace(RECIPIENT_V3.encode(), b"http://example.com/schema/Recipient/v3"))


def _invalid(subject: Subject) -> Content:
    """A receipt with an element that the schema does not know in place of TransId and Status."""
    inner = '<r:return><Kvitto xmlns="http://example.com/">ja</Kvitto></r:return>'
    return Content(
        envelope(f'<r:deliverSecureResponse xmlns:r="{SERVICE_V3}" xmlns="{SERVICE}">{inner}</r:deliverSecureResponse>')
    )


def _entity(subject: Subject) -> Content:
    """A DOCTYPE with an entity, which SOAP 1.1 section 3 forbids; it stands where the TransId does."""
    return _with_doctype(subject.answer, '<!ENTITY id "kvitto">')


def _external_entity(subject: Subject) -> Content:
    """The same with one that is to be fetched from the canary."""
    return _with_doctype(subject.answer, f'<!ENTITY id SYSTEM "{subject.canary}">')


def _deep(subject: Subject) -> Content:
    """More levels than any answer has."""
    return Content(envelope("<a>" * DEPTH + "</a>" * DEPTH))


CONTENTS: Mapping[str, Callable[[Subject], Content]] = {
    "as-is": lambda subject: Content(subject.answer),
    "empty": lambda subject: Content(b""),
    "html": _html,
    "gzip": _gzip,
    "other-answer": _other_answer,
    "malformed": _malformed,
    "namespace": _namespace,
    "invalid": _invalid,
    "entity": _entity,
    "external-entity": _external_entity,
    "deep": _deep,
}
"""By the words of a scenario's `reply.content`."""


def _with_doctype(answer: bytes, entity: str) -> Content:
    declaration, _, rest = answer.partition(b"?>\n")
    start, _, tail = rest.partition(b"<TransId>")
    inner = b"<TransId>&id;</TransId>" + tail.partition(b"</TransId>")[2] if tail else b""
    doctype = f"?>\n<!DOCTYPE Envelope [{entity}]>\n".encode()
    return Content(declaration + doctype + start + inner)

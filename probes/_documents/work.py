"""What is asked of a document, what is answered, and how do both travel to another process?

A question is one part of one document, so that a reader that gives up takes only that part along. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from readiness.model import Reason, Unseen

PARTS = ("structure", "words", "signing", "copies")
Plain = int | bool | str | tuple[str, ...]
Answers = dict[str, Plain | Unseen]
"""By the last word of a fact's name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a document is held against. `language` is a primary tag (RFC 5646) in lower case.

    `phrases`: each with its other wordings, parted by "|"; `persons`: how many people it has to name, None where nobody
    says; `domains`: where its links may lead, None where nobody says.
    """

    language: str = ""
    phrases: tuple[str, ...] = ()
    persons: int | None = None
    domains: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as sent, its archived copy, and PEM files that signatures are held against; "" stands for none."""

    sent: bytes
    archived: bytes = b""
    anchors: tuple[bytes, ...] = ()
    asked: Asked = Asked()


def write_question(part: str, document: Document, at: str) -> bytes:
    """A question as one line of JSON and the bytes that it counts. `at` is the time, ISO 8601."""
    blobs = (document.sent, document.archived, *document.anchors)
    head = {"part": part, "sizes": [len(blob) for blob in blobs], "asked": asdict(document.asked), "at": at}
    return json.dumps(head).encode("utf-8") + b"\n" + b"".join(blobs)


def read_question(stream: BinaryIO) -> tuple[str, Document, str] | None:
    """The next question, or None at the end."""
    if not (line := stream.readline()):
        return None
    head = json.loads(line)
    sent, archived, *anchors = (stream.read(size) for size in head["sizes"])
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in head["asked"].items()
    }
    return head["part"], Document(sent, archived, tuple(anchors), Asked(**given)), head["at"]


def write_answers(answers: Mapping[str, Plain | Unseen]) -> bytes:
    """Answers as one line of JSON."""
    plain = {
        name: {"unseen": str(value.reason), "detail": value.detail} if isinstance(value, Unseen) else value
        for name, value in answers.items()
    }
    return json.dumps(plain).encode("utf-8") + b"\n"


def read_answers(output: bytes) -> list[Answers]:
    """The whole lines of answers; what a process had begun when it ended is none."""
    lines = output.split(b"\n")[:-1]
    return [{name: _value(raw) for name, raw in json.loads(line).items()} for line in lines]


def unseen(names: Sequence[str], reason: Reason, detail: str) -> Answers:
    """The same reason for each."""
    return {name: Unseen(reason, detail) for name in names}


def _value(raw: object) -> Plain | Unseen:
    if isinstance(raw, dict):
        return Unseen(Reason(raw["unseen"]), raw["detail"])
    if isinstance(raw, list):
        return tuple(map(str, raw))
    assert isinstance(raw, int | str)
    return raw

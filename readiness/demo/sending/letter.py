"""What does the verksamhetssystem write to people? Invented letters, each with a small PDF, to test persons.

Contents are held as they will be carried, in base64. Left out: envelope and signatures (`delivery`), and what the
built-in defects make of a letter (`letter_quirks`).
"""

from __future__ import annotations

import hashlib
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields
from html import escape
from typing import Any

from readiness import personal
from readiness.demo.sending.settings import Decision

HOME = "https://www.exempelby.example/social"
TEXTS = {
    "beslut": ("Beslut om bistånd", "text/html", "Nämnden har fattat beslut i ditt ärende. Beslutet är bifogat."),
    "kallelse": ("Kallelse till möte", "text/plain", "Du är välkommen till ett möte. Tid och plats är bifogade."),
}
"""Subject, type of the body, and what it says, by the kind of decision."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one recipient; `body` and `attachment` are base64, as carried. `case` is unique in a run."""

    case: str
    id: str
    recipients: tuple[str, ...]
    sender_name: str
    subject: str
    language: str
    body_type: str
    body: str
    attachment_type: str
    attachment: str
    checksum: str
    file_name: str
    support_email: str = ""


def write_letter(decision: Decision, sender_name: str) -> Letter:
    """The letter about a decision. Checksum: MD5 in hex over the content (C section 4.2)."""
    subject, body_type, text = TEXTS[decision.kind]
    if body_type == "text/html":
        body = _html(subject, text)
    else:
        body = f"{text}\n\nÄrende {decision.case}. Mer att läsa: {HOME}\n"
    attachment = pdf(f"Exempel. \\304rende {decision.case}")
    return Letter(
        case=decision.case,
        id=new_id(),
        recipients=(decision.recipient,),
        sender_name=sender_name,
        subject=f"{subject}, ärende {decision.case}",
        language="svSE",
        body_type=body_type,
        body=base64(body.encode("utf-8")),
        attachment_type="application/pdf",
        attachment=base64(attachment),
        checksum=md5(attachment),
        file_name=f"{decision.kind}.pdf",
    )


def new_id() -> str:
    """A message id; none that looks like a personal identity number, as hex digits may by chance."""
    while personal.shaped(id_ := str(uuid.uuid4())):
        pass
    return id_


def to_plain(letter: Letter) -> dict[str, Any]:
    """The letter as JSON, for the way between the processes; never written to a file."""
    return {field.name: getattr(letter, field.name) for field in fields(letter)}


def from_plain(plain: Mapping[str, Any]) -> Letter:
    """The letter that `to_plain` gave."""
    return Letter(**{**plain, "recipients": tuple(plain["recipients"])})


def base64(data: bytes) -> str:
    """As one line."""
    return b64encode(data).decode("ascii")


def md5(data: bytes) -> str:
    """Upper-case hex; the contract asks for MD5, and nothing is protected by it."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest().upper()


def pdf(text: str) -> bytes:
    """A PDF of one page with one line (ISO 32000-1). `text`: ASCII, without parentheses; other letters in octal."""
    drawing = f"BT /F1 14 Tf 72 720 Td ({text}) Tj ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + end


def _html(subject: str, text: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="sv"><head><meta charset="utf-8"><title>{escape(subject)}</title></head>'
        f'<body><h1>{escape(subject)}</h1><p>{escape(text)}</p><p><a href="{HOME}">Mer att läsa</a></p></body></html>\n'
    )

"""How is a document's XML brought into UTF-8, whatever it says that it is written in?

By its own word only (byte order mark, XML declaration): UTF-8, UTF-16, US-ASCII, ISO-8859-1. Left out: a charset in an
HTTP header, which the caller knows, and XML 1.1, whose declaration stays and is refused.
"""

from __future__ import annotations

import re

from readiness.contract.delivery_parts import Refused, Why


def as_utf8(document: bytes) -> bytes:
    """The same document in UTF-8, without byte order mark and XML declaration. Raises Refused."""
    try:
        if document.startswith((b"\xff\xfe", b"\xfe\xff")):
            document = document.decode("utf-16").encode("utf-8")
            return document[_end_of(_DECLARATION.match(document)) :]
        document = document.removeprefix(b"\xef\xbb\xbf")
        declared = _DECLARATION.match(document)
        encoding = declared["encoding"].decode("ascii").lower() if declared and declared["encoding"] else "utf-8"
        if encoding not in {"utf-8", "us-ascii", "iso-8859-1"}:
            raise Refused(Why.ENCODING, f"the document is said to be written in {encoding[:40]}")
        body = document[_end_of(declared) :]
        return body if encoding == "utf-8" else body.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        raise Refused(Why.ENCODING, "the bytes do not agree with the document's encoding") from error


# XML 1.0, productions 23 to 32 and 80.
_DECLARATION = re.compile(
    rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["']1\.0["']"""
    rb"""([ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*["'](?P<encoding>[A-Za-z][A-Za-z0-9._-]*)["'])?"""
    rb"""([ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*["'](yes|no)["'])?[ \t\r\n]*\?>"""
)


def _end_of(found: re.Match[bytes] | None) -> int:
    return found.end() if found else 0

"""What do sending systems make of an answer before they read it? The known faults of parsers, by name (C section 12).

Left out: what they then do (`reaction_quirks`).
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from readiness.demo.sending.answers import Account, NotUnderstood
from readiness.demo.sending.caller import Said

KNOWN_OPERATORS = ("billo", "fortnox", "kivra", "minmyndighetspost")
"""Parts of the operators' names that a system may hold in its configuration (C section 12.1, S10)."""
DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(\[(?P<inside>[^\]]*)\])?\s*>")
EXTERNAL = re.compile(rb'SYSTEM\s+"(?P<url>http://[^"]+)"')


def misread(said: Said, quirks: Collection[str]) -> Said:
    """The answer as the faulty system would take it. NotUnderstood."""
    if "wants-text-xml" in quirks and said.status == 200 and not said.header("content-type").startswith("text/xml"):
        raise NotUnderstood("an answer of another media type")
    if "expands-entities" in quirks and (found := DOCTYPE.search(said.body)):
        for external in EXTERNAL.finditer(found["inside"] or b""):
            _fetch(external["url"].decode("ascii", "replace"))
        return replace(said, body=said.body.replace(found[0], b"").replace(b"&id;", b"id"))
    return said


def unsupported(account: Account, quirks: Collection[str]) -> bool:
    """Whether the faulty system knows no operator by that name."""
    name = account.operator.casefold()
    return "knows-operators-by-name" in quirks and not any(part in name for part in KNOWN_OPERATORS)


def _fetch(url: str) -> None:
    place = urlsplit(url)
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=1)
        try:
            connection.request("GET", place.path)
            connection.getresponse().read()
        finally:
            connection.close()

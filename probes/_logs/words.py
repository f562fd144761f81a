"""Does a word beside a number say that it is a person's?

The words are those that Swedish systems and Mina meddelanden use for the number itself or for whoever has it. Only a
word of this list is ever told: what else stands beside a number may be a name. Left out: numbers that merely recur.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

BEFORE, AFTER = 64, 32
WORDS = {
    "personnummer": "personnummer personnumber personnr persnr pnr personalnumber personno personalno personregnr",
    "samordningsnummer": "samordningsnummer samordningsnr coordinationnumber",
    "identity": "personid personalid personalidenti personidenti nationalid nationalidenti legalid civicno civicnumber"
    " civicregistration citizenid identitetsnummer identitetsbeteckning socialsecuritynumber",
    "recipient": "recipient mottagare mottagarid mottagningsidentitet adressat addressee",
    "person": "medborgar citizen inv\u00e5nare f\u00f6dd patient elevid v\u00e5rdnadshavare s\u00f6kande applicant",
}
"""Names for what is told, and the words that stand for each, without the spaces, hyphens and underscores in them."""


def _written(word: str) -> set[bytes]:
    """A word in UTF-8 and in Latin-1, its Swedish letters small or capital: only ASCII is made small before."""
    capital = "".join(letter if letter.isascii() else letter.upper() for letter in word)
    return {form.encode(encoding) for form in (word, capital) for encoding in ("utf-8", "latin-1")}


NAMES = {form: name for name, words in WORDS.items() for word in words.split() for form in _written(word)}


def _any_of(words: Iterable[bytes]) -> bytes:
    """An expression for the longest of some words, their beginnings shared: a third of the time."""
    rests: dict[bytes, list[bytes]] = {}
    for word in words:
        rests.setdefault(word[:1], []).append(word[1:])
    ways = [re.escape(first) + _any_of(rest) for first, rest in rests.items() if first]
    return (b"(?:" + b"|".join(ways) + b")" + (b"?" if b"" in rests else b"")) if ways else b""


LOWER = bytes(range(256)).lower()
LISTED = re.compile(_any_of(NAMES))
FIELD = re.compile(rb"[a-z0-9.\x80-\xff]*")
GENERAL = frozenset(b"value id number nr text data content extension key v msg message".split())
"""Names of fields that leave open what stands in them."""


def beside(text: bytes, start: int, end: int) -> str:
    """The name of the word that stands nearest before a number in the same line, else after it; "" for none. Where the
    number is the value of a field that says what it is (orderId=), only the field's own name counts."""
    before = text[max(0, start - BEFORE) : start]
    before = _folded(before[before.rfind(b"\n") + 1 :])
    field = _field(before)
    if words := LISTED.findall(field or before):
        return NAMES[words[-1]]
    after = None if field else LISTED.search(_folded(text[end : end + AFTER].partition(b"\n")[0]))
    return NAMES[after[0]] if after else ""


def _field(before: bytes) -> bytes:
    """The name of the field that begins where a text ends; b"" for none, and for one that leaves open what it holds."""
    named = before.rstrip(b"\"'[(")
    if not named.endswith((b"=", b":", b">")):
        return b""
    found = FIELD.match(named[:-1].rstrip(b"\"'")[::-1])
    field = found[0][::-1] if found else b""
    return b"" if field in GENERAL else field


def _folded(text: bytes) -> bytes:
    """ASCII in lower case, and without what stands between words."""
    return text.translate(LOWER, b" _-")

"""Does a word beside a number say that it is a person's?

The words are those that Swedish systems and Mina meddelanden use for the number itself or for whoever has it. Only a
word of this list is ever told: what else stands beside a number may be a name. Left out: numbers that merely recur.
"""

from __future__ import annotations

import re

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
NAMES = {word: name for name, words in WORDS.items() for word in words.split()}
LISTED = re.compile("|".join(sorted(NAMES, key=len, reverse=True)))
LETTERS = re.compile(rb"[A-Za-z\x80-\xff]{3}")
FIELD = re.compile(r"[a-z0-9\u00e5\u00e4\u00f6.]*")
GENERAL = {"value", "id", "number", "nr", "text", "data", "content", "extension", "key", "v", "msg", "message"}
"""Names of fields that leave open what stands in them."""
BETWEEN = str.maketrans("", "", " _-")


def beside(text: bytes, start: int, end: int) -> str:
    """The name of the word that stands nearest before a number in the same line, else after it; "" for none. Where the
    number is the value of a field that says what it is (orderId=), only the field's own name counts."""
    if not LETTERS.search(text, max(0, start - BEFORE), end + AFTER):
        return ""
    before = _folded(text[max(0, start - BEFORE) : start].rpartition(b"\n")[2])
    field = _field(before)
    if words := LISTED.findall(field or before):
        return NAMES[words[-1]]
    after = None if field else LISTED.search(_folded(text[end : end + AFTER].partition(b"\n")[0]))
    return NAMES[after[0]] if after else ""


def _field(before: str) -> str:
    """The name of the field that begins where a text ends; "" for none, and for one that leaves open what it holds."""
    name = before.rstrip("\"'[(")
    name, sign = name[:-1].rstrip("\"'"), name[-1:]
    if not sign or sign not in "=:>":
        return ""
    found = FIELD.match(name[::-1])
    field = found[0][::-1] if found else ""
    return "" if field in GENERAL else field


def _folded(text: bytes) -> str:
    """In lower case and without what stands between words; what is no UTF-8 is taken for Latin-1."""
    try:
        return text.decode("utf-8").lower().translate(BETWEEN)
    except UnicodeDecodeError:
        return text.decode("latin-1").lower().translate(BETWEEN)

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
BETWEEN = str.maketrans("", "", " _-")


def beside(text: bytes, start: int, end: int) -> str:
    """The name of the word that stands nearest before a number in the same line, else after it; "" for none."""
    if not LETTERS.search(text, max(0, start - BEFORE), end + AFTER):
        return ""
    before = _folded(text[max(0, start - BEFORE) : start].rpartition(b"\n")[2])
    if words := LISTED.findall(before):
        return NAMES[words[-1]]
    after = LISTED.search(_folded(text[end : end + AFTER].partition(b"\n")[0]))
    return NAMES[after[0]] if after else ""


def _folded(text: bytes) -> str:
    """In lower case and without what stands between words; what is no UTF-8 is taken for Latin-1."""
    try:
        return text.decode("utf-8").lower().translate(BETWEEN)
    except UnicodeDecodeError:
        return text.decode("latin-1").lower().translate(BETWEEN)

"""What stands in a log that is searched that should not: which searches show it, and what does each of them leave open?

A platform is asked for candidates; the same readers that read files decide on the records that come. Where it searches
for shapes (Loki), it is asked for those that an engine looks for in files, and a miss shows as much as in a file. Where
it searches for words (OpenSearch), it is asked for the test persons' numbers and for private keys; what cannot be found
by words is found by chance at best, and not known to be missing. Left out: what the facts are (`log_personal_data`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from probes._log_search.asking import Hit, Question
from probes._logs import secrets
from probes._logs.canaries import in_base64
from probes._logs.patterns import PATTERNS
from readiness.model import Reason, Unseen

PERSONS, ENCODED = ("canary_persons", "canary_encodings"), ("canary_persons_encoded", "canary_encodings")
NUMBERS = (
    "number_patterns",
    "number_patterns_with_context",
    "numbers_distinct",
    "number_most_repeated",
    "test_series_numbers",
)
KEYS, TOKENS, PASSWORDS, MESSAGES = "private_keys", "bearer_tokens", "passwords_in_urls", "message_bodies"
TOLD_BY: dict[object, str] = {
    secrets.private_key: KEYS,
    secrets.bearer: TOKENS,
    secrets.jwt: TOKENS,
    secrets.userinfo: PASSWORDS,
    secrets.query: PASSWORDS,
    secrets.pdf: MESSAGES,
    secrets.xml: MESSAGES,
    secrets.element: MESSAGES,
}
# Bytes of UTF-8 in the shapes, and the characters that they are: RE2 reads characters.
CHARACTERS = {
    r"\xc2[\xa0\xad]": "[\u00a0\u00ad]",
    r"\xe2\x80[\x90-\x95]": "[\u2010-\u2015]",
    r"\xe2\x88\x92": "\u2212",
    r"\xc3[\xb6\x96]": "[\u00f6\u00d6]",
}
BEFORE, AFTER = "[^0-9]", "[^0-9]"
NOT_BASE64 = "(?:[^A-Za-z0-9+/]|"
ESCAPED_DIGITS = r"(?:%3[0-9]){6}|(?:\\u003[0-9]){6}|(?:&#(?:4[89]|5[0-7]);){6}|(?:&#[xX]3[0-9];){6}"
UTF16_DIGITS = r"(?:[0-9]\x00){6}|(?:\x00[0-9]){6}"
ALTERNATIVES = 60
"""Test persons in one search: Loki 2 takes queries of 5120 characters."""
LONE_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----\s*\Z")

WORDS_ONLY = "is searched by whole words there, and this is none"
CUT = "a number in base64, hex or UTF-16 stands within words that the platform may have cut"
UNASKED = {
    **dict.fromkeys(NUMBERS, Unseen(Reason.NOT_SUPPORTED, f"a number of anybody {WORDS_ONLY} that could be named")),
    **dict.fromkeys(ENCODED, Unseen(Reason.NOT_SUPPORTED, CUT)),
    TOKENS: Unseen(Reason.NOT_SUPPORTED, f"a token {WORDS_ONLY} that could be named"),
    PASSWORDS: Unseen(Reason.NOT_SUPPORTED, f"a password in an address {WORDS_ONLY} that could be named"),
    MESSAGES: Unseen(Reason.NOT_SUPPORTED, f"a message in base64 {WORDS_ONLY} that could be named"),
}
"""Why a search by words leaves facts open."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Searches that together show what `facts` say, and what they look for, in words."""

    what: str
    facts: tuple[str, ...]
    questions: tuple[Question, ...]


def by_shape(start: datetime, end: datetime, persons: Sequence[str], pieces: Sequence[bytes]) -> list[Inquiry]:
    """For a platform that searches for shapes; `persons` by their last ten digits, `pieces` of what was sent."""

    def ask(*shapes: str) -> tuple[Question, ...]:
        return tuple(Question(start, end, shape=shape) for shape in shapes)

    plain = [f"{one[:6]}.{{0,8}}{one[6:]}" for one in persons]
    coded = sorted({part.decode() for one in persons for part in in_base64(one[:6].encode())})
    coded += [one[:6].encode().hex() for one in persons]
    inquiries = [
        Inquiry("test persons, as digits", PERSONS, ask(*_joined(plain), ESCAPED_DIGITS)),
        Inquiry("test persons, encoded", ENCODED, ask(*_joined(coded), UTF16_DIGITS)),
        Inquiry("what was sent, word for word", (MESSAGES,), _words(start, end, pieces)),
    ]
    shapes: dict[tuple[str, ...], list[str]] = {}
    for pattern in PATTERNS:
        told = TOLD_BY.get(pattern.read)
        shape = as_re2(pattern.shape)
        shapes.setdefault((told,) if told else NUMBERS, []).append(f"(?i){shape}" if pattern.caseless else shape)
    rest = sorted(shapes.items(), key=lambda one: one[0] == NUMBERS)  # numbers last: they may be too many
    return inquiries + [Inquiry(facts[0].replace("_", " "), facts, ask(*shapes)) for facts, shapes in rest]


def by_words(start: datetime, end: datetime, persons: Mapping[str, str], pieces: Sequence[bytes]) -> list[Inquiry]:
    """For a platform that searches for words; `persons`: twelve digits by the last ten."""
    plain = [text for ten, twelve in persons.items() for text in (f"{ten[:6]}-{ten[6:]}", ten, twelve)]
    plain += [text for ten in persons for text in _escaped(ten[:6])]
    coded = sorted({part.decode() for ten in persons for part in in_base64(ten[:6].encode())})
    coded += [ten[:6].encode().hex() for ten in persons]
    return [
        Inquiry("test persons, as digits", PERSONS, (Question(start, end, tuple(plain)),)),
        Inquiry("test persons, encoded", ENCODED, (Question(start, end, tuple(coded)),)),
        Inquiry("private keys", (KEYS,), (Question(start, end, ("PRIVATE KEY",)),)),
        Inquiry("what was sent, word for word", (MESSAGES,), _words(start, end, pieces)),
    ]


def as_re2(shape: bytes) -> str:
    """A shape of the engines as a regular expression over the characters of one entry, which has no line end before it
    or after it."""
    text = shape.decode("ascii")
    for written, meant in CHARACTERS.items():
        text = text.replace(written, meant)
    if text.startswith(BEFORE):
        text = f"(?:^|{BEFORE})" + text.removeprefix(BEFORE)
    if text.endswith(AFTER):
        text = text.removesuffix(AFTER) + f"(?:{AFTER}|$)"
    return text.replace(NOT_BASE64, "(?:^|" + NOT_BASE64.removeprefix("(?:")) if text.startswith(NOT_BASE64) else text


def cut_key(hit: Hit) -> bool:
    """Whether a private key begins with the end of a record, so that its lines stand in others."""
    return LONE_KEY.search(hit.text) is not None


def _words(start: datetime, end: datetime, pieces: Sequence[bytes]) -> tuple[Question, ...]:
    return (Question(start, end, tuple(piece.decode("ascii") for piece in pieces)),) if pieces else ()


def _joined(alternatives: Sequence[str]) -> Iterator[str]:
    for at in range(0, len(alternatives), ALTERNATIVES):
        yield "|".join(alternatives[at : at + ALTERNATIVES])


def _escaped(digits: str) -> Iterator[str]:
    for form in ("%{:x}", "\\u{:04x}", "&#{};", "&#x{:x};"):
        yield "".join(form.format(ord(digit)) for digit in digits)

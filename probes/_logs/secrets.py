"""Where does a key, a token, a password or a message stand in the bytes of a log?

Each reader is given the end of something that may be one, as an engine finds it, and decides by the bytes around it.
What was masked where it was written (stars, a placeholder) is none. Left out: passwords outside addresses, keys without
the lines that PEM has around them, and messages that neither are PDF nor stand in an element of the contract.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple


class Secret(NamedTuple):
    """Where it starts and ends in a block, and which pattern it is of."""

    start: int
    end: int
    pattern: str


REACH = 15_000
"""How many bytes after its candidate a secret may need to show what it is; a block has at least as many."""
Reader = Callable[[bytes, Sequence[int]], Iterator[Secret]]
PRIVATE_KEY, TOKEN, PASSWORD, MESSAGE = "private_key", "bearer_token", "password_in_url", "message_body"
MASKED = rb"(?:[*]+|[xX]{3,}|(?:%2[aA])+|[.]{3,}|[$#]?\{|%7[bB]|\[?(?:redacted|masked|hidden|filtered|removed)\]?)"
KEY = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----).){0,400}?[A-Za-z0-9+/]{32}",
    re.DOTALL,
)
BEARER = re.compile(
    rb"(?<![A-Za-z0-9])bearer(?:\s|%20|[+:=\"']|\\[\"']|&quot;|\\u0022){1,6}(?=[A-Za-z._~+/-]*[0-9])"
    rb"([A-Za-z0-9._~+/-]{20,200})",
    re.IGNORECASE,
)
JWT = re.compile(rb"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,1000}\.eyJ[A-Za-z0-9_-]{8}")
USERINFO = re.compile(
    rb"(?<=[A-Za-z0-9+.-])://[^\s/@:\"'<>]{0,64}:(?!" + MASKED + rb")([^\s/@\"'<>]{1,128})@[A-Za-z0-9\[]",
    re.IGNORECASE,
)
NAMES = (
    rb"(?:(?:user_?)?pass(?:word|wd|phrase)?|pwd|l(?:o|\xc3[\xb6\x96]|[\xf6\xd6]|%[cC]3%(?:[bB]6|96))senord"
    rb"|(?:client_?)?secret|api_?key|access_token)"
)
QUERY = re.compile(
    rb"(?:[?&;]|\\u0026|%3[fF]|%26)" + NAMES + rb"=(?!" + MASKED + rb")([^&\s\"'<>;\\#]{1,128})", re.IGNORECASE
)
PARAMETER = re.compile(rb"[?&;]|\\u0026|%3[fF]|%26")
# What stands in base64 in a log may be broken into lines, or its / and + escaped.
PIECE = rb"(?:[A-Za-z0-9+/]|\\/|\\u002[bBfF]|\\[rn]|\r?\n[ \t]{0,8}|&#(?:1[03]|x[dDaA]);)"
PDF = re.compile(rb"JVBERi0[w-z0-5]L" + PIECE + rb"{32}")
XML = re.compile(rb"(?:(?<![A-Za-z0-9+/])|(?<=77u/))P[C-H](" + PIECE + rb"{30,2400})")
OPENED = re.compile(rb"(?:<|&lt;|&#60;|\\u003[cC])(?:[A-Za-z0-9_.-]{1,32}:)?\Z")
ELEMENT = re.compile(
    rb"Body(?:>|&gt;|&#62;|\\u003[eE])\s{0,8}"
    rb"((?:" + PIECE + rb"){8,2400})(={0,2})"
)
MARKUP = re.compile(rb"<[?!A-Za-z][\x09-\x7e]*")
OURS = re.compile(rb"minameddelanden|<(?:[A-Za-z0-9_.-]{1,32}:)?(?:SealedDelivery|SignedDelivery|SecureMessage)\b")
KINDS = (b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0")
BREAKS = re.compile(rb"\\[rn]|\s|&#(?:1[03]|x[dDaA]);")


def _each(read: Callable[[bytes, int], Iterator[Secret]]) -> Reader:
    return lambda data, ends: (found for end in ends for found in read(data, end))


@_each
def private_key(data: bytes, end: int) -> Iterator[Secret]:
    """A private key in PEM, with at least half a line of it."""
    yield from _at(KEY, data, data.rfind(b"-----BEGIN ", max(0, end - 60), end), PRIVATE_KEY)


@_each
def bearer(data: bytes, end: int) -> Iterator[Secret]:
    """A token after the word bearer: twenty characters or more, a digit among them."""
    if match := BEARER.match(data, end - 6, end + REACH):
        yield Secret(match.start(1), match.end(1), TOKEN)


@_each
def jwt(data: bytes, end: int) -> Iterator[Secret]:
    """A JSON web token, whether or not a word announces it."""
    yield from _at(JWT, data, data.rfind(b"eyJ", max(0, end - 1008), end - 4), TOKEN)


@_each
def userinfo(data: bytes, end: int) -> Iterator[Secret]:
    """A password between a user's name and a host."""
    yield from _at(USERINFO, data, data.rfind(b"://", max(0, end - 200), end), PASSWORD)


@_each
def query(data: bytes, end: int) -> Iterator[Secret]:
    """A password, or what serves as one, among the parameters of an address."""
    begins = [match.start() for match in PARAMETER.finditer(data, max(0, end - 40), end)]
    yield from _at(QUERY, data, begins[-1] if begins else -1, PASSWORD)


@_each
def pdf(data: bytes, end: int) -> Iterator[Secret]:
    """A PDF in base64, at least its first few bytes."""
    yield from _at(PDF, data, end - 7, MESSAGE)


@_each
def xml(data: bytes, end: int) -> Iterator[Secret]:
    """XML of Mina meddelanden in base64."""
    if not MARKUP.fullmatch(a2b_base64(data[end - 16 : end])):
        return
    match = XML.match(data, end - 16, end + REACH)
    if match and OURS.search(_decoded(match[0])):
        yield Secret(match.start(), match.end(), MESSAGE)


@_each
def element(data: bytes, end: int) -> Iterator[Secret]:
    """What stands in base64 in a Body of the contract, and decodes to text or to a known kind of document."""
    start = data.rfind(b"Body", max(0, end - 32), end)
    match = ELEMENT.match(data, start, end + REACH)
    if not match or not OPENED.search(data, max(0, start - 40), start):
        return
    cut = data[match.end() : match.end() + 1].isalnum()
    groups = len(_plain(match[1])) + len(match[2])
    text = _decoded(match[1] + match[2])
    if text.startswith(KINDS) or ((cut or groups % 4 == 0) and _legible(text, cut=cut)):
        yield Secret(match.start(1), match.end(1), MESSAGE)


def _at(shape: re.Pattern[bytes], data: bytes, place: int, pattern: str) -> Iterator[Secret]:
    """What begins at a place, if it does; -1 is none."""
    match = shape.match(data, place, place + REACH) if place >= 0 else None
    if match:
        yield Secret(match.start(), match.end(), pattern)


def _plain(run: bytes) -> bytes:
    """Base64 without line breaks, and its / and + not escaped."""
    plain = BREAKS.sub(b"", run).replace(b"\\/", b"/")
    return re.sub(rb"\\u002[bB]", b"+", re.sub(rb"\\u002[fF]", b"/", plain))


def _decoded(run: bytes) -> bytes:
    """What base64 decodes to; a last group that is not whole is left out."""
    plain = _plain(run)
    return a2b_base64(plain[: len(plain) // 4 * 4])


def _legible(text: bytes, *, cut: bool) -> bool:
    """Whether it is text: UTF-8, but for a last character that was cut, without control characters."""
    try:
        letters = text.decode("utf-8")
    except UnicodeDecodeError as error:
        if not cut or error.start < len(text) - 3:
            return False
        letters = text[: error.start].decode("utf-8")
    return len(letters) > 3 and all(letter.isprintable() or letter in "\t\r\n" for letter in letters)

"""Where does a personal identity number stand in the bytes of a log, in whatever way they write it?

As digits with or without a separator, which may itself be escaped; with every digit escaped, as URLs, JSON and XML can;
in base64, hex or UTF-16 in the middle of other text. Each reader is given the end of something that may be one, as an
engine finds it, and decides by the bytes around it alone. Date and check digit have to be right (SKV 704). Left out:
base64 that is broken into lines within the number, and numbers in words.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, unhexlify
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from probes._logs.bulk import dated_ends
from readiness import personal

SEPARATORS = (
    rb"[-+ ]",
    rb"\xc2[\xa0\xad]|\xe2\x80[\x90-\x95]|\xe2\x88\x92",
    rb"%2[dDbB0]|%[cC]2%[aA]0|%[eE]2%80%9[0-5]|%[eE]2%88%92",
    rb"\\u002[dDbB]|\\u00[aA]0|\\u201[0-5]|\\u2212",
    rb"&#(?:4[35]|160|820[89]|821[0-3]|8722);|&#[xX](?:2[dDbB]|[aA]0|201[0-5]|2212);|&(?:nbsp|ndash|mdash|minus);",
)
SEPARATOR = rb"(?:" + rb"|".join(SEPARATORS) + rb")"
ESCAPED_SEPARATOR = rb"(?:" + rb"|".join(SEPARATORS[1:]) + rb")"
# A digit before a number belongs to it, unless it ends an escape: %20, \u00e5, \x22.
BEGINS = rb"(?:(?<![0-9])|(?<=%[0-9a-fA-F]{2})|(?<=\\u[0-9a-fA-F]{4})|(?<=\\x[0-9a-fA-F]{2}))"
BODY = rb"((?:18|19|20)?[0-9]{6})(" + SEPARATOR + rb")?([0-9]{4})(?![0-9])"
NUMBER = re.compile(BEGINS + BODY)
DIGITS = re.compile(rb"[0-9]{6,}")
ESCAPE = re.compile(rb"(?:%[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2})\Z")
HEX_RUN = re.compile(rb"[0-9a-fA-F]*")
BASE64_RUN = re.compile(rb"[A-Za-z0-9+/]*")
CENTURIES = frozenset({b"18", b"19", b"20"})
DIGIT, PLAIN_SEPARATOR = frozenset(b"0123456789"), frozenset(b"-+ ")
HEX = frozenset(b"0123456789abcdefABCDEF")
IDENTIFIER = HEX | {ord("-")}
UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LONGEST = 40
"""Bytes of the longest way to write one with an escaped separator."""
SEPARATOR_FORMS = {b"%": "url", b"\\": "json", b"&": "xml"}


class Found(NamedTuple):
    """A number in a block: where it starts and ends, how it is written, its ten or twelve digits, and the text that it
    stands in, decoded if need be, with its place there."""

    start: int
    end: int
    form: str
    digits: str
    text: bytes
    at: int


Reader = Callable[[bytes, Sequence[int]], Iterator[Found]]
"""(block, ends of what an engine found) -> the numbers there."""


def plain(data: bytes, ends: Sequence[int]) -> Iterator[Found]:
    """Digits with nothing or one byte between; what was found includes the byte before and the byte after."""
    for end in dated_ends(data, ends):
        start = end - (11 if data[end - 6] in DIGIT else 12)
        led = data[start - 1] in DIGIT
        if led and data[start - 2 : start] not in CENTURIES:
            continue  # one after an escape that ends in a digit is found by `around`
        leap = data[start + 2 : start + 6] == b"0229"  # the one day that the year decides about
        if not led and not leap and (end - start == 11 or data[end - 6] in PLAIN_SEPARATOR):
            digits = (data[start : start + 6] + data[end - 5 : end - 1]).decode("ascii")
            yield Found(start, end - 1, "plain", digits, data, start)
            continue
        for place in (max(0, start - 2), start):
            match = NUMBER.match(data, place)
            found = list(_confirmed(match, data, "plain")) if match and match.end() == end - 1 else []
            if found:
                yield found[0]
                break


def each(read: Callable[[bytes, int], Iterator[Found]]) -> Reader:
    """A reader that takes the ends one by one."""
    return lambda data, ends: (found for end in ends for found in read(data, end))


@each
def around(data: bytes, end: int) -> Iterator[Found]:
    """Digits with an escaped separator between, or after an escape that ends in one: whatever stands around there."""
    stop = end + LONGEST
    for match in _numbers(data, max(0, end - LONGEST), stop):
        if match.end(3) < stop:  # else what stands after it was not looked at
            yield from _confirmed(match, data, "plain")


@each
def base64(data: bytes, end: int) -> Iterator[Found]:
    """Digits in base64; what was found ends with a whole group of four characters."""
    start, stop = _run(data, end, -64, 4, BASE64_RUN), _run(data, end, 28, 4, BASE64_RUN)
    rest = _run(data, stop, 3, 1, BASE64_RUN) - stop  # a last group that is padded, or would be
    text = a2b_base64(data[start : stop + rest] + b"=" * (4 - rest)) if rest > 1 else a2b_base64(data[start:stop])
    for found in _inside(text, "base64", cut=end - start == 64, more=stop - end == 28):
        group = start + found.start // 3 * 4
        low = _run(data, group, -64, 4, BASE64_RUN)
        yield found._replace(
            start=start + found.start * 4 // 3,
            end=start + -(-found.end * 4 // 3),
            text=a2b_base64(data[low : _run(data, group, 64, 4, BASE64_RUN)]),
            at=(group - low) // 4 * 3 + found.start % 3,
        )


@each
def hexadecimal(data: bytes, end: int) -> Iterator[Found]:
    """Digits in hex; what was found ends with a whole pair."""
    start, stop = _run(data, end, -96, 2, HEX_RUN), _run(data, end, 32, 2, HEX_RUN)
    for found in _inside(unhexlify(data[start:stop]), "hex", cut=end - start == 96, more=stop - end == 32):
        first = start + found.start * 2
        low = _run(data, first, -96, 2, HEX_RUN)
        text = unhexlify(data[low : _run(data, first, 96, 2, HEX_RUN)])
        yield found._replace(start=first, end=start + found.end * 2, text=text, at=(first - low) // 2)


@each
def utf16(data: bytes, end: int) -> Iterator[Found]:
    """Digits with a zero between each two, in either order; what was found ends with a digit."""
    start, stop = _spread(data, end - 1)
    for found in _inside(data[start:stop:2], "utf-16", cut=end - start > 90, more=stop - end > 90):
        first = start + found.start * 2
        low, high = _spread(data, first)
        yield found._replace(start=first, end=start + found.end * 2 - 1, text=data[low:high:2], at=(first - low) // 2)


def _spread(data: bytes, place: int) -> tuple[int, int]:
    """From where to where characters stand with a zero between each two, at most 48 before a place and 48 after."""
    start, stop = place, place + 1
    while start >= max(2, place - 94) and data[start - 1] == 0 and data[start - 2]:
        start -= 2
    while stop + 1 < min(len(data), place + 96) and data[stop] == 0 and data[stop + 1]:
        stop += 2
    return start, stop


def _escaped(form: str, digit: bytes, unescape: Callable[[bytes], bytes]) -> Reader:
    """A reader of numbers whose every digit is escaped in one way. One begins and ends where a run of them does."""
    four, more = rb"(?:" + digit + rb"){4}", rb"(?:" + digit + rb"){5,7}"
    shape = re.compile(digit + more + SEPARATOR + rb"?" + four + rb"(?!" + digit + rb")")
    before = re.compile(rb"(?:" + digit + rb")\Z")

    def read(data: bytes, end: int) -> Iterator[Found]:
        for match in shape.finditer(data, max(0, end - 160), end + 160):
            start = match.start()
            if before.search(data, max(0, start - 8), start) or match.end() > end + 152:
                continue
            if number := NUMBER.fullmatch(unescape(match[0])):
                for found in _confirmed(number, match[0], form):
                    yield found._replace(start=start, end=match.end(), text=data, at=start)

    return each(read)


def _unescape(pattern: bytes, base: int) -> Callable[[bytes], bytes]:
    shape = re.compile(pattern)
    return lambda text: shape.sub(lambda match: bytes([int(match[match.lastindex or 0], base) & 0xFF]), text)


percent = _escaped("url", rb"%3[0-9]", _unescape(rb"%([0-9a-fA-F]{2})", 16))
unicode = _escaped("json", rb"\\u003[0-9]", _unescape(rb"\\u00([0-9a-fA-F]{2})", 16))
decimal = _escaped("xml", rb"&#(?:4[89]|5[0-7]);", _unescape(rb"&#([0-9]{1,3});", 10))
hexadecimal_entity = _escaped("xml", rb"&#[xX]3[0-9];", _unescape(rb"&#[xX]([0-9a-fA-F]{2});", 16))


def within_identifier(found: Found) -> bool:
    """Whether it is a piece of a longer hexadecimal identifier: a UUID, or 16 such characters or more in a row."""
    text, at = found.text, found.at
    length = len(found.digits) + 1
    as_it_is = found.at == found.start and at and found.end < len(text)
    if as_it_is and text[at - 1] not in IDENTIFIER and text[found.end] not in IDENTIFIER:
        return False  # most stand between other things
    start = at
    if not ESCAPE.search(text, max(0, at - 6), at):
        while start > max(0, at - 40) and text[start - 1] in HEX:
            start -= 1
    run = HEX_RUN.match(text, start, at + length + 40)
    if run and run.end() >= at + len(found.digits) and run.end() - start >= 16:
        return True
    return any(m.start() <= at < m.end() for m in UUID.finditer(text, max(0, at - 36), at + 48))


def _run(data: bytes, end: int, most: int, step: int, alphabet: re.Pattern[bytes]) -> int:
    """The place at most `most` bytes from `end` up to where whole groups of an alphabet stand."""
    beside = data[max(0, end + most) : end][::-1] if most < 0 else data[end : end + most]
    run = alphabet.match(beside)
    whole = len(run[0]) // step * step if run else 0
    return end - whole if most < 0 else end + whole


def _numbers(text: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
    """What has the shape of a number between two places: it ends with its run of digits, or that and four more."""
    for run in DIGITS.finditer(text, start, end):
        for length in (12, 10, 8, 6):
            place = run.end() - length
            if place >= run.start() and (match := NUMBER.match(text, place, end)):
                yield match


def _inside(text: bytes, form: str, *, cut: bool, more: bool) -> Iterator[Found]:
    """The numbers in decoded text; `cut`: other text stands before it, `more`: after it, so that none begins with its
    first byte, or ends with its last."""
    for match in _numbers(text, 0, len(text)):
        if not (cut and match.start(1) == 0) and not (more and match.end(3) == len(text)):
            yield from _confirmed(match, text, form)


def _confirmed(match: re.Match[bytes], text: bytes, form: str) -> Iterator[Found]:
    digits = (match[1] + match[3]).decode("ascii")
    if personal.dated(digits):
        separator = match[2] or b""
        if form == "plain":
            form = SEPARATOR_FORMS.get(separator[:1], form)
        yield Found(match.start(1), match.end(3), form, digits, text, match.start(1))

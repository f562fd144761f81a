"""What is looked for in logs: for each pattern, what an engine looks for, and the reader that decides.

The shapes are regular expressions that `re` and Hyperscan read alike: no look-around, no group that is asked for. They
match at least what the reader confirms, and end where it wants to be told. `needle` (lower case) is in everything that
the shape matches, where it has such a piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from probes._logs import numbers, secrets


class Pattern(NamedTuple):
    """A shape and its reader. `digits`: what the fallback may search, every digit of the block made a zero."""

    shape: bytes
    read: numbers.Reader | secrets.Reader
    needle: bytes = b""
    caseless: bool = False
    digits: bytes = b""


DATE = rb"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"
CENTURY = rb"(?:18|19|20)?"
# Three digits as four characters of base64; and three of them with a separator among them.
GROUP = rb"[MNO][DTjz][AEIMQUYcgk][w-z0-5]"
SECOND, THIRD = rb"[MNO][CSiy][0sA][w-z0-5]", rb"[MNO][DTjz][AEIMQUYcgk][trg]"
PATTERNS = (
    Pattern(rb"[^0-9]" + CENTURY + DATE + rb"[-+ ]?[0-9]{4}[^0-9]", numbers.plain, digits=rb"000000[-+ ]?0000[^0]"),
    Pattern(
        DATE + numbers.ESCAPED_SEPARATOR + rb"[0-9]{4}[^0-9]",
        numbers.around,
        digits=rb"000000(?=[\xc2\xe2%\\&][^\n]{1,9}0000)",
    ),
    Pattern(rb"(?:%|\\u[0-9a-fA-F]{2}|\\x)[0-9a-fA-F][0-9][0-9]{6}", numbers.around),
    Pattern(GROUP + rb"(?:" + GROUP + rb"|(?:" + SECOND + rb"|" + THIRD + rb")" + GROUP + rb")", numbers.base64),
    Pattern(rb"(?:3[0-9]){6}(?:2[dDbB0])?(?:3[0-9]){4}", numbers.hexadecimal),
    Pattern(rb"(?:[0-9]\x00){6}(?:[-+ ]\x00)?(?:[0-9]\x00){3}[0-9]", numbers.utf16, b"\x00"),
    Pattern(rb"(?:%3[0-9]){6}(?:%2[dDbB0]|[-+ ])?(?:%3[0-9]){4}", numbers.percent, b"%3"),
    Pattern(rb"(?:\\u003[0-9]){6}(?:\\u002[dDbB]|[-+ ])?(?:\\u003[0-9]){4}", numbers.unicode, b"\\u003"),
    Pattern(rb"(?:&#(?:4[89]|5[0-7]);){6}(?:&#4[35];|&#32;|[-+ ])?(?:&#(?:4[89]|5[0-7]);){4}", numbers.decimal, b"&#"),
    Pattern(rb"(?:&#[xX]3[0-9];){6}(?:&#[xX]2[dDbB0];|[-+ ])?(?:&#[xX]3[0-9];){4}", numbers.hexadecimal_entity, b"&#"),
    Pattern(rb"PRIVATE KEY", secrets.private_key, b"private key"),
    Pattern(rb"bearer", secrets.bearer, b"bearer", caseless=True),
    Pattern(rb"eyJ[A-Za-z0-9_-]{8,1000}\.eyJ", secrets.jwt, b".eyj"),
    Pattern(rb"://[^\s/@:\"'<>]{0,64}:[^\s/@\"'<>]{1,128}@", secrets.userinfo, b"://"),
    Pattern(rb"(?:[?&;]|u0026|%3f|%26)" + secrets.NAMES + rb"=", secrets.query, b"=", caseless=True),
    Pattern(rb"JVBERi0", secrets.pdf, b"jvberi0"),
    Pattern(rb"(?:[^A-Za-z0-9+/]|77u/)P[C-H][A-Za-z0-9+/]{14}", secrets.xml, b"p"),
    Pattern(rb"Body(?:>|&gt;|&#62;|\\u003[eE])[ \t\r\n]{0,8}[A-Za-z0-9+/]{4}", secrets.element, b"body"),
)


def literal(piece: bytes) -> Pattern:
    """A piece of a message that is known to have been sent, word for word."""
    length = len(piece)

    def read(data: bytes, ends: Sequence[int]) -> Iterator[secrets.Secret]:
        return (secrets.Secret(end - length, end, secrets.MESSAGE) for end in ends)

    return Pattern(re.escape(piece), read, piece.lower())

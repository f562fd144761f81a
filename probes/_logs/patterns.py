"""What is looked for in logs: for each pattern, what an engine looks for, and the reader that decides.

The shapes are regular expressions that `re` and Hyperscan read alike: no look-around, no group that is asked for. They
match at least what the reader confirms, and end where it wants to be told. What the standard library searches for in
their place begins with a letter or two wherever it can, for which `re` is quick, and matches at least as much.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from probes._logs import masks, numbers, secrets


class Pattern(NamedTuple):
    """A shape and its reader. `simple` is searched for by the fallback, in the block with its bytes replaced as `table`
    says, and only where one of `needles` stands in the block in lower case. `bulk` finds at least as many ends as the
    shape, and sooner, where numpy is installed."""

    shape: bytes
    read: numbers.Reader | secrets.Reader
    caseless: bool = False
    simple: bytes = b""
    table: bytes = b""
    needles: tuple[bytes, ...] = (b"",)
    bulk: Callable[[bytes], Sequence[int]] | None = None


ZEROED = bytes(48 if 48 <= byte < 58 else byte for byte in range(256))
"""Every digit a zero."""
FIRST = bytes(77 if byte in b"MNO" else 46 for byte in range(256))
"""What a group of base64 begins with that begins with a digit an M, everything else a dot."""
LOWER = bytes(range(256)).lower()
DATE = rb"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"
CENTURY = rb"(?:18|19|20)?"
# Three digits as four characters of base64; and three of them with a separator among them.
GROUP = rb"[MNO][DTjz][AEIMQUYcgk][w-z0-5]"
SECOND, THIRD = rb"[MNO][CSiy][0sA][w-z0-5]", rb"[MNO][DTjz][AEIMQUYcgk][trg]"
ENTITY, HEX_ENTITY = rb"&#(?:4[89]|5[0-7]);", rb"&#[xX]3[0-9];"
PASSWORDS = (b"pass", b"pwd", b"senord", b"secret", b"apikey", b"api_key", b"access_token")
PATTERNS = (
    Pattern(
        rb"[^0-9]" + CENTURY + DATE + rb"[-+ ]?[0-9]{4}[^0-9]",
        numbers.plain,
        simple=rb"000000[-+ ]?0000[^0]",
        table=ZEROED,
        bulk=masks.number_ends,
    ),
    Pattern(
        DATE + numbers.ESCAPED_SEPARATOR + rb"[0-9]{4}[^0-9]",
        numbers.around,
        simple=rb"000000(?=[\xc2\xe2%\\&][^\n]{1,9}0000)",
        table=ZEROED,
        needles=(b"\xc2", b"\xe2", b"%", b"\\", b"&"),
    ),
    Pattern(
        rb"(?:%|\\u[0-9a-fA-F]{2}|\\x)[0-9a-fA-F][0-9][0-9]{6}",
        numbers.around,
        needles=(b"%", b"\\u", b"\\x"),
    ),
    Pattern(
        GROUP + rb"(?:" + GROUP + rb"|(?:" + SECOND + rb"|" + THIRD + rb")" + GROUP + rb")",
        numbers.base64,
        simple=rb"M...(?=M)",
        table=FIRST,
    ),
    Pattern(
        rb"(?:3[0-9]){6}(?:2[dDbB0])?(?:3[0-9]){4}",
        numbers.hexadecimal,
        simple=rb"3[0-9]3[0-9]3[0-9]3[0-9]3[0-9]3[0-9](?:2[dDbB0])?3[0-9]3[0-9]3[0-9]3[0-9]",
    ),
    Pattern(
        rb"(?:[0-9]\x00){6}(?:[-+ ]\x00)?(?:[0-9]\x00){3}[0-9]",
        numbers.utf16,
        simple=rb"\x00[0-9]" * 5,
        needles=(b"\x00",),
    ),
    Pattern(
        rb"(?:%3[0-9]){6}(?:%2[dDbB0]|[-+ ])?(?:%3[0-9]){4}", numbers.percent, simple=rb"%3[0-9]" * 6, needles=(b"%3",)
    ),
    Pattern(
        rb"(?:\\u003[0-9]){6}(?:\\u002[dDbB]|[-+ ])?(?:\\u003[0-9]){4}",
        numbers.unicode,
        simple=rb"\\u003[0-9]" * 6,
        needles=(b"\\u003",),
    ),
    Pattern(
        rb"(?:" + ENTITY + rb"){6}(?:&#4[35];|&#32;|[-+ ])?(?:" + ENTITY + rb"){4}",
        numbers.decimal,
        simple=ENTITY * 6,
        needles=(b"&#",),
    ),
    Pattern(
        rb"(?:" + HEX_ENTITY + rb"){6}(?:&#[xX]2[dDbB0];|[-+ ])?(?:" + HEX_ENTITY + rb"){4}",
        numbers.hexadecimal_entity,
        simple=HEX_ENTITY * 6,
        needles=(b"&#x3",),
    ),
    Pattern(rb"PRIVATE KEY", secrets.private_key, needles=(b"private key",)),
    Pattern(rb"bearer", secrets.bearer, caseless=True, table=LOWER, needles=(b"bearer",)),
    Pattern(rb"eyJ[A-Za-z0-9_-]{8,1000}\.eyJ", secrets.jwt, needles=(b".eyj",)),
    Pattern(rb"://[^\s/@:\"'<>]{0,64}:[^\s/@\"'<>]{1,128}@", secrets.userinfo, needles=(b"@",)),
    Pattern(
        rb"(?:[?&;]|u0026|%3f|%26)" + secrets.NAMES + rb"=",
        secrets.query,
        caseless=True,
        simple=rb"=(?<=(?:ord|swd|pwd|ass|ase|ret|key|ken)=)",
        table=LOWER,
        needles=PASSWORDS,
    ),
    Pattern(rb"JVBERi0", secrets.pdf, needles=(b"jvberi0",)),
    Pattern(rb"(?:[^A-Za-z0-9+/]|77u/)P[C-H][A-Za-z0-9+/]{14}", secrets.xml, simple=rb"P[C-H][A-Za-z0-9+/]{14}"),
    Pattern(rb"Body(?:>|&gt;|&#62;|\\u003[eE])[ \t\r\n]{0,8}[A-Za-z0-9+/]{4}", secrets.element, needles=(b"body",)),
)


def literal(piece: bytes) -> Pattern:
    """A piece of a message that is known to have been sent, word for word."""
    length = len(piece)

    def read(data: bytes, ends: Sequence[int]) -> Iterator[secrets.Secret]:
        return (secrets.Secret(end - length, end, secrets.MESSAGE) for end in ends)

    return Pattern(re.escape(piece), read, needles=(piece.lower(),))

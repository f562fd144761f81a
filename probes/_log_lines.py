"""How do the bytes of a log become lines of text, whatever it is written in, and however long a line is?

A line ends with a line feed, with or without a carriage return. Of a longer line than LONGEST the start is kept. UTF-16
is told by its mark or declared (without a mark little-endian, as Windows writes it); what is declared as nothing is
UTF-8, and a line of it that is none is read as Latin-1. Left out: what a line says (`_log_records`).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain

LONGEST = 256 * 1024
"""Bytes of a line that are kept."""
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
DECLARED = {"utf-16": "utf-16-le"}


def read_lines(pieces: Iterable[bytes], declared: str = "") -> Iterator[str]:
    """The lines of a file, each without its end. What `pieces` raises goes through after the lines before it."""
    encoding, rest = _encoding(iter(pieces), DECLARED.get(declared, declared))
    for line in _cut(_in_ascii(rest, encoding)):
        yield _text(line, encoding)


def _encoding(pieces: Iterator[bytes], declared: str) -> tuple[str, Iterator[bytes]]:
    """What it is written in, and its bytes without the mark at the start."""
    first = next(pieces, b"")
    while 0 < len(first) < len(codecs.BOM_UTF8) and (more := next(pieces, b"")):
        first += more
    for mark, encoding in MARKS.items():
        if first.startswith(mark):
            return encoding, chain([first[len(mark) :]], pieces)
    return declared or "utf-8", chain([first], pieces)


def _in_ascii(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Bytes in which a line feed is one byte: UTF-16 is written anew as UTF-8."""
    if not encoding.startswith("utf-16"):
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _cut(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The lines; of one that goes on for ever no more is held than is kept."""
    held = b""
    for piece in pieces:
        first, *others = piece.split(b"\n")
        held += first[: LONGEST - len(held)]
        for line in others:
            yield held
            held = line[:LONGEST]
    if held:
        yield held


def _text(line: bytes, encoding: str) -> str:
    line = line.removesuffix(b"\r")
    if encoding == "latin-1":
        return line.decode("latin-1")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        # A line that was cut inside a character is no other encoding.
        return line.decode("utf-8", "replace") if len(line) >= LONGEST else line.decode("latin-1")

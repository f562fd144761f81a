"""What of a message may be written down, and does it name anybody who is no declared test person?

Kept: names, numbers of test persons, ids, short texts. Left out, with a digest: message bodies, certificates, any text
of more than 256 characters; a document that cannot be read is left out whole. Personal identity numbers other than the
declared ones are starred, those of the official test series too.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from cryptography import x509
from lxml import etree

from readiness import personal
from readiness.personal import luhn
from readiness.recording import Masked

LONGEST_TEXT = 256
LARGEST_KEPT = 1024 * 1024
HEX = 16
ALWAYS_LEFT_OUT = frozenset({"X509Certificate", "Body", "SignatureValue"})
# What looks like a personal identity number, with or without a century, or an organisation number with its 16: for a
# sole trader (enskild firma) that is a personal identity number too. It begins with a plain digit, and looks back only
# after that, because the search for a first character is several times faster than a match tried everywhere.
NUMBER = re.compile("[0-9](?<![0-9]{2})[0-9]{5,7}[-+ \u2010-\u2015\u2212]?[0-9]{4}(?![0-9])")
# A large part is looked through by its runs of six digits, which a table and memchr find at a gigabyte a second.
FLAT = bytes(0x30 if 0x30 <= byte <= 0x39 else 0x20 for byte in range(256))
SIX = b"000000"
LARGE, MANY_RUNS = 4096, 20_000
CENTURIES = frozenset({"16", "18", "19", "20"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as it may be written down, what was left out of it, and whether it named anybody else."""

    text: str
    masked: tuple[Masked, ...]
    names_others: bool


class Mask:
    """Masks messages; knows the declared test persons (twelve digits each)."""

    def __init__(self, persons: Collection[str]) -> None:
        self._declared = frozenset(persons) | {person[2:] for person in persons}

    def document(self, root: etree._Element, data: bytes) -> Kept:
        """A document as read from `data`. It is altered: give it when nothing else reads it any more."""
        masked: list[Masked] = []
        beside = [*root.itersiblings(preceding=True), *root.itersiblings()]  # comments and instructions around it
        others = any(self.names_others(f"{node.text} {node.tail}") for node in beside)
        for element in root.iter():
            if not isinstance(element.tag, str):  # a comment or a processing instruction can hold anything
                others |= self.names_others(element.text or "")
                masked.append(Masked("comment", _digest(element.text or "")))
                element.text = ""
            elif (text := element.text) and (len(text) > LONGEST_TEXT or _local(element) in ALWAYS_LEFT_OUT):
                others |= self._left_out(element, text, masked)
            if (tail := element.tail) and len(tail) > LONGEST_TEXT:
                others |= self.names_others(tail)
                masked.append(Masked("text", _digest(tail)))
                element.tail = f"[{len(tail)} characters left out]"
            for name, value in element.attrib.items():
                if len(value) > LONGEST_TEXT:
                    others |= self.names_others(str(value))
                    masked.append(Masked("attribute", _digest(str(value))))
                    element.set(name, f"[{len(value)} characters left out]")
        text = etree.tostring(root, encoding="unicode")
        if len(text) > LARGEST_KEPT:
            return Kept("", (Masked("message", hashlib.sha256(data).hexdigest()),), others or self.names_others(text))
        starred = self.text(text)
        return Kept(starred, tuple(masked), others or starred != text)

    def unread(self, data: bytes, what: str) -> Kept:
        """Bytes that are no XML: only their digest may be written down."""
        if not data:
            return Kept("", (), False)
        return Kept("", (Masked(what, hashlib.sha256(data).hexdigest()),), self._bytes_name_others(data))

    def text(self, text: str) -> str:
        """The text with every personal identity number starred that is not a declared test person's."""
        for start, end in reversed(self._others(text)):
            text = text[:start] + personal.MASK + text[end:]
        return text

    def texts(self, *texts: str) -> tuple[str, ...]:
        """Each of these lines as `text` gives it. They are looked through at once, for hardly ever has one a number."""
        return tuple(map(self.text, texts)) if self._others("\n".join(texts)) else texts

    def names_others(self, text: str) -> bool:
        """Whether a text holds a personal identity number that is not a declared test person's."""
        if len(text) > LARGE:
            return self._runs_name_others(text.encode("utf-8", "surrogatepass"))
        return bool(self._others(text))

    def certificate_names_others(self, der: bytes) -> bool:
        """Whether a certificate does. Its names are read one by one, for in DER a digit's byte may be the next tag."""
        try:
            certificate = x509.load_der_x509_certificate(der)
            names = [str(part.value) for name in (certificate.subject, certificate.issuer) for part in name]
        except ValueError:
            return self._bytes_name_others(der)
        return any(map(self.names_others, names)) or self._bytes_name_others(der)

    def _left_out(self, element: etree._Element, text: str, masked: list[Masked]) -> bool:
        """Take a text out of an element; say whether it, or what it is the base64 of, names others."""
        if not text.strip():
            return False
        parent = element.getparent()
        what = _local(element) if parent is None else f"{_local(parent)}/{_local(element)}"
        masked.append(Masked(what, _digest(text)))
        element.text = f"[{len(text)} characters left out]"
        try:
            # Twice: some senders encode their bodies twice (C 12.3).
            data = once = b64decode(text)
            if len(once) > 16 and _BASE64.fullmatch(once):
                data += b64decode(once)
        except (NotBase64, ValueError):
            return self.names_others(text)
        return self.names_others(text) or self._bytes_name_others(data)

    def _bytes_name_others(self, data: bytes) -> bool:
        if self._runs_name_others(data):
            return True
        # UTF-16 keeps digits apart: every second byte of Latin text is zero.
        wide = [code for start, code in ((1, "utf-16-le"), (0, "utf-16-be")) if data[start:64:2].count(0) > 8]
        return any(self.names_others(data.decode(code, "replace")) for code in wide)

    def _runs_name_others(self, data: bytes) -> bool:
        """Whether what stands around a run of six digits or more does. So many runs that it takes long count as yes."""
        flat = data.translate(FLAT)
        at, runs = flat.find(SIX), 0
        while at >= 0:
            runs += 1
            end = flat.find(b" ", at)
            around = data[max(0, at - HEX - 8) : (end if end > 0 else len(data)) + HEX + 8]
            if runs > MANY_RUNS or any(self._others(around.decode(code, "replace")) for code in ("latin-1", "utf-8")):
                return True
            at = flat.find(SIX, end) if end > 0 else -1
        return False

    def _others(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each number that is not a declared test person's."""
        found = []
        for match in NUMBER.finditer(text):
            digits = match[0] if match[0].isdecimal() else match[0][:-5] + match[0][-4:]
            if digits not in self._declared and _a_person_s(digits) and not _in_a_digest(text, match):
                found.append(match.span())
        return found


_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+")


def _a_person_s(digits: str) -> bool:
    """Whether it begins with a date (day + 60: a coordination number) and ends in its check digit (SKV 704)."""
    if len(digits) == 11 or (len(digits) == 12 and digits[:2] not in CENTURIES):
        return False
    year, month, day = digits[-10:-8], int(digits[-8:-6]), int(digits[-6:-4])
    if not 1 <= month <= 12 or not luhn(digits[-10:]):
        return False
    written = digits[:2] if len(digits) == 12 and digits[:2] != "16" else ""
    return any(_dated(century + year, month, day) for century in ((written,) if written else ("19", "20")))


def _dated(year: str, month: int, day: int) -> bool:
    try:
        date(int(year), month, day - 60 if day > 60 else day)
    except ValueError:
        return False
    return True


def _in_a_digest(text: str, match: re.Match[str]) -> bool:
    """Whether it stands within sixteen or more hexadecimal digits in a row."""
    start = max(0, match.start() - HEX)
    window = text[start : match.end() + HEX]
    runs = (run.span() for run in personal.HEX_RUN.finditer(window))
    return any(begin <= match.start() - start and match.end() - start <= end for begin, end in runs)


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else "comment"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

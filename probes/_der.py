"""Where in a certificate's DER do its parts lie? Enough to hand one part at a time to a real parser.

A parser that reads a certificate whole loses all of it to a single broken part: so each part can be set into an
otherwise sound certificate. Left out: everything but definite lengths and one-byte tags, which is all that RFC 5280
certificates use.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

INTEGER, OID, SEQUENCE = 0x02, 0x06, 0x30
VERSION, EXTENSIONS = 0xA0, 0xA3


class Place(IntEnum):
    """Where a part stands in a TBSCertificate after its version (RFC 5280, 4.1)."""

    SERIAL = 0
    SIGNATURE = 1
    ISSUER = 2
    VALIDITY = 3
    SUBJECT = 4
    PUBLIC_KEY = 5


@dataclass(frozen=True, slots=True)
class Element:
    """One tag-length-value; `whole` are its bytes, `content` those of the value."""

    tag: int
    content: bytes
    whole: bytes

    def children(self) -> tuple[Element, ...]:
        """The elements that the content consists of. ValueError where it is no DER."""
        return elements(self.content)


def elements(data: bytes) -> tuple[Element, ...]:
    """The elements that stand one after the other in the bytes. ValueError where they do not fill them."""
    found = []
    start = 0
    while start < len(data):
        body, end = _bounds(data, start)
        found.append(Element(data[start], data[body:end], data[start:end]))
        start = end
    return tuple(found)


def wrap(tag: int, content: bytes) -> bytes:
    """One element with that content."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def public_key_info(certificate: bytes) -> bytes:
    """The SubjectPublicKeyInfo as it stands in the certificate. ValueError where it is no certificate."""
    return _parts(certificate)[Place.PUBLIC_KEY].whole


def key_bits(certificate: bytes) -> bytes:
    """The value of its BIT STRING subjectPublicKey, which OCSP names an issuer by. ValueError: no certificate."""
    info = _parts(certificate)[Place.PUBLIC_KEY].children()
    if len(info) != 2 or not info[1].content:
        raise ValueError("not the outline of a public key")
    return info[1].content[1:]


def extensions(certificate: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Each extension in order: the content octets of its OID, and the whole element. ValueError where it is no DER."""
    lists = [part for part in _parts(certificate) if part.tag == EXTENSIONS]
    found = []
    for extension in lists[0].children()[0].children() if lists and lists[0].children() else ():
        parts = extension.children()
        if not parts or parts[0].tag != OID:
            raise ValueError("an extension without an object identifier")
        found.append((parts[0].content, extension.whole))
    return tuple(found)


def with_extension(extension: bytes) -> bytes:
    """A sound certificate that carries this extension alone."""
    return _certificate(dict(SOUND), wrap(EXTENSIONS, wrap(SEQUENCE, extension)))


def with_part(certificate: bytes, place: Place) -> bytes:
    """A sound certificate but for one part, which is taken from another. ValueError where that is no certificate."""
    part = _parts(certificate)[place].whole
    if place is Place.SIGNATURE:  # it stands outside, too, and that one is what a parser tells
        part = elements(certificate)[0].children()[1].whole
    return _certificate({**SOUND, place: part})


SOUND = {
    Place.SERIAL: wrap(INTEGER, b"\x01"),
    Place.SIGNATURE: wrap(SEQUENCE, bytes.fromhex("06082a8648ce3d040302")),  # ecdsa-with-SHA256
    Place.ISSUER: wrap(SEQUENCE, b""),
    Place.VALIDITY: wrap(SEQUENCE, wrap(0x17, b"260101000000Z") * 2),
    Place.SUBJECT: wrap(SEQUENCE, b""),
    Place.PUBLIC_KEY: wrap(SEQUENCE, bytes.fromhex("300506032b6570") + wrap(0x03, bytes(33))),  # Ed25519
}


def _certificate(parts: dict[Place, bytes], after: bytes = b"") -> bytes:
    version = wrap(VERSION, wrap(INTEGER, b"\x02"))
    signed = wrap(SEQUENCE, version + b"".join(parts[place] for place in Place) + after)
    return wrap(SEQUENCE, signed + parts[Place.SIGNATURE] + wrap(0x03, bytes(9)))


def _parts(certificate: bytes) -> tuple[Element, ...]:
    """The parts of the TBSCertificate after its version. ValueError where the outline is not a certificate's."""
    outer = elements(certificate)
    whole = outer[0].children() if len(outer) == 1 else ()
    if len(whole) != 3 or whole[0].tag != SEQUENCE:
        raise ValueError("not the outline of a certificate")
    parts = whole[0].children()
    parts = parts[1:] if parts and parts[0].tag == VERSION else parts
    if [part.tag for part in parts[: len(Place)]] != [INTEGER, *[SEQUENCE] * (len(Place) - 1)]:
        raise ValueError("not the outline of a certificate")
    return parts


def _bounds(data: bytes, start: int) -> tuple[int, int]:
    """Where the value of the element at `start` begins and ends."""
    if start + 2 > len(data):
        raise ValueError("the bytes end within an element")
    first, body = data[start + 1], start + 2
    if first == 0x80:
        raise ValueError("indefinite length")
    if first > 0x80:
        octets = first & 0x7F
        first, body = int.from_bytes(data[body : body + octets], "big"), body + octets
    if body + first > len(data):
        raise ValueError("an element is longer than the bytes around it")
    return body, body + first

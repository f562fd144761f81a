"""Which name and protocols does a client ask for in the clear? Its first message, read from the bytes as they came.

Written from RFC 8446 section 4.1.2 and 5.1, RFC 6066 section 3 (server_name) and RFC 7301 (ALPN). Left out: the rest of
the message, which is kept whole for whoever wants it.
"""

from __future__ import annotations

from dataclasses import dataclass

HANDSHAKE, CLIENT_HELLO = 22, 1
LARGEST = 65536  # a ClientHello with several post-quantum shares has some 6 kB; no client needs more than this
SERVER_NAME, ALPN = 0, 16
MAXIMAL_FRAGMENT = 2**14


class NoClientHello(Exception):
    """The bytes are no ClientHello; the words say what they are."""


@dataclass(frozen=True, slots=True)
class ClientHello:
    """`data` is the record or records that carried it. `server_name` "" and `alpn` () where it has no such part."""

    data: bytes
    server_name: str
    alpn: tuple[str, ...]


def read_client_hello(data: bytes) -> ClientHello | None:
    """The ClientHello at the beginning of what a client sent; None until it is whole. NoClientHello otherwise."""
    message, at = b"", 0
    while len(message) < 4 or len(message) < 4 + int.from_bytes(message[1:4]):
        head = data[at : at + 5]
        if head[:1] and head[0] != HANDSHAKE:
            raise NoClientHello(_what_else(data[:8]))
        if len(head) > 1 and head[1] != 3:
            raise NoClientHello(f"a record of version {head[1]}")
        if len(head) < 5:
            return None
        length = int.from_bytes(head[3:5])
        if not 0 < length <= MAXIMAL_FRAGMENT or at > LARGEST:
            raise NoClientHello(f"a record of {length} bytes at byte {at}")
        if len(data) < at + 5 + length:
            return None
        message += data[at + 5 : at + 5 + length]
        at += 5 + length
        if message[0] != CLIENT_HELLO:
            raise NoClientHello(f"a handshake message of type {message[0]}")
        if len(message) > LARGEST:
            raise NoClientHello(f"a ClientHello of more than {LARGEST} bytes")
    name, alpn = _asked_for(message[4 : 4 + int.from_bytes(message[1:4])])
    return ClientHello(data[:at], name, alpn)


def _asked_for(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Server name and ALPN. An extension that cannot be read counts as not there: OpenSSL will refuse it by alert."""
    found: dict[int, bytes] = {}
    try:
        at = 34  # legacy_version and random
        at += 1 + body[at]  # session id
        at += 2 + int.from_bytes(body[at : at + 2])  # suites
        at += 1 + body[at]  # compression
        end = min(len(body), at + 2 + int.from_bytes(body[at : at + 2]))
        at += 2
        while at + 4 <= end:
            number, length = int.from_bytes(body[at : at + 2]), int.from_bytes(body[at + 2 : at + 4])
            found.setdefault(number, body[at + 4 : at + 4 + length])
            at += 4 + length
    except IndexError:
        pass
    return _server_name(found.get(SERVER_NAME, b"")), _protocols(found.get(ALPN, b""))


def _server_name(data: bytes) -> str:
    """The host_name entry (type 0) of a server_name extension."""
    if len(data) < 5 or data[2] != 0:
        return ""
    return data[5 : 5 + int.from_bytes(data[3:5])].decode("ascii", errors="replace").lower()


def _protocols(data: bytes) -> tuple[str, ...]:
    found, at = [], 2
    while at < len(data):
        found.append(data[at + 1 : at + 1 + data[at]].decode("ascii", errors="replace"))
        at += 1 + data[at]
    return tuple(found)


def _what_else(head: bytes) -> str:
    """In words what the bytes are instead; only the first byte is quoted, for they could be anybody's."""
    if head.split(b" ")[0].isalpha() and head.split(b" ")[0].isupper():
        return "plain HTTP on a TLS port"
    if head[:1] == b"\x80":
        return "a record of SSLv2"
    return f"no TLS record: it begins with byte 0x{head[0]:02x}"

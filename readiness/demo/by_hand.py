"""How does a server answer that no TLS library of today would be? The first messages of a handshake, as bytes.

Pure: the client's bytes in, the answer out. In SSL 3.0 a ServerHello, in TLS 1.2 a ServerHello and the certificates
(RFC 6101, RFC 5246); then an alert, for nothing more is shown. Left out: keys, and every real handshake.
"""

from __future__ import annotations

from collections.abc import Sequence

SSLV3, TLSV1_2, TLSV1_3 = b"\x03\x00", b"\x03\x03", b"\x03\x04"
HANDSHAKE, ALERT = 22, 21
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
HANDSHAKE_FAILURE, PROTOCOL_VERSION = 40, 70
SUPPORTED_VERSIONS = 43
RSA_WITH_RC4_128_SHA = b"\x00\x05"
ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = b"\xc0\x2b"
START = 11
"""How many bytes of a connection tell the version that its hello names."""


def asks_for_sslv3(start: bytes) -> bool:
    """Whether the first bytes of a connection are a ClientHello whose highest version is SSL 3.0."""
    return len(start) == START and start[0] == HANDSHAKE and start[5] == CLIENT_HELLO and start[9:11] == SSLV3


def answer_in_sslv3() -> bytes:
    """A ServerHello of SSL 3.0, and the end."""
    return _record(SSLV3, HANDSHAKE, _server_hello(SSLV3, RSA_WITH_RC4_128_SHA)) + _alert(SSLV3, HANDSHAKE_FAILURE)


def answer_in_tls_1_2(hello: bytes, chain: Sequence[bytes]) -> bytes:
    """A ServerHello and the certificates (DER) to a client that offers TLS 1.2, else an alert, and the end."""
    if not offers_tls_1_2(hello):
        return _alert(TLSV1_2, PROTOCOL_VERSION)
    listed = b"".join(len(der).to_bytes(3, "big") + der for der in chain)
    messages = _server_hello(TLSV1_2, ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
    messages += _message(CERTIFICATE, len(listed).to_bytes(3, "big") + listed)
    return _record(TLSV1_2, HANDSHAKE, messages) + _alert(TLSV1_2, HANDSHAKE_FAILURE)


def offers_tls_1_2(hello: bytes) -> bool:
    """Whether a ClientHello, in one record, offers TLS 1.2: by supported_versions where it stands (RFC 8446 4.2.1)."""
    if hello[:1] != bytes([HANDSHAKE]) or hello[5:6] != bytes([CLIENT_HELLO]):
        return False
    place = 9 + 2 + 32
    place += 1 + _number(hello, place, 1)  # session id
    place += 2 + _number(hello, place, 2)  # cipher suites
    place += 1 + _number(hello, place, 1)  # compression methods
    place += 2
    while place + 4 <= len(hello):
        size = _number(hello, place + 2, 2)
        if _number(hello, place, 2) == SUPPORTED_VERSIONS:
            versions = hello[place + 5 : place + 4 + size]
            return TLSV1_2 in {versions[at : at + 2] for at in range(0, len(versions), 2)}
        place += 4 + size
    return hello[9:11] == TLSV1_2


def _number(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(data[place : place + size], "big")


def _server_hello(version: bytes, suite: bytes) -> bytes:
    """With an empty session id and no compression."""
    return _message(SERVER_HELLO, version + bytes(32) + b"\x00" + suite + b"\x00")


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _alert(version: bytes, description: int) -> bytes:
    return _record(version, ALERT, bytes([2, description]))


def _record(version: bytes, kind: int, content: bytes) -> bytes:
    return bytes([kind]) + version + len(content).to_bytes(2, "big") + content

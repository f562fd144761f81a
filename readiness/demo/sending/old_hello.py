"""How does a client say hello that no TLS library of today would be? A ClientHello as bytes (RFC 5246 7.4.1.2).

Nothing more is said after it: such a client only shows what it offers. Left out: everything that follows.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Mapping, Sequence

TLSV1_1, TLSV1_2, TLSV1_3 = 0x0302, 0x0303, 0x0304
AES_128_GCM, ECDHE_AES_128_GCM, ECDHE_AES_128_CBC, RSA_3DES = 0x1301, 0xC02F, 0xC013, 0x000A
NULL, DEFLATE = 0, 1
SUPPORTED_GROUPS, SIGNATURE_ALGORITHMS, SUPPORTED_VERSIONS = 10, 13, 43
SECP256R1, RSA_PKCS1_SHA256 = 0x0017, 0x0401
HANDSHAKE, CLIENT_HELLO = 22, 1


def hello(versions: Sequence[int], suites: Sequence[int], compression: Sequence[int] = (NULL,)) -> bytes:
    """One record. The versions stand in an extension, unless only one older than TLS 1.3 is offered."""
    extensions = _extension(SUPPORTED_GROUPS, _vector(2, _numbers([SECP256R1])))
    extensions += _extension(SIGNATURE_ALGORITHMS, _vector(2, _numbers([RSA_PKCS1_SHA256])))
    if max(versions) >= TLSV1_3:
        extensions += _extension(SUPPORTED_VERSIONS, _vector(1, _numbers(versions)))
    legacy = struct.pack(">H", min(TLSV1_2, max(versions)))
    body = legacy + os.urandom(32) + _vector(1, b"")
    body += _vector(2, _numbers(suites)) + _vector(1, bytes(compression)) + _vector(2, extensions)
    message = bytes([CLIENT_HELLO]) + len(body).to_bytes(3, "big") + body
    return bytes([HANDSHAKE]) + b"\x03\x01" + _vector(2, message)


NEW = (TLSV1_3, TLSV1_2)
HELLOS: Mapping[str, Callable[[], bytes]] = {
    "knocks-in-tls-1.1": lambda: hello([TLSV1_1], [ECDHE_AES_128_CBC]),
    "knocks-with-3des": lambda: hello(NEW, [AES_128_GCM, ECDHE_AES_128_GCM, RSA_3DES]),
    "knocks-with-compression": lambda: hello(NEW, [AES_128_GCM, ECDHE_AES_128_GCM], [DEFLATE, NULL]),
}
"""What a built-in defect says, by its name."""


def _extension(number: int, content: bytes) -> bytes:
    return struct.pack(">H", number) + _vector(2, content)


def _vector(width: int, content: bytes) -> bytes:
    return len(content).to_bytes(width, "big") + content


def _numbers(values: Sequence[int]) -> bytes:
    return b"".join(struct.pack(">H", value) for value in values)

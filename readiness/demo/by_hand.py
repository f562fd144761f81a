"""How does a server answer that no TLS library of today would be? The first messages of a handshake, as bytes.

Pure: the client's bytes in, the answer out. In SSL a ServerHello, in TLS 1.2 one that says odd things, or the
certificates too (RFC 6101, RFC 5246); then an alert, for nothing more is shown. Left out: keys, and every real
handshake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

SSLV2, SSLV3, TLSV1_2, TLSV1_3 = b"\x00\x02", b"\x03\x00", b"\x03\x03", b"\x03\x04"
HANDSHAKE, ALERT = 22, 21
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
SSLV2_SERVER_HELLO = 4
HANDSHAKE_FAILURE, PROTOCOL_VERSION = 40, 70
SUPPORTED_VERSIONS = 43
HEARTBEAT, EXTENDED_MASTER_SECRET, RENEGOTIATION_INFO = 15, 23, 0xFF01
ANSWERS = {HEARTBEAT: b"\0\1\1", EXTENDED_MASTER_SECRET: b"\0\0", RENEGOTIATION_INFO: b"\0\1\0"}
FALLBACK_SCSV = b"\x56\x00"
USUAL = (EXTENDED_MASTER_SECRET, RENEGOTIATION_INFO)
RSA_WITH_RC4_128_SHA = b"\x00\x05"
SUITE = b"\xc0\x2b"  # TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
START = 11
"""How many bytes of a connection tell the version that its hello names."""


def answer_oddly(oddity: str, hello: bytes) -> bytes:
    """What a server with that oddity answers to a hello by hand; empty where TLS answers it."""
    asked, answer = ODDITIES[oddity]
    return answer if asked(hello) else b""


def asks_for_sslv2(hello: bytes) -> bool:
    """Whether it is SSLv2's own CLIENT-HELLO."""
    return len(hello) > START and bool(hello[0] & 0x80) and hello[2:5] == bytes([CLIENT_HELLO]) + SSLV2


def asks_for_sslv3(hello: bytes) -> bool:
    """Whether it is a ClientHello whose highest version is SSL 3.0."""
    return len(hello) >= START and hello[0] == HANDSHAKE and hello[5] == CLIENT_HELLO and hello[9:11] == SSLV3


def asks_for_everything(hello: bytes) -> bool:
    """Whether it offers heartbeats, in TLS 1.2 and with the suite that is answered here: no ordinary client does."""
    return offers_tls_1_2(hello) and HEARTBEAT in dict(_extensions(hello)) and _offers_suite(hello, SUITE)


def falls_back(hello: bytes) -> bool:
    """Whether it says that the client fell back to TLS 1.2."""
    return offers_tls_1_2(hello) and _offers_suite(hello, FALLBACK_SCSV) and _offers_suite(hello, SUITE)


def _answer_in_sslv2() -> bytes:
    """A SERVER-HELLO with one suite and no certificate."""
    lengths = bytes((0, 0, 0, 3, 0, 16))
    body = bytes([SSLV2_SERVER_HELLO, 0, 0]) + SSLV2 + lengths + b"\x07\x00\xc0" + bytes(16)
    return (0x8000 | len(body)).to_bytes(2, "big") + body


def _answer_in_sslv3() -> bytes:
    """A ServerHello of SSL 3.0, and the end."""
    return _record(SSLV3, HANDSHAKE, _server_hello(SSLV3, RSA_WITH_RC4_128_SHA)) + _alert(SSLV3, HANDSHAKE_FAILURE)


def _answer_with(*extensions: int, compression: int = 0, more: bytes = b"") -> bytes:
    """A ServerHello of TLS 1.2 that answers these extensions, more messages, and the end."""
    listed = b"".join(number.to_bytes(2, "big") + ANSWERS[number] for number in extensions)
    body = len(listed).to_bytes(2, "big") + listed if listed else b""
    hello = _message(SERVER_HELLO, TLSV1_2 + bytes(32) + b"\0" + SUITE + bytes([compression]) + body)
    return _record(TLSV1_2, HANDSHAKE, hello + more) + _alert(TLSV1_2, HANDSHAKE_FAILURE)


def answer_in_tls_1_2(hello: bytes, chain: Sequence[bytes]) -> bytes:
    """A ServerHello and the certificates (DER) to a client that offers TLS 1.2, else an alert, and the end."""
    if not offers_tls_1_2(hello):
        return _alert(TLSV1_2, PROTOCOL_VERSION)
    if not _offers_suite(hello, SUITE):
        return _alert(TLSV1_2, HANDSHAKE_FAILURE)
    listed = b"".join(len(der).to_bytes(3, "big") + der for der in chain)
    certificates = _message(CERTIFICATE, len(listed).to_bytes(3, "big") + listed)
    return _answer_with(*USUAL, more=certificates)


def offers_tls_1_2(hello: bytes) -> bool:
    """Whether a ClientHello, in one record, offers TLS 1.2: by supported_versions where it stands (RFC 8446 4.2.1)."""
    if hello[:1] != bytes([HANDSHAKE]) or hello[5:6] != bytes([CLIENT_HELLO]):
        return False
    versions = dict(_extensions(hello)).get(SUPPORTED_VERSIONS)
    if versions is not None:
        return TLSV1_2 in {versions[at : at + 2] for at in range(1, len(versions), 2)}
    return hello[9:11] == TLSV1_2


def _offers_suite(hello: bytes, suite: bytes) -> bool:
    place = _suites(hello)
    listed = hello[place + 2 : place + 2 + _number(hello, place, 2)]
    return suite in {listed[at : at + 2] for at in range(0, len(listed), 2)}


def _suites(hello: bytes) -> int:
    """Where the list of suites begins: after header, version, random and session id."""
    place = 9 + 2 + 32
    return place + 1 + _number(hello, place, 1)


def _extensions(hello: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, data) of each."""
    place = _suites(hello)
    place += 2 + _number(hello, place, 2)
    place += 1 + _number(hello, place, 1)  # compression methods
    place += 2
    while place + 4 <= len(hello):
        size = _number(hello, place + 2, 2)
        yield _number(hello, place, 2), hello[place + 4 : place + 4 + size]
        place += 4 + size


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


ODDITIES: dict[str, tuple[Callable[[bytes], bool], bytes]] = {
    "sslv2": (asks_for_sslv2, _answer_in_sslv2()),
    "sslv3": (asks_for_sslv3, _answer_in_sslv3()),
    "fallback": (falls_back, _answer_with(*USUAL)),
    "compression": (asks_for_everything, _answer_with(*USUAL, compression=1)),
    "heartbeat": (asks_for_everything, _answer_with(*USUAL, HEARTBEAT)),
    "no-renegotiation-info": (asks_for_everything, _answer_with(EXTENDED_MASTER_SECRET)),
    "no-extended-master-secret": (asks_for_everything, _answer_with(RENEGOTIATION_INFO)),
}
"""What is answered, and how, by the name of the oddity."""

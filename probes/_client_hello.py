"""What does a client say first: which versions, suites, groups, signature algorithms, name and protocols does it offer?

Bytes in, lists out; nothing is believed, all is bounded. Written from RFC 8446 section 4.1.2 and 4.2, RFC 5246 section
7.4.1.2, RFC 6066 section 3 and RFC 7301. Values of GREASE (RFC 8701) are left out: they stand for nothing. Left out:
SSLv2's hello, key shares, and whether what is offered will do.
"""

from __future__ import annotations

from dataclasses import dataclass

from probes._tls_hello import CLIENT_HELLO, VERSIONS
from probes._tls_records import Alert, Cursor, RecordReader, Unreadable
from readiness.model import Reason, Unseen

SERVER_NAME, GROUPS, SIGNATURE_ALGORITHMS, ALPN, EXTENDED_MASTER_SECRET, SUPPORTED_VERSIONS = 0, 10, 13, 16, 23, 43
COMPRESSION_NULL = 0
HOST_NAME = 0


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What was offered, in the client's order.

    `versions` are names of VERSIONS where they are known, else hexadecimal; `listed`: the client said each of them
    (supported_versions); otherwise only the newest is said, and how old a version it would take is not. `suites`,
    `groups` and `signature_algorithms` are the numbers of IANA's registries.
    """

    versions: tuple[str, ...]
    listed: bool
    suites: tuple[int, ...]
    groups: tuple[int, ...]
    signature_algorithms: tuple[int, ...]
    server_name: str
    alpn: tuple[str, ...]
    compression: bool
    extended_master_secret: bool


def read_client_hello(data: bytes) -> ClientHello | Unseen:
    """The hello in the record or records that carried it. Never raises."""
    reader = RecordReader()
    try:
        reader.feed(data)
        message = reader.read()
        if message is None or isinstance(message, Alert):
            what = "an alert" if message else "less than a whole message"
            return Unseen(Reason.NOT_UNDERSTOOD, f"{what} where a ClientHello belongs")
        if message.type != CLIENT_HELLO:
            return Unseen(Reason.NOT_UNDERSTOOD, f"handshake message {message.type} where a ClientHello belongs")
        return _read(Cursor(message.body))
    except Unreadable as error:
        return error.unseen


def _read(cursor: Cursor) -> ClientHello:
    legacy = cursor.number(2)
    cursor.take(32)
    cursor.vector(1)
    suites = _numbers(cursor.vector(2))
    compression = cursor.vector(1)
    extensions = _extensions(Cursor(cursor.vector(2))) if cursor.left else {}
    if cursor.left:
        raise Unreadable(Reason.NOT_UNDERSTOOD, f"{cursor.left} bytes after the end of a ClientHello")
    listed = SUPPORTED_VERSIONS in extensions
    versions = _numbers(_inner(extensions, SUPPORTED_VERSIONS, 1)) if listed else (legacy,)
    return ClientHello(
        versions=tuple(VERSION_NAMES.get(version, f"0x{version:04x}") for version in versions),
        listed=listed,
        suites=suites,
        groups=_numbers(_inner(extensions, GROUPS, 2)),
        signature_algorithms=_numbers(_inner(extensions, SIGNATURE_ALGORITHMS, 2)),
        server_name=_server_name(_inner(extensions, SERVER_NAME, 2)),
        alpn=_protocols(_inner(extensions, ALPN, 2)),
        compression=any(method != COMPRESSION_NULL for method in compression),
        extended_master_secret=EXTENDED_MASTER_SECRET in extensions,
    )


def _extensions(cursor: Cursor) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while cursor.left:
        number, data = cursor.number(2), cursor.vector(2)
        if number in found:
            raise Unreadable(Reason.NOT_UNDERSTOOD, "an extension twice in one message")
        found[number] = data
    return found


def _inner(extensions: dict[int, bytes], number: int, width: int) -> bytes:
    """The one vector that an extension holds; empty where the extension is missing."""
    if number not in extensions:
        return b""
    cursor = Cursor(extensions[number])
    inner = cursor.vector(width)
    if cursor.left:
        raise Unreadable(Reason.NOT_UNDERSTOOD, f"{cursor.left} bytes too many in extension {number}")
    return inner


def _numbers(data: bytes) -> tuple[int, ...]:
    if len(data) % 2:
        raise Unreadable(Reason.NOT_UNDERSTOOD, "a list of numbers with an odd number of bytes")
    numbers = [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]
    return tuple(number for number in numbers if not (number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF))


def _server_name(data: bytes) -> str:
    cursor = Cursor(data)
    while cursor.left:
        kind, name = cursor.number(1), cursor.vector(2)
        if kind == HOST_NAME:
            return name.decode("ascii", errors="replace").lower()
    return ""


def _protocols(data: bytes) -> tuple[str, ...]:
    cursor, found = Cursor(data), []
    while cursor.left:
        protocol = cursor.vector(1)
        if not (len(protocol) == 2 and protocol[0] == protocol[1] and protocol[0] & 0x0F == 0x0A):
            found.append(protocol.decode("ascii", errors="replace"))
    return tuple(found)


VERSION_NAMES = {number: name for name, number in VERSIONS.items()}

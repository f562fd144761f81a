"""What did the peer say? Bytes in as they come, alerts and handshake messages out; nothing is believed, all is bounded.

Written from RFC 8446 section 5 and 6, RFC 5246 section 6 and 7, RFC 6101 section 5. Handshake messages may be cut over
records, and several may share one. Left out: the keys of what is encrypted (`_tls_keys`), and whether what was said
fits what was asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from probes._tls_hello import HANDSHAKE, VERSIONS
from readiness.model import Reason
from readiness.probe import CannotObserve

CHANGE_CIPHER_SPEC, ALERT, APPLICATION_DATA = 20, 21, 23
HELLO_REQUEST, SERVER_HELLO = 0, 2
WARNING, FATAL = 1, 2
CLOSE_NOTIFY = 0

MAXIMAL_FRAGMENT = 2**14 + 2048  # RFC 5246 section 6.2.3, the largest any version allows
MAXIMAL_MESSAGE = 2**17  # certificate chains of 64 KiB have been seen; 2**24 is legal
MAXIMAL_RECORDS = 512
MAXIMAL_BYTES = 2**18


class Unreadable(CannotObserve):
    """The bytes are no TLS (not_understood), or more than is read (limit_reached)."""


@dataclass(frozen=True, slots=True)
class Alert:
    """level: 1 warning, 2 fatal. description: RFC 8446 B.2."""

    level: int
    description: int

    @property
    def name(self) -> str:
        """Its name in the RFCs, or "alert_<number>"."""
        return ALERTS.get(self.description, f"alert_{self.description}")

    @property
    def ends(self) -> bool:
        """Whether nothing more is to be expected after it.

        RFC 8446 section 6: an error alert ends the connection whatever its level says; only these may be a warning.
        """
        return self.level == FATAL or self.description not in MAY_WARN


@dataclass(frozen=True, slots=True)
class Message:
    """A whole handshake message, without its header."""

    type: int
    body: bytes

    @property
    def raw(self) -> bytes:
        """With its header: what a transcript is made of."""
        return bytes([self.type]) + len(self.body).to_bytes(3) + self.body


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What the server chose. `version` is what was negotiated, also where an extension says it; `retry`: it is a
    HelloRetryRequest; `sentinel`: the version that its random says it could speak too ("TLSv1.2", "TLSv1.3" or "")."""

    version: int
    suite: int
    compression: int
    retry: bool
    sentinel: str
    extensions: tuple[tuple[int, bytes], ...]
    session_id: bytes = b""


class RecordReader:
    """Feed it bytes; `read` gives the next event, or None until more bytes have come. Unreadable ends it."""

    def __init__(self) -> None:
        self.taken = b""
        """The records read so far, as they came: the proof of the last event."""
        self.opener: Callable[[bytes, bytes], tuple[int, bytes]] | None = None
        """What opens sealed records from now on: header, fragment -> content type, content."""
        self.data = False
        """Whether application data has come in sealed records."""
        self._waiting = bytearray()
        self._handshake = bytearray()
        self._alerts: list[Alert] = []
        self._records = 0

    def feed(self, data: bytes) -> None:
        """Add what was received."""
        if len(self.taken) + len(self._waiting) + len(data) > MAXIMAL_BYTES:
            raise Unreadable(Reason.LIMIT_REACHED, f"more than {MAXIMAL_BYTES} bytes and no end of the handshake")
        self._waiting += data

    def read(self) -> Alert | Message | None:
        """The next alert or whole handshake message."""
        while True:
            if self._alerts:
                return self._alerts.pop(0)
            if (message := self._message()) is not None:
                return message
            if not self._record():
                return None

    def _message(self) -> Message | None:
        if len(self._handshake) < 4:
            return None
        length = int.from_bytes(self._handshake[1:4])
        if length > MAXIMAL_MESSAGE:
            raise Unreadable(Reason.LIMIT_REACHED, f"a handshake message announces {length} bytes")
        if len(self._handshake) < 4 + length:
            return None
        message = Message(self._handshake[0], bytes(self._handshake[4 : 4 + length]))
        del self._handshake[: 4 + length]
        return message

    def _record(self) -> bool:
        """Take one record out of what waits; False while it is not whole."""
        length = self._fragment_length()
        if length is None or len(self._waiting) < 5 + length:
            return False
        type_, fragment = self._waiting[0], bytes(self._waiting[5 : 5 + length])
        self._records += 1
        if self._records > MAXIMAL_RECORDS:
            raise Unreadable(Reason.LIMIT_REACHED, f"more than {MAXIMAL_RECORDS} records and no end of the handshake")
        header = bytes(self._waiting[:5])
        self.taken += header + fragment
        del self._waiting[: 5 + length]
        if self.opener:
            if type_ == CHANGE_CIPHER_SPEC:  # RFC 8446 section 5: to be dropped
                return True
            if type_ == APPLICATION_DATA:
                type_, fragment = self.opener(header, fragment)
                self.data |= type_ == APPLICATION_DATA
                if type_ == APPLICATION_DATA:
                    return True
        if type_ == HANDSHAKE:
            self._handshake += fragment
        elif type_ == ALERT:
            self._alerts += _alerts(fragment)
        else:
            raise Unreadable(
                Reason.NOT_UNDERSTOOD, f"a record of content type {type_} before the handshake has said so"
            )
        return True

    def _fragment_length(self) -> int | None:
        """Length out of the record's header, each byte of which is checked as soon as it is there."""
        head = bytes(self._waiting[:5])
        if head and head[0] not in {CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA}:
            raise Unreadable(Reason.NOT_UNDERSTOOD, _what_else(bytes(self._waiting[:16])))
        if len(head) > 1 and head[1] != 3:
            raise Unreadable(Reason.NOT_UNDERSTOOD, f"a record of version {head[1]}")
        if len(head) < 5:
            return None
        length = int.from_bytes(head[3:5])
        if not 0 < length <= MAXIMAL_FRAGMENT:
            raise Unreadable(Reason.NOT_UNDERSTOOD, f"a record with a fragment of {length} bytes")
        return length


class Cursor:
    """Reads a message from its beginning; Unreadable where it is too short."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes have not been read."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.left:
            raise Unreadable(Reason.NOT_UNDERSTOOD, f"a message ends {count - self.left} bytes too early")
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, width: int) -> int:
        """The next number of `width` bytes."""
        return int.from_bytes(self.take(width))

    def vector(self, width: int) -> bytes:
        """The next vector, whose length stands before it in `width` bytes."""
        return self.take(self.number(width))


def read_server_hello(body: bytes) -> ServerHello:
    """The body of a handshake message of type server_hello; Unreadable for anything else."""
    cursor = Cursor(body)
    version, random = cursor.number(2), cursor.take(32)
    session_id = cursor.vector(1)
    if len(session_id) > 32:
        raise Unreadable(Reason.NOT_UNDERSTOOD, "a ServerHello with a session id of more than 32 bytes")
    suite, compression = cursor.number(2), cursor.number(1)
    extensions = read_extensions(cursor.vector(2)) if cursor.left else ()
    if cursor.left:
        raise Unreadable(Reason.NOT_UNDERSTOOD, "a ServerHello with bytes behind its extensions")
    retry = random == HELLO_RETRY_REQUEST
    selected = dict(extensions).get(SUPPORTED_VERSIONS)
    if selected is None and retry:
        raise Unreadable(Reason.NOT_UNDERSTOOD, "a HelloRetryRequest that selects no version")
    if selected is not None:
        if len(selected) != 2 or version != VERSIONS["TLSv1.2"] or selected < b"\3\4":
            raise Unreadable(Reason.NOT_UNDERSTOOD, "a ServerHello whose supported_versions break RFC 8446 4.2.1")
        version = int.from_bytes(selected)
    return ServerHello(version, suite, compression, retry, DOWNGRADES.get(random[24:], ""), extensions, session_id)


def read_extensions(data: bytes) -> tuple[tuple[int, bytes], ...]:
    """(number, data) pairs in their order; no number twice (RFC 8446 section 4.2)."""
    cursor, found = Cursor(data), list[tuple[int, bytes]]()
    while cursor.left:
        found.append((cursor.number(2), cursor.vector(2)))
    if len({number for number, _ in found}) < len(found):
        raise Unreadable(Reason.NOT_UNDERSTOOD, "an extension twice in one message")
    return tuple(found)


SUPPORTED_VERSIONS = 43
HELLO_RETRY_REQUEST = sha256(b"HelloRetryRequest").digest()  # RFC 8446 section 4.1.3
# The same section: how a server that speaks more says so to a client whose hello was tampered with.
DOWNGRADES = {b"DOWNGRD\x01": "TLSv1.3", b"DOWNGRD\x00": "TLSv1.2"}

MAY_WARN = {90, 100, 112}  # user_canceled, no_renegotiation, and unrecognized_name (RFC 6066 section 3)
ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}


def _alerts(fragment: bytes) -> list[Alert]:
    if len(fragment) % 2:
        raise Unreadable(Reason.NOT_UNDERSTOOD, "an alert of an odd length")
    found = [Alert(*fragment[at : at + 2]) for at in range(0, len(fragment), 2)]
    if any(alert.level not in {WARNING, FATAL} for alert in found):
        raise Unreadable(Reason.NOT_UNDERSTOOD, "an alert that is neither warning nor fatal")
    return found


def _what_else(head: bytes) -> str:
    """In words what the bytes are instead of TLS; only the first byte is quoted, for they could be anybody's."""
    if head.startswith((b"HTTP/", b"<")):
        return "the peer answers with plain HTTP"
    if head.startswith((b"SSH-", b"220")):
        return "the peer greets with another protocol than TLS"
    return f"the answer is no TLS record: it begins with byte 0x{head[0]:02x}"

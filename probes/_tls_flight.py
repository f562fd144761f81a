"""What does a server say to a hello, up to where it waits for the client? Messages in, one `Flight` out. Pure.

Before TLS 1.3 in the clear (RFC 5246 section 7.4, RFC 4492, RFC 7919), in TLS 1.3 once its records are opened (RFC 8446
section 4). Nothing is verified. A part that cannot be read never takes the ServerHello along: what was chosen is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from probes._dh_primes import name_prime
from probes._tls_hello import VERSIONS
from probes._tls_records import SERVER_HELLO, Cursor, Message, ServerHello, Unreadable, read_extensions
from probes._tls_suites import SUITES
from readiness.model import Reason, Unseen

ENCRYPTED_EXTENSIONS, CERTIFICATE, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST = 8, 11, 12, 13
SERVER_HELLO_DONE, CERTIFICATE_VERIFY, FINISHED, CERTIFICATE_STATUS = 14, 15, 20, 22
STATUS_REQUEST, SIGNATURE_ALGORITHMS, CERTIFICATE_AUTHORITIES, KEY_SHARE = 5, 13, 47, 51
NAMED_CURVE, OCSP = 3, 1
MAXIMAL_CHAIN = 64


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """The names (DER) of the authorities that the client's certificate may come from, and the signature algorithms."""

    authorities: tuple[bytes, ...]
    signature_algorithms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Flight:
    """What a server chose and showed.

    `group` is the one that keys are agreed in, 0 where there is none or it has no number; `prime` that of finite
    fields; `signature` what it signed with, 0 where nothing says so; `staple` an OCSP response (DER); `extensions` also
    the encrypted ones; `ended`: why it was not read to its end, if it was not, and `alert` the number of the one that
    ended it, if one did.
    """

    hello: ServerHello
    chain: tuple[bytes, ...] = ()
    staple: bytes = b""
    group: int = 0
    prime: int = 0
    signature: int = 0
    request: CertificateRequest | None = None
    extensions: tuple[tuple[int, bytes], ...] = ()
    whole: bool = False
    ended: Unseen | None = None
    alert: int | None = None

    def extension(self, number: int) -> bytes | None:
        """The data of an extension, or None where it was not sent."""
        return dict(self.extensions).get(number)


@dataclass(slots=True)
class FlightReader:
    """Takes the messages after a ServerHello; `take` says whether the flight is whole. Unreadable ends it."""

    hello: ServerHello
    parts: dict[str, object] = field(default_factory=dict)
    extensions: list[tuple[int, bytes]] = field(default_factory=list)
    whole: bool = False

    def __post_init__(self) -> None:
        self.extensions += self.hello.extensions
        if share := dict(self.hello.extensions).get(KEY_SHARE):
            self.parts["group"] = int.from_bytes(share[:2])

    def take(self, message: Message) -> bool:
        """Read one message."""
        if message.type == SERVER_HELLO:
            raise Unreadable(Reason.NOT_UNDERSTOOD, "a second ServerHello")
        readers = TLS_1_3 if self.hello.version >= VERSIONS["TLSv1.3"] else TO_TLS_1_2
        if message.type not in readers:
            raise Unreadable(Reason.NOT_UNDERSTOOD, f"handshake message {message.type} in a server's first flight")
        readers[message.type](self, Cursor(message.body))
        return self.whole

    def flight(self, ended: Unseen | None = None, alert: int | None = None) -> Flight:
        """What is known so far; `ended`: why no more came, `alert`: the number of the one that said so."""
        return Flight(
            self.hello,
            **self.parts,  # type: ignore[arg-type]  # each of them is put there under its own name, below
            extensions=tuple(self.extensions),
            whole=self.whole,
            ended=ended,
            alert=alert,
        )


def key_exchange(suite: int) -> str:
    """How keys are agreed on in a suite of before TLS 1.3, by its name: ECDHE_RSA, RSA, DH_anon, ... else empty."""
    return SUITES.get(suite, "").removeprefix("TLS_").partition("_WITH_")[0]


def signs(suite: int) -> bool:
    """Whether the server signs its part of the key exchange in a suite of before TLS 1.3."""
    exchange = key_exchange(suite)
    return exchange.startswith(("ECDHE_", "DHE_")) and "PSK" not in exchange


def _done(reader: FlightReader, cursor: Cursor) -> None:
    reader.whole = True


def _encrypted_extensions(reader: FlightReader, cursor: Cursor) -> None:
    reader.extensions += read_extensions(cursor.vector(2))


def _chain(reader: FlightReader, cursor: Cursor) -> None:
    listed, found = Cursor(cursor.vector(3)), list[bytes]()
    while listed.left:
        found.append(listed.vector(3))
        _check_length(found)
    reader.parts["chain"] = tuple(found)


def _chain_1_3(reader: FlightReader, cursor: Cursor) -> None:
    cursor.vector(1)
    listed, found = Cursor(cursor.vector(3)), list[bytes]()
    while listed.left:
        found.append(listed.vector(3))
        _check_length(found)
        extensions = dict(read_extensions(listed.vector(2)))
        if len(found) == 1 and STATUS_REQUEST in extensions:
            _status(reader, Cursor(extensions[STATUS_REQUEST]))
    reader.parts["chain"] = tuple(found)


def _check_length(found: list[bytes]) -> None:
    if len(found) > MAXIMAL_CHAIN:
        raise Unreadable(Reason.LIMIT_REACHED, f"more than {MAXIMAL_CHAIN} certificates")


def _status(reader: FlightReader, cursor: Cursor) -> None:
    if cursor.number(1) == OCSP:
        reader.parts["staple"] = cursor.vector(3)


def _key_exchange(reader: FlightReader, cursor: Cursor) -> None:
    """ServerKeyExchange. Of suites that send something else in it (RSA export, SRP, GOST), nothing is read."""
    exchange = key_exchange(reader.hello.suite)
    if "PSK" in exchange:
        cursor.vector(2)  # RFC 4279: the hint
    if exchange.startswith("ECDH"):
        if cursor.number(1) != NAMED_CURVE:
            raise Unreadable(Reason.NOT_SUPPORTED, "a curve that is given by its parameters")
        reader.parts["group"] = cursor.number(2)
        cursor.vector(1)
    elif exchange.startswith(("DHE", "DH_anon", "PSK_DHE")):
        prime = int.from_bytes(cursor.vector(2))
        cursor.vector(2), cursor.vector(2)
        reader.parts["prime"] = prime
        reader.parts["group"] = name_prime(prime).group
    else:
        return
    if signs(reader.hello.suite) and reader.hello.version >= VERSIONS["TLSv1.2"]:
        reader.parts["signature"] = cursor.number(2)


def _request(reader: FlightReader, cursor: Cursor) -> None:
    cursor.vector(1)
    algorithms = _numbers(cursor.vector(2)) if reader.hello.version >= VERSIONS["TLSv1.2"] else ()
    reader.parts["request"] = CertificateRequest(_names(Cursor(cursor.vector(2))), algorithms)


def _request_1_3(reader: FlightReader, cursor: Cursor) -> None:
    cursor.vector(1)
    extensions = dict(read_extensions(cursor.vector(2)))
    names = Cursor(extensions.get(CERTIFICATE_AUTHORITIES, b"\0\0")).vector(2)
    algorithms = Cursor(extensions.get(SIGNATURE_ALGORITHMS, b"\0\0")).vector(2)
    reader.parts["request"] = CertificateRequest(_names(Cursor(names)), _numbers(algorithms))


def _verify(reader: FlightReader, cursor: Cursor) -> None:
    reader.parts["signature"] = cursor.number(2)
    cursor.vector(2)


def _names(cursor: Cursor) -> tuple[bytes, ...]:
    found = list[bytes]()
    while cursor.left:
        found.append(cursor.vector(2))
    return tuple(found)


def _numbers(data: bytes) -> tuple[int, ...]:
    if len(data) % 2:
        raise Unreadable(Reason.NOT_UNDERSTOOD, "a list of numbers with an odd number of bytes")
    return tuple(int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2))


Read = Callable[[FlightReader, Cursor], None]
TO_TLS_1_2: Mapping[int, Read] = {
    CERTIFICATE: _chain,
    CERTIFICATE_STATUS: _status,
    SERVER_KEY_EXCHANGE: _key_exchange,
    CERTIFICATE_REQUEST: _request,
    SERVER_HELLO_DONE: _done,
}
TLS_1_3: Mapping[int, Read] = {
    ENCRYPTED_EXTENSIONS: _encrypted_extensions,
    CERTIFICATE_REQUEST: _request_1_3,
    CERTIFICATE: _chain_1_3,
    CERTIFICATE_VERIFY: _verify,
    FINISHED: _done,
}

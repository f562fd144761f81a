"""Which certificates does a server send to an ordinary client? One TLS handshake over a connection that is given.

Nothing is verified and old algorithms are allowed, so that a server in a bad state still shows its certificate: judging
is for others. Left out: every question about versions and cipher suites (`tls_versions`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from OpenSSL import SSL, crypto

from readiness.model import Reason
from readiness.probe import CannotObserve, ClientSide, Stream

SECONDS = 8.0
"""For one handshake in all: each byte in time is not enough, or one byte a second would go on for ever."""
BYTES = 1024 * 1024
"""What one handshake may bring; a certificate message of ordinary size is a few kilobytes."""

# Anonymous suites are left out: with one of those a server shows no certificate.
CIPHERS = b"ALL:!aNULL:!eNULL:@SECLEVEL=0"
LEGACY_SERVER_CONNECT = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT: servers from before RFC 5746 are looked at, too

DISTRUST = "certificate verify failed"
"""OpenSSL's words for a server that whom we trust does not vouch for, where that is asked."""

# What OpenSSL says, and what it means for the question; looked for in this order. Anything else is not understood.
SAYINGS: tuple[tuple[str, Reason], ...] = (
    ("excessive message size", Reason.LIMIT_REACHED),
    (DISTRUST, Reason.ACCESS_DENIED),
    ("alert protocol version", Reason.NOT_SUPPORTED),
    ("alert handshake failure", Reason.NOT_SUPPORTED),
    ("alert insufficient security", Reason.NOT_SUPPORTED),
    ("unsupported protocol", Reason.NOT_SUPPORTED),
    ("alert", Reason.ACCESS_DENIED),
    ("unrecognized name", Reason.ACCESS_DENIED),  # an alert, too; OpenSSL does not call it one
)


@dataclass(frozen=True, slots=True)
class Sent:
    """The chain as it was sent, leaf first, DER; `note` says why the handshake did not complete, where it did not."""

    chain: tuple[bytes, ...]
    note: str = ""


async def fetch_chain(stream: Stream, server_name: str) -> Sent:
    """Shake hands and give the chain; `server_name` (ASCII) goes into SNI, empty for none. CannotObserve otherwise.

    A server that asks for a client certificate gets none. Whatever it does then, it has shown its own before.
    """
    connection = client_connection(server_name)
    note = ""
    try:
        async with asyncio.timeout(SECONDS):
            await shake_hands(connection, stream)
    except TimeoutError:
        failure = CannotObserve(Reason.TIMED_OUT, f"{stream.peer}: no complete handshake within {SECONDS:g} s")
    except CannotObserve as error:
        failure = error
    else:
        failure = CannotObserve(Reason.NOT_UNDERSTOOD, f"{stream.peer} sent no certificate")
        await _say_goodbye(connection, stream)
        return Sent(_chain(connection, failure))
    note = f"the handshake did not complete: {failure}"
    return Sent(_chain(connection, failure), note)


def client_connection(server_name: str, newest: int | None = None) -> SSL.Connection:
    """A client's side that takes any certificate and old algorithms; `newest`: a TLS version's number, None for any."""
    # A context of its own for each handshake: a resumed session would bring no certificates.
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_cipher_list(CIPHERS)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    if newest is not None:
        context.set_max_proto_version(newest)
    context.set_options(LEGACY_SERVER_CONNECT)
    connection = SSL.Connection(context, None)
    if server_name:
        connection.set_tlsext_host_name(server_name.encode("ascii"))
    connection.set_connect_state()
    return connection


async def shake_hands(connection: ClientSide, stream: Stream) -> bytes:
    """Until the handshake is complete; what the server sent by then. CannotObserve where it does not come to that."""
    received = bytearray()
    while not await _step(connection, stream):
        data = await stream.receive()
        if not data:
            raise CannotObserve(Reason.CLOSED_EARLY, f"{stream.peer} closed within the handshake")
        received += data
        if len(received) > BYTES:
            raise CannotObserve(Reason.LIMIT_REACHED, f"{stream.peer} sent more than {BYTES} bytes in a handshake")
        connection.bio_write(data)
    return bytes(received)


async def _step(connection: ClientSide, stream: Stream) -> bool:
    """One turn with what has come so far; whether the handshake is complete."""
    try:
        connection.do_handshake()
    except SSL.WantReadError:
        await flush(connection, stream)
        return False
    except SSL.Error as error:
        with suppress(CannotObserve):
            await flush(connection, stream)  # our alert: the peer's log then says why
        raise _reading(error, stream.peer) from error
    await flush(connection, stream)
    return True


async def flush(connection: ClientSide, stream: Stream) -> None:
    """Send what OpenSSL has to say."""
    with suppress(SSL.WantReadError):
        while data := connection.bio_read(65536):
            await stream.send(data)


async def _say_goodbye(connection: SSL.Connection, stream: Stream) -> None:
    with suppress(SSL.Error, CannotObserve):
        connection.shutdown()
        await flush(connection, stream)


def _reading(error: SSL.Error, peer: str) -> CannotObserve:
    """What the peer's bytes, or its alert, mean: OpenSSL's words, and the reason that goes with them."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else []
    said = "; ".join(str(entry[-1]) for entry in queue) or "the handshake broke off"
    reason = next((reason for words, reason in SAYINGS if words in said), Reason.NOT_UNDERSTOOD)
    return CannotObserve(reason, f"{peer}: {said}")


def _chain(connection: SSL.Connection, failure: CannotObserve) -> tuple[bytes, ...]:
    sent = connection.get_peer_cert_chain()
    if not sent:
        raise failure
    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) for certificate in sent)

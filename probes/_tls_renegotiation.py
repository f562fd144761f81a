"""How often does a server renegotiate at the client's wish? One connection of TLS 1.2, through OpenSSL.

At most a dozen times: a server that lets a client begin again without end does its costliest work for free. Left out:
renegotiation by the server, and whether the first handshake is bound to the second (RFC 5746: the hello says it).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from OpenSSL import SSL

from probes._handshake import client_connection, flush
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve, Stream

MOST = 11
"""One more than the ten that the baseline calls limited."""
STEP_SECONDS = 1.5
"""For each renegotiation: a server that ignores the wish says nothing."""


async def count_renegotiations(stream: Stream, server_name: str, seconds: float) -> int | Unseen:
    """How many the server went through, 0 to MOST. `seconds` bounds the first handshake."""
    connection = client_connection(server_name, SSL.TLS1_2_VERSION)
    try:
        async with asyncio.timeout(seconds):
            await _shake_hands(connection, stream)
    except TimeoutError:
        return Unseen(Reason.TIMED_OUT, f"{stream.peer}: no handshake of TLS 1.2 within {seconds:g} s")
    except CannotObserve as error:
        return error.unseen
    except SSL.Error:
        return Unseen(
            Reason.CREDENTIALS_NEEDED, f"{stream.peer}: no complete handshake of TLS 1.2 without a certificate"
        )
    count = 0
    try:
        while count < MOST:
            async with asyncio.timeout(STEP_SECONDS):
                before = connection.total_renegotiations()
                connection.renegotiate()
                await _shake_hands(connection, stream)
                # The wish is only sent by then; the server's hello comes as an answer to it, or never.
                while connection.renegotiate_pending() or connection.total_renegotiations() == before:
                    await _hear(connection, stream)
            count += 1
    except (SSL.Error, CannotObserve, TimeoutError):
        return count  # an alert, a closed connection or silence: no more than these
    return count


async def _shake_hands(connection: SSL.Connection, stream: Stream) -> None:
    while True:
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            await _hear(connection, stream, read=False)
        else:
            await flush(connection, stream)
            return


async def _hear(connection: SSL.Connection, stream: Stream, *, read: bool = True) -> None:
    await flush(connection, stream)
    data = await stream.receive()
    if not data:
        raise CannotObserve(Reason.CLOSED_EARLY, f"{stream.peer} closed")
    connection.bio_write(data)
    if read:
        with suppress(SSL.WantReadError):
            connection.recv(65536)
        await flush(connection, stream)

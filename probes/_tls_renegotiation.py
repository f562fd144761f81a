"""How often does a server renegotiate at the client's wish? A connection of TLS 1.2 or two, through OpenSSL.

At most a dozen times: a server that lets a client begin again without end does its costliest work for free. Where
nobody is let in without a certificate, it is asked once more with the endpoint's own. Left out: renegotiation by the
server, and whether the first handshake is bound to the second (RFC 5746: the hello says it).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from OpenSSL import SSL

from probes._handshake import client_connection, flush, shake_hands
from probes._tls_asking import Asker
from probes._tls_shown import refused
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, ClientSide, Stream

MOST = 11
"""One more than the ten that the baseline calls limited."""
TURNED_AWAY = {
    *(Reason.ACCESS_DENIED, Reason.NOT_SUPPORTED, Reason.NOT_UNDERSTOOD),
    *(Reason.CLOSED_EARLY, Reason.CONNECTION_RESET),
}
"""How a server ends a handshake that lacks a certificate: with an alert, of which there are several, or without."""
STEP_SECONDS = 1.5
"""For each renegotiation: a server that ignores the wish says nothing."""


async def ask_renegotiations(asker: Asker, target: Target, version: str, *, asks: bool) -> int | Unseen:
    """Without a certificate; with the endpoint's, where one is asked for and nobody gets in without (`asks`)."""
    newest = client_connection(asker.endpoint.server_name, SSL.TLS1_2_VERSION)
    count = await _count(asker, newest)
    if not asks or not isinstance(count, Unseen) or count.reason not in TURNED_AWAY:
        return count
    try:
        shown = asker.session.client_side(target, version)
    except CannotObserve as error:
        return error.unseen
    count = await _count(asker, shown)
    return refused(count) if isinstance(count, Unseen) else count


async def _count(asker: Asker, side: ClientSide) -> int | Unseen:
    try:
        async with asker.pace.turn():
            stream = await asker.session.dial(asker.ip, asker.endpoint.port)
            try:
                return await count_renegotiations(side, stream, asker.seconds())
            finally:
                await stream.close()
    except CannotObserve as error:
        return error.unseen


async def count_renegotiations(connection: ClientSide, stream: Stream, seconds: float) -> int | Unseen:
    """How many the server went through, 0 to MOST. `seconds` bounds the first handshake."""
    try:
        async with asyncio.timeout(seconds):
            await shake_hands(connection, stream)
    except TimeoutError:
        return Unseen(Reason.TIMED_OUT, f"{stream.peer}: no handshake of TLS 1.2 within {seconds:g} s")
    except CannotObserve as error:
        return error.unseen
    count = 0
    try:
        while count < MOST:
            async with asyncio.timeout(STEP_SECONDS):
                before = connection.total_renegotiations()
                connection.renegotiate()
                await shake_hands(connection, stream)
                # The wish is only sent by then; the server's hello comes as an answer to it, or never.
                while connection.renegotiate_pending() or connection.total_renegotiations() == before:
                    await _hear(connection, stream)
            count += 1
    except (SSL.Error, CannotObserve, TimeoutError):
        return count  # an alert, a closed connection or silence: no more than these
    return count


async def _hear(connection: ClientSide, stream: Stream) -> None:
    await flush(connection, stream)
    data = await stream.receive()
    if not data:
        raise CannotObserve(Reason.CLOSED_EARLY, f"{stream.peer} closed")
    connection.bio_write(data)
    with suppress(SSL.WantReadError):
        connection.recv(65536)
    await flush(connection, stream)

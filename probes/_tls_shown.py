"""What does a server do for a client that shows the certificate which the profile declares? One connection of TLS 1.3.

The session's client shakes hands; what the server says after it is opened here with the secret of its own side, for
OpenSSL tells nobody what a ticket allows. Left out: renegotiation, in TLS 1.2 (`_tls_renegotiation`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from OpenSSL import SSL

from probes._handshake import DISTRUST, flush, shake_hands
from probes._tls_asking import Asker
from probes._tls_flight import Flight
from probes._tls_keys import SUITES, Sealing, sealing_of
from probes._tls_names import name_of
from probes._tls_records import RecordReader, Unreadable
from probes._tls_suites import SUITES as NAMES
from probes._tls_talk import After, Finish
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, ClientSide, Stream

SECRET = b"SERVER_TRAFFIC_SECRET_0"
"""In the NSS key log: what the server seals with once it has finished (RFC 8446 section 7.1)."""
HEADER = 5
BYTES = 1024 * 1024
"""What a server may say in a handshake and after it."""


async def finish_shown(asker: Asker, target: Target, flight: Flight) -> Finish | Unseen:
    """Complete a handshake of TLS 1.3 with the endpoint's own client certificate, say goodbye, and hear what comes.

    `flight`: what the server showed to a client without one. Unseen where the server does not let us in either."""
    lines = list[bytes]()
    try:
        side = asker.session.client_side(target, "TLSv1.3", lines.append)
        async with asker.pace.turn(), asyncio.timeout(asker.seconds()):
            stream = await asker.session.dial(asker.ip, asker.endpoint.port)
            try:
                said = await _converse(side, stream)
            finally:
                await stream.close()
        finish = read_said(said, str(side.get_cipher_name()), read_secret(lines), flight)
    except TimeoutError:
        return Unseen(Reason.TIMED_OUT, f"{asker.peer}: no end of the handshake")
    except CannotObserve as error:
        return error.unseen
    if finish.alert is not None:
        return refused(Unseen(Reason.ACCESS_DENIED, f"{asker.peer}: alert {finish.alert.name}"))
    if not finish.served:
        return Unseen(Reason.CLOSED_EARLY, f"{asker.peer} said nothing after a handshake with the client certificate")
    return finish


def refused(why: Unseen) -> Unseen:
    """Why a handshake with the certificate was not completed, in words that say who would not have it."""
    if why.reason not in {Reason.NOT_SUPPORTED, Reason.ACCESS_DENIED}:
        return why
    if DISTRUST in why.detail:
        return Unseen(why.reason, f"shown to nobody whom the profile's anchors do not vouch for: {why.detail}")
    return Unseen(Reason.ACCESS_DENIED, f"the client certificate of the profile is refused: {why.detail}")


async def _converse(side: ClientSide, stream: Stream) -> bytes:
    """All that the server says."""
    try:
        said = await shake_hands(side, stream)
    except CannotObserve as error:
        why = refused(error.unseen)
        raise CannotObserve(why.reason, why.detail) from error
    with suppress(SSL.Error, CannotObserve):
        side.shutdown()
        await flush(side, stream)
    with suppress(CannotObserve):  # how it ends after that says nothing
        while (data := await stream.receive()) and len(said) < BYTES:
            said += data
    return said


def read_secret(lines: list[bytes]) -> bytes:
    """Out of a key log; CannotObserve where it is not in it."""
    for line in lines:
        label, _, secret = line.split(b" ")
        if label == SECRET:
            return bytes.fromhex(secret.decode("ascii"))
    raise CannotObserve(Reason.NOT_UNDERSTOOD, "the handshake agreed on no secrets of TLS 1.3")


def read_said(said: bytes, suite: str, secret: bytes, flight: Flight) -> Finish:
    """What the server sealed after its handshake, out of all that it said. Unreadable where that cannot be read."""
    number = next((number for number in SUITES if name_of(number, NAMES) == suite), 0)
    if not number:
        raise Unreadable(Reason.NOT_SUPPORTED, f"{suite}, which the tool has no keys for")
    reader, after = RecordReader(), After(flight)
    reader.opener = sealing_of(number, secret).open
    reader.feed(_sealed_with(said, sealing_of(number, secret)))
    while (event := reader.read()) is not None and not after.ends_with(event):
        pass
    return after.finish(reader)


def _sealed_with(said: bytes, sealing: Sealing) -> bytes:
    """The records from the first on that these keys open: those before it are the handshake's."""
    at = 0
    while at + HEADER <= len(said):
        end = at + HEADER + int.from_bytes(said[at + 3 : at + HEADER])
        with suppress(Unreadable):
            sealing.open(said[at : at + HEADER], said[at + HEADER : end])
            return said[at:]
        sealing.count, at = 0, end
    return b""

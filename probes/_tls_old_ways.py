"""Does an endpoint still take SSLv2, or a client that has been made to fall back? Two questions of their own kind.

SSLv2 has another hello (DROWN needs no more than that it is answered); TLS_FALLBACK_SCSV is RFC 7507. Left out: SSLv2's
suites.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from probes._tls_asking import Asker
from probes._tls_flight import Flight
from probes._tls_records import ALERT
from probes._tls_talk import Offer, Refusal
from readiness.model import Reason, Unseen

SSLV2 = b"\x00\x02"
SSLV2_SUITES = bytes.fromhex("010080 020080 030080 040080 050080 060040 0700c0 080080")
SSLV2_CLIENT_HELLO, SSLV2_SERVER_HELLO, SSLV2_ERROR = 1, 4, 0
ENOUGH = 11
"""Bytes of an SSLv2 SERVER-HELLO up to the length of its list of suites."""
WHOLE_ALERT = 7
FALLBACK_SCSV = 0x5600
INAPPROPRIATE_FALLBACK = 86
BREAKS = {Reason.CLOSED_EARLY, Reason.CONNECTION_RESET}


def sslv2_hello() -> bytes:
    """CLIENT-HELLO of SSLv2 (draft-hickman-netscape-ssl-00) with every suite and a challenge of 16 bytes."""
    lengths = len(SSLV2_SUITES).to_bytes(2) + b"\0\0" + (16).to_bytes(2)
    body = bytes([SSLV2_CLIENT_HELLO]) + SSLV2 + lengths + SSLV2_SUITES + os.urandom(16)
    return (0x8000 | len(body)).to_bytes(2) + body


def read_sslv2(answer: bytes) -> str | Unseen:
    """accepted or refused: what the first bytes of an answer to such a hello say."""
    if answer[:1] == bytes([ALERT]) and answer[1:2] == b"\3":
        return "refused"
    if not answer or not answer[0] & 0x80:
        return Unseen(Reason.NOT_UNDERSTOOD if answer else Reason.CLOSED_EARLY, "no answer of SSLv2 or TLS")
    if answer[2:3] == bytes([SSLV2_ERROR]):
        return "refused"
    if len(answer) >= ENOUGH and answer[2] == SSLV2_SERVER_HELLO and answer[5:7] == SSLV2:
        return "accepted" if int.from_bytes(answer[9:11]) else "refused"
    return Unseen(Reason.NOT_UNDERSTOOD, "an answer that is neither an SSLv2 SERVER-HELLO nor an alert")


def enough_of_sslv2(answer: bytes) -> bool:
    """Whether an answer can be read: an alert is shorter than a SERVER-HELLO."""
    return len(answer) >= (ENOUGH if answer[:1] and answer[0] & 0x80 else WHOLE_ALERT)


async def ask_sslv2(asker: Asker, control: Offer | None) -> str | Unseen:
    """accepted or refused. Hanging up refuses if an accepted hello is answered just before and just after."""
    said = await asker.say(sslv2_hello(), enough_of_sslv2)
    read = said if isinstance(said, Unseen) else read_sslv2(said)
    if not isinstance(read, Unseen) or read.reason not in BREAKS or control is None:
        return read
    if not isinstance(await asker.ask(control), Flight):
        return read
    again = await asker.say(sslv2_hello(), enough_of_sslv2)
    read = again if isinstance(again, Unseen) else read_sslv2(again)
    if not isinstance(read, Unseen) or read.reason not in BREAKS:
        return read
    return "refused" if isinstance(await asker.ask(control), Flight) else read


async def ask_fallback(asker: Asker, accepted: Sequence[Offer]) -> str | Unseen:
    """refused or accepted: a hello of the next to newest accepted version, which says that the client fell back to it;
    single where there is one version only, to which nobody can fall back. `accepted`: an offer a version, oldest first.
    """
    if len(accepted) < 2:
        return "single"
    fallen = replace(accepted[-2], suites=(*accepted[-2].suites, FALLBACK_SCSV))
    reply = await asker.ask(fallen, accepted[-2])
    if isinstance(reply, Flight):
        return "accepted"
    if isinstance(reply, Refusal):
        return "refused"
    return reply

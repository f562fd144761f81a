"""What does a time source say of this machine's clock? SNTP (RFC 4330), bytes in, offset and uncertainty out.

What a client has to check is checked (RFC 4330 section 5): the answer is to the request, from a server, which is itself
synchronised and asks nobody to stay away. Left out: sending (`Session.ask_time`), NTS and signed answers.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve

SIZE = 48
CLIENT, SERVER = 3, 4
VERSION = 4
EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
ERA = timedelta(seconds=1 << 32)
UNSYNCHRONISED = 3
LAST_STRATUM = 15
PRECISE = timedelta(seconds=0.5)
"""A source that may be off by more than this cannot tell a second."""
SLACK = timedelta(milliseconds=100)
_LAYOUT = struct.Struct(">BBbbiI4sQQQQ")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one source told: how far its time is ahead of this machine's, by how much that may be wrong (half the way
    there and back, and what the source says of itself), its stratum, and the source that it follows itself."""

    offset: timedelta
    uncertainty: timedelta
    stratum: int
    reference: str


def request(mark: bytes) -> bytes:
    """A request of 48 bytes. `mark`: eight random ones in place of the time, which nobody else has to know."""
    return bytes([VERSION << 3 | CLIENT]) + bytes(SIZE - 1 - len(mark)) + mark


def read_answer(data: bytes, mark: bytes, sent: datetime, took: timedelta) -> Answer:
    """What came back for the request with that mark, sent at `sent` by this machine's clock. CannotObserve:
    not_understood where it is no answer to it, access_denied where the source refuses, control_failed or timed_out
    where it cannot tell a second."""
    if len(data) < SIZE:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{len(data)} bytes came, and an answer has {SIZE}")
    head, stratum, _, precision, delay, dispersion, reference, _, origin, received, transmitted = _LAYOUT.unpack(
        data[:SIZE]
    )
    if head & 7 != SERVER or not 1 <= head >> 3 & 7 <= VERSION:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "what came is not a server's answer")
    if origin != int.from_bytes(mark, "big"):
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "what came is an answer to another request")
    _check_state(head >> 6, stratum, reference)
    away, back = (_moment(stamp, sent) for stamp in (received, transmitted))
    held = back - away
    if not transmitted or not -SLACK <= held <= took + SLACK:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the times of the answer contradict each other")
    travel = max(took - held, timedelta()) / 2
    own = _short(max(delay, 0)) / 2 + _short(dispersion) + timedelta(seconds=2.0 ** min(precision, 4))
    if travel > PRECISE:
        raise CannotObserve(
            Reason.TIMED_OUT, f"the answer took {took.total_seconds():.1f} s, too long to tell a second"
        )
    if travel + own > PRECISE:
        raise CannotObserve(Reason.CONTROL_FAILED, f"by its own word it may be off by {own.total_seconds():.1f} s")
    return Answer(((away - sent) + (back - sent - took)) / 2, travel + own, stratum, _name(reference, stratum))


def agreed(answers: Sequence[Answer]) -> timedelta | Unseen:
    """How far the sources are ahead of this machine's clock, where what each allows meets (RFC 5905 section 11.2.1)."""
    least = max(one.offset - one.uncertainty for one in answers)
    most = min(one.offset + one.uncertainty for one in answers)
    if least > most:
        apart = max(one.offset for one in answers) - min(one.offset for one in answers)
        return Unseen(Reason.ANSWERS_DIFFER, f"the sources are {apart.total_seconds():.3f} s apart")
    return (least + most) / 2


def _check_state(leap: int, stratum: int, reference: bytes) -> None:
    """A stratum of 0 is a kiss-o'-death, whose code says why (RFC 4330 section 8)."""
    if stratum == 0:
        raise CannotObserve(Reason.ACCESS_DENIED, f"the source refuses to tell the time: {_name(reference, 0) or '-'}")
    if leap == UNSYNCHRONISED or stratum > LAST_STRATUM:
        raise CannotObserve(Reason.CONTROL_FAILED, "the source says that its own clock is not synchronised")


def _moment(stamp: int, near: datetime) -> datetime:
    """A timestamp (seconds since 1900 in 2^-32) in the era that is nearest to our own clock."""
    at = EPOCH + timedelta(microseconds=(stamp * 1_000_000) >> 32)
    return at + round((near - at) / ERA) * ERA


def _short(number: int) -> timedelta:
    """Seconds in 2^-16."""
    return timedelta(seconds=number / (1 << 16))


def _name(reference: bytes, stratum: int) -> str:
    """Up to stratum 1 four letters, further away a number that says little to people."""
    text = reference.rstrip(b"\0").decode("ascii", "replace")
    return text if stratum <= 1 and text.isalnum() else ""

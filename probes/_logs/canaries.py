"""What must not be found in a log, word for word: the declared test persons, and pieces of the messages that were sent.

A piece is plain ASCII out of a body, so that it stands the same in UTF-8, Latin-1, JSON and XML; and its base64 at each
of the three places it can have in a group. Left out: ids and subjects, which say nothing of a person, and the numbers
themselves, which are found in every writing by `numbers`.
"""

from __future__ import annotations

import re
from base64 import b64encode

from probes._delivery import read_delivery
from probes._request_tree import read_request
from readiness.contract.persons import test_persons
from readiness.model import Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Session

SHORTEST, LONGEST, MOST = 24, 48, 250
ASCII_WORDS = re.compile(rb"[A-Za-z0-9 ,.:;()]{24,}")


def canary_persons(session: Session) -> dict[str, str]:
    """The twelve digits of every test person, declared or written to in the record, by the last ten: a log need not
    have the century."""
    known = {person.number for person in test_persons()}
    known |= {one.person for exchange in session.exchanges().values() for one in exchange.attributions if one.person}
    return {number[-10:]: number for number in sorted(known)}


def sent_pieces(session: Session) -> tuple[bytes, ...]:
    """Pieces of the bodies that the record holds, and their base64; none where no stage was called."""
    pieces: set[bytes] = set()
    for name in session.exchanges():
        if len(pieces) >= MOST:
            break
        for content in _contents(Target(name, TargetKind.EXCHANGE), session):
            pieces |= {piece for piece in [read_piece(content)] if piece}
    return tuple(written for piece in sorted(pieces)[:MOST] for written in (piece, *in_base64(piece)))


def read_piece(content: bytes) -> bytes:
    """The first run of plain text in a body that is long enough to be nobody else's; b"" where there is none."""
    found = max(ASCII_WORDS.findall(content[:65_536]), key=lambda run: len(set(run)), default=b"")
    return bytes(found[:LONGEST].strip()) if len(found[:LONGEST].strip()) >= SHORTEST else b""


def in_base64(piece: bytes) -> tuple[bytes, bytes, bytes]:
    """What base64 has of it, whatever stands around it, at each of the three places."""
    whole = [b64encode(bytes(before) + piece) for before in range(3)]
    first = [0, 2, 3]
    return tuple(  # type: ignore[return-value]
        text[skip : (before + len(piece)) * 8 // 6]
        for before, (text, skip) in enumerate(zip(whole, first, strict=True))
    )


def _contents(target: Target, session: Session) -> list[bytes]:
    try:
        request = read_request(session.original(target))
    except CannotObserve:
        return []
    delivery = request if isinstance(request, Unseen) else read_delivery(request.payload)
    if isinstance(delivery, Unseen):
        return []
    bodies = [message.body for message in delivery.messages if message.body]
    return [body.data for body in bodies if isinstance(body.data, bytes)]

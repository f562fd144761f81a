"""How does a probe come by the request of an exchange, and what does it show for it? The bytes, their digest, the time.

A request is never kept: it holds a message or the number of a person. What is kept of it is its SHA-256. Left out: what
the request says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from probes._request_tree import Request, read_request
from readiness.model import Evidence, Fact, Strength, Target, Unseen, Value
from readiness.probe import CannotObserve, Seen, Session
from readiness.recording import Exchange

NOT_KEPT = "not kept: the bytes may hold a message or name a person"


@dataclass(frozen=True, slots=True)
class Opened:
    """A request as it came, or why it is not to be had. `exchange`: None where a file stands for it; `at`: when it was
    sent, else when it is looked at."""

    data: bytes | Unseen
    exchange: Exchange | None
    at: datetime
    evidence: Evidence
    strength: Strength

    def told(self, values: Iterable[tuple[str, Value | Unseen, str]]) -> Iterator[Seen]:
        """Facts (name, value, detail) with the request's digest behind them."""
        for name, value, detail in values:
            yield Seen(name, value, detail, evidence=(self.evidence,), strength=self.strength)


def open_exchange(target: Target, session: Session) -> Opened:
    """The request of a target. CannotObserve where neither a file nor a record stands behind it."""
    exchange = None if target.address else session.exchanges().get(target.id)
    data: bytes | Unseen
    try:
        data = session.original(target)
    except CannotObserve as error:
        if exchange is None:
            raise
        data = error.unseen
    digest = sha256(data).hexdigest() if isinstance(data, bytes) else exchange.request_sha256 if exchange else ""
    evidence = Evidence(digest, "application/xml", f"the request of {target.id}", NOT_KEPT)
    strength = Strength.FILE if target.address else Strength.LIVE
    return Opened(data, exchange, exchange.first_byte.wall if exchange else session.now(), evidence, strength)


def read_opened(opened: Opened) -> Request | Unseen:
    """Its tree."""
    return opened.data if isinstance(opened.data, Unseen) else read_request(opened.data)


def all_unseen(facts: Iterable[Fact], why: Unseen, said: Mapping[str, object]) -> dict[str, Value | Unseen]:
    """The same reason for every fact that has not been said."""
    return {fact.name: why for fact in facts if fact.name not in said}

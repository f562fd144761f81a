"""What was found of one TLS version at one address: what was accepted, what stays open, and the answers behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from probes._tls_extensions import PROTOCOLS
from probes._tls_flight import Flight
from probes._tls_talk import Finish
from readiness.model import Reason, Unseen


@dataclass(slots=True)
class Members:
    """Numbers that were accepted, in the order they were seen, each with the flight that showed it; `open`: those that
    may or may not be, each with the reason."""

    accepted: dict[int, Flight] = field(default_factory=dict)
    open: dict[int, Unseen] = field(default_factory=dict)

    def note(self, number: int, flight: Flight) -> None:
        """It was chosen."""
        self.accepted.setdefault(number, flight)
        self.open.pop(number, None)

    def leave(self, numbers: Iterable[int], why: Unseen) -> None:
        """They stay open, unless they have been seen."""
        self.open |= {number: why for number in numbers if number not in self.accepted}


@dataclass(slots=True)
class Found:
    """One version at one address.

    `order`: server, client, single (one suite only) or other; `primes`: those of finite fields; `flights`: every
    answer; `rich`: the first, where its hello carried every extension, and `finish`: its handshake in TLS 1.3,
    completed or the reason why it was not; `finishes`: two more in a row; `protocols`: those chosen by ALPN on
    the way, and `protocols_left` those not asked about yet; `doubted`: the version itself was refused later;
    `differs`: how the same was answered in two ways.
    """

    version: str
    suites: Members = field(default_factory=Members)
    groups: Members = field(default_factory=Members)
    signatures: Members = field(default_factory=Members)
    order: str | Unseen = field(default_factory=lambda: Unseen(Reason.NOT_EXERCISED, "no suite was accepted"))
    primes: dict[int, Flight] = field(default_factory=dict)
    flights: list[Flight] = field(default_factory=list)
    rich: Flight | None = None
    finish: Finish | Unseen | None = None
    finishes: list[Finish] = field(default_factory=list)
    protocols: list[str] = field(default_factory=list)
    protocols_left: list[str] = field(default_factory=lambda: list(PROTOCOLS))
    doubted: bool = False
    differs: str = ""

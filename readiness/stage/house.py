"""Who may come in, who has been idle for too long, and how much is held in memory? The bounds of one stage.

Left out: what a connection does with its time (connection).
"""

from __future__ import annotations

import asyncio
import time
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Protocol

from readiness.recording import Moment
from readiness.stage.settings import StageLimits

SPARE_FILES = 128  # for the listeners, the journal, the spool and whatever else the process holds open
SWEEP = 0.5


class Guest(Protocol):
    """A connection, as far as the house is concerned."""

    @property
    def listener(self) -> str:
        """The name of the listener that it came to."""

    @property
    def at_work(self) -> bool:
        """Whether something is under way on it."""

    def expire(self, now_ns: int) -> None:
        """Close if a time limit has passed."""

    def make_room(self) -> None:
        """Close at once; a newer connection needs the place."""


class House:
    """Counts connections and buffered bytes over all listeners of a stage."""

    def __init__(self, limits: StageLimits, peers: tuple[IPv4Network | IPv6Network, ...]) -> None:
        self.limits = limits
        self.held = 0
        self.idle: dict[Guest, None] = {}
        self.guests: dict[Guest, None] = {}
        self.latest = time.monotonic_ns()
        self._peers = peers
        self._places = min(limits.connections, _open_files() - SPARE_FILES)

    def refusal(self, peer: str) -> str:
        """Why a peer may not come in; empty if it may."""
        if not self._peers:
            return ""
        address = ip_address(peer)
        return "" if any(address in network for network in self._peers) else "the peer is not among the allowed ones"

    def enter(self, guest: Guest) -> str:
        """Take a connection in. The longest idle one makes room where all places are taken; else why there is none."""
        if len(self.guests) >= self._places:
            oldest = next(iter(self.idle), None)
            if oldest is None:
                return f"{self._places} connections are open, and all are at work"
            self.leave(oldest)
            oldest.make_room()
        self.guests[guest] = None
        self.idle[guest] = None
        return ""

    def heard(self, moment: Moment) -> Moment:
        """Something came, or ended: the moment is remembered, and given back."""
        self.latest = max(self.latest, moment.ns)
        return moment

    def at(self, listener: str) -> int:
        """How many connections a listener has."""
        return sum(guest.listener == listener for guest in self.guests)

    def at_work(self) -> bool:
        """Whether something is under way on any connection."""
        return any(guest.at_work for guest in self.guests)

    def clear(self, listener: str) -> None:
        """Everybody out who came to a listener."""
        for guest in tuple(self.guests):
            if guest.listener == listener:
                guest.make_room()

    def leave(self, guest: Guest) -> None:
        """A connection is over."""
        self.guests.pop(guest, None)
        self.idle.pop(guest, None)

    def hold(self, count: int) -> bool:
        """Account for bytes of unfinished bodies (less than 0: given back); False where they are too many."""
        if count > 0 and self.held + count > self.limits.bodies:
            return False
        self.held += count
        return True

    async def sweep(self) -> None:
        """Let every connection look at the clock, for ever."""
        while True:
            await asyncio.sleep(SWEEP)
            now_ns = time.monotonic_ns()
            for guest in tuple(self.guests):
                guest.expire(now_ns)

    def close(self) -> None:
        """Everybody out."""
        for guest in tuple(self.guests):
            guest.make_room()


def _open_files() -> int:
    """How many files this process may hold open; Windows sets no such bound on sockets."""
    try:
        import resource
    except ImportError:
        return 1 << 16
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 16

"""Looks at an endpoint that tests make by hand: what a scan would have found, and a server that says nothing."""

from __future__ import annotations

from probes._tls_flight import Flight
from probes._tls_found import Found
from probes._tls_records import ServerHello
from probes._tls_scan import Look, Scan
from readiness.model import Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Limits, Probe
from tests.conftest import look, session_for


def endpoint(address: str, **declared: str) -> Target:
    """An endpoint at that address."""
    return Target("front", TargetKind.ENDPOINT, address=address, declared=tuple(sorted(declared.items())))


def flight(suite: int = 0xC02B, version: int = 0x0303, **more: object) -> Flight:
    """A flight with that suite."""
    hello = ServerHello(version, suite, 0, retry=False, sentinel="", extensions=())
    return Flight(hello, **more)  # type: ignore[arg-type]


def found(version: str = "TLSv1.2", *suites: int, **more: object) -> Found:
    """A version with these suites, each shown by a flight."""
    made = Found(version, **more)  # type: ignore[arg-type]
    for suite in suites:
        made.suites.note(suite, flight(suite))
    return made


def scan_of(*looks: Look) -> Scan:
    """A scan of these addresses."""
    return Scan(list(looks), 0)


def address(peer: str, *versions: Found, failure: Unseen | None = None) -> Look:
    """One address and what was found there."""
    return Look(peer, {one.version: one for one in versions}, failure=failure)


def why_nothing(probe: Probe, where: str) -> Unseen:
    """The reason that every fact of a probe is unseen for."""
    target = endpoint(where)
    try:
        look(probe, target, session_for(target, limits=Limits(wait=0.3)))
    except CannotObserve as error:
        return error.unseen
    raise AssertionError("something was seen")

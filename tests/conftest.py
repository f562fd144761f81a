"""Fixtures of all tests: a fixed clock, a session on real edges, a small profile, a guard that keeps to loopback."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import socket
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from readiness.chain import Profile, Subject, Terms
from readiness.model import Evidence, Target, TargetKind
from readiness.probe import CannotObserve, Limits, Probe, Seen
from readiness.session import LiveSession

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
CHAIN = Target("chain", TargetKind.CHAIN, declared=(("environment", "test"), ("subject_kind", "kommun")))


class Kept(dict[str, bytes]):
    """An evidence store in memory, by SHA-256."""

    def __call__(self, data: bytes, media_type: str, origin: str, masked: str) -> Evidence:
        digest = hashlib.sha256(data).hexdigest()
        if not masked:
            self[digest] = data
        return Evidence(digest, media_type, origin, masked)


def profile_of(*targets: Target, **fields: object) -> Profile:
    """A profile of a test kommun with these targets (and the chain itself)."""
    subject = Subject("kommun", "Exempelby", "2120000000", party="kommunen")
    terms = Terms("Digg", "2024-01-01", NOON.date(), "3", NOON.date())
    return Profile(subject, "test", terms, targets=(CHAIN, *targets), **fields)  # type: ignore[arg-type]


def session_for(*targets: Target, limits: Limits | None = None, **fields: object) -> LiveSession:
    """A real session whose profile names these targets; the clock stands at NOON; `kept` holds the evidence."""
    kept = Kept()
    session = LiveSession(profile_of(*targets, **fields), kept, limits or Limits(wait=1.0), clock=lambda: NOON)
    session.kept = kept  # type: ignore[attr-defined]
    return session


def look(probe: Probe, target: Target, session: LiveSession | None = None) -> dict[str, Seen]:
    """What a probe yields for a target, by fact; CannotObserve is raised through to the test."""

    async def gather() -> dict[str, Seen]:
        return {seen.fact: seen async for seen in probe.observe(target, session or session_for(target))}

    return asyncio.run(gather())


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that needs the internet is a test that fails on somebody else's bad day."""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(real: Callable[..., object]) -> Callable[..., object]:
    def connect(self: socket.socket, address: object) -> object:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not ipaddress.ip_address(address[0]).is_loopback:  # type: ignore[index]
            raise AssertionError(f"test tried to reach {address}")
        return real(self, address)

    return connect


__all__ = ["CHAIN", "NOON", "CannotObserve", "Kept", "look", "profile_of", "session_for"]

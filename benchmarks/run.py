"""How long do the things take that people wait for? Prints each figure beside its limit; ends with 1 if broken."""

from __future__ import annotations

import asyncio
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import probes
from readiness.chain import Permit, Profile, Subject, Terms
from readiness.demo.chain import running_chain
from readiness.model import Evidence, Target, TargetKind
from readiness.observe import observe
from readiness.permits import split_address
from readiness.probe import Limits
from readiness.profile import load_profile
from readiness.session import LiveSession

RUNS = 5
DEADLINE = 2.0
LIVE = SILENT = 50


def main() -> int:
    """Measure, print, and judge by the limits."""
    figures = [
        ("--help", median(lambda: program("--help")), 0.3),
        ("demo", median(demo), 10.0),
        *chain_of_100(),
    ]
    for name, seconds, limit in figures:
        print(f"{name:58} {seconds:7.2f} s   limit {limit:6.2f} s   {'held' if seconds <= limit else 'BROKEN'}")
    return int(any(seconds > limit for _, seconds, limit in figures))


def median(measured: Callable[[], object]) -> float:
    """The median over the runs, after one that does not count."""
    measured()
    return statistics.median(timed(measured) for _ in range(RUNS))


def timed(measured: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    measured()
    return time.perf_counter() - start


def program(*arguments: str) -> int:
    """The program in a process of its own."""
    command = [sys.executable, "-m", "readiness", *arguments]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode


def demo() -> None:
    """A demo into a folder that is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        assert program("demo", "--out", str(Path(folder) / "out")) == 10


def chain_of_100() -> list[tuple[str, float, float]]:
    """50 live endpoints alone, and the same with 50 silent ones beside them, each on an address of its own."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        profile = load_profile(stack.enter_context(running_chain(Path(folder) / "chain")))
        port = split_address(profile.targets[[t.kind for t in profile.targets].index(TargetKind.ENDPOINT)].address)[1]
        live = [target(f"live{i}", "127.0.0.1", port) for i in range(LIVE)]
        silent = [target(f"silent{i}", f"127.0.1.{i + 1}", listen(stack, f"127.0.1.{i + 1}")) for i in range(SILENT)]
        alone = statistics.median(timed(lambda: look(live)) for _ in range(3))
        together = statistics.median(timed(lambda: look(live + silent)) for _ in range(3))
    limit = alone + DEADLINE + 1.0
    return [
        (f"{LIVE} live endpoints, every probe", alone, 60.0),
        (
            f"the same and {SILENT} silent, deadline {DEADLINE:g} s (the sum: {SILENT * DEADLINE * 2:g} s)",
            together,
            limit,
        ),
    ]


def listen(stack: ExitStack, address: str) -> int:
    """A port that accepts and never says a word."""
    server = stack.enter_context(socket.create_server((address, 0), backlog=64))
    return int(server.getsockname()[1])


def target(id_: str, host: str, port: int) -> Target:
    """An endpoint of the owner's own."""
    return Target(
        id_, TargetKind.ENDPOINT, address=f"{host}:{port}", party="kommunen", declared=(("server_name", host),)
    )


def look(targets: list[Target]) -> None:
    """Every probe that selects them at every target; each promised fact must come back."""
    now = datetime.now(UTC)
    permit = Permit("kommunen", ("127.0.0.0/8",), ("scans",), now - timedelta(1), now + timedelta(1))
    profile = Profile(
        Subject("kommun", "", "", party="kommunen"),
        "test",
        Terms("", "", None, "", None),
        targets=(Target("chain", TargetKind.CHAIN), *targets),
        permits=(permit,),
    )
    limits = Limits(deadline=DEADLINE, wait=DEADLINE)
    session = LiveSession(profile, keep, limits)
    chosen = [probe for probe in probes.discover() if all(map(probe.selects, targets))]
    observations, complete = asyncio.run(observe(chosen, session, limits, profile, lambda _: None))
    assert complete
    assert len(observations) == len(targets) * sum(len(probe.facts) for probe in chosen)


def keep(data: bytes, media_type: str, origin: str, masked: str) -> Evidence:
    """Evidence by its digest only."""
    return Evidence(sha256(data).hexdigest(), media_type, origin, masked)


if __name__ == "__main__":
    sys.exit(main())

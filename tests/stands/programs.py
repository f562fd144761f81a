"""How does a test run a real server program? Started on loopback, waited for, stopped; never a silent skip in CI.

Where a program is missing the test is skipped, and says so; with MM_REQUIRE_SERVERS=1 in the environment it fails.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

SECONDS = 10.0


def program(name: str) -> str:
    """The path of a program; skips the test, or fails it, where there is none."""
    # Debian keeps servers where an ordinary user's PATH does not look.
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin")))
    if found is None:
        missing(f"this test needs the program {name}, which is not installed here")
    return found


def missing(message: str) -> NoReturn:
    """Skip the test and say what it misses, or fail it where that is required."""
    if os.environ.get("MM_REQUIRE_SERVERS") == "1":
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def running(argv: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its output in a file; terminated, in the end killed, when the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(SECONDS)


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on just now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def wait_until_listening(process: subprocess.Popen[bytes], host: str, port: int, log: Path) -> None:
    """Wait for the port to answer; AssertionError with the program's own words if it ends or takes too long."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError(
        f"{process.args!r} does not listen: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )


def address_of(host: str, port: int) -> str:
    """host:port as a profile writes it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

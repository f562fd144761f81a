"""How are the three processes of the example's sending system run? With this Python, without a shell, and to their end.

Left out: what they are told (`exercise`), and what they do (`sending`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import readiness
from readiness.demo.sending.settings import Settings, write_settings

Running = Mapping[str, "subprocess.Popen[bytes]"]
"""The processes by their role."""


@contextlib.contextmanager
def running(told: Mapping[str, Settings], folder: Path) -> Iterator[Running]:
    """Start a process for each role, with its settings in a file; none outlives the context."""
    with contextlib.ExitStack() as stack:
        started = {}
        for role, settings in told.items():
            write_settings(settings, folder / f"{role}.json")
            started[role] = stack.enter_context(_process(role, folder))
        yield started


async def ended(processes: Running, seconds: float) -> dict[str, int | None]:
    """Their exit codes once they have ended by themselves, which is waited for; None for one that has not."""
    waits = (asyncio.to_thread(_wait, process, seconds) for process in processes.values())
    return dict(zip(processes, await asyncio.gather(*waits), strict=True))


def gone(processes: Running) -> str:
    """Which process has ended already, in English; "" for none."""
    codes = {role: process.poll() for role, process in processes.items()}
    return next((f"the process {role} ended with code {code}" for role, code in codes.items() if code is not None), "")


@contextlib.contextmanager
def _process(role: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One process; what it prints, which should be nothing, stands in a file."""
    root = str(Path(readiness.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-m", "readiness.demo.sending", role, str(folder / f"{role}.json")]
    out = folder / f"{role}.out"
    with out.open("wb") as printed:
        process = subprocess.Popen(  # noqa: S603  our own program, as a list of arguments
            command, stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT, env=environment
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
    if not out.stat().st_size:
        out.unlink()


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None

"""How is a command of the profile run? As a list of arguments, without a shell, in the profile's folder.

A process is killed by its own handle when its time is over; children that it has left behind are its own affair.
Windows starts a .bat through its own shell, so that only a program file is safe there. Left out: whether it may be run
at all (`allowed`, asked before anything starts).
"""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterable, Sequence
from pathlib import Path

from readiness import personal
from readiness.errors import UsageError
from readiness.model import Reason
from readiness.probe import CannotObserve
from readiness.texts import say

LARGEST = 16 * 1024 * 1024
SECONDS = 60.0
GRACE = 2.0


def allowed(commands: Iterable[Sequence[str]], lang: str, *, allow: bool) -> tuple[str, ...]:
    """The commands as they are shown before they run. UsageError where there are some, and nobody has allowed it."""
    shown = tuple(written(command) for command in commands if command)
    if shown and not allow:
        raise UsageError(say(lang, "exercise.allow_command", commands="\n  ".join(shown)))
    return shown


def written(command: Sequence[str]) -> str:
    """A command as a list, escaped as in Python, so that nothing in it is taken for something else."""
    return personal.mask(f"[{', '.join(map(ascii, command))}]")


async def start(command: Sequence[str], folder: Path, *, listened: bool = False) -> Process:
    """A process. Its output is thrown away unless it is listened to. CannotObserve where it cannot be started."""
    try:
        return await asyncio.create_subprocess_exec(
            *command, cwd=folder, stdin=DEVNULL, stdout=PIPE if listened else DEVNULL, stderr=DEVNULL
        )
    except FileNotFoundError:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"there is no program {command[0]!a}") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        why = getattr(error, "strerror", None) or error
        raise CannotObserve(Reason.ACCESS_DENIED, f"{command[0]!a} cannot be started: {why}") from None


async def output_of(command: Sequence[str], folder: Path, seconds: float = SECONDS, limit: int = LARGEST) -> bytes:
    """What it writes to standard output. CannotObserve where it fails, writes too much, or takes too long."""
    process = await start(command, folder, listened=True)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            data = bytearray()
            while part := await process.stdout.read(65536):
                data += part
                if len(data) > limit:
                    raise CannotObserve(Reason.LIMIT_REACHED, f"{command[0]!a} writes more than {limit} bytes")
            code = await process.wait()
    except TimeoutError:
        raise CannotObserve(Reason.TIMED_OUT, f"{command[0]!a} was not done within {seconds:g} s") from None
    finally:
        await stop(process)
    if code:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{command[0]!a} ended with code {code}")
    return bytes(data)


async def stop(process: Process) -> None:
    """Kill it, unless it has ended."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    # What it started may live on and hold the pipe; nobody waits for that.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE):
            while process.stdout is not None and await process.stdout.read(65536):
                pass
            await process.wait()

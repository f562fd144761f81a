"""How is a scenario carried out on one response? Its steps in order and in time, each noted as planned and as done.

Left out: what the response is (services), and what happens before a request is accepted (connection).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from readiness.recording import Action, Moment
from readiness.stage.clock import now
from readiness.stage.steps import Leave, Reset, Send, Step, Wait

UNKNOWN_WAIT = 30.0
"""Seconds that a sending system is taken to wait where nobody has seen it: .NET waits 60, others less."""
SECOND = 10**9
FINEST = 0.05
"""Seconds between two writes of what trickles, at the least; a faster pace writes more at a time."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The lengths of the measures, in seconds."""

    late: float
    slow: float


def waits(waited: float | None, margin: float) -> Waits:
    """From how long the sending system waits for an answer: late is `margin` more than that, slow is twice that."""
    known = waited if waited is not None else UNKNOWN_WAIT
    return Waits(known + margin, known * 2)


class Line(Protocol):
    """The response on its way."""

    def left(self) -> int:
        """How many bytes are still to be sent."""

    def total(self) -> int:
        """How many bytes it has in all."""

    def push(self, count: int) -> None:
        """Send so many more."""

    def reset(self) -> None:
        """Reset the connection."""

    def leave(self) -> None:
        """End TCP without a close_notify."""


async def act(
    steps: Sequence[Step], line: Line, measures: Waits, noted: list[Action], accepted: Moment | None = None
) -> None:
    """Carry them out; what was planned is noted, and when it was done. What no step held back is sent at the end.

    A wait that comes first counts from when the request was accepted, so that making the answer does not lengthen it.
    """
    spent = (now().ns - accepted.ns) / SECOND if accepted is not None else 0.0
    for step in steps:
        noted.append(Action(type(step).__name__.lower(), now(), None, _words(step, measures)))
        over = await _carry_out(step, line, measures, spent)
        spent = 0.0
        noted[-1] = replace(noted[-1], done=now())
        if over:
            return
    line.push(line.left())


async def _carry_out(step: Step, line: Line, measures: Waits, spent: float) -> bool:
    """One step; whether the connection is over with it."""
    match step:
        case Wait():
            await asyncio.sleep(max(0.0, _seconds(step, measures) - spent))
        case Send(pace=0.0):
            line.push(max(0, int(line.total() * step.share) - (line.total() - line.left())))
        case Send():
            return not await _trickle(step.pace, line, measures.slow)
        case Reset():
            line.reset()
            return True
        case Leave():
            line.leave()
            return True
    return False


async def _trickle(pace: float, line: Line, limit: float) -> bool:
    """So many bytes a second until all is sent, or the limit is over and the connection is reset."""
    loop = asyncio.get_running_loop()
    end = loop.time() + limit
    gap = max(FINEST, 1 / pace)
    while line.left():
        if loop.time() >= end:
            line.reset()
            return False
        line.push(min(line.left(), max(1, round(pace * gap))))
        await asyncio.sleep(gap)
    return True


def _seconds(step: Wait, measures: Waits) -> float:
    return {"late": measures.late, "slow": measures.slow}.get(step.measure, step.seconds)


def _words(step: Step, measures: Waits) -> str:
    match step:
        case Wait():
            return f"{_seconds(step, measures):g} s"
        case Send(pace=0.0):
            return f"{step.share:.0%} of the response"
        case Send():
            return f"{step.pace:g} bytes a second"
        case _:
            return ""

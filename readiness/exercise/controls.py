"""Is a sane message delivered just now? Controls: each to a test person of its own, whom all goes well with.

Left out: when they are ordered, and what follows (`conductor`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, cycle

from readiness.errors import AccountError
from readiness.exercise.plan import sane
from readiness.exercise.waiting import NOTHING, System
from readiness.probe import CannotObserve
from readiness.recording import Moment

PAUSE = 1.0
"""Seconds between two controls, where the first came to nothing at once."""


@dataclass(frozen=True, slots=True)
class Control:
    """How the controls went: when one was delivered (None: none was), when they were over, whether anything came."""

    delivered: Moment | None
    ended: Moment
    came: bool
    problem: str = ""


class Controls:
    """The controls of one exercise; `persons` are used in turn."""

    def __init__(self, system: System, persons: Sequence[str]) -> None:
        self._system = system
        self._persons = cycle(persons)
        self._numbers = count(1)

    async def deliver(self, waited: float | None, *, first: bool = False) -> Control:
        """Order one control after the other until one is delivered, or the time for recovery is over.

        Where not even a byte of the very first one came, there is no second: nothing was started. Later a system may
        hold everything back for a while.
        """
        end = time.monotonic() + self._system.limits.recovery
        while True:
            control = await self._one(waited, end)
            if control.delivered or (first and not control.came) or time.monotonic() >= end:
                return control
            await asyncio.sleep(min(PAUSE, max(0.0, end - time.monotonic())))

    async def _one(self, waited: float | None, end: float) -> Control:
        person, system = next(self._persons), self._system
        casting = sane(person)
        await system.stage.enact((casting,), waited)
        began = time.monotonic_ns()
        seconds = min(system.limits.order((casting,)), max(end - time.monotonic(), system.limits.tail))
        sent = await system.send(
            f"k{next(self._numbers)}", (casting,), seconds, lambda: self._at(person, began) is not None
        )
        if self._at(person, began) is None and sent.how != NOTHING:
            with suppress(AccountError, CannotObserve):  # told where the account is needed
                await system.ledger.read()
        return Control(self._at(person, began), sent.ended, sent.how != NOTHING, sent.problem)

    def _at(self, person: str, since_ns: int) -> Moment | None:
        """When a message to a person was delivered, by the stage's receipt or by the system's account."""
        said = (row.at for row in self._system.ledger.of((person,)) if row.outcome == "delivered")
        return self._system.sight.receipt(person, since_ns) or next((at for at in said if at.ns >= since_ns), None)

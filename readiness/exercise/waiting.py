"""How is an order given, and when is it over? When it is quiet, when its time is over, or when nothing ever came.

Quiet: nothing is under way on any connection, and nothing new has come, begun or ended for the larger of ten seconds
and the declared retry time. Left out: what came of it (`conductor`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from readiness.exercise.ledger import Ledger
from readiness.exercise.plan import Limits
from readiness.exercise.sight import Sight
from readiness.exercise.starters import Row, Starter
from readiness.probe import CannotObserve
from readiness.recording import Moment
from readiness.stage.clock import now
from readiness.stage.scenario import Casting, Scenario

POLL = 0.05
GLANCE = 1.0
"""Seconds between glances at an account that is a file."""
QUIET, TIME, NOTHING, DONE = "quiet", "time", "nothing", "done"


class Player(Protocol):
    """The stage, as far as an exercise is concerned; `stage.Stage` is one."""

    async def enact(self, castings: Sequence[Casting], waited: float | None = None) -> None:
        """From now on these scenarios are performed, and those before them are over."""

    def cannot(self, scenario: Scenario) -> str:
        """Why a scenario cannot be performed, in English; "" if it can."""

    def at_work(self) -> bool:
        """Whether something is under way on any connection."""

    def latest(self) -> int:
        """When something last came, began or ended, in ns of the monotonic clock."""


class Watch(Protocol):
    """Who hears how an exercise goes."""

    def said(self, key: str, **values: object) -> None:
        """A text of the program's, by its key."""

    def met(self, order: str, met: Collection[str], of: Collection[str]) -> None:
        """These of an order's scenarios have been met so far."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How an order went: when it was given, when it was over and how; `problem` says why nothing came, if known."""

    started: Moment
    ended: Moment
    how: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """The sending system: how it is asked to send, what it says became of it, and what the stage sees of it.

    `message_type` is what it is to send, as a hint.
    """

    stage: Player
    starter: Starter
    ledger: Ledger
    sight: Sight
    limits: Limits
    watch: Watch
    message_type: str = ""

    async def send(
        self, name: str, castings: Sequence[Casting], seconds: float, done: Callable[[], bool] = lambda: False
    ) -> Sent:
        """Have one message sent to each, and wait: for QUIET, TIME, DONE as told by `done`, or NOTHING.

        NOTHING: no byte came within the limit, or none can come because what was started failed.
        """
        started = now()
        rows = [Row(casting.person, casting.scenario.id, self.message_type) for casting in castings]
        try:
            await self.starter.order(name, rows)
        except CannotObserve as problem:
            return Sent(started, now(), NOTHING, f"{problem.unseen.reason}: {problem.unseen.detail}")
        how = await self._until_over(name, castings, started.ns, seconds, done)
        return Sent(started, now(), how, self.starter.failed() if how == NOTHING else "")

    async def settle(self, since_ns: int, seconds: float) -> None:
        """Wait until it is quiet after a moment, so many seconds at most."""
        await self._until_over("", (), since_ns, seconds, lambda: False)

    async def _until_over(
        self, name: str, castings: Sequence[Casting], since_ns: int, seconds: float, done: Callable[[], bool]
    ) -> str:
        began = glanced = time.monotonic()
        scenarios = {casting.scenario.id for casting in castings}
        while True:
            if scenarios:
                self.watch.met(name, scenarios & self.sight.met(since_ns), scenarios)
            if done():
                return DONE
            if over := self._over(since_ns, time.monotonic() - began, seconds):
                return over
            if time.monotonic() - glanced >= GLANCE:
                glanced = time.monotonic()
                await self.ledger.glance()
            await asyncio.sleep(POLL)

    def _over(self, since_ns: int, spent: float, seconds: float) -> str:
        """How it is over after so many seconds; "" where it is not."""
        at_work = self.stage.at_work()
        came = at_work or self.sight.came(since_ns)
        if not came and (spent >= min(self.limits.start, seconds) or self.starter.failed()):
            return NOTHING
        if came and not at_work and time.monotonic() - self.stage.latest() / 1e9 >= self.limits.tail:
            return QUIET
        return TIME if spent >= seconds else ""

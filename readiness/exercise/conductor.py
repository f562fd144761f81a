"""How is an exercise conducted? A control, then round after round, each told to the journal as soon as it is over.

A control is ordered first, and after each round until one is delivered or the time for recovery is over: that says
whether the system recovered, and is the control of the next round. Left out: the stage, the sending system, verdicts.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from readiness.errors import AccountError
from readiness.exercise.controls import Controls
from readiness.exercise.ledger import required
from readiness.exercise.performances import DELIVERED, FAILED, Played, left_out
from readiness.exercise.plan import Plan, Round
from readiness.exercise.waiting import NOTHING, QUIET, Sent, System
from readiness.model import Reason
from readiness.probe import CannotObserve
from readiness.recording import Performance
from readiness.stage.clock import now
from readiness.stage.recorder import Journal
from readiness.stage.scenario import SILENT, Casting


@dataclass(frozen=True, slots=True)
class Terms:
    """`budget`: seconds for all. `prefix`: of the performances' ids. `waited_ns`: how long the system waits for an
    answer, where an earlier exercise has seen it."""

    budget: float | None = None
    prefix: str = ""
    waited_ns: int | None = None


class Conductor:
    """One exercise. `told` has each scenario as it was told last: one that is told again, with a fuller account, counts
    in place of the first."""

    def __init__(self, plan: Plan, system: System, journal: Journal, terms: Terms | None = None) -> None:
        self.told: dict[str, Performance] = {}
        self._plan = plan
        self._system = system
        self._journal = journal
        self._terms = terms or Terms()
        self._controls = Controls(system, plan.controls)
        self._control = ""
        self._waited_ns = self._terms.waited_ns
        self._began = time.monotonic()

    async def conduct(self) -> bool:
        """Perform all of it; whether it came to its end. Cancelling (Ctrl-C) ends it in good order, and gives False.

        AccountError or UsageError where the account cannot be read when it should be there.
        """
        try:
            await required(self._system.ledger.begin())
            why = await self._first_control()
            for round_ in self._plan.rounds:
                if why := why or self._over_budget(round_):
                    break
                await self._perform(round_)
            self._leave_out(why)
            await self._last_account()
        except asyncio.CancelledError:
            if task := asyncio.current_task():
                task.uncancel()
            self._leave_out(f"{Reason.INTERRUPTED}: a person stopped the exercise")
            return False
        finally:
            await self._system.starter.close()
        return True

    async def _first_control(self) -> str:
        """Why there is nothing to go on with; "" where a control was delivered, and the account can be read."""
        control = await self._controls.deliver(None, first=True)
        if not control.came:
            why = control.problem or f"none within {self._system.limits.start:g} s"
            return f"{Reason.NOT_EXERCISED}: nothing reached the stage ({why})"
        if control.delivered is None:
            self._control = FAILED
            return f"{Reason.CONTROL_FAILED}: no sane message was delivered before the first round"
        self._control = DELIVERED
        await required(self._system.ledger.read())
        return ""

    async def _perform(self, round_: Round) -> None:
        system, able = self._system, [c for c in round_.castings if not self._system.stage.cannot(c.scenario)]
        played = Played(round_, self._control, now())
        self._tell_unable(round_)
        if not able:
            return
        await system.stage.enact(able, self._waited)
        sent = [
            await system.send(name, castings, system.limits.order(castings, self._waited))
            for name, castings in _orders(round_, able)
        ]
        self._end(played, able, sent)
        await self._read(played)
        try:
            await self._recover(played)
        finally:  # also where a person stops it here: the round itself was performed
            self._tell(played, able)

    def _end(self, played: Played, able: list[Casting], sent: list[Sent]) -> None:
        """How the round ended, and how long the system waited if it was the silent one."""
        played.started, played.ended = sent[0].started, sent[-1].ended
        played.how_ended = QUIET if all(one.how in {QUIET, NOTHING} for one in sent) else sent[-1].how
        problem = next((one.problem for one in sent if one.problem), "")
        if sent[0].how == NOTHING and (problem or any(c.scenario.place != "far" for c in able)):
            played.unseen = f"{Reason.NOT_EXERCISED}: nothing reached the stage in this round ({problem or 'silence'})"
        if any(casting.scenario.id == SILENT for casting in able):
            self._waited_ns = self._system.sight.silence()
            known = self._waited is not None
            key = "exercise.waited" if known else "exercise.waited_unknown"
            self._system.watch.said(key, seconds=f"{self._waited or self._system.limits.answer:.1f}")

    async def _recover(self, played: Played) -> None:
        """Order controls until one is delivered. What a fault held back gets time to drain."""
        control = await self._controls.deliver(self._waited)
        played.recovered, played.recovery_ended = control.delivered, control.ended
        self._control = DELIVERED if control.delivered else FAILED
        if control.delivered and any(casting.scenario.alone for casting in played.round.castings):
            await self._system.settle(played.started.ns, self._system.limits.order(()))
        await self._read(played)

    async def _read(self, played: Played) -> None:
        """Read the account; a round whose account cannot be read is unseen, for nothing would be in it."""
        try:
            await self._system.ledger.read()
        except (AccountError, CannotObserve) as error:
            why = str(error.faults[0]) if isinstance(error, AccountError) else str(error.unseen.detail)
            self._system.watch.said("exercise.account_unread", why=why)
            played.unseen = played.unseen or f"{Reason.NOT_UNDERSTOOD}: the account could not be read ({why})"

    def _tell(self, played: Played, able: list[Casting]) -> None:
        among = {casting.scenario.id: casting for casting in able}
        for casting in able:
            beside = casting if casting.scenario.group == "control" else among.get(casting.scenario.control)
            controlled = played.controlled if beside is None else self._delivered(beside, played.started.ns)
            performance = played.tell(self._next_id(), casting, controlled, self._waited_ns)
            self._take(self._system.ledger.account_for(performance))

    def _delivered(self, casting: Casting, since_ns: int) -> str:
        """Whether the control within a round was delivered."""
        said = any(row.outcome == "delivered" for row in self._system.ledger.of((casting.person,)))
        return DELIVERED if said or self._system.sight.receipt(casting.person, since_ns) else FAILED

    def _tell_unable(self, round_: Round) -> None:
        for casting in round_.castings:
            if why := self._system.stage.cannot(casting.scenario):
                self._take(left_out(self._next_id(), casting, round_.id, f"{Reason.NOT_CONFIGURED}: {why}"))

    def _leave_out(self, why: str) -> None:
        """Tell what was not performed, and why."""
        for round_ in self._plan.rounds if why else ():
            for casting in round_.castings:
                if casting.scenario.id not in self.told:
                    self._take(left_out(self._next_id(), casting, round_.id, why, self._control))

    def _next_id(self) -> str:
        return f"{self._terms.prefix}p{len(self.told) + 1}"

    def _take(self, performance: Performance) -> None:
        self.told[performance.scenario] = performance
        self._journal.tell_recorded(performance)

    async def _last_account(self) -> None:
        """Read the account once more, and tell again where it has more to say."""
        try:
            await self._system.ledger.read()
        except (AccountError, CannotObserve):
            return
        for performance in tuple(self.told.values()):
            fuller = self._system.ledger.account_for(performance)
            if performance.started and fuller != performance:
                self._take(fuller)

    @property
    def _waited(self) -> float | None:
        return self._waited_ns / 1e9 if self._waited_ns is not None else None

    def _over_budget(self, round_: Round) -> str:
        budget = self._terms.budget
        if (
            budget is None
            or time.monotonic() - self._began + round_.longest(self._system.limits, self._waited) <= budget
        ):
            return ""
        return f"{Reason.NOT_EXERCISED}: the budget of {budget / 60:g} minutes left it out"


def _orders(round_: Round, able: list[Casting]) -> list[tuple[str, list[Casting]]]:
    """The name of each order, and to whom."""
    found = []
    for number, castings in enumerate(round_.orders, 1):
        if some := [casting for casting in castings if casting in able]:
            found.append((round_.id if number == 1 else f"{round_.id}-{number}", some))
    return found

"""How is the example's sending system led through scenarios? By orders in a folder, and quickly: it is known well.

A conductor that knows nothing of a sending system waits ten seconds for quiet; here the files of the orders tell when
one has been dealt with. Left out: the rounds themselves (`exercise.conductor`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from readiness.chain import AccountSource
from readiness.contract.persons import test_persons
from readiness.demo.defects import find_defect
from readiness.demo.sending.orders import drop, open_orders
from readiness.exercise.account import Reading
from readiness.exercise.conductor import Conductor
from readiness.exercise.ledger import Ledger
from readiness.exercise.plan import Limits, Plan
from readiness.exercise.sight import Sight
from readiness.exercise.sources import Source
from readiness.exercise.starters import Row
from readiness.exercise.waiting import System
from readiness.exercise.web import Web
from readiness.stage.clock import now
from readiness.stage.memory import Memory
from readiness.stage.scenario import Casting, Scenario, load_scenarios
from readiness.stage.stage import Stage

LIMITS = Limits(start=2.0, quiet=0.2, recovery=3.0, answer=1.0, silent=10.0, attempts=40)
EIGHT = (
    "silent",
    "answer-lost",
    "http-html",
    "fault-application",
    "fault-5004",
    "not-delivered",
    "far-not-registered",
    "tls-expired",
)
"""What is performed unless more is asked for: one or two for each thing that can be meant for a message."""
POLL = 0.02
COLUMNS = {"person": "person", "message": "message_id", "outcome": "outcome", "channel": "channel", "told": "told"}
WORDS = ("delivered", "paper", "failed", "pending", "unknown")
CHANNELS = ("digital", "paper", "email")


def performed(defects: Iterable[str], *, full: bool) -> tuple[str, ...]:
    """The ids of the scenarios that the demo performs: all of them, or eight and those that the defects show in."""
    if full:
        return tuple(load_scenarios())
    shown = (scenario for name in defects for scenario in find_defect(name).scenarios)
    return tuple(dict.fromkeys((*EIGHT, *shown)))


def account_source(file: Path) -> AccountSource:
    """The account that the verksamhetssystem writes, as a profile would describe it."""
    return AccountSource(
        file=str(file),
        format="json",
        columns=tuple(COLUMNS.items()),
        words=tuple((word, word) for word in WORDS),
        channels=tuple((channel, channel) for channel in CHANNELS),
        told=("true",),
    )


async def conduct(
    plan: Plan, stage: Stage, journal: Memory, orders: Path, account: Path, gone: Callable[[], str]
) -> bool:
    """Perform the plan once earlier orders are dealt with; whether it came to its end.

    `gone` says which process has ended, "" while all run.
    """
    attended = _Attended(stage, orders, gone)
    while attended.at_work():  # noqa: ASYNC110  it is another process that deals with them
        await asyncio.sleep(POLL)
    source = account_source(account)
    reading = Reading(source, str(account), tuple(person.number for person in test_persons()))
    ledger = Ledger(Source(source, account.parent, Web()), reading, now)
    system = System(attended, _Folder(orders, gone), ledger, Sight(journal), LIMITS, _Nobody())
    return await Conductor(plan, system, journal).conduct()


@dataclass(frozen=True, slots=True)
class _Attended:
    """The stage, and an eye on the orders: what has not been dealt with is still under way."""

    stage: Stage
    orders: Path
    gone: Callable[[], str]

    async def enact(self, castings: Sequence[Casting], waited: float | None = None) -> None:
        await self.stage.enact(castings, waited)

    def cannot(self, scenario: Scenario) -> str:
        return self.stage.cannot(scenario)

    def at_work(self) -> bool:
        return self.stage.at_work() or (bool(open_orders(self.orders)) and not self.gone())

    def latest(self) -> int:
        return self.stage.latest()


@dataclass(frozen=True, slots=True)
class _Folder:
    """Drops each order into the folder that the verksamhetssystem watches."""

    orders: Path
    gone: Callable[[], str]

    async def order(self, id_: str, rows: Sequence[Row]) -> None:
        drop(self.orders, id_, [row.person for row in rows])

    def failed(self) -> str:
        return self.gone()

    async def close(self) -> None:
        """The processes are ended by who started them."""


class _Nobody:
    """The demo tells of nothing while it goes on: it is over soon."""

    def said(self, key: str, **values: object) -> None:
        """Nothing."""

    def met(self, order: str, met: Collection[str], of: Collection[str]) -> None:
        """Nothing."""

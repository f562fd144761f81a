"""Let the example's sending system send, and record what it did: the stage, three processes, ten test persons.

After that it may be led through scenarios of faults (`conducting`); then it takes orders until it is told to end. The
processes are gone when the context ends. Left out: what they do (`sending`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from readiness.contract.persons import test_persons
from readiness.contract.schemas import load_contract
from readiness.demo.conducting import conduct
from readiness.demo.old_logs import write_hashes
from readiness.demo.plan import CASE_SYSTEM, INTEGRATION, KOMMUN, MEDIATOR, SENDING, STAGE, Plan
from readiness.demo.processes import Running, ended, gone, running
from readiness.demo.sending.case_system import KINDS
from readiness.demo.sending.orders import drop, tell_to_end
from readiness.demo.sending.settings import Decision, Identity, Settings
from readiness.exercise.plan import Plan as Rounds
from readiness.exercise.plan import make_plan
from readiness.personal import luhn
from readiness.record_writing import Writer
from readiness.session import Recorded
from readiness.stage.behaviour import NOT_REGISTERED, Behaviour
from readiness.stage.memory import Memory
from readiness.stage.scenario import chosen, load_scenarios
from readiness.stage.settings import (
    Dispatcher,
    Sender,
    ServerCertificate,
    StageLimits,
    StageSettings,
    default_operators,
    default_persons,
)
from readiness.stage.stage import Stage, running_stage

SECONDS, SECONDS_OF_SCENARIOS = 20.0, 180.0
"""When the processes end at the latest; without scenarios they need about one."""
SETTLE = 2.0
"""Seconds for a process that is to end, and for connections to be told of."""
TIMEOUT = 0.3
"""Seconds that the förmedlare waits for an answer when there are scenarios."""
WAIT, LONGEST_WAIT = 1.1, 5.0
"""Seconds before it tries again: no rule takes less than one for a wait."""
LATE = 0.2
"""How much later than the förmedlare waits an answer comes that is late."""
FIRST = "ordinarie"
WAYS = ("sane",) * 6 + ("far-not-registered", "far-opted-out", "far-pending")
"""How the stage treats the adults among the test persons: as the scenarios of those ids say. After them comes a minor,
who has no mailbox."""


@dataclass(slots=True)
class Exercised:
    """How it ended: exit codes by process (None: it had to be killed), and where the account of each letter stands."""

    account: Path
    exits: dict[str, int | None] = field(default_factory=dict)


class DemoExercise:
    """An exercise (`run.Exercise`) on the folder of a chain that runs; `exercised` says afterwards how it went.

    `scenarios`: ids of those that are performed, none for only an ordinary order; `timeout`: seconds that the
    förmedlare then waits for an answer.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        seconds: float | None = None,
        ways: Sequence[str] = WAYS,
        scenarios: Sequence[str] = (),
        timeout: float = TIMEOUT,
    ) -> None:
        self._plan = plan
        self._ways = ways
        self._folder = folder / "sandning"
        self._orders = self._folder / "uppdrag"
        self._root = folder / "ca" / "rot.pem"
        self._scenarios = chosen(tuple(scenarios)) if scenarios else ()
        self._timeout = timeout
        self._seconds = seconds or (SECONDS_OF_SCENARIOS if scenarios else SECONDS)
        self.exercised = Exercised(self._folder / "account.json")

    @contextlib.asynccontextmanager
    async def __call__(self, writer: Writer) -> AsyncIterator[Recorded]:
        """Send everything; then what was recorded, with the originals until the context ends."""
        self._tidy()
        today = datetime.now(UTC).date()
        persons = _persons(today, self._ways, self._plan.sending.register)
        plan = make_plan(self._scenarios, today, offset=len(self._ways), used=persons)
        settings = self._stage({**default_persons(today), **persons} if self._scenarios else persons, plan)
        journal = Memory(writer)
        async with running_stage(settings, journal, load_contract(), self._folder) as stage:
            told = dict(zip(SENDING, self._settings(stage, persons), strict=True))
            with running(told, self._folder) as processes:
                complete = await self._lead(plan, stage, journal, processes)
                self.exercised.exits = await ended(processes, self._seconds + SETTLE)
            for log in self._plan.logs.values():
                write_hashes(log, self._folder)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLE):
                    await journal.holds(stage.recorder)
            yield Recorded(journal.connections, journal.exchanges, stage.original, journal.performances, complete)

    def _tidy(self) -> None:
        """Away with what an earlier exercise left."""
        self._orders.mkdir(exist_ok=True)
        for old in ("*.port", "account.json", "spool.bin", "uppdrag/*.json", "uppdrag/*/*.json", "uppdrag/slut"):
            for path in self._folder.glob(old):
                path.unlink()

    async def _lead(self, plan: Rounds, stage: Stage, journal: Memory, processes: Running) -> bool:
        """Through the scenarios, if there are any; whether to their end."""
        if not self._scenarios:
            return True
        account = self.exercised.account
        complete = await conduct(plan, stage, journal, self._orders, account, lambda: gone(processes))
        tell_to_end(self._orders)
        return complete

    def _stage(self, persons: Mapping[str, Behaviour], plan: Rounds) -> StageSettings:
        kommun, mediator = self._plan.parties[KOMMUN], self._plan.parties[MEDIATOR]
        sender = Sender(f"16{_digits(kommun.organisation_number)}", kommun.name)
        dispatcher = Dispatcher(f"16{_digits(mediator.organisation_number)}", mediator.name, (sender.id,))
        chain, key = self._folder / f"{STAGE}.pem", self._folder / f"{STAGE}.key"
        supplied = ServerCertificate(chain.read_bytes(), key.read_bytes())
        return StageSettings(
            persons,
            operators=default_operators()[:2],
            senders=(sender,),
            dispatchers=(dispatcher,),
            message=False,
            scenarios=tuple(casting.scenario for round_ in plan.rounds for casting in round_.castings),
            certificate=None if self._scenarios else supplied,  # others can be shown only under the stage's own CA
            limits=StageLimits(late=LATE),
        )

    def _settings(self, stage: Stage, persons: Mapping[str, Behaviour]) -> tuple[Settings, Settings, Settings]:
        sending, kommun = self._plan.sending, self._plan.parties[KOMMUN]
        trusted = self._folder / "betrodda.pem"
        trusted.write_bytes(self._root.read_bytes() + stage.authority)

        def told(role: str, **more: object) -> Settings:
            log, doors = self._folder / f"{role}.log", {INTEGRATION, "formedlare"}
            after = {CASE_SYSTEM: INTEGRATION, INTEGRATION: "formedlare"}.get(role)
            return Settings(
                log=str(log),
                authority=str(trusted),
                hop=self._identity(role),
                door=str(self._folder / f"{role}.port") if role in doors else "",
                next_door=str(self._folder / f"{after}.port") if after else "",
                seconds=self._seconds,
                quirks=sending.quirks,
                **more,  # type: ignore[arg-type]
            )

        hurry = {"timeout": self._timeout, "wait": WAIT, "longest_wait": LONGEST_WAIT} if self._scenarios else {}
        return (
            told(
                CASE_SYSTEM,
                sender_name=kommun.name,
                account=str(self.exercised.account),
                **self._orders_of([one for one, how in persons.items() if how is not IN_THE_REGISTER_ONLY]),
            ),
            told(INTEGRATION),
            told(
                "formedlare",
                sender=_digits(kommun.organisation_number),
                far=stage.url("Recipient"),
                client=self._identity(sending.client),
                signing=self._identity(sending.signing),
                sealing=self._identity(sending.sealing),
                register=tuple(persons) if sending.register else (),
                **hurry,
            ),
        )

    def _orders_of(self, recipients: Sequence[str]) -> dict[str, object]:
        """The ordinary order: in the settings where it is the only one, else as the first file."""
        if self._scenarios:
            drop(self._orders, FIRST, recipients)
            return {"orders": str(self._orders)}
        numbered = enumerate(recipients, 1)
        return {"decisions": tuple(Decision(f"2026-{n:04}", one, KINDS[n % 2]) for n, one in numbered)}

    def _identity(self, name: str) -> Identity:
        return Identity(str(self._folder / f"{name}.pem"), str(self._folder / f"{name}.key"))


IN_THE_REGISTER_ONLY = Behaviour("register", account="Not", accepted=False, supplier="none", delivered=False)


def _persons(today: date, ways: Sequence[str], register: int) -> dict[str, Behaviour]:
    """An adult for each way, and a minor; then others, until there are as many as the register has."""
    known = test_persons()
    adults = [person.number for person in known if person.adult_on(today)]
    minor = next(person.number for person in known if not person.adult_on(today))
    persons = {number: load_scenarios()[way].behaviour for number, way in zip(adults, ways, strict=False)}
    persons[minor] = NOT_REGISTERED
    if register:
        for number in _test_series():
            persons.setdefault(number, IN_THE_REGISTER_ONLY)
            if len(persons) == register:
                break
    return persons


def _test_series() -> Iterator[str]:
    """Numbers of the series that are made for tests: birth number 239 (SKV 704), a day each, from 1 January 1930."""
    for days in range(20_000):
        born = date(1930, 1, 1) + timedelta(days)
        stem = f"{born:%y%m%d}239"
        yield f"{born:%Y}{stem[2:]}" + next(str(check) for check in range(10) if luhn(f"{stem}{check}"))


def _digits(number: str) -> str:
    return number.replace("-", "")

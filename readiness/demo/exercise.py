"""Let the example's sending system send, and record what it did: the stage, three processes, ten test persons.

The processes are started with this Python, without a shell, and are gone when the context ends. Left out: what they do
(`sending`), and rounds of scenarios.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import readiness
from readiness.contract.persons import test_persons
from readiness.contract.schemas import load_contract
from readiness.demo.plan import CASE_SYSTEM, INTEGRATION, KOMMUN, MEDIATOR, SENDING, STAGE, Plan
from readiness.demo.sending.settings import Decision, Identity, Settings, write_settings
from readiness.personal import luhn
from readiness.record import Writer
from readiness.session import Recorded
from readiness.stage.behaviour import BEHAVIOURS, Behaviour
from readiness.stage.memory import Memory
from readiness.stage.settings import (
    Dispatcher,
    Sender,
    ServerCertificate,
    StageSettings,
    default_operators,
)
from readiness.stage.stage import Stage, running_stage

SECONDS = 20.0
"""When the processes end at the latest; they need about one."""
SETTLE = 2.0
"""Seconds for a process that is to end, and for connections to be told of."""
WAYS = ("sane",) * 6 + ("not_registered", "opted_out", "pending")
"""How the stage treats the adults among the test persons; after them comes a minor, who has no mailbox."""


@dataclass(slots=True)
class Exercised:
    """How it ended: exit codes by process (None: it had to be killed), and where the account of each letter stands."""

    account: Path
    exits: dict[str, int | None] = field(default_factory=dict)


class DemoExercise:
    """An exercise (`run.Exercise`) on the folder of a chain that runs; `exercised` says afterwards how it went."""

    def __init__(self, plan: Plan, folder: Path, seconds: float = SECONDS, ways: Sequence[str] = WAYS) -> None:
        self._plan = plan
        self._ways = ways
        self._folder = folder / "sandning"
        self._authority = folder / "ca" / "rot.pem"
        self._seconds = seconds
        self.exercised = Exercised(self._folder / "account.json")

    @contextlib.asynccontextmanager
    async def __call__(self, writer: Writer) -> AsyncIterator[Recorded]:
        """Send everything; then what was recorded, with the originals until the context ends."""
        for old in ("*.port", "account.json", "spool.bin"):
            for path in self._folder.glob(old):
                path.unlink()
        persons = _persons(datetime.now(UTC).date(), self._ways, self._plan.sending.register)
        journal = Memory(writer)
        async with running_stage(self._stage(persons), journal, load_contract(), self._folder) as stage:
            await self._send(stage, persons)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLE):
                    await journal.holds(stage.recorder)
            yield Recorded(journal.connections, journal.exchanges, stage.original)

    def _stage(self, persons: Mapping[str, Behaviour]) -> StageSettings:
        kommun, mediator = self._plan.parties[KOMMUN], self._plan.parties[MEDIATOR]
        sender = Sender(f"16{_digits(kommun.organisation_number)}", kommun.name)
        dispatcher = Dispatcher(f"16{_digits(mediator.organisation_number)}", mediator.name, (sender.id,))
        chain, key = self._folder / f"{STAGE}.pem", self._folder / f"{STAGE}.key"
        return StageSettings(
            persons,
            operators=default_operators()[:2],
            senders=(sender,),
            dispatchers=(dispatcher,),
            message=False,
            certificate=ServerCertificate(chain.read_bytes(), key.read_bytes()),
        )

    async def _send(self, stage: Stage, persons: Mapping[str, Behaviour]) -> None:
        """Start the processes, and wait until all have ended."""
        settings = dict(zip(SENDING, self._settings(stage, persons), strict=True))
        with contextlib.ExitStack() as stack:
            started = {}
            for role, told in settings.items():
                write_settings(told, self._folder / f"{role}.json")
                started[role] = stack.enter_context(_process(role, self._folder))
            waits = (asyncio.to_thread(_wait, process, self._seconds + SETTLE) for process in started.values())
            self.exercised.exits = dict(zip(started, await asyncio.gather(*waits), strict=True))

    def _settings(self, stage: Stage, persons: Mapping[str, Behaviour]) -> tuple[Settings, Settings, Settings]:
        sending, kommun = self._plan.sending, self._plan.parties[KOMMUN]
        sent_to = [number for number, behaviour in persons.items() if behaviour is not IN_THE_REGISTER_ONLY]

        def told(role: str, **more: object) -> Settings:
            log, doors = self._folder / f"{role}.log", {INTEGRATION, "formedlare"}
            after = {CASE_SYSTEM: INTEGRATION, INTEGRATION: "formedlare"}.get(role)
            return Settings(
                log=str(log),
                authority=str(self._authority),
                hop=self._identity(role),
                door=str(self._folder / f"{role}.port") if role in doors else "",
                next_door=str(self._folder / f"{after}.port") if after else "",
                seconds=self._seconds,
                quirks=sending.quirks,
                **more,  # type: ignore[arg-type]
            )

        decisions = tuple(
            Decision(f"2026-{place:04}", number, ("beslut", "kallelse")[place % 2])
            for place, number in enumerate(sent_to, 1)
        )
        return (
            told(
                CASE_SYSTEM,
                decisions=decisions,
                sender_name=kommun.name,
                account=str(self.exercised.account),
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
            ),
        )

    def _identity(self, name: str) -> Identity:
        return Identity(str(self._folder / f"{name}.pem"), str(self._folder / f"{name}.key"))


IN_THE_REGISTER_ONLY = Behaviour("register", account="Not", accepted=False, supplier="none", delivered=False)


def _persons(today: date, ways: Sequence[str], register: int) -> dict[str, Behaviour]:
    """An adult for each way, and a minor; then others, until there are as many as the register has."""
    known = test_persons()
    adults = [person.number for person in known if person.adult_on(today)]
    minor = next(person.number for person in known if not person.adult_on(today))
    persons = {number: BEHAVIOURS[way] for number, way in zip(adults, ways, strict=False)}
    persons[minor] = BEHAVIOURS["not_registered"]
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


@contextlib.contextmanager
def _process(role: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One process; what it prints, which should be nothing, stands in a file. It does not outlive the context."""
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


def _digits(number: str) -> str:
    return number.replace("-", "")

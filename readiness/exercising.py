"""How is a prepared exercise done? A stage stands, the conductor conducts, and the probes look at what was recorded.

Left out: what is to be done (`preparing`), the rounds (`exercise`), looking and judging (`run`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from readiness.chain import AccountSource, Profile, Start
from readiness.contract.persons import test_persons
from readiness.contract.schemas import load_contract
from readiness.errors import UsageError
from readiness.exercise.account import Reading
from readiness.exercise.conductor import Conductor, Terms
from readiness.exercise.ledger import Ledger, required
from readiness.exercise.links import Links
from readiness.exercise.log_account import compiled
from readiness.exercise.log_lines import LogPlace
from readiness.exercise.processes import allowed
from readiness.exercise.renumbering import Renumbered
from readiness.exercise.sight import Sight
from readiness.exercise.sources import Source
from readiness.exercise.staging import stage_settings
from readiness.exercise.starters import CommandStarter, HttpStarter, PersonStarter, Starter
from readiness.exercise.waiting import System
from readiness.exercise.web import Web
from readiness.model import TargetKind
from readiness.preparing import Prepared, last_told, the_system
from readiness.record import Record
from readiness.record_writing import Writer
from readiness.recording import Exchange, connection_target, exchange_target
from readiness.run import Exercise, utc_now
from readiness.serving import AUTHORITY, SETTLE, notice
from readiness.session import Recorded
from readiness.stage.clock import now
from readiness.stage.memory import Memory
from readiness.stage.stage import running_stage
from readiness.texts import say

EARLIER = timedelta(days=1)
"""How much earlier than the exercise a log may have been written to and still be read: clocks of machines differ."""
SPARE = timedelta(hours=1)
"""How much longer than the longest exercise a stage stands that other machines reach."""
TABLES = "persons"
"""The folder of a run in which the tables of test persons lie, one an order."""

Told = Callable[[str], None]
Acting = Callable[[Path], Exercise]
"""The exercise that writes beside its record, in the folder of a run."""


@dataclass(slots=True)
class Hearing:
    """Who hears of an exercise (`waiting.Watch`): texts are told; what has been met is shown, where somebody looks."""

    lang: str
    told: Told
    show: Told | None = None
    _last: tuple[str, int] = ("", -1)

    def said(self, key: str, **values: object) -> None:
        """Tell it."""
        self.told(say(self.lang, key, **values))

    def met(self, order: str, met: Collection[str], of: Collection[str]) -> None:
        """Show it, once for each that is met."""
        if self.show is not None and (order, len(met)) != self._last:
            self._last = order, len(met)
            names = ", ".join(sorted(met))
            self.show(say(self.lang, "exercise.met", order=order, met=len(met), of=len(of), names=names))


def performing(prepared: Prepared, hearing: Hearing) -> Acting:
    """The exercise itself. UsageError for what is missing or not allowed, before anything is started."""
    profile, lang, asked = prepared.profile, prepared.lang, prepared.asked
    sending = prepared.sending
    if sending.start is None:
        raise UsageError(say(lang, "exercise.no_start", id=sending.target))
    source = _source(profile, lang, utc_now())
    for command in allowed([sending.start.command, source.said.command], lang, allow=asked.allow_command):
        hearing.said("exercise.command", command=command)
    start = _starter(sending.start, profile, source.web, lang, hearing.told)
    scenarios = tuple(casting.scenario for round_ in prepared.plan.rounds for casting in round_.castings)
    until = utc_now() + timedelta(seconds=prepared.plan.longest(prepared.limits)) + SPARE
    settings, contract = stage_settings(profile, scenarios, utc_now(), until), load_contract(asked.contract)

    @contextlib.asynccontextmanager
    async def exercise(folder: Path, writer: Writer) -> AsyncIterator[Recorded]:
        journal = Memory(writer)
        numbered = Renumbered(journal, prepared.prefix)
        async with running_stage(settings, numbered, contract, folder / "record") as stage:
            if stage.authority:
                (folder / AUTHORITY).write_bytes(stage.authority)
            hearing.told(notice(stage, settings, folder / AUTHORITY, lang))
            system = System(
                stage,
                start(folder),
                Ledger(source, _reading(source, lang, journal.exchanges), now),
                Sight(journal),
                prepared.limits,
                hearing,
                _message_type(profile),
            )
            terms = Terms(prepared.seconds, prepared.prefix, prepared.waited_ns)
            complete = await Conductor(prepared.plan, system, journal, terms).conduct()
            # Whoever is still connected gets a moment to end, so that the connection is recorded too.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLE):
                    await journal.holds(stage.recorder)
            yield Recorded(
                journal.connections,
                journal.exchanges,
                lambda exchange: stage.original(numbered.own(exchange)),
                journal.performances,
                complete,
            )

    return lambda folder: lambda writer: exercise(folder, writer)


def collecting(profile: Profile, before: Record, hearing: Hearing, *, allow_command: bool) -> Acting:
    """Read the account of an earlier exercise again: its scenarios, with what the account says of them by now."""
    earlier, lang = last_told((before,)).values(), hearing.lang
    if not any(one.started for one in earlier):
        raise UsageError(say(lang, "exercise.nothing_performed", record=before.folder))
    source = _source(profile, lang, before.started)
    for command in allowed([source.said.command], lang, allow=allow_command):
        hearing.said("exercise.command", command=command)
    known = [row for one in earlier for row in one.account]

    @contextlib.asynccontextmanager
    async def exercise(writer: Writer) -> AsyncIterator[Recorded]:
        journal = Memory(writer)
        exchanges = {exchange_target(one).id: one for one in before.exchanges}
        ledger = Ledger(source, _reading(source, lang, exchanges), now, known)
        await required(ledger.read())
        for one in earlier:
            journal.tell_recorded(ledger.account_for(one) if one.started else one)
        yield Recorded(
            {connection_target(one).id: one for one in before.connections},
            exchanges,
            performances=journal.performances,
        )

    return lambda folder: exercise


def what_is_collected(profile: Profile) -> Profile:
    """The profile with what an account is about, and nothing else to look at."""
    kinds = {TargetKind.CHAIN, TargetKind.SENDING_SYSTEM}
    return replace(profile, targets=tuple(target for target in profile.targets if target.kind in kinds))


def _starter(start: Start, profile: Profile, web: Web, lang: str, told: Told) -> Callable[[Path], Starter]:
    """How the system is started, by the folder of the run. UsageError without the terminal that a person needs."""
    if start.command:
        return lambda folder: CommandStarter(start.command, Path(profile.source).parent, _tables(folder))
    starter = HttpStarter(start.url, web) if start.url else PersonStarter(lang, told)
    return lambda folder: starter


def _tables(folder: Path) -> Path:
    """The folder of the tables, without those of a run that this one is written over."""
    (folder / TABLES).mkdir(exist_ok=True)
    for old in (folder / TABLES).glob("persons-*.csv"):
        old.unlink()
    return folder / TABLES


def _source(profile: Profile, lang: str, began: datetime) -> Source:
    """The account of the one sending system, of an exercise that began then."""
    sending = the_system(profile, lang)
    if sending.account is None:
        raise UsageError(say(lang, "exercise.no_account", id=sending.target))
    anchors = [_read(path) for path in profile.trust_anchors]
    log = _log(sending.account, profile, lang, began - EARLIER)
    return Source(sending.account, Path(profile.source).parent, Web(anchors), log)


def _log(said: AccountSource, profile: Profile, lang: str, since: datetime) -> LogPlace | None:
    """Which files an account is that is a log in files. UsageError where nothing can be read of it."""
    compiled(said.patterns, lang)
    if said.format == "log" and said.file:
        return LogPlace(said.file, said.encoding, since)
    if not said.log:
        return None
    source = next(target for target in profile.targets if target.id == said.log)
    if not source.address or source.says("platform"):
        raise UsageError(say(lang, "exercise.log_without_path", id=source.id))
    return LogPlace(source.address, str(source.says("encoding") or ""), since)


def _reading(source: Source, lang: str, exchanges: Mapping[str, Exchange]) -> Reading:
    persons = tuple(person.number for person in test_persons())
    return Reading(source.said, source.origin, persons, lang, Links(exchanges))


def _message_type(profile: Profile) -> str:
    return next((target.id for target in profile.targets if target.kind is TargetKind.MESSAGE_TYPE), "")


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}). Give a PEM file.") from error

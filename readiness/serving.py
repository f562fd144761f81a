"""What does a person who serves by hand get to see? Where the stage stands, for whom, and how its CA is trusted.

Left out: the stage itself (stage), and rounds of scenarios.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from readiness.contract.schemas import load_contract
from readiness.errors import UsageError
from readiness.exercise.plan import make_plan
from readiness.exercise.starters import Row, lines
from readiness.record import Record, read_record
from readiness.record_writing import Writer
from readiness.run import Exercise, tool, utc_now
from readiness.session import Recorded
from readiness.stage.memory import Memory
from readiness.stage.scenario import Casting, chosen
from readiness.stage.serve import serve
from readiness.stage.settings import ClientCertificate, StageSettings, default_persons
from readiness.stage.stage import Stage, running_stage
from readiness.texts import say

AUTHORITY = "stage-ca.pem"
SETTLE = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of a stage. `ports` are "listener=port"; `scenarios` are ids, performed together."""

    address: str = "127.0.0.1"
    public_name: str = "localhost"
    ports: tuple[str, ...] = ()
    client_certificate: ClientCertificate = "required"
    client_issuers: tuple[Path, ...] = ()
    peers: tuple[str, ...] = ()
    minutes: float = 60.0
    contract: Path | None = None
    scenarios: tuple[str, ...] = ()


def serve_by_hand(asked: Asked, folder: Path, lang: str, told: Callable[[str], None]) -> Record:
    """Serve until the time is over or a person stops it; the record either way. UsageError for what cannot be meant."""
    settings, contract = _settings(asked), load_contract(asked.contract)
    start = {"tool": [list(row) for row in tool()]}
    castings = _castings(asked)
    stands = partial(_tell, settings, castings, folder, lang, told)
    serving = serve(settings, folder / "record", contract, start, stands, castings)
    return asyncio.run(_until_stopped(serving, folder / "record"))


def by_hand(asked: Asked, folder: Path, lang: str, told: Callable[[str], None]) -> Exercise:
    """The same as an exercise of a run: what was recorded is looked at before the originals are gone."""
    settings, contract, castings = _settings(asked), load_contract(asked.contract), _castings(asked)

    @contextlib.asynccontextmanager
    async def exercise(writer: Writer) -> AsyncIterator[Recorded]:
        journal = Memory(writer)
        async with running_stage(settings, journal, contract, folder / "record") as stage:
            await stage.enact(castings)
            _tell(settings, castings, folder, lang, told, stage)
            with contextlib.suppress(asyncio.CancelledError):
                await stage.ended.wait()
            # Whoever is still connected gets a moment to end, so that the connection is recorded too.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLE):
                    await journal.holds(stage.recorder)
            yield Recorded(journal.connections, journal.exchanges, stage.original)

    return exercise


def notice(stage: Stage, settings: StageSettings, authority: Path, lang: str) -> str:
    """Where everything is, as a person needs it to point a sending system here."""
    lines = [*stage.said, "", say(lang, "stage.services")]
    rows = [("FaR Recipient", stage.url("Recipient")), ("FaR Authority", stage.url("Authority"))]
    rows += [(f"{one.name} ({one.id})", stage.url("Service", one.id)) for one in settings.operators]
    rows += [("Message", stage.url("Message"))] if settings.message else []
    width = max(len(name) for name, _ in rows)
    lines += [f"  {name:{width}}  {url}" for name, url in rows]
    lines += ["", say(lang, "stage.persons", number=len(settings.persons))]
    lines += [say(lang, "stage.until", until=f"{settings.until:%H:%M} UTC")] if settings.until else []
    if stage.authority:
        lines += [say(lang, "stage.trust", path=authority)]
    return "\n".join(lines)


def how_to_trust(lang: str) -> str:
    """How a machine is made to trust the stage's CA, and to stop trusting it."""
    return say(lang, "stage.how_to_trust", file=AUTHORITY)


def _settings(asked: Asked) -> StageSettings:
    now = utc_now()
    return StageSettings(
        default_persons(now.date()),
        address=asked.address,
        public_name=asked.public_name,
        ports=_ports(asked.ports),
        client_certificate=asked.client_certificate,
        client_issuers=tuple(_read(path) for path in asked.client_issuers),
        peers=asked.peers,
        until=now + timedelta(minutes=asked.minutes),
        scenarios=tuple(casting.scenario for casting in _castings(asked)),
    )


def _castings(asked: Asked) -> tuple[Casting, ...]:
    """Each scenario that was asked for, and a test person; the same ones each time, for whoever drives by hand."""
    if not asked.scenarios:
        return ()
    plan = make_plan(chosen(asked.scenarios), utc_now().date())
    return tuple(casting for round_ in plan.rounds for casting in round_.castings)


def _tell(
    settings: StageSettings,
    castings: Sequence[Casting],
    folder: Path,
    lang: str,
    told: Callable[[str], None],
    stage: Stage,
) -> None:
    if stage.authority:
        (folder / AUTHORITY).write_bytes(stage.authority)
    told(notice(stage, settings, folder / AUTHORITY, lang))
    if castings:
        rows = [Row(casting.person, casting.scenario.id) for casting in castings]
        told(f"{say(lang, 'exercise.served')}\n{lines(rows)}")


async def _until_stopped(serving: Coroutine[None, None, Record], folder: Path) -> Record:
    served = asyncio.create_task(serving)
    with contextlib.suppress(asyncio.CancelledError):
        return await asyncio.shield(served)
    served.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        return await served
    return read_record(folder)


def _ports(said: tuple[str, ...]) -> dict[str, int]:
    ports = {}
    for text in said:
        name, equals, port = text.partition("=")
        if not equals or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise UsageError(f"{text!r} is no listener=port. Write for instance far=8443.")
        ports[name] = int(port)
    return ports


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}). Give a PEM file.") from error

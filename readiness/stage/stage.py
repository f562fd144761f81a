"""How is a stage set up, and taken down? A listener for FaR, each operator, the Message port and each scenario that
needs one of its own, and one record.

Left out: what the listeners do (connection), and the command that starts it from a terminal (cli).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

from OpenSSL import SSL

from readiness.contract.schemas import Contract
from readiness.errors import UsageError
from readiness.model import Unseen
from readiness.stage.acting import waits
from readiness.stage.answers import Answers
from readiness.stage.bill import Bill
from readiness.stage.connection import Setting, StageConnection
from readiness.stage.gate import Gate
from readiness.stage.house import House
from readiness.stage.plain import SITE as PLAIN_SITE
from readiness.stage.plain import PlainServices
from readiness.stage.recorder import Journal, Recorder
from readiness.stage.scenario import Casting, Scenario
from readiness.stage.services import (
    AUTHORITY_PATH,
    MESSAGE_PATH,
    PLAIN_LISTENER,
    RECIPIENT_PATH,
    SERVICE_PATH,
    Services,
    Site,
    listener,
    sites,
)
from readiness.stage.settings import StageSettings, check
from readiness.stage.spool import Spool
from readiness.stage.steps import Refuse, RefuseClient, Show, Speak
from readiness.stage.tls import MODERN, issuers_of, server_context
from readiness.stage.trust import ThrowAway

SPOOL = "spool.bin"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that stands. `bases` are "https://name:port" by listener; `authority` is the CA (PEM) to trust, b"" where
    the server's certificate was supplied; `said` what is to be shown at start."""

    bases: Mapping[str, str]
    authority: bytes
    said: tuple[str, ...]
    recorder: Recorder
    ended: asyncio.Event
    bill: Bill
    house: House
    gates: Mapping[str, Gate]

    def url(self, part: str = "Recipient", operator: str = "") -> str:
        """The address of a service: Recipient, Authority, Message, or Service of an operator (by id)."""
        if part == "Service":
            return self.bases[f"operator-{operator}"] + SERVICE_PATH
        if part == "Message":
            return self.bases["message"] + MESSAGE_PATH
        return self.bases["far"] + (RECIPIENT_PATH if part == "Recipient" else AUTHORITY_PATH)

    def original(self, exchange: str, part: str = "request") -> bytes | Unseen:
        """The body of an exchange's request, by the exchange's id, or another part of it (spool.PARTS), or not_kept."""
        return self.recorder.original(exchange, part)

    async def enact(self, castings: Sequence[Casting], waited: float | None = None) -> None:
        """From now on these scenarios are performed, and those before them are over.

        `waited`: seconds that the sending system waits for an answer, where that is known by now. UsageError for a
        scenario that needs a listener or a certificate that the stage does not have.
        """
        for casting in castings:
            if problem := self.cannot(casting.scenario):
                raise UsageError(f"scenario {casting.scenario.id}: {problem}")
        self.bill.enact(castings, waited)
        refusing = {_place_of(one.scenario) for one in castings if _refuses(one.scenario)}
        for name, gate in self.gates.items():
            if name in refusing:
                gate.shut()
                self.house.clear(name)
            else:
                await gate.open()

    def cannot(self, scenario: Scenario) -> str:
        """Why a scenario cannot be performed here, in English; "" if it can."""
        if not self.authority and any(isinstance(step, Show) for step in scenario.steps):
            return "the certificate was supplied, and no other can be made under its issuer"
        if scenario.own_port and listener(scenario.id) not in self.bases:
            return "the stage was started without it"
        return ""

    def at_work(self) -> bool:
        """Whether something is under way on any connection."""
        return self.house.at_work()

    def latest(self) -> int:
        """When something last came, began or ended, in ns of the monotonic clock."""
        return self.house.latest


@contextlib.asynccontextmanager
async def running_stage(
    settings: StageSettings, journal: Journal, contract: Contract, folder: Path
) -> AsyncIterator[Stage]:
    """A stage that records into `journal` and keeps its spool in `folder`, until the context ends or `until` comes.

    Raises UsageError for settings that cannot be meant, or an address that cannot be listened on.
    """
    started = datetime.now(UTC)
    said = check(settings, started)
    building = _Building(
        settings, started, Recorder(journal, Spool(folder / SPOOL, settings.limits.spool), settings.persons)
    )
    ended = asyncio.Event()
    tasks = [asyncio.create_task(building.house.sweep())]
    try:
        await building.build(contract)
        stage = building.stage(said, ended)
        if settings.until is not None:
            tasks.append(asyncio.create_task(_stop_at(settings.until, stage)))
        yield stage
    finally:
        for task in tasks:
            task.cancel()
        try:
            await _take_down(building.gates, building.house)
        finally:
            ended.set()
            building.recorder.close()


class _Building:
    """A stage while it is being built."""

    def __init__(self, settings: StageSettings, now: datetime, recorder: Recorder) -> None:
        self.recorder = recorder
        self.bill = Bill(settings.persons)
        self.house = House(settings.limits, tuple(map(ip_network, settings.peers)) if not settings.local else ())
        self.gates: dict[str, Gate] = {}
        self._settings = settings
        self._bases: dict[str, str] = {}
        self._issuers = issuers_of(settings)
        self._made: ThrowAway | None = None
        if settings.certificate is None:
            names = (settings.address, "localhost")
            self._made = ThrowAway(settings.public_name, names, now, lambda: self._bases.get(PLAIN_LISTENER, ""))

    async def build(self, contract: Contract) -> None:
        """Bind every port, then take connections. The certificates name one of the ports, so it comes first."""
        answers = Answers(self._settings, self.bill, self._service_address)
        if self._settings.scenarios:
            self._stand(PLAIN_SITE, self._setting(PlainServices(self._made), None))
        for site in sites(self._settings):
            self._stand(
                site, self._setting(Services(site, self._bases.__getitem__, answers, contract), self._context(site))
            )
        for gate in self.gates.values():
            await gate.open()

    def stage(self, said: tuple[str, ...], ended: asyncio.Event) -> Stage:
        """The stage that was built."""
        authority = self._made.pem if self._made else b""
        return Stage(self._bases, authority, said, self.recorder, ended, self.bill, self.house, self.gates)

    def _stand(self, site: Site, setting: Setting) -> None:
        """Bind a site's port; its address is known only then."""
        settings = self._settings
        port = settings.ports.get(site.name, 0)
        try:
            self.gates[site.name] = gate = Gate(settings.address, port, lambda: StageConnection(setting))
        except OSError as error:
            raise UsageError(
                f"{site.name}: cannot listen on {settings.address} port {port}: {error.strerror}. Choose another port."
            ) from error
        name = settings.public_name
        scheme = "http" if setting.context is None else "https"
        self._bases[site.name] = f"{scheme}://{f'[{name}]' if ':' in name else name}:{gate.port}"

    def _setting(self, services: Services | PlainServices, context: SSL.Context | None) -> Setting:
        own = services.site.scenario
        return Setting(
            services,
            context,
            self.recorder,
            self.house,
            self._settings.client_certificate if context is not None else "none",
            self._issuers,
            lambda: self.bill.enacted(own.id) if own else None,
            lambda: waits(self.bill.waited, self._settings.limits.late),
        )

    def _context(self, site: Site) -> SSL.Context:
        """How a listener shakes hands: as all others, or as its scenario has it."""
        steps = site.scenario.steps if site.scenario else ()
        show = next((step.certificate for step in steps if isinstance(step, Show)), "good")
        speak = next((step for step in steps if isinstance(step, Speak)), MODERN)
        refuses = any(isinstance(step, RefuseClient) for step in steps)
        certificate = self._settings.certificate or (self._made.server(show) if self._made else None)
        assert certificate is not None
        try:
            return server_context(self._settings, certificate, speak, refuses=refuses)
        except (ValueError, TypeError, SSL.Error) as error:
            raise UsageError(
                f"the stage's certificate, key or issuers: {error}. Give PEM, the key not encrypted."
            ) from error

    def _service_address(self, operator: str, scenario: str) -> str:
        """Where an operator delivers to for who meets a scenario: its own port while it is performed, else a path."""
        enacted = self.bill.enacted(scenario)
        if enacted is not None and enacted.own_port:
            return self._bases[listener(scenario)] + SERVICE_PATH
        base = self._bases[f"operator-{operator}"] + SERVICE_PATH
        return f"{base}/{scenario}" if scenario else base


def _refuses(scenario: Scenario) -> bool:
    return any(isinstance(step, Refuse) for step in scenario.steps)


def _place_of(scenario: Scenario) -> str:
    """The listener that a scenario shuts."""
    return "far" if scenario.place == "far" else listener(scenario.id)


async def _stop_at(until: datetime, stage: Stage) -> None:
    await asyncio.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()))
    await _take_down(stage.gates, stage.house)
    stage.ended.set()


async def _take_down(gates: Mapping[str, Gate], house: House) -> None:
    """Take no more connections, close those there are, and let each tell its end."""
    for gate in gates.values():
        gate.close()
    house.close()
    for _ in range(100):
        if not house.guests:
            break
        await asyncio.sleep(0.01)

"""How is a stage set up, and taken down? One listener for FaR, each operator and the Message port, and one record.

Left out: what the listeners do (connection), and the command that starts it from a terminal (cli).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

from OpenSSL import SSL

from readiness.contract.schemas import Contract
from readiness.errors import UsageError
from readiness.model import Unseen
from readiness.stage.answers import Answers
from readiness.stage.connection import StageConnection
from readiness.stage.house import House
from readiness.stage.recorder import Journal, Recorder
from readiness.stage.services import AUTHORITY_PATH, MESSAGE_PATH, RECIPIENT_PATH, SERVICE_PATH, Services, Site, sites
from readiness.stage.settings import ServerCertificate, StageSettings, check
from readiness.stage.spool import Spool
from readiness.stage.tls import issuers_of, server_context
from readiness.stage.trust import throw_away

BACKLOG = 1024
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


@contextlib.asynccontextmanager
async def running_stage(
    settings: StageSettings, journal: Journal, contract: Contract, folder: Path
) -> AsyncIterator[Stage]:
    """A stage that records into `journal` and keeps its spool in `folder`, until the context ends or `until` comes.

    Raises UsageError for settings that cannot be meant, or an address that cannot be listened on.
    """
    started = datetime.now(UTC)
    said = check(settings, started)
    made = None
    if (certificate := settings.certificate) is None:
        made = throw_away(settings.public_name, (settings.address, "localhost"), started)
        certificate = made.server
    context = _context(settings, certificate)
    house = House(settings.limits, tuple(map(ip_network, settings.peers)) if not settings.local else ())
    spool = Spool(folder / SPOOL, settings.limits.spool)
    recorder = Recorder(journal, spool, settings.persons)
    bases: dict[str, str] = {}
    answers = Answers(settings, lambda operator: bases[f"operator-{operator}"] + SERVICE_PATH)
    ended = asyncio.Event()
    servers: list[asyncio.Server] = []
    tasks = [asyncio.create_task(house.sweep())]
    try:
        for site in sites(settings):
            server = await _listen(site, settings, bases, answers, contract, (context, recorder, house))
            servers.append(server)
        if settings.until is not None:
            tasks.append(asyncio.create_task(_stop_at(settings.until, servers, house, ended)))
        yield Stage(bases, made.authority if made else b"", said, recorder, ended)
    finally:
        for task in tasks:
            task.cancel()
        await _take_down(servers, house)
        ended.set()
        spool.close()


def _context(settings: StageSettings, certificate: ServerCertificate) -> SSL.Context:
    try:
        return server_context(settings, certificate)
    except (ValueError, TypeError, SSL.Error) as error:
        raise UsageError(
            f"the stage's certificate, key or issuers: {error}. Give PEM, the key not encrypted."
        ) from error


async def _listen(
    site: Site,
    settings: StageSettings,
    bases: dict[str, str],
    answers: Answers,
    contract: Contract,
    shared: tuple[SSL.Context, Recorder, House],
) -> asyncio.Server:
    """A listener for one site; its address is known only once it listens, and goes into `bases`."""
    context, recorder, house = shared
    issuers = issuers_of(settings)
    services = Services(site, lambda: bases[site.name], answers, contract)
    port = settings.ports.get(site.name, 0)
    try:
        server = await asyncio.get_running_loop().create_server(
            lambda: StageConnection(services, context, recorder, house, settings.client_certificate, issuers),
            settings.address,
            port,
            backlog=BACKLOG,
        )
    except OSError as error:
        raise UsageError(
            f"{site.name}: cannot listen on {settings.address} port {port}: {error.strerror}. Choose another port."
        ) from error
    name = settings.public_name
    shown = f"[{name}]" if ":" in name else name
    bases[site.name] = f"https://{shown}:{server.sockets[0].getsockname()[1]}"
    return server


async def _stop_at(until: datetime, servers: list[asyncio.Server], house: House, ended: asyncio.Event) -> None:
    await asyncio.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()))
    await _take_down(servers, house)
    ended.set()


async def _take_down(servers: list[asyncio.Server], house: House) -> None:
    """Take no more connections, close those there are, and let each tell its end."""
    for server in servers:
        server.close()
    house.close()
    for _ in range(100):
        if not house.guests:
            break
        await asyncio.sleep(0.01)

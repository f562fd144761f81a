"""What may a probe touch, and through what? The real edges: clock, dialler, files, evidence, passwords.

Every byte goes to an address of a target of the profile; everything else is refused here, whatever a probe asks for.
Left out: permits for effects (`permits`, asked by `observe` before a probe is let near), and how HTTP is spoken
(`http_client`).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import stat
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from readiness import personal
from readiness.chain import Permit, PermitUsed, Profile
from readiness.model import ASKED_OVER_THE_NETWORK, Evidence, Observation, Reason, Target, TargetKind, Unseen
from readiness.permits import covering, in_writing, of_trial, refusal, split_address
from readiness.probe import (
    Canary,
    CannotObserve,
    ClientSide,
    Effect,
    Heard,
    HttpAnswer,
    HttpRequest,
    Limits,
    LogFile,
    LogListing,
    OtherRun,
    PlainLog,
    Reception,
    Shown,
    Stream,
)
from readiness.recording import Connection, Exchange, Performance

if TYPE_CHECKING:
    from readiness.contract.schemas import Contract

JOURNAL = "journal"
BESIDE = ("key_file", "archived", "ca_file", "secret_file", "log_file", "hash_list", "certificate_file")
"""What declares a file beside the address of a target."""

T = TypeVar("T")
Store = Callable[[bytes, str, str, str], Evidence]
"""keep(data, media type, origin, masked) -> Evidence; where `masked` says why, only the digest is kept."""


def _no_original(exchange: str) -> bytes | Unseen:
    return Unseen(Reason.NOT_KEPT, f"no stage keeps the original of {exchange}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a stage recorded, by target id, and where the originals are to be had while its run lasts. `complete` says
    whether the exercise came to its end; False where a person stopped it."""

    connections: Mapping[str, Connection] = field(default_factory=dict)
    exchanges: Mapping[str, Exchange] = field(default_factory=dict)
    original: Callable[[str], bytes | Unseen] = _no_original
    performances: Mapping[str, Performance] = field(default_factory=dict)
    complete: bool = True


class LiveSession:
    """The edges of one run."""

    def __init__(
        self,
        profile: Profile,
        store: Store,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        prompt: Callable[[str], str] | None = None,
        recorded: Recorded | None = None,
        contract: Path | None = None,
        used: Callable[[PermitUsed], None] = lambda permit: None,
    ) -> None:
        self.limits = limits or Limits()
        self._profile = profile
        self._store = store
        self._clock = clock
        self._prompt = prompt
        self._recorded = recorded or Recorded()
        self._contract_folder = contract
        self._used = used
        self._contract: Contract | None = None
        self._one_original = threading.Lock()
        self._passwords: dict[str, bytes | None] = {}
        self._hosts = {split_address(t.address) for t in profile.targets if _answers(t)}
        self._hosts |= {split_address(address) for address in profile.revocation.addresses}
        self._allowed: set[tuple[str, int]] = set()
        self._resolved: dict[str, tuple[str, ...]] = {}
        self._looks: dict[str, asyncio.Task[Any]] = {}
        self._tried: set[str] = set()

    def now(self) -> datetime:
        """The time, UTC."""
        return self._clock()

    async def once(self, name: str, look: Callable[[], Coroutine[None, None, T]]) -> T:
        """One look for all probes that ask for it."""
        if name not in self._looks:
            self._looks[name] = asyncio.create_task(look())
        found: T = await asyncio.shield(self._looks[name])
        return found

    def keep(self, data: bytes, media_type: str, origin: str) -> Evidence:
        """Store bytes as evidence; where they hold a personal identity number only the digest is kept."""
        if personal.in_bytes(data):
            return self._store(data, media_type, origin, "not kept: the bytes hold a personal identity number")
        return self._store(data, media_type, origin, "")

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Every address of a host that a target names, sorted, IPv4 first."""
        ports = {port for name, port in self._hosts if name == host}
        if not ports:
            raise CannotObserve(Reason.NOT_CONFIGURED, f"no target of the profile names {host}")
        if host not in self._resolved:
            self._resolved[host] = await self._resolve(host)
        self._allowed |= {(ip, port) for ip in self._resolved[host] for port in ports}
        return self._resolved[host]

    async def dial(self, ip: str, port: int, wait: float | None = None) -> Stream:
        """A TCP connection to an address that `addresses` gave."""
        if (ip, port) not in self._allowed:
            raise CannotObserve(Reason.NOT_CONFIGURED, f"{ip} port {port} belongs to no target of the profile")
        family = socket.AF_INET6 if ip_address(ip).version == 6 else socket.AF_INET
        raw = socket.socket(family, socket.SOCK_STREAM)
        raw.setblocking(False)
        stream = SocketStream(
            raw, f"[{ip}]:{port}" if family is socket.AF_INET6 else f"{ip}:{port}", wait or self.limits.wait
        )
        with ExitStack() as unless_connected:
            unless_connected.callback(raw.close)
            await stream.connect((ip, port))
            unless_connected.pop_all()
        return stream

    async def request(self, target: Target, asked: HttpRequest) -> HttpAnswer:
        """What an endpoint or a page answers to one HTTP request."""
        from readiness.http_client import request

        return await request(self, target, asked)

    async def present(self, target: Target, shown: Shown, asked: HttpRequest) -> Reception:
        """How an endpoint receives a client that shows this."""
        from readiness.presenting import present

        return await present(self, target, shown, asked)

    def client_side(self, target: Target, version: str, keys: Callable[[bytes], None] | None = None) -> ClientSide:
        """A client that shows the certificate which an endpoint declares."""
        from readiness.client_side import client_side

        return client_side(self, target, version, keys)

    async def ask_as(self, tenant: Target, asked: HttpRequest) -> Reception:
        """How a shared service receives one of its customers, who has leave to try it."""
        service = next((t for t in self._profile.targets if t.id == tenant.says("endpoint")), None)
        if service is None or tenant.kind is not TargetKind.TENANT or tenant not in self._profile.targets:
            raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile names no service of {tenant.id}")
        if self._profile.environment != "test":
            raise CannotObserve(Reason.NOT_PERMITTED, "customers are tried apart in a test environment only")
        now, profile = self.now(), in_writing(self._profile)
        if why := refusal(Effect.SENDS, service, profile, now):
            raise CannotObserve(Reason.NOT_PERMITTED, why)
        permit = covering(Effect.SENDS, service, profile, now)
        if permit and tenant.id not in self._tried:
            self._tried.add(tenant.id)
            self._used(PermitUsed("tenant_isolation", tenant.id, str(Effect.SENDS), now, permit))
        return await self.present(service, Shown(tenant.id), asked)

    async def query(self, target: Target, data: bytes, heeds: Callable[[bytes], bool]) -> bytes:
        """One question to the resolver that a name of the profile is asked of, and its answer."""
        from readiness.datagram import ask

        if target.kind is not TargetKind.NAME or target not in self._profile.targets:
            raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile names no resolver for {target.id}")
        host, port = split_address(target.address)
        ip = (await self.addresses(host))[0]
        return (await asyncio.to_thread(ask, ip, port, data, self.limits.wait, self.now, heeds)).data

    async def ask_time(self, party: str, address: str, data: bytes) -> Heard:
        """One datagram to a time source that the profile names and permits to ask, and what comes back."""
        from readiness.datagram import ask

        if (party, address) not in self._profile.chain.pairs("time_sources"):
            raise CannotObserve(Reason.NOT_CONFIGURED, f"{address} is no time source of the profile")
        now, source = self.now(), Target("clock", TargetKind.CHAIN, address=address, party=party)
        if why := refusal(Effect.SENDS, source, self._profile, now):
            raise CannotObserve(Reason.NOT_PERMITTED, why)
        if permit := covering(Effect.SENDS, source, self._profile, now):
            self._used(PermitUsed("own_clock", address, str(Effect.SENDS), now, permit))
        host, port = split_address(address)
        ip = (await self._resolve(host))[0]
        return await asyncio.to_thread(ask, ip, port, data, self.limits.wait, self.now)

    @contextlib.asynccontextmanager
    async def canary(self, target: Target) -> AsyncIterator[Canary]:
        """A listener on loopback, for a target that is on this machine."""
        from readiness.canary import listening

        ips = await self.addresses(split_address(target.address)[0])
        if not all(ip_address(ip).is_loopback for ip in ips):
            raise CannotObserve(Reason.NOT_CONFIGURED, f"{target.address} cannot reach loopback on this machine")
        async with listening() as canary:
            yield canary

    def read_file(self, path: str, limit: int = 4 * 1024 * 1024) -> bytes:
        """The bytes of a regular file that a target or the trust anchors name."""
        named = self._named(path)
        with _file_errors(path):
            # Asked before opening: opening a named pipe would wait for a writer.
            mode = named.stat().st_mode
            if not stat.S_ISREG(mode):
                raise CannotObserve(Reason.NOT_SUPPORTED, f"{path} is not a regular file")
            with named.open("rb") as file:
                data = file.read(limit + 1)
        if len(data) > limit:
            raise CannotObserve(Reason.LIMIT_REACHED, f"{path} is larger than {limit} bytes")
        return data

    def log_files(self, target: Target) -> LogListing:
        """The files of a log source of the profile."""
        from readiness.log_files import list_log_files

        return list_log_files(self._log_path(target))

    def open_log(self, target: Target, file: LogFile) -> AbstractContextManager[Iterator[bytes]]:
        """The bytes of one of them."""
        from readiness.journal import open_journal
        from readiness.log_files import open_log_file

        path = self._log_path(target)
        return open_journal(file) if target.says("format") == JOURNAL else open_log_file(path, file)

    def open_plain_log(self, target: Target, file: LogFile) -> AbstractContextManager[PlainLog | None]:
        """One of them, to be read here and there."""
        from readiness.log_files import open_plain_log

        path = self._log_path(target)
        return nullcontext() if target.says("format") == JOURNAL else open_plain_log(path, file)

    def verify_journal(self, target: Target, file: LogFile) -> bool:
        """Whether a journal of the profile is whole."""
        from readiness.journal import verify_journal

        self._log_path(target)
        return verify_journal(file)

    def ask_log_platform(self, target: Target, asked: HttpRequest) -> HttpAnswer:
        """What a log platform of the profile answers to one request."""
        from readiness.log_platform import ask

        return ask(self, target, asked)

    def log_file_digest(self, target: Target, file: LogFile) -> str:
        """The SHA-256 of one of them."""
        from readiness.log_files import digest_of

        return digest_of(self._log_path(target), file)

    def file_mode(self, path: str) -> tuple[str, ...]:
        """Which permission bits for group and others a file has."""
        return _mode(self._named(path))

    def log_file_mode(self, target: Target, file: LogFile) -> tuple[str, ...]:
        """The same of a file of a log source of the profile."""
        from readiness.log_files import split_pattern

        folder, _ = split_pattern(self._log_path(target))
        if not Path(os.path.realpath(file.path)).is_relative_to(os.path.realpath(folder)):
            raise CannotObserve(Reason.NOT_CONFIGURED, f"{file.name} is no file of {target.id}")
        return _mode(Path(file.path))

    def password(self, target: str) -> bytes | None:
        """The password for a target's file; asked for once. None where the profile names no source for it."""
        if target not in self._passwords:
            self._passwords[target] = self._ask(next(t for t in self._profile.targets if t.id == target))
        return self._passwords[target]

    def profile_targets(self, kind: TargetKind) -> tuple[Target, ...]:
        """The profile's targets of a kind."""
        return tuple(target for target in self._profile.targets if target.kind is kind)

    def trust_anchors(self) -> tuple[bytes, ...]:
        """The trust anchors' files as bytes."""
        return tuple(self.read_file(path) for path in self._profile.trust_anchors)

    def earlier(self, target: Target, path: str) -> tuple[Observation, ...]:
        """What an earlier run observed of the target."""
        from readiness.errors import RecordError
        from readiness.record import read_record

        if target not in self._profile.targets or path not in _earlier(target):
            raise CannotObserve(Reason.NOT_CONFIGURED, f"{target.id} names no such earlier run")
        try:
            record = read_record(Path(path))
        except RecordError as error:
            raise CannotObserve(Reason.NOT_UNDERSTOOD, str(error)[:300]) from error
        return tuple(observation for observation in record.observations if observation.target == target.id)

    def other_run(self, target: Target, path: str) -> OtherRun:
        """The run whose record a second system or a customer names."""
        from readiness.other_runs import read_other_run

        if target not in self._profile.targets or path not in _other_runs(target):
            raise CannotObserve(Reason.NOT_CONFIGURED, f"{target.id} names no such run")
        return read_other_run(path)

    def permit_of_trial(self, document: str, on: datetime) -> tuple[Permit, str]:
        """The permit that cites a document, and why it did not allow a trial on that day."""
        if (found := of_trial(document, on, self._profile)) is None:
            raise CannotObserve(Reason.NOT_CONFIGURED, "the profile has no permit by the name that a trial cites")
        return found

    def revocation_files(self) -> tuple[str, ...]:
        """The paths of revocation lists and OCSP responses."""
        return self._profile.revocation.files

    async def fetch(self, url: str, asked: bytes = b"", media_type: str = "") -> HttpAnswer:
        """What an http address of the profile's [revocation] answers."""
        from readiness.http_client import fetch

        return await fetch(self, url, asked, media_type)

    def connections(self) -> Mapping[str, Connection]:
        """The recorded connections by target id."""
        return self._recorded.connections

    def exchanges(self) -> Mapping[str, Exchange]:
        """The recorded exchanges by target id."""
        return self._recorded.exchanges

    def performances(self) -> Mapping[str, Performance]:
        """The performed scenarios by target id."""
        return self._recorded.performances

    def contract(self) -> Contract:
        """The contract of this run, read when it is first asked for."""
        if self._contract is None:
            from readiness.contract.schemas import load_contract

            self._contract = load_contract(self._contract_folder)
        return self._contract

    def original(self, target: Target) -> bytes:
        """The request body as it came, from the stage's spool or from the file that the target names."""
        if target.address:
            return self.read_file(target.address, 16 * 1024 * 1024)
        exchange = self._recorded.exchanges.get(target.id)
        if exchange is None:
            raise CannotObserve(Reason.NOT_KEPT, f"no record holds {target.id}")
        with self._one_original:  # they lie in one file, and probes of logs read in threads
            found = self._recorded.original(exchange.id)
        if isinstance(found, Unseen):
            raise CannotObserve(found.reason, found.detail)
        return found

    async def _resolve(self, host: str) -> tuple[str, ...]:
        try:
            return (str(ip_address(host)),)
        except ValueError:
            pass
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.limits.wait):
                # Only families that this machine has an address of: an IPv6 address cannot be looked at without IPv6.
                # Loopback does not count as one, so a machine without a network is asked again without the condition.
                try:
                    rows = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
                except socket.gaierror:
                    rows = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except TimeoutError:
            raise CannotObserve(Reason.TIMED_OUT, f"resolving {host}") from None
        except (socket.gaierror, UnicodeError) as error:
            raise CannotObserve(Reason.NAME_NOT_RESOLVED, f"{host}: {error}") from error
        found = {str(row[4][0]) for row in rows}
        return tuple(sorted(found, key=lambda ip: (":" in ip, ip)))

    @cached_property
    def _files(self) -> frozenset[str]:
        """Every file that the profile names, asked for at each opening of one."""
        targets = self._profile.targets
        files = {target.address for target in targets if not _answers(target)}
        files |= {str(target.says(name) or "") for target in targets for name in BESIDE}
        for target in targets:
            named = target.says("signature_anchors")
            files |= set(named) if isinstance(named, tuple) else set()
        files |= {*self._profile.trust_anchors, *self._profile.revocation.files}
        return frozenset(files | {earlier for target in targets for earlier in _earlier(target)})

    def _named(self, path: str) -> Path:
        if not path or (path not in self._files and not self._beside_wsdl(path)):
            raise CannotObserve(Reason.NOT_CONFIGURED, "the profile names no such file")
        return Path(path)

    def _log_path(self, target: Target) -> str:
        if target not in self._profile.targets or target.kind is not TargetKind.LOG_SOURCE or not target.address:
            raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile names no path for {target.id}")
        if _answers(target):
            raise CannotObserve(Reason.NOT_SUPPORTED, f"{target.id} is searched where it is, and has no files")
        return target.address

    def _beside_wsdl(self, path: str) -> bool:
        """Whether it is a WSDL of an endpoint, or a schema in its folder or below: links do not lead out."""
        wsdls = {str(target.says("wsdl_file") or "") for target in self._profile.targets} - {""}
        if path in wsdls:
            return True
        real = Path(path).resolve()
        return real.suffix.lower() in {".wsdl", ".xsd"} and any(
            real.is_relative_to(Path(wsdl).resolve().parent) for wsdl in wsdls
        )

    def _ask(self, target: Target) -> bytes | None:
        if name := str(target.says("password_env") or ""):
            if name not in os.environ:
                raise CannotObserve(Reason.CREDENTIALS_NEEDED, f"the environment variable {name} is not set")
            return os.environ[name].encode("utf-8")
        if target.says("password_prompt"):
            if self._prompt is None:
                raise CannotObserve(Reason.CREDENTIALS_NEEDED, "there is no terminal to ask for the password on")
            return self._prompt(target.id).encode("utf-8")
        return None


def _answers(target: Target) -> bool:
    """Whether a target's address is that of a server: what is asked over the network, or the platform of a log."""
    return bool(target.address) and (target.kind in ASKED_OVER_THE_NETWORK or target.says("platform") is not None)


def _earlier(target: Target) -> tuple[str, ...]:
    """The earlier certificates and runs that a certificate names."""
    said = target.says("earlier")
    return said if isinstance(said, tuple) else ()


def _other_runs(target: Target) -> tuple[str, ...]:
    """The runs whose records a target names."""
    if target.kind is TargetKind.SECOND_SYSTEM:
        return (target.address,)
    said = target.says("records") if target.kind is TargetKind.TENANT else None
    return said if isinstance(said, tuple) else ()


class SocketStream:
    """One TCP connection on the running loop; see `probe.Stream`."""

    def __init__(self, raw: socket.socket, peer: str, wait: float) -> None:
        self.peer = peer
        self._raw = raw
        self._wait = wait

    async def connect(self, address: tuple[str, int]) -> None:
        """Connect, or raise CannotObserve."""
        async with _network_errors(self._wait, f"connecting to {self.peer}"):
            await asyncio.get_running_loop().sock_connect(self._raw, address)

    async def send(self, data: bytes) -> None:
        """Write all of it."""
        async with _network_errors(self._wait, f"writing to {self.peer}"):
            await asyncio.get_running_loop().sock_sendall(self._raw, data)

    async def receive(self, limit: int = 65536) -> bytes:
        """Some bytes, or b"" at the end."""
        async with _network_errors(self._wait, f"reading from {self.peer}"):
            return await asyncio.get_running_loop().sock_recv(self._raw, limit)

    async def close(self) -> None:
        """Close; never raises."""
        self._raw.close()


# A router or firewall that answers on the peer's behalf refuses as plainly as the peer would.
UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM}


@contextlib.asynccontextmanager
async def _network_errors(wait: float, doing: str) -> AsyncIterator[None]:
    """Turn what the network does into the closed list of reasons."""
    try:
        async with asyncio.timeout(wait):
            yield
    except TimeoutError:
        raise CannotObserve(Reason.TIMED_OUT, f"{doing}: nothing within {wait:g} s") from None
    except ConnectionRefusedError as error:
        raise CannotObserve(Reason.CONNECTION_REFUSED, doing) from error
    except (ConnectionResetError, ConnectionAbortedError, BrokenPipeError) as error:
        raise CannotObserve(Reason.CONNECTION_RESET, doing) from error
    except OSError as error:
        reason = Reason.CONNECTION_REFUSED if error.errno in UNREACHABLE else Reason.TIMED_OUT
        raise CannotObserve(reason, f"{doing}: {error.strerror}") from error


def _mode(path: Path) -> tuple[str, ...]:
    """Who besides the owner can read or write a file."""
    if os.name == "nt":
        raise CannotObserve(Reason.NOT_SUPPORTED, "Windows keeps access lists, which the tool does not read yet")
    bits = {
        stat.S_IRGRP: "group-read",
        stat.S_IWGRP: "group-write",
        stat.S_IROTH: "others-read",
        stat.S_IWOTH: "others-write",
    }
    with _file_errors(str(path)):
        mode = path.stat().st_mode
    return tuple(sorted(name for bit, name in bits.items() if mode & bit))


@contextlib.contextmanager
def _file_errors(path: str) -> Iterator[None]:
    """Turn what the file system says into the closed list of reasons."""
    try:
        yield
    except FileNotFoundError as error:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"there is no file {path}") from error
    except OSError as error:
        raise CannotObserve(Reason.ACCESS_DENIED, f"{path}: {error.strerror}") from error

"""Run the example kommun's chain: plan, defects, certificates, files, servers, profile; and stop it afterwards.

Everything is written into one folder, private keys with mode 0600 and only while the chain runs; the servers listen on
loopback only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from readiness.demo.conforming import conforming
from readiness.demo.defects import find_defect
from readiness.demo.distributions import Distributions
from readiness.demo.guard import SMALL_KEYS, Guard
from readiness.demo.letters import write_letters
from readiness.demo.lists import serving
from readiness.demo.name_server import NameServer
from readiness.demo.names import RESOLVER
from readiness.demo.old_logs import write_rotated
from readiness.demo.pages import CERTIFICATE, LOG, WEB, PageService
from readiness.demo.pki import Pki
from readiness.demo.plan import (
    KOMMUN,
    LET_IN,
    MEDIATOR,
    SENDING,
    SOAP_PATH,
    STAGE,
    CertificatePlan,
    Plan,
    ServerPlan,
)
from readiness.demo.profile_decided import time_source
from readiness.demo.profile_text import profile_text
from readiness.demo.registers import file_name, register_file
from readiness.demo.second_run import write_second_run
from readiness.demo.servers import SIGNATURES, STRICT, NodeServer, Settings
from readiness.demo.soap_service import SoapService
from readiness.demo.time_servers import Clock, TimeServer

PROFILE = "kedja.toml"
PERMIT = "Exempelförmedling AB medger att Exempelby kommun prövar förmedlarens adress i testmiljön.\n"


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


@contextmanager
def running_chain(
    folder: Path, defects: Iterable[str] = (), now: datetime | None = None, clock: Clock = utc_now
) -> Iterator[Path]:
    """Start the chain with those built-in defects, give the path of its profile, and stop the chain at the end.

    `folder` is made where it does not exist. UsageError for a defect of an unknown name, before anything is written.
    """
    plan = planned(defects)
    with started(plan, folder, now or clock(), clock) as profile:
        yield profile


def planned(defects: Iterable[str] = ()) -> Plan:
    """The conforming plan, changed by each defect in turn. UsageError for an unknown name."""
    plan = conforming()
    for defect in [find_defect(name) for name in defects]:
        defect.apply(plan)
    return plan


@contextmanager
def started(plan: Plan, folder: Path, now: datetime, clock: Clock = utc_now) -> Iterator[Path]:
    """Write a plan's files into the folder and run its servers; gives the path of the profile. `clock`: the time that
    its time sources go by.

    At the end the servers are stopped and the private keys deleted.
    """
    for part in ("ca", "cert", "handlingar", "register", "servrar", "sandning", "utskick", "arkiv", "webb"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.callback(_delete_keys, folder)
        lists = dict[str, bytes]()
        told = stack.enter_context(serving(lists))
        pki = Pki(plan, now, f"http://{told}")
        revoked = [plan.refusals["revoked"], *plan.revoked]
        for issuer in plan.issuers:
            named = [name for name in revoked if plan.certificates[name].issuer == issuer]
            lists[f"/{issuer}.crl"] = pki.revocations(issuer, named, plan.list_ends)
        files, digests = _write_files(plan, pki, folder)
        for id_, register in plan.registers.items():
            (folder / "register" / file_name(id_, register)).write_bytes(register_file(register, now))
        write_letters(plan.documents, folder)
        write_second_run(plan, pki, folder, now)
        _write_sending(plan, pki, folder / "sandning")
        for log in plan.logs.values():
            write_rotated(log, folder / "sandning", now)
        (folder / "webb" / LOG).touch()
        addresses = {}
        servers = {id_: _settings(id_, plan, pki, folder) for id_ in plan.servers} | {WEB: _web(plan, pki, folder)}
        for id_, settings in servers.items():
            running = NodeServer(settings)
            stack.callback(running.stop)
            running.start()
            addresses[id_] = running.address
        for number, ahead in enumerate(plan.time_sources, 1):
            source = TimeServer(clock, ahead)
            source.start()
            stack.callback(source.stop)
            addresses[time_source(number)] = source.address
        resolver = NameServer(plan.dns, now)
        resolver.start()
        stack.callback(resolver.stop)
        addresses[RESOLVER] = resolver.address
        profile = folder / PROFILE
        text = profile_text(plan, addresses, digests, files, now, told, resolver.anchor)
        profile.write_text(text, encoding="utf-8")
        yield profile


def _settings(id_: str, plan: Plan, pki: Pki, folder: Path) -> Settings:
    server = plan.servers[id_]
    leaf = plan.certificates[server.chain[0]]
    chain, key = folder / "servrar" / f"{id_}.pem", folder / "servrar" / f"{id_}.key"
    chain.write_bytes(pki.chain(server.chain))
    _write_key(key, pki.private_key(server.chain[0]))
    return Settings(
        chain,
        key,
        server.oldest,
        server.newest,
        server.suites or STRICT,
        0 if _lowered(server, leaf) else 2,
        server.every_group,
        SIGNATURES + server.signs,
        besides=_besides(server, pki, folder),
        guard=_guard(server, plan, pki) if server.mutual_tls == "required" else None,
        oddity=server.oddity,
        shown=pki.chain_der(server.chain) if server.by_hand else (),
        service=_service(server, plan),
    )


def _service(server: ServerPlan, plan: Plan) -> SoapService | Distributions | None:
    if server.node == "formedlare":
        owners = {tenant.distribution_id: _number(plan, tenant.party) for tenant in plan.tenants.values()}
        return Distributions(SOAP_PATH, owners, plan.tells_anyone)
    return SoapService.of(server.soap.title(), SOAP_PATH, frozenset(server.quirks)) if server.soap else None


def _number(plan: Plan, party: str) -> str:
    return plan.parties[party].organisation_number.replace("-", "")


def _web(plan: Plan, pki: Pki, folder: Path) -> Settings:
    """The server of the pages that anybody may read."""
    chain, key = (folder / "servrar" / f"{WEB}.{ending}" for ending in ("pem", "key"))
    chain.write_bytes(pki.chain([CERTIFICATE, plan.certificates[CERTIFICATE].issuer]))
    _write_key(key, pki.private_key(CERTIFICATE))
    return Settings(chain, key, service=PageService(plan.pages, folder / "webb" / LOG))


def _lowered(server: ServerPlan, leaf: CertificatePlan) -> bool:
    """Whether OpenSSL has to be told to let pass what it no longer does."""
    old = server.oldest < "TLSv1.2" or leaf.key == "rsa-1024" or leaf.hash == "SHA-1"
    return old or "+SHA1" in server.signs or server.forgets == SMALL_KEYS


def _besides(server: ServerPlan, pki: Pki, folder: Path) -> tuple[tuple[Path, Path], ...]:
    """The files of a second certificate, where the server has one."""
    if not server.second:
        return ()
    chain, key = folder / "servrar" / f"{server.second[0]}.pem", folder / "servrar" / f"{server.second[0]}.key"
    chain.write_bytes(pki.chain(server.second))
    _write_key(key, pki.private_key(server.second[0]))
    return ((chain, key),)


def _guard(server: ServerPlan, plan: Plan, pki: Pki) -> Guard:
    """The kommun and its mediator have an agreement with each other, and the mediator with its other customers; their
    supplier has none with any."""
    customers = {tenant.party for tenant in plan.tenants.values()} if server.node == "formedlare" else set()
    numbers = frozenset(_number(plan, party) for party in {KOMMUN, MEDIATOR, *customers})
    issuer, revoked = plan.certificates[LET_IN].issuer, [plan.refusals["revoked"]]
    revocations = pki.revocations(issuer, revoked)
    return Guard(pki.certificate("rot"), revocations, pki.name(issuer), numbers, pki.now, server.forgets)


def _write_files(plan: Plan, pki: Pki, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The path of each file that the profile names, relative to the folder, and the SHA-256 of its bytes."""
    contents = {f"ca/{name}.pem": (name, pki.certificate(name)) for name in dict.fromkeys(("rot", *plan.anchors))}
    for id_, file in plan.files.items():
        issuer = plan.certificates[file.certificate].issuer
        contents[f"cert/{id_}.pem"] = (id_, pki.chain([file.certificate, issuer]))
        contents |= {f"cert/{name}.pem": (name, pki.certificate(name)) for name in file.earlier}
    shown = [*plan.refusals.values(), *(tenant.certificate for tenant in plan.tenants.values())]
    for name in shown:
        contents[f"cert/{name}.pem"] = (name, pki.chain([name, plan.certificates[name].issuer]))
    contents["handlingar/medgivande.txt"] = ("permit", PERMIT.encode("utf-8"))
    for check, said in plan.statements.items():
        if said.document:
            text = f"{said.document}\nKontroll {check}. En påhittad handling i ett exempel.\n"
            contents[f"handlingar/{check}.txt"] = (check, text.encode("utf-8"))
    for path, (_, data) in contents.items():
        (folder / path).write_bytes(data)
    for id_, file in plan.files.items():
        _write_key(folder / "cert" / f"{id_}.key", pki.private_key(file.key_of or file.certificate), file.mode)
    for name in shown:
        _write_key(folder / "cert" / f"{name}.key", pki.private_key(name))
    files = {key: path for path, (key, _) in contents.items()}
    files |= {f"{id_}.key": f"cert/{id_}.key" for id_ in (*plan.files, *shown)}
    return files, {key: hashlib.sha256(data).hexdigest() for key, data in contents.values()}


def _write_sending(plan: Plan, pki: Pki, folder: Path) -> None:
    """What the sending system and the stage use: each certificate with its issuer's, and its own key."""
    sending = plan.sending
    for name in dict.fromkeys((STAGE, *SENDING, sending.client, sending.signing, sending.sealing)):
        (folder / f"{name}.pem").write_bytes(pki.chain([name, plan.certificates[name].issuer]))
        _write_key(folder / f"{name}.key", pki.private_key(name))


def _write_key(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a private key to a file that nobody else could open at any moment, unless the mode says so."""
    path.touch(mode=0o600)
    path.write_bytes(data)
    path.chmod(mode)


def _delete_keys(folder: Path) -> None:
    """Keys are throw-away, and nobody should find one in a folder of reports."""
    for part in ("cert", "servrar", "sandning"):
        for path in (folder / part).glob("*.key"):
            path.unlink()

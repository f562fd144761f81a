"""What is the example kommun made of, before anything is made? A plan that the built-in defects change.

The values here are those of the conforming chain. Left out: making certificates (`pki`), serving (`servers`), writing
files (`chain`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from readiness.chain import PROPERTIES
from readiness.demo.registers import RegisterPlan, conforming_registers
from readiness.profile.refusal_certificates import SHOWS

DAY = timedelta(days=1)
KOMMUN, VENDOR, MEDIATOR = "kommunen", "leverantoren", "formedlaren"
CASE_SYSTEM, CASE_SYSTEM_VERSION = "verksamhetssystem", "5.2"
INTEGRATION = "integration"
SOAP_PATH = "/Message/v3"
MESSAGE_TYPES = ("Beslut om bistånd", "Kallelse till möte")
STAGE = "provbank"
LET_IN = "provklient"
"""The client certificate that the tool shows to servers which ask for one."""
SENDING = (CASE_SYSTEM, INTEGRATION, "formedlare")
"""The stage's certificate, and the processes of the sending system, each with a certificate of its own."""


@dataclass(slots=True)
class PartyPlan:
    """An organisation of the example.

    The numbers are made up and belong to nobody: the check digit is right, but the first digit of an organisation
    number tells the legal form, and no form has the digit 4 (SKV 709).
    """

    name: str
    organisation_number: str
    kind: str


@dataclass(slots=True)
class NodePlan:
    """One station of the chain. `responsible` gives the parties of each property, as the profile will say."""

    name: str
    party: str
    product: str
    version: str
    country: str = "SE"
    responsible: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class ServerPlan:
    """One TLS server. `chain` names the certificates sent, leaf first; `oldest` and `newest` are TLS versions.

    `suites` are OpenSSL's, "" for the usual ones, `signs` what is added to its signatures, `every_group`:
    all groups that it has; `second`: another certificate for another kind of key; `oddity` is one of `servers`.
    `by_hand`: the certificates are shown in TLS 1.2, and no more than that, for no TLS library serves them. `soap`
    names the service of the contract behind TLS, "" for none; `quirks` are those of `soap_service`. `forgets` is the
    defect of `guard`.
    """

    node: str
    role: str
    name: str
    chain: list[str]
    mutual_tls: str = "required"
    oldest: str = "TLSv1.2"
    newest: str = "TLSv1.3"
    suites: str = ""
    every_group: bool = False
    signs: str = ""
    second: list[str] = field(default_factory=list)
    oddity: str = ""
    by_hand: bool = False
    soap: str = ""
    quirks: tuple[str, ...] = ()
    forgets: str = ""


@dataclass(slots=True)
class CertificatePlan:
    """One certificate. `key` is rsa-<bits>, dsa-<bits> or a curve; `key_of` names another whose key it has.

    `starts` and `ends` count from the start of the demo. `party` gives the organisation and its number in the subject.
    """

    name: str
    party: str = ""
    issuer: str = "utfardare"
    key: str = "secp256r1"
    key_of: str = ""
    hash: str = "SHA-256"
    starts: timedelta = -30 * DAY
    ends: timedelta = 335 * DAY
    begins: datetime | None = None
    """In place of `starts`: what is asked of a lifetime goes by the day of issue."""
    dns_names: tuple[str, ...] = ()
    key_usage: tuple[str, ...] = ("digital_signature",)
    extended_key_usage: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    authority: bool = False
    organisation_number: str = ""
    """Stands in the subject in place of the party's own."""


@dataclass(slots=True)
class FilePlan:
    """A certificate file, by its name in the plan. Its issuer's stands in the same file, its key in another."""

    certificate: str
    node: str
    party: str
    use: str
    key_of: str = ""
    """The certificate whose private key stands in the key file; empty for its own."""
    mode: int = 0o600


@dataclass(slots=True)
class StatementPlan:
    """A statement: who answers a check with yes. `age` in days; `months` it holds; `document` is its title, if any."""

    role: str
    party: str
    text: str
    months: int
    document: str = ""
    age: int = 20
    document_age: int = 45
    version: str = CASE_SYSTEM_VERSION
    """The version of the case system that it was made for: another one voids it."""


@dataclass(slots=True)
class LogPlan:
    """The log of a process of the sending system. `events`: what it tells of a letter, each with the words for it;
    `weeks`: how long ago each of its rotated files was written, by its number; `mode` of its files."""

    node: str
    events: dict[str, tuple[str, ...]]
    weeks: dict[int, int] = field(default_factory=lambda: {number: number for number in range(1, 7)})
    mode: int = 0o600


@dataclass(slots=True)
class SendingPlan:
    """How the sending system works. `client`, `signing`, `sealing` name the certificates that it uses; `quirks` are
    those of `sending`; `register`: how many people the case system knows, which only a built-in defect asks about."""

    client: str = "formedlare-klient"
    signing: str = "signering"
    sealing: str = "forsegling"
    quirks: tuple[str, ...] = ()
    register: int = 0


@dataclass(slots=True)
class Plan:
    """The whole example."""

    parties: dict[str, PartyPlan]
    nodes: dict[str, NodePlan]
    servers: dict[str, ServerPlan]
    certificates: dict[str, CertificatePlan]
    files: dict[str, FilePlan]
    statements: dict[str, StatementPlan]
    refusals: dict[str, str] = field(default_factory=dict)
    """What a certificate shows that should be refused, and which that is."""
    sending: SendingPlan = field(default_factory=SendingPlan)
    logs: dict[str, LogPlan] = field(default_factory=dict)
    registers: dict[str, RegisterPlan] = field(default_factory=dict)
    environment: str = "test"
    anchors: tuple[str, ...] = ("rot",)


def conforming() -> Plan:
    """A fresh plan of the chain without any built-in defect."""
    refusals = {shows: f"avvisas-{shows.replace('_', '-')}" for shows in SHOWS}
    registers = conforming_registers(VENDOR, MESSAGE_TYPES, tuple(server.name for server in _servers().values()))
    return Plan(
        parties=_parties(),
        nodes=_nodes(),
        servers=_servers(),
        certificates=_certificates(),
        files=_files(),
        statements=_statements(),
        refusals=refusals,
        logs=_logs(),
        registers=registers,
    )


def _parties() -> dict[str, PartyPlan]:
    return {
        KOMMUN: PartyPlan("Exempelby kommun", "412000-0007", "kommun"),
        VENDOR: PartyPlan("Exempelsystem AB", "455000-0006", "vendor"),
        MEDIATOR: PartyPlan("Exempelförmedling AB", "455000-0014", "vendor"),
    }


def _nodes() -> dict[str, NodePlan]:
    nodes = {
        CASE_SYSTEM: NodePlan("Exempelärende", KOMMUN, "Exempelärende", CASE_SYSTEM_VERSION),
        "integration": NodePlan("Integrationsplattform", KOMMUN, "Exempelbuss", "2026.3"),
        "formedlare": NodePlan("Exempelförmedling", MEDIATOR, "Exempelbrevbärare", "3.1"),
        "log": NodePlan("Loggserver", KOMMUN, "Exempellogg", "8.0"),
    }
    for node in nodes.values():
        node.responsible = dict.fromkeys(PROPERTIES, (node.party,))
    return nodes


def _servers() -> dict[str, ServerPlan]:
    def server(node: str, mutual_tls: str = "required") -> ServerPlan:
        return ServerPlan(node, node, f"{node}.exempelby.example", [f"{node}-server", "utfardare"], mutual_tls)

    integration = server(INTEGRATION, "not_expected")
    integration.soap = "message"
    return {
        CASE_SYSTEM: server(CASE_SYSTEM, "not_expected"),
        INTEGRATION: integration,
        "formedlare": server("formedlare"),
        "log": server("log"),
    }


def _certificates() -> dict[str, CertificatePlan]:
    certificates = {
        "rot": CertificatePlan(
            "Exempelrot CA v1", issuer="rot", key="rsa-2048", starts=-900 * DAY, ends=3000 * DAY, authority=True
        ),
        "utfardare": CertificatePlan(
            "Exempelutfärdare CA v1", issuer="rot", key="rsa-2048", starts=-600 * DAY, ends=1500 * DAY, authority=True
        ),
        "klient": CertificatePlan(
            "Exempelby kommun", KOMMUN, key="rsa-2048", extended_key_usage=("clientAuth",), ends=600 * DAY
        ),
        "signering": CertificatePlan("Exempelby kommun signering", KOMMUN, key="rsa-2048", ends=600 * DAY),
        "forsegling": CertificatePlan("Exempelförmedling försegling", MEDIATOR, key="rsa-2048", ends=600 * DAY),
        "formedlare-klient": CertificatePlan(
            "Exempelförmedling", MEDIATOR, key="rsa-2048", extended_key_usage=("clientAuth",), ends=600 * DAY
        ),
        **_on_this_machine(),
        **_to_be_refused(),
    }
    for node, plan in _nodes().items():
        name = f"{node}.exempelby.example"
        certificates[f"{node}-server"] = CertificatePlan(
            name, plan.party, dns_names=(name,), extended_key_usage=("serverAuth",)
        )
    return certificates


def _to_be_refused() -> dict[str, CertificatePlan]:
    """The certificate that is let in, and those of the same issuer that differ from it in one thing. No defect touches
    them: it is the servers that forget."""

    usual = CertificatePlan("Exempelby kommun prov", KOMMUN, extended_key_usage=("clientAuth",), ends=600 * DAY)
    return {
        LET_IN: replace(usual, key="rsa-2048"),
        "avvisas-expired": replace(usual, starts=-400 * DAY, ends=-DAY),
        "avvisas-other-organisation": replace(usual, party=VENDOR),
        "avvisas-other-purpose": replace(usual, extended_key_usage=("serverAuth",)),
        "avvisas-revoked": replace(usual),
        "avvisas-small-key": replace(usual, key="rsa-1024"),
    }


def _on_this_machine() -> dict[str, CertificatePlan]:
    """Of the stage, and of the sending system's processes among themselves: no defect touches them."""
    both = ("serverAuth", "clientAuth")
    return {
        name: CertificatePlan(f"{name} (exempel)", issuer="rot", dns_names=("localhost",), extended_key_usage=both)
        for name in (STAGE, *SENDING)
    }


def _files() -> dict[str, FilePlan]:
    return {
        "klient": FilePlan("klient", "integration", KOMMUN, "tls-client"),
        "signering": FilePlan("signering", CASE_SYSTEM, KOMMUN, "signing"),
        "forsegling": FilePlan("forsegling", "formedlare", MEDIATOR, "sealing"),
        "formedlare-klient": FilePlan("formedlare-klient", "formedlare", MEDIATOR, "tls-client"),
        LET_IN: FilePlan(LET_IN, INTEGRATION, KOMMUN, "tls-client"),
        "integration-server": FilePlan("integration-server", "integration", KOMMUN, "tls-server"),
    }


def _logs() -> dict[str, LogPlan]:
    return {
        "arendelogg": LogPlan(CASE_SYSTEM, {"created": ("created",), "sent": ("handed_over",)}),
        "integrationslogg": LogPlan(INTEGRATION, {"sent": ("relayed",)}),
        "formedlingslogg": LogPlan(
            "formedlare", {"signed": ("signed",), "sent": ("sending",), "receipt": ("receipt",), "error": ()}
        ),
    }


def _statements() -> dict[str, StatementPlan]:
    return {check: _statement(row) for check, row in statement_rows().items()}


def _statement(row: dict[str, Any]) -> StatementPlan:
    party = VENDOR if row["role"] == "leverantor" else KOMMUN
    return StatementPlan(row["role"], party, row.get("text", ""), row["months"], row.get("document", ""))


@cache
def statement_rows() -> dict[str, dict[str, Any]]:
    """The rows of statements.toml by check: rule, role, months, document or text."""
    text = files(__package__).joinpath("statements.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)

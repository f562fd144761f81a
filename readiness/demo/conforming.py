"""What is the example kommun made of when nothing is wrong with it? The plan that built-in defects start from."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from readiness.chain import PROPERTIES
from readiness.demo.pages import CERTIFICATE, HOST, HOSTS, conforming_pages
from readiness.demo.plan import (
    CASE_SYSTEM,
    CASE_SYSTEM_VERSION,
    DAY,
    INTEGRATION,
    KOMMUN,
    LET_IN,
    MEDIATOR,
    MESSAGE_TYPES,
    NEIGHBOUR,
    SENDING,
    STAGE,
    VENDOR,
    CertificatePlan,
    DocumentPlan,
    FilePlan,
    LogPlan,
    NodePlan,
    PartyPlan,
    Plan,
    ServerPlan,
    StatementPlan,
    TenantPlan,
)
from readiness.demo.registers import conforming_registers
from readiness.profile.refusal_certificates import SHOWS


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
        documents={
            "provbeslut": DocumentPlan("beslut", "beslut", appeal="possible", signature="required"),
            "provkallelse": DocumentPlan("kallelse", "kallelse"),
        },
        pages=conforming_pages(),
        tenants={
            "kund-exempelby": TenantPlan(KOMMUN, "kund-exempelby", "prov-0001"),
            "kund-grannby": TenantPlan(NEIGHBOUR, "kund-grannby", "prov-0002"),
        },
    )


def _parties() -> dict[str, PartyPlan]:
    return {
        KOMMUN: PartyPlan("Exempelby kommun", "412000-0007", "kommun"),
        VENDOR: PartyPlan("Exempelsystem AB", "455000-0006", "vendor"),
        MEDIATOR: PartyPlan("Exempelförmedling AB", "455000-0014", "vendor"),
        NEIGHBOUR: PartyPlan("Grannby kommun", "412000-0015", "other"),
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
        CERTIFICATE: CertificatePlan(HOST, KOMMUN, issuer="rot", dns_names=HOSTS, extended_key_usage=("serverAuth",)),
        **_on_this_machine(),
        **_to_be_refused(),
        "kund-exempelby": CertificatePlan("Exempelby kommun test", KOMMUN, extended_key_usage=("clientAuth",)),
        "kund-grannby": CertificatePlan("Grannby kommun test", NEIGHBOUR, extended_key_usage=("clientAuth",)),
        **{file.earlier[0]: _earlier(file) for file in _files().values()},
    }
    for node, plan in _nodes().items():
        name = f"{node}.exempelby.example"
        certificates[f"{node}-server"] = CertificatePlan(
            name, plan.party, dns_names=(name,), extended_key_usage=("serverAuth",)
        )
    return certificates


def _earlier(file: FilePlan) -> CertificatePlan:
    """The one before, which still applies for a while."""
    return CertificatePlan(file.certificate, file.party, starts=-390 * DAY, ends=10 * DAY)


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
    files = {
        "klient": FilePlan("klient", "integration", KOMMUN, "tls-client"),
        "signering": FilePlan("signering", CASE_SYSTEM, KOMMUN, "signing"),
        "forsegling": FilePlan("forsegling", "formedlare", MEDIATOR, "sealing", revocable_by=KOMMUN),
        "formedlare-klient": FilePlan("formedlare-klient", "formedlare", MEDIATOR, "tls-client", revocable_by=KOMMUN),
        LET_IN: FilePlan(LET_IN, INTEGRATION, KOMMUN, "tls-client"),
        "integration-server": FilePlan("integration-server", "integration", KOMMUN, "tls-server"),
    }
    for file in files.values():
        file.earlier = (f"{file.certificate}-tidigare",)
    return files


def _logs() -> dict[str, LogPlan]:
    return {
        "arendelogg": LogPlan(CASE_SYSTEM, {"created": ("created",), "sent": ("handed_over",)}),
        "integrationslogg": LogPlan(INTEGRATION, {"sent": ("relayed",)}),
        "formedlingslogg": LogPlan(
            "formedlare",
            {"signed": ("signed",), "sent": ("sending",), "receipt": ("receipt",), "error": ()},
            ordered=3,
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

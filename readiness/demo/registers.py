"""Which lists does the example kommun hand over? Rows by purpose, and the text of the files; defects change the rows.

Pure: days are counted from the start of the demo. Left out: what a list must hold (`readiness.register_purposes`).
"""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

from readiness.demo.register_plan import DAY, RegisterPlan, Row
from readiness.demo.trials import of_trials


def conforming_registers(vendor: str, type_names: tuple[str, ...], hosts: tuple[str, ...]) -> dict[str, RegisterPlan]:
    """The lists of the conforming chain, by id. `type_names` and `hosts` are what its profile declares."""
    return {
        **_of_the_kommun(type_names, hosts),
        **_of_operation(),
        **_of_dispatch(),
        **_of_the_supplier(vendor),
        **of_trials(vendor),
    }


def register_file(plan: RegisterPlan, now: datetime) -> bytes:
    """The list as CSV with semicolons, or a list of components as CycloneDX; a date as ISO 8601 has it."""
    if plan.purpose == "sbom":
        components = [{"type": "library", "bom-ref": str(place), **row} for place, row in enumerate(plan.rows, 1)]
        document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
        return json.dumps(document, indent=1, ensure_ascii=False).encode("utf-8")
    names = list(dict.fromkeys(name for row in plan.rows for name in row))
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=";", lineterminator="\n")
    lines.writerow([plan.headings.get(name, name) for name in names])
    lines.writerows([_cell(plan, name, row.get(name, ""), now) for name in names] for row in plan.rows)
    return text.getvalue().encode("utf-8")


def file_name(id_: str, plan: RegisterPlan) -> str:
    """The name of a list's file."""
    return f"{id_}.cdx.json" if plan.purpose == "sbom" else f"{id_}.csv"


def _cell(plan: RegisterPlan, name: str, value: str | int, now: datetime) -> str:
    if name in plan.days and isinstance(value, int):
        return (now - value * DAY).date().isoformat()
    return plan.words.get(name, {}).get(str(value), str(value))


def _of_the_kommun(type_names: tuple[str, ...], hosts: tuple[str, ...]) -> dict[str, RegisterPlan]:
    def classified(information: str, system: str, k: int, reason: str = "") -> Row:
        return {
            "information_type": information, "system": system,
            "klassa_k": k, "klassa_r": 2, "klassa_t": 2, "klassa_s": 2, "reason": reason,
        }  # fmt: skip

    return {
        "utforare": RegisterPlan(
            "private_providers",
            [
                {"organisation_number": "455000-0022", "category": "skola"},
                {"organisation_number": "455000-0030", "category": "socialtjanst"},
                {"organisation_number": "455000-0048", "category": "ej_omfattad"},
            ],
            {"organisation_number": "Organisationsnummer", "category": "Kategori"},
            {"category": {"skola": "Skola", "socialtjanst": "Socialtjänst", "ej_omfattad": "Omfattas inte"}},
            compare_with="avsandare",
        ),
        "avsandare": RegisterPlan("senders", [{"organisation_number": "455000-0022"}]),
        "klassning": RegisterPlan(
            "classification",
            [
                classified("Beslut om bistånd", "Exempelärende", 3, "Sekretess enligt beslut IÄ 2026-02"),
                classified("Beslut om bistånd", "Exempelarkiv", 2, "Arkivet håller gallrade beslut"),
                classified("Kallelse till möte", "Exempelärende", 2),
                classified("Kallelse till möte", "Exempelarkiv", 2),
            ],
            {"information_type": "Informationstyp", "system": "System", "reason": "Skäl"},
        ),
        "utskickade-typer": RegisterPlan(
            "message_types_sent", [{"message_type": name, "sent": 40 * n} for n, name in enumerate(type_names, 1)]
        ),
        "inventering": RegisterPlan(
            "inventory",
            [
                *_of_chain(hosts),
                {"host": "skrivare.exempelby.example", "outside": "Skriver ut, och har ingen del i kedjan"},
            ],
        ),
        "krav": RegisterPlan(
            "requirements",
            [
                {"requirement": f"SKA-{n}", "component": component, "material": f"Underlag {n}"}
                for n, component in enumerate(("Exempelärende", "Exempelbuss", "Exempelbrevbärare"), 1)
            ],
            {"requirement": "Krav-id", "component": "Komponent", "material": "Underlag"},
        ),
        "vagar": RegisterPlan(
            "mediators",
            [{"mediator": "Exempelförmedling AB", "certificate": "formedlare-klient", "integration": "Exempelbuss"}],
        ),
        "underbitraden": RegisterPlan(
            "subprocessors",
            [
                {"name": "Exempeldrift AB", "country": "SE", "assessment": ""},
                {"name": "Exempelutskrift AB", "country": "SE", "assessment": "Bedömning SN 2026/98"},
            ],
            compare_with="underbitraden-forra",
        ),
        "underbitraden-forra": RegisterPlan(
            "previous_subprocessors", [{"name": "Exempeldrift AB", "country": "SE"}], age=100
        ),
    }  # fmt: skip


def _of_chain(hosts: tuple[str, ...]) -> list[Row]:
    return [{"host": host, "outside": ""} for host in hosts]


def _of_operation() -> dict[str, RegisterPlan]:
    return {
        "andringar": RegisterPlan(
            "backlog",
            [
                {"id": "ÄB-1", "opened": 300, "closed": 210},
                {"id": "ÄB-2", "opened": 120, "closed": ""},
                {"id": "ÄB-3", "opened": 40, "closed": ""},
            ],
            {"opened": "Öppnad", "closed": "Stängd"},
            days=("opened", "closed"),
        ),
        "handlaggning": RegisterPlan(
            "processing_times",
            [
                {"channel": channel, "received": 60, "decided": 60 - taken}
                for channel, times in {"e-tjänst": (9, 10, 12), "brev": (8, 11, 14)}.items()
                for taken in times
            ],
            days=("received", "decided"),
        ),
        "uppsokande": RegisterPlan(
            "outreach", [{"month": f"2026-{month:02}", "planned": 10, "done": 10 - month % 2} for month in (8, 9, 10)]
        ),
        "tillganglighet": RegisterPlan(
            "availability",
            [
                {"service": service, "period": "2026-10", "agreed": "99,5", "measured": measured}
                for service, measured in (("Exempelärende", "99,9"), ("Exempelförmedling", "99,5"))
            ],
        ),
        "aterlasning": RegisterPlan(
            "restore_tests",
            [{"part": part, "on": 90, "restored": "yes"} for part in ("configuration", "templates", "log")],
            words={"restored": {"yes": "ja", "no": "nej"}},
            days=("on",),
        ),
        "granskningar": RegisterPlan(
            "log_reviews",
            [{"reviewed_on": age} for age in (72, 43, 12)],
            {"reviewed_on": "Granskad"},
            days=("reviewed_on",),
            interval_days=31,
        ),
        "koer": RegisterPlan(
            "queues",
            [
                {"queue": "utgående", "listed_at": 2, "oldest": 3, "limit_hours": 48, "encrypted": "no"},
                {"queue": "temporära filer", "listed_at": 2, "oldest": "", "limit_hours": 24, "encrypted": "no"},
                {"queue": "arkivkö", "listed_at": 2, "oldest": 20, "limit_hours": 24, "encrypted": "yes"},
            ],
            days=("listed_at", "oldest"),
        ),
    }


def _of_dispatch() -> dict[str, RegisterPlan]:
    return {
        "export": RegisterPlan(
            "export",
            [
                {"part": part, "format": format_, "expected": n, "exported": n, "performed_by": "kommun"}
                for part, format_, n in (
                    ("templates", "docx", 12), ("dispatch_log", "csv", 4180), ("receipts", "xml", 3977),
                    ("settings", "json", 1),
                )
            ],
        ),
        "digital-andel": RegisterPlan(
            "digital_share",
            [
                {"message_type": "kallelse", "period": f"2026-K{n}", "sent": 400, "digital": digital}
                for n, digital in enumerate((240, 252, 230), 1)
            ],
        ),
        "kvittenser": RegisterPlan(
            "receipts",
            [
                {"case": f"SN 2026/{n}", "consignment": f"F-{n}", "receipt": f"K-{n}", "receipt_at": 30 - n}
                for n in range(1, 11)
            ],
            {"case": "Ärende", "consignment": "Försändelse", "receipt": "Kvittens", "receipt_at": "Kvitterad"},
            days=("receipt_at",),
        ),
        "utskrift": RegisterPlan(
            "paper_fallback",
            [{"consignment": f"F-{n}", "failed_at": 10 + n, "printed_at": 10 + n} for n in range(1, 21)],
            days=("failed_at", "printed_at"),
        ),
        "avstamning": RegisterPlan(
            "reconciliation",
            [
                {"period": f"vecka {n}", "created": 100, "receipted": 88 - n, "paper": 9 + n, "failed": 2,
                 "in_progress": 1}
                for n in range(1, 5)
            ],
        ),
        "flera-parter": RegisterPlan(
            "multi_party",
            [
                {"decision": f"SN 2026/{n}", "party": party, "consignment": f"F-{n}{party}", "receipt": f"K-{n}{party}"}
                for n in (41, 42) for party in ("A", "B")
            ],
        ),
        "aviseringar": RegisterPlan(
            "notifications",
            [
                {"subject": "Du har ett brev från Exempelby kommun", "notification": "Läs det i din brevlåda.",
                 "file_name": f"brev-{n}.pdf"}
                for n in range(1, 51)
            ],
            sensitive_words=("bistånd", "avslag", "försörjningsstöd"),
        ),
    }  # fmt: skip


def _of_the_supplier(vendor: str) -> dict[str, RegisterPlan]:
    return {
        "komponenter": RegisterPlan(
            "component_versions",
            [
                {"component": "Exempelärende", "version": "5.2", "eu_identity": "decided"},
                {"component": "Exempelbrevbärare", "version": "3.1", "eu_identity": "yes"},
            ],
            compare_with="avvecklade",
            party=vendor,
        ),
        "avvecklade": RegisterPlan("retired_versions", [{"component": "Exempelärende", "version": "4.9"}]),
        "komponentlista": RegisterPlan(
            "sbom",
            [{"name": "exempelbibliotek", "version": "2.4.1"}, {"name": "exempelparser", "version": "1.0.9"}],
            compare_with="sarbarheter",
            party=vendor,
        ),
        "sarbarheter": RegisterPlan(
            "vulnerabilities",
            [
                {"id": "EX-2026-1", "component": "exempelparser", "version": "1.0.8", "severity": "critical",
                 "published": 200},
                {"id": "EX-2026-2", "component": "exempelbibliotek", "version": "2.4.1", "severity": "medium",
                 "published": 200},
                {"id": "EX-2026-3", "component": "exempelparser", "version": "1.0.9", "severity": "critical",
                 "published": 12},
            ],
            days=("published",),
        ),
        "kunder": RegisterPlan(
            "tenants",
            [{"tenant": f"kund {n}", "fingerprint": f"{n:02x}" * 32} for n in range(1, 5)],
            party=vendor,
        ),
    }  # fmt: skip

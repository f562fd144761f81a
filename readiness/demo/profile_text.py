"""How does the example kommun describe its chain? A plan, as the TOML text of a profile, with comments in Swedish.

Pure: addresses, digests and the time are given. Left out: what the keys mean (`readiness.profile`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from readiness.demo import profile_toml as toml
from readiness.demo.letters import ANCHOR
from readiness.demo.names import RESOLVER
from readiness.demo.pages import DOMAIN, WEB
from readiness.demo.plan import (
    CASE_SYSTEM,
    DAY,
    KOMMUN,
    LET_IN,
    MESSAGE_TYPES,
    SOAP_PATH,
    NodePlan,
    Plan,
)
from readiness.demo.profile_decided import MONTH, deviation, permits, risk_levels, statement, time_source
from readiness.demo.profile_public import name_tables, page_tables
from readiness.demo.profile_trials import trial_tables
from readiness.demo.registers import file_name
from readiness.register_purposes import SBOM


def profile_text(
    plan: Plan,
    addresses: Mapping[str, str],
    digests: Mapping[str, str],
    files: Mapping[str, str],
    now: datetime,
    lists: str,
    anchor: str,
) -> str:
    """The profile. `addresses` gives host:port by server, `files` the path of each file by its key ("klient",
    "klient.key", "rot", "permit", a check's id), `digests` the SHA-256 of a file by the same key; `lists` is host:port
    of the issuer's revocation list, `anchor` the DS record that signed names are verified from."""
    parts = [
        _head(plan, now, files),
        toml.table("revocation", addresses=[lists]),
        *(
            toml.table("party", id=id_, name=party.name, organisation_number=party.organisation_number, kind=party.kind)
            for id_, party in plan.parties.items()
        ),
        COMMENTS["node"],
        *(_node(id_, node, now) for id_, node in plan.nodes.items()),
        COMMENTS["endpoint"],
        *_endpoints(plan, addresses),
        COMMENTS["certificate"],
        *_certificates(plan, files),
        COMMENTS["refusal_certificate"],
        *_refusals(plan, files),
        COMMENTS["message_type"],
        *_message_types(),
        COMMENTS["log_source"],
        *_log_sources(plan, now),
        toml.table(
            "sending_system",
            id="avsandande",
            node=CASE_SYSTEM,
            product="Exempelärende",
            version=plan.nodes[CASE_SYSTEM].version,
            link_domains=["exempelby.example"],
        ),
        *trial_tables(plan, files),
        COMMENTS["time_source"],
        *_time_sources(plan, addresses),
        COMMENTS["register"],
        *_registers(plan, now),
        COMMENTS["sent_document"],
        *_documents(plan, now),
        COMMENTS["page"],
        *page_tables(plan, addresses[WEB]),
        COMMENTS["name"],
        *name_tables(plan, addresses[RESOLVER], anchor),
        COMMENTS["permit"],
        *permits(plan, addresses, digests, now),
        COMMENTS["statement"],
        *(statement(check, said, digests, files, now) for check, said in plan.statements.items()),
        COMMENTS["deviation"],
        deviation(now),
        COMMENTS["risk_level"],
        *risk_levels(now),
    ]
    return "\n".join(parts)


COMMENTS = {
    "node": "# Nodernas ordning är försändelsens väg. För varje egenskap anges den part som ansvarar.\n",
    "endpoint": "# Adresserna är den här datorns egna; namnen finns inte i DNS.\n",
    "certificate": "# Certifikaten och nycklarna är gjorda för exemplet och gäller ingenting utanför det.\n",
    "refusal_certificate": "# Certifikat att avvisa: vart och ett skiljer sig från provklient i en enda sak.\n",
    "message_type": "# KLASSA och skyddsklass är två skilda skalor och anges var för sig.\n",
    "log_source": "# Loggarna finns först när systemet har skickat något.\n",
    "time_source": "# Tidskällor som datorns klocka jämförs med.\n",
    "register": "# Listor som kommunen och dess leverantör lämnar; rubrikerna är deras egna.\n",
    "sent_document": "# Prov på PDF-filer som skickas; vad en handling ska uppfylla följer av beslut, inte av filen.\n",
    "page": "# Sidor som vem som helst kan läsa, här på den här datorn.\n",
    "name": "# Namnen finns inte i DNS; här svarar en namnuppslagare på den här datorn.\n",
    "permit": "# Medgivanden: kommunens eget ord räcker för dess egna adresser, förmedlarens är en handling.\n",
    "statement": "# Uppgifter om det som ingen maskin kan se, en för varje kontroll som har besvarats.\n",
    "deviation": "# Ett beslutat undantag ändrar inget utfall; det redovisas bredvid det.\n",
    "risk_level": "# Kommunens egen bedömning i dag, bredvid den från 2014.\n",
}


def _head(plan: Plan, now: datetime, files: Mapping[str, str]) -> str:
    kommun = plan.parties[KOMMUN]
    return "\n".join(
        [
            "# Exempelby kommun finns inte, och inte heller dess leverantörer: namn och nummer är påhittade.",
            "# Ett riktigt organisationsnummer börjar aldrig med 4 (SKV 709).",
            toml.pairs(format=1, environment=plan.environment),
            toml.table(
                "subject",
                kind="kommun",
                name=kommun.name,
                organisation_number=kommun.organisation_number,
                board="Socialnämnden",
                reference=f"SN {now:%Y}/123",
                party=KOMMUN,
                domains=[DOMAIN],
            ),
            toml.table(
                "assignment",
                ordered_by="Förvaltningschefen",
                purpose="Visa verktyget på en påhittad kommun före anslutning till Mina meddelanden",
                start=now - 10 * DAY,
                end=now + MONTH,
            ),
            toml.table(
                "terms",
                infrastructure_owner="Digg",
                terms_version="2024-01-01",
                terms_checked=now - MONTH,
                specification_version="5.4",
                specification_checked=now - MONTH,
                contract_version="3",
                contract_checked=now - MONTH,
            ),
            toml.table(
                "scope",
                included="Verksamhetssystem, integration, förmedlare och logg i testmiljö på den egna datorn.",
                excluded="Brevlådeoperatörernas och FaR:s tjänster samt kommunens övriga verksamhetssystem.",
            ),
            toml.table("trust", anchors=[files[name] for name in plan.anchors]),
        ]
    )


def _node(id_: str, node: NodePlan, now: datetime) -> str:
    table = toml.table(
        "node",
        id=id_,
        name=node.name,
        party=node.party,
        product=node.product,
        version=node.version,
        since=now - 14 * MONTH,
        country=node.country,
        personal_data=True,
    )
    rows = {name: parties[0] if len(parties) == 1 else list(parties) for name, parties in node.responsible.items()}
    return f"{table}[node.responsible]\n{toml.pairs(**{name: parties for name, parties in rows.items() if parties})}"


def _endpoints(plan: Plan, addresses: Mapping[str, str]) -> Iterable[str]:
    for id_, server in plan.servers.items():
        yield toml.table(
            "endpoint",
            id=f"{id_}-adress",
            node=server.node,
            address=addresses[id_],
            server_name=server.name,
            role=server.role,
            mutual_tls=server.mutual_tls,
            baselines=list(server.baselines) or "",
            soap=server.soap,
            path=SOAP_PATH if server.soap else "",
            client_certificate=LET_IN if server.mutual_tls == "required" else "",
        )


def _certificates(plan: Plan, files: Mapping[str, str]) -> Iterable[str]:
    for id_, file in plan.files.items():
        yield toml.table(
            "certificate",
            id=id_,
            node=file.node,
            party=file.party,
            use=file.use,
            revocable_by=file.revocable_by,
            file=files[id_],
            key_file=files[f"{id_}.key"],
            earlier=[files[name] for name in file.earlier] or "",
        )


def _refusals(plan: Plan, files: Mapping[str, str]) -> Iterable[str]:
    asking = [f"{id_}-adress" for id_, server in plan.servers.items() if server.mutual_tls == "required"]
    for shows, name in plan.refusals.items():
        yield toml.table(
            "refusal_certificate",
            id=name,
            endpoints=asking,
            shows=shows,
            file=files[name],
            key_file=files[f"{name}.key"],
        )


def _message_types() -> Iterable[str]:
    rows = [
        ("beslut-bistand", MESSAGE_TYPES[0], 3, 3, 2, 3, 3),
        ("kallelse", MESSAGE_TYPES[1], 2, 2, 2, 2, 2),
    ]
    for id_, name, k, r, t, s, protection in rows:
        yield toml.table(
            "message_type",
            id=id_,
            name=name,
            node=CASE_SYSTEM,
            klassa_k=k,
            klassa_r=r,
            klassa_t=t,
            klassa_s=s,
            skyddsklass=protection,
            in_production=False,
        )


def _log_sources(plan: Plan, now: datetime) -> Iterable[str]:
    for id_, log in plan.logs.items():
        table = toml.table("log_source", id=id_, node=log.node, path=f"sandning/{log.node}.log*", format="json-lines")
        table += toml.pairs(kept_days_min=30, kept_days_max=60, hash_field="previous", shared_id="correlation_id")
        table += f"[log_source.events]\n{toml.pairs(**{event: list(words) for event, words in log.events.items()})}"
        if log.ordered:
            delivery = toml.pairs(
                ordered=now - log.ordered * DAY, delivered=now, start=now - MONTH, end=now, hashes=hash_list(log.node)
            )
            table += f"[log_source.delivery]\n{delivery}"
        yield table


def hash_list(node: str) -> str:
    """Where the list of hashes of a node's delivered log is, from the folder of the profile."""
    return f"sandning/{node}.sha256"


def _time_sources(plan: Plan, addresses: Mapping[str, str]) -> Iterable[str]:
    for number in range(1, len(plan.time_sources) + 1):
        yield toml.table("time_source", address=addresses[time_source(number)], party=KOMMUN)


def _registers(plan: Plan, now: datetime) -> Iterable[str]:
    for id_, register in plan.registers.items():
        table = toml.table(
            "register",
            id=id_,
            purpose=register.purpose,
            file=f"register/{file_name(id_, register)}",
            format="cyclonedx" if register.purpose == SBOM else "",
            as_of=now - register.age * DAY,
            party=register.party,
            compare_with=register.compare_with,
        )
        if register.sensitive_words:
            table += toml.pairs(sensitive_words=list(register.sensitive_words))
        if register.interval_days:
            table += toml.pairs(interval_days=register.interval_days)
        if register.headings:
            table += f"[register.columns]\n{toml.pairs(**register.headings)}"
        for column, words in register.words.items():
            table += f"[register.words.{column}]\n{toml.pairs(**{word: [theirs] for word, theirs in words.items()})}"
        yield table


def _documents(plan: Plan, now: datetime) -> Iterable[str]:
    for id_, document in plan.documents.items():
        signed = document.signature == "required"
        yield toml.table(
            "sent_document",
            id=id_,
            file=f"utskick/{id_}.pdf",
            archived=f"arkiv/{id_}.pdf",
            as_of=now - document.age * DAY,
            language="sv",
            appeal=document.appeal,
            signature=document.signature,
            signature_anchors=[f"ca/{ANCHOR}"] if signed else "",
            persons=1,
        )


def _sending_system(node: NodePlan) -> str:
    return toml.table("sending_system", id="avsandande", node=CASE_SYSTEM, product=node.product, version=node.version)

"""Which nodes, endpoints, certificates, message types, log sources and sending systems does a profile name?

Reads their tables and makes the targets that follow, in a fixed order of kinds and in each kind in the file's order.
Left out: statements (`profile_statements`), and whether a file or an address exists: that is for the probes to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

from readiness.chain import PROPERTIES, Node, Party, Subject
from readiness.model import Declared, Target, TargetKind
from readiness.profile.baselines import BASELINES
from readiness.profile.faults import Faults, dotted
from readiness.profile.lines import Place
from readiness.profile.log_platforms import OF_FILES, read_platform
from readiness.profile.shapes import (
    country,
    field_name,
    host_name,
    host_port,
    identifier,
    time_zone,
    trace_id,
    variable,
    web_path,
)
from readiness.profile.time_sources import read_time_sources
from readiness.profile.values import Section, start_of

ROLES = ("verksamhetssystem", "integration", "formedlare", "log", "web", "far", "brevladeoperator", "other")
MUTUAL_TLS = ("required", "not_expected")
INTERFACES = ("soap",)
CONTRACTS = ("recipient", "service", "message", "authority")
"""The services of the contract, in the words of a profile."""
USES = ("tls-client", "tls-server", "signing", "sealing")
LOG_FORMATS = {
    "text": "text",
    "json-lines": "json-lines",
    "json": "json-lines",
    "csv": "csv",
    "syslog": "syslog",
    "w3c": "w3c",
    "journal": "journal",
    "journal-export": "journal-export",
    "evtx": "evtx",
}
"""What a log source may be written in, and the name that the targets have for it."""
LOG_ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1")
LOG_PURPOSES = ("technical", "processing")
"""processing: a log that is meant to say whose data was processed (behandlingslogg), with restricted access."""
LOG_EVENTS = ("created", "signed", "sent", "receipt", "error")
"""What a log can tell of a message."""
LOG_KEEPERS = ("own", "other")
"""Whether a log is kept on a node of the profile's owner, or of another party."""
SENDING_KEYS = ("start", "account", "start_seconds", "retry_seconds", "quiet_seconds", "recovery_seconds")
CHAIN = "chain"
STATEMENT = "statement-"


class Ids:
    """The ids of one namespace: each is taken once."""

    def __init__(self, faults: Faults, *, targets: bool = False) -> None:
        self._faults = faults
        self._targets = targets
        self._first: dict[str, Place] = {}

    def take(self, section: Section, *, default: str = "") -> str:
        """The id of a table. Faults: none, of another shape, taken before, or one that the program itself gives."""
        id_ = section.shaped("id", identifier, required=not default) or default
        if self._targets and (id_ == CHAIN or id_.startswith(STATEMENT)):
            section.wrong("id", "reserved_id", id=id_)
        elif id_ and id_ in self._first:
            section.wrong("id", "duplicate_id", id=id_, first=self._where(self._first[id_]))
        else:
            self._first[id_] = (*section.path, "id")
        return id_

    def _where(self, place: Place) -> str:
        line = self._faults.lines.line(place)
        return f"{self._faults.source}:{line}" if line else dotted(place, places=True)


@dataclass(frozen=True, slots=True)
class Known:
    """What the tables of things refer to."""

    folder: PurePath
    environment: str
    subject: Subject
    parties: Mapping[str, Party]
    party_ids: tuple[str, ...]
    """Every id that stands in a [[party]], also a faulty one: one mistake is told once."""
    certificate_ids: tuple[str, ...] = ()
    """The same of [[certificate]]."""

    def path(self, text: str) -> str:
        """A path in the profile, made absolute from the profile's folder; "" stays ""."""
        return str(self.folder / text) if text else ""

    def holder(self, section: Section) -> str:
        """The party that holds a thing. The subject's own party is no other: that would hide a thing from itself."""
        held_by = section.word("held_by", self.party_ids, code="unknown_party")
        if held_by and held_by == self.subject.party:
            section.wrong("held_by", "held_by_self")
        return held_by


def read_nodes(root: Section, known: Known, ids: Ids) -> tuple[Node, ...]:
    """The nodes, in the file's order."""
    return tuple(_node(section, known, ids) for section in root.tables("node"))


def read_targets(root: Section, known: Known, nodes: tuple[Node, ...], ids: Ids) -> tuple[Target, ...]:
    """The chain itself, its nodes, and everything that stands on a node."""
    subject = known.subject
    sources = read_time_sources(root, known) or None
    says = declared({"environment": known.environment, "subject_kind": subject.kind, "time_sources": sources})
    found = [Target(CHAIN, TargetKind.CHAIN, party=subject.party, declared=says)]
    found += [_node_target(section, node) for section, node in zip(root.tables("node"), nodes, strict=True)]
    node_ids = root.ids("node")
    by_id = {node.id: node for node in nodes}
    for kind, read in READERS.items():
        for section in root.tables(str(kind)):
            id_ = ids.take(section)
            node = by_id.get(section.word("node", node_ids, required=True, code="unknown_node"), NOWHERE)
            held_by = known.holder(section)
            address, party, says = read(section, known, node, held_by)
            found.append(Target(id_, kind, node.id, address, party or node.party, held_by, says))
            section.done()
    return tuple(found)


def declared(given: Mapping[str, object], **always: str | bool | tuple[str, ...]) -> Declared:
    """Sorted pairs: of `given` what is neither None nor "", of `always` all."""
    said = {key: value for key, value in given.items() if value is not None and value != ""} | always
    return tuple((key, value) for key, value in sorted(said.items()) if isinstance(value, str | int | datetime | tuple))


NOWHERE = Node(id="", name="", party="")

Read = tuple[str, str, Declared]
"""Address, party where the table names one, and what it declares."""


def _node(section: Section, known: Known, ids: Ids) -> Node:
    personal_data = section.flag("personal_data")
    node = Node(
        id=ids.take(section),
        name=section.text("name", required=True),
        party=section.word("party", known.party_ids, required=True, code="unknown_party"),
        product=section.text("product"),
        version=section.text("version"),
        since=section.day("since"),
        country=section.shaped("country", country),
        personal_data=personal_data is not False,
        held_by=known.holder(section),
        responsible=_responsible(section.table("responsible"), known),
    )
    section.done()
    return node


def _responsible(section: Section | None, known: Known) -> tuple[tuple[str, str], ...]:
    """(property, party id) pairs; a property that nobody answers for has none, which is for the rules to judge."""
    pairs: list[tuple[str, str]] = []
    if section is None:
        return ()
    for name in PROPERTIES:
        if isinstance(section.data.get(name), list):
            parties = section.words(name, known.party_ids, code="unknown_party")
        else:
            parties = (section.word(name, known.party_ids, code="unknown_party"),)
        pairs += [(name, party) for party in parties if party]
    section.done()
    return tuple(pairs)


def _node_target(section: Section, node: Node) -> Target:
    parties = {name: tuple(party for prop, party in node.responsible if prop == name) for name in PROPERTIES}
    given = {
        "name": node.name,
        "product": node.product,
        "version": node.version,
        "country": node.country,
        "personal_data": node.personal_data if "personal_data" in section.data else None,
    }
    says = declared(given, **parties)
    return Target(node.id, TargetKind.NODE, node.id, party=node.party, held_by=node.held_by, declared=says)


def _endpoint(section: Section, known: Known, node: Node, held_by: str) -> Read:
    address = section.shaped("address", host_port, required=not held_by)
    server_name = section.shaped("server_name", host_name)
    given = {
        "server_name": server_name or address.rpartition(":")[0].strip("[]"),
        "role": section.word("role", ROLES, required=True),
        "mutual_tls": section.word("mutual_tls", MUTUAL_TLS, required=True),
        "environment": known.environment,
        "own_domains": known.subject.domains or None,
        "path": section.shaped("path", web_path),
        "client_certificate": section.word("client_certificate", known.certificate_ids, code="unknown_certificate"),
        "klassa_k": section.number("klassa_k", 0, 4),
    }
    baselines = section.words("baselines", BASELINES)
    return address, "", declared(given | _soap(section, known), **({"baselines": baselines} if baselines else {}))


def _soap(section: Section, known: Known) -> dict[str, object]:
    """What an endpoint says of its SOAP service; `interface` = soap where it says anything."""
    contract = section.word("soap", CONTRACTS)
    file = known.path(section.text("wsdl_file"))
    asked = section.shaped("wsdl_path", web_path)
    if contract and file:
        section.wrong("wsdl_file", "contract_twice")
    if not (contract or file or asked):
        return {}
    path = section.data.get("path") or "/"
    asked = asked or f"{path}?wsdl"
    return {"interface": INTERFACES[0], "soap": contract, "wsdl_file": file, "wsdl_path": asked}


def _certificate(section: Section, known: Known, node: Node, held_by: str) -> Read:
    party = section.word("party", known.party_ids, code="unknown_party") or node.party
    owner = known.parties.get(party)
    revoking = known.parties.get(section.word("revocable_by", known.party_ids, code="unknown_party"))
    given = {
        "use": section.word("use", USES, required=True),
        "password_env": section.shaped("password_env", variable),
        "party_organisation_number": owner.organisation_number if owner else "",
        "party_kind": owner.kind if owner else "",
        "revocable_by_kind": revoking.kind if revoking else "",
        "environment": known.environment,
    }
    file = known.path(section.text("file", required=not held_by))
    key_file = known.path(section.text("key_file"))
    says: dict[str, str | bool | tuple[str, ...]] = {"key_file": key_file}
    says["password_prompt"] = section.flag("password_prompt") or False
    if earlier := tuple(map(known.path, section.texts("earlier"))):
        says["earlier"] = earlier
    return file, party, declared(given, **says)


def _message_type(section: Section, known: Known, node: Node, held_by: str) -> Read:
    given: dict[str, object] = {
        "name": section.text("name", required=True),
        "in_production": section.flag("in_production", required=True),
        "skyddsklass": section.number("skyddsklass", 1, 3),
    }
    # KLASSA and skyddsklass are two scales, declared apart and never mapped to each other (R§1.4).
    given |= {key: section.number(key, 0, 4) for key in ("klassa_k", "klassa_r", "klassa_t", "klassa_s")}
    return "", "", declared(given)


def _log_source(section: Section, known: Known, node: Node, held_by: str) -> Read:
    given: dict[str, object] = {
        "format": LOG_FORMATS.get(section.word("format", LOG_FORMATS), ""),
        "encoding": section.word("encoding", LOG_ENCODINGS),
        "time_format": section.text("time_format"),
        "time_zone": section.shaped("time_zone", time_zone),
        "purpose": section.word("purpose", LOG_PURPOSES) or LOG_PURPOSES[0],
    }
    words = _event_words(section.table("events"))
    tells: dict[str, str | bool | tuple[str, ...]] = {f"tells_{event}": True for event in words}
    if words:
        tells["tells_events"] = True
    tells |= {f"words_{event}": said for event, said in words.items() if said}
    if ids := section.texts("trace_ids", trace_id):
        tells["trace_ids"] = ids
    kept = {"kept_days_min": section.number("kept_days_min", 1, 36500)}
    kept["kept_days_max"] = section.number("kept_days_max", kept["kept_days_min"] or 1, 36500)
    since = node.since
    given |= {**kept, "since": since and datetime(since.year, since.month, since.day, tzinfo=UTC)}
    given["hash_field"] = section.shaped("hash_field", field_name)
    given["shared_id"] = section.shaped("shared_id", field_name)
    given |= _delivery(section.table("delivery"), known)
    other = bool(held_by) or node.party != known.subject.party
    kept_by = LOG_KEEPERS[1] if other else LOG_KEEPERS[0]
    address = known.path(section.text("path"))
    if query := section.table("query"):
        if address:
            section.wrong("path", "log_twice")
        address, platform = read_platform(query, known.certificate_ids, known.path)
        given |= platform
        for key in OF_FILES.get(str(platform["platform"]), ()):
            if key in section.data:
                section.wrong(key, "log_searched")
    return address, "", declared(given | {"kept_by": kept_by}, **tells)


def _delivery(section: Section | None, known: Known) -> dict[str, object]:
    """When a log was ordered and delivered, for which period, and where its list of hashes is."""
    if section is None:
        return {}
    ordered, delivered = section.day("ordered", required=True), section.day("delivered", required=True)
    start, end = section.moment("start", required=True), section.moment("end", required=True, last=True)
    if ordered and delivered and delivered < ordered:
        section.wrong("delivered", "end_before_start", start="ordered")
    if start and end and end < start:
        section.wrong("end", "end_before_start", start="start")
    hashes = known.path(section.text("hashes", required=True))
    section.done()
    return {
        "ordered_on": ordered and start_of(ordered),
        "delivered_on": delivered and start_of(delivered),
        "period_start": start,
        "period_end": end,
        "hash_list": hashes,
    }


def _event_words(section: Section | None) -> dict[str, tuple[str, ...]]:
    """By event that the log holds, the words that tell it there; () for the usual ones."""
    if section is None:
        return {}
    words = {event: section.texts(event) for event in LOG_EVENTS}
    section.done()
    return {event: said for event, said in words.items() if event in section.data}


def _sending_system(section: Section, known: Known, node: Node, held_by: str) -> Read:
    required = not held_by
    given: dict[str, object] = {key: section.text(key, required=required) for key in ("product", "version")}
    for key in SENDING_KEYS:  # read by `sending`; a target declares the plain part
        value = section.raw(key)
        given[key] = value if type(value) is int else None
    given["link_domains"] = section.texts("link_domains", host_name) or None
    return "", "", declared(given)


READERS: dict[TargetKind, Callable[[Section, Known, Node, str], Read]] = {
    TargetKind.ENDPOINT: _endpoint,
    TargetKind.CERTIFICATE: _certificate,
    TargetKind.MESSAGE_TYPE: _message_type,
    TargetKind.LOG_SOURCE: _log_source,
    TargetKind.SENDING_SYSTEM: _sending_system,
}

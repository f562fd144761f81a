"""What do people state in a profile? Each [[statement]] answers one check, and is a target like any other.

Left out: which checks there are and who may answer them (the checklist), and whether the document is what was cited
(the probe `statements`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from readiness.chain import Node
from readiness.model import Target, TargetKind
from readiness.profile.shapes import check, serial, sha256
from readiness.profile.targets import STATEMENT, Known, declared
from readiness.profile.values import Section, end_of, start_of
from readiness.texts import say

ANSWERS = ("yes", "no", "partly", "text")
SIGNERS = (
    "systemagare",
    "informationsagare",
    "forvaltningschef",
    "ciso",
    "it_chef",
    "leverantor",
    "avtalsansvarig",
    "arkivansvarig",
    "kommunikationschef",
    "dataskyddsombud",
)
"""Who signs what people state (R§8)."""


def read_statements(
    root: Section, known: Known, nodes: tuple[Node, ...], targets: tuple[Target, ...]
) -> tuple[Target, ...]:
    """One target for each standing statement: "statement-10-4", and "statement-10-4-2" for a second about that check.

    A statement that says when it was `given` replaces those before it about its check by its party, and by the parties
    that it `replaces`. What is replaced stays in the file to be read, with its faults told, and is no target.
    """
    count: Counter[str] = Counter()
    found: list[Target] = []
    for section in root.tables("statement"):
        number = section.shaped("check", check, required=True)
        made = _statement(section, "", number, known, nodes, targets)
        given, others = section.moment("given"), section.words("replaces", known.party_ids, code="unknown_party")
        if given:
            found = [one for one in found if one.says("check") != number or one.party not in {made.party, *others}]
        elif others:
            section.wrong("given", "missing", name="given", example=say(section.faults.lang, "profile_example.moment"))
        found.append(made)
        section.done()
    return tuple(replace(one, id=_id(str(one.says("check") or ""), count)) for one in found)


def _id(number: str, count: Counter[str]) -> str:
    count[number] += 1
    return f"{STATEMENT}{number}" + (f"-{count[number]}" if count[number] > 1 else "")


def _statement(
    section: Section, id_: str, number: str, known: Known, nodes: tuple[Node, ...], targets: tuple[Target, ...]
) -> Target:
    party = section.word("party", known.party_ids, required=True, code="unknown_party")
    owner = known.parties.get(party)
    answer = section.word("answer", ANSWERS, required=True)
    on, until = section.day("on", required=True), section.day("valid_until", required=True)
    if on and until and until < on:
        section.wrong("valid_until", "end_before_start", start="on")
    given: dict[str, object] = {
        "check": number,
        "answer": answer,
        "text": section.text("text", required=answer == "text", prose=True),
        "by": section.text("by", required=True),
        "role": section.word("role", SIGNERS, required=True),
        "party_kind": owner.kind if owner else "",
        "party_name": owner.name if owner else "",
        "on": start_of(on) if on else None,
        "valid_until": end_of(until) if until else None,
    }
    file, document = _document(section.table("document"), known)
    given |= document | _void_if(section.table("void_if"), nodes, targets)
    return Target(id_, TargetKind.STATEMENT, address=file, party=party, declared=declared(given))


def _document(section: Section | None, known: Known) -> tuple[str, dict[str, str | datetime | None]]:
    """The file's path, if one is given, and what is cited of the document."""
    if section is None:
        return "", {}
    dated = section.day("date", required=True)
    cited: dict[str, str | datetime | None] = {
        "document_title": section.text("title", required=True),
        "document_date": start_of(dated) if dated else None,
        "document_sha256": section.shaped("sha256", sha256, required=True),
    }
    file = known.path(section.text("file"))
    section.done()
    return file, cited


def _void_if(section: Section | None, nodes: tuple[Node, ...], targets: tuple[Target, ...]) -> dict[str, object]:
    """What voids the statement: other versions of nodes, or serial numbers of certificates, than when it was made."""
    if section is None:
        return {}
    versions = {node.id: node.version for node in nodes}
    certificates = [target.id for target in targets if target.kind is TargetKind.CERTIFICATE]
    then: dict[str, str] = {}
    serials: dict[str, str] = {}
    for key, known, said in (("versions", list(versions), then), ("serials", certificates, serials)):
        if table := section.table(key):
            for id_ in table.data:
                if id_ not in known:
                    table.faults.unknown((*table.path, id_), f"unknown_{key}", id_, known)
                elif key == "serials":
                    said[id_] = table.shaped(id_, serial, required=True)
                else:
                    said[id_] = table.text(id_, required=True)
    section.done()
    return {
        "void_if_versions": _pairs(then),
        "versions_now": _pairs({id_: versions[id_] for id_ in then}),
        "void_if_serials": _pairs(serials),
    }


def _pairs(said: dict[str, str]) -> tuple[str, ...] | None:
    return tuple(f"{id_}={value}" for id_, value in sorted(said.items())) or None

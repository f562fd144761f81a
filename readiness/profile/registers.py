"""Which registers, lists and exports does a profile hand over, and what do they call their columns and words?

Left out: what a purpose asks of a list (`readiness.register_purposes`), and whether the file exists and holds it: that
is for the probe to say.
"""

from __future__ import annotations

import codecs

from readiness.model import Target, TargetKind
from readiness.profile.targets import Ids, Known, declared
from readiness.profile.values import Section, start_of
from readiness.register_purposes import PROFILE, PURPOSES, SBOM, Cell, Purpose

FORMATS = ("csv", "json", "xlsx", "cyclonedx", "spdx")
YES, NO = "yes", "no"


def read_registers(root: Section, known: Known, ids: Ids) -> tuple[Target, ...]:
    """The targets of [[register]], in the file's order."""
    rows = root.data.get("register")
    purposes = {
        row["id"]: row.get("purpose")
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict) and isinstance(row.get("id"), str)
    }
    return tuple(_one(section, known, ids, purposes) for section in root.tables("register"))


def _one(section: Section, known: Known, ids: Ids, purposes: dict[str, object]) -> Target:
    id_ = ids.take(section)
    name = section.word("purpose", PURPOSES, required=True)
    purpose = PURPOSES.get(name, Purpose(()))
    as_of = section.day("as_of", required=True)
    held_by = known.holder(section)
    file = known.path(section.text("file", required=not held_by))
    given: dict[str, object] = {
        "purpose": name,
        "as_of": start_of(as_of) if as_of else None,
        "format": _format(section, name),
        "encoding": _encoding(section),
        "delimiter": _delimiter(section),
        "sheet": section.text("sheet"),
        "rows": section.text("rows"),
        "compare_with": _counterpart(section, purpose, purposes),
        "columns": _columns(section.table("columns"), purpose),
        "words": _words(section.table("words"), purpose),
        "sensitive_words": section.texts("sensitive_words") or None,
        "interval_days": section.number("interval_days", 1, 3660) if purpose.interval else None,
    }
    party = section.word("party", known.party_ids, code="unknown_party") or known.subject.party
    section.done()
    return Target(id_, TargetKind.REGISTER, address=file, party=party, held_by=held_by, declared=declared(given))


def _format(section: Section, purpose: str) -> str:
    """What the file is written in: as said, else as its name ends. A list of components is of one of two standards."""
    said = section.word("format", FORMATS)
    if not said:
        ending = str(section.data.get("file", "")).rpartition(".")[2].casefold()
        said = ending if ending in FORMATS[:3] else ""
        if purpose == SBOM:
            said = ""
        if not said and section.data.get("file"):
            section.wrong("format", "register_format", known=", ".join(FORMATS[3:] if purpose == SBOM else FORMATS[:3]))
    elif (said in FORMATS[3:]) is not (purpose == SBOM):
        section.wrong("format", "register_format", known=", ".join(FORMATS[3:] if purpose == SBOM else FORMATS[:3]))
    return said


def _encoding(section: Section) -> str:
    said = section.text("encoding")
    try:
        return codecs.lookup(said).name if said else ""
    except LookupError:
        section.wrong("encoding", "register_encoding")
        return ""


def _delimiter(section: Section) -> str:
    said = section.text("delimiter")
    if len(said) > 1 or said in {'"', "\\"}:
        section.wrong("delimiter", "register_delimiter")
        return ""
    return said


def _counterpart(section: Section, purpose: Purpose, purposes: dict[str, object]) -> str:
    """The id of the list it is compared with, which has to be of the purpose that this one asks for."""
    said = section.text("compare_with")
    if not said:
        return ""
    if purpose.against in {"", PROFILE}:
        section.wrong("compare_with", "register_alone")
    elif purposes.get(said) != purpose.against:
        section.wrong("compare_with", "register_counterpart", purpose=purpose.against)
    return said


def _columns(section: Section | None, purpose: Purpose) -> tuple[str, ...] | None:
    """name=heading pairs for the columns that the file calls otherwise."""
    if section is None:
        return None
    pairs = [(column.name, section.text(column.name)) for column in purpose.columns]
    section.done()
    return tuple(f"{name}={heading}" for name, heading in pairs if heading) or None


def _words(section: Section | None, purpose: Purpose) -> tuple[str, ...] | None:
    """column.word=theirs for the words of closed sets, and for yes and no."""
    if section is None:
        return None
    found: list[str] = []
    for column in purpose.columns:
        words = column.words or ((YES, NO) if column.holds is Cell.FLAG else ())
        if words and (table := section.table(column.name)):
            found += [f"{column.name}.{word}={theirs}" for word in words for theirs in table.texts(word)]
            table.done()
    section.done()
    return tuple(found) or None

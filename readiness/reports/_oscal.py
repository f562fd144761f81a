"""What do all parts of an OSCAL document share? Ids that are the same for the same report, texts, properties.

Left out: what the parts say (`oscal`).
"""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from readiness.personal import shaped
from readiness.report import Report
from readiness.reports._words import escape_control
from readiness.values import moment_text

NAMESPACE = "urn:mm-readiness:oscal:1"
Part = dict[str, Any]


class Ids:
    """UUIDs of version 5 (RFC 9562), by what they stand for. What is of one judgement differs from judgement to
    judgement; a target of one chain stays the same."""

    def __init__(self, report: Report) -> None:
        root = uuid5(NAMESPACE_URL, NAMESPACE)
        records = " ".join(record.id for record in report.records)
        said = (records, report.checklist.digest, moment_text(report.judged_at), report.part)
        self._judgement = uuid5(root, "\0".join(said))
        subject = report.profile.subject
        self._chain = uuid5(root, "\0".join((subject.organisation_number, report.profile.environment)))
        self._targets: dict[str, str] = {}

    def of(self, kind: str, *what: object) -> str:
        """The id of something in this judgement."""
        return _uuid(self._judgement, "\0".join(map(_name, (kind, *what))))

    def target(self, id_: str) -> str:
        """The id of a target of the chain, in each of its judgements."""
        if (found := self._targets.get(id_)) is None:
            found = self._targets[id_] = _uuid(self._chain, _name(id_))
        return found

    @property
    def subject(self) -> str:
        """The id of whom the report is about."""
        return _uuid(self._chain, "subject")


def _uuid(space: UUID, name: str) -> str:
    """A UUID that nobody takes for a person's number: now and then one has a date and a check digit by chance, and then
    the one that is made of it is taken, and so on."""
    found = uuid5(space, name)
    while shaped(str(found)):
        found = uuid5(space, str(found))
    return str(found)


def line(text: str) -> str:
    """One line that is not empty and has no white space around it, as OSCAL's strings are."""
    return " ".join(escape_control(text).split()) or "-"


def props(**values: str) -> list[Part]:
    """Properties of our own namespace, those that are empty left out."""
    named = ((name.replace("_", "-"), value) for name, value in values.items())
    return [{"name": name, "ns": NAMESPACE, "value": line(value)} for name, value in named if value]


def without_empty(part: Part) -> Part:
    """The part without what is empty: OSCAL has no empty lists."""
    return {name: value for name, value in part.items() if value not in ("", [], None)}


def _name(what: object) -> str:
    """A name that UUIDs can be made of, whatever stands in it."""
    return escape_control(str(what))

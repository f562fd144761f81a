"""Which second sending systems does a profile name, each with the record of a run in which it sent?

Left out: what that record holds; that is for the probe to say.
"""

from __future__ import annotations

from readiness.chain import Node
from readiness.model import Target, TargetKind
from readiness.profile.targets import Ids, Known, declared
from readiness.profile.values import Section


def read_second_systems(root: Section, known: Known, nodes: tuple[Node, ...], ids: Ids) -> tuple[Target, ...]:
    """The targets of [[second_system]], in the file's order."""
    parties = {node.id: node.party for node in nodes}
    return tuple(_one(section, known, parties, ids) for section in root.tables("second_system"))


def _one(section: Section, known: Known, parties: dict[str, str], ids: Ids) -> Target:
    id_ = ids.take(section)
    held_by = known.holder(section)
    mediator = section.word("mediator", tuple(parties), required=True, code="unknown_node")
    given = {"mediator": mediator, "own_organisation_number": known.subject.organisation_number}
    numbers = tuple(sorted({party.organisation_number for party in known.parties.values()} - {""}))
    record = known.path(section.text("record", required=not held_by))
    section.done()
    # It stands on no node: a trial holds for a year, whichever version the mediator has by then (R section 8, 17-2).
    return Target(
        id_,
        TargetKind.SECOND_SYSTEM,
        address=record,
        party=parties.get(mediator, ""),
        held_by=held_by,
        declared=declared(given, party_organisation_numbers=numbers),
    )

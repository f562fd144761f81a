"""Which domain names does a profile name, and which resolver are they asked of?

Left out: what the resolver answers; that is for the probe to say.
"""

from __future__ import annotations

from readiness.model import Target, TargetKind
from readiness.profile.shapes import dnssec_anchor, domain, resolver
from readiness.profile.targets import Ids, Known, declared
from readiness.profile.values import Section

USES = ("service", "status", "other")
"""service: of the chain itself; status: where the kommun tells of disruptions; other: what the chain leans on, as
revocation lists, time and content delivery."""


def read_names(root: Section, known: Known, ids: Ids) -> tuple[Target, ...]:
    """The targets of [[name]], in the file's order."""
    return tuple(_one(section, known, ids) for section in root.tables("name"))


def _one(section: Section, known: Known, ids: Ids) -> Target:
    id_ = ids.take(section)
    held_by = known.holder(section)
    anchors = section.texts("dnssec_anchors", dnssec_anchor)
    if len({anchor.split()[0].rstrip(".").casefold() for anchor in anchors if anchor}) > 1:
        section.wrong("dnssec_anchors", "anchors_of_zones")
    given: dict[str, object] = {
        "name": section.shaped("name", domain, required=True).casefold(),
        "use": section.word("use", USES, required=True),
        "dnssec_anchors": anchors or None,
        "look_up_owners": section.flag("look_up_owners") or None,
    }
    address = section.shaped("resolver", resolver, required=not held_by)
    party = section.word("party", known.party_ids, code="unknown_party") or known.subject.party
    section.done()
    return Target(id_, TargetKind.NAME, address=address, party=party, held_by=held_by, declared=declared(given))

"""Which documents, as they were sent, does a profile hand over as samples?

What a document has to be (signed, with a notice of appeal, about how many people) follows from decisions that nobody
can read in the file, so the profile has to say it. Left out: whether the files exist and what they hold: that is for
the probe to say.
"""

from __future__ import annotations

from readiness.model import Target, TargetKind
from readiness.profile.shapes import language
from readiness.profile.targets import Ids, Known, declared
from readiness.profile.values import Section, start_of

APPEAL = ("possible", "not_possible")
"""Whether what a document decides can be appealed."""
SIGNATURE = ("required", "not_required")
"""Whether a law or a decision of the kommun asks for an electronic signature in it."""
MOST_PERSONS = 1000


def read_sent_documents(root: Section, known: Known, ids: Ids) -> tuple[Target, ...]:
    """The targets of [[sent_document]], in the file's order."""
    return tuple(_one(section, known, ids) for section in root.tables("sent_document"))


def _one(section: Section, known: Known, ids: Ids) -> Target:
    id_ = ids.take(section)
    as_of = section.day("as_of", required=True)
    held_by = known.holder(section)
    own = not held_by
    given: dict[str, object] = {
        "as_of": start_of(as_of) if as_of else None,
        "archived": known.path(section.text("archived")),
        "language": section.shaped("language", language, required=own),
        "appeal": section.word("appeal", APPEAL, required=True),
        "appeal_words": section.texts("appeal_words") or None,
        "signature": section.word("signature", SIGNATURE, required=True),
        "signature_anchors": tuple(map(known.path, section.texts("signature_anchors"))) or None,
        "persons": section.number("persons", 0, MOST_PERSONS, required=own),
    }
    file = known.path(section.text("file", required=own))
    party = section.word("party", known.party_ids, code="unknown_party") or known.subject.party
    section.done()
    return Target(id_, TargetKind.SENT_DOCUMENT, address=file, party=party, held_by=held_by, declared=declared(given))

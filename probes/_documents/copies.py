"""Is the archived copy what was sent? By bytes, and where they differ, by what was added.

Equal is equal bytes. An archive may add to a file so that its signatures can be validated for longer (PAdES LTA): then
what was sent stands whole at the beginning, and pyHanko says whether anything else was added. Any other difference is
one: the same text in a file made anew is not what was sent.
"""

from __future__ import annotations

from io import BytesIO

from probes._documents.work import Answers
from readiness.model import Reason, Unseen

SAME, VALIDATION, CHANGED, DIFFERENT = "same", "validation_added", "changed_afterwards", "different"


def read_copies(sent: bytes, archived: bytes) -> Answers:
    """How the archived copy relates to what was sent."""
    if not archived:
        return {"archived_copy": Unseen(Reason.NOT_CONFIGURED, "the profile names no archived copy of it")}
    if sent == archived:
        return {"archived_copy": SAME}
    if not archived.startswith(sent):
        return {"archived_copy": DIFFERENT}
    return {"archived_copy": VALIDATION if _only_validation(sent, archived) else CHANGED}


def _only_validation(sent: bytes, archived: bytes) -> bool:
    """Whether all that was added serves to validate signatures."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel, SuspiciousModification

    try:
        before, after = (PdfFileReader(BytesIO(data)) for data in (sent, archived))
        if after.xrefs.total_revisions == before.xrefs.total_revisions:
            return False  # bytes were added that are no update
        found = DEFAULT_DIFF_POLICY.review_file(after, before.xrefs.total_revisions - 1)
    except (PdfError, SuspiciousModification, ValueError, IndexError):
        return False
    return not isinstance(found, SuspiciousModification) and found.modification_level <= ModificationLevel.LTA_UPDATES

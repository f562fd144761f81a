"""Do the signatures of a PDF hold: intact, from whom the profile trusts, and with a time that somebody vouches for?

Left out: what a signature means in law (eIDAS), whether a certificate was revoked, and XAdES, which no PDF has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from probes._documents.opening import unlocked
from probes._documents.work import Answers, unseen
from readiness.model import Reason

BYTE_RANGE = b"/ByteRange"
"""Names the bytes that a signature covers, around its own: so it stands in the file unpacked."""
OF_ANCHORS = ("signatures_not_trusted", "signatures_without_time_stamp")


def read_signing(data: bytes, anchors: Sequence[bytes], now: datetime) -> Answers:
    """The facts about signatures. CannotObserve: as opening it, and not_understood for what pyHanko cannot read."""
    unlocked(data)
    if BYTE_RANGE not in data:
        return {"signatures": 0, "signatures_not_intact": 0, **dict.fromkeys(OF_ANCHORS, 0)}
    from probes._documents.pades import held_signatures  # as heavy as all the rest, and few letters are signed

    held = held_signatures(data, anchors, now)
    answers: Answers = {"signatures": len(held), "signatures_not_intact": sum(not one.intact for one in held)}
    if held and not anchors:
        return answers | unseen(OF_ANCHORS, Reason.NOT_CONFIGURED, "the profile names no signature_anchors for it")
    return answers | {
        "signatures_not_trusted": sum(not one.trusted for one in held),
        "signatures_without_time_stamp": sum(not one.stamped for one in held),
    }

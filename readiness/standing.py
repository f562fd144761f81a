"""Does what somebody stated still stand, and if not, why not? Read off the findings about it; pure.

Left out: what meets a rule (the judge has said it), and words for people.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from readiness.model import Cause, Finding, Reason, Target, Unseen, Verdict


class Standing(StrEnum):
    """How a statement stands, worst first; the first six leave its check open."""

    MISSING = "missing"
    VOID = "void"
    EXPIRED = "expired"
    WRONG_SIGNER = "wrong_signer"
    DOCUMENT = "document"
    UNSURE = "unsure"
    OTHERWISE = "otherwise"
    """It stands, and its answer is not the one asked for."""
    STANDS = "stands"

    @property
    def open(self) -> bool:
        """Whether somebody has yet to answer."""
        return self not in {Standing.OTHERWISE, Standing.STANDS}


class Change(NamedTuple):
    """A node or certificate that a statement was tied to: the version or serial number then, and now ("" unknown)."""

    id: str
    then: str
    now: str
    serial: bool


def standing(finding: Finding) -> Standing:
    """What one finding of a rule about statements says of the statement."""
    if finding.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}:
        return Standing.STANDS
    if finding.cause is Cause.NOTHING_SELECTED:
        return Standing.MISSING
    if finding.verdict is Verdict.FAIL:
        return worst(BROKEN.get(broken.fact, Standing.UNSURE) for broken in finding.broken)
    if finding.unseen and finding.unseen.reason is Reason.EXPIRED:
        return Standing.EXPIRED
    hidden = next((seen.fact for seen in finding.rests_on if seen.value == finding.unseen), "")
    return Standing.DOCUMENT if hidden in DOCUMENT else Standing.UNSURE


def worst(found: Iterable[Standing]) -> Standing:
    """The first of them in the order of the list; STANDS where there is none."""
    return min(found, key=ORDER.index, default=Standing.STANDS)


def changes(statement: Target, finding: Finding) -> tuple[Change, ...]:
    """What has changed, of what the statement was tied to, as observed."""
    changed = {
        id_
        for seen in finding.rests_on
        if seen.target == statement.id and seen.fact == "statement.changes" and not isinstance(seen.value, Unseen)
        for id_ in (seen.value if isinstance(seen.value, tuple) else ())
    }
    versions, now = statement.pairs("void_if_versions"), dict(statement.pairs("versions_now"))
    found = [Change(id_, then, now.get(id_, ""), serial=False) for id_, then in versions]
    found += [Change(id_, then, "", serial=True) for id_, then in statement.pairs("void_if_serials")]
    # A rule that asks whether the statement is void rests on no list of changes: then versions tell what they can.
    told = [one for one in found if one.id in changed]
    return tuple(told or [one for one in found if one.now and one.now != one.then])


ORDER = list(Standing)
DOCUMENT = {"statement.document", "statement.document_date"}
BROKEN = {
    "statement.void": Standing.VOID,
    "statement.changes": Standing.VOID,
    "statement.until": Standing.EXPIRED,
    "statement.role": Standing.WRONG_SIGNER,
    "statement.party_kind": Standing.WRONG_SIGNER,
    "statement.document": Standing.DOCUMENT,
    "statement.document_date": Standing.DOCUMENT,
    "statement.answer": Standing.OTHERWISE,
}
"""What it means for a statement that an expectation on one of its facts does not hold."""

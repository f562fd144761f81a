"""What may a signature ask for in each reading, before anything is computed?

Strict: what XML Signature allows an enveloped signature on its parent, out of a closed list. The two others: what C 6.1
describes, exactly one enveloped-signature transform and URI="". No reading follows a reference to anywhere else.
"""

from __future__ import annotations

from readiness.contract.delivery_parts import Refusal, Why
from readiness.contract.names import ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, INCLUSIVE_C14N
from readiness.contract.signature_reading import Claim

CANONICALIZATIONS = (INCLUSIVE_C14N, EXCLUSIVE_C14N)
"""Canonical XML 1.0 and the exclusive one, both without comments."""


def objection(claim: Claim, identifier: str, *, strict: bool) -> Refusal | None:
    """Why the claim cannot be followed in a reading; None where it can. `identifier`: the signed element's Id."""
    if claim.uri and not (strict and identifier and claim.uri == f"#{identifier}"):
        return Refusal(Why.REFERENCE, 'the Reference points elsewhere than URI=""')
    if claim.canonicalization.algorithm not in CANONICALIZATIONS:
        method = claim.canonicalization.algorithm[:100]
        return Refusal(Why.ALGORITHM, f"CanonicalizationMethod {method} is not on the list")
    if claim.canonicalization.prefixes and not strict:
        return Refusal(Why.TRANSFORMS, "InclusiveNamespaces names prefixes, which this reading does not have")
    first, *more = [transform.algorithm for transform in claim.transforms]
    if first != ENVELOPED_SIGNATURE or len(more) > strict or not {*more} <= {*CANONICALIZATIONS}:
        return Refusal(Why.TRANSFORMS, f"the transforms are {', '.join([first, *more])[:300]}")
    return None

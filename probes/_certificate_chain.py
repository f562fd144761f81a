"""How do the certificates that came together belong together: in which order, signed with what, and what are they?

Pure. Left out: whether they lead to a trust anchor (`_certificate_path`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from probes._certificates import Certificate, attempt, load, read_certificate, signature_hash
from readiness.model import Unseen, Value

COLUMNS = (
    "position",
    "subject",
    "issuer",
    "serial",
    "not_before",
    "not_after",
    "key",
    "signature_hash",
    "sha256",
)


def read_chain_order(chain: Sequence[bytes]) -> str | Unseen:
    """leaf_only, in_order (each certifies the one before it, RFC 8446 4.4.2), out_of_order, or unrelated.

    out_of_order: every certificate is an issuer above the leaf, but not in that order, or stands twice; unrelated: at
    least one is none.
    """
    if len(chain) == 1:
        return "leaf_only"
    certificates = load_all(chain)
    if isinstance(certificates, Unseen):
        return certificates
    if all(issued_by(lower, upper) for lower, upper in pairwise(certificates)):
        return "in_order"
    above = {certificate.der for certificate in (certificates[0], *issuers_above(certificates[0], certificates))}
    return "out_of_order" if above == set(chain) else "unrelated"


def read_signature_hashes(chain: Sequence[bytes]) -> tuple[str, ...] | Unseen:
    """The hashes of the leaf's signature and of every other that is not self-signed: a root's own proves nothing."""
    certificates = load_all(chain)
    if isinstance(certificates, Unseen):
        return certificates
    counted = [certificates[0], *(other for other in certificates[1:] if not issued_by(other, other))]
    hashes = [attempt(signature_hash, certificate) for certificate in counted]
    unseen = [read for read in hashes if isinstance(read, Unseen)]
    return unseen[0] if unseen else tuple(sorted({read for read in hashes if isinstance(read, str)}))


def chain_rows(chain: Sequence[bytes]) -> tuple[tuple[str, ...], ...]:
    """A row (COLUMNS) for each certificate, as it came; what could not be read stands as its reason in brackets."""
    return tuple(_row(position, der) for position, der in enumerate(chain))


def load_all(chain: Sequence[bytes]) -> tuple[Certificate, ...] | Unseen:
    """All of them, or why one of them cannot be read."""
    certificates = []
    for position, der in enumerate(chain):
        if isinstance(certificate := attempt(load, der), Unseen):
            return Unseen(certificate.reason, f"certificate {position}: {certificate.detail}")
        certificates.append(certificate)
    return tuple(certificates)


def readable(chain: Sequence[bytes]) -> tuple[Certificate, ...]:
    """Those that can be read."""
    loaded = (attempt(load, der) for der in chain)
    return tuple(certificate for certificate in loaded if not isinstance(certificate, Unseen))


def issued_by(lower: Certificate, upper: Certificate) -> bool:
    """Whether the names chain and the signature does not speak against it.

    A signature that the library does not check any more (SHA-1, MD5) leaves it at the names.
    """
    return attempt(_issued_by, lower, upper) is True


def issuers_above(leaf: Certificate, certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Those that certify the leaf, directly or through each other; without the leaf itself."""
    found: dict[bytes, Certificate] = {}
    front = [leaf]
    while front:
        lower = front.pop()
        for upper in certificates:
            if upper.der not in found and upper.der != leaf.der and issued_by(lower, upper):
                found[upper.der] = upper
                front.append(upper)
    return tuple(found.values())


def _issued_by(lower: Certificate, upper: Certificate) -> bool:
    if lower.parsed.issuer != upper.parsed.subject:
        return False
    try:
        lower.parsed.verify_directly_issued_by(upper.parsed)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return True
    return True


def _row(position: int, der: bytes) -> tuple[str, ...]:
    facts = read_certificate(der, "")
    named = [_cell(facts[name]) for name in COLUMNS[1:6]]
    key = f"{_cell(facts['key_type'])} {_cell(facts['key_bits'])}"
    return (str(position), *named, key, _cell(facts["signature_hash"]), hashlib.sha256(der).hexdigest())


def _cell(value: Value | Unseen) -> str:
    if isinstance(value, Unseen):
        return f"({value.reason})"
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)

"""What is signed, and how does it lie beside its signature? A DSSE envelope; pure.

DSSE v1.0 (github.com/secure-systems-lab/dsse): the signature is over PAE(type, payload), so that bytes of one type are
never taken for another's. An envelope of a dossier has one signature, and one way to be written, so that no byte of it
can change unnoticed. Left out: making signatures (`signature`).
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from readiness.dossier.contents import STATEMENT, json_bytes
from readiness.dossier.faults import DossierError

IN_TOTO = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with its signature. `key` is the SHA-256 (hex) of the signer's certificate."""

    payload: bytes
    key: str
    signature: bytes


def pae(payload: bytes, kind: str = IN_TOTO) -> bytes:
    """Pre-authentication encoding: what is signed in place of the payload."""
    return b"DSSEv1 %d %b %d %b" % (len(kind.encode("utf-8")), kind.encode("utf-8"), len(payload), payload)


def envelope_bytes(envelope: Envelope) -> bytes:
    """The envelope as JSON."""
    return json_bytes(
        {
            "payloadType": IN_TOTO,
            "payload": base64.b64encode(envelope.payload).decode("ascii"),
            "signatures": [{"keyid": envelope.key, "sig": base64.b64encode(envelope.signature).decode("ascii")}],
        }
    )


def read_envelope(data: bytes) -> Envelope:
    """The envelope again. DossierError where it is not exactly what `envelope_bytes` writes."""
    try:
        found = json.loads(data)
        (signed,) = found["signatures"]
        payload, signature = (base64.b64decode(text, validate=True) for text in (found["payload"], signed["sig"]))
        envelope = Envelope(payload, str(signed["keyid"]), signature)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DossierError("not_understood", name=STATEMENT) from error
    if envelope_bytes(envelope) != data:
        raise DossierError("not_understood", name=STATEMENT)
    return envelope

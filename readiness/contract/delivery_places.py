"""Where may a delivery stand in a document? Nowhere else is one looked for, however much it looks like one."""

from __future__ import annotations

from typing import Final

from readiness.contract.delivery_parts import SEALED, SIGNED
from readiness.contract.names import MESSAGE_V3, SERVICE_V3, SOAP_11, SOAP_12

_ENVELOPES = (((SOAP_11, "Envelope"), (SOAP_11, "Body")), ((SOAP_12, "Envelope"), (SOAP_12, "Body")), ())
_PAYLOADS = {
    ((SERVICE_V3, "deliverSecure"), (SERVICE_V3, "deliverSecure")): SEALED,
    ((MESSAGE_V3, "distributeSecure"), (MESSAGE_V3, "signedDelivery")): SIGNED,
}
PLACES: Final = {
    **{(*envelope, *payload): type_ for envelope in _ENVELOPES for payload, type_ in _PAYLOADS.items()},
    ((MESSAGE_V3, SEALED),): SEALED,
    ((MESSAGE_V3, SIGNED),): SIGNED,
}
"""Where a delivery may stand, by the names from the root down, and its type; nowhere else is one looked for."""

ON_THE_WAY: Final = {place[:length] for place in PLACES for length in range(1, len(place) + 1)}
"""Every place that leads to one of those, and those."""

BEFORE_THE_BODY: Final = {((SOAP_11, "Envelope"), (SOAP_11, "Header")), ((SOAP_12, "Envelope"), (SOAP_12, "Header"))}
"""What may stand beside the way."""

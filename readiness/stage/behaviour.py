"""How are FaR and the operators to treat one test person? A small table of data; a scenario becomes one of these.

Left out: what is said on the wire (answers), and everything below SOAP. C is the contract reference.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache

NO_SUPPLIER = "none"


@dataclass(frozen=True, slots=True)
class ServiceFault:
    """A fault with code, description and CallId (C 5). `code` below 5000 is technical: repeat later."""

    code: int
    description: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What FaR says of a recipient and what the operator does with a delivery to it.

    `account`: Secure, Anonymous or Not. `supplier`: the id of the operator, "" for the one that the stage gives the
    person, "none" for none. `listed`: whether FaR's answer names the recipient at all. `statuses`: how many Status rows
    the receipt has. `not_ready`: how often checkDistributionStatus answers 5004 before it knows.
    """

    id: str
    account: str = "Secure"
    accepted: bool = True
    pending: bool = False
    supplier: str = ""
    listed: bool = True
    delivered: bool = True
    statuses: int = 1
    not_ready: int = 0
    lookup_fault: ServiceFault | None = None
    delivery_fault: ServiceFault | None = None


SANE = Behaviour("sane")
NOT_REGISTERED = Behaviour("not_registered", account="Not", accepted=False, supplier=NO_SUPPLIER, delivered=False)

BEHAVIOURS = {
    behaviour.id: behaviour
    for behaviour in (
        SANE,
        NOT_REGISTERED,
        Behaviour("opted_out", accepted=False, delivered=False),
        Behaviour("pending", pending=True),
        Behaviour("anonymous", account="Anonymous"),
        Behaviour("no_supplier", supplier=NO_SUPPLIER, delivered=False),
        Behaviour("missing", listed=False, delivered=False),
        Behaviour("not_delivered", delivered=False),
        Behaviour("several_statuses", statuses=3),
        Behaviour("not_ready", not_ready=2),
        Behaviour("technical_fault", delivery_fault=ServiceFault(1, "Tekniskt fel")),
        Behaviour("application_fault", delivery_fault=ServiceFault(5001, "Felaktigt indata")),
        Behaviour("far_technical_fault", lookup_fault=ServiceFault(1, "Tekniskt fel")),
    )
}
"""The behaviours that need nothing but words in an answer, by id."""


@cache
def digest(behaviour: Behaviour) -> str:
    """SHA-256 (hex) of what was served, so that a record says which version of a scenario it was."""
    return hashlib.sha256(json.dumps(asdict(behaviour), sort_keys=True).encode("utf-8")).hexdigest()

"""What do FaR and an operator say of one test person? A small table of data, and the answer part of a scenario.

Left out: what is said on the wire (answers), and everything below SOAP (steps). C is the contract reference.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache

NO_SUPPLIER, UNKNOWN_SUPPLIER, NEXT_SUPPLIER = "none", "unknown", "next"


@dataclass(frozen=True, slots=True)
class ServiceFault:
    """A fault (C 5). `code` below 5000 is technical: repeat later.

    `detail`: whether there is one at all, with code, description and CallId; `call_id_length`: of the CallId, in
    characters (the contract says 20 to 50); `status`: of HTTP.
    """

    code: int
    description: str
    detail: bool = True
    call_id_length: int = 36
    status: int = 500


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What FaR says of a recipient and what the operator does with a delivery to it.

    `id` is the scenario's. `account`: Secure, Anonymous or Not. `supplier`: the id of the operator, "" for the one that
    the stage gives the person, "none" for none, "unknown" for one that no sending system knows, "next" for the person's
    own at the first look-up and another afterwards. `listed`: whether FaR's answer names the recipient at all.
    `statuses`: how many Status rows the receipt has; `other_status_first`: before them stands one that says delivered
    of somebody else. `trans_id`: "" for a new one each time. `not_ready`: how often checkDistributionStatus answers
    5004 before it knows. `padding`: so many bytes of white space in FaR's answer. `times`: how many deliveries (or
    look-ups, where FaR is the place) are met so before all is well; 0: always. `taken`: whether a delivery lies in the
    mailbox although the answer does not say so.
    """

    id: str
    account: str = "Secure"
    accepted: bool = True
    pending: bool = False
    supplier: str = ""
    listed: bool = True
    delivered: bool = True
    statuses: int = 1
    other_status_first: bool = False
    trans_id: str = ""
    not_ready: int = 0
    padding: int = 0
    times: int = 0
    taken: bool = True
    lookup_fault: ServiceFault | None = None
    delivery_fault: ServiceFault | None = None


SANE = Behaviour("sane")
NOT_REGISTERED = Behaviour("not_registered", account="Not", accepted=False, supplier=NO_SUPPLIER, delivered=False)


@cache
def digest(behaviour: Behaviour) -> str:
    """SHA-256 (hex) of what was served, so that a record says which version of a scenario it was."""
    return hashlib.sha256(json.dumps(asdict(behaviour), sort_keys=True).encode("utf-8")).hexdigest()

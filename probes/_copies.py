"""What came of the deliveries of one scenario: ids, copies in the mailbox, receipts, repeats of what was refused?

Message ids are read from the masked request that the journal keeps. Left out: when (`_attempts`), and what the sending
system says of it (`_account`).
"""

from __future__ import annotations

from collections.abc import Mapping

from probes._attempts import answered, end_of, stack_repeats
from probes._delivery import read_delivery
from probes._performed import DELIVERY, Performed
from probes._request_tree import read_request
from readiness.model import Reason, Unseen, Value
from readiness.recording import Exchange

Values = dict[str, Value | Unseen]
Ids = Mapping[str, frozenset[str]]
LEFT_OUT = "characters left out]"


def read_copies(performed: Performed) -> Values:
    """Deliveries by id, by what the mailbox took, and by what was answered."""
    deliveries = performed.deliveries
    ids = read_ids(performed)
    read = [ids[delivery.id] for delivery in deliveries if ids[delivery.id]]
    distinct = len(frozenset[str]().union(*read))
    missing = len(deliveries) - len(read)
    unread = Unseen(Reason.NOT_KEPT, f"the message ids of {missing} of {len(deliveries)} deliveries could not be read")
    return {
        "deliveries": len(deliveries),
        "deliveries_read": len(read),
        "message_ids": distinct if distinct > 1 or not missing else unread,
        "copies_taken": sum(delivery.taken for delivery in deliveries),
        "receipts": sum(delivery.receipted for delivery in deliveries),
        "copies_after_receipt": sum(_after_receipt(performed, person, ids) for person in performed.persons),
        "requests_after_refusal": _after_refusal(performed, ids),
    }


def read_ids(performed: Performed) -> Ids:
    """The message ids of every exchange of the scenario, each request read once."""
    return {one.id: message_ids(one) if one.operation == DELIVERY else frozenset() for one in performed.exchanges}


def message_ids(delivery: Exchange) -> frozenset[str]:
    """Every MessageHeader/Id of a delivery; none where it was not kept or cannot be read."""
    request = read_request(delivery.request_kept.encode("utf-8")) if delivery.request_kept else None
    found = read_delivery(request.payload) if request and not isinstance(request, Unseen) else None
    if found is None or isinstance(found, Unseen):
        return frozenset()
    return frozenset(message.id for message in found.messages if message.id and LEFT_OUT not in message.id)


def _after_receipt(performed: Performed, person: str, ids: Ids) -> int:
    """Deliveries to a person that were taken after one had been receipted: of the same message, or more than it takes.

    Twice the same person are two messages, so that the second delivery may be the second message.
    """
    own = [delivery for delivery in performed.deliveries if performed.of_person(delivery, person)]
    receipts = [delivery for delivery in own if delivery.receipted]
    later = [
        (delivery, before)
        for delivery in own
        if delivery.taken and (before := [one for one in receipts if end_of(one, performed) <= delivery.first_byte.ns])
    ]
    same = sum(any(_alike(delivery, earlier, ids) for earlier in before) for delivery, before in later)
    return max(same, len(later) - (performed.performance.persons.count(person) - 1)) if later else 0


def _after_refusal(performed: Performed, ids: Ids) -> int | Unseen:
    """Requests unchanged after the first refusal. What has the same contents under a new id is unchanged too."""
    if performed.performance.nature != "permanent":
        return Unseen(Reason.NOT_EXERCISED, "nothing is refused for good in this scenario")
    repeats = stack_repeats(performed)
    requests = [request for request in performed.requests if request.id not in repeats]
    first = next((request for request in requests if _refused(request)), None)
    if first is None:
        return Unseen(Reason.NOT_EXERCISED, "no request was refused")
    over = end_of(first, performed)
    later = (request for request in requests if request is not first and request.first_byte.ns >= over)
    return sum(_alike(request, first, ids) or bool(_contents(request) & _contents(first)) for request in later)


def _refused(exchange: Exchange) -> bool:
    return answered(exchange) and (exchange.fault_code is not None or exchange.status >= 300)


def _alike(one: Exchange, other: Exchange, ids: Ids) -> bool:
    """Whether two requests have the same bytes, or a message id in common."""
    same = bool(one.request_sha256) and one.request_sha256 == other.request_sha256
    return same or bool(ids[one.id] & ids[other.id])


def _contents(exchange: Exchange) -> set[str]:
    """Digests of the bodies and attachments that were left out of what is kept."""
    return {part.sha256 for part in exchange.masked if part.what.endswith("/Body")}

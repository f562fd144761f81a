"""What do FaR, an operator and the Message port answer? As C 3 to 5, each recipient by the behaviour set for them.

A recipient who is no declared test person has no mailbox. What cannot be read is answered by a SOAP fault; what can be
read but breaks the schema is answered all the same, for the record shows it and a rule judges it.
Left out: HTTP (http), and masking (masking).
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from readiness.contract.names import MESSAGE_V2, MESSAGE_V3, OPERATIONS, RECIPIENT_V3, Operation
from readiness.recording import UNATTRIBUTED, Attribution
from readiness.stage import documents
from readiness.stage.behaviour import NEXT_SUPPLIER, UNKNOWN_SUPPLIER, Behaviour, ServiceFault
from readiness.stage.bill import Bill
from readiness.stage.scenario import Scenario
from readiness.stage.settings import Operator, StageSettings, nobody
from readiness.stage.soap import CannotRead, Fault, envelope, fault, operation_element, parse, texts

MAX_RECIPIENTS = 1000  # C 3.1: per question, in both look-ups
MAX_DISTRIBUTIONS = 10_000  # what checkDistributionStatus still knows of; the oldest is forgotten first
TOO_MANY = ServiceFault(5005, "Maximalt antal överskridet")
WRONG_INPUT = ServiceFault(5001, "Felaktigt indata")
NOT_FOUND = ServiceFault(5003, "Uppgiften finns inte")
NOT_READY = ServiceFault(5004, "Bearbetningen är inte klar")
NOBODY_KNOWS = Operator(nobody(9), "Nya Brevlådan")
"""An operator that started yesterday: no sending system knows its name."""


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at a path: a service of the contract, and for an operator's Service whose it is ("": whosoever's).

    `scenario` is its id where port or path tell it apart already, and `by` which of the two.
    """

    part: str
    operator: str = ""
    scenario: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to one request, and what it was about. `root` is the request as read, None where it was not.

    `shaping` is the scenario that decides how it is put on the wire; `taken`: whether the delivery is in the mailbox
    now, and `said`: whether the answer says so.
    """

    status: int
    body: bytes
    operation: str = ""
    recipients: tuple[str, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    answer_id: str = ""
    fault_code: int | None = None
    root: etree._Element | None = None
    problem: str = ""
    shaping: Scenario | None = None
    taken: bool = False
    said: bool = False


@dataclass(slots=True)
class _Distribution:
    recipient: str
    asked: int = 0


class Answers:
    """The services' answers. It remembers distributions, and the TransId given last.

    `address` gives the address of an operator's Service (by id) for who meets a scenario (by id; "" for none).
    """

    def __init__(self, settings: StageSettings, bill: Bill, address: Callable[[str, str], str]) -> None:
        self._settings = settings
        self._bill = bill
        self._trans_id = ""
        self._operators = {operator.id: operator for operator in settings.operators}
        self._address = address
        self._distributions: OrderedDict[str, _Distribution] = OrderedDict()

    def answer(self, place: Place, data: bytes) -> Answer:
        """The answer to one SOAP request at a place."""
        root = None
        try:
            root = parse(data, self._settings.limits.elements)
            element = operation_element(root)
            operation, handle = _operation(place, element)
        except CannotRead as problem:
            body = fault(problem.code, f"The request cannot be read: {problem}")
            attributions = self._attributions(place, ())
            return Answer(500, body, attributions=attributions, root=root, problem=str(problem))
        answer = handle(self, _Asked(operation, place, element, root))
        return replace(answer, shaping=shaping) if (shaping := self._shaping(place, answer.recipients)) else answer

    def behaviour(self, recipient: str) -> Behaviour:
        """How a recipient is treated."""
        return self._bill.behaviour(recipient)

    def supplier(self, recipient: str) -> Operator | None:
        """Which operator has the recipient's mailbox, if any. Where nothing is set the persons are spread over all."""
        chosen, operators = self.behaviour(recipient).supplier, self._settings.operators
        if chosen == UNKNOWN_SUPPLIER:
            return NOBODY_KNOWS
        if chosen and chosen != NEXT_SUPPLIER:
            return self._operators.get(chosen)
        if not operators:
            return None
        moved = chosen == NEXT_SUPPLIER and self._bill.met(recipient) > 0
        return operators[(int(recipient[-4:]) + moved) % len(operators)]

    # -- FaR

    def is_reachable(self, asked: _Asked) -> Answer:
        """One return for each recipient that FaR names."""
        recipients = tuple(texts(asked.element, f"{{{RECIPIENT_V3}}}recipientId"))
        if refused := self._refuse_look_up(asked, recipients):
            return refused
        rows = [(self._account_status(one), self.behaviour(one).accepted) for one in self._listed(recipients)]
        return self._respond(asked, documents.reachable(rows, self._padding(recipients)), recipients)

    def is_registered(self, asked: _Asked) -> Answer:
        """One account status for each recipient that FaR names."""
        recipients = tuple(texts(asked.element, f"{{{RECIPIENT_V3}}}recipientId"))
        if refused := self._refuse_look_up(asked, recipients):
            return refused
        rows = map(self._account_status, self._listed(recipients))
        return self._respond(asked, documents.registered(rows), recipients)

    def get_senders(self, asked: _Asked) -> Answer:
        """Every registered avsändare."""
        return self._respond(asked, documents.senders(self._settings.senders))

    def get_dispatchers(self, asked: _Asked) -> Answer:
        """Every registered förmedlare, with the senders it may sign for."""
        return self._respond(asked, documents.dispatchers(self._settings.dispatchers))

    # -- Operator

    def deliver_secure(self, asked: _Asked) -> Answer:
        """A receipt: TransId, and a Status or several. Delivered is false where the mailbox is not at this operator."""
        recipient = _recipient(asked.element)
        if not recipient:
            return self._fault(asked, WRONG_INPUT)
        behaviour = self.behaviour(recipient)
        delivered = behaviour.delivered and self._has_the_mailbox(recipient, asked.place)
        self._bill.count(recipient, "operator")
        if behaviour.delivery_fault:
            return self._fault(asked, behaviour.delivery_fault, (recipient,))
        trans_id = self._trans_id if behaviour.trans_id and self._trans_id else str(uuid.uuid4())
        self._trans_id = trans_id
        content = documents.receipt(trans_id, recipient, behaviour, delivered=delivered)
        answer = self._respond(asked, content, (recipient,), trans_id)
        return replace(answer, taken=delivered and behaviour.taken, said=delivered and behaviour.statuses > 0)

    def _has_the_mailbox(self, recipient: str, place: Place) -> bool:
        supplier = self.supplier(recipient)
        return supplier is not None and (supplier is NOBODY_KNOWS or place.operator in {"", supplier.id})

    # -- Message port

    def distribute_secure(self, asked: _Asked) -> Answer:
        """A distributionId, to ask after with checkDistributionStatus."""
        recipient = _recipient(asked.element)
        if not recipient:
            return self._fault(asked, WRONG_INPUT)
        id_ = str(uuid.uuid4())
        self._distributions[id_] = _Distribution(recipient)
        if len(self._distributions) > MAX_DISTRIBUTIONS:
            self._distributions.popitem(last=False)
        return self._respond(asked, documents.distributed(id_), (recipient,), id_)

    def check_distribution_status(self, asked: _Asked) -> Answer:
        """Digital, Paper or Not for the recipient; 5004 as long as the request is said not to be unpacked (C 3.3)."""
        id_ = next(texts(asked.element, f"{{{MESSAGE_V3}}}distributionId"), "")
        known = self._distributions.get(id_)
        if known is None:
            return self._fault(asked, NOT_FOUND)
        behaviour = self.behaviour(known.recipient)
        known.asked += 1
        if known.asked <= behaviour.not_ready:
            return self._fault(asked, NOT_READY, (known.recipient,))
        if behaviour.account == "Not" or self.supplier(known.recipient) is None:
            type_, status = "Not", ""
        elif not behaviour.accepted:
            type_, status = "Paper", ""
        else:
            type_, status = "Digital", "Delivered" if behaviour.delivered else "DeliveryFailed"
        content = documents.distribution_status(known.recipient, type_, status)
        return self._respond(asked, content, (known.recipient,), id_)

    # -- Shared

    def _refuse_look_up(self, asked: _Asked, recipients: tuple[str, ...]) -> Answer | None:
        if len(recipients) > MAX_RECIPIENTS:
            return self._fault(asked, TOO_MANY, recipients)
        far = self._bill.far
        everybody = [self.behaviour(one) for one in recipients]
        if far is not None:
            everybody.insert(0, self._bill.behaviour_of_far())
        for one in dict.fromkeys(recipients):
            self._bill.count(one, "far")
        if found := next((one.lookup_fault for one in everybody if one.lookup_fault), None):
            return self._fault(asked, found, recipients)
        return None

    def _padding(self, recipients: tuple[str, ...]) -> int:
        return max((self.behaviour(one).padding for one in recipients), default=0)

    def _listed(self, recipients: tuple[str, ...]) -> Iterable[str]:
        return (one for one in recipients if self.behaviour(one).listed)

    def _account_status(self, recipient: str) -> str:
        behaviour = self.behaviour(recipient)
        supplier = self.supplier(recipient) if behaviour.account != "Not" else None
        address = ""
        if supplier is not None:
            stands = supplier if supplier.id in self._operators else self._settings.operators[0]
            address = self._address(stands.id, self._bill.told_apart(recipient))
        return documents.account_status(recipient, behaviour, supplier, address)

    def _shaping(self, place: Place, recipients: tuple[str, ...]) -> Scenario | None:
        """The scenario that decides how an answer is put on the wire: FaR's own, or that of a delivery's recipient."""
        if place.part in {"Recipient", "Authority"}:
            return self._bill.far
        if place.part != "Service" or len(recipients) != 1:
            return None
        scenario = self._bill.of(recipients[0])
        told = place.scenario or (scenario.id if scenario else "")
        if scenario is None or scenario.place != "operator" or told != scenario.id:
            return None
        return scenario if self._bill.still_on(recipients[0]) else None

    def _respond(self, asked: _Asked, content: str, recipients: tuple[str, ...] = (), answer_id: str = "") -> Answer:
        attributions = self._attributions(asked.place, recipients)
        return Answer(
            200, envelope(content), asked.operation.name, recipients, attributions, answer_id, root=asked.root
        )

    def _fault(self, asked: _Asked, said: ServiceFault, recipients: tuple[str, ...] = ()) -> Answer:
        detail = Fault(said.code, said.description, str(uuid.uuid4())[: said.call_id_length], asked.operation.fault)
        return Answer(
            said.status,
            fault("Server", said.description, detail if said.detail else None),
            asked.operation.name,
            recipients,
            self._attributions(asked.place, recipients),
            detail.call_id if said.detail else "",
            said.code if said.detail else None,
            asked.root,
        )

    def _attributions(self, place: Place, recipients: tuple[str, ...]) -> tuple[Attribution, ...]:
        """By port or path where they tell it; else a scenario for each declared test person, and nobody else named."""
        found = [self._bill.attribution(one) for one in dict.fromkeys(recipients)]
        known = [one for one in found if one is not None]
        if place.scenario:
            person = known[0].person if len(known) == 1 else ""
            return (Attribution(place.scenario, place.by, self._bill.digest(place.scenario), person),)
        if self._bill.far is not None and place.part in {"Recipient", "Authority"}:
            known = [replace(one, scenario=self._bill.far.id, digest=self._bill.far.digest, by="port") for one in known]
        return (*known, *([Attribution(UNATTRIBUTED)] if None in found else []))


@dataclass(frozen=True, slots=True)
class _Asked:
    operation: Operation
    place: Place
    element: etree._Element
    root: etree._Element


Handler = Callable[[Answers, _Asked], Answer]
HANDLERS: Mapping[str, Handler] = {
    "isReachable": Answers.is_reachable,
    "isRegistered": Answers.is_registered,
    "getSenders": Answers.get_senders,
    "getDispatchers": Answers.get_dispatchers,
    "deliverSecure": Answers.deliver_secure,
    "distributeSecure": Answers.distribute_secure,
    "checkDistributionStatus": Answers.check_distribution_status,
}
BY_ELEMENT: Mapping[tuple[str, str], tuple[Operation, Handler]] = {
    (operation.service, operation.request): (operation, HANDLERS[operation.name]) for operation in OPERATIONS
}
# C 4.1: the header of a delivery, whatever wraps it.
RECIPIENT_OF_DELIVERY = f".//{{{MESSAGE_V3}}}Delivery/{{{MESSAGE_V3}}}Header/{{{MESSAGE_V2}}}Recipient"


def _recipient(element: etree._Element) -> str:
    """Whom a delivery is for; nothing where it names nobody, or several."""
    found = element.findall(RECIPIENT_OF_DELIVERY)
    return (found[0].text or "").strip() if len(found) == 1 else ""


def _operation(place: Place, element: etree._Element) -> tuple[Operation, Handler]:
    """Which operation an element asks a place for. The fault quotes it cut short: it is whatever the client sent."""
    found = BY_ELEMENT.get((place.part, str(element.tag)))
    if found is None:
        raise CannotRead("Client", f"{place.part} has no operation {str(element.tag)[:200]}")
    return found

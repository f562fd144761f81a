"""What did FaR or an operator answer? SOAP in, plain values out; a refusal is told apart from what cannot be read.

Nothing outside the answer is ever fetched, and none with a document type is read (SOAP 1.1, 3). C sections 3 and 5.
Left out: what to do about it (`reaction`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from readiness.contract.names import COMMON_V3, RECIPIENT, RECIPIENT_V3, SERVICE, SERVICE_V3, SOAP_11
from readiness.demo.sending.caller import Said

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
SUCH_AS_A_RETRY_MAY_CURE = frozenset({408, 425, 429, 503})
TECHNICAL_BELOW, NOT_READY = 5000, 5004
UNREADABLE = -1


@dataclass(frozen=True, slots=True)
class Account:
    """What FaR says of one recipient. `address`: where to deliver, "" where there is none; `operator`: its name."""

    kind: str
    accepted: bool
    pending: bool
    address: str
    operator: str = ""

    @property
    def reachable(self) -> bool:
        """Whether a delivery may be tried (C section 7); an account in the making is not relied on."""
        return self.kind == "Secure" and self.accepted and not self.pending and self.address.startswith("https://")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an operator says of a delivery: TransId, and whether it was delivered, for each Status (recipient, flag)."""

    trans_id: str
    statuses: tuple[tuple[str, bool], ...]


class Refused(Exception):
    """A fault, or another plain refusal. `later`: it may go well later (C section 5: below 5000, and 5004), and after
    `wait` seconds at the earliest. `code`: of a fault, UNREADABLE where it gives none; None where it was no fault."""

    def __init__(self, why: str, *, later: bool, call_id: str = "", wait: float = 0.0, code: int | None = None) -> None:
        super().__init__(why)
        self.later = later
        self.call_id = call_id
        self.wait = wait
        self.code = code


class NotUnderstood(Exception):
    """An answer came, and says nothing that can be relied on."""


def read_accounts(said: Said) -> dict[str, Account]:
    """FaR's answer to isReachable, by recipient; who is not in it is not in FaR. Refused, NotUnderstood."""
    answer = _content(said, f"{{{RECIPIENT_V3}}}isReachableResponse")
    return {
        _text(status, f"{{{RECIPIENT}}}RecipientId"): Account(
            _text(status, f"{{{RECIPIENT}}}Type"),
            _text(found, f"{{{RECIPIENT}}}SenderAccepted") in {"true", "1"},
            _text(status, f"{{{RECIPIENT}}}Pending") not in {"false", "0"},
            _text(status, f"{{{RECIPIENT}}}ServiceSupplier/{{{RECIPIENT}}}ServiceAdress"),
            _text(status, f"{{{RECIPIENT}}}ServiceSupplier/{{{RECIPIENT}}}Name"),
        )
        for found, status in _statuses(answer)
    }


def read_receipt(said: Said) -> Receipt:
    """The operator's answer to deliverSecure, with every Status. Refused, NotUnderstood."""
    answer = _content(said, f"{{{SERVICE_V3}}}deliverSecureResponse")
    result = next(iter(answer), None)
    if result is None:
        raise NotUnderstood("a response without a result")
    rows = [
        (_text(status, f"{{{SERVICE}}}RecipientId"), _text(status, f"{{{SERVICE}}}Delivered") in {"true", "1"})
        for status in result.findall(f"{{{SERVICE}}}Status")
    ]
    return Receipt(_text(result, f"{{{SERVICE}}}TransId"), tuple(rows))


def _statuses(answer: etree._Element) -> Iterator[tuple[etree._Element, etree._Element]]:
    for found in answer:
        status = found.find(f"{{{RECIPIENT}}}AccountStatus")
        if status is not None:
            yield found, status


def _content(said: Said, wanted: str) -> etree._Element:
    """The element in the SOAP body, which must be the wanted one."""
    content = _in_the_body(said.body)
    if content is not None and content.tag == f"{{{SOAP_11}}}Fault":
        raise _fault(content)
    if said.status in SUCH_AS_A_RETRY_MAY_CURE:
        raise Refused(f"HTTP {said.status}", later=True, wait=_seconds(said.header("retry-after")))
    if 300 <= said.status < 500:  # a redirect too: the peer did nothing, and the address is the one that FaR gave
        raise Refused(f"HTTP {said.status}", later=False)
    if content is None or content.tag != wanted or said.status != 200:
        raise NotUnderstood(f"HTTP {said.status} without the answer that belongs there")
    return content


def _in_the_body(data: bytes) -> etree._Element | None:
    """The first element in the body of a SOAP message; None where it is no such message."""
    try:
        root = etree.fromstring(data, PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.getroottree().docinfo.doctype:
        return None
    body = root.find(f"{{{SOAP_11}}}Body")
    return next(iter(body), None) if body is not None else None


def _fault(fault: etree._Element) -> Refused:
    """By the range of its code; a fault that gives none is an error of ours until a person has looked (C section 5)."""
    detail = fault.find(f"detail/{{{COMMON_V3}}}applicationFault")
    texts = {etree.QName(child).localname: (child.text or "").strip() for child in detail} if detail is not None else {}
    code, call_id = texts.get("ErrorCode", ""), texts.get("CallId", "")[:50]
    if not code.isascii() or not code.isdigit():
        return Refused("a fault without a code", later=False, call_id=call_id, code=UNREADABLE)
    later = int(code) < TECHNICAL_BELOW or int(code) == NOT_READY
    return Refused(f"fault {int(code)}", later=later, call_id=call_id, code=int(code))


def _seconds(said: str) -> float:
    """What Retry-After says, where it says seconds (RFC 9110 10.2.3)."""
    return float(said) if said.isascii() and said.isdigit() and len(said) < 8 else 0.0


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()

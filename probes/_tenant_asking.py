"""How is a shared service asked what became of a consignment, and does it tell?

checkDistributionStatus of Message (C section 3.3) only reads. Pure. Left out: who asks, and whether it should be told.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from probes._client_receptions import BREAKS, REFUSING_ALERTS, word_of
from probes._soap_answers import ERROR, FAULT, read_answer
from probes._soap_xml import local, parse
from readiness.contract.faults import fault
from readiness.contract.names import MESSAGE_V3, SOAP_11
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest, Reception

GIVEN, NOTHING, REFUSED = "given", "nothing", "refused"
"""A status was told; an answer without one; a fault or an HTTP status that refuses, or the connection was closed."""
RESPONSE = f"{{{MESSAGE_V3}}}checkDistributionStatusResponse"
REFUSING = {
    400: "Bad Request: what the service says to a request that it does not serve",
    401: "Unauthorized: who asks is not known (RFC 9110 15.5.2)",
    403: "Forbidden: who asks may not (RFC 9110 15.5.4)",
    404: "Not Found: for who asks there is no such thing (RFC 9110 15.5.5)",
}
"""HTTP statuses without a fault that refuse, each with its reason, where a like request is answered beside it."""
NOT_AUTHORISED = 5
"""The one technical error code that refuses; the others ask to repeat the call (API document 6.3, section 5)."""


def ask(path: str, sender: str, distribution: str) -> HttpRequest:
    """The question, as the sender with that organisation number (ten digits)."""
    inside = f"<m:senderId>16{sender}</m:senderId><m:distributionId>{escape(distribution)}</m:distributionId>"
    body = f'<m:checkDistributionStatus xmlns:m="{MESSAGE_V3}">{inside}</m:checkDistributionStatus>'
    document = (
        f'<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="{SOAP_11}"><e:Body>{body}</e:Body></e:Envelope>'
    )
    headers = (("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", '""'))
    return HttpRequest("POST", path, headers, document.encode("utf-8"))


def read_reception(reception: Reception) -> str | Unseen:
    """What it comes to. A refusal counts only where a like request was answered; that is for the caller to see."""
    if not reception.proved:
        return Unseen(Reason.NOT_EXERCISED, "the service asked for no client certificate, so nothing tells who asks")
    if reception.answer is not None:
        return read_status(reception.answer)
    ended = reception.ended or Unseen(Reason.NOT_UNDERSTOOD, word_of(reception))
    hung_up = reception.alert is None and ended.reason in BREAKS and not reception.heard
    return REFUSED if hung_up or reception.alert in REFUSING_ALERTS else ended


def read_status(answer: HttpAnswer) -> str | Unseen:
    """The same of an HTTP answer."""
    read = read_answer(answer)
    if read.outcome == FAULT:
        return _read_fault(read.code, read.error_code)
    if read.outcome == ERROR and answer.status in REFUSING:
        return REFUSED
    if answer.status == 200 and (told := _told(answer)) is not None:
        return GIVEN if told else NOTHING
    return Unseen(Reason.NOT_UNDERSTOOD, f"HTTP {answer.status} without a status or a fault")


def _read_fault(code: str, error_code: str) -> str | Unseen:
    """A fault refuses, unless it asks to call again, or only says that something went wrong."""
    if error_code.isascii() and error_code.isdigit():
        number = int(error_code)
        if number == NOT_AUTHORISED or fault(number).retry not in {"repeat", "ask_again"}:
            return REFUSED
        return Unseen(Reason.NOT_UNDERSTOOD, f"fault {number}, which asks to call again")
    if code.partition(".")[0] in {"Client", "Sender"}:
        return REFUSED
    return Unseen(Reason.NOT_UNDERSTOOD, f"a fault {code[:20]} without an error code")


def _told(answer: HttpAnswer) -> int | None:
    """How many statuses an answer tells, None where it is no such answer."""
    try:
        root = parse(answer.body, "the answer")
    except CannotObserve:
        return None
    found = root.find(f"{{{SOAP_11}}}Body/{RESPONSE}")
    return None if found is None else sum(local(child.tag) == "return" for child in found if isinstance(child.tag, str))

"""Which odd requests is a SOAP service sent, to see how it answers? Synthetic, small, fixed in number.

Each case changes one thing against an ordinary request. None asks an operation that exists to do anything, but the
unsigned one, which names a test person of the contract and is for a test environment only. Entities stand for a few
characters. Pure. Left out: what comes back (`_soap_answers`).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from probes._soap_xml import local
from readiness.contract.names import (
    AUTHORITY_WSDL,
    MESSAGE,
    MESSAGE_V2,
    MESSAGE_V3,
    RECIPIENT_V3,
    SENDER,
    SERVICE_V3,
    SOAP_11,
    SOAP_12,
)
from readiness.contract.persons import test_persons
from readiness.model import Reason, Target, Unseen
from readiness.probe import HttpRequest

LIMIT = 2 * 1024 * 1024
"""What one message may hold, in bytes (API document 6.3, section 4.11)."""
OVER = 64 * 1024
EXPANDED = "mm-readiness-canary-7f3e"
"""What the internal entity stands for; no request holds it in one piece."""
NOBODY = "urn:mm-readiness:synthetic"
SENDER_ID = "164120000007"
"""An organisation number that no legal form has (SKV 709): it belongs to nobody."""
XML_11 = "text/xml; charset=utf-8"
XML_12 = "application/soap+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the requests depend on: the path, the namespace of the service's requests, the element of an operation that
    does no harm when it is asked without content ("" where none is known), which contract it follows, the environment,
    and where the canary sits ("" where there is none)."""

    path: str
    namespace: str = NOBODY
    element: str = ""
    contract: str = ""
    environment: str = ""
    canary: str = ""

    @staticmethod
    def of(target: Target, path: str, namespace: str, canary: str) -> Asked:
        """Of an endpoint as it is declared. `namespace` is that of the supplier's own contract, if there is one."""
        contract, environment = (str(target.says(name) or "") for name in ("soap", "environment"))
        element = HARMLESS.get(contract, "")
        own = element.partition("}")[0].removeprefix("{")
        return Asked(path, own or namespace or NOBODY, element, contract, environment, canary)


# Operations that only read, or have nothing to do without content. What a supplier's own operation does is not known,
# so none is ever named.
HARMLESS = {
    "recipient": f"{{{RECIPIENT_V3}}}isRegistered",
    "authority": f"{{{AUTHORITY_WSDL}}}getSenders",
    "message": f"{{{MESSAGE_V3}}}checkDistributionStatus",
    "service": f"{{{SERVICE_V3}}}deliverSecure",
}


def control(asked: Asked) -> HttpRequest:
    """An ordinary SOAP 1.1 message that asks for nothing."""
    return _post(asked, _envelope(""))


def _malformed(asked: Asked) -> HttpRequest:
    return _post(asked, _envelope("<a><b></a>"))


def _unknown_operation(asked: Asked) -> HttpRequest:
    return _post(asked, _envelope(_unknown(asked)))


def _other_namespace(asked: Asked) -> HttpRequest | Unseen:
    if not asked.element:
        return Unseen(Reason.NOT_CONFIGURED, "no operation is known that does no harm")
    return _post(asked, _envelope(f'<x:{local(asked.element)} xmlns:x="{NOBODY}"/>'))


def _soap_1_2(asked: Asked) -> HttpRequest:
    return _post(asked, _envelope(_unknown(asked), SOAP_12), XML_12)


def _oversized(asked: Asked) -> HttpRequest:
    start, _, end = _envelope(_unknown(asked, "%")).partition("%")
    return _post(asked, start + "0" * (LIMIT + OVER - len(start) - len(end)) + end)


def _unsigned(asked: Asked) -> HttpRequest | Unseen:
    if asked.contract not in {"message", "service"}:
        return Unseen(Reason.NOT_EXERCISED, "the service has no operation whose request is signed")
    if asked.environment != "test":
        return Unseen(Reason.NOT_EXERCISED, "an unsigned delivery is sent in a test environment only")
    delivery = _delivery()
    if asked.contract == "message":
        inside = f"<m:signedDelivery>{delivery}</m:signedDelivery>"
        body = f'<m:distributeSecure xmlns:m="{MESSAGE_V3}">{inside}</m:distributeSecure>'
    else:
        seal = "<v:ReceivedTime>2026-01-01</v:ReceivedTime><v:SignaturesOK>false</v:SignaturesOK>"
        inside = f'<m:SignedDelivery>{delivery}</m:SignedDelivery><m:Seal xmlns:v="{MESSAGE}">{seal}</m:Seal>'
        inside = f'<s:deliverSecure xmlns:m="{MESSAGE_V3}">{inside}</s:deliverSecure>'
        body = f'<s:deliverSecure xmlns:s="{SERVICE_V3}">{inside}</s:deliverSecure>'
    return _post(asked, _envelope(body))


def _get(asked: Asked) -> HttpRequest:
    return HttpRequest("GET", asked.path)


def _other_content_type(asked: Asked) -> HttpRequest:
    return _post(asked, _envelope(_unknown(asked)), "application/json")


def _internal_entity(asked: Asked) -> HttpRequest:
    head, _, tail = EXPANDED.rpartition("-")
    entities = f'<!ENTITY head "{head}"><!ENTITY whole "&head;-{tail}">'
    doctype = f"<!DOCTYPE e:Envelope [{entities}]>"
    return _post(asked, _envelope(_known(asked, "&whole;"), doctype=doctype))


def _external_dtd(asked: Asked) -> HttpRequest | Unseen:
    if not asked.canary:
        return Unseen(Reason.NOT_CONFIGURED, "the endpoint cannot reach a canary of ours")
    doctype = f'<!DOCTYPE e:Envelope SYSTEM "{asked.canary}">'
    return _post(asked, _envelope(_unknown(asked), doctype=doctype))


CASES: dict[str, Callable[[Asked], HttpRequest | Unseen]] = {
    "malformed": _malformed,
    "unknown_operation": _unknown_operation,
    "other_namespace": _other_namespace,
    "soap_1_2": _soap_1_2,
    "oversized": _oversized,
    "unsigned": _unsigned,
    "get": _get,
    "other_content_type": _other_content_type,
    "internal_entity": _internal_entity,
    "external_dtd": _external_dtd,
}
"""Every case by name, in the order in which they are sent."""


def _post(asked: Asked, document: str, content_type: str = XML_11) -> HttpRequest:
    headers: tuple[tuple[str, str], ...] = (("Content-Type", content_type),)
    if content_type != XML_12:
        headers += (("SOAPAction", '""'),)  # SOAP 1.1 section 6.1.1; SOAP 1.2 has none
    return HttpRequest("POST", asked.path, headers, document.encode("utf-8"))


def _envelope(body: str, namespace: str = SOAP_11, doctype: str = "") -> str:
    head = f'<?xml version="1.0" encoding="utf-8"?>{doctype}'
    return f'{head}<e:Envelope xmlns:e="{namespace}"><e:Body>{body}</e:Body></e:Envelope>'


def _unknown(asked: Asked, text: str = "") -> str:
    """An operation that does not exist, in a namespace that does."""
    return f'<x:mmReadinessUnknown xmlns:x="{asked.namespace}">{text}</x:mmReadinessUnknown>'


def _known(asked: Asked, text: str) -> str:
    """An operation that exists with text where elements belong: its answer may say what it found there."""
    if not asked.element:
        return _unknown(asked, text)
    name = local(asked.element)
    return f'<x:{name} xmlns:x="{asked.namespace}">{text}</x:{name}>'


def _delivery() -> str:
    """A delivery that says what it is, to an adult of the test series, without the signature that must follow it."""
    person = next(person for person in test_persons() if person.adult)
    text = b64encode(b"Prov av mm-readiness. Detta meddelande saknar underskrift och ska avvisas.").decode("ascii")
    return (
        f'<m:Delivery xmlns:m="{MESSAGE_V3}"><m:Header xmlns:h="{MESSAGE_V2}" xmlns:p="{SENDER}">'
        f"<h:Sender><p:Id>{SENDER_ID}</p:Id><p:Name>Prov</p:Name></h:Sender>"
        f"<h:Recipient>{person.number}</h:Recipient></m:Header>"
        "<m:Message><m:Header><m:Id>mm-readiness-unsigned</m:Id><m:Subject>Prov utan underskrift</m:Subject>"
        "<m:Supportinfo><m:Text>Prov</m:Text></m:Supportinfo><m:Language>svSE</m:Language></m:Header>"
        f'<m:Body xmlns:b="{MESSAGE}"><b:ContentType>text/plain</b:ContentType><b:Body>{text}</b:Body></m:Body>'
        "</m:Message></m:Delivery>"
    )

"""What did a SOAP service answer: a Fault, with which code, and does the answer tell of its insides?

What counts as a stack trace and as a product with its version are closed lists; each pattern stands on names and marks
that no ordinary answer has. Pure. Left out: whether the answer is the right one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from probes._soap_xml import parse
from readiness.contract.names import SOAP_11, SOAP_12
from readiness.probe import CannotObserve, HttpAnswer

FAULT, ERROR, REDIRECT, SUCCESS, CLOSED = "fault", "error_status", "redirect", "success", "closed"
"""A SOAP Fault at any status; status 4xx or 5xx without one; 3xx; 2xx without one; the connection closed instead."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer says. `code` is the fault code without prefix, `error_code` that of Mina meddelanden's detail."""

    outcome: str
    code: str = ""
    error_code: str = ""
    trace: str = ""
    products: tuple[str, ...] = ()
    envelope: bool = False


STACK_TRACES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Java", re.compile(r"\bat [\w.$]{3,200}\([\w$]{1,100}\.(?:java|kt|scala|groovy):\d{1,6}\)")),
    ("Java", re.compile(r"\bat [\w.$]{3,200}\((?:Native Method|Unknown Source)\)")),
    (".NET", re.compile(r"\bat [\w.<>`]{3,200}\([\w\s,.&\[\]<>`]{0,400}\) in [^\n]{1,300}:line \d{1,6}")),
    (".NET", re.compile(r"\bat System\.[\w.<>`]{3,200}\([\w\s,.&\[\]<>`]{0,400}\)")),
    ("Python", re.compile(r"Traceback \(most recent call last\)")),
    ("PHP", re.compile(r"Stack trace:\s{1,5}#0 ")),
    ("Node.js", re.compile(r"\bat [\w.<> ]{1,200} \(?(?:node:|/|file:|[A-Z]:\\)[^\s()]{1,300}:\d{1,6}:\d{1,6}\)?")),
)
PRODUCTS = re.compile(
    r"\b(nginx|apache(?: tomcat| axis2?| cxf)?|tomcat|axis2?|cxf|jetty|microsoft-iis|microsoft-httpapi|jboss(?:ws)?"
    r"|wildfly|undertow|weblogic(?: server)?|websphere(?: application server)?|glassfish|payara|openssl|php|asp\.net"
    r"|biztalk|mule(?:soft)?|haproxy|envoy|gunicorn|werkzeug|uvicorn|waitress|cpython|python|node\.js|express)"
    r"(?:[/ ]v?|\()(\d{1,4}(?:\.\d{1,6}){1,4})",
    re.IGNORECASE,
)
VERSION = re.compile(r"\d+(?:\.\d+)+")
TELLING_FIELDS = ("server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "via", "x-generator")
"""Header fields whose values name products; a bare version counts in those of ASP.NET."""


def read_answer(answer: HttpAnswer) -> Reading:
    """What it says."""
    text = answer.body.decode("utf-8", errors="replace")
    trace = next((name for name, pattern in STACK_TRACES if pattern.search(text)), "")
    products = tuple(sorted(_products(answer, text)))
    envelope = _envelope(answer)
    fault = _fault(envelope) if envelope is not None else None
    if envelope is not None and fault is not None:
        return Reading(FAULT, _code(fault), _error_code(fault), trace, products, envelope=True)
    return Reading(_by_status(answer.status), trace=trace, products=products, envelope=envelope is not None)


def _by_status(status: int) -> str:
    if status >= 400:
        return ERROR
    return REDIRECT if status >= 300 else SUCCESS


def _envelope(answer: HttpAnswer) -> etree._Element | None:
    try:
        root = parse(answer.body, "the answer")
    except CannotObserve:
        return None
    return root if root.tag in {f"{{{SOAP_11}}}Envelope", f"{{{SOAP_12}}}Envelope"} else None


def _fault(envelope: etree._Element) -> etree._Element | None:
    namespace = str(envelope.tag).partition("}")[0] + "}"
    return envelope.find(f"{namespace}Body/{namespace}Fault")


def _code(fault: etree._Element) -> str:
    """ "Client", "Server.userException", "Sender": the code as it stands, without prefix."""
    for path in ("faultcode", f"{{{SOAP_12}}}Code/{{{SOAP_12}}}Value", f"{{{SOAP_11}}}faultcode"):
        if said := (fault.findtext(path) or "").strip():
            return said.rpartition(":")[2][:60]
    return ""


def _error_code(fault: etree._Element) -> str:
    for node in fault.iter():
        if str(node.tag).rpartition("}")[2] == "ErrorCode":
            return (node.text or "").strip()[:10]
    return ""


def _products(answer: HttpAnswer, text: str) -> set[str]:
    found = {f"{match[1]} {match[2]}" for match in PRODUCTS.finditer(text)}
    for name in TELLING_FIELDS:
        value = answer.field(name)
        found |= {f"{match[1]} {match[2]}" for match in PRODUCTS.finditer(value)}
        if name.startswith("x-aspnet") and (bare := VERSION.search(value)):
            found.add(f"ASP.NET {bare[0]}")
    return found

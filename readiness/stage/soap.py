"""What does a request ask for, and how is an answer wrapped? SOAP 1.1, read by lxml with nothing it could follow.

Source: SOAP 1.1 (W3C Note, 8 May 2000) section 4 and 6; faults of the contract: C 5. A document with a DOCTYPE is
refused before any entity could be expanded; depth (256, libxml2's own), size and number of elements are bounded.
Left out: what the operations mean (answers), and schema validation (probes do that).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape

from lxml import etree

from readiness.contract.names import APPLICATION_FAULT, COMMON, COMMON_V3, SOAP_11

ENVELOPE, BODY = f"{{{SOAP_11}}}Envelope", f"{{{SOAP_11}}}Body"
MEDIA_TYPE = "text/xml; charset=utf-8"
DOCTYPE_MARKS = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))


class CannotRead(Exception):
    """The request is no SOAP 1.1 that the stage can answer. `code`: the faultcode's local name (SOAP 1.1, 4.4.1)."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the contract. `element`: the detail's element as {namespace}local; `code` and `call_id` as C 5."""

    code: int
    description: str
    call_id: str
    element: str = APPLICATION_FAULT


def parse(data: bytes, elements: int) -> etree._Element:
    """The root of an XML document without DOCTYPE. CannotRead for anything else, or with more than `elements` tags."""
    if data.count(b"<") > 2 * elements:
        raise CannotRead("Client", f"more than {elements} elements")
    if any(mark in data for mark in DOCTYPE_MARKS) and _doctype(data):
        raise CannotRead("Client", "a DOCTYPE, which SOAP 1.1 section 3 forbids")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise CannotRead("Client", f"not well-formed XML, line {line} column {column}") from error
    except (ValueError, LookupError) as error:
        raise CannotRead("Client", f"not XML: {type(error).__name__}") from error
    if root.getroottree().docinfo.doctype:
        raise CannotRead("Client", "a DOCTYPE, which SOAP 1.1 section 3 forbids")
    return root


def operation_element(root: etree._Element) -> etree._Element:
    """The one element in the envelope's body. CannotRead where there is no SOAP 1.1 envelope around it."""
    if root.tag != ENVELOPE:
        if isinstance(root.tag, str) and etree.QName(root).localname == "Envelope":
            raise CannotRead("VersionMismatch", "an envelope of another version than SOAP 1.1")
        raise CannotRead("Client", "no SOAP envelope")
    body = root.find(BODY)
    found = [child for child in body if isinstance(child.tag, str)] if body is not None else []
    if len(found) != 1:
        raise CannotRead("Client", f"{len(found)} elements in the SOAP body instead of one")
    return found[0]


def texts(element: etree._Element, tag: str) -> Iterator[str]:
    """The text of each child of that tag, with white space at the ends taken off."""
    for child in element.iterchildren(tag):
        yield (child.text or "").strip()


def envelope(content: str) -> bytes:
    """A SOAP 1.1 message around the content of its body."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{SOAP_11}"><soap:Body>'
        f"{content}</soap:Body></soap:Envelope>"
    ).encode()


def fault(code: str, words: str, detail: Fault | None = None) -> bytes:
    """A SOAP 1.1 fault; with `detail`, the contract's."""
    inner = ""
    if detail is not None:
        namespace, _, local = detail.element[1:].partition("}")
        fields = COMMON_V3 if detail.element == APPLICATION_FAULT else COMMON
        inner = (
            f'<detail><f:{local} xmlns:f="{namespace}" xmlns="{fields}"><ErrorCode>{detail.code}</ErrorCode>'
            f"<Description>{escape(detail.description)}</Description><CallId>{escape(detail.call_id)}</CallId>"
            f"</f:{local}></detail>"
        )
    return envelope(
        f"<soap:Fault><faultcode>soap:{code}</faultcode><faultstring>{escape(words)}</faultstring>{inner}</soap:Fault>"
    )


class _Doctype(Exception):
    """Raised out of expat at the first DOCTYPE."""


def _doctype(data: bytes) -> bool:
    """Whether the prolog declares a document type. Expat stops at the root element or at the DOCTYPE, unexpanded."""

    def declared(*_: object) -> None:
        raise _Doctype

    def root(*_: object) -> None:
        raise StopIteration

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = root
    try:
        parser.Parse(data, True)
    except _Doctype:
        return True
    except (StopIteration, expat.ExpatError, LookupError):
        return False
    return False

"""What does a request hold, as a tree, and what do the schemas of the contract say of it?

Bytes in, elements and verdicts out. Nothing is fetched or expanded: a document type ends the reading. Comments and
processing instructions are left out of the tree, so that a text cannot be cut in two by them. Left out: what the
elements mean (`_delivery`, `recipient_lookup`), and signatures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from lxml import etree

from readiness.contract import names
from readiness.contract.schemas import Contract, Fault
from readiness.model import Reason, Table, Unseen

MAXIMAL_BYTES = 16 * 1024 * 1024
MAXIMAL_DEPTH = 256
MAXIMAL_ELEMENTS = 100_000

ENVELOPES = {f"{{{names.SOAP_11}}}Envelope": "1.1", f"{{{names.SOAP_12}}}Envelope": "1.2"}
FAULT_COLUMNS = ("line", "path", "message")
MAXIMAL_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a tree. `soap` is the version of its envelope: 1.1, 1.2, other, or none where it has none.

    `payload` is what the envelope's body holds, or the root itself; `encoding` what the XML is written in.
    """

    soap: str
    payload: etree._Element
    encoding: str


@dataclass(frozen=True, slots=True)
class SchemaVerdict:
    """accepted or refused; where the first fault stands, in words; and the first faults (FAULT_COLUMNS)."""

    verdict: str
    first: str
    faults: Table


def read_request(data: bytes) -> Request | Unseen:
    """The tree of a SOAP envelope or of a bare payload. Never raises, never fetches."""
    if len(data) > MAXIMAL_BYTES:
        return Unseen(Reason.LIMIT_REACHED, f"more than {MAXIMAL_BYTES} bytes")
    if refused := _guard(data):
        return refused
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Unseen(Reason.NOT_UNDERSTOOD, f"not well-formed XML, line {getattr(error, 'lineno', 0) or 0}")
    encoding = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    if (soap := _soap_version(root)) == "none":
        return Request(soap, root, encoding)
    bodies = children(root, "Body")
    payloads = list(bodies[0]) if len(bodies) == 1 else []
    if len(payloads) != 1:
        return Unseen(Reason.NOT_UNDERSTOOD, "the envelope has not one body with one element")
    return Request(soap, payloads[0], encoding)


def children(parent: etree._Element | None, name: str) -> list[etree._Element]:
    """The child elements of that local name, whatever their namespace: an old contract's are read too."""
    return [child for child in parent if local_name(child) == name] if parent is not None else []


def child(parent: etree._Element | None, *path: str) -> etree._Element | None:
    """The first child down that path of local names, or None."""
    for name in path:
        parent = next(iter(children(parent, name)), None)
    return parent


def text_of(element: etree._Element | None) -> str:
    """All its text, without the white space around it; "" for none."""
    return "".join(element.itertext()).strip() if element is not None else ""


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def contract_version(payload: etree._Element) -> str:
    """1, 2 or 3 by the namespace of the payload (C section 3.6: the first version had none); other for a stranger's."""
    namespace = etree.QName(payload).namespace or ""
    if not namespace.startswith(names.HOME):
        return "other"
    version = re.search(r"/v([0-9])$", namespace)
    return version[1] if version else "1"


def read_schema(payload: etree._Element, contract: Contract) -> SchemaVerdict:
    """Whether a contract's schemas accept the payload, and if not, where. No value of the document is quoted."""
    faults = contract.validate(payload)
    rows = tuple((str(fault.line), fault.path, fault.message) for fault in faults[:MAXIMAL_FAULTS])
    return SchemaVerdict("refused" if faults else "accepted", _first(faults), Table(FAULT_COLUMNS, rows))


def _first(faults: tuple[Fault, ...]) -> str:
    if not faults:
        return ""
    fault = faults[0]
    return f"line {fault.line}, {fault.path}: {fault.message}"


def _soap_version(root: etree._Element) -> str:
    if local_name(root) != "Envelope":
        return "none"
    return ENVELOPES.get(str(root.tag), "other")


class _Stop(Exception):
    """Ends expat's pass."""

    def __init__(self, unseen: Unseen) -> None:
        super().__init__(unseen.detail)
        self.unseen = unseen


def _guard(data: bytes) -> Unseen | None:
    """A first pass that builds nothing: refuses a document type before an entity is read, and bounds the tree."""
    parser = expat.ParserCreate()
    counter = _Counter()
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    parser.StartDoctypeDeclHandler = counter.doctype
    try:
        parser.Parse(data, True)
    except _Stop as stop:
        return stop.unseen
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", 0)
        return Unseen(Reason.NOT_UNDERSTOOD, f"not well-formed XML, line {line}")
    return None


class _Counter:
    """Counts elements and levels, and stops where there are too many."""

    def __init__(self) -> None:
        self.elements = self.depth = 0

    def start(self, *_: object) -> None:
        self.elements += 1
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH or self.elements > MAXIMAL_ELEMENTS:
            raise _Stop(Unseen(Reason.LIMIT_REACHED, f"over {MAXIMAL_DEPTH} levels or {MAXIMAL_ELEMENTS} elements"))

    def end(self, _: object) -> None:
        self.depth -= 1

    def doctype(self, *_: object) -> NoReturn:
        raise _Stop(Unseen(Reason.NOT_UNDERSTOOD, "a document type declaration, which SOAP 1.1 section 3 forbids"))

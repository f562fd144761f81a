"""Which operations does a WSDL 1.1 describe, with which messages, and how are they bound to SOAP?

Out of the documents, whatever prefixes and order they use. Pure. Left out: what the elements hold (`_xsd`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from probes._soap_xml import qualified
from probes._wsdl_documents import Documents, resolved
from readiness.contract.names import WSDL_11, WSDL_11_SOAP

SOAP_BINDINGS = {WSDL_11_SOAP: "1.1", "http://schemas.xmlsoap.org/wsdl/soap12/": "1.2"}
W = f"{{{WSDL_11}}}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a port type: what its messages hold, each as element names ({ns}local) or "part: type"."""

    name: str
    input: tuple[str, ...]
    output: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """One operation of a binding. `uses`: literal or encoded, of every body, header and fault in it."""

    action: str
    style: str
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """A SOAP binding of a port type."""

    port_type: str
    version: str
    transport: str
    operations: Mapping[str, Bound]


@dataclass(slots=True)
class Wsdl:
    """All of it, by {ns}local. `services` gives the bindings of each port."""

    port_types: dict[str, dict[str, Operation]] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    services: dict[str, dict[str, str]] = field(default_factory=dict)


def read_wsdl(documents: Documents) -> Wsdl:
    """Out of the WSDL documents among them."""
    found = Wsdl()
    roots = list(_definitions(documents))
    messages = {
        _named(root, node): _parts(node) for root in roots for node in root.findall(f"{W}message") if node.get("name")
    }
    for root in roots:
        for node in root.findall(f"{W}portType"):
            operations = (_operation(each, messages) for each in node.findall(f"{W}operation"))
            found.port_types[_named(root, node)] = {each.name: each for each in operations}
        for node in root.findall(f"{W}binding"):
            if (binding := _binding(node)) is not None:
                found.bindings[_named(root, node)] = binding
        for node in root.findall(f"{W}service"):
            ports = node.findall(f"{W}port")
            found.services[_named(root, node)] = {
                port.get("name", ""): qualified(port, port.get("binding", "")) for port in ports
            }
    return found


def looks_like_wsdl(root: etree._Element) -> bool:
    """Whether a document is a WSDL 1.1."""
    return root.tag == f"{W}definitions"


def _definitions(documents: Documents) -> Iterator[etree._Element]:
    """Every WSDL document that the first one reaches by wsdl:import, itself first."""
    seen, waiting = {documents.start}, [documents.start]
    while waiting:
        url = waiting.pop(0)
        root = documents.root(url)
        if root is None or not looks_like_wsdl(root):
            continue
        yield root
        for node in root.findall(f"{W}import"):
            location = resolved(url, node.get("location", ""))
            if location not in seen:
                seen.add(location)
                waiting.append(location)


def _named(root: etree._Element, node: etree._Element) -> str:
    return f"{{{root.get('targetNamespace', '')}}}{node.get('name', '')}"


def _parts(message: etree._Element) -> tuple[str, ...]:
    """An element part by its element alone: the part's own name is not on the wire."""
    parts = []
    for part in message.findall(f"{W}part"):
        if element := part.get("element"):
            parts.append(qualified(part, element))
        else:
            parts.append(f"{part.get('name', '')}: {qualified(part, part.get('type', ''))}")
    return tuple(parts)


def _operation(node: etree._Element, messages: Mapping[str, tuple[str, ...]]) -> Operation:
    def said(name: str) -> list[tuple[str, ...]]:
        found = node.findall(f"{W}{name}")
        return [messages.get(qualified(each, each.get("message", "")), ("unknown message",)) for each in found]

    faults = sorted({part for parts in said("fault") for part in parts})
    inputs, outputs = said("input"), said("output")
    return Operation(node.get("name", ""), inputs[0] if inputs else (), outputs[0] if outputs else (), tuple(faults))


def _binding(node: etree._Element) -> Binding | None:
    """None for a binding to something else than SOAP."""
    for namespace, version in SOAP_BINDINGS.items():
        if (soap := node.find(f"{{{namespace}}}binding")) is not None:
            style = soap.get("style", "document")
            operations = {
                each.get("name", ""): _bound(each, namespace, style) for each in node.findall(f"{W}operation")
            }
            transport = soap.get("transport", "").rstrip("/")
            return Binding(qualified(node, node.get("type", "")), version, transport, operations)
    return None


def _bound(node: etree._Element, namespace: str, style: str) -> Bound:
    soap = node.find(f"{{{namespace}}}operation")
    uses = {
        each.get("use", "literal")
        for name in ("body", "header", "fault")
        for each in node.iter(f"{{{namespace}}}{name}")
    }
    action = soap.get("soapAction", "") if soap is not None else ""
    return Bound(action, soap.get("style", style) if soap is not None else style, tuple(sorted(uses)))

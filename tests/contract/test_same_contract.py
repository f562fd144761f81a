"""Our WSDL and XSD files against the published ones, part by part: components of the schemas, and what zeep reads."""

import re
from pathlib import Path

import pytest
import zeep
from lxml import etree

from readiness.contract.names import AUTHORITY, AUTHORITY_WSDL, OPERATIONS, SOAP_ACTION, WSDL_11, XML_SCHEMA
from readiness.contract.schemas import OWN, load_contract
from tests.contract.test_differential import LAYOUTS, PUBLISHED, layout

XS = f"{{{XML_SCHEMA}}}"
SERVICES = ("Recipient", "Service", "Message", "Authority", "Notification")
NEWER = {f"{{{AUTHORITY}}}{name}" for name in ("Person", "SignatoryId", "PersonalNumber")} | {
    f"{{{AUTHORITY_WSDL}}}testNewSigner"
}
"""Where the two published layouts differ (SignatoryId of 2025 in place of PersonalNumber): ours are the newer."""


# -- The components of the schemas


def schema_roots(contract):
    for data in contract.schema_files().values():
        yield etree.fromstring(data)
    for service in contract.services:
        yield from etree.fromstring(contract.wsdl(service)).iter(f"{XS}schema")


def components(contract):
    """{kind and name: what it says}, prefixes, order of declarations, comments and written-out defaults aside."""
    found = {}
    for schema in schema_roots(contract):
        namespace = schema.get("targetNamespace")
        for part in schema.iterchildren(*(XS + kind for kind in ("element", "complexType", "simpleType"))):
            name = f"{{{namespace}}}{part.get('name')}"
            found[etree.QName(part).localname, name] = said(part, schema.get("elementFormDefault", "unqualified"))
    return found


def said(part, form):
    told = {}
    for key, value in part.attrib.items():
        if key in {"type", "ref", "base"}:
            prefix, _, local = value.rpartition(":")
            told[key] = f"{{{part.nsmap[prefix or None]}}}{local}"
        elif (key, value) not in {("minOccurs", "1"), ("maxOccurs", "1"), ("use", "optional")}:
            told[key] = value
    kind = etree.QName(part).localname
    inside = [said(each, form) for each in part.iterchildren("*") if each.tag != f"{XS}annotation"]
    if kind != "sequence":
        inside.sort(key=repr)
    return kind, tuple(sorted(told.items())), form if "name" in told and kind == "element" else "", tuple(inside)


@pytest.mark.parametrize("name", LAYOUTS)
def test_our_schemas_say_the_same_of_every_component(name):
    ours, theirs = components(load_contract()), components(layout(name))
    more = {key for key in ours.keys() - theirs.keys() if key[1] not in NEWER}
    assert {key[1] for key in theirs.keys() - ours.keys()} <= NEWER
    # The layout of a kommun that only sends has no Authority.wsdl, so nothing of its elements and of Dispatcher.
    assert all("/Authority}" in key or "/Dispatcher}" in key for _, key in more)
    assert not more or name == "v3-sundsvall-2026"
    both = ours.keys() & theirs.keys()
    assert len(both) > 150
    assert {key[1] for key in both if ours[key] != theirs[key]} <= (NEWER if name == "v3-sunet-2022" else set())


def test_a_component_that_says_something_else_is_seen():
    part = etree.fromstring(f'<e xmlns="{XML_SCHEMA}" name="x"><s><e name="y" minOccurs="1"/></s></e>')
    other = etree.fromstring(f'<e xmlns="{XML_SCHEMA}" name="x"><s><e name="y" minOccurs="0"/></s></e>')
    same = etree.fromstring(
        f'<z:e xmlns:z="{XML_SCHEMA}" name="x"><z:s><!-- --><z:e name="y" maxOccurs="1"/></z:s></z:e>'
    )
    assert said(part, "qualified") == said(same, "qualified") != said(other, "qualified")
    assert said(part, "qualified")[3][0][0] == "s"


# -- What zeep reads


def read(path):
    """What a client that is not ours sees: operations with port, binding, SOAPAction, address; types; faults."""
    client = zeep.Client(str(path))
    prefixes = client.wsdl.types.prefix_map

    def plain(words):
        return re.sub(r"\b(ns\d+):", lambda found: f"{{{prefixes[found[1]]}}}", str(words))

    operations = {
        (
            *(str(service.name), port.name, str(port.binding.name), port.binding_options["address"], operation.name),
            *(operation.soapaction, operation.style, fault_element(port, operation.name)),
            *(plain(operation.input.signature()), plain(operation.output.signature())),
        )
        for service in client.wsdl.services.values()
        for port in service.ports.values()
        for operation in port.binding.all().values()
    }
    types = {str(each.qname): plain(each.signature(schema=client.wsdl.types)) for each in client.wsdl.types.types}
    elements = {str(each.qname): plain(each.signature(schema=client.wsdl.types)) for each in client.wsdl.types.elements}
    return operations, types, elements


def fault_element(port, operation):
    [message] = port.binding.port_type.operations[operation].fault_messages.values()
    [part] = message.parts.values()
    return str(part.element.qname)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("name", LAYOUTS)
def test_zeep_reads_the_same_operations_bindings_and_types(name, service):
    layout(name)
    theirs = PUBLISHED / name / f"{service}.wsdl"
    if not theirs.is_file():
        assert name == "v3-sundsvall-2026"
        assert service in {"Message", "Authority", "Notification"}
        return
    our_operations, our_types, our_elements = read(OWN / f"{service.lower()}.wsdl")
    their_operations, their_types, their_elements = read(theirs)
    newer = NEWER if name == "v3-sunet-2022" else set()
    changed = {operation for operation in our_operations ^ their_operations if operation[4] != "testNewSigner"}
    assert not changed
    assert {operation[4] for operation in our_operations} == {operation[4] for operation in their_operations}
    for ours, theirs in ((our_types, their_types), (our_elements, their_elements)):
        assert {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)} <= newer
        assert ours


def test_the_wsdl_parts_bear_the_same_names():
    ours, theirs = load_contract(), layout("v3-sunet-2022")
    for service in SERVICES:
        assert wsdl_names(ours.wsdl(service)) == wsdl_names(theirs.wsdl(service))


def wsdl_names(data):
    """Every named thing of a WSDL below its types, with what it refers to."""
    root = etree.fromstring(data)
    kinds = ("message", "part", "portType", "operation", "input", "output", "fault", "binding", "service", "port")
    return (
        root.get("targetNamespace"),
        root.get("name"),
        sorted(
            (
                kind,
                each.get("name") or "",
                *(each.get(key, "").rpartition(":")[2] for key in ("message", "element", "type")),
            )
            for kind in kinds
            for each in root.iter(f"{{{WSDL_11}}}{kind}")
        ),
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_operations_that_we_name_are_in_our_wsdl(operation):
    client = zeep.Client(str(OWN / f"{operation.service.lower()}.wsdl"))
    [service] = client.wsdl.services.values()
    [port] = service.ports.values()
    found = port.binding.all()[operation.name]
    assert str(found.input.body.qname) == operation.request
    assert str(found.output.body.qname) == operation.response
    assert fault_element(port, operation.name) == operation.fault
    assert found.soapaction == SOAP_ACTION


def test_our_files_are_our_own():
    """Facts carry over; text does not: no published file is copied, not even without its blanks."""
    for name in LAYOUTS:
        theirs = {b"".join(path.read_bytes().split()) for path in (PUBLISHED / name).rglob("*.[wx]s*")}
        if not theirs:
            pytest.skip(f"NOT COMPARED: the published files are not at {PUBLISHED / name}")
        ours = {b"".join(path.read_bytes().split()) for path in Path(OWN).rglob("*.[wx]s*")}
        assert len(ours) == 28
        assert not ours & theirs

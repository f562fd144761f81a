"""What a served WSDL differs in from the published one, told from real servers; and what is never fetched."""

import asyncio
import re
from pathlib import Path

import pytest
from lxml import etree

from probes._soap_endpoint import PUBLISHED
from probes._wsdl_client import build_client
from probes._wsdl_differences import Contract, compare
from probes._wsdl_documents import DOCUMENTS, Documents, gather
from probes.soap_contract import FACTS, PROBE
from readiness.contract.schemas import load_contract
from readiness.demo.soap_service import SoapService
from readiness.model import Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Limits
from readiness.session import LiveSession
from tests.conftest import NOON, Kept, look, profile_of, session_for
from tests.stands.pki import authority, leaf
from tests.stands.programs import free_port
from tests.stands.scripted import echoes, scripted, silent
from tests.stands.soap_server import HANGS_UP, SILENT, raw_answer, soap_server

NAME = "tjanst.exempel.example"
PATH = "/Message/v3"
REAL = Path(__file__).parents[2] / "../shared/contract"


@pytest.fixture(scope="module")
def server():
    return leaf(authority("Rot"), [NAME])


def endpoint(address, **declared):
    says = {"server_name": NAME, "interface": "soap", "soap": "message", "path": PATH, "wsdl_path": f"{PATH}?wsdl"}
    says = {key: value for key, value in (says | declared).items() if value}
    return Target("tjanst", TargetKind.ENDPOINT, address=address, declared=tuple(sorted(says.items())))


def seen(answer, server, tmp_path, **declared):
    with soap_server(answer, server, tmp_path) as stand:
        target = endpoint(stand.address, **declared)
        session = session_for(target, limits=Limits(wait=1.0))
        return look(PROBE, target, session), stand, session


def values(said):
    return {name.removeprefix("soap."): each.value for name, each in said.items()}


def changed(*changes, service="Message"):
    """The service with pieces of its WSDL and schemas exchanged; every piece has to be there."""
    whole = SoapService.of(service, PATH)
    wsdl, schemas = whole.wsdl, dict(whole.schemas)
    for old, new in changes:
        assert any(old in data for data in (wsdl, *schemas.values())), old
        wsdl = wsdl.replace(old, new)
        schemas = {name: data.replace(old, new) for name, data in schemas.items()}
    return SoapService(PATH, wsdl, schemas)


OWN = b"""<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t"
 xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" targetNamespace="urn:t">
 <types><x:schema xmlns:x="http://www.w3.org/2001/XMLSchema">
  <x:import namespace="urn:t" schemaLocation="schema/t.xsd"/></x:schema></types>
 <message name="in"><part name="p" element="t:ask"/></message>
 <portType name="P"><operation name="ask"><input message="t:in"/></operation></portType>
 <binding name="B" type="t:P"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="ask"><s:operation soapAction=""/><input><s:body use="literal"/></input></operation></binding>
</definitions>"""

# -- What is served ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", ["message", "recipient", "service", "authority"])
def test_the_published_contract_differs_in_nothing_from_itself(server, tmp_path, contract):
    said, stand, session = seen(SoapService.of(contract.title(), PATH).answer, server, tmp_path, soap=contract)
    found = values(said)
    assert set(said) == {fact.name for fact in FACTS}
    assert (found["wsdl"], found["client_library"]) == ("served", "built")
    empty = ("operations_missing", "operations_extra", "binding_differences", "type_differences", "foreign_locations")
    assert {found[name] for name in empty} == {()}
    assert found["operations_published"] == found["operations_served"] == found["operations_compared"] > 1
    assert found["declarations_compared"] > 50
    assert found["differences"] == Table(("part", "name", "published", "served"), ())
    assert len(stand.asked) == found["documents_read"] > 5
    assert {request.method for request in stand.asked} == {"GET"}
    assert len(session.kept) == found["documents_read"]


def test_prefixes_and_order_say_nothing(server, tmp_path):
    original = SoapService.of("Message", PATH)
    prefixed = re.sub(rb"<(/?)(?=[a-zA-Z]+[ >/])", rb"<\1w:", original.wsdl).replace(b" xmlns=", b" xmlns:w=")
    root = etree.fromstring(prefixed)
    root[:] = reversed(root[:])
    moved = etree.tostring(root)
    assert moved.count(b"<w:") > 20
    found = values(seen(SoapService(PATH, moved, original.schemas).answer, server, tmp_path)[0])
    assert (found["operations_missing"], found["binding_differences"], found["type_differences"]) == ((), (), ())
    assert found["operations_compared"] == 2


DIFFERENCES = [
    (
        (b'soapAction=""', b'soapAction="urn:x"'),
        "binding_differences",
        'distributeSecure: SOAPAction "urn:x", published ""',
    ),
    ((b'style="document"', b'style="rpc"'), "binding_differences", "distributeSecure: style rpc, published document"),
    ((b'use="literal"', b'use="encoded"'), "binding_differences", "distributeSecure: use encoded, published literal"),
    (
        (b"soap/http", b"soap/smtp"),
        "binding_differences",
        "distributeSecure: transport http://schemas.xmlsoap.org/soap/smtp",
    ),
    (
        (b"wsdl/soap/", b"wsdl/soap12/"),
        "binding_differences",
        "distributeSecure: SOAP version SOAP 1.2, published SOAP 1.1",
    ),
    (
        (b"Message/v3", b"Message/v4"),
        "binding_differences",
        "distributeSecure: input {http://minameddelanden.gov.se/schema/Message/v4",
    ),
    ((b'maxLength value="50"', b'maxLength value="36"'), "type_differences", "checkDistributionStatus/distributionId"),
    (
        (b'maxLength value="1024"', b'maxLength value="1023"'),
        "type_differences",
        "distributeSecure/signedDelivery/Delivery/Message/Header/Supportinfo/Text",
    ),
    (
        (b'name="Subject"', b'name="Amne"'),
        "type_differences",
        "distributeSecure/signedDelivery/Delivery/Message/Header",
    ),
]


@pytest.mark.parametrize(("change", "fact", "named"), DIFFERENCES, ids=lambda each: str(each)[:40])
def test_a_difference_is_named_in_words(server, tmp_path, change, fact, named):
    found = values(seen(changed(change).answer, server, tmp_path)[0])
    assert any(each.startswith(named) for each in found[fact]), found[fact]
    assert found["differences"].rows
    other = {"binding_differences": "type_differences", "type_differences": "binding_differences"}[fact]
    assert found[other] == ()


def test_an_operation_too_few_and_one_too_many(server, tmp_path):
    lacking = SoapService.of("Message", PATH, frozenset({"wsdl-lacks-operation"}))
    assert values(seen(lacking.answer, server, tmp_path)[0])["operations_missing"] == ("checkDistributionStatus",)
    renamed = changed((b'operation name="distributeSecure"', b'operation name="sendSecure"'))
    found = values(seen(renamed.answer, server, tmp_path)[0])
    assert (found["operations_missing"], found["operations_extra"]) == (("distributeSecure",), ("sendSecure",))


def test_another_name_of_the_port_type_is_told_and_hides_nothing(server, tmp_path):
    found = values(seen(changed((b"MessagePort-v3", b"IMessage")).answer, server, tmp_path)[0])
    assert found["operations_missing"] == ()
    assert found["operations_compared"] == 2
    assert ("port type", "MessagePort-v3") in {row[:2] for row in found["differences"].rows}


def test_what_stands_elsewhere_is_told_and_never_asked(server, tmp_path):
    with soap_server(lambda _: raw_answer("200 OK", b"<x/>"), server, tmp_path) as elsewhere:
        url = f"https://{NAME}:{elsewhere.address.rpartition(':')[2]}/xsd/common-v3.xsd".encode()
        moved = changed((b'schemaLocation="/Message/v3/xsd/common-v3.xsd"', b'schemaLocation="' + url + b'"'))
        said, _, _ = seen(moved.answer, server, tmp_path)
        assert elsewhere.asked == []
    found = values(said)
    assert found["foreign_locations"] == (url.decode(),)
    # What only that document defines is nowhere else: the set stays open there, and the rest of it is compared.
    assert found["declarations_compared"] > 50


def test_a_document_that_cannot_be_had_leaves_open_what_stands_in_it(server, tmp_path):
    whole = SoapService.of("Message", PATH)
    schemas = {name: data for name, data in whole.schemas.items() if "sender" not in name}
    said, _, _ = seen(SoapService(PATH, whole.wsdl, schemas).answer, server, tmp_path)
    (unread,) = values(said)["unread_locations"]
    assert unread.endswith("sender.xsd")
    assert values(said)["client_library"] == "refused"
    types = said["soap.type_differences"]
    assert types.value == ()
    assert types.undecided
    assert {why.reason for _, why in types.undecided} == {Reason.NOT_UNDERSTOOD}


def test_two_documents_that_import_each_other_are_read_once(server, tmp_path):
    loop = b'<import namespace="urn:x" location="/Message/v3?wsdl"/>'
    found = seen(changed((b"<types>", loop + b"<types>")).answer, server, tmp_path)
    assert len(found[1].asked) == values(found[0])["documents_read"]


# -- What is not served ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (raw_answer("404 Not Found"), "not_served"),
        (raw_answer("405 Method Not Allowed"), "not_served"),
        (raw_answer("302 Found", Location="https://wsdl.exempel.example/"), "redirected"),
        (raw_answer("200 OK", b"<html/>", "text/html"), "another_document"),
        (raw_answer("200 OK", b"\xff\xfe garbage"), "another_document"),
        (raw_answer("200 OK", b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + OWN), "another_document"),
        (raw_answer("200 OK", b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'>" + OWN), "another_document"),
    ],
)
def test_an_answer_that_is_no_wsdl_is_a_fact_and_leaves_the_rest_open(server, tmp_path, answer, said):
    with soap_server(lambda _: answer, server, tmp_path) as stand:
        target = endpoint(stand.address)
        facts, problem = _until_it_stops(target)
    assert facts == {"soap.wsdl": said}
    assert problem.unseen.reason is Reason.NOT_EXERCISED
    assert len(stand.asked) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (raw_answer("401 Unauthorized"), Reason.CREDENTIALS_NEEDED),
        (raw_answer("403 Forbidden"), Reason.ACCESS_DENIED),
        (raw_answer("503 Service Unavailable"), Reason.NOT_UNDERSTOOD),
        (raw_answer("200 OK", b"x" * 300_000), Reason.LIMIT_REACHED),
    ],
)
def test_an_answer_that_leaves_it_open_is_a_reason(server, tmp_path, answer, reason):
    with soap_server(lambda _: answer, server, tmp_path) as stand:
        facts, problem = _until_it_stops(endpoint(stand.address))
    assert problem.unseen.reason is reason
    assert isinstance(facts["soap.wsdl"], Unseen)


@pytest.mark.parametrize(("said", "reason"), [(SILENT, Reason.TIMED_OUT), (HANGS_UP, Reason.CLOSED_EARLY)])
def test_silence_is_a_reason(server, tmp_path, said, reason):
    with soap_server(lambda _: said, server, tmp_path) as stand:
        facts, problem = _until_it_stops(endpoint(stand.address))
    assert (facts, problem.unseen.reason) == ({}, reason)


@pytest.mark.parametrize(("part", "reason"), [(silent, Reason.TIMED_OUT), (echoes, Reason.NOT_UNDERSTOOD)])
def test_a_peer_that_is_no_tls_server_is_a_reason(part, reason):
    with scripted(part) as stand:
        facts, problem = _until_it_stops(endpoint(stand.address))
    assert (facts, problem.unseen.reason) == ({}, reason)


def test_nobody_home_is_a_refused_connection():
    facts, problem = _until_it_stops(endpoint(f"127.0.0.1:{free_port()}"))
    assert (facts, problem.unseen.reason) == ({}, Reason.CONNECTION_REFUSED)


def test_an_endpoint_without_soap_is_not_asked(server, tmp_path):
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path) as stand:
        facts, problem = _until_it_stops(endpoint(stand.address, interface=""))
        assert stand.asked == []
    assert (facts, problem.unseen.reason) == ({}, Reason.NOT_CONFIGURED)


def test_without_a_published_contract_the_wsdl_is_seen_and_the_differences_are_not(server, tmp_path):
    with soap_server(SoapService.of("Message", PATH).answer, server, tmp_path) as stand:
        facts, problem = _until_it_stops(endpoint(stand.address, soap=""))
    assert facts["soap.wsdl"] == "served"
    assert facts["soap.client_library"] == "built"
    assert "soap.operations_missing" not in facts
    assert problem.unseen.reason is Reason.NOT_CONFIGURED


def _until_it_stops(target):
    """The facts it gave, and why it gave no more."""
    facts = {}

    async def gather_them():
        async for each in PROBE.observe(target, session_for(target, limits=Limits(wait=0.5))):
            facts[each.fact] = each.value

    with pytest.raises(CannotObserve) as problem:
        asyncio.run(gather_them())
    return facts, problem.value


# -- A contract of the supplier's own ----------------------------------------------------------------------------------

HEAD = b"""<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t"
 elementFormDefault="qualified">"""
SHORT = b'<simpleType%s><restriction base="string"><maxLength value="9"/></restriction></simpleType>'
NAMED = (
    HEAD
    + SHORT % b' name="Short"'
    + b"""
 <element name="ask" type="t:Ask"/>
 <complexType name="Base"><sequence><element name="a" type="t:Short"/></sequence></complexType>
 <complexType name="Ask"><complexContent><extension base="t:Base"><sequence><group ref="t:G"/></sequence>
  <attribute name="n" type="int" use="required"/></extension></complexContent></complexType>
 <group name="G"><choice><element name="b" type="t:Ask" minOccurs="0"/><element name="c" type="date"/></choice></group>
</schema>"""
)
INSIDE = (
    b'<sequence><element name="a">'
    + SHORT % b""
    + b"""</element><choice><element name="c" type="date"/>
 <element name="b" minOccurs="0" type="t:Other"/></choice></sequence><attribute name="n" type="int" use="required"/>"""
)
INLINE = b"".join(
    (
        HEAD,
        b'<element name="ask"><complexType>',
        INSIDE,
        b"</complexType></element>",
        b'<complexType name="Other">',
        INSIDE,
        b"</complexType></schema>",
    )
)


def published_files(tmp_path, xsd=NAMED):
    folder = tmp_path / "kontrakt"
    (folder / "schema").mkdir(parents=True)
    (folder / "t.wsdl").write_bytes(OWN)
    (folder / "schema" / "t.xsd").write_bytes(xsd)
    return str(folder / "t.wsdl")


def served(xsd, wsdl=OWN):
    return SoapService(PATH, wsdl.replace(b"schema/t.xsd", b"/Message/v3/t.xsd"), {"t.xsd": xsd}).answer


def test_two_ways_of_writing_the_same_types_do_not_differ(server, tmp_path):
    file = published_files(tmp_path)
    found = values(seen(served(INLINE), server, tmp_path, soap="", wsdl_file=file)[0])
    assert found["type_differences"] == ()
    assert found["declarations_compared"] >= 5
    assert (found["operations_published"], found["operations_missing"]) == (1, ())


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (b'maxLength value="9"', b'maxLength value="8"', "ask/a"),
        (b'use="required"', b'use="optional"', "ask/@n"),
        (b'name="c" type="date"', b'name="c" type="dateTime"', "ask/c"),
        (b'minOccurs="0"', b'minOccurs="1"', "ask"),
        (b"choice>", b"sequence>", "ask"),
        (b'elementFormDefault="qualified"', b"", "ask"),
        (b'type="date"', b'type="date" nillable="true"', "ask/c"),
    ],
)
def test_each_way_of_differing_in_types_is_seen(server, tmp_path, old, new, path):
    assert old in INLINE
    found = values(
        seen(served(INLINE.replace(old, new)), server, tmp_path, soap="", wsdl_file=published_files(tmp_path))[0]
    )
    assert path in found["type_differences"]


def test_a_published_file_that_is_not_there_is_not_configured(server, tmp_path):
    with soap_server(SoapService.of("Message", PATH).answer, server, tmp_path) as stand:
        facts, problem = _until_it_stops(endpoint(stand.address, soap="", wsdl_file=str(tmp_path / "borta.wsdl")))
    assert facts["soap.wsdl"] == "served"
    assert problem.unseen.reason is Reason.NOT_CONFIGURED


def test_a_published_file_without_operations_is_not_understood(server, tmp_path):
    (tmp_path / "tom.wsdl").write_bytes(b'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>')
    with soap_server(SoapService.of("Message", PATH).answer, server, tmp_path) as stand:
        _, problem = _until_it_stops(endpoint(stand.address, soap="", wsdl_file=str(tmp_path / "tom.wsdl")))
    assert problem.unseen.reason is Reason.NOT_UNDERSTOOD


# -- Bounds ------------------------------------------------------------------------------------------------------------


def test_a_wsdl_that_imports_without_end_is_read_up_to_a_bound():
    start = "https://a.example/0"

    async def fetch(url):
        number = int(url.rpartition("/")[2])
        return b'<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"><x:include schemaLocation="%d"/></x:schema>' % (
            number + 1
        )

    documents = asyncio.run(gather(start, asyncio.run(fetch(start)), fetch))
    assert len(documents.texts) == DOCUMENTS
    (failed,) = documents.failed.values()
    assert failed.reason is Reason.LIMIT_REACHED


def test_groups_that_unfold_without_end_leave_the_types_open():
    groups = b"".join(
        b'<group name="g%d"><sequence>%s</sequence></group>' % (n, b'<group ref="t:g%d"/>' % (n + 1) * 4)
        for n in range(12)
    )
    inside = b'<element name="ask"><complexType><group ref="t:g0"/></complexType></element>' + groups
    last = b'<group name="g12"><sequence><element name="a" type="string"/></sequence></group></schema>'
    xsd = HEAD + inside + last
    documents = Documents(
        "https://a.example/t.wsdl", {"https://a.example/t.wsdl": OWN, "https://a.example/schema/t.xsd": xsd}
    )
    found = compare(Contract.read(documents), Contract.read(documents))
    assert [why.reason for why in found.open_types.values()] == [Reason.NOT_UNDERSTOOD]


def test_the_client_library_fetches_nothing():
    documents = Documents("https://a.example/t.wsdl", {"https://a.example/t.wsdl": OWN})
    assert "schema/t.xsd was not read" in build_client(documents)


# -- Against the real files --------------------------------------------------------------------------------------------


def real(folder, service):
    async def read(url):
        return (REAL / folder / url.removeprefix(PUBLISHED)).read_bytes()

    return asyncio.run(gather(f"{PUBLISHED}{service}.wsdl", (REAL / folder / f"{service}.wsdl").read_bytes(), read))


def own(service):
    contract = load_contract()
    files = {PUBLISHED + path: data for path, data in contract.schema_files().items()}
    return Documents(f"{PUBLISHED}{service}.wsdl", {f"{PUBLISHED}{service}.wsdl": contract.wsdl(service), **files})


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("v3-sunet-2022", "Service"),
        ("v3-sunet-2022", "Message"),
        ("v3-sundsvall-2026", "Recipient"),
        ("v3-sundsvall-2026", "Service"),
    ],
)
def test_our_contract_differs_in_nothing_from_the_real_files(folder, service):
    if not REAL.is_dir():
        pytest.skip(f"the real contract files are not there: {REAL}")
    found = compare(Contract.read(real(folder, service)), Contract.read(own(service)))
    assert (found.missing, found.extra, found.bindings, found.types, found.open_types) == (
        set(),
        set(),
        set(),
        set(),
        {},
    )
    assert found.declared > 100


def test_the_change_of_2025_in_a_person_s_id_is_seen():
    if not REAL.is_dir():
        pytest.skip(f"the real contract files are not there: {REAL}")
    found = compare(Contract.read(real("v3-sunet-2022", "Recipient")), Contract.read(own("Recipient")))
    assert found.types == {"changeServiceSupplierResponse/signatureAuthorizationResult/PossibleSigners/Id"}


def test_the_contract_of_2014_is_another_one():
    if not REAL.is_dir():
        pytest.skip(f"the real contract files are not there: {REAL}")
    found = compare(Contract.read(own("Service")), Contract.read(real("v1-pymmclient-2014", "Service")))
    assert len(found.bindings) >= 3
    assert len(found.extra) == 4


def test_a_contract_without_the_service_is_not_configured(server, tmp_path):
    folder = REAL / "v3-sundsvall-2026"
    if not folder.is_dir():
        pytest.skip(f"the real contract files are not there: {folder}")
    with soap_server(SoapService.of("Message", PATH).answer, server, tmp_path) as stand:
        target = endpoint(stand.address)
        session = LiveSession(profile_of(target), Kept(), Limits(wait=1.0), clock=lambda: NOON, contract=folder)
        with pytest.raises(CannotObserve) as problem:
            look(PROBE, target, session)
    assert problem.value.unseen.reason is Reason.NOT_CONFIGURED
    assert "no WSDL for Message" in problem.value.unseen.detail

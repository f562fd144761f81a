"""Does the example's SOAP service answer as the contract says, and with each quirk as the quirk says?"""

import socket
import ssl

import pytest
from lxml import etree

from readiness.contract.schemas import load_contract
from readiness.demo.chain import running_chain
from readiness.demo.soap_defects import DEFECTS
from readiness.demo.soap_service import READ_LIMIT, Request, SoapService, read_request
from readiness.permits import refusal, split_address
from readiness.probe import Effect
from readiness.profile import load_profile
from readiness.run import utc_now

PATH = "/Message/v3"
EMPTY = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>'


def asked(*quirks, method="POST", target=PATH, body=EMPTY, kind="text/xml"):
    said = SoapService.of("Message", PATH, frozenset(quirks)).answer(
        Request(method, target, {"content-type": kind}, body)
    )
    head, _, content = said.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head, content


def test_a_fault_follows_the_contract():
    status, _, content = asked()
    assert status == 500
    fault = etree.fromstring(content).find(".//{http://minameddelanden.gov.se/schema/Common/v3}applicationFault")
    assert load_contract().validate(fault) == ()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"method": "GET", "target": f"{PATH}?wsdl"}, 200),
        ({"method": "GET", "target": f"{PATH}/xsd/common-v3.xsd"}, 200),
        ({"method": "GET", "target": "/"}, 404),
        ({"method": "PUT"}, 404),
        ({"target": "/annat"}, 404),
        ({"kind": "application/json"}, 415),
        ({"body": b"x" * (2 * 1024 * 1024 + 1)}, 500),
    ],
)
def test_each_request_has_its_status(request_, status):
    assert asked(**request_)[0] == status


def test_every_defect_of_the_service_changes_an_answer():
    asking = [
        {"method": "GET", "target": f"{PATH}?wsdl"},
        {"method": "GET", "target": f"{PATH}/xsd/message-v3.xsd"},
        {},
        {
            "body": EMPTY.replace(b"<e:Body/>", b"<e:Body>&a;</e:Body>").replace(
                b"<e:", b"<!DOCTYPE e [<!ENTITY a 'b'>]><e:", 1
            )
        },
    ]
    quirks = [defect.name.removeprefix("soap-") for defect in DEFECTS if defect.name != "soap-fetches-dtds"]
    assert len(quirks) == 9
    for quirk in quirks:
        assert [asked(**each) for each in asking] != [asked(quirk, **each) for each in asking], quirk


def pieces(*data):
    left = list(data)
    return lambda: left.pop(0) if left else b""


def test_a_request_is_read_whole_from_any_pieces():
    request = read_request(pieces(b"POST /x HT", b"TP/1.1\r\nContent-Length: 5\r\n\r", b"\nab", b"cde"))
    assert request == Request("POST", "/x", {"content-length": "5"}, b"abcde")


@pytest.mark.parametrize(
    "data",
    [
        (),
        (b"GET / HTTP/1.1\r\n",),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab",),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (READ_LIMIT + 1), b"x"),
        (b"nonsense\r\n\r\n",),
        tuple([b"x" * 4096] * 10),
    ],
)
def test_what_is_no_whole_request_is_none(data):
    assert read_request(pieces(*data)) is None


def test_the_integration_serves_it_over_tls_and_the_kommun_permits_requests(tmp_path):
    with running_chain(tmp_path) as path:
        profile = load_profile(path)
        (target,) = (target for target in profile.targets if target.says("interface") == "soap")
        assert refusal(Effect.SENDS, target, profile, utc_now()) == ""
        context = ssl.create_default_context(cafile=profile.trust_anchors[0])
        name = str(target.says("server_name"))
        with (
            socket.create_connection(split_address(target.address), 5) as raw,
            context.wrap_socket(raw, server_hostname=name) as tls,
        ):
            tls.sendall(f"GET {target.says('wsdl_path')} HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
            data = b""
            while more := tls.recv(65536):
                data += more
    assert b"MessagePort-v3" in data

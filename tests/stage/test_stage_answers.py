"""What FaR, the operators and the Message port answer, over mutual TLS, and that the schemas allow every answer."""

import http.client
from dataclasses import replace

import pytest
from lxml import etree

from readiness.contract.schemas import load_contract
from readiness.stage.behaviour import NOT_REGISTERED, SANE, Behaviour, ServiceFault, digest
from readiness.stage.settings import default_operators
from tests.stage.standing import (
    ADULTS,
    HEADERS,
    MESSAGE,
    PERSONS,
    SENDER,
    Standing,
    deliver_secure,
    envelope,
    eventually,
    get,
    inside,
    is_reachable,
    is_registered,
    post,
    signed_delivery,
    standing,
)  # fmt: skip

RECIPIENT = "{http://minameddelanden.gov.se/schema/Recipient}"
SERVICE = "{http://minameddelanden.gov.se/schema/Service}"
OPERATORS = default_operators()


def texts(answer: bytes, tag: str) -> list[str | None]:
    return [element.text for element in etree.fromstring(answer).iter(tag)]


def allowed(answer: bytes) -> bool:
    element = inside(answer)
    return load_contract().validate(element) == ()


def supplier_of(stand: Standing, person: str) -> str:
    _, answer = post(stand, "far", "/Recipient/v3", is_reachable(person))
    (found,) = texts(answer, f"{RECIPIENT}Id")
    return str(found)


def test_far_answers_for_each_recipient_in_order(stand):
    asked = [*ADULTS[:3], "162021005489"]
    status, answer = post(stand, "far", "/Recipient/v3", is_reachable(*asked))
    assert status == 200
    assert allowed(answer)
    assert texts(answer, f"{RECIPIENT}RecipientId") == asked
    assert texts(answer, f"{RECIPIENT}Type") == ["Secure", "Secure", "Secure", "Not"]
    assert texts(answer, f"{RECIPIENT}SenderAccepted") == ["true", "true", "true", "false"]
    assert set(texts(answer, f"{RECIPIENT}Name")) <= {operator.name for operator in OPERATORS}


def test_the_address_of_an_operator_is_one_that_answers(stand):
    _, answer = post(stand, "far", "/Recipient/v3", is_reachable(ADULTS[0]))
    (address,) = texts(answer, f"{RECIPIENT}ServiceAdress")
    assert address == stand.stage.url("Service", supplier_of(stand, ADULTS[0]))


def test_is_registered_answers_with_account_statuses(stand):
    status, answer = post(stand, "far", "/Recipient/v3", is_registered(*ADULTS[:2]))
    assert (status, allowed(answer), texts(answer, f"{RECIPIENT}Type")) == (200, True, ["Secure", "Secure"])


def test_a_minor_has_no_mailbox(stand):
    minor = next(number for number, behaviour in PERSONS.items() if behaviour.id == "not_registered")
    _, answer = post(stand, "far", "/Recipient/v3", is_reachable(minor))
    assert texts(answer, f"{RECIPIENT}Type") == ["Not"]


@pytest.mark.parametrize("operation", ["getSenders", "getDispatchers"])
def test_the_authority_lists_who_is_registered(stand, operation):
    status, answer = post(stand, "far", "/Authority", get(operation))
    assert (status, allowed(answer)) == (200, True)
    assert SENDER in [element.text for element in etree.fromstring(answer).iter()]


def test_a_thousand_recipients_get_an_answer_of_more_than_64_kilobytes(stand):
    numbers = [f"1620210{place:05d}" for place in range(990)] + ADULTS[:10]
    status, answer = post(stand, "far", "/Recipient/v3", is_reachable(*numbers))
    assert (status, allowed(answer), len(texts(answer, f"{RECIPIENT}Type"))) == (200, True, 1000)
    assert len(answer) > 65536
    exchange = eventually(lambda: [e for e in stand.exchanges if e.response_size == len(answer)])[0]
    assert exchange.response_cut_at is None
    assert exchange.response_last_byte is not None


def test_more_than_a_thousand_are_refused_with_5005(stand):
    status, answer = post(stand, "far", "/Recipient/v3", is_reachable(*["162021005489"] * 1001))
    assert (status, texts(answer, "{http://minameddelanden.gov.se/schema/Common/v3}ErrorCode")) == (500, ["5005"])


def test_the_right_operator_delivers_and_gives_a_receipt(stand):
    operator = supplier_of(stand, ADULTS[1])
    status, answer = post(stand, f"operator-{operator}", "/service/v3", deliver_secure(ADULTS[1]))
    assert (status, allowed(answer)) == (200, True)
    assert texts(answer, f"{SERVICE}Delivered") == ["true"]
    (trans_id,) = texts(answer, f"{SERVICE}TransId")
    exchange = eventually(lambda: [e for e in stand.exchanges if e.answer_id == trans_id])[0]
    assert (exchange.part, exchange.operation, exchange.status) == ("Service", "deliverSecure", 200)
    assert [(a.scenario, a.by, a.person) for a in exchange.attributions] == [("sane", "recipient", ADULTS[1])]
    assert exchange.attributions[0].digest == digest(PERSONS[ADULTS[1]])


def test_another_operator_does_not_have_the_mailbox(stand):
    other = next(one.id for one in OPERATORS if one.id != supplier_of(stand, ADULTS[1]))
    status, answer = post(stand, f"operator-{other}", "/service/v3", deliver_secure(ADULTS[1]))
    assert (status, texts(answer, f"{SERVICE}Delivered")) == (200, ["false"])


def test_two_recipients_in_a_delivery_are_wrong_input(stand):
    two = deliver_secure(ADULTS[1]).replace(
        b"</Recipient>", f'</Recipient><Recipient xmlns="{MESSAGE}/v2">{ADULTS[2]}</Recipient>'.encode()
    )
    status, answer = post(stand, f"operator-{OPERATORS[0].id}", "/service/v3", two)
    assert (status, texts(answer, "{http://minameddelanden.gov.se/schema/Common/v3}ErrorCode")) == (500, ["5001"])


def test_the_message_port_takes_a_message_and_tells_what_became_of_it(stand):
    inner = signed_delivery(ADULTS[3]).partition("<Seal")[0].replace("SignedDelivery", "signedDelivery")
    status, answer = post(
        stand,
        "message",
        "/Message/v3",
        envelope(f'<m:distributeSecure xmlns:m="{MESSAGE}/v3">{inner}</m:distributeSecure>'),
    )
    assert (status, allowed(answer)) == (200, True)
    (id_,) = texts(answer, f"{{{MESSAGE}/v3}}return")
    ask = envelope(
        f'<checkDistributionStatus xmlns="{MESSAGE}/v3"><senderId>{SENDER}</senderId><distributionId>{id_}'
        "</distributionId></checkDistributionStatus>"
    )
    status, answer = post(stand, "message", "/Message/v3", ask)
    assert (status, allowed(answer)) == (200, True)
    assert (texts(answer, f"{{{MESSAGE}}}Type"), texts(answer, f"{{{MESSAGE}}}DeliveryStatus")) == (
        ["Digital"],
        ["Delivered"],
    )
    status, answer = post(stand, "message", "/Message/v3", ask.replace(str(id_).encode(), b"unknown"))
    assert (status, b">5003<" in answer) == (500, True)


BEHAVIOURS = {
    behaviour.id: behaviour
    for behaviour in (
        SANE,
        NOT_REGISTERED,
        Behaviour("opted_out", accepted=False, delivered=False),
        Behaviour("pending", pending=True),
        Behaviour("anonymous", account="Anonymous"),
        Behaviour("no_supplier", supplier="none", delivered=False),
        Behaviour("missing", listed=False, delivered=False),
        Behaviour("not_delivered", delivered=False),
        Behaviour("several_statuses", statuses=3),
        Behaviour("not_ready", not_ready=2),
        Behaviour("technical_fault", delivery_fault=ServiceFault(1, "Tekniskt fel")),
        Behaviour("application_fault", delivery_fault=ServiceFault(5001, "Felaktigt indata")),
        Behaviour("far_technical_fault", lookup_fault=ServiceFault(1, "Tekniskt fel")),
    )
}
BEHAVED = dict(zip(BEHAVIOURS, ADULTS, strict=False))


@pytest.fixture(scope="module")
def behaved(tmp_path_factory):
    persons = {BEHAVED[name]: replace(behaviour, supplier=behaviour.supplier or OPERATORS[0].id)
               for name, behaviour in BEHAVIOURS.items()}  # fmt: skip
    with standing(tmp_path_factory.mktemp("behaved"), persons=persons) as running:
        yield running


def far(behaved, name):
    _, answer = post(behaved, "far", "/Recipient/v3", is_reachable(BEHAVED[name]))
    assert b"Fault" in answer or allowed(answer)
    return answer


def operator(behaved, name):
    status, answer = post(behaved, f"operator-{OPERATORS[0].id}", "/service/v3", deliver_secure(BEHAVED[name]))
    assert status == 500 or allowed(answer)
    return answer


@pytest.mark.parametrize(
    ("name", "tag", "expected"),
    [
        ("sane", "Type", ["Secure"]), ("not_registered", "Type", ["Not"]), ("anonymous", "Type", ["Anonymous"]),
        ("opted_out", "SenderAccepted", ["false"]), ("pending", "Pending", ["true"]), ("no_supplier", "Id", []),
        ("missing", "RecipientId", []), ("sane", "Id", [OPERATORS[0].id]), ("not_registered", "Id", []),
    ],
)  # fmt: skip
def test_far_says_what_the_behaviour_says(behaved, name, tag, expected):
    assert texts(far(behaved, name), f"{RECIPIENT}{tag}") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("sane", ["true"]), ("not_delivered", ["false"]), ("opted_out", ["false"]), ("several_statuses", ["true"] * 3)],
)
def test_an_operator_says_what_the_behaviour_says(behaved, name, expected):
    assert texts(operator(behaved, name), f"{SERVICE}Delivered") == expected


@pytest.mark.parametrize(("name", "code"), [("technical_fault", "1"), ("application_fault", "5001")])
def test_a_fault_of_the_contract_has_code_description_and_call_id(behaved, name, code):
    fault = etree.fromstring(operator(behaved, name))[0][0]
    detail = fault.find("detail")[0]
    assert load_contract().validate(etree.fromstring(etree.tostring(detail))) == ()
    assert detail[0].text == code
    exchange = eventually(lambda: [e for e in behaved.exchanges if e.answer_id == detail[2].text])[0]
    assert (exchange.fault_code, exchange.status) == (int(code), 500)
    assert exchange.attributions[0].scenario == name


def test_a_fault_in_the_look_up_is_for_the_whole_question(behaved):
    status, answer = post(
        behaved, "far", "/Recipient/v3", is_reachable(BEHAVED["sane"], BEHAVED["far_technical_fault"])
    )
    assert (status, b"<ErrorCode>1</ErrorCode>" in answer) == (500, True)


def test_who_is_no_declared_person_stays_unattributed(behaved):
    post(behaved, "far", "/Recipient/v3", is_reachable("162021005489"))
    found = eventually(lambda: [e for e in behaved.exchanges if "162021005489" in e.request_kept])[0]
    assert [(a.scenario, a.by, a.person) for a in found.attributions] == [("unattributed", "", "")]


def test_get_gives_the_contract_with_the_real_address(stand):
    connection = http.client.HTTPSConnection("localhost", stand.port(), context=stand.context(), timeout=10)
    connection.request("GET", "/Recipient/v3?wsdl")
    wsdl = connection.getresponse().read()
    assert stand.stage.url().encode() in wsdl
    for path in load_contract().schema_files():
        connection.request("GET", f"/contract/{path}")
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, load_contract().schema_files()[path])
    connection.request("HEAD", "/Recipient/v3?wsdl")
    response = connection.getresponse()
    assert (response.status, response.read(), response.getheader("Content-Length")) == (200, b"", str(len(wsdl)))
    connection.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/Recipient/v3", 405),
        ("PUT", "/Recipient/v3", 405),
        ("POST", "/elsewhere", 404),
        ("GET", "/contract/../x", 404),
    ],
)
def test_what_is_not_there_is_said_plainly(stand, method, path, status):
    connection = http.client.HTTPSConnection("localhost", stand.port(), context=stand.context(), timeout=10)
    connection.request(method, path, headers=HEADERS)
    assert connection.getresponse().status == status
    connection.close()

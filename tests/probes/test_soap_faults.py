"""How odd requests are answered, seen on real servers; what is sent, how much, and when nothing is."""

import asyncio

import pytest
from lxml import etree

from probes._soap_answers import read_answer
from probes._soap_requests import CASES, EXPANDED, LIMIT, OVER, Asked
from probes.soap_faults import FACTS, PROBE
from readiness.contract.persons import test_persons
from readiness.contract.schemas import load_contract
from readiness.demo.soap_service import SoapService
from readiness.model import Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Effect, HttpAnswer, HttpRequest, Limits
from tests.conftest import look, session_for
from tests.stands.pki import authority, leaf
from tests.stands.programs import free_port
from tests.stands.scripted import echoes, scripted, silent
from tests.stands.soap_server import HANGS_UP, SILENT, raw_answer, soap_server

NAME, PATH = "tjanst.exempel.example", "/Message/v3"


@pytest.fixture(scope="module")
def root():
    return authority("Rot")


@pytest.fixture(scope="module")
def server(root):
    return leaf(root, [NAME])


def endpoint(address, **declared):
    says = {"server_name": NAME, "interface": "soap", "soap": "message", "path": PATH, "wsdl_path": f"{PATH}?wsdl"}
    says = {key: value for key, value in (says | {"environment": "test"} | declared).items() if value}
    return Target("tjanst", TargetKind.ENDPOINT, address=address, declared=tuple(sorted(says.items())))


def seen(answer, server, tmp_path, **declared):
    with soap_server(answer, server, tmp_path) as stand:
        target = endpoint(stand.address, **declared)
        session = session_for(target, limits=Limits(wait=1.0))
        said = look(PROBE, target, session)
    return {name.removeprefix("soap_faults."): each for name, each in said.items()}, stand, session


def service(*quirks, name="Message"):
    return SoapService.of(name, PATH, frozenset(quirks)).answer


def until_it_stops(target, wait=0.5, **fields):
    """The facts it gave, and why it gave no more."""
    facts = {}

    async def gather_them():
        async for each in PROBE.observe(target, session_for(target, limits=Limits(wait=wait), **fields)):
            facts[each.fact.removeprefix("soap_faults.")] = each.value

    with pytest.raises(CannotObserve) as problem:
        asyncio.run(gather_them())
    return facts, problem.value.unseen


# -- What is sent ------------------------------------------------------------------------------------------------------


def test_a_conforming_service_refuses_every_case_and_tells_nothing(server, tmp_path):
    said, stand, session = seen(service(), server, tmp_path)
    assert {f"soap_faults.{name}" for name in said} == {fact.name for fact in FACTS}
    faults = {name for name in CASES if said[name].value == "fault"}
    assert faults == set(CASES) - {"get", "other_content_type"}
    assert said["fault_codes"].value == ("Client", "VersionMismatch")
    assert said["cases_answered"].value == len(CASES)
    assert (said["stack_traces"].value, said["product_versions"].value) == ((), ())
    assert (said["canary_touched"].value, said["entity_expanded"].value) == (False, False)
    assert len(stand.asked) == said["requests_sent"].value == len(CASES) + 2
    assert session.kept == {}


def test_every_request_is_listed_as_it_arrived(server, tmp_path):
    said, stand, _ = seen(service(), server, tmp_path)
    table = said["requests"].value
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["control", *CASES, "control"]
    arrived = [(r.method, r.headers.get("content-type", ""), str(len(r.body))) for r in stand.asked]
    assert [row[1:4] for row in table.rows] == arrived
    assert [row[4] for row in table.rows].count("500") > 8


def test_no_request_is_larger_than_3_mb_and_all_but_one_are_small(server, tmp_path):
    _, stand, _ = seen(service(), server, tmp_path)
    sizes = sorted(len(request.body) for request in stand.asked)
    assert sizes[-1] == LIMIT + OVER < 3_000_000
    assert sizes[-2] < 2000


@pytest.mark.parametrize("contract", ["message", "service"])
def test_the_unsigned_delivery_lacks_its_signatures_and_nothing_else(contract):
    made = CASES["unsigned"](Asked.of(endpoint("127.0.0.1:1", soap=contract), PATH, "", ""))
    assert isinstance(made, HttpRequest)
    body = etree.fromstring(made.body)[0][0]
    faults = load_contract().validate(body)
    assert len(faults) == {"message": 1, "service": 2}[contract]
    assert all("Signature" in fault.message for fault in faults)
    recipients = [node.text for node in body.iter() if str(node.tag).endswith("}Recipient")]
    assert set(recipients) <= {person.number for person in test_persons()}
    assert recipients


@pytest.mark.parametrize(
    ("declared", "sent"), [({}, True), ({"environment": "production"}, False), ({"soap": "recipient"}, False)]
)
def test_an_unsigned_delivery_is_sent_in_a_test_environment_to_those_who_take_deliveries(declared, sent):
    made = CASES["unsigned"](Asked.of(endpoint("127.0.0.1:1", **declared), PATH, "", ""))
    assert isinstance(made, HttpRequest) is sent
    if isinstance(made, Unseen):
        assert made.reason is Reason.NOT_EXERCISED


def test_of_a_supplier_s_own_contract_no_operation_is_ever_named(server, tmp_path):
    wsdl = tmp_path / "egen.wsdl"
    wsdl.write_bytes(SoapService.of("Message", PATH).wsdl)
    said, stand, _ = seen(service(), server, tmp_path, soap="", wsdl_file=str(wsdl))
    assert said["other_namespace"].value.reason is Reason.NOT_CONFIGURED
    sent = b"".join(request.body for request in stand.asked)
    assert b"distributeSecure" not in sent
    assert b"checkDistributionStatus" not in sent
    assert b"http://minameddelanden.gov.se/schema/Message/v3" in sent


def test_the_expanded_entity_stands_whole_in_no_request():
    asked = Asked.of(endpoint("127.0.0.1:1"), PATH, "", "http://127.0.0.1:1/x.dtd")
    for made in CASES.values():
        request = made(asked)
        assert isinstance(request, Unseen) or EXPANDED.encode() not in request.body


def test_it_sends_and_says_so():
    assert PROBE.effect is Effect.SENDS


# -- What it shows -----------------------------------------------------------------------------------------------------


def test_a_service_that_takes_anything_is_seen_to(server, tmp_path):
    said, _, _ = seen(service("takes-anything"), server, tmp_path)
    taken = {name for name in CASES if said[name].value == "success"}
    assert taken == set(CASES) - {"get"}


def test_a_service_that_answers_with_pages_gives_no_fault(server, tmp_path):
    said, stand, _ = seen(service("no-faults"), server, tmp_path)
    assert {said[name].value for name in CASES} == {"error_status"}
    assert said["fault_codes"].value == ()
    assert [request.target for request in stand.asked[:2]] == [PATH, f"{PATH}?wsdl"]


def test_stack_traces_and_versions_are_seen_and_kept_as_evidence(server, tmp_path):
    said, _, session = seen(service("stack-trace", "product-version"), server, tmp_path)
    assert set(said["stack_traces"].value) == set(CASES) - {"get", "other_content_type"}
    assert said["product_versions"].value == ("Apache Tomcat 9.0.65",)
    assert "malformed: Java" in said["stack_traces"].detail
    kept = session.kept[said["stack_traces"].evidence[0].sha256]
    assert b"Dispatcher.java:118" in kept


def test_a_parser_that_fetches_touches_the_canary(server, tmp_path):
    said, _, _ = seen(service("fetches-dtds"), server, tmp_path)
    assert said["canary_touched"].value is True
    assert said["entity_expanded"].value is False


def test_a_parser_that_expands_is_seen_in_its_answer(server, tmp_path):
    said, _, _ = seen(service("expands-entities"), server, tmp_path)
    assert said["entity_expanded"].value is True
    assert said["canary_touched"].value is False


def test_hanging_up_on_one_case_answers_it(server, tmp_path):
    whole = service()
    said, _, _ = seen(lambda r: HANGS_UP if b"<a><b></a>" in r.body else whole(r), server, tmp_path)
    assert said["malformed"].value == "closed"
    assert said["cases_answered"].value == len(CASES)


def test_silence_on_one_case_leaves_it_and_the_sets_open(server, tmp_path):
    whole = service()
    said, _, _ = seen(lambda r: SILENT if b"<a><b></a>" in r.body else whole(r), server, tmp_path)
    assert said["malformed"].value.reason is Reason.TIMED_OUT
    assert said["unknown_operation"].value == "fault"
    assert said["cases_answered"].value == len(CASES) - 1
    assert [(name, why.reason) for name, why in said["stack_traces"].undecided] == [("malformed", Reason.TIMED_OUT)]


def test_cases_that_there_is_no_time_for_stay_open(server, tmp_path, monkeypatch):
    monkeypatch.setattr("probes.soap_faults.BUDGET", 0.3)
    whole = service()
    said, stand, _ = seen(lambda r: SILENT if b"<a><b></a>" in r.body else whole(r), server, tmp_path)
    assert {said[name].value.reason for name in CASES} == {Reason.TIMED_OUT}
    assert len(stand.asked) == said["requests_sent"].value == 3


# -- Controls, and what leaves everything open -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [raw_answer("404 Not Found"), raw_answer("200 OK", b"<html/>"), raw_answer("500 Error"), raw_answer("301 Moved")],
)
def test_without_a_sane_answer_before_it_nothing_odd_is_sent(server, tmp_path, answer):
    with soap_server(lambda _: answer, server, tmp_path) as stand:
        facts, why = until_it_stops(endpoint(stand.address))
    assert why.reason is Reason.CONTROL_FAILED
    assert set(facts) == {"requests_sent", "requests"}
    assert len(stand.asked) == facts["requests_sent"] <= 2


@pytest.mark.parametrize("then", [SILENT, HANGS_UP, raw_answer("503 Service Unavailable")])
def test_a_service_that_does_not_come_back_leaves_everything_open(server, tmp_path, then):
    whole, asked = service(), []

    def answer(request):
        asked.append(request)
        return whole(request) if len(asked) <= len(CASES) + 1 else then

    with soap_server(answer, server, tmp_path) as stand:
        facts, why = until_it_stops(endpoint(stand.address))
    assert why.reason is Reason.CONTROL_FAILED
    assert facts["requests_sent"] == len(CASES) + 2
    assert "malformed" not in facts


def test_nobody_home_is_a_refused_connection():
    facts, why = until_it_stops(endpoint(f"127.0.0.1:{free_port()}"))
    assert why.reason is Reason.CONNECTION_REFUSED
    assert "malformed" not in facts


@pytest.mark.parametrize(("part", "reason"), [(silent, Reason.TIMED_OUT), (echoes, Reason.NOT_UNDERSTOOD)])
def test_a_peer_that_is_no_tls_server_is_a_reason(part, reason):
    with scripted(part) as stand:
        assert until_it_stops(endpoint(stand.address))[1].reason is reason


def test_an_endpoint_without_soap_is_never_sent_anything(server, tmp_path):
    with soap_server(service(), server, tmp_path) as stand:
        facts, why = until_it_stops(endpoint(stand.address, interface=""))
    assert (facts, why.reason, stand.asked) == ({}, Reason.NOT_CONFIGURED, [])


def test_nothing_is_sent_to_a_server_that_the_anchors_do_not_vouch_for(server, tmp_path):
    (tmp_path / "ankare.pem").write_bytes(authority("Annan").cert_pem)
    with soap_server(service(), server, tmp_path) as stand:
        _, why = until_it_stops(endpoint(stand.address), trust_anchors=(str(tmp_path / "ankare.pem"),))
    assert (why.reason, stand.asked) == (Reason.ACCESS_DENIED, [])


def test_with_the_declared_certificate_a_service_that_wants_one_is_looked_at(root, server, tmp_path):
    client = leaf(root, (), subject=[("CN", "Klienten")], extended_key_usage=("clientAuth",))
    held = Target("klient", TargetKind.CERTIFICATE, address=str(client.pem(tmp_path, "klient")))
    with soap_server(service(), server, tmp_path, clients=root) as stand:
        target = endpoint(stand.address, client_certificate="klient")
        said = look(PROBE, target, session_for(target, held))
        assert said["soap_faults.malformed"].value == "fault"
        _, why = until_it_stops(endpoint(stand.address))
    assert why.reason is Reason.CREDENTIALS_NEEDED


# -- Reading answers ---------------------------------------------------------------------------------------------------


def answer(body, status=500, *fields):
    return HttpAnswer(status, fields, body.encode(), "127.0.0.1:1")


SOAP_12_FAULT = """<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code><e:Value>e:Sender
</e:Value></e:Code></e:Fault></e:Body></e:Envelope>"""


def test_a_fault_of_soap_1_2_is_a_fault():
    assert (read_answer(answer(SOAP_12_FAULT, 200)).outcome, read_answer(answer(SOAP_12_FAULT)).code) == (
        "fault",
        "Sender",
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("\tat org.apache.cxf.phase.PhaseInterceptorChain.doIntercept(PhaseInterceptorChain.java:308)", "Java"),
        ("  at java.lang.reflect.Method.invoke(Native Method)", "Java"),
        (r"   at Namn.Tjanst.Skicka(String id) in C:\bygge\Tjanst.cs:line 42", ".NET"),
        ("   at System.ServiceModel.Dispatcher.DispatchOperationRuntime.InvokeBegin(MessageRpc& rpc)", ".NET"),
        ('Traceback (most recent call last):\n  File "x.py", line 1', "Python"),
        ("Stack trace:\n#0 /var/www/x.php(12): f()", "PHP"),
        ("    at Server.handle (/srv/app/index.js:10:5)", "Node.js"),
        ("The meeting is at Stadshuset (rum 12:30) on line 42", ""),
        ("Call us at kommun.example(0771-123456)", ""),
        ("Läs mer på sidan 4 i PhaseInterceptorChain.java", ""),
    ],
)
def test_what_a_stack_trace_is_and_what_not(text, kind):
    assert read_answer(answer(text)).trace == kind


@pytest.mark.parametrize(
    ("body", "fields", "products"),
    [
        ("", (("server", "nginx/1.24.0"),), ("nginx 1.24.0",)),
        (
            "",
            (("server", "Microsoft-IIS/10.0"), ("x-aspnet-version", "4.0.30319")),
            ("ASP.NET 4.0.30319", "Microsoft-IIS 10.0"),
        ),
        ("<h3>Apache Tomcat/9.0.65 (Debian)</h3>", (), ("Apache Tomcat 9.0.65",)),
        ("Jetty(9.4.48.v20220622)", (), ("Jetty 9.4.48",)),
        ("", (("server", "nginx"), ("x-powered-by", "ASP.NET")), ()),
        ("SOAP 1.1 and version 3.0 of the contract, HTTP/1.1, TLS 1.2", (), ()),
        ("Apache License, Version 2.0", (), ()),
    ],
)
def test_what_a_product_version_is_and_what_not(body, fields, products):
    assert read_answer(answer(body, 500, *fields)).products == products


@pytest.mark.parametrize("text", ["at " + "a." * 150_000, "at x(" + " " * 250_000, "Stack trace:" + " " * 250_000])
def test_no_answer_makes_the_reader_slow(text):
    async def read():
        async with asyncio.timeout(3):
            return await asyncio.to_thread(read_answer, answer(text))

    assert asyncio.run(read()).trace == ""

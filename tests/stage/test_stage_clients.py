"""Clients that are not ours drive the stage: curl, zeep from the served WSDL, http.client."""

import http.client
import shutil
import subprocess
import threading

import pytest
import requests
import zeep

from readiness.stage.settings import default_operators
from tests.stage.standing import ADULTS, HEADERS, SENDER, deliver_secure, eventually, is_reachable

OPERATORS = default_operators()
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")


def curl(stand, path, body, *options, listener="far"):
    """What curl says on its standard output and error."""
    url = f"https://localhost:{stand.port(listener)}{path}"
    done = subprocess.run(
        ["curl", "-sSv", "--http1.1", "--cacert", str(stand.authority), "--cert", str(stand.client), *options,
         "-H", "Content-Type: text/xml", "--data-binary", "@-", url],
        input=body, capture_output=True, timeout=30, check=True,
    )  # fmt: skip
    return done.stdout, done.stderr


@needs_curl
def test_curl_sends_chunks(stand):
    answer, _ = curl(stand, "/Recipient/v3", is_reachable(ADULTS[5]), "-H", "Transfer-Encoding: chunked")
    assert b"Secure" in answer
    found = eventually(lambda: [e for e in stand.exchanges if ADULTS[5] in e.request_kept])[0]
    assert (found.framing, found.request_size) == ("chunked", len(is_reachable(ADULTS[5])))


@needs_curl
def test_curl_waits_for_a_continue_and_gets_it(stand):
    body = deliver_secure(ADULTS[6], attachment=b"%PDF-" + bytes(1_100_000))
    answer, said = curl(
        stand, "/service/v3", body, "-H", "Expect: 100-continue", listener=f"operator-{OPERATORS[0].id}"
    )
    assert b"HTTP/1.1 100 Continue" in said
    assert b"TransId" in answer


@needs_curl
def test_curl_keeps_its_connection(stand):
    url = f"https://localhost:{stand.port()}/Recipient/v3"
    one = ["-H", "Content-Type: text/xml", "--data-binary", is_reachable(ADULTS[7]).decode(), url, "-o", "/dev/null"]
    command = ["curl", "-sSv", "--cacert", str(stand.authority), "--cert", str(stand.client), *one, "--next",
               "--cacert", str(stand.authority), "--cert", str(stand.client), *one]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=30, check=True)
    assert b"Re-using existing connection" in done.stderr
    first, second = eventually(lambda: [e for e in stand.exchanges if ADULTS[7] in e.request_kept][:2])
    assert (first.connection, first.place, second.place) == (second.connection, 1, 2)


@needs_curl
def test_curl_of_http_1_0_is_answered_and_closed(stand):
    answer, said = curl(stand, "/Recipient/v3", is_reachable(ADULTS[8]), "--http1.0")
    assert b"Secure" in answer
    assert b"connection: close" in said.lower()


def test_python_s_own_client_sends_many_on_one_connection(stand):
    connection = http.client.HTTPSConnection("localhost", stand.port(), context=stand.context(), timeout=10)
    for _ in range(20):
        connection.request("POST", "/Recipient/v3", is_reachable(ADULTS[9]), HEADERS)
        assert connection.getresponse().read().count(b"Secure") == 1
    port = connection.sock.getsockname()[1]
    body = is_reachable(ADULTS[9])
    connection.request("POST", "/Recipient/v3", iter([body[:9], body[9:]]), HEADERS)
    assert connection.getresponse().status == 200
    connection.close()
    record = eventually(lambda: [c for c in stand.connections if c.peer.endswith(f":{port}")])[0]
    assert record.exchanges == 21
    places = [e.place for e in stand.exchanges if e.connection == record.id]
    assert places == list(range(1, 22))


def test_pipelined_requests_are_answered_in_their_order(stand):
    from tests.stage.standing import all_of, raw_tls

    with raw_tls(stand) as connection:
        for person, more in zip(ADULTS[10:15], ["", "", "", "", "Connection: close\r\n"], strict=True):
            body = is_reachable(person)
            head = f"POST /Recipient/v3 HTTP/1.1\r\nHost: localhost\r\n{more}Content-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)
        answers = all_of(connection)
    assert [answers.index(person.encode()) for person in ADULTS[10:15]] == sorted(
        answers.index(person.encode()) for person in ADULTS[10:15]
    )


@pytest.fixture
def soap(stand):
    """A zeep client of a service, from the WSDL that the stage serves."""
    session = requests.Session()
    session.verify, session.cert, session.trust_env = str(stand.authority), str(stand.client), False

    def client(part, operator=""):
        return zeep.Client(stand.stage.url(part, operator) + "?wsdl", transport=zeep.Transport(session=session))

    yield client
    session.close()


def test_zeep_looks_recipients_up(soap):
    answer = soap("Recipient").service.isReachable(senderOrgNr=SENDER, recipientId=ADULTS[:2])
    assert [row.AccountStatus.RecipientId for row in answer] == ADULTS[:2]
    assert [row.SenderAccepted for row in answer] == [True, True]
    answer = soap("Recipient").service.isRegistered(recipientId=ADULTS[:1])
    assert answer[0].Type == "Secure"


def test_zeep_asks_the_authority(soap):
    assert SENDER in [row.Id for row in soap("Authority").service.getSenders()]
    assert SENDER in [row.Id for row in soap("Authority").service.getDispatchers()]


def test_zeep_reads_the_contract_s_fault(soap):
    with pytest.raises(zeep.exceptions.Fault) as caught:
        soap("Recipient").service.isRegistered(recipientId=["162021005489"] * 1001)
    detail = caught.value.detail[0]
    assert [child.text for child in detail][0:2] == ["5005", "Maximalt antal överskridet"]


def test_zeep_reads_the_operator_s_and_the_message_port_s_wsdl(soap):
    assert "deliverSecure" in dir(soap("Service", OPERATORS[0].id).service)
    with pytest.raises(zeep.exceptions.Fault):
        soap("Message").service.checkDistributionStatus(senderId=SENDER, distributionId="unknown")


def test_two_hundred_senders_at_once_leave_nothing_unrecorded(stand):
    failed = []

    def send(number):
        try:
            connection = http.client.HTTPSConnection("localhost", stand.port(), context=stand.context(), timeout=60)
            for _ in range(2):
                connection.request("POST", "/Recipient/v3", is_reachable(f"1620299{number:05d}"), HEADERS)
                assert connection.getresponse().read().endswith(b"Envelope>")
            connection.close()
        except (OSError, AssertionError) as error:
            failed.append(error)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    asked = eventually(lambda: (all_ := [e for e in stand.exchanges if "1620299" in e.request_kept])[399:] and all_, 10)
    assert len(asked) == 400
    used = {e.connection for e in asked}
    assert len(used) == 200
    assert eventually(lambda: used <= {c.id for c in stand.connections}, 10)

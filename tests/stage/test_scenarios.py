"""Each scenario does what its file says, seen by clients that are not ours: Python's own and curl."""

import asyncio
import contextlib
import http.client
import socket
import ssl
import subprocess
import threading
import time

import pytest

from readiness.recording import Connection
from readiness.stage.behaviour import Behaviour
from readiness.stage.scenario import Casting, chosen, read_scenario
from readiness.stage.services import SERVICE_PATH
from tests.stage.performing import (
    OTHER,
    PERSON,
    RECIPIENT,
    SCENARIOS,
    SERVICE,
    address,
    deliver,
    enact,
    recorded,
    statuses,
)  # fmt: skip
from tests.stage.standing import ADULTS, HEADERS, deliver_secure, eventually, inside, is_reachable, post, standing
from tests.stands.programs import program

# -- The files


def test_every_scenario_of_the_issue_is_there_with_words_in_both_languages():
    assert len(SCENARIOS) >= 70
    for scenario in SCENARIOS.values():
        for words in (scenario.title, scenario.means):
            assert len(words.sv) > 5
            assert len(words.en) > 5
            assert words.sv != words.en
        assert scenario.means.sv.endswith(".")
        assert scenario.source


def test_two_scenarios_never_serve_the_same():
    assert len({one.digest for one in SCENARIOS.values()}) == len(SCENARIOS)


def test_a_control_differs_from_nothing_and_every_other_has_one():
    assert [one.id for one in SCENARIOS.values() if not one.control] == ["sane", "tls-sane"]
    for one in SCENARIOS.values():
        assert (one.control == "tls-sane") == (one.layer == "tls" and one.id != "tls-sane")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('group = "control"', 'group = "odd"'), "group is 'odd'. It is one of"),
        (('nature = "sane"', ""), "nature must be a text"),
        (('title.en = "All is well"', ""), "title needs title.sv and title.en"),
        (('control = ""', 'control = ""\nfoo = 1'), "foo is no key of a scenario"),
        (('source = "C§7"', 'source = "C§7"\n[says]\nodd = 1'), "Behaviour has no field 'odd'"),
        (('source = "C§7"', 'source = "C§7"\n[[step]]\ndo = "explode"'), "there is no action 'explode'"),
        (('source = "C§7"', 'source = "C§7"\n[[step]]\ndo = "crowd"'), "connections"),
    ],
)
def test_a_fault_in_a_scenario_s_file_is_told_with_its_name(change, said):
    rows = (
        'id = "sane"', 'group = "control"', 'layer = "answer"', 'place = "operator"', 'nature = "sane"', 'control = ""',
        'title.sv = "Allt fungerar"', 'title.en = "All is well"', 'means.sv = "Allt."', 'means.en = "All."',
        'source = "C§7"',
    )  # fmt: skip
    text = "\n".join(rows)
    assert read_scenario(text, "sane.toml").behaviour == Behaviour("sane")
    with pytest.raises(ValueError, match=r"sane\.toml") as raised:
        read_scenario(text.replace(*change), "sane.toml")
    assert said in str(raised.value)


def test_an_unknown_scenario_is_told_with_the_known_ones():
    with pytest.raises(Exception, match=r"there is no scenario 'odd'.*answer-lost"):
        chosen(("odd",))


# -- FaR


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("far-not-registered", ("Not", "false", "false", None)),
        ("far-minor", ("Not", "false", "false", None)),
        ("far-opted-out", ("Secure", "false", "false", "known")),
        ("far-pending", ("Secure", "true", "true", "known")),
        ("far-anonymous", ("Anonymous", "true", "false", "known")),
        ("far-no-supplier", ("Secure", "true", "false", None)),
        ("far-unknown-operator", ("Secure", "true", "false", "Nya Brevlådan")),
    ],
)
def test_far_says_what_the_scenario_has_it_say(playhouse, scenario, said):
    enact(playhouse, scenario)
    _, answer = post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON))
    found = inside(answer)
    kind, accepted, pending, name = said
    assert found.findtext(f".//{RECIPIENT}Type") == kind
    assert [row.text for row in found.iter(f"{RECIPIENT}SenderAccepted")] == [accepted]
    assert found.findtext(f".//{RECIPIENT}Pending") == pending
    shown = found.findtext(f".//{RECIPIENT}Name")
    assert (shown is None) == (name is None)
    assert name in {None, "known", shown}
    assert recorded(playhouse, scenario)[0].attributions[0].by == "recipient"


def test_far_does_not_name_the_recipient(playhouse):
    enact(playhouse, "far-missing")
    _, answer = post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON, OTHER))
    assert [row.text for row in inside(answer).iter(f"{RECIPIENT}RecipientId")] == [OTHER]


def test_the_recipient_changes_operator_between_two_deliveries(playhouse):
    enact(playhouse, "far-other-operator")
    first = address(playhouse)
    assert statuses(deliver(playhouse).data) == [(PERSON, "true")]
    assert address(playhouse)[0] != first[0]
    connection = http.client.HTTPSConnection("localhost", first[0], context=playhouse.context(), timeout=5)
    connection.request("POST", first[1], deliver_secure(PERSON), HEADERS)
    assert statuses(connection.getresponse().read()) == [(PERSON, "false")]
    connection.close()
    assert statuses(deliver(playhouse).data) == [(PERSON, "true")]


@pytest.mark.parametrize(("scenario", "code", "times"), [("far-technical-fault", "1", 2), ("far-not-ready", "5004", 1)])
def test_far_faults_so_often_and_then_all_is_well(playhouse, scenario, code, times):
    enact(playhouse, scenario)
    for _ in range(times):
        status, answer = post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON))
        assert status == 500
        assert inside(answer).findtext(".//{*}ErrorCode") == code
    assert post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON))[0] == 200
    assert recorded(playhouse, scenario, count=times)[0].attributions[0].by == "port"


def test_far_refuses_the_question_however_often_it_is_asked(playhouse):
    enact(playhouse, "far-application-fault")
    codes = {post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON, OTHER))[0] for _ in range(3)}
    assert codes == {500}


def test_far_s_answer_is_larger_than_64_kb_and_still_valid(playhouse):
    enact(playhouse, "far-large-answer")
    status, answer = post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON))
    assert status == 200
    assert len(answer) > 65536
    assert [row.text for row in inside(answer).iter(f"{RECIPIENT}RecipientId")] == [PERSON]


def test_far_is_down_and_comes_back(playhouse):
    enact(playhouse, "far-down")
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON))
    enact(playhouse, "sane")
    assert post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON))[0] == 200
    enact(playhouse, "far-down")
    with pytest.raises(ConnectionRefusedError):
        post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON))
    enact(playhouse)


def test_far_keeps_silent_for_twice_as_long_as_the_system_waits_and_then_resets(playhouse):
    enact(playhouse, "far-slow", waited=0.2)
    began = time.monotonic()
    with pytest.raises(ConnectionResetError):
        post(playhouse, "far", "/Recipient/v3", is_reachable(PERSON))
    assert 0.4 <= time.monotonic() - began < 2
    enact(playhouse)


# -- Operators, in the answer


def test_the_operator_does_not_deliver(playhouse):
    enact(playhouse, "not-delivered")
    assert statuses(deliver(playhouse).data) == [(PERSON, "false")]
    (exchange,) = recorded(playhouse, "not-delivered")
    assert (exchange.taken, exchange.receipted) == (False, False)


def test_the_receipt_has_somebody_else_first(playhouse):
    enact(playhouse, "several-statuses")
    (other, told), own = statuses(deliver(playhouse).data)
    assert (other != PERSON, told) == (True, "true")
    assert own == (PERSON, "false")


def test_the_receipt_has_no_status(playhouse):
    enact(playhouse, "empty-status")
    assert statuses(deliver(playhouse).data) == []
    (exchange,) = recorded(playhouse, "empty-status")
    assert (exchange.taken, exchange.receipted) == (True, False)


def test_the_trans_id_is_that_of_the_delivery_before(playhouse):
    enact(playhouse, "trans-id-repeated", "sane")
    before = inside(deliver(playhouse, OTHER).data).findtext(f".//{SERVICE}TransId")
    assert inside(deliver(playhouse).data).findtext(f".//{SERVICE}TransId") == before
    assert recorded(playhouse, "trans-id-repeated")[0].receipted


@pytest.mark.parametrize(
    ("scenario", "status", "code", "times"),
    [
        ("fault-technical", 500, "1", 2),
        ("fault-0", 500, "0", 2),
        ("fault-5004", 500, "5004", 1),
        ("fault-application", 500, "5001", 0),
        ("fault-5006", 500, "5006", 0),
        ("fault-5014", 500, "5014", 0),
        ("fault-6005", 500, "6005", 0),
        ("fault-6006", 500, "6006", 0),
        ("fault-http-200", 200, "5001", 0),
        ("fault-without-detail", 500, None, 0),
        ("fault-short-call-id", 500, "5001", 0),
    ],
)
def test_a_fault_comes_as_often_and_with_the_code_that_the_scenario_has(playhouse, scenario, status, code, times):
    enact(playhouse, scenario)
    for _ in range(times or 3):
        response = deliver(playhouse)
        found = inside(response.data)
        assert response.status == status
        assert found.tag == "{http://schemas.xmlsoap.org/soap/envelope/}Fault"
        assert found.findtext(".//{*}ErrorCode") == code
        call_id = found.findtext(".//{*}CallId")
        assert len(call_id or "") == {"fault-without-detail": 0, "fault-short-call-id": 8}.get(scenario, 36)
    assert not any(one.taken for one in recorded(playhouse, scenario, count=times or 3))
    if times:
        assert statuses(deliver(playhouse).data) == [(PERSON, "true")]
        assert recorded(playhouse, scenario, count=times + 1)[-1].receipted


def test_a_fault_is_these_bytes_and_no_others(playhouse):
    enact(playhouse, "fault-application")
    response = deliver(playhouse)
    (exchange,) = recorded(playhouse, "fault-application")
    assert (
        response.data
        == (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
            "<faultcode>soap:Server</faultcode><faultstring>Felaktigt indata</faultstring><detail>"
            '<f:applicationFault xmlns:f="http://minameddelanden.gov.se/schema/Common/v3" '
            'xmlns="http://minameddelanden.gov.se/schema/Common/v3"><ErrorCode>5001</ErrorCode>'
            f"<Description>Felaktigt indata</Description><CallId>{exchange.answer_id}</CallId></f:applicationFault>"
            "</detail></soap:Fault></soap:Body></soap:Envelope>"
        ).encode()
    )


# -- HTTP and XML


@pytest.mark.parametrize(
    ("scenario", "status", "begin", "taken", "times"),
    [
        ("http-500", 500, b"<!DOCTYPE html>", True, 0),
        ("http-502", 502, b"<!DOCTYPE html>", True, 0),
        ("http-503", 503, b"<!DOCTYPE html>", False, 2),
        ("http-429", 429, b"<!DOCTYPE html>", False, 2),
        ("http-403", 403, b"<!DOCTYPE html>", False, 0),
        ("http-404", 404, b"<!DOCTYPE html>", False, 0),
        ("http-html", 200, b"<!DOCTYPE html>", True, 0),
        ("http-redirect", 307, b"", False, 0),
        ("http-empty", 200, b"", True, 0),
        ("http-gzip", 200, b"\x1f\x8b", True, 0),
        ("http-other-answer", 200, b"<?xml", True, 0),
        ("xml-malformed", 200, b"<?xml", True, 0),
        ("xml-namespace", 200, b"<?xml", True, 0),
        ("xml-invalid", 200, b"<?xml", True, 0),
        ("xml-entity", 200, b"<?xml", True, 0),
        ("xml-external-entity", 200, b"<?xml", True, 0),
        ("xml-deep", 200, b"<?xml", True, 0),
    ],
)
def test_what_is_sent_in_place_of_a_receipt(playhouse, scenario, status, begin, taken, times):
    enact(playhouse, scenario)
    for _ in range(times or 1):
        response = deliver(playhouse)
        assert response.status == status
        assert response.data.startswith(begin)
        assert bool(response.data) == bool(begin)
    rows = recorded(playhouse, scenario, count=times or 1)
    assert {(one.taken, one.receipted, one.status) for one in rows} == {(taken, False, status)}
    if times:
        assert response.headers["Retry-After"] == "1"
        assert statuses(deliver(playhouse).data) == [(PERSON, "true")]


def test_the_contents_are_as_odd_as_their_names(playhouse):
    found = {}
    for scenario in ("xml-malformed", "xml-namespace", "xml-entity", "xml-external-entity", "xml-deep", "http-gzip"):
        enact(playhouse, scenario)
        found[scenario] = deliver(playhouse)
    bodies = {scenario: response.data for scenario, response in found.items()}
    assert b"</soap:Bod>" in bodies["xml-malformed"]
    assert b"example.com" in bodies["xml-namespace"]
    assert b"<!DOCTYPE" in bodies["xml-entity"]
    assert b"<TransId>&id;</TransId>" in bodies["xml-entity"]
    assert f'SYSTEM "{playhouse.stage.bases["plain"]}/entity/'.encode() in bodies["xml-external-entity"]
    assert bodies["xml-deep"].count(b"<a>") == 2000
    assert found["http-gzip"].headers["Content-Encoding"] == "gzip"
    assert len(bodies["http-gzip"]) < 65536


def test_a_wrong_media_type_does_not_spoil_a_receipt(playhouse):
    enact(playhouse, "http-content-type")
    response = deliver(playhouse)
    assert response.headers["Content-Type"].startswith("application/xml")
    assert statuses(response.data) == [(PERSON, "true")]
    assert recorded(playhouse, "http-content-type")[0].receipted


def test_a_redirect_leads_to_the_canary_which_tells_who_followed(playhouse):
    enact(playhouse, "http-redirect")
    location = deliver(playhouse).headers["Location"]
    assert location.startswith(playhouse.stage.bases["canary"])
    assert post(playhouse, "canary", "/redirect/http-redirect", deliver_secure(PERSON))[0] == 200
    touched = [one for one in recorded(playhouse, "http-redirect", count=2) if one.role == "canary"]
    assert [one.part for one in touched] == ["redirect"]


def test_an_external_entity_that_is_fetched_is_told(playhouse):
    enact(playhouse, "xml-external-entity")
    port = int(playhouse.stage.bases["plain"].rpartition(":")[2])
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    connection.request("GET", "/entity/xml-external-entity")
    assert connection.getresponse().status == 200
    connection.close()
    touched = eventually(lambda: [one for one in playhouse.exchanges if one.role == "canary" and one.part == "entity"])
    assert [(one.listener, one.attributions[0].scenario) for one in touched] == [("plain", "xml-external-entity")]


@pytest.mark.parametrize("scenario", ["http-truncated", "http-wrong-length", "http-broken-chunk"])
def test_a_receipt_that_cannot_be_read_whole(playhouse, scenario):
    enact(playhouse, scenario)
    try:
        response = deliver(playhouse)
        assert scenario == "http-wrong-length"
        with pytest.raises(Exception, match=r"Premature end|EndTag|expected|tag"):
            inside(response.data)
    except http.client.HTTPException:
        assert scenario != "http-wrong-length"
    (exchange,) = recorded(playhouse, scenario)
    assert (exchange.taken, exchange.receipted) == (True, False)


# -- Transport


def test_the_receipt_is_lost_after_the_delivery_was_accepted(playhouse):
    enact(playhouse, "answer-lost")
    with pytest.raises(ConnectionResetError):
        deliver(playhouse)
    (exchange,) = recorded(playhouse, "answer-lost")
    assert exchange.accepted is not None
    assert (exchange.taken, exchange.receipted, exchange.response_cut_at) == (True, False, 0)
    assert [action.name for action in exchange.actions] == ["reset", "answer"]
    assert [action.done is None for action in exchange.actions] == [False, True]


def test_the_receipt_breaks_off_in_the_middle(playhouse):
    enact(playhouse, "reset-answer")
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        deliver(playhouse)
    (exchange,) = recorded(playhouse, "reset-answer")
    assert exchange.response_cut_at > 0


def test_a_reset_is_a_reset_a_thousand_times(playhouse):
    """ECONNRESET, and not an end in order: what a client does about the two differs."""
    enact(playhouse, "answer-lost")
    port, path = address(playhouse)
    body = deliver_secure(PERSON)
    request = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    context = playhouse.context()
    assert sum(was_reset(port, context, request) for _ in range(1000)) == 1000


def was_reset(port: int, context: ssl.SSLContext, request: bytes) -> bool:
    """Whether TCP itself said so. TLS over memory, because Python's ssl takes a reset for an end now and then."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", port), 10) as raw:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(outgoing.read())
                incoming.write(raw.recv(65536))
        tls.write(request)
        raw.sendall(outgoing.read())
        try:
            while raw.recv(65536):
                pass
        except ConnectionResetError:
            return True
    return False


def test_a_client_that_waits_longer_gets_nothing_from_the_silent_operator(playhouse):
    enact(playhouse, "silent")
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        deliver(playhouse, timeout=0.4)
    assert time.monotonic() - began >= 0.4
    (exchange,) = recorded(playhouse, "silent")
    assert (exchange.taken, exchange.receipted, exchange.response_first_byte) == (True, False, None)
    connection = eventually(lambda: [one for one in playhouse.connections if one.id == exchange.connection])[0]
    assert connection.closed_by == "peer"
    assert 0.35 < (connection.closed.ns - exchange.accepted.ns) / 1e9 < 1


def test_a_late_receipt_comes_after_the_client_has_gone(playhouse):
    enact(playhouse, "late", waited=0.3)
    with pytest.raises(TimeoutError):
        deliver(playhouse, timeout=0.3)
    (exchange,) = recorded(playhouse, "late")
    assert (exchange.taken, exchange.receipted) == (True, False)
    assert exchange.actions[0].detail == "0.5 s"


def test_a_client_that_waits_long_enough_gets_the_late_receipt(playhouse):
    enact(playhouse, "late", waited=0.1)
    began = time.monotonic()
    assert statuses(deliver(playhouse, timeout=5).data) == [(PERSON, "true")]
    assert 0.3 <= time.monotonic() - began < 1.5
    assert recorded(playhouse, "late")[0].receipted


def test_one_byte_a_second_is_cut_by_the_stage_in_the_end(playhouse):
    enact(playhouse, "trickle", waited=0.8)
    with pytest.raises((ConnectionResetError, http.client.HTTPException)):
        deliver(playhouse, timeout=3)
    (exchange,) = recorded(playhouse, "trickle")
    assert 0 < exchange.response_cut_at < 5
    connection = eventually(lambda: [one for one in playhouse.connections if one.id == exchange.connection])[0]
    assert (connection.closed_by, connection.closed_how) == ("stage", "rst")


def test_a_receipt_without_close_notify_is_whole(playhouse):
    enact(playhouse, "no-close-notify")
    port, path = address(playhouse)
    body = deliver_secure(PERSON)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    context = playhouse.context()
    raw = socket.create_connection(("127.0.0.1", port), 5)
    with context.wrap_socket(raw, server_hostname="localhost", suppress_ragged_eofs=False) as one:
        one.sendall(head + body)
        data = b""
        with contextlib.suppress(ssl.SSLEOFError):
            while part := one.recv(65536):
                data += part
            pytest.fail("the stage said close_notify")
    assert b"<Delivered>true" in data
    assert recorded(playhouse, "no-close-notify")[0].receipted


def test_a_refused_address_can_be_reached_afterwards(playhouse):
    enact(playhouse, "refuse")
    port, path = address(playhouse)
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 5)
    enact(playhouse, "sane")
    connection = http.client.HTTPSConnection("localhost", port, context=playhouse.context(), timeout=5)
    connection.request("POST", path, deliver_secure(PERSON), HEADERS)
    assert statuses(connection.getresponse().read()) == [(PERSON, "true")]
    connection.close()


def test_what_comes_for_a_person_of_an_earlier_round_is_served_and_belongs_to_its_scenario(playhouse):
    enact(playhouse, "refuse")
    castings = [Casting(SCENARIOS["sane"], OTHER)]
    asyncio.run_coroutine_threadsafe(playhouse.stage.enact(castings, 0.3), playhouse.loop).result(10)
    assert statuses(deliver(playhouse).data) == [(PERSON, "true")]
    (exchange,) = recorded(playhouse, "refuse")
    assert (exchange.receipted, exchange.attributions[0].person) == (True, PERSON)


def test_nobody_speaks_on_a_mute_connection(playhouse):
    enact(playhouse, "mute")
    port, _ = address(playhouse)
    raw = socket.create_connection(("127.0.0.1", port), 5)
    raw.settimeout(0.4)
    with pytest.raises(TimeoutError):
        playhouse.context().wrap_socket(raw, server_hostname="localhost")
    raw.close()
    (connection,) = recorded(playhouse, "mute", Connection)
    assert connection.server_name == "localhost"
    assert (connection.version, connection.closed_by) == ("", "peer")
    assert playhouse.stage.at_work() is False


def test_the_request_is_reset_before_it_is_whole(playhouse):
    enact(playhouse, "reset-request")
    port, path = address(playhouse)
    connection = http.client.HTTPSConnection("localhost", port, context=playhouse.context(), timeout=5)
    with contextlib.suppress(ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected):
        connection.request("POST", path, deliver_secure(PERSON, attachment=bytes(200_000)), HEADERS)
        connection.getresponse()
        pytest.fail("the stage answered")
    connection.close()
    (exchange,) = recorded(playhouse, "reset-request")
    assert (exchange.accepted, exchange.taken) == (None, False)
    assert exchange.attributions[0].by == "port"
    (connection,) = recorded(playhouse, "reset-request", Connection)
    assert (connection.closed_by, connection.closed_how) == ("stage", "rst")


def test_a_crowd_is_reset_and_one_alone_is_served(playhouse):
    enact(playhouse, "crowd")
    port, _ = address(playhouse)
    context = playhouse.context()
    with (
        context.wrap_socket(socket.create_connection(("127.0.0.1", port), 5), server_hostname="localhost"),
        pytest.raises((ConnectionResetError, ssl.SSLError)),
        contextlib.closing(socket.create_connection(("127.0.0.1", port), 5)) as second,
    ):
        context.wrap_socket(second, server_hostname="localhost")
    eventually(lambda: not playhouse.stage.house.at("scenario-crowd"))
    assert statuses(deliver(playhouse).data) == [(PERSON, "true")]


# -- Who is told apart, and by what


def test_port_comes_before_path_and_path_before_recipient(playhouse):
    enact(playhouse, "tls-sane", "fault-application", "not-delivered")
    port, path = address(playhouse, ADULTS[1])
    assert path == f"{SERVICE_PATH}/fault-application"
    connection = http.client.HTTPSConnection("localhost", port, context=playhouse.context(), timeout=5)
    connection.request("POST", path, b"<not soap", HEADERS)
    assert connection.getresponse().status == 500
    connection.close()
    (exchange,) = recorded(playhouse, "fault-application")
    assert [(a.scenario, a.by, a.person) for a in exchange.attributions] == [("fault-application", "path", "")]


def test_two_connections_a_host_and_a_repeat_by_the_http_stack_are_attributed(playhouse):
    """A client with a pool of two, and one whose HTTP stack repeats a failed POST by itself."""
    enact(playhouse, "answer-lost", "fault-application", "not-delivered")

    def repeat() -> None:
        for _ in range(2):
            with pytest.raises(ConnectionResetError):
                deliver(playhouse, ADULTS[0])

    threads = [threading.Thread(target=repeat), threading.Thread(target=lambda: deliver(playhouse, ADULTS[2]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    lost = recorded(playhouse, "answer-lost", count=2)
    assert {one.attributions[0].person for one in lost} == {ADULTS[0]}
    assert len({one.request_sha256 for one in lost}) == 1
    assert len({one.connection for one in lost}) == 2
    assert recorded(playhouse, "not-delivered")[0].attributions[0].person == ADULTS[2]


def test_a_scenario_of_another_stage_is_refused_before_anything_is_performed(tmp_path):
    with (
        standing(tmp_path, scenarios=(SCENARIOS["sane"],)) as other,
        pytest.raises(Exception, match="scenario tls-expired: the stage was started without it"),
    ):
        enact(other, "tls-expired")


def test_curl_tells_a_reset_from_an_end_and_a_refusal(playhouse, tmp_path):
    codes = {}
    (tmp_path / "body.xml").write_bytes(deliver_secure(PERSON))
    for scenario in ("answer-lost", "refuse", "http-truncated", "tls-expired", "sane"):
        enact(playhouse, scenario)
        port, path = address(playhouse)
        done = subprocess.run(
            [program("curl"), "-s", "-o", str(tmp_path / "out"), "--cacert", str(playhouse.authority),
             "--cert", str(playhouse.client), "--data-binary", f"@{tmp_path / 'body.xml'}", "-H",
             "Content-Type: text/xml", "--max-time", "10", f"https://localhost:{port}{path}"],
            timeout=20, check=False,
        )  # fmt: skip
        codes[scenario] = done.returncode
    # curl's exit codes: 7 cannot connect, 18 partial file, 56 failure in receiving, 60 peer's certificate
    assert codes == {"answer-lost": 56, "refuse": 7, "http-truncated": 18, "tls-expired": 60, "sane": 0}

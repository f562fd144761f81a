"""Whatever comes to the port: memory stays bounded, the record says what happened, the next client is served."""

import asyncio
import http.client
import resource
import socket
import struct
import time

import pytest

from readiness.stage.settings import StageLimits
from tests.stage.standing import (
    ADULTS,
    HEADERS,
    SENDER,
    all_of,
    deliver_secure,
    envelope,
    eventually,
    is_reachable,
    post,
    raw_tls,
    standing,
)

LIMITS = StageLimits(
    connections=100, headers=16384, body=1024 * 1024, elements=20000, handshake=1.0, request=1.5, idle=3.0, linger=0.5
)
PATH = "/Recipient/v3"
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("small"), limits=LIMITS) as running:
        yield running


@pytest.fixture(autouse=True)
def the_next_client_is_served(small):
    yield
    assert post(small, "far", PATH, is_reachable(ADULTS[0]))[0] == 200


def from_port(small, port):
    """The record of the connection that came from that port of ours."""
    return eventually(lambda: [c for c in small.connections if c.peer.endswith(f":{port}")])[0]


def exchanges_of(small, connection):
    return [e for e in small.exchanges if e.connection == connection.id]


def plain(small):
    return socket.create_connection(("127.0.0.1", small.port()), 10)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "plain HTTP"),
        (b"SSH-2.0-OpenSSH_9\r\n", "no TLS record"),
        (bytes(100), "no TLS record"),
        (b"\x16\x03\x01\x00\x04\x02\x00\x00\x00", "handshake message of type 2"),
        (b"\x16\x03\x01\xff\xff", "a record of 65535 bytes"),
    ],
    ids=["http", "ssh", "zeros", "server hello", "long record"],
)
def test_what_is_no_client_hello_is_named_and_closed(small, sent, said):
    with plain(small) as connection:
        port = connection.getsockname()[1]
        connection.sendall(sent)
        all_of(connection)
    record = from_port(small, port)
    assert said in record.problem
    assert (record.closed_by, record.client_hello, record.version) == ("stage", b"", "")
    assert record.bytes_received == len(sent)


def test_a_client_that_says_nothing_is_closed_when_the_time_for_a_handshake_is_over(small):
    with plain(small) as connection:
        port = connection.getsockname()[1]
        began = time.monotonic()
        assert connection.recv(1) == b""
        assert 0.9 < time.monotonic() - began < 4
    assert "no handshake within 1 s" in from_port(small, port).problem


def test_half_a_client_hello_is_closed_likewise(small):
    with plain(small) as connection:
        port = connection.getsockname()[1]
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        all_of(connection)
    record = from_port(small, port)
    assert ("no handshake" in record.problem, record.hello, record.bytes_received) == (True, None, 11)


def test_a_gigabyte_announced_is_refused_at_once_and_readably(small):
    with raw_tls(small) as connection:
        port = connection.getsockname()[1]
        connection.sendall(f"{HEAD}Content-Length: {1 << 30}\r\n\r\n".encode() + b"x" * 1000)
        answer = all_of(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    (exchange,) = eventually(lambda: exchanges_of(small, from_port(small, port)))
    assert (exchange.status, exchange.accepted, exchange.operation) == (413, None, "")
    assert str(1 << 30) in exchange.problem


def test_a_gigabyte_announced_with_expect_gets_no_continue(small):
    with raw_tls(small) as connection:
        connection.sendall(f"{HEAD}Expect: 100-continue\r\nContent-Length: {1 << 30}\r\n\r\n".encode())
        assert all_of(connection).startswith(b"HTTP/1.1 413 ")


def test_chunks_without_end_stop_at_the_limit(small):
    with raw_tls(small) as connection:
        port = connection.getsockname()[1]
        connection.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
        for _ in range(200):
            try:
                connection.sendall(chunk)
            except OSError:
                break
    (exchange,) = eventually(lambda: exchanges_of(small, from_port(small, port)))
    assert (exchange.status, exchange.framing) == (413, "chunked")
    assert exchange.request_size <= LIMITS.body + 65536


@pytest.mark.parametrize(
    "bomb",
    [
        b"".join(b"X-%d: %s\r\n" % (number, b"y" * 200) for number in range(1000)),
        b"X: " + b"y" * 200_000,
        b"X: y\r\n" * 20000,
    ],
    ids=["many", "long", "short"],
)
def test_a_header_bomb_is_refused(small, bomb):
    with raw_tls(small) as connection:
        port = connection.getsockname()[1]
        connection.sendall(HEAD.encode() + bomb)
        answer = all_of(connection)
    assert answer.startswith(b"HTTP/1.1 431 ")
    (exchange,) = eventually(lambda: exchanges_of(small, from_port(small, port)))
    assert exchange.status == 431


@pytest.mark.parametrize(
    "garbage", [b"\x00\x01\x02\r\n\r\n", b"POST\r\n\r\n", b"POST / HTTP/1.1\r\nA b\r\n\r\n"], ids=repr
)
def test_what_is_no_http_gets_400(small, garbage):
    with raw_tls(small) as connection:
        port = connection.getsockname()[1]
        connection.sendall(garbage)
        assert all_of(connection).startswith(b"HTTP/1.1 400 ")
    (exchange,) = eventually(lambda: exchanges_of(small, from_port(small, port)))
    assert "not HTTP/1.1" in exchange.problem


def test_half_a_request_and_then_nothing_gets_408(small):
    with raw_tls(small) as connection:
        port = connection.getsockname()[1]
        connection.sendall(f"{HEAD}Content-Length: 100\r\n\r\nhalf".encode())
        assert all_of(connection).startswith(b"HTTP/1.1 408 ")
    (exchange,) = eventually(lambda: exchanges_of(small, from_port(small, port)))
    assert (exchange.request_size, exchange.last_byte, exchange.accepted) == (4, None, None)


def test_half_a_request_and_then_gone_is_recorded(small):
    with raw_tls(small) as connection:
        port = connection.getsockname()[1]
        connection.sendall(f"{HEAD}Content-Length: 100\r\n\r\nhalf".encode())
        time.sleep(0.2)
    record = from_port(small, port)
    (exchange,) = exchanges_of(small, record)
    assert (exchange.status, exchange.request_size, record.closed_by) == (0, 4, "peer")
    assert "before the request was whole" in exchange.problem


def test_a_reset_in_the_middle_is_told_from_a_close(small):
    connection = raw_tls(small)
    port = connection.getsockname()[1]
    connection.sendall(HEAD.encode())
    time.sleep(0.2)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    record = from_port(small, port)
    assert (record.closed_by, record.closed_how) == ("peer", "rst")


@pytest.mark.parametrize(
    ("body", "said", "code"),
    [
        (b"<a", "not well-formed", "Client"),
        (b"", "not well-formed", "Client"),
        (b"\xff\xfe\x00", "not ", "Client"),
        (b"<html/>", "no SOAP envelope", "Client"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]>' + envelope("<a>&x;</a>"), "DOCTYPE", "Client"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/canary.dtd"><a/>', "DOCTYPE", "Client"),
        ("<!DOCTYPE a []><a/>".encode("utf-16"), "DOCTYPE", "Client"),
        (envelope("<x:a/>".replace("x:", "")), "no operation", "Client"),
        (envelope(""), "0 elements", "Client"),
        (envelope("<a/><b/>"), "2 elements", "Client"),
        (is_reachable(ADULTS[0]).replace(b"Recipient/v3", b"Recipient/v2"), "no operation", "Client"),
        (
            is_reachable(ADULTS[0]).replace(b"schemas.xmlsoap.org/soap/envelope/", b"www.w3.org/2003/05/soap-envelope"),
            "another version than SOAP 1.1",
            "VersionMismatch",
        ),
        (envelope("<a>" * 3000 + "</a>" * 3000), "not well-formed", "Client"),
        (envelope("<a/>" * 50000), "more than 20000 elements", "Client"),
        (envelope("<a " + " ".join(f'a{n}="x"' for n in range(20000)) + "/>"), "no operation", "Client"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_what_is_no_soap_for_this_place_gets_a_fault_that_says_so(small, body, said, code):
    status, answer = post(small, "far", PATH, body)
    assert (status, f"<faultcode>soap:{code}</faultcode>".encode() in answer) == (500, True)
    assert said.encode() in answer
    found = eventually(lambda: [e for e in small.exchanges if e.problem and said in e.problem])
    assert found[-1].accepted is not None


BILLION = (
    "<!DOCTYPE lolz ["
    '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)


def test_an_entity_bomb_costs_nothing(small):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    status, answer = post(small, "far", PATH, (BILLION + "<a b='&l9;'>&l9;</a>").encode())
    assert (status, b"DOCTYPE" in answer) == (500, True)
    assert time.monotonic() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_doctype_within_cdata_is_text(small):
    body = is_reachable(ADULTS[0]).replace(b"<e:Body>", b"<!--<!DOCTYPE html>--><e:Body>")
    assert post(small, "far", PATH, body)[0] == 200


def test_more_idle_connections_than_places_make_room_for_the_next(small):
    idle = [plain(small) for _ in range(300)]
    try:
        assert post(small, "far", PATH, is_reachable(ADULTS[0]))[0] == 200
        ports = {one.getsockname()[1] for one in idle}
        told = eventually(
            lambda: [c for c in small.connections if int(c.peer.rpartition(":")[2]) in ports and "room" in c.problem]
        )
        assert len(told) >= 100
    finally:
        for one in idle:
            one.close()
    eventually(lambda: ports <= {int(c.peer.rpartition(":")[2]) for c in small.connections})


def test_an_idle_keep_alive_connection_is_closed_in_order(small):
    connection = http.client.HTTPSConnection("localhost", small.port(), context=small.context(), timeout=10)
    connection.request("POST", PATH, is_reachable(ADULTS[0]), HEADERS)
    connection.getresponse().read()
    port = connection.sock.getsockname()[1]
    began = time.monotonic()
    assert connection.sock.recv(1) == b""
    assert 2.5 < time.monotonic() - began < 6
    connection.close()
    record = from_port(small, port)
    assert (record.closed_by, record.closed_how, record.exchanges) == ("stage", "close_notify", 1)


def test_a_client_that_does_not_read_its_answer_is_let_go(small):
    numbers = ["162021005489"] * 1000
    with raw_tls(small) as connection:
        port = connection.getsockname()[1]
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        body = is_reachable(*numbers, sender=SENDER)
        request = f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body
        connection.settimeout(1)
        for _ in range(400):
            try:
                connection.sendall(request)
            except OSError:
                break
        record = from_port(small, port)
    assert "did not take the response" in record.problem
    exchange = exchanges_of(small, record)[-1]
    assert (exchange.response_last_byte, exchange.status) == (None, 200)
    assert exchange.response_cut_at is not None
    assert exchange.actions[0].done is None


def test_a_delivery_with_a_recipient_of_any_kind_is_answered(small):
    operator = next(name for name in small.stage.bases if name.startswith("operator"))
    for recipient in ("", "x" * 1000, "å", "1", "&lt;a&gt;"):
        assert post(small, operator, "/service/v3", deliver_secure(recipient))[0] in {200, 500}


def test_a_peer_that_reset_a_moment_ago_does_not_keep_the_stage_from_ending(tmp_path):
    with standing(tmp_path) as stand:
        raw = socket.create_connection(("127.0.0.1", stand.port()), 5)
        raw.sendall(b"\x16\x03\x01")
        (guest,) = eventually(lambda: tuple(stand.stage.house.guests))
        eventually(lambda: guest._life.received)

        async def reset_and_end():
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raw.close()
            stand.stage.house.close()

        asyncio.run_coroutine_threadsafe(reset_and_end(), stand.loop).result(5)
        eventually(lambda: not stand.stage.house.guests)
    assert len(stand.connections) == 1

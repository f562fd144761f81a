"""Does the reader of HTTP take what h11, another make, takes, wherever the bytes are cut? And what does it refuse?"""

from itertools import pairwise

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.stage.http import HttpReader, Refusal

LIMIT, BODY = 2000, 3000
HOST = b"Host: far.test\r\n"
TOKENS = st.text("abcXYZ09-_.~!", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=20).map(
    lambda text: "".join(char for char in text if char.isprintable() or char > "\xa0")
)
SPACE = st.text(" \t", max_size=2)
PATHS = st.text("abc/?=&%2F:@", max_size=30).map(lambda text: f"/{text}")


@st.composite
def requests(draw):
    """A well-formed request, with a body of a length, in chunks, or none."""
    names = [name for name in draw(st.lists(TOKENS, max_size=5)) if name.lower() not in {"host", "connection"}]
    headers = [f"X{name}:{draw(SPACE)}{draw(VALUES)}{draw(SPACE)}\r\n".encode("latin-1") for name in names]
    body, how = draw(st.binary(max_size=40)), draw(st.sampled_from(["length", "chunked", "none"]))
    if how == "length":
        headers.append(b"content-LENGTH: %d\r\n" % len(body))
    elif how == "chunked":
        headers.append(b"Transfer-Encoding: chunked\r\n")
        pieces = [body[:7], body[7:]]
        body = b"".join(b"%x;x=y\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\nT: 1\r\n\r\n"
    else:
        body = b""
    line = f"{draw(st.sampled_from(['POST', 'GET', 'HEAD', 'PUT']))} {draw(PATHS)} HTTP/1.1\r\n".encode()
    return line + b"".join(draw(st.permutations([HOST, *headers]))) + b"\r\n" + body


def taken(data, *cuts):
    """Every whole request in the data, which is given in pieces, and the refusal after them, if there is one."""
    reader, found = HttpReader(LIMIT, BODY), []
    places = [0, *sorted(cuts), len(data)]
    for start, end in pairwise(places):
        reader.receive(data[start:end])
        while event := reader.next():
            if isinstance(event, Refusal):
                return found, event
            if event.whole:
                found.append(event)
                if not reader.next_cycle():
                    return found, None
    return found, None


def as_h11_takes(data):
    """The same by h11: method, target, headers and body of each."""
    connection, found = h11.Connection(h11.SERVER), []
    connection.receive_data(data)
    while type(event := connection.next_event()) is h11.Request:
        body = b""
        while type(part := connection.next_event()) is h11.Data:
            body += bytes(part.data)
        assert type(part) is h11.EndOfMessage
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items())
        found.append((event.method.decode(), event.target.decode("latin-1"), headers, body))
        connection.send(h11.Response(status_code=200, headers=[]))
        connection.send(h11.EndOfMessage())
        if connection.our_state is not h11.DONE:
            break
        connection.start_next_cycle()
    return found


@settings(deadline=None, max_examples=300)
@given(st.lists(requests(), min_size=1, max_size=3), st.lists(st.integers(0, 600), max_size=4))
def test_what_h11_takes_is_taken_alike_wherever_it_is_cut(several, cuts):
    data = b"".join(several)
    found, refusal = taken(data, *(min(cut, len(data)) for cut in cuts))
    assert refusal is None
    assert [(one.method, one.target, one.headers, one.body()) for one in found] == as_h11_takes(data)
    assert [one.size for one in found] == [len(one.body()) for one in found]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
        (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"\x00\x01\x02\r\n\r\n", 400),
        (b"GET /\xe5 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\nA b\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: \x00\r\n" + HOST + b"\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: +3\r\n" + HOST + b"\r\nabc", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n" + HOST + b"\r\nabc", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\nzz\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" + HOST + b"\r\n", 501),
        (b"POST / HTTP/1.1\r\nContent-Length: 3001\r\n" + HOST + b"\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\nfff\r\n" + b"x" * 0xFFF, 413),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 3000, 431),
        (b"GET / HTTP/1.1\r\n" + HOST + b"A: 2\r\n" * 1000 + b"\r\n", 431),
        (b"GET /" + b"x" * 3000, 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n0\r\n" + b"T: 2\r\n" * 1000, 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n0\r\nT: " + b"x" * 3000, 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n1;" + b"x" * 3000, 431),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else str(value),
)
@pytest.mark.parametrize("step", [1, 100])
def test_what_cannot_be_taken_is_refused_and_nothing_after_it_is_read(data, status, step):
    good = b"POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"
    whole = good + data + b"\r\n\r\n" + good
    found, refusal = taken(whole, *range(len(good), len(whole), step))
    assert [one.target for one in found] == ["/first"]
    assert refusal.status == status
    assert refusal.words


def test_a_head_that_comes_at_once_is_held_to_the_limit_too():
    _, refusal = taken(b"GET / HTTP/1.1\r\n" + HOST + b"A: 2\r\n" * 1000 + b"\r\n")
    assert refusal.status == 431


def test_an_upgrade_that_is_offered_is_not_taken():
    offer = b"GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n"
    tunnel = b"CONNECT b:443 HTTP/1.1\r\nHost: b\r\n\r\n"
    found, refusal = taken(offer + tunnel + offer)
    assert ([one.target for one in found], refusal) == (["/a", "b:443", "/a"], None)


@pytest.mark.parametrize(
    ("head", "closes"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: TE, Close\r\n", True),
        (b"GET / HTTP/1.0\r\n", True),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n", True),
    ],
)
def test_a_response_says_close_where_the_connection_ends(head, closes):
    reader = HttpReader(LIMIT, BODY)
    reader.receive(head + b"\r\n")
    assert not reader.next().whole
    assert reader.next().whole
    answer = reader.respond(200, (("Content-Type", "text/plain"),), b"hello")
    more = b"Connection: close\r\n" if closes else b""
    assert answer == b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n" + more + b"\r\nhello"
    assert reader.next_cycle() is not closes


def test_a_response_that_is_given_close_ends_the_connection():
    reader = HttpReader(LIMIT, BODY)
    reader.receive(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert not reader.next().whole
    assert reader.next().whole
    assert reader.respond(200, (("Connection", "close"),), b"").count(b"close") == 1
    assert not reader.next_cycle()


def test_the_answer_to_head_has_the_length_and_no_body():
    reader = HttpReader(LIMIT, BODY)
    reader.receive(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert not reader.next().whole
    assert reader.next().whole
    assert reader.respond(200, (), b"hello") == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"


@pytest.mark.parametrize(("version", "waits"), [("1.1", True), ("1.0", False)])
def test_a_head_comes_before_its_body_and_says_whether_the_client_waits(version, waits):
    reader = HttpReader(LIMIT, BODY)
    reader.receive(f"POST / HTTP/{version}\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n".encode())
    request = reader.next()
    assert (request.wants_continue, request.announced, request.whole, request.body()) == (waits, 2, False, b"")
    assert reader.next() is None
    reader.receive(b"ok")
    assert (reader.next() is request, request.whole, request.body()) == (True, True, b"ok")
    assert reader.next() is None


def test_a_body_that_was_not_whole_ends_the_connection():
    reader = HttpReader(LIMIT, BODY)
    reader.receive(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab")
    assert not reader.next().whole
    assert b"Connection: close" in reader.respond(408, (), b"")
    assert not reader.next_cycle()

"""Is what a peer said read as the RFCs mean it, and is nothing a peer can say too much?"""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes._tls_records import (
    MAXIMAL_BYTES,
    MAXIMAL_FRAGMENT,
    MAXIMAL_MESSAGE,
    MAXIMAL_RECORDS,
    Alert,
    Cursor,
    Message,
    RecordReader,
    ServerHello,
    Unreadable,
    read_extensions,
    read_server_hello,
)
from readiness.model import Reason
from tests.stands.scripted import HELLO_RETRY_REQUEST, alert, handshake, record, server_hello

# What real servers sent in answer to our hellos: nginx 1.22 and s_server (OpenSSL 3.0), tlslite-ng 0.8.2.
NGINX_1_3 = bytes.fromhex(
    "160303007a0200007603033181ff1500531c704d8b704578a705315650bb378cb65a74d6793c487b359cb620534557f123f8455c346c1b70"
    "66cb71e9a8600c5aa03cb7c3c11a08da6d1c3836130200002e002b0002030400330024001d0020e05ebfef3bc8aa4110afeab5e54d1a61ac"
    "d11bb90bd3b3f1d0c96850184bb561"
)
NGINX_1_2 = bytes.fromhex(
    "16030300610200005d03035983009c9362c8033b54301d6a4108fa4ccd6914990624a7444f574e4752440120a641c44d2854674dfb59606d"
    "38909ba6581fcc05d2f11d6df30dd753f0b23936c02c000015ff0100010000000000000b00040300010200170000"
)
S_SERVER_RETRY = bytes.fromhex(
    "1603030058020000540303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c20bdcc93c1214537ec534d5d2f"
    "5286e12326e74f8bf2dcf2606bb0558619c846ae130200000c002b0002030400330002001e"
)
S_SERVER_1_0 = bytes.fromhex(
    "160301005d0200005903011eaeb03b33bbfbed0116eba371ba56d9307156219e1a79d40f4e978d2c44f10c20c5e3c198e3e5bf4f85da4f0c"
    "f9d658702f05eee6428667aec8a0885fbffd54e7c00a000011ff01000100000b00040300010200170000"
)
TLSLITE_SSLV3 = bytes.fromhex(
    "16030000310200002d0300a54098b297e838a88d229cf279caffd40e314573e1c72cf1b65d6e820e085b89000039000005ff01000100"
)
REAL = {
    "nginx 1.3": (NGINX_1_3, 0x0304, 0x1302, False, ""),
    "nginx 1.2": (NGINX_1_2, 0x0303, 0xC02C, False, "TLSv1.3"),
    "s_server retry": (S_SERVER_RETRY, 0x0304, 0x1302, True, ""),
    "s_server 1.0": (S_SERVER_1_0, 0x0301, 0xC00A, False, ""),
    "tlslite SSLv3": (TLSLITE_SSLV3, 0x0300, 0x0039, False, ""),
}


def events(*pieces: bytes) -> list[Alert | Message]:
    """Everything the reader makes of the pieces."""
    reader, found = RecordReader(), []
    for piece in pieces:
        reader.feed(piece)
        while (event := reader.read()) is not None:
            found.append(event)
    return found


def hello_in(data: bytes) -> ServerHello:
    """The ServerHello in one record."""
    [message] = events(data)
    assert isinstance(message, Message)
    assert message.type == 2
    return read_server_hello(message.body)


def refused(*pieces: bytes) -> Reason:
    """The reason that the reader gives up with."""
    with pytest.raises(Unreadable) as caught:
        events(*pieces)
    return caught.value.unseen.reason


@pytest.mark.parametrize("name", REAL)
def test_a_real_server_hello_is_read(name: str) -> None:
    data, version, suite, retry, sentinel = REAL[name]
    hello = hello_in(data)
    assert (hello.version, hello.suite, hello.retry, hello.sentinel) == (version, suite, retry, sentinel)
    assert hello.compression == 0


@pytest.mark.parametrize("name", REAL)
def test_it_does_not_matter_how_the_bytes_are_cut(name: str) -> None:
    data = REAL[name][0]
    assert events(*(data[at : at + 1] for at in range(len(data)))) == events(data)


def test_a_message_may_be_cut_over_records_and_several_may_share_one() -> None:
    body = NGINX_1_2[5:]
    cut = b"".join(record(22, body[at : at + 7]) for at in range(0, len(body), 7))
    assert events(cut) == events(NGINX_1_2)
    assert [event.type for event in events(record(22, body + body + b"\x0e\0\0\0")) if isinstance(event, Message)] == [
        2,
        2,
        14,
    ]


def test_what_was_taken_is_what_the_event_stood_in_and_no_more() -> None:
    reader = RecordReader()
    reader.feed(NGINX_1_2 + b"\x16\3\3\0\5rest")
    assert isinstance(reader.read(), Message)
    assert reader.taken == NGINX_1_2
    assert reader.read() is None


def test_encrypted_records_behind_a_server_hello_do_not_take_it_along() -> None:
    reader = RecordReader()
    reader.feed(NGINX_1_3 + record(20, b"\1") + record(23, b"x" * 100))
    assert isinstance(reader.read(), Message)
    with pytest.raises(Unreadable):
        reader.read()


@pytest.mark.parametrize(
    ("level", "description", "name", "ends"),
    [
        (2, 70, "protocol_version", True),
        (1, 70, "protocol_version", True),  # an error alert is one whatever its level says
        (1, 40, "handshake_failure", True),
        (1, 0, "close_notify", True),
        (2, 112, "unrecognized_name", True),
        (1, 112, "unrecognized_name", False),
        (1, 90, "user_canceled", False),
        (2, 255, "alert_255", True),
    ],
)
def test_an_alert_is_named_and_known_to_end_it_or_not(level: int, description: int, name: str, *, ends: bool) -> None:
    [said] = events(alert(description, level))
    assert isinstance(said, Alert)
    assert (said.name, said.ends) == (name, ends)


def test_a_warning_before_the_server_hello_is_an_event_of_its_own() -> None:
    warning, hello = events(alert(112, 1) + NGINX_1_2)
    assert isinstance(warning, Alert)
    assert isinstance(hello, Message)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"220 mail.example.se ESMTP\r\n",
        b"\x80\x2e\x04\x00\x00\x00",  # SSLv2
        b"\0" * 100,
        b"\x16\x02\x00\x00\x01x",
        b"\x16\x03\x03\x00\x00",  # RFC 8446 5.1: no empty fragment of a handshake
        b"\x16\x03\x03" + (MAXIMAL_FRAGMENT + 1).to_bytes(2),
        record(23, b"encrypted"),
        record(20, b"\1"),
        record(21, b"\2"),
        record(21, b"\2\x28\2"),
        record(21, b"\3\x28"),
    ],
    ids=repr,
)
def test_what_is_no_tls_is_not_understood(data: bytes) -> None:
    assert refused(data) is Reason.NOT_UNDERSTOOD


def test_plain_http_is_called_so() -> None:
    with pytest.raises(Unreadable, match="plain HTTP"):
        events(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_message_of_the_largest_size_is_read_and_one_byte_more_is_not() -> None:
    def message(length: int) -> list[bytes]:
        data = b"\x0b" + length.to_bytes(3) + bytes(length)
        return [record(22, data[at : at + 2**14]) for at in range(0, len(data), 2**14)]

    assert events(*message(MAXIMAL_MESSAGE)) == [Message(11, bytes(MAXIMAL_MESSAGE))]
    assert refused(*message(MAXIMAL_MESSAGE + 1)) is Reason.LIMIT_REACHED
    assert refused(record(22, b"\x0b\xff\xff\xff")) is Reason.LIMIT_REACHED


def test_a_fragment_of_the_largest_size_is_read() -> None:
    assert events(record(22, b"\x0b" + (MAXIMAL_FRAGMENT - 4).to_bytes(3) + bytes(MAXIMAL_FRAGMENT - 4)))


def test_records_without_end_reach_a_limit() -> None:
    assert len(events(alert(112, 1) * MAXIMAL_RECORDS)) == MAXIMAL_RECORDS
    assert refused(alert(112, 1) * (MAXIMAL_RECORDS + 1)) is Reason.LIMIT_REACHED


def test_bytes_without_end_reach_a_limit() -> None:
    full = record(22, (b"\0" * 4) * 4000)
    assert refused(*[full] * (MAXIMAL_BYTES // len(full) + 1)) is Reason.LIMIT_REACHED


BODY = NGINX_1_3[9:]
SUPPORTED = bytes.fromhex("002b00020304")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        BODY[:-1],
        BODY + b"\0",
        BODY[:34] + b"\x21" + bytes(33) + BODY[67:],  # a session id of 33 bytes
        BODY.replace(SUPPORTED, bytes.fromhex("002b00020303")),  # RFC 8446 4.2.1: not for less than TLS 1.3
        BODY.replace(b"\3\3", b"\3\4", 1),  # the same: legacy_version stays 0x0303
        HELLO_RETRY_REQUEST.join((b"\3\3", b"\0\x13\1\0")),  # a retry that selects no version
        server_hello("TLSv1.2")[9:] + b"\0\x08" + b"\0\x17\0\0" * 2,  # one extension twice
    ],
    ids=range(8),
)
def test_a_server_hello_that_breaks_the_rfc_is_not_understood(body: bytes) -> None:
    assert read_server_hello(BODY).version == 0x0304
    with pytest.raises(Unreadable) as caught:
        read_server_hello(body)
    assert caught.value.unseen.reason is Reason.NOT_UNDERSTOOD


@pytest.mark.parametrize(("ending", "says"), [(b"DOWNGRD\1", "TLSv1.3"), (b"DOWNGRD\0", "TLSv1.2"), (b"x" * 8, "")])
def test_the_downgrade_sentinel_is_read(ending: bytes, says: str) -> None:
    assert hello_in(server_hello("TLSv1.0", random=b"r" * 24 + ending)).sentinel == says


def make_anything_of(data: bytes, cut: int) -> None:
    """Feed it all, in two pieces, and read whatever looks like a ServerHello; only Unreadable may come of it."""
    reader = RecordReader()
    with suppress(Unreadable):
        for piece in (data[:cut], data[cut:]):
            reader.feed(piece)
            # No more events than bytes: that it ends is part of what is tested.
            for _ in range(len(data) + 1):
                if (event := reader.read()) is None:
                    break
                if isinstance(event, Message) and event.type == 2:
                    read_server_hello(event.body)
            else:
                pytest.fail("more events than bytes")
    assert data.startswith(reader.taken)


@given(st.binary(max_size=600), st.integers(0, 600))
@settings(max_examples=1000, deadline=None)
def test_random_bytes_never_crash_the_reader(data: bytes, cut: int) -> None:
    make_anything_of(data, cut)


@given(
    st.sampled_from([real[0] for real in REAL.values()]),
    st.lists(st.tuples(st.integers(0, 140), st.binary(max_size=4), st.integers(0, 8)), max_size=4),
    st.integers(0, 200),
)
@settings(max_examples=2000, deadline=None)
def test_mutations_of_real_server_hellos_never_crash_the_reader(
    data: bytes, changes: list[tuple[int, bytes, int]], cut: int
) -> None:
    for at, insert, drop in changes:
        data = data[:at] + insert + data[at + drop :]
    make_anything_of(data, cut)


@given(st.binary(max_size=300))
@settings(max_examples=1000, deadline=None)
def test_any_body_is_a_server_hello_or_unreadable(body: bytes) -> None:
    for read in (read_server_hello, read_extensions):
        with suppress(Unreadable):
            read(body)
    assert events(handshake(2, body)) == [Message(2, body)]


def test_a_cursor_knows_what_is_left() -> None:
    cursor = Cursor(b"\0\2abc")
    assert cursor.vector(2) == b"ab"
    assert (cursor.left, cursor.number(1), cursor.left) == (1, ord("c"), 0)
    with pytest.raises(Unreadable, match="1 bytes too early"):
        cursor.take(1)

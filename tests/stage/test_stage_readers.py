"""Readers of what strangers send: no crash, no hang, nothing followed, whatever the bytes."""

import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.stage.answers import Answers, Place
from readiness.stage.bill import Bill
from readiness.stage.client_hello import ClientHello, NoClientHello, read_client_hello
from readiness.stage.house import House
from readiness.stage.http import HttpReader, Refusal
from readiness.stage.masking import Mask
from readiness.stage.settings import StageLimits, StageSettings
from tests.stage.standing import ADULTS, PERSONS, deliver_secure, is_reachable


def hello(name="far.test", alpn=("http/1.1",)):
    """What Python's own client sends first."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(list(alpn))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


HELLO = hello()


def test_name_and_protocols_are_read_from_a_real_hello():
    data = hello("FAR.test", ("h2", "http/1.1"))
    assert read_client_hello(data + b"more") == ClientHello(data, "far.test", ("h2", "http/1.1"))


@pytest.mark.parametrize("length", range(0, len(HELLO), 7))
def test_a_part_of_a_hello_is_waited_for(length):
    assert read_client_hello(HELLO[:length]) is None


def test_a_hello_cut_over_several_records_is_one_hello():
    body = HELLO[5:]
    cut = b"".join(b"\x16\x03\x01" + len(part).to_bytes(2) + part for part in (body[:3], body[3:100], body[100:]))
    found = read_client_hello(cut)
    assert (found.data, found.server_name) == (cut, "far.test")


@given(st.binary(max_size=300), st.integers(0, len(HELLO)), st.integers(0, len(HELLO)))
def test_no_bytes_hurt_the_reader_of_the_hello(data, start, end):
    for bytes_ in (data, HELLO[:start] + data + HELLO[end:], b"\x16\x03\x01" + len(data).to_bytes(2) + data):
        try:
            found = read_client_hello(bytes_)
        except NoClientHello:
            continue
        assert found is None or found.data == bytes_[: len(found.data)]


SERVICES = Answers(StageSettings(persons=PERSONS), Bill(PERSONS), lambda operator, _: f"https://localhost/{operator}")
GOOD = is_reachable(ADULTS[0]), deliver_secure(ADULTS[1])
PLACES = Place("Recipient"), Place("Service", "165568402266"), Place("Message"), Place("Authority")


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(GOOD), st.sampled_from(PLACES), st.integers(0, 600), st.integers(0, 600), st.binary(max_size=20))
def test_no_bytes_hurt_the_reader_of_soap(good, place, start, end, data):
    request = good[:start] + data + good[end:]
    answer = SERVICES.answer(place, request)
    assert answer.status in {200, 500}
    assert answer.body.endswith(b"</soap:Envelope>")
    if answer.root is not None:
        Mask(PERSONS).document(answer.root, request)


@given(st.lists(st.binary(min_size=1, max_size=100), max_size=10))
def test_no_bytes_hurt_the_reader_of_http(parts):
    reader = HttpReader(1000, 1000)
    for part in parts:
        reader.receive(part)
        event = reader.next()
        if isinstance(event, Refusal):
            assert event.status in {400, 413, 431, 501}
            assert reader.respond(event.status, (), b"no").startswith(b"HTTP/1.1 ")
            break


def test_the_house_lets_in_only_who_is_allowed():
    from ipaddress import ip_network

    house = House(StageLimits(), (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")))
    assert (house.refusal("192.0.2.7"), house.refusal("2001:db8::1")) == ("", "")
    assert "not among" in house.refusal("198.51.100.1")
    assert House(StageLimits(), ()).refusal("198.51.100.1") == ""


def test_unfinished_bodies_are_held_within_a_bound():
    house = House(StageLimits(bodies=100), ())
    assert house.hold(60)
    assert not house.hold(41)
    assert house.hold(-60)
    assert house.hold(100)

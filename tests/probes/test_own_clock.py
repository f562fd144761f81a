"""Does `own_clock` believe a time source only where it may, and only what an answer can show?

The servers stand on loopback, and answer rightly or wrongly; the clock of the session stands at NOON.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from probes._sntp import EPOCH, Answer, agreed, read_answer, request
from probes.own_clock import PROBE, Told, read_offset
from readiness.chain import Permit
from readiness.demo.time_servers import TimeServer, answer
from readiness.model import Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Limits, Seen
from readiness.session import LiveSession
from tests.conftest import NOON, Kept, look, profile_of

MARK = bytes(range(1, 9))
SECOND = timedelta(seconds=1)
QUICK = timedelta(milliseconds=20)


def told(now: datetime = NOON, **changed: object) -> bytes:
    """A right answer to the request with MARK, with fields changed by their place in the packet."""
    data = bytearray(answer(request(MARK), now))
    for place, value in changed.items():
        start = PLACES[place]
        piece = value if isinstance(value, bytes) else bytes([int(str(value))])
        data[start : start + len(piece)] = piece
    return bytes(data)


PLACES = {"head": 0, "stratum": 1, "precision": 3, "root_delay": 4, "root_dispersion": 8, "reference": 12, "origin": 24}
PLACES |= {"received": 32, "transmitted": 40}


def stamp(at: datetime) -> bytes:
    return struct.pack(">Q", ((at - EPOCH) // timedelta(microseconds=1) << 32) // 1_000_000 % (1 << 64))


def read(data: bytes, took: timedelta = QUICK, sent: datetime = NOON) -> Answer:
    return read_answer(data, MARK, sent, took)


# -- What is read out of one answer


def test_a_request_is_that_of_a_client_and_tells_nobody_the_time() -> None:
    data = request(MARK)
    assert (len(data), data[0], data[40:], set(data[1:40])) == (48, 0x23, MARK, {0})


@pytest.mark.parametrize("ahead", [timedelta(), 3 * SECOND, -3 * SECOND, timedelta(days=400)])
def test_the_offset_is_half_way_between_sending_and_hearing(ahead: timedelta) -> None:
    found = read(told(NOON + QUICK / 2 + ahead))
    assert abs(found.offset - ahead) < timedelta(microseconds=2)
    assert QUICK / 2 < found.uncertainty < QUICK / 2 + timedelta(milliseconds=2)
    assert found.stratum == 2


def test_how_long_the_server_held_it_is_no_way() -> None:
    data = told(received=stamp(NOON + QUICK), transmitted=stamp(NOON + 20 * QUICK))
    found = read(data, took=21 * QUICK)
    assert abs(found.offset) < timedelta(microseconds=2)
    assert found.uncertainty < QUICK + timedelta(milliseconds=2)


def test_an_answer_of_2036_and_later_is_of_the_next_era() -> None:
    later = datetime(2041, 5, 1, tzinfo=UTC)
    assert abs(read(told(later), sent=later).offset) < QUICK
    assert abs(read(told(later - 2000 * timedelta(days=1)), sent=later).offset) > timedelta(days=1999)


def test_what_the_source_says_of_its_own_errors_is_added() -> None:
    found = read(told(root_delay=struct.pack(">i", 6554), root_dispersion=struct.pack(">I", 13107)))
    assert abs(found.uncertainty - (QUICK / 2 + timedelta(seconds=0.25))) < timedelta(milliseconds=1)


def test_a_stratum_1_names_what_it_follows() -> None:
    assert read(told(stratum=1, reference=b"PPS\0")).reference == "PPS"
    assert read(told(stratum=2, reference=b"\x0a\0\0\1")).reference == ""
    assert read(told(stratum=1, reference=b"\x1b[2J")).reference == ""


WRONG: dict[str, tuple[bytes, Reason]] = {
    "nothing": (b"", Reason.NOT_UNDERSTOOD),
    "cut": (told()[:47], Reason.NOT_UNDERSTOOD),
    "a client's": (told(head=0x23), Reason.NOT_UNDERSTOOD),
    "broadcast": (told(head=0x25), Reason.NOT_UNDERSTOOD),
    "version 0": (told(head=0x04), Reason.NOT_UNDERSTOOD),
    "version 7": (told(head=0x3C), Reason.NOT_UNDERSTOOD),
    "to another request": (told(origin=bytes(8)), Reason.NOT_UNDERSTOOD),
    "kiss-o'-death RATE": (told(stratum=0, reference=b"RATE"), Reason.ACCESS_DENIED),
    "kiss-o'-death without a code": (told(stratum=0), Reason.ACCESS_DENIED),
    "kiss-o'-death, unsynchronised": (told(head=0xE4, stratum=0, reference=b"DENY"), Reason.ACCESS_DENIED),
    "leap 3": (told(head=0xE4), Reason.CONTROL_FAILED),
    "stratum 16": (told(stratum=16), Reason.CONTROL_FAILED),
    "stratum 255": (told(stratum=255), Reason.CONTROL_FAILED),
    "no time": (told(transmitted=bytes(8)), Reason.NOT_UNDERSTOOD),
    "sent before it was received": (told(transmitted=stamp(NOON - SECOND)), Reason.NOT_UNDERSTOOD),
    "held longer than it took": (told(transmitted=stamp(NOON + SECOND)), Reason.NOT_UNDERSTOOD),
    "unsure of itself": (told(root_dispersion=struct.pack(">I", 1 << 16)), Reason.CONTROL_FAILED),
    "whole seconds": (told(precision=0), Reason.CONTROL_FAILED),
    "precision 127": (told(precision=127), Reason.CONTROL_FAILED),
    "widest error": (told(root_dispersion=b"\xff" * 4, root_delay=b"\x7f" + b"\xff" * 3), Reason.CONTROL_FAILED),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_tell_the_time_is_not_believed(name: str) -> None:
    data, reason = WRONG[name]
    with pytest.raises(CannotObserve) as caught:
        read(data)
    assert caught.value.unseen.reason is reason


def test_an_answer_that_took_two_seconds_cannot_tell_one() -> None:
    with pytest.raises(CannotObserve) as caught:
        read(told(NOON + SECOND), took=2 * SECOND)
    assert caught.value.unseen.reason is Reason.TIMED_OUT


def test_a_kiss_code_is_told() -> None:
    with pytest.raises(CannotObserve, match="RATE"):
        read(told(stratum=0, reference=b"RATE"))


# -- Two of them


def one(offset: float, uncertainty: float = 0.01) -> Answer:
    return Answer(timedelta(seconds=offset), timedelta(seconds=uncertainty), 2, "")


def test_sources_agree_where_what_they_allow_meets() -> None:
    assert agreed([one(5), one(5)]) == 5 * SECOND
    assert agreed([one(0, 0.1), one(0.15, 0.05)]) == timedelta(seconds=0.1)
    apart = agreed([one(0, 0.1), one(0.16, 0.05)])
    assert isinstance(apart, Unseen)
    assert apart.reason is Reason.ANSWERS_DIFFER
    assert isinstance(agreed([one(0), one(0), one(9)]), Unseen)


def test_one_source_is_not_enough_nor_is_one_server_under_two_names() -> None:
    silent = Unseen(Reason.TIMED_OUT, "nothing")

    def reason(found: dict[str, Told]) -> Reason:
        offset = read_offset(found)
        assert isinstance(offset, Unseen)
        return offset.reason

    assert reason({}) is Reason.NOT_CONFIGURED
    assert reason({"a": ("x", one(0))}) is Reason.NOT_CONFIGURED
    assert reason({"a": ("x", one(0)), "b": ("x", one(0))}) is Reason.NOT_CONFIGURED
    assert reason({"a": ("x", one(0)), "b": silent}) is Reason.TIMED_OUT
    assert read_offset({"a": ("x", one(0)), "b": silent, "c": ("y", one(0))}) == timedelta()


# -- Live


@contextmanager
def sources(*ahead: float) -> Iterator[list[str]]:
    """Right servers, each so many seconds ahead of NOON."""
    with ExitStack() as stack:
        servers = [TimeServer(lambda: NOON, timedelta(seconds=seconds)) for seconds in ahead]
        for server in servers:
            server.start()
            stack.callback(server.stop)
        yield [server.address for server in servers]


@contextmanager
def odd(answers: Callable[[bytes], bytes | None]) -> Iterator[str]:
    """A server that sends whatever `answers` makes of one request; None sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)

        def serve() -> None:
            try:
                data, peer = server.recvfrom(512)
            except OSError:
                return
            if (made := answers(data)) is not None:
                server.sendto(made, peer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def asked(addresses: list[str], *permitted: str, wait: float = 2.0) -> tuple[dict[str, Seen], list[str]]:
    """What the probe says of sources at these addresses; and for which of them a permit was used."""
    says = ("environment", "test"), ("time_sources", tuple(f"kommunen={address}" for address in addresses))
    chain = Target("chain", TargetKind.CHAIN, party="kommunen", declared=says)
    day = timedelta(days=1)
    permit = Permit("kommunen", permitted, ("sends",), NOON - day, NOON + day)
    profile = profile_of(permits=(permit,) if permitted else ())
    object.__setattr__(profile, "targets", (chain,))
    used: list[str] = []
    session = LiveSession(
        profile, Kept(), Limits(wait=wait), clock=lambda: NOON, used=lambda permit: used.append(permit.target)
    )
    return look(PROBE, chain, session), used


def seconds(found: dict[str, Seen]) -> float:
    value = found["clock.offset"].value
    assert isinstance(value, timedelta), value
    return value.total_seconds()


def test_two_right_sources_tell_how_far_the_clock_is_off() -> None:
    with sources(90, 90) as addresses:
        found, used = asked(addresses, "127.0.0.1")
    assert abs(seconds(found) - 90) < 0.5
    assert found["clock.offset"].detail == "this machine is behind"
    assert sorted(used) == sorted(addresses)
    table = found["clock.answers"].value
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == addresses


def test_one_server_under_two_names_is_one_source() -> None:
    with sources(0) as (address,):
        found, _ = asked([address, address.replace("127.0.0.1", "localhost")], "127.0.0.1", "localhost")
    assert isinstance(found["clock.offset"].value, Unseen)
    assert "one and the same" in found["clock.offset"].value.detail


def test_a_clock_that_is_ahead_is_as_far_off() -> None:
    with sources(-90, -90) as addresses:
        found, _ = asked(addresses, "127.0.0.1")
    assert abs(seconds(found) - 90) < 0.5
    assert found["clock.offset"].detail == "this machine is ahead"


def test_sources_that_disagree_leave_the_offset_open() -> None:
    with sources(0, 30) as addresses:
        found, _ = asked(addresses, "127.0.0.1")
    assert isinstance(found["clock.offset"].value, Unseen)
    assert found["clock.offset"].value.reason is Reason.ANSWERS_DIFFER


def test_without_a_permit_not_one_byte_is_sent() -> None:
    heard: list[bytes] = []

    def hear(data: bytes) -> None:
        heard.append(data)

    with odd(hear) as first, sources(0) as (second,):
        found, used = asked([first, second], second)
        assert heard == []
        poke(first)  # its thread ends
    assert used == [second]
    assert isinstance(found["clock.offset"].value, Unseen)
    assert found["clock.offset"].value.reason is Reason.NOT_PERMITTED


def poke(address: str) -> None:
    host, _, port = address.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"enough", (host, int(port)))


SPOILT: dict[str, tuple[Callable[[bytes], bytes | None], Reason]] = {
    "silent": (lambda _: None, Reason.TIMED_OUT),
    "empty": (lambda _: b"", Reason.NOT_UNDERSTOOD),
    "its own request back": (lambda data: data, Reason.NOT_UNDERSTOOD),
    "for somebody else": (lambda data: answer(data[:40] + bytes(8), NOON), Reason.NOT_UNDERSTOOD),
    "kiss-o'-death": (lambda data: answer(data, NOON)[:1] + b"\0" + answer(data, NOON)[2:], Reason.ACCESS_DENIED),
}


@pytest.mark.parametrize("name", SPOILT)
def test_one_bad_source_of_two_leaves_the_offset_open(name: str) -> None:
    answers, reason = SPOILT[name]
    with odd(answers) as first, sources(0) as (second,):
        found, _ = asked([first, second], "127.0.0.1", wait=0.3)
    assert isinstance(found["clock.offset"].value, Unseen)
    assert found["clock.offset"].value.reason is reason
    table = found["clock.answers"].value
    assert isinstance(table, Table)
    assert [bool(row[-1]) for row in table.rows] == [True, False]


def test_a_port_where_nobody_listens_refuses() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{gone.getsockname()[1]}"
    with sources(0) as (second,):
        found, _ = asked([address, second], "127.0.0.1")
    assert isinstance(found["clock.offset"].value, Unseen)
    assert found["clock.offset"].value.reason is Reason.CONNECTION_REFUSED


def test_a_profile_without_sources_asks_nobody() -> None:
    found, used = asked([], "127.0.0.1")
    assert used == []
    for fact in ("clock.offset", "clock.answers"):
        assert isinstance(found[fact].value, Unseen)
        assert found[fact].value.reason is Reason.NOT_CONFIGURED


def test_an_address_that_the_profile_does_not_name_is_not_asked() -> None:
    import asyncio

    session = LiveSession(profile_of(), Kept(), clock=lambda: NOON)
    with pytest.raises(CannotObserve) as caught:
        asyncio.run(session.ask_time("kommunen", "127.0.0.1:9", b""))
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED

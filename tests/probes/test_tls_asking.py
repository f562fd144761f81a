"""Does one question to one server give the right answer, whatever the server says? Over two hundred wrong answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest

from benchmarks.fuzz_tls import fuzz
from probes._tls import endpoint_of
from probes._tls_asking import Asker, Pace
from probes._tls_elimination import Elimination
from probes._tls_flight import Flight
from probes._tls_found import Found
from probes._tls_offers import ALL_SIGNATURES, CURVES, TLS_1_3_GROUPS
from probes._tls_old_ways import ask_sslv2
from probes._tls_records import ALERTS
from probes._tls_scan import Scan, scan
from probes._tls_talk import Offer, Refusal, Reply
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import Limits
from tests.conftest import session_for
from tests.stands.scripted import (
    HELLO_RETRY_REQUEST,
    Caller,
    Part,
    alert,
    by_version,
    drips,
    endless,
    handshake,
    in_turn,
    record,
    resets,
    says,
    says_and_closes,
    scripted,
    server_hello,
    silent,
)

OLD = Offer("TLSv1.2", (0x002F, 0xC02B), CURVES, ALL_SIGNATURES)
NEW = Offer("TLSv1.3", (0x1301,), TLS_1_3_GROUPS, ALL_SIGNATURES, shares=True)
REFUSALS = {40, 70, 71, 86, 120}
HELLO, HELLO_1_3 = server_hello("TLSv1.2"), server_hello("TLSv1.3")


@dataclass(frozen=True)
class Wrong:
    """What is said to an offer, and what is to become of it: a reason, "refused", or "chosen"."""

    name: str
    part: Part
    becomes: object
    offer: Offer = OLD


def wrong_answers() -> list[Wrong]:
    """Every kind of wrong answer, generated."""
    return [*cut_short(), *wrong_kinds(), *all_alerts(), *wrong_choices(), *wrong_lengths(), *never_ending(), *chosen()]


def cut_short() -> Iterator[Wrong]:
    for at in range(1, len(HELLO)):
        yield Wrong(f"cut after {at}", says_and_closes(HELLO[:at]), Reason.CLOSED_EARLY)


def wrong_kinds() -> Iterator[Wrong]:
    for type_ in (*range(20), *range(24, 60, 3), 127, 128, 255):
        yield Wrong(f"content type {type_}", says(record(type_, b"x" * 9)), NOT)
    for type_ in (1, 3, 4, 8, 11, 12, 13, 14, 16, 20, 255):
        yield Wrong(f"message {type_} first", says(handshake(type_, bytes(9))), NOT)
    for major in (0, 1, 2, 4, 127):
        yield Wrong(f"a record of version {major}", says(b"\x16" + bytes([major, 3, 0, 1, 2])), NOT)
    for word in (b"HTTP/1.1 400 Bad\r\n\r\n", b"<html>", b"SSH-2.0-x\r\n"):
        yield Wrong(f"words {word!r}", says(word), NOT)


def all_alerts() -> Iterator[Wrong]:
    for number in ALERTS:
        becomes: object = "refused" if number in REFUSALS else NOT
        if number in {109, 112}:
            becomes = Reason.NOT_CONFIGURED  # the offer names no server
        yield Wrong(f"alert {number}", says(alert(number)), becomes)
        if number in {90, 100, 112}:
            yield Wrong(f"warning {number}", says_and_closes(alert(number, 1)), Reason.CLOSED_EARLY)
    for size in (1, 3, 5):
        yield Wrong(f"an alert of {size} bytes", says(record(21, b"\2" * size)), NOT)
    for level in (0, 3, 255):
        yield Wrong(f"an alert of level {level}", says(alert(40, level)), NOT)


def wrong_choices() -> Iterator[Wrong]:
    body = b"\3\3" + bytes(32)
    for suite in (0x0000, 0x0004, 0x0035, 0x009C, 0x1301, 0x5600, 0xC02F, 0xCCA8, 0xFEFE, 0xFFFF, 0x0A0A):
        said = handshake(2, body + b"\0" + suite.to_bytes(2, "big") + b"\0")
        yield Wrong(f"suite 0x{suite:04x}", says(said), NOT)
    for compression in (1, 2, 64, 255):
        yield Wrong(f"compression {compression}", says(server_hello("TLSv1.2", compression=compression)), NOT)
    for version in (0x0304, 0x0305, 0x0400, 0x7F1C, 0xFEFF, 0xFFFF):
        said = handshake(2, version.to_bytes(2, "big") + bytes(32) + b"\0\0\x2f\0")
        yield Wrong(f"version 0x{version:04x}", says(said), NOT)
    for name, more in {
        "a session id of 33": b"\x21" + bytes(33) + b"\0\x2f\0",
        "a session id that is not there": b"\xff\0\x2f\0",
        "an extension twice": b"\0\0\x2f\0" + b"\0\x08" + b"\0\x17\0\0" * 2,
        "extensions cut": b"\0\0\x2f\0\0\x09\0\x17\0\0",
        "bytes behind": b"\0\0\x2f\0\0\0zz",
        "no compression": b"\0\0\x2f",
        "supported_versions of one byte": b"\0\0\x2f\0\0\x05\0\x2b\0\1\3",
        "an older supported version": b"\0\0\x2f\0\0\x06\0\x2b\0\2\3\3",
    }.items():
        yield Wrong(name, says(handshake(2, body + more)), NOT)
    yield Wrong("a retry without version", says(server_hello("TLSv1.2", random=HELLO_RETRY_REQUEST)), NOT)


def wrong_lengths() -> Iterator[Wrong]:
    for length in (0, 2**14 + 2049, 0xFFFF):
        yield Wrong(f"a record of {length}", says(b"\x16\3\3" + length.to_bytes(2, "big")), NOT)
    for length in (2**17 + 1, 2**20, 2**24 - 1):
        yield Wrong(f"a message of {length}", says(record(22, b"\2" + length.to_bytes(3, "big"))), LIMIT)


def never_ending() -> Iterator[Wrong]:
    yield Wrong("silence", silent, Reason.TIMED_OUT)
    yield Wrong("a reset", resets, Reason.CONNECTION_RESET)
    yield Wrong("a byte now and then", drips(HELLO, 0.3), Reason.TIMED_OUT)
    yield Wrong("fragments without end", endless(record(22, b"\2\1\0\0"), record(22, b"\0")), LIMIT)
    yield Wrong("warnings without end", endless(b"", alert(90, 1)), LIMIT)
    yield Wrong("requests without end", endless(b"", handshake(0, b"")), LIMIT)
    empty = b"".join(record(22, bytes([byte])) for byte in (2, 0, 0, 0))
    yield Wrong("an empty hello in four records", says_and_closes(empty), NOT)


def chosen() -> Iterator[Wrong]:
    """After the ServerHello the choice is known, whatever comes."""
    for name, more in {
        "nothing": b"",
        "another hello": HELLO,
        "junk": b"junk" * 9,
        "an alert": alert(40),
        "a certificate list cut": handshake(11, b"\0\0\x20\0\0\x10"),
        "a key exchange cut": handshake(12, b"\3\0"),
        "a message of 2^24": record(22, b"\x0b\xff\xff\xff"),
        "application data": record(23, b"x" * 30),
        "Finished": handshake(20, bytes(12)),
    }.items():
        yield Wrong(f"a hello, and then {name}", says_and_closes(HELLO + more), "chosen")
        yield Wrong(f"a hello of TLS 1.3, and then {name}", says_and_closes(HELLO_1_3 + more), "chosen", NEW)
    zero = b"\0\x1d\0\x20" + bytes(32)
    for name, share in {"short": b"\0\x1d\0\5short", "strange": b"\0\xee\0\1x", "cut": b"\0", "zero": zero}.items():
        listed = b"\0\x2b\0\2\3\4\0\x33" + len(share).to_bytes(2, "big") + share
        body = b"\3\3" + bytes(32) + b"\0\x13\1\0" + len(listed).to_bytes(2, "big") + listed
        yield Wrong(f"a key share that is {name}", says_and_closes(handshake(2, body)), "chosen", NEW)


NOT, LIMIT = Reason.NOT_UNDERSTOOD, Reason.LIMIT_REACHED


def asking(
    part: Part, ask: Callable[[Asker], Awaitable[object]], wait: float = 0.5, limits: Limits | None = None
) -> object:
    """What asking a server that plays this part gives."""
    with scripted(part) as stand:
        target = Target("front", TargetKind.ENDPOINT, address=stand.address)

        async def run() -> object:
            session = session_for(target, limits=limits or Limits(wait=wait, scan_connections=2000))
            await session.addresses("127.0.0.1")
            until = asyncio.get_running_loop().time() + 60
            return await ask(Asker(session, endpoint_of(target), "127.0.0.1", Pace(session), until))

        return asyncio.run(run())


def test_every_wrong_answer_is_told_for_what_it_is() -> None:
    answers = wrong_answers()
    assert len(answers) >= 200

    async def each(asker: Asker) -> list[Reply]:
        return [await asker.ask(wrong.offer) for wrong in answers]

    start = time.monotonic()
    replies = asking(in_turn(*(wrong.part for wrong in answers)), each)
    assert time.monotonic() - start < 20
    assert isinstance(replies, list)
    became = {wrong.name: _word(reply) for wrong, reply in zip(answers, replies, strict=True)}
    wanted = {wrong.name: wrong.becomes for wrong in answers}
    assert {name: (was, wanted[name]) for name, was in became.items() if was != wanted[name]} == {}


def _word(reply: Reply) -> object:
    return "chosen" if isinstance(reply, Flight) else "refused" if isinstance(reply, Refusal) else reply.reason


def test_a_flight_that_breaks_off_says_why_and_keeps_the_choice() -> None:
    reply = asking(says(HELLO + alert(80)), lambda asker: asker.ask(OLD))
    assert isinstance(reply, Flight)
    assert (reply.hello.suite, reply.whole, reply.alert) == (0x002F, False, 80)
    assert reply.ended is not None


@pytest.mark.parametrize("part", [resets, says(alert(80)), says_and_closes(b"")], ids=["reset", "alert 80", "close"])
def test_hanging_up_refuses_only_between_two_accepted_hellos(part: Part) -> None:
    def server(caller: Caller) -> None:
        (says(HELLO) if b"\x00\x2f" in caller.first[44:100] else part)(caller)

    other = Offer("TLSv1.2", (0x0035,), CURVES, ALL_SIGNATURES, whole=False)
    control = Offer("TLSv1.2", (0x002F,), CURVES, ALL_SIGNATURES, whole=False)
    assert isinstance(asking(server, lambda asker: asker.ask(other, control)), Refusal)
    assert isinstance(asking(server, lambda asker: asker.ask(other)), Unseen)
    assert isinstance(asking(part, lambda asker: asker.ask(other, control)), Unseen)


def test_sslv2_is_refused_by_hanging_up_only_if_the_control_before_it_was_accepted() -> None:
    trouble = in_turn(resets, says(alert(40)), resets, says(HELLO))
    assert isinstance(asking(trouble, lambda asker: ask_sslv2(asker, OLD)), Unseen)
    fine = in_turn(resets, says(HELLO), resets, says(HELLO))
    assert asking(fine, lambda asker: ask_sslv2(asker, OLD)) == "refused"


def test_no_more_connections_are_made_than_were_set_and_what_is_left_is_open() -> None:
    async def many(asker: Asker) -> list[Reply]:
        return [await asker.ask(OLD) for _ in range(5)]

    replies = asking(says_and_closes(HELLO), many, limits=Limits(wait=1, scan_connections=3))
    assert isinstance(replies, list)
    assert [_word(reply) for reply in replies] == ["chosen"] * 3 + [Reason.LIMIT_REACHED] * 2


def test_connections_keep_the_pause_and_the_number_at_a_time_that_were_set() -> None:
    async def many(asker: Asker) -> object:
        start = time.monotonic()
        await asyncio.gather(*(asker.ask(OLD) for _ in range(5)))
        return time.monotonic() - start

    assert asking(says_and_closes(HELLO), many, limits=Limits(wait=1, scan_pause=0.1)) >= 0.4  # type: ignore[operator]


STUBBORN: dict[str, Part] = {
    "the same hello, whatever is offered": says_and_closes(HELLO),
    "a hello to TLS 1.2, silence to the rest": by_version({"TLSv1.2": says(HELLO)}, otherwise=says(alert(70))),
    "a hello of TLS 1.3 without keys": says_and_closes(HELLO_1_3),
    "fragments without end": endless(record(22, b"\2\1\0\0"), record(22, b"\0")),
    "junk": says_and_closes(b"junk" * 99),
    "in turn a hello and a reset": in_turn(*[says(HELLO), resets] * 40),
}


@pytest.mark.parametrize("name", STUBBORN)
def test_a_whole_look_at_a_stubborn_server_ends_and_raises_nothing_but_reasons(name: str) -> None:
    with scripted(STUBBORN[name]) as stand:
        target = Target("front", TargetKind.ENDPOINT, address=stand.address)
        start = time.monotonic()
        found = asyncio.run(scan(target, session_for(target, limits=Limits(wait=0.5))))
    assert time.monotonic() - start < 15
    assert isinstance(found, Scan)
    assert found.connections <= Limits().scan_connections
    assert all(look.extras if look.found else (look.failure and look.failure.detail) for look in found.looks)


def test_a_server_that_changes_its_mind_is_told_to_differ() -> None:
    """Behind one address there may be another server for every connection."""
    first = [0x002F, 0x0035, 0x009C, *[0] * 5]  # three suites, refusals of what is left and of finite fields
    suites = iter([*first, 0x009C, 0x0035, *[0] * 99])

    def part(caller: Caller) -> None:
        chosen = next(suites)
        (says(server_hello("TLSv1.2", chosen)) if chosen else says(alert(40)))(caller)

    async def eliminate(asker: Asker) -> object:
        elimination = Elimination(asker, "TLSv1.2")
        found = await elimination.run()
        await elimination.order()
        return found

    found = asking(part, eliminate)
    assert isinstance(found, Found)
    assert set(found.suites.accepted) == {0x002F, 0x0035, 0x009C}
    assert (found.order, bool(found.differs)) == ("other", True)


def test_a_few_thousand_changed_messages_make_no_reader_fail() -> None:
    outcomes = fuzz(5000, seed=2026)
    assert outcomes["whole"] > 10
    assert outcomes[Reason.NOT_UNDERSTOOD] > 500

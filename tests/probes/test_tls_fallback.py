"""Is SSLv2 told by its own answer, and a fallback by its refusal? Real servers: test_tls_zoo."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes._tls_old_ways import enough_of_sslv2, read_sslv2, sslv2_hello
from probes.tls_fallback import FALLBACK, PROBE, SSLV2
from readiness.model import Reason, Unseen
from readiness.probe import Limits
from tests.conftest import look, session_for
from tests.probes.tls_looks import endpoint
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import authority, leaf
from tests.stands.programs import free_port
from tests.stands.scripted import (
    Caller,
    alert,
    by_version,
    resets,
    says,
    says_and_closes,
    scripted,
    server_hello,
    silent,
)

HELLO = bytes.fromhex("8016040001000200000003001007 00c0".replace(" ", "")) + bytes(16)
NO_SUITES = bytes.fromhex("801b04000100020000 0000 0010".replace(" ", "")) + bytes(16)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (HELLO, "accepted"),
        (NO_SUITES, "refused"),
        (b"\x80\x03\0\0\1", "refused"),
        (alert(70), "refused"),
        (b"", Reason.CLOSED_EARLY),
        (b"HTTP/1.1 400", Reason.NOT_UNDERSTOOD),
        (HELLO[:9], Reason.NOT_UNDERSTOOD),
        (HELLO.replace(b"\0\2", b"\0\3", 1), Reason.NOT_UNDERSTOOD),
    ],
)
def test_an_answer_to_sslv2s_hello_is_told(answer: bytes, told: object) -> None:
    read = read_sslv2(answer)
    assert (read.reason if isinstance(read, Unseen) else read) == told


def test_the_hello_of_sslv2_is_one() -> None:
    hello = sslv2_hello()
    assert int.from_bytes(hello[:2], "big") == 0x8000 | len(hello) - 2
    assert hello[2:5] == b"\1\0\2"
    assert int.from_bytes(hello[5:7], "big") % 3 == 0
    assert [enough_of_sslv2(said) for said in (HELLO[:10], HELLO[:11], alert(40)[:6], alert(40))] == [False, True] * 2


def told(part: object) -> dict[str, object]:
    with scripted(part) as stand:  # type: ignore[arg-type]
        target = endpoint(stand.address)
        seen = look(PROBE, target, session_for(target, limits=Limits(wait=0.4)))
    return {name: one.value.reason if isinstance(one.value, Unseen) else one.value for name, one in seen.items()}


def sslv2_and(rest: object) -> object:
    def part(caller: Caller) -> None:
        (says_and_closes(HELLO) if caller.first[0] & 0x80 else rest)(caller)  # type: ignore[operator]

    return part


TLS_1_2 = by_version({"TLSv1.2": says(server_hello("TLSv1.2"))}, otherwise=says(alert(70)))


def test_sslv2_is_accepted_where_it_is_answered() -> None:
    assert told(sslv2_and(TLS_1_2))[SSLV2] == "accepted"


@pytest.mark.parametrize("hangs_up", [resets, says_and_closes(b"")], ids=["reset", "close"])
def test_hanging_up_on_sslv2_refuses_it_between_two_accepted_hellos(hangs_up: object) -> None:
    def part(caller: Caller) -> None:
        (hangs_up if caller.first[0] & 0x80 else TLS_1_2)(caller)  # type: ignore[operator]

    assert told(part) == {SSLV2: "refused", FALLBACK: "single"}


def test_silence_to_sslv2_says_nothing() -> None:
    def part(caller: Caller) -> None:
        (silent if caller.first[0] & 0x80 else TLS_1_2)(caller)

    assert told(part)[SSLV2] is Reason.TIMED_OUT


def test_who_falls_back_is_refused_by_openssl_and_taken_by_a_server_that_knows_no_better(tmp_path: Path) -> None:
    issued = leaf(authority(key="rsa-2048"), key="rsa-2048")
    with openssl_server(tmp_path, issued) as address:
        target = endpoint(address)
        assert look(PROBE, target, session_for(target, limits=Limits(wait=5)))[FALLBACK].value == "refused"
    both = {version: says(server_hello(version)) for version in ("TLSv1.1", "TLSv1.2")}
    assert told(by_version(both, otherwise=says(alert(70))))[FALLBACK] == "accepted"


def test_nobody_home_leaves_every_fact_unseen() -> None:
    target = endpoint(f"127.0.0.1:{free_port()}")
    values = [seen.value for seen in look(PROBE, target).values()]
    assert [value.reason for value in values if isinstance(value, Unseen)] == [Reason.CONNECTION_REFUSED] * 2

"""Does the probe tell what real servers speak, and does it stay honest with everything that is no decent server?"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from probes._tls import Endpoint, ask, endpoint_of
from probes._tls_hello import VERSIONS, client_hello
from probes._tls_scan import versions_of
from probes._tls_version_look import CONNECTIONS, FIRST_SECONDS, look_at_all
from probes.tls_versions import PROBE, tell
from readiness.model import Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Effect, Limits, Seen, Session
from tests.conftest import look, session_for
from tests.stands.nginx import nginx
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import Issued, authority, leaf
from tests.stands.programs import free_port
from tests.stands.scripted import (
    Part,
    alert,
    by_version,
    closes,
    drips,
    echoes,
    endless,
    handshake,
    in_turn,
    plain_http,
    record,
    resets,
    says,
    says_and_closes,
    scripted,
    server_hello,
    silent,
)
from tests.stands.tlslite_server import tlslite_server


async def by_themselves(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """The probe without what it waits for: whether it is one server that answers, which is for test_tls_repeats."""
    for seen in tell(session, await versions_of(target, session)):
        yield seen


ALONE = replace(PROBE, observe=by_themselves)

ACCEPTED, REFUSED, ANSWERS = "tls.versions_accepted", "tls.versions_refused", "tls.version_answers"
OLD = ("SSLv3", "TLSv1.0", "TLSv1.1")
TLS_1_2 = says(server_hello("TLSv1.2"))


@pytest.fixture(scope="module")
def issued() -> Issued:
    return leaf(authority(key="rsa-2048"), key="rsa-2048")


def endpoint(address: str, server_name: str = "") -> Target:
    declared = (("server_name", server_name),) if server_name else ()
    return Target("front", TargetKind.ENDPOINT, address=address, declared=declared)


def versions(seen: dict[str, Seen]) -> tuple[object, object]:
    return seen[ACCEPTED].value, seen[REFUSED].value


def answer(seen: dict[str, Seen], version: str) -> tuple[str, str]:
    """What the table says of a version at the only address: answer, and what it was given by."""
    table = seen[ANSWERS].value
    assert isinstance(table, Table)
    [(_, _, said, by)] = [row for row in table.rows if row[1] == version]
    return said, by


def undecided(seen: dict[str, Seen]) -> dict[str, Reason]:
    assert seen[ACCEPTED].undecided == seen[REFUSED].undecided
    return {version: why.reason for version, why in seen[ACCEPTED].undecided}


def why_nothing(address: str, limits: Limits | None = None, server_name: str = "") -> Unseen:
    """The reason that every fact is unseen for."""
    target = endpoint(address, server_name)
    with pytest.raises(CannotObserve) as caught:
        look(ALONE, target, session_for(target, limits=limits))
    return caught.value.unseen


@contextmanager
def took_at_most(seconds: float) -> Iterator[None]:
    """Not a benchmark: it tells one wait from many."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


# -- Real servers ------------------------------------------------------------------------------------------------------


def test_an_nginx_of_today_accepts_two_versions_and_refuses_three(tmp_path: Path, issued: Issued) -> None:
    with nginx(tmp_path, issued) as address:
        seen = look(ALONE, endpoint(address, "localhost"))
    assert versions(seen) == (("TLSv1.2", "TLSv1.3"), OLD)
    assert seen["tls.versions_offered"].value == 5
    assert undecided(seen) == {}
    assert answer(seen, "TLSv1.3") == ("accepted", "ServerHello")
    assert answer(seen, "TLSv1.1") == ("refused", "alert protocol_version")


@pytest.mark.parametrize(
    ("options", "accepted"),
    [
        (["-tls1_2"], ("TLSv1.2",)),
        (["-tls1_3"], ("TLSv1.3",)),
        (["-tls1", "-cipher", "ALL:@SECLEVEL=0"], ("TLSv1.0",)),
        (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ("TLSv1.1",)),
        (["-no_tls1_2", "-cipher", "ALL:@SECLEVEL=0"], ("TLSv1.0", "TLSv1.1", "TLSv1.3")),
        (["-tls1_2", "-Verify", "1"], ("TLSv1.2",)),  # a client certificate is asked for after the ServerHello
    ],
    ids=" ".join,
)
def test_an_openssl_server_accepts_what_it_was_told_to(
    tmp_path: Path, issued: Issued, options: list[str], accepted: tuple[str, ...]
) -> None:
    with openssl_server(tmp_path, issued, *options) as address:
        assert versions(look(ALONE, endpoint(address, "localhost"))) == (accepted, _others(accepted))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_tlslite_server_of_one_version_accepts_that_one(issued: Issued, version: str) -> None:
    with tlslite_server(issued, version) as address:
        assert versions(look(ALONE, endpoint(address, "localhost"))) == ((version,), _others((version,)))


def test_a_server_that_wants_another_group_first_accepts_tls_1_3(tmp_path: Path, issued: Issued) -> None:
    with openssl_server(tmp_path, issued, "-tls1_3", "-groups", "X448") as address:
        seen = look(ALONE, endpoint(address))
    assert seen[ACCEPTED].value == ("TLSv1.3",)
    assert answer(seen, "TLSv1.3") == ("accepted", "HelloRetryRequest")


def test_what_the_security_level_forbids_is_refused_with_a_control(tmp_path: Path, issued: Issued) -> None:
    with nginx(tmp_path, issued, protocols="TLSv1 TLSv1.1 TLSv1.2") as address:
        seen = look(ALONE, endpoint(address, "localhost"))
    assert versions(seen) == (("TLSv1.2",), (*OLD, "TLSv1.3"))
    assert answer(seen, "TLSv1.0") == ("refused", "alert internal_error, between two accepted hellos")


def test_internal_errors_without_a_version_that_works_decide_nothing(tmp_path: Path, issued: Issued) -> None:
    with openssl_server(tmp_path, issued, "-tls1") as address:  # at the default level no handshake succeeds
        seen = look(ALONE, endpoint(address))
    assert seen[ACCEPTED].value == ()
    assert undecided(seen) == dict.fromkeys(("TLSv1.0", "TLSv1.1", "TLSv1.2"), Reason.NOT_UNDERSTOOD)


def test_a_server_that_asks_for_a_name_needs_one_in_the_profile(tmp_path: Path, issued: Issued) -> None:
    with nginx(tmp_path, issued, only_name="www.example.se") as address:
        named = look(ALONE, endpoint(address, "www.example.se"))
        nameless, wrong = look(ALONE, endpoint(address)), look(ALONE, endpoint(address, "other.example.se"))
    assert versions(named) == (("TLSv1.2", "TLSv1.3"), OLD)
    assert versions(nameless) == versions(wrong) == ((), OLD)
    assert undecided(nameless) == dict.fromkeys(("TLSv1.2", "TLSv1.3"), Reason.NOT_CONFIGURED)
    assert undecided(wrong) == dict.fromkeys(("TLSv1.2", "TLSv1.3"), Reason.ACCESS_DENIED)


def test_the_answers_are_kept_as_they_came(tmp_path: Path, issued: Issued) -> None:
    with nginx(tmp_path, issued) as address:
        target = endpoint(address, "localhost")
        session = session_for(target)
        seen = look(ALONE, target, session)
    assert [evidence.origin for evidence in seen[ACCEPTED].evidence] == [
        f"answer of {address} to a ClientHello for {version}" for version in ("TLSv1.3", "TLSv1.2")
    ]
    kept = [session.kept[evidence.sha256] for evidence in seen[ACCEPTED].evidence]  # type: ignore[attr-defined]
    assert [data[0] for data in kept] == [22, 22]
    assert all(len(data) == 5 + int.from_bytes(data[3:5]) for data in kept)
    refusals = [session.kept[evidence.sha256] for evidence in seen[REFUSED].evidence]  # type: ignore[attr-defined]
    assert [data[0] for data in refusals] == [21, 21, 21]
    assert len(seen[ANSWERS].evidence) == 5


# -- Nobody, nothing, nonsense -----------------------------------------------------------------------------------------


def test_a_closed_port_leaves_every_fact_unseen() -> None:
    assert why_nothing(f"127.0.0.1:{free_port()}").reason is Reason.CONNECTION_REFUSED


def test_a_name_without_an_address_leaves_every_fact_unseen() -> None:
    assert why_nothing("no-such-host.invalid:443").reason is Reason.NAME_NOT_RESOLVED


def test_an_address_without_a_port_is_not_configured() -> None:
    with pytest.raises(CannotObserve) as caught:
        endpoint_of(endpoint("www.example.se"))
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED


def test_a_server_name_that_no_dns_holds_is_not_configured() -> None:
    assert why_nothing("127.0.0.1:443", server_name="a b").reason is Reason.NOT_CONFIGURED


def test_a_silent_server_costs_one_wait() -> None:
    with scripted(silent) as stand, took_at_most(3):
        assert why_nothing(stand.address, Limits(wait=0.7)).reason is Reason.TIMED_OUT
    assert len(stand.heard) == 1


def test_a_byte_now_and_then_does_not_hold_it_for_ever() -> None:
    with scripted(drips(server_hello("TLSv1.2"), seconds=0.2)) as stand, took_at_most(FIRST_SECONDS + 3):
        assert why_nothing(stand.address, Limits(wait=2.0)).reason is Reason.TIMED_OUT
    assert len(stand.heard) == 1


def test_one_hello_is_bounded_in_all_and_not_only_for_each_byte() -> None:
    async def heard(address: str) -> Unseen:
        session = session_for(target := endpoint(address))
        where = endpoint_of(target)
        [ip] = await session.addresses(where.host)
        answer = (await ask(session, ip, where.port, client_hello(["TLSv1.2"]), seconds=0.5)).answer
        assert isinstance(answer, Unseen)
        return answer

    with scripted(drips(server_hello("TLSv1.2"), seconds=0.1)) as stand, took_at_most(3):
        assert asyncio.run(heard(stand.address)).reason is Reason.TIMED_OUT


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (plain_http, Reason.NOT_UNDERSTOOD),
        (says_and_closes(b"\xde\xad\xbe\xef" * 100), Reason.NOT_UNDERSTOOD),
        (echoes, Reason.NOT_UNDERSTOOD),
        (says(handshake(11, bytes(3))), Reason.NOT_UNDERSTOOD),
        (says(handshake(2, b"short")), Reason.NOT_UNDERSTOOD),
        (says(alert(50)), Reason.NOT_UNDERSTOOD),
        (closes, Reason.CLOSED_EARLY),
        (says_and_closes(server_hello("TLSv1.2")[:20]), Reason.CLOSED_EARLY),
        (says(alert(0, level=1)), Reason.CLOSED_EARLY),
        (resets, Reason.CONNECTION_RESET),
        (endless(record(22, b"\x0b\xff\xff\xff"), record(22, bytes(16384))), Reason.LIMIT_REACHED),
        (endless(record(22, b"\x0b\x01\xff\xff"), record(22, b"\0")), Reason.LIMIT_REACHED),
        (endless(b"", alert(112, level=1)), Reason.LIMIT_REACHED),
        (endless(b"", handshake(0, b"")), Reason.LIMIT_REACHED),
    ],
    ids=[
        "plain HTTP",
        "garbage",
        "echo",
        "certificate first",
        "short hello",
        "decode_error",
        "close",
        "cut hello",
        "close_notify",
        "reset",
        "endless certificate",
        "endless fragments",
        "endless warnings",
        "endless requests",
    ],
)
def test_what_is_no_answer_leaves_every_fact_unseen(part: Part, reason: Reason) -> None:
    with scripted(part) as stand, took_at_most(5):
        assert why_nothing(stand.address).reason is reason
    assert len(stand.heard) <= CONNECTIONS


def test_a_whole_nginx_of_plain_http_is_not_understood(tmp_path: Path) -> None:
    with nginx(tmp_path) as address:
        assert "plain HTTP" in why_nothing(address).detail


# -- Refusals that need a control --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "by"),
    [(resets, "connection_reset"), (closes, "closed_early"), (says(alert(80)), "alert internal_error")],
)
def test_with_a_control_before_and_after_it_is_a_refusal(part: Part, by: str) -> None:
    with scripted(by_version({"TLSv1.2": TLS_1_2}, otherwise=part)) as stand:
        seen = look(ALONE, endpoint(stand.address))
    assert versions(seen) == (("TLSv1.2",), (*OLD, "TLSv1.3"))
    assert answer(seen, "SSLv3") == ("refused", f"{by}, between two accepted hellos")
    assert len(stand.heard) <= CONNECTIONS


def test_a_server_that_fails_after_a_while_has_refused_nothing() -> None:
    # The first two hellos are answered, and after that nobody is: the control afterwards fails.
    with scripted(in_turn(TLS_1_2, TLS_1_2, resets)) as stand:
        seen = look(ALONE, endpoint(stand.address))
    assert versions(seen) == (("TLSv1.2",), ())
    assert undecided(seen) == dict.fromkeys((*OLD, "TLSv1.3"), Reason.CONNECTION_RESET)


def test_a_hello_of_all_versions_that_is_reset_does_not_end_it() -> None:
    # An old server that cannot stand extensions: everything but TLS 1.0 alone is torn down.
    only = by_version({"TLSv1.3": resets, "TLSv1.0": says(server_hello("TLSv1.0"))}, otherwise=resets)
    with scripted(only) as stand:
        seen = look(ALONE, endpoint(stand.address))
    assert versions(seen) == (("TLSv1.0",), _others(("TLSv1.0",)))
    assert len(stand.heard) == 13


def test_the_worst_mixes_of_answers_stay_within_the_connections() -> None:
    only_the_oldest = by_version({"TLSv1.3": resets, "SSLv3": says(server_hello("SSLv3"))}, otherwise=resets)
    with scripted(only_the_oldest) as stand:
        assert versions(look(ALONE, endpoint(stand.address))) == (("SSLv3",), _others(("SSLv3",)))
    assert len(stand.heard) == CONNECTIONS
    parts = {"TLSv1.2": TLS_1_2, "TLSv1.3": says(alert(70)), "TLSv1.0": says(alert(70))}
    with scripted(in_turn(TLS_1_2, by_version(parts, otherwise=resets))) as stand:
        assert versions(look(ALONE, endpoint(stand.address))) == (("TLSv1.2",), (*OLD, "TLSv1.3"))
    assert len(stand.heard) == 12


def test_no_more_connections_are_made_than_agreed_whatever_the_server_does() -> None:
    # The control is answered only every other time, and nothing else ever is.
    flaky = by_version({"TLSv1.2": in_turn(TLS_1_2, TLS_1_2, resets, TLS_1_2, resets, TLS_1_2)}, otherwise=resets)
    with scripted(flaky) as stand:
        seen = look(ALONE, endpoint(stand.address))
    assert len(stand.heard) <= CONNECTIONS
    assert seen[ACCEPTED].value == ("TLSv1.2",)


def test_a_version_that_meets_silence_stays_open_beside_the_others() -> None:
    with scripted(by_version({"TLSv1.2": TLS_1_2, "SSLv3": silent}, otherwise=says(alert(70)))) as stand:
        seen = look(ALONE, endpoint(stand.address))
    assert versions(seen) == (("TLSv1.2",), ("TLSv1.0", "TLSv1.1", "TLSv1.3"))
    assert undecided(seen) == {"SSLv3": Reason.TIMED_OUT}


def test_an_alert_that_says_nothing_leaves_only_its_version_open() -> None:
    with scripted(by_version({"TLSv1.2": TLS_1_2, "TLSv1.0": says(alert(50))}, otherwise=says(alert(40)))) as stand:
        seen = look(ALONE, endpoint(stand.address))
    assert undecided(seen) == {"TLSv1.0": Reason.NOT_UNDERSTOOD}
    assert "TLSv1.0" not in (*seen[ACCEPTED].value, *seen[REFUSED].value)  # type: ignore[misc]


def test_an_endless_certificate_behind_a_server_hello_is_not_waited_for() -> None:
    flood = endless(server_hello("TLSv1.2") + record(22, b"\x0b\xff\xff\xff"), record(22, bytes(16384)))
    with scripted(by_version({"TLSv1.2": flood}, otherwise=says(alert(70)))) as stand, took_at_most(5):
        assert look(ALONE, endpoint(stand.address))[ACCEPTED].value == ("TLSv1.2",)


# -- Several addresses -------------------------------------------------------------------------------------------------


def _both_loopbacks() -> bool:
    try:
        rows = socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return {row[4][0] for row in rows} >= {"127.0.0.1", "::1"}


def _ipv6() -> bool:
    try:
        free_port("::1")
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _both_loopbacks(), reason="localhost is not both 127.0.0.1 and ::1 on this machine")
def test_addresses_of_one_name_that_differ_leave_the_version_open() -> None:
    four, six = by_version({"TLSv1.2": TLS_1_2}, otherwise=says(alert(70))), says(alert(70))
    with scripted(four) as stand:
        port = int(stand.address.rpartition(":")[2])
        with scripted(six, host="::1", port=port):
            seen = look(ALONE, endpoint(f"localhost:{port}"))
    assert versions(seen) == ((), (*OLD, "TLSv1.3"))
    assert undecided(seen) == {"TLSv1.2": Reason.ANSWERS_DIFFER}


@pytest.mark.skipif(not _ipv6(), reason="this machine has no IPv6 loopback")
def seen_at_both(first: Part, second: Part) -> dict[str, Seen]:
    """What is told of a name with two addresses, where only numbers, no name, lead to both of them."""
    with scripted(first) as stand:
        port = int(stand.address.rpartition(":")[2])
        with scripted(second, host="127.0.0.2", port=port):
            session = session_for(endpoint(stand.address), endpoint(f"127.0.0.2:{port}"))
            return asyncio.run(_tell_both(session, port))


async def _tell_both(session: Session, port: int) -> dict[str, Seen]:
    ips = [ip for host in ("127.0.0.1", "127.0.0.2") for ip in await session.addresses(host)]
    looks = await look_at_all(session, Endpoint("front.example.se", port, "front.example.se"), ips)
    return {seen.fact: seen for seen in tell(session, looks)}


def test_what_two_addresses_answer_is_told_for_each_and_decided_for_both() -> None:
    seen = seen_at_both(
        by_version({"TLSv1.2": TLS_1_2, "TLSv1.0": says(server_hello("TLSv1.0"))}, otherwise=says(alert(70))),
        by_version({"TLSv1.2": TLS_1_2}, otherwise=says(alert(70))),
    )
    assert versions(seen) == (("TLSv1.2",), ("SSLv3", "TLSv1.1", "TLSv1.3"))
    assert undecided(seen) == {"TLSv1.0": Reason.ANSWERS_DIFFER}
    table = seen[ANSWERS].value
    assert isinstance(table, Table)
    assert [row[2] for row in table.rows if row[1] == "TLSv1.0"] == ["accepted", "refused"]
    assert len(seen[ANSWERS].evidence) == 10


def test_an_address_where_nobody_is_leaves_open_what_the_other_one_answers() -> None:
    seen = seen_at_both(by_version({"TLSv1.2": TLS_1_2}, otherwise=says(alert(70))), plain_http)
    assert versions(seen) == ((), ())
    assert undecided(seen) == dict.fromkeys(VERSIONS, Reason.NOT_UNDERSTOOD)
    assert "127.0.0.1" in seen[ACCEPTED].undecided[0][1].detail


def test_an_ipv6_address_is_asked_and_written_in_brackets() -> None:
    with scripted(by_version({"TLSv1.2": TLS_1_2}, otherwise=says(alert(70))), host="::1") as stand:
        seen = look(ALONE, endpoint(stand.address))
    assert seen[ACCEPTED].value == ("TLSv1.2",)
    table = seen[ANSWERS].value
    assert isinstance(table, Table)
    assert {row[0] for row in table.rows} == {stand.address}
    assert stand.address.startswith("[::1]:")


# -- The contract ------------------------------------------------------------------------------------------------------


def test_it_asks_for_a_permit_and_counts_what_its_sets_are_out_of() -> None:
    assert PROBE.effect is Effect.SCANS
    assert {fact.name: fact.of for fact in PROBE.facts if fact.of} == {
        ACCEPTED: "tls.versions_offered",
        REFUSED: "tls.versions_offered",
    }


def _others(accepted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(version for version in VERSIONS if version not in accepted)

"""Is it told that several servers answer behind one address, if they differ? Real servers behind a real relay."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

import probes
from probes._tls_answers import Answer, Outcome
from probes._tls_flight import CertificateRequest
from probes._tls_hello import VERSIONS
from probes._tls_repeats import Heard, offers_again, read_contradictions
from probes._tls_suites import SUITES_TO_1_2
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, Limits, Seen
from tests.conftest import session_for
from tests.probes.test_tls_zoo import ASKED
from tests.probes.tls_looks import endpoint, flight, found
from tests.stands.nginx import nginx
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import Issued, authority, leaf
from tests.stands.tls_programs import in_turn

ROOT = authority(key="rsa-2048")
SERVER, OTHER = leaf(ROOT, key="rsa-2048"), leaf(ROOT, key="rsa-2048")
ONLY_READS = next(probe for probe in probes.discover() if probe.id == "server_certificate")
SCANS = [*ASKED, next(probe for probe in probes.discover() if probe.id == "tls_versions")]
ABOUT_US = {"tls.scan_connections", "tls.suites_offered", "tls.groups_offered", "tls.signature_algorithms_offered"}
"""What is told of our own questions."""
SUITES = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"
OLD = ("-cipher", "ALL:@SECLEVEL=0")
PAIRS = {
    "a newer version": (("-tls1_2",), ()),
    "a version alone": (("-tls1_2",), ("-tls1_3",)),
    "older versions": (OLD, (*OLD, "-no_tls1", "-no_tls1_1")),
    "one old version": (OLD, (*OLD, "-no_tls1")),
    "many suites": (("-cipher", SUITES), ()),
    "one suite more": (("-cipher", f"{SUITES}:AES128-SHA"), ("-cipher", SUITES)),
    "one suite more, preferred": (
        ("-tls1_2", "-serverpref", "-cipher", f"AES128-SHA:{SUITES}"),
        ("-tls1_2", "-serverpref", "-cipher", SUITES),
    ),
    "one suite each": (
        ("-tls1_2", "-cipher", f"{SUITES}:AES128-SHA"),
        ("-tls1_2", "-cipher", f"{SUITES}:AES256-SHA"),
    ),
    "a suite of TLS 1.3": (("-ciphersuites", "TLS_AES_128_GCM_SHA256"), ()),
    "groups": (("-groups", "X25519:P-256"), ("-groups", "X25519:P-256:P-521")),
    "groups of TLS 1.2": (("-tls1_2", "-groups", "P-256"), ("-tls1_2", "-groups", "X25519")),
    "the order": (("-tls1_2", "-cipher", SUITES, "-serverpref"), ("-tls1_2", "-cipher", SUITES)),
    "a client certificate": (("-Verify", "1"), ()),
    "early data": (("-max_early_data", "16384"), ()),
    "protocols": (("-alpn", "h2"), ()),
}


def told(address: str) -> dict[str, Seen]:
    """What every probe that scans TLS says, each promised fact."""
    target = endpoint(address, server_name="localhost")

    async def gather() -> dict[str, Seen]:
        session, seen = session_for(target, limits=Limits(wait=5)), dict[str, Seen]()
        for probe in SCANS:
            why = Unseen(Reason.NOT_EXERCISED)
            try:
                seen |= {one.fact: one async for one in probe.observe(target, session)}
            except CannotObserve as error:
                why = error.unseen
            seen |= {fact.name: Seen(fact.name, why) for fact in probe.facts if fact.name not in seen}
        return seen

    return asyncio.run(gather())


@pytest.mark.parametrize("name", PAIRS)
def test_of_two_servers_that_differ_nothing_is_told_but_that_they_do(tmp_path: Path, name: str) -> None:
    one, other = PAIRS[name]
    with ExitStack() as stack:
        both = [stack.enter_context(openssl_server(tmp_path, SERVER, *options)) for options in (one, other)]
        seen = told(stack.enter_context(in_turn(tmp_path, *both)))
    mixed = {fact: one.value for fact, one in seen.items() if fact not in ABOUT_US}
    assert {value.reason if isinstance(value, Unseen) else value for value in mixed.values()} == {Reason.ANSWERS_DIFFER}
    assert len(mixed) > 30


def test_of_two_certificates_behind_one_address_neither_is_told(tmp_path: Path) -> None:
    with ExitStack() as stack:
        both = [stack.enter_context(nginx(tmp_path, issued)) for issued in (SERVER, OTHER)]
        address = stack.enter_context(in_turn(tmp_path, *both))
        seen = told(address)
        one = read_alone(endpoint(address))
    assert isinstance(seen["server_certificates.seen"].value, Unseen)
    assert seen["server_certificates.seen"].value.reason is Reason.ANSWERS_DIFFER
    assert one is Reason.ANSWERS_DIFFER


def read_alone(target: Target) -> Reason:
    """Why the probe of one ordinary handshake tells nothing."""

    async def gather() -> list[Seen]:
        return [seen async for seen in ONLY_READS.observe(target, session_for(target, limits=Limits(wait=5)))]

    with pytest.raises(CannotObserve) as error:
        asyncio.run(gather())
    return error.value.unseen.reason


def test_two_servers_that_are_alike_are_told_as_one(tmp_path: Path) -> None:
    def alone(issued: Issued) -> dict[str, Seen]:
        with openssl_server(tmp_path, issued) as address:
            return told(address)

    with ExitStack() as stack:
        both = [stack.enter_context(openssl_server(tmp_path, SERVER)) for _ in range(2)]
        seen = told(stack.enter_context(in_turn(tmp_path, *both)))
    of_one = alone(SERVER)
    same = [fact for fact in of_one if fact not in {*ABOUT_US, "tls.version_answers"} and not _rows(seen[fact])]
    assert {fact: seen[fact].value for fact in same} == {fact: of_one[fact].value for fact in same}
    assert len(same) > 25


def _rows(seen: Seen) -> bool:
    return hasattr(seen.value, "rows")


ANSWERS = {version: Answer(version, Outcome.REFUSED, "alert") for version in VERSIONS}
FOUND = found("TLSv1.2", 0xC02F, 0xC030)
FOUND.groups.note(0x1D, flight())
HEARD = Heard(ANSWERS | {"TLSv1.2": Answer("TLSv1.2", Outcome.ACCEPTED, "hello")}, {"TLSv1.2": FOUND})


def test_what_was_refused_is_said_again_beside_what_was_accepted_last() -> None:
    old, left, groups, first, newer, *others, order = offers_again(HEARD)
    assert (old.version, {0x0005, 0x002F} <= set(old.suites)) == ("TLSv1.1", True)  # and so all that are older
    assert (left.suites[-1], 0xC02F in left.suites, 0xC02B in left.suites) == (0xC030, False, True)
    assert (groups.suites, groups.groups[-1], 0x17 in groups.groups) == ((0xC02F, 0xC030), 0x1D, True)
    assert (first.suites, first.more[0][0]) == ((0xC02F, 0xC030), 5)
    assert newer.version == "TLSv1.3"
    assert sum(len(each.suites) for each in (left, *others)) == len(SUITES_TO_1_2) - 1
    assert (order.suites, order.groups) == (first.suites[::-1], first.groups[::-1])


def test_a_certificate_asked_for_once_and_then_not_is_no_single_server_s() -> None:
    shown, asked = (
        flight(chain=(SERVER.der,), whole=True, request=each) for each in (None, CertificateRequest((), ()))
    )
    one, both = (found("TLSv1.2", 0xC02F, flights=flights) for flights in ([asked, asked], [asked, shown]))
    assert list(read_contradictions(Heard(ANSWERS, {"TLSv1.2": one}))) == []
    assert "more than one way" in next(read_contradictions(Heard(ANSWERS, {"TLSv1.2": both})))

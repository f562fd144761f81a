"""Does the example kommun's chain run, stop without a trace, and describe itself as it is?"""

from __future__ import annotations

import hashlib
import socket
import ssl
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness.chain import Profile
from readiness.demo.chain import PROFILE, planned, running_chain
from readiness.demo.conforming import conforming, statement_rows
from readiness.demo.plan import PartyPlan
from readiness.demo.servers import WAIT, NodeServer, Settings
from readiness.model import RECORDED, TargetKind
from readiness.permits import refusal, split_address
from readiness.personal import luhn
from readiness.probe import Effect
from readiness.profile import load_profile
from readiness.run import shipped_or, utc_now


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_chain(tmp_path_factory.mktemp("demo")) as profile:
        yield profile


@pytest.fixture(scope="module")
def profile(running: Path) -> Profile:
    return load_profile(running)


def shake_hands(address: str, context: ssl.SSLContext | None = None, name: str = "") -> tuple[str, bytes]:
    """The version that was agreed on and the certificate shown; nothing is verified unless the context does."""
    if context is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(split_address(address), 5) as raw,
        context.wrap_socket(raw, server_hostname=name or None) as tls,
    ):
        return str(tls.version()), tls.getpeercert(binary_form=True) or b""


def test_the_profile_is_a_profile_of_four_nodes_that_names_every_kind_of_target(profile: Profile) -> None:
    assert [node.id for node in profile.nodes] == ["verksamhetssystem", "integration", "formedlare", "log"]
    assert {target.kind for target in profile.targets} == set(TargetKind) - RECORDED
    assert len(profile.deviations) == 1
    assert not profile.deviations[0].malformed
    assert len(profile.risk_levels) == 2
    assert profile.included
    assert profile.excluded


def test_every_node_answers_with_a_certificate_that_leads_to_the_profile_s_anchor(profile: Profile) -> None:
    looked_at = 0
    for target in profile.targets:
        if target.kind is TargetKind.ENDPOINT and target.says("mutual_tls") == "not_expected":
            context = ssl.create_default_context(cafile=profile.trust_anchors[0])
            version, _ = shake_hands(target.address, context, str(target.says("server_name")))
            assert version == "TLSv1.3"
            looked_at += 1
    assert looked_at == 2


def test_a_server_that_requires_a_client_certificate_lets_in_the_kommun_s_and_nobody_without(profile: Profile) -> None:
    by_id = {target.id: target for target in profile.targets}
    address = by_id["formedlare-adress"].address
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # where a refusal comes within the handshake
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        shake_hands(address, context)
    context.load_cert_chain(by_id["klient"].address, str(by_id["klient"].says("key_file")))
    assert shake_hands(address, context)[0] == "TLSv1.2"


def test_the_owner_of_each_address_permits_scans_of_it(profile: Profile) -> None:
    endpoints = [target for target in profile.targets if target.kind is TargetKind.ENDPOINT]
    assert len(endpoints) == 4
    for target in endpoints:
        assert refusal(Effect.SCANS, target, profile, utc_now()) == ""
    without = [permit for permit in profile.permits if permit.owner != profile.subject.party]
    assert [bool(permit.sha256) for permit in without] == [True, True]


def test_every_document_has_the_digest_that_the_profile_gives(profile: Profile) -> None:
    documents = [target for target in profile.targets if target.kind is TargetKind.STATEMENT and target.address]
    assert len(documents) == sum("document" in row for row in statement_rows().values())
    for target in documents:
        assert hashlib.sha256(Path(target.address).read_bytes()).hexdigest() == target.says("document_sha256")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps access lists")
def test_no_private_key_can_be_read_by_anybody_else(running: Path) -> None:
    keys = [path for path in running.parent.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert len(keys) == 25
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}


def test_every_document_and_interview_check_is_stated_by_a_role_that_the_checklist_names() -> None:
    asked = {check.id: check for check in shipped_or(None).checks if check.kind in {"D", "I"}}
    assert set(statement_rows()) == set(asked)
    for id_, row in statement_rows().items():
        assert row["role"] in asked[id_].signer, id_
        assert bool(row.get("document")) is (asked[id_].kind == "D"), id_


@pytest.mark.parametrize("party", conforming().parties.values(), ids=lambda party: party.name)
def test_organisation_numbers_have_the_right_check_digit_and_no_legal_form(party: PartyPlan) -> None:
    assert luhn(party.organisation_number.replace("-", ""))
    assert party.organisation_number.startswith("4")


def test_the_chain_stops_without_a_thread_or_a_port_left(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with running_chain(tmp_path / "new") as path:
        assert len(threading.enumerate()) > len(before)
        addresses = [t.address for t in load_profile(path).targets if t.kind is TargetKind.ENDPOINT]
        # A client that says nothing is cut off by the end, not waited for.
        silent = socket.create_connection(split_address(addresses[0]), 5)
        started = time.monotonic()
    assert time.monotonic() - started < WAIT
    assert set(threading.enumerate()) == before
    silent.close()
    for address in addresses:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(split_address(address), 5)
    assert path == tmp_path / "new" / PROFILE


def test_the_chain_stops_when_what_used_it_fails(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), running_chain(tmp_path):
        raise ZeroDivisionError
    assert set(threading.enumerate()) == before


def test_no_private_key_is_left_when_the_chain_has_stopped(tmp_path: Path) -> None:
    with running_chain(tmp_path):
        assert any(b"PRIVATE KEY" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(b"PRIVATE KEY" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert (tmp_path / "cert" / "klient.pem").is_file()


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x40\x00" + bytes(300), b"\x16\x03\x01"], ids=repr
)
def test_a_client_that_talks_nonsense_is_answered_with_silence_or_an_alert_and_nothing_is_printed(
    running: Path, profile: Profile, said: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    address = next(t.address for t in profile.targets if t.kind is TargetKind.ENDPOINT)
    with socket.create_connection(split_address(address), 5) as raw:
        raw.sendall(said)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.recv(100)
    assert answer == b"" or answer[0] == 21
    assert shake_hands(address)[0] == "TLSv1.3"
    assert capfd.readouterr() == ("", "")


def test_a_server_that_was_never_started_stops_too(running: Path) -> None:
    folder = running.parent / "servrar"
    server = NodeServer(Settings(folder / "log.pem", folder / "log.key"))
    server.stop()
    server.stop()


def test_a_plan_is_fresh_each_time() -> None:
    planned(["tls-1.0"])
    assert planned([]) == conforming()

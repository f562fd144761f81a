"""Is all of TLS seen where a server demands a client certificate, with the one of the profile? Real servers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from probes._handshake import DISTRUST
from probes._tls_keys import sealing_of
from probes._tls_records import Message, Unreadable
from probes._tls_shown import read_said, read_secret, refused
from probes._tls_talk import NEW_SESSION_TICKET
from probes.tls_client_auth import PROBE as CLIENT_AUTH
from probes.tls_extensions import PROBE
from readiness.client_side import client_side
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Limits, Seen
from readiness.session import LiveSession
from tests.conftest import session_for
from tests.probes.test_tls_zoo import ASKED, told
from tests.probes.tls_looks import endpoint, flight
from tests.stands.nginx import nginx
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import CA_NOT_AFTER, CA_NOT_BEFORE, Issued, authority, leaf
from tests.stands.tls_programs import gnutls, haproxy

ROOT, OTHER = authority("Rot", key="rsa-2048"), authority("Annan")
SERVER = leaf(ROOT, key="rsa-2048")
ALWAYS = {"not_before": CA_NOT_BEFORE, "not_after": CA_NOT_AFTER}  # servers go by the machine's own clock
CLIENT, STRANGER = (leaf(root, ["klient"], extended_key_usage=["clientAuth"], **ALWAYS) for root in (ROOT, OTHER))
DEMANDS = ("-Verify", "1", "-verify_return_error")
GENEROUS = ("-max_early_data", "16384")
FACTS = ("early_data", "client_renegotiations", "resumptions")


def session_of(
    folder: Path, address: str, client: Issued | None, *, trusts: Issued = ROOT
) -> tuple[LiveSession, Target]:
    """A session whose profile declares this certificate for the endpoint there, and the endpoint."""
    anchor = folder / "anchor.pem"
    anchor.write_bytes(trusts.cert_pem)
    held = [Target("klient", TargetKind.CERTIFICATE, address=str(client.pem(folder, "client")))] if client else []
    target = endpoint(address, server_name="localhost", **({"client_certificate": "klient"} if client else {}))
    return session_for(target, *held, limits=Limits(wait=5), trust_anchors=(str(anchor),)), target


def seen_of(session: LiveSession, target: Target) -> dict[str, Seen]:
    """What every probe that scans TLS tells."""

    async def gather() -> dict[str, Seen]:
        return {one.fact: one for probe in ASKED async for one in probe.observe(target, session)}

    return asyncio.run(gather())


@contextmanager
def demanding(folder: Path, *options: str) -> Iterator[str]:
    """OpenSSL's server, which lets in nobody without a certificate of ROOT's."""
    (folder / "ca.pem").write_bytes(ROOT.cert_pem)
    with openssl_server(folder, SERVER, *DEMANDS, "-CAfile", str(folder / "ca.pem"), *options) as address:
        yield address


def test_what_only_a_finished_handshake_shows_is_seen_with_the_declared_certificate(tmp_path: Path) -> None:
    with demanding(tmp_path, *GENEROUS) as address:
        seen = seen_of(*session_of(tmp_path, address, CLIENT))
    assert told(seen["tls.early_data"]) == 16384
    assert told(seen["tls.client_renegotiations"]) == 0
    assert told(seen["tls.resumptions"]) == {"ticket", "ticket_of_tls_1_3"}
    assert told(seen["client_auth.without_certificate"]) == "refused"


@pytest.mark.parametrize("kind", ["nginx", "HAProxy", "GnuTLS"])
def test_no_probe_leaves_anything_unseen_behind_a_demanded_certificate(tmp_path: Path, kind: str) -> None:
    (tmp_path / "ca.pem").write_bytes(ROOT.cert_pem)
    ca = str(tmp_path / "ca.pem")
    with ExitStack() as stack:
        match kind:
            case "nginx":
                extra = f"ssl_verify_client on; ssl_client_certificate {ca};"
                address = stack.enter_context(nginx(tmp_path, SERVER, extra=extra))
            case "HAProxy":
                address = stack.enter_context(haproxy(tmp_path, SERVER, f"ca-file {ca} verify required"))
            case _:
                options = ("--require-client-cert", "--x509cafile", ca, "--verify-client-cert")
                priority = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"
                address = stack.enter_context(gnutls(tmp_path, SERVER, priority, *options))
        seen = seen_of(*session_of(tmp_path, address, CLIENT))
    unseen = {name: one.value for name, one in seen.items() if isinstance(one.value, Unseen)}
    assert unseen.keys() <= {"tls.prime_bits"}, unseen  # which is about suites that not every one of them has
    assert {name: one.undecided for name, one in seen.items() if one.undecided} == {}
    assert told(seen["client_auth.versions_asking"]) == {"TLSv1.2", "TLSv1.3"}
    assert told(seen["tls.client_renegotiations"]) == (11 if kind == "GnuTLS" else 0)
    assert len(seen) > 25


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize(
    ("client", "trusts", "reason", "words"),
    [
        (None, ROOT, Reason.CREDENTIALS_NEEDED, "declares no client_certificate"),
        (STRANGER, ROOT, Reason.ACCESS_DENIED, "the client certificate of the profile is refused"),
        (CLIENT, OTHER, Reason.ACCESS_DENIED, "shown to nobody whom the profile's anchors do not vouch for"),
    ],
    ids=["none", "refused", "server-not-trusted"],
)
def test_who_is_not_let_in_says_why(
    tmp_path: Path, version: str, client: Issued | None, trusts: Issued, reason: Reason, words: str
) -> None:
    with demanding(tmp_path, version, *GENEROUS) as address:
        seen = seen_of(*session_of(tmp_path, address, client, trusts=trusts))
    modern = version == "-tls1_3"
    values = {name: seen[f"tls.{name}"].value for name in FACTS[:2]}
    assert values.pop("client_renegotiations" if modern else "early_data") == 0
    [why] = values.values()
    if modern:
        [(_, also)] = seen["tls.resumptions"].undecided
        assert also == why
    assert isinstance(why, Unseen)
    assert (why.reason, words in why.detail) == (reason, True), why


def test_a_certificate_that_is_only_asked_for_is_not_shown(tmp_path: Path) -> None:
    with openssl_server(tmp_path, SERVER, "-verify", "1", *GENEROUS) as address:
        session, target = session_of(tmp_path, address, CLIENT)
        seen = seen_of(session, target)
        [log] = tmp_path.glob("s_server-*.log")
    assert told(seen["tls.early_data"]) == 16384
    assert b"klient" not in log.read_bytes()


def test_two_endpoints_of_one_address_are_each_looked_at_with_their_own_certificate(tmp_path: Path) -> None:
    with demanding(tmp_path, "-tls1_3", *GENEROUS) as address:
        session, target = session_of(tmp_path, address, CLIENT)
        without = endpoint(address, server_name="localhost")

        async def both() -> list[object]:
            told = [{one.fact: one.value async for one in PROBE.observe(each, session)} for each in (without, target)]
            return [each["tls.early_data"] for each in told]

        session._profile = replace(session._profile, targets=(*session._profile.targets, without))
        nothing, early = asyncio.run(both())
    assert isinstance(nothing, Unseen)
    assert (nothing.reason, early) == (Reason.CREDENTIALS_NEEDED, 16384)


def test_a_certificate_is_shown_in_no_version_before_tls_1_2(tmp_path: Path) -> None:
    session, target = session_of(tmp_path, "127.0.0.1:1", CLIENT)
    with pytest.raises(CannotObserve) as error:
        client_side(session, target, "TLSv1.1", None)
    assert error.value.unseen.reason is Reason.NOT_SUPPORTED
    stranger = endpoint("127.0.0.1:2", client_certificate="klient")
    with pytest.raises(CannotObserve) as error:
        client_side(session, stranger, "TLSv1.3", None)
    assert error.value.unseen.reason is Reason.NOT_CONFIGURED


SUITE, SECRET = "TLS_AES_128_GCM_SHA256", bytes(range(32))
TICKET = Message(
    NEW_SESSION_TICKET, (7200).to_bytes(4) + bytes(4) + b"\1x" + b"\0\2id" + b"\0\x08\0\x2a\0\4\0\0\x40\0"
).raw


def sealed(*contents: tuple[int, bytes]) -> bytes:
    """Records that the server seals once it has finished."""
    sealing = sealing_of(0x1301, SECRET)
    return b"".join(sealing.seal(type_, content) for type_, content in contents)


HELLO = b"\x16\3\3\0\4" + b"\2\0\0\0"
BEFORE = HELLO + b"\x14\3\3\0\1\1" + sealing_of(0x1301, bytes(32)).seal(22, b"\x08\0\0\2\0\0")


@pytest.mark.parametrize(
    ("after", "tickets", "alert", "served"),
    [
        (sealed((22, TICKET), (21, b"\1\0")), ((7200, 16384),), None, True),
        (sealed((22, TICKET)), ((7200, 16384),), None, True),
        (sealed((21, b"\1\0")), (), None, True),
        (sealed((23, b"HTTP")), (), None, True),
        (sealed((21, b"\2\x30")), (), "unknown_ca", False),
        (b"", (), None, False),
        (sealed((22, TICKET))[:-1], (), None, False),
    ],
    ids=["ticket-and-goodbye", "ticket", "goodbye", "data", "alert", "nothing", "cut"],
)
def test_what_is_said_after_the_handshake_is_opened(
    after: bytes, tickets: tuple[tuple[int, int], ...], alert: str | None, served: bool
) -> None:
    finish = read_said(BEFORE + after, SUITE, SECRET, flight())
    assert finish.tickets == tickets
    assert (finish.alert and finish.alert.name, finish.served) == (alert, served)


def test_what_cannot_be_opened_or_named_is_a_reason_and_no_crash() -> None:
    with pytest.raises(Unreadable):
        read_said(BEFORE + sealed((22, TICKET)) + BEFORE[-27:], SUITE, SECRET, flight())
    with pytest.raises(Unreadable):
        read_said(BEFORE, "TLS_SM4_GCM_SM3", SECRET, flight())
    with pytest.raises(CannotObserve):
        read_secret([b"CLIENT_RANDOM 00 00", b"SERVER_HANDSHAKE_TRAFFIC_SECRET 00 00"])
    assert read_secret([b"SERVER_TRAFFIC_SECRET_0 00 0f"]) == b"\x0f"


def test_only_an_alert_or_distrust_is_somebodys_refusal() -> None:
    late = Unseen(Reason.TIMED_OUT, "late")
    assert refused(late) == late
    assert "vouch" in refused(Unseen(Reason.ACCESS_DENIED, DISTRUST)).detail
    assert refused(Unseen(Reason.NOT_SUPPORTED, "alert handshake failure")).reason is Reason.ACCESS_DENIED
    assert CLIENT_AUTH.effect is PROBE.effect

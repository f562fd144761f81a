"""server_certificate against real servers, odd ones, and nobody."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probes import _handshake, server_certificate
from readiness.model import Period, Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Limits, Seen
from readiness.session import LiveSession
from tests.conftest import NOON, look, session_for
from tests.stands.nginx import nginx
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import Issued, authority, leaf
from tests.stands.programs import free_port
from tests.stands.scripted import (
    alert,
    closes,
    drips,
    endless,
    handshake,
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

PROBE = server_certificate.PROBE
ROOT = authority("Exempelrot")
BETWEEN = authority("Exempelmellan", issuer=ROOT)


def endpoint(address: str, server_name: str = "") -> Target:
    declared = (("server_name", server_name),) if server_name else ()
    return Target("front", TargetKind.ENDPOINT, address=address, declared=declared)


def value(seen: dict[str, Seen], fact: str) -> object:
    return seen[f"server_certificate.{fact}"].value


def reason(seen: dict[str, Seen], fact: str) -> Reason:
    unseen = value(seen, fact)
    assert isinstance(unseen, Unseen), unseen
    return unseen.reason


def refused(address: str, limits: Limits | None = None) -> Unseen:
    """Why nothing at all could be observed there."""
    target = endpoint(address)
    with pytest.raises(CannotObserve) as caught:
        look(PROBE, target, session_for(target, limits=limits))
    return caught.value.unseen


@contextmanager
def python_ssl(folder: Path, issued: Issued, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Python's own TLS server, for any loopback address and port; names asked for are in the list `asked`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.pem(folder, f"python-{host.replace(':', '-')}-{port}"))
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.settimeout(5)
                with suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"{host}:{server.getsockname()[1]}"
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


# -- Servers as they are -----------------------------------------------------------------------------------------------


def test_every_promised_fact_of_an_nginx_is_seen_and_right(tmp_path: Path) -> None:
    start, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 1, 29, 23, 59, 59, tzinfo=UTC)
    served = leaf(
        BETWEEN,
        ["www.exempel.se", "exempel.se"],
        subject=[("C", "SE"), ("O", "Exempel AB"), [("CN", "www.exempel.se"), ("serialNumber", "165565594230")]],
        key="rsa-2048",
        not_before=start,
        not_after=end,
        policies=["1.2.752.54.9.2.34.1"],
        serial=0x0A1B,
    )
    anchor = tmp_path / "rot.pem"
    anchor.write_bytes(ROOT.cert_pem)
    with nginx(tmp_path, served) as address:
        target = endpoint(address, "www.exempel.se")
        session = session_for(target, trust_anchors=(str(anchor),))
        seen = look(PROBE, target, session)
    assert set(seen) == set(PROBE.promises())
    assert {name: value(seen, name) for name in EXPECTED} == EXPECTED | {
        "not_before": start,
        "not_after": end,
        "validity": Period(start, end),
    }
    assert_evidence(session, seen["server_certificate.subject"], served)
    assert_evidence(session, seen["server_certificate.chain_order"], served, BETWEEN)
    table = value(seen, "chain")
    assert isinstance(table, Table)
    assert [(row[0], row[1], row[2]) for row in table.rows] == [
        (address, "0", "serialNumber=165565594230+CN=www.exempel.se,O=Exempel AB,C=SE"),
        (address, "1", "CN=Exempelmellan,O=Exempel"),
    ]


EXPECTED = {
    "certificates_received": 2,
    "subject": "serialNumber=165565594230+CN=www.exempel.se,O=Exempel AB,C=SE",
    "issuer": "CN=Exempelmellan,O=Exempel",
    "serial": "0a1b",
    "not_before": None,
    "not_after": None,
    "validity": None,
    "lifetime": timedelta(days=90),
    "dns_names": ("exempel.se", "www.exempel.se"),
    "server_name_covered": True,
    "key_type": "RSA",
    "key_bits": 2048,
    "curve": "none",
    "signature_hash": "SHA-256",
    "key_usage": ("digitalSignature", "keyEncipherment"),
    "extended_key_usage": ("serverAuth",),
    "policies": ("1.2.752.54.9.2.34.1",),
    "chain_order": "in_order",
    "chain_signature_hashes": ("SHA-256",),
    "path": "found",
    "pki": "private",
}


def assert_evidence(session: LiveSession, seen: Seen, *issued: Issued) -> None:
    kept = [session.kept[evidence.sha256] for evidence in seen.evidence]  # type: ignore[attr-defined]
    assert kept == [one.der for one in issued]
    assert {evidence.media_type for evidence in seen.evidence} == {"application/pkix-cert"}


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("demand", [(), ("-verify", "1"), ("-Verify", "1", "-verify_return_error")])
def test_a_server_that_asks_for_a_client_certificate_is_still_seen(
    tmp_path: Path, version: str, demand: Sequence[str]
) -> None:
    above = BETWEEN.pem(tmp_path, "between")
    served = replace(leaf(BETWEEN), issuer=None)  # the stand would send the leaf twice
    with openssl_server(tmp_path, served, version, *demand, "-cert_chain", str(above)) as address:
        seen = look(PROBE, endpoint(address))
    assert value(seen, "certificates_received") == 2
    assert value(seen, "chain_order") == "in_order"
    assert value(seen, "dns_names") == ("localhost",)
    assert value(seen, "server_name_covered") is True
    # In TLS 1.2 the refusal comes within the handshake, in TLS 1.3 after it.
    told = "did not complete" in seen["server_certificate.subject"].detail
    assert told == (version == "-tls1_2" and "-Verify" in demand)


def test_a_python_server_over_ipv6_is_seen(tmp_path: Path) -> None:
    port = free_port("::1")
    with python_ssl(tmp_path, leaf(ROOT, ["::1"]), "::1", port):
        seen = look(PROBE, endpoint(f"[::1]:{port}"))
    assert value(seen, "server_name_covered") is True


@pytest.mark.parametrize("key", ["ed25519", "ed448", "ec-p384"])
def test_a_key_of_another_kind_is_seen(tmp_path: Path, key: str) -> None:
    with nginx(tmp_path, leaf(None, key=key, digest="SHA-384")) as address:
        seen = look(PROBE, endpoint(address))
    expected = {
        "ed25519": ("Ed25519", 256, "edwards25519", "intrinsic"),
        "ed448": ("Ed448", 456, "edwards448", "intrinsic"),
        "ec-p384": ("EC", 384, "secp384r1", "SHA-384"),
    }
    assert tuple(value(seen, f) for f in ("key_type", "key_bits", "curve", "signature_hash")) == expected[key]


@pytest.mark.parametrize("options", [("-tls1",), ("-tls1_1",), ("-tls1_2", "-legacy_renegotiation")])
def test_an_old_server_with_a_small_key_and_sha1_is_seen(tmp_path: Path, options: Sequence[str]) -> None:
    old = leaf(authority(key="rsa-1024"), key="rsa-1024", digest="SHA-1")
    with openssl_server(tmp_path, old, *options, "-cipher", "ALL:@SECLEVEL=0") as address:
        seen = look(PROBE, endpoint(address))
    assert (value(seen, "key_bits"), value(seen, "signature_hash")) == (1024, "SHA-1")
    assert value(seen, "chain_signature_hashes") == ("SHA-1",)


def test_a_tls_1_0_server_of_another_make_is_seen() -> None:
    with tlslite_server(leaf(authority(key="rsa-2048"), key="rsa-2048"), "TLSv1.0") as address:
        assert value(look(PROBE, endpoint(address)), "key_type") == "RSA"


def test_the_server_name_chooses_the_certificate(tmp_path: Path) -> None:
    one, other = leaf(ROOT, ["ett.exempel.se"]), leaf(ROOT, ["annat.exempel.se"])
    path = other.pem(tmp_path, "other")
    alternative = f"""}} server {{ listen PORT ssl; server_name annat.exempel.se;
        ssl_certificate {path}; ssl_certificate_key {path};"""
    with two_names(tmp_path, one, alternative) as address:
        assert value(look(PROBE, endpoint(address, "annat.exempel.se")), "dns_names") == ("annat.exempel.se",)
        assert value(look(PROBE, endpoint(address, "ett.exempel.se")), "dns_names") == ("ett.exempel.se",)
        unnamed = look(PROBE, endpoint(address))
    assert value(unnamed, "dns_names") == ("ett.exempel.se",)
    assert value(unnamed, "server_name_covered") is False


@contextmanager
def two_names(folder: Path, first: Issued, alternative: str) -> Iterator[str]:
    # The extra server block listens on a socket of its own; the stand's port is reached through `server_name`.
    port = free_port()
    both = f"listen 127.0.0.1:{port} ssl; " + alternative.replace("PORT", f"127.0.0.1:{port}")
    with nginx(folder, first, extra=both):
        yield f"127.0.0.1:{port}"


def test_an_idn_server_name_is_asked_for_in_its_ascii_form(tmp_path: Path) -> None:
    with nginx(tmp_path, leaf(ROOT, ["xn--rksmrgs-5wao1o.se"])) as address:
        seen = look(PROBE, endpoint(address, "räksmörgås.se"))
    assert value(seen, "server_name_covered") is True


# -- Chains ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "order"),
    [
        ("leaf", "leaf_only"),
        ("leaf between", "in_order"),
        ("leaf between root", "in_order"),
        ("leaf root between", "out_of_order"),
        ("leaf leaf between", "out_of_order"),
        ("leaf other", "unrelated"),
        ("leaf between other", "unrelated"),
        ("leaf root", "unrelated"),
    ],
)
def test_the_order_of_the_chain_is_read_as_sent(tmp_path: Path, sent: str, order: str) -> None:
    end = leaf(BETWEEN)
    known = {"leaf": end, "between": BETWEEN, "root": ROOT, "other": authority("Exempelmellan")}
    chain = [known[name] for name in sent.split()]
    path = end.pem(tmp_path, "chain", chain)
    with nginx(tmp_path, leaf(ROOT), extra=own_port(port := free_port(), path)):
        seen = look(PROBE, endpoint(f"127.0.0.1:{port}"))
    assert value(seen, "certificates_received") == len(chain)
    assert value(seen, "chain_order") == order


def own_port(port: int, path: Path) -> str:
    return f"""}} server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {path}; ssl_certificate_key {path};"""


def test_a_root_that_is_sent_along_does_not_count_among_the_signatures(tmp_path: Path) -> None:
    old_root = authority("Gammal rot", key="rsa-2048", digest="SHA-1")
    between = authority("Mellan", issuer=old_root, digest="SHA-384", key="rsa-2048")
    end = leaf(between)
    path = end.pem(tmp_path, "chain", [end, between, old_root])
    with nginx(tmp_path, leaf(ROOT), extra=own_port(port := free_port(), path)):
        seen = look(PROBE, endpoint(f"127.0.0.1:{port}"))
    assert value(seen, "chain_signature_hashes") == ("SHA-256", "SHA-384")


def test_without_anchors_the_path_is_open_and_so_is_the_pki(tmp_path: Path) -> None:
    with nginx(tmp_path, leaf(ROOT)) as address:
        seen = look(PROBE, endpoint(address))
    assert reason(seen, "path") is Reason.NOT_CONFIGURED
    assert reason(seen, "pki") is Reason.NOT_CONFIGURED
    assert value(seen, "key_type") == "EC"


def test_a_missing_anchor_file_costs_the_path_alone(tmp_path: Path) -> None:
    with nginx(tmp_path, leaf(ROOT)) as address:
        target = endpoint(address)
        seen = look(PROBE, target, session_for(target, trust_anchors=(str(tmp_path / "nowhere.pem"),)))
    assert reason(seen, "path") is Reason.NOT_CONFIGURED
    assert "nowhere.pem" in value(seen, "path").detail  # type: ignore[attr-defined]
    assert value(seen, "server_name_covered") is True


def test_an_expired_certificate_has_dates_and_no_path(tmp_path: Path) -> None:
    past = datetime(1970, 1, 2, tzinfo=UTC)
    anchor = tmp_path / "rot.pem"
    anchor.write_bytes(ROOT.cert_pem)
    with nginx(tmp_path, leaf(ROOT, not_before=past, not_after=past + timedelta(days=1))) as address:
        target = endpoint(address)
        seen = look(PROBE, target, session_for(target, trust_anchors=(str(anchor),)))
    assert value(seen, "not_after") == datetime(1970, 1, 3, tzinfo=UTC)
    assert value(seen, "path") == "not_found"
    assert "not valid at validation time" in seen["server_certificate.path"].detail


# -- Several addresses -------------------------------------------------------------------------------------------------


def several(target: Target, *ips: str, limits: Limits | None = None) -> LiveSession:
    """A session to which the target's name resolves to these addresses, as a resolver with several answers has it."""
    session = session_for(target, limits=limits)
    session._resolved["flera.exempel.se"] = ips
    return session


def test_two_addresses_with_the_same_certificate_give_one_answer(tmp_path: Path) -> None:
    served, port = leaf(ROOT), free_port()
    target = endpoint(f"flera.exempel.se:{port}", "localhost")
    with python_ssl(tmp_path, served, "127.0.0.1", port), python_ssl(tmp_path, served, "127.0.0.2", port):
        seen = look(PROBE, target, several(target, "127.0.0.1", "127.0.0.2"))
    assert value(seen, "server_name_covered") is True
    table = value(seen, "chain")
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == [f"127.0.0.{n}:{port}" for n in (1, 1, 2, 2)][::2]


def test_what_differs_over_the_addresses_is_unseen_and_the_rest_is_not(tmp_path: Path) -> None:
    one, other, port = leaf(ROOT, key="ec-p256"), leaf(ROOT, key="rsa-2048"), free_port()
    target = endpoint(f"flera.exempel.se:{port}", "localhost")
    with python_ssl(tmp_path, one, "127.0.0.1", port), python_ssl(tmp_path, other, "127.0.0.2", port):
        seen = look(PROBE, target, several(target, "127.0.0.1", "127.0.0.2"))
    assert {reason(seen, fact) for fact in ("key_type", "key_bits", "serial", "curve")} == {Reason.ANSWERS_DIFFER}
    assert value(seen, "issuer") == "CN=Exempelrot,O=Exempel"
    assert value(seen, "server_name_covered") is True
    assert len(seen["server_certificate.key_type"].evidence) == 2
    table = value(seen, "chain")
    assert isinstance(table, Table)
    assert {row[7] for row in table.rows} == {"EC 256", "RSA 2048"}


def test_an_address_that_refuses_leaves_the_facts_open_and_stands_in_the_table(tmp_path: Path) -> None:
    port = free_port()
    target = endpoint(f"flera.exempel.se:{port}", "localhost")
    with python_ssl(tmp_path, leaf(ROOT), "127.0.0.1", port):
        seen = look(PROBE, target, several(target, "127.0.0.1", "127.0.0.2"))
    assert reason(seen, "key_type") is Reason.CONNECTION_REFUSED
    table = value(seen, "chain")
    assert isinstance(table, Table)
    assert table.rows[0][7] == "EC 256"
    assert table.rows[-1] == ("127.0.0.2", *[""] * 9, "(connection_refused)")


def test_an_address_that_stays_silent_leaves_the_facts_open(tmp_path: Path) -> None:
    port = free_port()
    target = endpoint(f"flera.exempel.se:{port}", "localhost")
    with python_ssl(tmp_path, leaf(ROOT), "127.0.0.1", port), scripted(silent, "127.0.0.2", port):
        seen = look(PROBE, target, several(target, "127.0.0.1", "127.0.0.2", limits=Limits(wait=0.3)))
    assert reason(seen, "key_type") is Reason.TIMED_OUT
    assert isinstance(value(seen, "chain"), Table)


def test_more_addresses_than_are_looked_at_leave_the_facts_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_certificate, "ADDRESSES", 1)
    port = free_port()
    target = endpoint(f"flera.exempel.se:{port}", "localhost")
    with python_ssl(tmp_path, leaf(ROOT), "127.0.0.1", port):
        seen = look(PROBE, target, several(target, "127.0.0.1", "127.0.0.2"))
    assert reason(seen, "key_type") is Reason.LIMIT_REACHED


# -- Nobody, and peers that are no TLS servers -------------------------------------------------------------------------


def test_a_closed_port_leaves_every_fact_unseen() -> None:
    assert refused(f"127.0.0.1:{free_port()}").reason is Reason.CONNECTION_REFUSED


def test_a_silent_port_is_given_up() -> None:
    with scripted(silent) as stand:
        assert refused(stand.address, Limits(wait=0.3)).reason is Reason.TIMED_OUT


def test_a_byte_now_and_then_is_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_handshake, "SECONDS", 1.0)
    with scripted(drips(server_hello("TLSv1.2"), 0.1)) as stand:
        unseen = refused(stand.address)
    assert unseen.reason is Reason.TIMED_OUT
    assert "no complete handshake within 1 s" in unseen.detail


CERTIFICATE = 11
TOO_LONG = bytes([CERTIFICATE]) + b"\xff\xff\xff" + b"\xff\xff\xfc" + b"\x0a\x00\x00"
JUST_ALLOWED = bytes([CERTIFICATE]) + (100_000).to_bytes(3) + (99_997).to_bytes(3) + (99_994).to_bytes(3)
HELLO_REQUEST = record(22, bytes(4))


@pytest.mark.parametrize(
    ("part", "reasons"),
    [
        (closes, {Reason.CLOSED_EARLY}),
        (resets, {Reason.CONNECTION_RESET}),
        (plain_http, {Reason.NOT_UNDERSTOOD}),
        (says(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n"), {Reason.NOT_UNDERSTOOD}),
        (says(bytes(range(256)) * 8), {Reason.NOT_UNDERSTOOD}),
        (says(alert(40)), {Reason.NOT_SUPPORTED}),
        (says(alert(70)), {Reason.NOT_SUPPORTED}),
        (says(alert(112)), {Reason.ACCESS_DENIED}),
        (says_and_closes(server_hello("TLSv1.2")), {Reason.CLOSED_EARLY}),
        (says_and_closes(server_hello("SSLv3")), {Reason.NOT_SUPPORTED}),
        (endless(server_hello("TLSv1.2") + record(22, TOO_LONG), record(22, bytes(16384))), {Reason.LIMIT_REACHED}),
        (
            endless(server_hello("TLSv1.2") + record(22, JUST_ALLOWED), record(22, bytes(16384))),
            {Reason.NOT_UNDERSTOOD},
        ),
        (endless(b"", HELLO_REQUEST), {Reason.LIMIT_REACHED, Reason.NOT_UNDERSTOOD}),
        (says(server_hello("TLSv1.2") + handshake(CERTIFICATE, b"\0\0\0")), {Reason.NOT_UNDERSTOOD}),
        (
            says(server_hello("TLSv1.2") + handshake(CERTIFICATE, b"\0\0\7\0\0\4\x30\x82\x05\x00")),
            {Reason.NOT_UNDERSTOOD},
        ),
    ],
)
def test_a_peer_that_is_no_decent_tls_server_gives_its_reason(part: object, reasons: set[Reason]) -> None:
    with scripted(part) as stand:  # type: ignore[arg-type]
        unseen = refused(stand.address, Limits(wait=1.0))
    assert unseen.reason in reasons, unseen
    assert unseen.detail


def test_a_name_that_no_dns_could_hold_is_a_matter_of_the_profile() -> None:
    target = endpoint(f"127.0.0.1:{free_port()}", "a." * 130 + "se")
    with pytest.raises(CannotObserve) as caught:
        look(PROBE, target)
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED


def test_the_time_of_the_session_counts_and_not_the_machines(tmp_path: Path) -> None:
    """The clock of the tests stands still; a certificate that was valid only then has a path."""
    anchor = tmp_path / "rot.pem"
    anchor.write_bytes(ROOT.cert_pem)
    served = leaf(ROOT, not_before=NOON - timedelta(seconds=1), not_after=NOON + timedelta(seconds=1))
    with nginx(tmp_path, served) as address:
        target = endpoint(address)
        seen = look(PROBE, target, session_for(target, trust_anchors=(str(anchor),)))
    assert value(seen, "path") == "found"

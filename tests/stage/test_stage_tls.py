"""What the record says of a handshake, and that refusals reach the client as real alerts."""

import contextlib
import shutil
import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from readiness.errors import UsageError
from readiness.stage.settings import ServerCertificate, StageSettings, check
from readiness.stage.trust import ThrowAway
from tests.stage.standing import (
    ADULTS,
    AUTHORITY,
    CLIENT,
    PERSONS,
    eventually,
    is_reachable,
    issued,
    pem,
    post,
    standing,
)


def shake(stand, context, name="localhost"):
    """Shake hands and ask for one byte; the port it came from, and the error (TLS 1.3 tells it at the first read)."""
    raw = socket.create_connection(("127.0.0.1", stand.port()), 10)
    port = raw.getsockname()[1]
    try:
        with context.wrap_socket(raw, server_hostname=name) as tls:
            tls.settimeout(0.3)
            with contextlib.suppress(TimeoutError):
                tls.recv(1)
    except ssl.SSLError as error:
        return port, error
    finally:
        raw.close()
    return port, None


def record_of(stand, port):
    return eventually(lambda: [c for c in stand.connections if c.peer.endswith(f":{port}")])[0]


@pytest.mark.parametrize(
    ("version", "name"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
def test_a_finished_handshake_is_recorded_in_full(stand, version, name):
    context = stand.context()
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])
    record = record_of(stand, shake(stand, context)[0])
    assert (record.version, record.server_name, record.alpn) == (name, "localhost", ("h2", "http/1.1"))
    assert record.suite.startswith("TLS_" if name == "TLSv1.3" else "ECDHE-RSA-")
    assert record.group.lower() == "x25519"
    assert record.client_chain == tuple(one.public_bytes(Encoding.DER) for one in (CLIENT[0], AUTHORITY[0]))
    assert (record.certificate_request, record.resumed, record.problem) == ("required", False, "")
    assert record.client_hello[:1] == b"\x16"
    assert record.client_hello[5:6] == b"\x01"
    moments = (record.accepted, record.hello, record.finished, record.closed)
    assert list(moments) == sorted(moments, key=lambda moment: moment.ns)
    assert record.bytes_received > len(record.client_hello)
    assert (record.closed_by, record.role, record.listener) == ("peer", "far", "far")


@pytest.mark.parametrize(
    ("version", "alert"),
    [(ssl.TLSVersion.TLSv1_2, "handshake_failure"), (ssl.TLSVersion.TLSv1_3, "certificate_required")],
)
def test_no_certificate_is_refused_by_an_alert_that_arrives(stand, version, alert):
    context = stand.context(certificate=False)
    context.minimum_version = context.maximum_version = version
    port, error = shake(stand, context)
    assert isinstance(error, ssl.SSLError)
    assert "alert" in str(error).lower()
    assert alert.replace("_", "") in str(error).lower().replace("_", "").replace(" ", "")
    record = record_of(stand, port)
    assert [(a.level, a.name) for a in record.alerts_sent] == [("fatal", alert)]
    assert (record.closed_by, record.closed_how, record.client_chain) == ("stage", "alert", ())
    assert record.finished is None


def test_a_client_s_own_refusal_is_recorded_as_its_alert(stand):
    port, error = shake(stand, ssl.create_default_context())
    assert isinstance(error, ssl.SSLCertVerificationError)
    record = record_of(stand, port)
    assert [(a.level, a.name) for a in record.alerts_received] == [("fatal", "unknown_ca")]
    assert (record.closed_by, record.closed_how) == ("peer", "alert")


def test_another_name_than_the_certificate_s_is_refused_by_the_client(stand):
    port, error = shake(stand, stand.context(), "far.example")
    assert isinstance(error, ssl.SSLCertVerificationError)
    record = record_of(stand, port)
    assert record.server_name == "far.example"
    assert record.alerts_received[0].name in {"bad_certificate", "certificate_unknown", "internal_error"}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl program here")
def test_an_old_version_is_refused_with_protocol_version(stand):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{stand.port()}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=10, check=False)
    assert b"protocol version" in done.stderr
    found = eventually(
        lambda: [c for c in stand.connections if [a.name for a in c.alerts_sent] == ["protocol_version"]]
    )
    assert (found[0].version, found[0].hello is not None) == ("", True)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl program here")
def test_no_ca_is_named_and_nothing_is_resumed(stand, tmp_path):
    base = ["openssl", "s_client", "-connect", f"127.0.0.1:{stand.port()}", "-cert", str(stand.client)]
    for version in ("-tls1_2", "-tls1_3"):
        session = tmp_path / f"session{version}"
        first = subprocess.run(
            [*base, version, "-sess_out", str(session), "-ign_eof"],
            input=b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            capture_output=True,
            timeout=10,
            check=False,
        )
        assert b"No client certificate CA names sent" in first.stdout
        if session.exists():
            again = subprocess.run(
                [*base, version, "-sess_in", str(session)], input=b"", capture_output=True, timeout=10, check=False
            )
            assert b"Reused, " not in again.stdout
            assert b"New, " in again.stdout


def test_listed_cas_are_named(tmp_path):
    with standing(tmp_path, ca_names=(AUTHORITY[0].public_bytes(Encoding.PEM),)) as stand:
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        raw = socket.create_connection(("127.0.0.1", stand.port()), 10)
        connection = SSL.Connection(context, None)
        connection.set_connect_state()
        for _ in range(10):
            with contextlib.suppress(SSL.WantReadError):
                connection.do_handshake()
                break
            with contextlib.suppress(SSL.WantReadError):
                raw.sendall(connection.bio_read(65536))
            connection.bio_write(raw.recv(65536))
        named = connection.get_client_ca_list()
        raw.close()
    assert [name.der() for name in named] == [AUTHORITY[0].subject.public_bytes()]


@pytest.mark.parametrize(("asked", "chain"), [("requested", 0), ("none", 0)])
def test_a_client_without_certificate_is_let_in_where_none_is_required(tmp_path, asked, chain):
    with standing(tmp_path, client_certificate=asked) as stand:
        port, error = shake(stand, stand.context(certificate=False))
        assert error is None
        record = record_of(stand, port)
        port, error = shake(stand, stand.context())
        shown = record_of(stand, port)
    assert (record.certificate_request, len(record.client_chain), record.finished is not None) == (asked, chain, True)
    assert len(shown.client_chain) == (2 if asked == "requested" else 0)


WRONG = {
    "another CA": (issued("x", signer=issued("Other CA", ca=True)), "unknown_ca"),
    "expired": (issued("x", signer=AUTHORITY, days=-1), "certificate_expired"),
    "its own CA": (issued("x"), "unknown_ca"),
}


@pytest.mark.parametrize("what", WRONG)
def test_with_declared_issuers_any_other_chain_is_refused_by_alert(tmp_path, what):
    (certificate, key), alert = WRONG[what]
    with standing(tmp_path, client_issuers=(AUTHORITY[0].public_bytes(Encoding.PEM),)) as stand:
        assert shake(stand, stand.context())[1] is None
        stand.client.write_bytes(pem((certificate,), key))
        port, error = shake(stand, stand.context())
        record = record_of(stand, port)
    assert isinstance(error, ssl.SSLError)
    assert [a.name for a in record.alerts_sent] == [alert]
    assert record.client_chain == (certificate.public_bytes(Encoding.DER),)


def test_a_weak_client_certificate_is_seen_all_the_same(tmp_path):
    with standing(tmp_path) as stand:
        certificate, key = issued(key=rsa.generate_private_key(65537, 1024))
        stand.client.write_bytes(pem((certificate,), key))
        context = ssl.create_default_context(cafile=str(stand.authority))
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(stand.client)
        port, error = shake(stand, context)
        assert error is None
        assert record_of(stand, port).client_chain == (certificate.public_bytes(Encoding.DER),)


def test_a_certificate_that_names_a_person_is_told_by_its_digest_only(tmp_path):
    with standing(tmp_path) as stand:
        certificate, key = issued(number="198112189876", signer=AUTHORITY)
        stand.client.write_bytes(pem((certificate, AUTHORITY[0]), key))
        record = record_of(stand, shake(stand, stand.context())[0])
    assert record.client_chain == (b"", AUTHORITY[0].public_bytes(Encoding.DER))
    assert [part.what for part in record.masked] == ["certificate 1"]


def test_a_supplied_certificate_is_the_one_shown(tmp_path):
    now = datetime.now(UTC)
    own = ThrowAway("localhost", ("127.0.0.1",), now)
    with standing(tmp_path, certificate=own.server()) as stand:
        assert stand.stage.authority == b""
        stand.authority.write_bytes(own.pem)
        assert post(stand, "far", "/Recipient/v3", is_reachable(ADULTS[0]))[0] == 200


def test_a_key_that_does_not_fit_is_told_before_anything_listens(tmp_path):
    one, other = (ThrowAway("localhost", (), datetime.now(UTC)).server() for _ in range(2))
    with (
        pytest.raises(UsageError, match="certificate, key"),
        standing(tmp_path, certificate=ServerCertificate(one.chain, other.key)),
    ):
        pass


def test_the_throw_away_ca_vouches_for_the_stage_s_names_only():
    now = datetime(2026, 12, 1, tzinfo=UTC)
    made = ThrowAway("stage.kommun-a.se", ("127.0.0.1", "0.0.0.0", "localhost"), now)
    authority = x509.load_pem_x509_certificate(made.pem)
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    permitted = [str(name.value) for name in constraints.value.permitted_subtrees or ()]
    assert permitted == ["stage.kommun-a.se", "localhost", "127.0.0.1/32"]
    assert authority.not_valid_after_utc - now == timedelta(days=7)
    server, issuing = x509.load_pem_x509_certificates(made.server().chain)
    server.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["stage.kommun-a.se", "localhost"]
    assert "PRIVATE" not in repr(made.server())


OUTSIDE = {"persons": PERSONS, "address": "0.0.0.0"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "the peers.*the issuers.*the time"),
        ({"peers": ("10.0.0.0/8",)}, "the issuers"),
        ({"peers": ("here",)}, "Write addresses as"),
        ({"until": datetime(2026, 11, 30, tzinfo=UTC)}, "which is past"),
    ],
)
def test_a_stage_that_others_reach_needs_peers_issuers_and_an_end(more, said):
    with pytest.raises(UsageError, match=f"(?s){said}"):
        check(StageSettings(**OUTSIDE, **more), datetime(2026, 12, 1, tzinfo=UTC))


def test_a_stage_that_others_reach_says_so():
    settings = StageSettings(
        **OUTSIDE, peers=("10.0.0.0/8",), client_issuers=(b"x",), until=datetime(2026, 12, 2, tzinfo=UTC)
    )
    said = " ".join(check(settings, datetime(2026, 12, 1, tzinfo=UTC)))
    assert "other machines reach it" in said
    assert "10.0.0.0/8" in said
    assert "stops at 2026-12-02" in said


def test_a_stage_stops_when_its_time_has_come(tmp_path):
    with standing(tmp_path, until=datetime.now(UTC) + timedelta(seconds=3)) as stand:
        assert post(stand, "far", "/Recipient/v3", is_reachable(ADULTS[0]))[0] == 200
        eventually(stand.stage.ended.is_set)
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", stand.port()), 5)

"""What the TLS scenarios show, by Python's client and by OpenSSL: certificates, versions, revocation, alerts."""

import http.client
import socket
import ssl
import subprocess
from contextlib import contextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from readiness.recording import Connection
from tests.stage.performing import PERSON, address, deliver, enact, recorded, statuses
from tests.stage.standing import Standing, deliver_secure
from tests.stands.programs import program

CHAINS = {
    "tls-expired": ssl.SSLCertVerificationError,
    "tls-not-yet-valid": ssl.SSLCertVerificationError,
    "tls-wrong-name": ssl.SSLCertVerificationError,
    "tls-self-signed": ssl.SSLCertVerificationError,
    "tls-unknown-ca": ssl.SSLCertVerificationError,
    "tls-missing-intermediate": ssl.SSLCertVerificationError,
    "tls-wrong-eku": ssl.SSLCertVerificationError,
    "tls-rsa-1024": ssl.SSLCertVerificationError,
    "tls-sha1": ssl.SSLCertVerificationError,
    "tls-1-0": ssl.SSLError,
    "tls-1-1": ssl.SSLError,
}


@pytest.mark.parametrize("scenario", CHAINS)
def test_python_refuses_a_server_that_cannot_show_who_it_is(playhouse, scenario):
    enact(playhouse, scenario)
    with pytest.raises(CHAINS[scenario]):
        deliver(playhouse)
    (connection,) = recorded(playhouse, scenario, Connection)
    assert connection.exchanges == 0
    enact(playhouse, "tls-sane")
    assert statuses(deliver(playhouse).data) == [(PERSON, "true")]


@contextmanager
def shown(playhouse: Standing, scenario: str, version: int = 0):
    """The chain that a client sees that verifies nothing, and its connection."""
    enact(playhouse, scenario)
    port, path = address(playhouse)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(playhouse.client)
    if version:
        context.minimum_version = context.maximum_version = version
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), 5), server_hostname="localhost") as one:
        yield one, path


def leaf(one: ssl.SSLSocket) -> x509.Certificate:
    return x509.load_der_x509_certificate(one.getpeercert(binary_form=True))


def test_each_certificate_differs_from_the_control_in_one_thing(playhouse):
    with shown(playhouse, "tls-sane") as (one, _):
        control = leaf(one)

    def differs(scenario):
        with shown(playhouse, scenario) as (one, _):
            return traits(leaf(one)) ^ traits(control)

    assert {kind for kind, _ in differs("tls-expired")} == {"not_before", "not_after"}
    assert {kind for kind, _ in differs("tls-not-yet-valid")} == {"not_before"}
    assert {kind for kind, _ in differs("tls-wrong-name")} == {"names"}
    assert {kind for kind, _ in differs("tls-self-signed")} == {"issuer"}
    assert {kind for kind, _ in differs("tls-unknown-ca")} == {"issuer"}
    assert {kind for kind, _ in differs("tls-sha1")} == {"hash"}
    assert {kind for kind, _ in differs("tls-rsa-1024")} == {"key"}
    assert {kind for kind, _ in differs("tls-wrong-eku")} == {"purpose"}
    assert differs("tls-missing-intermediate") == set()
    assert differs("tls-revoked") == set()


def traits(certificate: x509.Certificate) -> set[tuple[str, object]]:
    extensions = certificate.extensions
    return {
        ("not_before", certificate.not_valid_before_utc),
        ("not_after", certificate.not_valid_after_utc),
        ("names", str(extensions.get_extension_for_class(x509.SubjectAlternativeName).value)),
        ("issuer", certificate.issuer.rfc4514_string()),
        ("subject", certificate.subject.rfc4514_string()),
        ("key", certificate.public_key().public_numbers().n),
        ("hash", certificate.signature_hash_algorithm.name),
        ("purpose", str(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)),
    }


def test_what_is_sent_to_an_unproven_server_is_recorded_with_its_scenario(playhouse):
    with shown(playhouse, "tls-expired") as (one, path):
        body = deliver_secure(PERSON)
        one.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        assert b"200" in one.recv(100)
    (exchange,) = recorded(playhouse, "tls-expired")
    assert exchange.attributions[0].by == "port"
    assert exchange.request_kept


@pytest.mark.parametrize(("scenario", "said"), [("tls-sane", "good"), ("tls-revoked", "revoked")])
def test_openssl_reads_revocation_from_the_crl_and_by_ocsp(playhouse, tmp_path, scenario, said):
    with shown(playhouse, scenario) as (one, _):
        certificate = leaf(one)
    (tmp_path / "leaf.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    issuing = issuing_of(playhouse)
    (tmp_path / "issuing.pem").write_bytes(issuing)
    (tmp_path / "root.pem").write_bytes(playhouse.stage.authority)
    plain = playhouse.stage.bases["plain"]
    asked = subprocess.run(
        [program("openssl"), "ocsp", "-issuer", "issuing.pem", "-cert", "leaf.pem", "-url", f"{plain}/ocsp", "-CAfile",
         "root.pem", "-no_nonce"],
        cwd=tmp_path, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert f"leaf.pem: {said}" in asked.stdout
    assert "Response verify OK" in asked.stderr + asked.stdout
    connection = http.client.HTTPConnection("localhost", int(plain.rpartition(":")[2]), timeout=5)
    connection.request("GET", "/crl")
    crl = x509.load_der_x509_crl(connection.getresponse().read())
    connection.close()
    assert crl.is_signature_valid(x509.load_pem_x509_certificate(issuing).public_key())
    listed = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    assert (listed is not None) == (said == "revoked")


def issuing_of(playhouse: Standing) -> bytes:
    """The issuing CA, as a server of the stage shows it."""
    port = playhouse.port("far")
    done = subprocess.run(
        [program("openssl"), "s_client", "-connect", f"127.0.0.1:{port}", "-showcerts"],
        input=b"", capture_output=True, timeout=20, check=False,
    )  # fmt: skip
    return x509.load_pem_x509_certificates(done.stdout)[1].public_bytes(Encoding.PEM)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_sees_the_alert_that_refuses_its_certificate(playhouse, version):
    enact(playhouse, "tls-client-refused")
    port, _ = address(playhouse)
    done = subprocess.run(
        [program("openssl"), "s_client", "-connect", f"127.0.0.1:{port}", "-cert", str(playhouse.client), "-key",
         str(playhouse.client), version, "-quiet"],
        input=b"GET / HTTP/1.0\r\n\r\n", capture_output=True, timeout=20, check=False,
    )  # fmt: skip
    assert b"alert unknown ca" in done.stderr
    (connection,) = recorded(playhouse, "tls-client-refused", Connection)
    assert [(alert.level, alert.name) for alert in connection.alerts_sent] == [("fatal", "unknown_ca")]
    assert connection.exchanges == 0


@pytest.mark.parametrize(("scenario", "version"), [("tls-1-0", "TLSv1"), ("tls-1-1", "TLSv1.1")])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_old_versions_are_really_spoken(playhouse, scenario, version):
    number = ssl.TLSVersion.TLSv1 if version == "TLSv1" else ssl.TLSVersion.TLSv1_1
    with shown(playhouse, scenario, number) as (one, _):
        assert one.version() == version

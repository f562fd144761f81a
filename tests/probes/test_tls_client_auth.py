"""Is it told who asks for a client certificate, in which versions, and whose? Real servers: test_tls_zoo too."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes._tls_flight import CertificateRequest
from probes.tls_client_auth import PROBE, read_names, read_own_issuer
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import Limits, Seen
from tests.conftest import look, session_for
from tests.probes.tls_looks import endpoint
from tests.stands.nginx import nginx
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import Issued, authority, leaf

ROOT, OTHER = authority("Rot", key="rsa-2048"), authority("Annan")
SERVER, CLIENT = leaf(ROOT, key="rsa-2048"), leaf(ROOT, ["klient"], extended_key_usage=["clientAuth"])
NAME = ROOT.cert.subject.public_bytes()
ELSE = OTHER.cert.subject.public_bytes()


def told(address: str, folder: Path) -> dict[str, Seen]:
    """What the probe tells of an endpoint whose clients show CLIENT."""
    path = CLIENT.pem(folder, "client")
    held = Target("klient", TargetKind.CERTIFICATE, address=str(path), declared=(("use", "tls-client"),))
    target = endpoint(address, client_certificate="klient", server_name="localhost")
    return look(PROBE, target, session_for(target, held, limits=Limits(wait=5)))


@pytest.mark.parametrize(("issuer", "listed"), [(ROOT, "listed"), (OTHER, "not_listed")], ids=["ours", "another"])
def test_a_list_of_authorities_is_held_against_the_declared_certificate(
    tmp_path: Path, issuer: Issued, listed: str
) -> None:
    (tmp_path / "ca.pem").write_bytes(issuer.cert_pem)
    extra = f"ssl_verify_client on; ssl_client_certificate {tmp_path / 'ca.pem'};"
    with nginx(tmp_path, SERVER, extra=extra) as address:
        seen = told(address, tmp_path)
    assert seen["client_auth.own_issuer"].value == listed
    assert seen["client_auth.authorities"].value == (issuer.cert.subject.rfc4514_string(),)
    assert seen["client_auth.versions_asking"].value == ("TLSv1.2", "TLSv1.3")
    assert seen["client_auth.without_certificate"].value == "served"  # nginx turns it away at the request


@pytest.mark.parametrize(("options", "without"), [(["-verify", "1"], "served"), (["-Verify", "1"], "refused")])
def test_asking_is_told_from_demanding(tmp_path: Path, options: list[str], without: str) -> None:
    with openssl_server(tmp_path, SERVER, *options) as address:
        seen = told(address, tmp_path)
    assert seen["client_auth.without_certificate"].value == without
    assert seen["client_auth.own_issuer"].value == "no_list"
    assert seen["client_auth.versions_not_asking"].value == ()


def test_a_server_that_does_not_ask_is_told_in_every_version(tmp_path: Path) -> None:
    with openssl_server(tmp_path, SERVER) as address:
        seen = told(address, tmp_path)
    assert seen["client_auth.versions_not_asking"].value == ("TLSv1.2", "TLSv1.3")
    assert seen["client_auth.versions_asking"].value == ()
    own = seen["client_auth.own_issuer"].value
    assert isinstance(own, Unseen)
    assert own.reason is Reason.NOT_EXERCISED


@pytest.mark.parametrize(
    ("asked", "issuers", "value"),
    [
        ([(NAME,)], (NAME,), "listed"),
        ([(ELSE, NAME)], (NAME,), "listed"),
        ([(ELSE,)], (NAME,), "not_listed"),
        ([(NAME,), (ELSE,)], (NAME,), "not_listed"),  # of two versions, one would not take it
        ([()], (NAME,), "no_list"),
        ([(NAME,)], Unseen(Reason.NOT_CONFIGURED), Unseen(Reason.NOT_CONFIGURED)),
        ([()], Unseen(Reason.NOT_CONFIGURED), "no_list"),
    ],
)
def test_own_issuer_is_told(asked: list[tuple[bytes, ...]], issuers: tuple[bytes, ...] | Unseen, value: object) -> None:
    assert read_own_issuer([CertificateRequest(names, ()) for names in asked], issuers) == value


def test_names_are_told_in_words_and_unreadable_ones_as_such() -> None:
    assert read_names([NAME, NAME, b"junk"]) == ["CN=Rot,O=Exempel", "unreadable name of 4 bytes"]

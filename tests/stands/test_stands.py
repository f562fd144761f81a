"""Are the stands what the tests take them for? Only what the tests that use them would not notice."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.stands.pki import OLD_DIGESTS, authority, leaf
from tests.stands.programs import program


def test_a_missing_server_program_skips_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MM_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server, which is not installed"):
        program("no-such-server")


def test_a_missing_server_program_fails_where_servers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MM_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-server, which is not installed"):
        program("no-such-server")


@pytest.mark.parametrize("digest", OLD_DIGESTS)
def test_a_certificate_signed_as_of_old_is_signed_right(digest: str) -> None:
    issued = leaf(authority(key="rsa-2048"), digest=digest)
    key = issued.issuer and issued.issuer.key.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(issued.cert.signature, issued.cert.tbs_certificate_bytes, padding.PKCS1v15(), OLD_DIGESTS[digest][1])


def test_a_chain_holds_for_openssl_too(tmp_path: Path) -> None:
    root = authority("Rot")
    path = leaf(authority("Mellan", issuer=root), ["localhost"]).pem(tmp_path)
    anchor = tmp_path / "root.pem"
    anchor.write_bytes(root.cert_pem)
    verify = [program("openssl"), "verify", "-attime", "1796040000", "-CAfile", str(anchor), "-untrusted", str(path)]
    subprocess.run([*verify, str(path)], check=True, capture_output=True)

"""Keys: out of files and tokens, with passwords that stand nowhere, and nothing that signs less than it should."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding

from readiness.dossier.signature import Signer, fingerprint, signer_of_files, signer_of_pkcs12, verifies
from readiness.dossier.token import read_uri, token_signer
from readiness.dossier.verifying import holds, verify
from readiness.errors import UsageError
from tests.dossier.conftest import signer_of_issued, signing
from tests.stands.pki import authority
from tests.stands.softhsm import LABEL, PIN, configured, module, put

SECRET = "en hemlighet med å"
GOOD = ("rsa-2048", "ec-p256", "ec-p384", "ed25519")


def nobody(_):
    return None


def asked(secret=SECRET):
    return lambda name: secret


@pytest.fixture(scope="module")
def issued():
    return {key: signing(authority("Rot"), key) for key in (*GOOD, "rsa-1024", "ec-p521", "ed448")}


def signs(signer: Signer) -> bool:
    return verifies(signer.certificate, signer.sign(b"data"), b"data")


@pytest.mark.parametrize("key", GOOD)
def test_a_key_in_pem_der_or_pkcs12_signs_and_its_issuers_come_with_it(issued, tmp_path, key):
    one = issued[key]
    together = one.pem(tmp_path)
    (tmp_path / "key").write_bytes(one.key_pem(SECRET))
    (tmp_path / "chain").write_bytes(b"".join(above.cert_pem for above in reversed(one.chain)))
    (tmp_path / "own.p12").write_bytes(one.pkcs12(SECRET))
    (tmp_path / "open.p12").write_bytes(one.pkcs12())
    (tmp_path / "own.der").write_bytes(one.cert.public_bytes(Encoding.DER))
    for signer in (
        signer_of_files(together, None, nobody, "en"),
        signer_of_files(tmp_path / "key", tmp_path / "chain", asked(), "en"),
        signer_of_pkcs12(tmp_path / "own.p12", asked(), "en"),
        signer_of_pkcs12(tmp_path / "open.p12", nobody, "en"),
    ):
        assert signs(signer)
        assert [fingerprint(c) for c in signer.certificates] == [fingerprint(above.cert) for above in one.chain]
        assert "PRIVATE" not in repr(signer)
    alone = signer_of_files(tmp_path / "key", tmp_path / "own.der", asked(), "en")
    assert [fingerprint(c) for c in alone.certificates] == [fingerprint(one.cert)]


OF_OTHERS = {
    "rsa-1024": lambda key: key.sign(b"data", padding.PKCS1v15(), hashes.SHA256()),
    "ec-p521": lambda key: key.sign(b"data", ec.ECDSA(hashes.SHA256())),
    "ed448": lambda key: key.sign(b"data"),
}
"""Good signatures, by keys that sign no dossier."""


@pytest.mark.parametrize("key", OF_OTHERS)
def test_a_key_that_is_too_weak_or_of_another_kind_neither_signs_nor_verifies(issued, tmp_path, key):
    with pytest.raises(UsageError, match="no dossier is signed with that key"):
        signer_of_files(issued[key].pem(tmp_path), None, nobody, "en")
    (tmp_path / "own.p12").write_bytes(issued[key].pkcs12())
    with pytest.raises(UsageError, match="no dossier is signed with that key"):
        signer_of_pkcs12(tmp_path / "own.p12", nobody, "en")
    assert not verifies(issued[key].cert, OF_OTHERS[key](issued[key].key), b"data")


WRONG = {
    "no password": (lambda p, one: (p / "k").write_bytes(one.key_pem(SECRET)), nobody, "needs a password"),
    "another password": (lambda p, one: (p / "k").write_bytes(one.key_pem(SECRET)), asked("x"), "does not open"),
    "no key": (lambda p, one: (p / "k").write_bytes(one.cert_pem), nobody, "no private key"),
    "damaged": (lambda p, one: (p / "k").write_bytes(b"\x30garbage"), asked(), "does not open"),
    "nothing": (lambda p, one: None, nobody, "cannot be read"),
    "no certificate": (lambda p, one: (p / "k").write_bytes(one.key_pem()), nobody, "no certificates"),
    "another's certificate": (
        lambda p, one: (p / "k").write_bytes(one.key_pem() + authority("X").cert_pem), nobody, "the key's certificate"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_told_without_the_secret(issued, tmp_path, case):
    write, ask, said = WRONG[case]
    write(tmp_path, issued["ec-p256"])
    with pytest.raises(UsageError, match=said) as error:
        signer_of_files(tmp_path / "k", None, ask, "en")
    assert SECRET not in str(error.value)


def test_a_pkcs12_that_does_not_open_is_told(issued, tmp_path):
    (tmp_path / "own.p12").write_bytes(issued["ec-p256"].pkcs12(SECRET))
    for ask, said in ((nobody, "needs a password"), (asked("x"), "does not open")):
        with pytest.raises(UsageError, match=said):
            signer_of_pkcs12(tmp_path / "own.p12", ask, "en")


@pytest.mark.parametrize("data", [b"format = 1\n", b"", b"\x00garbage", b"-----BEGIN CERTIFICATE-----\n"])
@pytest.mark.parametrize("read", [signer_of_pkcs12, lambda path, *more: signer_of_files(path, None, *more)])
def test_nobody_is_asked_for_the_password_of_what_is_no_key(tmp_path, data, read):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(UsageError, match="holds no private key"):
        read(tmp_path / "file", nobody, "en")


def test_a_signature_verifies_with_its_own_key_and_data_only(issued):
    for key in GOOD:
        signer, other = signer_of_issued(issued[key]), signer_of_issued(signing(authority("Rot"), key))
        signature = signer.sign(b"data")
        assert verifies(signer.certificate, signature, b"data")
        assert not verifies(signer.certificate, signature, b"Data")
        assert not verifies(other.certificate, signature, b"data")
        assert not verifies(signer.certificate, signature[:-1], b"data")


# -- Tokens


@pytest.fixture(scope="module")
def token(tmp_path_factory, issued):
    """A token with an RSA and an EC key; their URIs."""
    module()
    folder = tmp_path_factory.mktemp("token")
    with configured(folder):
        yield {
            "rsa-2048": put(folder, "rsa", "01", issued["rsa-2048"]),
            "ec-p256": put(folder, "ec256", "02", issued["ec-p256"]),
            "ec-p384": put(folder, "ec384", "03", issued["ec-p384"], with_certificate=False),
        }


@pytest.mark.parametrize("key", ["rsa-2048", "ec-p256"])
def test_a_key_in_a_token_signs_and_never_leaves_it(token, issued, key):
    with token_signer(token[key], (), asked(PIN), "en") as signer:
        assert fingerprint(signer.certificate) == fingerprint(issued[key].cert)
        assert signs(signer)


def test_a_certificate_beside_the_token_is_used_and_a_key_is_found_by_its_id(token, issued):
    beside = [above.cert for above in issued["ec-p384"].chain]
    with token_signer(token["ec-p384"], beside, asked(PIN), "en") as signer:
        assert signs(signer)
        assert len(signer.certificates) == len(beside)
    by_id = token["rsa-2048"].replace("object=rsa", "id=%01")
    with token_signer(by_id, (), asked(PIN), "en") as signer:
        assert signs(signer)


def test_a_run_is_sealed_with_a_token(sealing, token, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed")
    uri = put(folder, "own", "09", one := signing(sealing.root, "rsa-2048"))
    beside = [above.cert for above in one.chain]
    with token_signer(uri, beside, asked(PIN), "en") as signer:
        out = sealing.sealed("token.zip", signer)
    assert holds(verify(out, [sealing.root.cert]))


TOKEN_FAULTS = {
    "another PIN": (lambda uri: uri, asked("0000"), "does not open"),
    "no PIN": (lambda uri: uri, nobody, "needs a password"),
    "another token": (lambda uri: uri.replace("token=St%C3%A4mpel", "token=other"), asked(PIN), "no token other"),
    "another key": (lambda uri: uri.replace("object=rsa", "object=other"), asked(PIN), "exactly one private key"),
    "no module": (lambda uri: uri.replace("libsofthsm2", "libnothing"), asked(PIN), "no token"),
}


@pytest.mark.parametrize("case", TOKEN_FAULTS)
def test_what_a_token_lacks_is_told_without_the_pin(token, case):
    change, ask, said = TOKEN_FAULTS[case]
    with pytest.raises(UsageError, match=said) as error, token_signer(change(token["rsa-2048"]), (), ask, "en"):
        pytest.fail("it opened")
    assert PIN not in str(error.value)


def test_a_key_without_a_certificate_anywhere_is_told(token):
    with pytest.raises(UsageError, match="key's certificate"), token_signer(token["ec-p384"], (), asked(PIN), "en"):
        pytest.fail("it opened")


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("pkcs11:token=a;object=b?module-path=/m&pin-value=1234", "must not stand"),
        ("pkcs11:token=a;object=b", "module-path"),
        ("pkcs11:object=b?module-path=/m", "module-path"),
        ("pkcs11:token=a?module-path=/m", "module-path"),
        ("https://example.com/", "module-path"),
        ("pkcs11:token=a;object=b;pin-source=/x?module-path=/m", "module-path"),
    ],
)
def test_a_uri_that_says_too_little_or_a_secret_is_refused(uri, said):
    with pytest.raises(UsageError, match=said) as error:
        read_uri(uri, "en")
    assert "1234" not in str(error.value)


def test_a_uri_is_decoded():
    found = read_uri("pkcs11:token=St%C3%A4mpel;id=%01%ff?module-path=/usr/lib/m.so", "en")
    assert (found["token"].decode(), found["id"], found["module-path"]) == (LABEL, b"\x01\xff", b"/usr/lib/m.so")

"""Does each built-in defect change what it says, seen by an ordinary client or by reading the files?"""

from __future__ import annotations

import re
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from readiness.chain import Profile
from readiness.demo import tls_defects
from readiness.demo.chain import PROFILE, running_chain
from readiness.demo.conforming import conforming, statement_rows
from readiness.demo.defects import DEFAULT_DEFECTS, DEFECTS, describe, find_defect
from readiness.demo.statement_defects import WAYS, statement_defects, statement_names
from readiness.errors import UsageError
from readiness.model import Target
from readiness.permits import split_address
from readiness.profile import load_profile
from readiness.stage.sha1 import RSA_SHA256

NOW = datetime.now(UTC).replace(microsecond=0)


@contextmanager
def chain_with(folder: Path, *defects: str) -> Iterator[Profile]:
    with running_chain(folder, defects, NOW) as path:
        yield load_profile(path)


@pytest.fixture(scope="module")
def conforming_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("conforming")
    with chain_with(folder):
        yield folder


def target(profile: Profile, id_: str) -> Target:
    return next(target for target in profile.targets if target.id == id_)


def certificates(path: Path | str) -> list[x509.Certificate]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x509.load_pem_x509_certificates(Path(path).read_bytes())


def accepts(profile: Profile, version: ssl.TLSVersion) -> bool:
    """Whether the case system's server completes a handshake in that version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    address = target(profile, "verksamhetssystem-adress").address
    with socket.create_connection(split_address(address), 5) as raw:
        try:
            context.wrap_socket(raw).close()
        except ssl.SSLError:
            return False
    return True


VERSIONS = ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3")


@pytest.mark.parametrize(
    ("defect", "accepted"),
    [
        (None, {"TLSv1_2", "TLSv1_3"}),
        ("tls-1.0", set(VERSIONS)),
        ("tls-1.1", {"TLSv1_1", "TLSv1_2", "TLSv1_3"}),
        ("no-tls-1.3", {"TLSv1_2"}),
        ("only-tls-1.1", {"TLSv1_1"}),
        ("sslv3", {"TLSv1_2", "TLSv1_3"}),
    ],
)
def test_the_case_system_accepts_the_versions_that_the_defect_says(
    tmp_path: Path, defect: str | None, accepted: set[str]
) -> None:
    with chain_with(tmp_path, *([defect] if defect else [])) as profile:
        assert {version for version in VERSIONS if accepts(profile, ssl.TLSVersion[version])} == accepted


@pytest.mark.parametrize(("defects", "answer"), [([], b"\x15"), (["sslv3"], b"\x16\x03\x00")])
def test_a_hello_of_ssl_3_0_is_answered_in_ssl_3_0_only_with_the_defect(
    tmp_path: Path, defects: list[str], answer: bytes
) -> None:
    body = b"\x03\x00" + bytes(32) + b"\x00" + b"\x00\x02\x00\x05" + b"\x01\x00"
    hello = b"\x01" + len(body).to_bytes(3, "big") + body
    with chain_with(tmp_path, *defects) as profile:
        address = target(profile, "verksamhetssystem-adress").address
        with socket.create_connection(split_address(address), 5) as raw:
            raw.sendall(b"\x16\x03\x00" + len(hello).to_bytes(2, "big") + hello)
            assert raw.recv(3).startswith(answer)


def sent_leaf(folder: Path) -> x509.Certificate:
    return certificates(folder / "servrar" / "formedlare.pem")[0]


def client_leaf(folder: Path) -> x509.Certificate:
    return certificates(folder / "cert" / "klient.pem")[0]


def days(certificate: x509.Certificate) -> tuple[int, int]:
    """Days from the start of validity until now, and from now to its end."""
    return (NOW - certificate.not_valid_before_utc).days, (certificate.not_valid_after_utc - NOW).days


def purposes(certificate: x509.Certificate) -> list[str]:
    return [oid.dotted_string for oid in certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value]


def chain_subjects(folder: Path) -> list[str]:
    sent = certificates(folder / "servrar" / "formedlare.pem")
    return [str(c.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value) for c in sent]


def key_belongs(folder: Path, id_: str) -> bool:
    key = load_pem_private_key((folder / "cert" / f"{id_}.key").read_bytes(), None)
    return public(key) == public(certificates(folder / "cert" / f"{id_}.pem")[0])


def public(holder: Any) -> bytes:
    return bytes(holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def same_key(folder: Path) -> bool:
    return public(client_leaf(folder)) == public(certificates(folder / "cert" / "signering.pem")[0])


def serial_number(folder: Path) -> str:
    return str(client_leaf(folder).subject.get_attributes_for_oid(x509.NameOID.SERIAL_NUMBER)[0].value)


def sent_names(folder: Path) -> list[str]:
    found = sent_leaf(folder).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return found.get_values_for_type(x509.DNSName)


def names(found: x509.Certificate) -> tuple[str, ...]:
    """The issuer's name, and the policies."""
    issuer = str(found.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)
    try:
        policies = found.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return (issuer,)
    return (issuer, *(policy.policy_identifier.dotted_string for policy in policies))


def kind(found: x509.Certificate) -> str:
    """Type and size of the key, and what the certificate is signed with."""
    key = found.public_key()
    algorithm = found.signature_hash_algorithm
    assert algorithm is not None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name} {algorithm.name}"
    assert isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey)
    return f"{'RSA' if isinstance(key, rsa.RSAPublicKey) else 'DSA'} {key.key_size} {algorithm.name}"


def issued(found: x509.Certificate) -> tuple[int, int, bool]:
    """Year and month of issue, and whether it is marked as public and valid for more than 200 days."""
    begins = found.not_valid_before_utc
    public_for_long = names(found)[1:] == ("2.23.140.1.2.2",) and found.not_valid_after_utc - begins > timedelta(200)
    return begins.year, begins.month, public_for_long


def signs(found: x509.Certificate) -> bool:
    return found.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature


def environment_and_issuer(folder: Path) -> tuple[bool, str]:
    text = (folder / "kedja.toml").read_text(encoding="utf-8")
    return 'environment = "production"' in text, names(client_leaf(folder))[0]


def key_mode(folder: Path) -> int:
    return (folder / "cert" / "klient.key").stat().st_mode & 0o777


def of_server(read: Callable[[x509.Certificate], object]) -> Callable[[Path], object]:
    return lambda folder: read(sent_leaf(folder))


def of_client(read: Callable[[x509.Certificate], object]) -> Callable[[Path], object]:
    return lambda folder: read(client_leaf(folder))


def of_server_file(folder: Path) -> object:
    return purposes(certificates(folder / "cert" / "integration-server.pem")[0])


def revoked_by_the_kommun(folder: Path) -> int:
    return (folder / PROFILE).read_text(encoding="utf-8").count('revocable_by = "kommunen"')


def issuer_countries(leaf: x509.Certificate) -> int:
    return len(leaf.issuer.get_attributes_for_oid(x509.NameOID.COUNTRY_NAME))


SERVER_AUTH, CLIENT_AUTH = ["1.3.6.1.5.5.7.3.1"], ["1.3.6.1.5.5.7.3.2"]
LEAF, ISSUER, ROOT = "formedlare.exempelby.example", "Exempelutfärdare CA v1", "Exempelrot CA v1"
P256, RSA = "EC secp256r1 sha256", "RSA 2048 sha256"
CLIENT_DAYS, SERVER_DAYS = (30, 600), (30, 335)
ISSUED = NOW - timedelta(days=30)
PRIVATE = (ISSUED.year, ISSUED.month, False)

FILES: dict[str, tuple[Callable[[Path], object], object, object]] = {
    # defect: (what is read, how it is without the defect, how it is with it)
    "server-certificate-expired": (of_server(days), SERVER_DAYS, (366, -1)),
    "server-certificate-not-begun": (of_server(days), SERVER_DAYS, (-2, 335)),
    "server-certificate-5-days": (of_server(days), SERVER_DAYS, (300, 5)),
    "server-certificate-20-days": (of_server(days), SERVER_DAYS, (300, 20)),
    "server-certificate-short-lived": (of_server(days), SERVER_DAYS, (70, 20)),
    "server-certificate-wrong-name": (sent_names, [LEAF], ["annan.exempelby.example"]),
    "server-certificate-of-another-customer": (sent_names, [LEAF], [LEAF, "formedlare.annanby.example"]),
    "server-certificate-of-many-customers": (sent_names, [LEAF], [LEAF, "*.exempelformedling.example"]),
    "server-certificate-unknown-ca": (chain_subjects, [LEAF, ISSUER], [LEAF, "Okänd rot CA"]),
    "server-certificate-incomplete-chain": (chain_subjects, [LEAF, ISSUER], [LEAF]),
    "server-certificate-chain-order": (chain_subjects, [LEAF, ISSUER], [LEAF, ROOT, ISSUER]),
    "server-certificate-unrelated": (chain_subjects, [LEAF, ISSUER], [LEAF, ISSUER, "Exempelby kommun"]),
    "server-certificate-rsa-1024": (of_server(kind), P256, "RSA 1024 sha256"),
    "server-certificate-rsa-2048": (of_server(kind), P256, RSA),
    "server-certificate-dsa": (of_server(kind), P256, "DSA 1024 sha256"),
    "server-certificate-curve": (of_server(kind), P256, "EC secp256k1 sha256"),
    "server-certificate-p-224": (of_server(kind), P256, "EC secp224r1 sha256"),
    "server-certificate-sha224": (of_server(kind), P256, P256.replace("sha256", "sha224")),
    "server-certificate-sha1": (of_server(kind), P256, P256.replace("sha256", "sha1")),
    "server-certificate-no-serverauth": (of_server(purposes), SERVER_AUTH, CLIENT_AUTH),
    "server-certificate-no-signature": (of_server(signs), True, False),
    "server-certificate-public-2026": (of_server(issued), PRIVATE, (2026, 4, True)),
    "server-certificate-public-2027": (of_server(issued), PRIVATE, (2027, 4, True)),
    "server-certificate-public-2029": (of_server(issued), PRIVATE, (2029, 4, True)),
    "client-certificate-expired": (of_client(days), CLIENT_DAYS, (366, -1)),
    "client-certificate-not-begun": (of_client(days), CLIENT_DAYS, (-2, 600)),
    "client-certificate-5-days": (of_client(days), CLIENT_DAYS, (300, 5)),
    "client-certificate-20-days": (of_client(days), CLIENT_DAYS, (300, 20)),
    "client-certificate-short-lived": (of_client(days), CLIENT_DAYS, (70, 20)),
    "client-certificate-unknown-ca": (of_client(names), (ISSUER,), ("Okänd rot CA",)),
    "client-certificate-dsa": (of_client(kind), RSA, "DSA 1024 sha256"),
    "client-certificate-1024": (of_client(kind), RSA, "RSA 1024 sha256"),
    "client-certificate-ec": (of_client(kind), RSA, P256),
    "client-certificate-curve": (of_client(kind), RSA, "EC secp256k1 sha256"),
    "client-certificate-sha1": (of_client(kind), RSA, "RSA 2048 sha1"),
    "client-certificate-no-clientauth": (of_client(purposes), CLIENT_AUTH, SERVER_AUTH),
    "client-certificate-no-signature": (of_client(signs), True, False),
    "client-certificate-public": (of_client(names), (ISSUER,), (ISSUER, "2.23.140.1.2.2")),
    "client-certificate-of-another": (serial_number, "164120000007", "164550000006"),
    "test-ca-in-production": (environment_and_issuer, (False, ISSUER), (True, "ExpiTrust test CA v8")),
    "server-file-no-serverauth": (of_server_file, SERVER_AUTH, CLIENT_AUTH),
    "key-of-another": (lambda folder: key_belongs(folder, "signering"), True, False),
    "key-file-readable": (key_mode, 0o600, 0o644),
    "key-file-writable": (key_mode, 0o600, 0o602),
    "key-file-group-writable": (key_mode, 0o600, 0o620),
    "same-key-in-two-roles": (same_key, False, True),
    "only-the-supplier-revokes": (revoked_by_the_kommun, 2, 1),
    "issuer-without-country": (of_server(issuer_countries), 1, 0),
}


@pytest.mark.parametrize("name", FILES)
def test_what_stands_in_the_files_differs_as_the_defect_says(tmp_path: Path, conforming_files: Path, name: str) -> None:
    read, without, with_it = FILES[name]
    assert read(conforming_files) == without
    with chain_with(tmp_path, name):
        assert read(tmp_path) == with_it


# test_tls_defects
NOT_IN_FILES = {defect.name for defect in tls_defects.DEFECTS}


def test_every_defect_of_a_certificate_or_key_is_looked_at_here() -> None:
    mine = {name for name in DEFECTS if "responsible" not in name and name not in {"outside-eu", *NOT_IN_FILES}}
    mine = {name for name in mine if not name.startswith(("soap-", "send-"))}  # test_soap_service, test_exercise
    mine = {name for name in mine if not name.startswith("log-")}  # test_logs
    mine = {name for name in mine if not name.startswith(("lets-in-", "never-asks"))}  # test_guard
    mine = {name for name in mine if not name.startswith(("register-", "document-"))}  # test_registers, test_letters
    mine = {name for name in mine if not name.startswith(("clock-", "page-", "name-", "baseline-"))}  # test_end_to_end
    mine = {name for name in mine if not name.startswith(("second-system-", "tenants-"))}  # test_end_to_end
    # test_revocation, test_renewal
    mine = {name for name in mine if not re.search(r"-revoked$|^revoc|-revoc|-renewed-", name)}
    assert mine == set(FILES)


@pytest.mark.parametrize("name", [name for name in DEFECTS if "responsible" in name])
def test_the_integration_has_none_or_two_responsible_for_one_property(tmp_path: Path, name: str) -> None:
    with chain_with(tmp_path, name) as profile:
        node = target(profile, "integration")
        counts = [len(node.says(of) or ()) for of in ("riktighet", "konfidentialitet", "tillganglighet", "sparbarhet")]  # type: ignore[arg-type]
    assert sorted(counts) == ([0, 1, 1, 1] if name.startswith("nobody") else [1, 1, 1, 2])


def test_a_node_stands_outside_the_eu(tmp_path: Path) -> None:
    with chain_with(tmp_path, "outside-eu") as profile:
        assert [node.country for node in profile.nodes] == ["SE", "SE", "US", "SE"]


def test_a_certificate_signed_with_sha_1_by_hand_is_signed_by_its_issuer(tmp_path: Path) -> None:
    with chain_with(tmp_path, "client-certificate-sha1"):
        leaf, issuer = certificates(tmp_path / "cert" / "klient.pem")
    key = issuer.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert RSA_SHA256 not in leaf.public_bytes(Encoding.DER)  # neither outside nor inside what is signed
    key.verify(leaf.signature, leaf.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1())


@pytest.mark.parametrize("name", ["server-certificate-dsa", "server-certificate-curve", "server-certificate-p-224"])
def test_a_certificate_that_no_library_serves_is_shown_in_tls_1_2_and_refused_in_others(
    tmp_path: Path, name: str
) -> None:
    with chain_with(tmp_path, name) as profile:
        address = split_address(target(profile, "formedlare-adress").address)
        leaf = sent_leaf(tmp_path).public_bytes(Encoding.DER)
        assert leaf in said_to(address, ssl.TLSVersion.TLSv1_2)
        assert said_to(address, ssl.TLSVersion.TLSv1_3) == b"\x15\x03\x03\x00\x02\x02\x46"


def said_to(address: tuple[str, int], version: ssl.TLSVersion) -> bytes:
    """Everything that is answered to the hello of an ordinary client that speaks only that version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = context.maximum_version = version
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="formedlare.exempelby.example")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    with socket.create_connection(address, 5) as raw:
        raw.sendall(outgoing.read())
        raw.shutdown(socket.SHUT_WR)
        answer = b""
        while data := raw.recv(65536):
            answer += data
    return answer


def test_each_way_of_a_statement_defect_changes_the_statement_as_it_says(tmp_path: Path) -> None:
    names = {way: f"statement-{way}:{check}" for way, check in zip(WAYS, ["10-4", "13-6", "M6-3", "5-6"], strict=True)}
    with chain_with(tmp_path, *names.values()) as profile:
        ids = {each.id for each in profile.targets}
        expired, wrong_role, void = (target(profile, f"statement-{check}") for check in ["13-6", "M6-3", "5-6"])
    assert "statement-10-4" not in ids
    assert "statement-10-5" in ids
    until = expired.says("valid_until")
    assert isinstance(until, datetime)
    assert until < NOW
    assert wrong_role.says("role") == "dataskyddsombud"
    assert void.says("void_if_versions") == ("verksamhetssystem=5.1",)
    assert void.says("versions_now") == ("verksamhetssystem=5.2",)


def test_every_statement_has_four_defects_and_a_check_without_statement_none() -> None:
    assert len(statement_names()) == 4 * len(statement_rows()) == 288
    assert [defect.name for defect in statement_defects("10-4")] == list(statement_names()[:4])
    with pytest.raises(KeyError):
        statement_defects("10-1")


def test_names_and_titles_are_told_apart() -> None:
    titles = [defect.title for defect in DEFECTS.values()]
    assert len(set(titles)) == len(titles) == len(DEFECTS)
    assert all(defect.name == name and defect.flips for name, defect in DEFECTS.items())


@pytest.mark.parametrize("name", DEFAULT_DEFECTS)
def test_the_defects_of_a_demo_without_flags_are_there_and_can_be_had_together(name: str) -> None:
    plan = conforming()
    for each in DEFAULT_DEFECTS:
        find_defect(each).apply(plan)
    alone = conforming()
    find_defect(name).apply(alone)
    assert alone != conforming()
    assert plan != alone


@pytest.mark.parametrize(
    ("written", "meant"),
    [("tls-1.O", "tls-1.0"), ("key-file-readible", "key-file-readable"), ("statement-missing:12-77", "12-7")],
)
def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path, written: str, meant: str) -> None:
    with pytest.raises(UsageError, match=meant), running_chain(tmp_path / "new", [written]):
        pass
    assert not (tmp_path / "new").exists()


def test_a_name_like_no_other_is_refused_without_a_guess() -> None:
    with pytest.raises(UsageError, match="no built-in defect 'qqqq'; --list-defects") as caught:
        find_defect("qqqq")
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(("lang", "words"), [("sv", "Uppgiften saknas"), ("en", "The statement is missing")])
def test_the_list_names_every_defect_once_in_the_reader_s_language(lang: str, words: str) -> None:
    lines = describe(lang).splitlines()
    assert [line.split()[0] for line in lines[: len(DEFECTS)]] == list(DEFECTS)
    assert len(lines) == len(DEFECTS) + len(WAYS)
    assert words in lines[len(DEFECTS)]
    find_defect(lines[-1].split()[0])

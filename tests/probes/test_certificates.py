"""One certificate's facts, each by itself: odd keys, odd names, broken parts. The readers never raise."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from probes import _der
from probes._certificate_chain import chain_rows, read_chain_order, read_signature_hashes
from probes._certificate_path import covers_name, find_path, read_pki
from probes._certificates import Certificate, attempt, certificate_facts, load, public_key_octets, read_certificate
from readiness.model import PYTHON_TYPE, FactType, Reason, Unseen, Value
from tests.conftest import NOON
from tests.stands.pki import Issued, authority, issue, leaf, name_of, private_key

FIXTURES = Path(__file__).parents[1] / "fixtures" / "certificates"
ROOT = authority("Exempelrot", key="rsa-2048")
FACTS = {fact.name: fact for fact in certificate_facts("c.", "c.read")}
ORDINARY = leaf(ROOT, ["a.exempel.se", "b.exempel.se"], policies=["1.2.752.54.9.2.34.1"])


def read(der: bytes) -> dict[str, Value | Unseen]:
    facts = read_certificate(der, "c.")
    assert set(facts) == set(FACTS)
    return {name.removeprefix("c."): value for name, value in facts.items()}


def unseen_in(der: bytes) -> dict[str, Reason]:
    """The facts that could not be read, and why."""
    return {name: value.reason for name, value in read(der).items() if isinstance(value, Unseen)}


def with_extensions(*wanted: tuple[str, bytes, bool]) -> bytes:
    """A certificate with these extensions alone: dotted OID, DER of the value, critical."""
    raw = [(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical) for oid, value, critical in wanted]
    return issue(ROOT, name_of(("CN", "odd")), extensions=raw).der


def replaced(der: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    assert der.count(old) >= 1
    return der.replace(old, new)


def test_every_fact_of_an_ordinary_certificate_has_its_type() -> None:
    facts = read(ORDINARY.der)
    for name, value in facts.items():
        assert isinstance(value, PYTHON_TYPE[FACTS[f"c.{name}"].type]), name
    assert all(fact.of for fact in FACTS.values() if fact.type is FactType.SET)


# -- Keys and signatures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("rsa-1024", ("RSA", 1024, "none")),
        ("rsa-3072", ("RSA", 3072, "none")),
        ("ec-p256", ("EC", 256, "secp256r1")),
        ("ec-p521", ("EC", 521, "secp521r1")),
        ("ed25519", ("Ed25519", 256, "edwards25519")),
        ("ed448", ("Ed448", 456, "edwards448")),
        ("dsa-1024", ("DSA", 1024, "none")),
    ],
)
def test_the_key_is_named_and_measured(key: str, expected: tuple[str, int, str]) -> None:
    facts = read(leaf(ROOT, key=key).der)
    assert (facts["key_type"], facts["key_bits"], facts["curve"]) == expected


def test_an_unknown_key_algorithm_costs_the_size_alone() -> None:
    # rsaEncryption 1.2.840.113549.1.1.1 -> 1.2.840.113549.1.9.1, which is no key algorithm.
    info = private_key("rsa-1024")
    end = leaf(ROOT, key=info)
    spki = info.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    odd = replaced(
        end.der, spki, replaced(spki, bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d010901"))
    )
    assert read(odd)["key_type"] == "1.2.840.113549.1.9.1"
    assert unseen_in(odd) == {"key_bits": Reason.NOT_SUPPORTED}


def test_a_point_that_is_not_on_the_curve_costs_size_and_curve_alone() -> None:
    end = leaf(ROOT)
    point = end.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    odd = replaced(end.der, point, point[:-1] + bytes([point[-1] ^ 1]))
    assert read(odd)["key_type"] == "EC"
    assert unseen_in(odd) == {"key_bits": Reason.NOT_UNDERSTOOD, "curve": Reason.NOT_UNDERSTOOD}


UNKNOWN = Reason.NOT_SUPPORTED
ODD_KEYS: dict[str, tuple[object, ...]] = {
    "rsa-512": ("RSA", 512, "none", "SHA-256"),
    "rsa-exponent-3": ("RSA", 2048, "none", "SHA-256"),
    "rsa-pss": ("RSA", 2048, "none", "SHA-384"),
    "ec-explicit-parameters": ("EC", 256, "secp256r1", "SHA-256"),
    "ec-brainpool": ("EC", 256, "brainpoolP256r1", "SHA-256"),
    "ec-secp256k1": ("EC", 256, "secp256k1", "SHA-256"),
    "ec-binary-field": ("EC", UNKNOWN, UNKNOWN, "SHA-256"),
    "sm2": ("EC", UNKNOWN, UNKNOWN, UNKNOWN),
    "x25519": ("X25519", UNKNOWN, "none", "SHA-256"),
}


@pytest.mark.parametrize("name", sorted(ODD_KEYS))
def test_an_odd_key_is_read_as_far_as_it_is_known(name: str) -> None:
    der = fixture(name)
    facts = read(der)
    found = [facts[fact] for fact in ("key_type", "key_bits", "curve", "signature_hash")]
    assert tuple(value.reason if isinstance(value, Unseen) else value for value in found) == ODD_KEYS[name]
    assert facts["subject"] == f"CN={name},O=Exempel"
    assert isinstance(attempt(public_key_octets, load(der)), bytes)
    answers(der)


def test_every_fixture_is_tested_and_explained() -> None:
    assert {path.stem for path in FIXTURES.glob("*.pem")} == set(ODD_KEYS)
    explained = (FIXTURES / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}.pem`" in explained for name in ODD_KEYS)


def fixture(name: str) -> bytes:
    pem = (FIXTURES / f"{name}.pem").read_text(encoding="ascii")
    return base64.b64decode("".join(pem.split("-----")[2].split()))


@pytest.mark.parametrize("digest", ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"])
def test_the_hash_of_the_signature_is_named(digest: str) -> None:
    assert read(leaf(ROOT, digest=digest).der)["signature_hash"] == digest


def test_eddsa_has_its_own_hash() -> None:
    assert read(leaf(authority(key="ed25519")).der)["signature_hash"] == "intrinsic"


@pytest.mark.parametrize(("octet", "expected"), [(2, "MD2"), (3, "MD4"), (14, "SHA-224")])
def test_a_hash_nobody_signs_with_any_more_is_named(octet: int, expected: str) -> None:
    assert read(signed_as(octet))["signature_hash"] == expected


def test_an_unknown_signature_algorithm_costs_the_hash_alone() -> None:
    assert unseen_in(signed_as(99)) == {"signature_hash": Reason.NOT_SUPPORTED}


def signed_as(octet: int) -> bytes:
    """The last octet of sha256WithRSAEncryption changed, in both places; the signature does not fit any more."""
    prefix = bytes.fromhex("06092a864886f70d0101")
    return replaced(leaf(ROOT).der, prefix + b"\x0b", prefix + bytes([octet]))


# -- Times and numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        datetime(1950, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2049, 12, 31, tzinfo=UTC),
    ],
)
def test_times_long_past_and_far_off_are_read_as_they_stand(start: datetime) -> None:
    facts = read(issue_at(start, start + timedelta(days=10) - timedelta(seconds=1)))
    assert facts["not_before"] == start
    assert facts["lifetime"] == timedelta(days=10)


def test_a_certificate_of_1970_is_read() -> None:
    facts = read(issue_at(datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)))
    assert facts["not_after"] == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_no_expiry_at_all_is_the_year_9999() -> None:
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)  # RFC 5280, 4.1.2.5
    assert read(issue_at(NOON, end))["not_after"] == end


def issue_at(start: datetime, end: datetime) -> bytes:
    return leaf(ROOT, not_before=start, not_after=end).der


def test_the_serial_number_is_hexadecimal_in_whole_octets() -> None:
    assert read(leaf(ROOT, serial=0x0A1B).der)["serial"] == "0a1b"


@pytest.mark.parametrize(("octets", "expected"), [(b"\x85\x21\x43", "-7adebd"), (b"\x80\x00\x00", "-800000")])
def test_a_negative_serial_number_is_read_without_a_warning(octets: bytes, expected: str) -> None:
    odd = replaced(leaf(ROOT, serial=0x432143).der, b"\x02\x03\x43\x21\x43", b"\x02\x03" + octets)
    assert read(odd)["serial"] == expected
    assert unseen_in(odd) == {}


def test_a_serial_number_of_zero_is_read_without_a_warning() -> None:
    assert read(_der.with_extension(b""))["serial"] == "01"
    odd = replaced(_der.with_extension(b""), b"\x02\x01\x01", b"\x02\x01\x00")
    assert read(odd)["serial"] == "00"


def test_a_serial_number_that_is_no_der_costs_the_serial_number_alone() -> None:
    odd = replaced(leaf(ROOT, serial=0x432143).der, b"\x02\x03\x43\x21\x43", b"\x02\x03\x00\x00\x43")
    assert unseen_in(odd) == {"serial": Reason.NOT_UNDERSTOOD}


def test_a_time_that_is_none_costs_the_times_alone() -> None:
    odd = replaced(ORDINARY.der, b"261101120000Z", b"261301120000Z")
    assert unseen_in(odd) == dict.fromkeys(("not_before", "not_after", "lifetime", "validity"), Reason.NOT_UNDERSTOOD)


# -- Names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "odd",
    ["\x1b[2J", "\u202eqod.exe", "a\x00b", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "rad\nrad", "åäö 🦆"],
)
def test_hostile_characters_are_kept_for_the_reports_to_escape(odd: str) -> None:
    facts = read(leaf(ROOT, ["x.se"], subject=[("O", odd)]).der)
    plain = str(facts["subject"]).replace("\\00", "\x00").replace("\\", "")
    assert plain == f"O={odd}"
    assert unseen_in(leaf(ROOT, ["x.se"], subject=[("O", odd)]).der) == {}


def test_multi_valued_rdns_stay_together() -> None:
    end = leaf(ROOT, subject=[("C", "SE"), [("CN", "kommun-a.se"), ("serialNumber", "162021004748")]])
    assert read(end.der)["subject"] == "CN=kommun-a.se+serialNumber=162021004748,C=SE"


def test_a_broken_text_in_the_subject_costs_the_subject_alone() -> None:
    odd = replaced(
        leaf(ROOT, ["x.se"], subject=[("CN", "abcdefgh")]).der, b"\x0c\x08abcdefgh", b"\x0c\x08abc\xff\xfefgh"
    )
    assert unseen_in(odd) == {"subject": Reason.NOT_UNDERSTOOD}


def test_a_bmp_string_of_odd_length_costs_the_subject_alone() -> None:
    odd = replaced(leaf(ROOT, ["x.se"], subject=[("CN", "abcdefg")]).der, b"\x0c\x07abcdefg", b"\x1e\x07abcdefg")
    assert unseen_in(odd) == {"subject": Reason.NOT_UNDERSTOOD}


def test_old_string_types_are_read() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Åmål", _type=_ASN1Type.BMPString)])
    assert read(issue(ROOT, name).der)["subject"] == "O=Åmål"


def test_an_empty_subject_is_an_empty_text() -> None:
    assert read(issue(ROOT, x509.Name([]), names=["x.se"]).der)["subject"] == ""


# -- Extensions --------------------------------------------------------------------------------------------------------

SAN, KEY_USAGE, EKU, POLICIES = "2.5.29.17", "2.5.29.15", "2.5.29.37", "2.5.29.32"
BROKEN = b"\x30\x05\x82"


@pytest.mark.parametrize(
    ("oid", "fact"), [(SAN, "dns_names"), (KEY_USAGE, "key_usage"), (EKU, "extended_key_usage"), (POLICIES, "policies")]
)
def test_a_broken_extension_costs_its_own_fact_alone(oid: str, fact: str) -> None:
    sound = {SAN: b"\x30\x06\x82\x04x.se", KEY_USAGE: b"\x03\x02\x07\x80", EKU: b"\x30\x00"[:0]}
    others = [(other, value, False) for other, value in sound.items() if other != oid and value]
    assert unseen_in(with_extensions(*others, (oid, BROKEN, False))) == {fact: Reason.NOT_UNDERSTOOD}


def test_a_double_extension_costs_its_own_fact_alone() -> None:
    san, usage = b"\x30\x06\x82\x04x.se", b"\x03\x02\x07\x80"
    # The builder refuses doubles: make two of equal length and rename the second.
    der = replaced(
        with_extensions((SAN, san, False), ("2.5.29.99", san, False), (KEY_USAGE, usage, True)),
        bytes.fromhex("0603551d63"),
        bytes.fromhex("0603551d11"),
    )
    assert unseen_in(der) == {"dns_names": Reason.NOT_UNDERSTOOD}
    assert "stands 2 times" in read(der)["dns_names"].detail  # type: ignore[union-attr]
    assert read(der)["key_usage"] == ("digitalSignature",)


def test_an_unknown_critical_extension_costs_nothing() -> None:
    assert unseen_in(with_extensions(("1.2.3.4.5", b"\x05\x00", True), (SAN, b"\x30\x06\x82\x04x.se", False))) == {}


def test_missing_extensions_are_empty_sets() -> None:
    facts = read(with_extensions())
    assert [facts[name] for name in ("dns_names", "key_usage", "extended_key_usage", "policies")] == [()] * 4


def test_a_kind_of_name_that_the_library_does_not_know_is_not_supported() -> None:
    x400 = b"\x30\x04\xa3\x02\x30\x00"
    assert unseen_in(with_extensions((SAN, x400, False))) == {"dns_names": Reason.NOT_SUPPORTED}


def test_idn_names_are_kept_as_they_stand() -> None:
    assert read(leaf(ROOT, ["xn--rksmrgs-5wao1o.se"]).der)["dns_names"] == ("xn--rksmrgs-5wao1o.se",)
    raw = "räksmörgås.se".encode()
    odd = with_extensions((SAN, _der.wrap(0x30, _der.wrap(0x82, raw)), False))
    assert read(odd)["dns_names"] == ("räksmörgås.se",)  # which RFC 5280 forbids, and the library lets through
    assert covers_name(load(odd), "xn--rksmrgs-5wao1o.se") is False


def test_usages_and_purposes_have_the_names_of_rfc_5280() -> None:
    end = leaf(
        ROOT,
        key_usage=["content_commitment", "key_agreement", "encipher_only", "crl_sign"],
        extended_key_usage=["clientAuth", "1.3.6.1.4.1.311.20.2.2", "OCSPSigning"],
        policies=["2.23.140.1.2.2", "1.2.752.54.9.2.34.1"],
    )
    facts = read(end.der)
    assert facts["key_usage"] == ("cRLSign", "encipherOnly", "keyAgreement", "nonRepudiation")
    assert facts["extended_key_usage"] == ("1.3.6.1.4.1.311.20.2.2", "OCSPSigning", "clientAuth")
    assert facts["policies"] == ("1.2.752.54.9.2.34.1", "2.23.140.1.2.2")


# -- Whole certificates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x30\x03\x02\x01\x00", b"<html>", ORDINARY.der[:-1], ORDINARY.der + b"\0"]
)
def test_broken_der_as_a_whole_is_told_for_every_fact(der: bytes) -> None:
    assert set(unseen_in(der).values()) == {Reason.NOT_UNDERSTOOD}
    assert all(isinstance(value, Unseen) and value.detail for value in read(der).values())


def test_a_v1_certificate_is_read() -> None:
    (outer,) = _der.elements(ORDINARY.der)
    signed, *rest = outer.children()
    kept = b"".join(f.whole for f in signed.children() if f.tag not in {_der.VERSION, _der.EXTENSIONS})
    v1 = _der.wrap(0x30, _der.wrap(0x30, kept) + b"".join(part.whole for part in rest))
    facts = read(v1)
    assert facts["dns_names"] == ()
    assert facts["key_type"] == "EC"
    assert public_key_octets(load(v1)) == public_key_octets(load(ORDINARY.der))
    assert _der.public_key_info(v1) == _der.public_key_info(ORDINARY.der)


def test_one_extension_at_a_time_is_what_the_parser_sees() -> None:
    for octets, whole in _der.extensions(ORDINARY.der):
        alone = x509.load_der_x509_certificate(_der.with_extension(whole))
        assert [Certificate(ORDINARY.der, alone).carries(e.oid) for e in alone.extensions] == [True]
        assert octets in whole


def answers(der: bytes) -> None:
    """Everything that is asked about a certificate, by both probes."""
    read(der)
    certificate = attempt(load, der)
    chain_rows([der, ROOT.der])
    read_chain_order([der, ROOT.der])
    read_signature_hashes([der, ROOT.der])
    if isinstance(certificate, Unseen):
        return
    attempt(public_key_octets, certificate)
    covers_name(certificate, "a.exempel.se")
    covers_name(certificate, "127.0.0.1")
    anchor = load(ROOT.der)
    path = find_path(certificate, [anchor], [anchor], NOON, "tls-server")
    read_pki(certificate, path)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_change_of_a_few_bytes_makes_a_reader_raise(data: st.DataObject) -> None:
    der = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(der) - 1))
        der[place] = data.draw(st.integers(0, 255))
    answers(bytes(der))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2000), st.integers(0, 2000))
def test_no_cut_and_paste_makes_a_reader_raise(pasted: bytes, start: int, end: int) -> None:
    answers(ORDINARY.der[:start] + pasted + ORDINARY.der[end:])


def seeds() -> list[bytes]:
    own = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")
    every: list[Issued] = [
        ORDINARY,
        ROOT,
        leaf(
            ROOT, key="rsa-1024", digest="SHA-1", subject=[("C", "SE"), [("CN", "x"), ("serialNumber", "162021004748")]]
        ),
        leaf(ROOT, key="ed25519", extensions=[(own, True)]),
        leaf(ROOT, key="dsa-1024"),
    ]
    return [issued.der for issued in every]


SEEDS = seeds()

"""Path, public or private, and name: on the x509-limbo vectors, and on what a kommun's own PKI looks like."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from probes._certificate_path import CertificatePath, covers_name, find_path, read_anchors, read_pki
from probes._certificates import Certificate, attempt, load
from readiness.model import Reason, Unseen
from tests.conftest import NOON
from tests.stands.pki import CA_NOT_AFTER, Issued, authority, leaf

LIMBO = Path(__file__).parents[2] / ".." / "shared" / "vectors" / "x509-limbo.json"
# The vectors were made then; a case without a time of its own means "now".
MADE = datetime(2026, 11, 23, tzinfo=UTC)

# What a TLS peer's chain cannot express, and the probes therefore do not ask. Feature or field -> reason.
OUTSIDE = {
    "crls": "revocation is not part of the path: it is looked up elsewhere",
    "max_chain_depth": "a bound that the validator's owner sets, not the chain",
}

PROFILE = "the WebPKI's demand on issuers; RFC 5280 section 6.1 does not ask it, and organisations' own PKI lacks it"
ISSUER = "a duty of the issuer (RFC 5280 section 4), which path validation (section 6.1) does not check"
OWN_FACT = "key type, size and usage are facts of their own, so that a path says only that there is a path"
NO_CN = "the common name is never consulted; the name stands in the subject alternative name"
LIBRARY = "the library's verifier is stricter than RFC 5280 here"
DEVIATIONS = {
    "pathlen::self-issued-certs-pathlen": LIBRARY,
    "rfc5280::aki::leaf-missing-aki": ISSUER,
    "rfc5280::aki::intermediate-missing-aki": ISSUER,
    "rfc5280::aki::cross-signed-root-missing-aki": ISSUER,
    "rfc5280::nc::permitted-dns-match-noncritical": ISSUER,
    "rfc5280::nc::permitted-dn-match": "unseen, not_supported: the library does not know directoryName constraints",
    "rfc5280::pc::ica-noncritical-pc": ISSUER,
    "rfc5280::san::noncritical-with-empty-subject": ISSUER,
    "rfc5280::san::underscore-dns": ISSUER,
    "rfc5280::serial::zero": ISSUER,
    "rfc5280::ski::root-missing-ski": ISSUER,
    "rfc5280::ski::intermediate-missing-ski": ISSUER,
    "rfc5280::leaf-ku-keycertsign": OWN_FACT,
    "webpki::aki::root-with-aki-authoritycertissuer": PROFILE,
    "webpki::aki::root-with-aki-authoritycertserialnumber": PROFILE,
    "webpki::aki::root-with-aki-all-fields": PROFILE,
    "webpki::aki::root-with-aki-ski-mismatch": PROFILE,
    "webpki::cn::ipv4-hex-mismatch": NO_CN,
    "webpki::cn::ipv4-leading-zeros-mismatch": NO_CN,
    "webpki::cn::ipv6-uppercase-mismatch": NO_CN,
    "webpki::cn::ipv6-uncompressed-mismatch": NO_CN,
    "webpki::cn::ipv6-non-rfc5952-mismatch": NO_CN,
    "webpki::cn::punycode-not-in-san": NO_CN,
    "webpki::cn::utf8-vs-punycode-mismatch": NO_CN,
    "webpki::cn::not-in-san": NO_CN,
    "webpki::cn::case-mismatch": NO_CN,
    "webpki::eku::ee-anyeku": PROFILE,
    "webpki::eku::ee-critical-eku": PROFILE,
    "webpki::eku::ee-without-eku": PROFILE,
    "webpki::eku::root-has-eku": PROFILE,
    "webpki::san::public-suffix-multi-label-wildcard-san": "no list of public suffixes is carried; RFC 9525 asks none",
    "webpki::san::public-suffix-private-namespace-wildcard-san": "the same",
    "webpki::san::san-critical-with-nonempty-subject": PROFILE,
    "webpki::forbidden-p192-leaf": OWN_FACT,
    "webpki::forbidden-dsa-leaf": OWN_FACT,
    "webpki::forbidden-weak-rsa-in-leaf": OWN_FACT,
    "webpki::forbidden-rsa-not-divisible-by-8-in-root": PROFILE,
    "webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf": OWN_FACT,
    "webpki::ee-basicconstraints-ca": PROFILE,
    "webpki::ca-as-leaf": PROFILE,
}


@cache
def limbo() -> tuple[dict[str, Any], ...]:
    if not LIMBO.is_file():
        pytest.skip(f"the vectors of x509-limbo are not here: {LIMBO}")
    return tuple(json.loads(LIMBO.read_text(encoding="utf-8"))["testcases"])


def accepts(case: dict[str, Any]) -> bool:
    """Whether path and name together accept what the case presents."""
    end, *others = (attempt(load, der(pem)) for pem in (case["peer_certificate"], *case["untrusted_intermediates"]))
    anchors = read_anchors([pem.encode("ascii") for pem in case["trusted_certs"]])
    if isinstance(end, Unseen) or isinstance(anchors, Unseen):
        return False
    at = datetime.fromisoformat(case["validation_time"]) if case["validation_time"] else MADE
    use = "tls-server" if case["validation_kind"] == "SERVER" else "tls-client"
    path = find_path(end, [other for other in others if isinstance(other, Certificate)], anchors, at, use)
    name = case["expected_peer_name"]
    return path.value == "found" and (name is None or covers_name(end, name["value"]) is True)


def der(pem: str) -> bytes:
    return base64.b64decode("".join(pem.split("-----")[2].split()))


def test_the_verdicts_of_x509_limbo_are_ours_but_for_the_listed_ones() -> None:
    inside = [case for case in limbo() if not any(case[field] not in (None, []) for field in OUTSIDE)]
    assert len(inside) > 190
    deviating = {case["id"] for case in inside if accepts(case) != (case["expected_result"] == "SUCCESS")}
    assert deviating == set(DEVIATIONS)


def test_what_is_outside_the_comparison_is_there_at_all() -> None:
    for field in OUTSIDE:
        assert any(case[field] not in (None, []) for case in limbo()), field


# -- What a kommun's own PKI looks like --------------------------------------------------------------------------------


def certificate(issued: Issued) -> Certificate:
    return load(issued.der)


def path_of(
    end: Issued, *anchors: Issued, others: tuple[Issued, ...] = (), at: datetime = NOON, use: str = "tls-server"
) -> CertificatePath:
    return find_path(certificate(end), list(map(certificate, others)), list(map(certificate, anchors)), at, use)


def test_an_organisation_certificate_without_alternative_name_has_a_path() -> None:
    root = authority()
    assert path_of(leaf(root, (), extended_key_usage=["clientAuth"]), root, use="tls-client") == CertificatePath(
        "found"
    )


def test_a_root_without_key_usage_is_an_anchor_all_the_same() -> None:
    root = authority(key_usage=None)
    assert path_of(leaf(root), root).value == "found"


def test_an_issuer_that_may_not_sign_certificates_leads_nowhere() -> None:
    root = authority(key_usage=["crl_sign"])
    path = path_of(leaf(root), root)
    assert path.value == "not_found"
    assert "keyCertSign" in path.why


def test_the_intermediate_must_have_been_sent() -> None:
    root = authority()
    between = authority("Mellan", issuer=root)
    assert path_of(leaf(between), root).value == "not_found"
    assert path_of(leaf(between), root, others=(between,)).value == "found"


@pytest.mark.parametrize("use", ["tls-server", "tls-client"])
def test_the_purpose_is_asked_for_where_an_extended_key_usage_stands(use: str) -> None:
    root = authority()
    other = leaf(root, extended_key_usage=["emailProtection"])
    assert path_of(other, root, use=use).value == "not_found"
    assert path_of(other, root, use="signing").value == "found"
    assert path_of(leaf(root, extended_key_usage=None), root, use=use).value == "found"


def test_the_path_is_the_one_of_the_time_of_looking() -> None:
    root = authority()
    end = leaf(root, not_after=NOON)
    assert path_of(end, root, at=NOON).value == "found"
    assert path_of(end, root, at=NOON + timedelta(seconds=1)).value == "not_found"
    assert path_of(leaf(root, not_after=CA_NOT_AFTER), root, at=CA_NOT_AFTER).value == "found"


def test_without_anchors_the_profile_does_not_say_where_to_look() -> None:
    assert path_of(leaf(authority())).value == Unseen(Reason.NOT_CONFIGURED, "the profile names no trust anchors")


def test_another_authority_of_the_same_name_is_no_anchor() -> None:
    assert path_of(leaf(authority("Rot")), authority("Rot")).value == "not_found"


def test_an_edwards_curve_is_beyond_the_verifier_and_says_so() -> None:
    root = authority(key="ed25519")
    value = path_of(leaf(root), root).value
    assert isinstance(value, Unseen)
    assert value.reason is Reason.NOT_SUPPORTED


def test_a_signature_over_sha1_leads_nowhere_and_the_words_stay_short() -> None:
    root = authority(key="rsa-2048")
    path = path_of(leaf(root, digest="SHA-1"), root)
    assert path.value == "not_found"
    assert path.why.endswith("Forbidden signature algorithm: RsaWithSha1")


def test_a_self_signed_certificate_is_its_own_anchor() -> None:
    own = leaf(None, extensions=[(x509.BasicConstraints(ca=True, path_length=None), True)])
    assert path_of(own, own).value == "found"


def test_names_of_people_do_not_come_along_in_what_the_verifier_says() -> None:
    root = authority()
    end = leaf(root, subject=[("CN", "Kim Karlsson")], not_after=NOON - timedelta(days=1))
    path = path_of(end, root)
    assert path.value == "not_found"
    assert "Kim" not in path.why


def test_one_unreadable_anchor_leaves_the_question_open() -> None:
    read = read_anchors([authority().cert_pem, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    assert isinstance(read, Unseen)
    assert read.reason is Reason.NOT_UNDERSTOOD


def test_anchors_are_read_from_pem_bundles_and_der() -> None:
    one, two, three = authority("A"), authority("B"), authority("C")
    read = read_anchors([one.cert_pem + two.cert_pem, three.der])
    assert not isinstance(read, Unseen)
    assert [anchor.der for anchor in read] == [one.der, two.der, three.der]


# -- Public or private -------------------------------------------------------------------------------------------------

SCT_LIST = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), b"\x04\x02\x00\x00")


def test_a_policy_of_the_cab_forum_is_public() -> None:
    end = certificate(leaf(authority(), policies=["2.23.140.1.2.1"]))
    assert read_pki(end, CertificatePath("not_found")) == "public"
    assert read_pki(end, CertificatePath("found")) == "public"


def test_an_embedded_sct_list_is_public() -> None:
    assert (
        read_pki(certificate(leaf(authority(), extensions=[(SCT_LIST, False)])), CertificatePath("found")) == "public"
    )


def test_a_neighbouring_policy_arc_is_not() -> None:
    assert read_pki(certificate(leaf(authority(), policies=["2.23.140.10.1"])), CertificatePath("found")) == "private"


def test_without_mark_and_path_it_stays_open() -> None:
    end = certificate(leaf(authority()))
    for path in (CertificatePath("not_found"), CertificatePath(Unseen(Reason.NOT_CONFIGURED))):
        read = read_pki(end, path)
        assert isinstance(read, Unseen)
        assert read.reason is Reason.NOT_CONFIGURED


# -- The name ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "name", "covered"),
    [
        (["www.example.se"], "www.example.se", True),
        (["WWW.example.SE"], "www.Example.se", True),
        (["www.example.se"], "www.example.se.", True),
        (["www.example.se"], "example.se", False),
        (["*.example.se"], "www.example.se", True),
        (["*.example.se"], "a.b.example.se", False),
        (["*.example.se"], "example.se", False),
        (["w*.example.se"], "www.example.se", False),
        (["www.*.se"], "www.example.se", False),
        (["*.se"], "example.se", False),
        (["*"], "localhost", False),
        (["xn--rde-0qa.se"], "xn--rde-0qa.se", True),
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.2"], "127.0.0.1", False),
        (["::1"], "0:0:0:0:0:0:0:1", True),
        (["localhost"], "127.0.0.1", False),
        ([], "www.example.se", False),
    ],
)
def test_the_name_is_matched_as_rfc_9525_says(names: list[str], name: str, covered: bool) -> None:
    end = leaf(None, names, subject=[("CN", name)])
    assert covers_name(certificate(end), name) is covered


def test_an_unreadable_alternative_name_leaves_the_name_open() -> None:
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), b"\x30\x05\x82")
    read = covers_name(certificate(leaf(None, (), extensions=[(broken, False)])), "localhost")
    assert isinstance(read, Unseen)
    assert read.reason is Reason.NOT_UNDERSTOOD

"""A second opinion on every signature: Debian's xmlsec1 on ours, ours on xmlsec1's."""

import re

import pytest

from readiness.contract.delivery_bytes import read_delivery
from readiness.contract.names import ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, INCLUSIVE_C14N, XML_SIGNATURE
from readiness.contract.signature import Reading, read_signatures
from readiness.contract.signing import deliver_secure, plain, sealed_unsigned, sign_delivery, with_prefixes
from tests.contract.deliveries import KOMMUN_A, RECEIVED, avsandare, formedlare, party, sealed, signed, unsigned
from tests.stands import xmlsec1

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENC = "http://www.w3.org/2001/04/xmlenc#"


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("key", ["rsa-2048", "ec-p256", "ec-p384"])
def test_a_signature_of_ours_verifies_there(tmp_path, key, digest):
    by = party("kommun-a", KOMMUN_A, key)
    assert xmlsec1.verifies(tmp_path, signed(by=by, digest=digest), by)


def test_both_signatures_of_a_delivery_verify_there_once_their_element_stands_alone(tmp_path):
    wire = with_prefixes(deliver_secure(sealed(signed(unsigned(2_000_000)))))
    outer = plain(wire)
    assert xmlsec1.verifies(tmp_path, outer, formedlare())
    found = read_delivery(outer)
    assert xmlsec1.verifies(tmp_path, found.plain_alone(found.root.children[0]), avsandare())
    assert not xmlsec1.verifies(tmp_path, outer, avsandare())
    assert not xmlsec1.verifies(tmp_path, wire, formedlare(), f"//*[namespace-uri()='{XML_SIGNATURE}'][1]")
    assert not xmlsec1.verifies(tmp_path, outer.replace(b"svSE", b"enSE"), formedlare())


def test_a_signature_over_the_wire_form_verifies_there_and_strictly_here(tmp_path):
    document = sign_delivery(with_prefixes(unsigned()), avsandare().key, avsandare().certificate, form="wire")
    assert xmlsec1.verifies(tmp_path, document, avsandare())
    assert read_signatures(document).avsandare.verifies == (Reading.STRICT,)


INCLUSIVE_NAMESPACES = (
    f'<ds:Transform Algorithm="{EXCLUSIVE_C14N}"><i:InclusiveNamespaces xmlns:i="{EXCLUSIVE_C14N}" '
    f'PrefixList="ns3 #default"/></ds:Transform>'
)


def template(method, digest, canonicalization=EXCLUSIVE_C14N, uri="", more="", prefix=""):
    """An empty Signature for xmlsec1 to fill in."""
    p = f"{prefix}:" if prefix else ""
    return (
        f'<{p}Signature xmlns{":" * bool(prefix)}{prefix}="{XML_SIGNATURE}"><{p}SignedInfo>'
        f'<{p}CanonicalizationMethod Algorithm="{canonicalization}"/><{p}SignatureMethod Algorithm="{method}"/>'
        f'<{p}Reference URI="{uri}"><{p}Transforms><{p}Transform Algorithm="{ENVELOPED_SIGNATURE}"/>{more}'
        f"</{p}Transforms>"
        f'<{p}DigestMethod Algorithm="{digest}"/><{p}DigestValue/></{p}Reference></{p}SignedInfo><{p}SignatureValue/>'
        f"<{p}KeyInfo><{p}X509Data><{p}X509Certificate/></{p}X509Data></{p}KeyInfo></{p}Signature>"
    ).encode()


def put_into(document, signature):
    inside, _, end = document.rpartition(b"</")
    return inside + signature + b"</" + end


@pytest.mark.parametrize("canonicalization", [EXCLUSIVE_C14N, INCLUSIVE_C14N])
@pytest.mark.parametrize(
    ("key", "method", "digest"),
    [
        ("rsa-2048", XML_SIGNATURE + "rsa-sha1", XML_SIGNATURE + "sha1"),
        ("rsa-2048", MORE + "rsa-sha256", ENC + "sha256"),
        ("rsa-3072", MORE + "rsa-sha384", MORE + "sha384"),
        ("rsa-2048", MORE + "rsa-sha512", ENC + "sha512"),
        ("ec-p256", MORE + "ecdsa-sha256", ENC + "sha256"),
        ("ec-p384", MORE + "ecdsa-sha384", ENC + "sha512"),
    ],
)
def test_a_signature_of_xmlsec1s_verifies_here(tmp_path, key, method, digest, canonicalization):
    by = party("kommun-a", KOMMUN_A, key)
    done = xmlsec1.sign(tmp_path, put_into(unsigned(), template(method, digest, canonicalization)), by)
    assert read_signatures(done).avsandare.verifies == tuple(Reading)


def test_a_seal_of_xmlsec1s_verifies_here_also_in_soap(tmp_path):
    unsealed = put_into(
        sealed_unsigned(signed(), RECEIVED, signatures_ok=True), template(MORE + "rsa-sha256", ENC + "sha256")
    )
    done = xmlsec1.sign(tmp_path, unsealed, formedlare())
    found = read_signatures(with_prefixes(deliver_secure(done)))
    assert found.formedlare.verifies == found.avsandare.verifies == (Reading.MINA_MEDDELANDEN, Reading.SQUEEZED)


@pytest.mark.parametrize("canonicalization", [EXCLUSIVE_C14N, INCLUSIVE_C14N])
@pytest.mark.parametrize(
    ("uri", "more"),
    [
        ("", ""),
        ("#x", ""),
        ("", f'<ds:Transform Algorithm="{EXCLUSIVE_C14N}"/>'),
        ("", f'<ds:Transform Algorithm="{INCLUSIVE_C14N}"/>'),
        ("", INCLUSIVE_NAMESPACES),
    ],
)
def test_what_xml_signature_allows_beyond_the_contract_verifies_strictly(tmp_path, uri, more, canonicalization):
    """Prefixes, a same-document reference to the element itself, a canonicalization among the transforms."""
    content = with_prefixes(unsigned()).replace(b"SignedDelivery ", b'SignedDelivery Id="x" ', 1)
    signature = template(MORE + "rsa-sha256", ENC + "sha256", canonicalization, uri, more, "ds")
    # xmlsec1 takes an attribute for an Id only where a document type says so; it is taken away again.
    declared = b"<!DOCTYPE x [<!ATTLIST ns2:SignedDelivery Id ID #IMPLIED>]>" if uri else b""
    done = xmlsec1.sign(tmp_path, declared + put_into(content, signature), avsandare())
    done = re.sub(rb"<!DOCTYPE.*?\]>", b"", done, flags=re.DOTALL)
    assert read_signatures(done).avsandare.verifies == (Reading.STRICT,)


def test_what_the_contract_leaves_out_verifies_strictly_only_even_without_prefixes(tmp_path):
    """C 6.1 has one transform and no list of prefixes; a reading that lets more pass would show it here."""
    prefixless = INCLUSIVE_NAMESPACES.replace("i:", "").replace("xmlns:i", "xmlns").replace("ds:", "")
    wanted = template(MORE + "rsa-sha256", ENC + "sha256", more=prefixless)
    listed = template(MORE + "rsa-sha256", ENC + "sha256").replace(
        f'<CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"/>'.encode(),
        prefixless.replace("Transform", "CanonicalizationMethod").encode(),
    )
    for signature in (wanted, listed):
        done = xmlsec1.sign(tmp_path, put_into(unsigned(), signature), avsandare())
        assert read_signatures(done).avsandare.verifies == (Reading.STRICT,)


def test_two_canonicalizations_in_a_row_are_not_followed(tmp_path):
    twice = f'<Transform Algorithm="{EXCLUSIVE_C14N}"/>' * 2
    signature = template(MORE + "rsa-sha256", ENC + "sha256", more=twice)
    done = xmlsec1.sign(tmp_path, put_into(unsigned(), signature), avsandare())
    assert read_signatures(done).avsandare.verifies == ()

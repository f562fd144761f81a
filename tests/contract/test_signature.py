"""Both signatures in three readings: what each reading forgives, what it names, and over what exactly."""

import hashlib
import re
from datetime import date

import pytest
from lxml import etree

from readiness.contract.delivery_parts import Reading, Refused, Why
from readiness.contract.names import ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, MESSAGE_V2, RSA_SHA1, SENDER, SHA1
from readiness.contract.signature import Signer, read_signatures
from readiness.contract.signing import deliver_secure, plain, pretty_printed, sign_delivery, with_prefixes
from tests.contract.deliveries import (
    KOMMUN_A,
    RECEIVED,
    RECIPIENT,
    avsandare,
    formedlare,
    party,
    sealed,
    signed,
    unsigned,
)

ALL = (Reading.STRICT, Reading.MINA_MEDDELANDEN, Reading.SQUEEZED)
WITHOUT_STRICT = ALL[1:]
SQUEEZED_ONLY = ALL[2:]
DISTRIBUTE = "http://minameddelanden.gov.se/schema/Message/v3"


def readings(document):
    """Avsändarens and förmedlarens readings that verify."""
    found = read_signatures(document)
    return found.avsandare.verifies, found.formedlare.verifies if found.formedlare else None


@pytest.mark.parametrize("size", [600, 2_000_000])
@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (lambda document: document, (ALL, ALL)),
        (deliver_secure, (ALL, WITHOUT_STRICT)),
        (lambda document: with_prefixes(deliver_secure(document)), (WITHOUT_STRICT, WITHOUT_STRICT)),
        (pretty_printed, (SQUEEZED_ONLY, SQUEEZED_ONLY)),
        (lambda document: pretty_printed(with_prefixes(deliver_secure(document))), (SQUEEZED_ONLY, SQUEEZED_ONLY)),
    ],
    ids=["alone", "in SOAP", "in SOAP with prefixes", "indented", "in SOAP with prefixes, indented"],
)
def test_each_wire_form_verifies_in_its_readings(wire, expected, size):
    assert readings(wire(sealed(signed(unsigned(size))))) == expected


def test_what_was_signed_is_named_by_path_and_digest():
    document = sealed()
    found = read_signatures(with_prefixes(deliver_secure(document)))
    assert found.type == "SealedDelivery"
    assert found.formedlare.path == "Envelope/Body/deliverSecure/deliverSecure"
    assert found.avsandare.path == "Envelope/Body/deliverSecure/deliverSecure/SignedDelivery"
    by_reading = {attempt.reading: attempt.sha256 for attempt in found.avsandare.attempts}
    assert by_reading[Reading.MINA_MEDDELANDEN] == hashlib.sha256(unsigned_plain()).hexdigest()
    assert by_reading[Reading.STRICT] == ""
    assert found.avsandare.octets == unsigned_plain()


def test_where_nothing_verifies_every_reading_names_what_it_covers():
    found = read_signatures(pretty_printed(with_prefixes(deliver_secure(sealed()))).replace(b"svSE", b"enSE"))
    for signature in (found.avsandare, found.formedlare):
        assert len({attempt.sha256 for attempt in signature.attempts}) == 3
        assert all(len(attempt.sha256) == 64 for attempt in signature.attempts)


def unsigned_plain():
    """What avsändaren signs, by libxml2 and not by us; it holds no prefix, so nothing need be taken away."""
    return etree.tostring(etree.fromstring(unsigned()), method="c14n")


def test_the_octets_of_the_mina_meddelanden_reading_are_their_own_canonical_form():
    for element in (read_signatures(with_prefixes(deliver_secure(sealed()))).formedlare.octets, plain(sealed())):
        assert etree.tostring(etree.fromstring(element), method="c14n") == element


def test_methods_certificates_and_key_info_are_told():
    found = read_signatures(deliver_secure(sealed()))
    claim = found.avsandare.claim
    assert claim.canonicalization.algorithm == EXCLUSIVE_C14N
    assert [transform.algorithm for transform in claim.transforms] == [ENVELOPED_SIGNATURE]
    assert claim.key_info == ("X509SubjectName", "X509Certificate")
    assert found.avsandare.certificate == der(avsandare())
    assert found.formedlare.certificate == der(formedlare())
    assert found.avsandare.refusal is None


def der(of):
    from cryptography.hazmat.primitives.serialization import Encoding

    return of.certificate.public_bytes(Encoding.DER)


def test_sha1_verifies_and_is_named():
    found = read_signatures(sealed(signed(digest="sha1"), digest="sha256"))
    assert found.avsandare.verifies == ALL
    assert (found.avsandare.claim.digest_method, found.avsandare.claim.signature_method) == (SHA1, RSA_SHA1)
    assert "sha256" in found.formedlare.claim.signature_method


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("key", ["rsa-2048", "rsa-3072", "ec-p256", "ec-p384", "ec-p521"])
def test_every_method_of_the_list_verifies(key, digest):
    by = party("kommun-a", KOMMUN_A, key)
    found = read_signatures(signed(by=by, digest=digest))
    assert found.avsandare.verifies == ALL
    assert digest in found.avsandare.claim.signature_method


def test_a_signed_delivery_alone_has_no_formedlare():
    found = read_signatures(signed())
    assert (found.type, found.formedlare, found.avsandare.signer) == ("SignedDelivery", None, Signer.AVSANDARE)


def test_the_message_ports_request_is_read_under_its_types_name():
    inside = signed().partition(b">")[2].rpartition(b"</")[0]
    document = b'<distributeSecure xmlns="%s"><signedDelivery>%s</signedDelivery></distributeSecure>'
    found = read_signatures(document % (DISTRIBUTE.encode(), inside))
    assert found.avsandare.verifies == WITHOUT_STRICT
    assert found.avsandare.path == "distributeSecure/signedDelivery"


def test_one_changed_character_verifies_nowhere():
    document = with_prefixes(deliver_secure(sealed()))
    changed = document.replace(b"Beslut om plats", b"beslut om plats")
    assert document != changed
    assert readings(changed) == ((), ())
    assert read_signatures(changed).avsandare.refusal.why is Why.DIGEST_DIFFERS


def test_a_change_to_the_seal_is_formedlarens_only():
    changed = deliver_secure(sealed()).replace(b">true<", b">false<")
    assert readings(changed) == (ALL, ())


def test_a_change_of_white_space_inside_a_value_verifies_nowhere():
    assert readings(sealed().replace(b"svSE", b" svSE")) == ((), ())
    assert readings(sealed().replace(b"Kommun A</Name>", b"Kommun A\n</Name>")) == ((), ())


def test_a_signature_over_the_wire_form_verifies_strictly_only():
    """Known client fault: the prefixed element is signed as it will stand on the wire."""
    document = sign_delivery(with_prefixes(unsigned()), avsandare().key, avsandare().certificate, form="wire")
    assert readings(document) == ((Reading.STRICT,), None)


def test_another_partys_certificate_in_key_info_verifies_nowhere():
    """Known client fault: the store's first certificate, whoever's it is."""
    mine, other = avsandare(), formedlare()
    mixed = sign_delivery(unsigned(), mine.key, other.certificate)
    before = sign_delivery(unsigned(), mine.key, mine.certificate, before=(other.certificate,))
    for document in (mixed, before):
        found = read_signatures(document).avsandare
        assert (found.verifies, found.refusal.why) == ((), Why.VALUE_DIFFERS)
    assert len(read_signatures(before).avsandare.claim.certificates) == 2


def test_a_chain_after_the_signers_certificate_is_told_and_does_no_harm():
    document = sign_delivery(unsigned(), formedlare().key, avsandare().certificate, before=(formedlare().certificate,))
    found = read_signatures(document).avsandare
    assert found.verifies == ALL
    assert found.certificate == der(formedlare())


def test_the_delivery_that_an_application_reads_is_the_one_that_was_verified():
    found = read_signatures(with_prefixes(deliver_secure(sealed())))
    for signature in (found.avsandare, found.formedlare):
        header = signature.delivery()[0]
        assert header.findtext(f"{{{MESSAGE_V2}}}Sender/{{{SENDER}}}Id") == KOMMUN_A
        assert header.findtext(f"{{{MESSAGE_V2}}}Recipient") == RECIPIENT
    broken = read_signatures(sealed().replace(b"svSE", b"enUS"))
    assert broken.avsandare.delivery() is None


def test_no_message_is_shown_when_a_result_is_printed():
    assert RECIPIENT not in repr(read_signatures(sealed()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "us-ascii"])
def test_a_document_may_be_in_any_encoding_that_it_declares(encoding):
    text = with_prefixes(deliver_secure(sealed())).decode()
    document = f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding, "xmlcharrefreplace")
    assert readings(document) == (WITHOUT_STRICT, WITHOUT_STRICT)


def test_the_seals_date_is_its_callers():
    assert RECEIVED.isoformat().encode() in sealed()
    assert date(2026, 11, 30) == RECEIVED


def test_what_is_no_delivery_is_not_signed():
    for document in (b"<a/>", unsigned().replace(b"<Delivery>", b"<Delivery><!-- -->")):
        with pytest.raises(Refused):
            sign_delivery(document, avsandare().key, avsandare().certificate)


@pytest.mark.parametrize(
    ("put", "readings_expected"),
    [
        (b'<Delivery xmlns:unused="urn:x">', WITHOUT_STRICT),
        (b'<Delivery xmlns="http://minameddelanden.gov.se/schema/Message/v3">', ALL),
    ],
    ids=["a declaration that nobody uses", "a declaration that says nothing new"],
)
def test_declarations_matter_to_the_strict_reading_only(put, readings_expected):
    assert readings(signed().replace(b"<Delivery>", put))[0] == readings_expected


def test_an_empty_element_may_be_written_either_way():
    document = sealed()
    shorter = re.sub(rb"<(\w+)([^<>]*)></\1>", rb"<\1\2/>", document)
    assert len(shorter) < len(document)
    assert readings(shorter) == (ALL, ALL)

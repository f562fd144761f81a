"""Every attack of ours is refused, for its own reason, in every reading; and what bounds the work is a bound."""

import time

import pytest

from readiness.contract.delivery_parts import Why
from readiness.contract.names import MESSAGE_V2
from readiness.contract.signature import Reading, read_signatures
from readiness.contract.signing import pretty_printed, with_prefixes
from tests.contract.attacks import ATTACKS, GENUINE, SOAP
from tests.contract.deliveries import RECIPIENT


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_attack_is_refused(attack):
    assert attack.document not in {GENUINE, SOAP}
    found = read_signatures(attack.document)
    for signature, why in ((found.avsandare, attack.avsandare), (found.formedlare, attack.formedlare)):
        if why is None:
            assert signature.verifies
            assert signature.delivery().findtext(f".//{{{MESSAGE_V2}}}Recipient") == RECIPIENT
        else:
            assert (signature.verifies, signature.octets) == ((), b"")
            assert (signature.refusal.why, bool(signature.refusal.words)) == (why, True)


def test_what_the_attacks_are_made_of_verifies():
    for document in (GENUINE, SOAP):
        found = read_signatures(document)
        assert found.avsandare.verifies
        assert found.formedlare.verifies
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 60


# Reading these anew would lose the attack: what is not XML, and what a parser leaves out.
LOST = {Why.NOT_XML, Why.ENCODING, Why.DOCUMENT_TYPE, Why.COMMENT}
REWRITABLE = [attack for attack in ATTACKS if attack.avsandare and attack.avsandare not in LOST]


@pytest.mark.parametrize("rewrite", [pretty_printed, with_prefixes])
@pytest.mark.parametrize("attack", REWRITABLE, ids=lambda attack: attack.name)
def test_indenting_an_attack_or_giving_it_prefixes_does_not_help_it(attack, rewrite):
    assert read_signatures(rewrite(attack.document)).avsandare.verifies == ()


DEEP = b"<Delivery>" + b"<x>" * 600 + b"</x>" * 600
BOUNDS = {
    "size": (GENUINE + b" " * (8 * 1024 * 1024), Why.TOO_LARGE),
    "depth": (GENUINE.replace(b"<Delivery>", DEEP, 1), Why.TOO_LARGE),
    "depth outside of a delivery": (b"<x>" * 600 + b"</x>" * 600, Why.TOO_LARGE),
    "elements": (GENUINE.replace(b"<Delivery>", b"<Delivery>" + b"<x/>" * 20_000, 1), Why.TOO_LARGE),
    "attributes": (b"<a %s/>" % b" ".join(b'a%d=""' % n for n in range(100)), Why.TOO_LARGE),
    "namespaces": (b"<a %s/>" % b" ".join(b'xmlns:a%d="urn:%d"' % (n, n) for n in range(100)), Why.TOO_LARGE),
}


@pytest.mark.parametrize(("document", "why"), BOUNDS.values(), ids=BOUNDS)
def test_a_bound_stops_the_reading(document, why):
    assert read_signatures(document).avsandare.refusal.why is why


def test_the_dearest_document_within_the_bounds_is_read_in_seconds():
    """Many namespaces in scope, at many elements, deep: what canonical XML and naive joining pay for."""
    declared = b" ".join(b'xmlns:a%d="urn:%d"' % (n, n) for n in range(60))
    many = b"<a1:x %s>%s</a1:x>" % (declared, b"<a2:y/>" * 19_000)
    document = GENUINE.replace(b"<Delivery>", b"<Delivery>" + many, 1)
    began = time.monotonic()
    assert read_signatures(document).avsandare.verifies == ()
    assert time.monotonic() - began < 20


def test_white_space_is_forgiven_beside_elements_only():
    found = read_signatures(GENUINE.replace(b"</Subject>", b" </Subject>"))
    assert found.avsandare.verifies == ()
    found = read_signatures(GENUINE.replace(b"</Subject>", b"</Subject>\n\t"))
    assert found.avsandare.verifies == (Reading.SQUEEZED,)

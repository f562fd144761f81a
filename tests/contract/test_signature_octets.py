"""The octets of each reading, held to libxml2's Canonical XML over generated deliveries; and bytes broken at random."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from readiness.contract.delivery_bytes import read_delivery
from readiness.contract.delivery_parts import Reading, Refused
from readiness.contract.names import EXCLUSIVE_C14N, INCLUSIVE_C14N, MESSAGE_V3, SERVICE_V3, SOAP_11, XML_SIGNATURE
from readiness.contract.signature import read_signatures
from readiness.contract.signing import deliver_secure, pretty_printed, with_prefixes
from tests.contract.deliveries import sealed

# None with a "&": libxml2's own Canonical XML forgets to escape it.
URIS = ("urn:a", "urn:b", MESSAGE_V3, "http://x/?a='b';(c)#d")
PREFIXES = ("", "p", "q", "r")
TEXTS = st.sampled_from(["", " ", "\n  ", "x", " y ", "å&amp;&lt;&gt;", "&#13;\t", "<![CDATA[a<b>&]]>", "]]&gt;", "𝒳"])
VALUES = st.sampled_from(["", "x", "&quot;'&amp;&lt;>", "&#9;&#10;&#13;", "a  b", "ö"])
MANY = settings(max_examples=300, deadline=None)


@st.composite
def elements(draw, scope=(), depth=0):
    """An element as text, with declarations and prefixes as they come; `scope`: the prefixes declared above it."""
    declared = draw(st.dictionaries(st.sampled_from(PREFIXES), st.sampled_from(URIS), max_size=2))
    scope = {*scope, *declared}
    prefix = draw(st.sampled_from(sorted({"", *scope})))
    name = f"{prefix}:e" if prefix else "e"
    attributes = "".join(f' xmlns{":" * bool(p)}{p}="{uri}"' for p, uri in declared.items())
    if draw(st.booleans()):
        attributes += f' b="{draw(VALUES)}" a="{draw(VALUES)}"'
    # One prefixed attribute at most: two prefixes of one namespace could give an attribute twice.
    if (scope - {""}) and draw(st.booleans()):
        attributes += f' {draw(st.sampled_from(sorted(scope - {""})))}:n="{draw(VALUES)}"'
    children = draw(st.lists(elements(scope, depth + 1), max_size=3)) if depth < 3 else []
    inside = "".join(draw(TEXTS) + child for child in children) + draw(TEXTS)
    return f"<{name}{attributes}>{inside}</{name}>"


@st.composite
def deliveries(draw):
    """A SOAP message with a delivery of any content; its signatures are empty shells of the right shape."""
    s = draw(st.sampled_from(["", "s:"]))
    above = draw(st.sampled_from(["", ' xmlns:p="urn:a"', ' xmlns:p="urn:b" xmlns:q="urn:a"']))
    default = draw(st.sampled_from(["", f' xmlns="{MESSAGE_V3}"'])) if s else f' xmlns="{SERVICE_V3}"'
    root = draw(st.sampled_from(["", ' xmlns:q="urn:q"', f' xmlns:p="urn:q" xmlns:s="{SERVICE_V3}"']))
    content = draw(elements({"s", *(prefix for prefix in "pq" if f":{prefix}=" in above + root)}))
    own = draw(st.sampled_from(["", ' xmlns:r="urn:r"'])) + f' xmlns="{MESSAGE_V3}"' * (not s or not default)
    d = draw(st.sampled_from(["", "ds:"]))
    signature = (
        f'<{d}Signature xmlns{":ds" * bool(d)}="{XML_SIGNATURE}"><{d}SignedInfo><{d}x/> </{d}SignedInfo></{d}Signature>'
    )
    return (
        f'<soap:Envelope xmlns:soap="{SOAP_11}"{above}><soap:Body>'
        f'<{s}deliverSecure xmlns:s="{SERVICE_V3}"{default}>'
        f"<{s}deliverSecure{root}>"
        f"<SignedDelivery{own}><Delivery>{content}</Delivery>{draw(TEXTS)}{signature}</SignedDelivery>"
        f'<Seal xmlns="{MESSAGE_V3}"> </Seal>{signature}'
        f"</{s}deliverSecure></{s}deliverSecure></soap:Body></soap:Envelope>"
    ).encode()


def canonical(document):
    return etree.tostring(etree.fromstring(document), method="c14n")


def both_elements(found):
    """Each signed element, and the signature on it."""
    outer, inner = found.root, found.root.children[0]
    return ((outer, outer.children[-1]), (inner, inner.children[-1]))


@MANY
@given(deliveries())
def test_the_strict_octets_are_libxml2s_of_the_element_alone(document):
    found = read_delivery(document)
    for element, signature in both_elements(found):
        alone = etree.fromstring(found.bytes_alone(element))
        assert found.octets(element, None, Reading.STRICT) == etree.tostring(alone, method="c14n")
        last = alone[-1]
        before = last.getprevious()
        before.tail = (before.tail or "") + (last.tail or "")
        last.tail = None
        alone.remove(last)
        assert found.octets(element, signature, Reading.STRICT) == etree.tostring(alone, method="c14n")


@MANY
@given(deliveries())
def test_standing_alone_changes_no_name_and_no_text(document):
    found = read_delivery(document)
    whole = etree.fromstring(document)
    for element, at in zip((found.root, found.root.children[0]), ("*/*/*", "*/*/*/*"), strict=True):
        alone, there = etree.fromstring(found.bytes_alone(element)), whole.find(at)
        assert [(e.tag, e.text, dict(e.attrib)) for e in alone.iter()] == [
            (e.tag, e.text, dict(e.attrib)) for e in there.iter()
        ]


@MANY
@given(deliveries())
def test_the_mina_meddelanden_octets_are_canonical_and_say_the_same_without_prefixes(document):
    found = read_delivery(document)
    whole = etree.fromstring(document)
    for (element, _), at in zip(both_elements(found), ("*/*/*", "*/*/*/*"), strict=True):
        octets = found.octets(element, None, Reading.MINA_MEDDELANDEN)
        assert canonical(octets) == octets
        plain, there = list(etree.fromstring(octets).iter()), list(whole.find(at).iter())
        assert [(e.tag, e.text, e.tail, dict(e.attrib)) for e in plain[1:]] == [
            (e.tag, e.text, e.tail, dict(e.attrib)) for e in there[1:]
        ]
        assert not any(e.prefix for e in plain)


@MANY
@given(deliveries())
def test_the_squeezed_octets_lose_white_space_beside_elements_and_nothing_else(document):
    found = read_delivery(document)
    for element, _ in both_elements(found):
        expected = etree.fromstring(found.octets(element, None, Reading.MINA_MEDDELANDEN))
        for parent in expected.iter():
            if len(parent):
                parent.text = (parent.text or "").strip(" \t\r\n") and parent.text
                for child in parent:
                    child.tail = (child.tail or "").strip(" \t\r\n") and child.tail
        assert found.octets(element, None, Reading.SQUEEZED) == etree.tostring(expected, method="c14n")


@MANY
@given(deliveries(), st.sampled_from([INCLUSIVE_C14N, EXCLUSIVE_C14N]))
def test_signed_info_is_canonical_as_libxml2_finds_it_in_the_element_alone(document, method):
    found = read_delivery(document)
    for element, signature in both_elements(found):
        octets = found.signed_info(element, signature.children[0], Reading.STRICT, method, ())
        alone = etree.fromstring(found.bytes_alone(element))
        info = alone[-1][0]
        if method == EXCLUSIVE_C14N:
            assert octets == etree.tostring(info, method="c14n", exclusive=True)
        else:
            # Canonical XML 2.4: the apex of a subset bears every namespace in scope at it.
            assert dict(etree.fromstring(octets).nsmap) == dict(info.nsmap)
            assert canonical(octets) == octets


GENUINE = [sealed(), deliver_secure(sealed()), with_prefixes(deliver_secure(sealed())), pretty_printed(sealed())]
PIECES = st.sampled_from(
    [b"", b" ", b"<", b">", b"&", b'"', b"<x/>", b"</", b"A", b"\x00", b"\xff", b'xmlns:x="y"', b"<!--"]
)
SIGNED_TEXT = [etree.tostring(read_signatures(d).avsandare.delivery(), method="c14n") for d in GENUINE]


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_a_document_broken_at_random_is_read_to_an_end_and_never_as_something_else(data):
    at = data.draw(st.integers(0, len(GENUINE) - 1))
    document = bytearray(GENUINE[at])
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(document)))
        end = start + data.draw(st.sampled_from([0, 1, 1, 2, 9, 300]))
        document[start:end] = data.draw(PIECES)
    found = read_signatures(bytes(document))
    for signature in filter(None, (found.avsandare, found.formedlare)):
        assert bool(signature.verifies) == bool(signature.octets) == (signature.refusal is None)
        if signature.verifies:
            assert etree.tostring(signature.delivery(), method="c14n") == SIGNED_TEXT[at]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_to_an_end(document):
    assert read_signatures(document).avsandare.verifies == ()


def test_two_pieces_of_a_delivery_swapped_are_another_delivery():
    with pytest.raises(Refused):
        read_delivery(b"<SealedDelivery/>")

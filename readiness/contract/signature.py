"""Which readings of a delivery's two signatures verify, and what exactly was signed?

`read_signatures` takes the bytes of a SOAP message, of its payload, or of a SealedDelivery or SignedDelivery alone, and
never raises. Avsändaren signs SignedDelivery, förmedlaren SealedDelivery. Left out: whether a certificate belongs to
avsändaren or förmedlaren, its dates and path, and whether SHA-1 will do: facts and rules, elsewhere.

Whoever needs sender, recipient or message takes them from `Signature.delivery()`, never from the document again: those
are the octets that were verified, so that nothing wrapped around them, or put beside them, is read as signed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from lxml import etree

from readiness.contract import canonical
from readiness.contract.delivery_bytes import read_delivery
from readiness.contract.delivery_parts import SEALED, SIGNED, Delivery, Element, Reading, Refusal, Refused, Why
from readiness.contract.names import MESSAGE_V3, XML_SIGNATURE
from readiness.contract.signature_reading import Claim, read_claim
from readiness.contract.signature_rules import CANONICALIZATIONS, objection
from readiness.contract.signature_value import DIGESTS, public_key, stands


class Signer(StrEnum):
    """Who signs: avsändaren the SignedDelivery, förmedlaren the SealedDelivery around it."""

    AVSANDARE = "avsandare"
    FORMEDLARE = "formedlare"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one reading gave.

    `sha256`: of the octets that it covers, hex; "" where they could not be written, or need not be to know that others
    were signed. `refusal`: None where the signature verifies.
    """

    reading: Reading
    sha256: str
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature, as read.

    `path`: the signed element, by local names from the document's root; "" where it was not found. `attempts`: one for
    each reading; none where no reading could begin. `refusal`: why none verifies; None where one does. `octets`: what
    the first reading that verifies covers (strict before Mina meddelanden before squeezed); empty where none does.
    """

    signer: Signer
    path: str = ""
    claim: Claim | None = None
    attempts: tuple[Attempt, ...] = ()
    refusal: Refusal | None = None
    octets: bytes = field(default=b"", repr=False)

    @property
    def verifies(self) -> tuple[Reading, ...]:
        """The readings in which it verifies."""
        return tuple(attempt.reading for attempt in self.attempts if attempt.refusal is None)

    @property
    def certificate(self) -> bytes:
        """The certificate whose key was used: the first in X509Data, DER; empty where none was read."""
        return self.claim.certificates[0] if self.claim else b""

    def delivery(self) -> etree._Element | None:
        """{Message/v3}Delivery out of the octets that were verified; None where no reading verifies, or libxml2 cannot
        read them."""
        try:
            root = etree.fromstring(self.octets, canonical.PARSER)
        except etree.LxmlError:
            return None
        steps = [SIGNED] * (self.signer is Signer.FORMEDLARE) + ["Delivery"]
        return root.find("/".join(f"{{{MESSAGE_V3}}}{step}" for step in steps))


@dataclass(frozen=True, slots=True)
class Signatures:
    """Both signatures of a delivery.

    `type`: SealedDelivery or SignedDelivery, "" where none was found; a SignedDelivery alone has no `formedlare`.
    `path`: as in Signature.
    """

    type: str
    path: str
    avsandare: Signature
    formedlare: Signature | None


def read_signatures(document: bytes) -> Signatures:
    """Read the signatures of the one delivery in a document, three ways. Never raises; at most 8 MB are read."""
    try:
        delivery = read_delivery(document)
    except Refused as stop:
        return Signatures("", "", _refused(Signer.AVSANDARE, stop), _refused(Signer.FORMEDLARE, stop))
    root = delivery.root
    assert root is not None
    if delivery.type == SIGNED:
        return Signatures(SIGNED, delivery.path, _read(delivery, Signer.AVSANDARE, root, delivery.path), None)
    inner = [child for child in root.children if (child.namespace, child.name) == (MESSAGE_V3, SIGNED)]
    sealed = _read(delivery, Signer.FORMEDLARE, root, delivery.path)
    if len(inner) != 1:
        not_one = Refused(Why.SHAPE, f"{SEALED} holds {len(inner)} {SIGNED}")
        return Signatures(SEALED, delivery.path, _refused(Signer.AVSANDARE, not_one), sealed)
    signed = _read(delivery, Signer.AVSANDARE, inner[0], f"{delivery.path}/{SIGNED}")
    return Signatures(SEALED, delivery.path, signed, sealed)


CHILDREN = {
    Signer.AVSANDARE: ((MESSAGE_V3, "Delivery"), (XML_SIGNATURE, "Signature")),
    Signer.FORMEDLARE: ((MESSAGE_V3, SIGNED), (MESSAGE_V3, "Seal"), (XML_SIGNATURE, "Signature")),
}
"""What a signed element must hold, in this order (v3/Message.xsd): no more, and the Signature last."""


def _refused(signer: Signer, stop: Refused, path: str = "", claim: Claim | None = None) -> Signature:
    return Signature(signer, path, claim, refusal=stop.refusal)


def _read(delivery: Delivery, signer: Signer, element: Element, path: str) -> Signature:
    claim = None
    try:
        signature = _signature_of(delivery, signer, element)
        claim = read_claim(delivery.plain_alone(signature))
        check = _Check(delivery, element, signature, claim)
    except Refused as stop:
        return _refused(signer, stop, path, claim)
    attempts = tuple(check.attempt(reading) for reading in Reading)
    first = next((attempt.reading for attempt in attempts if attempt.refusal is None), None)
    if first is not None:
        return Signature(signer, path, claim, attempts, octets=check.octets(first))
    # Of three reasons the Mina meddelanden reading's is the one that an operator would give.
    refusal = next(attempt.refusal for attempt in attempts if attempt.reading is Reading.MINA_MEDDELANDEN)
    return Signature(signer, path, claim, attempts, refusal)


def _signature_of(delivery: Delivery, signer: Signer, element: Element) -> Element:
    """The one Signature, in its place, on an element that is what it should be. Raises Refused."""
    if tuple((child.namespace, child.name) for child in element.children) != CHILDREN[signer]:
        found = ", ".join(child.name[:60] for child in element.children[:9]) or "nothing"
        wanted = ", ".join(name for _, name in CHILDREN[signer])
        raise Refused(Why.SHAPE, f"{element.name} holds {found}; it must hold {wanted}")
    expected = 1 if delivery.type == SIGNED else 2
    if delivery.signatures != expected:
        raise Refused(Why.SHAPE, f"{delivery.signatures} Signature elements stand in the delivery, not {expected}")
    signature = element.children[-1]
    info = signature.children[0] if signature.children else signature
    for one in (element, signature, info):
        if any(written != "Id" for _, _, written, _ in one.attributes):
            raise Refused(Why.SHAPE, f"{one.name} has an attribute besides Id")
    if (info.namespace, info.name) != (XML_SIGNATURE, "SignedInfo"):
        raise Refused(Why.SIGNATURE_FORM, "Signature does not begin with SignedInfo")
    return signature


class _Check:
    """One signature against its element, reading by reading; what two readings share is computed once."""

    def __init__(self, delivery: Delivery, element: Element, signature: Element, claim: Claim) -> None:
        if claim.digest_method not in DIGESTS:
            raise Refused(Why.ALGORITHM, f"DigestMethod {claim.digest_method[:100]} is not on the list")
        self.key = public_key(claim.certificates[0], claim.signature_method)
        self.delivery, self.element, self.signature, self.claim = delivery, element, signature, claim
        self.covered: dict[Reading, bytes] = {}
        self.outcomes: dict[Reading, tuple[str, Refusal | None]] = {}
        self.objections = [objection(claim, element.identifier, strict=strict) for strict in (False, True)]
        self.values: dict[bytes, bool] = {}

    def attempt(self, reading: Reading) -> Attempt:
        """Whether the signature verifies in this reading, and over what."""
        covered, refusal = self._outcome(self.delivery.form(self.element, reading))
        return Attempt(reading, covered, self.objections[reading is Reading.STRICT] or refusal)

    def octets(self, reading: Reading) -> bytes:
        """What the digest of this reading is made over."""
        form = self.delivery.form(self.element, reading)
        if form not in self.covered:
            octets = self.delivery.octets(self.element, self.signature, form)
            if form is Reading.STRICT and len(self.claim.transforms) > 1 and self.objections[True] is None:
                last = self.claim.transforms[-1]
                octets = canonical.canonical(octets, last.algorithm, last.prefixes)
            self.covered[form] = octets
        return self.covered[form]

    def _outcome(self, form: Reading) -> tuple[str, Refusal | None]:
        """The SHA-256 of the octets, hex, and what stands against them."""
        if form not in self.outcomes:
            self.outcomes[form] = self._compared(form)
        return self.outcomes[form]

    def _compared(self, form: Reading) -> tuple[str, Refusal | None]:
        differs = Refusal(Why.DIGEST_DIFFERS, "the content is not what was signed: its digest differs")
        if form is Reading.STRICT and self.objections[False] is None and self.delivery.differ_at_once(self.element):
            # Where the plain octets have the digest, others do not have it; nothing need be hashed to know that.
            plain = self._outcome(Reading.MINA_MEDDELANDEN)
            if plain[1] is None:
                return "", differs
        try:
            octets = self.octets(form)
        except etree.LxmlError:
            return "", Refusal(Why.NOT_XML, "this reading's octets cannot be made canonical")
        digest = DIGESTS[self.claim.digest_method](octets)
        covered = (digest if digest.name == "sha256" else sha256(octets)).hexdigest()
        if digest.digest() != self.claim.digest:
            return covered, differs
        if not self._stands(form):
            return covered, Refusal(Why.VALUE_DIFFERS, "SignedInfo is not what this certificate's key has signed")
        return covered, None

    def _stands(self, form: Reading) -> bool:
        method = self.claim.canonicalization
        info = self.signature.children[0]
        if method.algorithm not in CANONICALIZATIONS:
            return False
        try:
            octets = self.delivery.signed_info(self.element, info, form, method.algorithm, method.prefixes)
        except etree.LxmlError:
            return False
        if octets not in self.values:
            self.values[octets] = stands(self.key, self.claim.signature_method, self.claim.value, octets)
        return self.values[octets]

"""Which readings of a delivery's two signatures verify, what was signed, by what means, and by whom?

One deliverSecure request, out of the stage's recording or a file: `signature.` is avsändarens, `seal.` förmedlarens.
The sender is read out of the octets that were verified, never out of the document. Left out: the schema and the
contents (`secure_delivery`), revocation, and whether anybody accepts SHA-1.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from hashlib import sha256

from lxml import etree

from probes._certificate_chain import readable
from probes._certificate_path import anchors_of, find_path
from probes._certificates import Certificate, attempt, load
from probes._declared_certificates import Declared, declared_for, organisation_number
from probes._exchange import Opened, open_exchange
from probes._request_tree import child, text_of
from readiness.contract.delivery_parts import Reading, Why
from readiness.contract.signature import Signature, read_signatures
from readiness.model import Fact, FactType, Reason, Strength, Table, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

AVSANDARE, FORMEDLARE = "signature.", "seal."
USES = {AVSANDARE: ("signing",), FORMEDLARE: ("sealing",)}
COLUMNS = ("reading", "verifies", "sha256", "why not")
Values = dict[str, Value | Unseen]

UNREADABLE = {
    Why.NOT_XML: Reason.NOT_UNDERSTOOD,
    Why.ENCODING: Reason.NOT_SUPPORTED,
    Why.TOO_LARGE: Reason.LIMIT_REACHED,
    Why.NO_DELIVERY: Reason.NOT_UNDERSTOOD,
    Why.ALGORITHM: Reason.NOT_SUPPORTED,
}
"""Why no reading could begin through no fault that the signature shows: the question stays open. Every other refusal
(a wrong shape, a comment in what is signed, a reference elsewhere ...) means that it verifies in no reading."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a signer is held against: the declared certificates for its use, the förmedlares, and the trust anchors."""

    own: Declared
    sealing: Declared
    anchors: tuple[Certificate, ...] | Unseen


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read the request that the target names."""
    opened = open_exchange(target, session)
    if isinstance(opened.data, Unseen):
        raise CannotObserve(opened.data.reason, opened.data.detail)
    found = read_signatures(opened.data)
    sealing, anchors = declared_for(USES[FORMEDLARE], session), anchors_of(session)
    for prefix, signature in ((AVSANDARE, found.avsandare), (FORMEDLARE, found.formedlare)):
        if signature is None:
            alone = Unseen(Reason.NOT_EXERCISED, "a SignedDelivery alone has no seal")
            for seen in opened.told((fact.name, alone, "") for fact in FACTS if fact.name.startswith(prefix)):
                yield seen
            continue
        values = read_signature(signature) | read_signer(
            signature,
            Beside(declared_for(USES[prefix], session), sealing, anchors),
            opened,
            sealed=prefix == FORMEDLARE,
        )
        why = signature.refusal.words if signature.refusal else ""
        details = {"readings": why, "signed_element": signature.path}
        for seen in opened.told((prefix + name, value, details.get(name, "")) for name, value in values.items()):
            yield seen


def read_signature(signature: Signature) -> Values:
    """The readings, the methods, and what was signed."""
    refusal = signature.refusal
    readings: Value | Unseen = tuple(sorted(map(str, signature.verifies)))
    if refusal and not signature.attempts and refusal.why in UNREADABLE:
        readings = Unseen(UNREADABLE[refusal.why], refusal.words)
    no_claim = Unseen(Reason.NOT_UNDERSTOOD, refusal.words if refusal else "no signature")
    rows = tuple((str(a.reading), str(not a.refusal).lower(), a.sha256, _words(a.refusal)) for a in signature.attempts)
    claim = signature.claim
    return {
        "readings_tried": readings if isinstance(readings, Unseen) else len(Reading),
        "readings": readings,
        "algorithm": method_name(claim.signature_method) if claim else no_claim,
        "digest": method_name(claim.digest_method) if claim else no_claim,
        "signed_element": signature.path.rpartition("/")[2] or no_claim,
        "attempts": Table(COLUMNS, rows),
    }


def read_signer(signature: Signature, beside: Beside, opened: Opened, *, sealed: bool) -> Values:
    """The certificate that the signature names, and whose it is."""
    if not signature.certificate:
        none = Unseen(Reason.NOT_UNDERSTOOD, signature.refusal.words if signature.refusal else "no certificate")
        return dict.fromkeys(SIGNER_FACTS, none)
    der = signature.certificate
    leaf = attempt(load, der)
    values: Values = {"certificate_sha256": sha256(der).hexdigest(), "certificate_declared": beside.own.holds(der)}
    if isinstance(leaf, Unseen):
        return dict.fromkeys(SIGNER_FACTS, leaf) | values
    values |= {"certificate_period": attempt(_period, leaf, opened), "certificate_not_after": attempt(_not_after, leaf)}
    if isinstance(beside.anchors, Unseen):
        values["certificate_path"] = beside.anchors
    else:
        others = readable((*(signature.claim.certificates[1:] if signature.claim else ()), *beside.own.others))
        values["certificate_path"] = find_path(leaf, others, beside.anchors, opened.at, "signing").value
    values["signer"] = whose(organisation_number(leaf), _sender(signature), beside.sealing, sealed=sealed)
    return values


def whose(number: str | Unseen, sender: str | Unseen, sealing: Declared, *, sealed: bool) -> str | Unseen:
    """sender (the number is that of Sender/Id), mediator (that of a party that the profile lets seal), or other.

    Where both are the same organisation a signature counts as the sender's, a seal as the mediator's; a sender that
    seals where the profile lets another do it is other. `sender` is Sender/Id: 16 and ten digits.
    """
    if isinstance(number, Unseen):
        return number
    if isinstance(sender, Unseen):
        return sender
    is_sender, is_mediator = sender == f"16{number}", number in sealing.numbers
    if is_sender and not (sealed and sealing.numbers):
        return "sender"
    if is_mediator:
        return "mediator"
    if not sealing.numbers:
        return Unseen(Reason.NOT_CONFIGURED, "the profile names no certificate for sealing, and so no mediator")
    return "other"


def method_name(uri: str) -> str:
    """The short name of a method: RSA-SHA256, SHA-1; a URI of another shape as it is, shortened."""
    name = uri.rpartition("#")[2]
    if name.startswith("sha"):
        return f"SHA-{name[3:]}"
    return name.upper() if name.startswith(("rsa-", "ecdsa-")) else uri[:100]


def _words(refusal: object) -> str:
    return str(getattr(refusal, "words", ""))


def _sender(signature: Signature) -> str | Unseen:
    delivery = signature.delivery()
    if delivery is None:
        return Unseen(Reason.NOT_UNDERSTOOD, "no reading verifies, so nothing shows who the sender is")
    return text_of(_sender_id(delivery))


def _sender_id(delivery: etree._Element) -> etree._Element | None:
    return child(delivery, "Header", "Sender", "Id")


def _period(leaf: Certificate, opened: Opened) -> str:
    if opened.at < leaf.parsed.not_valid_before_utc:
        return "before"
    return "after" if opened.at > leaf.parsed.not_valid_after_utc else "inside"


def _not_after(leaf: Certificate) -> Value:
    return leaf.parsed.not_valid_after_utc


SIGNER_FACTS = (
    "certificate_sha256",
    "certificate_not_after",
    "certificate_period",
    "certificate_path",
    "certificate_declared",
    "signer",
)


def _facts(prefix: str, whose_: str) -> tuple[Fact, ...]:
    text, tried = FactType.TEXT, prefix + "readings_tried"
    rows = (
        ("readings_tried", FactType.NUMBER, "In how many readings {} was tried."),
        ("readings", FactType.SET, "Those in which {} verifies: strict, mina_meddelanden, squeezed."),
        ("algorithm", text, "The signature method of {}: RSA-SHA256, RSA-SHA1, ECDSA-SHA256 ..."),
        ("digest", text, "The digest method of {}: SHA-256, SHA-1 ..."),
        ("signed_element", text, "The element that {} stands on, and nothing around it."),
        ("attempts", FactType.TABLE, "Each reading of {}: whether it verifies, over which octets, why not."),
        ("certificate_sha256", text, "The certificate in {}."),
        ("certificate_not_after", FactType.MOMENT, "The last moment of that certificate's validity."),
        ("certificate_period", text, "before, inside or after its validity: when {} was received."),
        ("certificate_path", text, "found or not_found: from the certificate in {} to the trust anchors, then."),
        ("certificate_declared", text, "declared or not_declared: a file that the profile names for {}."),
        ("signer", text, "Whose number the certificate in {} bears: sender, mediator or other."),
    )
    return tuple(
        Fact(prefix + name, type_, meaning.format(whose_), tried if type_ is FactType.SET else "")
        for name, type_, meaning in rows
    )


FACTS = _facts(AVSANDARE, "the sender's signature") + _facts(FORMEDLARE, "the mediator's seal")

PROBE = Probe(
    TargetKind.EXCHANGE,
    FACTS,
    observe,
    Effect.READS,
    Strength.LIVE,
    select=(("part", ("Service",)), ("operation", ("deliverSecure",))),
)

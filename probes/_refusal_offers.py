"""Which certificates is an endpoint shown that it should refuse, each differing from the good one in one thing?

Some are made here (`_made_certificates`); what only the good one's own authority can issue comes from the profile. One
that differs in something else besides would be refused for that, and is not shown. Left out: how they are received.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from probes import _certificate_chain as chains
from probes import _made_certificates as made
from probes._certificates import Certificate, attempt, load, read_certificate
from probes._declared_certificates import organisation_number
from probes._held_certificate import read_held
from readiness.model import Reason, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Session, Shown

NO_CERTIFICATE, OTHER_AUTHORITY = "no_certificate", "other_authority"
NAMESAKE, ALONE = "same_name_authority", "without_intermediate"
EXPIRED, ORGANISATION, PURPOSE = "expired", "other_organisation", "other_purpose"
REVOKED, SMALL_KEY = "revoked", "small_key"
OF_THE_AUTHORITY = (EXPIRED, ORGANISATION, PURPOSE, REVOKED, SMALL_KEY)
"""What only the authority of the good certificate can issue: the words of a refusal certificate's `shows`."""
CASES = (NO_CERTIFICATE, OTHER_AUTHORITY, NAMESAKE, ALONE, *OF_THE_AUTHORITY)

NO_GOOD = Unseen(Reason.NOT_CONFIGURED, "the endpoint has no client_certificate in the profile to compare with")
CLIENT_PURPOSES = {"clientAuth", "2.5.29.37.0"}  # the second is anyExtendedKeyUsage (RFC 5280 4.2.1.12)


@dataclass(frozen=True, slots=True)
class Offer:
    """What is shown, and its leaf (DER), b"" for no certificate."""

    shown: Shown
    leaf: bytes = b""


@dataclass(frozen=True, slots=True)
class Good:
    """The certificate that the endpoint lets in: its id, itself, and the intermediates above it."""

    id: str
    certificate: Certificate
    intermediates: tuple[Certificate, ...]

    @property
    def issuers(self) -> tuple[bytes, ...]:
        """What is sent along with it, and with every other certificate of its issuer. DER."""
        return tuple(issuer.der for issuer in self.intermediates)


def good_of(target: Target, session: Session) -> Good | None:
    """The endpoint's `client_certificate`; None where it declares none. CannotObserve where it cannot be read."""
    if not (id_ := str(target.says("client_certificate") or "")):
        return None
    found = next((t for t in session.profile_targets(TargetKind.CERTIFICATE) if t.id == id_), None)
    if found is None or not found.address:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile names no file of {id_}")
    held = read_held(found, session)
    if isinstance(leaf := held.leaf, Unseen):
        raise CannotObserve(leaf.reason, f"{id_}: {leaf.detail}")
    above = chains.issuers_above(leaf, chains.readable(held.chain[1:]))
    return Good(id_, leaf, tuple(each for each in above if not chains.issued_by(each, each)))


def offers(target: Target, good: Good | None, session: Session) -> dict[str, Offer | Unseen]:
    """Every case in its order: what is shown, or why it cannot be."""
    if good is None:
        alone: dict[str, Offer | Unseen] = {NO_CERTIFICATE: Offer(Shown()), OTHER_AUTHORITY: _unknown(session.now())}
        return {case: alone.get(case, NO_GOOD) for case in CASES}
    found: dict[str, Offer | Unseen] = {
        NO_CERTIFICATE: Offer(Shown()),
        OTHER_AUTHORITY: _copied(attempt(made.by_another_authority, good.certificate)),
        NAMESAKE: _copied(attempt(made.by_a_namesake, good.certificate)),
        ALONE: Offer(Shown(good.id, issuers=()), good.certificate.der) if good.issuers else NO_INTERMEDIATE,
    }
    return found | {case: _from_profile(case, target, good, session) for case in OF_THE_AUTHORITY}


NO_INTERMEDIATE = Unseen(Reason.NOT_CONFIGURED, "the file of the client certificate holds no intermediate to leave out")


def _copied(copy: made.Made | Unseen) -> Offer | Unseen:
    if isinstance(copy, Unseen):
        return Unseen(copy.reason, f"the client certificate cannot be copied: {copy.detail}")
    return Offer(Shown(made=(copy.certificate, copy.key), issuers=(copy.authority,)), copy.certificate)


def _unknown(now: datetime) -> Offer | Unseen:
    return _copied(made.by_nobody(now))


def _from_profile(case: str, target: Target, good: Good, session: Session) -> Offer | Unseen:
    for test in session.profile_targets(TargetKind.REFUSAL_CERTIFICATE):
        endpoints = test.says("endpoints")
        if test.says("shows") == case and isinstance(endpoints, tuple) and target.id in endpoints:
            return _tested(case, test, good, session)
    return Unseen(Reason.NOT_CONFIGURED, f"the profile has no refusal certificate for {target.id} that shows {case}")


def _tested(case: str, test: Target, good: Good, session: Session) -> Offer | Unseen:
    try:
        leaf = attempt(load, read_held(test, session).chain[0])
    except CannotObserve as error:
        return Unseen(error.unseen.reason, f"{test.id}: {error.unseen.detail}")
    if isinstance(leaf, Unseen):
        return Unseen(leaf.reason, f"{test.id}: {leaf.detail}")
    if wrong := misfit(case, leaf, good, session.now()):
        return Unseen(Reason.NOT_CONFIGURED, f"{test.id} {wrong}")
    return Offer(Shown(test.id, issuers=good.issuers), leaf.der)


def misfit(case: str, leaf: Certificate, good: Good, now: datetime) -> str:
    """Why a refusal of this certificate would not show the case; empty where it would."""
    own = traits(leaf, good, now)
    if case != REVOKED and case not in own:  # whether it is revoked, only its authority knows
        return f"does not show {case}"
    if others := own - traits(good.certificate, good, now) - {case}:
        return f"is also {', '.join(sorted(others))}, and may be refused for that"
    return ""


def traits(leaf: Certificate, good: Good, now: datetime) -> set[str]:
    """What a server might refuse it for, as far as can be read."""
    facts = read_certificate(leaf.der, "")
    found = {
        EXPIRED: _moment(facts["not_after"], now) < now,
        "not begun": _moment(facts["not_before"], now) > now,
        PURPOSE: bool(usage := _set(facts["extended_key_usage"])) and not usage & CLIENT_PURPOSES,
        SMALL_KEY: (facts["key_type"] == "RSA" and _number(facts["key_bits"]) < 2048)
        or facts["signature_hash"] in {"SHA-1", "MD5"},
        ORGANISATION: _organisation(leaf) != _organisation(good.certificate),
        "of another issuer": not _same_issuer(leaf, good),
    }
    return {name for name, holds in found.items() if holds}


def _moment(value: Value | Unseen, otherwise: datetime) -> datetime:
    return value if isinstance(value, datetime) else otherwise


def _number(value: Value | Unseen) -> int:
    return value if isinstance(value, int) else 0


def _set(value: Value | Unseen) -> set[str]:
    return set(value) if isinstance(value, tuple) else set()


def _organisation(leaf: Certificate) -> tuple[str, ...]:
    """The organisation number, else the organisation's name: whom an application tells clients apart by."""
    number = organisation_number(leaf)
    if isinstance(number, str):
        return (number,)
    named = attempt(_organisation_names, leaf)
    return () if isinstance(named, Unseen) else named


def _organisation_names(leaf: Certificate) -> tuple[str, ...]:
    return tuple(str(each.value) for each in leaf.parsed.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME))


def _same_issuer(leaf: Certificate, good: Good) -> bool:
    """Whether the same name stands in both, the same key is pointed at, and the signature does not speak against it."""
    if leaf.parsed.issuer != good.certificate.parsed.issuer:
        return False
    if attempt(_identifier, leaf) != attempt(_identifier, good.certificate):
        return False
    issuers = [each for each in good.intermediates if chains.issued_by(good.certificate, each)]
    return not issuers or any(chains.issued_by(leaf, issuer) for issuer in issuers)


def _identifier(leaf: Certificate) -> bytes | None:
    named = leaf.extension(x509.AuthorityKeyIdentifier)
    return named.key_identifier if named else None

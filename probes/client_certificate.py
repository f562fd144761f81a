"""What do the declared certificate files hold: the certificate, the key beside it, and who else uses that key?

PEM, DER or PKCS#12. Evidence is the certificates alone, never a key or the file. Left out: whether anything seen is
good enough, revocation, and keys in hardware.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

from cryptography.x509.oid import NameOID

from probes import _certificate_chain as chains
from probes._certificate_path import CertificatePath, anchors_of, find_path, read_pki
from probes._certificates import Certificate, attempt, certificate_facts, read_certificate
from probes._held_certificate import Held, key_in, key_of, read_held
from probes._organisation_number import read_organisation_numbers
from readiness.contract import issuer_environment
from readiness.model import Fact, FactType, Reason, Strength, Table, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

PREFIX = "certificate."
READ, KEY_FILES, OTHERS = PREFIX + "certificates_read", PREFIX + "key_files_read", PREFIX + "others_compared"


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read the files that the target names."""
    for name, declared in (("use", "use"), ("declared_environment", "environment")):
        yield Seen(PREFIX + name, str(target.says(declared) or "") or Unseen(Reason.NOT_CONFIGURED, "not declared"))
    held = read_held(target, session)
    evidence = tuple(
        session.keep(der, "application/pkix-cert", f"certificate {position} of {target.id}")
        for position, der in enumerate(held.chain)
    )
    for seen in _certificate_seen(held, target, session):
        yield replace(seen, evidence=evidence if seen.fact in CHAIN_FACTS else evidence[:1])
    for seen in (*_key_seen(held, session), *_uses_seen(held, target, session)):
        yield replace(seen, evidence=evidence[:1])


def _certificate_seen(held: Held, target: Target, session: Session) -> Iterator[Seen]:
    """What the certificates say: the leaf, its path, and the organisation in its subject."""
    yield Seen(READ, len(chains.readable(held.chain)))
    yield Seen(PREFIX + "chain", Table(chains.COLUMNS, chains.chain_rows(held.chain)))
    for name, value in read_certificate(held.chain[0], PREFIX).items():
        yield Seen(name, value)
    if isinstance(leaf := held.leaf, Unseen):
        for name in ("path", "pki", *ORGANISATION_FACTS, "custody", "issuer_environment"):
            yield Seen(PREFIX + name, leaf)
        return
    path = _path(leaf, held, target, session)
    yield Seen(PREFIX + "path", path.value, path.why)
    yield Seen(PREFIX + "pki", read_pki(leaf, path))
    organisation = read_organisation(leaf, str(target.says("party_organisation_number") or ""))
    for name, value in organisation.items():
        yield Seen(PREFIX + name, value)
    yield Seen(PREFIX + "custody", read_custody(organisation["organisation_equals_party"], target))
    yield Seen(PREFIX + "issuer_environment", attempt(_issuer_environment, leaf, chains.readable(held.chain)))


def _path(leaf: Certificate, held: Held, target: Target, session: Session) -> CertificatePath:
    anchors = anchors_of(session)
    if isinstance(anchors, Unseen):
        return CertificatePath(anchors)
    return find_path(leaf, chains.readable(held.chain[1:]), anchors, session.now(), str(target.says("use") or ""))


def read_custody(of_party: Value | Unseen, target: Target) -> Value | Unseen:
    """Who can do without whom: issued_to_kommun, where the number in it is that of the declared party and that is a
    kommun (`of_party`: whether it is); revocable_by_kommun, as the profile says; else other."""
    if of_party is True and target.says("party_kind") == "kommun":
        return "issued_to_kommun"
    if target.says("revocable_by_kind") == "kommun":
        return "revocable_by_kommun"
    return of_party if isinstance(of_party, Unseen) else "other"


def read_organisation(leaf: Certificate, declared: str) -> dict[str, Value | Unseen]:
    """The organisation number in the subject, its form, and whether it is the declared party's (ten digits)."""
    attributes = attempt(_attributes, leaf)
    if isinstance(attributes, Unseen):
        return dict.fromkeys(ORGANISATION_FACTS, attributes)
    found = read_organisation_numbers(attributes)
    number: str | Unseen
    if not found:
        number = Unseen(Reason.NOT_UNDERSTOOD, "no attribute of the subject holds an organisation number")
    elif len({read.number for read in found}) > 1:
        number = Unseen(Reason.ANSWERS_DIFFER, "the subject holds more than one organisation number")
    else:
        number = found[0].number
    equal: bool | Unseen = number if isinstance(number, Unseen) else number == declared
    if not declared:
        equal = Unseen(Reason.NOT_CONFIGURED, "the profile gives no organisation number of the party")
    return dict(zip(ORGANISATION_FACTS, (number, found[0].form if found else "other", equal), strict=True))


def _attributes(leaf: Certificate) -> list[tuple[str, str]]:
    subject = leaf.parsed.subject
    return [(entry.oid.dotted_string, entry.value) for entry in subject if isinstance(entry.value, str)]


def _issuer_environment(leaf: Certificate, certificates: tuple[Certificate, ...]) -> str:
    """By the nearest issuer above the leaf whose common name is listed."""
    for certificate in (leaf, *chains.issuers_above(leaf, certificates)):
        for name in certificate.parsed.issuer.get_attributes_for_oid(NameOID.COMMON_NAME):
            if (environment := issuer_environment(str(name.value))) != "unlisted":
                return environment
    return "unlisted"


def _key_seen(held: Held, session: Session) -> Iterator[Seen]:
    """Whether the key belongs to the certificate, and who besides the owner may touch the file it stands in."""
    yield Seen(PREFIX + "key_pair", _key_pair(held))
    readers: set[str] = set()
    unseen: list[Unseen] = []
    for path in held.key_files:
        try:
            readers |= set(session.file_mode(path))
        except CannotObserve as error:
            unseen.append(error.unseen)
    yield Seen(KEY_FILES, len(held.key_files) - len(unseen))
    if not held.key_files:
        unseen = [Unseen(Reason.NOT_CONFIGURED, "the profile names no file with a private key")]
    yield Seen(PREFIX + "key_file_readers", unseen[0] if unseen else tuple(sorted(readers)))


def _key_pair(held: Held) -> str | Unseen:
    if held.key is None:
        return Unseen(Reason.NOT_CONFIGURED, "the profile gives no private key to the certificate")
    if isinstance(held.key, Unseen):
        return held.key
    own = key_of(held.chain[0])
    return own if isinstance(own, Unseen) else "matches" if own == held.key else "differs"


def _uses_seen(held: Held, target: Target, session: Session) -> Iterator[Seen]:
    """In which other declared uses the same public key stands."""
    own, own_use = key_of(held.chain[0]), str(target.says("use") or "")
    if isinstance(own, Unseen):
        yield Seen(OTHERS, own)
        yield Seen(PREFIX + "same_key_uses", own)
        return
    compared, shared, undecided = 0, set[str](), dict[str, Unseen]()
    for other in session.profile_targets(TargetKind.CERTIFICATE):
        if other.id == target.id:
            continue
        use = str(other.says("use") or "")
        key = key_in(other, session)
        if isinstance(key, Unseen):
            undecided[use] = Unseen(key.reason, f"{other.id}: {key.detail}")
            continue
        compared += 1
        if key == own:
            shared.add(use)
    shared.discard(own_use)
    open_uses = tuple(sorted((use, why) for use, why in undecided.items() if use not in {*shared, own_use}))
    yield Seen(OTHERS, compared)
    yield Seen(PREFIX + "same_key_uses", tuple(sorted(shared)), undecided=open_uses)


ORGANISATION_FACTS = ("organisation_number", "organisation_number_form", "organisation_equals_party")
CHAIN_FACTS = {READ, PREFIX + "chain", PREFIX + "path", PREFIX + "pki", PREFIX + "issuer_environment"}
FACTS = (
    Fact(READ, FactType.NUMBER, "How many certificates of the file could be read."),
    *certificate_facts(PREFIX, READ),
    Fact(PREFIX + "chain", FactType.TABLE, "Every certificate in the file, the leaf first."),
    Fact(PREFIX + "path", FactType.TEXT, "found or not_found: a path to the profile's trust anchors, when looked at."),
    Fact(PREFIX + "pki", FactType.TEXT, "public (by policy OID or embedded SCT), or private (by the anchors)."),
    Fact(PREFIX + "use", FactType.TEXT, "What the profile declares the certificate to be used for."),
    Fact(PREFIX + "declared_environment", FactType.TEXT, "The environment that the profile declares."),
    Fact(PREFIX + "key_pair", FactType.TEXT, "matches or differs: the given private key and the leaf's public key."),
    Fact(KEY_FILES, FactType.NUMBER, "Of how many files with a private key the permissions were read."),
    Fact(
        PREFIX + "key_file_readers",
        FactType.SET,
        "Who besides the owner may touch a file with the private key: group-read, others-write ...",
        of=KEY_FILES,
    ),
    Fact(PREFIX + "organisation_number", FactType.TEXT, "Ten digits out of the subject, check digit verified."),
    Fact(PREFIX + "organisation_number_form", FactType.TEXT, "expisoft, siths, efos, plain or other."),
    Fact(PREFIX + "organisation_equals_party", FactType.FLAG, "Whether that number is the declared party's."),
    Fact(
        PREFIX + "custody",
        FactType.TEXT,
        "issued_to_kommun by the number in it; revocable_by_kommun, as the profile says; or other.",
    ),
    Fact(OTHERS, FactType.NUMBER, "With how many other declared certificates the public key was compared."),
    Fact(
        PREFIX + "same_key_uses",
        FactType.SET,
        "Declared uses, other than its own, in which the same public key stands.",
        of=OTHERS,
    ),
    Fact(PREFIX + "issuer_environment", FactType.TEXT, "test, production or unlisted, by the issuer's listed name."),
)

PROBE = Probe(TargetKind.CERTIFICATE, FACTS, observe, Effect.READS, Strength.FILE)

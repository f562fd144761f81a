"""Is a certificate that came over the wire one of those that the profile declares, and whose number does it bear?

Certificates are compared as bytes: names are written in too many ways (C section 8). Left out: what a certificate says
(`_certificates`), and its path.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from probes._certificates import Certificate, attempt
from probes._held_certificate import read_held
from probes._organisation_number import read_organisation_numbers
from readiness.model import Reason, TargetKind, Unseen
from readiness.probe import CannotObserve, Session


@dataclass(frozen=True, slots=True)
class Declared:
    """What the profile declares for some uses. `leaves` and `others`: DER; `numbers`: the parties' organisation numbers
    (ten digits); `count`: how many certificates it names; `unread`: why some of them could not be read, if so."""

    count: int
    leaves: tuple[bytes, ...]
    others: tuple[bytes, ...]
    numbers: tuple[str, ...]
    unread: Unseen | None

    def holds(self, der: bytes) -> str | Unseen:
        """declared or not_declared; unseen where none is declared, or one that could be it cannot be read."""
        if der in self.leaves:
            return "declared"
        if not self.count:
            return Unseen(Reason.NOT_CONFIGURED, "the profile names no certificate for this use")
        return self.unread or "not_declared"


_FOUND: WeakKeyDictionary[Session, dict[frozenset[str], Declared]] = WeakKeyDictionary()


def declared_for(uses: Collection[str], session: Session) -> Declared:
    """The certificates that the profile declares for any of these uses (tls-client, signing, sealing ...).

    Read once a session: opening a file may take a password and a slow key, and every exchange asks for the same.
    """
    found = _FOUND.setdefault(session, {})
    if (key := frozenset(uses)) not in found:
        found[key] = _read_declared(key, session)
    return found[key]


def organisation_number(leaf: Certificate) -> str | Unseen:
    """The one organisation number (ten digits) in a certificate's subject."""
    attributes = attempt(_attributes, leaf)
    if isinstance(attributes, Unseen):
        return attributes
    numbers = sorted({read.number for read in read_organisation_numbers(attributes)})
    if len(numbers) != 1:
        return Unseen(Reason.NOT_UNDERSTOOD, f"the subject holds {len(numbers)} organisation numbers")
    return numbers[0]


def _attributes(leaf: Certificate) -> list[tuple[str, str]]:
    subject = leaf.parsed.subject
    return [(entry.oid.dotted_string, entry.value) for entry in subject if isinstance(entry.value, str)]


def _read_declared(uses: Collection[str], session: Session) -> Declared:
    leaves: list[bytes] = []
    others: list[bytes] = []
    unread: Unseen | None = None
    named = [target for target in session.profile_targets(TargetKind.CERTIFICATE) if target.says("use") in uses]
    for target in named:
        if not target.address:
            unread = Unseen(Reason.NOT_CONFIGURED, f"the profile names no file for {target.id}")
            continue
        try:
            held = read_held(target, session)
        except CannotObserve as error:
            unread = Unseen(error.unseen.reason, f"{target.id}: {error.unseen.detail}")
            continue
        leaves.append(held.chain[0])
        others += held.chain[1:]
    numbers = {str(target.says("party_organisation_number") or "") for target in named} - {""}
    return Declared(len(named), tuple(leaves), tuple(others), tuple(sorted(numbers)), unread)

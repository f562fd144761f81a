"""The chain in its owner's words: the nouns of a profile, and the targets that follow from them.

Read from TOML by `profile`; nothing here checks anything. Dates are UTC. Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from readiness.model import Target, TargetKind

PROPERTIES = ("riktighet", "konfidentialitet", "tillganglighet", "sparbarhet")
"""The four properties of the risk analysis, spelled for keys."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who the report is about. `kind` is kommun or vendor; `organisation_number` ten digits without hyphen."""

    kind: str
    name: str
    organisation_number: str
    board: str = ""  # ansvarig nämnd
    reference: str = ""  # diarienummer
    product: str = ""
    version: str = ""
    party: str = ""  # the id of the party that it is


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who ordered the look, why, and for which period."""

    ordered_by: str = ""
    purpose: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The conditions the chain is held to, each with the date somebody checked that it is the one in force."""

    infrastructure_owner: str  # infrastrukturansvarig
    terms_version: str  # villkorsversion
    terms_checked: date | None
    contract_version: str
    contract_checked: date | None
    specification_version: str = ""  # tjänstespecifikation
    specification_checked: date | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation in the chain. `kind`: kommun, vendor, operator, authority, other."""

    id: str
    name: str
    organisation_number: str
    kind: str
    essential_operator: bool = False  # verksamhetsutövare enligt CSL


@dataclass(frozen=True, slots=True)
class Node:
    """One station of the chain, in order. `responsible` lists (property, party id) pairs as declared, also doubles."""

    id: str
    name: str
    party: str
    product: str = ""
    version: str = ""
    since: date | None = None
    country: str = ""
    personal_data: bool = True
    held_by: str = ""
    responsible: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to look: by whom, at what, with which effects, when, and the document (SHA-256) that says so."""

    owner: str
    addresses: tuple[str, ...]
    effects: tuple[str, ...]
    start: datetime
    end: datetime
    document: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class PermitUsed:
    """Which permit a probe that does more than read was let near a target by, and when."""

    probe: str
    target: str
    effect: str
    at: datetime
    permit: Permit


@dataclass(frozen=True, slots=True)
class Absence:
    """The profile's word that the chain has none of a kind of target (optionally: of a role or use)."""

    id: str
    what: TargetKind
    where: tuple[tuple[str, str], ...]
    why: str
    decided_by: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Deviation:
    """A decision to accept that a rule is not met. A malformed one counts as expired; `malformed` says why."""

    rule: str
    target: str
    reason: str
    owner: str
    approved_by: str
    expires: datetime | None
    malformed: str = ""


@dataclass(frozen=True, slots=True)
class OtherRecord:
    """A record made by somebody else, to be judged together with this one."""

    path: str
    party: str
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RiskLevel:
    """The kommun's own current level of a risk, beside the one of 2014."""

    risk: str
    likelihood: str
    consequence: str
    level: int
    set_by: str
    set_on: date
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A chain: who it is about, what it is made of, what may be done to it. `targets` are in the profile's order."""

    subject: Subject
    environment: str  # test or production
    terms: Terms
    assignment: Assignment = field(default_factory=Assignment)
    parties: tuple[Party, ...] = ()
    nodes: tuple[Node, ...] = ()
    targets: tuple[Target, ...] = ()
    trust_anchors: tuple[str, ...] = ()
    permits: tuple[Permit, ...] = ()
    absences: tuple[Absence, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    records: tuple[OtherRecord, ...] = ()
    risk_levels: tuple[RiskLevel, ...] = ()
    included: str = ""
    excluded: str = ""
    source: str = ""  # path of the file it was read from

    @property
    def chain(self) -> Target:
        """The target that stands for the chain itself."""
        return next(target for target in self.targets if target.kind is TargetKind.CHAIN)

    def party(self, id_: str) -> Party | None:
        """The declared party of that id."""
        return next((party for party in self.parties if party.id == id_), None)

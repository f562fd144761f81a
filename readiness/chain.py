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
    domains: tuple[str, ...] = ()  # what it calls its own in DNS


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

    @property
    def self_approved(self) -> bool:
        """Whether its owner has decided it alone, as far as the names tell."""
        return bool(self.owner) and self.owner.strip().casefold() == self.approved_by.strip().casefold()


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
class StagePlan:
    """Where a stage stands for this chain, and who reaches it. Paths are absolute, of PEM files.

    `first_port` 0: any free ports; else consecutive ones from there. `client_certificate`: required, requested or none.
    `peers` are networks in CIDR form. `operators` are (id, name) pairs, none for those that are in business.
    """

    address: str = "127.0.0.1"
    public_name: str = "localhost"
    first_port: int = 0
    client_certificate: str = "required"
    client_issuers: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""
    operators: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """How a sending system is made to send: exactly one of a command (arguments, no shell), a URL, or a person."""

    command: tuple[str, ...] = ()
    url: str = ""
    person: bool = False


@dataclass(frozen=True, slots=True)
class AccountSource:
    """Where a sending system says what became of each message: exactly one of `file`, `command`, `url` and `log`.

    `format`: csv, json or log. `log` is the id of a log source; `patterns` are regular expressions by which lines of a
    log are read, whose groups have the names of the columns, or `answer` (`profile.patterns`). `rows` is the dotted
    path to the list in JSON, "" where the list is all. `columns` pairs person, message, outcome, channel, told with the
    system's own names; `words` an outcome, and `channels` a channel, with one of the system's words for it; `told` has
    its words for yes. Words are compared without regard to case.
    """

    file: str = ""
    command: tuple[str, ...] = ()
    url: str = ""
    log: str = ""
    format: str = "csv"
    patterns: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8"
    rows: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    channels: tuple[tuple[str, str], ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sending:
    """How the sending system `target` (an id) is exercised. Seconds.

    `start_seconds`: how long its first connection may take to come; `retry_seconds`: how long it may wait before it
    tries again; `quiet_seconds`: after so long without anything new a round is over; `recovery_seconds`: how long a
    sane delivery after a round may take to succeed.
    """

    target: str
    start: Start | None = None
    account: AccountSource | None = None
    start_seconds: int = 60
    retry_seconds: int = 0
    quiet_seconds: int = 10
    recovery_seconds: int = 120


@dataclass(frozen=True, slots=True)
class Revocation:
    """Where it may be asked whether certificates are revoked ("host:port"), and lists and responses in files, whose
    paths are absolute."""

    addresses: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


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
    revocation: Revocation = field(default_factory=Revocation)
    permits: tuple[Permit, ...] = ()
    absences: tuple[Absence, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    records: tuple[OtherRecord, ...] = ()
    risk_levels: tuple[RiskLevel, ...] = ()
    stage: StagePlan = field(default_factory=StagePlan)
    sendings: tuple[Sending, ...] = ()
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

"""What is the example kommun made of, before anything is made? A plan that the built-in defects change.

Left out: the values of the conforming chain (`conforming`), making certificates (`pki`), serving (`servers`), writing
files (`chain`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from readiness.demo.names import DnsPlan, conforming_dns
from readiness.demo.pages import PagePlan
from readiness.demo.register_plan import RegisterPlan

DAY = timedelta(days=1)
KOMMUN, VENDOR, MEDIATOR = "kommunen", "leverantoren", "formedlaren"
NEIGHBOUR = "grannkommunen"
"""Another customer of the same förmedlare, in its test environment."""
CASE_SYSTEM, CASE_SYSTEM_VERSION = "verksamhetssystem", "5.2"
INTEGRATION = "integration"
SOAP_PATH = "/Message/v3"
MESSAGE_TYPES = ("Beslut om bistånd", "Kallelse till möte")
STAGE = "provbank"
LET_IN = "provklient"
"""The client certificate that the tool shows to servers which ask for one."""
SENDING = (CASE_SYSTEM, INTEGRATION, "formedlare")
"""The stage's certificate, and the processes of the sending system, each with a certificate of its own."""


@dataclass(slots=True)
class PartyPlan:
    """An organisation of the example.

    The numbers are made up and belong to nobody: the check digit is right, but the first digit of an organisation
    number tells the legal form, and no form has the digit 4 (SKV 709).
    """

    name: str
    organisation_number: str
    kind: str


@dataclass(slots=True)
class NodePlan:
    """One station of the chain. `responsible` gives the parties of each property, as the profile will say."""

    name: str
    party: str
    product: str
    version: str
    country: str = "SE"
    responsible: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class ServerPlan:
    """One TLS server. `chain` names the certificates sent, leaf first; `oldest` and `newest` are TLS versions.

    `suites` are OpenSSL's, "" for the usual ones, `signs` what is added to its signatures, `every_group`:
    all groups that it has; `second`: another certificate for another kind of key; `oddity` is one of `servers`.
    `by_hand`: the certificates are shown in TLS 1.2, and no more than that, for no TLS library serves them. `soap`
    names the service of the contract behind TLS, "" for none; `quirks` are those of `soap_service`. `forgets` is the
    defect of `guard`.
    """

    node: str
    role: str
    name: str
    chain: list[str]
    mutual_tls: str = "required"
    oldest: str = "TLSv1.2"
    newest: str = "TLSv1.3"
    suites: str = ""
    every_group: bool = False
    signs: str = ""
    second: list[str] = field(default_factory=list)
    oddity: str = ""
    by_hand: bool = False
    soap: str = ""
    quirks: tuple[str, ...] = ()
    forgets: str = ""
    baselines: tuple[str, ...] = ()


@dataclass(slots=True)
class CertificatePlan:
    """One certificate. `key` is rsa-<bits>, dsa-<bits> or a curve; `key_of` names another whose key it has.

    `starts` and `ends` count from the start of the demo. `party` gives the organisation and its number in the subject.
    """

    name: str
    party: str = ""
    issuer: str = "utfardare"
    key: str = "secp256r1"
    key_of: str = ""
    hash: str = "SHA-256"
    starts: timedelta = -30 * DAY
    ends: timedelta = 335 * DAY
    begins: datetime | None = None
    """In place of `starts`: what is asked of a lifetime goes by the day of issue."""
    dns_names: tuple[str, ...] = ()
    key_usage: tuple[str, ...] = ("digital_signature",)
    extended_key_usage: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    authority: bool = False
    told: bool = True
    """Whether it says where its issuer tells that it is revoked."""
    country: str = "SE"
    organisation_number: str = ""
    """Stands in the subject in place of the party's own."""


@dataclass(slots=True)
class FilePlan:
    """A certificate file, by its name in the plan. Its issuer's stands in the same file, its key in another."""

    certificate: str
    node: str
    party: str
    use: str
    key_of: str = ""
    """The certificate whose private key stands in the key file; empty for its own."""
    mode: int = 0o600
    earlier: tuple[str, ...] = ()
    """The certificates that were in use before, by their names in the plan."""
    revocable_by: str = ""
    """The party that can have it revoked by itself, where that is not the one that has it."""


@dataclass(slots=True)
class StatementPlan:
    """A statement: who answers a check with yes. `age` in days; `months` it holds; `document` is its title, if any."""

    role: str
    party: str
    text: str
    months: int
    document: str = ""
    age: int = 20
    document_age: int = 45
    version: str = CASE_SYSTEM_VERSION
    """The version of the case system that it was made for: another one voids it."""


@dataclass(slots=True)
class LogPlan:
    """The log of a process of the sending system. `events`: what it tells of a letter, each with the words for it;
    `weeks`: how long ago each of its rotated files was written, by its number; `mode` of its files."""

    node: str
    events: dict[str, tuple[str, ...]]
    ordered: int = 0
    """How many days before it was delivered it was ordered of another party; 0 for the kommun's own log."""
    unlisted: int = 0
    """How many of its files the list of hashes that came with it leaves out."""
    foreign: bool = False
    """Whether its rotated files have consignments of another customer."""
    weeks: dict[int, int] = field(default_factory=lambda: {number: number for number in range(1, 7)})
    mode: int = 0o600


@dataclass(slots=True)
class SendingPlan:
    """How the sending system works. `client`, `signing`, `sealing` name the certificates that it uses; `quirks` are
    those of `sending`; `register`: how many people the case system knows, which only a built-in defect asks about."""

    client: str = "formedlare-klient"
    signing: str = "signering"
    sealing: str = "forsegling"
    quirks: tuple[str, ...] = ()
    register: int = 0


@dataclass(slots=True)
class TenantPlan:
    """A customer of the förmedlare in its test environment: whose it is, which certificate (by its name in the plan) it
    has, and the id of a consignment of its own."""

    party: str
    certificate: str
    distribution_id: str


@dataclass(slots=True)
class SecondPlan:
    """The run of a second sending system: what it is called, which certificate (by its name in the plan) its deliveries
    came over, how many there were, in which environment, and how many days ago."""

    product: str = "Fristående provsystem"
    client: str = "formedlare-klient"
    deliveries: int = 3
    environment: str = "test"
    age: int = 20


@dataclass(slots=True)
class DocumentPlan:
    """A letter that the kommun hands over: which of the example's files was sent, and which was archived."""

    sent: str
    archived: str
    appeal: str = "not_possible"
    signature: str = "not_required"
    age: int = 30


@dataclass(slots=True)
class Plan:
    """The whole example."""

    parties: dict[str, PartyPlan]
    nodes: dict[str, NodePlan]
    servers: dict[str, ServerPlan]
    certificates: dict[str, CertificatePlan]
    files: dict[str, FilePlan]
    statements: dict[str, StatementPlan]
    refusals: dict[str, str] = field(default_factory=dict)
    """What a certificate shows that should be refused, and which that is."""
    sending: SendingPlan = field(default_factory=SendingPlan)
    logs: dict[str, LogPlan] = field(default_factory=dict)
    registers: dict[str, RegisterPlan] = field(default_factory=dict)
    documents: dict[str, DocumentPlan] = field(default_factory=dict)
    time_sources: list[timedelta] = field(default_factory=lambda: [timedelta(), timedelta()])
    """How far each time source is ahead of this machine."""
    pages: dict[str, PagePlan] = field(default_factory=dict)
    tenants: dict[str, TenantPlan] = field(default_factory=dict)
    tells_anyone: bool = False
    """Whether the förmedlare tells every customer of everybody's consignments."""
    second: SecondPlan = field(default_factory=SecondPlan)
    revoked: tuple[str, ...] = ()
    """Certificates that the issuer's list names, beside the one that servers should refuse."""
    list_ends: timedelta = 7 * DAY
    """When that list is due to be replaced."""
    dns: DnsPlan = field(default_factory=conforming_dns)
    environment: str = "test"
    anchors: tuple[str, ...] = ("rot",)

    @property
    def issuers(self) -> tuple[str, ...]:
        """The authorities that tell which of their certificates are revoked: all but the root."""
        return tuple(name for name, plan in self.certificates.items() if plan.authority and name != "rot")

"""The nouns: everything else in this project is a function from one of these to the next.

Left out: validation (the loaders do that, with file and line), words for people (texts), and every kind of I/O.
Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

# -- What there is to look at ------------------------------------------------------------------------------------------


class TargetKind(StrEnum):
    """What a probe can be pointed at and a rule can be about."""

    CHAIN = "chain"
    NODE = "node"
    ENDPOINT = "endpoint"
    CERTIFICATE = "certificate"
    MESSAGE_TYPE = "message_type"
    LOG_SOURCE = "log_source"
    SENDING_SYSTEM = "sending_system"
    STATEMENT = "statement"
    CONNECTION = "connection"
    EXCHANGE = "exchange"
    SCENARIO = "scenario"
    REFUSAL_CERTIFICATE = "refusal_certificate"
    REGISTER = "register"
    SENT_DOCUMENT = "sent_document"
    PAGE = "page"
    NAME = "name"
    SECOND_SYSTEM = "second_system"
    TENANT = "tenant"


# These come from what the stage recorded; no profile declares one.
RECORDED = frozenset({TargetKind.CONNECTION, TargetKind.EXCHANGE, TargetKind.SCENARIO})

# Servers of others answer for these: asked together, before anything that takes this machine's processor.
ASKED_OVER_THE_NETWORK = frozenset({TargetKind.ENDPOINT, TargetKind.PAGE, TargetKind.NAME})

# A chain cannot be without these; they can only be held by another party (DESIGN section 2, decision 3).
INDISPENSABLE = frozenset(
    {
        TargetKind.NODE,
        TargetKind.CERTIFICATE,
        TargetKind.MESSAGE_TYPE,
        TargetKind.LOG_SOURCE,
        TargetKind.SENDING_SYSTEM,
    }
)


class Reason(StrEnum):
    """Why a question could not be answered. Closed: a new reason is a design decision, with a line here and a test."""

    NAME_NOT_RESOLVED = "name_not_resolved"
    """The name has no address according to the resolver that was asked."""
    CONNECTION_REFUSED = "connection_refused"
    """The address answered that nothing listens on that port, or a firewall said so on its behalf."""
    CONNECTION_RESET = "connection_reset"
    """The peer tore the connection down with a TCP reset, where that answers nothing."""
    TIMED_OUT = "timed_out"
    """Nothing, or not enough, came before the deadline."""
    CLOSED_EARLY = "closed_early"
    """The peer closed in an orderly way before it had said what was asked for."""
    NOT_UNDERSTOOD = "not_understood"
    """Bytes came, and they are not what the standard says they should be."""
    CREDENTIALS_NEEDED = "credentials_needed"
    """The peer or the file wants a certificate, a password or a login that the profile does not give."""
    ACCESS_DENIED = "access_denied"
    """The file system or the peer refused the access that was tried."""
    NOT_CONFIGURED = "not_configured"
    """The profile does not say where to look."""
    NOT_PERMITTED = "not_permitted"
    """No permit in the profile covers this effect on this address at this time."""
    NOT_EXERCISED = "not_exercised"
    """The situation that would show it was never brought about."""
    NOT_SUPPORTED = "not_supported"
    """The tool cannot read this format, version or algorithm."""
    CONTROL_FAILED = "control_failed"
    """The sane attempt beside it failed too, so the result would say nothing."""
    ANSWERS_DIFFER = "answers_differ"
    """Asked more than once, or at more than one address of the name, the answers were not the same."""
    LIMIT_REACHED = "limit_reached"
    """More came than the tool agreed to read."""
    EXPIRED = "expired"
    """It was seen, but too long ago, or of a version that is no longer the declared one."""
    NOT_KEPT = "not_kept"
    """It needed an original that was not kept."""
    NOT_BUILT = "not_built"
    """No probe can look at this yet."""
    INTERRUPTED = "interrupted"
    """A person stopped the run before this was looked at."""
    PROBE_FAULT = "probe_fault"
    """A bug of ours. Please report it."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """There is no value, and this is why. `detail` is English, for whoever mends it; never personal data."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both included, both with a time zone."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for the report. No predicate takes a table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Value = str | int | bool | datetime | timedelta | Period | tuple[str, ...] | Table
"""What a fact can be: text, number, flag, moment, duration, period, set (sorted, no doubles), table."""


class FactType(StrEnum):
    """The shapes a fact may have; predicates are typed against these when a checklist is loaded."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    DURATION = "duration"
    PERIOD = "period"
    SET = "set"
    TABLE = "table"


PYTHON_TYPE: dict[FactType, type] = {
    FactType.TEXT: str,
    FactType.NUMBER: int,
    FactType.FLAG: bool,
    FactType.MOMENT: datetime,
    FactType.DURATION: timedelta,
    FactType.PERIOD: Period,
    FactType.SET: tuple,
    FactType.TABLE: Table,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One question that a probe answers, named neutrally (`subject.property`).

    `of` names the fact of the same probe that counts what was looked through: 0 found of 0 read answers nothing.
    Every set, and every number that counts something, has one.
    """

    name: str
    type: FactType
    meaning: str
    of: str = ""


class Strength(StrEnum):
    """How an observation was come by, strongest first: tried live, from a file, a cited document, someone's word."""

    LIVE = "live"
    FILE = "file"
    DOCUMENT = "document"
    WORD = "word"


Declared = tuple[tuple[str, str | int | bool | datetime | tuple[str, ...]], ...]
"""What the profile says of a target: sorted (name, value) pairs."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to look at, named so that a reader of the report can find it.

    `address` is host:port, a path, or empty; `party` the declared party that answers for it; `held_by` the party that
    holds it where the owner of the profile does not.
    """

    id: str
    kind: TargetKind
    node: str = ""
    address: str = ""
    party: str = ""
    held_by: str = ""
    declared: Declared = ()

    def says(self, name: str) -> str | int | bool | datetime | tuple[str, ...] | None:
        """What the profile declares under that name, or None."""
        return dict(self.declared).get(name)

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """What it declares there as a list of "key=value", taken apart; () where it declares no such list."""
        said = self.says(name)
        parts = [one.partition("=") for one in said] if isinstance(said, tuple) else []
        return tuple((key, value) for key, _, value in parts)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Bytes kept as proof, known by their SHA-256 (hex). `masked` says in words what was masked, if anything."""

    sha256: str
    media_type: str
    origin: str
    masked: str = ""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Who sealed the dossier that a record came in. That it is intact was seen; by whom it was is `confirmed` or not.

    `by` is the subject of the certificate (RFC 4514), `certificate` its SHA-256 (hex), `at` the time of a confirmed
    time-stamp, or the sealer's own word where there is none. `confirmed`: a path leads from the certificate to a given
    anchor.
    """

    by: str
    certificate: str
    at: datetime
    time_stamped: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact about one target at one time: a value, or the reason there is none.

    `undecided` names members of a set that may or may not belong to it, each with the reason it stays open.
    `record` is the id of the record it was read back from; empty while the run is going on.
    """

    probe: str
    target: str
    fact: str
    at: datetime
    value: Value | Unseen
    strength: Strength
    detail: str = ""
    evidence: tuple[Evidence, ...] = ()
    undecided: tuple[tuple[str, Unseen], ...] = ()
    party: str = ""
    environment: str = ""
    version: str = ""
    record: str = ""


# -- What is asked of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the two languages of the reports."""

    sv: str
    en: str


class Weight(StrEnum):
    """What a rule's failure means for a risk: `must` fails it, `should` leaves a reservation."""

    MUST = "must"
    SHOULD = "should"


class Basis(StrEnum):
    """Who asks for it: a law, the contract, a recognised baseline, good practice, or this project's own proposal."""

    LAW = "law"
    CONTRACT = "contract"
    BASELINE = "baseline"
    PRACTICE = "practice"
    PROPOSAL = "proposal"


Operand = str | int | bool | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """One fact must satisfy one predicate."""

    fact: str
    predicate: str
    operand: Operand
    of: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A value that a rule passes or fails, at its boundary.

    `at` is the time of judging (default: any); `given` the other facts the rule looks at, and denominators other than
    one, where they matter.
    """

    value: Value
    at: datetime | None = None
    given: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Which fact must satisfy what, for which risks at which weight, on which source and basis.

    A pending rule has `pending` (why no probe can look yet) in place of target, fact, expectations and examples.
    `expect` is about `fact` first and then about the facts under `also`, of the same target; all must hold.
    """

    id: str
    title: Words
    risks: tuple[tuple[str, Weight], ...]
    basis: Basis
    source: str
    confidence: str
    remedy: Words
    check: str = ""
    target: TargetKind = TargetKind.CHAIN
    select: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()
    fact: str = ""
    when: tuple[Expectation, ...] = ()
    expect: tuple[Expectation, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    environment: str = ""
    answers: str = ""
    valid_days: int | None = None
    passes: tuple[Example, ...] = ()
    fails: tuple[Example, ...] = ()
    pending: Words | None = None
    retired: str = ""
    verified: tuple[str, str] | None = None

    @property
    def stated(self) -> bool:
        """Whether it belongs to the stated part of a risk: what people say, not what was seen."""
        return self.target is TargetKind.STATEMENT


# -- What comes out ----------------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """What one rule says about one target."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"


class Cause(StrEnum):
    """Why a finding is what it is; the reports have words for each."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNSEEN = "unseen"
    NOTHING_COUNTED = "nothing_counted"
    NOTHING_SELECTED = "nothing_selected"
    DECLARED_ABSENT = "declared_absent"
    CONDITION_FALSE = "condition_false"
    OUTSIDE_PERIOD = "outside_period"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule on one target, with what it rests on.

    `broken` lists the expectations that did not hold; `unseen` why it is inconclusive; `absence` the id of the
    profile's declaration that there is none. `target` is the chain's id where the rule selected nothing.
    """

    rule: str
    target: str
    verdict: Verdict
    cause: Cause
    rests_on: tuple[Observation, ...] = ()
    broken: tuple[Expectation, ...] = ()
    unseen: Unseen | None = None
    absence: str = ""


class Mark(StrEnum):
    """The word on one risk, or on one part of it. NONE: no grade, because the profile says that there is nothing."""

    PASS = "pass"
    FAIL = "fail"
    NONE = "none"


class Because(StrEnum):
    """Why a grade is what it is, worst first."""

    VIOLATED = "violated"
    NOT_DEMONSTRATED = "not_demonstrated"
    NOT_COVERED = "not_covered"
    RESERVATIONS = "with_reservations"
    ALL_PASS = "all_pass"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class PartGrade:
    """One part of one risk. `strength` is the weakest among the `must` passes, if there is one."""

    mark: Mark
    because: Because
    strength: Strength | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """One risk: the worse of its graded parts, which stand beside it. `whole` is false in a vendor's report."""

    risk: str
    mark: Mark
    because: Because
    strength: Strength | None = None
    seen: PartGrade | None = None
    stated: PartGrade | None = None
    whole: bool = True

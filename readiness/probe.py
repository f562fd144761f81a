"""What is a probe: the facts it promises, the effect it has, the function that looks, and the edges it may touch.

A probe observes and knows nothing of rules. It is an async generator of `Seen`; what it promised and did not yield is
filled in as unseen by `observe`, so a probe that stops half-way loses nothing it had already said.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

from readiness.model import Evidence, Fact, Observation, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.recording import Connection, Exchange, Performance

if TYPE_CHECKING:
    from readiness.chain import Permit
    from readiness.contract.schemas import Contract


T = TypeVar("T")


class Effect(StrEnum):
    """What looking does to the one looked at, mildest first (DESIGN section 4)."""

    READS = "reads"
    """A file, or what any ordinary client does: one handshake, one GET."""
    SCANS = "scans"
    """Many or odd handshakes, no request."""
    SENDS = "sends"
    """Requests, wrong credentials."""
    DISTURBS = "disturbs"
    """Faults and load; this machine only."""


class CannotObserve(Exception):
    """The question stays open, and this is why. Raised by a probe or by an edge of the session."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.unseen = Unseen(reason, detail)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a probe yields: one promised fact, with a value or the reason there is none.

    `at` is for a fact that was established at another time than now (a statement); `strength` where it differs from
    the probe's own.
    """

    fact: str
    value: Value | Unseen
    detail: str = ""
    evidence: tuple[Evidence, ...] = ()
    undecided: tuple[tuple[str, Unseen], ...] = ()
    strength: Strength | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Jobs at a time in all and per host; seconds for one probe on one target, and for one network operation.

    Of what scans one endpoint: connections in all, how many at a time, and seconds between the starts of two.
    """

    total: int = 256
    per_host: int = 4
    deadline: float = 20.0
    wait: float = 5.0
    scan_connections: int = 200
    scan_at_a_time: int = 4
    scan_pause: float = 0.0


class Stream(Protocol):
    """One TCP connection. Every method raises CannotObserve for what the network did: reset, closed, timed out."""

    peer: str
    """The address that answered, as "192.0.2.1:443"."""

    async def send(self, data: bytes) -> None:
        """Write all of it."""

    async def receive(self, limit: int = 65536) -> bytes:
        """At least one byte and at most `limit`; b"" when the peer has closed in an orderly way."""

    async def close(self) -> None:
        """Close; never raises."""


KEPT = 256 * 1024
"""Bytes of an answer's body that are usually kept."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP/1.1 request. `path` begins with "/" and may have a query; Host, Content-Length, User-Agent, Accept and
    Connection are added to the header fields. `keep`: so many bytes of the answer's body are kept."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    keep: int = KEPT


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, from `peer`: header fields in order with names in lower case, and the first bytes of the body;
    `cut` where more would have come. A redirect is an answer like any other."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    peer: str
    cut: bool = False

    def field(self, name: str) -> str:
        """The first value of a header field (name in lower case), "" where there is none."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a client shows of itself in a handshake. Neither `held` nor `made`: no certificate.

    `held` is the id of a certificate, or of one to be refused, in the profile; `made` a certificate and its key
    (PKCS#8) that were made for the purpose. `issuers` are sent along in that order; None stands for those in the held
    one's file. All of it DER.
    """

    held: str = ""
    made: tuple[bytes, bytes] | None = field(default=None, repr=False)
    issuers: tuple[bytes, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reception:
    """How a server received a client: in one handshake, and in the request after it, if it came to that.

    `requested`: it asked for a certificate, then or at the request; `proved`: one was shown, with its key; `sent`: the
    request was begun; `heard`: something of an answer came; `alert`: the number (RFC 8446 B.2) of the last one it sent
    but for close_notify. Either a whole `answer` came, or `ended` says what came instead.
    """

    version: str
    requested: bool
    proved: bool
    sent: bool
    heard: bool
    alert: int | None
    answer: HttpAnswer | None
    ended: Unseen | None


class ClientSide(Protocol):
    """The client's side of one connection of TLS that shows a certificate: bytes go in by `bio_write` and come out by
    `bio_read`, and nobody gets the key out of it. It is pyOpenSSL's, whose words and errors (`SSL.Error`) it keeps."""

    def do_handshake(self) -> None:
        """Go on with the handshake, as far as it goes with what has come in."""

    def renegotiate(self) -> bool:
        """Wish for another handshake (before TLS 1.3), which `do_handshake` then begins."""

    def renegotiate_pending(self) -> bool:
        """Whether the other side has not gone through with it yet."""

    def total_renegotiations(self) -> int:
        """How many there have been."""

    def recv(self, bufsiz: int) -> bytes:
        """Take in what has come; what was said over TLS."""

    def shutdown(self) -> bool:
        """Say close_notify."""

    def bio_write(self, buf: bytes) -> int:
        """What the network brought."""

    def bio_read(self, bufsiz: int) -> bytes:
        """What is to be sent."""

    def get_cipher_name(self) -> str | None:
        """The suite, once there is one; in TLS 1.3 by its name at IANA."""


class Canary(Protocol):
    """A listener of our own on this machine, which only our request names."""

    address: str
    """The URL that a request may name; what is fetched there is empty."""

    def touched(self) -> bool:
        """Whether anybody has asked for it."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file of a log source. `name` is its path below the folder that the profile names, with "/"; `path` where it
    was when it was listed; `size` in bytes as it lies there, packed or not; `identity` what it keeps when it is renamed
    (device, number)."""

    name: str
    path: str
    size: int
    modified: datetime
    identity: tuple[int, int]


class PlainLog(Protocol):
    """An open file of a log source that is text as it lies there: whoever needs a part of it can read that part."""

    @property
    def place(self) -> LogPlace:
        """How another process finds it."""

    @property
    def size(self) -> int:
        """Bytes that it had when it was opened."""

    @property
    def head(self) -> bytes:
        """The first of them, enough to tell how they are written."""

    def read(self, start: int, end: int) -> bytes:
        """The bytes from one place to another. CannotObserve: access_denied, not_kept."""


class LogPlace(Protocol):
    """Where it lies; can be handed to another process, and is equal to another of the same file."""

    def open(self) -> AbstractContextManager[PlainLog]:
        """The same file, its head left out. CannotObserve: access_denied, not_kept where it lies there no more."""


@dataclass(frozen=True, slots=True)
class LogListing:
    """The files of a log source, oldest first, and the names it has that cannot be read, each with the reason."""

    files: tuple[LogFile, ...]
    unread: tuple[tuple[str, Unseen], ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back for one datagram: from whom, which bytes, when it was sent by this machine's clock (UTC), and how
    long after that it came."""

    peer: str
    data: bytes
    sent: datetime
    took: timedelta


@dataclass(frozen=True, slots=True)
class OtherRun:
    """What another run left, whose record was read back and is unaltered.

    `record` is the record's id; `organisation_number` (ten digits), `environment` and `products` (of its sending
    systems) are what its own profile says; `connections` and `exchanges` what its stage recorded.
    """

    record: str
    organisation_number: str
    environment: str
    products: tuple[str, ...]
    ended: datetime
    connections: tuple[Connection, ...]
    exchanges: tuple[Exchange, ...]


class Session(Protocol):
    """The edges a probe may touch. Nothing else does I/O on a probe's behalf."""

    limits: Limits
    """What the run was told to keep to."""

    def now(self) -> datetime:
        """The time, UTC."""

    async def once(self, name: str, look: Callable[[], Coroutine[None, None, T]]) -> T:
        """What `look` gives, which is done once in a run for each name: for what several probes ask of one target.

        It goes on when a probe that waits for it is out of time, and must not raise."""

    def keep(self, data: bytes, media_type: str, origin: str) -> Evidence:
        """Store bytes as evidence. What could identify a person is masked first, or only the digest is kept."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Every IP address that a name resolves to, sorted; an IP address gives itself. CannotObserve otherwise."""

    async def dial(self, ip: str, port: int, wait: float | None = None) -> Stream:
        """Open a TCP connection to an address of a name or address that the profile names, else CannotObserve.

        `wait` (seconds) bounds the connection attempt and, each by itself, every later send and receive; the default
        is the session's own.
        """

    async def request(self, target: Target, asked: HttpRequest) -> HttpAnswer:
        """What an endpoint or a page of the profile answers to one HTTP request over TLS, with the client certificate
        that the endpoint declares. A body, or that certificate, goes only to a server that the profile's trust anchors
        vouch for, where it names any; a page is asked for only of one that they or this machine's roots vouch for.
        CannotObserve: as `dial`, and access_denied, credentials_needed, not_supported, not_understood, closed_early."""

    async def present(self, target: Target, shown: Shown, asked: HttpRequest) -> Reception:
        """How an endpoint of the profile receives a client that shows this, and what it answers to the request.

        Where the profile names trust anchors, nothing is shown to a server that they do not vouch for. CannotObserve:
        as `dial`, access_denied for such a server, and what keeps a certificate of the profile from being shown.
        """

    def client_side(self, target: Target, version: str, keys: Callable[[bytes], None] | None = None) -> ClientSide:
        """A client of an endpoint of the profile that shows the certificate which the endpoint declares, in this one
        version (TLSv1.2 or TLSv1.3) and, where the profile names trust anchors, only to a server that they vouch for.

        `keys` is given the secrets of the connection, in lines of the NSS key log. CannotObserve: credentials_needed
        where none is declared, not_supported for another version, and what keeps one of the profile from being shown.
        """

    async def ask_as(self, tenant: Target, asked: HttpRequest) -> Reception:
        """How the shared service of a customer of the profile receives that customer, and what it answers.

        In a test environment only, and by a permit for `sends`. CannotObserve: not_permitted without, and as `present`.
        """

    async def query(self, target: Target, data: bytes, heeds: Callable[[bytes], bool]) -> bytes:
        """The first datagram from the resolver that a name of the profile is asked of, which `heeds` takes for an
        answer. CannotObserve: not_configured, connection_refused, timed_out."""

    async def ask_time(self, party: str, address: str, data: bytes) -> Heard:
        """What a time source of the profile, owned by that party, answers to one datagram.

        CannotObserve: not_configured for another address, not_permitted without a permit for `sends`,
        name_not_resolved, connection_refused, timed_out.
        """

    def canary(self, target: Target) -> AbstractAsyncContextManager[Canary]:
        """A canary for as long as the block lasts. CannotObserve(not_configured) for a target on another machine: it
        could not reach loopback here."""

    def read_file(self, path: str, limit: int = 4 * 1024 * 1024) -> bytes:
        """The bytes of a file that the profile names, or of a schema beside or below a WSDL that it names.

        CannotObserve: access_denied, not_configured, limit_reached.
        """

    def log_files(self, target: Target) -> LogListing:
        """The files that a log source's path or pattern names.

        CannotObserve: not_configured, access_denied, not_supported where it is searched elsewhere.
        """

    def open_log(self, target: Target, file: LogFile) -> AbstractContextManager[Iterator[bytes]]:
        """The bytes of a file that `log_files` gave, unpacked, in pieces of at most a mebibyte; safe in a thread.

        CannotObserve, at opening or between two pieces: access_denied, not_supported, not_understood, not_kept.
        """

    def open_plain_log(self, target: Target, file: LogFile) -> AbstractContextManager[PlainLog | None]:
        """The same file, where its bytes are text as they lie there and can be read in any order; else None."""

    def ask_log_platform(self, target: Target, asked: HttpRequest) -> HttpAnswer:
        """What the platform that a log source is searched in answers to one request, of whose body 16 MiB are kept.

        `asked.path` comes after the path of the profile's address; who asks is told as the profile says. Waits: for a
        thread. CannotObserve: as `request`, not_configured where the source is not searched.
        """

    def verify_journal(self, target: Target, file: LogFile) -> bool:
        """Whether a binary journal that `log_files` gave is as its own hashes say, by systemd's verifier.

        CannotObserve: not_supported where there is none, credentials_needed for a sealed one, and as `open_log`.
        """

    def log_file_digest(self, target: Target, file: LogFile) -> str:
        """The SHA-256 (hex) of a file that `log_files` gave, as it lies there. CannotObserve: as `open_log`."""

    def log_file_mode(self, target: Target, file: LogFile) -> tuple[str, ...]:
        """The same as `file_mode` of a file that `log_files` gave."""

    def file_mode(self, path: str) -> tuple[str, ...]:
        """Who besides the owner can read or write the file: a sorted set out of group-read, group-write, others-read,
        others-write (POSIX). CannotObserve: not_supported where the platform has no such bits."""

    def password(self, target: str) -> bytes | None:
        """The password for a target's file, from the environment variable or the prompt that the profile names."""

    def profile_targets(self, kind: TargetKind) -> tuple[Target, ...]:
        """The profile's targets of a kind: for a fact that relates two of them."""

    def trust_anchors(self) -> tuple[bytes, ...]:
        """The PEM files that the profile names as trust anchors, as bytes."""

    def earlier(self, target: Target, path: str) -> tuple[Observation, ...]:
        """What an earlier run, whose folder a certificate's `earlier` names, observed of the target of the same id.

        CannotObserve: not_configured, not_understood for a record that cannot be read or was altered.
        """

    def other_run(self, target: Target, path: str) -> OtherRun:
        """What another run left in a folder or a dossier that a second system or a customer of the profile names.

        CannotObserve: not_configured, not_understood for a record that cannot be read, was altered, or has no profile.
        """

    def permit_of_trial(self, document: str, on: datetime) -> tuple[Permit, str]:
        """The profile's permit that cites this document, and why it did not allow a trial by requests on that day; ""
        where it did. CannotObserve(not_configured) where the profile has none."""

    def revocation_files(self) -> tuple[str, ...]:
        """The paths of the revocation lists and OCSP responses that the profile names, for `read_file`."""

    async def fetch(self, url: str, asked: bytes = b"", media_type: str = "") -> HttpAnswer:
        """What one GET, or one POST of `asked`, is answered at an http address that the profile's [revocation] names,
        with up to 8 MiB of the body. CannotObserve: as `dial`, and not_configured for any other address,
        not_supported for another scheme, not_understood, closed_early, limit_reached."""

    def connections(self) -> Mapping[str, Connection]:
        """What the stage recorded of connections, by the id of their target."""

    def exchanges(self) -> Mapping[str, Exchange]:
        """What the stage recorded of exchanges, by the id of their target; a file given in their place has none."""

    def performances(self) -> Mapping[str, Performance]:
        """The scenarios that an exercise performed, by the id of their target."""

    def contract(self) -> Contract:
        """The contract that requests and answers are held to: our own, or the one that the run was pointed at."""

    def original(self, target: Target) -> bytes:
        """The request body of an exchange as it came, or the bytes of the file that stands for one.

        CannotObserve: not_kept where the stage did not spool it, or the run with its key is over.
        """


@dataclass(frozen=True, slots=True)
class Probe:
    """A target kind, promised facts, an effect, and a function that looks.

    `select` narrows the kind by what is declared of a target, never by what is observed of it: (name, wanted values).
    `deadline` (seconds) is for a probe that needs longer for one target than the run gives all of them.
    """

    kind: TargetKind
    facts: tuple[Fact, ...]
    observe: Callable[[Target, Session], AsyncGenerator[Seen, None]]
    effect: Effect = Effect.READS
    strength: Strength = Strength.LIVE
    id: str = ""
    select: tuple[tuple[str, tuple[str, ...]], ...] = ()
    deadline: float = 0.0

    def selects(self, target: Target) -> bool:
        """Whether it looks at that target."""
        return target.kind is self.kind and all(target.says(name) in wanted for name, wanted in self.select)

    def promises(self) -> Mapping[str, Fact]:
        """The promised facts by name."""
        return {fact.name: fact for fact in self.facts}

"""What do tests of probes on exchanges look at? Deliveries and look-ups as bytes, and a record that holds them.

Deliveries are signed and sealed with throw-away certificates by the contract's own signing. Recipients are of the
series for tests.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from html import escape

from cryptography.hazmat.primitives.asymmetric import rsa

from readiness.contract.names import MESSAGE, MESSAGE_V2, MESSAGE_V3, RECIPIENT_V3, SENDER, SOAP_11
from readiness.contract.signing import deliver_secure, seal, sign_delivery
from readiness.model import Reason, Target, Unseen
from readiness.recording import Attribution, Connection, Exchange, Moment, exchange_target
from readiness.session import LiveSession, Recorded
from tests.conftest import NOON, Kept, profile_of
from tests.stands.pki import Issued, authority, leaf

KOMMUN, FORMEDLARE = "2021004748", "2021003898"
PERSON, OTHER = "199410222393", "195603292383"
PDF = b"%PDF-1.7 not much of a document"


@dataclass(frozen=True)
class Part:
    """A body or an attachment. `carried` replaces the base64, `checksum` the MD5."""

    type: str
    data: bytes
    carried: str | None = None
    checksum: str | None = None
    name: str = "beslut.pdf"

    @property
    def base64(self) -> str:
        return base64.b64encode(self.data).decode() if self.carried is None else self.carried


BODY = Part("text/plain", "Hej! Här är ditt beslut.".encode())
PDF_PART = Part("application/pdf", PDF)


@dataclass(frozen=True)
class Letter:
    """One message of a delivery."""

    id: str = "8c0e5a3e-7f51-4c6b-9a63-0f6f2f3a5b10"
    subject: str = "Beslut om plats i förskola"
    language: str = "svSE"
    body: Part = BODY
    attachments: tuple[Part, ...] = ()

    def xml(self) -> str:
        parts = "".join(
            f'<Attachment><ContentType xmlns="{MESSAGE}">{part.type}</ContentType>'
            f'<Body xmlns="{MESSAGE}">{part.base64}</Body><Checksum xmlns="{MESSAGE}">{_checksum(part)}</Checksum>'
            f'<Filename xmlns="{MESSAGE}">{part.name}</Filename></Attachment>'
            for part in self.attachments
        )
        return (
            f"<Message><Header><Id>{escape(self.id)}</Id><Subject>{escape(self.subject)}</Subject><Supportinfo>"
            f"<Text>Ring oss.</Text><PhoneNumber>0000-000</PhoneNumber></Supportinfo>"
            f"<Language>{self.language}</Language>"
            f'</Header><Body><ContentType xmlns="{MESSAGE}">{self.body.type}</ContentType>'
            f'<Body xmlns="{MESSAGE}">{self.body.base64}</Body></Body>{parts}</Message>'
        )


def unsigned(
    *letters: Letter, sender: str = f"16{KOMMUN}", name: str = "Kommun A", recipients: tuple[str, ...] = (PERSON,)
) -> bytes:
    """A SignedDelivery that nobody has signed yet."""
    to = "".join(f'<Recipient xmlns="{MESSAGE_V2}">{recipient}</Recipient>' for recipient in recipients)
    return (
        f'<SignedDelivery xmlns="{MESSAGE_V3}"><Delivery><Header><Sender xmlns="{MESSAGE_V2}">'
        f'<Id xmlns="{SENDER}">{sender}</Id><Name xmlns="{SENDER}">{name}</Name></Sender>{to}</Header>'
        f"{''.join(letter.xml() for letter in letters or (Letter(),))}</Delivery></SignedDelivery>"
    ).encode()


@cache
def root() -> Issued:
    return authority("Exempelrot")


@cache
def organisation(name: str, number: str, **fields: object) -> Issued:
    subject = [("C", "SE"), ("O", name), [("CN", f"notarealhost.{name}.se"), ("serialNumber", f"16{number}")]]
    return leaf(root(), (), key="rsa-2048", subject=subject, **fields)  # type: ignore[arg-type]


def kommun() -> Issued:
    """Kommun A, who signs."""
    return organisation("kommun-a", KOMMUN)


def formedlare() -> Issued:
    """Kommun B, who seals."""
    return organisation("kommun-b", FORMEDLARE)


def signed(content: bytes | None = None, by: Issued | None = None, **how: object) -> bytes:
    signer = by or kommun()
    assert isinstance(signer.key, rsa.RSAPrivateKey)
    return sign_delivery(content or unsigned(), signer.key, signer.cert, **how)  # type: ignore[arg-type]


def sealed(content: bytes | None = None, by: Issued | None = None, **how: object) -> bytes:
    signer = by or formedlare()
    assert isinstance(signer.key, rsa.RSAPrivateKey)
    return seal(content or signed(), signer.key, signer.cert, received=date(2026, 11, 30), **how)  # type: ignore[arg-type]


def request(*letters: Letter, **fields: object) -> bytes:
    """A whole deliverSecure request, sound unless the fields say otherwise."""
    return deliver_secure(sealed(signed(unsigned(*letters, **fields))))  # type: ignore[arg-type]


def lookup(
    *recipients: str,
    sender: str = f"16{KOMMUN}",
    operation: str = "isReachable",
    namespace: str = RECIPIENT_V3,
    soap: str = SOAP_11,
) -> bytes:
    """A whole question to FaR."""
    asked = "".join(f"<r:recipientId>{recipient}</r:recipientId>" for recipient in recipients)
    behalf = f"<r:senderOrgNr>{sender}</r:senderOrgNr>" if operation == "isReachable" else ""
    return (
        f'<e:Envelope xmlns:e="{soap}"><e:Body><r:{operation} xmlns:r="{namespace}">{behalf}{asked}</r:{operation}>'
        f"</e:Body></e:Envelope>"
    ).encode()


def moment(seconds: float) -> Moment:
    return Moment(NOON + timedelta(seconds=seconds), int(seconds * 10**9))


@dataclass
class Record:
    """What a stage recorded: exchanges in the order they are added, and the originals that are still to be had."""

    exchanges: dict[str, Exchange] = field(default_factory=dict)
    originals: dict[str, bytes | Unseen] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)

    def add(
        self,
        data: bytes | Unseen,
        part: str = "Service",
        operation: str = "deliverSecure",
        at: float = 0,
        **more: object,
    ) -> Target:
        """One more exchange; the target that stands for it."""
        id_ = f"e{len(self.exchanges) + 1}"
        given: dict[str, object] = {
            "content_type": "text/xml; charset=UTF-8",
            "soap_action": '""',
            "request_headers": ("Host", "Content-Type", "SOAPAction"),
            "response_last_byte": moment(at + 1),
            "request_size": 7,
            "request_sha256": "a" * 64,
            **more,
        }
        exchange = Exchange(
            id_, "c1", len(self.exchanges) + 1, "l", "operator", moment(at), part=part, operation=operation, **given
        )  # type: ignore[arg-type]
        target = exchange_target(exchange)
        self.exchanges[target.id] = exchange
        self.originals[id_] = data
        return target

    def ask(self, *recipients: str, at: float = 0, **more: object) -> Target:
        """One more look-up, answered a second later."""
        return self.add(lookup(*recipients), "Recipient", "isReachable", at, **more)

    def session(self, *targets: Target, **fields: object) -> LiveSession:
        """A session whose record this is; the clock stands at NOON."""
        recorded = Recorded(self.connections, self.exchanges, lambda id_: self.originals[id_])
        return LiveSession(profile_of(*targets, **fields), Kept(), clock=lambda: NOON, recorded=recorded)


GONE = Unseen(Reason.NOT_KEPT, "the run is over, and its key with it")


def attributed(*persons: str) -> Mapping[str, object]:
    """Fields of an exchange that was known by these recipients."""
    return {"attributions": tuple(Attribution("sane", "recipient", "d" * 64, person) for person in persons)}


def _checksum(part: Part) -> str:
    return hashlib.md5(part.data).hexdigest().upper() if part.checksum is None else part.checksum

"""What do the tests sign? Deliveries of any size, to a test person, in the contract's own tree."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from readiness.contract.names import MESSAGE, MESSAGE_V2, MESSAGE_V3, SENDER
from readiness.contract.signing import SigningKey, seal, sign_delivery
from tests.stands.pki import Issued, authority, leaf

KOMMUN_A, KOMMUN_B = "162021004748", "162021003898"
RECIPIENT = "198901119283"
RECEIVED = date(2026, 11, 30)


@dataclass(frozen=True)
class Party:
    """An organisation with its key and certificate."""

    key: SigningKey
    certificate: x509.Certificate

    @classmethod
    def of(cls, issued: Issued) -> Party:
        assert isinstance(issued.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return cls(issued.key, issued.cert)


@cache
def party(name: str, number: str, key: str = "rsa-2048") -> Party:
    """A party, the same for the whole run: keys are dear."""
    subject = [("C", "SE"), ("O", name), ("serialNumber", number), ("CN", f"notarealhost.{name}.se")]
    return Party.of(leaf(_issuer(), (), key=key, subject=subject))


def avsandare() -> Party:
    """Kommun A, who signs."""
    return party("kommun-a", KOMMUN_A)


def formedlare() -> Party:
    """Kommun B, who seals."""
    return party("kommun-b", KOMMUN_B)


@cache
def _issuer() -> Issued:
    return authority("Test CA")


def unsigned(
    attachment: int = 600, *, body: str = "Hej! Det här är <inte> hemligt & inte långt.", sender: str = KOMMUN_A
) -> bytes:
    """A SignedDelivery that nobody has signed, with an attachment of about so many bytes once encoded."""
    text = base64.b64encode(body.encode()).decode()
    data = base64.b64encode(b"\x00" * (attachment * 3 // 4)).decode()
    return (
        f'<SignedDelivery xmlns="{MESSAGE_V3}"><Delivery><Header><Sender xmlns="{MESSAGE_V2}">'
        f'<Id xmlns="{SENDER}">{sender}</Id><Name xmlns="{SENDER}">Kommun A</Name></Sender>'
        f'<Recipient xmlns="{MESSAGE_V2}">{RECIPIENT}</Recipient></Header><Message><Header>'
        f"<Id>8c0e5a3e-0001</Id><Subject>Beslut om plats å ä ö</Subject><Supportinfo><Text>Ring &gt; oss</Text>"
        f"<PhoneNumber>0000-000</PhoneNumber></Supportinfo><Language>svSE</Language></Header>"
        f'<Body><ContentType xmlns="{MESSAGE}">text/plain</ContentType><Body xmlns="{MESSAGE}">{text}</Body></Body>'
        f'<Attachment><ContentType xmlns="{MESSAGE}">application/pdf</ContentType><Body xmlns="{MESSAGE}">{data}</Body>'
        f'<Checksum xmlns="{MESSAGE}">D41D8CD98F00B204E9800998ECF8427E</Checksum>'
        f'<Filename xmlns="{MESSAGE}">beslut.pdf</Filename></Attachment></Message></Delivery></SignedDelivery>'
    ).encode()


def signed(content: bytes | None = None, by: Party | None = None, **how: object) -> bytes:
    """A SignedDelivery, signed by avsändaren."""
    by = by or avsandare()
    return sign_delivery(content or unsigned(), by.key, by.certificate, **how)  # type: ignore[arg-type]


def sealed(content: bytes | None = None, by: Party | None = None, **how: object) -> bytes:
    """A SealedDelivery, signed by avsändaren, sealed by förmedlaren."""
    by = by or formedlare()
    return seal(content or signed(), by.key, by.certificate, received=RECEIVED, **how)  # type: ignore[arg-type]

"""A stage that stands, in a thread with a loop of its own, so that blocking clients of any make can drive it."""

import asyncio
import http.client
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree

from readiness.contract.schemas import load_contract
from readiness.model import Unseen
from readiness.record import Record, read_record
from readiness.record_writing import Writer
from readiness.recording import Connection, Exchange
from readiness.stage.settings import StageSettings, default_persons
from readiness.stage.stage import Stage, running_stage

PERSONS = default_persons(date(2026, 12, 1))
ADULTS = [number for number, behaviour in PERSONS.items() if behaviour.id == "sane"]
SENDER = "162021004748"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
T = TypeVar("T")


@dataclass
class Standing:
    """A running stage and, afterwards, its record."""

    stage: Stage
    folder: Path
    loop: asyncio.AbstractEventLoop
    client: Path  # PEM: key, certificate, issuer
    authority: Path  # PEM: what to trust
    since: int = 0  # when scenarios were last enacted, monotonic ns

    def port(self, listener: str = "far") -> int:
        return int(self.stage.bases[listener].rpartition(":")[2])

    def original(self, exchange: str, part: str = "request") -> bytes | Unseen:
        async def ask() -> bytes | Unseen:
            return self.stage.original(exchange, part)

        return asyncio.run_coroutine_threadsafe(ask(), self.loop).result(5)

    def context(self, *, certificate: bool = True) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority))
        if certificate:
            context.load_cert_chain(self.client)
        return context

    def read(self) -> Record:
        return read_record(self.folder)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return self.read().exchanges

    @property
    def connections(self) -> tuple[Connection, ...]:
        return self.read().connections


@contextmanager
def standing(tmp_path: Path, **more: object) -> Iterator[Standing]:
    """A stage on loopback with every test person treated well, or as `more` (fields of StageSettings) says."""
    settings = StageSettings(**{"persons": PERSONS, **more})  # type: ignore[arg-type]
    client, authority, folder = tmp_path / "client.pem", tmp_path / "stage-ca.pem", tmp_path / "record"
    client.write_bytes(CLIENT_PEM)
    ready, over = threading.Event(), asyncio.Event()
    found: list[object] = []

    async def run() -> None:
        with Writer(folder, {"tool": []}, datetime.now(UTC)) as writer:
            async with running_stage(settings, writer, load_contract(), folder) as stage:
                found.extend((stage, asyncio.get_running_loop()))
                ready.set()
                await over.wait()
            writer.finish(datetime.now(UTC), complete=True)

    failed: list[BaseException] = []

    def thread() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            failed.append(error)
            ready.set()

    worker = threading.Thread(target=thread)
    worker.start()
    assert ready.wait(20)
    if failed:
        worker.join()
        raise failed[0]
    stage, loop = found
    assert isinstance(stage, Stage)
    assert isinstance(loop, asyncio.AbstractEventLoop)
    authority.write_bytes(stage.authority)
    try:
        yield Standing(stage, folder, loop, client, authority)
    finally:
        loop.call_soon_threadsafe(over.set)
        worker.join(20)
        assert not worker.is_alive()
        if failed:
            raise failed[0]


def issued(
    subject: str = "notarealhost.kommun-a.se",
    *,
    ca: bool = False,
    signer: tuple[x509.Certificate, object] | None = None,
    days: int = 30,
    key: object = None,
    number: str = SENDER,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey]:
    """A certificate and its key, as Expisoft writes a sender's (C 8); valid around now."""
    private = key or ec.generate_private_key(ec.SECP256R1())
    assert isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    name = x509.Name(
        [
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "SE")]),
            x509.RelativeDistinguishedName(
                [x509.NameAttribute(NameOID.SERIAL_NUMBER, number), x509.NameAttribute(NameOID.COMMON_NAME, subject)]
            ),
        ]
    )
    now = datetime.now(UTC)
    issuer, issuer_key = signer or (None, private)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256()), private  # type: ignore[arg-type]


def pem(certificates: Sequence[x509.Certificate], key: object = None) -> bytes:
    """Key (if given) and certificates in one file."""
    data = b"".join(one.public_bytes(Encoding.PEM) for one in certificates)
    if key is not None:
        data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + data  # type: ignore[attr-defined]
    return data


AUTHORITY = issued("Test CA", ca=True)
CLIENT = issued(signer=AUTHORITY)
CLIENT_PEM = pem((CLIENT[0], AUTHORITY[0]), CLIENT[1])


def envelope(content: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        f"{content}</e:Body></e:Envelope>"
    ).encode()


def is_reachable(*recipients: str, sender: str = SENDER) -> bytes:
    rows = "".join(f"<recipientId>{one}</recipientId>" for one in recipients)
    return envelope(
        f'<isReachable xmlns="http://minameddelanden.gov.se/schema/Recipient/v3"><senderOrgNr>{sender}</senderOrgNr>'
        f"{rows}</isReachable>"
    )


def is_registered(*recipients: str) -> bytes:
    rows = "".join(f"<recipientId>{one}</recipientId>" for one in recipients)
    return envelope(f'<isRegistered xmlns="http://minameddelanden.gov.se/schema/Recipient/v3">{rows}</isRegistered>')


def get(operation: str) -> bytes:
    return envelope(f'<a:{operation} xmlns:a="http://minameddelanden.gov.se/Authority"/>')


MESSAGE = "http://minameddelanden.gov.se/schema/Message"


def signed_delivery(recipient: str, body: bytes = b"Hej!", attachment: bytes = b"", subject: str = "Beslut") -> str:
    """The inside of a delivery. The signatures are of the right shape and verify nowhere: the stage does not look."""
    signature = (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
        '<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI=""><Transforms>'
        '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AAAA</DigestValue></Reference>'
        "</SignedInfo><SignatureValue>U0lHTkFUVVJFVkFMVUU=</SignatureValue><KeyInfo><X509Data>"
        "<X509Certificate>Q0VSVElGSUNBVEU=</X509Certificate></X509Data></KeyInfo></Signature>"
    )
    attached = ""
    if attachment:
        attached = (
            f'<Attachment><ContentType xmlns="{MESSAGE}">application/pdf</ContentType><Body xmlns="{MESSAGE}">'
            f'{b64encode(attachment).decode()}</Body><Checksum xmlns="{MESSAGE}">00</Checksum>'
            f'<Filename xmlns="{MESSAGE}">a.pdf</Filename></Attachment>'
        )
    return (
        f'<SignedDelivery xmlns="{MESSAGE}/v3"><Delivery><Header><Sender xmlns="{MESSAGE}/v2">'
        f'<Id xmlns="http://minameddelanden.gov.se/schema/Sender">{SENDER}</Id>'
        f'<Name xmlns="http://minameddelanden.gov.se/schema/Sender">Kommun A</Name></Sender>'
        f'<Recipient xmlns="{MESSAGE}/v2">{recipient}</Recipient></Header><Message><Header><Id>11111111-2222</Id>'
        f"<Subject>{subject}</Subject><Supportinfo><Text>Fråga oss</Text></Supportinfo>"
        "<Language>svSE</Language></Header>"
        f'<Body><ContentType xmlns="{MESSAGE}">text/plain</ContentType><Body xmlns="{MESSAGE}">'
        f"{b64encode(body).decode()}</Body></Body>{attached}</Message></Delivery>{signature}</SignedDelivery>"
        f'<Seal xmlns="{MESSAGE}/v3"><ReceivedTime xmlns="{MESSAGE}">2026-12-01</ReceivedTime>'
        f'<SignaturesOK xmlns="{MESSAGE}">true</SignaturesOK></Seal>{signature}'
    )


def deliver_secure(recipient: str, **more: object) -> bytes:
    inner = signed_delivery(recipient, **more)  # type: ignore[arg-type]
    service = "http://minameddelanden.gov.se/schema/Service/v3"
    return envelope(
        f'<d:deliverSecure xmlns:d="{service}"><d:deliverSecure>{inner}</d:deliverSecure></d:deliverSecure>'
    )


def inside(answer: bytes) -> etree._Element:
    """The element in a SOAP message's body, on its own."""
    body = etree.fromstring(answer)[0]
    return etree.fromstring(etree.tostring(body[0]))


def eventually(look: Callable[[], T], seconds: float = 5.0) -> T:
    """What `look` gives once it gives something."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.02)
    assert found, "it never came"
    return found


def post(
    stand: Standing, listener: str, path: str, body: bytes, headers: Mapping[str, str] = HEADERS
) -> tuple[int, bytes]:
    """One request on a connection of its own, by Python's own client."""
    connection = http.client.HTTPSConnection("localhost", stand.port(listener), context=stand.context(), timeout=10)
    try:
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def raw_tls(stand: Standing, listener: str = "far") -> ssl.SSLSocket:
    """A TLS connection to write odd bytes on."""
    plain = socket.create_connection(("127.0.0.1", stand.port(listener)), 10)
    return stand.context().wrap_socket(plain, server_hostname="localhost")


def all_of(connection: socket.socket) -> bytes:
    """Everything until the peer closes."""
    parts = []
    while True:
        try:
            part = connection.recv(65536)
        except (ssl.SSLError, OSError):
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)

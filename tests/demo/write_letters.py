"""Writes the PDF files that the example kommun hands over: `python -m tests.demo.write_letters`.

Made once and kept, for the demo has no time to set and sign letters; the private keys are never written. typst sets
them, pypdf spoils those that built-in defects choose, pyHanko signs the decisions, with a time-stamp.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import typst
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from readiness.contract.persons import test_persons

LETTERS = Path(__file__).parents[2] / "readiness" / "demo" / "letters"
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
SIGNED_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIRST, SECOND = (f"{one.number[:8]}-{one.number[8:]}" for one in test_persons()[:2])
APPEAL = """
== Hur man överklagar
Beslutet kan överklagas till förvaltningsrätten. Skrivelsen ska ha kommit in till Socialnämnden
inom tre veckor från den dag du fick del av beslutet.
"""
LETTER = """
#set document(title: "{title}", author: "Exempelby kommun")
#set page(paper: "{paper}", margin: 25mm)
#set text(lang: "sv", size: 11pt)
= {title}
Socialnämnden, Exempelby kommun. Kommunen, personen och ärendet är påhittade.

Till den som har personnummer {person}.

{body}
"""
DECISION = "Ansökan om ledsagning beviljas från den 1 juli 2026 till den 30 juni 2027."
MEETING = """Välkommen till ett möte om ditt ärende den 15 juni 2026 klockan 10.
#link("{address}")[Så hittar du till oss och så avbokar du.]
"""
OWN, OTHER = "https://www.exempelby.example/moten", "http://kartor.example/hitta"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def main() -> None:
    """Write all of them."""
    for path in LETTERS.glob("*.pdf"):
        path.unlink()
    notice = DECISION + APPEAL
    files = {
        "beslut-utkast": letter("Beslut om bistånd", notice),
        "kallelse": letter("Kallelse till möte", MEETING.format(address=OWN)),
        "kallelse-annan-lank": letter("Kallelse till möte", MEETING.format(address=OTHER)),
        "kallelse-annat-format": letter("Kallelse till möte", MEETING.format(address=OWN), paper="us-letter"),
        "kallelse-tva-parter": letter("Kallelse till möte", f"Också {SECOND} kallas.\n" + MEETING.format(address=OWN)),
    }
    files["kallelse-otaggad"] = spoiled(files["kallelse"], untag)
    files["kallelse-med-skript"] = spoiled(files["kallelse"], greet)
    sign = signing()
    files["beslut"] = sign(files["beslut-utkast"])
    files["beslut-utan-hanvisning"] = sign(letter("Beslut om bistånd", DECISION))
    for name, data in files.items():
        (LETTERS / f"{name}.pdf").write_bytes(data)


def letter(title: str, body: str, paper: str = "a4") -> bytes:
    """A tagged PDF in Swedish (PDF/UA-1)."""
    text = LETTER.format(title=title, body=body, paper=paper, person=FIRST)
    made = typst.compile(text.encode("utf-8"), format="pdf", pdf_standards="ua-1")
    assert isinstance(made, bytes)
    return made


def spoiled(data: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    """The PDF after a change."""
    writer = PdfWriter(clone_from=BytesIO(data))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def untag(writer: PdfWriter) -> None:
    """Take the tags away."""
    for name in ("/StructTreeRoot", "/MarkInfo"):
        del writer.root_object[NameObject(name)]


def greet(writer: PdfWriter) -> None:
    """Let it run a script when it is opened."""
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('Exempel');")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def signing() -> Callable[[bytes], bytes]:
    """What signs and time-stamps a PDF; its authority's certificate is written beside the letters."""
    root_key, root = certified("Exempelby underskriftstjänst CA")
    (LETTERS / "underskrift-ca.pem").write_bytes(root.public_bytes(Encoding.PEM))
    key, own = certified("Beslutsfattare, Exempelby kommun", (root_key, root))
    stamp_key, stamp = certified("Exempelby tidsstämpel", (root_key, root), ExtendedKeyUsageOID.TIME_STAMPING)
    store = SimpleCertificateStore()
    store.register(as_asn1(root))
    signer = signers.SimpleSigner(as_asn1(own), as_key(key), store)
    stamper = DummyTimeStamper(as_asn1(stamp), as_key(stamp_key), store, fixed_dt=SIGNED_AT)
    about = signers.PdfSignatureMetadata(
        field_name="Underskrift", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, app_build_props=None
    )

    def sign(data: bytes) -> bytes:
        out = BytesIO()
        writer = IncrementalPdfFileWriter(BytesIO(data))
        signers.PdfSigner(about, signer, timestamper=stamper).sign_pdf(writer, output=out)
        return out.getvalue()

    return sign


def certified(
    name: str,
    issuer: tuple[Key, x509.Certificate] | None = None,
    purpose: x509.ObjectIdentifier | None = None,
    end: datetime = END,
) -> tuple[Key, x509.Certificate]:
    """A key and its certificate: of an authority where there is no issuer."""
    # pyHanko's time-stamper for tests signs with RSA only.
    key: Key = rsa.generate_private_key(65537, 2048) if purpose else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[1].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(usage(authority=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return key, builder.sign(issuer[0] if issuer else key, hashes.SHA256())


def usage(*, authority: bool) -> x509.KeyUsage:
    """Signs certificates, or documents."""
    return x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=authority, crl_sign=authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def as_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    """The certificate as pyHanko takes it."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def as_key(key: Key) -> keys.PrivateKeyInfo:
    """The key as pyHanko takes it."""
    return keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


if __name__ == "__main__":
    main()

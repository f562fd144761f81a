"""How does a PDF carry the sealer's signature? PAdES, by pyHanko; the PDF as it was stands before it, byte by byte.

Left out: reading signatures, which is for PDF programs, and `verify` holds the file's digest.
"""

from __future__ import annotations

from io import BytesIO

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from readiness.dossier.signature import CURVES, Signer

FIELD = "mm-readiness"


def signed_pdf(pdf: bytes, signer: Signer) -> bytes:
    """The PDF with an invisible signature appended."""
    from asn1crypto import algos, x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    own, *above = (x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in signer.certificates)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(above)
    method, digest = _method(signer)

    class OfSigner(signers.Signer):
        async def async_sign_raw(self, data: bytes, *_: object, **__: object) -> bytes:
            return signer.sign(data)

    by = OfSigner(
        signing_cert=own,
        cert_registry=store,
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": method}),
        prefer_pss=False,
    )
    about = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm=digest, subfilter=fields.SigSeedSubFilter.PADES, app_build_props=None
    )
    out = BytesIO()
    signers.PdfSigner(about, by).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=out)
    return out.getvalue()


def _method(signer: Signer) -> tuple[str, str]:
    key = signer.certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "sha256_rsa", "sha256"
    if isinstance(key, ec.EllipticCurvePublicKey):
        name = CURVES[key.curve.name].name
        return f"{name}_ecdsa", name
    assert isinstance(key, ed25519.Ed25519PublicKey)
    return "ed25519", "sha512"

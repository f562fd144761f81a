"""When was a dossier signed, by the word of a time-stamping authority? RFC 3161: asked for, and read.

The stamp is over the signature. What is asked goes to the address of the command line, follows no redirect and uses no
proxy; nothing but a digest leaves the machine. A stamp that was not made for the signature, or that no certificate
comes with, is refused when sealing. Reading needs no network. Needs the extra `sign`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from readiness.dossier.contents import LARGEST, TIME_STAMP
from readiness.dossier.faults import DossierError
from readiness.errors import UsageError
from readiness.texts import say

MEDIA = "application/timestamp-query"
SECONDS = 30.0
SHA256 = "2.16.840.1.101.3.4.2.1"
GRANTED = 0
VERSIONS = {"signed_data": "v3", "signer": "v1"}
"""What RFC 5652 5.1 and 5.3 ask for where the signer is named by issuer and serial number; OpenSSL reads any."""


METHODS = {"rsa": {"rsassa_pkcs1v15", "rsassa_pss"}, "ec": {"ecdsa"}}


@dataclass(frozen=True)
class TimeStamp:
    """When, by whose certificate, and those that came with it. Its own signature holds."""

    at: datetime
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    response: bytes


def ask_for(url: str, signature: bytes, lang: str) -> bytes:
    """The answer of a time-stamping authority about a signature. UsageError says why there is none to be used."""
    import ssl

    import httpx

    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response
    except ImportError as error:
        raise UsageError(say(lang, "seal.needs_extra")) from error
    request = TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256).build()
    trust = ssl.create_default_context()
    try:
        # Not httpx's own roots, and no proxy out of the environment.
        with (
            httpx.Client(verify=trust, trust_env=False, follow_redirects=False, timeout=SECONDS) as client,
            client.stream("POST", url, content=request.as_bytes(), headers={"Content-Type": MEDIA}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise UsageError(say(lang, "seal.tsa_fails", url=url, why=f"HTTP {answer.status_code}"))
            data = b""
            for piece in answer.iter_raw():
                data += piece
                if len(data) > LARGEST[TIME_STAMP]:
                    raise UsageError(say(lang, "seal.tsa_fails", url=url, why=f"> {LARGEST[TIME_STAMP]} B"))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UsageError(say(lang, "seal.tsa_fails", url=url, why=type(error).__name__)) from error
    try:
        read_time_stamp(data, signature)
    except DossierError as error:
        raise UsageError(say(lang, "seal.tsa_fails", url=url, why=error.text(lang))) from error
    if decode_timestamp_response(data).tst_info.nonce != request.nonce:
        raise UsageError(say(lang, "seal.tsa_fails", url=url, why="nonce"))
    return data


def read_time_stamp(response: bytes, signature: bytes) -> TimeStamp:
    """The stamp in a response, made for that signature. DossierError where it was altered or made for another."""
    try:
        from pyhanko.sign.validation.errors import SignatureValidationError
        from pyhanko.sign.validation.generic_cms import validate_sig_integrity
        from rfc3161_client import decode_timestamp_response
    except ImportError as error:
        raise DossierError("needs_extra", name=TIME_STAMP) from error
    try:
        answer = decode_timestamp_response(response)
        whole = answer.status == GRANTED and not answer.status_string and answer.as_bytes() == response
        imprint = answer.tst_info.message_imprint
        digest = imprint.message if imprint.hash_algorithm.dotted_string == SHA256 else b""
        signer, own, content = _signer_info(response)
        said = hashlib.new(signer["digest_algorithm"]["algorithm"].native, content).digest()
        holds = all(validate_sig_integrity(signer, own, "tst_info", said))
        certificate = x509.load_der_x509_certificate(own.dump())
        others = [x509.load_der_x509_certificate(other) for other in sorted(answer.signed_data.certificates)]
    except (ValueError, TypeError, LookupError, AttributeError, SignatureValidationError) as error:
        raise DossierError("time_stamp_altered") from error
    if not whole or not holds:
        raise DossierError("time_stamp_altered")
    if digest != hashlib.sha256(signature).digest():
        raise DossierError("time_stamp_of_another")
    return TimeStamp(answer.tst_info.gen_time, certificate, tuple(c for c in others if c != certificate), response)


def why_not_confirmed(stamp: TimeStamp, signature: bytes, anchors: Sequence[x509.Certificate]) -> str:
    """Empty where the authority's certificate leads to an anchor, and is for that, else what is in the way."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    if not anchors:
        return "no anchor"
    verifier = VerifierBuilder(roots=list(anchors), intermediates=list(stamp.others)).build()
    with suppress(VerificationError):
        if verifier.verify_message(decode_timestamp_response(stamp.response), signature):
            return ""
    return "no path"


def _signer_info(response: bytes) -> tuple[Any, Any, bytes]:
    """The only signer's part, its certificate, and the bytes that were signed; by asn1crypto, which pyHanko brings.

    DossierError where the parts that no signature covers are not what they have to be, so that nothing can be altered.
    """
    from asn1crypto import tsp

    token = tsp.TimeStampResp.load(response, strict=True)["time_stamp_token"]["content"]
    (signer,) = token["signer_infos"]
    versions = {"signed_data": token["version"].native, "signer": signer["version"].native}
    named = signer["sid"].chosen
    (own,) = (
        one.chosen
        for one in token["certificates"]
        if one.chosen.issuer == named["issuer"] and one.chosen.serial_number == named["serial_number"].native
    )
    method = signer["signature_algorithm"].signature_algo
    hashed = [one["algorithm"].native for one in token["digest_algorithms"]]
    if (
        versions != VERSIONS
        or signer["unsigned_attrs"]
        or method not in METHODS[own.public_key.algorithm]
        or hashed != [signer["digest_algorithm"]["algorithm"].native]
    ):
        raise DossierError("time_stamp_altered")
    return signer, own, token["encap_content_info"]["content"].contents

"""Does each signature of a PDF hold? By pyHanko, without a network: whether a certificate was revoked is not asked.

Left out: what follows for the facts (`signing`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, NamedTuple

from asn1crypto import pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError, UnacceptableSignerError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from readiness.model import Reason
from readiness.probe import CannotObserve

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
SIGNING = "/Sig"
BROKEN = (PdfError, SigningError, SignatureValidationError, UnacceptableSignerError, ValueError, KeyError, TypeError)
"""What pyHanko and asn1crypto raise for a signature that is none."""


class Held(NamedTuple):
    """Whether a signature is intact, has a chain to an anchor, and a time-stamp that holds."""

    intact: bool
    trusted: bool
    stamped: bool


def held_signatures(data: bytes, anchors: Sequence[bytes], now: datetime) -> list[Held]:
    """One for each signature; time-stamps of the document are none. A chain is held to the time of a time-stamp that
    holds, else to now. CannotObserve: not_understood for a frame that pyHanko cannot read, and for an anchor."""
    trusted = _certificates(anchors)
    try:
        reader = PdfFileReader(BytesIO(data))
        if reader.encrypted:
            reader.decrypt("")
        found = [one for one in reader.embedded_regular_signatures if one.sig_object_type == SIGNING]
    except BROKEN as error:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the signatures of the PDF cannot be found") from error
    return [_holds(one, trusted, now) for one in found]


def _holds(signature: Any, trusted: list[x509.Certificate], now: datetime) -> Held:
    try:
        status = _status(signature, trusted, now)
        stamp = status.timestamp_validity
        stamped = stamp is not None and stamp.intact and stamp.valid and stamp.trusted
        if stamped:
            status = _status(signature, trusted, now, stamp.timestamp)
    except BROKEN:
        return Held(False, False, False)
    intact = status.intact and status.valid and status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    later = status.modification_level
    allowed = later is not None and later <= ModificationLevel.FORM_FILLING and status.docmdp_ok is not False
    return Held(intact and allowed, bool(status.trusted), stamped)


def _status(signature: Any, trusted: list[x509.Certificate], now: datetime, signed: datetime | None = None) -> Any:
    return validate_pdf_signature(
        signature, _context(trusted, signed or now), _context(trusted, now), key_usage_settings=USAGE
    )


def _context(trusted: list[x509.Certificate], moment: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=trusted,
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
        best_signature_time=moment,
    )


def _certificates(anchors: Sequence[bytes]) -> list[x509.Certificate]:
    """The certificates in PEM files, or in DER. CannotObserve: not_understood for a file that holds none."""
    found = []
    for data in anchors:
        try:
            parts = [der for _, _, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
            found += [x509.Certificate.load(der) for der in parts]
            for one in found:
                one.native  # noqa: B018  read wholly now, so that a broken one is told here
        except ValueError as error:
            raise CannotObserve(Reason.NOT_UNDERSTOOD, "a file of signature_anchors holds no certificate") from error
    return found

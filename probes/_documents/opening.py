"""How is a PDF opened, and what keeps it shut? By pypdf, whose limits bound what is unpacked."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

from pypdf import PasswordType, PdfReader
from pypdf.errors import PdfReadError, PyPdfError
from pypdf.generic import IndirectObject

from readiness.model import Reason
from readiness.probe import CannotObserve

NONE, OPENS, NEEDED = "none", "opens_without_password", "password_needed"
SCANNED = 1024
"""A PDF says that it is one within so many bytes of its beginning, as its readers have it."""
MOST_PAGES = 5000

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would say on stderr what stands in a document


def opened(data: bytes) -> tuple[PdfReader, str]:
    """The document, and how it is encrypted. One that needs a password is given back shut.

    CannotObserve: not_supported where it is no PDF, not_understood where its frame cannot be read.
    """
    if b"%PDF-" not in data[:SCANNED]:
        raise CannotObserve(Reason.NOT_SUPPORTED, "it is no PDF")
    try:
        reader = PdfReader(BytesIO(data), strict=False)
        if not reader.is_encrypted:
            return reader, NONE
        return reader, OPENS if reader.decrypt("") is not PasswordType.NOT_DECRYPTED else NEEDED
    except (PyPdfError, NotImplementedError) as error:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the frame of the PDF cannot be read") from error


def unlocked(data: bytes) -> PdfReader:
    """The document, open. CannotObserve: as `opened`, credentials_needed, limit_reached for too many pages."""
    reader, encryption = opened(data)
    if encryption == NEEDED:
        raise CannotObserve(Reason.CREDENTIALS_NEEDED, "the PDF does not open without a password")
    try:
        pages = len(reader.pages)
    except PdfReadError as error:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the pages of the PDF cannot be counted") from error
    if pages > MOST_PAGES:
        raise CannotObserve(Reason.LIMIT_REACHED, f"it has more than {MOST_PAGES} pages")
    if not pages:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the PDF has no page")
    return reader


def told(value: Any) -> Any:
    """The object that a reference leads to, or the value itself."""
    return value.get_object() if isinstance(value, IndirectObject) else value


def entry(value: Any, *names: str) -> Any:
    """What stands in a dictionary, in the dictionary there, and so on; None where there is none of it."""
    for name in names:
        value = told(value)
        value = told(value.get(name)) if isinstance(value, dict) else None
    return value


def listed(value: Any) -> list[Any]:
    """What an array holds, or the one thing that stands in place of one."""
    value = told(value)
    if value is None:
        return []
    return [told(one) for one in value] if isinstance(value, list) else [value]

"""Can an ordinary SOAP client library build its client from a WSDL? zeep, fed from bytes alone: it never fetches.

Left out: whether the library is right to refuse.
"""

from __future__ import annotations

import logging

from lxml import etree

from probes._wsdl_documents import Documents


def build_client(documents: Documents) -> str:
    """Empty where zeep takes the WSDL, else what it said, short and without the content of any document."""
    from zeep import Settings
    from zeep.exceptions import Error
    from zeep.wsdl import Document

    logging.getLogger("zeep").setLevel(logging.ERROR)
    settings = Settings(strict=True, forbid_dtd=True, forbid_entities=True, xml_huge_tree=False)
    try:
        # The type that zeep names for its transport is wrong: it takes an object, and calls `load` of it.
        Document(documents.start, Offline(documents), settings=settings)  # type: ignore[arg-type]
    except (Error, etree.Error, *REFUSALS) as error:
        said = str(getattr(error, "message", "") or error)
        return f"{type(error).__name__}: {said[:200]}"
    return ""


# How zeep shows, besides its own errors, that it does not understand a document.
REFUSALS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


class Offline:
    """The transport that zeep is given: documents that were read, and nothing else."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def load(self, url: str) -> bytes:
        """The bytes of a document."""
        if url not in self._documents.texts:
            raise LookupError(f"{url} was not read")
        return self._documents.texts[url]

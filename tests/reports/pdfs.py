"""What do programs that are not ours make of a PDF? Its words by Poppler, its pages, and what Poppler complains of."""

from __future__ import annotations

import re
import subprocess

from tests.stands.programs import program


def pdf_words(pdf: bytes) -> str:
    """Every word of the pages in their order; AssertionError with Poppler's words where it complains."""
    return _read(pdf, "pdftotext", "-raw", "-enc", "UTF-8", "-", "-")


def pdf_info(pdf: bytes) -> dict[str, str]:
    """What pdfinfo says, by name; AssertionError where it complains."""
    rows = (line.partition(":") for line in _read(pdf, "pdfinfo", "-").splitlines())
    return {name: value.strip() for name, _, value in rows}


def pdf_structure(pdf: bytes) -> str:
    """The tags and their attributes, as pdfinfo lists them."""
    return _read(pdf, "pdfinfo", "-struct", "-")


def squeezed(text: str) -> str:
    """Without white space: a line may be broken anywhere in a long word."""
    return re.sub(r"\s", "", text)


def _read(pdf: bytes, name: str, *words: str) -> str:
    done = subprocess.run([program(name), *words], input=pdf, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout.decode("utf-8", "replace")  # attributes come in UTF-16

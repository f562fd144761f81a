"""How does the PDF report go into a dossier: signed, as it was underneath, and compared?"""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from readiness.dossier.pdf_signature import signed_pdf
from readiness.dossier.verifying import State, holds, verify
from readiness.reports import formats as table
from readiness.reports.formats import FORMATS, Format
from readiness.reports.pdf import pdf_report
from tests.reports.pdfs import pdf_info, pdf_words, squeezed
from tests.reports.sample import sample_report

REAL = Format("report.pdf", table._pdf)


@pytest.fixture(scope="module")
def pdf():
    """A report that nobody has signed."""
    return pdf_report(sample_report(), "sv")


@pytest.fixture(scope="module")
def signed_dossier(sealing):
    """A dossier with PDF reports."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FORMATS, "pdf", REAL)
        return sealing.sealed("with-pdf.zip")


@pytest.mark.parametrize("key", ["rsa-2048", "ec-p384", "ed25519"])
def test_a_pdf_is_signed_so_that_a_pdf_program_tells_and_stays_as_it_was_underneath(sealing, pdf, key):
    signed = signed_pdf(pdf, sealing.signer(key))
    assert signed.startswith(pdf)
    assert trusted(signed, sealing)
    info = pdf_info(signed)
    assert (info["Tagged"], info["Title"]) == ("yes", pdf_info(pdf)["Title"])
    assert squeezed(pdf_words(signed)) == squeezed(pdf_words(pdf))


def trusted(signed, sealing):
    """Whether pyHanko finds one PAdES signature that is intact and leads to the root."""
    (embedded,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    root = x509.Certificate.load(sealing.root.cert.public_bytes(Encoding.DER))
    usage = {"digital_signature", "non_repudiation"}
    status = validate_pdf_signature(
        embedded,
        ValidationContext(trust_roots=[root], allow_fetching=False),
        key_usage_settings=KeyUsageConstraints(key_usage=usage, match_all_key_usages=False),
    )
    return status.intact and status.valid and status.trusted


def test_the_reports_in_a_dossier_are_signed_and_the_dossier_holds(sealing, signed_dossier, monkeypatch):
    monkeypatch.setitem(FORMATS, "pdf", REAL)
    lines = verify(signed_dossier, [sealing.root.cert])
    assert holds(lines), [line.text("en") for line in lines]
    with zipfile.ZipFile(signed_dossier) as archive:
        for lang in ("sv", "en"):
            assert trusted(archive.read(f"reports/{lang}/report.pdf"), sealing)


def test_a_pdf_that_says_something_else_than_the_data_is_told(sealing, signed_dossier, monkeypatch):
    monkeypatch.setitem(FORMATS, "pdf", replace(REAL, write=lambda report, lang: pdf_report(report, lang) + b"%"))
    fails = {line.key for line in verify(signed_dossier, [sealing.root.cert]) if line.state is State.FAILS}
    assert fails == {"report_differs"}
    monkeypatch.delitem(FORMATS, "pdf")
    assert "report_unknown" in {line.key for line in verify(signed_dossier, [sealing.root.cert])}


@pytest.mark.parametrize("part", ["the report", "its signature"])
def test_a_changed_byte_of_a_pdf_is_told(sealing, signed_dossier, tmp_path, part):
    with zipfile.ZipFile(signed_dossier) as archive:
        pdf = archive.read("reports/sv/report.pdf")
    data = bytearray(Path(signed_dossier).read_bytes())
    at = data.index(pdf) + (len(pdf) // 3 if part == "the report" else pdf.index(b"/Contents <") + 100)
    data[at] ^= 1
    (altered := tmp_path / "altered.zip").write_bytes(data)
    assert [line.key for line in verify(altered, [sealing.root.cert]) if line.state is State.FAILS] == ["not_intact"]

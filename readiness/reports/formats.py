"""Which formats can a report be written in, under which file names? A Report in, bytes out.

Left out: where the files go (`output`), and what stands in them (one module a format, imported when it is asked for).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO

from readiness.report import Report


@dataclass(frozen=True, slots=True)
class Format:
    """A format's file name, and how a report in a language ("sv" or "en") is written in it."""

    file: str
    write: Callable[[Report, str], bytes]


def _joined(pieces: Iterable[str]) -> bytes:
    """Text as UTF-8, of which there is never more than once."""
    file = BytesIO()
    for piece in pieces:
        file.write(piece.encode("utf-8"))
    return file.getvalue()


def _html(report: Report, lang: str) -> bytes:
    from readiness.reports.html import html_pieces

    return _joined(html_pieces(report, lang))


def _pdf(report: Report, lang: str) -> bytes:
    from readiness.reports.pdf import pdf_report

    return pdf_report(report, lang)


def _data(report: Report, lang: str) -> bytes:
    from readiness.reports.data import data_pieces

    return _joined(data_pieces(report))


def _terminal(report: Report, lang: str) -> bytes:
    from readiness.reports.terminal import terminal_report

    return terminal_report(report, lang, 100, colour=False).encode("utf-8")


def _csv(report: Report, lang: str) -> bytes:
    from readiness.reports.spreadsheet import spreadsheet_pieces

    return _joined(spreadsheet_pieces(report, lang))


def _junit(report: Report, lang: str) -> bytes:
    from readiness.reports.junit import junit_report

    return junit_report(report, lang)


def _sarif(report: Report, lang: str) -> bytes:
    from readiness.reports.sarif import sarif_pieces

    return _joined(sarif_pieces(report, lang))


def _oscal(report: Report, lang: str) -> bytes:
    from readiness.reports.oscal import oscal_pieces

    return _joined(oscal_pieces(report, lang))


FORMATS = {
    "html": Format("report.html", _html),
    "json": Format("data.json", _data),
    "terminal": Format("report.txt", _terminal),
    "csv": Format("findings.csv", _csv),
    "junit": Format("junit.xml", _junit),
    "sarif": Format("findings.sarif", _sarif),
    "oscal": Format("assessment-results.json", _oscal),
    "pdf": Format("report.pdf", _pdf),  # last: its writer keeps memory
}
USUAL = ("html", "json")
"""What a run leaves beside its record."""

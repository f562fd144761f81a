"""How is the report filed and signed? One PDF: tagged, with a language, a title and bookmarks, for archives and ears.

Written by Typst to PDF/A-2a and PDF/UA-1, of which it refuses what it can tell to be missing; nobody else has tried it
(veraPDF has not). Its fonts come with Typst; nothing is fetched, and nothing is read but the template. The same report
gives the same bytes. Left out: what is said (`_pdf_*`) and its look (`report.typ`).
Typst is imported here, so import this late.
"""

from __future__ import annotations

import ctypes
import json
import os
from contextlib import suppress
from datetime import UTC
from importlib.resources import files
from typing import Any

# Before Typst is there: a layout hardly gains by a second thread, and each would keep a hundred MB of its own.
os.environ.setdefault("RAYON_NUM_THREADS", "1")

import typst

from readiness.report import Report
from readiness.reports import _pdf_back as back
from readiness.reports import _pdf_front as front
from readiness.reports import _pdf_risks as risks
from readiness.reports._blocks import Block, heading, inert, paragraph
from readiness.reports._head import secrecy_text
from readiness.reports._pdf_ends import certificates, logs
from readiness.reports._pdf_pictures import pictures
from readiness.reports._pdf_scenarios import scenarios
from readiness.reports._print import colours, shapes
from readiness.reports._proof import Proofs
from readiness.reports._risk_rows import risk_heads
from readiness.texts import say

STANDARDS: list[Any] = ["ua-1", "a-2a"]

KEPT = 12


def pdf_report(report: Report, lang: str) -> bytes:
    """The report as one PDF in a language ("sv" or "en")."""
    return compiled(document(report, lang))


def compiled(said: dict[str, Any]) -> bytes:
    """A document as PDF."""
    template = (files("readiness.reports") / "templates" / "report.typ").read_bytes()
    given = {"report": json.dumps(said, ensure_ascii=True)}
    pdf: bytes = typst.compile(template, sys_inputs=given, ignore_system_fonts=True, pdf_standards=STANDARDS)
    _forget()
    # Poppler takes a false that is written out for a value of the wrong type. Left out it says the same (ISO 32000-1,
    # table 321), and so many spaces leave every offset where it was.
    false = b"/Suspects false"
    return pdf.replace(false, b" " * len(false), 1)


def _forget() -> None:
    """Let Typst give back what it remembers of a layout, which it does once ten others have been made: empty ones, in a
    few milliseconds. Else each report of a process would add some 250 MB. GNU's C library keeps half of it unless it is
    asked not to; others cannot be asked."""
    for _ in range(KEPT):
        typst.compile(b"", ignore_system_fonts=True)
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def document(report: Report, lang: str) -> dict[str, Any]:
    """What the template is given of a report."""
    return sheet(report, lang, say(lang, "html.title_of", name=report.profile.subject.name), _blocks(report, lang))


def sheet(report: Report, lang: str, title: str, blocks: list[Block]) -> dict[str, Any]:
    """Blocks in their order, and what stands on every page of a document of that title, made out of a report."""
    before, after = say(lang, "html.page", number="\0", count="\1").split("\0")
    between, last = after.split("\1")
    at = report.judged_at.astimezone(UTC)
    said = {
        "title": title,
        "author": " ".join(report.tool[0]),
        "lang": lang,
        "secrecy": secrecy_text(report, lang),
        "page": {"first": before, "between": between, "last": last},
        "blocks": blocks,
    }
    written = [at.year, at.month, at.day, at.hour, at.minute, at.second]
    return {**inert(said), "written": written, "colours": {n[2:]: c for n, c in colours().items()}, "shapes": shapes()}


def _blocks(report: Report, lang: str) -> list[Block]:
    heads, proofs = risk_heads(report, lang), Proofs(report, lang)
    return [
        *front.head(report, lang),
        *front.untested(report, lang),
        *front.overview(heads, lang),
        *pictures(report, lang),
        *certificates(report, lang),
        *logs(report, lang),
        heading(1, say(lang, "html_risk.title")),
        paragraph(say(lang, "html_risk.lead")),
        paragraph(say(lang, "pdf.grouped"), "small"),
        *(block for one in heads for block in risks.risk(report, lang, one, proofs)),
        *scenarios(report, lang),
        *back.deviations(report, lang),
        *back.statements(report, lang),
        *back.criteria(report, lang),
        *back.records(report, lang),
        *back.reading(report, lang),
        *back.decision(report, lang),
    ]

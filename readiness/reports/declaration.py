"""What does a vendor declare of its own product? *Leverantörens egendeklaration*, as a page and as a PDF.

What was performed and met, what is not and until when that is accepted, what was not shown, and fields that are filled
in by hand. Nothing is left out because it looks bad, and nothing is decided: the receiver's fields stay empty. Modelled
on the self-declaration that Inera asks of vendors. Left out: whose report it is (`commands`).
Jinja and Typst are imported here, so import this late.
"""

from __future__ import annotations

from collections.abc import Callable

from readiness.report import Report
from readiness.reports import _blocks as b
from readiness.reports._blocks import Block
from readiness.reports._declaration import Declared, Marked, declared
from readiness.reports._leaf import leaf
from readiness.reports._pdf_back import decision
from readiness.reports.pdf import compiled, sheet
from readiness.texts import say

BLANKS = ("place", "name", "role", "signed")
"""What the vendor fills in."""


def declaration_page(report: Report, lang: str) -> bytes:
    """The declaration as one HTML page in a language ("sv" or "en"), in UTF-8."""
    name = report.profile.subject.name
    return leaf("readiness.reports", "declaration", lang, name=name, one=declared(report, lang), blanks=BLANKS).encode()


def declaration_pdf(report: Report, lang: str) -> bytes:
    """The same as one PDF, tagged."""
    title = say(lang, "declaration.title_of", name=report.profile.subject.name)
    return compiled(sheet(report, lang, title, _blocks(report, lang, title)))


FORMATS: dict[str, Callable[[Report, str], bytes]] = {"html": declaration_page, "pdf": declaration_pdf}


def _blocks(report: Report, lang: str, title: str) -> list[Block]:
    one = declared(report, lang)

    def t(key: str) -> str:
        return say(lang, f"declaration.{key}")

    return [
        b.title(title),
        b.paragraph(t("nobody"), "note"),
        b.paragraph(t("lead"), "lead"),
        b.facts(one.facts),
        *map(b.paragraph, one.notes),
        b.heading(1, t("scenarios")),
        b.paragraph(one.counted),
        *_marked((46, 24, 30), [t("scenario"), t("group"), t("outcome")], one.scenarios),
        *_unmet(one, lang),
        *_unseen(one, lang),
        b.heading(1, t("risks")),
        *_marked((8, 52, 40), [t("risk"), t("about"), t("outcome")], one.risks),
        b.heading(1, t("signature")),
        b.paragraph(t("signature_lead")),
        b.blanks(map(t, BLANKS), ()),
        *decision(report, lang),
        b.paragraph(t("nobody"), "note"),
    ]


def _marked(widths: tuple[int, ...], heads: list[str], rows: tuple[Marked, ...]) -> list[Block]:
    """A table whose last column has the shape of a verdict; none where there are no rows."""
    cells = (
        ([b.line(row.name)], [b.line(row.about)], [b.line(row.word, shape=row.shape), *_small(row.strength)])
        for row in rows
    )
    return [b.table(widths, heads, cells)] if rows else []


def _small(text: str) -> list[b.Line]:
    """A small line, where there is anything to say."""
    return [b.line(text, "small")] if text else []


def _unmet(one: Declared, lang: str) -> list[Block]:
    blocks = [b.heading(1, say(lang, "declaration.unmet"))]
    blocks.append(b.paragraph(say(lang, f"declaration.unmet_{'lead' if one.unmet else 'nothing'}")))
    if one.unmet:
        heads = ["html_deviations.rule", "html_deviations.where", "declaration.decided"]
        cells = ([b.lines(row.rule), b.lines(row.where), b.lines(*row.decisions)] for row in one.unmet)
        blocks.append(b.table((40, 25, 35), [say(lang, head) for head in heads], cells))
    if one.unused:
        blocks += [b.heading(2, say(lang, "declaration.unused_title")), b.bullets(one.unused)]
    return blocks


def _unseen(one: Declared, lang: str) -> list[Block]:
    blocks = [b.heading(1, say(lang, "declaration.unseen"))]
    blocks.append(b.paragraph(say(lang, f"declaration.unseen_{'lead' if one.unseen else 'nothing'}")))
    if one.unseen:
        heads = ["html_deviations.where", "html_deviations.reason", "declaration.waits"]
        cells = ([b.lines(row.where), b.lines(row.why), b.lines(row.waits)] for row in one.unseen)
        blocks.append(b.table((35, 25, 40), [say(lang, head) for head in heads], cells))
    return [*blocks, *([b.paragraph(one.waiting)] if one.waiting else [])]

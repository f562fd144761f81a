"""How are matrix and chain shown in the PDF? Each drawn, and in words beside it.

Left out: the drawing (`_matrix`, `_chain`), and how a block is drawn (`report.typ`).
"""

from __future__ import annotations

from collections.abc import Iterable

from readiness.report import Report
from readiness.reports import _blocks as b
from readiness.reports._blocks import Block
from readiness.reports._chain import chain_picture, state, stations
from readiness.reports._matrix import matrix_cells, matrix_picture
from readiness.reports._print import printed
from readiness.texts import say

MOST_NODES = 40
"""Drawn; of more, the table alone is shown."""
ACROSS = 3


def pictures(report: Report, lang: str) -> list[Block]:
    """The matrix and the chain, each drawn and in words."""
    levels = report.profile.risk_levels
    places_ = stations(report)
    blocks = [
        b.heading(1, say(lang, "html_matrix.title")),
        b.paragraph(say(lang, "html_matrix.lead_own" if levels else "html_matrix.lead_no_own")),
        printed(matrix_picture(report.checklist, levels, lang), 0.85),
        b.bullets(_cells(report, lang)),
    ]
    blocks += [b.paragraph(f"{one.risk}: {one.comment}", "small") for one in levels if one.comment]
    blocks += [b.page_break(), b.heading(1, say(lang, "html_chain.title"))]
    if not places_:
        return [*blocks, b.paragraph(say(lang, "html_chain.empty"))]
    blocks.append(b.paragraph(say(lang, "html_chain.lead")))
    if len(places_) <= MOST_NODES:
        blocks.append(printed(chain_picture(places_, lang, ACROSS)))
    heads = [say(lang, f"html_chain.{name}") for name in ("node", "product", "party", "state", "counts")]
    blocks.append(
        b.table(
            (28, 20, 22, 14, 18),
            heads,
            (
                (
                    b.lines(f"{number}. {place.node.name}"),
                    b.lines(f"{place.node.product} {place.node.version}".strip()),
                    b.lines(place.party),
                    [b.line(state(place, lang), shape=place.verdict.value if place.verdict else "")],
                    b.lines(*(f"{say(lang, f'verdict.{verdict.value}')}: {n}" for verdict, n in place.counts)),
                )
                for number, place in enumerate(places_, 1)
            ),
        )
    )
    return blocks


def _cells(report: Report, lang: str) -> Iterable[str]:
    """What stands where in the matrix, for those who cannot see it."""
    for row in matrix_cells(report.checklist, report.profile.risk_levels):
        for cell in row:
            if not cell.of_2014 and not cell.own:
                continue
            axes = {
                "likelihood": say(lang, f"step.{cell.likelihood}"),
                "consequence": say(lang, f"step.{cell.consequence}"),
            }
            own = say(lang, "html_matrix.cell_own", risks=", ".join(cell.own)) if cell.own else ""
            then = say(lang, "html_matrix.cell_2014", risks=", ".join(cell.of_2014)) if cell.of_2014 else ""
            told = "; ".join(filter(None, (then, own)))
            yield say(lang, "pdf.cell", level=cell.level, risks=told, **axes)

"""Where do the 22 risks stand in the matrix? An SVG: the places of 2014, and the kommun's own where stated.

Left out: residual risk, which nobody computes here, and the table beside the picture, which says the same in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from readiness.chain import RiskLevel
from readiness.register import Checklist, Matrix
from readiness.reports._svg import box, label, picture
from readiness.texts import pick, say

COLUMN, GAP, LEFT, TOP, FOOT = 146, 4, 118, 62, 12
PILL, PILL_HEIGHT, PILLS = 40, 24, 3
HEAD = 30  # of a cell: where its level stands

Place = tuple[str, str]  # likelihood, consequence


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its level, whether the source shows it, the risks of 2014 in it, and those the kommun puts there."""

    likelihood: str
    consequence: str
    level: int
    derived: bool
    of_2014: tuple[str, ...]
    own: tuple[str, ...]


def matrix_cells(checklist: Checklist, own: Iterable[RiskLevel]) -> tuple[tuple[Cell, ...], ...]:
    """The matrix by rows, the highest likelihood first, and in each row the lowest consequence first."""
    matrix, steps = checklist.matrix, checklist.matrix.steps
    then = _placed(matrix, ((risk.id, (risk.likelihood, risk.consequence)) for risk in checklist.risks))
    now = _placed(matrix, ((level.risk, (level.likelihood, level.consequence)) for level in own))
    return tuple(
        tuple(
            Cell(
                likelihood,
                consequence,
                matrix.levels[steps.index(likelihood)][steps.index(consequence)],
                (likelihood, consequence) in matrix.derived,
                then.get((likelihood, consequence), ()),
                now.get((likelihood, consequence), ()),
            )
            for consequence in steps
        )
        for likelihood in reversed(steps)
    )


def matrix_picture(checklist: Checklist, own: Iterable[RiskLevel], lang: str) -> str:
    """The matrix as one SVG element. Risks of 2014 are filled, the kommun's own outlined with a dashed line."""
    own = tuple(own)
    rows = matrix_cells(checklist, own)
    parts = [label(LEFT + 2 * (COLUMN + GAP), 16, say(lang, "html_matrix.consequence_axis"), "axis", "middle")]
    parts += _column_heads(rows[0], lang)
    top = TOP
    for row in rows:
        height = _row_height(row)
        parts.append(label(LEFT - 12, top + height / 2 + 5, say(lang, f"step.{row[0].likelihood}"), "step", "end"))
        for column, cell in enumerate(row):
            parts += _cell(LEFT + column * (COLUMN + GAP), top, height, cell, lang)
        top += height + GAP
    parts.append(label(LEFT - 12, TOP - 12, say(lang, "html_matrix.likelihood_axis"), "axis", "end"))
    return picture(
        "matrix",
        LEFT + len(rows[0]) * (COLUMN + GAP),
        int(top) + FOOT - GAP,
        say(lang, "html_matrix.title"),
        say(lang, "html_matrix.description_own" if own else "html_matrix.description")
        + " "
        + pick(lang, checklist.matrix.provenance),
        parts,
    )


def _placed(matrix: Matrix, places: Iterable[tuple[str, Place]]) -> dict[Place, tuple[str, ...]]:
    found: dict[Place, tuple[str, ...]] = {}
    for risk, (likelihood, consequence) in places:
        # *Försumbar* shares the first column: the source uses it as another word for the lowest consequence.
        place = (likelihood, consequence if consequence in matrix.steps else matrix.steps[0])
        found[place] = (*found.get(place, ()), risk)
    return found


def _row_height(row: Iterable[Cell]) -> int:
    pills = max(len(cell.of_2014) + len(cell.own) for cell in row)
    return HEAD + max(2, -(-pills // PILLS)) * (PILL_HEIGHT + 4) + 6


def _column_heads(row: Iterable[Cell], lang: str) -> list[str]:
    heads = []
    for column, cell in enumerate(row):
        words = say(lang, f"step.{cell.consequence}")
        if column == 0:
            words += f" / {say(lang, 'step.forsumbar').lower()}"
        heads.append(label(LEFT + column * (COLUMN + GAP) + COLUMN / 2, TOP - 12, words, "step", "middle"))
    return heads


def _cell(x: float, y: float, height: float, cell: Cell, lang: str) -> list[str]:
    style = f"cell level-{cell.level}" + (" derived" if cell.derived else "")
    parts = [box(x, y, COLUMN, height, style), label(x + 10, y + 21, str(cell.level), "cell-level")]
    if cell.derived:
        parts.append(label(x + COLUMN - 10, y + 20, say(lang, "html_matrix.derived"), "small", "end"))
    pills = [(risk, "pill") for risk in cell.of_2014] + [(risk, "pill own") for risk in cell.own]
    for number, (risk, kind) in enumerate(pills):
        left = x + 8 + number % PILLS * (PILL + 5)
        top = y + HEAD + number // PILLS * (PILL_HEIGHT + 4)
        parts.append(box(left, top, PILL, PILL_HEIGHT, kind, 4 if "own" in kind else 12))
        parts.append(label(left + PILL / 2, top + 17, risk, kind.replace("pill", "pill-text"), "middle"))
    return parts

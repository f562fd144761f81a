"""Do the pictures of the HTML report say what the report says, to everybody, without spilling over?"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import pytest

from readiness.model import Verdict
from readiness.reports._chain import chain_picture, stations
from readiness.reports._matrix import matrix_cells, matrix_picture
from readiness.reports._svg import lines
from readiness.reports.html import html_report
from tests.reports.page import Page
from tests.reports.sample import sample_report

LANGUAGES = ["sv", "en"]


@pytest.fixture(params=LANGUAGES)
def lang(request):
    """Each language of the report."""
    return request.param


def shown(report, lang="sv") -> str:
    """The text that a reader sees."""
    return Page(html_report(report, lang)).text


def test_the_matrix_places_every_risk_of_2014_once():
    report = sample_report()

    cells = [cell for row in matrix_cells(report.checklist, ()) for cell in row]

    assert sorted(risk for cell in cells for risk in cell.of_2014) == sorted(risk.id for risk in report.checklist.risks)
    assert len(cells) == 16
    assert {cell.level for cell in cells if "3" in cell.of_2014} == {3}  # försumbar shares the first column
    assert [(cell.likelihood, cell.consequence) for cell in cells if cell.derived] == [
        ("lag", "hog"),
        ("mycket_lag", "mycket_hog"),
    ]


def test_the_kommuns_own_level_is_drawn_apart_and_told_with_who_and_when(lang):
    report = sample_report()

    picture = matrix_picture(report.checklist, report.profile.risk_levels, lang)
    text = shown(report, lang)

    assert picture.count('class="pill own"') == 1
    assert picture.count('class="pill"') == 22
    assert 'class="pill own"' not in matrix_picture(report.checklist, (), lang)
    assert "Erik Ek" in text
    assert "2026-10-15" in text
    assert getattr(report.checklist.matrix.provenance, lang) in text


def test_a_full_cell_grows_instead_of_spilling_over():
    report = sample_report()
    risks = tuple(replace(risk, likelihood="hog", consequence="hog") for risk in report.checklist.risks)

    picture = matrix_picture(replace(report.checklist, risks=risks), report.profile.risk_levels, "sv")

    boxes = re.findall(r'<rect class="([^"]+)" x="\S+" y="([\d.]+)" width="\S+" height="([\d.]+)"', picture)
    cell_ends = max(float(y) + float(height) for style, y, height in boxes if style.startswith("cell level-4"))
    pills = [float(y) + float(height) for style, y, height in boxes if style.startswith("pill")]
    assert len(pills) == 23
    assert max(pills) <= cell_ends


def test_pictures_have_a_role_a_title_and_a_description(lang):
    report = sample_report()
    places = stations(report)

    for picture in (matrix_picture(report.checklist, (), lang), *(chain_picture(places, lang, n) for n in (1, 4))):
        page = Page(picture)
        assert page.open == []
        attributes = page.elements[0][1]
        assert attributes["role"] == "img"
        assert set(attributes["aria-labelledby"].split()) <= set(page.ids)


def test_a_nodes_state_is_the_worst_verdict_on_it_and_on_what_stands_there():
    report = sample_report()
    found = {place.node.id: place for place in stations(report)}
    calm = replace(report, findings=tuple(f for f in report.findings if not f.target.startswith("scenario-")))

    assert found["vs"].verdict is Verdict.FAIL
    assert next(place for place in stations(calm) if place.node.id == "vs").verdict is Verdict.PASS
    assert found["ip"].verdict is Verdict.FAIL
    assert dict(found["fm"].counts)[Verdict.INCONCLUSIVE] == 2
    alone = stations(replace(sample_report(), findings=()))
    assert {place.verdict for place in alone} == {None}


def test_a_long_chain_breaks_into_rows_and_an_empty_one_is_drawn_too():
    report = sample_report()
    node = report.profile.nodes[0]
    many = tuple(replace(node, id=f"n{number}") for number in range(11))
    places = stations(replace(report, profile=replace(report.profile, nodes=many)))

    picture = chain_picture(places, "sv", 4)

    assert picture.count('class="arrow"') == 10
    assert len(set(re.findall(r'<rect class="station[^>]* y="(\d+)"', picture))) == 3
    assert 'viewBox="0 0' in chain_picture((), "sv", 4)


def test_long_words_are_broken_and_cut_in_pictures():
    assert lines("Integrationsplattform", 185, 15, 2) == ["Integrationsplattform"]
    assert len(lines("ord " * 100, 150, 13, 2)) == 2
    assert all(len(line) <= 21 for line in lines("x" * 500, 150, 13, 2))
    assert lines("", 150, 13, 1) == []


@pytest.mark.parametrize("theme", [0, 1])
def test_colours_that_meet_have_the_contrast_that_wcag_asks_for(theme):
    style = (files("readiness.reports") / "templates" / "report.css").read_text(encoding="utf-8")
    themes = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in style.split(":root {")[1:3]]
    colours = themes[0] | themes[theme]
    texts = [(ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "sheet", "faint")]
    texts += [(kind, f"{kind}-tint") for kind in ("pass", "fail", "open", "rest")]
    texts += [("on-level", f"level-{level}") for level in range(1, 6)] + [("on-pill", "pill"), ("ink", "open-tint")]
    shapes = [("pill", f"level-{level}") for level in range(1, 6)] + [("focus", "paper")]
    strokes = ("ink", "accent", "fail", "open", "pass")
    shapes += [(stroke, ground) for stroke in strokes for ground in ("sheet", "paper")]

    assert all(_contrast(colours[a], colours[b]) >= 4.5 for a, b in texts), [(a, b) for a, b in texts]
    assert all(_contrast(colours[a], colours[b]) >= 3 for a, b in shapes)


def _contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two colours, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)

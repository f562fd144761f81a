"""Are runs put in order, once each, and does a grade stand since the run that it has stood since? No files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from readiness.history.gathering import Gathered
from readiness.history.past import Judged, Past, RiskThen, in_series, judged_of
from readiness.history.past_page import past_page
from readiness.history.past_text import SIGNS, past_text
from readiness.history.store import Condition
from readiness.model import Because, Strength
from readiness.texts import LANGUAGES, say
from tests.conftest import NOON
from tests.reports.page import Page
from tests.reports.sample import HOSTILE, sample_report
from tests.reports.test_html_accessibility import look

__all__ = ["look"]
SAMPLE = sample_report()
CHECKLIST = replace(SAMPLE.checklist, risks=SAMPLE.checklist.risks[:2])
FIRST, SECOND = (risk.id for risk in CHECKLIST.risks)
ALL, OPEN, FAILED = Because.ALL_PASS, Because.NOT_DEMONSTRATED, Because.VIOLATED


def past(day: int, *grades: Because, name: str = "", **fields: object) -> Past:
    risks = tuple(RiskThen(risk, why, Strength.LIVE) for risk, why in zip((FIRST, SECOND), grades, strict=False))
    at = NOON + timedelta(days=day)
    judged = Judged((f"id{day}",), "kommun", "4120000007", "test", at, at, False, 10, "0.1", risks)
    return Past(name or f"run-{day}", replace(judged, **fields))  # type: ignore[arg-type]


def shown(*pasts: Past, lang: str = "en", width: int = 100, refused: tuple[tuple[str, str], ...] = ()) -> str:
    gathered = Gathered(pasts, refused, Condition.FOUND, 0)
    return past_text("runs", in_series(pasts), gathered, CHECKLIST, lang, width, colour=False)


def page(*pasts: Past, lang: str = "sv", refused: tuple[tuple[str, str], ...] = ()) -> str:
    return past_page("runs", in_series(pasts), Gathered(pasts, refused, Condition.FOUND, 0), CHECKLIST, lang)


def test_what_is_kept_of_a_report_are_its_grades_and_when() -> None:
    kept = judged_of(SAMPLE)
    assert [(one.risk, one.because) for one in kept.risks] == [(one.risk, one.because) for one in SAMPLE.grades]
    assert (kept.started, kept.ended, kept.exit_code) == (SAMPLE.started, SAMPLE.ended, SAMPLE.exit_code)
    assert kept.records == tuple(one.id for one in SAMPLE.records)


def test_runs_stand_oldest_first_apart_by_chain_and_environment_and_once() -> None:
    dossier = past(2, ALL, name="zz.zip")
    live = past(3, ALL, environment="production")
    other = past(4, ALL, organisation="2120000000")
    series = in_series([dossier, past(2, ALL), live, other, past(1, OPEN, name="the first")])
    assert [(one.organisation, one.environment) for one in series] == [
        ("2120000000", "test"),
        ("4120000007", "production"),
        ("4120000007", "test"),
    ]
    assert [one.name for one in series[2].pasts] == ["the first", "run-2"]


@pytest.mark.parametrize(
    ("grades", "since"),
    [((ALL,), 0), ((OPEN, ALL), 1), ((ALL, ALL), 0), ((ALL, OPEN, ALL), 2), ((OPEN, ALL, ALL), 1)],
)
def test_a_grade_stands_since_the_first_run_of_its_latest_stretch(grades: tuple[Because, ...], since: int) -> None:
    (series,) = in_series([past(day, grade) for day, grade in enumerate(grades)])
    assert series.since(FIRST).name == f"run-{since}"


def test_the_terminal_shows_a_sign_for_each_grade_and_since_when() -> None:
    text = shown(past(0, OPEN, ALL), past(1, FAILED, ALL), past(2, FAILED, Because.NOT_APPLICABLE))
    rows = {line.split()[0]: line for line in text.splitlines() if line.split()}
    assert rows[FIRST].split()[1:4] == ["?", "!", "!"]
    assert rows[FIRST].endswith("not met, since 2026-12-01")
    assert rows[SECOND].split()[1:4] == ["+", "+", "-"]
    assert all(f"{sign} " in text for sign in SIGNS.values())
    assert len(set(SIGNS.values())) == len(Because)


@pytest.mark.parametrize("width", [40, 60, 100])
def test_what_has_no_room_is_counted_and_no_line_is_too_wide(width: int) -> None:
    text = shown(*(past(day, ALL, FAILED) for day in range(120)), width=width)
    assert max(map(len, text.splitlines())) <= width
    told = " ".join(text.split())
    count = int(told.partition("The ")[2].split()[0])
    assert f"The {count} oldest runs" in told
    assert f"{count + 1} 20" in told
    assert f" {count} 20" not in told


@pytest.mark.parametrize("name", HOSTILE.values())
def test_a_name_neither_acts_nor_is_markup(name: str) -> None:
    text = shown(past(0, ALL, name=name), refused=((name, "why"),))
    assert not set(text) & set("\x1b\u202e\0\x07")
    html = page(past(0, ALL, name=name), refused=((name, "why"),))
    assert not set(html) & set("\x1b\u202e\0\x07")
    assert "<script>" not in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_each_grade_in_words_also_to_those_who_hear_it(lang: str) -> None:
    html = page(past(0, OPEN, ALL), past(1, FAILED), lang=lang, refused=(("x.zip", "was altered"),))
    text = Page(html).text
    for key in ("because.not_demonstrated", "because.violated", "history.not_asked", "legal.secrecy"):
        assert say(lang, key) in text
    assert text.count(say(lang, "because.violated")) == 3, "in the legend, in its cell, and as it is now"
    assert "x.zip : was altered" in text.replace("x.zip:", "x.zip :")
    assert html.count('class="grade') == 4
    assert "src=" not in html


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_everybody_can_read_the_page(look, scheme: str, width: int) -> None:  # type: ignore[no-untyped-def]
    every = [past(day, because, FAILED, interrupted=day == 3) for day, because in enumerate(Because)]
    many = [past(day, ALL, OPEN, environment="production") for day in range(60)]
    found = look(page(*every, *many, refused=(("en-mycket-lang-mapp" * 9, "x" * 200),)), scheme, width)
    assert found.violations == []
    assert found.sticks_out == []
    assert {"color-contrast", "html-has-lang", "td-headers-attr"} <= set(found.passes)

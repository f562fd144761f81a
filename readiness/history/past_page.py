"""How do runs over time look in a browser? One page that needs nothing else: a table that is the picture.

A row for each risk, a column for each run, a mark for each grade that is a shape, a colour and a word for those who
hear the page. Left out: how a page is made (`reports._leaf`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from readiness.history.gathering import Gathered
from readiness.history.past import Past, Series
from readiness.history.past_words import grade_word, how_ended, series_text, since_text
from readiness.model import Because
from readiness.register import Checklist, Risk
from readiness.reports._leaf import leaf
from readiness.reports._risk_rows import SHAPE
from readiness.reports._words import moment_text
from readiness.texts import pick, say

HEADS = ("number", "ended", "name", "version", "exit", "how")


def past_page(name: str, series: Sequence[Series], gathered: Gathered, checklist: Checklist, lang: str) -> str:
    """The runs as one HTML document; write it as UTF-8."""
    return leaf(
        "readiness.history",
        "history",
        lang,
        folder=name,
        checklist=checklist.digest[:12],
        legend=[(SHAPE[because], grade_word(lang, because)) for because in reversed(Because)],
        heads=[say(lang, f"history.{head}") for head in HEADS],
        series=[_series(lang, one, checklist) for one in series],
        refused=gathered.refused,
    )


def _series(lang: str, series: Series, checklist: Checklist) -> Mapping[str, object]:
    return {
        "heading": series_text(lang, series),
        "runs": [{"number": number, "cells": _cells(lang, past)} for number, past in enumerate(series.pasts, 1)],
        "risks": [_risk(lang, series, risk) for risk in checklist.risks],
    }


def _cells(lang: str, past: Past) -> list[str]:
    one = past.judged
    ended = say(lang, f"ended.{how_ended(past)}")
    return [moment_text(lang, one.ended), past.name, one.version, str(one.exit_code), ended]


def _risk(lang: str, series: Series, risk: Risk) -> Mapping[str, object]:
    grades = [past.because(risk.id) for past in series.pasts]
    return {
        "id": risk.id,
        "title": pick(lang, risk.title),
        "grades": [
            {"kind": SHAPE[grade] if grade else "", "word": grade_word(lang, grade), "same": grade is before}
            for before, grade in zip([None, *grades], grades, strict=False)
        ],
        "now": since_text(lang, series, risk.id),
    }

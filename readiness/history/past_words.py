"""What is a grade, a run and a series of runs called, for every picture of history alike? Left out: the pictures."""

from __future__ import annotations

from readiness.history.past import Past, Series
from readiness.model import Because
from readiness.reports._words import date_text
from readiness.texts import say


def grade_word(lang: str, because: Because | None) -> str:
    """A grade in the agreed words, without who said that it does not apply; or that nobody asked."""
    if because is None:
        return say(lang, "history.not_asked")
    return say(lang, "verdict.not_applicable" if because is Because.NOT_APPLICABLE else f"because.{because}")


def since_text(lang: str, series: Series, risk: str) -> str:
    """The latest grade of a risk, and the day since which it has stood."""
    day = date_text(lang, series.since(risk).judged.ended)
    return say(lang, "history.since", grade=grade_word(lang, series.pasts[-1].because(risk)), day=day)


def series_text(lang: str, series: Series) -> str:
    """Whose runs they are, and of which environment."""
    kind = say(lang, f"subject.{series.kind}")
    return say(
        lang,
        "history.series",
        kind=kind[:1].upper() + kind[1:],
        organisation=series.organisation,
        environment=say(lang, f"environment.{series.environment}"),
    )


def how_ended(past: Past) -> str:
    """complete or interrupted."""
    return "interrupted" if past.judged.interrupted else "complete"

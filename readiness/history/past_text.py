"""How do runs over time look on a terminal? A row for each risk, a column for each run, a sign of ASCII for each grade.

Names are escaped and set as plain text. As many of the latest runs as fit are shown, and how many do not is told.
"""

from __future__ import annotations

from collections.abc import Sequence

from readiness.history.gathering import Gathered
from readiness.history.past import Series
from readiness.history.past_words import grade_word, series_text, since_text
from readiness.model import Because
from readiness.register import Checklist
from readiness.reports._page import Sheet, blank, plain, ruled_table
from readiness.reports._words import clip, escape_control, moment_text
from readiness.texts import say

SIGNS = {
    Because.ALL_PASS: "+",
    Because.RESERVATIONS: "~",
    Because.VIOLATED: "!",
    Because.NOT_DEMONSTRATED: "?",
    Because.NOT_COVERED: "o",
    Because.NOT_APPLICABLE: "-",
}
COLOURS = {Because.ALL_PASS: "green", Because.RESERVATIONS: "cyan", Because.VIOLATED: "bold red"}
RISK, NOW = 4, 26
"""Characters for a risk's id, and at least for how it is now."""


def past_text(
    name: str,
    series: Sequence[Series],
    gathered: Gathered,
    checklist: Checklist,
    lang: str,
    width: int,
    *,
    colour: bool,
) -> str:
    """The runs in lines of at most `width` characters (at least 40), with ANSI colours or without."""
    sheet = Sheet(blank(width, colour), lang)
    with sheet.console.capture() as captured:
        sheet.line(say(lang, "history.title", name=clip(escape_control(name))), "bold")
        sheet.line(say(lang, "legal.secrecy"), "bold")
        sheet.line(say(lang, "history.judged", checklist=checklist.digest[:12]))
        for one in series:
            _series(sheet, one, checklist)
        if series:
            sheet.line("")
            signs = [say(lang, "history.legend", mark=sign, word=grade_word(lang, of)) for of, sign in SIGNS.items()]
            sheet.line(", ".join(signs))
        if gathered.refused:
            sheet.heading(say(lang, "history.refused", count=len(gathered.refused)))
        for path, why in gathered.refused:
            sheet.item("- ", say(lang, "history.refused_line", name=path, why=why), "bold yellow")
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def _series(sheet: Sheet, series: Series, checklist: Checklist) -> None:
    lang, count = sheet.lang, len(series.pasts)
    digits = len(str(count))
    room = max(1, (sheet.console.width - RISK - NOW - 1) // (digits + 1))
    shown = list(enumerate(series.pasts, 1))[-room:]
    sheet.heading(series_text(lang, series))
    table = ruled_table()
    table.add_column(say(lang, "history.risk"), width=RISK)
    for number, _ in shown:
        table.add_column(str(number), width=digits)
    table.add_column(say(lang, "history.now"), ratio=1, overflow="fold")
    for risk in checklist.risks:
        grades = [past.because(risk.id) for _, past in shown]
        marks = [plain(SIGNS[grade], COLOURS.get(grade, "")) if grade else plain("") for grade in grades]
        now = grades[-1]
        style = COLOURS.get(now, "") if now else ""
        table.add_row(plain(risk.id), *marks, plain(since_text(lang, series, risk.id), style))
    sheet.console.print(table)
    if count > len(shown):
        sheet.line(say(lang, "history.older", count=count - len(shown)))
    sheet.heading(say(lang, "history.runs"))
    for number, past in shown:
        one = past.judged
        values = {"ended": moment_text(lang, one.ended), "name": past.name, "version": one.version}
        cut = say(lang, "history.cut") if one.interrupted else ""
        sheet.item(f"{number:>{digits}} ", say(lang, "history.run_line", **values, code=one.exit_code, how=cut))

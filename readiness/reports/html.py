"""How does the report look to a person with a browser? One HTML file that needs nothing else and fetches nothing.

No script, no font, no picture from elsewhere; its own policy forbids them. Every string is shown with its control
characters written out (by `finalize`) and escaped (by autoescape), so that no template has to remember it. Left out:
what is said (`_rows`, `_risk_rows`, texts) and the pictures (`_matrix`, `_chain`).
Jinja is imported here, so import this late.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from readiness.report import Report
from readiness.reports import _risk_rows as risk_rows
from readiness.reports import _rows as rows
from readiness.reports._calendar import LIMITS, calendar, calendar_picture
from readiness.reports._chain import chain_picture, stations
from readiness.reports._head import csl_text, head_facts, secrecy_text, stale_text
from readiness.reports._matrix import matrix_cells, matrix_picture
from readiness.reports._permits import permit_rows
from readiness.reports._scenario_cards import scenario_part
from readiness.reports._svg import MARKS
from readiness.reports._timeline import SHAPES, shape
from readiness.reports._trace import trace
from readiness.reports._words import date_text, escape_control, moment_text
from readiness.texts import pick, say

POLICY = "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
"""Nothing is fetched, nothing runs, nothing is sent; the style sheet is the one whose digest stands here."""


def html_report(report: Report, lang: str) -> str:
    """The report as one HTML document in a language ("sv" or "en"); write it as UTF-8."""
    return "".join(html_pieces(report, lang))


def html_pieces(report: Report, lang: str) -> Iterator[str]:
    """The same in pieces, of which nobody has to hold all at once."""
    style = _template("pictures.css") + _template("report.css") + _page_margins(secrecy_text(report, lang), lang)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        _environment(report, lang)
        .get_template("report.html.j2")
        .generate(page=_page(report, lang), style=Markup(style), policy=POLICY.format(digest=digest))  # noqa: S704 (ours)
    )


def _page(report: Report, lang: str) -> dict[str, object]:
    places = stations(report)
    risks = risk_rows.risk_parts(report, lang)
    profile = report.profile
    unseen = rows.unseen_rows(report, lang)
    picture = matrix_picture(report.checklist, profile.risk_levels, lang)
    return {
        "report": report,
        "tool": " ".join(report.tool[0]),
        "tools": ", ".join(f"{name} {version}" for name, version in report.tool),
        "counts": risk_rows.counted(report.grades, lang),
        "head": head_facts(report, lang),
        "unseen": [row for row in unseen if row.rules],
        "unasked": [row for row in unseen if not row.rules],
        "pending": rows.pending_rules(report),
        "uncovered": tuple(one for one in risks if one.uncovered),
        "risks": risks,
        "cells": matrix_cells(report.checklist, profile.risk_levels),
        # The pictures escape what they show themselves (`_svg.clean`).
        "matrix": Markup(picture),  # noqa: S704
        "stations": places,
        "chain_wide": Markup(chain_picture(places, lang, 4)),  # noqa: S704
        "chain_narrow": Markup(chain_picture(places, lang, 1)),  # noqa: S704
        "secrecy": secrecy_text(report, lang),
        "calendar": (ends := calendar(report, lang)),
        "calendar_picture": Markup(calendar_picture(ends.entries, report.judged_at, lang) if ends.entries else ""),  # noqa: S704
        "limits": LIMITS,
        "trace": trace(report, lang),
        "stale": stale_text(report, lang),
        "csl": csl_text(report, lang),
        "scenarios": scenario_part(report, lang),
        "deviations": rows.deviation_rows(report, lang),
        "permits": permit_rows(report, lang),
        "statements": rows.statement_rows(report, lang),
        "everything": rows.everything(report, lang),
        "becauses": risk_rows.all_grade_words(lang),
    }


def _environment(report: Report, lang: str) -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: (_template(name), name, None)),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": partial(moment_text, lang),
        "day": partial(date_text, lang),
        "words": partial(pick, lang),
        "state_word": lambda verdict: upper_first(say(lang, f"scenario_state.{verdict}")),
        "picture": Markup,  # the pictures escape what they show themselves (`_svg.clean`)
        "upper_first": upper_first,
    }
    environment.globals |= {
        "t": partial(say, lang),
        "lang": lang,
        "newline": Markup("\n"),
        "party": partial(rows.party_name, report),
        "shapes": {kind: Markup(shape) for kind, shape in MARKS.items()},  # noqa: S704 (ours)
        "event_shapes": {what: Markup(shape(what)) for what in SHAPES},  # noqa: S704 (ours)
    }
    return environment


def upper_first(text: str) -> str:
    """The text with a capital letter first."""
    return text[:1].upper() + text[1:]


def _template(name: str) -> str:
    return (files("readiness.reports") / "templates" / name).read_text(encoding="utf-8")


def _shown(value: object) -> object:
    """What an expression of a template puts on the page. TypeError on what nobody has put into words."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return escape_control(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(f"a template shows a {type(value).__name__}: {value!r}")


def _page_margins(secrecy: str, lang: str) -> str:
    """Head and foot of every printed page, where a browser can draw them."""
    secrecy, title = _css_text(secrecy), _css_text(say(lang, "html.title"))
    before, after = say(lang, "html.page", number="\0", count="\1").split("\0")
    between, _ = after.split("\1")
    number = f"{_css_text(before)} counter(page) {_css_text(between)} counter(pages)"
    return (
        f"@page {{ @top-left {{ content: {secrecy}; }} @bottom-left {{ content: {title}; }}"
        f" @bottom-right {{ content: {number}; }} }}\n"
        "@page :first { @top-left { content: none; } }\n"
    )


def _css_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""How is a page made that is no report: one HTML file that needs nothing else and fetches nothing?

The same style sheet, policy and care as the report's (`html`): control characters are written out, and everything is
escaped, so that no template has to remember it. Left out: what stands on the page.
Jinja is imported here, so import this late.
"""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from hashlib import sha256
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from readiness.reports._svg import MARKS
from readiness.reports._words import date_text, escape_control, moment_text
from readiness.texts import say

TEMPLATES = files("readiness.reports") / "templates"
POLICY = "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def leaf(package: str, name: str, lang: str, /, **values: object) -> str:
    """A package's template of that name, which extends `leaf.html.j2`, filled in; write it as UTF-8. Its own style lies
    beside it."""
    own = files(package) / "templates"
    styles = (TEMPLATES / "report.css", own / f"{name}.css")
    style = "".join(one.read_text(encoding="utf-8") for one in styles)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    templates = (TEMPLATES / "leaf.html.j2", own / f"{name}.html.j2")
    sources = {one.name: one.read_text(encoding="utf-8") for one in templates}
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "t": partial(say, lang),
        "lang": lang,
        "shapes": {kind: Markup(shape) for kind, shape in MARKS.items()},  # noqa: S704 (ours)
    }
    environment.filters |= {"moment": partial(moment_text, lang), "day": partial(date_text, lang)}
    page = environment.get_template(f"{name}.html.j2")
    return page.render(style=Markup(style), policy=POLICY.format(digest=digest), **values)  # noqa: S704 (ours)


def _shown(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return escape_control(value)
    if isinstance(value, Markup | int) and not isinstance(value, bool):
        return value
    raise TypeError(f"a template shows a {type(value).__name__}: {value!r}")

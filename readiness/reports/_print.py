"""How does a picture of the HTML report get into a PDF? With the colours of paper, and without a style sheet beside it.

Left out: what is drawn (`_matrix`, `_chain`, `_timeline`) and what it looks like (`templates/pictures.css`).
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from importlib.resources import files

from readiness.reports._blocks import Block, picture
from readiness.reports._svg import MARKS

FONT = '"Libertinus Serif"'
"""The one that comes with Typst: no other is there on every machine."""
INK = {
    "pass": "--pass",
    "fail": "--fail",
    "inconclusive": "--open",
    "reserved": "--pass",
    "uncovered": "--rest",
    "not_applicable": "--rest",
}
"""The colour of each shape, by its name in the style sheet."""


def printed(svg: str, width: float = 1) -> Block:
    """An SVG element of the HTML report as a block: its own style inside it, its words beside it."""
    title, told = (re.search(rf"<{name}[^>]*>(.*?)</{name}>", svg, re.DOTALL) for name in ("title", "desc"))
    words = ". ".join(unescape(found[1]).rstrip(".") for found in (title, told) if found)
    style = f'<svg xmlns="http://www.w3.org/2000/svg"><style>{_style()}</style>'
    head, rest = svg.split(">", 1)
    return picture(f"{style}<svg{head.removeprefix('<svg')}>{rest}</svg>", words, width)


def shapes() -> dict[str, dict[str, str]]:
    """The shape of each verdict and grade as SVG, and its colour."""
    return {name: {"svg": _shape(name), "colour": colours()[INK[name]]} for name in MARKS}


@cache
def colours() -> dict[str, str]:
    """The colours of paper: those of the style sheet's first block."""
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", _template("report.css").split("}", 1)[0]))


@cache
def _style() -> str:
    style = re.sub(r"/\*.*?\*/", "", _template("pictures.css"), flags=re.DOTALL)
    return re.sub(r"var\((--[\w-]+)\)", lambda found: colours().get(found[1], FONT), style).replace("\n", " ")


def _shape(name: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="none" stroke="{colours()[INK[name]]}"'
        f' stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round">{MARKS[name]}</g></svg>'
    )


def _template(name: str) -> str:
    return (files("readiness.reports") / "templates" / name).read_text(encoding="utf-8")

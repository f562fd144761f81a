"""How is a picture written as SVG text? The few strokes that the pictures of the HTML report share.

Colours stand in the style sheet, by class, so that a picture follows light, dark and paper. Everything that comes from
outside goes through `label`, which shows control characters and escapes markup. Left out: what is drawn.
"""

from __future__ import annotations

from html import escape
from textwrap import wrap

from readiness.reports._words import escape_control

GLYPH = 0.56
"""Mean width of a character in a sans-serif face, in em: for breaking lines, with some room to spare."""

MARKS = {
    "pass": '<path d="M3.5 8.5l3 3 6-7"/>',
    "fail": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "inconclusive": '<path d="M5 5.6C5 2 11 2 11 5.4C11 7.8 8 7.6 8 10M8 13.4v.1"/>',
    "not_applicable": '<path d="M3.5 8h9"/>',
    "reserved": '<path d="M3.5 6.5l3 3 6-6.5M3.5 13.5h9"/>',
    "uncovered": '<circle cx="8" cy="8" r="4.6"/>',
}
"""One shape a verdict, and two more for grades, in a square of 16: told apart without colour."""


def picture(key: str, width: int, height: int, title: str, description: str, parts: list[str]) -> str:
    """A whole picture, named for those who cannot see it. `key` is unique in the page."""
    return (
        f'<svg class="picture" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{clean(title)}</title><desc id="{key}-desc">{clean(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def box(x: float, y: float, width: float, height: float, style: str, radius: int = 6) -> str:
    """A rectangle with round corners."""
    return f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius}"/>'


def label(x: float, y: float, words: str, style: str, anchor: str = "start") -> str:
    """One line of text; `y` is its base line, `anchor` start, middle or end."""
    return f'<text class="{style}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{clean(words)}</text>'


def mark(x: float, y: float, verdict: str) -> str:
    """The shape of a verdict in a disc, 22 units across, its upper left corner at (x, y)."""
    return (
        f'<g class="disc {verdict}" transform="translate({x:g} {y:g})"><circle cx="11" cy="11" r="11"/>'
        f'<g transform="translate(3 3)">{MARKS[verdict]}</g></g>'
    )


def lines(words: str, width: float, size: float, most: int) -> list[str]:
    """Words broken to a width (units) at a size of type, at most so many lines; what is cut ends in an ellipsis."""
    return wrap(
        escape_control(words),
        max(4, int(width / (size * GLYPH))),
        max_lines=most,
        placeholder=" …",
        break_long_words=True,
    )


def clean(words: str) -> str:
    """Text that is inert in SVG and HTML, with control characters and bidi marks shown."""
    return escape(escape_control(words))

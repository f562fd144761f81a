"""How does plain text get onto a terminal's page? Wrapped paragraphs, hanging items, one table; never markup.

Left out: what is told (`terminal`). Whatever comes in is escaped once more here: nothing gets past this page.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO

from rich.box import Box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from readiness.report import Report
from readiness.reports._words import escape_control
from readiness.texts import say

NARROWEST = 40

RULED = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
"""Nothing but a line of hyphens under the heads."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is being written on, in which language."""

    console: Console
    lang: str

    def line(self, text: str, style: str = "", indent: int = 0) -> None:
        """One paragraph, wrapped."""
        self.console.print(Padding(plain(text, style), (0, 0, 0, indent)))

    def item(self, bullet: str, text: str, style: str = "") -> None:
        """One paragraph that hangs beside its bullet or number."""
        grid = Table.grid(expand=True)
        grid.add_column(width=len(bullet))
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row(plain(bullet, style), plain(text, style))
        self.console.print(grid)

    def heading(self, text: str) -> None:
        """A heading, with an empty line before it."""
        self.line("")
        self.line(text, "bold")


@dataclass(frozen=True, slots=True)
class Page(Sheet):
    """The same, about a report."""

    report: Report

    def say(self, key: str, **values: object) -> str:
        """A text of the terminal's own table."""
        return say(self.lang, f"terminal.{key}", **values)


def blank(width: int, colour: bool) -> Console:
    """An empty page of that width (at least 40), with ANSI colours or without; the surroundings do not matter."""
    return Console(
        file=StringIO(),
        width=max(width, NARROWEST),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )


def plain(text: str, style: str = "") -> Text:
    """Text that is neither markup nor control."""
    return Text(escape_control(text), style=style, overflow="fold")


def ruled_table() -> Table:
    """A table over the whole width whose only drawing is the line under its heads."""
    return Table(box=RULED, show_edge=False, pad_edge=False, padding=0, expand=True)

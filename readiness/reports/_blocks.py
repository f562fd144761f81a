"""What is a PDF made of? Blocks of plain data: headings, paragraphs, tables, pictures; `report.typ` draws each kind.

Nothing in a block is ever read as code or markup: the whole is one JSON text, and every string in it stays a string.
Left out: what is said (`_pdf_*`) and how it looks (`templates/report.typ`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from readiness.reports._words import clip, escape_control

Block = dict[str, Any]
Line = dict[str, str]
"""One line of a cell: `text`, `style` ("", small, strong, code), `lang` where it is another, `shape` of a verdict."""
Cell = Sequence[Line]

LONGEST_LINE, LONGEST_WORDS, LONGEST_TEXT = 600, 3000, 10_000
"""Characters. What is longer is some peer's or file's, and stands whole in data.json."""

# What Typst's own fonts have (Libertinus Serif, DejaVu Sans Mono), in ranges that a test compiles character by
# character. A character that no font has would stop the PDF, since PDF/A and PDF/UA forbid the empty box.
SHOWABLE = re.compile(
    "[^\x20-\x7e\xa0-\u024f\u0370-\u045f\u1e00-\u1eff\u2010-\u2027\u2030-\u2040\u20a0-\u20bf\u2190-\u21ff\u2200-\u225f\u2500-\u25ff]"
)


def line(text: str, style: str = "", *, lang: str = "", shape: str = "") -> Line:
    """One line of a cell."""
    return {"text": clip(text, LONGEST_LINE), "style": style, "lang": lang, "shape": shape}


def lines(*texts: str, style: str = "") -> list[Line]:
    """Several lines of a cell, empty ones left out; a dash where nothing is left."""
    return [line(text, style) for text in texts if text] or [line("–", style)]


def title(text: str) -> Block:
    """The document's title on its first page."""
    return {"is": "title", "text": clip(text, LONGEST_LINE)}


def contents(text: str) -> Block:
    """The list of sections with their pages, under its own heading."""
    return {"is": "contents", "text": text}


def heading(level: int, text: str, lines_beside: Iterable[Line] = ()) -> Block:
    """A heading, which is a bookmark too, and what stands under it at once."""
    return {"is": "heading", "level": level, "text": clip(text, LONGEST_LINE), "beside": list(lines_beside)}


def paragraph(text: str, style: str = "") -> Block:
    """A paragraph. `style`: "", lead, small or note."""
    return {"is": "paragraph", "text": text, "style": style}


def facts(pairs: Iterable[tuple[str, str]]) -> Block:
    """Terms with what they are; those without a word are left out."""
    return {"is": "facts", "pairs": [list(pair) for pair in pairs if pair[1]]}


def bullets(items: Iterable[str]) -> Block:
    """A list of single lines."""
    return {"is": "bullets", "items": [clip(item, LONGEST_LINE) for item in items]}


def table(widths: Sequence[float], heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Block:
    """A table whose header row is repeated on each page. `widths` are shares of the line; one cell a column."""
    return {"is": "table", "widths": list(widths), "heads": list(heads), "rows": [list(map(list, row)) for row in rows]}


def picture(svg: str, alternative: str, width: float = 1) -> Block:
    """A picture, what it says in words, and its width as a share of the line."""
    return {"is": "picture", "svg": svg, "alternative": clip(alternative, LONGEST_WORDS), "width": width}


def blanks(names: Iterable[str], boxes: Iterable[str]) -> Block:
    """Boxes and lines that a person fills in by hand."""
    return {"is": "blanks", "names": list(names), "boxes": list(boxes)}


def page_break() -> Block:
    """What follows begins a page."""
    return {"is": "page_break"}


def showable(text: str) -> str:
    r"""The text with everything that acts, or that no font of the PDF has, written out: `\u202e`, `\u4e2d`."""
    return SHOWABLE.sub(_written_out, escape_control(unicodedata.normalize("NFC", text)))


def inert(block: Any) -> Any:
    """A block with every string that is shown made showable and bounded; a picture's SVG is not cut."""
    if isinstance(block, str):
        return clip(showable(block), LONGEST_TEXT)
    if isinstance(block, list):
        return [inert(one) for one in block]
    if isinstance(block, dict):
        return {key: showable(one) if key == "svg" else inert(one) for key, one in block.items()}
    return block


def _written_out(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode("ascii")

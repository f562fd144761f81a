"""What do the words of a PDF say: is how to appeal told, how many people are named, where do links lead?

Counts and the asked-for phrases leave here, never the text. A page that may say more than its text does (a picture, a
font that no letters are told of, a form) is not read to its end: what stands there is seen, what does not is unseen.
Left out: names and addresses of people, which no machine tells from others, and whether what is told is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from pypdf.errors import PyPdfError

from probes._documents.links import read_links
from probes._documents.opening import entry, listed, unlocked
from probes._documents.work import Answers, Asked
from readiness import personal
from readiness.model import Reason, Unseen

DIGITS = re.compile(r"\D", re.ASCII)
DRAWING = {b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh", b"Do", b"BI", b"INLINE IMAGE"}
WRITING = {b"Tj", b"TJ", b"'", b'"'}
LARGE = 0.2
"""Of the page: a picture of that size may hold text, one that is smaller is taken for a coat of arms."""
FEW_LETTERS = 20
"""A page that is drawn on and has fewer letters may have been scanned, or written in curves."""
TOLD = ("/WinAnsiEncoding", "/MacRomanEncoding", "/StandardEncoding")


class Page(NamedTuple):
    """The text of a page with what stands in its fields, and why it may not be all that a reader sees: "" for no
    reason."""

    text: str
    doubt: str


def read_words(data: bytes, asked: Asked) -> Answers:
    """The facts about words and links. CannotObserve: as opening it."""
    reader = unlocked(data)
    pages = [_page(page) for page in reader.pages]
    doubt = next((f"page {number}: {page.doubt}" for number, page in enumerate(pages, 1) if page.doubt), "")
    return {
        "pages_read": sum(not page.doubt for page in pages),
        "appeal_phrases": len(asked.phrases),
        "appeal_phrases_missing": _missing(pages, asked.phrases, doubt),
        "persons_beyond_needed": _persons(pages, asked.persons, doubt),
        **read_links(reader, [page.text for page in pages], asked.domains, doubt),
    }


def _missing(pages: Iterable[Page], phrases: tuple[str, ...], doubt: str) -> tuple[str, ...] | Unseen:
    """The phrases that stand nowhere. Spaces, line ends and hyphens count for nothing: extraction makes its own."""
    text = squeezed("".join(page.text for page in pages))
    missing = [phrase for phrase in phrases if not any(squeezed(one) in text for one in phrase.split("|"))]
    return Unseen(Reason.NOT_UNDERSTOOD, doubt) if missing and doubt else tuple(sorted(missing))


def squeezed(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _persons(pages: Iterable[Page], needed: int | None, doubt: str) -> int | Unseen:
    """How many more people have their number in it than it has to name.

    Ten digits without a sign between may be something else, so they alone make nobody one too many."""
    sure: set[str] = set()
    perhaps: set[str] = set()
    for text in (page.text for page in pages):
        for start, end in personal.shaped(text):
            digits = DIGITS.sub("", text[start:end])
            (perhaps if text[start:end] == digits and len(digits) == 10 else sure).add(digits[-10:])
    if needed is None:
        return Unseen(Reason.NOT_CONFIGURED, "the profile does not say how many people it has to name")
    if len(sure) > needed:
        return len(sure) - needed
    if len(sure | perhaps) > needed:
        doubt = doubt or "ten digits in a row may be a person's number, or something else"
    return Unseen(Reason.NOT_UNDERSTOOD, doubt) if doubt else 0


def _page(page: Any) -> Page:
    drawn: list[float] = []
    letters = [0]
    area = max(abs(float(page.mediabox.width) * float(page.mediabox.height)), 1.0)

    def met(operator: bytes, operands: Any, matrix: Any, _: Any) -> None:
        if operator in WRITING:
            letters[0] += 1
        elif operator in DRAWING:
            whole = abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]) / area
            drawn.append(whole if _is_picture(page, operator, operands) else 0.0)

    try:
        text = page.extract_text(visitor_operand_before=met)
    except PyPdfError:
        return Page("", "its text cannot be read")
    fields = " ".join(_fields(page))
    return Page(f"{text}\n{fields}\n", _doubt(page, text, drawn, letters[0]))


def _doubt(page: Any, text: str, drawn: list[float], writes: int) -> str:
    """Why a page may say more than its text does; "" for one that is blank, or written throughout."""
    seen = sum(map(str.isalnum, text))
    if max(drawn, default=0.0) > LARGE:
        return "a picture fills so much of it that it may hold text"
    if (drawn or writes) and seen < FEW_LETTERS:
        return "it is drawn on and has hardly any text, as where it was scanned"
    if any(unicodedata.category(sign) in {"Co", "Cn"} or sign == "\ufffd" for sign in text):
        return "letters of it are told by no alphabet"
    if not all(map(_readable, _fonts(entry(page, "/Resources"), 4))):
        return "a font of it does not say which letters its glyphs are"
    return ""


def _is_picture(page: Any, operator: bytes, operands: Any) -> bool:
    if operator != b"Do":
        return operator in {b"BI", b"INLINE IMAGE"}
    named = entry(page, "/Resources", "/XObject", *map(str, operands[:1]))
    return named is None or entry(named, "/Subtype") == "/Image"


def _fonts(resources: Any, levels: int) -> Iterable[Any]:
    found = entry(resources, "/Font")
    yield from (entry(found, name) for name in found) if isinstance(found, dict) else ()
    forms = entry(resources, "/XObject")
    for name in forms if isinstance(forms, dict) and levels else ():
        if entry(forms, name, "/Subtype") == "/Form":
            yield from _fonts(entry(forms, name, "/Resources"), levels - 1)


def _readable(font: Any) -> bool:
    """Whether a font says which letters its glyphs stand for."""
    if entry(font, "/ToUnicode") is not None:
        return True
    if entry(font, "/Subtype") in {"/Type0", "/Type3"}:
        return False
    encoding = entry(font, "/Encoding")
    base = entry(encoding, "/BaseEncoding") if isinstance(encoding, dict) else encoding
    symbolic = bool(int(entry(font, "/FontDescriptor", "/Flags") or 0) & 4)
    return base in TOLD or (
        not symbolic
        and "/FontDescriptor" not in font
        and not str(font.get("/BaseFont")).startswith(("/Symbol", "/ZapfDingbats"))
    )


def _fields(page: Any) -> Iterable[str]:
    """What stands in the fields and notes of a page."""
    for one in listed(entry(page, "/Annots")):
        for key in ("/V", "/Contents"):
            if isinstance(value := entry(one, key), str):
                yield value

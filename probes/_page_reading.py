"""What does a page hold for whoever reads it: its text, its language, its links?

Pure: an HTTP answer in, a Page out. Nothing is run or fetched: a script, a frame and a style sheet are not followed, an
entity or DTD of a page is none to an HTML parser. So what is missing may be there for a reader all the same, and the
doubts say why. Left out: which words are asked for (`public_page`), and names of elements (`_page_elements`).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve, HttpAnswer

LARGEST = 2 * 1024 * 1024
"""Bytes of a page that are read, unpacked."""
SHORT = 200
"""Characters: a part that is shorter and stands beside a script may be drawn by it."""
HIDDEN = frozenset({"script", "style", "template", "noscript", "head", "object", "svg", "math"})
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",  # as browsers have it (WHATWG Encoding, section 4.2)
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso-8859-15",
}
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Page:
    """A page as parsed. `main` is the text of its main part, `text` all that is shown, `behind` what stands in it and
    is not: all as `plain` makes it. `doubts`: why something that was not found may be there for a reader."""

    root: etree._Element
    language: str
    main: str
    text: str
    behind: str
    links: tuple[tuple[str, str], ...]
    """(address, words) of each link, plain."""
    drawn: Unseen | None
    """Why it may be drawn by its scripts, where it may."""
    doubts: tuple[Unseen, ...]


def read_page(answer: HttpAnswer) -> Page:
    """The page in an answer. CannotObserve: not_understood, not_supported for what is no HTML, or packed unknown."""
    media_type = answer.field("content-type").partition(";")[0].strip().lower()
    if media_type not in {"text/html", "application/xhtml+xml", ""}:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"it is {media_type[:60]}, and no page of HTML")
    doubts: list[Unseen] = []
    text = _decoded(_unpacked(answer, doubts), answer.field("content-type"), doubts)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    root = etree.fromstring(text.replace("\0", "").encode("utf-8"), parser) if text.strip() else None
    if root is None or not re.search(r"<\s*(!doctype|html|head|body|p|div|h1|main)\b", text, re.IGNORECASE):
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "it is empty, or no page of HTML")
    if any(error.level_name == "FATAL" for error in parser.error_log):
        doubts.append(Unseen(Reason.LIMIT_REACHED, "its elements stand too deep in each other"))
    main = next((one for one in root.iter("*") if one.tag == "main" or one.get("role") == "main"), None)
    part = root if main is None else main
    shown = plain(" ".join(_shown(root)))
    in_main = plain(" ".join(_shown(part)))
    drawn = None
    if len(in_main) < SHORT and next(root.iter("script"), None) is not None:
        drawn = Unseen(Reason.NOT_SUPPORTED, "it is short and has scripts, which are not run: they may draw it")
        doubts.append(drawn)
    frames = part.iter("iframe", "embed", "frame")
    if any(not any(map(_is_hidden, (frame, *frame.iterancestors()))) for frame in frames):
        doubts.append(Unseen(Reason.NOT_SUPPORTED, "it has a frame, and what stands in frames is not fetched"))
    hidden = (one for one in root.iter("*") if _is_hidden(one) and one.tag != "head")
    behind = plain(" ".join("".join(one.itertext()) for one in hidden))
    return Page(root, _language(root), in_main, shown, behind, _links(root), drawn, tuple(doubts))


def plain(text: str) -> str:
    """Words to compare: composed, casefolded, one space between them, without soft hyphens and joiners."""
    composed = unicodedata.normalize("NFC", re.sub("[\u00ad\u200b-\u200d\u2060\ufeff]", "", text))
    return " ".join(composed.casefold().split())


def speaks(text: str, words: str) -> bool:
    """Whether a plain text has the words, from the beginning of one of its own."""
    return re.search(rf"(?<!\w){re.escape(plain(words))}", text) is not None


def _shown(element: etree._Element) -> Iterator[str]:
    """The pieces of text that a reader may see: not what is hidden, nor what belongs to no text."""
    waiting: list[etree._Element | str] = [element]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif not _is_hidden(one):
            yield one.text or ""
            for child in reversed(one):
                waiting += [child.tail or "", child]


def _is_hidden(element: etree._Element) -> bool:
    """Whether an element is not shown as it stands; a class or style sheet that hides it is not read."""
    style = re.sub(r"\s", "", element.get("style", "").lower())
    return element.tag in HIDDEN or element.get("hidden") is not None or "display:none" in style


def _language(root: etree._Element) -> str:
    """What the page says of its language, in lower case and without region."""
    html = next(root.iter("html"), root)
    said = html.get("lang") or html.get(XML_LANG) or html.get("xml:lang") or ""
    return said.strip().lower().partition("-")[0]


def _links(root: etree._Element) -> tuple[tuple[str, str], ...]:
    found = []
    for link in root.iter("a", "area"):
        words = " ".join(link.itertext()) + " " + " ".join(link.get(key, "") for key in ("aria-label", "title", "alt"))
        if (address := link.get("href")) is not None:
            found.append((address.strip(), plain(words)))
    return tuple(found)


def _unpacked(answer: HttpAnswer, doubts: list[Unseen]) -> bytes:
    """The body without its content coding, of which nothing was asked for, and at most `LARGEST` bytes."""
    coding = answer.field("content-encoding").strip().lower()
    body, cut = answer.body, answer.cut
    if coding in {"gzip", "x-gzip", "deflate"}:
        unpacker = zlib.decompressobj(47)  # gzip or zlib, as the bytes say
        try:
            body = unpacker.decompress(body, LARGEST)
        except zlib.error as error:
            raise CannotObserve(Reason.NOT_UNDERSTOOD, f"it says {coding}, and cannot be unpacked") from error
        cut = cut or not unpacker.eof
    elif coding not in {"", "identity"}:
        raise CannotObserve(Reason.NOT_SUPPORTED, f"it is packed with {coding[:40]}")
    if cut:
        doubts.append(Unseen(Reason.LIMIT_REACHED, f"of a large page the first {LARGEST} bytes are read"))
    return body


def _decoded(body: bytes, content_type: str, doubts: list[Unseen]) -> str:
    """The body as text, in the encoding that a browser would take: mark, header, meta, UTF-8."""
    named = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", content_type, re.IGNORECASE)
    inside = re.search(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", body[:4096], re.IGNORECASE)
    said = named[1] if named else inside[1].decode("ascii") if inside else "utf-8"
    encoding = next((name for mark, name in MARKS if body.startswith(mark)), ENCODINGS.get(said.lower(), ""))
    if not named and encoding.startswith("utf-16") and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-8"  # a page that can say so in ASCII is not in UTF-16
    if not encoding:
        doubts.append(Unseen(Reason.NOT_SUPPORTED, f"the encoding {said} is not read"))
    text = body.decode(encoding or "utf-8", errors="replace")
    if "\ufffd" in text:
        doubts.append(Unseen(Reason.NOT_UNDERSTOOD, f"some of its bytes are not {encoding or 'utf-8'}"))
    return text

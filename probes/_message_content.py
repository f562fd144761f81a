"""What do the bodies and attachments of a message hold that their receiver would meet: encoding, images, script, links?

Bytes in, counts out; no content is ever quoted, save the host names of links. HTML is read by libxml2's forgiving
parser, which fetches nothing. Left out: whether the HTML is conforming, and what PDF files hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from probes._delivery import Content, decoded
from readiness.model import Reason, Unseen

HTML = "text/html"
MAXIMAL_LINK = 2048

IMAGE_ATTRIBUTES = {"src", "background", "poster", "srcset", "data"}
LOADING = {"img", "input", "source", "video", "audio", "iframe", "embed", "object", "body", "table", "td", "tr", "th"}
WEB = ("http", "https")
# A scheme and at least one character of a host; what ends a link in running text is white space, a quote or a bracket.
TEXT_LINK = re.compile(r"""\b(?:https?://|www\.)[^\s<>"'()\[\]{}]{1,2048}""", re.IGNORECASE)
OUTSIDE = re.compile(r"(?:^|[\s,])(?:https?:)?//", re.IGNORECASE)
CSS_URL = re.compile(r"""(?:url\(\s*(?:["']\s*)?|@import\s+["']\s*)((?:https?:)?//)""", re.IGNORECASE)
# How the formats that the contract lists begin: PDF, OOXML (a ZIP), the old Word format, iCalendar.
BEGINNINGS = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"BEGIN:VCALENDAR")


@dataclass(frozen=True, slots=True)
class Markup:
    """What one HTML body holds: addresses that a reader loads from, elements with script, addresses linked to."""

    external_images: int
    script_elements: int
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Web addresses linked to: how many, their hosts (lower case), and how many of them do not use https."""

    count: int
    hosts: tuple[str, ...]
    without_https: int


def base_type(content_type: str) -> str:
    """The media type without parameters, lower case."""
    return content_type.partition(";")[0].strip().lower()


def text_encoding(data: bytes) -> str:
    """UTF-8 (which plain ASCII is too), UTF-16 by its byte order mark, or other."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "other"
    return "UTF-8"


def encoded_twice(data: bytes) -> bool:
    """Whether decoded content is base64 still: text without spaces that stands for one of the contract's formats, or
    for readable text. Shorter than 16 characters nothing can be told from a word."""
    compact = data.strip()
    if len(compact) < 16 or re.search(rb"[^A-Za-z0-9+/=\r\n]", compact):
        return False
    once_more = decoded(compact.decode("ascii"))
    if isinstance(once_more, Unseen):
        return False
    return once_more.startswith(BEGINNINGS) or _readable(once_more)


def read_markup(data: bytes) -> Markup | Unseen:
    """What an HTML body holds, as far as a forgiving reader sees it."""
    if not data.strip():
        return Markup(0, 0, ())
    parser = etree.HTMLParser(no_network=True, huge_tree=True, encoding="utf-8")
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Unseen(Reason.NOT_UNDERSTOOD, f"no HTML, line {getattr(error, 'lineno', 0) or 0}")
    if root is None:
        return Markup(0, 0, ())
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        return Unseen(Reason.LIMIT_REACHED, "elements nested deeper than a parser follows")
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    return Markup(
        external_images=sum(_external(element) for element in elements),
        script_elements=sum(_script(element) for element in elements),
        links=tuple(str(e.get("href")).strip() for e in elements if e.tag in {"a", "area"} and e.get("href")),
    )


def read_bodies(bodies: Sequence[Content]) -> list[Markup | Unseen]:
    """The markup of each HTML body."""
    return [
        body.data if isinstance(body.data, Unseen) else read_markup(body.data)
        for body in bodies
        if base_type(body.type) == HTML
    ]


def read_links(bodies: Sequence[Content]) -> Links | Unseen:
    """The web addresses that bodies link to: href in HTML, and addresses in running text where the body is not HTML."""
    found: list[str] = []
    for body in bodies:
        if isinstance(body.data, Unseen):
            return body.data
        if base_type(body.type) == HTML:
            markup = read_markup(body.data)
            if isinstance(markup, Unseen):
                return markup
            found += markup.links
        else:
            text = body.data.decode("utf-8", errors="replace")
            found += [match[0].rstrip(".,;:!?") for match in TEXT_LINK.finditer(text)]
    return _links(found)


def _links(addresses: Iterable[str]) -> Links:
    hosts, count, without = set[str](), 0, 0
    for address in addresses:
        whole = address if "://" in address[:16] else f"http:{address}" if address.startswith("//") else address
        if re.match(r"www\.", whole, re.IGNORECASE):
            whole = f"http://{whole}"
        try:
            split = urlsplit(whole[:MAXIMAL_LINK])
            host = split.hostname or ""
        except ValueError:  # a bracket or a port that belongs to no address
            continue
        if split.scheme.lower() in WEB and host:
            count += 1
            hosts.add(host.lower())
            without += split.scheme.lower() != "https"
    return Links(count, tuple(sorted(hosts)), without)


def _external(element: etree._Element) -> int:
    """How many outside addresses the element makes a reader load from."""
    loaded = 0
    if element.tag in LOADING:
        loaded += sum(bool(OUTSIDE.search(value)) for value in _values(element, IMAGE_ATTRIBUTES))
    if element.tag == "link":
        loaded += sum(bool(OUTSIDE.search(value)) for value in _values(element, {"href"}))
    loaded += sum(len(CSS_URL.findall(value)) for value in _values(element, {"style"}))
    if element.tag == "style":
        loaded += len(CSS_URL.findall("".join(element.itertext())))
    return loaded


def _script(element: etree._Element) -> bool:
    """Whether it is script, or carries some: an event handler (HTML 8.1.8), an address of the javascript scheme."""
    if element.tag == "script":
        return True
    handler = any(str(name).startswith("on") for name in element.attrib)
    address = any(value.lower().startswith("javascript:") for value in _values(element, {"href", "src", "action"}))
    return handler or address


def _values(element: etree._Element, names: set[str]) -> list[str]:
    return [str(value).strip() for name, value in element.attrib.items() if str(name) in names]


def _readable(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(character.isprintable() or character in "\r\n\t" for character in text)

"""Which documents make up a WSDL: the one asked for, and those it imports from the same host and port?

Nothing else is ever asked: a location elsewhere is a fact. Bounded in number. Left out: what stands in them (`_wsdl`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree

from probes._soap_xml import parse
from readiness.contract.names import WSDL_11, XML_SCHEMA
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve

DOCUMENTS = 60
"""More than this are not read; the contract's own are about twenty."""

Fetch = Callable[[str], Awaitable[bytes]]
"""The bytes at a URL of the same host and port; may raise CannotObserve."""


@dataclass(frozen=True, slots=True)
class Documents:
    """What was read, by URL, the first being `start`; locations elsewhere; and what could not be read, and why."""

    start: str
    texts: Mapping[str, bytes]
    foreign: frozenset[str] = frozenset()
    failed: Mapping[str, Unseen] = field(default_factory=dict)

    def root(self, url: str) -> etree._Element | None:
        """The root of a document that was read."""
        return parse(self.texts[url], url) if url in self.texts else None


async def gather(start: str, first: bytes, fetch: Fetch) -> Documents:
    """The first document and all that it imports, directly or through each other."""
    texts, foreign, failed = {start: first}, set[str](), dict[str, Unseen]()
    waiting = [start]
    while waiting:
        url = waiting.pop(0)
        try:
            found = list(locations(parse(texts[url], url), url))
        except CannotObserve as error:
            failed[url] = error.unseen
            del texts[url]
            continue
        for location in found:
            if not same_place(location, start):
                foreign.add(location)
            elif location not in texts and location not in failed:
                if len(texts) + len(failed) >= DOCUMENTS:
                    failed[location] = Unseen(Reason.LIMIT_REACHED, f"more than {DOCUMENTS} documents")
                    continue
                try:
                    texts[location] = await fetch(location)
                    waiting.append(location)
                except CannotObserve as error:
                    failed[location] = error.unseen
    return Documents(start, texts, frozenset(foreign), failed)


def locations(root: etree._Element, base: str) -> Iterator[str]:
    """Where a document imports from, absolute and without fragment, in its order."""
    for node in root.iter(f"{{{WSDL_11}}}import", *(f"{{{XML_SCHEMA}}}{name}" for name in SCHEMA_IMPORTS)):
        if location := node.get("location") or node.get("schemaLocation"):
            yield resolved(base, location)


def resolved(base: str, location: str) -> str:
    """A location as seen from a document, without fragment; as it stands where it is no URL."""
    try:
        return urljoin(base, location.strip()).partition("#")[0]
    except ValueError:
        return location.strip()


def same_place(location: str, start: str) -> bool:
    """Whether a URL has scheme, host and port of another."""
    return _place(location) == _place(start) is not None


SCHEMA_IMPORTS = ("import", "include", "redefine", "override")


def _place(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or {"http": 80}.get(parts.scheme, 443)
    except ValueError:
        return None

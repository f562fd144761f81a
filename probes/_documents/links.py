"""How many web addresses does a PDF lead to, and where? Counts only.

An address is one that something on a page leads to, or one that stands in the text. Left out: what is at the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from pypdf import PdfReader

from probes._documents.opening import entry, listed
from probes._documents.work import Answers
from probes._link_domains import within
from readiness.model import Reason, Unseen

WRITTEN = re.compile(r"https?://[^\s<>\"'()\[\]]+", re.IGNORECASE)
ELSEWISE = ("mailto:", "tel:", "sms:")


def read_links(reader: PdfReader, texts: list[str], domains: tuple[str, ...] | None, doubt: str) -> Answers:
    """The facts about links. `domains` are those that they may lead to; `doubt` is why the texts may not be all."""
    leading = [uri for uri in _leading(reader) if not uri.lower().startswith(ELSEWISE)]
    written, cut = _written("\n".join(texts))
    addresses = [*leading, *(uri for uri in written if uri not in leading)]
    plain = sum(not uri.lower().startswith("https://") for uri in [*addresses, *cut])
    number: int | Unseen = len(addresses) + len(cut)
    answers: Answers = {"links": Unseen(Reason.NOT_UNDERSTOOD, doubt) if doubt and not number else number}
    answers["links_without_https"] = _sure(plain, doubt)
    if domains is None:
        none = "the sending system's link_domains says where links may lead; the profile has none"
        return answers | {"links_elsewhere": Unseen(Reason.NOT_CONFIGURED, none)}
    elsewhere = sum(not _within(uri, domains) for uri in addresses)
    if not elsewhere and any(not _within(uri, domains) for uri in cut):
        doubt = doubt or "an address in the text ends where the line does, so it may go on"
    return answers | {"links_elsewhere": _sure(elsewhere, doubt)}


def _sure(found: int, doubt: str) -> int | Unseen:
    """What was found counts; that nothing was, only where there is no doubt."""
    return Unseen(Reason.NOT_UNDERSTOOD, doubt) if doubt and not found else found


def _leading(reader: PdfReader) -> Iterable[str]:
    for page in reader.pages:
        for one in listed(entry(page, "/Annots")):
            uri = entry(one, "/A", "/URI")
            if isinstance(uri, bytes):
                yield uri.decode("latin-1").strip()
            elif isinstance(uri, str):
                yield uri.strip()


def _written(text: str) -> tuple[list[str], list[str]]:
    """The addresses in a text: those that are whole, and those whose host may go on after the end of the line."""
    whole: list[str] = []
    cut: list[str] = []
    for match in WRITTEN.finditer(text):
        uri = match[0].rstrip(".,;:!?")
        ends = text[match.end() : match.end() + 1] in {"", "\n", "\r"} and match[0] == uri
        (cut if ends and not urlsplit(uri).path and not uri.endswith("/") else whole).append(uri)
    return whole, cut


def _within(uri: str, domains: tuple[str, ...]) -> bool:
    try:
        return within((urlsplit(uri).hostname or "").lower(), domains)
    except ValueError:
        return False

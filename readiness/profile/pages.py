"""Which pages that anybody may read does a profile name?

Left out: what a purpose asks of a page (`readiness.page_purposes`), and what the page answers: that is for the probe.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from readiness.model import Target, TargetKind
from readiness.page_purposes import CONFIRMATION, PURPOSES, WORDS
from readiness.profile.shapes import host_port, page_address, phrase, trace_id
from readiness.profile.targets import Ids, Known, declared
from readiness.profile.values import Section


def read_pages(root: Section, known: Known, ids: Ids) -> tuple[Target, ...]:
    """The targets of [[page]], in the file's order."""
    return tuple(_one(section, known, ids) for section in root.tables("page"))


def page_parts(url: str) -> tuple[str, str, str]:
    """The address (host:port), the host and the path with its query of a page's URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = f"[{host}]:{parts.port or 443}" if ":" in host else f"{host}:{parts.port or 443}"
    return address, host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _one(section: Section, known: Known, ids: Ids) -> Target:
    id_ = ids.take(section)
    purpose = section.word("purpose", PURPOSES, required=True)
    held_by = known.holder(section)
    url = section.shaped("url", page_address, required=not held_by)
    address, host, path = page_parts(url) if url else ("", "", "")
    given: dict[str, object] = {
        "purpose": purpose,
        "url": url,
        "server_name": host,
        "path": path,
        "own_domains": known.subject.domains or None,
        "words": _words(section.table("words"), purpose),
        **_log(section, known, purpose),
    }
    address = section.shaped("address", host_port) or address
    party = section.word("party", known.party_ids, code="unknown_party") or known.subject.party
    section.done()
    return Target(id_, TargetKind.PAGE, address=address, party=party, held_by=held_by, declared=declared(given))


def _words(section: Section | None, purpose: str) -> tuple[str, ...] | None:
    """subject=words pairs: what the page says in place of the usual words."""
    if section is None:
        return None
    subjects = PURPOSES.get(purpose, tuple(WORDS))
    found = tuple(f"{subject}={said}" for subject in subjects for said in section.texts(subject, phrase))
    section.done()
    return found or None


def _log(section: Section, known: Known, purpose: str) -> dict[str, object]:
    """Where a confirmation is logged, and the words by which the log tells of it."""
    file = known.path(section.text("log_file"))
    words = section.shaped("log_words", trace_id)
    if (file or words) and purpose != CONFIRMATION:
        section.wrong("log_file" if file else "log_words", "page_log_purpose")
    elif bool(file) is not bool(words):
        section.wrong("log_file" if words else "log_words", "page_log_half")
    return {"log_file": file, "log_words": words}

"""What does a page answer that anybody may read, and what does it speak of?

One GET of the address that the profile names, as a browser makes it without cookies and scripts, and at most a few more
where it leads on to an address of another page of the profile. Neutral: words are found or not; what a script may draw,
a frame may hold or a cut may hide is neither. Left out: whether what stands there is true or easy to read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from probes._page_elements import named_elements
from probes._page_reading import LARGEST, Page, read_page, speaks
from readiness.model import Fact, FactType, Reason, Target, TargetKind, Unseen, Value
from readiness.page_purposes import PURPOSES, STATEMENT_LINK, WORDS
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest, Probe, Seen, Session

STATUS, OWN = "page.status", "page.host_in_own_domains"
SUBJECTS, MISSING = "page.subjects", "page.subjects_missing"
LANGUAGE, LINKED = "page.language", "page.accessibility_statement_linked"
ELEMENTS, NAMELESS = "page.elements", "page.elements_without_name"
LOGGED = "page.log_entries_added"
FACTS = (
    Fact(STATUS, FactType.NUMBER, "The HTTP status of the page, after redirects within what the profile names."),
    Fact(OWN, FactType.FLAG, "Whether its host is one of the domains that the profile calls its own, or below one."),
    Fact(SUBJECTS, FactType.NUMBER, "How many subjects a page of its purpose speaks of."),
    Fact(MISSING, FactType.SET, "Those of them that its text has no word of.", of=SUBJECTS),
    Fact(LANGUAGE, FactType.TEXT, "The language that it says it is in, without region; empty where it says none."),
    Fact(LINKED, FactType.FLAG, "Whether a link of it leads to an accessibility statement."),
    Fact(ELEMENTS, FactType.NUMBER, "How many elements need a name: title, images, links, buttons, fields, frames."),
    Fact(NAMELESS, FactType.NUMBER, "How many of them have none.", of=ELEMENTS),
    Fact(LOGGED, FactType.NUMBER, "How many entries of the confirmation its log has gained by the look."),
)
OPEN_STATUS = frozenset({401, 403, 407, 408, 425, 429, 503})
"""Statuses that leave open what a reader meets: a login, a wall against programs, or no time just now."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
LARGEST_LOG = 64 * 1024 * 1024
LOG_WAITS = (0.0, 0.1, 0.3, 0.6, 1.0)
"""Seconds between looks at a log, which may be written a little later."""


class Told(NamedTuple):
    """A value, and what the report may show beside it."""

    value: Value | Unseen
    detail: str = ""
    undecided: tuple[tuple[str, Unseen], ...] = ()


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """One Seen for each promised fact."""
    yield Seen(OWN, read_own(target))
    yield Seen(SUBJECTS, len(PURPOSES.get(str(target.says("purpose")), ())))
    before = _log_entries(target, session)
    answer = await _answer(target, session)
    status = read_status(answer)
    yield Seen(STATUS, status)
    yield Seen(LOGGED, await _added(target, session, before) if answer.status == 200 else _no_page(answer))
    if answer.status != 200:
        raise CannotObserve(_no_page(answer).reason, _no_page(answer).detail)
    for name, told in read_told(await asyncio.to_thread(read_page, answer), target).items():
        yield Seen(name, told.value, told.detail, undecided=told.undecided)


def read_status(answer: HttpAnswer) -> int | Unseen:
    """The status, where it says what a reader meets."""
    return _no_page(answer) if answer.status in OPEN_STATUS else answer.status


def read_own(target: Target) -> bool | Unseen:
    """Whether the host is within the profile's own domains."""
    domains, host = target.says("own_domains"), str(target.says("server_name") or "").casefold().removesuffix(".")
    if not isinstance(domains, tuple) or not domains:
        return Unseen(Reason.NOT_CONFIGURED, "the profile names no domains of its own (domains under [subject])")
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def read_told(page: Page, target: Target) -> dict[str, Told]:
    """The facts of a page that was read."""
    elements = list(named_elements(page.root))
    nameless = [kind for kind, named in elements if not named]
    shown = ", ".join(f"{nameless.count(kind)} {kind}" for kind in sorted(set(nameless)))
    return {
        MISSING: read_missing(page, target),
        LANGUAGE: Told(page.language),
        LINKED: Told(read_linked(page)),
        ELEMENTS: Told(page.drawn or len(elements)),
        NAMELESS: Told(len(nameless), shown),
    }


def read_missing(page: Page, target: Target) -> Told:
    """The subjects that the page has no word of. What it may say elsewhere than where it is read is undecided."""
    own = target.pairs("words")
    missing: list[str] = []
    undecided: list[tuple[str, Unseen]] = []
    for subject in PURPOSES.get(str(target.says("purpose")), ()):
        words = (*WORDS[subject], *(said for name, said in own if name == subject))
        if any(speaks(page.main, word) for word in words) or (subject == "contact" and _reaches(page, words)):
            continue
        doubt = next(iter(page.doubts), None)
        if any(speaks(page.text, word) for word in words):
            doubt = Unseen(Reason.NOT_UNDERSTOOD, "its words stand outside the main part of the page")
        elif any(speaks(page.behind, word) for word in words):
            doubt = Unseen(Reason.NOT_SUPPORTED, "its words stand in what a script or a reader may show")
        if doubt:
            undecided.append((subject, doubt))
        else:
            missing.append(subject)
    return Told(tuple(sorted(missing)), undecided=tuple(undecided))


def read_linked(page: Page) -> bool | Unseen:
    """Whether a link leads to the accessibility statement, by its words or by its address."""
    if any(STATEMENT_LINK in words or "tillganglighetsredogorelse" in address.lower() for address, words in page.links):
        return True
    if any("tillgänglighet" in words or "accessibility" in words for _, words in page.links):
        return Unseen(Reason.NOT_UNDERSTOOD, "a link speaks of accessibility, and not of a statement")
    if STATEMENT_LINK in page.behind:
        return Unseen(Reason.NOT_SUPPORTED, "the words stand in what a script or a reader may show")
    return page.doubts[0] if page.doubts else False


def _reaches(page: Page, words: tuple[str, ...]) -> bool:
    """Whether a page offers a way of contact, wherever it stands: the foot of a page is where it is looked for."""
    return any(address.lower().startswith(("tel:", "mailto:")) for address, _ in page.links) or any(
        speaks(page.text, word) for word in words
    )


def _no_page(answer: HttpAnswer) -> Unseen:
    """Why there is no page to read."""
    reason = Reason.ACCESS_DENIED if answer.status in OPEN_STATUS else Reason.NOT_CONFIGURED
    return Unseen(reason, f"it answers {answer.status}: there is no page to read")


async def _answer(target: Target, session: Session) -> HttpAnswer:
    """The answer after redirects within what the profile names. CannotObserve: as `Session.request`, and for others."""
    asked, path = target, str(target.says("path") or "/")
    seen: set[tuple[str, str]] = set()
    for _ in range(MOST_REDIRECTS + 1):
        fields = (("Accept-Language", "sv"), ("Accept-Encoding", "identity"))
        answer = await session.request(asked, HttpRequest("GET", path, fields, keep=LARGEST))
        if answer.status not in REDIRECTS or not answer.field("location"):
            return answer
        seen.add((asked.id, path))
        asked, path = _led_to(answer.field("location"), asked, path, session)
        if (asked.id, path) in seen:
            raise CannotObserve(Reason.NOT_SUPPORTED, "it leads in a circle, as pages do that want a cookie")
    raise CannotObserve(Reason.LIMIT_REACHED, f"it leads on more than {MOST_REDIRECTS} times")


def _led_to(location: str, asked: Target, path: str, session: Session) -> tuple[Target, str]:
    """The page target and path that a redirect leads to. CannotObserve where the profile names no such host."""
    try:
        found = urlsplit(urljoin(f"https://{_host(asked)}{path}", location))
        host = f"{(found.hostname or '').casefold()}:{found.port or 443}"
    except ValueError:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "it leads to what is no address") from None
    named = next((one for one in (asked, *session.profile_targets(TargetKind.PAGE)) if _host(one) == host), None)
    if found.scheme != "https" or named is None:
        shown = f"{found.scheme}://{found.hostname or ''}"[:120]
        raise CannotObserve(Reason.NOT_CONFIGURED, f"it leads on to {shown}, which no page of the profile names")
    return named, (found.path or "/") + (f"?{found.query}" if found.query else "")


def _host(target: Target) -> str:
    """Host and port of a page's URL: what a redirect names, wherever the profile says that it is asked."""
    parts = urlsplit(str(target.says("url") or ""))
    return f"{(parts.hostname or '').casefold()}:{parts.port or 443}"


def _log_entries(target: Target, session: Session) -> int | Unseen:
    """How often the log has the words of the confirmation."""
    file, words = str(target.says("log_file") or ""), str(target.says("log_words") or "")
    if not file:
        return Unseen(Reason.NOT_CONFIGURED, "the profile names no log of this page (log_file)")
    try:
        return session.read_file(file, LARGEST_LOG).count(words.encode("utf-8"))
    except CannotObserve as problem:
        return problem.unseen


async def _added(target: Target, session: Session, before: int | Unseen) -> int | Unseen:
    """How many more entries there are, once there are some or it has been waited long enough."""
    if isinstance(before, Unseen):
        return before
    for wait in LOG_WAITS:
        await asyncio.sleep(wait)
        now = await asyncio.to_thread(_log_entries, target, session)
        if isinstance(now, Unseen):
            return now
        if now < before:
            return Unseen(Reason.ANSWERS_DIFFER, "the log was changed while it was looked at")
        if now > before:
            return now - before
    return 0


PROBE = Probe(TargetKind.PAGE, FACTS, observe)

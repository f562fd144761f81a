"""What does a document say of itself as it was sent: how it is built, what it tells, who signed it, what was archived?

A document is a PDF that the kommun hands over as a sample of what it sends. It may be about people: the facts are
numbers, flags and words out of closed sets, and neither the file nor a word of it is kept or shown. It is seen as of
the day that the profile says it was sent, so that a sample grows old. Left out: whether what stands there is right.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from datetime import datetime

from probes._documents.desk import Desk
from probes._documents.work import PARTS, Answers, Asked, Document, Plain
from probes._link_domains import link_domains
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Probe, Seen, Session

LARGEST = 50_000_000
"""Bytes: the contract takes 2 MB, and a mailbox operator no more than a few."""
APPEAL = ("överklag", "tre veckor|3 veckor")
"""What a notice of appeal says, where the profile names no words of its own: that one can appeal (33 §
förvaltningslagen), and within how long (44 §: three weeks)."""
NUMBER, FLAG, TEXT, SET = FactType.NUMBER, FactType.FLAG, FactType.TEXT, FactType.SET


def _fact(name: str, type_: FactType, meaning: str, of: str = "") -> Fact:
    return Fact(f"document.{name}", type_, meaning, f"document.{of}" if of else "")


BY_PART: dict[str, tuple[Fact, ...]] = {
    "structure": (
        _fact("bytes", NUMBER, "How large the file is."),
        _fact("encryption", TEXT, "none, opens_without_password, or password_needed."),
        _fact("printing", FLAG, "Whether it lets itself be printed."),
        _fact("pages", NUMBER, "How many pages it has."),
        _fact("pages_not_a4", NUMBER, "How many of them are not A4, upright or lying.", "pages"),
        _fact("fonts", NUMBER, "How many fonts its pages name."),
        _fact("fonts_not_embedded", NUMBER, "How many of them are not in the file.", "fonts"),
        _fact("tagged", FLAG, "Whether it says that it is tagged, and has elements of structure."),
        _fact("language_as_declared", FLAG, "Whether it states the language that the profile says it is in."),
        _fact("elements", NUMBER, "How many elements of structure it has."),
        _fact("headings", NUMBER, "How many of them are headings.", "elements"),
        _fact("figures_without_text", NUMBER, "How many are pictures with no text in their place.", "elements"),
        _fact("objects", NUMBER, "How many objects it is made of."),
        _fact("active_content", SET, "What in it acts or comes along: scripts, starts, attachments.", "objects"),
    ),
    "words": (
        _fact("appeal_phrases", NUMBER, "How many phrases of a notice of appeal are asked for."),
        _fact("appeal_phrases_missing", SET, "Those of them that stand nowhere.", "appeal_phrases"),
        _fact(
            "persons_beyond_needed",
            NUMBER,
            "How many different personal identity numbers stand in it beyond those of the people it has to name.",
            "pages",
        ),
        _fact("links", NUMBER, "How many web addresses it leads to."),
        _fact("links_without_https", NUMBER, "How many of them do not begin with https.", "links"),
        _fact("links_elsewhere", NUMBER, "How many lead outside the sending system's link_domains.", "links"),
    ),
    "signing": (
        _fact("signatures", NUMBER, "How many signatures it has, time-stamps of the document not counted."),
        _fact("signatures_not_intact", NUMBER, "How many do not hold, or hold for less than the file.", "signatures"),
        _fact("signatures_not_trusted", NUMBER, "How many have no chain to a named anchor.", "signatures"),
        _fact("signatures_without_time_stamp", NUMBER, "How many have no time-stamp that holds.", "signatures"),
    ),
    "copies": (
        _fact(
            "archived_copy",
            TEXT,
            "What the archived copy is: the same bytes, the same with what validates signatures added"
            " (validation_added), with something else added (changed_afterwards), or different.",
        ),
    ),
}
FACTS = tuple(fact for facts in BY_PART.values() for fact in facts)


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """One Seen for each promised fact, as of the day that the document was sent."""
    as_of = target.says("as_of")
    at = as_of if isinstance(as_of, datetime) else None
    answers = (await session.once("sent documents", lambda: _look(session)))[target.id]
    for name, value in read_answers(answers):
        yield Seen(name, value, at=at)


def read_answers(answers: Mapping[str, Answers]) -> Iterator[tuple[str, Plain | Unseen]]:
    """The facts, out of the answers of each part."""
    for part, facts in BY_PART.items():
        found = answers[part]
        for fact in facts:
            left = found.get("*", Unseen(Reason.PROBE_FAULT, "it was not answered"))
            yield fact.name, found.get(fact.name.removeprefix("document."), left)


async def _look(session: Session) -> dict[str, dict[str, Answers]]:
    """The answers about every document of the profile, by target and part: one process reads them all."""
    desk = Desk()
    try:
        return await asyncio.to_thread(_read_all, session, desk)
    finally:
        desk.close()


def _read_all(session: Session, desk: Desk) -> dict[str, dict[str, Answers]]:
    found: dict[str, dict[str, Answers]] = {}
    domains = link_domains(session)
    questions = []
    for target in session.profile_targets(TargetKind.SENT_DOCUMENT):
        found[target.id] = {}
        try:
            document = _document(target, session, domains)
        except CannotObserve as problem:
            found[target.id] = {part: {"*": problem.unseen} for part in PARTS}
            continue
        questions += [(target.id, part, document) for part in PARTS]
    answers = desk.ask([(part, document) for _, part, document in questions], session.now())
    for (id_, part, _), answer in zip(questions, answers, strict=False):
        found[id_][part] = answer
    return found


def _document(target: Target, session: Session, domains: tuple[str, ...] | None) -> Document:
    """The files of a document. CannotObserve: as reading a file."""
    persons, words = target.says("persons"), target.says("appeal_words")
    return Document(
        session.read_file(target.address, LARGEST),
        session.read_file(archived, LARGEST) if (archived := str(target.says("archived") or "")) else b"",
        tuple(session.read_file(str(path)) for path in _texts(target.says("signature_anchors"))),
        Asked(
            str(target.says("language") or ""),
            _texts(words) or APPEAL,
            persons if isinstance(persons, int) else None,
            domains,
        ),
    )


def _texts(said: object) -> tuple[str, ...]:
    return said if isinstance(said, tuple) else ()


PROBE = Probe(TargetKind.SENT_DOCUMENT, FACTS, observe, strength=Strength.FILE, deadline=900.0)

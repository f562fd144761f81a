"""What does somebody state about a check, in which role, on which document, and has something since made it void?

A statement is observed as of the day it was made, so that an old one grows old. Left out: who should have made it, and
whether its answer is the one asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from probes._certificate_files import open_file
from probes._certificates import attempt, load
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Probe, Seen, Session

FACTS = (
    Fact("statement.answer", FactType.TEXT, "The answer: yes, no, partly or text."),
    Fact("statement.role", FactType.TEXT, "The role in which it was given (R§8)."),
    Fact(
        "statement.party_kind",
        FactType.TEXT,
        "What the party behind it is: kommun, vendor, operator, authority, other.",
    ),
    Fact(
        "statement.document",
        FactType.TEXT,
        "The document: cited (only its digest is given), or its file matches or differs.",
    ),
    Fact("statement.document_date", FactType.MOMENT, "The date of the document that is cited."),
    Fact("statement.on", FactType.MOMENT, "The day it was made."),
    Fact("statement.until", FactType.MOMENT, "The end of its validity, by its own words."),
    Fact("statement.void", FactType.FLAG, "Whether a version or a serial number that it was tied to is another now."),
    Fact("statement.conditions", FactType.NUMBER, "How many versions and serial numbers it was tied to."),
    Fact(
        "statement.changes",
        FactType.SET,
        "The nodes and certificates it was tied to that are of another version or serial number now.",
        of="statement.conditions",
    ),
)

DOCUMENT_BYTES = 64 * 1024 * 1024
"""The largest document whose digest is compared with the one cited; a larger one is cited by its digest alone."""


class Conditions(NamedTuple):
    """What a statement was tied to: how many things, which of them changed, and which could not be seen."""

    number: int
    changes: tuple[str, ...]
    undecided: tuple[tuple[str, Unseen], ...]

    @property
    def void(self) -> bool | Unseen:
        """One change is enough; without one, everything it was tied to must have been seen."""
        return self.undecided[0][1] if self.undecided and not self.changes else bool(self.changes)


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """One Seen for each promised fact, as of the statement's own day."""
    at = target.says("on")
    conditions = read_conditions(target, _serials_now(target, session))
    facts = read_statement(target) | {
        "statement.document": _seen(partial(read_document, target, partial(session.read_file, limit=DOCUMENT_BYTES))),
        "statement.void": conditions.void,
        "statement.conditions": conditions.number,
        "statement.changes": conditions.changes,
    }
    for fact in FACTS:
        yield Seen(
            fact.name,
            facts[fact.name],
            undecided=conditions.undecided if fact.name == "statement.changes" else (),
            strength=Strength.DOCUMENT if target.says("document_sha256") else Strength.WORD,
            at=at if isinstance(at, datetime) else None,
        )


def read_statement(target: Target) -> dict[str, Value | Unseen]:
    """The facts that stand in the profile as they are."""
    texts = {key: _text(target, key) for key in ("answer", "role", "party_kind")}
    moments = {
        "document_date": _moment(target, "document_date"),
        "on": _moment(target, "on"),
        "until": _moment(target, "valid_until"),
    }
    return {f"statement.{key}": value for key, value in (texts | moments).items()}


def read_document(target: Target, read_file: Callable[[str], bytes]) -> str | Unseen:
    """ "cited", "matches" or "differs"; CannotObserve where a file is named and cannot be read."""
    if not isinstance(cited := target.says("document_sha256"), str):
        return Unseen(Reason.NOT_CONFIGURED, "the statement cites no document")
    if not target.address:
        return "cited"
    return "matches" if hashlib.sha256(read_file(target.address)).hexdigest() == cited else "differs"


def read_conditions(target: Target, serials_now: dict[str, str | Unseen]) -> Conditions:
    """What the statement was tied to, and what of it is another now."""
    then = dict(target.pairs("void_if_versions")) | dict(target.pairs("void_if_serials"))
    versions = {id_: version or _no_version(id_) for id_, version in dict(target.pairs("versions_now")).items()}
    now: dict[str, str | Unseen] = versions | serials_now
    seen = {id_: now.get(id_, Unseen(Reason.NOT_CONFIGURED, f"the profile no longer names {id_}")) for id_ in then}
    return Conditions(
        number=len(then),
        changes=tuple(sorted(id_ for id_, value in seen.items() if isinstance(value, str) and value != then[id_])),
        undecided=tuple(sorted((id_, value) for id_, value in seen.items() if isinstance(value, Unseen))),
    )


def read_serial(data: bytes, password: Callable[[], bytes | None]) -> str | Unseen:
    """The serial number of the first certificate in a file, hexadecimal, in lower case without leading zeros."""
    opened = open_file(data, password)
    if not opened.certificates:
        return Unseen(Reason.NOT_UNDERSTOOD, "the file holds no certificate")
    certificate = attempt(load, opened.certificates[0])
    return certificate if isinstance(certificate, Unseen) else f"{certificate.parsed.serial_number:x}"


def _serials_now(target: Target, session: Session) -> dict[str, str | Unseen]:
    """The serial number of each certificate that the statement is tied to, by the certificate's id."""
    certificates = {one.id: one for one in session.profile_targets(TargetKind.CERTIFICATE)}
    wanted = [certificates[id_] for id_ in dict(target.pairs("void_if_serials")) if id_ in certificates]
    return {one.id: _seen(partial(serial_of, one, session)) for one in wanted}


def serial_of(certificate: Target, session: Session) -> str | Unseen:
    """The serial number that a certificate of the profile has now. CannotObserve where its file cannot be read."""
    if certificate.held_by:
        return Unseen(Reason.NOT_CONFIGURED, f"{certificate.id} is held by {certificate.held_by}")
    return read_serial(session.read_file(certificate.address), lambda: session.password(certificate.id))


def _seen(read: Callable[[], str | Unseen]) -> str | Unseen:
    """What is read, or why not: one unreadable file takes no other fact along."""
    try:
        return read()
    except CannotObserve as problem:
        return problem.unseen


def _text(target: Target, key: str) -> str | Unseen:
    said = target.says(key)
    return said if isinstance(said, str) and said else _not_said(key)


def _moment(target: Target, key: str) -> datetime | Unseen:
    said = target.says(key)
    return said if isinstance(said, datetime) else _not_said(key)


def _no_version(id_: str) -> Unseen:
    return Unseen(Reason.NOT_CONFIGURED, f"the profile does not say which version {id_} has now")


def _not_said(key: str) -> Unseen:
    return Unseen(Reason.NOT_CONFIGURED, f"the profile does not say {key}")


PROBE = Probe(TargetKind.STATEMENT, FACTS, observe, strength=Strength.WORD)

"""Is a certificate revoked, by all that may be asked of it: lists and OCSP, in files and where its issuer tells them?

Only what the profile names is read or asked; what it does not name is told, with the address to name. Left out:
reading a list or a response (`_revocation_lists`, `_ocsp_responses`), and revocation of the issuers above.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from probes._certificate_chain import issued_by
from probes._certificate_path import anchors_of
from probes._certificates import Certificate, attempt
from probes._ocsp_responses import load_response, question, read_response, responders
from probes._revocation_lists import GOOD, NO_ISSUER, REVOKED, STALE, UNKNOWN, Said, load_list, places, read_list
from readiness.model import Evidence, Reason, Unseen
from readiness.probe import CannotObserve, Session

NOT_TOLD = "not_told"
COLUMNS = ("certificate", "by", "place", "says", "since", "until", "sha256")
LISTED, ANSWERED = "crl", "ocsp"
REQUEST, MEDIA_TYPES = (
    "application/ocsp-request",
    {LISTED: "application/pkix-crl", ANSWERED: "application/ocsp-response"},
)
PLACES = 8
"""More places than this, of one certificate, are not asked; those that are left out are told."""
LARGE = 256 * 1024
"""A larger list is not kept as evidence; its SHA-256 stands in the table."""
LARGEST = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Told:
    """What one place or file says of a certificate; `by`: crl or ocsp."""

    by: str
    place: str
    said: Said | Unseen
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Asked:
    """All that was told of a certificate: at how many places its issuer tells it, and by which of them what is said."""

    places: int | Unseen
    told: tuple[Told, ...]

    @property
    def status(self) -> str | Unseen:
        """good, revoked, unknown or stale; not_told where nobody tells; or why nobody knows."""
        if isinstance(self.places, Unseen):
            return self.places
        said = {one.said.status for one in self.told if isinstance(one.said, Said)}
        if REVOKED in said:
            return REVOKED
        if {GOOD, UNKNOWN} <= said:
            return Unseen(Reason.ANSWERS_DIFFER, "one place calls the certificate good, another does not know it")
        if known := next((status for status in (GOOD, UNKNOWN, STALE) if status in said), ""):
            return known
        whys = [one.said for one in self.told if isinstance(one.said, Unseen)]
        return Unseen(whys[0].reason, "; ".join(why.detail for why in whys)[:500]) if whys else NOT_TOLD

    def rows(self, name: str) -> Iterator[tuple[str, ...]]:
        """A row (COLUMNS) for each that was asked."""
        for one in self.told:
            digest = hashlib.sha256(one.data).hexdigest() if one.data else ""
            if isinstance(one.said, Unseen):
                yield (name, one.by, one.place, f"({one.said.reason}: {one.said.detail})", "", "", digest)
            else:
                until = f"{one.said.until:%Y-%m-%dT%H:%M:%SZ}" if one.said.until else ""
                yield (name, one.by, one.place, one.said.status, f"{one.said.since:%Y-%m-%dT%H:%M:%SZ}", until, digest)

    def evidence(self, name: str, session: Session) -> tuple[Evidence, ...]:
        """The lists and responses that say something, where they are not large."""
        return tuple(
            session.keep(one.data, MEDIA_TYPES[one.by], f"{one.place}, about {name}")
            for one in self.told
            if isinstance(one.said, Said) and len(one.data) <= LARGE
        )


async def ask(leaf: Certificate, chain: Sequence[Certificate], session: Session) -> Asked:
    """Read what the profile's files say of the leaf, and ask where its issuer says, as far as the profile names that.

    `chain`: certificates that came with it; its issuer may stand there, or among the trust anchors.
    """
    lists, answers = attempt(places, leaf), attempt(responders, leaf)
    unread = [each for each in (lists, answers) if isinstance(each, Unseen)]
    if isinstance(lists, Unseen) or isinstance(answers, Unseen):
        return Asked(unread[0], ())
    issuers = _issuers(leaf, chain, session)
    from_files = await asyncio.to_thread(_of_files, leaf, issuers, session)
    online = [(LISTED, place) for place in lists] + [(ANSWERED, place) for place in answers]
    left = [Told(by, place, Unseen(Reason.LIMIT_REACHED, "one place too many")) for by, place in online[PLACES:]]
    told = await asyncio.gather(*(_one(by, place, leaf, issuers, session) for by, place in online[:PLACES]))
    return Asked(len(online), (*from_files, *told, *left))


def _issuers(leaf: Certificate, chain: Sequence[Certificate], session: Session) -> tuple[Certificate, ...]:
    anchors = anchors_of(session)
    known = (*chain, *(() if isinstance(anchors, Unseen) else anchors))
    return tuple(other for other in known if issued_by(leaf, other))


def _of_files(leaf: Certificate, issuers: tuple[Certificate, ...], session: Session) -> tuple[Told, ...]:
    """What the supplied files say of it; one that is about others says nothing."""
    told = []
    for path in session.revocation_files():
        try:
            one = _read(path, session.read_file(path, LARGEST), leaf, issuers, session.now())
        except CannotObserve as error:
            one = Told(LISTED, path, error.unseen)
        if one is not None:
            told.append(one)
    return tuple(told)


async def _one(by: str, place: str, leaf: Certificate, issuers: tuple[Certificate, ...], session: Session) -> Told:
    """What a place where the issuer tells it says."""
    if by == ANSWERED and not issuers:
        return Told(by, place, Unseen(Reason.NOT_CONFIGURED, NO_ISSUER))
    try:
        asked = question(leaf, issuers[0]) if by == ANSWERED else b""
        answer = await session.fetch(place, asked, REQUEST if asked else "")
    except CannotObserve as error:
        return Told(by, place, _advised(error.unseen, place))
    if answer.status != 200:
        return Told(by, place, Unseen(Reason.NOT_UNDERSTOOD, f"{place} answered with status {answer.status}"))
    if answer.cut:
        return Told(by, place, Unseen(Reason.LIMIT_REACHED, f"{place} has more than {LARGEST} bytes"))
    told = await asyncio.to_thread(_read, place, answer.body, leaf, issuers, session.now())
    if told is None:
        return Told(by, place, Unseen(Reason.NOT_UNDERSTOOD, f"{place} tells of other certificates"), answer.body)
    return told


def _advised(why: Unseen, place: str) -> Unseen:
    """The same, with what to write where the profile does not name the address."""
    if why.reason is not Reason.NOT_CONFIGURED:
        return Unseen(why.reason, f"{place}: {why.detail}")
    return Unseen(why.reason, f"the profile's [revocation] addresses do not name the host and port of {place}")


def _read(place: str, data: bytes, leaf: Certificate, issuers: tuple[Certificate, ...], at: datetime) -> Told | None:
    """A list or a response, whichever it is; None where it is about other certificates."""
    crl = attempt(load_list, data)
    if not isinstance(crl, Unseen):
        said, by = read_list(crl, leaf, issuers, at), LISTED
    else:
        response = attempt(load_response, data)
        if isinstance(response, Unseen):
            return Told(LISTED, place, Unseen(Reason.NOT_UNDERSTOOD, "neither a revocation list nor an OCSP response"))
        said, by = read_response(response, leaf, issuers, at), ANSWERED
    return None if said is None else Told(by, place, said, data)

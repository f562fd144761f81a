"""Which WSDL does an endpoint serve, and in what does it differ from the one that was published for it?

One GET, and one for each document that the WSDL imports from the same host and port; a location elsewhere is told and
never followed. Left out: whether a difference matters, and how the service behaves (`soap_faults`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator

from probes._soap_endpoint import check_soap, get, holds_wsdl, published, wsdl_url
from probes._wsdl_client import build_client
from probes._wsdl_differences import Contract, Differences, compare
from probes._wsdl_documents import Documents, gather
from readiness.model import Evidence, Fact, FactType, Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, HttpAnswer, Probe, Seen, Session

PREFIX = "soap."
DOCUMENTS, PUBLISHED, SERVED = PREFIX + "documents_read", PREFIX + "operations_published", PREFIX + "operations_served"
SHARED, DECLARED = PREFIX + "operations_compared", PREFIX + "declarations_compared"

# Answers that say: there is no WSDL here. Any other status leaves the question open: 401 and 403 hide what may be
# there, and 5xx is an accident.
NONE_HERE = {404, 405, 406, 410, 501}


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Fetch, then compare."""
    check_soap(target)
    url = wsdl_url(target)
    answer = await get(session, target, url)
    said = read_served(answer)
    yield Seen(PREFIX + "wsdl", said, f"{answer.peer} answered with status {answer.status}")
    if isinstance(said, Unseen):
        raise CannotObserve(said.reason, said.detail)
    if said != "served":
        raise CannotObserve(Reason.NOT_EXERCISED, "the endpoint serves no WSDL")

    async def fetch(location: str) -> bytes:
        return read_document(await get(session, target, location))

    documents = await gather(url, answer.body, fetch)
    evidence = tuple(session.keep(data, "text/xml", location) for location, data in documents.texts.items())
    for seen in _documents_seen(documents, evidence, await asyncio.to_thread(build_client, documents)):
        yield seen
    ours = await published(target, session)
    differences = await asyncio.to_thread(lambda: compare(Contract.read(ours), Contract.read(documents)))
    if not differences.published:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the published WSDL has no operation")
    for seen in _differences_seen(differences, evidence):
        yield seen


def read_served(answer: HttpAnswer) -> str | Unseen:
    """served, redirected, not_served, or another_document; unseen where the answer leaves it open. Pure."""
    if answer.status == 200:
        if answer.cut:
            return Unseen(Reason.LIMIT_REACHED, "the WSDL is longer than the tool reads")
        return "served" if holds_wsdl(answer) else "another_document"
    if 300 <= answer.status < 400:
        return "redirected"
    return "not_served" if answer.status in NONE_HERE else _refused(answer)


def read_document(answer: HttpAnswer) -> bytes:
    """The document in an answer. CannotObserve where there is none."""
    if answer.status != 200:
        refused = _refused(answer)
        raise CannotObserve(refused.reason, refused.detail)
    if answer.cut:
        raise CannotObserve(Reason.LIMIT_REACHED, "the document is longer than the tool reads")
    return answer.body


def _refused(answer: HttpAnswer) -> Unseen:
    reasons = {401: Reason.CREDENTIALS_NEEDED, 403: Reason.ACCESS_DENIED}
    return Unseen(reasons.get(answer.status, Reason.NOT_UNDERSTOOD), f"answered with status {answer.status}")


def _documents_seen(documents: Documents, evidence: tuple[Evidence, ...], refusal: str) -> Iterator[Seen]:
    yield Seen(DOCUMENTS, len(documents.texts), evidence=evidence)
    yield Seen(PREFIX + "foreign_locations", tuple(sorted(documents.foreign)), evidence=evidence)
    unread = tuple(sorted((location, why) for location, why in documents.failed.items()))
    yield Seen(PREFIX + "unread_locations", tuple(location for location, _ in unread), "; ".join(map(_why, unread)))
    yield Seen(PREFIX + "client_library", "refused" if refusal else "built", refusal, evidence)


def _why(unread: tuple[str, Unseen]) -> str:
    return f"{unread[0]}: {unread[1].reason} {unread[1].detail}".strip()


def _differences_seen(found: Differences, evidence: tuple[Evidence, ...]) -> Iterator[Seen]:
    yield Seen(PUBLISHED, found.published)
    yield Seen(SERVED, found.served)
    yield Seen(SHARED, found.shared)
    yield Seen(DECLARED, found.declared)
    yield Seen(PREFIX + "operations_missing", _set(found.missing), evidence=evidence)
    yield Seen(PREFIX + "operations_extra", _set(found.extra), evidence=evidence)
    yield Seen(PREFIX + "binding_differences", _set(found.bindings), evidence=evidence)
    undecided = tuple(sorted(found.open_types.items()))
    yield Seen(PREFIX + "type_differences", _set(found.types), evidence=evidence, undecided=undecided)
    yield Seen(PREFIX + "differences", Table(("part", "name", "published", "served"), tuple(found.rows)), "", evidence)


def _set(found: set[str]) -> tuple[str, ...]:
    return tuple(sorted(found))


FACTS = (
    Fact(
        PREFIX + "wsdl",
        FactType.TEXT,
        "What a GET of the WSDL brings: served, not_served, redirected, or another_document.",
    ),
    Fact(DOCUMENTS, FactType.NUMBER, "How many documents make up the served WSDL: itself and what it imports."),
    Fact(
        PREFIX + "foreign_locations",
        FactType.SET,
        "Where the served WSDL imports from another host or port; never followed.",
        of=DOCUMENTS,
    ),
    Fact(
        PREFIX + "unread_locations",
        FactType.SET,
        "What the served WSDL imports from its own host and port and could not be read.",
        of=DOCUMENTS,
    ),
    Fact(
        PREFIX + "client_library", FactType.TEXT, "built or refused: whether zeep builds a client from what is served."
    ),
    Fact(PUBLISHED, FactType.NUMBER, "Operations in the published contract."),
    Fact(SERVED, FactType.NUMBER, "Operations in the served WSDL."),
    Fact(SHARED, FactType.NUMBER, "Operations in both, whose bindings and messages are compared."),
    Fact(DECLARED, FactType.NUMBER, "Elements and attributes that are compared."),
    Fact(PREFIX + "operations_missing", FactType.SET, "Operations that are published and not served.", of=PUBLISHED),
    Fact(PREFIX + "operations_extra", FactType.SET, "Operations that are served and not published.", of=SERVED),
    Fact(
        PREFIX + "binding_differences",
        FactType.SET,
        "Differences of messages, style, use, SOAPAction, transport and SOAP version, in words.",
        of=SHARED,
    ),
    Fact(
        PREFIX + "type_differences",
        FactType.SET,
        "Elements and attributes, by path, whose content or type differs from the published one.",
        of=DECLARED,
    ),
    Fact(PREFIX + "differences", FactType.TABLE, "Every difference in words, names of services and ports included."),
)

PROBE = Probe(TargetKind.ENDPOINT, FACTS, observe)

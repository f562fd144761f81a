"""Which service stands behind a path, and what does it send back? Paths, WSDL and XSD; SOAP goes on to answers.

Left out: the connection it came on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urlsplit

from readiness.contract.schemas import Contract
from readiness.stage.answers import Answer, Answers, Place
from readiness.stage.http import Request
from readiness.stage.settings import StageSettings
from readiness.stage.soap import MEDIA_TYPE

# The paths of the test environment (C 2), without what stands before them there.
RECIPIENT_PATH, AUTHORITY_PATH, MESSAGE_PATH = "/Recipient/v3", "/Authority", "/Message/v3"
SERVICE_PATH = "/service/v3"
SCHEMA_PATH = "/contract/"
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Site:
    """What one listener serves: its name and role in the record, and what stands at which path."""

    name: str
    role: str
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back, and what it was about. `part` is the service asked, "wsdl" for its description."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    part: str
    answer: Answer


def sites(settings: StageSettings) -> tuple[Site, ...]:
    """FaR, each operator, and the Message port if there is one."""
    far = Site("far", "far", {RECIPIENT_PATH: Place("Recipient"), AUTHORITY_PATH: Place("Authority")})
    operators = [
        Site(f"operator-{one.id}", "operator", {SERVICE_PATH: Place("Service", one.id)}) for one in settings.operators
    ]
    message = [Site("message", "message", {MESSAGE_PATH: Place("Message")})] if settings.message else []
    return (far, *operators, *message)


class Services:
    """What one site sends back. `base` gives its address as the sending system dials it."""

    def __init__(self, site: Site, base: Callable[[], str], answers: Answers, contract: Contract) -> None:
        self.site = site
        self._base = base
        self._answers = answers
        self._contract = contract
        self._described: dict[str, bytes] = {}

    def reply(self, request: Request) -> Reply:
        """The reply to a whole request."""
        url = urlsplit(request.target)
        path = unquote(url.path)
        place = self.site.places.get(path.rstrip("/") or "/")
        if request.method == "POST" and place is not None:
            answer = self._answers.answer(place, request.body())
            return Reply(answer.status, (("Content-Type", MEDIA_TYPE),), answer.body, place.part, answer)
        if request.method in {"GET", "HEAD"}:
            return self._describe(path, url.query, place)
        if place is None:
            return _refuse(404, "nothing stands at this path", part="")
        return _refuse(405, "only POST, and GET of ?wsdl", ("Allow", "GET, HEAD, POST"), part=place.part)

    def _describe(self, path: str, query: str, place: Place | None) -> Reply:
        if place is not None and query.lower() in {"wsdl", "singlewsdl"}:
            if place.part not in self._described:
                self._described[place.part] = self._contract.wsdl(
                    place.part, address=self._base() + path, schemas=self._base() + SCHEMA_PATH
                )
            return _found(self._described[place.part])
        if path.startswith(SCHEMA_PATH) and (schema := self._schemas.get(path.removeprefix(SCHEMA_PATH))):
            return _found(schema)
        if place is not None:
            return _refuse(405, "only POST, and GET of ?wsdl", ("Allow", "GET, HEAD, POST"), part=place.part)
        return _refuse(404, "nothing stands at this path", part="")

    @cached_property
    def _schemas(self) -> Mapping[str, bytes]:
        return self._contract.schema_files()


def _found(data: bytes) -> Reply:
    return Reply(200, (("Content-Type", MEDIA_TYPE),), data, "wsdl", Answer(200, data))


def _refuse(status: int, words: str, *headers: tuple[str, str], part: str) -> Reply:
    body = f"{words}\n".encode()
    return Reply(status, (("Content-Type", PLAIN), *headers), body, part, Answer(status, body, problem=words))

"""Which service stands behind a path, and what does it send back? Paths, WSDL and XSD; SOAP goes on to answers.

Left out: the connection it came on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import unquote, urlsplit

from readiness.contract.schemas import Contract
from readiness.recording import UNATTRIBUTED, Attribution
from readiness.stage.answers import Answer, Answers, Place
from readiness.stage.damage import CONTENTS, Subject
from readiness.stage.http import Request
from readiness.stage.scenario import Scenario, load_scenarios
from readiness.stage.settings import StageSettings
from readiness.stage.soap import MEDIA_TYPE
from readiness.stage.steps import AFTER_ACCEPTANCE, Step

# The paths of the test environment (C 2), without what stands before them there.
RECIPIENT_PATH, AUTHORITY_PATH, MESSAGE_PATH = "/Recipient/v3", "/Authority", "/Message/v3"
SERVICE_PATH = "/service/v3"
SCHEMA_PATH = "/contract/"
PLAIN = "text/plain; charset=utf-8"
PLAIN_LISTENER = "plain"
"""The listener that speaks no TLS: revocation, and the canary of external entities."""


@dataclass(frozen=True, slots=True)
class Site:
    """What one listener serves: its name and role in the record, and what stands at which path.

    `scenario` is the one that has the listener for itself, told apart by the port.
    """

    name: str
    role: str
    places: Mapping[str, Place]
    scenario: Scenario | None = None

    def place(self, path: str) -> Place | None:
        """What stands at a path. Below an operator's service the rest of the path tells a scenario."""
        bare = path.rstrip("/") or "/"
        if bare in self.places:
            return self.places[bare]
        above, _, told = bare.rpartition("/")
        if told in load_scenarios() and (found := self.places.get(above)) and found.part == "Service":
            return replace(found, scenario=found.scenario or told, by=found.by or "path")
        return None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back, and what it was about. `part` is the service asked, "wsdl" for its description."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    part: str
    answer: Answer
    framing: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is done once the request is accepted; nothing special where it is empty."""
        shaping = self.answer.shaping
        return tuple(step for step in shaping.steps if isinstance(step, AFTER_ACCEPTANCE)) if shaping else ()


def sites(settings: StageSettings) -> tuple[Site, ...]:
    """FaR, each operator, the Message port if there is one, the canary's, and one for each scenario that needs it."""
    far = Site("far", "far", {RECIPIENT_PATH: Place("Recipient"), AUTHORITY_PATH: Place("Authority")})
    operators = [
        Site(f"operator-{one.id}", "operator", {SERVICE_PATH: Place("Service", one.id)}) for one in settings.operators
    ]
    message = [Site("message", "message", {MESSAGE_PATH: Place("Message")})] if settings.message else []
    canary = [Site("canary", "canary", {})] if settings.scenarios else []
    own = [
        Site(listener(one.id), "operator", {SERVICE_PATH: Place("Service", "", one.id, "port")}, one)
        for one in settings.scenarios
        if one.own_port
    ]
    return (far, *operators, *message, *canary, *own)


def listener(scenario: str) -> str:
    """The name of the listener that a scenario has for itself."""
    return f"scenario-{scenario}"


class Services:
    """What one site sends back. `base` gives the address of a listener (by name) as the sending system dials it."""

    def __init__(self, site: Site, base: Callable[[str], str], answers: Answers, contract: Contract) -> None:
        self.site = site
        self._bases = base
        self._answers = answers
        self._contract = contract
        self._described: dict[str, bytes] = {}

    def reply(self, request: Request) -> Reply:
        """The reply to a whole request."""
        url = urlsplit(request.target)
        path = unquote(url.path)
        if self.site.role == "canary":
            return touched(path, "redirect")
        place = self.site.place(path)
        if request.method == "POST" and place is not None:
            answer = self._answers.answer(place, request.body())
            reply = Reply(answer.status, (("Content-Type", MEDIA_TYPE),), answer.body, place.part, answer)
            return self._shaped(reply, answer.shaping) if answer.shaping else reply
        if request.method in {"GET", "HEAD"}:
            return self._describe(path, url.query, place)
        if place is None:
            return _refuse(404, "nothing stands at this path", part="")
        return _refuse(405, "only POST, and GET of ?wsdl", ("Allow", "GET, HEAD, POST"), part=place.part)

    def _base(self) -> str:
        return self._bases(self.site.name)

    def _shaped(self, reply: Reply, scenario: Scenario) -> Reply:
        """The reply as a scenario has it: another status, content, header fields or framing."""
        said = scenario.reply
        content = CONTENTS[said.content](Subject(reply.body, f"{self._bases(PLAIN_LISTENER)}/entity/{scenario.id}"))
        target = f"{self._bases('canary')}/redirect/{scenario.id}" if "canary" in said.header_values else ""
        headers = [("Content-Type", said.content_type or content.media_type), *content.headers]
        headers += [(name, target if value == "canary" else value) for name, value in said.headers]
        taken = reply.answer.taken and scenario.behaviour.taken
        intact = said.content == "as-is" and said.status in {0, 200} and said.framing in {"length", "chunked"}
        answer = replace(reply.answer, taken=taken, said=reply.answer.said and intact)
        framing = said.framing if said.framing != "length" else ""
        return Reply(said.status or reply.status, tuple(headers), content.body, reply.part, answer, framing)

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


def touched(path: str, part: str) -> Reply:
    """What a canary says: nothing. That it was asked, and for which scenario, stands in the record as `part`."""
    _, _, told = path.rpartition("/")
    known = load_scenarios().get(told)
    attributions = (Attribution(known.id, "path", known.digest),) if known else (Attribution(UNATTRIBUTED),)
    return Reply(200, (("Content-Type", PLAIN),), b"", part, Answer(200, b"", attributions=attributions))


def _found(data: bytes) -> Reply:
    return Reply(200, (("Content-Type", MEDIA_TYPE),), data, "wsdl", Answer(200, data))


def _refuse(status: int, words: str, *headers: tuple[str, str], part: str) -> Reply:
    body = f"{words}\n".encode()
    return Reply(status, (("Content-Type", PLAIN), *headers), body, part, Answer(status, body, problem=words))

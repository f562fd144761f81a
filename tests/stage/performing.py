"""How does a test have a stage perform scenarios, and read what came of it?"""

import asyncio
import http.client
import time

from readiness.recording import Exchange
from readiness.stage.scenario import Casting, load_scenarios
from tests.stage.standing import ADULTS, HEADERS, Standing, deliver_secure, eventually, inside, is_reachable, post

SCENARIOS = load_scenarios()
PERSON, OTHER = ADULTS[0], ADULTS[1]
RECIPIENT = "{http://minameddelanden.gov.se/schema/Recipient}"
SERVICE = "{http://minameddelanden.gov.se/schema/Service}"


def enact(stand: Standing, *ids: str, waited: float | None = 0.3) -> None:
    """Perform these, the first for PERSON, the next for the adults after that."""
    stand.since = time.monotonic_ns()
    castings = [Casting(SCENARIOS[one], person) for one, person in zip(ids, ADULTS, strict=False)]
    asyncio.run_coroutine_threadsafe(stand.stage.enact(castings, waited), stand.loop).result(10)


def address(stand: Standing, person: str = PERSON) -> tuple[int, str]:
    """Port and path that FaR gives for a person."""
    _, answer = post(stand, "far", "/Recipient/v3", is_reachable(person))
    url = inside(answer).findtext(f".//{RECIPIENT}ServiceAdress")
    rest = url.removeprefix("https://localhost:")
    port, _, path = rest.partition("/")
    return int(port), f"/{path}"


def deliver(stand: Standing, person: str = PERSON, timeout: float = 5.0) -> http.client.HTTPResponse:
    """One delivery to where FaR says; the response with its body read into `.data`."""
    port, path = address(stand, person)
    connection = http.client.HTTPSConnection("localhost", port, context=stand.context(), timeout=timeout)
    try:
        connection.request("POST", path, deliver_secure(person), HEADERS)
        response = connection.getresponse()
        response.data = response.read()
        return response
    finally:
        connection.close()


def recorded(stand: Standing, scenario: str, kind: type = Exchange, count: int = 1):
    """The last entries of that kind that belong to a scenario, and came since scenarios were enacted."""

    def look():
        record = stand.read()
        rows = record.exchanges if kind is Exchange else record.connections
        asked = {"far"} if SCENARIOS[scenario].place != "far" else set()  # look-ups beside what the operator does
        new = [one for one in rows if (one.first_byte if kind is Exchange else one.accepted).ns >= stand.since]
        return [one for one in new if one.role not in asked and scenario in {a.scenario for a in one.attributions}]

    return eventually(lambda: rows if len(rows := look()) >= count else None)[-count:]


def statuses(data: bytes) -> list[tuple[str, str]]:
    return [
        (row.findtext(f"{SERVICE}RecipientId"), row.findtext(f"{SERVICE}Delivered"))
        for row in inside(data).iter(f"{SERVICE}Status")
    ]

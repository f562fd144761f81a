"""fault_handling on what a real stage records of a client that meets its scenarios. The clients are Python's own."""

from __future__ import annotations

import asyncio
import http.client
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from probes import fault_handling
from readiness.model import Target, Unseen, Value
from readiness.recording import AccountRow, Performance, connection_target, exchange_target, performance_target
from readiness.session import LiveSession, Recorded
from readiness.stage.clock import now
from readiness.stage.scenario import Casting, load_scenarios
from tests.conftest import NOON, Kept, look, profile_of
from tests.stage.standing import ADULTS, HEADERS, Standing, deliver_secure, is_reachable, post, standing

PREFIX = "scenario."
PERSON = ADULTS[0]


def service_address(stand: Standing) -> str:
    """Where FaR says that the person's deliveries go."""
    _, answer = post(stand, "far", urlsplit(stand.stage.url()).path, is_reachable(PERSON))
    return answer.decode().partition("ServiceAdress")[2].partition(">")[2].partition("<")[0]


def send(stand: Standing, url: str, body: bytes) -> tuple[int, str]:
    """One delivery on a connection of its own: status and Location; 0 where no answer came."""
    parts = urlsplit(url)
    context = stand.context()
    client = http.client.HTTPSConnection(str(parts.hostname), parts.port, context=context, timeout=10)
    try:
        client.request("POST", parts.path, body, dict(HEADERS))
        response = client.getresponse()
        response.read()
        return response.status, response.headers.get("Location", "")
    except (http.client.HTTPException, OSError):
        return 0, ""
    finally:
        client.close()


class Sender:
    """A client that meets one scenario; the account is what a test says."""

    def __init__(self, folder: Path, scenario: str) -> None:
        self.scenario = load_scenarios()[scenario]
        self.folder = folder
        self.account: tuple[AccountRow, ...] = ()

    def facts(self, act: object) -> dict[str, Value | Unseen]:
        """What the probe sees once `act(stand, url)` has been done, and the message is said to be unknown."""
        with standing(self.folder, scenarios=(self.scenario,)) as stand:
            castings = (Casting(self.scenario, PERSON),)
            asyncio.run_coroutine_threadsafe(stand.stage.enact(castings), stand.loop).result(10)
            started = now()
            act(stand, service_address(stand))  # type: ignore[operator]
            ended = now()
        record = stand.read()
        said = {name: getattr(self.scenario, name) for name in ("group", "layer", "place", "nature", "control")}
        performance = Performance(
            "p1", self.scenario.id, self.scenario.digest, round="1", persons=(PERSON,), controlled="delivered",
            started=started, ended=ended, how_ended="quiet",
            account=(AccountRow(PERSON, "", "unknown", ended, told=True),), **said,
        )  # fmt: skip
        target = performance_target(performance)
        recorded = Recorded(
            {connection_target(one).id: one for one in record.connections},
            {exchange_target(one).id: one for one in record.exchanges},
            performances={target.id: performance},
        )
        session = LiveSession(profile_of(target), Kept(), clock=lambda: NOON, recorded=recorded)
        return self._look(target, session)

    @staticmethod
    def _look(target: Target, session: LiveSession) -> dict[str, Value | Unseen]:
        seen = look(fault_handling.PROBE, target, session)
        return {name.removeprefix(PREFIX): one.value for name, one in seen.items()}


def test_a_lost_receipt_and_a_repeat_at_once(tmp_path: Path) -> None:
    def act(stand: Standing, url: str) -> None:
        body = deliver_secure(PERSON)
        assert [send(stand, url, body), send(stand, url, body)] == [(0, ""), (0, "")]

    facts = Sender(tmp_path, "answer-lost").facts(act)
    wanted = {"deliveries": 2, "deliveries_read": 2, "message_ids": 1, "copies_taken": 2, "receipts": 0, "attempts": 1}
    wanted |= {"uncertain_messages": 1, "repeated_by_http_stack": 1, "settled_untold": 0, "unaccounted": 0}
    assert {name: facts[name] for name in wanted} == wanted
    told = [what for _, _, what, _ in facts["timeline"].rows]  # type: ignore[union-attr]
    assert told[:3] == ["look_up", "answer", "delivery"]
    assert "reset" in told


def test_a_redirect_that_is_followed_with_the_certificate(tmp_path: Path) -> None:
    def act(stand: Standing, url: str) -> None:
        status, location = send(stand, url, deliver_secure(PERSON))
        assert status in range(300, 400)
        send(stand, location, b"")

    facts = Sender(tmp_path, "http-redirect").facts(act)
    wanted = {"redirects_followed": 1, "redirects_with_certificate": 1, "canary_requests": 0, "attempts": 1}
    assert {name: facts[name] for name in wanted} == wanted


@pytest.mark.parametrize("careless", [True, False])
def test_an_expired_certificate_that_is_taken_or_not(tmp_path: Path, careless: bool) -> None:
    def act(stand: Standing, url: str) -> None:
        context = stand.context()
        if careless:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        parts = urlsplit(url)
        client = http.client.HTTPSConnection(str(parts.hostname), parts.port, context=context, timeout=10)
        try:
            client.request("POST", parts.path, deliver_secure(PERSON), dict(HEADERS))
            client.getresponse().read()
        except ssl.SSLError:
            assert not careless
        finally:
            client.close()

    facts = Sender(tmp_path, "tls-expired").facts(act)
    names = ("connections", "unauthenticated_requests", "client_certificates_shown")
    assert [facts[name] for name in names] == [1, int(careless), int(careless)]


def test_a_request_that_is_cut_short_is_an_attempt_by_its_connection(tmp_path: Path) -> None:
    def act(stand: Standing, url: str) -> None:
        assert send(stand, url, deliver_secure(PERSON, body=b"x" * 20_000)) == (0, "")

    facts = Sender(tmp_path, "reset-request").facts(act)
    assert [facts[name] for name in ("attempts", "connections", "deliveries", "copies_taken")] == [1, 1, 0, 0]

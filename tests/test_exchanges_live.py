"""Do the probes see on a real stage's recording what a real client did there, over mutual TLS?"""

from __future__ import annotations

import http.client
import time
from datetime import timedelta
from pathlib import Path

import pytest

from probes import message_signature, recipient_lookup, secure_delivery, tls_client
from readiness.contract.names import SERVICE_V2, SERVICE_V3
from readiness.contract.signing import with_prefixes
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Probe, Seen
from readiness.recording import connection_target, exchange_target
from readiness.session import LiveSession, Recorded
from tests.conftest import NOON, Kept, look, profile_of
from tests.probes.exchanges import request
from tests.stage.standing import ADULTS, HEADERS, Standing, is_reachable, standing

PERSON = ADULTS[0]


def post(stage: Standing, part: str, data: bytes, operator: str = "") -> int:
    """One request on a connection of its own; the status of the answer."""
    host, _, path = stage.stage.url(part, operator).removeprefix("https://").partition("/")
    connection = http.client.HTTPSConnection(host, context=stage.context(), timeout=10)
    try:
        connection.request("POST", f"/{path}", data, HEADERS)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def recorded(stage: Standing, connections: int) -> None:
    """Wait until the stage has written what it saw: it does so when a connection is over."""
    for _ in range(200):
        if len(stage.connections) == connections:
            return
        time.sleep(0.05)
    raise AssertionError("the stage has not recorded the connections")


def _ask(connection: http.client.HTTPSConnection) -> None:
    """In TLS 1.3 a refusal arrives with the answer."""
    connection.request("GET", "/")
    connection.getresponse()


class Seeing:
    """What the probes see of a stage's record so far. `spooled` is false once the run, and its key, are gone."""

    def __init__(self, stage: Standing, *, spooled: bool = True) -> None:
        self.exchanges = {exchange_target(one).id: one for one in stage.exchanges}
        self.connections = {connection_target(one).id: one for one in stage.connections}
        declared = (("use", "tls-client"),)
        own = Target("klient", TargetKind.CERTIFICATE, address=str(stage.client), declared=declared)
        self.targets = [exchange_target(one) for one in self.exchanges.values()]
        self.targets += [connection_target(one) for one in self.connections.values()]
        gone = Unseen(Reason.NOT_KEPT, "the run is over")
        recorded = Recorded(self.connections, self.exchanges, stage.original if spooled else lambda _: gone)
        self.session = LiveSession(profile_of(*self.targets, own), Kept(), clock=lambda: NOON, recorded=recorded)

    def of(self, probe: Probe) -> list[dict[str, Seen]]:
        """For each target that the probe selects, in the order of the record."""
        return [look(probe, target, self.session) for target in self.targets if probe.selects(target)]


@pytest.fixture
def stage(tmp_path: Path) -> object:
    with standing(tmp_path) as stage:
        operator = next(name for name in stage.stage.bases if name.startswith("operator-")).removeprefix("operator-")
        assert post(stage, "Recipient", is_reachable(PERSON)) == 200
        assert post(stage, "Service", with_prefixes(request(recipients=(PERSON,))), operator) == 200
        strange = request(recipients=(PERSON,)).replace(SERVICE_V3.encode(), SERVICE_V2.encode())
        assert post(stage, "Service", strange, operator) == 500
        recorded(stage, 3)
        yield stage


def test_a_look_up_and_the_delivery_after_it_are_seen_as_they_were_sent(stage: Standing) -> None:
    seeing = Seeing(stage)
    (asked,) = seeing.of(recipient_lookup.PROBE)
    names = ("schema", "soap_action", "media_type", "recipients_of_tests", "sender_number_form")
    assert [asked[f"lookup.{name}"].value for name in names] == [
        "accepted", "empty_in_quotes", "text/xml", 1, "sixteen_prefix",
    ]  # fmt: skip
    delivered, strange = seeing.of(secure_delivery.PROBE)
    assert [delivered[f"delivery.{name}"].value for name in ("schema", "lookup", "recipients")] == [
        "accepted",
        "before",
        1,
    ]
    age = delivered["delivery.lookup_age"].value
    assert isinstance(age, timedelta)
    assert timedelta(0) < age < timedelta(seconds=20)
    assert [strange[f"delivery.{name}"].value for name in ("schema", "contract_version")] == ["refused", "2"]


def test_the_signatures_of_a_prefixed_delivery_verify_as_mina_meddelanden_reads_them(stage: Standing) -> None:
    (signed,) = Seeing(stage).of(message_signature.PROBE)
    for prefix in ("signature", "seal"):
        assert signed[f"{prefix}.readings"].value == ("mina_meddelanden", "squeezed")


def test_every_connection_tells_what_its_client_offered_and_presented(stage: Standing) -> None:
    seen = Seeing(stage).of(tls_client.PROBE)
    assert len(seen) == 3
    for one in seen:
        assert one["tls_client.handshake"].value == "finished"
        assert one["tls_client.leaf"].value == "declared"
        assert one["tls_client.versions_offered"].value == ("TLSv1.2", "TLSv1.3")
        assert one["tls_client.server_name"].value == "localhost"


def test_a_client_without_a_certificate_is_seen_as_one(tmp_path: Path) -> None:
    with standing(tmp_path) as stage:
        bare = http.client.HTTPSConnection(
            "localhost", stage.port(), context=stage.context(certificate=False), timeout=10
        )
        with pytest.raises(OSError):
            _ask(bare)
        bare.close()
        recorded(stage, 1)
        (seen,) = Seeing(stage).of(tls_client.PROBE)
    assert [seen[f"tls_client.{name}"].value for name in ("handshake", "leaf")] == ["without_certificate", "none"]


def test_once_the_spool_is_gone_what_needed_the_original_is_not_kept(stage: Standing) -> None:
    seeing = Seeing(stage, spooled=False)
    for probe in (recipient_lookup.PROBE, secure_delivery.PROBE):
        for seen in seeing.of(probe):
            unseen = {one.value.reason for one in seen.values() if isinstance(one.value, Unseen)}
            assert unseen == {Reason.NOT_KEPT}
    with pytest.raises(CannotObserve) as caught:
        seeing.of(message_signature.PROBE)
    assert caught.value.unseen.reason is Reason.NOT_KEPT

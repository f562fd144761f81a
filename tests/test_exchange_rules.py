"""Do the rules on exchanges and connections say what they should of real deliveries? From the bytes to the findings."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from ssl import TLSVersion

import pytest

import probes
from probes._tls_hello import client_hello
from readiness import one_off
from readiness.checklist import load_checklist
from readiness.contract.names import RECIPIENT_V2, SERVICE_V2, SERVICE_V3
from readiness.contract.signing import deliver_secure, pretty_printed
from readiness.errors import UsageError
from readiness.judge import judge
from readiness.model import Cause, Finding, Observation, Target, TargetKind, Unseen, Verdict
from readiness.observe import observe
from readiness.one_off_targets import Question
from readiness.probe import Limits
from readiness.recording import connection_target
from readiness.run import Looking
from tests.conftest import NOON
from tests.probes.exchanges import (
    FORMEDLARE,
    GONE,
    KOMMUN,
    OTHER,
    PDF_PART,
    PERSON,
    Letter,
    Part,
    Record,
    formedlare,
    kommun,
    lookup,
    moment,
    organisation,
    request,
    root,
    sealed,
    signed,
    unsigned,
)
from tests.probes.test_tls_client import CONNECTION, openssl_hello
from tests.stands.pki import Issued, authority, leaf

KINDS = {TargetKind.EXCHANGE, TargetKind.CONNECTION}
RULES = [r for r in load_checklist(probes.facts()).rules if r.target in KINDS and not r.pending and not r.retired]
ANSWERED = 2.0
"""Seconds from noon to the answer of a scene's look-up."""
SECOND = Letter(
    id="second", subject="Plats i förskola 2", body=Part("text/html", b"<p>Hej</p>"), attachments=(PDF_PART,)
)


class Scene:
    """A sending system that asks, and delivers twice, as it should; a test changes what it does."""

    def __init__(self) -> None:
        self.questions = [lookup(PERSON)]
        self.deliveries = [request(Letter(subject="Plats i förskola 1", attachments=(PDF_PART,))), request(SECOND)]
        self.connection = replace(CONNECTION, client_hello=openssl_hello(ciphers="DEFAULT"))
        self.headers: dict[str, object] = {}
        self.others: list[tuple[bytes, str]] = []
        self.delivered_at = 60.0

    def findings(self, folder: Path) -> dict[str, list[Finding]]:
        """Every finding of the rules on exchanges and connections, by rule."""
        record = Record()
        targets = [record.add(data, "Recipient", "isReachable", 1, **self.headers) for data in self.questions]
        targets += [record.add(data, at=self.delivered_at) for data in self.deliveries]
        targets += [record.add(data, part, "", method="POST", accepted=moment(1)) for data, part in self.others]
        connection = connection_target(self.connection)
        record.connections[connection.id] = self.connection
        declared = [
            self._file(folder, "tls-client", organisation("kommun-a", KOMMUN).cert_pem, KOMMUN),
            self._file(folder, "signing", kommun().cert_pem, KOMMUN),
            self._file(folder, "sealing", formedlare().cert_pem, FORMEDLARE),
            Target("type", TargetKind.MESSAGE_TYPE, declared=(("name", "Plats i förskola"),)),
        ]
        (folder / "root.pem").write_bytes(root().cert_pem)
        session = record.session(*targets, connection, *declared, trust_anchors=(str(folder / "root.pem"),))
        profile = session._profile
        observations: list[Observation] = []
        looking = [probe for probe in probes.discover() if probe.kind in KINDS]
        asyncio.run(observe(looking, session, Limits(), profile, observations.append))
        found: dict[str, list[Finding]] = {}
        for finding in judge(RULES, profile, observations, NOON):
            found.setdefault(finding.rule, []).append(finding)
        return found

    @staticmethod
    def _file(folder: Path, use: str, pem: bytes, number: str) -> Target:
        path = folder / f"{use}.pem"
        path.write_bytes(pem)
        declared = (("party_organisation_number", number), ("use", use))
        return Target(use, TargetKind.CERTIFICATE, address=str(path), declared=declared)


def of(found: dict[str, list[Finding]], *verdicts: Verdict) -> set[str]:
    return {rule for rule, findings in found.items() if any(finding.verdict in verdicts for finding in findings)}


def test_of_a_sound_sending_system_no_rule_fails_or_stays_open_and_each_passes_somewhere(tmp_path: Path) -> None:
    found = Scene().findings(tmp_path)
    assert of(found, Verdict.FAIL, Verdict.INCONCLUSIVE) == set()
    # MM-DOC-11 is about links, and these letters have none.
    assert of(found, Verdict.PASS) == {rule.id for rule in RULES} - {"MM-DELIV-19", "MM-DOC-02", "MM-DOC-11"}
    assert len(RULES) > 35


def _deliver(*letters: Letter, **fields: object) -> Callable[[Scene], None]:
    return lambda scene: scene.deliveries.append(request(*letters, **fields))


def _send(data: bytes) -> Callable[[Scene], None]:
    return lambda scene: scene.deliveries.append(data)


def _ask(data: bytes, **headers: object) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        scene.questions.append(data)
        scene.headers = headers

    return change


def _later(scene: Scene) -> None:
    scene.delivered_at = 2 * 86400


def _other(data: bytes, part: str) -> Callable[[Scene], None]:
    """A request that the stage took whole and knew no operation for."""
    return lambda scene: scene.others.append((data, part))


def _connect(**changes: object) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        scene.connection = replace(scene.connection, **changes)  # type: ignore[arg-type]

    return change


def _body(data: bytes, type_: str = "text/plain", **fields: object) -> Letter:
    return Letter(id=f"id of {data!r}"[:30], subject="Plats i förskola 3", body=Part(type_, data, **fields))  # type: ignore[arg-type]


ELSEWHERE = leaf(authority("Annan rot"), (), key="rsa-2048", subject=[("O", "A"), ("serialNumber", f"16{KOMMUN}")])
EXPIRED = organisation("kommun-a", KOMMUN, not_before=NOON - timedelta(days=9), not_after=NOON - timedelta(days=1))
OLD_HELLO = openssl_hello(TLSVersion.TLSv1_1, TLSVersion.TLSv1_1, ciphers="DEFAULT:@SECLEVEL=0")
NEW = Letter(id="third", subject="Plats i förskola 3")


def signed_by(signer: Issued) -> bytes:
    return deliver_secure(sealed(signed(unsigned(NEW), by=signer)))


STRANGER = organisation("kommun-c", "2120000142")
OF_VERSION_2 = request(NEW).replace(SERVICE_V3.encode(), SERVICE_V2.encode())
ASKED_IN_2 = lookup(PERSON, namespace=RECIPIENT_V2)
LARGE = 2 * 1024 * 1024
DEFECTS: dict[str, tuple[Callable[[Scene], None], set[str]]] = {
    "a stranger seals": (_send(deliver_secure(sealed(signed(unsigned(NEW)), by=STRANGER))), {"MM-DELIV-02"}),
    "changed afterwards": (_send(request(NEW).replace(b"Kommun A<", b"Kommun A <")), {"MM-DELIV-03"}),
    "pretty-printed": (_send(pretty_printed(request(NEW))), {"MM-DELIV-16", "MM-DELIV-17"}),
    "a signer of another root": (_send(signed_by(ELSEWHERE)), {"MM-DELIV-21"}),
    "an expired signer": (_send(signed_by(EXPIRED)), {"MM-DELIV-21", "MM-DELIV-22"}),
    "SHA-1": (_send(deliver_secure(sealed(signed(unsigned(NEW), digest="sha1")))), {"MM-DELIV-20"}),
    "number as file name": (_deliver(replace(NEW, attachments=(replace(PDF_PART, name=PERSON),))), {"MM-DELIV-05"}),
    "two recipients": (_deliver(NEW, recipients=(PERSON, PERSON)), {"MM-DELIV-13", "MM-SOAP-01"}),
    "10-digit number": (_ask(lookup(PERSON, sender=KOMMUN)), {"MM-DELIV-23", "MM-DELIV-24"}),
    "1001 recipients": (_ask(lookup(*[PERSON] * 1001)), {"MM-DELIV-23", "MM-DELIV-25"}),
    "no SOAPAction": (_ask(lookup(PERSON), request_headers=("Host",)), {"MM-DELIV-26"}),
    "too large in base64 only": (_deliver(_body(b"x" * (LARGE - 1000))), {"MM-DELIV-28"}),
    "too large": (_deliver(_body(b"x" * (LARGE + 1))), {"MM-DELIV-27", "MM-DELIV-28"}),
    "a body in PDF": (_deliver(_body(b"%PDF-1.7", "application/pdf")), {"MM-DELIV-29"}),
    "an image attached": (_deliver(replace(NEW, attachments=(Part("image/png", b"x"),))), {"MM-DELIV-30"}),
    "another checksum": (_deliver(replace(NEW, attachments=(replace(PDF_PART, checksum="4"),))), {"MM-DELIV-31"}),
    "base64 twice": (_deliver(_body(b"SGVqISBIw6RyIMOkciBiZXNsdXRldC4=")), {"MM-DELIV-32"}),
    "an empty body": (_deliver(_body(b"")), {"MM-DELIV-33"}),
    "a body in Latin-1": (_deliver(_body(b"\xe5\xe4\xf6")), {"MM-DELIV-34"}),
    "a number as id": (_deliver(replace(NEW, id=PERSON)), {"MM-DELIV-35"}),
    "an id used again": (_deliver(replace(NEW, id="second")), {"MM-DELIV-36"}),
    "an empty subject": (_deliver(replace(NEW, subject="")), {"MM-DELIV-37"}),
    "an old look-up": (_later, {"MM-DELIV-39"}),
    "the second contract": (_other(OF_VERSION_2, "Service"), {"MM-SOAP-01", "MM-DELIV-42"}),
    "the second contract of FaR": (_other(ASKED_IN_2, "Recipient"), {"MM-DELIV-23", "MM-DELIV-43"}),
    "no look-up": (_deliver(NEW, recipients=(OTHER,)), {"MM-DELIV-38"}),
    "an image from outside": (_deliver(_body(b"<img src='https://x.example/a'>", "text/html")), {"MM-DELIV-40"}),
    "script": (_deliver(_body(b"<script>1</script>", "text/html")), {"MM-DELIV-41"}),
    "another name": (_deliver(NEW, name="Socialnämnden"), {"MM-DOC-01"}),
    "a link without https": (_deliver(_body(b"http://x.example/")), {"MM-DOC-02"}),
    "another form of subject": (_deliver(replace(NEW, subject="Ny plats i förskola")), {"MM-DOC-09"}),
    "TLS 1.1": (_connect(client_hello=OLD_HELLO), {"MM-TLS-10", "MM-TLS-11", "MM-TLS-12"}),
    "3DES": (_connect(client_hello=client_hello(["TLSv1.3"], suites=[0x1301, 0x000A])), {"MM-TLS-13"}),
    "another client certificate": (_connect(client_chain=(STRANGER.der,)), {"MM-CERT-27"}),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_fails_exactly_its_rules(tmp_path: Path, name: str) -> None:
    scene = Scene()
    change, wanted = DEFECTS[name]
    change(scene)
    assert of(scene.findings(tmp_path), Verdict.FAIL) == wanted


@pytest.mark.parametrize(("more", "verdict"), [(0.0, Verdict.PASS), (0.001, Verdict.FAIL)])
def test_a_look_up_may_be_a_day_old_at_delivery_and_no_more(tmp_path: Path, more: float, verdict: Verdict) -> None:
    """No defect of the example kommun shows it, for the sending system would have to wait a day."""
    scene = Scene()
    scene.delivered_at = ANSWERED + 86400 + more
    found = scene.findings(tmp_path)["MM-DELIV-39"]
    ages = {o.value for finding in found for o in finding.rests_on if o.fact == "delivery.lookup_age"}
    assert ages == {timedelta(days=1, seconds=more)}
    assert {finding.verdict for finding in found} == {verdict}


def test_a_delivery_that_was_not_kept_passes_no_rule(tmp_path: Path) -> None:
    scene = Scene()
    scene.deliveries = [GONE]  # type: ignore[list-item]
    found = scene.findings(tmp_path)
    about = {rule.id for rule in RULES if dict(rule.select).get("part") == ("Service",)}
    assert {finding.verdict for rule in about for finding in found[rule]} == {Verdict.INCONCLUSIVE}
    assert len(about) > 20


def test_without_exchanges_and_connections_every_rule_is_open_about_the_chain() -> None:
    session = Record().session()
    findings = judge(RULES, session._profile, [], NOON)
    assert {(finding.verdict, finding.cause, finding.target) for finding in findings} == {
        (Verdict.INCONCLUSIVE, Cause.NOTHING_SELECTED, "chain")
    }
    assert len(findings) == len(RULES)


# -- The same probes on a file, without a profile ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probe", "fact"), [("secure_delivery", "delivery.schema"), ("message_signature", "seal.readings")]
)
def test_a_probe_on_a_file_needs_no_profile(tmp_path: Path, probe: str, fact: str) -> None:
    path = tmp_path / "message.xml"
    path.write_bytes(request())
    done = subprocess.run(
        [sys.executable, "-m", "readiness", "probe", probe, str(path), "--json"], capture_output=True, check=False
    )
    content = json.loads(done.stdout)
    assert done.returncode == 11  # what shows only beside a record or a profile is unseen
    said = {row["fact"]: row["value"] for row in content["observations"]}
    assert said[fact] in ("accepted", {"set": ["mina_meddelanden", "squeezed"]})
    assert PERSON.encode() not in done.stdout


def test_a_question_s_file_is_looked_at_too(tmp_path: Path) -> None:
    path = tmp_path / "request.xml"
    path.write_bytes(lookup(PERSON))
    observations = one_off.look("recipient_lookup", Question(str(path)), Looking(clock=lambda: NOON))
    assert [o.value for o in observations if o.fact == "lookup.recipients"] == [1]
    assert not one_off.all_seen(observations)
    assert {o.fact for o in observations if isinstance(o.value, Unseen)} == {"lookup.soap_action", "lookup.media_type"}


def test_a_file_that_is_not_there_and_a_probe_of_connections_are_refused_in_words(tmp_path: Path) -> None:
    looking = Looking(clock=lambda: NOON)
    with pytest.raises(UsageError, match="there is no file"):
        one_off.look("secure_delivery", Question(str(tmp_path / "none.xml")), looking)
    with pytest.raises(UsageError, match="run PROFILE"):
        one_off.look("tls_client", Question("x"), looking)

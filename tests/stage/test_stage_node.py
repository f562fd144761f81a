"""npm's soap, a client that is neither ours nor Python's, drives the stage from the WSDL that it serves."""

import json
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from tests.stage.standing import ADULTS, SENDER, deliver_secure, eventually, inside
from tests.stands.programs import missing, program

NODE = Path(__file__).parents[1] / "node"


@pytest.fixture
def call(stand):
    """call(address, operation, arguments) -> what soap made of it, as client.js says it."""
    node = program("node")
    if not (NODE / "node_modules" / "soap").is_dir():
        missing(f"this test needs npm's soap: npm ci --prefix {NODE}")

    def called(address, operation, given):
        question = {"wsdl": f"{address}?wsdl", "operation": operation, "given": given}
        question |= {"client": str(stand.client), "authority": str(stand.authority)}
        asked = json.dumps(question).encode()
        done = subprocess.run([node, NODE / "client.js"], input=asked, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return called


def test_soap_of_npm_looks_a_recipient_up_and_delivers_where_it_was_told_to(stand, call):
    said = call(stand.stage.url("Recipient"), "isReachable", {"senderOrgNr": SENDER, "recipientId": ADULTS[20:22]})
    first, second = said["answer"]["return"]
    assert [row["AccountStatus"]["RecipientId"] for row in (first, second)] == ADULTS[20:22]
    assert first["SenderAccepted"] == "true"

    operator = first["AccountStatus"]["ServiceSupplier"]["ServiceAdress"]
    said = call(operator, "deliverSecure", {"_xml": delivery(ADULTS[20])})
    receipt = said["answer"]["return"]
    assert receipt["Status"] == {"RecipientId": ADULTS[20], "Delivered": "true"}
    recorded = eventually(lambda: [e for e in stand.exchanges if e.answer_id == receipt["TransId"]])[0]
    assert (recorded.operation, recorded.status, recorded.problem) == ("deliverSecure", 200, "")
    assert delivery(ADULTS[20]).encode() in stand.original(recorded.id)


def test_soap_of_npm_asks_the_authority(stand, call):
    answer = call(stand.stage.url("Authority"), "getSenders", {})["answer"]
    assert SENDER in [row["Id"] for row in answer["return"]]


def test_soap_of_npm_reads_the_contract_s_fault(stand, call):
    said = call(stand.stage.url("Recipient"), "isRegistered", {"recipientId": ["162021005489"] * 1001})
    detail = said["fault"]["detail"]["applicationFault"]
    assert (said["status"], detail["ErrorCode"], detail["Description"]) == (500, "5005", "Maximalt antal överskridet")


def delivery(recipient):
    """A whole deliverSecure, to go into the body as it is: soap would write the elements anew, and void signatures."""
    return etree.tostring(inside(deliver_secure(recipient)), encoding="unicode")

"""What Node's https and zeep say of a stage that misbehaves: they know nothing of it, and tell the kinds apart."""

import json
import subprocess
from pathlib import Path

import pytest
import requests
import zeep
from lxml import etree

from tests.stage.performing import PERSON, address, deliver_secure, enact, recorded
from tests.stands.programs import program

POST = Path(__file__).parents[1] / "node" / "post.js"


def node(stand, scenario, timeout=5000):
    """What Node makes of one delivery: a status, or the code of an error."""
    enact(stand, scenario)
    port, path = address(stand)
    asked = {"address": f"https://localhost:{port}{path}", "body": deliver_secure(PERSON).decode(), "timeout": timeout}
    asked |= {"client": str(stand.client), "authority": str(stand.authority)}
    done = subprocess.run(
        [program("node"), POST], input=json.dumps(asked).encode(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("answer-lost", "ECONNRESET"),
        ("reset-request", {"ECONNRESET", "EPIPE"}),
        ("refuse", "ECONNREFUSED"),
        ("silent", "ETIMEDOUT"),
        ("http-truncated", "ECONNRESET"),
        ("http-broken-chunk", "HPE_INVALID_CHUNK_SIZE"),
        ("tls-expired", "CERT_HAS_EXPIRED"),
        ("tls-not-yet-valid", "CERT_NOT_YET_VALID"),
        ("tls-wrong-name", "ERR_TLS_CERT_ALTNAME_INVALID"),
        ("tls-self-signed", "DEPTH_ZERO_SELF_SIGNED_CERT"),
        ("tls-unknown-ca", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        ("tls-missing-intermediate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        ("tls-wrong-eku", "INVALID_PURPOSE"),
        ("tls-1-0", "EPROTO"),
        ("tls-client-refused", "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"),
    ],
)
def test_node_names_what_went_wrong(playhouse, scenario, said):
    found = node(playhouse, scenario, timeout=700)
    assert found["error"] in (said if isinstance(said, set) else {said})


@pytest.mark.parametrize(
    ("scenario", "status"), [("sane", 200), ("tls-sane", 200), ("http-502", 502), ("http-redirect", 307)]
)
def test_node_reads_what_comes_whole_and_follows_nothing(playhouse, scenario, status):
    assert node(playhouse, scenario)["status"] == status
    assert [one.role for one in recorded(playhouse, scenario)] == ["operator"]


@pytest.fixture
def send(playhouse):
    """send(scenario) -> what zeep makes of one delivery to where FaR says that the person's operator is.

    The envelope goes as it is, for zeep would write the elements anew and void the signatures.
    """
    session = requests.Session()
    session.verify, session.cert, session.trust_env = str(playhouse.authority), str(playhouse.client), False
    transport = zeep.Transport(session=session, operation_timeout=3)
    operator = next(name for name in playhouse.stage.bases if name.startswith("operator"))
    client = zeep.Client(f"{playhouse.stage.bases[operator]}/service/v3?wsdl", transport=transport)
    (binding,) = client.wsdl.bindings.values()

    def sent(scenario):
        enact(playhouse, scenario)
        port, path = address(playhouse)
        headers = {"SOAPAction": '""', "Content-Type": "text/xml; charset=utf-8"}
        envelope = etree.fromstring(deliver_secure(PERSON))
        response = transport.post_xml(f"https://localhost:{port}{path}", envelope, headers)
        return binding.process_reply(client, binding.get("deliverSecure"), response)

    yield sent
    session.close()


def test_zeep_reads_a_receipt(send):
    assert [(row.RecipientId, row.Delivered) for row in send("sane").Status] == [(PERSON, True)]
    assert [row.Delivered for row in send("not-delivered").Status] == [False]


@pytest.mark.parametrize(
    ("scenario", "code"), [("fault-application", "5001"), ("fault-5006", "5006"), ("fault-technical", "1")]
)
def test_zeep_raises_the_contract_s_fault(send, scenario, code):
    with pytest.raises(zeep.exceptions.Fault) as raised:
        send(scenario)
    assert raised.value.detail.findtext(".//{*}ErrorCode") == code


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("answer-lost", requests.ConnectionError),
        ("tls-expired", requests.exceptions.SSLError),
        ("http-502", zeep.exceptions.TransportError),
        ("http-403", zeep.exceptions.TransportError),
        ("http-html", zeep.exceptions.TransportError),
        ("xml-entity", zeep.exceptions.EntitiesForbidden),
    ],
)
def test_zeep_raises_for_what_is_no_answer(send, scenario, error):
    with pytest.raises(error):
        send(scenario)

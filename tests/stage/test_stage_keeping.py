"""What is written to disk: masked, complete, unreadable without the key, and never about anybody but test persons."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from readiness.model import Reason, Unseen
from readiness.record import read_record
from readiness.stage.masking import Mask
from readiness.stage.settings import default_operators
from readiness.stage.spool import ABSENT, Spool
from tests.stage.standing import ADULTS, PERSONS, deliver_secure, eventually, is_reachable, post, raw_tls, standing

SOMEBODY = ("19640823-3234", "196408233234", "6408233234", "640823-3234")  # Skatteverket's own sample of a number
OPERATOR = f"operator-{default_operators()[0].id}"
BODY = "Hej! Detta är en hemlighet om ditt ärende.".encode()


def last(stand, count=1):
    return eventually(lambda: (found := stand.exchanges)[count - 1 :] and found)[-1]


def test_a_delivery_is_kept_masked_and_its_original_can_be_had_while_the_run_lasts(tmp_path):
    request = deliver_secure(ADULTS[0], body=BODY, attachment=b"%PDF-1.7 secret")
    with standing(tmp_path) as stand:
        _, answer = post(stand, OPERATOR, "/service/v3", request)
        exchange = last(stand)
        assert stand.original(exchange.id) == request
        assert stand.original(exchange.id, "response") == answer
        head = stand.original(exchange.id, "request_head")
        assert isinstance(head, bytes)
        assert head.startswith(b"POST /service/v3 HTTP/1.1\r\nHost: localhost")
        assert (exchange.original, exchange.request_sha256) == ("spooled", hashlib.sha256(request).hexdigest())
        assert exchange.response_sha256 == hashlib.sha256(answer).hexdigest()
        whole = b"".join(path.read_bytes() for path in stand.folder.rglob("*") if path.is_file())
        assert (stand.folder / "spool.bin").stat().st_size > len(request)
    for secret in (BODY, b64encode(BODY), b64encode(b"%PDF-1.7 secret"), b"U0lHTkFUVVJF", b"Q0VSVElGSUNBVEU"):
        assert secret not in whole
    assert not (stand.folder / "spool.bin").exists()
    left_out = {part.what: part.sha256 for part in exchange.masked}
    assert left_out["Body/Body"] == hashlib.sha256(b64encode(BODY)).hexdigest()
    assert {"Attachment/Body", "X509Data/X509Certificate", "Signature/SignatureValue"} <= set(left_out)
    kept = etree.fromstring(exchange.request_kept)
    assert ADULTS[0] in "".join(kept.itertext())
    assert "Beslut" in "".join(kept.itertext())


WHERE = {
    "recipient": deliver_secure,
    "subject": lambda number: deliver_secure(ADULTS[0], subject=f"Om {number}"),
    "body": lambda number: deliver_secure(ADULTS[0], body=f"Bäste {number}!".encode()),
    "body twice": lambda number: deliver_secure(ADULTS[0], body=b64encode(f"Hello there, {number}!".encode())),
    "attachment": lambda number: deliver_secure(ADULTS[0], attachment=f"x{number}y".encode()),
    "large attachment": lambda number: deliver_secure(
        ADULTS[0], attachment=b"\xff".join((bytes(range(256)) * 40, number.encode(), b"123456 7890" * 900))
    ),
    "attachment in utf-16": lambda number: deliver_secure(ADULTS[0], attachment=f"Om {number}.".encode("utf-16-le")),
    "look-up": lambda number: is_reachable(ADULTS[0], number),
    "comment": lambda number: is_reachable(ADULTS[0]) + f"<!-- {number} -->".encode(),
    "instruction": lambda number: is_reachable(ADULTS[0]) + f"<?x {number}?>".encode(),
    "attribute": lambda number: is_reachable(ADULTS[0]).replace(b"<senderOrgNr", f'<senderOrgNr a="{number}"'.encode()),
    "long attribute": lambda number: is_reachable(ADULTS[0]).replace(
        b"<senderOrgNr", f'<senderOrgNr a="{"y" * 300}{number}"'.encode()
    ),
    "long text": lambda number: is_reachable(ADULTS[0], sender="z" * 300 + number),
    "name": lambda number: is_reachable(ADULTS[0]).replace(b"senderOrgNr", f"a{number}".encode()),
    "no xml": lambda number: f"to: {number}".encode(),
    "utf-16": lambda number: is_reachable(number).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "broken utf-16": lambda number: f"<a>{number}".encode("utf-16"),
    "no operation": lambda number: is_reachable(number).replace(b"isReachable", b"isGone"),
    "sixteen": lambda number: is_reachable("16" + number.replace("-", "")[-10:]),
}


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("watched")) as running:
        yield running


@pytest.mark.parametrize("number", SOMEBODY)
@pytest.mark.parametrize("where", WHERE)
def test_who_is_no_test_person_is_neither_kept_nor_spooled(watched, where, number):
    """The grep over the whole folder: number, with and without its separator, in every encoding it came in."""
    before = len(watched.exchanges)
    request = WHERE[where](number)
    place = (OPERATOR, "/service/v3") if b"deliverSecure" in request else ("far", "/Recipient/v3")
    post(watched, *place, request)
    exchange = last(watched, before + 1)
    assert exchange.original.startswith("not_kept")
    assert watched.original(exchange.id) == Unseen(Reason.NOT_KEPT, "the original is not in the spool")
    written = b"".join(path.read_bytes() for path in watched.folder.rglob("*") if path.is_file())
    for one in SOMEBODY:
        for shape in (one.encode(), one.encode("utf-16-le"), b64encode(one.encode())[:-4]):
            assert shape not in written


def test_a_number_in_path_header_and_server_name_is_starred(watched):
    with raw_tls(watched) as connection:
        port = connection.getsockname()[1]
        number = SOMEBODY[1]
        connection.sendall(
            f"GET /{number}?wsdl HTTP/1.1\r\nHost: x\r\nX-{number}: 1\r\nSOAPAction: {number}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        connection.recv(1000)
    record = eventually(lambda: [c for c in watched.connections if c.peer.endswith(f":{port}")])[0]
    exchange = eventually(lambda: [e for e in watched.exchanges if e.connection == record.id])[0]
    assert number not in json.dumps([exchange.path, exchange.request_headers, exchange.soap_action])
    assert exchange.original.startswith("not_kept")


def test_a_test_person_who_is_not_declared_counts_as_somebody(tmp_path):
    declared = dict(list(PERSONS.items())[:5])
    other = ADULTS[50]
    with standing(tmp_path, persons=declared) as stand:
        post(stand, "far", "/Recipient/v3", is_reachable(other))
        exchange = last(stand)
    assert exchange.original.startswith("not_kept")
    assert other not in (tmp_path / "record" / "journal.jsonl").read_text(encoding="utf-8")


def test_the_spool_holds_nothing_readable_and_needs_its_key(tmp_path):
    spool = Spool(tmp_path / "spool.bin", 10_000)
    text = b"<recipientId>194601262381</recipientId>" * 20
    assert spool.put(1, (b"head", text, b"", b"answer"))
    assert spool.put(3, (b"", text, b"", b""))
    assert (spool.get(1, "request"), spool.get(1, "response"), spool.get(3, "request")) == (text, b"answer", text)
    assert all(isinstance(spool.get(number, "request"), Unseen) for number in (0, 2, 4, ABSENT))
    assert spool.put(4, (b"", bytes(20_000), b"", b"")) is False
    spool._file.flush()
    on_disk = (tmp_path / "spool.bin").read_bytes()
    assert b"1946" not in on_disk
    assert b"recipientId" not in on_disk
    stranger = Spool(tmp_path / "other.bin", 10_000)
    stranger._file.write(on_disk)
    stranger._where.extend([0])
    with pytest.raises(Exception) as caught:
        stranger.get(1, "request")
    assert type(caught.value).__name__ == "InvalidTag"
    for one in (spool, stranger):
        one.close()
    assert isinstance(spool.get(1, "request"), Unseen)
    assert list(tmp_path.iterdir()) == []


SERVER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from readiness.contract.schemas import load_contract
from readiness.stage.serve import serve
from readiness.stage.settings import StageSettings
from tests.stage.standing import PERSONS
def told(stage):
    Path({folder!r}, "ca.pem").write_bytes(stage.authority)
    print(stage.url(), flush=True)
asyncio.run(serve(StageSettings(persons=PERSONS), Path({folder!r}, "record"), load_contract(), {{"tool": []}}, told))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX word")
def test_kill_minus_nine_keeps_every_finished_exchange(tmp_path):
    import http.client
    import ssl

    from tests.stage.standing import CLIENT_PEM

    root = str(Path(__file__).parents[2])
    (tmp_path / "client.pem").write_bytes(CLIENT_PEM)
    with subprocess.Popen(
        [sys.executable, "-c", SERVER.format(root=root, folder=str(tmp_path))], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        url = process.stdout.readline()
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        context.load_cert_chain(tmp_path / "client.pem")
        connection = http.client.HTTPSConnection("localhost", int(url.split(":")[2].split("/")[0]), context=context)
        for _ in range(50):
            connection.request("POST", "/Recipient/v3", is_reachable(ADULTS[0]))
            connection.getresponse().read()
        # The entry is written once the answer has left: the next request on the connection is taken after that.
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        connection.close()
    journal = tmp_path / "record" / "journal.jsonl"
    record = read_record(tmp_path / "record")
    assert (len(record.exchanges), record.how_ended) == (50, "interrupted")
    assert all(exchange.request_kept for exchange in record.exchanges)
    leftover = (tmp_path / "record" / "spool.bin").read_bytes()
    assert ADULTS[0].encode() not in leftover
    assert ADULTS[0] in journal.read_text(encoding="utf-8")
    journal.write_bytes(journal.read_bytes()[:-30])
    assert len(read_record(tmp_path / "record").exchanges) == 49


@given(st.text(max_size=200))
def test_masking_any_text_leaves_no_number_and_no_more_changed(text):
    mask = Mask(PERSONS)
    masked = mask.text(f"{text} 19640823-3234 {ADULTS[0]}")
    assert "3234 " not in masked[-20:]
    assert masked.endswith(f" ******-**** {ADULTS[0]}")
    assert mask.text(masked) == masked


@given(st.lists(st.text("0123456789- abcdef", max_size=20) | st.just("6408233234"), max_size=5))
def test_several_texts_are_masked_as_each_by_itself(texts):
    mask = Mask(PERSONS)
    assert mask.texts(*texts) == tuple(map(mask.text, texts))


@pytest.mark.parametrize(
    "text",
    [
        "162021004748",
        "12345678901234567890",
        "640823323",
        "64082332345",
        "a" * 20 + "6408233234",
        "6413233234",
        *ADULTS[:2],
    ],
)
def test_what_only_looks_like_a_number_stays(text):
    assert Mask(PERSONS).text(text) == text


@pytest.mark.parametrize(
    "text", ["20261123 6408233234", "6408233234,", "x6408233234x", "640883-3231", "6408233234 196408233234"]
)
def test_a_number_is_found_wherever_it_stands(text):
    assert "******-****" in Mask(PERSONS).text(text)
    assert "640823" not in Mask(PERSONS).text(text)

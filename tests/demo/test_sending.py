"""Do the parts of the sending system read answers rightly, and do they trust nobody whom they should not?"""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from readiness.contract.names import COMMON_V3, RECIPIENT, RECIPIENT_V3, SERVICE, SERVICE_V3, SOAP_11
from readiness.demo.chain import started
from readiness.demo.conforming import conforming
from readiness.demo.sending.answers import Account, NotUnderstood, Receipt, Refused, read_accounts, read_receipt
from readiness.demo.sending.caller import Caller, Lost, Said
from readiness.demo.sending.letter import TEXTS, from_plain, to_plain, write_letter
from readiness.demo.sending.log import Log, starred
from readiness.demo.sending.proof import NotSent, Unproven
from readiness.demo.sending.reaction import by_receipt
from readiness.demo.sending.settings import Decision, Identity, Settings, read_settings, write_settings
from readiness.run import utc_now

PERSON = "189001019802"
LETTER = write_letter(Decision("2026-0001", PERSON, "beslut"), "Exempelby kommun")


def soap(content: str, status: int = 200) -> Said:
    return Said(status, f'<e:Envelope xmlns:e="{SOAP_11}"><e:Body>{content}</e:Body></e:Envelope>'.encode())


def fault(code: str, detail: str = "") -> Said:
    inner = f"<ErrorCode>{code}</ErrorCode><Description>x</Description><CallId>{'c' * 20}</CallId>"
    detail = detail or f'<detail><f:applicationFault xmlns:f="{COMMON_V3}">{inner}</f:applicationFault></detail>'
    return soap(
        f'<e:Fault xmlns:e="{SOAP_11}"><faultcode>e:Server</faultcode><faultstring>x</faultstring>{detail}</e:Fault>',
        500,
    )


def receipt(*statuses: tuple[str, str]) -> Said:
    rows = "".join(
        f"<Status><RecipientId>{who}</RecipientId><Delivered>{flag}</Delivered></Status>" for who, flag in statuses
    )
    return soap(
        f'<r:deliverSecureResponse xmlns:r="{SERVICE_V3}" xmlns="{SERVICE}"><r:return><TransId>t-1</TransId>{rows}'
        f"</r:return></r:deliverSecureResponse>"
    )


@pytest.mark.parametrize(
    ("code", "later"),
    [("1", True), ("4999", True), ("5000", False), ("5004", True), ("5006", False), ("9998", False), ("0", True)],
)
def test_a_fault_is_repeated_by_its_range_only(code: str, later: bool) -> None:
    with pytest.raises(Refused) as found:
        read_receipt(fault(code))
    assert (found.value.later, found.value.call_id) == (later, "c" * 20)


@pytest.mark.parametrize(
    "said",
    [fault("", "<detail/>"), fault("abc"), fault("", " "), Said(403, b"<html>no"), Said(404, b""), Said(307, b"")],
)
def test_a_refusal_that_says_no_code_is_not_repeated(said: Said) -> None:
    with pytest.raises(Refused) as found:
        read_receipt(said)
    assert not found.value.later


@pytest.mark.parametrize("status", [429, 503])
def test_a_peer_that_is_busy_is_asked_again(status: int) -> None:
    with pytest.raises(Refused) as found:
        read_receipt(Said(status, b"<html>busy"))
    assert found.value.later


@pytest.mark.parametrize(
    "said",
    [
        Said(200, b""),
        Said(200, b"<html><body>OK</body></html>"),
        Said(502, b"<html>Bad gateway"),
        Said(200, b"<a><b>"),
        soap("<somethingElse/>"),
        soap(f'<r:deliverSecureResponse xmlns:r="{SERVICE_V3}"/>'),
        Said(200, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
    ],
)
def test_an_answer_that_is_no_receipt_is_never_one(said: Said) -> None:
    with pytest.raises(NotUnderstood):
        read_receipt(said)


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        ([(PERSON, "true")], "delivered"),
        ([(PERSON, "1"), (PERSON, "true")], "delivered"),
        ([(PERSON, "false")], "paper"),
        ([(PERSON, "true"), (PERSON, "false")], "unknown"),
        ([], "unknown"),
        ([("189001019810", "true")], "unknown"),
    ],
)
def test_every_status_is_read(statuses: list[tuple[str, str]], word: str) -> None:
    found = read_receipt(receipt(*statuses))
    assert found == Receipt("t-1", tuple((who, flag in {"1", "true"}) for who, flag in statuses))
    assert by_receipt(found, LETTER).word == word


@pytest.mark.parametrize(
    ("account", "reachable"),
    [
        (Account("Secure", True, False, "https://x.example/"), True),
        (Account("Secure", False, False, "https://x.example/"), False),
        (Account("Secure", True, True, "https://x.example/"), False),
        (Account("Secure", True, False, ""), False),
        (Account("Secure", True, False, "http://x.example/"), False),
        (Account("Anonymous", True, False, "https://x.example/"), False),
        (Account("Not", True, False, "https://x.example/"), False),
    ],
)
def test_only_a_finished_account_that_accepts_the_sender_is_delivered_to(account: Account, reachable: bool) -> None:
    said = soap(
        f'<isReachableResponse xmlns="{RECIPIENT_V3}" xmlns:r="{RECIPIENT}"><return><r:AccountStatus>'
        f"<r:RecipientId>{PERSON}</r:RecipientId><r:Type>{account.kind}</r:Type>"
        f"<r:Pending>{str(account.pending).lower()}</r:Pending><r:ServiceSupplier>"
        f"<r:ServiceAdress> {account.address} </r:ServiceAdress></r:ServiceSupplier></r:AccountStatus>"
        f"<r:SenderAccepted>{str(account.accepted).lower()}</r:SenderAccepted></return></isReachableResponse>"
    )
    assert read_accounts(said) == {PERSON: account}
    assert account.reachable is reachable


def test_a_letter_is_what_it_says_it_is() -> None:
    for kind in TEXTS:
        letter = write_letter(Decision("2026-0001", PERSON, kind), "Exempelby kommun")
        attachment = b64decode(letter.attachment)
        assert attachment.startswith(b"%PDF-1.4")
        assert attachment.endswith(b"%%EOF\n")
        assert letter.checksum == hashlib.md5(attachment, usedforsecurity=False).hexdigest().upper()
        assert from_plain(to_plain(letter)) == letter
        start = int(attachment.split()[-2])
        assert attachment[start:].startswith(b"xref")
        for number, row in enumerate(attachment[start:].split(b"\n")[3:9], 1):
            assert attachment[int(row.split()[0]) :].startswith(b"%d 0 obj" % number)


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    settings = Settings(
        "a.log",
        "ca.pem",
        Identity("a.pem", "a.key"),
        quirks=("sha-1",),
        decisions=(Decision("1", PERSON, "beslut"),),
        register=(PERSON,),
    )
    write_settings(settings, tmp_path / "å.json")
    assert read_settings(tmp_path / "å.json") == settings


def test_a_log_line_is_whole_whoever_writes(tmp_path: Path) -> None:
    with Log(tmp_path / "x.log", "integration") as log:
        threads = [threading.Thread(target=lambda: log.tell("INFO", "x" * 5000)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = (tmp_path / "x.log").read_text(encoding="utf-8").splitlines()
    assert {len(line) for line in lines[1:]} == {len(lines[0]) + 64}, "the first has no hash of a line before"
    assert len(lines) == 20
    assert starred(PERSON) == "**********02"


# -- Against real servers


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("files")
    with started(conforming(), folder, utc_now()):
        yield folder


@contextmanager
def serving(
    files: Path, certificate: str, answer: Callable[[ssl.SSLSocket], None]
) -> Iterator[tuple[str, list[bytes]]]:
    """A TLS server that reads what comes until it has a whole request, and then does as it is told, twice at most."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
    read: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        for _ in range(2):
            try:
                raw, _peer = listener.accept()
            except OSError:
                return
            with raw:
                raw.settimeout(5)
                try:
                    with context.wrap_socket(raw, server_side=True) as tls:
                        data = b""
                        while not data.endswith(b"</end>"):
                            if not (part := tls.recv(65536)):
                                break
                            data += part
                            read[-1:] = [data]
                        answer(tls)
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}/x", read
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def settings(files: Path, **more: object) -> Settings:
    part = files / "sandning"
    client = Identity(str(part / "formedlare-klient.pem"), str(part / "formedlare-klient.key"))
    ca = str(files / "ca" / "rot.pem")
    return Settings("", ca, client, client=client, timeout=2.0, **more)  # type: ignore[arg-type]


def test_a_server_that_closes_without_an_answer_leaves_the_outcome_open(files: Path) -> None:
    stage = str(files / "sandning" / "provbank")
    with serving(files, stage, lambda _: None) as (url, read), pytest.raises(Lost):
        Caller(settings(files)).call(url, b"<x></end>")
    assert read[0].endswith(b"<x></end>")


def test_an_answer_that_is_cut_off_leaves_the_outcome_open(files: Path) -> None:
    def half(tls: ssl.SSLSocket) -> None:
        tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<half")

    stage = str(files / "sandning" / "provbank")
    with serving(files, stage, half) as (url, _), pytest.raises(Lost):
        Caller(settings(files)).call(url, b"<x></end>")


def test_a_redirect_is_an_answer_and_is_not_followed(files: Path) -> None:
    def away(tls: ssl.SSLSocket) -> None:
        tls.sendall(b"HTTP/1.1 302 Found\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\n\r\n")

    stage = str(files / "sandning" / "provbank")
    with serving(files, stage, away) as (url, _):
        assert Caller(settings(files)).call(url, b"<x></end>") == Said(302, b"")


@pytest.mark.parametrize("what", ["another name", "another CA"])
def test_nothing_is_sent_to_a_server_that_does_not_prove_itself(files: Path, what: str) -> None:
    told = settings(files)
    if what == "another name":
        server = str(files / "servrar" / "log")
    else:
        server, told = str(files / "sandning" / "provbank"), replace(told, authority=str(files / "servrar" / "log.pem"))
    refused = pytest.raises(Unproven, match="CERTIFICATE_VERIFY_FAILED")
    with serving(files, server, lambda _: None) as (url, read), refused:
        Caller(told).call(url, b"<x></end>")
    assert read == []


def test_nobody_there_is_not_sent(files: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        Caller(settings(files)).call(f"https://localhost:{port}/x", b"<x></end>")

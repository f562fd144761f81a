"""What leaves this machine over HTTP, to whom, and with which certificate; and what each refusal is called."""

import asyncio
import ssl
import urllib.request
from datetime import timedelta

import pytest

from readiness.client_identity import Identity, read_identity
from readiness.model import Reason, Target, TargetKind
from readiness.probe import KEPT, CannotObserve, HttpRequest, Limits
from tests.conftest import NOON, session_for
from tests.stands.pki import authority, leaf
from tests.stands.programs import free_port
from tests.stands.scripted import closes, plain_http, resets, scripted, silent
from tests.stands.soap_server import HANGS_UP, SILENT, raw_answer, soap_server

GET = HttpRequest("GET", "/x")
POST = HttpRequest("POST", "/x", (("Content-Type", "text/xml"),), b"<a/>")
NAME = "tjanst.exempel.example"


@pytest.fixture(scope="module")
def root():
    return authority("Rot")


@pytest.fixture(scope="module")
def server(root):
    return leaf(root, [NAME])


@pytest.fixture(scope="module")
def client(root):
    return leaf(root, (), subject=[("CN", "Klienten")], extended_key_usage=("clientAuth",))


def endpoint(address, **declared):
    says = {"server_name": NAME} | declared
    return Target("tjanst", TargetKind.ENDPOINT, address=address, declared=tuple(sorted(says.items())))


def certificate(path, **declared):
    return Target("klient", TargetKind.CERTIFICATE, address=str(path), declared=tuple(sorted(declared.items())))


def ask(target, request=GET, *others, wait=2.0, **fields):
    session = session_for(target, *others, limits=Limits(wait=wait), **fields)
    return asyncio.run(session.request(target, request))


def unseen(target, request=GET, *others, wait=2.0, **fields):
    with pytest.raises(CannotObserve) as problem:
        ask(target, request, *others, wait=wait, **fields)
    return problem.value.unseen


def anchors(tmp_path, *issued):
    path = tmp_path / "ankare.pem"
    path.write_bytes(b"".join(each.cert_pem for each in issued))
    return (str(path),)


def test_a_request_arrives_as_it_was_asked_and_the_answer_comes_back(server, tmp_path):
    with soap_server(lambda _: raw_answer("201 Created", b"<b/>", X_Ett="ett"), server, tmp_path) as stand:
        answer = ask(endpoint(stand.address), POST)
    (asked,) = stand.asked
    assert (asked.method, asked.target, asked.body) == ("POST", "/x", b"<a/>")
    assert asked.headers["host"] == f"{NAME}:{stand.address.rpartition(':')[2]}"
    assert asked.headers["content-type"] == "text/xml"
    assert (answer.status, answer.body, answer.cut) == (201, b"<b/>", False)
    assert answer.field("x-ett") == "ett"
    assert answer.peer == stand.address


def test_a_redirect_is_an_answer_and_is_not_followed(server, tmp_path):
    with soap_server(lambda _: raw_answer("302 Found", Location=f"https://{NAME}/y"), server, tmp_path) as stand:
        assert ask(endpoint(stand.address)).status == 302
    assert [request.target for request in stand.asked] == ["/x"]


def test_no_proxy_of_the_environment_is_used(server, tmp_path, monkeypatch):
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{free_port()}")
    assert urllib.request.getproxies()["https"]
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path) as stand:
        assert ask(endpoint(stand.address)).status == 200


def test_of_a_long_body_the_beginning_is_kept(server, tmp_path):
    whole = b"x" * KEPT
    with soap_server(lambda r: raw_answer("200 OK", whole + (b"y" if r.body else b"")), server, tmp_path) as stand:
        short, long = ask(endpoint(stand.address)), ask(endpoint(stand.address), POST)
    assert (short.body, short.cut) == (whole, False)
    assert (long.body, long.cut) == (whole, True)


def test_nothing_goes_to_an_endpoint_that_the_profile_does_not_name(server, tmp_path):
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path) as stand:
        named, other = endpoint(stand.address), endpoint(stand.address, path="/")
        with pytest.raises(CannotObserve) as problem:
            asyncio.run(session_for(named).request(other, GET))
    assert problem.value.unseen.reason is Reason.NOT_CONFIGURED
    assert stand.asked == []


# -- Trust -------------------------------------------------------------------------------------------------------------


def test_a_body_goes_to_a_server_that_the_anchors_vouch_for(root, server, tmp_path):
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path) as stand:
        assert ask(endpoint(stand.address), POST, trust_anchors=anchors(tmp_path, root)).status == 200


@pytest.mark.parametrize("case", ["other root", "expired", "other name", "for clients"])
def test_no_body_goes_to_a_server_that_the_anchors_do_not_vouch_for(root, tmp_path, case):
    shown = {
        "other root": leaf(authority("Annan"), [NAME]),
        "expired": leaf(root, [NAME], not_after=NOON - timedelta(days=1)),
        "other name": leaf(root, ["annan.exempel.example"]),
        "for clients": leaf(root, [NAME], extended_key_usage=("clientAuth",)),
    }[case]
    with soap_server(lambda _: raw_answer("200 OK"), shown, tmp_path) as stand:
        why = unseen(endpoint(stand.address), POST, trust_anchors=anchors(tmp_path, root))
        assert why.reason is Reason.ACCESS_DENIED
        assert stand.asked == []
        assert ask(endpoint(stand.address), GET, trust_anchors=anchors(tmp_path, root)).status == 200
        assert ask(endpoint(stand.address), POST).status == 200


def test_the_time_that_counts_is_that_of_the_session(root, tmp_path):
    later = leaf(root, [NAME], not_before=NOON - timedelta(days=1), not_after=NOON + timedelta(days=1))
    with soap_server(lambda _: raw_answer("200 OK"), later, tmp_path) as stand:
        assert ask(endpoint(stand.address), POST, trust_anchors=anchors(tmp_path, root)).status == 200


def test_an_anchor_may_be_an_issuer_that_is_no_root(root, tmp_path):
    issuer = authority("Utfardare", issuer=root)
    with soap_server(lambda _: raw_answer("200 OK"), leaf(issuer, [NAME]), tmp_path) as stand:
        assert ask(endpoint(stand.address), POST, trust_anchors=anchors(tmp_path, issuer)).status == 200


def test_an_anchor_that_cannot_be_read_leaves_it_open(server, tmp_path):
    (tmp_path / "trasig.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path) as stand:
        why = unseen(endpoint(stand.address), POST, trust_anchors=(str(tmp_path / "trasig.pem"),))
    assert why.reason is Reason.NOT_UNDERSTOOD
    assert stand.asked == []


def test_a_wildcard_stands_for_one_label(root, tmp_path):
    for pattern, status in (("*.exempel.example", 200), ("*.example", None)):
        with soap_server(lambda _: raw_answer("200 OK"), leaf(root, [pattern]), tmp_path) as stand:
            target, fields = endpoint(stand.address), {"trust_anchors": anchors(tmp_path, root)}
            if status:
                assert ask(target, POST, **fields).status == status
            else:
                assert unseen(target, POST, **fields).reason is Reason.ACCESS_DENIED


# -- The client's certificate ------------------------------------------------------------------------------------------

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@pytest.mark.parametrize("newest", VERSIONS)
@pytest.mark.parametrize("form", ["pem", "pem and key", "encrypted", "pkcs12"])
def test_the_declared_certificate_is_shown_from_every_kind_of_file(
    root, server, client, tmp_path, monkeypatch, newest, form
):
    monkeypatch.setenv("MM_TEST_PASSWORD", "hemligt")
    path, key = tmp_path / "klient", tmp_path / "klient.key"
    key.write_bytes(client.key_pem("hemligt" if form == "encrypted" else ""))
    alone = form in {"pem and key", "encrypted"}
    path.write_bytes(
        client.pkcs12("hemligt") if form == "pkcs12" else client.cert_pem + (b"" if alone else client.key_pem())
    )
    held = certificate(path, password_env="MM_TEST_PASSWORD", **({"key_file": str(key)} if alone else {}))
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root, newest=newest) as stand:
        target = endpoint(stand.address, client_certificate="klient")
        assert ask(target, POST, held, trust_anchors=anchors(tmp_path, root)).status == 200
    assert "Klienten" in stand.clients[0]


@pytest.mark.parametrize("newest", VERSIONS)
def test_a_server_that_wants_a_certificate_and_gets_none_needs_credentials(root, server, tmp_path, newest):
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root, newest=newest) as stand:
        assert unseen(endpoint(stand.address)).reason is Reason.CREDENTIALS_NEEDED
    assert stand.asked == []


def test_a_refusal_after_the_handshake_is_not_lost_under_a_large_request(root, server, tmp_path):
    big = HttpRequest("POST", "/x", body=b"x" * 2_000_000)
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root) as stand:
        assert {unseen(endpoint(stand.address), big).reason for _ in range(5)} == {Reason.CREDENTIALS_NEEDED}


@pytest.mark.parametrize("newest", VERSIONS)
def test_a_server_that_refuses_the_certificate_denies_access(root, server, tmp_path, newest):
    stranger = leaf(authority("Annan"), (), subject=[("CN", "Klienten")], extended_key_usage=("clientAuth",))
    held = certificate(stranger.pem(tmp_path, "klient"))
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root, newest=newest) as stand:
        assert unseen(endpoint(stand.address, client_certificate="klient"), GET, held).reason is Reason.ACCESS_DENIED
    assert stand.asked == []


@pytest.mark.parametrize("newest", VERSIONS)
def test_the_certificate_is_never_shown_to_a_server_that_is_not_trusted(root, client, tmp_path, newest):
    held = certificate(client.pem(tmp_path, "klient"))
    with soap_server(
        lambda _: raw_answer("200 OK"), leaf(authority("Annan"), [NAME]), tmp_path, clients=root, newest=newest
    ) as stand:
        target = endpoint(stand.address, client_certificate="klient")
        assert unseen(target, GET, held, trust_anchors=anchors(tmp_path, root)).reason is Reason.ACCESS_DENIED
    assert stand.clients == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.NOT_UNDERSTOOD),
        (b"nonsense", Reason.CREDENTIALS_NEEDED),
        ("certificate", Reason.CREDENTIALS_NEEDED),
        ("other key", Reason.NOT_UNDERSTOOD),
        ("encrypted", Reason.CREDENTIALS_NEEDED),
        ("dsa", Reason.NOT_SUPPORTED),
    ],
)
def test_files_without_a_fitting_key_are_told_apart(root, client, tmp_path, content, reason):
    other = leaf(root, ())
    old = leaf(root, (), key="dsa-2048")
    data = {
        "certificate": client.cert_pem,
        "other key": client.cert_pem + other.key_pem(),
        "encrypted": client.cert_pem + client.key_pem("hemligt"),
        "dsa": old.cert_pem + old.key_pem(),
    }.get(content, content)
    (tmp_path / "klient").write_bytes(data)
    held = certificate(tmp_path / "klient")
    with pytest.raises(CannotObserve) as problem:
        read_identity(session_for(held), held)
    # An empty file is damaged in a way that no password mends; without a password nobody can tell.
    assert problem.value.unseen.reason in {reason, Reason.CREDENTIALS_NEEDED}
    assert "hemligt" not in problem.value.unseen.detail


def test_a_certificate_that_somebody_else_holds_is_not_configured(tmp_path):
    held = Target("klient", TargetKind.CERTIFICATE, held_by="leverantoren")
    with pytest.raises(CannotObserve) as problem:
        read_identity(session_for(held), held)
    assert problem.value.unseen.reason is Reason.NOT_CONFIGURED
    assert unseen(endpoint("127.0.0.1:1", client_certificate="klient")).reason is Reason.NOT_CONFIGURED


def test_an_identity_never_shows_its_key(client):
    assert repr(Identity(client.cert, client.key)) == "Identity(...)"


def test_no_key_is_ever_written(root, server, client, tmp_path, monkeypatch):
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    held = certificate(client.pem(tmp_path, "klient"))
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root) as stand:
        ask(endpoint(stand.address, client_certificate="klient"), GET, held)
        new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert [path.name for path in new] == ["soap-server.pem"]


# -- What goes wrong ---------------------------------------------------------------------------------------------------


def test_a_closed_port_is_refused():
    assert unseen(endpoint(f"127.0.0.1:{free_port()}")).reason is Reason.CONNECTION_REFUSED


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (silent, Reason.TIMED_OUT),
        (closes, Reason.CLOSED_EARLY),
        (resets, Reason.CONNECTION_RESET),
        (plain_http, Reason.NOT_UNDERSTOOD),
    ],
)
def test_what_a_peer_does_instead_of_tls_is_a_reason(part, reason):
    with scripted(part) as stand:
        assert unseen(endpoint(stand.address), wait=0.3).reason is reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (SILENT, Reason.TIMED_OUT),
        (HANGS_UP, Reason.CLOSED_EARLY),
        (b"not HTTP at all\r\n\r\n", Reason.NOT_UNDERSTOOD),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Reason.CLOSED_EARLY),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20, Reason.LIMIT_REACHED),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 300_000 + b"\r\n\r\n", Reason.NOT_UNDERSTOOD),
    ],
)
def test_what_a_peer_does_instead_of_http_is_a_reason(server, tmp_path, said, reason):
    with soap_server(lambda _: said, server, tmp_path) as stand:
        assert unseen(endpoint(stand.address), wait=0.5).reason is reason


def test_a_request_that_is_answered_before_it_was_read_has_its_answer_or_a_reason(server, tmp_path):
    big = HttpRequest("POST", "/x", body=b"x" * 4_000_000)  # more than the stand agrees to read
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path) as stand:
        assert unseen(endpoint(stand.address), big).reason in {Reason.CONNECTION_RESET, Reason.CLOSED_EARLY}


# -- The canary --------------------------------------------------------------------------------------------------------


async def _fetched(session, target, path=""):
    async with session.canary(target) as canary:
        assert not canary.touched()
        url = canary.address if not path else canary.address.rpartition("/")[0] + path
        await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=2).read())
        return canary.touched()


def test_the_canary_knows_when_it_was_fetched_and_when_only_its_port_was():
    target = endpoint("127.0.0.1:1")
    assert asyncio.run(_fetched(session_for(target), target)) is True
    assert asyncio.run(_fetched(session_for(target), target, "/favicon.ico")) is False


def test_there_is_no_canary_for_another_machine():
    target = endpoint("192.0.2.1:443")

    async def opened():
        async with session_for(target).canary(target):
            pass

    with pytest.raises(CannotObserve) as problem:
        asyncio.run(opened())
    assert problem.value.unseen.reason is Reason.NOT_CONFIGURED


# -- Files beside a WSDL -----------------------------------------------------------------------------------------------


def test_schemas_beside_a_named_wsdl_are_read_and_nothing_else(tmp_path):
    inside = tmp_path / "kontrakt" / "schema"
    inside.mkdir(parents=True)
    for path in (inside / "a.xsd", inside.parent / "t.wsdl", inside / "hemlig.pem", tmp_path / "ovan.xsd"):
        path.write_bytes(b"x")
    session = session_for(endpoint("127.0.0.1:1", wsdl_file=str(inside.parent / "t.wsdl")))
    assert session.read_file(str(inside.parent / "t.wsdl")) == session.read_file(str(inside / "a.xsd")) == b"x"
    for path in (inside / "hemlig.pem", tmp_path / "ovan.xsd", inside.parent / ".." / "ovan.xsd"):
        with pytest.raises(CannotObserve) as problem:
            session.read_file(str(path))
        assert problem.value.unseen.reason is Reason.NOT_CONFIGURED

"""What leaves this machine for a log platform, to whom, with which secret; and that the secret stands nowhere else."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from readiness.cli import main
from readiness.model import Reason, Target, TargetKind
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest
from tests.conftest import session_for
from tests.profiles import SOUND
from tests.stands.http_answers import Asked, Says, answering
from tests.stands.pki import Issued, authority, leaf
from tests.stands.programs import free_port

SECRET = "s3krit-Nyckel_07"
GET = HttpRequest("GET", "/_search?x=1")


@pytest.fixture(scope="module")
def root() -> Issued:
    return authority("Rot")


@pytest.fixture(scope="module")
def server(root: Issued) -> Issued:
    return leaf(root, ["127.0.0.1"])


def source(address: str, scheme: str = "http", **says: object) -> Target:
    declared = {"platform": "opensearch", "platform_url": f"{scheme}://{address}/bas"} | says
    return Target("logg", TargetKind.LOG_SOURCE, address=address, declared=tuple(sorted(declared.items())))  # type: ignore[arg-type]


def ask(target: Target, *others: Target) -> HttpAnswer:
    return session_for(target, *others).ask_log_platform(target, GET)


def unseen(target: Target, *others: Target) -> tuple[Reason, str]:
    with pytest.raises(CannotObserve) as problem:
        ask(target, *others)
    return problem.value.unseen.reason, problem.value.unseen.detail


def login(monkeypatch: pytest.MonkeyPatch, **says: object) -> str | None:
    """The header field with which the platform is told who asks."""
    monkeypatch.setenv("MM_LOG", SECRET)
    with answering(lambda _: Says()) as stand:
        ask(source(stand.address, **says))
        assert stand.asked[0].path == "/bas/_search?x=1"
        return stand.asked[0].fields.get("authorization")


def test_who_asks_is_told_as_the_profile_says(monkeypatch):
    basic = base64.b64encode(f"granskare:{SECRET}".encode()).decode()
    assert login(monkeypatch, login="basic", user="granskare", secret_env="MM_LOG") == f"Basic {basic}"
    assert login(monkeypatch, login="bearer", secret_env="MM_LOG") == f"Bearer {SECRET}"
    assert login(monkeypatch, login="apikey", secret_env="MM_LOG") == f"ApiKey {SECRET}"
    assert login(monkeypatch) is None


def test_a_secret_is_read_from_a_file_of_its_own(monkeypatch, tmp_path):
    (tmp_path / "hemlighet").write_text(SECRET + "\n", encoding="utf-8")
    assert login(monkeypatch, login="bearer", secret_file=str(tmp_path / "hemlighet")) == f"Bearer {SECRET}"


def test_without_its_secret_nothing_is_asked(tmp_path, monkeypatch):
    monkeypatch.delenv("MM_LOG", raising=False)
    with answering(lambda _: Says()) as stand:
        target = source(stand.address, login="bearer", secret_env="MM_LOG")
        assert unseen(target) == (Reason.CREDENTIALS_NEEDED, "the environment variable MM_LOG is not set")
        monkeypatch.setenv("MM_LOG", "två ord")
        reason, detail = unseen(target)
        assert (reason, "två ord" in detail) == (Reason.CREDENTIALS_NEEDED, False)
        monkeypatch.setenv("MM_LOG", f"{SECRET}\r\nX-Other: 1")
        reason, detail = unseen(target)
        assert (reason, SECRET in detail) == (Reason.CREDENTIALS_NEEDED, False)
        (tmp_path / "tom").write_bytes(b"\n")
        empty = source(stand.address, login="bearer", secret_file=str(tmp_path / "tom"))
        assert unseen(empty)[0] is Reason.CREDENTIALS_NEEDED
        missing = source(stand.address, login="bearer", secret_file=str(tmp_path / "ingen"))
        assert unseen(missing)[0] is Reason.NOT_CONFIGURED
    assert stand.asked == []


def test_a_platform_that_the_ca_vouches_for_is_asked(root, server, tmp_path):
    (tmp_path / "ca.pem").write_bytes(root.cert_pem)
    with answering(lambda _: Says(b"[1]"), server, tmp_path) as stand:
        answer = ask(source(stand.address, "https", ca_file=str(tmp_path / "ca.pem")))
    assert (answer.status, answer.body) == (200, b"[1]")


def test_another_platform_is_not_told_the_secret(server, tmp_path, monkeypatch):
    monkeypatch.setenv("MM_LOG", SECRET)
    (tmp_path / "ca.pem").write_bytes(authority("En annan").cert_pem)
    with answering(lambda _: Says(), server, tmp_path) as stand:
        target = source(stand.address, "https", ca_file=str(tmp_path / "ca.pem"), login="bearer", secret_env="MM_LOG")
        assert unseen(target)[0] is Reason.ACCESS_DENIED
        no_ca = source(stand.address, "https", login="bearer", secret_env="MM_LOG")
        assert unseen(no_ca)[0] is Reason.NOT_CONFIGURED, "what is not vouched for by anything is not asked"
    assert stand.asked == []


def test_a_certificate_for_another_name_is_not_trusted(root, tmp_path):
    (tmp_path / "ca.pem").write_bytes(root.cert_pem)
    with answering(lambda _: Says(), leaf(root, ["logg.kommun.example"]), tmp_path) as stand:
        assert unseen(source(stand.address, "https", ca_file=str(tmp_path / "ca.pem")))[0] is Reason.ACCESS_DENIED
    assert stand.asked == []


def test_the_clients_certificate_is_shown(root, server, tmp_path):
    (tmp_path / "ca.pem").write_bytes(root.cert_pem)
    own = leaf(root, (), subject=[("CN", "Klienten")], extended_key_usage=("clientAuth",))
    held = Target("klient", TargetKind.CERTIFICATE, address=str(own.pem(tmp_path, "klient")))
    says = {"ca_file": str(tmp_path / "ca.pem")}
    with answering(lambda _: Says(), server, tmp_path, clients=root) as stand:
        assert ask(source(stand.address, "https", client_certificate="klient", **says), held).status == 200
        assert unseen(source(stand.address, "https", **says))[0] is Reason.CREDENTIALS_NEEDED


def test_no_redirect_is_followed(monkeypatch):
    monkeypatch.setenv("MM_LOG", SECRET)
    with answering(lambda _: Says()) as other:
        away = Says(b"", 307, fields={"Location": f"http://{other.address}/"})
        with answering(lambda _: away) as stand:
            assert ask(source(stand.address, login="bearer", secret_env="MM_LOG")).status == 307
    assert other.asked == []


def test_only_a_source_of_the_profile_is_asked_and_only_through_its_own_door():
    with answering(lambda _: Says()) as stand:
        target = source(stand.address)
        session = session_for(source("127.0.0.1:1"))
        with pytest.raises(CannotObserve) as problem:
            session.ask_log_platform(target, GET)
        assert problem.value.unseen.reason is Reason.NOT_CONFIGURED
        with pytest.raises(CannotObserve, match="not_supported"):
            session_for(target).log_files(target)
        with pytest.raises(CannotObserve):
            session_for(target).read_file(target.address)
    assert stand.asked == []


def test_nobody_home_and_an_answer_too_long(monkeypatch):
    assert unseen(source(f"127.0.0.1:{free_port()}"))[0] is Reason.CONNECTION_REFUSED
    monkeypatch.setattr("readiness.log_platform.KEPT", 100)
    with answering(lambda _: Says(b"x" * 1000)) as stand:
        answer = ask(source(stand.address))
    assert (answer.cut, len(answer.body)) == (True, 100)


def test_an_answer_that_never_comes_is_not_waited_for(monkeypatch):
    from tests.stands.scripted import scripted, silent

    monkeypatch.setattr("readiness.log_platform.SECONDS", 0.3)
    with scripted(silent) as stand:
        assert unseen(source(stand.address))[0] is Reason.TIMED_OUT


# -- The secret --------------------------------------------------------------------------------------------------------

PROFILE = """
[[log_source]]
id = "logg"
node = "arende"
trace_ids = ["2026-0001-A"]
[log_source.query]
platform = "{platform}"
address = "http://{address}"
{part}
user = "granskare"
secret_env = "MM_LOG"
"""
PARTS = {"loki": "selector = '{app=\"formedlare\"}'", "opensearch": 'index = "logg-*"'}


def repeats(asked: Asked) -> Says:
    """What a careless platform answers: everything that it was told."""
    return Says(f'{{"error":"{asked.fields["authorization"]}"}}'.encode(), 401)


def fails(asked: Asked) -> Says:
    return Says(b'{"status":"error","error":"' + asked.fields["authorization"].encode() + b'"}')


@pytest.mark.parametrize(("platform", "answer"), [("loki", repeats), ("opensearch", fails)])
def test_the_secret_stands_in_nothing_that_a_run_leaves(
    platform: str,
    answer: Callable[[Asked], Says],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MM_LOG", SECRET)
    path = tmp_path / "p.toml"
    with answering(answer) as stand:
        text = SOUND + PROFILE.format(platform=platform, address=stand.address, part=PARTS[platform])
        path.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(main, ["run", str(path), "--out", str(tmp_path / "out")])
    assert stand.asked, "the platform was asked"
    written = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert any(stand.address.encode() in file.read_bytes() for file in written), "the record tells who was asked"
    told = base64.b64encode(f"granskare:{SECRET}".encode())
    for place in (result.output, caplog.text, repr(result.exception), *(file.read_bytes() for file in written)):
        data = place if isinstance(place, bytes) else place.encode()
        assert SECRET.encode() not in data
        assert told not in data
        assert base64.b64encode(SECRET.encode()).rstrip(b"=") not in data

"""Where an account is had from: a file, a command, an address; and every way in which it is not to be had."""

import asyncio
import ssl
import sys
import time
from datetime import UTC, datetime

import pytest

from readiness.chain import AccountSource
from readiness.contract import production_hosts
from readiness.errors import UsageError
from readiness.exercise.processes import allowed, output_of
from readiness.exercise.sources import Source
from readiness.exercise.web import Web, place
from readiness.model import Reason
from readiness.probe import CannotObserve
from readiness.stage.trust import ThrowAway
from tests.exercise.web_stand import answers, web


def read(said, folder, seconds=5.0, anchors=()):
    async def ask():
        return await Source(said, folder, Web(anchors, seconds)).read()

    return asyncio.run(ask())


def why(said, folder, **more):
    with pytest.raises(CannotObserve) as error:
        read(said, folder, **more)
    return error.value.unseen


def python(code):
    return AccountSource(command=(sys.executable, "-c", code))


# -- A file


def test_a_file_is_read_whole(tmp_path):
    (tmp_path / "k.csv").write_bytes(b"a\r\n")
    said = AccountSource(file=str(tmp_path / "k.csv"))
    assert read(said, tmp_path) == b"a\r\n"
    assert Source(said, tmp_path, Web()).origin == str(tmp_path / "k.csv")


def test_a_file_that_is_not_there_and_what_is_no_file_are_told_apart(tmp_path):
    missing = AccountSource(file=str(tmp_path / "k.csv"))
    assert why(missing, tmp_path).reason is Reason.NOT_CONFIGURED
    assert Source(missing, tmp_path, Web()).not_there_yet
    folder = AccountSource(file=str(tmp_path))
    assert why(folder, tmp_path).reason is Reason.NOT_SUPPORTED
    assert not Source(folder, tmp_path, Web()).not_there_yet


def test_a_file_without_end_is_not_read(tmp_path):
    with (tmp_path / "k.csv").open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    assert why(AccountSource(file=str(tmp_path / "k.csv")), tmp_path).reason is Reason.LIMIT_REACHED


# -- A command


def test_a_command_gives_what_it_prints_and_stands_in_the_folder_of_the_profile(tmp_path):
    printed = read(python("import os; print(os.getcwd())"), tmp_path).decode().strip()
    assert printed == str(tmp_path.resolve())


def test_no_shell_reads_the_arguments(tmp_path):
    said = AccountSource(command=(sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME; echo `x` %PATH% *"))
    assert read(said, tmp_path).decode().strip() == "$HOME; echo `x` %PATH% *"


def test_a_command_that_fails_or_is_not_there_says_so(tmp_path):
    assert "code 3" in why(python("raise SystemExit(3)"), tmp_path).detail
    unseen = why(AccountSource(command=("finns-inte-alls",)), tmp_path)
    assert (unseen.reason, "finns-inte-alls" in unseen.detail) == (Reason.NOT_CONFIGURED, True)
    assert why(AccountSource(command=("a\0b",)), tmp_path).reason is Reason.ACCESS_DENIED


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import time; time.sleep(60)", Reason.TIMED_OUT),
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", Reason.LIMIT_REACHED),
    ],
)
def test_a_command_is_bounded_in_time_and_output_and_does_not_live_on(code, reason, tmp_path):
    started = time.monotonic()
    with pytest.raises(CannotObserve) as error:
        asyncio.run(output_of((sys.executable, "-c", code), tmp_path, seconds=1.0, limit=1_000_000))
    assert error.value.unseen.reason is reason
    assert time.monotonic() - started < 20


def test_commands_are_shown_and_need_leave():
    commands = [("skicka", "a b\n\x1b[2J"), ()]
    with pytest.raises(UsageError) as error:
        allowed(commands, "sv", allow=False)
    assert "'a b\\n\\x1b[2J'" in str(error.value)
    assert "--allow-command" in str(error.value)
    assert len(allowed(commands, "sv", allow=True)) == 1
    assert allowed([()], "sv", allow=False) == ()


# -- An address


def test_an_address_gives_its_body(tmp_path):
    with web(answers(body=b"{}")) as stand:
        assert read(AccountSource(url=f"{stand.url}/konto?nyckel=hemlig"), tmp_path) == b"{}"
    assert stand.asked == [("GET", "/konto?nyckel=hemlig", b"")]


def test_json_is_posted_and_must_be_taken(tmp_path):
    async def post(url):
        await Web().post(url, {"a": "å"})

    with web(answers(202)) as stand:
        asyncio.run(post(stand.url))
    assert stand.asked == [("POST", "/", '{"a":"å"}'.encode())]
    with web(answers(500)) as stand, pytest.raises(CannotObserve, match="500"):
        asyncio.run(post(stand.url))


def drip(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(400):
        handler.wfile.write(b"x")
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answers(404), Reason.NOT_UNDERSTOOD),
        (answers(401), Reason.ACCESS_DENIED),
        (answers(302, Location="http://192.0.2.1/"), Reason.NOT_UNDERSTOOD),
        (answers(200, b"\x1f\x8b", Content_Encoding="gzip"), Reason.NOT_SUPPORTED),
        (lambda handler: handler.wfile.write(b"SSH-2.0\r\n\r\n"), Reason.NOT_UNDERSTOOD),
        (lambda handler: handler.connection.close(), Reason.NOT_UNDERSTOOD),
        (lambda handler: time.sleep(3), Reason.TIMED_OUT),
        (drip, Reason.TIMED_OUT),
    ],
    ids=["404", "401", "redirect", "gzip", "ssh", "closed", "silent", "drips"],
)
def test_an_answer_that_is_no_account_says_why_and_shows_no_query(answer, reason, tmp_path):
    with web(answer) as stand:
        unseen = why(AccountSource(url=f"{stand.url}/k?nyckel=hemlig"), tmp_path, seconds=0.8)
    assert unseen.reason is reason
    assert "hemlig" not in unseen.detail
    assert "/k" in unseen.detail


def test_an_answer_without_end_is_not_read(tmp_path):
    async def ask(url):
        await Web().get(url, limit=1000)

    with web(answers(body=b"x" * 1001)) as stand, pytest.raises(CannotObserve) as error:
        asyncio.run(ask(stand.url))
    assert error.value.unseen.reason is Reason.LIMIT_REACHED


def test_nobody_home_is_told(tmp_path):
    with web(answers()) as stand:
        pass
    assert why(AccountSource(url=stand.url), tmp_path).reason is Reason.CONNECTION_REFUSED


def test_only_the_anchors_of_the_profile_are_trusted(tmp_path):
    made = ThrowAway("localhost", ("127.0.0.1",), datetime.now(UTC), lambda: "")
    good = made.server("good")
    (tmp_path / "s.pem").write_bytes(good.key + good.chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "s.pem")
    with web(answers(body=b"x"), context) as stand:
        said = AccountSource(url=stand.url)
        assert read(said, tmp_path, anchors=[made.pem]) == b"x"
        der = ssl.PEM_cert_to_DER_cert(made.pem.decode())
        assert read(said, tmp_path, anchors=[der]) == b"x"
        unseen = why(said, tmp_path)
    assert (unseen.reason, "not trusted" in unseen.detail) == (Reason.ACCESS_DENIED, True)
    with pytest.raises(UsageError, match="trust anchor"):
        Web([b"x"])


def test_no_proxy_of_the_environment_is_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with web(answers(body=b"x")) as stand:
        assert read(AccountSource(url=stand.url), tmp_path) == b"x"


def test_a_host_of_the_infrastructure_in_production_is_never_asked(tmp_path):
    host = min(production_hosts())
    assert why(AccountSource(url=f"https://{host.upper()}/x"), tmp_path).reason is Reason.NOT_PERMITTED


def test_a_url_is_shown_without_its_query():
    assert place("https://a.example:1/b?c=d") == "https://a.example:1/b"

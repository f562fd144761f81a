"""The edges: where bytes may go, what the network's and the file system's refusals are called, what is kept."""

import asyncio
import os
import socket
import struct
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from readiness.model import Reason, Target, TargetKind
from readiness.probe import CannotObserve, Limits
from readiness.session import LiveSession, Recorded
from tests.conftest import Kept, profile_of, session_for
from tests.probes.exchanges import Record

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permission bits")


def endpoint(port, host="127.0.0.1"):
    return Target("front", TargetKind.ENDPOINT, address=f"{host}:{port}")


def certificate(path, **declared):
    return Target("cert", TargetKind.CERTIFICATE, address=str(path), declared=tuple(sorted(declared.items())))


def reason(call):
    with pytest.raises(CannotObserve) as problem:
        _run(call)
    return problem.value.unseen.reason


def _run(call):
    result = call()
    if asyncio.iscoroutine(result):
        asyncio.run(result)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def port_of(server):
    return server.getsockname()[1]


async def dialled(session, port, host="127.0.0.1"):
    await session.addresses(host)
    return await session.dial("127.0.0.1", port)


def test_bytes_go_there_and_back(listener):
    def serve():
        peer, _ = listener.accept()
        with peer:
            peer.sendall(peer.recv(99).upper())

    thread = threading.Thread(target=serve)
    thread.start()

    async def talk():
        stream = await dialled(session_for(endpoint(port_of(listener))), port_of(listener))
        await stream.send(b"hello")
        got = [await stream.receive(), await stream.receive()]
        await stream.close()
        return stream.peer, got

    assert asyncio.run(talk()) == (f"127.0.0.1:{port_of(listener)}", [b"HELLO", b""])
    thread.join()


def test_nothing_goes_to_an_address_that_the_profile_does_not_name(listener):
    session = session_for(endpoint(port_of(listener)))

    async def elsewhere():
        await session.addresses("127.0.0.1")
        await session.dial("127.0.0.1", port_of(listener) + 1)

    assert reason(lambda: session.addresses("192.0.2.1")) is Reason.NOT_CONFIGURED
    assert reason(elsewhere) is Reason.NOT_CONFIGURED


def test_a_closed_port_is_refused(listener):
    port = port_of(listener)
    listener.close()
    assert reason(lambda: dialled(session_for(endpoint(port)), port)) is Reason.CONNECTION_REFUSED


def test_a_silent_peer_times_out(listener):
    async def wait():
        session = session_for(endpoint(port_of(listener)), limits=Limits(wait=0.05))
        stream = await dialled(session, port_of(listener))
        try:
            await stream.receive()
        finally:
            await stream.close()

    assert reason(wait) is Reason.TIMED_OUT


def test_a_reset_is_not_an_orderly_close(listener):
    def serve():
        peer, _ = listener.accept()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()

    thread = threading.Thread(target=serve)
    thread.start()

    async def wait():
        stream = await dialled(session_for(endpoint(port_of(listener))), port_of(listener))
        thread.join()
        try:
            await stream.receive()
        finally:
            await stream.close()

    assert reason(wait) is Reason.CONNECTION_RESET


def test_a_name_that_no_resolver_knows_is_not_resolved():
    session = session_for(endpoint(1, "nobody.invalid"), limits=Limits(wait=20))
    assert reason(lambda: session.addresses("nobody.invalid")) in {Reason.NAME_NOT_RESOLVED, Reason.TIMED_OUT}


def test_a_name_that_is_no_name_is_not_resolved():
    name = "a" * 70 + ".invalid"
    assert reason(lambda: session_for(endpoint(1, name)).addresses(name)) is Reason.NAME_NOT_RESOLVED


def test_only_files_that_the_profile_names_are_read(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    session = session_for(certificate(tmp_path / "a"))
    assert session.read_file(str(tmp_path / "a")) == b"a"
    assert reason(lambda: session.read_file(str(tmp_path / "b"))) is Reason.NOT_CONFIGURED
    assert reason(lambda: session.read_file("")) is Reason.NOT_CONFIGURED


def test_key_files_and_trust_anchors_are_named_too(tmp_path):
    (tmp_path / "key").write_bytes(b"k")
    session = session_for(
        certificate(tmp_path / "c", key_file=str(tmp_path / "key")), trust_anchors=(str(tmp_path / "key"),)
    )
    assert session.read_file(str(tmp_path / "key")) == b"k"
    assert session.trust_anchors() == (b"k",)


def test_what_the_file_system_says_is_a_reason(tmp_path):
    big = tmp_path / "big"
    big.write_bytes(b"12345")
    assert session_for(certificate(big)).read_file(str(big), limit=5) == b"12345"
    assert reason(lambda: session_for(certificate(big)).read_file(str(big), limit=4)) is Reason.LIMIT_REACHED
    assert reason(lambda: session_for(certificate(tmp_path)).read_file(str(tmp_path))) is Reason.NOT_SUPPORTED
    gone = tmp_path / "gone"
    assert reason(lambda: session_for(certificate(gone)).read_file(str(gone))) is Reason.NOT_CONFIGURED


@posix
def test_a_named_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    session = session_for(certificate(tmp_path / "pipe"))
    assert reason(lambda: session.read_file(str(tmp_path / "pipe"))) is Reason.NOT_SUPPORTED


@posix
@pytest.mark.parametrize(
    ("mode", "bits"),
    [
        (0o600, ()),
        (0o640, ("group-read",)),
        (0o622, ("group-write", "others-write")),
        (0o644, ("group-read", "others-read")),
    ],
)
def test_permission_bits_are_named(tmp_path, mode, bits):
    (tmp_path / "k").write_bytes(b"k")
    (tmp_path / "k").chmod(mode)
    assert session_for(certificate(tmp_path / "k")).file_mode(str(tmp_path / "k")) == bits


def test_a_password_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("MM_TEST_PASSWORD", "hemligt å")
    session = session_for(certificate("c", password_env="MM_TEST_PASSWORD"))
    assert session.password("cert") == "hemligt å".encode()


def test_a_password_that_is_not_there_is_asked_for_nowhere_else(monkeypatch):
    monkeypatch.delenv("MM_TEST_PASSWORD", raising=False)
    named = session_for(certificate("c", password_env="MM_TEST_PASSWORD"))
    assert reason(lambda: named.password("cert")) is Reason.CREDENTIALS_NEEDED
    prompted = session_for(certificate("c", password_prompt=True))
    assert reason(lambda: prompted.password("cert")) is Reason.CREDENTIALS_NEEDED
    assert session_for(certificate("c")).password("cert") is None


def test_evidence_that_holds_a_personal_identity_number_leaves_only_its_digest():
    session = session_for()
    session.keep(b"serialNumber 183001011232", "application/pkix-cert", "here")
    kept = session.keep(b"serialNumber 165560000167", "application/pkix-cert", "here")
    assert list(session.kept) == [kept.sha256]
    assert kept.masked == ""


def test_originals_are_read_one_at_a_time_whoever_reads_in_threads():
    inside = threading.Lock()

    def original(id_):
        assert inside.acquire(blocking=False), "somebody else reads"
        time.sleep(0.001)
        inside.release()
        return id_.encode()

    record = Record()
    targets = [record.add(b"") for _ in range(20)]
    session = LiveSession(profile_of(), Kept(), recorded=Recorded({}, record.exchanges, original))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(session.original, targets)) == [f"e{number}".encode() for number in range(1, 21)]

"""How much does the stage take? Requests a second, two hundred senders at once, a 2 MB delivery, memory over many.

    python benchmarks/stage.py [--wiremock PATH-TO-STANDALONE-JAR] [--exchanges 100000] [--idle 10000]

The stage runs in a process of its own, as a sending system meets it, and records everything. The load comes from this
process: a few connections, each with one request under way. With --wiremock the same load goes to WireMock over TLS and
to bare servers, in turns with the stage, and what counts is the ratio: all share this machine with the load.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.stage.standing import ADULTS, CLIENT_PEM, deliver_secure, is_reachable

SERVER = """
import asyncio, json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from readiness.contract.schemas import load_contract
from readiness.stage.serve import serve
from readiness.stage.settings import StageLimits, StageSettings
from tests.stage.standing import PERSONS
folder = Path(sys.argv[2])
def told(stage):
    (folder / "ca.pem").write_bytes(stage.authority)
    print(json.dumps(dict(stage.bases)), flush=True)
settings = StageSettings(persons=PERSONS, limits=StageLimits(connections=int(sys.argv[3])))
asyncio.run(serve(settings, folder / "record", load_contract(), {"tool": []}, told))
"""

BARE = """
import asyncio, ssl, sys
root, pem, tls, size = sys.argv[1:5]
sys.path.insert(0, root)
from OpenSSL import SSL
from readiness.stage.tls import TlsChannel
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: 100\\r\\n\\r\\n" + b"y" * 100
own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
own.load_cert_chain(pem)
other = SSL.Context(SSL.TLS_SERVER_METHOD)
other.use_certificate_chain_file(pem)
other.use_privatekey_file(pem)
class Bare(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.size = transport, 0
        self.channel = TlsChannel(other) if tls == "memory BIOs" else None
    def data_received(self, data):
        if self.channel:
            data = self.channel.receive(data)
            self.transport.write(self.channel.outgoing())
        self.size += len(data)
        while self.size >= int(size):
            self.size -= int(size)
            self.transport.write(self.channel.send(ANSWER) if self.channel else ANSWER)
async def main():
    server = await asyncio.get_running_loop().create_server(
        Bare, "127.0.0.1", 0, ssl=None if tls == "memory BIOs" else own
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def main() -> None:
    """Run all of it and print one line a measurement."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--wiremock", type=Path, help="wiremock-standalone JAR to compare with")
    options.add_argument("--requests", type=int, default=10_000)
    options.add_argument("--exchanges", type=int, default=0, help="watch memory over so many exchanges")
    options.add_argument("--idle", type=int, default=0, help="open so many idle connections, then ask")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "client.pem").write_bytes(CLIENT_PEM)
        root = str(Path(__file__).parents[1])
        command = [sys.executable, "-c", SERVER, root, name, "2048"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            bases = json.loads(process.stdout.readline())
            try:
                measure(given, folder, {key: int(base.rpartition(":")[2]) for key, base in bases.items()}, process.pid)
            finally:
                process.terminate()


def measure(given: argparse.Namespace, folder: Path, ports: dict[str, int], pid: int) -> None:
    """Everything that is asked for, against a stage that stands."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / "client.pem")
    plain, soap = request("/elsewhere", b"x" * 1024), request("/Recipient/v3", is_reachable(ADULTS[0]))
    load(ports["far"], context, soap, 1000, 20)  # warm
    print(f"isReachable, keep-alive, 20 connections   {load(ports['far'], context, soap, given.requests, 20):10.0f} /s")
    rate = load(ports["far"], context, plain, given.requests, 20)
    print(f"plain 1 kB POST, keep-alive, 20 connections {rate:8.0f} /s")
    if given.wiremock:
        compare(given, folder, context, ports["far"], plain)
    print(f"200 senders at once, new connections      {asyncio.run(senders(ports['far'], context, soap)):10.0f} /s")
    operator = next(name for name in ports if name.startswith("operator"))
    big = request("/service/v3", deliver_secure(ADULTS[0], attachment=bytes(1_450_000)))
    print(f"2 MB delivery ({len(big)} bytes)       {load(ports[operator], context, big, 40, 2):10.1f} /s")
    if given.idle:
        idle(given.idle, ports["far"], context, soap, pid)
    if given.exchanges:
        first = memory(pid)
        for part in range(1, 11):
            load(ports["far"], context, soap, given.exchanges // 10, 20)
            count = part * given.exchanges // 10
            print(f"memory after {count:8d} exchanges       {memory(pid):10d} kB (began at {first})")
    recorded = sum(b'"entry": "exchange"' in line for line in (folder / "record" / "journal.jsonl").open("rb"))
    print(f"exchanges in the journal                  {recorded:10d}")


def compare(given: argparse.Namespace, folder: Path, context: ssl.SSLContext, port: int, plain: bytes) -> None:
    """The same load, in turns, on the stage, on WireMock with its journal of requests and without, and on bare servers.

    A bare server reads so many bytes and answers them from memory: what one CPython process can do at most.
    """
    mappings = folder / "mappings"
    mappings.mkdir()
    answer = {"status": 200, "body": "y" * 100, "headers": {"Content-Type": "text/plain"}}
    mapping = {"request": {"method": "POST", "urlPath": "/elsewhere"}, "response": answer}
    (mappings / "one.json").write_text(json.dumps(mapping), encoding="utf-8")
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    with contextlib.ExitStack() as stack:
        ports = {"the stage": (port, context)}
        for name, more in (
            ("WireMock, as it comes", ()),
            ("WireMock, --no-request-journal", ("--no-request-journal",)),
        ):
            ports[name] = stack.enter_context(wiremock(given.wiremock, folder, more)), anyone
        for name in ("asyncio", "memory BIOs"):
            ports[f"bare server, TLS by {name}"] = stack.enter_context(bare(name, folder, len(plain))), anyone
        for other, trust in ports.values():
            for _ in range(8):  # the JVM compiles what it runs often, a little at a time
                load(other, trust, plain, given.requests, 20)
        rows: dict[str, list[float]] = {name: [] for name in ports}
        for _ in range(5):
            for name, (other, trust) in ports.items():
                rows[name].append(load(other, trust, plain, given.requests, 20))
    ours = statistics.median(rows["the stage"])
    for name, rates in rows.items():
        rate = statistics.median(rates)
        print(f"  {name:36} {rate:10.0f} /s   {1e6 / rate:5.0f} µs   the stage / it: {ours / rate:.2f}")


@contextlib.contextmanager
def wiremock(jar: Path, folder: Path, more: tuple[str, ...]) -> Iterator[int]:
    """WireMock in a process of its own, on a port for HTTPS."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        https = probe.getsockname()[1]
    ports = ["--port", "0", "--https-port", str(https), "--root-dir", str(folder)]
    command = ["java", "-jar", str(jar), *ports, *more]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(https)
            yield https
        finally:
            process.terminate()


@contextlib.contextmanager
def bare(tls: str, folder: Path, size: int) -> Iterator[int]:
    """A server that only counts bytes, in a process of its own."""
    command = [sys.executable, "-c", BARE, str(Path(__file__).parents[1]), str(folder / "client.pem"), tls, str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def request(path: str, body: bytes) -> bytes:
    """A POST as a SOAP client sends it."""
    head = f'POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: ""\r\n'
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def load(port: int, context: ssl.SSLContext, data: bytes, count: int, connections: int) -> float:
    """Requests a second over so many keep-alive connections, one under way on each."""
    opened = []
    for _ in range(connections):
        raw = socket.create_connection(("127.0.0.1", port), 30)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.append(context.wrap_socket(raw, server_hostname="localhost"))
    began = time.perf_counter()
    for _ in range(count // connections):
        for one in opened:
            one.sendall(data)
        for one in opened:
            read_answer(one)
    took = time.perf_counter() - began
    for one in opened:
        one.close()
    return count // connections * connections / took


def read_answer(connection: ssl.SSLSocket) -> None:
    """One whole answer, with a length or in chunks."""
    data = b""
    while True:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("closed in the middle of an answer")
        data += part
        head, gap, body = data.partition(b"\r\n\r\n")
        lowered = head.lower()
        if gap and b"content-length: " in lowered:
            if len(body) >= int(lowered.split(b"content-length: ")[1].split(b"\r\n")[0]):
                return
        elif gap and body.endswith(b"0\r\n\r\n"):
            return


async def senders(port: int, context: ssl.SSLContext, data: bytes, count: int = 200, each: int = 5) -> float:
    """Requests a second from so many senders at once, each on a connection of its own, handshake included."""

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
        for _ in range(each):
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(count)))
    return count * each / (time.perf_counter() - began)


def idle(count: int, port: int, context: ssl.SSLContext, data: bytes, pid: int) -> None:
    """Open so many connections that say nothing, and ask; the stage makes room for whoever asks."""
    before, held, served = memory(pid), [], 0
    for number in range(1, count + 1):
        held.append(socket.create_connection(("127.0.0.1", port), 30))
        if number % 1000 == 0:
            began = time.perf_counter()
            load(port, context, data, 1, 1)
            served += 1
            slowest = time.perf_counter() - began
    print(f"{count} idle connections: {served} of {count // 1000} askers served, the last in {slowest * 1000:.0f} ms;"
          f" memory {before} -> {memory(pid)} kB")  # fmt: skip
    for one in held:
        one.close()


def memory(pid: int) -> int:
    """Resident memory in kB (Linux)."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS")))


def wait_for(port: int) -> None:
    """Until something listens there."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing listens on {port}")


if __name__ == "__main__":
    main()

"""How much does the stage take? Requests a second, two hundred senders at once, a 2 MB delivery, memory over many.

    python benchmarks/stage.py [--wiremock PATH-TO-STANDALONE-JAR] [--exchanges 100000] [--idle 10000]

The stage runs in a process of its own, as a sending system meets it, and records everything. The load comes from this
process: a few connections, each with one request under way. With --wiremock the same load goes to WireMock over TLS, in
turns with the stage, and what counts is the ratio: both share this machine with the load.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import time
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
    """The same load on WireMock and on the stage, in turns; the best of five of each, because the machine is shared."""
    mappings = folder / "mappings"
    mappings.mkdir()
    answer = {"status": 200, "body": "y" * 100, "headers": {"Content-Type": "text/plain"}}
    mapping = {"request": {"method": "POST", "urlPath": "/elsewhere"}, "response": answer}
    (mappings / "one.json").write_text(json.dumps(mapping), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        https = probe.getsockname()[1]
    command = [
        "java",
        "-jar",
        str(given.wiremock),
        "--port",
        "0",
        "--https-port",
        str(https),
        "--root-dir",
        str(folder),
    ]
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(https)
            load(https, anyone, plain, given.requests * 2, 20)  # the JVM compiles what it runs often
            rows = [
                (load(https, anyone, plain, given.requests, 20), load(port, context, plain, given.requests, 20))
                for _ in range(5)
            ]
        finally:
            process.terminate()
    theirs, ours = max(row[0] for row in rows), max(row[1] for row in rows)
    print(f"WireMock, the same POST over TLS          {theirs:10.0f} /s")
    print(f"the stage, in turns with it               {ours:10.0f} /s, {ours / theirs:.2f} times WireMock")


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

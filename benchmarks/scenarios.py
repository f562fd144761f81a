"""Does the stage do what a scenario says when many ask at once, and for long? Timing, resets, memory and files.

    python benchmarks/scenarios.py [--runs 10000]

The stage runs in a process of its own and records everything; the load comes from this process. Delays are measured by
the client from the last byte sent to the first byte received, and by the stage from acceptance to the first byte sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from readiness.record import read_record
from readiness.stage.scenario import load_scenarios
from tests.stage.standing import ADULTS, CLIENT_PEM, deliver_secure

SERVER = """
import asyncio, json, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from readiness.contract.schemas import load_contract
from readiness.record_writing import Writer
from readiness.stage.scenario import Casting, load_scenarios
from readiness.stage.settings import StageLimits, StageSettings
from readiness.stage.stage import running_stage
from tests.stage.standing import ADULTS, PERSONS
folder = Path(sys.argv[2])
async def main():
    known = load_scenarios()
    limits = StageLimits(late=float(sys.argv[3]))
    settings = StageSettings(persons=PERSONS, scenarios=tuple(known.values()), limits=limits)
    with Writer(folder / "record", {"tool": []}, datetime.now(UTC)) as writer:
        async with running_stage(settings, writer, load_contract(), folder) as stage:
            (folder / "ca.pem").write_bytes(stage.authority)
            print(json.dumps(dict(stage.bases)), flush=True)
            loop = asyncio.get_running_loop()
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                castings = [Casting(known[one], person) for one, person in zip(line.split(), ADULTS)]
                await stage.enact(castings, 0.0)
                print("enacted", flush=True)
        writer.finish(datetime.now(UTC), complete=True)
asyncio.run(main())
"""
DELAY = 0.5
AT_ONCE = 200
ANSWERS = [
    one for one in load_scenarios().values() if one.layer == "answer" and one.place == "operator" and not one.alone
]


def main() -> None:
    """Run all of it and print one line a measurement."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--runs", type=int, default=10_000, help="scenario runs over which memory and files are watched"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "client.pem").write_bytes(CLIENT_PEM)
        command = [sys.executable, "-c", SERVER, str(Path(__file__).parents[1]), name, str(DELAY)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            bases = json.loads(process.stdout.readline())
            try:
                measure(given.runs, folder, bases, process)
            finally:
                assert process.stdin
                process.stdin.close()
                process.wait(60)


def measure(runs: int, folder: Path, bases: dict[str, str], process: subprocess.Popen[str]) -> None:
    """Delays at once, then many scenario runs, against a stage that stands."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / "client.pem")
    port = int(next(base for name, base in bases.items() if name.startswith("operator")).rpartition(":")[2])
    enact(process, "late")
    seen = sorted(asyncio.run(delays(port, context)))
    time.sleep(1.0)
    noted = sorted(
        (one.response_first_byte.ns - one.accepted.ns) / 1e9 - DELAY
        for one in read_record(folder / "record").exchanges
        if one.response_first_byte and one.accepted
    )
    print(f"delay of {DELAY:g} s, {AT_ONCE} connections spread over a second: error at p99 as the stage noted it "
          f"{p99(noted) * 1000:6.2f} ms, as the client saw it {p99(seen) * 1000:6.2f} ms (limit 5 ms)")  # fmt: skip
    enact(process, *(one.id for one in ANSWERS))
    first, files = memory(process.pid), open_files(process.pid)
    for part in range(1, 6):
        took = asyncio.run(perform(port, context, runs // 5))
        print(f"after {part * runs // 5:6d} scenario runs: memory {memory(process.pid):7d} kB (began at {first}), "
              f"open files {open_files(process.pid)} (began at {files}), {runs // 5 / took:.0f} runs/s")  # fmt: skip
    time.sleep(3.0)
    connections = read_record(folder / "record").connections
    print(f"connections made {AT_ONCE + runs // 5 * 5}, recorded {len(connections)}")


def enact(process: subprocess.Popen[str], *ids: str) -> None:
    """Have the stage perform these, for the adults in order."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(" ".join(ids) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "enacted\n"


def request(path: str, person: str) -> bytes:
    """A delivery as a SOAP client sends it."""
    body = deliver_secure(person)
    head = f'POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: ""\r\n'
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def delays(port: int, context: ssl.SSLContext) -> list[float]:
    """By how many seconds each answer came later than it should, over connections that send at moments of their own."""
    data = request("/service/v3/late", ADULTS[0])

    async def ask(place: int) -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
        await asyncio.sleep(2.0 + place / AT_ONCE)  # the handshakes are over by then
        began = time.perf_counter()
        writer.write(data)
        await reader.readexactly(1)
        took = time.perf_counter() - began
        writer.close()
        return took - DELAY

    return await asyncio.gather(*(ask(place) for place in range(AT_ONCE)))


async def perform(port: int, context: ssl.SSLContext, runs: int) -> float:
    """So many deliveries, each on a connection of its own, to the answer scenarios in turn; the seconds it took."""
    requests = [request(f"/service/v3/{one.id}", person) for one, person in zip(ANSWERS, ADULTS, strict=False)]
    turns = iter(range(runs))

    async def work() -> None:
        for turn in turns:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
            try:
                writer.write(requests[turn % len(requests)])
                await reader.read(65536)
            except (ConnectionError, ssl.SSLError):
                pass
            finally:
                writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(16)))
    return time.perf_counter() - began


def p99(rows: list[float]) -> float:
    """The 99th percentile of sorted rows."""
    return statistics.quantiles(rows, n=100)[98]


def memory(pid: int) -> int:
    """Resident memory in kB (Linux)."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS")))


def open_files(pid: int) -> int:
    """How many files and sockets a process holds (Linux)."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


if __name__ == "__main__":
    main()

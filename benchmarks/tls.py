"""How fast, and how gently, is TLS looked at, beside sslyze? The same nginx endpoints, in turns, with delay or without.

    python3 -m venv /tmp/sslyze && /tmp/sslyze/bin/pip install -r benchmarks/requirements-sslyze.txt
    .venv/bin/python -m benchmarks.tls --sslyze /tmp/sslyze/bin/sslyze

sslyze (AGPL) is a program of its own: nothing of it is imported. Both run as a process, start included. The delay comes
from a relay of our own, the same for both: each piece is passed on half a round trip later, each way, connecting too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from probes._tls_scan import Scan, scan
from readiness.chain import Profile, Subject, Terms
from readiness.model import Evidence, Target, TargetKind
from readiness.probe import CannotObserve, Limits
from readiness.session import LiveSession

NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    {listens}
    ssl_certificate {pem}; ssl_certificate_key {pem};
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {{ return 200; }}
  }}
}}
"""
SAME = [
    *("--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3", "--certinfo", "--reneg", "--resum"),
    *("--compression", "--early_data", "--elliptic_curves", "--fallback", "--ems", "--mozilla_config", "disable"),
    "--quiet",
]
"""What sslyze is asked for: all that we tell of too, and none of its attacks."""


@contextlib.contextmanager
def endpoints(count: int) -> Iterator[tuple[list[int], int]]:
    """So many ports of one nginx with its defaults of TLS 1.2 and 1.3; and its process."""
    from tests.stands.pki import authority, leaf  # which the process that looks has no use for
    from tests.stands.programs import program, running, wait_until_listening

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pem = leaf(authority(key="rsa-2048"), key="rsa-2048").pem(folder)
        ports = free_ports(count)
        listens = "\n    ".join(f"listen 127.0.0.1:{port} ssl;" for port in ports)
        (folder / "n.conf").write_text(NGINX.format(folder=folder, listens=listens, pem=pem), encoding="utf-8")
        log = folder / "log"
        argv = [program("nginx"), "-e", str(log), "-p", name, "-c", str(folder / "n.conf")]
        with running(argv, log) as process:
            wait_until_listening(process, "127.0.0.1", ports[-1], log)
            yield ports, process.pid


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on, all of them held until the last is known."""
    with contextlib.ExitStack() as held:
        return [held.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(count)]


@contextlib.contextmanager
def delayed(ports: Sequence[int], round_trip: float) -> Iterator[tuple[list[int], list[int]]]:
    """Ports in front of these, that far away; and how many connections each has taken, filled in as they come."""
    if not round_trip:
        yield list(ports), []
        return
    taken, fronts, loop = [0] * len(ports), list[int](), asyncio.new_event_loop()
    held = set[object]()  # the loop itself holds its tasks weakly

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                loop.call_later(round_trip / 2, writer.write, data)
        loop.call_later(round_trip / 2, writer.close)

    async def start() -> None:
        for number, port in enumerate(ports):

            async def serve(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int = port, number: int = number
            ) -> None:
                taken[number] += 1
                held.add(asyncio.current_task())
                await asyncio.sleep(round_trip)  # the handshake of TCP, which a relay cannot hold back
                behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(pass_on(reader, behind_writer), pass_on(behind_reader, writer))

            server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
            fronts.append(server.sockets[0].getsockname()[1])

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield fronts, taken
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def look(ports: Sequence[int]) -> list[Scan]:
    """Look at all of them as a run would: at most 256 at a time."""
    targets = [Target(f"e{port}", TargetKind.ENDPOINT, address=f"127.0.0.1:{port}") for port in ports]
    now = datetime.now(UTC)
    profile = Profile(
        Subject("kommun", "x", "2120000000", party="x"),
        "test",
        Terms("x", "x", now.date(), "3", now.date()),
        targets=tuple(targets),
    )

    def store(data: bytes, media_type: str, origin: str, masked: str) -> Evidence:
        return Evidence("", media_type, origin, masked)

    async def every() -> list[Scan]:
        session = LiveSession(profile, store, Limits())
        turns = asyncio.Semaphore(256)

        async def one(target: Target) -> Scan:
            async with turns:
                return await scan(target, session)

        return list(await asyncio.gather(*(one(target) for target in targets)))

    return asyncio.run(every())


def ours(ports: Sequence[int]) -> None:
    """In a process of its own: look, and say how many connections, and how much memory that took."""
    found = look(ports)
    for one in found:
        try:
            shown = one.shown()
        except CannotObserve as error:
            print("unseen", error)
            continue
        for address in shown:
            suites = {version: len(each.suites.accepted) for version, each in address.found.items()}
            if suites != {"TLSv1.3": 3, "TLSv1.2": 27} and len(ports) < 100:
                print("other suites than nginx has", suites)
    most = max(one.connections for one in found)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"at most {most} connections to an endpoint, {memory} MB")


def timed(argv: list[str]) -> tuple[float, float, str]:
    """Seconds that a process took, those of the processor, and the last line that it said."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=1800)
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    lines = (done.stdout or done.stderr).strip().splitlines()
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, processor, lines[-1] if lines else ""


def compare(ports: Sequence[int], sslyze: str, round_trip: float, turns: int) -> None:
    """Both in turns; the medians, and the ratio beside its limit."""
    limit = 3 if round_trip else 6
    mine, theirs = list[tuple[float, float]](), list[tuple[float, float]]()
    said = counted = ""
    with delayed(ports, round_trip) as (fronts, taken):
        for _ in range(turns):
            *took, said = timed([sys.executable, "-m", "benchmarks.tls", "--look", *map(str, fronts)])
            mine.append((took[0], took[1]))
            before = sum(taken)
            *took, _ = timed([sslyze, *SAME, *(f"127.0.0.1:{port}" for port in fronts)])
            theirs.append((took[0], took[1]))
            counted = f"; sslyze {(sum(taken) - before) // len(ports)} each" if taken else ""
    wall, processor = ((median(mine, which), median(theirs, which)) for which in (0, 1))
    print(
        f"{len(ports)} endpoints, {round_trip * 1000:.0f} ms: ours {wall[0]:.2f} s, sslyze {wall[1]:.2f} s: "
        f"1/{wall[1] / wall[0]:.1f} (limit 1/{limit}); processor {processor[0]:.2f} and {processor[1]:.2f} s: "
        f"1/{processor[1] / processor[0]:.1f}; {said}{counted}"
    )


def median(figures: Sequence[tuple[float, float]], which: int) -> float:
    """Of one of the two figures of each turn."""
    return statistics.median(each[which] for each in figures)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--look", nargs="+", type=int, help="ports to look at; used by the benchmark itself")
    parser.add_argument("--sslyze", help="the program")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--delays", nargs="*", type=float, default=[0, 0.02, 0.1], help="round trips, in seconds")
    parser.add_argument("--many", type=int, default=1000, help="endpoints for memory; 0 for none")
    given = parser.parse_args()
    if given.look:
        ours(given.look)
        return
    with endpoints(20) as (ports, _):
        for round_trip in given.delays if given.sslyze else []:
            compare(ports, given.sslyze, round_trip, given.turns)
    if given.many:
        with endpoints(given.many) as (ports, _):
            seconds, _, said = timed([sys.executable, "-m", "benchmarks.tls", "--look", *map(str, ports)])
        print(f"{given.many} endpoints: {seconds:.1f} s, {said} (limit 200 MB)")


if __name__ == "__main__":
    main()

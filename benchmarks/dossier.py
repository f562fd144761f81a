"""What does it cost to seal, verify and report a large run: 10 000 findings and 1 GB of evidence?

    python -m benchmarks.dossier [MEGABYTES]

Each step is a command, whose time and memory, all its processes together, are printed beside the limits. Needs Linux.
Ends with 1 if a limit is broken.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from readiness.demo.chain import running_chain
from readiness.model import TargetKind
from readiness.profile import load_profile
from readiness.record import read_record
from readiness.record_writing import Writer
from readiness.run import Looking, observe_profile
from tests.stands.pki import authority, leaf

SECONDS, MEGABYTES = 60.0, 500.0
PIECE = 16 << 20
CERTIFICATES = 560
ROOT = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
BROKEN: list[str] = []


def main(megabytes: int) -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        findings = make_run(folder, megabytes)
        root = authority("Rot")
        leaf(root, (), extended_key_usage=None, not_after=root.cert.not_valid_after_utc).pem(folder, "signer")
        (folder / "root.pem").write_bytes(root.cert.public_bytes(Encoding.PEM))
        size = sum(path.stat().st_size for path in (folder / "run").rglob("*") if path.is_file())
        print(f"a run of {size / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        total = 0.0
        for what in (
            ["seal", "run", "--key", "signer.pem", "--out", "out.zip"],
            ["verify", "out.zip", "--anchor", "root.pem"],
            ["report", "run", "--format", "html", "--format", "pdf", "--format", "json", "--out", "reports"],
        ):
            total += step(folder, what)
        found = len(json.loads((folder / "reports" / "data.json").read_text(encoding="utf-8"))["findings"])
        print(f"{found} findings")
        limit("findings, at least", -found, -findings)
        limit("seal, verify and report, s", total, SECONDS)
    sys.exit(1 if BROKEN else 0)


def make_run(folder: Path, megabytes: int) -> int:
    """The example chain's certificates many times over, with evidence of that size; the findings it should have."""
    with running_chain(folder / "chain") as path:
        text = path.read_text(encoding="utf-8")
        profile = load_profile(path)
        observe_profile(profile, text, folder / "small" / "record", Looking())
    small = read_record(folder / "small")
    start = {key: small.start[key] for key in ("profile_digest", "profile_source", "tool")}
    plain = dict(small.start["profile"])
    (model, *_) = plain["certificate"]
    copies = [{**model, "id": f"kopia-{number}"} for number in range(CERTIFICATES)]
    plain["certificate"] = [*plain["certificate"], *copies]
    kinds = {target.id: target.kind for target in profile.targets}
    with Writer(folder / "run" / "record", {**start, "profile": plain}, small.started) as writer:
        for observation in small.observations:
            writer.tell(observation)
            if observation.target == model["id"] and kinds[observation.target] is TargetKind.CERTIFICATE:
                for copy in copies:
                    writer.tell(replaced(observation, copy["id"]))
        for data in evidence(megabytes):
            writer.keep(data, "text/plain", "benchmark", "")
        writer.finish(small.ended, complete=True)
    return 10_000


def replaced(observation: object, target: str) -> object:
    """The same about another target."""
    from dataclasses import replace

    return replace(observation, target=target)  # type: ignore[type-var]


def evidence(megabytes: int) -> Iterator[bytes]:
    """Half log lines, half what no pattern finds anything in."""
    lines = b"".join(
        b"2026-11-30T12:00:%02d INFO id=%016x status=200 took %d ms\n" % (n % 60, n, n) for n in range(9000)
    )
    for number in range(megabytes * (1 << 20) // PIECE):
        head = hashlib.sha256(b"%d" % number).digest()
        body = lines if number % 2 else os.urandom(1 << 20)
        yield head + (body * (PIECE // len(body) + 1))[: PIECE - len(head)]


def step(folder: Path, what: list[str]) -> float:
    """Run a command; seconds. Its processes are looked at while they run: what their memory was at most, together."""
    command = [sys.executable, "-m", "readiness", *what]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with (folder / "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, env=ENVIRONMENT)
        memory = 0.0
        while process.poll() is None:
            memory = max(memory, sum(map(megabytes_of, tree(process.pid))))
            time.sleep(0.05)
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode not in {0, 10, 11}:
            said.seek(0)
            print(said.read())
            BROKEN.append(what[0])
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    limit(f"{what[0]}, s", seconds, SECONDS)
    print(f"{what[0] + ', s of a processor':32} {processor:10.1f}")
    limit(f"{what[0]}, MB", memory, MEGABYTES)
    return seconds


def tree(pid: int) -> Iterator[int]:
    """A process and all that come from it."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="utf-8").split():
                yield from tree(int(child))


def megabytes_of(pid: int) -> float:
    """What a process has of the machine's memory; of what it shares with others, its part (Linux: PSS)."""
    with suppress(OSError):
        said = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        return sum(int(line.split()[1]) for line in said.splitlines() if line.startswith("Pss:")) / 1024
    return 0.0


def limit(name: str, value: float, most: float) -> None:
    """Print a figure, and remember whether it is over its limit."""
    print(f"{name:32} {abs(value):10.1f} {abs(most):10.1f}")
    if value > most:
        BROKEN.append(name)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024)

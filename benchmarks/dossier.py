"""What does it cost to seal, verify and report a large run: 10 000 findings and 1 GB of evidence?

    python -m benchmarks.dossier [MEGABYTES]

Each step is a process of its own, whose time and largest memory are printed beside the limits. Ends with 1 if one is
broken.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
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
        print(f"a run of {size / 1e6:.0f} MB")
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
    """Run a command in a process of its own; seconds. Its largest memory is the child's, so each is measured apart."""
    command = [sys.executable, "-c", MEASURED, *what]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    *_, processor, memory = done.stderr.split()
    if done.returncode not in {0, 10, 11}:
        print(done.stdout, done.stderr)
        BROKEN.append(what[0])
    limit(f"{what[0]}, s", seconds, SECONDS)
    limit(f"{what[0]}, s of a processor", float(processor), SECONDS)
    limit(f"{what[0]}, MB", float(memory) / 1024, MEGABYTES)
    return seconds


MEASURED = """
import resource, sys
from readiness.cli import main
try:
    main(sys.argv[1:])
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""


def limit(name: str, value: float, most: float) -> None:
    """Print a figure, and remember whether it is over its limit."""
    print(f"{name:32} {abs(value):10.1f} {abs(most):10.1f}")
    if value > most:
        BROKEN.append(name)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024)

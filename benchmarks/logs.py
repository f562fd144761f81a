"""How well, and how fast, are logs searched for people? Beside ripgrep, in turns in one run.

    python -m benchmarks.logs [MEGABYTES]

Ends with 1 if a limit is broken. ripgrep is a program of its own (`apt-get install ripgrep`), used here only.
"""

from __future__ import annotations

import gzip
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.logs_corpus import Planted, write_corpus, write_noise
from probes._logs.engine import Engine, Fallback, make_engine
from probes._logs.patterns import PATTERNS, Pattern
from probes._logs.scan import NUMBER, Hit, Scanner
from probes._logs.text import blocks
from readiness.contract.persons import test_persons
from readiness.log_files import list_log_files, open_log_file
from readiness.personal import dated, of_tests

ROUNDS = 5
SHAPE = r"(?-u)\b(?:19|20)?[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])[-+]?[0-9]{4}\b"
PERSONS = {person.number[2:] for person in test_persons()}
LITERALS = [f"{number:08x}-canary-{number * 7919:012x}".encode() for number in range(1000)]
BROKEN: list[str] = []


def main(megabytes: int) -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, noise = Path(folder) / "corpus.log", Path(folder) / "noise.log"
        planted = write_corpus(corpus, megabytes << 20)
        write_noise(noise, (megabytes << 20) // 2)
        sizes = [f"{path.stem} {path.stat().st_size / 1e6:.0f} MB" for path in (corpus, noise)]
        print(f"{', '.join(sizes)}; {os.cpu_count()} cores")
        findings(corpus, planted)
        speed(corpus, noise)
        packed(corpus, Path(folder) / "corpus.log.gz")
        long_line(Path(folder) / "line.log")


def findings(corpus: Path, planted: Planted) -> None:
    """Precision and recall, for both engines, which have to agree."""
    engines: list[Callable[[Sequence[Pattern], int], Engine]] = [make_engine, lambda patterns, _: Fallback(patterns)]
    found = [list(placed(Scanner(engine=engine), corpus)) for engine in engines]
    limit("both engines find the same", float(found[0] == found[1]), 1.0)
    numbers = [(line, hit) for line, hit in found[0] if hit.pattern == NUMBER]
    canaries = {(line, hit.digits[-10:]) for line, hit in numbers if hit.digits[-10:] in PERSONS}
    wanted = {(line, ten) for line, (_, ten) in planted.canaries.items()}
    forms = Counter(name for line, (name, ten) in planted.canaries.items() if (line, ten) not in canaries)
    print(f"canaries: {len(wanted)} planted, not found by writing: {dict(forms)}")
    limit("canaries, recall", len(canaries & wanted) / len(wanted), 1.0)
    limit("canaries, precision", len(canaries & wanted) / len(canaries), 1.0)
    others = [(line, hit) for line, hit in numbers if hit.digits[-10:] not in PERSONS and not of_tests(hit.digits)]
    named = {line for line, hit in others if hit.alone and hit.word}
    real = planted.named | planted.bare
    score("numbers with a word beside them", named, planted.named, real)
    score("numbers, all", {line for line, hit in others if hit.alone}, real, real)
    secrets = set(planted.secrets)
    score("keys, tokens, passwords, messages", {n for n, hit in found[0] if hit.pattern != NUMBER}, secrets, secrets)


def score(what: str, found: set[int], wanted: set[int], right: set[int]) -> None:
    """By line: how many of the wanted were found, and how many of the found are right."""
    recall, precision = len(found & wanted) / len(wanted), len(found & right) / len(found)
    print(f"{what}: {len(wanted)} planted, {len(found)} found; recall {recall:.3f}, precision {precision:.3f}")


def speed(corpus: Path, noise: Path) -> None:
    """Gigabytes a second, and the ratio to ripgrep's median in the same rounds."""
    number, number_two = Scanner(patterns=PATTERNS[:1]), Scanner(patterns=PATTERNS[:1])
    alone, whole = Scanner(LITERALS), Scanner(LITERALS)
    number.engine.workers = alone.engine.workers = 1
    fallback = Scanner(engine=lambda patterns, _: Fallback(patterns))
    print(f"engine: {whole.engine.name}")
    for path in (corpus, noise):
        ways: dict[str, Callable[[], object]] = {
            "rg -j1 -c": lambda p=path: run("rg", "-aj1", "-c", SHAPE, str(p)),
            "rg -j1 -o": lambda p=path: run("rg", "-aj1", "-oN", SHAPE, str(p)),
            "rg -j1 -o, checked in Python": lambda p=path: checked(p),
            "numbers, one thread": lambda p=path: through(number, p),
            "numbers, two threads": lambda p=path: through(number_two, p),
            "all patterns, 1000 canaries, one thread": lambda p=path: through(alone, p),
            "all patterns, 1000 canaries": lambda p=path: through(whole, p),
        }
        wall, cpu = in_turns(ways)
        size = path.stat().st_size
        for name in ways:
            speeds = f"{size / wall[name] / 1e9:6.3f} GB/s, {size / cpu[name] / 1e9:6.3f} a CPU second"
            ratios = ", ".join(f"{cpu[rg] / cpu[name]:5.2f}x {rg}" for rg in ways if rg.startswith("rg"))
            print(f"{path.stem:7} {name:40} {speeds}; CPU: {ratios}")
        if path is corpus:
            limit("numbers, a core, against rg -j1 -c", cpu["rg -j1 -c"] / cpu["numbers, one thread"], 1.0)
            limit("all, two cores, GB/s", size / wall["all patterns, 1000 canaries"] / 1e9, 0.9)
        else:
            rg = cpu["rg -j1 -o, checked in Python"]
            limit(
                "noise, all, against rg with the same checks", rg / cpu["all patterns, 1000 canaries, one thread"], 2.0
            )
            limit("noise, numbers, against rg -j1 -c", cpu["rg -j1 -c"] / cpu["numbers, one thread"], 2.0)
    start = time.perf_counter()
    through(fallback, corpus)
    print(f"standard library only: {corpus.stat().st_size / (time.perf_counter() - start) / 1e9:.3f} GB/s")


def packed(corpus: Path, path: Path) -> None:
    """gzip: unpacking alone, and unpacking with the search behind it."""
    path.write_bytes(gzip.compress(corpus.read_bytes(), 6))
    scanner = Scanner()
    ways = {
        "unpacked only": lambda: sum(map(len, pieces(path))),
        "unpacked and searched": lambda: through(scanner, path),
    }
    seconds, _ = in_turns(ways)
    for name, taken in seconds.items():
        print(f"gzip {name}: {corpus.stat().st_size / taken / 1e6:.0f} MB/s")
    limit("gzip, share of the unpacking's speed", seconds["unpacked only"] / seconds["unpacked and searched"], 0.8)


def long_line(path: Path) -> None:
    """The most memory that a process takes for one line of a gibibyte."""
    with path.open("wb") as file:
        for _ in range(1024):
            file.write((b"x" * 250 + b" 1234567890123 ") * 3900 + b"-" * 14_676)
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.logs", "--line", str(path)], capture_output=True, text=True, check=True
    )
    limit("memory for one line of 1 GB, MB", float(process.stdout), 300.0, most=True)


def in_turns(ways: dict[str, Callable[[], object]]) -> tuple[dict[str, float], dict[str, float]]:
    """Median seconds of each way, by the wall and of the processor, tried in turns after a round that does not count.

    On a machine that others use, the second tells more.
    """
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for turn in range(ROUNDS + 1):
        for name, way in ways.items():
            start = time.perf_counter(), _processor()
            way()
            if turn:
                taken[name].append((time.perf_counter() - start[0], _processor() - start[1]))
    wall, cpu = (
        {name: statistics.median(one[kind] for one in rows) for name, rows in taken.items()} for kind in (0, 1)
    )
    return wall, cpu


def _processor() -> float:
    """Processor seconds of this process and of those it has waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def run(*command: str) -> bytes:
    """A program's output."""
    return subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout


def checked(path: Path) -> int:
    """What ripgrep finds, with date and check digit looked at."""
    found = run("rg", "-aj1", "-oN", SHAPE, str(path)).split()
    return sum(dated(re.sub(r"[-+]", "", one.decode())) for one in found)


def pieces(path: Path) -> Iterator[bytes]:
    """The file, as the session gives it."""
    with open_log_file(str(path), list_log_files(str(path)).files[0]) as unpacked:
        yield from unpacked


def through(scanner: Scanner, path: Path) -> int:
    """How many hits a file has."""
    return sum(len(result.hits) for result in scanner.look_through(blocks(pieces(path))))


def placed(scanner: Scanner, path: Path) -> Iterator[tuple[int, Hit]]:
    """Line from 1, and hit."""
    before = 1
    for result in scanner.look_through(blocks(pieces(path))):
        yield from ((before + hit.line, hit._replace(start=0)) for hit in result.hits)
        before += result.lines


def limit(what: str, figure: float, bound: float, *, most: bool = False) -> None:
    """Print a figure beside its limit, and remember a broken one."""
    held = figure <= bound if most else figure >= bound
    print(f"  {what:50} {figure:9.3f}   limit {bound:7.2f}   {'held' if held else 'NOT HELD'}")
    if not held:
        BROKEN.append(what)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--line"]:
        through(Scanner(), Path(sys.argv[2]))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 128)
        sys.exit(bool(BROKEN))

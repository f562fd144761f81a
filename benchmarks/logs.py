"""How well, and how fast, are logs searched for people? Beside ripgrep, in turns in one run.

    python -m benchmarks.logs [MEGABYTES]

Prints every figure with its limit, and ends with 1 if one is broken. Under five minutes on two free cores. ripgrep is a
program of its own (`apt-get install ripgrep`), used here only.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from multiprocessing import active_children
from pathlib import Path

import zstandard

from benchmarks.logs_corpus import Planted, write_corpus, write_noise
from benchmarks.logs_measuring import (
    BROKEN,
    Taken,
    Way,
    checked,
    hits,
    in_turns,
    limit,
    load,
    memory,
    peak,
    pieces,
    ripgrep,
    through,
)
from probes._logs.engine import Engine, Fallback, make_engine
from probes._logs.patterns import PATTERNS, Pattern
from probes._logs.scan import NUMBER, Hit, Scanner
from probes._logs.workers import WORTH_IT, Look, alone, keep_memory, searching
from readiness.contract.persons import test_persons
from readiness.personal import of_tests

ROUNDS = 5
PASSES = 4
"""How often two cores search the corpus in one turn, so that it takes a moment."""
PERSONS = {person.number[2:] for person in test_persons()}
LITERALS = tuple(f"{number:08x}-canary-{number * 7919:012x}".encode() for number in range(1000))


def main(megabytes: int) -> None:
    """Print every figure."""
    keep_memory()
    with tempfile.TemporaryDirectory() as folder:
        corpus, noise = Path(folder) / "corpus.log", Path(folder) / "noise.log"
        planted = write_corpus(corpus, megabytes << 20)
        write_noise(noise, (megabytes << 20) // 4)
        sizes = [f"{path.stem} {path.stat().st_size / 1e6:.0f} MB" for path in (corpus, noise)]
        print(f"{', '.join(sizes)}; {load()}")
        findings(corpus, planted)
        on_corpus(corpus)
        on_noise(noise)
        packed(corpus)
        large(Path(folder) / "large.log", corpus)
        print(f"{load()}; not held: {', '.join(BROKEN) or 'none'}")


def findings(corpus: Path, planted: Planted) -> None:
    """Precision and recall, for both engines, which have to agree, and so have processes."""
    engines: list[Callable[[Sequence[Pattern]], Engine]] = [make_engine, Fallback]
    scanners = [Scanner(engine=engine) for engine in engines]
    found = [list(placed(alone(scanner), corpus)) for scanner in scanners]
    limit("both engines find the same", float(found[0] == found[1]), 1.0)
    with searching(scanners[0], (), WORTH_IT) as look:
        limit("one process and several find the same", float(found[0] == list(placed(look, corpus))), 1.0)
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


def on_corpus(path: Path) -> None:
    """Gigabytes a second on logs, and the ratio to ripgrep in the same rounds."""
    scanner, size = Scanner(LITERALS), path.stat().st_size
    ways = compared(path, scanner)
    start = time.perf_counter()
    with searching(scanner, LITERALS, WORTH_IT) as look:
        print(f"{len(active_children())} workers started in {time.perf_counter() - start:.2f} s")
        ways["all, two cores"] = lambda: [hits(look, path) for _ in range(PASSES)]
        taken = in_turns(ways, ROUNDS)
    several = Taken(*(seconds / PASSES for seconds in taken["all, two cores"]))
    show("corpus", size, {**taken, "all, two cores": several})
    limit("corpus, numbers, a core: times rg -j1 -c", taken["rg -c"].processor / taken["numbers"].processor, 1.0)
    limit("corpus, all patterns, 1000 pieces, two cores: GB/s", size / several.wall / 1e9, 0.9)
    print(f"    the cores were ours {several.processor / several.wall / 2:.0%} of that time; {load()}")
    fallback = Scanner(engine=Fallback)
    start = time.process_time()
    hits(alone(fallback), path)
    print(f"    standard library only, a core: {size / (time.process_time() - start) / 1e9:.3f} GB/s")


def on_noise(path: Path) -> None:
    """The same on digits; against ripgrep finding all, checking all, and stopping at the first of a line."""
    taken = in_turns(compared(path, Scanner(LITERALS)), ROUNDS)
    show("noise", path.stat().st_size, taken)
    cpu = {name: one.processor for name, one in taken.items()}
    limit("noise, all patterns: times rg -j1 -o and the same checks", cpu["rg -o, checked"] / cpu["all"], 2.0)
    limit("noise, numbers: times rg -j1 -o and the same checks", cpu["rg -o, checked"] / cpu["numbers"], 2.0)
    limit("noise, numbers: times rg -j1 --count-matches, unchecked", cpu["rg --count-matches"] / cpu["numbers"], 2.0)
    limit("noise, numbers: times rg -j1 -c, the first of a line, unchecked", cpu["rg -c"] / cpu["numbers"], 2.0)


def compared(path: Path, scanner: Scanner) -> dict[str, Way]:
    """ripgrep and one process of ours, for numbers alone and for everything."""
    numbers = Scanner(patterns=PATTERNS[:1])
    return {
        "rg -c": lambda: ripgrep(path, "-c"),
        "rg --count-matches": lambda: ripgrep(path, "--count-matches"),
        "rg -o, checked": lambda: checked(path),
        "numbers": lambda: hits(alone(numbers), path),
        "all": lambda: hits(alone(scanner), path),
    }


def show(name: str, size: int, taken: Mapping[str, Taken]) -> None:
    """A line a way: gigabytes a second by the wall, and of the processor."""
    for way, one in taken.items():
        speeds = f"{size / one.wall / 1e9:6.3f} GB/s, {size / one.processor / 1e9:6.3f} a second of the processor"
        print(f"    {name:6} {way:20} {speeds}; {load()}", flush=True)


def packed(corpus: Path) -> None:
    """Unpacking alone, and unpacking with the search beside it, of a quarter of the corpus."""
    whole = corpus.read_bytes()
    part = b"".join(whole[place : place + (1 << 20)] for place in range(0, len(whole), 4 << 20))
    packings: dict[str, tuple[Callable[[bytes], bytes], int]] = {
        "gzip": (gzip.compress, ROUNDS),
        "zstd": (zstandard.ZstdCompressor().compress, ROUNDS),
        "bz2": (bz2.compress, 2),
        "xz": (partial(lzma.compress, preset=1), 2),
    }
    scanner = Scanner(LITERALS)
    with searching(scanner, LITERALS, WORTH_IT) as look:
        for name, (pack, rounds) in packings.items():
            path = corpus.with_suffix(f".{name}")
            path.write_bytes(pack(part))
            ways: dict[str, Way] = {
                "unpacked": lambda p=path: sum(map(len, pieces(p))),  # type: ignore[misc]
                "searched": lambda p=path: hits(look, p),  # type: ignore[misc]
            }
            if name == "gzip":
                ways["zlib"] = lambda p=path: zlib.decompress(p.read_bytes(), 31)  # type: ignore[misc]
            taken = in_turns(ways, rounds)
            show(name, len(part), taken)
            searched = taken["searched"].wall
            if name == "gzip":
                limit("gzip, searched: times zlib's speed", taken["zlib"].wall / searched, 0.8)
            limit(f"{name}, searched: times the unpacker's own speed", taken["unpacked"].wall / searched, 0.8)


def large(path: Path, corpus: Path) -> None:
    """The most memory: a line of a gibibyte, a file of a gibibyte of logs, ten million lines of one second."""
    with path.open("wb") as file:
        for _ in range(1024):
            file.write((b"x" * 250 + b" 1234567890123 ") * 3900 + b"-" * 14_676)
    limit("one line of 1 GiB: MB of memory", memory("one line of 1 GiB", path), 300.0, most=True)
    content = corpus.read_bytes()
    with path.open("wb") as file:
        while file.tell() < 1 << 30:
            file.write(content)
    del content
    limit("1 GiB of logs: MB of memory", memory("1 GiB of logs", path), 300.0, most=True)
    person = min(PERSONS)
    with path.open("wb") as file:
        for _ in range(1000):
            file.write(b"2026-11-30 12:00:00.000 INFO tick\n" * 9999 + f"mottagare {person}\n".encode())
    start = time.perf_counter()
    megabytes = memory("ten million lines of one second", path)
    print(f"    in {time.perf_counter() - start:.1f} s")
    limit("ten million lines of one second: MB of memory", megabytes, 300.0, most=True)


def placed(look: Look, path: Path) -> Iterator[tuple[int, Hit]]:
    """Line from 1, and hit."""
    before = 1
    for result in through(look, path):
        yield from ((before + hit.line, hit._replace(start=0)) for hit in result.hits)
        before += result.lines


def searched_in(path: Path) -> str:
    """Hits in a file, and megabytes of all processes that searched it."""
    with searching(Scanner(LITERALS), LITERALS, path.stat().st_size) as look:
        return f"{hits(look, path)} {peak()}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        print(searched_in(Path(sys.argv[2])))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 128)
        sys.exit(bool(BROKEN))

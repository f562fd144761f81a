"""What the benchmark of logs measures with: ripgrep, the clock, the processor, and limits.

Left out: what is measured, and what was planted where.
"""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import active_children
from pathlib import Path
from typing import NamedTuple

from probes._logs.scan import Result
from probes._logs.text import blocks, stretches
from probes._logs.workers import Look
from readiness.log_files import list_log_files, open_log_file, open_plain_log
from readiness.personal import dated

SHAPE = r"(?-u)\b(?:19|20)?[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])[-+]?[0-9]{4}\b"
BROKEN: list[str] = []
Way = Callable[[], object]


class Taken(NamedTuple):
    """Seconds by the wall, and of the processor, this process's and all its children's."""

    wall: float
    processor: float


def in_turns(ways: Mapping[str, Way], rounds: int) -> dict[str, Taken]:
    """The median of each way, tried in turns after a round that does not count.

    On a machine that others use, the processor's seconds tell more.
    """
    taken: dict[str, list[Taken]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            wall, processor = time.perf_counter(), _processor()
            way()
            if turn:
                taken[name].append(Taken(time.perf_counter() - wall, _processor() - processor))
    return {name: Taken(*map(statistics.median, zip(*rows, strict=True))) for name, rows in taken.items()}


def limit(what: str, figure: float, bound: float, *, most: bool = False) -> None:
    """Print a figure beside its limit, and remember a broken one."""
    held = figure <= bound if most else figure >= bound
    sign = "<=" if most else ">="
    print(f"  {what:66} {figure:8.3f}  {sign} {bound:6.2f}  {'held' if held else 'NOT HELD'}", flush=True)
    if not held:
        BROKEN.append(what)


def load() -> str:
    """How busy the machine is with everything, for whoever reads the figures."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""


def ripgrep(path: Path, *options: str) -> bytes:
    """What `rg -j1` with those options finds in a file, of the shape of a personnummer."""
    command = ["rg", "-aj1", *options, SHAPE, str(path)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout


def checked(path: Path) -> int:
    """How many of ripgrep's findings have a real date and check digit."""
    found = ripgrep(path, "-oN").split()
    return sum(dated(re.sub(r"[-+]", "", one.decode())) for one in found)


def pieces(path: Path) -> Iterator[bytes]:
    """The file, as the session gives it."""
    with open_log_file(str(path), list_log_files(str(path)).files[0]) as unpacked:
        yield from unpacked


def through(look: Look, path: Path) -> Iterator[Result]:
    """What a file has, block by block, as the probe goes through it."""
    with open_plain_log(str(path), list_log_files(str(path)).files[0]) as log:
        yield from look(stretches(log, 0) if log else blocks(pieces(path)))


def hits(look: Look, path: Path) -> int:
    """How many hits a file has."""
    return sum(len(result.hits) for result in through(look, path))


def memory(way: str, path: Path) -> float:
    """Megabytes that a process and its workers take at most, together, to search a file: `benchmarks.logs --memory`."""
    command = [sys.executable, "-m", "benchmarks.logs", "--memory", str(path)]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    found, megabytes = process.stdout.split()
    print(f"{way}: {found} hits")
    return float(megabytes)


def peak() -> float:
    """Megabytes that this process and its workers had at most, together."""
    pids = ["self", *(str(child.pid) for child in active_children())]
    status = (Path(f"/proc/{pid}/status").read_text(encoding="utf-8") for pid in pids)
    return sum(int(kilobytes) for text in status for kilobytes in re.findall(r"VmHWM:\s*(\d+)", text)) / 1024


def _processor() -> float:
    ended = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    alive = (Path(f"/proc/{child.pid}/stat").read_text(encoding="utf-8") for child in active_children())
    ticks = (int(one) for stat in alive for one in stat.rpartition(")")[2].split()[11:13])
    return sum(one.ru_utime + one.ru_stime for one in ended) + sum(ticks) / os.sysconf("SC_CLK_TCK")

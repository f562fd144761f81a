"""Searching a log in several processes: the same findings in the same order, whoever dies, and nothing left behind."""

from __future__ import annotations

import codecs
import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from multiprocessing import active_children
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from types import SimpleNamespace

import pytest

from probes import log_personal_data
from probes._logs import workers
from probes._logs.scan import Hit, Result, Scanner
from probes._logs.text import SIZE, Block, blocks, plain_start, stretches
from readiness.contract.persons import test_persons
from readiness.log_files import list_log_files, open_plain_log
from readiness.model import Reason
from readiness.probe import CannotObserve, PlainLog
from tests.conftest import look
from tests.probes.test_log_personal_data import source, value

PERSONS = [person.number for person in test_persons()][:9]
PIECE = b"a piece of a letter that was sent to somebody"
ROOT = Path(__file__).parents[2]


def log(size: int) -> bytes:
    """Lines, some with a number, one in every hundred with a piece."""
    lines = (f"2026-11-30 12:00:00 INFO line {n} mottagare {PERSONS[n % 9]}\n".encode() for n in range(400))
    once = b"".join(lines) + (b"nothing to see here\n" * 500 + PIECE + b"\n") * 40
    return (once * (size // len(once) + 1))[:size]


LOG = log(7 * SIZE + 12_345)


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two workers for a log of any size, on a machine of any kind; the names of the memory that is shared."""
    names: list[str] = []

    class Named(SharedMemory):
        def __init__(self, name: str | None = None, create: bool = False, size: int = 0) -> None:
            super().__init__(name, create, size)
            names.append(self.name)

    monkeypatch.setattr(workers, "SharedMemory", Named)
    monkeypatch.setattr(workers, "WORTH_IT", 0)
    monkeypatch.setattr(workers, "_processors", lambda: 2)
    return names


def pieces() -> Iterator[bytes]:
    return (LOG[place : place + SIZE // 2] for place in range(0, len(LOG), SIZE // 2))


@pytest.fixture(scope="module")
def alone() -> tuple[Scanner, list[Result]]:
    scanner = Scanner([PIECE])
    return scanner, list(map(scanner.look, blocks(pieces())))


def test_processes_find_the_same_in_the_same_order_whoever_dies(
    several: list[str], alone: tuple[Scanner, list[Result]]
) -> None:
    scanner, wanted = alone
    assert sum(len(result.hits) for result in wanted) > 5000
    assert {hit.pattern for result in wanted for hit in result.hits} >= {"message_body", "personal_number"}
    with workers.searching(scanner, (PIECE,), 0) as look_through:
        both = active_children()
        assert len(both) == 2
        if os.name != "nt":  # where a name ends with the last who uses it
            with pytest.raises(FileNotFoundError):
                SharedMemory(several[0])
        assert list(look_through(blocks(pieces()))) == wanted
        unfinished = look_through(blocks(pieces()))
        assert next(unfinished) == wanted[0]
        unfinished.close()  # type: ignore[attr-defined]
        assert list(look_through(blocks(pieces()))) == wanted, "answers that nobody waited for are not the next ones"
        large = Block(b"\n" + bytes(workers.ROOM) + PIECE + b"\n", 1, workers.ROOM + len(PIECE) + 1)
        small = next(blocks(pieces()))
        assert list(look_through([small, small, small, large])) == [*[wanted[0]] * 3, scanner.look(large)]
        both[0].kill()
        assert list(look_through(blocks(pieces()))) == wanted
        both[1].kill()
        assert list(look_through(blocks(pieces()))) == wanted
    assert not active_children()


def test_a_probe_searches_a_large_log_so(several: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(LOG)
    (tmp_path / "b.log").write_bytes(LOG[: len(LOG) // 2])
    seen = look(log_personal_data.PROBE, source(tmp_path / "*.log"))
    assert value(seen, "bytes_read") == len(LOG) + len(LOG) // 2
    assert value(seen, "files_read") == 2
    assert value(seen, "canary_persons") == len(PERSONS)


def test_too_little_shared_memory_is_not_used(
    several: list[str], monkeypatch: pytest.MonkeyPatch, alone: tuple[Scanner, list[Result]], tmp_path: Path
) -> None:
    monkeypatch.setattr(workers, "MEMORY", tmp_path)
    monkeypatch.setattr(workers, "disk_usage", lambda _: SimpleNamespace(free=8 * SIZE))
    with workers.searching(alone[0], (PIECE,), 0) as look_through:
        assert not several
        assert list(look_through(blocks(pieces()))) == alone[1]


@pytest.mark.parametrize("missing", ["memory", "process"])
def test_where_no_process_can_be_had_it_is_searched_alone(
    several: list[str], monkeypatch: pytest.MonkeyPatch, alone: tuple[Scanner, list[Result]], missing: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(workers, "SharedMemory" if missing == "memory" else "Worker", refuse)
    with workers.searching(alone[0], (PIECE,), 0) as look_through:
        assert list(look_through(blocks(pieces()))) == alone[1]


def test_a_small_log_costs_no_process(alone: tuple[Scanner, list[Result]]) -> None:
    with workers.searching(alone[0], (PIECE,), workers.WORTH_IT - 1) as look_through:
        assert not active_children()
        assert list(look_through(blocks(pieces()))) == alone[1]


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_workers_end_with_whoever_started_them() -> None:
    program = (
        "import os, time\nfrom multiprocessing import active_children\nfrom probes._logs import workers\n"
        "from probes._logs.scan import Scanner\nif __name__ == '__main__':\n"
        "    workers.WORTH_IT, workers._processors = 0, lambda: 2\n"
        "    with workers.searching(Scanner(), (), 0):\n"
        "        print(*(child.pid for child in active_children()), flush=True)\n        time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        children = [int(one) for one in process.stdout.readline().split()]
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
    assert len(children) == 2
    end = time.monotonic() + 20
    while any(_lives(child) for child in children) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(_lives(child) for child in children)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def hits_of(results: Iterable[Result]) -> list[tuple[int, Hit]]:
    """Every hit with its line in the whole file."""
    found, before = [], 0
    for result in results:
        found += [(before + hit.line, hit._replace(start=0, line=0)) for hit in result.hits]
        before += result.lines
    return found


@contextmanager
def plain(path: Path) -> Iterator[PlainLog]:
    """A log as the session opens it."""
    with open_plain_log(str(path), list_log_files(str(path)).files[0]) as log:
        assert log
        yield log


@pytest.mark.parametrize("size", [64, 1000, SIZE])
@pytest.mark.parametrize("end", [b"", b"\n", PERSONS[0].encode()])
def test_what_is_read_here_and_there_is_what_is_read_in_one_go(tmp_path: Path, size: int, end: bytes) -> None:
    (tmp_path / "a.log").write_bytes(codecs.BOM_UTF8 + LOG[:30_000] + end)
    scanner = Scanner([PIECE])
    wanted = list(map(scanner.look, blocks([LOG[:30_000] + end])))
    with plain(tmp_path / "a.log") as log:
        results = list(workers.alone(scanner)(stretches(log, plain_start(log.head) or 0, size)))
    assert sum(result.size for result in results) == 30_000 + len(end)
    assert sum(result.lines for result in results) == sum(result.lines for result in wanted)
    assert hits_of(results) == hits_of(wanted)
    assert len(hits_of(wanted)) >= 400


def test_an_empty_log_has_one_block_with_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.log").touch()
    with plain(tmp_path / "a.log") as log:
        assert list(workers.alone(Scanner())(stretches(log, 0))) == list(map(Scanner().look, blocks([b""])))


def test_processes_read_a_plain_log_by_themselves(
    several: list[str], alone: tuple[Scanner, list[Result]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.log").write_bytes(LOG)
    (tmp_path / "b.log").write_bytes(b"nothing\n" * (SIZE // 2))
    scanner, wanted = alone
    with (
        workers.searching(scanner, (PIECE,), 0) as look_through,
        plain(tmp_path / "a.log") as log,
        plain(tmp_path / "b.log") as other,
    ):
        monkeypatch.setattr(type(log), "read", refused)
        found = list(look_through(stretches(log, 0)))
        assert hits_of(found) == hits_of(wanted)
        both = [*stretches(log, 0), *stretches(other, 0)]
        found = list(look_through(both))
        assert (hits_of(found), len(found)) == (hits_of(wanted), 8 + 4)


def refused(*_: object) -> bytes:
    raise AssertionError("read here")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the name of a file that is open")
def test_a_log_that_rotates_away_from_the_processes_is_read_here(
    several: list[str], alone: tuple[Scanner, list[Result]], tmp_path: Path
) -> None:
    (tmp_path / "a.log").write_bytes(LOG)
    scanner, wanted = alone
    with workers.searching(scanner, (PIECE,), 0) as look_through, plain(tmp_path / "a.log") as log:
        (tmp_path / "a.log").rename(tmp_path / "a.log.1")
        (tmp_path / "a.log").write_bytes(b"another\n" * SIZE)
        assert hits_of(look_through(stretches(log, 0))) == hits_of(wanted)
        assert list(look_through(blocks(pieces()))) == wanted, "and the next answers are those to the next blocks"


@pytest.mark.parametrize("way", ["alone", "several"])
def test_a_log_that_is_cut_while_it_is_read_is_told_after_what_was_read(
    several: list[str], tmp_path: Path, way: str
) -> None:
    (tmp_path / "a.log").write_bytes(LOG)
    scanner = Scanner([PIECE])
    searched = workers.searching(scanner, (PIECE,), 0) if way == "several" else nullcontext(workers.alone(scanner))
    with searched as look_through, plain(tmp_path / "a.log") as log:
        os.truncate(tmp_path / "a.log", 2 * SIZE)
        found = look_through(stretches(log, 0))
        assert next(found).size == SIZE
        with pytest.raises(CannotObserve) as why:
            list(found)
        assert why.value.unseen.reason is Reason.NOT_KEPT


@pytest.mark.parametrize(
    "data", [gzip.compress(LOG[:9000]), b"ElfFile\0" + bytes(9000), bytes(range(1, 256)) * 40, b"PK\3\4" + bytes(999)]
)
def test_what_is_packed_or_no_text_is_not_read_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.log").write_bytes(data)
    with open_plain_log(str(tmp_path / "a.log"), list_log_files(str(tmp_path / "a.log")).files[0]) as log:
        assert log is None


def test_what_is_written_in_utf_16_is_not_read_so() -> None:
    assert plain_start("ÅÄÖ a line\n".encode("utf-16")) is None
    assert plain_start(b"a line\n", "utf-16") is None
    assert (plain_start(codecs.BOM_UTF8 + b"a"), plain_start(b"a line\n")) == (3, 0)

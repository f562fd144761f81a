"""Large logs are searched by processes of their own, one a core; small ones, and whatever a process failed at, here.

A plain log is read by them, too; of any other the blocks are handed over in memory that the processes share (`tasks`).
Nothing of them is left behind: the memory has lost its name before the first block is in it. A worker ends when whoever
started it does. Left out: unpacking, and what is told of what was found.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from errno import ENOSPC
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from shutil import disk_usage
from threading import Lock

from probes._logs.scan import Hit, Result, Scanner
from probes._logs.tasks import Desk, Task, placed
from probes._logs.text import SIZE, Block, Stretch
from readiness.probe import CannotObserve

WORTH_IT = 512 << 20
"""Bytes from which on it is quicker to start processes, which takes half a second, than to search alone."""
MOST = 8
"""Workers at most."""
DEPTH = 2
"""Blocks that each worker has before it: one that it searches, one that waits."""
ROOM = 3 * SIZE
"""Bytes of shared memory for a block; a larger one, which no reader gives, is searched here."""
MEMORY = Path("/dev/shm")  # noqa: S108  # only asked for its size
"""Where Linux keeps shared memory; a container often has 64 MB of it."""
START = 30.0
"""Seconds that a worker may take to start."""
Look = Callable[[Iterable[Block | Stretch]], Iterator[Result]]
"""(blocks) -> what stands in each, in their order. CannotObserve, in its turn, for one that cannot be read."""
_one_source = Lock()


@contextmanager
def searching(scanner: Scanner, literals: tuple[bytes, ...], size: int) -> Iterator[Look]:
    """A way to look through logs of so many bytes altogether, as `scanner` would, who looks for `literals`, too.

    Only one source at a time has workers; another that wants them waits.
    """
    keep_memory()
    count = min(_processors(), MOST)
    if size < WORTH_IT or count < 2:
        yield alone(scanner)
        return
    with _one_source, ExitStack() as stack:
        try:
            look = _started(stack, count, scanner, literals)
        except OSError:  # no shared memory here, or no more processes
            look = alone(scanner)
        yield look


def alone(scanner: Scanner) -> Look:
    """A way to look through logs in this process."""
    return partial(map, partial(_searched, scanner))


def _searched(scanner: Scanner, block: Block | Stretch) -> Result:
    return scanner.look(block.block() if isinstance(block, Stretch) else block)


def _started(stack: ExitStack, count: int, scanner: Scanner, literals: tuple[bytes, ...]) -> Look:
    size = count * DEPTH * ROOM
    if MEMORY.is_dir() and disk_usage(MEMORY).free < size:  # Linux gives more than there is, and kills who uses it
        raise OSError(ENOSPC, "too little shared memory")
    memory = SharedMemory(create=True, size=size)
    stack.callback(memory.close)
    try:
        workers = [Worker(stack, memory.name, literals) for _ in range(count)]
        for worker in workers:
            worker.wait()
    finally:
        memory.unlink()
    return lambda blocks: _look_through(blocks, scanner, workers, Desk(memory))


class Worker:
    """A process that searches blocks one after the other. One that has ended answers nothing."""

    def __init__(self, stack: ExitStack, memory: str, literals: tuple[bytes, ...]) -> None:
        processes = get_context("spawn")
        self._here, there = processes.Pipe()
        process = processes.Process(target=serve, args=(there, memory, literals), daemon=True)
        process.start()
        there.close()
        stack.callback(process.kill)
        stack.callback(process.join, START)
        stack.callback(self._here.close)

    def wait(self) -> None:
        """Until it is ready, or has ended, or it is clear that it will not be."""
        if not self._here.poll(START) or self.answer() is None:
            self._here.close()

    def give(self, task: Task) -> None:
        """Hand over a block."""
        try:
            self._here.send(task)
        except OSError:
            self._here.close()

    def answer(self) -> Result | None:
        """What it says to the first block that it has not answered yet; None where it never will, or cannot read it."""
        try:
            answer = self._here.recv()
        except (EOFError, OSError):
            return None
        if answer is None:
            return None
        size, lines, hits = answer
        return Result(size, lines, tuple(map(Hit._make, hits)))


def serve(connection: Connection, name: str, literals: tuple[bytes, ...]) -> None:
    """What a worker does: tell that it is ready, and then search block after block until there is nobody to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked decides when it is enough
    keep_memory()
    desk = Desk(SharedMemory(name))
    scanner = Scanner(literals)
    try:
        connection.send((0, 0, []))
        while True:
            connection.send(_worked_off(connection.recv(), scanner, desk))
    except (EOFError, OSError):
        return
    finally:
        desk.close()


def _worked_off(task: Task, scanner: Scanner, desk: Desk) -> tuple[int, int, list[tuple[object, ...]]] | None:
    """What a worker answers; None for what it cannot read: the one who gave it may still have the file open."""
    try:
        block = desk.block(task)
    except CannotObserve:
        return None
    found = scanner.look(block)
    return found.size, found.lines, list(map(tuple, found.hits))  # a third of the time of named ones


def keep_memory() -> None:
    """Have freed memory kept for the next block: to ask the system for it anew takes longer than to search the block.

    The C library of Linux keeps pieces up to the size of the largest that it saw freed; others keep them anyway.
    """
    bytes(24 << 20)


def _look_through(
    blocks: Iterable[Block | Stretch], scanner: Scanner, workers: list[Worker], desk: Desk
) -> Iterator[Result]:
    waiting: deque[tuple[Worker, Task, Stretch | None] | Result] = deque()
    try:
        for number, block in enumerate(blocks):
            if len(waiting) == DEPTH * len(workers):
                yield _answer(waiting.popleft(), scanner, desk)
            place = number % (DEPTH * len(workers)) * ROOM
            waiting.append(_given(block, workers[number % len(workers)], place, desk) or _searched(scanner, block))
        while waiting:
            yield _answer(waiting.popleft(), scanner, desk)
    finally:
        for given in waiting:  # nobody wants to know, but the next answers have to be those to the next blocks
            if not isinstance(given, Result):
                given[0].answer()


def _given(
    block: Block | Stretch, worker: Worker, place: int, desk: Desk
) -> tuple[Worker, Task, Stretch | None] | None:
    """A block that was handed to a worker: who has it, as what, and where it can be read once more; None where there is
    no room for it."""
    if isinstance(block, Stretch):
        task: Task = placed(block)
        worker.give(task)
        return worker, task, block
    if len(block.data) > ROOM:
        return None
    task = desk.share(block, place)
    worker.give(task)
    return worker, task, None


def _answer(given: tuple[Worker, Task, Stretch | None] | Result, scanner: Scanner, desk: Desk) -> Result:
    """What a worker found, or, where it has ended or could not read, what is found here."""
    if isinstance(given, Result):
        return given
    worker, task, stretch = given
    return worker.answer() or scanner.look(stretch.block() if stretch else desk.block(task))


def _processors() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

"""Large logs are searched by processes of their own, one a core; small ones, and whatever a process failed at, here.

A log is read in one place, and its blocks are handed over in memory that the processes share. Nothing of them is left
behind: the memory has lost its name before the first block is in it. A worker ends when whoever started it does. Left
out: reading, and what is told of what was found.
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
from typing import NamedTuple

from probes._logs.scan import Hit, Result, Scanner
from probes._logs.text import SIZE, Block

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
Look = Callable[[Iterable[Block]], Iterator[Result]]
"""(blocks) -> what stands in each, in their order."""
_one_source = Lock()


@contextmanager
def searching(scanner: Scanner, literals: tuple[bytes, ...], size: int) -> Iterator[Look]:
    """A way to look through logs of so many bytes altogether, as `scanner` would, who looks for `literals`, too.

    Only one source at a time has workers; another that wants them waits.
    """
    keep_memory()
    count = min(_processors(), MOST)
    if size < WORTH_IT or count < 2:
        yield partial(map, scanner.look)
        return
    with _one_source, ExitStack() as stack:
        try:
            look = _started(stack, count, scanner, literals)
        except OSError:  # no shared memory here, or no more processes
            look = partial(map, scanner.look)
        yield look


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
    return lambda blocks: _look_through(blocks, scanner, workers, memory)


class Task(NamedTuple):
    """Where a block stands in the shared memory, and what belongs to it."""

    start: int
    size: int
    low: int
    high: int
    unended: bool

    def block(self, memory: SharedMemory) -> Block:
        """The block, copied out of the memory."""
        return Block(bytes(_bytes(memory)[self.start : self.start + self.size]), self.low, self.high, self.unended)


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
            self._here.send(tuple(task))
        except OSError:
            self._here.close()

    def answer(self) -> Result | None:
        """What it says to the first block that it has not answered yet; None where it never will."""
        try:
            size, lines, hits = self._here.recv()
        except (EOFError, OSError):
            return None
        return Result(size, lines, tuple(map(Hit._make, hits)))


def serve(connection: Connection, name: str, literals: tuple[bytes, ...]) -> None:
    """What a worker does: tell that it is ready, and then search block after block until there is nobody to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked decides when it is enough
    keep_memory()
    memory = SharedMemory(name)
    scanner = Scanner(literals)
    try:
        connection.send((0, 0, []))
        while True:
            found = scanner.look(Task(*connection.recv()).block(memory))
            connection.send(
                (found.size, found.lines, list(map(tuple, found.hits)))
            )  # a third of the time of named ones
    except (EOFError, OSError):
        return
    finally:
        memory.close()


def keep_memory() -> None:
    """Have freed memory kept for the next block: to ask the system for it anew takes longer than to search the block.

    The C library of Linux keeps pieces up to the size of the largest that it saw freed; others keep them anyway.
    """
    bytes(24 << 20)


def _look_through(
    blocks: Iterable[Block], scanner: Scanner, workers: list[Worker], memory: SharedMemory
) -> Iterator[Result]:
    waiting: deque[tuple[Worker, Task] | Result] = deque()
    try:
        for number, block in enumerate(blocks):
            if len(waiting) == DEPTH * len(workers):
                yield _answer(waiting.popleft(), scanner, memory)
            place = number % (DEPTH * len(workers)) * ROOM
            waiting.append(_given(block, workers[number % len(workers)], place, memory) or scanner.look(block))
        while waiting:
            yield _answer(waiting.popleft(), scanner, memory)
    finally:
        for given in waiting:  # nobody wants to know, but the next answers have to be those to the next blocks
            _answer(given, scanner, memory)


def _given(block: Block, worker: Worker, place: int, memory: SharedMemory) -> tuple[Worker, Task] | None:
    """A block, put into the memory and handed to a worker; None where there is no room for it."""
    size = len(block.data)
    if size > ROOM:
        return None
    _bytes(memory)[place : place + size] = block.data
    task = Task(place, size, *block[1:])
    worker.give(task)
    return worker, task


def _answer(given: tuple[Worker, Task] | Result, scanner: Scanner, memory: SharedMemory) -> Result:
    """What a worker found, or, where it has ended, what is found here."""
    if isinstance(given, Result):
        return given
    worker, task = given
    return worker.answer() or scanner.look(task.block(memory))


def _bytes(memory: SharedMemory) -> memoryview:
    if memory.buf is None:
        raise OSError("the memory is closed")
    return memory.buf


def _processors() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

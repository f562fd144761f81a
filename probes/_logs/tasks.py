"""How does a block come to the process that searches it: in memory that both share, or as a place in a file?

A file that can be read as it lies there is read by whoever searches it, once; what was unpacked or recoded goes by way
of the memory. Left out: processes, and who gets which block (`workers`).
"""

from __future__ import annotations

from contextlib import ExitStack
from multiprocessing.shared_memory import SharedMemory
from typing import NamedTuple

from probes._logs.text import Block, Stretch
from readiness.probe import LogPlace, PlainLog


class Shared(NamedTuple):
    """Where a block stands in the shared memory, and what belongs to it."""

    start: int
    size: int
    low: int
    high: int
    unended: bool


class Placed(NamedTuple):
    """Where a block stands in which file (`text.Stretch`)."""

    log: LogPlace
    first: int
    low: int
    high: int


Task = Shared | Placed


class Desk:
    """What one process has before it: the shared memory, and the file that it read last."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._log: PlainLog | None = None
        self._opened = ExitStack()

    def share(self, block: Block, place: int) -> Shared:
        """Put a block into the memory, at a place that has room for it."""
        size = len(block.data)
        self._bytes()[place : place + size] = block.data
        return Shared(place, size, *block[1:])

    def block(self, task: Task) -> Block:
        """The block that is meant. CannotObserve where the file cannot be read here."""
        if isinstance(task, Shared):
            return Block(bytes(self._bytes()[task.start : task.start + task.size]), *task[2:])
        return Stretch(self._file(task.log), *task[1:]).block()

    def close(self) -> None:
        """Let go of both."""
        self._opened.close()
        self._memory.close()

    def _file(self, place: LogPlace) -> PlainLog:
        if self._log is None or self._log.place != place:
            self._log = None
            self._opened.close()
            self._log = self._opened.enter_context(place.open())
        return self._log

    def _bytes(self) -> memoryview:
        if self._memory.buf is None:
            raise OSError("the memory is closed")
        return self._memory.buf


def placed(stretch: Stretch) -> Placed:
    """What another process has to know to read a stretch."""
    return Placed(stretch.log.place, *stretch[1:])

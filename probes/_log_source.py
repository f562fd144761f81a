"""How is a log source of the profile read, file by file, and what is in the way?

Files that were last written long before the time that is asked about are not opened, but for the newest. Left out: what
is read out of the records.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from probes._log_lines import read_lines
from probes._log_records import Record, read_records
from probes._log_times import Clock
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, LogFile, Session

EARLIER = timedelta(days=1)
"""How much earlier a file may have been written and still be opened: clocks of machines differ."""
Halted = Callable[[], bool]
T = TypeVar("T")


async def in_thread(read: Callable[[Target, Session, Halted], T], target: Target, session: Session) -> T:
    """What `read` gives, in a thread that is told to halt when nobody waits for it any more."""
    halt = threading.Event()
    try:
        return await asyncio.to_thread(read, target, session, halt.is_set)
    finally:
        halt.set()


@dataclass(slots=True)
class Reading:
    """A source while it is read. `files`: how many were opened; `problem`: why some could not be read whole."""

    target: Target
    session: Session
    halted: Halted
    since: datetime | None = None
    files: int = 0
    problem: Unseen | None = None
    listed: tuple[LogFile, ...] = field(default=())

    def records(self) -> Iterator[Record]:
        """Every record, file by file, oldest first. CannotObserve where the source names no file that can be listed."""
        listing = self.session.log_files(self.target)
        self.listed = listing.files
        if listing.unread:
            self.problem = listing.unread[0][1]
        for file in self._recent(listing.files):
            yield from self._of(file)

    def _recent(self, files: tuple[LogFile, ...]) -> list[LogFile]:
        """Those that were written to since; where none was, the clock of their machine may be off, so the newest is
        opened all the same: the last by time, and the last by name."""
        if self.since is None or not files:
            return list(files)
        earliest = self.since - EARLIER
        newest = {max(files, key=lambda file: file.modified), files[-1]}
        return [file for file in files if file.modified >= earliest] or [file for file in files if file in newest]

    def _of(self, file: LogFile) -> Iterator[Record]:
        try:
            with self.session.open_log(self.target, file) as pieces:
                self.files += 1
                for record in records_of(self.target, file, pieces):
                    go_on(self.halted)
                    yield record
        except CannotObserve as error:
            if self.halted():
                raise
            self.problem = self.problem or error.unseen


def go_on(halted: Halted) -> bool:
    """True, or CannotObserve(timed_out) once nobody waits any more."""
    if halted():
        raise CannotObserve(Reason.TIMED_OUT, "the log was not read to its end in time")
    return True


def records_of(target: Target, file: LogFile, pieces: Iterator[bytes]) -> Iterator[Record]:
    """The records of one file, read as its source's profile says."""

    def said(name: str) -> str:
        return str(target.says(name) or "")

    clock = Clock.of(file.modified, said("time_format"), said("time_zone"))
    return read_records(read_lines(pieces, said("encoding")), clock, said("format"))

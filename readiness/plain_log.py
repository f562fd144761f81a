"""A log that lies on a disk as the text that it is, to be read here and there, also by other processes.

Left out: which files a log source has (`log_files`), and those that have to be unpacked first (`log_packing`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from readiness.model import Reason
from readiness.probe import CannotObserve


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a file was opened, and what it keeps when it is renamed (device, number), and its size then."""

    path: str
    identity: tuple[int, int]
    size: int

    @contextmanager
    def open(self) -> Iterator[OpenLog]:
        """The file, if it is still there. CannotObserve: access_denied, not_kept."""
        try:
            file = Path(self.path).open("rb", buffering=0)  # noqa: SIM115  # closed below
        except OSError as error:
            raise CannotObserve(Reason.ACCESS_DENIED, f"{self.path}: {error.strerror}") from error
        with file:
            now = os.fstat(file.fileno())
            if (now.st_dev, now.st_ino) != self.identity:
                raise CannotObserve(Reason.NOT_KEPT, f"{self.path} is another file by now")
            yield OpenLog(self.path, self, b"", file)


@dataclass(frozen=True, slots=True)
class OpenLog:
    """See PlainLog. `name`: what it is called where something is wrong with it."""

    name: str
    place: FilePlace
    head: bytes
    file: BinaryIO

    @property
    def size(self) -> int:
        """Bytes that it had when it was opened first."""
        return self.place.size

    def read(self, start: int, end: int) -> bytes:
        """The bytes from one place to another. CannotObserve: access_denied, not_kept."""
        parts: list[bytes] = []
        try:
            self.file.seek(start)
            while start < end and (part := self.file.read(end - start)):
                parts.append(part)
                start += len(part)
        except OSError as error:
            raise CannotObserve(Reason.ACCESS_DENIED, f"{self.name}: {error.strerror}") from error
        if start < end:
            raise CannotObserve(Reason.NOT_KEPT, f"{self.name} was cut while it was read")
        return parts[0] if len(parts) == 1 else b"".join(parts)

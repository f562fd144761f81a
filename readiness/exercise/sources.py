"""Where is the sending system's account to be had? A file, a command or an address; its bytes, bounded.

Left out: what they say (`account`).
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from readiness.chain import AccountSource
from readiness.exercise.processes import LARGEST, output_of, written
from readiness.exercise.web import Web, place
from readiness.model import Reason
from readiness.probe import CannotObserve


@dataclass(frozen=True, slots=True)
class Source:
    """One account: what the profile says of it, the profile's folder, and the addresses' door."""

    said: AccountSource
    folder: Path
    web: Web

    @property
    def origin(self) -> str:
        """What it is called in errors."""
        return self.said.file or (place(self.said.url) if self.said.url else written(self.said.command))

    @property
    def not_there_yet(self) -> bool:
        """Whether it is a file that nobody has written; a system may write it with its first message."""
        return bool(self.said.file) and not Path(self.said.file).exists()

    async def read(self) -> bytes:
        """The bytes as they are now. CannotObserve where they cannot be had."""
        if self.said.command:
            return await output_of(self.said.command, self.folder)
        if self.said.url:
            return await self.web.get(self.said.url)
        return _file(Path(self.said.file))


def _file(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a named pipe would wait for a writer
            raise CannotObserve(Reason.NOT_SUPPORTED, f"{path} is not a regular file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"there is no file {path}") from None
    except OSError as error:
        raise CannotObserve(Reason.ACCESS_DENIED, f"{path}: {error.strerror}") from None
    if len(data) > LARGEST:
        raise CannotObserve(Reason.LIMIT_REACHED, f"{path} is larger than {LARGEST} bytes")
    return data

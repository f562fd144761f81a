"""Where is the sending system's account to be had? A file, a command or an address; its bytes, bounded.

Left out: what they say (`account`).
"""

from __future__ import annotations

import asyncio
import stat
from dataclasses import dataclass
from pathlib import Path

from readiness.chain import AccountSource
from readiness.exercise.log_lines import LogPlace, text_of
from readiness.exercise.processes import LARGEST, output_of, written
from readiness.exercise.web import Web, place
from readiness.model import Reason
from readiness.probe import CannotObserve


@dataclass(frozen=True, slots=True)
class Source:
    """One account: what the profile says of it, the profile's folder, and the addresses' door; where it is a log in
    files, which ones."""

    said: AccountSource
    folder: Path
    web: Web
    log: LogPlace | None = None

    @property
    def origin(self) -> str:
        """What it is called in errors."""
        if self.said.url:
            return place(self.said.url)
        return self.said.file or self.said.log or written(self.said.command)

    @property
    def not_there_yet(self) -> bool:
        """Whether it is a file that nobody has written; a system may write it with its first message."""
        if self.log:
            return self.log.is_empty()
        return bool(self.said.file) and not Path(self.said.file).exists()

    async def read(self) -> bytes:
        """The bytes as they are now, those of a log in UTF-8. CannotObserve where they cannot be had."""
        if self.log:
            return (await asyncio.to_thread(self.log.read)).encode("utf-8")
        if self.said.command:
            data = await output_of(self.said.command, self.folder)
        elif self.said.url:
            data = await self.web.get(self.said.url)
        else:
            data = _file(Path(self.said.file))
        return text_of(data, self.said.encoding).encode("utf-8") if self.said.format == "log" else data


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

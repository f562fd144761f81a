"""What stands in a log by now, for an account? The text of its files, oldest first, in whatever they are written.

A line that somebody may still be writing is left for the next time. Left out: what the lines say (`log_account`).
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from readiness.exercise.account import CODECS, MARKS
from readiness.log_files import list_log_files, open_log_file
from readiness.model import Reason
from readiness.probe import CannotObserve, LogFile

LARGEST = 64 * 1024 * 1024
"""Bytes of a log that are read for an account, unpacked."""
STILL = 2.0
"""Seconds for which nothing was written, after which the end of a file is the end of a line."""


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Files by a path or pattern, what they are written in, and since when one counts that was written to."""

    path: str
    encoding: str = ""
    since: datetime | None = None

    def is_empty(self) -> bool:
        """Whether nobody has written such a file yet."""
        try:
            list_log_files(self.path)
        except CannotObserve as problem:
            return problem.unseen.reason is Reason.NOT_CONFIGURED
        return False

    def read(self) -> str:
        """All of it. CannotObserve where a file of it cannot be read whole, for a message might be told there."""
        listing = list_log_files(self.path)
        if listing.unread:
            raise CannotObserve(listing.unread[0][1].reason, listing.unread[0][1].detail)
        left, texts = LARGEST, []
        for file in listing.files:
            if self.since is None or file.modified >= self.since:
                data = self._bytes(file, left)
                left -= len(data)
                texts.append(_settled(text_of(data, self.encoding), file))
        return "".join(texts)

    def _bytes(self, file: LogFile, most: int) -> bytes:
        data = bytearray()
        with open_log_file(self.path, file) as pieces:
            for piece in pieces:
                data += piece
                if len(data) > most:
                    raise CannotObserve(Reason.LIMIT_REACHED, f"{self.path} holds more than {LARGEST} bytes")
        return bytes(data)


def text_of(data: bytes, encoding: str) -> str:
    """The text; what is not in its encoding becomes a mark, since logs have strange bytes."""
    codec = next((codec for mark, codec in MARKS if data.startswith(mark)), CODECS.get(encoding, encoding or "utf-8"))
    return data.decode(codec, "replace")


def _settled(text: str, file: LogFile) -> str:
    """The text of a file with a line end after each line, without one that may not be whole yet."""
    if not text or text.endswith("\n"):
        return text
    written = file.modified.timestamp()
    with suppress(OSError):  # it may have been written to since it was listed
        written = max(written, Path(file.path).stat().st_mtime)
    return text[: text.rfind("\n") + 1] if time.time() - written < STILL else f"{text}\n"

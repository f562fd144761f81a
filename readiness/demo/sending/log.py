"""What does a process write in its log? One JSON object a line: time with zone, level, event, ids, codes.

Nothing personal: a recipient is starred, and a body is never given to it. Left out: who reads it.
"""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path

SHOWN = 2
"""How many of the last digits of a recipient's number are shown: enough to tell two rows apart."""


class Log:
    """One process's log file; written to by several threads, each line flushed."""

    def __init__(self, path: Path, node: str) -> None:
        self._node = node
        self._file = path.open("a", encoding="utf-8", newline="\n")
        self._lock = threading.Lock()

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def tell(
        self,
        level: str,
        event: str,
        *,
        correlation: str = "",
        message: str = "",
        recipient: str = "",
        **more: str | int | float,
    ) -> None:
        """Append a line. `level`: INFO, WARNING or ERROR; `more`: codes, ids and counts of the event."""
        row: dict[str, str | int | float] = {
            "time": datetime.now().astimezone().isoformat(timespec="milliseconds"),
            "level": level,
            "node": self._node,
            "event": event,
            "correlation_id": correlation,
            "message_id": message,
            "recipient": starred(recipient),
            **more,
        }
        line = json.dumps({key: value for key, value in row.items() if value != ""}, ensure_ascii=False) + "\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()


def starred(recipient: str) -> str:
    """A recipient's number with all but the last digits as stars."""
    return "*" * (len(recipient) - SHOWN) + recipient[-SHOWN:] if recipient else ""

"""What does a process write in its log? One JSON object a line: who, what, when, with what result, ids, codes.

Nothing personal: a recipient is starred, and a body is never given to it. Left out: who reads it, and what a log lacks
or leaks that has a built-in defect (`log_quirks`, `log_leaks`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from readiness.demo.sending.log_leaks import leaked
from readiness.demo.sending.log_quirks import Row, bent, chained

SHOWN = 2
"""How many of the last digits of a recipient's number are shown: enough to tell two rows apart."""
RESULTS = {"INFO": "ok", "WARNING": "problem", "ERROR": "failed"}
"""The result of what has no outcome of its own, by level."""


class Log:
    """One process's log file; written to by several threads, each line flushed."""

    def __init__(self, path: Path, node: str, quirks: Iterable[str] = ()) -> None:
        self._node = node
        self._quirks = tuple(quirks)
        path.touch(mode=0o600)
        self._before = _last(path)
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
        row: Row = {
            "time": datetime.now().astimezone().isoformat(timespec="milliseconds"),
            "level": level,
            "node": self._node,
            "user": f"svc-{self._node}",
            "event": event,
            "result": "" if "outcome" in more else RESULTS[level],
            "correlation_id": correlation,
            "message_id": message,
            "recipient": starred(recipient),
            "note": leaked(event, recipient, self._quirks),
            **more,
        }
        written = bent({key: value for key, value in row.items() if value != ""}, self._quirks)
        if written is None:
            return
        with self._lock:
            line = chained(written, self._before, self._quirks)
            self._file.write(f"{line}\n")
            self._file.flush()
            self._before = line


def _last(path: Path) -> str:
    """The last line of a log that is there already."""
    return next(iter(path.read_text(encoding="utf-8").splitlines()[-1:]), "")


def starred(recipient: str) -> str:
    """A recipient's number with all but the last digits as stars."""
    return "*" * (len(recipient) - SHOWN) + recipient[-SHOWN:] if recipient else ""

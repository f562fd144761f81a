"""Who reads documents? Another process, one question after the other; where it ends too soon, the next one goes on.

A document is somebody else's bytes, and its readers are large: one that loops, or fills the memory, is stopped by
itself, and takes along no more than the part that it was asked about.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import readiness
from probes._documents.child import ALARM, OUT_OF_MEMORY, OUT_OF_TIME
from probes._documents.work import Answers, Document, read_answers, unseen, write_question
from readiness.model import Reason

SECONDS = 20.0
"""For one part of one document."""
MEMORY = 1_500_000_000
ENDS = {
    OUT_OF_TIME: (Reason.TIMED_OUT, "reading it took too long"),
    ALARM: (Reason.TIMED_OUT, "reading it took too long"),
    OUT_OF_MEMORY: (Reason.LIMIT_REACHED, "reading it took too much memory"),
}


class Desk:
    """Asks, and stops asking when it is closed."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._closed = False
        self._running: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, questions: Iterable[tuple[str, Document]], at: datetime) -> list[Answers]:
        """The answers, in the order of the questions. Blocks; safe in a thread."""
        waiting = [write_question(part, document, at.isoformat()) for part, document in questions]
        answers: list[Answers] = []
        while waiting and not self._closed:
            found = self._one_process(waiting)
            answers += found
            waiting = waiting[len(found) :]
        return answers

    def close(self) -> None:
        """Stop the process, if one is running."""
        with self._lock:
            self._closed = True
            if self._running:
                self._running.kill()

    def _one_process(self, waiting: list[bytes]) -> list[Answers]:
        """What one process answers, and for the question that ended it, that it did."""
        root = str(Path(readiness.__file__).parents[1])
        command = [sys.executable, "-P", "-m", "probes._documents.child", str(self._seconds), str(self._memory)]
        with self._lock:
            if self._closed:
                return []
            self._running = subprocess.Popen(  # noqa: S603  our own program, as a list of arguments
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what a reader says there may be out of the document
                env={**os.environ, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"},
            )
        with self._running as process:
            try:
                output, _ = process.communicate(b"".join(waiting), self._seconds * (len(waiting) + 1))
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
                process.returncode = OUT_OF_TIME
        found = read_answers(output)[: len(waiting)]
        if len(found) == len(waiting):
            return found
        return [*found, _ended(process.returncode)]


def _ended(code: int) -> Answers:
    reason, detail = ENDS.get(code, (Reason.NOT_UNDERSTOOD, "the reader of PDF documents gave up over it"))
    return unseen(("*",), reason, detail)

"""The other process: reads questions about documents on stdin, and writes each answer on stdout before the next.

It ends by itself where one takes too long or too much memory. What a reader raises beside the reasons that it tells
ends it too: the questions behind that are asked of another. `python -m probes._documents.child SECONDS BYTES`.
Left out: who asks (`desk`).
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TextIO

from probes._documents.work import Answers, Document, read_question, unseen, write_answers
from readiness.probe import CannotObserve

OUT_OF_TIME, GAVE_UP, OUT_OF_MEMORY, ALARM = 1, 3, 4, -14
"""How the process ends. Where there is an alarm clock it ends by that signal (SIGALRM), else by faulthandler's code;
both stop what never gives up the interpreter. faulthandler now and then crashes as it looks at what runs."""


def main() -> None:
    """Answer until stdin ends."""
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    _bound_memory(memory)
    sys.excepthook = lambda kind, *_: os._exit(OUT_OF_MEMORY if kind is MemoryError else GAVE_UP)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        while question := read_question(sys.stdin.buffer):
            _bound_time(seconds, nowhere)
            sys.stdout.buffer.write(write_answers(answer(*question)))
            sys.stdout.buffer.flush()
            _bound_time(0, nowhere)


def answer(part: str, document: Document, at: str) -> Answers:
    """The answers of one part; "*" holds the reason where there is one for all of them."""
    try:
        if part == "structure":
            from probes._documents.structure import read_structure

            return read_structure(document.sent, document.asked.language)
        if part == "words":
            from probes._documents.words import read_words

            return read_words(document.sent, document.asked)
        if part == "signing":
            from probes._documents.signing import read_signing

            return read_signing(document.sent, document.anchors, datetime.fromisoformat(at))
        from probes._documents.copies import read_copies

        return read_copies(document.sent, document.archived)
    except CannotObserve as problem:
        return unseen(("*",), problem.unseen.reason, problem.unseen.detail)


def _bound_time(seconds: float, nowhere: TextIO) -> None:
    """From now on; 0: no longer."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
    elif seconds:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
    else:
        faulthandler.cancel_dump_traceback_later()


def _bound_memory(most: int) -> None:
    """Where the platform can; elsewhere what is unpacked is bounded by the readers, and the time by the clock."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()

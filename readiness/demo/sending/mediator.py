"""The förmedlare: which letters are to be tried now, which later, and what became of each?

What is refused for now is tried again after growing waits. What nobody was there for waits in a queue, which drains
in the same way; a new order counts it in again, but for what a person has been told of. After so many attempts a person
is told. Left out: an attempt itself (`sender`), and what follows from it (`reaction`).
"""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from readiness.demo.sending.answers import Refused
from readiness.demo.sending.hop import Route, open_door
from readiness.demo.sending.letter import Letter, from_plain
from readiness.demo.sending.log import Log
from readiness.demo.sending.outcome import FAILED, PENDING, UNKNOWN, WORKING, Outcome
from readiness.demo.sending.reaction import Happened, away, fault_code, react
from readiness.demo.sending.reaction_quirks import bent
from readiness.demo.sending.sender import Sender, Task, ids_of
from readiness.demo.sending.settings import Settings

GROWTH = 1.5
"""Each wait is so many times the one before it."""
TOGETHER = 0.05
"""Letters that are due within so many seconds are tried together, and FaR is asked about all of them at once."""
STORM, STORM_GROWTH, STORM_TRIES = 0.2, 0.5, 12
"""How the built-in defect that does not hold back waits."""


def run(settings: Settings, log: Log) -> None:
    """Serve until told to end."""
    Mediator(settings, log).serve()


class Mediator:
    """Letters by case: those that are to be tried, and what became of each."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self._settings = settings
        self._quirks = settings.quirks
        self._log = log
        self._sender = Sender(settings, log)
        self._arrived: queue.Queue[list[Letter] | None] = queue.Queue()
        self._tasks: dict[str, Task] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._broken = False
        storms = "storms" in settings.quirks
        self._attempts = STORM_TRIES if storms else settings.attempts
        self._most = STORM_TRIES if storms else settings.most

    def serve(self) -> None:
        """Until `POST /avsluta`."""
        routes: dict[str, Route] = {
            "POST /sandningar": self.take,
            "GET /utfall": self.outcomes,
            "POST /avsluta": self.stop,
        }
        with open_door(self._settings, routes, self._log):
            while self.work(self._settings.seconds):
                pass

    def take(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """An order; a letter that was taken before is not taken again. What waited is tried with it."""
        letters = [letter for letter in map(from_plain, rows) if letter.case not in self._outcomes]
        self._outcomes |= {letter.case: Outcome(WORKING) for letter in letters}
        self._arrived.put(letters)
        return len(letters)

    def outcomes(self, _: object = None) -> Mapping[str, Any]:
        """What is known of each letter."""
        return {case: asdict(outcome) for case, outcome in dict(self._outcomes).items()}

    def stop(self, _: object = None) -> bool:
        """End when what is under way is finished."""
        self._arrived.put(None)
        return True

    def work(self, seconds: float) -> bool:
        """Wait so long at most for letters to come or to be due, and try each that is due once. False: told to end."""
        due = min((task.due for task in self._tasks.values()), default=float("inf"))
        try:
            letters = self._arrived.get(timeout=max(0.0, min(seconds, due - time.monotonic())))
        except queue.Empty:
            letters = []
        if letters is None:
            return False
        if letters:
            self._begin(letters)
        soon = time.monotonic() + TOGETHER
        if ready := [task for task in self._tasks.values() if task.due <= soon]:
            self._try(ready)
        return True

    def _try(self, tasks: Sequence[Task]) -> None:
        """One attempt at each. For those of whom FaR could not be asked it was one question, over at one time."""
        began = asked_from = time.monotonic()
        asked_until = 0.0
        for task, happened in self._sender.attempt(tasks):
            asked_until = asked_until or time.monotonic()
            span = (began, time.monotonic()) if happened.delivery else (asked_from, asked_until)
            self._note(task, happened, *span)
            began = time.monotonic()
            if self._broken:
                break

    def _begin(self, letters: Sequence[Letter]) -> None:
        for case, task in self._tasks.items():
            task.tries_of_order = 0
            if not self._outcomes[case].told:
                self._outcomes[case] = replace(self._outcomes[case], word=WORKING)
        self._tasks |= {letter.case: Task(letter) for letter in letters}
        if self._broken:
            self._break()

    def _note(self, task: Task, happened: Happened, began: float, ended: float) -> None:
        """What became of the letter in an attempt, and when it is tried again, if ever."""
        outcome = bent(happened, react(happened), self._quirks)
        case = task.letter.case
        task.tries += 1
        task.tries_of_order += 1
        waited = began - task.ended if task.ended else 0.0
        task.ended = ended
        task.due = task.ended + self._wait(task, happened, waited)
        if outcome.word != PENDING:
            del self._tasks[case]
        elif task.tries >= self._most:
            del self._tasks[case]
            outcome = replace(outcome, told=True, why=f"given up after {task.tries} attempts: {outcome.why}")
        event = "delivery_failed" if happened.delivery and happened.problem else "decided"
        self._tell(event, task, outcome, fault_code(happened.problem))
        soon = case in self._tasks and task.tries_of_order < self._attempts
        if soon and ("storms" in self._quirks or not away(happened)):
            outcome = replace(outcome, word=WORKING)
        self._outcomes[case] = outcome
        if "breaks-for-good" in self._quirks and outcome.word == FAILED:
            self._break()

    def _wait(self, task: Task, happened: Happened, waited: float) -> float:
        """Seconds before the next attempt: what the peer asks for, and more than was `waited` for this one; bounded."""
        if "storms" in self._quirks:
            return STORM * STORM_GROWTH ** (task.tries - 1)
        asked = happened.problem.wait if isinstance(happened.problem, Refused) else 0.0
        wait = max(self._settings.wait, waited * GROWTH)
        if "waits-less-each-time" in self._quirks:
            wait = float(self._settings.wait * GROWTH ** (2 - task.tries))
        return min(max(wait, asked), self._settings.longest_wait)

    def _break(self) -> None:
        """A circuit breaker that counts refusals as failures, and never closes."""
        self._broken = True
        for case in self._tasks:
            self._outcomes[case] = Outcome(PENDING, why="the circuit breaker is open")
        self._tasks.clear()

    def _tell(self, event: str, task: Task, outcome: Outcome, code: int | str) -> None:
        level = "INFO" if outcome.channel else "ERROR" if outcome.word in {UNKNOWN, FAILED} else "WARNING"
        self._log.tell(
            level,
            event,
            **ids_of(task.letter),
            outcome=outcome.word,
            receipt=outcome.receipt,
            why=outcome.why,
            attempt=task.tries,
            fault_code=code,
        )

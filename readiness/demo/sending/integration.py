"""The integration: what waits to be sent, and has it gone on? A queue, relayed as one batch.

What cannot be handed over stays in the queue, and is tried again whenever somebody asks. Left out: what is in a letter.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from readiness.demo.sending.hop import Next, Route, Unreachable, open_door
from readiness.demo.sending.log import Log
from readiness.demo.sending.outcome import PENDING, WORKING, Outcome
from readiness.demo.sending.settings import Settings


def run(settings: Settings, log: Log) -> None:
    """Serve until told to end."""
    Queue(settings, log).serve()


class Queue:
    """Letters by case, those that wait apart from those that were relayed."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self._settings = settings
        self._log = log
        self._next = Next(settings)
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._waiting: dict[str, dict[str, Any]] = {}
        self._relayed: set[str] = set()

    def serve(self) -> None:
        """Until `POST /avsluta`."""
        routes: dict[str, Route] = {
            "POST /meddelanden": self.take,
            "POST /kor": self.relay,
            "GET /utfall": self.outcomes,
            "POST /avsluta": self.stop,
        }
        with open_door(self._settings, routes, self._log):
            self._end.wait(self._settings.seconds)
        self._next.close()

    def take(self, letter: dict[str, Any]) -> int:
        """Queue a letter; the same letter twice is queued once. Gives how many wait."""
        with self._lock:
            if letter["case"] not in self._relayed:
                self._waiting[letter["case"]] = letter
        self._log.tell("INFO", "queued", **_ids(letter))
        return len(self._waiting)

    def relay(self, _: object = None) -> int:
        """Hand what waits to the förmedlare, as one batch. Gives how many still wait."""
        with self._lock:
            batch = list(self._waiting.values())
            if batch:
                try:
                    self._next.ask("POST /sandningar", batch)
                except Unreachable as problem:
                    self._log.tell("ERROR", "mediator_unreachable", problem=str(problem), waiting=len(batch))
                    return len(batch)
                self._relayed |= set(self._waiting)
                self._waiting.clear()
        for letter in batch:
            self._log.tell("INFO", "relayed", **_ids(letter))
        return 0

    def outcomes(self, _: object = None) -> Mapping[str, Any]:
        """What the förmedlare says became of what was relayed; what waits here is pending."""
        if self.relay():
            return {case: asdict(Outcome(PENDING, why="waits in the integration")) for case in self._waiting}
        with self._lock:
            try:
                said = self._next.ask("GET /utfall")
            except Unreachable as problem:
                self._log.tell("ERROR", "mediator_unreachable", problem=str(problem))
                return {case: asdict(Outcome(WORKING)) for case in self._relayed}
        return dict(said)

    def stop(self, _: object = None) -> bool:
        """Tell the förmedlare to end, and end."""
        with self._lock:
            try:
                self._next.ask("POST /avsluta")
            except Unreachable as problem:
                self._log.tell("ERROR", "mediator_unreachable", problem=str(problem))
        self._end.set()
        return True


def _ids(letter: Mapping[str, Any]) -> dict[str, str]:
    return {"correlation": letter["case"], "message": letter["id"], "recipient": letter["recipients"][0]}

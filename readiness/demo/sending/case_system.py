"""The verksamhetssystem: which orders have come, and what became of each letter?

It writes the letters, hands them to the integration, asks what became of them, and keeps the account, in which every
letter stands. Left out: who can be reached and how (`mediator`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness.demo.sending.hop import Next, Unreachable
from readiness.demo.sending.letter import Letter, to_plain, write_letter
from readiness.demo.sending.letter_quirks import apply
from readiness.demo.sending.log import Log
from readiness.demo.sending.orders import open_orders, put_away, read_order, told_to_end
from readiness.demo.sending.outcome import DELIVERED, FORGOTTEN, PAPER, PENDING, UNKNOWN, WORKING, Outcome
from readiness.demo.sending.settings import Decision, Settings

POLL = 0.03
MARGIN = 3.0
"""Seconds before the end of the time when it stops waiting and writes what it knows."""
KINDS = ("beslut", "kallelse")
ON_THE_WAY = frozenset({WORKING, PENDING})


def run(settings: Settings, log: Log) -> None:
    """Take orders until told to end, or until the first one is dealt with."""
    CaseSystem(settings, log).run()


@dataclass(slots=True)
class CaseSystem:
    """Letters and their outcomes, by case; and the files of open orders, None for the one in the settings."""

    settings: Settings
    log: Log
    _letters: dict[str, Letter] = field(default_factory=dict)
    _outcomes: dict[str, Outcome] = field(default_factory=dict)
    _orders: list[Path | None] = field(default_factory=list)

    def run(self) -> None:
        """Until told to end, or the time is over."""
        until = time.monotonic() + self.settings.seconds - MARGIN
        integration = Next(self.settings)
        try:
            if self.settings.decisions:
                self._take(self.settings.decisions, None, integration)
            while not self._over() and time.monotonic() < until:
                self._take_files(integration)
                self._ask(integration)
                self._put_away()
                time.sleep(POLL)
            self._settle()
            integration.ask("POST /avsluta")
        except Unreachable as problem:
            self.log.tell("ERROR", "integration_unreachable", problem=str(problem))
            self._settle()
        finally:
            integration.close()

    def _over(self) -> bool:
        if not self.settings.orders:
            return not self._orders
        return told_to_end(Path(self.settings.orders)) and not open_orders(Path(self.settings.orders))

    def _take_files(self, integration: Next) -> None:
        for path in open_orders(Path(self.settings.orders)) if self.settings.orders else ():
            if path not in self._orders:
                self._take(self._decisions(read_order(path)), path, integration)

    def _decisions(self, recipients: Iterable[str]) -> list[Decision]:
        """A case of its own for each, numbered through all orders."""
        numbered = enumerate(recipients, len(self._letters) + 1)
        return [Decision(f"2026-{place:04}", recipient, KINDS[place % 2]) for place, recipient in numbered]

    def _take(self, decisions: Iterable[Decision], path: Path | None, integration: Next) -> None:
        written = [write_letter(decision, self.settings.sender_name) for decision in decisions]
        letters = apply(written, self.settings.quirks, len(self._letters))
        self._orders.append(path)
        for letter in letters:
            self._letters[letter.case] = letter
            self._outcomes[letter.case] = Outcome(WORKING)
        self._write()
        for letter in letters:
            ids = {"correlation": letter.case, "message": letter.id, "recipient": letter.recipients[0]}
            self.log.tell("INFO", "created", **ids)
            integration.ask("POST /meddelanden", to_plain(letter))
            self.log.tell("INFO", "handed_over", **ids)
        integration.ask("POST /kor")

    def _ask(self, integration: Next) -> None:
        """What is known by now, as long as anything is on its way."""
        if any(outcome.word in ON_THE_WAY for outcome in self._outcomes.values()):
            plain: dict[str, Any] = integration.ask("GET /utfall")
            self._learn({case: Outcome(**row) for case, row in plain.items() if case in self._letters})

    def _learn(self, said: Mapping[str, Outcome]) -> None:
        changed = {case: outcome for case, outcome in said.items() if outcome != self._outcomes[case]}
        self._outcomes |= changed
        for case, outcome in changed.items():
            if outcome.word != WORKING:
                self._tell(self._letters[case], outcome)
        if changed:
            self._write()

    def _put_away(self) -> None:
        """Note that the orders are dealt with when nothing is under way, of earlier ones neither."""
        if any(outcome.word == WORKING for outcome in self._outcomes.values()):
            return
        for path in self._orders:
            if path:
                put_away(path)
        self._orders.clear()

    def _settle(self) -> None:
        """Write what is known at the end: of what is still under way nobody knows."""
        missing = [case for case, outcome in self._outcomes.items() if outcome.word == WORKING]
        if missing:
            self.log.tell("ERROR", "waited_in_vain", missing=len(missing))
        self._learn({case: Outcome(UNKNOWN, why="no answer from the integration", told=True) for case in missing})
        self._write()

    def _tell(self, letter: Letter, outcome: Outcome) -> None:
        self.log.tell(
            "INFO" if outcome.channel else "ERROR",
            "accounted",
            correlation=letter.case,
            message=letter.id,
            recipient=letter.recipients[0],
            outcome=outcome.word,
            channel=outcome.channel,
            receipt=outcome.receipt,
            why=outcome.why,
            told=outcome.told,
        )

    def _write(self) -> None:
        """Write the account, whole or not at all: a row for each letter."""
        rows = [row for case in self._letters for row in self._rows(self._letters[case], self._outcomes[case])]
        path = Path(self.settings.account)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
        part.replace(path)

    def _rows(self, letter: Letter, outcome: Outcome) -> list[dict[str, str | bool]]:
        if outcome.word == FORGOTTEN:
            return []
        row: dict[str, str | bool] = {
            "person": letter.recipients[0],
            "case": letter.case,
            "message_id": letter.id,
            "outcome": PENDING if outcome.word == WORKING else outcome.word,
            "channel": outcome.channel,
            "told": outcome.told,
        }
        if "prints-what-is-delivered" in self.settings.quirks and outcome.word == DELIVERED:
            return [row, {**row, "message_id": f"{letter.id}-P", "outcome": PAPER, "channel": PAPER}]
        return [row]

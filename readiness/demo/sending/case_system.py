"""The verksamhetssystem: which decisions are there, and what became of each letter?

It writes the letters, hands them to the integration, waits, and writes the account, in which every letter stands. Left
out: who can be reached and how (`mediator`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from readiness.demo.sending.hop import Next, Unreachable
from readiness.demo.sending.letter import Letter, to_plain, write_letter
from readiness.demo.sending.letter_quirks import apply
from readiness.demo.sending.log import Log
from readiness.demo.sending.outcome import FINAL, UNKNOWN, Outcome
from readiness.demo.sending.settings import Settings

POLL = 0.02
MARGIN = 3.0
"""Seconds before the end of the time when it stops waiting and writes what it knows."""


def run(settings: Settings, log: Log) -> None:
    """One run: write, hand over, wait, account."""
    until = time.monotonic() + settings.seconds - MARGIN
    letters = apply([write_letter(decision, settings.sender_name) for decision in settings.decisions], settings.quirks)
    integration = Next(settings)
    try:
        for letter in letters:
            _hand_over(letter, integration, log)
        outcomes = _wait(letters, integration, until, log)
        _account(Path(settings.account), letters, outcomes, log)
        integration.ask("POST /avsluta")
    except Unreachable as problem:
        log.tell("ERROR", "integration_unreachable", problem=str(problem))
        if not Path(settings.account).exists():
            _account(Path(settings.account), letters, {}, log)
    finally:
        integration.close()


def _hand_over(letter: Letter, integration: Next, log: Log) -> None:
    recipient = letter.recipients[0]
    log.tell("INFO", "created", correlation=letter.case, message=letter.id, recipient=recipient)
    integration.ask("POST /meddelanden", to_plain(letter))
    log.tell("INFO", "handed_over", correlation=letter.case, message=letter.id, recipient=recipient)


def _wait(letters: Sequence[Letter], integration: Next, until: float, log: Log) -> Mapping[str, Outcome]:
    """What is known of each letter, by case, when nothing more is to be expected or the time is over."""
    integration.ask("POST /kor")
    outcomes: dict[str, Outcome] = {}
    while time.monotonic() < until:
        plain: dict[str, Any] = integration.ask("GET /utfall")
        outcomes = {case: Outcome(**row) for case, row in plain.items()}
        if all(letter.case in outcomes and outcomes[letter.case].word in FINAL for letter in letters):
            return outcomes
        time.sleep(POLL)
    log.tell("ERROR", "waited_in_vain", missing=len(letters) - len(outcomes))
    return outcomes


def _account(path: Path, letters: Sequence[Letter], outcomes: Mapping[str, Outcome], log: Log) -> None:
    """Write the account: a row for each letter created, and a person is told of what is uncertain."""
    rows = []
    for letter in letters:
        outcome = outcomes.get(letter.case, Outcome(UNKNOWN, why="no answer from the integration"))
        rows.append({"case": letter.case, "message_id": letter.id, "outcome": outcome.word, "channel": outcome.channel})
        level = "INFO" if outcome.channel else "ERROR"
        log.tell(
            level,
            "accounted",
            correlation=letter.case,
            message=letter.id,
            recipient=letter.recipients[0],
            outcome=outcome.word,
            channel=outcome.channel,
            receipt=outcome.receipt,
            why=outcome.why,
        )
    part = path.with_suffix(".part")
    part.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    part.replace(path)

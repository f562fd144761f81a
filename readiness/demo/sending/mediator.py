"""The förmedlare: who can be reached, where is each letter to go, and what became of it?

One batch at a time: it asks FaR, decides for each recipient (C section 7), signs, seals, delivers to exactly the
address that FaR gave, reads every Status, and treats faults by their range (C section 5). What is uncertain is said to
be so, and never goes on paper as well. Left out: what requests look like (`delivery`), and how they travel (`caller`).
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from readiness.contract.names import RECIPIENT_V2, RECIPIENT_V3, SERVICE_V2, SERVICE_V3
from readiness.demo.sending.answers import Account, NotUnderstood, Receipt, Refused, read_accounts, read_receipt
from readiness.demo.sending.caller import Caller, Lost, NotSent
from readiness.demo.sending.delivery import delivery, question, read_signer
from readiness.demo.sending.hop import Route, open_door
from readiness.demo.sending.letter import Letter, from_plain
from readiness.demo.sending.log import Log
from readiness.demo.sending.old_hello import HELLOS
from readiness.demo.sending.outcome import DELIVERED, DIGITAL, FAILED, PAPER, PENDING, UNKNOWN, WORKING, Outcome
from readiness.demo.sending.settings import Settings

Problem = NotSent | Lost | Refused | NotUnderstood


def run(settings: Settings, log: Log) -> None:
    """Serve until told to end."""
    Mediator(settings, log).serve()


class Mediator:
    """Batches of letters, and what became of each, by case."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self._settings = settings
        self._log = log
        self._signing, self._sealing = read_signer(settings.signing), read_signer(settings.sealing)
        self._batches: queue.Queue[list[Letter] | None] = queue.Queue()
        self._outcomes: dict[str, Outcome] = {}

    def serve(self) -> None:
        """Until `POST /avsluta`, and what was taken before that is finished."""
        routes: dict[str, Route] = {
            "POST /sandningar": self.take,
            "GET /utfall": self.outcomes,
            "POST /avsluta": self.stop,
        }
        with open_door(self._settings, routes, self._log):
            while (batch := self._batches.get(timeout=self._settings.seconds)) is not None:
                with Caller(self._settings) as caller:
                    self._send(batch, caller)

    def take(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """A batch; a letter that was taken before is not taken again."""
        letters = [letter for letter in map(from_plain, rows) if letter.case not in self._outcomes]
        self._outcomes |= {letter.case: Outcome(WORKING) for letter in letters}
        self._batches.put(letters)
        return len(letters)

    def outcomes(self, _: object = None) -> Mapping[str, Any]:
        """What is known of each letter."""
        return {case: asdict(outcome) for case, outcome in dict(self._outcomes).items()}

    def stop(self, _: object = None) -> bool:
        """End when what was taken is finished."""
        self._batches.put(None)
        return True

    def _send(self, letters: Sequence[Letter], caller: Caller) -> None:
        quirks = self._settings.quirks
        self._ask_for_nothing(caller)
        by_memory = letters[:1] if "delivers-by-memory" in quirks else ()
        asked = [letter for letter in letters if letter not in by_memory]
        accounts: dict[str, Account] = {}
        problems: dict[str, Problem] = {}
        for recipients in _batches([r for letter in asked for r in letter.recipients], self._settings.batch):
            found = self._look_up(recipients, caller)
            if isinstance(found, dict):
                accounts |= found
            else:
                problems |= dict.fromkeys(recipients, found)
        reached = next((account for account in accounts.values() if account.reachable), None)
        for letter in by_memory:
            accounts |= {recipient: reached for recipient in letter.recipients if reached}
        for letter in letters:
            problem = problems.get(letter.recipients[0])
            outcome = _unasked(problem) if problem else self._decide(letter, accounts, caller)
            self._tell("decided", letter, outcome)
            self._outcomes[letter.case] = outcome

    def _ask_for_nothing(self, caller: Caller) -> None:
        """What sending systems do beside their work, and get wrong: health checks, and questions about everybody."""
        quirks, far = self._settings.quirks, self._settings.far
        if "knocks-without-certificate" in quirks:
            caller.knock(far)
        for name in HELLOS.keys() & set(quirks):
            caller.knock(far, HELLOS[name]())
        if "asks-about-everybody" in quirks:
            self._look_up(self._settings.register, caller)
        if "asks-in-version-2" in quirks:
            old = question(self._settings.sender, ()).replace(RECIPIENT_V3.encode(), RECIPIENT_V2.encode())
            caller.call(far, old)

    def _look_up(self, recipients: Sequence[str], caller: Caller) -> dict[str, Account] | Problem:
        """What FaR says of them; asked again later where that can help, for asking changes nothing."""
        request = question(self._settings.sender, recipients, self._settings.quirks)
        problem: Problem = NotSent("never tried")
        for _ in self._attempts():
            try:
                accounts = read_accounts(caller.call(self._settings.far, request))
            except (NotSent, Lost, Refused, NotUnderstood) as error:
                problem = error
                self._log.tell("WARNING", "look_up_failed", problem=str(error), call_id=_call_id(error))
                if isinstance(error, Refused) and not error.later:
                    break
                continue
            self._log.tell("INFO", "looked_up", asked=len(recipients), answered=len(accounts))
            return accounts
        return problem

    def _decide(self, letter: Letter, accounts: Mapping[str, Account], caller: Caller) -> Outcome:
        """Deliver it, or let it go on paper."""
        account = accounts.get(letter.recipients[0])
        if account is None:
            return Outcome(PAPER, PAPER, why="FaR does not name the recipient")
        if not account.reachable:
            why = "opted out" if account.kind == "Secure" and not account.accepted else f"account {account.kind}"
            return Outcome(PAPER, PAPER, why=f"{why}, registration in progress" if account.pending else why)
        today = datetime.now().astimezone().date()
        quirks = self._settings.quirks
        request = delivery(letter, self._settings.sender, self._signing, self._sealing, today, quirks)
        if "delivers-in-version-2" in quirks and letter.case == next(iter(self._outcomes)):
            request = request.replace(SERVICE_V3.encode(), SERVICE_V2.encode())
        return self._deliver(letter, account.address, request, caller)

    def _deliver(self, letter: Letter, address: str, request: bytes, caller: Caller) -> Outcome:
        """The same request, with the same message id, again as long as it cannot have been delivered."""
        outcome = Outcome(PENDING, why="never tried")
        for _ in self._attempts():
            try:
                outcome = _by_receipt(read_receipt(caller.call(address, request)), letter)
            except (NotSent, Lost, Refused, NotUnderstood) as error:
                outcome = _after(error)
                self._tell("delivery_failed", letter, outcome)
            if outcome.word != PENDING:
                break
        return outcome

    def _attempts(self) -> Iterator[int]:
        for attempt in range(self._settings.attempts):
            time.sleep(self._settings.wait * 2**attempt if attempt else 0)
            yield attempt

    def _tell(self, event: str, letter: Letter, outcome: Outcome) -> None:
        level = "INFO" if outcome.channel else "ERROR" if outcome.word in {UNKNOWN, FAILED} else "WARNING"
        self._log.tell(
            level,
            event,
            correlation=letter.case,
            message=letter.id,
            recipient=letter.recipients[0],
            outcome=outcome.word,
            receipt=outcome.receipt,
            why=outcome.why,
        )


def _by_receipt(receipt: Receipt, letter: Letter) -> Outcome:
    """By every Status: all must say the same (C section 7)."""
    flags = {delivered for recipient, delivered in receipt.statuses if recipient in letter.recipients}
    if flags == {True}:
        return Outcome(DELIVERED, DIGITAL, receipt.trans_id)
    if flags == {False}:
        return Outcome(PAPER, PAPER, receipt.trans_id, "the operator did not deliver it")
    return Outcome(UNKNOWN, "", receipt.trans_id, "the receipt does not say whether it was delivered")


def _after(problem: Problem) -> Outcome:
    """What is known after a problem: it may go well later, or never will, or nobody knows."""
    if isinstance(problem, Refused):
        return Outcome(PENDING if problem.later else FAILED, receipt=problem.call_id, why=str(problem))
    return Outcome(PENDING if isinstance(problem, NotSent) else UNKNOWN, why=str(problem))


def _unasked(problem: Problem) -> Outcome:
    """What is known of a letter when FaR could not be asked: nothing was sent, whatever the problem was."""
    outcome = _after(problem)
    return outcome if outcome.word == FAILED else Outcome(PENDING, receipt=outcome.receipt, why=outcome.why)


def _call_id(problem: Problem) -> str:
    return problem.call_id if isinstance(problem, Refused) else ""


def _batches(recipients: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Each recipient once, so many at a time."""
    once = list(dict.fromkeys(recipients))
    for start in range(0, len(once), size):
        yield once[start : start + size]

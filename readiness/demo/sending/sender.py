"""How is one attempt at some letters made? FaR is asked about all of them, then each is delivered, or goes on paper.

FaR is asked anew before every attempt, for a recipient may have moved; a letter goes to exactly the address that FaR
gave, and an attempt that is made again sends the same bytes, with the same message id. Left out: when attempts are made
(`mediator`), what requests look like (`delivery`), how they travel (`caller`), and what follows from answers
(`reaction`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from readiness.contract.names import RECIPIENT_V2, RECIPIENT_V3, SERVICE_V2, SERVICE_V3
from readiness.demo.sending.answer_quirks import misread, unsupported
from readiness.demo.sending.answers import Account, NotUnderstood, Refused, read_accounts, read_receipt
from readiness.demo.sending.caller import Caller, Lost
from readiness.demo.sending.delivery import delivery, question, read_signer
from readiness.demo.sending.letter import Letter, new_id
from readiness.demo.sending.log import Log
from readiness.demo.sending.old_hello import HELLOS
from readiness.demo.sending.proof import NotSent
from readiness.demo.sending.reaction import Happened, Problem, call_id, fault_code
from readiness.demo.sending.settings import Settings

PROBLEMS = (NotSent, Lost, Refused, NotUnderstood)


@dataclass(slots=True)
class Task:
    """A letter that is to be sent.

    `due`: when it is tried next, `ended`: when the last attempt was over (0: none was made), on the monotonic clock;
    `tries` that were made, and those of them since the last order; `request`: what was signed, once it was.
    """

    letter: Letter
    due: float = 0.0
    ended: float = 0.0
    tries: int = 0
    tries_of_order: int = 0
    request: bytes = field(default=b"", repr=False)


class Sender:
    """The part of the förmedlare that talks to FaR and to operators."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self._settings = settings
        self._quirks = settings.quirks
        self._log = log
        self._caller = Caller(settings)
        self._signing, self._sealing = read_signer(settings.signing), read_signer(settings.sealing)
        self._first: Letter | None = None
        self._remembered: dict[str, Account] = {}

    def attempt(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Happened]]:
        """One attempt at each; what came of it is told as soon as it is known."""
        begun = self._first is None
        if begun:
            self._first = tasks[0].letter
            self._ask_for_nothing()
        by_memory = tasks[:1] if begun and "delivers-by-memory" in self._quirks else ()
        accounts, problems = self._look_up_all([task.letter for task in tasks if task not in by_memory])
        reached = next((account for account in accounts.values() if account.reachable), None)
        for task in by_memory:
            accounts |= {recipient: reached for recipient in task.letter.recipients if reached}
        for task in tasks:
            recipient = task.letter.recipients[0]
            happened = Happened(task.letter, task.tries + 1, account=accounts.get(recipient))
            if recipient in problems:
                happened = replace(happened, problem=problems[recipient])
            elif happened.account and happened.account.reachable and not unsupported(happened.account, self._quirks):
                happened = self._deliver(task, happened, happened.account.address)
            yield task, happened

    def _ask_for_nothing(self) -> None:
        """What sending systems do beside their work, and get wrong: health checks, and questions about everybody."""
        quirks, far = self._quirks, self._settings.far
        if "knocks-without-certificate" in quirks:
            self._caller.knock(far)
        for name in HELLOS.keys() & set(quirks):
            self._caller.knock(far, HELLOS[name]())
        if "asks-about-everybody" in quirks:
            self._look_up(self._settings.register, ())
        if "asks-in-version-2" in quirks:
            old = question(self._settings.sender, ()).replace(RECIPIENT_V3.encode(), RECIPIENT_V2.encode())
            self._caller.call(far, old)

    def _look_up_all(self, letters: Sequence[Letter]) -> tuple[dict[str, Account], dict[str, Problem]]:
        """What FaR says of their recipients, and for whom it could not be asked."""
        accounts: dict[str, Account] = {}
        problems: dict[str, Problem] = {}
        if "remembers-look-ups" in self._quirks:
            accounts |= self._remembered
        asked = [one for letter in letters for one in letter.recipients if one not in accounts]
        for recipients in _batches(asked, self._settings.batch):
            found = self._look_up(recipients, letters)
            if isinstance(found, dict):
                accounts |= found
                self._remembered |= found
            else:
                problems |= dict.fromkeys(recipients, found)
        return accounts, problems

    def _look_up(self, recipients: Sequence[str], letters: Sequence[Letter]) -> dict[str, Account] | Problem:
        request = question(self._settings.sender, recipients, self._quirks)
        try:
            accounts = read_accounts(self._caller.call(self._settings.far, request))
        except PROBLEMS as problem:
            self._tell_of(problem, [letter for letter in letters if letter.recipients[0] in recipients])
            return problem
        self._log.tell("INFO", "looked_up", asked=len(recipients), answered=len(accounts))
        return accounts

    def _tell_of(self, problem: Problem, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self._log.tell(
                "WARNING",
                "look_up_failed",
                **ids_of(letter),
                problem=str(problem),
                call_id=call_id(problem),
                fault_code=fault_code(problem),
            )

    def _deliver(self, task: Task, happened: Happened, address: str) -> Happened:
        if not task.request or "repeats-with-new-id" in self._quirks:
            task.request = self._request(task)
            self._log.tell("INFO", "signed", **ids_of(task.letter))
        self._log.tell("INFO", "sending", **ids_of(task.letter), attempt=happened.tries)
        try:
            said = misread(self._caller.call(address, task.request), self._quirks)
            receipt = read_receipt(said)
        except PROBLEMS as problem:
            return replace(happened, delivery=True, problem=problem)
        if "delivers-twice" in self._quirks:
            with suppress(*PROBLEMS):
                self._caller.call(address, task.request)
        return replace(happened, delivery=True, receipt=receipt)

    def _request(self, task: Task) -> bytes:
        letter = task.letter
        if task.request:  # only a built-in defect makes it anew
            letter = replace(letter, id=new_id())
        today = datetime.now().astimezone().date()
        request = delivery(letter, self._settings.sender, self._signing, self._sealing, today, self._quirks)
        if "delivers-in-version-2" in self._quirks and task.letter is self._first:
            request = request.replace(SERVICE_V3.encode(), SERVICE_V2.encode())
        return request


def ids_of(letter: Letter) -> dict[str, str]:
    """By what a letter is known in the log."""
    return {"correlation": letter.case, "message": letter.id, "recipient": letter.recipients[0]}


def _batches(recipients: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Each recipient once, so many at a time."""
    once = list(dict.fromkeys(recipients))
    for start in range(0, len(once), size):
        yield once[start : start + size]

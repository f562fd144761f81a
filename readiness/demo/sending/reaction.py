"""What follows from what FaR or an operator said, or did not say? Pure; C sections 5 and 7.

What can go well later is pending, and is tried again. What is uncertain is said to be so, is never repeated, and never
goes on paper as well. Whatever a person has to deal with, a person is told. Left out: when it is tried again
(`mediator`), and what the built-in defects make of it (`reaction_quirks`).
"""

from __future__ import annotations

from dataclasses import dataclass

from readiness.demo.sending.answers import Account, NotUnderstood, Receipt, Refused
from readiness.demo.sending.caller import Lost
from readiness.demo.sending.letter import Letter
from readiness.demo.sending.outcome import DELIVERED, DIGITAL, FAILED, PAPER, PENDING, UNKNOWN, Outcome
from readiness.demo.sending.proof import NotSent, Unproven

Problem = NotSent | Lost | Refused | NotUnderstood


@dataclass(frozen=True, slots=True)
class Happened:
    """What came of one attempt at a letter, which is number `tries`. `delivery`: whether a delivery was tried, or only
    FaR was asked; `receipt` or `problem` is what it came to, `account` what FaR had said."""

    letter: Letter
    tries: int
    delivery: bool = False
    account: Account | None = None
    receipt: Receipt | None = None
    problem: Problem | None = None


def react(happened: Happened) -> Outcome:
    """What became of the letter; PENDING: not sent yet, and to be tried again."""
    if happened.receipt is not None:
        return by_receipt(happened.receipt, happened.letter)
    if happened.problem is None:
        return _by_account(happened.account)
    return _after(happened.problem) if happened.delivery else _unasked(happened.problem)


def by_receipt(receipt: Receipt, letter: Letter) -> Outcome:
    """By every Status about the recipient: all must say the same."""
    flags = {delivered for recipient, delivered in receipt.statuses if recipient in letter.recipients}
    if flags == {True}:
        return Outcome(DELIVERED, DIGITAL, receipt.trans_id)
    if flags == {False}:
        return Outcome(PAPER, PAPER, receipt.trans_id, "the operator did not deliver it")
    return Outcome(UNKNOWN, "", receipt.trans_id, "the receipt does not say whether it was delivered", told=True)


def away(happened: Happened) -> bool:
    """Whether nobody was there to refuse anything: then it is tried when there may be, and not at once."""
    problem = happened.problem
    return isinstance(problem, NotSent) or (not happened.delivery and isinstance(problem, Lost | NotUnderstood))


def call_id(problem: Problem) -> str:
    """The CallId of a fault."""
    return problem.call_id if isinstance(problem, Refused) else ""


def fault_code(problem: Problem | None) -> int | str:
    """The code of a fault, for the log; "" where it was no fault, or gave none."""
    code = problem.code if isinstance(problem, Refused) else None
    return "" if code is None or code < 0 else code


def _by_account(account: Account | None) -> Outcome:
    """On paper, because of what FaR says of the recipient."""
    if account is None:
        return Outcome(PAPER, PAPER, why="FaR does not name the recipient")
    why = "opted out" if account.kind == "Secure" and not account.accepted else f"account {account.kind}"
    return Outcome(PAPER, PAPER, why=f"{why}, registration in progress" if account.pending else why)


def _after(problem: Problem) -> Outcome:
    """What is known after a problem: it may go well later, or never will, or nobody knows."""
    why = str(problem)
    if isinstance(problem, Refused):
        return Outcome(PENDING if problem.later else FAILED, "", problem.call_id, why, told=not problem.later)
    if isinstance(problem, NotSent):
        return Outcome(PENDING, why=why, told=isinstance(problem, Unproven))
    return Outcome(UNKNOWN, why=why, told=True)


def _unasked(problem: Problem) -> Outcome:
    """What is known of a letter when FaR could not be asked: nothing was sent, whatever the problem was."""
    outcome = _after(problem)
    if outcome.word == FAILED:
        return outcome
    return Outcome(PENDING, receipt=outcome.receipt, why=outcome.why, told=isinstance(problem, Unproven))

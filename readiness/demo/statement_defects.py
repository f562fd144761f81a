"""The four ways in which a statement about any check can fail to count: missing, expired, wrong role, void.

One parametrised defect, `statement-<way>:<check>`, for every rule about statements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from readiness.demo.conforming import statement_rows
from readiness.demo.defect import Defect
from readiness.demo.plan import Plan
from readiness.model import Words

LATE = 10
"""Days past the end of a statement's time."""


def statement_defects(check: str) -> tuple[Defect, ...]:
    """The four defects of the statement about a check; KeyError where the example makes none about it."""
    rule = statement_rows()[check]["rule"]
    return tuple(
        Defect(f"statement-{way}:{check}", Words(f"{sv} ({check})", f"{en} ({check})"), _of(check, change), (rule,))
        for way, (sv, en, change) in WAYS.items()
    )


def statement_names() -> tuple[str, ...]:
    """The name of every statement defect."""
    return tuple(f"statement-{way}:{check}" for check in statement_rows() for way in WAYS)


def _of(check: str, change: Callable[[Plan, str], None]) -> Callable[[Plan], None]:
    return lambda plan: change(plan, check)


def _missing(plan: Plan, check: str) -> None:
    # Two defects may well ask for the same statement to be away.
    plan.statements.pop(check, None)


def _expired(plan: Plan, check: str) -> None:
    said = plan.statements[check]
    plan.statements[check] = replace(said, age=said.months * 30 + LATE)


def _wrong_role(plan: Plan, check: str) -> None:
    # Nobody but the data protection officer signs no check at all: that office gives an opinion (R section 8).
    plan.statements[check] = replace(plan.statements[check], role="dataskyddsombud")


def _void(plan: Plan, check: str) -> None:
    plan.statements[check] = replace(plan.statements[check], version="5.1")


WAYS: dict[str, tuple[str, str, Callable[[Plan, str], None]]] = {
    "missing": ("Uppgiften saknas", "The statement is missing", _missing),
    "expired": ("Uppgiften har gått ut", "The statement has expired", _expired),
    "wrong-role": ("Uppgiften lämnas av fel roll", "The statement is made in the wrong role", _wrong_role),
    "void": ("Uppgiften gäller en tidigare version", "The statement is about an earlier version", _void),
}

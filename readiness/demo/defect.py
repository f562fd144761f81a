"""What is a built-in defect? A change of the example kommun's plan, and the rules that then no longer pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from readiness.demo.plan import Plan
from readiness.model import Words

Change = Callable[[Plan], None]


@dataclass(frozen=True, slots=True)
class Defect:
    """One built-in defect. `flips` names the rules that pass without it and do not with it: exactly those.

    `scenarios` are those that it shows in, none for one that shows without; where more are performed it may flip more.
    """

    name: str
    title: Words
    apply: Change
    flips: tuple[str, ...]
    scenarios: tuple[str, ...] = ()


def change_certificate(name: str, **values: object) -> Change:
    """A change of fields of one certificate of the plan."""
    return lambda plan: _set(plan.certificates[name], values)


def change_server(id_: str, **values: object) -> Change:
    """A change of fields of one server of the plan."""
    return lambda plan: _set(plan.servers[id_], values)


def change_file(id_: str, **values: object) -> Change:
    """A change of fields of one certificate file of the plan."""
    return lambda plan: _set(plan.files[id_], values)


def _set(part: object, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(part, name, value)

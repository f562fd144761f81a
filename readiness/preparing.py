"""What would an exercise of this profile be? Which scenarios, in which rounds, for how long; shown, and not yet done.

Left out: doing it (`exercising`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from readiness.chain import Profile, Sending
from readiness.errors import UsageError
from readiness.exercise.plan import Limits, Plan, make_plan, within
from readiness.exercise.processes import allowed
from readiness.record import Record
from readiness.recording import Performance, performance_target
from readiness.run import utc_now
from readiness.stage.scenario import chosen
from readiness.texts import say


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of an exercise. `scenarios`: ids, none for all; `budget`: minutes; `before`: records
    of earlier exercises, whose scenarios are not performed again."""

    scenarios: tuple[str, ...] = ()
    budget: float | None = None
    before: tuple[Record, ...] = ()
    allow_command: bool = False
    contract: Path | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An exercise that can begin. `prefix` is for its ids in a record that is judged beside earlier ones."""

    profile: Profile
    sending: Sending
    plan: Plan
    limits: Limits
    asked: Asked
    lang: str
    prefix: str = ""
    waited_ns: int | None = None

    @property
    def seconds(self) -> float | None:
        """The budget."""
        return None if self.asked.budget is None else self.asked.budget * 60


def prepare(profile: Profile, asked: Asked, lang: str) -> Prepared:
    """The plan of an exercise of this profile. UsageError where nothing is left to perform, or no one could send."""
    started = utc_now()
    performed = {one.scenario: one for one in last_told(asked.before).values() if not one.unseen}
    scenarios = [one for one in chosen(asked.scenarios) if one.id not in performed]
    if not scenarios:
        raise UsageError(say(lang, "exercise.nothing_left", records=" ".join(one.folder for one in asked.before)))
    sending = the_system(profile, lang)
    limits = Limits(sending.start_seconds, sending.quiet_seconds, sending.retry_seconds, sending.recovery_seconds)
    used = {person for one in performed.values() for person in one.persons}
    plan = make_plan(scenarios, started.date(), int(started.timestamp()), used)
    waited = next((one.waited_ns for one in performed.values() if one.waited_ns is not None), None)
    prefix = f"x{len(asked.before) + 1}-" if asked.before else ""
    return Prepared(profile, sending, plan, limits, asked, lang, prefix, waited)


def shown_plan(prepared: Prepared) -> str:
    """Rounds, messages and longest time, as a person reads them."""
    lang, plan, limits = prepared.lang, prepared.plan, prepared.limits
    lines = [say(lang, "exercise.plan_head")]
    for round_ in plan.rounds:
        ids = ", ".join(casting.scenario.id for casting in round_.castings)
        longest = _minutes(round_.longest(limits))
        lines.append(
            say(lang, "exercise.plan_row", round=round_.id, messages=round_.messages, minutes=longest, ids=ids)
        )
    total = {"messages": plan.messages, "minutes": _minutes(plan.longest(limits)), "rounds": len(plan.rounds)}
    lines.append(say(lang, "exercise.plan_total", **total))
    if prepared.seconds is not None:
        kept = within(plan, limits, prepared.seconds)
        lines.append(say(lang, "exercise.plan_budget", minutes=f"{prepared.asked.budget:g}", kept=kept))
    start, account = prepared.sending.start, prepared.sending.account
    commands = [one.command for one in (start, account) if one and one.command]
    lines += [say(lang, "exercise.command", command=one) for one in allowed(commands, lang, allow=True)]
    return "\n".join(lines)


def last_told(records: Sequence[Record]) -> dict[str, Performance]:
    """Each scenario of these records as it was told last, by the id of its target."""
    return {performance_target(one).id: one for record in records for one in record.performances}


def the_system(profile: Profile, lang: str) -> Sending:
    """The one sending system that can be started, or the only one there is."""
    able = [one for one in profile.sendings if one.start]
    if len(able) > 1:
        raise UsageError(say(lang, "exercise.several_systems", ids=", ".join(one.target for one in able)))
    if not profile.sendings:
        raise UsageError(say(lang, "exercise.no_system"))
    return able[0] if able else profile.sendings[0]


def _minutes(seconds: float) -> int:
    return math.ceil(seconds / 60)

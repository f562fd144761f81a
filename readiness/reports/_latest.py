"""Which value of a fact is shown where a report speaks of what is known: the latest that was seen, else why none was.

Left out: which observation a finding counts (`union`).
"""

from __future__ import annotations

from operator import attrgetter

from readiness.model import Unseen, Value
from readiness.report import Report


def latest(report: Report, prefixes: tuple[str, ...]) -> dict[tuple[str, str], Value | Unseen]:
    """By target and fact, of the facts whose names begin so; what was seen comes before what was not."""
    ordered = sorted((o for o in report.observations if o.fact.startswith(prefixes)), key=attrgetter("at"))
    ordered.sort(key=lambda observation: not isinstance(observation.value, Unseen))
    return {(o.target, o.fact): o.value for o in ordered}

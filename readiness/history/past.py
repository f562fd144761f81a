"""How has each risk gone, run by run? Judged runs in, put in order, one series a chain and environment; pure.

Left out: reading and judging runs (`gathering`), keeping what came of it (`store`), and every layout.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from readiness.model import Because, Strength
from readiness.report import Report


@dataclass(frozen=True, slots=True)
class RiskThen:
    """One risk as a run left it."""

    risk: str
    because: Because
    strength: Strength | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What is left of one run when it has been judged: nothing of what was seen, and no name.

    `records` are the ids of what was judged, the owner's own first; `organisation` the subject's ten digits.
    """

    records: tuple[str, ...]
    kind: str
    organisation: str
    environment: str
    started: datetime
    ended: datetime
    interrupted: bool
    exit_code: int
    version: str  # of the tool that looked
    risks: tuple[RiskThen, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A judged run and what it is called: its folder's or file's name."""

    name: str
    judged: Judged

    def because(self, risk: str) -> Because | None:
        """The grade of a risk; None where that checklist had no such risk."""
        return next((one.because for one in self.judged.risks if one.risk == risk), None)


@dataclass(frozen=True, slots=True)
class Series:
    """Runs of one chain in one environment, oldest first."""

    kind: str
    organisation: str
    environment: str
    pasts: tuple[Past, ...]

    def since(self, risk: str) -> Past:
        """The first of the runs since which the latest grade of a risk has stood."""
        first = self.pasts[-1]
        for past in reversed(self.pasts):
            if past.because(risk) is not first.because(risk):
                break
            first = past
        return first


def judged_of(report: Report) -> Judged:
    """What is kept of a report."""
    subject = report.profile.subject
    return Judged(
        tuple(record.id for record in report.records),
        subject.kind,
        subject.organisation_number,
        report.profile.environment,
        report.started,
        report.ended,
        report.interrupted,
        report.exit_code,
        report.tool[0][1],
        tuple(RiskThen(grade.risk, grade.because, grade.strength) for grade in report.grades),
    )


def in_series(pasts: Iterable[Past]) -> tuple[Series, ...]:
    """The runs by chain and environment. One that is there twice, as a folder and as its dossier, counts once."""
    series: dict[tuple[str, str, str], dict[tuple[str, ...], Past]] = {}
    for past in sorted(pasts, key=lambda one: (one.judged.ended, one.judged.records, one.name)):
        one = past.judged
        series.setdefault((one.kind, one.organisation, one.environment), {}).setdefault(one.records, past)
    return tuple(Series(*key, tuple(series[key].values())) for key in sorted(series))

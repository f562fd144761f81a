"""What stands around the risks in the HTML report? Rows of what was seen, not seen, stated and decided, in their order.

Left out: markup (templates), the risks themselves (`_risk_rows`), and how a value reads (`_words`). Texts here are
plain and not yet escaped for HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from readiness.chain import Deviation
from readiness.model import (
    Evidence,
    Finding,
    Observation,
    Rule,
    Table,
    Target,
    TargetKind,
    Unseen,
    Verdict,
)
from readiness.report import ORDER, DeviationState, Report
from readiness.reports._groups import unseen_groups
from readiness.reports._names import places, target_name, target_text
from readiness.reports._words import (
    date_text,
    deviations_for,
    value_text,
)
from readiness.standing import Standing, changes, standing, worst
from readiness.texts import pick, say


@dataclass(frozen=True, slots=True)
class UnseenRow:
    """What could not be seen for one reason, where, and what waits for it. `rules` is empty where nothing does."""

    where: tuple[str, ...]
    unseen: Unseen
    rules: tuple[str, ...]
    risks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """One observation as it is shown. One of `value`, `unseen` and `table` is set."""

    target: str
    fact: str
    value: str
    unseen: Unseen | None
    table: Table | None
    undecided: tuple[tuple[str, Unseen], ...]
    strength: str
    at: datetime
    detail: str
    evidence: tuple[Evidence, ...]
    party: str
    environment: str
    version: str
    record: str


@dataclass(frozen=True, slots=True)
class DeviationRow:
    """An accepted deviation beside the verdicts it speaks of, worst first."""

    deviation: Deviation
    where: str
    state: DeviationState
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """What somebody has answered for; empty where the profile does not say."""

    check: str
    title: str
    answer: str
    text: str
    by: str
    on: str
    valid_until: str
    document: str
    digest: str
    standing: str


def unseen_rows(report: Report, lang: str) -> tuple[UnseenRow, ...]:
    """What could not be seen, one row for what has one cause and holds up the same rules, however many the places."""
    rows: dict[tuple[Unseen, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for group in unseen_groups(report):
        where = places(lang, report, group.targets)
        rows.setdefault((group.unseen, group.rules, group.risks), []).extend(where)
    return tuple(UnseenRow(tuple(where), *key) for key, where in rows.items())


def pending_rules(report: Report) -> tuple[Rule, ...]:
    """The rules that no probe can look at yet, in the order of the checklist."""
    waiting = {finding.rule for finding in report.waiting}
    return tuple(rule for rule in report.checklist.rules if rule.id in waiting)


def observation_rows(report: Report, lang: str, observations: Iterable[Observation]) -> tuple[ObservationRow, ...]:
    """Observations as they are shown, in the order given."""
    return tuple(
        ObservationRow(
            target=target_name(lang, report, seen.target),
            fact=seen.fact,
            value="" if isinstance(seen.value, Unseen | Table) else value_text(lang, seen.value),
            unseen=seen.value if isinstance(seen.value, Unseen) else None,
            table=seen.value if isinstance(seen.value, Table) else None,
            undecided=seen.undecided,
            strength=seen.strength.value,
            at=seen.at,
            detail=seen.detail,
            evidence=seen.evidence,
            party=party_name(report, seen.party),
            environment=seen.environment,
            version=seen.version,
            record=seen.record,
        )
        for seen in observations
    )


LISTED_ON_THE_WIRE = 30
"""Connections and exchanges whose observations are listed; data.json has them all."""


@dataclass(frozen=True, slots=True)
class Everything:
    """The observations by target, and how many targets are left out: exchanges and connections come in hundreds."""

    targets: tuple[tuple[str, tuple[ObservationRow, ...]], ...]
    left_out: int


def everything(report: Report, lang: str) -> Everything:
    """Every observation, by target, in the order in which the targets first occur; of what a stage recorded on the wire
    the first ones, and those that are not as they should be."""
    by_target: dict[str, list[Observation]] = {}
    for observation in report.observations:
        by_target.setdefault(observation.target, []).append(observation)
    wire = [target.id for kind in (TargetKind.CONNECTION, TargetKind.EXCHANGE) for target in report.targets(kind)]
    failing = {finding.target for finding in report.findings if finding.verdict is Verdict.FAIL}
    kept = {*wire[:LISTED_ON_THE_WIRE], *[target for target in wire if target in failing][:LISTED_ON_THE_WIRE]}
    left_out = set(wire) - kept
    return Everything(
        tuple(
            (target_text(lang, report, target), observation_rows(report, lang, found))
            for target, found in by_target.items()
            if target not in left_out
        ),
        len(left_out & by_target.keys()),
    )


def deviation_rows(report: Report, lang: str) -> tuple[DeviationRow, ...]:
    """Every deviation of the profile, in its order, with the verdicts it changes nothing about."""
    beside: dict[int, set[Verdict]] = {}
    for finding in report.findings:
        for deviation, _ in deviations_for(report, finding):
            beside.setdefault(id(deviation), set()).add(finding.verdict)
    return tuple(
        DeviationRow(
            deviation,
            target_name(lang, report, deviation.target),
            state,
            tuple(sorted(beside.get(id(deviation), ()), key=ORDER.__getitem__)),
        )
        for deviation, state in report.deviations
    )


def statement_rows(report: Report, lang: str) -> tuple[StatementRow, ...]:
    """Every statement of the profile, in its order."""
    titles = {check.id: pick(lang, check.title) for check in report.checklist.checks}
    about: dict[str, list[Finding]] = {}
    for finding in report.findings:
        about.setdefault(finding.target, []).append(finding)

    def row(target: Target) -> StatementRow:
        said = {name: value for name, value in target.declared if isinstance(value, str)}
        days = {name: date_text(lang, value) for name, value in target.declared if isinstance(value, datetime)}
        role = say(lang, f"role.{said['role']}") if said.get("role") else ""
        answer = say(lang, f"answer.{said['answer']}") if said.get("answer") else "–"
        party = said.get("party_name") or party_name(report, target.party)
        return StatementRow(
            check=said.get("check", target.id),
            title=titles.get(said.get("check", ""), ""),
            answer=answer,
            text=said.get("text", ""),
            by=", ".join(filter(None, (said.get("by"), role, party))),
            on=days.get("on", ""),
            valid_until=days.get("valid_until", ""),
            document=", ".join(filter(None, (said.get("document_title"), days.get("document_date")))),
            digest=said.get("document_sha256", ""),
            standing=_standing_text(lang, target, about.get(target.id, [])),
        )

    return tuple(map(row, report.targets(TargetKind.STATEMENT)))


def _standing_text(lang: str, statement: Target, findings: Iterable[Finding]) -> str:
    """How a statement stands by the findings about it, and what it was tied to that has changed; "" without any."""
    by_standing: dict[Standing, Finding] = {}
    for finding in findings:
        by_standing.setdefault(standing(finding), finding)
    if not by_standing:
        return ""
    found = worst(by_standing)
    told = [say(lang, f"standing.{found.value}")]
    for one in changes(statement, by_standing[found]) if found is Standing.VOID else ():
        key = "serial_changed" if one.serial else "version_changed" if one.now else "version_gone"
        told.append(say(lang, f"standing.{key}", id=one.id, then=one.then, now=one.now))
    return "; ".join(told)


def party_name(report: Report, id_: str) -> str:
    """What a party is called; its id where the profile does not know it."""
    return party.name if (party := report.profile.party(id_)) else id_

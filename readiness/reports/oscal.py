"""How do tools for controls read a report? OSCAL assessment-results 1.2.1 (NIST), one finding a rule and target.

    rule            a control that was reviewed; its target-id in findings
    target          a component
    observation     an observation: TEST where it was tried live, INTERVIEW where it is somebody's word, else EXAMINE
    finding         satisfied where it passes; not-satisfied where it fails (`fail`), and where it could not be seen
                    (`other`), for what was not shown is never met; what does not apply is told in the remarks
    risk            a risk whose checks are not all met: open where something is not met, investigating where it was not
                    shown. A risk that passes is left out: a pass does not say that it is gone
    deviation       a risk of its own with its deadline, deviation-approved while it is in force and open when it is
                    over; the finding that it speaks of says what it said

There is no assessment plan, which OSCAL wants to be named; a resource says so. Left out: values with a type (`data`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from readiness.chain import Deviation
from readiness.model import (
    Because,
    Finding,
    Grade,
    Observation,
    Rule,
    Strength,
    Target,
    Verdict,
)
from readiness.report import DeviationState, Report
from readiness.reports._json import on_one_line
from readiness.reports._names import target_text
from readiness.reports._oscal import NAMESPACE, Ids, Part, line, props, without_empty
from readiness.reports._words import because_text, deviations_for, grade_text, value_text
from readiness.texts import pick, say
from readiness.values import moment_text

VERSION = "1.2.1"
METHODS = {Strength.LIVE: "TEST", Strength.WORD: "INTERVIEW"}
STATES = {
    Verdict.PASS: ("satisfied", "pass"),
    Verdict.FAIL: ("not-satisfied", "fail"),
    Verdict.INCONCLUSIVE: ("not-satisfied", "other"),
}
RISK_STATES = {
    Because.VIOLATED: "open",
    Because.RESERVATIONS: "open",
    Because.NOT_DEMONSTRATED: "investigating",
    Because.NOT_COVERED: "investigating",
}
"""Grades that are no risk in OSCAL's sense are not here."""


def oscal_report(report: Report, lang: str) -> str:
    """The report as JSON text in ASCII, the same for the same report; one line, for it is long."""
    return "".join(oscal_pieces(report, lang))


def oscal_pieces(report: Report, lang: str) -> Iterator[str]:
    """The same in pieces, of which nobody has to hold all at once."""
    yield from on_one_line(_Document(report, lang).whole())
    yield "\n"


class _Document:
    """A report on its way: what its parts refer to each other by."""

    def __init__(self, report: Report, lang: str) -> None:
        self.report, self.lang, self.ids = report, lang, Ids(report)
        self.rules = {rule.id: rule for rule in report.checklist.rules}
        self.days = _days(report.checklist.rules)
        self.at_risk = {grade.risk for grade in report.grades if grade.because in RISK_STATES}
        everything = [*report.observations, *(one for finding in report.findings for one in finding.rests_on)]
        distinct = enumerate(dict.fromkeys(everything))
        self.observations = {one: self.ids.of("observation", number) for number, one in distinct}
        self.deviations = {id(one): self.ids.of("deviation", place) for place, (one, _) in enumerate(report.deviations)}

    def whole(self) -> Part:
        report, subject = self.report, self.report.profile.subject
        owner = {
            "uuid": self.ids.subject,
            "type": "organization",
            "name": line(subject.name),
            "external-ids": [{"scheme": f"{NAMESPACE}:organisationsnummer", "id": line(subject.organisation_number)}],
        }
        metadata = {
            "title": line(say(self.lang, "terminal.title", name=subject.name)),
            "last-modified": moment_text(report.judged_at),
            "version": line(report.tool[0][1]),
            "oscal-version": VERSION,
            "parties": [owner],
            "remarks": "\n\n".join(say(self.lang, f"legal.{key}") for key in ("secrecy", "disclaimer", "not_approved")),
        }
        plan = {
            "uuid": self.ids.of("plan"),
            "title": line(say(self.lang, "oscal.plan_title")),
            "description": say(self.lang, "oscal.plan"),
            "props": props(checklist_sha256=report.checklist.digest, profile_sha256=report.profile_digest),
        }
        return {
            "assessment-results": {
                "uuid": self.ids.of("document", self.lang),
                "metadata": metadata,
                "import-ap": {"href": f"#{plan['uuid']}"},
                "results": [self._result()],
                "back-matter": {"resources": [plan]},
            }
        }

    def _result(self) -> Part:
        report = self.report
        asked = dict.fromkeys(finding.rule for finding in report.findings)
        selection: Part = {"include-all": {}}
        if asked:
            selection = {"include-controls": [{"control-id": rule} for rule in asked]}
        components = _each(self._component, report.profile.targets)
        return without_empty(
            {
                "uuid": self.ids.of("result"),
                "title": line(say(self.lang, "oscal.result")),
                "description": say(self.lang, f"exit.{report.exit_code}"),
                "start": moment_text(report.started),
                "end": moment_text(report.ended),
                "props": props(
                    exit_code=str(report.exit_code),
                    part=report.part,
                    interrupted="yes" if report.interrupted else "no",
                    environment=report.profile.environment,
                    checklist_sha256=report.checklist.digest,
                ),
                "local-definitions": {"components": components},
                "reviewed-controls": {"control-selections": [selection]},
                "observations": _each(self._observation, tuple(self.observations)),
                "risks": [*filter(None, map(self._risk, report.grades)), *self._accepted()],
                "findings": _each(self._finding, [one for one in report.findings if one.verdict in STATES]),
                "remarks": self._not_applicable(),
            }
        )

    def _component(self, target: Target) -> Part:
        return {
            "uuid": self.ids.target(target.id),
            "type": line(target.kind.value),
            "title": line(target.id),
            "description": target_text(self.lang, self.report, target.id),
            "status": {"state": "other"},
        }

    def _observation(self, one: Observation) -> Part:
        evidence = [
            without_empty(
                {
                    "href": f"record/evidence/{piece.sha256}",
                    "description": line(f"{piece.media_type}, {piece.origin}"),
                    "remarks": piece.masked and line(piece.masked),
                }
            )
            for piece in one.evidence
        ]
        return without_empty(
            {
                "uuid": self.observations[one],
                "title": line(one.fact),
                "description": value_text(self.lang, one.value) or "-",
                "methods": [METHODS.get(one.strength, "EXAMINE")],
                "collected": moment_text(one.at),
                "expires": moment_text(one.at + timedelta(days=self.days[one.fact])) if one.fact in self.days else "",
                "subjects": [{"subject-uuid": self.ids.target(one.target), "type": "component"}],
                "relevant-evidence": evidence,
                "props": props(
                    probe=one.probe,
                    strength=one.strength.value,
                    record=one.record,
                    environment=one.environment,
                    version=one.version,
                ),
            }
        )

    def _finding(self, one: Finding) -> Part:
        rule = self.rules[one.rule]
        state, reason = STATES[one.verdict]
        risks = [self.ids.of("risk", risk) for risk, _ in rule.risks if risk in self.at_risk]
        risks += [self.deviations[id(deviation)] for deviation, _ in deviations_for(self.report, one)]
        target = {
            "type": "objective-id",
            "target-id": rule.id,
            "title": line(pick(self.lang, rule.title)),
            "status": {"state": state, "reason": reason, "remarks": say(self.lang, f"verdict.{one.verdict}")},
        }
        return without_empty(
            {
                "uuid": self.ids.of("finding", one.rule, one.target),
                "title": line(f"{rule.id} {one.target}"),
                "description": because_text(self.lang, self.report, one) or "-",
                "target": target,
                "related-observations": [{"observation-uuid": self.observations[seen]} for seen in one.rests_on],
                "related-risks": [{"risk-uuid": risk} for risk in risks],
                "props": props(
                    cause=one.cause.value,
                    target=one.target,
                    basis=rule.basis.value,
                    source=rule.source,
                    confidence=rule.confidence,
                ),
            }
        )

    def _risk(self, grade: Grade) -> Part | None:
        if grade.risk not in self.at_risk:
            return None
        risk = next(one for one in self.report.checklist.risks if one.id == grade.risk)
        return {
            "uuid": self.ids.of("risk", risk.id),
            "title": line(f"{risk.id} {pick(self.lang, risk.title)}"),
            "description": pick(self.lang, risk.description),
            "statement": grade_text(self.lang, self.report, risk.id, grade.because),
            "status": RISK_STATES[grade.because],
            "props": props(
                id=risk.id,
                level_2014=str(risk.level),
                because=grade.because.value,
                strength=grade.strength.value if grade.strength else "",
                whole="yes" if grade.whole else "no",
            ),
        }

    def _accepted(self) -> Iterable[Part]:
        for one, state in self.report.deviations:
            yield without_empty(
                {
                    "uuid": self.deviations[id(one)],
                    "title": line(f"{say(self.lang, 'oscal.deviation')}: {one.rule}"),
                    "description": line(one.malformed or one.reason),
                    "statement": say(self.lang, f"deviation.{state}"),
                    "status": "open" if state is DeviationState.EXPIRED else "deviation-approved",
                    "deadline": moment_text(one.expires) if one.expires else "",
                    "props": _deviation_props(one, state),
                }
            )

    def _not_applicable(self) -> str:
        """What is no finding, for it does not apply: told all the same."""
        rows = [
            f"{one.rule} {target_text(self.lang, self.report, one.target)}: {because_text(self.lang, self.report, one)}"
            for one in self.report.findings
            if one.verdict not in STATES
        ]
        return "\n\n".join([say(self.lang, "oscal.not_applicable", count=len(rows)), *rows]) if rows else ""


def _each(part: Callable[[Any], Part], whole: Sequence[Any]) -> Iterator[Part] | list[Part]:
    """A part for each, made when it is written; an empty list, which is left out, for none."""
    return map(part, whole) if whole else []


def _days(rules: Iterable[Rule]) -> dict[str, int]:
    """For each fact, after how many days the first rule that rests on it takes it for too old."""
    days: dict[str, int] = {}
    for rule in rules:
        for asked in (*rule.when, *rule.expect) if rule.valid_days is not None else ():
            days[asked.fact] = min(rule.valid_days or 0, days.get(asked.fact, rule.valid_days or 0))
    return days


def _deviation_props(one: Deviation, state: DeviationState) -> list[Part]:
    return props(rule=one.rule, target=one.target, owner=one.owner, approved_by=one.approved_by, state=state.value)

"""What is said of each risk in the HTML report? The rows that the templates draw, in their order.

Left out: markup (templates), the rest of the page (`_rows`), and how a value reads (`_words`). Texts here are plain and
not yet escaped for HTML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from readiness.chain import Deviation, RiskLevel
from readiness.model import (
    Because,
    Finding,
    Grade,
    Mark,
    Observation,
    PartGrade,
    Rule,
    TargetKind,
    Verdict,
    Weight,
)
from readiness.register import Risk
from readiness.report import DeviationState, Report
from readiness.reports._names import places
from readiness.reports._proof import Proof, Proofs
from readiness.reports._rows import ObservationRow, observation_rows
from readiness.reports._words import (
    because_text,
    deviations_for,
    grade_text,
    moment_text,
)
from readiness.texts import say

MOST_WHYS = 3
LISTED = 150
"""Observations listed under one risk at the most; data.json has them all."""

SHAPE = {
    Because.VIOLATED: "fail",
    Because.NOT_DEMONSTRATED: "inconclusive",
    Because.NOT_COVERED: "uncovered",
    Because.RESERVATIONS: "reserved",
    Because.ALL_PASS: "pass",
    Because.NOT_APPLICABLE: "not_applicable",
}


@dataclass(frozen=True, slots=True)
class GradeWord:
    """A grade as it is shown: the shape beside it, the word, what the word means, and the weakest ground."""

    shape: str
    word: str
    meaning: str = ""
    strength: str = ""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """Findings of one rule that say the same for the same reason: one row, several places.

    Scenarios share a row whatever the reasons: `whys` has the first of them, `more` counts the rest. `proof` is what a
    row that fails rests on.
    """

    rule: Rule
    weight: Weight
    verdict: Verdict
    whys: tuple[str, ...]
    more: int
    doubtful: bool
    beside: tuple[str, ...]
    targets: tuple[str, ...]
    proof: Proof | None


@dataclass(frozen=True, slots=True)
class RiskHead:
    """One risk with its grades in words. `about`: the findings that bear on it, each with its weight."""

    risk: Risk
    own: RiskLevel | None
    properties: str
    seen: GradeWord
    stated: GradeWord
    whole: GradeWord
    not_whole: bool
    uncovered: bool
    about: tuple[tuple[Finding, Weight], ...]


@dataclass(frozen=True, slots=True)
class RiskPart(RiskHead):
    """One risk with everything that bears on it."""

    rows: tuple[FindingRow, ...]
    observations: tuple[ObservationRow, ...]
    observations_left_out: int


def risk_parts(report: Report, lang: str) -> tuple[RiskPart, ...]:
    """Every risk of the register, in its order, graded or not."""
    parts = []
    proofs = Proofs(report, lang)
    for head in risk_heads(report, lang):
        rested_on = _rested_on(finding for finding, _ in head.about)
        parts.append(
            RiskPart(
                **{field.name: getattr(head, field.name) for field in fields(head)},
                rows=_finding_rows(report, lang, head.about, proofs),
                observations=observation_rows(report, lang, rested_on[:LISTED]),
                observations_left_out=max(0, len(rested_on) - LISTED),
            )
        )
    return tuple(parts)


def risk_heads(report: Report, lang: str) -> tuple[RiskHead, ...]:
    """The same without what each risk's findings say one by one."""
    grades = {grade.risk: grade for grade in report.grades}
    own = {level.risk: level for level in report.profile.risk_levels}
    heads = []
    for risk in report.checklist.risks:
        grade = grades.get(risk.id)
        whole = PartGrade(grade.mark, grade.because, grade.strength) if grade else None
        heads.append(
            RiskHead(
                risk=risk,
                own=own.get(risk.id),
                properties=", ".join(say(lang, f"property.{name}") for name in risk.properties),
                seen=grade_word(report, lang, risk.id, grade.seen if grade else None),
                stated=grade_word(report, lang, risk.id, grade.stated if grade else None),
                whole=grade_word(report, lang, risk.id, whole),
                not_whole=bool(grade and not grade.whole),
                uncovered=bool(grade and grade.because is Because.NOT_COVERED),
                about=report.findings_about(risk.id),
            )
        )
    return tuple(heads)


def grade_word(report: Report, lang: str, risk: str, part: PartGrade | None) -> GradeWord:
    """A part's grade in words. A part without a must is not graded by itself, and says so."""
    if part is None:
        return GradeWord("", say(lang, "html_overview.ungraded_part"), say(lang, "html_risk.no_part"))
    return GradeWord(
        SHAPE[part.because],
        grade_text(lang, report, risk, part.because),
        say(lang, f"because_meaning.{part.because.value}"),
        say(lang, f"strength.{part.strength.value}") if part.strength else "",
    )


def all_grade_words(lang: str) -> tuple[GradeWord, ...]:
    """Every grade there is, with what it means, for those who read such a report for the first time."""
    who = say(lang, "html_reading.who")
    return tuple(
        GradeWord(
            SHAPE[because],
            say(lang, f"because.{because.value}", who=who),
            say(lang, f"because_meaning.{because.value}"),
        )
        for because in reversed(Because)
    )


def counted(grades: Iterable[Grade], lang: str) -> str:
    """How many risks were graded, and how many of each outcome; no score."""
    found = Counter(grade.because for grade in grades if grade.mark is not Mark.NONE)
    if not found:
        return say(lang, "html.no_graded")
    counts = ", ".join(
        f"{found[because]} {say(lang, f'because.{because.value}')}" for because in Because if found[because]
    )
    return say(lang, "html.counts", graded=found.total(), counts=counts)


def beside_text(lang: str, deviation: Deviation, state: DeviationState) -> str:
    """An accepted deviation in a sentence, to stand beside the verdict that it does not change."""
    nobody = say(lang, "html_deviations.never")
    text = say(
        lang,
        "html_deviations.beside",
        reason=deviation.reason or nobody,
        by=deviation.approved_by or nobody,
        expires=moment_text(lang, deviation.expires) if deviation.expires else nobody,
        state=say(lang, f"deviation.{state.value}"),
    )
    return f"{text}. {say(lang, 'terminal.deviation_self_approved')}" if deviation.self_approved else text


def _finding_rows(
    report: Report, lang: str, about: Iterable[tuple[Finding, Weight]], proofs: Proofs
) -> tuple[FindingRow, ...]:
    rules = {rule.id: rule for rule in report.checklist.rules}
    rows: dict[tuple[str, Verdict, str, tuple[str, ...]], tuple[Weight, list[str], list[Finding]]] = {}
    for finding, weight in about:
        beside = tuple(beside_text(lang, *found) for found in deviations_for(report, finding))
        why = because_text(lang, report, finding)
        together = rules[finding.rule].target is TargetKind.SCENARIO
        row = rows.setdefault((finding.rule, finding.verdict, "" if together else why, beside), (weight, [], []))
        row[1].append(why)
        row[2].append(finding)
    return tuple(
        FindingRow(
            rule=rules[id_],
            weight=weight,
            verdict=verdict,
            whys=tuple(dict.fromkeys(whys))[:MOST_WHYS],
            more=max(0, len(set(whys)) - MOST_WHYS),
            doubtful=rules[id_].confidence == "partial" and rules[id_].verified is None,
            beside=beside,
            targets=places(lang, report, [finding.target for finding in findings]),
            proof=proofs.of(findings) if verdict is Verdict.FAIL else None,
        )
        for (id_, verdict, _, beside), (weight, whys, findings) in rows.items()
    )


def _rested_on(findings: Iterable[Finding]) -> list[Observation]:
    """What the findings rest on, without doubles: that of unmet ones first, and in each by target and fact."""
    found: dict[tuple[str, str, str, datetime, str], tuple[bool, Observation]] = {}
    for finding in findings:
        met = finding.verdict is not Verdict.FAIL
        for seen in finding.rests_on:
            key = (seen.target, seen.fact, seen.record, seen.at, seen.probe)
            found[key] = (met and found.get(key, (True, seen))[0], seen)
    return [found[key][1] for key in sorted(found, key=lambda key: (found[key][0], key))]

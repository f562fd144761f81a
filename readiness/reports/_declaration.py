"""What stands in a vendor's declaration, as rows of words: what was performed, not met, not shown, and decided.

Targets are named without their addresses, for a declaration travels further than a report. Left out: how it looks
(`declaration`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from readiness.chain import Deviation
from readiness.model import Finding, Rule, Verdict, Weight
from readiness.report import DeviationState, Report
from readiness.reports._groups import unseen_groups
from readiness.reports._names import and_more, group_title, scenario_title, target_name
from readiness.reports._risk_rows import SHAPE
from readiness.reports._scenarios import Told, scenario_groups
from readiness.reports._words import date_text, deviations_for, grade_text, moment_text
from readiness.texts import pick, say

MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Marked:
    """Something with the shape of a verdict and its word."""

    name: str
    about: str
    shape: str
    word: str
    strength: str = ""


@dataclass(frozen=True, slots=True)
class Unmet:
    """A rule that is not met, where, and what has been decided about it."""

    rule: str
    where: str
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotShown:
    """What was not shown, why, and what waits for it."""

    where: str
    why: str
    waits: str


@dataclass(frozen=True, slots=True)
class Declared:
    """All of a declaration but its fixed words. `facts` are terms with what they are; `notes` what a reader must know
    first; `counted` says how many scenarios are met."""

    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    counted: str
    scenarios: tuple[Marked, ...]
    unmet: tuple[Unmet, ...]
    unused: tuple[str, ...]
    unseen: tuple[NotShown, ...]
    waiting: str
    risks: tuple[Marked, ...]


def declared(report: Report, lang: str) -> Declared:
    """What a vendor declares, in a language."""
    scenarios = [told for group in scenario_groups(report) for told in group.scenarios]
    waiting = len(report.waiting)
    return Declared(
        facts=_facts(report, lang),
        notes=_notes(report, lang),
        counted=_counted(scenarios, lang),
        scenarios=tuple(_scenario(report, told, lang) for told in scenarios),
        unmet=_unmet(report, lang),
        unused=_unused(report, lang),
        unseen=_unseen(report, lang),
        waiting=say(lang, "declaration.waiting", count=waiting) if waiting else "",
        risks=_risks(report, lang),
    )


def _facts(report: Report, lang: str) -> tuple[tuple[str, str], ...]:
    subject, terms = report.profile.subject, report.profile.terms
    span = say(lang, "html_head.span", start=moment_text(lang, report.started), end=moment_text(lang, report.ended))
    unknown = say(lang, "legal.not_stated")
    return (
        (say(lang, "declaration.vendor"), subject.name),
        (say(lang, "html_head.organisation_number"), subject.organisation_number),
        (say(lang, "declaration.product"), subject.product or unknown),
        (say(lang, "declaration.version"), subject.version or unknown),
        (say(lang, "declaration.contract"), _dated(lang, terms.contract_version, terms.contract_checked)),
        (say(lang, "html_head.environment"), say(lang, f"environment.{report.profile.environment}")),
        (say(lang, "html_head.observed"), span),
        (say(lang, "html_head.judged"), moment_text(lang, report.judged_at)),
        (say(lang, "html_head.tool"), " ".join(report.tool[0])),
        (say(lang, "html_head.checklist"), report.checklist.digest),
        *((say(lang, "declaration.record"), record.id) for record in report.records),
    )


def _dated(lang: str, version: str, checked: date | None) -> str:
    if not version:
        return say(lang, "legal.not_stated")
    return say(lang, "declaration.checked", version=version, day=checked or say(lang, "legal.not_checked"))


def _notes(report: Report, lang: str) -> tuple[str, ...]:
    kommuns = sum(rule.answers == "kommun" and not rule.retired for rule in report.checklist.rules)
    return (
        say(lang, "declaration.applies"),
        say(lang, "declaration.share", count=kommuns),
        *([say(lang, "html.interrupted")] if report.interrupted else []),
        *([say(lang, "html.part_seen")] if report.part else []),
    )


def _counted(scenarios: Iterable[Told], lang: str) -> str:
    scenarios = list(scenarios)
    if not scenarios:
        return say(lang, "declaration.no_scenarios")
    performed = [told for told in scenarios if told.unseen is None]
    met = [told for told in performed if told.verdict is Verdict.PASS]
    counts = {"met": len(met), "performed": len(performed), "all": len(scenarios)}
    return say(lang, "declaration.scenario_counts", **counts)


def _risks(report: Report, lang: str) -> tuple[Marked, ...]:
    titles = {risk.id: pick(lang, risk.title) for risk in report.checklist.risks}
    return tuple(
        Marked(
            grade.risk,
            titles[grade.risk],
            SHAPE[grade.because],
            grade_text(lang, report, grade.risk, grade.because),
            say(lang, f"strength.{grade.strength}") if grade.strength else "",
        )
        for grade in report.grades
    )


def _scenario(report: Report, told: Told, lang: str) -> Marked:
    """One scenario: its group, and how it went, or why it was not performed."""
    if told.unseen:
        shape = "inconclusive"
        word = say(lang, "declaration.not_performed", why=say(lang, f"reason.{told.unseen.reason}"))
    else:
        shape = (told.verdict or Verdict.NOT_APPLICABLE).value
        word = say(lang, f"scenario_state.{shape}")
    return Marked(scenario_title(lang, report, told.target), group_title(lang, told.words.group), shape, word)


def _unmet(report: Report, lang: str) -> tuple[Unmet, ...]:
    """What is not met, rule by rule, musts first, with the decisions to accept it."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.verdict is Verdict.FAIL:
            found.setdefault(finding.rule, []).append(finding)
    rules = sorted((report.checklist.rule(id_) for id_ in found), key=lambda rule: not _must(rule))
    return tuple(
        Unmet(
            f"{rule.id} {pick(lang, rule.title)} ({_weight(lang, rule)})",
            _names(report, lang, (finding.target for finding in found[rule.id])),
            _decisions(report, lang, found[rule.id]) or (say(lang, "declaration.undecided"),),
        )
        for rule in rules
    )


def _weight(lang: str, rule: Rule) -> str:
    return say(lang, f"weight.{Weight.MUST if _must(rule) else Weight.SHOULD}")


def _must(rule: Rule) -> bool:
    return Weight.MUST in dict(rule.risks).values()


def _decisions(report: Report, lang: str, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Each accepted deviation that speaks of any of the findings, with its date; told also where it is over."""
    rows = dict.fromkeys(row for finding in findings for row in deviations_for(report, finding))
    return tuple(_decision(lang, *row) for row in rows)


def _unused(report: Report, lang: str) -> tuple[str, ...]:
    """The accepted deviations that speak of nothing that is not met, by rule."""
    failing = [finding for finding in report.findings if finding.verdict is Verdict.FAIL]
    used = {row for finding in failing for row in deviations_for(report, finding)}
    return tuple(f"{row[0].rule}: {_decision(lang, *row)}" for row in report.deviations if row not in used)


def _decision(lang: str, one: Deviation, state: DeviationState) -> str:
    if one.malformed:
        return say(lang, "html_deviations.malformed", why=one.malformed)
    return say(
        lang,
        "declaration.decision",
        reason=one.reason,
        state=say(lang, f"deviation.{state}"),
        until=date_text(lang, one.expires),
        by=one.approved_by or say(lang, "legal.not_stated"),
        owner=one.owner or say(lang, "legal.not_stated"),
    )


def _unseen(report: Report, lang: str) -> tuple[NotShown, ...]:
    """What was not shown, by reason, with the rules that wait for it."""
    return tuple(
        NotShown(
            say(lang, f"kinds.{group.kind}") if group.kind else _names(report, lang, group.targets),
            say(lang, f"reason.{group.unseen.reason}"),
            f"{', '.join(group.rules)} ({say(lang, 'declaration.risk').lower()} {', '.join(group.risks)})",
        )
        for group in unseen_groups(report)
        if group.rules
    )


def _names(report: Report, lang: str, targets: Iterable[str]) -> str:
    chain = report.profile.chain.id
    named = [say(lang, "kind.chain") if id_ == chain else target_name(lang, report, id_) for id_ in targets]
    return and_more(lang, list(dict.fromkeys(named)), MOST_NAMES)

"""What does a vendor declare of its own product? *Leverantörens egendeklaration*: one page out of a vendor's report.

What was performed and met, what is not and until when that is accepted, what was not shown, and fields that are filled
in by hand. Nothing is left out because it looks bad, and nothing is decided: the receiver's fields stay empty. Targets
are named without their addresses, for a declaration travels further than a report. Modelled on the self-declaration
that Inera asks of vendors. Left out: whose report it is (`commands`).
Jinja is imported here, so import this late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from readiness.chain import Deviation
from readiness.model import Finding, Rule, Verdict, Weight
from readiness.report import DeviationState, Report
from readiness.reports._groups import unseen_groups
from readiness.reports._leaf import leaf
from readiness.reports._names import and_more, group_title, scenario_title, target_name
from readiness.reports._risk_rows import SHAPE
from readiness.reports._scenarios import Told, scenario_groups
from readiness.reports._words import date_text, deviations_for, grade_text
from readiness.texts import pick, say

Row = Mapping[str, object]
MOST_NAMES = 8


def declaration(report: Report, lang: str) -> str:
    """The declaration in a language ("sv" or "en"); write it as UTF-8."""
    scenarios = [told for group in scenario_groups(report) for told in group.scenarios]
    performed = [told for told in scenarios if told.unseen is None]
    met = [told for told in performed if told.verdict is Verdict.PASS]
    return leaf(
        "readiness.reports",
        "declaration",
        lang,
        subject=report.profile.subject,
        report=report,
        tool=" ".join(report.tool[0]),
        contract=_dated(lang, report.profile.terms.contract_version, report.profile.terms.contract_checked),
        records=[record.id for record in report.records],
        risks=_risk_rows(report, lang),
        counts={"met": len(met), "performed": len(performed), "all": len(scenarios)},
        scenarios=[_scenario_row(report, told, lang) for told in scenarios],
        unmet=_unmet_rows(report, lang),
        unused=_unused_rows(report, lang),
        unseen=_unseen_rows(report, lang),
        waiting=len(report.waiting),
        left_to_kommun=sum(rule.answers == "kommun" and not rule.retired for rule in report.checklist.rules),
    )


def _dated(lang: str, version: str, checked: object) -> str:
    if not version:
        return say(lang, "legal.not_stated")
    return say(lang, "declaration.checked", version=version, day=checked or say(lang, "legal.not_checked"))


def _risk_rows(report: Report, lang: str) -> list[Row]:
    titles = {risk.id: pick(lang, risk.title) for risk in report.checklist.risks}
    return [
        {
            "id": grade.risk,
            "title": titles[grade.risk],
            "shape": SHAPE[grade.because],
            "word": grade_text(lang, report, grade.risk, grade.because),
            "strength": say(lang, f"strength.{grade.strength}") if grade.strength else "",
        }
        for grade in report.grades
    ]


def _scenario_row(report: Report, told: Told, lang: str) -> Row:
    """One scenario: its group, and how it went, or why it was not performed."""
    if told.unseen:
        shape = "inconclusive"
        word = say(lang, "declaration.not_performed", why=say(lang, f"reason.{told.unseen.reason}"))
    else:
        shape = (told.verdict or Verdict.NOT_APPLICABLE).value
        word = say(lang, f"scenario_state.{shape}")
    title = scenario_title(lang, report, told.target)
    return {"title": title, "group": group_title(lang, told.words.group), "shape": shape, "word": word}


def _unmet_rows(report: Report, lang: str) -> list[Row]:
    """What is not met, rule by rule, musts first, with the decisions to accept it."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.verdict is Verdict.FAIL:
            found.setdefault(finding.rule, []).append(finding)
    rules = sorted((report.checklist.rule(id_) for id_ in found), key=lambda rule: not _must(rule))
    return [
        {
            "rule": rule.id,
            "title": pick(lang, rule.title),
            "weight": say(lang, f"weight.{Weight.MUST if _must(rule) else Weight.SHOULD}"),
            "where": _names(report, lang, (finding.target for finding in found[rule.id])),
            "decisions": _decisions(report, lang, found[rule.id]),
        }
        for rule in rules
    ]


def _must(rule: Rule) -> bool:
    return Weight.MUST in dict(rule.risks).values()


def _decisions(report: Report, lang: str, findings: Iterable[Finding]) -> list[str]:
    """Each accepted deviation that speaks of any of the findings, with its date; told also where it is over."""
    rows = dict.fromkeys(row for finding in findings for row in deviations_for(report, finding))
    return [_decision(lang, *row) for row in rows]


def _unused_rows(report: Report, lang: str) -> list[str]:
    """The accepted deviations that speak of nothing that is not met, by rule."""
    failing = [finding for finding in report.findings if finding.verdict is Verdict.FAIL]
    used = {row for finding in failing for row in deviations_for(report, finding)}
    return [f"{row[0].rule}: {_decision(lang, *row)}" for row in report.deviations if row not in used]


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


def _unseen_rows(report: Report, lang: str) -> list[Row]:
    """What was not shown, by reason, with the rules that wait for it."""
    return [
        {
            "where": say(lang, f"kinds.{group.kind}") if group.kind else _names(report, lang, group.targets),
            "why": say(lang, f"reason.{group.unseen.reason}"),
            "rules": ", ".join(group.rules),
            "risks": ", ".join(group.risks),
        }
        for group in unseen_groups(report)
        if group.rules
    ]


def _names(report: Report, lang: str, targets: Iterable[str]) -> str:
    chain = report.profile.chain.id
    named = [say(lang, "kind.chain") if id_ == chain else target_name(lang, report, id_) for id_ in targets]
    return and_more(lang, list(dict.fromkeys(named)), MOST_NAMES)

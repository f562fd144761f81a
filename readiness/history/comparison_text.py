"""How does a comparison read on a terminal? What is worse first; each change with what made it.

Names are escaped and set as plain text, ASCII is drawn, and colour adds nothing that words do not say. Left out: what
differs (`comparison`), and what programs read (`comparison_data`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readiness.history.comparison import Change, Comparison, FindingChange, Judgements, RiskChange, Step
from readiness.model import Because, Verdict
from readiness.report import Report
from readiness.reports._names import target_text
from readiness.reports._page import Sheet, blank
from readiness.reports._words import clip, escape_control, grade_text, moment_text
from readiness.texts import pick, say

MOST = 20
"""How many changes of one kind a terminal is told."""
COLOURS = {Change.WORSE: "bold red", Change.BETTER: "green"}


def comparison_text(
    judged: Judgements, comparison: Comparison, missing: str, lang: str, width: int, *, colour: bool
) -> str:
    """The comparison in lines of at most `width` characters (at least 40), with ANSI colours or without.

    `missing` is a text's key that says why the earlier checklist is not to be had; "" where it is.
    """
    page = Sheet(blank(width, colour), lang)
    with page.console.capture() as captured:
        _head(page, judged, missing)
        _risks(page, judged, comparison.risks)
        worse = [one for one in comparison.findings if one.worse]
        _findings(page, judged, say(lang, "compare.worse_findings", count=len(worse)), worse)
        for change in Change:
            found = [one for one in comparison.findings if one.change is change and not one.worse]
            _findings(page, judged, f"{say(lang, f'change.{change}')} ({len(found)})", found)
        _end(page, comparison)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def _head(page: Sheet, judged: Judgements, missing: str) -> None:
    lang, old, new = page.lang, judged.old, judged.new
    page.line(say(lang, "compare.title", name=clip(escape_control(new.profile.subject.name))), "bold")
    page.line(say(lang, "legal.secrecy"), "bold")
    for key, report in (("old", old), ("new", new)):
        span = {"start": moment_text(lang, report.started), "end": moment_text(lang, report.ended)}
        made = {"tool": " ".join(report.tool[0]), "checklist": report.checklist.digest[:12]}
        page.line(say(lang, f"compare.{key}", **span, at=moment_text(lang, report.judged_at), **made))
    same = old.checklist.digest == new.checklist.digest
    page.line(say(lang, f"compare.{missing or ('same_checklist' if same else 'changed_checklist')}"))
    page.line(say(lang, "compare.legend"))
    for caveat in _caveats(lang, old, new):
        page.line(caveat, "bold")


def _caveats(lang: str, old: Report, new: Report) -> Iterable[str]:
    if old.interrupted or new.interrupted:
        yield say(lang, "compare.interrupted")
    if new.part:
        yield say(lang, "compare.part_seen")
    places = [say(lang, f"environment.{report.profile.environment}") for report in (old, new)]
    if places[0] != places[1]:
        yield say(lang, "compare.other_environment", old=places[0], new=places[1])
    if old.tool[0] != new.tool[0]:
        yield say(lang, "compare.other_tool", old=old.tool[0][1], new=new.tool[0][1])


def _risks(page: Sheet, judged: Judgements, changes: Sequence[RiskChange]) -> None:
    lang = page.lang
    page.heading(say(lang, "compare.risks", count=len(changes)) if changes else say(lang, "compare.risks_none"))
    for one in sorted(changes, key=lambda one: not one.worse):
        title = _risk_title(judged, one.risk, lang)
        kind = say(lang, "compare.worse_mark") if one.worse else say(lang, f"change.{one.change}").lower()
        page.item("- ", f"{say(lang, 'compare.risk', risk=one.risk, title=title)} ({kind})", _colour(one))
        was, now = (_grade(lang, *pair) for pair in ((judged.old, one.risk, one.old), (judged.new, one.risk, one.new)))
        page.line(say(lang, "compare.from_to", old=was, new=now, steps=_steps(lang, one.steps)), indent=4)


def _findings(page: Sheet, judged: Judgements, heading: str, changes: Sequence[FindingChange]) -> None:
    """The changes of one kind, those of one rule under its title."""
    if not changes:
        return
    page.heading(heading)
    rule = ""
    for one in changes[:MOST]:
        if one.rule != rule:
            rule = one.rule
            page.item("- ", f"{rule} {_rule_title(judged, rule, page.lang)}", _colour(one))
        words = {"old": _verdict(page.lang, one.old), "new": _verdict(page.lang, one.new)}
        target = _target(judged, one, page.lang)
        steps = _steps(page.lang, one.steps)
        page.line(say(page.lang, "compare.where", target=target, steps=steps, **words), indent=4)
    if len(changes) > MOST:
        page.line(say(page.lang, "compare.more", count=len(changes) - MOST), indent=4)


def _end(page: Sheet, comparison: Comparison) -> None:
    page.line("")
    counts = {"risks": comparison.same_risks, "findings": comparison.same_findings}
    page.line(say(page.lang, "compare.same", **counts))
    page.line(say(page.lang, f"compare.conclusion_{'worse' if comparison.worse else 'not_worse'}"), "bold")


def _colour(one: RiskChange | FindingChange) -> str:
    return COLOURS[Change.WORSE] if one.worse else COLOURS.get(one.change, "")


def _steps(lang: str, steps: Iterable[Step]) -> str:
    return "; ".join(say(lang, f"change_step.{step}") for step in steps)


def _verdict(lang: str, verdict: Verdict | None) -> str:
    return say(lang, f"verdict.{verdict}") if verdict else say(lang, "compare.not_asked")


def _grade(lang: str, report: Report, risk: str, because: Because | None) -> str:
    return grade_text(lang, report, risk, because) if because else say(lang, "compare.not_asked")


def _rule_title(judged: Judgements, id_: str, lang: str) -> str:
    """By the later checklist, which has its latest words; a rule that it lacks is the earlier one's."""
    rules = [rule for report in (judged.new, judged.old) for rule in report.checklist.rules if rule.id == id_]
    return escape_control(pick(lang, rules[0].title))


def _risk_title(judged: Judgements, id_: str, lang: str) -> str:
    risks = [risk for report in (judged.new, judged.old) for risk in report.checklist.risks if risk.id == id_]
    return escape_control(pick(lang, risks[0].title))


def _target(judged: Judgements, one: FindingChange, lang: str) -> str:
    if not one.target:
        (kind,) = {rule.target for rule in judged.new.checklist.rules if rule.id == one.rule} or {
            rule.target for rule in judged.old.checklist.rules if rule.id == one.rule
        }
        return say(lang, "compare.all_of", kind=say(lang, f"kinds.{kind}"))
    there = any(target.id == one.target for target in judged.new.profile.targets)
    return target_text(lang, judged.new if there else judged.old, one.target)

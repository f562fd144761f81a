"""What does the PDF say of the scenarios? Group by group how many, and what happened in those that are not met, drawn.

Left out: the picture (`_timeline`), and how a block is drawn (`report.typ`).
"""

from __future__ import annotations

from readiness.model import Verdict
from readiness.report import ORDER, Report
from readiness.reports import _blocks as b
from readiness.reports._blocks import Block
from readiness.reports._names import group_title, scenario_title
from readiness.reports._pdf_risks import OPEN
from readiness.reports._print import printed
from readiness.reports._scenarios import Group, Told, scenario_groups
from readiness.reports._timeline import WIDE, read_events, timeline_picture
from readiness.reports._words import because_text
from readiness.texts import pick, say

MOST_PICTURES = 30
"""Timelines drawn, the worst first."""


def scenarios(report: Report, lang: str) -> list[Block]:
    """Group by group: how many, what became of each, and what happened in those that are not met, drawn."""
    groups = scenario_groups(report)
    if not groups:
        return []
    heads = [say(lang, f"html_scenarios.{name}") for name in ("group", "count", "performed")]
    blocks = [
        b.heading(1, say(lang, "html_scenarios.title")),
        b.paragraph(say(lang, "html_scenarios.lead")),
        b.table((44, 12, 12, 32), [*heads, say(lang, "pdf.outcomes")], (_counted(lang, group) for group in groups)),
    ]
    drawn = [told for group in groups for told in group.scenarios if told.verdict in OPEN and told.timeline]
    worst = {
        told.number for told in sorted(drawn, key=lambda told: ORDER[told.verdict or Verdict.PASS])[:MOST_PICTURES]
    }
    for group in groups:
        blocks.append(b.heading(2, group_title(lang, group.id)))
        blocks += [block for told in group.performed for block in _told(report, lang, told, drawn=told.number in worst)]
        others = [f"{scenario_title(lang, report, told.target)} {_because(lang, told)}" for told in group.scenarios]
        missing = [text for text, told in zip(others, group.scenarios, strict=True) if told.unseen]
        if missing:
            blocks.append(b.paragraph(say(lang, "html_scenarios.others", count=len(missing))))
            blocks.append(b.bullets(missing))
    return blocks


def _counted(lang: str, group: Group) -> tuple[list[b.Line], ...]:
    counts = [
        b.line(f"{say(lang, f'scenario_state.{verdict.value}')}: {count}", shape=verdict.value)
        for verdict, count in group.counts
        if count
    ]
    return (
        b.lines(group_title(lang, group.id)),
        *(b.lines(str(len(g))) for g in (group.scenarios, group.performed)),
        counts,
    )


def _because(lang: str, told: Told) -> str:
    return (
        say(lang, "html_scenarios.because", reason=say(lang, f"reason.{told.unseen.reason.value}"))
        if told.unseen
        else ""
    )


def _told(report: Report, lang: str, told: Told, *, drawn: bool) -> list[Block]:
    title = scenario_title(lang, report, told.target)
    verdict = told.verdict
    mark = b.line(say(lang, f"verdict.{verdict.value}"), shape=verdict.value) if verdict else b.line("–")
    not_met = [finding for finding in told.findings if finding.verdict in OPEN]
    blocks = [b.heading(3, title, [mark])]
    if pick(lang, told.words.means):
        blocks.append(b.paragraph(pick(lang, told.words.means), "small"))
    events = read_events(told.timeline) if drawn and told.timeline else ()
    if events:
        blocks.append(printed(timeline_picture(f"timeline-{told.number}", title, events, lang, WIDE)))
    if not_met:
        rules = {rule.id: pick(lang, rule.title) for rule in report.checklist.rules}
        blocks.append(b.bullets(f"{f.rule} {rules[f.rule]}: {because_text(lang, report, f)}" for f in not_met))
    return blocks

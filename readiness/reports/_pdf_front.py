"""What does the PDF say before the risks one by one? Its head, what was not tried, the overview.

Left out: the pictures (`_pdf_pictures`), the risks (`_pdf_risks`), what is filed behind them (`_pdf_back`), and how a
block is drawn (`report.typ`).
"""

from __future__ import annotations

from collections.abc import Iterable

from readiness.report import Report
from readiness.reports import _blocks as b
from readiness.reports import _rows as rows
from readiness.reports._blocks import Block
from readiness.reports._head import head_facts, stale_text
from readiness.reports._risk_rows import GradeWord, RiskHead, counted
from readiness.reports._words import date_text
from readiness.texts import pick, say

MOST_ROWS = 60
"""Of one list of what could not be seen; the HTML report and data.json have them all."""
MOST_PLACES = 6


def head(report: Report, lang: str) -> list[Block]:
    """Who and what it is about, by what, and what it is not."""
    subject = report.profile.subject
    notes = [
        say(lang, "legal.public") if report.audience else "",
        say(lang, "html.part_seen") if report.part else "",
        say(lang, "html.interrupted") if report.interrupted else "",
        say(lang, "html.vendor_part") if subject.kind == "vendor" else "",
        stale_text(report, lang),
    ]
    return [
        b.paragraph(say(lang, f"html.kind_{subject.kind}"), "small"),
        b.title(say(lang, "html.title_of", name=subject.name)),
        b.paragraph(counted(report.grades, lang), "lead"),
        *(b.paragraph(note, "note") for note in notes if note),
        b.facts(head_facts(report, lang)),
        b.paragraph(f"{say(lang, 'legal.not_approved')} {say(lang, 'legal.disclaimer')}", "note"),
        *([] if report.audience else [b.paragraph(say(lang, "pdf.lead"))]),
        b.contents(say(lang, "html.contents")),
        b.page_break(),
    ]


def untested(report: Report, lang: str) -> list[Block]:
    """What nobody has looked at or could see, and what is outside the scope."""
    profile = report.profile
    unseen = [row for row in rows.unseen_rows(report, lang) if row.rules]
    pending = rows.pending_rules(report)
    blocks = [b.heading(1, say(lang, "html_untested.title")), b.paragraph(say(lang, "html_untested.lead"), "lead")]
    if not (unseen or pending):
        blocks.append(b.paragraph(say(lang, "html_untested.nothing")))
    if unseen:
        blocks += [b.heading(2, say(lang, "html_untested.unseen")), _unseen_table(unseen[:MOST_ROWS], lang)]
    if len(unseen) > MOST_ROWS:
        blocks.append(b.paragraph(say(lang, "pdf.more_rows", count=len(unseen) - MOST_ROWS), "small"))
    if pending:
        blocks.append(b.heading(2, say(lang, "html_untested.pending")))
        blocks.append(b.paragraph(say(lang, "html_untested.pending_count", count=len(pending))))
        blocks.append(b.bullets(f"{rule.id} {pick(lang, rule.title)}" for rule in pending))
    if profile.included:
        blocks += [b.heading(2, say(lang, "html_untested.included")), b.paragraph(profile.included)]
    excluded = profile.excluded or say(lang, "html_untested.excluded_none")
    blocks += [b.heading(2, say(lang, "html_untested.excluded")), b.paragraph(excluded)]
    return blocks + (_absences(report, lang) if profile.absences else [])


def _unseen_table(unseen: Iterable[rows.UnseenRow], lang: str) -> Block:
    heads = [say(lang, f"html_untested.{name}") for name in ("targets", "cause", "rules", "risks")]
    return b.table(
        (30, 40, 22, 8),
        heads,
        (
            (
                places(row.where, lang),
                [
                    b.line(_sentence(say(lang, f"reason.{row.unseen.reason.value}"))),
                    *([b.line(row.unseen.detail, "small", lang="en")] if row.unseen.detail else []),
                    b.line(
                        f"{say(lang, 'html_untested.cure')} {say(lang, f'cure.{row.unseen.reason.value}')}", "small"
                    ),
                ],
                b.lines(", ".join(row.rules)),
                b.lines(", ".join(row.risks)),
            )
            for row in unseen
        ),
    )


def _absences(report: Report, lang: str) -> list[Block]:
    heads = [say(lang, f"html_untested.{name}") for name in ("what", "why", "decided")]
    return [
        b.heading(2, say(lang, "html_untested.absences")),
        b.table(
            (25, 45, 30),
            heads,
            (
                (
                    [
                        b.line(say(lang, f"kind.{absence.what.value}")),
                        *(b.line(f"{name} = {wanted}", "small") for name, wanted in absence.where),
                    ],
                    b.lines(absence.why),
                    b.lines(f"{absence.decided_by}, {date_text(lang, absence.decided_on)}"),
                )
                for absence in report.profile.absences
            ),
        ),
    ]


def overview(risks: Iterable[RiskHead], lang: str) -> list[Block]:
    """A line a risk."""
    names = ("html_overview.risk", "html_overview.level_2014", "html_overview.level_own", "part.seen", "part.stated")
    heads = [_sentence(say(lang, name)) for name in (*names, "html_overview.whole", "html_overview.strength")]
    return [
        b.page_break(),
        b.heading(1, say(lang, "html_overview.title")),
        b.paragraph(say(lang, "html_overview.lead")),
        b.table(
            (31, 7, 7, 16, 16, 16, 10),
            heads,
            (
                (
                    [b.line(f"{one.risk.id}  {pick(lang, one.risk.title)}")],
                    b.lines(str(one.risk.level)),
                    b.lines(str(one.own.level) if one.own else ""),
                    [graded(one.seen)],
                    [graded(one.stated)],
                    [graded(one.whole)],
                    b.lines(one.whole.strength),
                )
                for one in risks
            ),
        ),
        b.page_break(),
    ]


def graded(grade: GradeWord) -> b.Line:
    """A grade as one line of a cell: its shape and its word."""
    return b.line(grade.word, "" if grade.shape else "small", shape=grade.shape)


def places(names: tuple[str, ...], lang: str, more: int = 0) -> list[b.Line]:
    """The first places, and how many more there are."""
    listed = [b.line(name) for name in names[:MOST_PLACES]]
    left = len(names) - len(listed) + more
    return [*listed, b.line(say(lang, "pdf.more_places", count=left), "small")] if left > 0 else listed


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]

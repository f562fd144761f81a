"""How are the certificate calendar and the log trace shown in the PDF?

Left out: which rows there are (`_calendar`, `_trace`), and how a block is drawn (`report.typ`).
"""

from __future__ import annotations

from readiness.report import Report
from readiness.reports import _blocks as b
from readiness.reports._blocks import Block
from readiness.reports._calendar import LIMITS, Entry, calendar, calendar_picture
from readiness.reports._print import printed
from readiness.reports._trace import Mention, trace
from readiness.reports._words import date_text
from readiness.texts import say

LISTED = 40
MOST_LOGS = 4
"""Columns of a table; where more logs were read, the HTML report has the messages."""


def certificates(report: Report, lang: str) -> list[Block]:
    """Which certificate ends when, drawn and as a table, and the dates of the shorter lives; not for the public."""
    if report.audience:
        return []
    found = calendar(report, lang)
    blocks = [b.heading(1, say(lang, "html_calendar.title"))]
    if found.entries:
        blocks.append(b.paragraph(say(lang, "html_calendar.lead")))
        blocks.append(printed(calendar_picture(found.entries, report.judged_at, lang)))
        heads = [say(lang, f"html_calendar.{name}") for name in ("what", "end", "left", "issuer")]
        blocks.append(b.table((46, 14, 14, 26), heads, (_certificate(one, lang) for one in found.entries[:LISTED])))
        if more := found.more + len(found.entries[LISTED:]):
            blocks.append(b.paragraph(say(lang, "calendar.more", count=more), "small"))
    else:
        blocks.append(b.paragraph(say(lang, "html_calendar.empty")))
    if found.unseen:
        unseen = ", ".join(found.unseen[:LISTED])
        blocks.append(b.paragraph(f"{say(lang, 'html_calendar.unseen')} {unseen}"))
    blocks.append(b.heading(2, say(lang, "html_calendar.dates")))
    blocks.append(b.paragraph(say(lang, "html_calendar.dates_lead")))
    blocks.append(b.bullets(say(lang, "calendar.since", date=date_text(lang, day), days=days) for day, days in LIMITS))
    return blocks


def _certificate(one: Entry, lang: str) -> tuple[list[b.Line], ...]:
    pki = say(lang, f"calendar.pki_{one.pki}" if one.pki in {"public", "private"} else "calendar.pki_unknown")
    issuer = [b.line(pki)]
    if one.limit:
        issuer.append(b.line(say(lang, "calendar.successor", days=one.limit), "small"))
    return (b.lines(one.name), b.lines(date_text(lang, one.end)), b.lines(one.left), issuer)


def logs(report: Report, lang: str) -> list[Block]:
    """Where a message can be followed; nothing where the chain has no logs, or for the public."""
    found = trace(report, lang)
    if not found.logs or report.audience:
        return []
    blocks = [
        b.heading(1, say(lang, "html_trace.title")),
        b.paragraph(say(lang, "html_trace.lead")),
        b.table(
            (24, 28, 48),
            [say(lang, f"html_trace.{name}") for name in ("node", "log", "seen")],
            (
                (
                    b.lines(log.node),
                    b.lines(log.name),
                    [b.line(f"{what}: {value}") for what, value in log.facts]
                    + ([b.line(f"{say(lang, 'html_trace.unseen')} {log.unseen}")] if log.unseen else []),
                )
                for log in found.logs[:LISTED]
            ),
        ),
    ]
    if found.messages and len(found.read) <= MOST_LOGS:
        rows = ((b.lines(message), *(_mention(one, lang) for one in mentions)) for message, mentions in found.messages)
        heads = [say(lang, "html_trace.message"), *found.read]
        blocks.append(b.heading(2, say(lang, "html_trace.messages")))
        blocks.append(b.paragraph(say(lang, "html_trace.messages_lead")))
        blocks.append(b.table([1] * len(heads), heads, rows))
    if found.nowhere:
        blocks.append(b.paragraph(say(lang, "trace.nowhere", count=found.nowhere), "note"))
    return blocks


def _mention(one: Mention, lang: str) -> list[b.Line]:
    if not one.records:
        return [b.line(say(lang, "trace.not_found"), shape="uncovered")]
    small = [b.line(text, "small") for text in (one.events, one.period) if text]
    return [b.line(say(lang, "trace.found", count=one.records), shape="pass"), *small]

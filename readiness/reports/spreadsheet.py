"""How does a report open in a spreadsheet? One line a finding, as CSV.

UTF-8 with a byte order mark, semicolons and CRLF: so a spreadsheet with Swedish settings opens it by a double click,
with its letters and columns right. A cell that a spreadsheet would take for a formula begins with an apostrophe, which
makes it text (OWASP, CSV injection). Left out: everything but the findings (`data`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from readiness.model import Finding
from readiness.report import Report
from readiness.reports._names import target_text
from readiness.reports._words import because_text, deviations_for, escape_control
from readiness.texts import pick, say

COLUMNS = (
    "risks", "rule", "check", "title", "verdict", "target", "because", "basis", "source", "confidence", "remedy",
    "deviations",
)  # fmt: skip
FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a formula begins with, the full-width signs of East Asian settings included."""


def spreadsheet_report(report: Report, lang: str) -> str:
    """The findings, in the report's order, below headings in a language ("sv" or "en"); write it as UTF-8."""
    return "".join(spreadsheet_pieces(report, lang))


def spreadsheet_pieces(report: Report, lang: str) -> Iterator[str]:
    """The same line by line."""
    lines = csv.writer(_Line(), delimiter=";", lineterminator="\r\n")  # gives back what it has had written
    yield "\ufeff"
    yield lines.writerow([say(lang, f"column.{name}") for name in COLUMNS])
    for finding in report.findings:
        yield lines.writerow([*map(_cell, _row(report, lang, finding))])


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _row(report: Report, lang: str, finding: Finding) -> tuple[str, ...]:
    rule = report.checklist.rule(finding.rule)
    beside = [
        say(lang, "column.deviation", reason=one.reason, state=say(lang, f"deviation.{state.value}"))
        for one, state in deviations_for(report, finding)
    ]
    return (
        ", ".join(f"{risk} ({say(lang, f'weight.{weight.value}')})" for risk, weight in rule.risks),
        rule.id,
        rule.check,
        pick(lang, rule.title),
        say(lang, f"verdict.{finding.verdict.value}"),
        target_text(lang, report, finding.target),
        because_text(lang, report, finding),
        say(lang, f"basis.{rule.basis.value}"),
        rule.source,
        say(lang, f"confidence.{rule.confidence}"),
        pick(lang, rule.remedy),
        "; ".join(beside),
    )


def _cell(text: str) -> str:
    shown = escape_control(text)
    return f"'{shown}" if shown[:1] in FORMULA else shown

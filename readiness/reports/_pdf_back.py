"""What does the PDF say after the risks? Deviations, statements, criteria, records, how to read it, the decision.

Left out: how a block is drawn (`report.typ`).
"""

from __future__ import annotations

from readiness.model import Rule
from readiness.report import Report
from readiness.reports import _blocks as b
from readiness.reports import _rows as rows
from readiness.reports._blocks import Block
from readiness.reports._head import csl_text
from readiness.reports._pdf_front import places
from readiness.reports._permits import permit_rows
from readiness.reports._risk_rows import all_grade_words
from readiness.reports._words import moment_text
from readiness.texts import pick, say

MOST_PERMITS = 40


def deviations(report: Report, lang: str) -> list[Block]:
    """Every deviation, with the verdicts that it changes nothing about."""
    blocks = [b.heading(1, say(lang, "html_deviations.title")), b.paragraph(say(lang, "html_deviations.lead"))]
    found = rows.deviation_rows(report, lang)
    if not found:
        return [*blocks, b.paragraph(say(lang, "html_deviations.none"))]
    names = ("rule", "where", "verdicts", "reason", "approved_by", "state")
    return [
        *blocks,
        b.table(
            (14, 14, 16, 24, 16, 16),
            [say(lang, f"html_deviations.{name}") for name in names],
            (_deviation(row, lang) for row in found),
        ),
    ]


def _deviation(row: rows.DeviationRow, lang: str) -> tuple[list[b.Line], ...]:
    one, never = row.deviation, say(lang, "html_deviations.never")
    malformed = say(lang, "html_deviations.malformed", why=one.malformed) if one.malformed else ""
    expires = moment_text(lang, one.expires) if one.expires else never
    return (
        [b.line(one.rule, "code")],
        b.lines(row.where or say(lang, "html_deviations.everywhere")),
        [b.line(say(lang, f"verdict.{v.value}"), shape=v.value) for v in row.verdicts] or b.lines(),
        [b.line(one.reason or never), *([b.line(malformed, "small")] if malformed else [])],
        [
            b.line(one.approved_by or never),
            b.line(f"{say(lang, 'html_deviations.owner')}: {one.owner or never}", "small"),
        ],
        [
            b.line(say(lang, f"deviation.{row.state.value}")),
            b.line(f"{say(lang, 'html_deviations.expires')}: {expires}", "small"),
        ],
    )


def statements(report: Report, lang: str) -> list[Block]:
    """What people have answered for."""
    blocks = [b.heading(1, say(lang, "html_statements.title")), b.paragraph(say(lang, "html_statements.lead"))]
    law = csl_text(report, lang)
    told = [b.heading(2, say(lang, "csl.title")), b.paragraph(law)] if law else []
    found = rows.statement_rows(report, lang)
    if not found:
        return [*blocks, b.paragraph(say(lang, "html_statements.none")), *told]
    names = ("check", "answer", "by", "on", "document")
    return [
        *blocks,
        b.table(
            (26, 22, 20, 16, 16),
            [say(lang, f"html_statements.{name}") for name in names],
            (_statement(one, lang) for one in found),
        ),
        *told,
    ]


def _statement(one: rows.StatementRow, lang: str) -> tuple[list[b.Line], ...]:
    until = f"{say(lang, 'html_statements.valid_until')} {one.valid_until}" if one.valid_until else ""
    standing = f"{say(lang, 'html_statements.standing')}: {one.standing}" if one.standing else ""
    return (
        [b.line(one.check), *([b.line(one.title, "small")] if one.title else [])],
        b.lines(one.answer, one.text),
        b.lines(one.by),
        [b.line(one.on or "–"), *(b.line(text, "small") for text in (until, standing) if text)],
        [b.line(one.document or "–"), *([b.line(one.digest, "small")] if one.digest else [])],
    )


def criteria(report: Report, lang: str) -> list[Block]:
    """Every rule, with source and basis."""
    return [
        b.heading(1, say(lang, "html_criteria.title")),
        b.paragraph(say(lang, "html_criteria.lead")),
        b.table(
            (40, 16, 10, 22, 12),
            [say(lang, f"html_criteria.{name}") for name in ("rule", "weights", "basis", "source", "confidence")],
            (_criterion(rule, lang) for rule in report.checklist.rules),
        ),
    ]


def _criterion(rule: Rule, lang: str) -> tuple[list[b.Line], ...]:
    retired = say(lang, "html_criteria.retired", why=rule.retired) if rule.retired else ""
    pending = say(lang, "html_criteria.pending") if rule.pending else ""
    confidence = say(lang, f"confidence.{rule.confidence}")
    if rule.verified:
        by, on = rule.verified
        confidence = say(lang, "html_criteria.verified", confidence=confidence, by=by, on=on)
    return (
        [
            b.line(rule.id, "code"),
            b.line(pick(lang, rule.title)),
            *([b.line(retired or pending, "small")] if retired or pending else []),
        ],
        b.lines(", ".join(f"{risk} {say(lang, f'weight.{weight.value}')}" for risk, weight in rule.risks)),
        b.lines(say(lang, f"basis.{rule.basis.value}")),
        [b.line(rule.source, lang="sv")],
        b.lines(confidence),
    )


def records(report: Report, lang: str) -> list[Block]:
    """What the report rests on."""
    blocks = [b.heading(1, say(lang, "html_records.title")), b.paragraph(say(lang, "html_records.caption"))]
    names = ("id", "party", "environment", "when", "how")
    cells = []
    for record in report.records:
        sealed = record.sealed
        said = [b.line(say(lang, f"ended.{record.how_ended}"))]
        if sealed:
            who = {"by": sealed.by, "at": moment_text(lang, sealed.at), "certificate": sealed.certificate}
            confirmed = "signer_confirmed" if sealed.confirmed else "signer_not_confirmed"
            said.append(b.line(say(lang, "html_records.sealed", **who), "small"))
            said.append(b.line(say(lang, f"html_records.{confirmed}"), "small"))
        span = {"start": moment_text(lang, record.started), "end": moment_text(lang, record.ended)}
        own = say(lang, "html_records.own" if record.own else "html_records.others")
        cells.append(
            (
                [b.line(record.id, "small")],
                b.lines(f"{rows.party_name(report, record.party)} ({own})"),
                b.lines(say(lang, f"environment.{record.environment}")),
                b.lines(say(lang, "html_head.span", **span)),
                said,
            )
        )
    table = b.table((26, 18, 10, 20, 26), [say(lang, f"html_records.{name}") for name in names], cells)
    return [*blocks, table, *([] if report.audience else _permits(report, lang))]


def _permits(report: Report, lang: str) -> list[Block]:
    rows_ = permit_rows(report, lang)
    blocks = [b.heading(2, say(lang, "html_permits.title"))]
    if not rows_:
        return [*blocks, b.paragraph(say(lang, "html_permits.none"))]
    names = ("owner", "effects", "where", "period", "document")
    cells = (
        (
            b.lines(one.owner),
            [b.line(one.effects), b.line(f"{say(lang, 'html_permits.probes')}: {', '.join(one.probes)}", "small")],
            places(one.where, lang),
            b.lines(say(lang, "html_head.span", start=moment_text(lang, one.start), end=moment_text(lang, one.end))),
            [
                b.line(one.document or say(lang, "html_permits.own_word")),
                *([b.line(one.digest, "small")] if one.digest else []),
            ],
        )
        for one in rows_[:MOST_PERMITS]
    )
    heads = [say(lang, f"html_permits.{name}") for name in names]
    return [*blocks, b.paragraph(say(lang, "html_permits.lead")), b.table((16, 24, 24, 18, 18), heads, cells)]


def reading(report: Report, lang: str) -> list[Block]:
    """What the words mean, and what nobody may conclude."""
    limits = ("html_reading.not_shown_text", "html_reading.not_text", "legal.no_score")
    words = [(grade.word, grade.meaning) for grade in all_grade_words(lang)]
    words += [
        (say(lang, f"html_reading.{n}_term"), say(lang, f"html_reading.{n}_text")) for n in ("strength", "weight")
    ]
    words.append((say(lang, "confidence.partial"), say(lang, "html_reading.unverified_text")))
    return [
        b.heading(1, say(lang, "html_reading.title")),
        b.heading(2, say(lang, "html_reading.pass_term")),
        b.paragraph(say(lang, "legal.pass_means")),
        b.heading(2, say(lang, "html_reading.not_term")),
        b.paragraph(" ".join(say(lang, key) for key in ("legal.pass_means_not", *limits))),
        b.paragraph(say(lang, "legal.voluntary")),
        b.heading(2, say(lang, "html_reading.verdicts")),
        b.facts((term[:1].upper() + term[1:], meaning) for term, meaning in words),
    ]


def decision(report: Report, lang: str) -> list[Block]:
    """The receiver's own fields, empty."""
    return [
        b.page_break(),
        b.heading(1, say(lang, "html_decision.title")),
        b.paragraph(say(lang, "html_decision.lead")),
        b.blanks(
            [say(lang, f"html_decision.{name}") for name in ("conditions", "correct_by", "name", "date", "signature")],
            [say(lang, f"html_decision.{name}") for name in ("approved", "approved_with_conditions", "rejected")],
        ),
    ]

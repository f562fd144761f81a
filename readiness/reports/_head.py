"""What does the head of a report say of itself? Who it is about, when it was seen, what it is held to, what made it.

Left out: layout. Texts are plain and not yet escaped.
"""

from __future__ import annotations

from datetime import UTC, date

from readiness.report import Report
from readiness.reports._words import date_text, moment_text
from readiness.texts import say


def head_facts(report: Report, lang: str) -> tuple[tuple[str, str], ...]:
    """Terms with what stands for them, "" where the profile does not say; the two digests last."""
    subject, profile = report.profile.subject, report.profile
    terms, assignment = profile.terms, profile.assignment
    number = subject.organisation_number
    facts = {
        "subject": subject.name,
        "organisation_number": f"{number[:-4]}-{number[-4:]}" if len(number) == 10 else number,
        "board": subject.board,
        "reference": subject.reference,
        "product": " ".join(filter(None, (subject.product, subject.version))),
        "environment": say(lang, f"environment.{profile.environment}"),
        "observed": _span(lang, moment_text(lang, report.started), moment_text(lang, report.ended)),
        "judged": moment_text(lang, report.judged_at),
        "ordered_by": assignment.ordered_by,
        "purpose": assignment.purpose,
        "period": _span(lang, date_text(lang, assignment.start), date_text(lang, assignment.end))
        if assignment.start or assignment.end
        else "",
        "infrastructure_owner": terms.infrastructure_owner,
        "terms": _checked(report, lang, terms.terms_version, terms.terms_checked),
        "specification": _checked(report, lang, terms.specification_version, terms.specification_checked),
        "contract": _checked(report, lang, terms.contract_version, terms.contract_checked),
        "tool": ", ".join(f"{name} {version}" for name, version in report.tool),
        "checklist": report.checklist.digest,
        "profile": report.profile_digest,
    }
    return tuple((say(lang, f"html_head.{name}"), words) for name, words in facts.items())


def secrecy_text(report: Report, lang: str) -> str:
    """What stands at the top of every page: that it may be secret, or that it is the summary."""
    return say(lang, "legal.public_head" if report.audience else "legal.secrecy")


def stale_text(report: Report, lang: str) -> str:
    """That the state of a risk was last checked more than twelve months before judging; "" where none was."""
    day = report.judged_at.astimezone(UTC).date()
    checked = [risk.standing.checked for risk in report.checklist.risks]
    old = [one for one in checked if day > _year_after(one)]
    return say(lang, "standing_age.stale", count=len(old), date=date_text(lang, min(old))) if old else ""


def csl_text(report: Report, lang: str) -> str:
    """What the Cybersecurity Act (2025:1506, 4:3 item 6) says of information, for parties that the profile says it is
    about; "" where it is about none."""
    parties = [party.name for party in report.profile.parties if party.essential_operator]
    return say(lang, "csl.text", parties=", ".join(parties)) if parties else ""


def _year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28) if (day.month, day.day) == (2, 29) else day.day)


def _span(lang: str, start: str, end: str) -> str:
    return say(lang, "html_head.span", start=start, end=end)


def _checked(report: Report, lang: str, version: str, day: date | None) -> str:
    if report.audience and not version:  # withheld, which is not the same as not stated
        return ""
    key = "html_head.checked" if day else "html_head.unchecked"
    return say(lang, key, version=version or say(lang, "legal.not_stated"), date=date_text(lang, day))

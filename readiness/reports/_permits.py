"""Which permits were used for what was done, by which probes, at what? Rows for any format, and the terminal's lines.

A permit that nothing needed is the profile's business, and not told here. Left out: whether a permit covers an address
(`permits`); what could not be seen for want of one stands with all else that was not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from readiness.chain import Permit, PermitUsed
from readiness.report import Report
from readiness.reports._names import places
from readiness.reports._page import Page
from readiness.reports._words import clip, date_text, escape_control
from readiness.texts import texts

MOST_PLACES, MOST_PROBES = 3, 4


@dataclass(frozen=True, slots=True)
class PermitRow:
    """One permit as it was used in one record: its owner by name, the effects it was used for in words, where, and by
    which probes. `document` is "" where the owner's own word was enough; `record` is the record's id."""

    owner: str
    effects: str
    where: tuple[str, ...]
    probes: tuple[str, ...]
    start: datetime
    end: datetime
    document: str
    digest: str
    record: str


def permit_rows(report: Report, lang: str) -> tuple[PermitRow, ...]:
    """Every permit that was used, record by record, in the order of their first use."""
    used: dict[tuple[str, Permit], list[PermitUsed]] = {}
    for record in report.records:
        for one in record.permits:
            used.setdefault((record.id, one.permit), []).append(one)
    return tuple(_row(report, lang, record, permit, uses) for (record, permit), uses in used.items())


def _row(report: Report, lang: str, record: str, permit: Permit, uses: Sequence[PermitUsed]) -> PermitRow:
    party = report.profile.party(permit.owner)
    return PermitRow(
        owner=party.name if party else permit.owner,
        effects=", ".join(_effect(lang, effect) for effect in dict.fromkeys(one.effect for one in uses)),
        where=places(lang, report, (one.target for one in uses)),
        probes=tuple(dict.fromkeys(one.probe for one in uses)),
        start=permit.start,
        end=permit.end,
        document=permit.document,
        digest=permit.sha256,
        record=record,
    )


def _effect(lang: str, effect: str) -> str:
    """An effect in words; as the record has it where this version does not know it."""
    return texts(lang).get(f"effect.{effect}") or clip(escape_control(effect))


def tell_permits(page: Page) -> None:
    """The permits on a terminal's page; a summary for the public tells of none, used or not."""
    if page.report.audience:
        return
    rows = permit_rows(page.report, page.lang)
    page.heading(page.say("permits"))
    if not rows:
        page.line(page.say("permits_none"))
    for row in rows:
        owner, where = clip(escape_control(row.owner)), _few(row.where, MOST_PLACES, "; ")
        page.item("- ", page.say("permit", owner=owner, effects=row.effects, where=where))
        said = clip(escape_control(row.document)) if row.document else page.say("permit_own_word")
        days = {"start": date_text(page.lang, row.start), "end": date_text(page.lang, row.end)}
        page.line(page.say("permit_why", document=said, probes=_few(row.probes, MOST_PROBES, ", "), **days), indent=2)


def _few(texts: Sequence[str], most: int, between: str) -> str:
    """The first of them, and how many more."""
    more = f" +{len(texts) - most}" if len(texts) > most else ""
    return between.join(clip(escape_control(text)) for text in texts[:most]) + more

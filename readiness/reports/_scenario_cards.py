"""What is shown of the scenarios in the HTML report? A row a group, a card a scenario performed, a line of each other.

Left out: markup (templates), the picture (`_timeline`) and what belongs together (`_scenarios`). Texts here are plain
and not yet escaped for HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from readiness.model import Finding, Rule, Unseen, Verdict, Weight
from readiness.report import Report
from readiness.reports._names import group_title, scenario_title
from readiness.reports._risk_rows import beside_text
from readiness.reports._scenarios import ATTEMPTS, CHANNELS, OUTCOMES, Group, Told, causes, scenario_groups
from readiness.reports._timeline import NARROW, WIDE, read_events, timeline_picture
from readiness.reports._words import because_text, deviations_for, value_text
from readiness.texts import pick, say, texts

SPOKEN = (Verdict.FAIL, Verdict.INCONCLUSIVE)
"""Verdicts whose findings are told one by one; of the others the ids are enough."""


@dataclass(frozen=True, slots=True)
class Said:
    """One finding on a scenario: its rule, how much it weighs at most, why, and the deviations beside it."""

    rule: Rule
    weight: Weight
    why: str
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of a timeline in words: when, until when where that is later, what, and a detail in English."""

    at: str
    until: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Card:
    """One scenario. `pictures` is markup: wide and narrow, or nothing. `unseen` stands where it was not performed."""

    number: int
    title: str
    means: str
    verdict: Verdict | None
    findings: tuple[tuple[Verdict, tuple[Said, ...]], ...]
    facts: tuple[tuple[str, str], ...]
    pictures: tuple[str, ...]
    timeline: tuple[Happening, ...]
    unseen: Unseen | None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group: what it is called, how many it has, how many were performed, how many have which verdict at worst."""

    title: str
    count: int
    performed: int
    counts: tuple[tuple[Verdict, int], ...]
    cards: tuple[Card, ...]
    others: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class ScenarioPart:
    """The whole section; without groups it is not shown."""

    groups: tuple[GroupRow, ...]
    total: GroupRow
    causes: tuple[tuple[Unseen, int], ...]


def scenario_part(report: Report, lang: str) -> ScenarioPart:
    """Everything that is shown of the scenarios of a report."""
    groups = scenario_groups(report)
    every = Group("", tuple(told for group in groups for told in group.scenarios))
    shown = {verdict for verdict, count in every.counts if count or verdict is not Verdict.NOT_APPLICABLE}
    return ScenarioPart(
        groups=tuple(_group(report, lang, group, shown) for group in groups),
        total=GroupRow("", len(every.scenarios), len(every.performed), _only(every.counts, shown), (), ()),
        causes=tuple((cause, len(told)) for cause, told in causes(groups)),
    )


def _only(counts: tuple[tuple[Verdict, int], ...], shown: set[Verdict]) -> tuple[tuple[Verdict, int], ...]:
    return tuple((verdict, count) for verdict, count in counts if verdict in shown)


def _group(report: Report, lang: str, group: Group, shown: set[Verdict]) -> GroupRow:
    cards = [_card(report, lang, told) for told in group.scenarios]
    return GroupRow(
        title=group_title(lang, group.id),
        count=len(group.scenarios),
        performed=len(group.performed),
        counts=_only(group.counts, shown),
        cards=tuple(card for card in cards if card.unseen is None),
        others=tuple(card for card in cards if card.unseen is not None),
    )


def _card(report: Report, lang: str, told: Told) -> Card:
    title = scenario_title(lang, report, told.target)
    events = read_events(told.timeline) if told.timeline else ()
    key = f"timeline-{told.number}"
    return Card(
        number=told.number,
        title=title,
        means=pick(lang, told.words.means),
        verdict=told.verdict,
        findings=tuple(_findings(report, lang, told.findings)),
        facts=_facts(lang, told),
        pictures=tuple(timeline_picture(key, title, events, lang, one) for one in (WIDE, NARROW) if events),
        timeline=_happenings(lang, told),
        unseen=told.unseen,
    )


def _findings(report: Report, lang: str, findings: Iterable[Finding]) -> Iterable[tuple[Verdict, tuple[Said, ...]]]:
    """By verdict, worst first."""
    by_verdict: dict[Verdict, list[Said]] = {}
    for finding in findings:
        rule = report.checklist.rule(finding.rule)
        weight = Weight.MUST if Weight.MUST in dict(rule.risks).values() else Weight.SHOULD
        deviations = tuple(beside_text(lang, *found) for found in deviations_for(report, finding))
        why = because_text(lang, report, finding) if finding.verdict in SPOKEN else ""
        by_verdict.setdefault(finding.verdict, []).append(Said(rule, weight, why, deviations))
    return ((verdict, tuple(said)) for verdict, said in by_verdict.items())


def _facts(lang: str, told: Told) -> tuple[tuple[str, str], ...]:
    """What the account says, by which channel, after how many attempts: keys of texts, and values in words."""
    names = {
        OUTCOMES: ("html_scenarios.outcomes", "outcome"),
        CHANNELS: ("html_scenarios.channels", "channel"),
        ATTEMPTS: ("html_scenarios.attempts", ""),
    }
    rows = []
    for fact, (name, table) in names.items():
        value = told.value(fact)
        if isinstance(value, Unseen):
            shown = say(lang, "html_scenarios.fact_unseen", reason=say(lang, f"reason.{value.reason.value}"))
        elif isinstance(value, tuple):
            shown = ", ".join(texts(lang).get(f"{table}.{member}", member) for member in value)
            shown = shown or say(lang, "cause_part.nobody")
        else:
            shown = value_text(lang, value)
        rows.append((name, shown))
    return tuple(rows)


def _happenings(lang: str, told: Told) -> tuple[Happening, ...]:
    """Every row of the timeline, also one that could not be drawn."""
    if not told.timeline:
        return ()
    rows = (dict(zip(told.timeline.columns, cells, strict=False)) for cells in told.timeline.rows)
    return tuple(
        Happening(
            at=row.get("at_ms", ""),
            until=until if (until := row.get("until_ms", "")) != row.get("at_ms", "") else "",
            what=texts(lang).get(f"timeline.{row.get('what', '')}", row.get("what", "")),
            detail=row.get("detail", ""),
        )
        for row in rows
    )

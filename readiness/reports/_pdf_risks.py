"""What does the PDF say of each risk? What is not met in detail, what is met as a line a rule.

So its length follows the checklist, not the chain: ten thousand findings are no longer than a hundred. The HTML report
and data.json have each finding on each target. Left out: how a block is drawn (`report.typ`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from readiness.model import Finding, Rule, TargetKind, Verdict, Weight
from readiness.report import ORDER, Report
from readiness.reports import _blocks as b
from readiness.reports._blocks import Block
from readiness.reports._names import places
from readiness.reports._pdf_front import MOST_PLACES, graded
from readiness.reports._pdf_front import places as listed
from readiness.reports._proof import MOST_FINDINGS, Proof, Proofs
from readiness.reports._risk_rows import MOST_WHYS, RiskHead, beside_text
from readiness.reports._words import because_text, date_text, deviations_for
from readiness.texts import pick, say

WORDED = 20
"""Findings of a row that are put into words, to find reasons that differ."""
SHOWN = 3
"""Lines of evidence beside a red result."""
OPEN = (Verdict.FAIL, Verdict.INCONCLUSIVE)


@dataclass(slots=True)
class Sum:
    """All findings of one rule with one verdict: how many, the first of their reasons and deviations, where."""

    rule: Rule
    weight: Weight
    verdict: Verdict
    count: int = 0
    findings: list[Finding] = field(default_factory=list)
    whys: dict[str, None] = field(default_factory=dict)
    beside: dict[str, None] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)

    def add(self, report: Report, lang: str, finding: Finding) -> None:
        """Count one more; put it into words where there are not enough yet."""
        self.count += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        if len(self.whys) < MOST_WHYS and self.count <= WORDED:
            self.whys.setdefault(because_text(lang, report, finding))
        for found in deviations_for(report, finding):
            self.beside.setdefault(beside_text(lang, *found))
        if len(self.targets) < MOST_PLACES or self.rule.target is TargetKind.SCENARIO:
            self.targets.append(finding.target)


def sums(report: Report, lang: str, about: Iterable[tuple[Finding, Weight]]) -> tuple[Sum, ...]:
    """By rule and verdict, in the order in which they first occur: must first, worst verdict first."""
    rules = {rule.id: rule for rule in report.checklist.rules}
    found: dict[tuple[str, Verdict], Sum] = {}
    for finding, weight in about:
        key = (finding.rule, finding.verdict)
        found.setdefault(key, Sum(rules[finding.rule], weight, finding.verdict)).add(report, lang, finding)
    return tuple(found.values())


def risk(report: Report, lang: str, one: RiskHead, proofs: Proofs) -> list[Block]:
    """One risk: its words and grades, what is not met, and what is."""
    about, standing = one.risk, one.risk.standing
    checked = say(lang, "html_risk.standing", date=date_text(lang, standing.checked))
    confidence = say(lang, f"html_confidence.{standing.confidence}")
    source = f"{say(lang, 'html_risk.standing_source')} {standing.source}. "
    found = sums(report, lang, one.about)
    return [
        b.heading(2, f"{about.id}  {pick(lang, about.title)}", [graded(one.whole)]),
        b.paragraph(pick(lang, about.description)),
        b.facts(_levels(lang, one)),
        b.paragraph(
            f"{checked}. {pick(lang, standing.text)} {source}"
            f"{say(lang, 'html_risk.standing_confidence', confidence=confidence)}",
            "small",
        ),
        *([b.paragraph(say(lang, "html_risk.not_whole"), "small")] if one.not_whole else []),
        *_open(lang, report, [row for row in found if row.verdict in OPEN], proofs),
        *_settled(lang, [row for row in found if row.verdict not in OPEN]),
        *([] if found else [b.paragraph(say(lang, "html_risk.no_findings"))]),
    ]


def _levels(lang: str, one: RiskHead) -> list[tuple[str, str]]:
    def steps(level: int, likelihood: str, consequence: str, key: str, **who: str) -> str:
        words = {"likelihood": say(lang, f"step.{likelihood}"), "consequence": say(lang, f"step.{consequence}")}
        return say(lang, f"html_risk.{key}", level=level, **words, **who)

    then, own = one.risk, one.own
    rows = [
        (say(lang, "html_risk.level_2014"), steps(then.level, then.likelihood, then.consequence, "level_2014_value"))
    ]
    if own:
        who = {"by": own.set_by, "on": date_text(lang, own.set_on)}
        words = steps(own.level, own.likelihood, own.consequence, "level_own_value", **who)
        rows.append((say(lang, "html_risk.level_own"), words))
    rows.append((say(lang, "html_risk.properties"), one.properties))
    for name, part in (("seen", one.seen), ("stated", one.stated)):
        strength = say(lang, "html_risk.strength", strength=part.strength) if part.strength else ""
        term = say(lang, f"part.{name}")
        rows.append((term[:1].upper() + term[1:], f"{part.word}. {part.meaning} {strength}".strip()))
    return rows


def _open(lang: str, report: Report, found: list[Sum], proofs: Proofs) -> list[Block]:
    """What is not met or not shown: why, where, and what can be done."""
    if not found:
        return []
    heads = [say(lang, f"html_risk.{name}") for name in ("verdict", "rule", "where", "why")]
    rows = []
    for row in found:
        rule = row.rule
        names = places(lang, report, row.targets)
        more = 0 if rule.target is TargetKind.SCENARIO else row.count - len(row.targets)
        rows.append(
            (
                [b.line(say(lang, f"verdict.{row.verdict.value}"), shape=row.verdict.value)],
                [b.line(pick(lang, rule.title)), b.line(rule.id, "code"), b.line(_tags(lang, row), "small")],
                listed(names, lang, more),
                [*_why(lang, row), *(_proof(lang, proofs.of(row.findings)) if row.verdict is Verdict.FAIL else [])],
            )
        )
    return [b.heading(3, say(lang, "pdf.open")), b.table((15, 29, 20, 36), heads, rows)]


def _tags(lang: str, row: Sum) -> str:
    doubtful = row.rule.confidence == "partial" and row.rule.verified is None
    weight = say(lang, f"weight.{row.weight.value}")
    return f"{weight}; {say(lang, 'confidence.partial')}" if doubtful else weight


def _why(lang: str, row: Sum) -> list[b.Line]:
    rule = row.rule
    basis = say(lang, "html_risk.basis", basis=say(lang, f"basis.{rule.basis.value}"))
    check = f" {say(lang, 'html_risk.check', check=rule.check)}" if rule.check else ""
    told = [b.line(why) for why in row.whys]
    if row.count > len(row.targets) or row.count > len(row.whys) >= MOST_WHYS:
        told.append(b.line(say(lang, "pdf.of_findings", count=row.count), "small"))
    return [
        *told,
        b.line(f"{say(lang, 'html_risk.remedy')} {pick(lang, rule.remedy)}"),
        *(b.line(words, "strong") for words in row.beside),
        b.line(f"{basis} {rule.source}.{check}", "small"),
    ]


def _proof(lang: str, proof: Proof) -> list[b.Line]:
    """The first lines or bytes of the first things that a red result rests on."""
    told = []
    for piece in proof.pieces[:1]:
        named = {"sha256": piece.evidence.sha256, "media_type": piece.evidence.media_type}
        told.append(b.line(say(lang, "proof.piece", where=piece.where, origin=piece.evidence.origin, **named), "small"))
        told += [b.line(text, "code") for text in piece.lines[:SHOWN]]
    for where, fact, table, _ in proof.tables[:1]:
        told.append(b.line(say(lang, "proof.table", where=where, fact=fact), "small"))
        told += [b.line("; ".join(cells), "code") for cells in table.rows[:SHOWN]]
    return [b.line(say(lang, "proof.title"), "small"), *told] if told else []


def _settled(lang: str, found: list[Sum]) -> list[Block]:
    """What is met, and what does not apply: a line a rule."""
    if not found:
        return []
    heads = [
        say(lang, "html_risk.verdict"),
        say(lang, "html_risk.rule"),
        say(lang, "pdf.count"),
        say(lang, "pdf.first"),
    ]
    rows = (
        (
            [b.line(say(lang, f"verdict.{row.verdict.value}"), shape=row.verdict.value)],
            [
                b.line(pick(lang, row.rule.title)),
                b.line(row.rule.id, "code"),
                *(b.line(words, "strong") for words in row.beside),
            ],
            b.lines(str(row.count)),
            b.lines(*list(row.whys)[:1], style="small"),
        )
        for row in sorted(found, key=lambda row: ORDER[row.verdict])
    )
    return [b.heading(3, say(lang, "pdf.settled")), b.table((15, 41, 6, 38), heads, rows)]

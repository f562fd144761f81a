"""What does a person at a terminal need to know now? A short story: grades, what to mend, what was not seen and why.

Everything else stands in the other formats. Data is never markup: names are escaped and set as plain text. The same
words with and without colour; what is drawn is ASCII, so that any pipe takes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from readiness.chain import Deviation
from readiness.model import Because, Finding, Grade, PartGrade, Strength, TargetKind, Verdict, Weight
from readiness.register import Risk
from readiness.report import DeviationState, Report
from readiness.reports._groups import Mend, UnseenGroup, mend_first, unseen_groups, waiting_rules
from readiness.reports._head import secrecy_text
from readiness.reports._names import places, target_name
from readiness.reports._page import Page, blank, plain, ruled_table
from readiness.reports._permits import tell_permits
from readiness.reports._scenario_lines import tell_scenarios
from readiness.reports._words import (
    because_text,
    clip,
    cure_text,
    date_text,
    deviations_for,
    escape_control,
    grade_text,
    moment_text,
    unseen_text,
)
from readiness.texts import pick, say

TABLE_FITS = 80
INDENT = 4
MOST_MENDS, MOST_PLACES, MOST_GROUPS, MOST_IDS = 10, 3, 15, 6

COLOURS = {
    Because.VIOLATED: "bold red",
    Because.NOT_DEMONSTRATED: "yellow",
    Because.NOT_COVERED: "yellow",
    Because.RESERVATIONS: "cyan",
    Because.ALL_PASS: "green",
    Because.NOT_APPLICABLE: "dim",
}


def terminal_report(report: Report, lang: str, width: int, colour: bool) -> str:
    """The short story, in lines of at most `width` characters (at least 40), with ANSI colours or without."""
    page = Page(blank(width, colour), lang, report)
    with page.console.capture() as captured:
        for tell in (_head, _grades, _mend, tell_scenarios, _unseen, _waiting, _deviations, tell_permits, _meaning):
            tell(page)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


# -- The parts of the story --------------------------------------------------------------------------------------------


def _head(page: Page) -> None:
    report, lang, subject = page.report, page.lang, page.report.profile.subject
    page.line(page.say("title", name=clip(escape_control(subject.name))), "bold")
    page.line(secrecy_text(report, lang), "bold")
    if report.audience:
        page.line(say(lang, "legal.public"))
    about = [page.say("organisation", number=escape_control(subject.organisation_number))]
    if subject.product:
        product, version = escape_control(subject.product), escape_control(subject.version)
        about.append(page.say("product", product=product, version=version))
    if subject.board:
        about.append(page.say("board", board=escape_control(subject.board)))
    if subject.reference:
        about.append(page.say("reference", reference=escape_control(subject.reference)))
    page.line(". ".join(about))
    page.line(page.say("environment", environment=say(lang, f"environment.{report.profile.environment}")))
    page.line(page.say("when", start=moment_text(lang, report.started), end=moment_text(lang, report.ended)))
    page.line(page.say("judged", at=moment_text(lang, report.judged_at)))
    name, version = report.tool[0]
    digests = {"checklist": report.checklist.digest[:12], "profile": report.profile_digest[:12]}
    page.line(page.say("tool", name=name, version=version, **digests))
    for line in _terms(page):
        page.line(line)
    for caveat in _caveats(page):
        page.line(caveat, "bold yellow")


def _terms(page: Page) -> Iterable[str]:
    """The conditions that the chain is held to, and when somebody checked that they are in force."""
    lang, terms = page.lang, page.report.profile.terms
    dated = {
        "terms": (terms.terms_version, terms.terms_checked),
        "specification": (terms.specification_version, terms.specification_checked),
        "contract": (terms.contract_version, terms.contract_checked),
    }
    withheld = bool(page.report.audience)  # which is not the same as not stated
    if terms.infrastructure_owner or not withheld:
        yield say(lang, "legal.infrastructure_owner", owner=_stated(page, terms.infrastructure_owner))
    for name, (version, day) in dated.items():
        if withheld and not version:
            continue
        checked = date_text(lang, day) if day else say(lang, "legal.not_checked")
        yield say(lang, f"legal.{name}_version", version=_stated(page, version), checked=checked)


def _caveats(page: Page) -> Iterable[str]:
    """What the reader must know before the grades: cut off, only a part, only the vendor's share."""
    report = page.report
    if report.interrupted:
        yield page.say("interrupted")
    if report.part == "seen":
        yield page.say("part_seen")
    if report.profile.subject.kind == "vendor":
        yield page.say("vendor_part", count=sum(rule.answers == "kommun" for rule in report.checklist.rules))


def _grades(page: Page) -> None:
    risks = {risk.id: risk for risk in page.report.checklist.risks}
    page.heading(page.say("grades", count=len(page.report.grades)))
    table = ruled_table()
    rows = [(grade, risks[grade.risk]) for grade in page.report.grades]
    fill = _wide_rows if page.console.width >= TABLE_FITS else _narrow_rows
    fill(page, table, rows)
    page.console.print(table)


def _wide_rows(page: Page, table: Table, rows: Sequence[tuple[Grade, Risk]]) -> None:
    table.add_column(page.say("risk"), width=4)
    table.add_column(page.say("title_column"), ratio=1, overflow="fold")
    table.add_column(page.say("level"), width=4)
    heads = [say(page.lang, "part.seen"), say(page.lang, "part.stated"), page.say("grade")]
    for head in heads:
        table.add_column(head[:1].upper() + head[1:], width=12, overflow="fold")
    table.add_column(page.say("strength"), width=9, overflow="fold")
    for grade, risk in rows:
        words = [_part_word(page, grade.risk, grade.seen), _part_word(page, grade.risk, grade.stated)]
        table.add_row(
            plain(risk.id),
            plain(_title(page, risk)),
            plain(str(risk.level)),
            *(plain(word, _colour(part)) for word, part in zip(words, (grade.seen, grade.stated), strict=True)),
            plain(grade_text(page.lang, page.report, grade.risk, grade.because), COLOURS[grade.because]),
            plain(_strength_word(page, grade.strength)),
        )


def _narrow_rows(page: Page, table: Table, rows: Sequence[tuple[Grade, Risk]]) -> None:
    table.add_column(page.say("risk"), width=4)
    table.add_column(page.say("level"), width=4)
    table.add_column(page.say("title_column"), ratio=1, overflow="fold")
    for grade, risk in rows:
        title = plain(_title(page, risk)).append("\n").append(plain(_stacked_word(page, grade), COLOURS[grade.because]))
        table.add_row(plain(risk.id), plain(str(risk.level)), title)


def _mend(page: Page) -> None:
    page.heading(page.say("mend"))
    mends = mend_first(page.report)
    if not mends:
        page.line(page.say("mend_nothing"))
    for number, mend in enumerate(mends[:MOST_MENDS], 1):
        _one_mend(page, number, mend)
    _and_more(page, len(mends) - MOST_MENDS)


def _one_mend(page: Page, number: int, mend: Mend) -> None:
    rule = page.report.checklist.rule(mend.rules[0])
    verdict = say(page.lang, f"verdict.{(Verdict.INCONCLUSIVE if mend.group else Verdict.FAIL).value}")
    weight = say(page.lang, f"weight.{(Weight.SHOULD if mend.because is Because.RESERVATIONS else Weight.MUST).value}")
    what = _group_line(page, mend.group) if mend.group else f"{rule.id} {_escaped(pick(page.lang, rule.title))}"
    page.item(f"{number}. ".ljust(INDENT), what, "bold")
    head = page.say("mend_head", verdict=verdict, weight=weight, level=mend.level, risks=_few(mend.risks))
    page.line(head, COLOURS[mend.because], INDENT)
    if mend.group:
        page.line(page.say("mend_remedy", remedy=cure_text(page.lang, mend.group.unseen)), indent=INDENT)
        return
    together = [mend.findings] if rule.target is TargetKind.SCENARIO else [(finding,) for finding in mend.findings]
    for findings in together[:MOST_PLACES]:
        _one_place(page, findings)
    if (more := len(together) - MOST_PLACES) > 0:
        page.line(page.say("mend_where_more", count=more), indent=INDENT)
    page.line(page.say("mend_remedy", remedy=_escaped(pick(page.lang, rule.remedy))), indent=INDENT)


def _one_place(page: Page, findings: Sequence[Finding]) -> None:
    """Where, and why: of several findings, which are on scenarios, the first why stands for all."""
    where = _places(page, [finding.target for finding in findings])
    whys = {clip(because_text(page.lang, page.report, finding), 300): None for finding in findings}
    key = "mend_where" if len(whys) == 1 else "mend_where_example"
    page.line(page.say(key, target=where, why=next(iter(whys))), indent=INDENT)
    states = (state for finding in findings for _, state in deviations_for(page.report, finding))
    for state in dict.fromkeys(states):
        page.line(page.say("mend_exempt", state=say(page.lang, f"deviation.{state.value}")), indent=INDENT)


def _unseen(page: Page) -> None:
    page.heading(page.say("unseen"))
    groups = unseen_groups(page.report)
    asked = [group for group in groups if group.rules]
    if not groups:
        page.line(page.say("unseen_nothing"))
    for group in asked[:MOST_GROUPS]:
        page.item("- ", _group_line(page, group))
        page.line(page.say("unseen_waits", rules=_few(group.rules), risks=_few(group.risks)), "dim", 2)
    _and_more(page, len(asked) - MOST_GROUPS)
    if unasked := sum(len(group.facts) for group in groups if not group.rules):
        page.line(page.say("unseen_unasked", count=unasked))


def _waiting(page: Page) -> None:
    page.heading(page.say("waiting"))
    by_risk = waiting_rules(page.report)
    count = len({rule.id for _, rules in by_risk for rule in rules})
    risks = ", ".join(f"{risk} ({len(rules)})" for risk, rules in by_risk)
    page.line(page.say("waiting_count", count=count, risks=risks) if count else page.say("waiting_nothing"))


def _deviations(page: Page) -> None:
    if not page.report.deviations:
        return
    page.heading(page.say("deviations"))
    for deviation, state in page.report.deviations:
        _one_deviation(page, deviation, state)


def _one_deviation(page: Page, deviation: Deviation, state: DeviationState) -> None:
    where = clip(target_name(page.lang, page.report, deviation.target)) or page.say("everywhere")
    word = say(page.lang, f"deviation.{state.value}")
    page.item("- ", page.say("deviation", rule=_escaped(deviation.rule), where=where, state=word))
    if deviation.malformed or deviation.expires is None:
        page.line(page.say("deviation_malformed", why=_escaped(deviation.malformed)), indent=2)
        return
    people = {"by": _escaped(deviation.approved_by), "owner": _escaped(deviation.owner)}
    expires = moment_text(page.lang, deviation.expires)
    page.line(page.say("deviation_why", reason=_escaped(deviation.reason), expires=expires, **people), indent=2)
    if deviation.self_approved:
        page.line(page.say("deviation_self_approved"), indent=2)


def _meaning(page: Page) -> None:
    code = page.report.exit_code
    page.heading(page.say("means"))
    page.line(page.say("exit", code=code, meaning=say(page.lang, f"exit.{code}")), "bold")
    page.line(say(page.lang, "legal.pass_means"))
    page.line(say(page.lang, "legal.pass_means_not"))
    page.line(say(page.lang, "legal.not_approved"))


# -- Words of a line ---------------------------------------------------------------------------------------------------


def _group_line(page: Page, group: UnseenGroup) -> str:
    kind = say(page.lang, f"kinds.{group.kind.value}") if group.kind else ""
    where = kind or _places(page, group.targets)
    return page.say("unseen_head", target=where, reason=clip(unseen_text(page.lang, group.unseen)))


def _places(page: Page, ids: Iterable[str]) -> str:
    """Targets by name: one, or scenarios."""
    return "; ".join(clip(place, 400) for place in places(page.lang, page.report, ids))


def _and_more(page: Page, more: int) -> None:
    if more > 0:
        page.line(page.say("mend_more", count=more))


def _title(page: Page, risk: Risk) -> str:
    return _escaped(pick(page.lang, risk.title))


def _escaped(text: str) -> str:
    return clip(escape_control(text), 300)


def _stated(page: Page, text: str) -> str:
    return _escaped(text) if text else say(page.lang, "legal.not_stated")


def _few(ids: Sequence[str]) -> str:
    """Some ids, and how many more."""
    return ", ".join(ids[:MOST_IDS]) + (f" +{len(ids) - MOST_IDS}" if len(ids) > MOST_IDS else "")


def _stacked_word(page: Page, grade: Grade) -> str:
    """The grade, then its parts where both are graded, else which part it is; the strength where there is one."""
    parts = [("seen", grade.seen), ("stated", grade.stated)]
    graded = [(say(page.lang, f"part.{name}"), part) for name, part in parts if part]
    beside = [f"{name}: {_part_word(page, grade.risk, part)}" if len(graded) > 1 else name for name, part in graded]
    if grade.strength:
        beside.append(_strength_word(page, grade.strength))
    word = grade_text(page.lang, page.report, grade.risk, grade.because)
    return f"{word} ({'; '.join(beside)})" if beside else word


def _part_word(page: Page, risk: str, part: PartGrade | None) -> str:
    return grade_text(page.lang, page.report, risk, part.because) if part else say(page.lang, "part.none")


def _strength_word(page: Page, strength: Strength | None) -> str:
    return say(page.lang, f"strength.{strength.value}") if strength else say(page.lang, "part.none")


def _colour(part: PartGrade | None) -> str:
    return COLOURS[part.because] if part else ""

"""How does a value, a finding or a grade read in words, in every format alike?

Numbers and moments do not depend on a locale: digits as they are, ISO dates, UTC. What comes from a profile, a peer or
a file is escaped here, so that no format has to remember it; markup is each format's own business. Left out: what
belongs together and what comes first (`_groups`), and every layout. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from readiness.chain import Deviation
from readiness.model import (
    Because,
    Cause,
    Expectation,
    Finding,
    Observation,
    Period,
    Rule,
    Table,
    Unseen,
    Value,
)
from readiness.report import DeviationState, Report
from readiness.texts import pick, say

CONTROL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control and format characters (bidi marks, zero-width), lone surrogates, line and paragraph separators."""


def escape_control(text: str) -> str:
    r"""The text with every character that acts instead of showing written out: `\x1b`, `\n`, `\u202e`."""
    if text.isprintable():  # nothing of CONTROL is, and nearly every text is
        return text
    return "".join(_visible(char) if unicodedata.category(char) in CONTROL else char for char in text)


def clip(text: str, most: int = 200) -> str:
    """At most so many characters; what was cut is marked."""
    return text if len(text) <= most else text[: most - 3] + "..."


def date_text(lang: str, day: date | None) -> str:
    """2026-11-30, or that it is not stated. A moment gives its day in UTC."""
    if day is None:
        return say(lang, "cause_part.nobody")
    return (_utc(day) if isinstance(day, datetime) else day).isoformat()[:10]


def moment_text(lang: str, moment: datetime) -> str:
    """2026-11-30 12:00:00 UTC."""
    return say(lang, "value.moment", moment=_utc(moment).isoformat(sep=" ", timespec="seconds")[:19])


def value_text(lang: str, value: Value | Unseen) -> str:
    """A value, or why there is none. A table gives its number of rows; the format draws the rows."""
    if write := WRITERS.get(type(value)):
        return write(lang, value)
    return escape_control(str(value))


def unseen_text(lang: str, unseen: Unseen) -> str:
    """The reason in words, and the detail (English, for whoever mends it) in brackets."""
    reason = say(lang, f"reason.{unseen.reason.value}")
    return say(lang, "value.unseen", reason=reason, detail=escape_control(unseen.detail)) if unseen.detail else reason


def cure_text(lang: str, unseen: Unseen) -> str:
    """What the reader can do about it."""
    return say(lang, f"cure.{unseen.reason.value}")


def expected_text(lang: str, expectation: Expectation) -> str:
    """What is asked of a fact, continuing its name: "at least 7 days left"."""
    key = "is_empty_not" if expectation.predicate == "is_empty" and not expectation.operand else expectation.predicate
    operand = expectation.operand
    shown = date_text(lang, operand) if isinstance(operand, date) else value_text(lang, operand)
    return say(lang, f"predicate.{key}", operand=shown)


def because_text(lang: str, report: Report, finding: Finding) -> str:
    """Why a finding is what it is: what was seen, what was expected, what hindered, who said so and when."""
    rule = report.checklist.rule(finding.rule)
    asked = finding.broken or (rule.when if finding.cause is Cause.CONDITION_FALSE else rule.expect)
    return say(
        lang,
        f"cause.{finding.cause.value}",
        seen=say(lang, "cause_part.withheld")
        if report.audience and not finding.rests_on
        else _joined(_seen_text(lang, expectation, finding.rests_on) for expectation in asked),
        expected=_all_expected(lang, asked),
        fact=_hindered_fact(finding, rule),
        kind=_selected_text(lang, rule),
        period=_period_of(lang, rule),
        **_reasons(lang, report, finding, rule),
    )


def grade_text(lang: str, report: Report, risk: str, because: Because) -> str:
    """A grade in the agreed words; where it does not apply, according to whom."""
    if because is not Because.NOT_APPLICABLE:
        return say(lang, f"because.{because.value}")
    declared = {finding.absence for finding, _ in report.findings_about(risk)} - {""}
    names = dict.fromkeys(absence.decided_by for absence in report.profile.absences if absence.id in declared)
    who = ", ".join(map(escape_control, names)) or say(lang, "cause_part.nobody")
    return say(lang, "because.not_applicable", who=who)


def deviations_for(report: Report, finding: Finding) -> tuple[tuple[Deviation, DeviationState], ...]:
    """The accepted deviations that speak of a finding; they stand beside the verdict and never change it."""
    return tuple(
        (deviation, state)
        for deviation, state in report.deviations
        if deviation.rule == finding.rule and deviation.target in {"", finding.target}
    )


# -- Pieces of a sentence ----------------------------------------------------------------------------------------------


def _visible(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # in the first or last hours of the calendar, where certificates like to stand
        return moment.replace(tzinfo=UTC)


def _flag_text(lang: str, value: bool) -> str:
    return say(lang, "value.yes" if value else "value.no")


def _set_text(lang: str, value: tuple[str, ...]) -> str:
    return ", ".join(map(escape_control, value)) or say(lang, "value.empty")


def _period_text(lang: str, value: Period) -> str:
    return say(lang, "value.period", start=moment_text(lang, value.start), end=moment_text(lang, value.end))


def _table_text(lang: str, value: Table) -> str:
    return _counted(lang, "row", len(value.rows))


def _duration_text(lang: str, value: timedelta) -> str:
    sign, value = ("-", -value) if value < timedelta(0) else ("", value)
    hours, rest = divmod(value.seconds, 3600)
    parts = [(hours, "h"), (rest // 60, "min"), (rest % 60, "s")]
    if value < timedelta(minutes=1):  # what a system waits between attempts is told to the millisecond
        parts.append((value.microseconds // 1000, "ms"))
    clock = " ".join(f"{count} {unit}" for count, unit in parts if count)
    days = _counted(lang, "day", value.days) if value.days or not clock else ""
    return sign + " ".join(filter(None, (days, clock)))


def _counted(lang: str, unit: str, count: int) -> str:
    return say(lang, f"value.{unit}") if count == 1 else say(lang, f"value.{unit}s", count=count)


WRITERS: dict[type, Callable[..., str]] = {
    Unseen: unseen_text,
    bool: _flag_text,
    tuple: _set_text,
    datetime: moment_text,
    timedelta: _duration_text,
    Period: _period_text,
    Table: _table_text,
}


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, texts)))


def _all_expected(lang: str, asked: tuple[Expectation, ...]) -> str:
    """Everything that was asked; the facts are named where there are several."""
    texts = [expected_text(lang, expectation) for expectation in asked]
    if len({expectation.fact for expectation in asked}) > 1:
        named = zip(asked, texts, strict=True)
        texts = [say(lang, "cause_part.fact_expected", fact=one.fact, expected=text) for one, text in named]
    return say(lang, "cause_part.and").join(texts)


def _seen_text(lang: str, expectation: Expectation, rests_on: tuple[Observation, ...]) -> str:
    """What was seen of an expectation's fact: the value, out of how many, and what stayed undecided."""
    seen = {observation.fact: observation for observation in rests_on}
    count = seen.get(expectation.of)
    if (observation := seen.get(expectation.fact)) is None:
        return say(lang, "cause_part.fact_value", fact=count.fact, value=value_text(lang, count.value)) if count else ""
    value = value_text(lang, observation.value)
    if count and not isinstance(count.value, Unseen):
        value = say(lang, "cause_part.of", value=value, of=count.fact, count=value_text(lang, count.value))
    undecided = (
        say(lang, "cause_part.undecided", member=escape_control(member), why=unseen_text(lang, why))
        for member, why in observation.undecided
    )
    return _joined([say(lang, "cause_part.fact_value", fact=observation.fact, value=value), *undecided])


def _hindered_fact(finding: Finding, rule: Rule) -> str:
    """The fact that could not be seen: the one whose reason the finding repeats, else the rule's own."""
    hindered = (observation.fact for observation in finding.rests_on if observation.value == finding.unseen)
    return next(hindered, rule.fact)


def _selected_text(lang: str, rule: Rule) -> str:
    asked = (f"{name} {' / '.join(value_text(lang, member) for member in wanted)}" for name, wanted in rule.select)
    return ", ".join([say(lang, f"kind.{rule.target.value}"), *asked])


def _period_of(lang: str, rule: Rule) -> str:
    start, end = date_text(lang, rule.valid_from), date_text(lang, rule.valid_until)
    which = {(True, True): "from_until", (True, False): "from", (False, True): "until", (False, False): "always"}
    return say(lang, f"cause_part.{which[bool(rule.valid_from), bool(rule.valid_until)]}", start=start, end=end)


def _reasons(lang: str, report: Report, finding: Finding, rule: Rule) -> dict[str, str]:
    """Who, when and why: of a declared absence, of a pending rule, of what could not be seen."""
    absence = next((absence for absence in report.profile.absences if absence.id == finding.absence), None)
    if absence:
        who, when = escape_control(absence.decided_by), date_text(lang, absence.decided_on)
        return {"who": who, "when": when, "why": escape_control(absence.why)}
    nobody = say(lang, "cause_part.nobody")
    why = unseen_text(lang, finding.unseen) if finding.unseen else nobody
    return {"who": nobody, "when": "", "why": escape_control(pick(lang, rule.pending)) if rule.pending else why}

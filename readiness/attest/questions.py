"""Which document and interview checks does somebody have to answer, who may, and how does each stand? Pure.

Left out: what was observed of earlier statements (`desk`), and words for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from readiness.chain import Profile
from readiness.judge import answers_for
from readiness.model import Expectation, Finding, Rule, Target, TargetKind, Words
from readiness.profile.statements import SIGNERS
from readiness.register import Check, Checklist
from readiness.standing import Change, Standing, changes, standing, worst


@dataclass(frozen=True, slots=True)
class Question:
    """One check that people answer. `roles` who may sign, `party_kinds` for which kind of party (() any).

    `document_days`: how old the document may be, in days. `tied`: the answer must be tied to a version or serial
    number. `valid_days`: how long it counts at most. `earlier` are the statements about it that stand now.
    """

    check: Check
    rules: tuple[Rule, ...]
    roles: tuple[str, ...]
    party_kinds: tuple[str, ...]
    document: bool
    document_days: int | None
    tied: bool
    valid_days: int | None
    standing: Standing
    changes: tuple[Change, ...]
    earlier: tuple[Target, ...]

    @property
    def id(self) -> str:
        """The number of the check."""
        return self.check.id

    @property
    def title(self) -> Words:
        """What should be so, in the words of the rule that judges the answer."""
        return self.rules[0].title


def questions(checklist: Checklist, profile: Profile, findings: Iterable[Finding]) -> tuple[Question, ...]:
    """One question for each check that a rule about statements selects, in the order of the checklist."""
    by_check: dict[str, list[Rule]] = {}
    for rule in checklist.rules:
        if rule.stated and not rule.retired and not rule.pending and answers_for(rule, profile.subject.kind):
            for number in dict(rule.select).get("check", ()):
                by_check.setdefault(str(number), []).append(rule)
    known = {check.id: check for check in checklist.checks}
    found = list(findings)
    return tuple(
        _question(known.get(number) or _unlisted(number, rules[0]), tuple(rules), profile, found)
        for number, rules in by_check.items()
    )


def _question(check: Check, rules: tuple[Rule, ...], profile: Profile, findings: Sequence[Finding]) -> Question:
    ids = {rule.id for rule in rules}
    statements = [target for target in profile.targets if target.kind is TargetKind.STATEMENT]
    earlier = tuple(target for target in statements if target.says("check") == check.id)
    there = {target.id: target for target in earlier}
    about = [one for one in findings if one.rule in ids and (one.target in there or not there)]
    days = [rule.valid_days for rule in rules if rule.valid_days is not None]
    ages = [int(str(one.operand)) for one in _asked(rules, "statement.document_date") if "days" in one.predicate]
    return Question(
        check=check,
        rules=rules,
        roles=_words(rules, "statement.role") or SIGNERS,
        party_kinds=_words(rules, "statement.party_kind"),
        document=bool(_asked(rules, "statement.document")),
        document_days=min(ages, default=None),
        tied=bool(_asked(rules, "statement.changes")),
        valid_days=min(days, default=None),
        standing=worst(map(standing, about)),
        changes=tuple(
            dict.fromkeys(
                change
                for one in about
                if one.target in there and standing(one) is Standing.VOID
                for change in changes(there[one.target], one)
            )
        ),
        earlier=earlier,
    )


def _asked(rules: Iterable[Rule], fact: str) -> list[Expectation]:
    return [one for rule in rules for one in rule.expect if one.fact == fact]


def _words(rules: Iterable[Rule], fact: str) -> tuple[str, ...]:
    """The words that every rule lets a text be; () where none says anything of it."""
    lists = [one.operand if isinstance(one.operand, tuple) else (str(one.operand),) for one in _asked(rules, fact)]
    return tuple(word for word in lists[0] if all(word in other for other in lists)) if lists else ()


def _unlisted(number: str, rule: Rule) -> Check:
    """A check that somebody's own checklist asks about without listing it."""
    return Check(number, rule.risks[0][0] if rule.risks else "", "I", mandatory=False, title=rule.title, criterion="")

"""What of a report may be published? A Report in, a Report out, with the same findings and grades and nothing to hide.

Everything is built anew from what is listed here, so that whatever a report comes to hold later stays out until
somebody lets it in: verdicts, causes, dates, the checklist, who the report is about. Addresses, names of hosts,
products, parties and persons, versions, values that were seen, evidence, permits and free texts of the profile stay
out; what has to be told apart gets a number. Whether more may be shown is for whoever holds the full report. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from readiness.chain import Absence, Assignment, Deviation, Node, Party, Profile, RiskLevel, Subject, Terms
from readiness.model import Finding, Observation, Rule, Strength, Target, TargetKind, Unseen, Value
from readiness.register import Checklist
from readiness.report import PUBLIC, DeviationState, RecordUsed, Report

WITHHELD = "–"
VERSION = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]|[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}")
"""A version of terms or of this tool: a date or a few numbers, and nothing that could be a word or an address."""


def public_summary(report: Report) -> Report:
    """The report without what must not be published. Its grades, exit code and order of findings are the same."""
    names = _Names(report)
    profile = _profile(report, names)
    return Report(
        profile=profile,
        checklist=_checklist(report.checklist),
        observations=tuple(_counts(report, names)),
        findings=tuple(_finding(one, names) for one in report.findings),
        grades=report.grades,
        deviations=tuple(zip(profile.deviations, _states(report), strict=True)),
        records=tuple(_record(one, names) for one in report.records),
        tool=(("mm-readiness", _version(report.tool[0][1])),),
        profile_digest=report.profile_digest,
        started=report.started,
        ended=report.ended,
        judged_at=report.judged_at,
        part=report.part,
        scenarios=report.scenarios,
        audience=PUBLIC,
    )


class _Names:
    """Numbers in place of the names that a profile gives: the same one for the same thing throughout a report."""

    def __init__(self, report: Report) -> None:
        profile = report.profile
        self.subject = profile.subject.party
        self._parties = _numbered((party.id, party.kind) for party in profile.parties)
        nodes = _numbered((node.id, TargetKind.NODE.value) for node in profile.nodes)
        others = _numbered((one.id, one.kind.value) for one in profile.targets if one.id not in nodes)
        chain = {target.id: TargetKind.CHAIN.value for target in profile.targets if target.kind is TargetKind.CHAIN}
        self._places = others | nodes | chain
        self._absences = _numbered((absence.id, "absence") for absence in profile.absences)
        self.rules = {rule.id for rule in report.checklist.rules}
        self.checks = {check.id for check in report.checklist.checks}
        self.scenarios = {words.id: words.group for words in report.scenarios}

    def place(self, id_: str) -> str:
        """A target or node; "" where none is meant, and a dash for one that the profile does not know."""
        return self._places.get(id_, WITHHELD) if id_ else ""

    def party(self, id_: str) -> str:
        """A party by its kind and number."""
        return self._parties.get(id_, WITHHELD) if id_ else ""

    def absence(self, id_: str) -> str:
        """A declaration that there is none of something."""
        return self._absences.get(id_, "")


def _numbered(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    counts: Counter[str] = Counter()
    numbers = {}
    for id_, kind in pairs:
        counts[kind] += 1
        numbers[id_] = f"{kind}-{counts[kind]}"
    return numbers


def _profile(report: Report, names: _Names) -> Profile:
    profile = report.profile
    subject, terms, assignment = profile.subject, profile.terms, profile.assignment
    return Profile(
        subject=Subject(subject.kind, subject.name, subject.organisation_number, party=names.party(subject.party)),
        environment=profile.environment,
        terms=Terms(
            "",
            _version(terms.terms_version),
            terms.terms_checked,
            _version(terms.contract_version),
            terms.contract_checked,
            _version(terms.specification_version),
            terms.specification_checked,
        ),
        assignment=Assignment(start=assignment.start, end=assignment.end),
        parties=tuple(_party(one, names, subject) for one in profile.parties),
        nodes=tuple(_node(one, names) for one in profile.nodes),
        targets=tuple(_target(one, names) for one in profile.targets),
        absences=tuple(
            Absence(names.absence(one.id), one.what, (), WITHHELD, WITHHELD, one.decided_on) for one in profile.absences
        ),
        deviations=tuple(_deviation(one, names) for one, _ in report.deviations),
        risk_levels=tuple(
            RiskLevel(one.risk, one.likelihood, one.consequence, one.level, WITHHELD, one.set_on)
            for one in profile.risk_levels
        ),
        excluded=WITHHELD if profile.excluded else "",
    )


def _party(party: Party, names: _Names, subject: Subject) -> Party:
    """Its kind and number; the subject by its name, which the report has on its first page."""
    own = party.id == subject.party
    number = subject.organisation_number if own else ""
    id_ = names.party(party.id)
    return Party(id_, subject.name if own else id_, number, party.kind, party.essential_operator and own)


def _node(node: Node, names: _Names) -> Node:
    id_, party = names.place(node.id), names.party(node.party)
    return Node(id_, id_, party, personal_data=node.personal_data, held_by=names.party(node.held_by))


def _target(target: Target, names: _Names) -> Target:
    """Its kind, its number, where it stands; of a statement its check and answer, of a scenario which of ours it is."""
    declared = {}
    if target.kind is TargetKind.STATEMENT:
        declared = {"answer": target.says("answer"), "on": target.says("on"), "valid_until": target.says("valid_until")}
        declared["check"] = check if (check := target.says("check")) in names.checks else None
    if target.kind is TargetKind.SCENARIO and (scenario := str(target.says("scenario"))) in names.scenarios:
        declared = {"group": names.scenarios[scenario], "scenario": scenario}
    kept = tuple(sorted((name, value) for name, value in declared.items() if value is not None))
    place = "" if target.kind is TargetKind.CHAIN else names.place(target.node)
    party, held_by = names.party(target.party), names.party(target.held_by)
    return Target(names.place(target.id), target.kind, place, party=party, held_by=held_by, declared=kept)


def _deviation(one: Deviation, names: _Names) -> Deviation:
    """Whether somebody decided it alone still shows; who did not."""
    rule = one.rule if one.rule in names.rules else WITHHELD
    alone = one.self_approved or not one.owner
    by = _withheld(one.approved_by, WITHHELD if alone else f"({WITHHELD})")
    return Deviation(rule, names.place(one.target), _withheld(one.reason), _withheld(one.owner), by, one.expires)


def _withheld(text: str, instead: str = WITHHELD) -> str:
    """What was left empty stays empty: that is no secret."""
    return instead if text else ""


def _states(report: Report) -> Iterable[DeviationState]:
    return (state for _, state in report.deviations)


def _checklist(checklist: Checklist) -> Checklist:
    """The checklist without the names of those who verified its sources."""
    return replace(checklist, rules=tuple(map(_rule, checklist.rules)))


def _rule(rule: Rule) -> Rule:
    return replace(rule, verified=(WITHHELD, rule.verified[1])) if rule.verified else rule


def _finding(finding: Finding, names: _Names) -> Finding:
    """The verdict and its cause, without what it rests on."""
    return Finding(
        finding.rule,
        names.place(finding.target),
        finding.verdict,
        finding.cause,
        broken=finding.broken,
        unseen=Unseen(finding.unseen.reason) if finding.unseen else None,
        absence=names.absence(finding.absence),
    )


def _counts(report: Report, names: _Names) -> Iterable[Observation]:
    """Of a scenario that was performed what is a number, of others why not: so that it shows which were performed."""
    scenarios = {target.id for target in report.targets(TargetKind.SCENARIO)}
    about = [seen for seen in report.observations if seen.target in scenarios]
    performed = {seen.target for seen in about if not isinstance(seen.value, Unseen)}
    for seen in about:
        if isinstance(seen.value, int) or seen.target not in performed:
            value: Value | Unseen = Unseen(seen.value.reason) if isinstance(seen.value, Unseen) else seen.value
            yield Observation(seen.probe, names.place(seen.target), seen.fact, seen.at, value, Strength(seen.strength))


def _record(record: RecordUsed, names: _Names) -> RecordUsed:
    return RecordUsed(
        record.id,
        names.party(record.party) or WITHHELD,
        record.own,
        record.environment,
        record.started,
        record.ended,
        record.how_ended,
    )


def _version(text: str) -> str:
    return text if VERSION.fullmatch(text) else ""

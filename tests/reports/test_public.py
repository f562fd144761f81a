"""Is the public summary safe to publish, in every format, and does it judge as the full report does?

Every text that a profile, a peer, a record or a person has a say in is marked, field by field as the nouns have them,
also those that are added later. What may not be marked is listed below, with why it may stand.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest
from jsonschema import Draft202012Validator

from readiness.chain import Absence, Deviation, Node, Party, PermitUsed, Profile, RiskLevel, Subject, Terms
from readiness.model import Evidence, Example, Finding, Observation, Rule, Target
from readiness.report import PUBLIC, RecordUsed, Report
from readiness.reports.data import schema
from readiness.reports.formats import FORMATS
from readiness.reports.helping import written
from readiness.reports.public import WITHHELD, public_summary
from readiness.texts import say
from tests.reports.pdfs import pdf_words, squeezed
from tests.reports.sample import report_with_logs_and_certificates, sample_report

MARK = "hemligt"
KEPT = {
    (Subject, "kind"),
    (Subject, "name"),  # who the report is about stands on its first page
    (Subject, "organisation_number"),
    (Party, "kind"),
    (Node, "responsible"),
    (Profile, "environment"),
    (Terms, "terms_version"),  # tried by themselves below
    (Terms, "contract_version"),
    (Absence, "where"),
    (RiskLevel, "risk"),
    (RiskLevel, "likelihood"),
    (RiskLevel, "consequence"),
    (Deviation, "rule"),
    (Finding, "rule"),
    (Finding, "broken"),  # the checklist's
    (RecordUsed, "id"),  # a digest
    (RecordUsed, "environment"),
    (RecordUsed, "how_ended"),
    (Evidence, "sha256"),
    (Observation, "probe"),  # the tool's
    (Observation, "fact"),
    (Observation, "environment"),
    (PermitUsed, "effect"),
    (Report, "checklist"),
    (Report, "grades"),
    (Report, "scenarios"),
    (Report, "profile_digest"),
    (Report, "part"),
    (Report, "audience"),
    (Report, "excerpts"),
}
DECLARED = {"check", "answer", "role", "group", "scenario", "layer", "nature", "place"}
ENUMS = (Enum, Rule, Example)


def marked(value, kept=False):
    """The same with every text marked, by the same text the same way; field by field."""
    if isinstance(value, ENUMS):
        return value
    if isinstance(value, Target):
        declared = tuple((name, one if name in DECLARED else marked(one)) for name, one in value.declared)
        rest = {f.name: marked(getattr(value, f.name)) for f in fields(value) if f.name not in {"declared", "kind"}}
        return replace(value, declared=declared, **rest)
    if is_dataclass(value):
        changed = {
            f.name: marked(getattr(value, f.name), (type(value), f.name) in KEPT) for f in fields(value) if f.init
        }
        return replace(value, **changed)
    if kept:
        return value
    if isinstance(value, tuple):
        return tuple(map(marked, value))
    return f"{MARK}{value}" if isinstance(value, str) and value else value


def hostile():
    """The sample report, and everything in it that somebody else has a say in marked."""
    report = report_with_logs_and_certificates()
    rules = tuple(
        replace(rule, verified=(MARK, rule.verified[1])) if rule.verified else rule for rule in report.checklist.rules
    )
    report = replace(marked(report), checklist=replace(report.checklist, rules=rules))
    excerpts = tuple((digest, MARK.encode()) for digest, _ in report.excerpts)
    return replace(report, excerpts=excerpts)


def texts_of(report, lang):
    """What each format says, by file name; of a PDF its words."""
    found = written(report, lang, FORMATS)
    return {n: squeezed(pdf_words(d)) if n.endswith(".pdf") else d.decode("utf-8") for n, d in found.items()}


@pytest.fixture(scope="module", params=["sv", "en"])
def lang(request):
    """Each language of the reports."""
    return request.param


@pytest.fixture(scope="module")
def public(lang):
    """The summary of the hostile report in every format."""
    return texts_of(public_summary(hostile()), lang)


def test_nothing_marked_is_found_in_any_format(public):
    assert {name: at(text) for name, text in public.items() if MARK in text.lower()} == {}
    assert len(public) == len(FORMATS)


def at(text):
    """Around the first mark."""
    place = text.lower().index(MARK)
    return text[max(0, place - 120) : place + 120]


def test_the_full_report_has_the_marks_in_every_format():
    """Else the test above would have looked for nothing."""
    full = texts_of(hostile(), "sv")
    assert {name for name, text in full.items() if MARK not in text} == set()
    assert full["data.json"].count(MARK) > 300


def test_a_version_of_terms_stands_where_it_is_one_and_nothing_else_does():
    def terms(version):
        profile = sample_report().profile
        return public_summary(
            replace(sample_report(), profile=replace(profile, terms=replace(profile.terms, terms_version=version)))
        ).profile.terms.terms_version

    assert [terms(text) for text in ("2024-01-01", "1.2", "3")] == ["2024-01-01", "1.2", "3"]
    for text in ("2024 Anna", "v1", "10.0.0.1", "2024-01-01\n", "070-123-456", "1234567890", ""):
        assert terms(text) == "", text


def test_grades_verdicts_and_exit_code_are_the_same():
    full, summary = sample_report(), public_summary(sample_report())
    assert summary.grades == full.grades
    assert summary.exit_code == full.exit_code == 10
    assert [(f.rule, f.verdict, f.cause) for f in summary.findings] == [
        (f.rule, f.verdict, f.cause) for f in full.findings
    ]
    assert [state for _, state in summary.deviations] == [state for _, state in full.deviations]
    for risk in full.checklist.risks:
        assert [(f.rule, f.verdict, w) for f, w in summary.findings_about(risk.id)] == [
            (f.rule, f.verdict, w) for f, w in full.findings_about(risk.id)
        ]


def test_the_same_thing_has_the_same_number_everywhere_and_different_things_have_different_ones():
    full, summary = sample_report(), public_summary(sample_report())
    renamed = {a.id: b.id for a, b in zip(full.profile.targets, summary.profile.targets, strict=True)}
    assert len(set(renamed.values())) == len(renamed)
    assert [renamed[f.target] for f in full.findings] == [f.target for f in summary.findings]
    assert {node.id for node in summary.profile.nodes} == {renamed[node.id] for node in full.profile.nodes}
    assert summary.profile.chain.id == "chain"


def test_every_format_for_people_says_what_it_is_and_data_says_for_whom(public, lang):
    said = squeezed(say(lang, "legal.public"))
    for name in ("report.html", "report.pdf", "report.txt"):
        text = squeezed(public[name].replace("&#39;", "'"))
        assert said in text, name
        assert squeezed(say(lang, "legal.secrecy")) not in text, name
        assert squeezed(say(lang, "legal.not_approved")) in text, name
    data = json.loads(public["data.json"])
    assert data["audience"] == PUBLIC
    Draft202012Validator(schema()).validate(data)
    assert json.loads(texts_of_data(sample_report()))["audience"] == ""


def texts_of_data(report):
    """data.json of a report."""
    return written(report, "sv", ["json"])["data.json"].decode()


def test_what_was_left_out_is_not_said_to_be_missing(public, lang):
    for name in ("report.html", "report.txt"):
        assert say(lang, "legal.not_stated") not in public[name], name
    assert say(lang, "html_calendar.title") not in public["report.html"]
    assert say(lang, "html_trace.title") not in public["report.html"]


def test_scenarios_that_were_performed_still_count_as_performed():
    from readiness.reports._scenarios import scenario_groups

    def performed(report):
        return [(g.id, len(g.performed), g.counts) for g in scenario_groups(report)]

    assert performed(public_summary(sample_report())) == performed(sample_report())


def test_a_summary_of_a_summary_is_itself():
    once = public_summary(sample_report())
    twice = public_summary(once)
    assert twice.findings == once.findings
    assert twice.profile == once.profile


def test_what_a_profile_does_not_know_is_a_dash_not_its_name():
    report = sample_report()
    odd = replace(report, findings=(replace(report.findings[0], target="okänd.example"),))
    assert public_summary(odd).findings[0].target == WITHHELD

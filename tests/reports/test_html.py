"""Does the HTML report say everything, fetch nothing, and show hostile text as text?"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from html import unescape
from importlib.resources import files
from itertools import pairwise

import pytest

from readiness.model import Because, Grade, Mark, Observation, PartGrade, Strength, Table, Unseen, Verdict
from readiness.reports._words import because_text, escape_control, value_text
from readiness.reports.html import html_report
from readiness.texts import say
from tests.reports.page import Page
from tests.reports.sample import HOSTILE, SEEN, TARGETS, report_of_many_scenarios, sample_report, words

LANGUAGES = ["sv", "en"]

FETCHING = {
    "script",
    "link",
    "img",
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "source",
    "base",
    "form",
    "use",
    "image",
}


@pytest.fixture(params=LANGUAGES)
def lang(request):
    """Each language of the report."""
    return request.param


def shown(report, lang="sv") -> str:
    """The text that a reader sees."""
    return Page(html_report(report, lang)).text


def test_every_element_is_closed_and_every_id_stands_once(lang):
    page = Page(html_report(sample_report(), lang))

    assert page.open == []
    assert len(page.ids) > 30
    assert len(page.ids) == len(set(page.ids))


def test_nothing_is_fetched_run_or_sent(lang):
    html = html_report(sample_report(), lang)
    page = Page(html)

    assert not {tag for tag, _ in page.elements} & FETCHING
    for tag, attributes in page.elements:
        assert not {name for name in attributes if name.startswith("on")}, tag
        assert not {"src", "srcset", "style", "action", "data", "xlink:href"} & set(attributes), tag
        assert attributes.get("href", "#").startswith("#"), attributes
    style = html.split("<style>")[1].split("</style>")[0]
    assert not re.search(r"url\(|@import|@font-face|expression", style)


def test_the_policy_forbids_everything_but_the_style_sheet_itself():
    html = html_report(sample_report(), "sv")
    style = html.split("<style>")[1].split("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = next(
        attributes["content"]
        for _, attributes in Page(html).elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )

    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_hostile_text_is_shown_as_text_and_acts_nowhere(lang):
    html = html_report(sample_report(), lang)

    assert "<script" not in html.lower()
    assert not [char for char in html if escape_control(char) != char and char != "\n"]
    text = Page(html).text
    for name, hostile in HOSTILE.items():
        assert escape_control(hostile) in text, name


def test_every_text_of_the_profile_may_be_hostile():
    report = sample_report()
    hostile = "".join(HOSTILE.values()) + "\"'><img src=x onerror=alert(1)>"
    profile = report.profile
    subject = replace(profile.subject, name=hostile, board=hostile, reference=hostile)
    nodes = tuple(
        replace(node, name=hostile, product=hostile, version=hostile, party=hostile) for node in profile.nodes
    )
    levels = tuple(replace(level, set_by=hostile, comment=hostile) for level in profile.risk_levels)
    report = replace(
        report, profile=replace(profile, subject=subject, nodes=nodes, risk_levels=levels, excluded=hostile)
    )

    page = Page(html_report(report, "sv"))

    assert page.open == []
    assert not {tag for tag, _ in page.elements} & FETCHING
    assert not [1 for _, attributes in page.elements if "onerror" in attributes]
    assert page.text.count(escape_control(hostile)) >= 8


def test_the_language_of_the_page_and_of_foreign_pieces_is_marked(lang):
    page = Page(html_report(sample_report(), lang))

    assert page.elements[0] == ("html", {"lang": lang})
    assert {attributes["lang"] for _, attributes in page.elements[1:] if "lang" in attributes} == {"en", "sv"}


LAST = ("records", "reading", "decision")


def test_the_sections_stand_in_the_agreed_order(lang):
    page = Page(html_report(sample_report(), lang))
    order = ["untested", "overview", "matrix", "chain", "calendar", "trace", "risk", "scenarios", "deviations"]

    titles = [text for level, text in page.headings if level == 2]

    assert titles[1:] == [say(lang, f"html_{name}.title") for name in [*order, "statements", "criteria", *LAST]]


def test_headings_never_skip_a_level(lang):
    levels = [level for level, _ in Page(html_report(sample_report(), lang)).headings]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_link_and_label_leads_somewhere(lang):
    page = Page(html_report(sample_report(), lang))
    wanted = [attributes["href"][1:] for tag, attributes in page.elements if tag == "a"]
    wanted += [id_ for _, attributes in page.elements for id_ in attributes.get("aria-labelledby", "").split()]

    assert len(wanted) > 60
    assert set(wanted) <= set(page.ids)


def test_head_and_foot_carry_secrecy_disclaimer_and_the_line_on_digg(lang):
    html = html_report(sample_report(), lang)
    head, foot = html.split("<main")[0], html.split("</main>")[1]

    for part in (Page(head.split("<body>")[1]).text, foot):
        for key in ("legal.secrecy", "legal.disclaimer", "legal.not_approved"):
            assert say(lang, key) in part


def test_the_head_says_what_the_report_is_about(lang):
    head = Page(html_report(sample_report(), lang).split("<main")[0].split("<body>")[1]).text

    for words_ in (
        "Exempelby kommun",
        "212000-0000",
        "Socialnämnden",
        "SN 2026/123",
        "2026-11-30",
        "mm-readiness 0.1.0",
    ):
        assert words_ in head
    for words_ in ("c" * 64, "d" * 64, "2024-01-01", "2026-11-02", "Digg", "Kommunrevisionen"):
        assert words_ in head


def test_what_was_not_tested_stands_first_with_its_causes(lang):
    html = html_report(sample_report(), lang)
    section = Page(html.split('<section id="untested"')[1].split("</section>")[0].partition(">")[2]).text

    assert html.index('id="untested"') < html.index('id="overview"') < html.index('id="risk-10"')
    assert "ip.exempelby.example:443" in section
    assert say(lang, "reason.connection_refused") in section.lower()
    assert {"sv": "behöver provbänken", "en": "needs the stage"}[lang] in section
    assert "MM-WAIT-10" in section
    assert escape_control(HOSTILE["bidi"]) in section  # excluded from the scope
    assert "Britta Berg" in section  # who says that the chain has none


def test_the_overview_has_a_row_for_each_of_the_22_risks(lang):
    report = sample_report()
    section = html_report(report, lang).split('<section id="overview"')[1].split("</section>")[0]
    rows = section.split("<tbody")[1].split("<tr ")[1:]

    assert len(rows) == 22
    for row, grade in zip(rows, report.grades, strict=True):
        assert f'href="#risk-{grade.risk}"' in row
    first = Page("<tr " + rows[2].rpartition("</tbody")[0] if "</tbody" in rows[2] else "<tr " + rows[2]).text
    assert say(lang, "because.violated") in first
    assert say(lang, "because.all_pass") in first


@pytest.mark.parametrize("because", list(Because))
def test_every_grade_has_a_shape_and_a_word_besides_its_colour(because, lang):
    report = sample_report()
    mark = Mark.NONE if because is Because.NOT_APPLICABLE else Mark.FAIL
    grade = Grade("10", mark, because, None, PartGrade(mark, because, Strength.LIVE), None)

    html = html_report(replace(report, grades=(grade,)), lang)
    row = html.split('<section id="overview"')[1].split('href="#risk-10"')[1].split("</tr>")[0]

    assert row.count("<svg") == 2
    assert say(lang, f"because.{because.value}", who=say(lang, "cause_part.nobody")) in unescape(row)


def test_shapes_differ_between_any_two_grades():
    html = html_report(sample_report(), "sv").split('<section id="reading"')[1]
    shapes = re.findall(r'<span class="verdict \w+"><svg[^>]*>(.*?)</svg>', html)

    assert len(shapes) == len(Because) == len(set(shapes))


def test_every_finding_stands_under_every_risk_it_bears_on(lang):
    report = sample_report()
    html = html_report(report, lang)
    looked_at = 0
    for risk in report.checklist.risks:
        part = Page(html.split(f'id="risk-{risk.id}" ')[1].split("</article>")[0].partition(">")[2]).text
        for finding, weight in report.findings_about(risk.id):
            looked_at += 1
            rule = report.checklist.rule(finding.rule)
            for words_ in (
                rule.id,
                getattr(rule.title, lang),
                rule.source,
                say(lang, f"weight.{weight.value}"),
                say(lang, f"verdict.{finding.verdict.value}"),
                because_text(lang, report, finding),
            ):
                assert " ".join(words_.split()) in part, (risk.id, finding.rule, words_)
            if finding.verdict in {Verdict.FAIL, Verdict.INCONCLUSIVE}:
                assert getattr(rule.remedy, lang) in part
    assert looked_at > 40


def test_findings_that_say_the_same_share_one_row():
    report = sample_report()
    part = html_report(report, "sv").split('id="risk-13" ')[1].split("</article>")[0]

    rows = [row for row in part.split("<tr ") if "MM-NODE-01" in row]

    assert len(rows) == 3  # two nodes with two different faults, and two nodes that hold
    assert "Verksamhetssystem" in rows[2]
    assert "Förmedlare" in rows[2]


def test_a_rule_that_fails_in_many_scenarios_is_one_row_with_a_handful_of_titles(lang):
    part = html_report(report_of_many_scenarios(), lang).split('id="risk-5" ')[1].split("</article>")[0]

    rows = [Page("<tr " + row.split("</tbody>")[0]).text for row in part.split("<tr ") if "<code>MM-FAULT-01<" in row]

    assert len(rows) == 3  # not met, not shown, met
    assert {"sv": "”Prov 3” och 8 till", "en": '"Try 3" and 8 more'}[lang] in rows[0]
    assert rows[0].count("scenario.unaccounted: ") == 3  # the first reasons, and how many more
    assert say(lang, "html_risk.more", count=9) in rows[0]
    assert "scenario-many" not in part


def test_every_observation_is_there_with_its_value_time_and_evidence(lang):
    text = shown(sample_report(), lang)
    everything = text.split(say(lang, "html_records.all_lead"))[1]

    for (_, fact), observation in SEEN.items():
        assert fact in everything
        if isinstance(observation.value, Table):
            assert all(escape_control(cell) in everything for row in observation.value.rows for cell in row)
        elif isinstance(observation.value, Unseen):
            assert say(lang, f"reason.{observation.value.reason.value}") in everything
            assert observation.value.detail in everything
        else:
            assert value_text(lang, observation.value) in everything
    assert "e" * 64 in everything
    assert "application/pkix-cert" in everything
    assert say(lang, "html_observation.nothing_masked") in everything


def test_a_wide_table_becomes_a_list_of_named_cells():
    report = sample_report()
    seen = next(observation for observation in report.observations if isinstance(observation.value, Table))
    wide = replace(seen, value=Table(("a", "b", "c", "d"), (("1", "2", "3", ""), ("5", "6", "7", "8", "one too many"))))

    html = html_report(replace(report, observations=(wide,)), "sv").split('id="records"')[1]

    assert html.count("<dt>a</dt><dd><bdi>1</bdi></dd>") == 1
    assert html.count("<dt>d</dt><dd><bdi>–</bdi></dd>") == 1
    assert html.split('<ol class="rows">')[1].split("</ol>")[0].count("<li>") == 2


def test_what_was_masked_is_told(lang):
    report = sample_report()
    seen = next(observation for observation in report.observations if observation.evidence)
    masked = replace(seen, evidence=(replace(seen.evidence[0], masked="personal number in the subject"),))

    text = shown(replace(report, observations=(masked,)), lang)

    assert say(lang, "html_observation.evidence_masked", masked="personal number in the subject") in text


def test_a_criterion_whose_source_is_partly_read_is_marked_until_verified(lang):
    report = sample_report()
    mark = f'class="tag doubt">{say(lang, "confidence.partial")}'

    def with_rules(**changes: object) -> str:
        rules = tuple(replace(rule, **changes) if rule.id == "MM-KEY-01" else rule for rule in report.checklist.rules)
        return html_report(replace(report, checklist=replace(report.checklist, rules=rules)), lang)

    assert with_rules(verified=None).count(mark) == 4  # two findings, two risks
    assert with_rules().count(mark) == 0


def test_deviations_stand_beside_the_verdict_and_change_nothing(lang):
    html = html_report(sample_report(), lang)
    part = Page(html.split('id="risk-13" ')[1].split("</article>")[0].partition(">")[2]).text
    section = Page(html.split('<section id="deviations"')[1].split("</section>")[0].partition(">")[2]).text

    assert say(lang, "verdict.fail") in part
    assert "Avtalet görs om i januari" in part
    for state in ("in_force", "expired", "unused"):
        assert say(lang, f"deviation.{state}") in section
    assert "`reason` is empty" in section


def test_statements_say_who_answered_what_and_when(lang):
    section = shown(sample_report(), lang).split(say(lang, "html_statements.lead"))[1]

    assert "Anna Andersson" in section
    assert "2026-10-01" in section
    assert say(lang, "answer.partly") in section


def test_every_rule_stands_among_the_criteria_with_source_and_basis(lang):
    report = sample_report()
    section = html_report(report, lang).split('<section id="criteria"')[1].split("</section>")[0]

    for rule in report.checklist.rules:
        row = next(row for row in section.split("<tr ") if f"<code>{rule.id}</code>" in row)
        assert rule.source in row
        assert say(lang, f"basis.{rule.basis.value}") in unescape(row)
    assert "Carl Cederberg" in section


def test_records_are_told_with_owner_and_how_they_ended(lang):
    report = sample_report()
    text = shown(report, lang)

    assert "1" * 64 in text
    assert "2" * 64 in text
    assert say(lang, "html.interrupted") in text
    assert say(lang, "html.interrupted") not in shown(replace(report, records=report.records[:1]), lang)


def test_the_receivers_decision_is_three_empty_boxes(lang):
    section = html_report(sample_report(), lang).split('<section id="decision"')[1].split("</section>")[0]

    assert section.count("<li>") == 8
    assert "checked" not in section
    assert "<input" not in section


def test_the_words_of_a_decision_stand_only_where_the_receiver_decides():
    text = shown(sample_report(), "sv")
    for line in ("legal.disclaimer", "legal.not_approved"):
        text = text.replace(say("sv", line), "")
    before, decision = text.rsplit("Mottagarens beslut", 1)

    assert "Godkänd med förbehåll" in decision
    assert not re.search(r"godkän|underkän|certifier|intyg|anmärkning|överträdelse", before, re.IGNORECASE)


def test_a_vendors_report_says_that_it_covers_a_part(lang):
    report = sample_report()
    subject = replace(report.profile.subject, kind="vendor", product="Förmedlaren", version="2.1", board="")
    grades = tuple(replace(grade, whole=False) for grade in report.grades)

    text = shown(replace(report, profile=replace(report.profile, subject=subject), grades=grades), lang)

    assert say(lang, "html.vendor_part") in text
    assert text.count(say(lang, "html_risk.not_whole")) == 22
    assert "Förmedlaren 2.1" in text
    assert say(lang, "html_head.board") not in text


def test_a_judgement_of_one_part_says_so(lang):
    assert say(lang, "html.part_seen") in shown(replace(sample_report(), part="seen"), lang)
    assert say(lang, "html.part_seen") not in shown(sample_report(), lang)


def test_an_empty_report_is_still_a_page(lang):
    report = sample_report()
    profile = replace(
        report.profile, nodes=(), absences=(), risk_levels=(), included="", excluded="", targets=TARGETS[:1]
    )
    empty = replace(
        report,
        profile=profile,
        observations=(),
        findings=(),
        grades=(),
        deviations=(),
        records=(),
        checklist=replace(report.checklist, rules=(), checks=()),
    )

    text = shown(empty, lang)

    assert say(lang, "html.no_graded") in text
    assert say(lang, "html_chain.empty") in text
    assert say(lang, "html_matrix.lead_no_own") in text
    assert say(lang, "html_deviations.none") in text
    assert say(lang, "html_untested.excluded_none") in text


def test_undecided_members_are_told_beside_the_value(lang):
    why = say(lang, "reason.timed_out")

    assert say(lang, "html_observation.undecided", member="SSLv3", reason=why) in shown(sample_report(), lang)


def test_a_moment_before_the_calendar_does_not_stop_the_report():
    report = sample_report()
    odd = Observation(
        "x", "fm-in", "server_certificate.not_before", report.ended, datetime(1, 1, 1, tzinfo=UTC), Strength.LIVE
    )

    assert "0001-01-01" in shown(replace(report, observations=(odd,)))


# -- Around it ---------------------------------------------------------------------------------------------------------


def test_both_languages_have_the_same_words_for_the_page():
    sv, en = (
        tomllib.loads((files("readiness.texts") / lang / "html.toml").read_text(encoding="utf-8")) for lang in LANGUAGES
    )
    for table, rows in sv.items():
        assert list(rows) == list(en[table])
        for name, text in rows.items():
            assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", en[table][name])), name


def test_every_word_for_the_page_is_used():
    sources = [path for path in files("readiness.reports").iterdir() if path.name.endswith(".py")]
    sources += list((files("readiness.reports") / "templates").iterdir())
    used = "".join(path.read_text(encoding="utf-8") for path in sources)
    sv = tomllib.loads((files("readiness.texts") / "sv" / "html.toml").read_text(encoding="utf-8"))
    made = {"html.kind_kommun", "html.kind_vendor"} | {f"{table}.title" for table in sv}
    made |= {f"{table}.{name}" for table in ("html_decision", "html_confidence", "html_head") for name in sv[table]}

    assert {f"{table}.{name}" for table, rows in sv.items() for name in rows if f"{table}.{name}" not in used} <= made


def test_the_program_starts_without_loading_the_templates_engine():
    code = "import readiness.report, readiness.reports, sys; sys.exit('jinja2' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_words_of_a_rule_travel_in_both_languages():
    report = sample_report()
    risk = replace(report.checklist.risks[0], title=words("på svenska", "in English"))
    report = replace(report, checklist=replace(report.checklist, risks=(risk,)))

    assert "på svenska" in shown(report, "sv")
    assert "in English" in shown(report, "en")

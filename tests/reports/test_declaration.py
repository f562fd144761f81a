"""Does a vendor's declaration say all that its report says, decide nothing, and can everybody read it?"""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from readiness.model import TargetKind, Verdict
from readiness.report import Report
from readiness.reports._declaration import declared
from readiness.reports._scenarios import scenario_groups
from readiness.reports._words import date_text, escape_control
from readiness.reports.declaration import declaration_page, declaration_pdf
from readiness.texts import LANGUAGES, pick, say
from tests.reports.page import Page
from tests.reports.pdfs import pdf_info, pdf_words, squeezed
from tests.reports.sample import HOSTILE, sample_report
from tests.reports.test_html_accessibility import look

__all__ = ["look"]
DECIDED = ("conditions", "correct_by", "name", "date", "signature")
NOBODY = "Ingen myndighet har fastställt eller prövat denna deklaration."


def vendors(**changed: object) -> Report:
    """The sample as a vendor's."""
    report = sample_report()
    subject = replace(report.profile.subject, kind="vendor", product="Förmedlaren", version="2.1", board="")
    grades = tuple(replace(grade, whole=False) for grade in report.grades)
    profile = replace(report.profile, subject=subject)
    rules = tuple(replace(one, answers="kommun" if n < 3 else "") for n, one in enumerate(report.checklist.rules))
    checklist = replace(report.checklist, rules=rules)
    return replace(report, profile=profile, grades=grades, checklist=checklist, **changed)  # type: ignore[arg-type]


REPORT = vendors()


def declaration(report: Report, lang: str) -> str:
    return declaration_page(report, lang).decode("utf-8")


def shown(report: Report = REPORT, lang: str = "sv") -> str:
    return Page(declaration(report, lang)).text


def section(name: str, report: Report = REPORT, lang: str = "sv") -> str:
    start = f'<section id="{name}"'
    return Page(start + declaration(report, lang).split(start)[1].split("</section>")[0] + "</section>").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_whose_product_which_version_and_contract_and_that_no_authority_stands_behind(lang: str) -> None:
    text = shown(lang=lang)
    assert text.count(say(lang, "declaration.nobody")) == 2
    for said in ("Förmedlaren", "2.1", REPORT.profile.subject.organisation_number, REPORT.checklist.digest):
        assert said in text
    terms = REPORT.profile.terms
    assert say(lang, "declaration.checked", version=terms.contract_version, day=terms.contract_checked) in text
    assert all(record.id in text for record in REPORT.records)
    assert say(lang, "declaration.share", count=3) in text
    assert say("sv", "declaration.nobody") == NOBODY


def test_what_the_profile_does_not_state_is_said_to_be_not_stated() -> None:
    subject = replace(REPORT.profile.subject, product="", version="")
    terms = replace(REPORT.profile.terms, contract_version="")
    text = shown(replace(REPORT, profile=replace(REPORT.profile, subject=subject, terms=terms)))
    assert text.count(say("sv", "legal.not_stated")) >= 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_scenario_stands_with_how_it_went_and_those_met_are_counted(lang: str) -> None:
    text = section("scenarios", lang=lang)
    told = [one for group in scenario_groups(REPORT) for one in group.scenarios]
    performed = [one for one in told if one.unseen is None]
    met = [one for one in performed if one.verdict is Verdict.PASS]
    assert len(told) > len(performed) > 0
    counts = {"met": len(met), "performed": len(performed), "all": len(told)}
    assert say(lang, "declaration.scenario_counts", **counts) in text
    for one in told:
        title = " ".join(escape_control(pick(lang, one.words.title)).split())
        row = text.partition(title)[2][:200]
        state = f"scenario_state.{one.verdict or Verdict.NOT_APPLICABLE}"
        assert say(lang, "declaration.not_performed" if one.unseen else state, why="").strip()[:12] in row


def test_a_scenario_that_was_performed_and_shows_nothing_is_not_met() -> None:
    told = {one.target.id: one for group in scenario_groups(REPORT) for one in group.scenarios}
    met = next(id_ for id_, one in told.items() if one.verdict is Verdict.PASS)
    findings = tuple(replace(f, verdict=Verdict.INCONCLUSIVE) if f.target == met else f for f in REPORT.findings)
    assert "0 av 2" in section("scenarios", replace(REPORT, findings=findings))


def test_where_no_scenario_was_performed_that_is_said() -> None:
    targets = tuple(t for t in REPORT.profile.targets if t.kind is not TargetKind.SCENARIO)
    none = replace(REPORT, profile=replace(REPORT.profile, targets=targets), scenarios=())
    assert say("sv", "declaration.no_scenarios") in section("scenarios", none)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_rule_that_is_not_met_stands_with_the_decisions_about_it_and_their_dates(lang: str) -> None:
    text = section("unmet", lang=lang)
    failing = {one.rule for one in REPORT.findings if one.verdict is Verdict.FAIL}
    assert len(failing) > 1
    assert all(rule in text for rule in failing)
    assert say(lang, "declaration.undecided") in text
    assert len(REPORT.deviations) > 2
    for one, state in REPORT.deviations:
        assert one.malformed or say(lang, f"deviation.{state}") in text
        assert one.malformed or date_text(lang, one.expires) in text
        assert one.malformed or escape_control(one.reason).split()[0] in text
        assert not one.malformed or say(lang, "html_deviations.malformed", why="").strip() in text


def test_a_rule_that_is_met_is_no_deviation_and_nothing_unmet_is_said_so() -> None:
    met = tuple(replace(one, verdict=Verdict.PASS) for one in REPORT.findings)
    text = section("unmet", replace(REPORT, findings=met, deviations=()))
    assert say("sv", "declaration.unmet_nothing") in text
    assert not re.search(r"MM-[A-Z]+-\d", text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_not_shown_is_said_with_the_reason_and_what_waits(lang: str) -> None:
    text = section("unseen", lang=lang)
    open_ = [one for one in REPORT.findings if one.verdict is Verdict.INCONCLUSIVE and one not in REPORT.waiting]
    assert open_
    for finding in open_:
        assert finding.rule in text
        assert finding.unseen is None or say(lang, f"reason.{finding.unseen.reason}") in text
    assert say(lang, "declaration.waiting", count=len(REPORT.waiting)) in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_signed_or_decided(lang: str) -> None:
    html = declaration(REPORT, lang)
    assert not {"input", "button", "textarea", "form", "script"} & {tag for tag, _ in Page(html).elements}
    blanks = re.findall(r'<ul class="blanks">(.*?)</ul>', html, re.DOTALL)
    said = [" ".join(re.findall(r"<li>(.*?)</li>", blank)) for blank in blanks]
    assert said == [
        " ".join(say(lang, f"declaration.{key}") for key in ("place", "name", "role", "signed")),
        " ".join(say(lang, f"html_decision.{key}") for key in DECIDED),
    ]
    before = Page(html.split('<section id="decision"')[0].split("<main")[1].partition(">")[2]).text
    assert not re.search(r"godkän|underkän|certifie|intyg|anmärkning|överträdelse|approv", before, re.IGNORECASE)


def test_no_address_of_the_chain_travels_with_it() -> None:
    addresses = [target.address for target in REPORT.profile.targets if len(target.address) > 6]
    assert addresses
    html = declaration(REPORT, "sv")
    assert [one for one in addresses if escape_control(one) in html] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_risk_stands_with_its_grade_by_the_vendors_part(lang: str) -> None:
    text = section("risks", lang=lang)
    rows = [say(lang, f"because.{grade.because}", who="x")[:10] for grade in REPORT.grades]
    assert all(row in text for row in rows)
    assert all(escape_control(pick(lang, risk.title))[:20] in text for risk in REPORT.checklist.risks)


def test_an_interrupted_run_and_a_part_are_said() -> None:
    cut = tuple(replace(record, how_ended="interrupted") for record in REPORT.records)
    assert say("sv", "html.interrupted") in shown(replace(REPORT, records=cut))
    assert say("sv", "html.part_seen") in shown(replace(REPORT, part="seen"))
    assert say("sv", "html.interrupted") not in shown(replace(REPORT, records=()))


@pytest.mark.parametrize("name", HOSTILE.values())
def test_a_name_neither_acts_nor_is_markup(name: str) -> None:
    subject = replace(REPORT.profile.subject, name=name, product=name, version=name)
    deviations = tuple((replace(one, reason=name, owner=name), state) for one, state in REPORT.deviations)
    html = declaration(replace(REPORT, profile=replace(REPORT.profile, subject=subject), deviations=deviations), "sv")
    assert not set(html) & set("\x1b\u202e\0\x07")
    assert "<script" not in html
    assert "default-src &#39;none&#39;" in html


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_everybody_can_read_it(look, scheme: str, width: int) -> None:  # type: ignore[no-untyped-def]
    found = look(declaration(REPORT, "sv"), scheme, width)
    assert found.violations == []
    assert found.sticks_out == []
    assert {"color-contrast", "html-has-lang", "td-headers-attr"} <= set(found.passes)


# -- As PDF


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pdf_says_what_the_page_says(lang: str) -> None:
    pdf = declaration_pdf(REPORT, lang)
    words, one = squeezed(pdf_words(pdf)), declared(REPORT, lang)
    told = [said for row in (*one.scenarios, *one.risks) for said in (row.name, row.about, row.word, row.strength)]
    told += [said for row in one.unmet for said in (row.rule, row.where, *row.decisions)]
    told += [said for row in one.unseen for said in (row.where, row.why, row.waits)]
    told += [said for fact in one.facts for said in fact]
    told += [*one.notes, one.counted, *one.unused, one.waiting]
    told += [say(lang, f"declaration.{key}") for key in ("nobody", "lead", "place", "name", "role", "signed")]
    told += [say(lang, f"html_decision.{key}") for key in DECIDED]
    assert len(told) > 150
    assert [said for said in told if squeezed(escape_control(said)) not in words] == []
    assert words.count(squeezed(say(lang, "declaration.nobody"))) == 2


def test_the_pdf_is_tagged_has_a_language_and_a_title_and_is_the_same_each_time() -> None:
    pdf = declaration_pdf(REPORT, "sv")
    assert pdf == declaration_pdf(vendors(), "sv")
    info = pdf_info(pdf)
    assert info["Tagged"] == "yes"
    assert info["Title"].startswith(say("sv", "declaration.title"))
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang).startswith("sv")


def test_a_pdf_of_names_that_act_shows_them() -> None:
    name = "#panic() [röd] " + HOSTILE["bidi"] + HOSTILE["escape"]
    subject = replace(REPORT.profile.subject, name=name, product=name)
    words = squeezed(
        pdf_words(declaration_pdf(replace(REPORT, profile=replace(REPORT.profile, subject=subject)), "sv"))
    )
    assert squeezed("#panic() [röd] " + escape_control(HOSTILE["bidi"] + HOSTILE["escape"])) in words

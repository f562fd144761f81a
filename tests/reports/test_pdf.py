"""Does the PDF say what the data says, to eyes, ears and archives; and is what it shows never read as code?"""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.model import Finding, Verdict
from readiness.reports import _blocks as b
from readiness.reports._blocks import SHOWABLE, inert, showable
from readiness.reports._pdf_scenarios import MOST_PICTURES
from readiness.reports._words import CONTROL, escape_control
from readiness.reports.data import data_report
from readiness.reports.pdf import STANDARDS, document, pdf_report
from readiness.texts import pick, say
from tests.reports.pdfs import pdf_info, pdf_structure, pdf_words, squeezed
from tests.reports.sample import HOSTILE, report_of_many_scenarios, sample_report

CODE = (
    '#include "/etc/passwd"',
    "#panic()",
    "$ x $",
    "= rubrik",
    "*fet* _kursiv_ `rå` @etikett <etikett>",
    "\\u{41}",
    "] #set page(width: 1pt) [",
    "kommun\u202elpmexe.gro\u200f",
    "ensam \ud800 surrogat",
    "中文 и ελλ 😀 \ue000 \ufffe",
    "{{ 7 * 7 }} %s {operand}",
    "x" * 5000,
)


@pytest.fixture(scope="module", params=["sv", "en"])
def lang(request):
    """Each language of the report."""
    return request.param


@pytest.fixture(scope="module")
def pdf(lang):
    """The sample report."""
    return pdf_report(sample_report(), lang)


def named(report, *names):
    """The report of a subject of the first name, with a node of each name, and an endpoint of the last."""
    profile, name = report.profile, names[0]
    targets = tuple(replace(t, id=names[-1]) if t.id == "fm-in" else t for t in profile.targets)
    nodes = tuple(replace(profile.nodes[0], id=f"n{n}", name=one, product=one) for n, one in enumerate(names))
    renamed = [f if f.target != "fm-in" else replace(f, target=names[-1]) for f in report.findings]
    subject = replace(profile.subject, name=name, board=name)
    profile = replace(profile, subject=subject, targets=targets, nodes=nodes, included=name, excluded=name)
    return replace(report, profile=profile, findings=tuple(renamed))


# -- What it says ------------------------------------------------------------------------------------------------------


def test_every_risk_grade_rule_and_verdict_of_the_data_stands_in_the_pdf(pdf, lang):
    report, data = sample_report(), json.loads(data_report(sample_report()))
    text = squeezed(pdf_words(pdf))
    parts = text.split(squeezed(say(lang, "html_risk.title")))[-1]
    titles = {risk["id"]: squeezed(f"{risk['id']} {risk['title'][lang]}") for risk in data["risks"]}
    places = [parts.index(title) for title in titles.values()]
    assert places == sorted(places)
    assert len(places) == 22
    rules = {rule["id"]: rule["risks"] for rule in data["rules"]}
    for risk, start, end in zip(titles, places, [*places[1:], len(parts)], strict=True):
        part = parts[start:end]
        grade = next(grade for grade in data["grades"] if grade["risk"] == risk)
        who = ", ".join({absence.decided_by for absence in report.profile.absences})
        assert squeezed(say(lang, f"because.{grade['because']}", who=who)) in part
        about = [finding for finding in data["findings"] if risk in rules[finding["rule"]]]
        assert about
        for finding in about:
            assert squeezed(finding["rule"]) in part
            assert squeezed(say(lang, f"verdict.{finding['verdict']}")) in part


def test_what_is_not_met_says_where_and_what_can_be_done(pdf, lang):
    report, text = sample_report(), squeezed(pdf_words(pdf))
    not_met = [finding for finding in report.findings if finding.verdict is Verdict.FAIL]
    assert len(not_met) > 4
    for finding in not_met:
        assert squeezed(pick(lang, report.checklist.rule(finding.rule).remedy)) in text
    assert squeezed("fm.exempelby.example:8443") in text


def test_what_every_report_must_say_of_itself_is_said(pdf, lang):
    text = squeezed(pdf_words(pdf))
    for key in ("secrecy", "disclaimer", "not_approved", "pass_means", "pass_means_not", "no_score", "voluntary"):
        assert squeezed(say(lang, f"legal.{key}")) in text, key
    for name in ("untested", "overview", "matrix", "chain", "risk", "scenarios", "deviations", "statements", "criteria",
                 "records", "reading", "decision"):  # fmt: skip
        assert squeezed(say(lang, f"html_{name}.title")) in text, name


def test_its_own_words_are_never_cut(lang):
    cut = [text for text in strings(document(sample_report(), lang)["blocks"]) if text.endswith("...")]
    assert [text for text in cut if not text.startswith(say(lang, "pdf.more_places", count=0)[:3])] == []


def strings(block):
    """Every string in a block but pictures."""
    if isinstance(block, str):
        yield block
    elif isinstance(block, list):
        for one in block:
            yield from strings(one)
    elif isinstance(block, dict):
        for key, one in block.items():
            yield from strings(one) if key != "svg" else ()


def test_ten_thousand_findings_are_no_longer_than_a_hundred(lang):
    report = sample_report()
    pattern = next(finding for finding in report.findings if finding.verdict is Verdict.FAIL)
    profile = report.profile
    target = next(target for target in profile.targets if target.id == pattern.target)

    def many(count):
        targets = tuple(replace(target, id=f"{target.id}-{n}") for n in range(count))
        found = tuple(replace(pattern, target=one.id) for one in targets)
        return replace(
            report,
            profile=replace(profile, targets=(*profile.targets, *targets)),
            findings=(*report.findings, *found),
        )

    few, more = (json.dumps(document(many(count), lang)) for count in (100, 10_000))
    assert abs(len(few) - len(more)) < 200
    assert say(lang, "pdf.of_findings", count=10_001) in json.loads(json.dumps(list(strings(json.loads(more)))))


def test_timelines_of_what_is_not_met_are_drawn_up_to_a_number_with_their_words(lang):
    blocks = document(report_of_many_scenarios(), lang)["blocks"]
    drawn = [block for block in blocks if block["is"] == "picture"]
    assert 3 <= len(drawn) <= 2 + MOST_PICTURES
    assert all(len(block["alternative"]) > 20 for block in drawn)


# -- For ears and archives ---------------------------------------------------------------------------------------------


def test_poppler_finds_it_tagged_titled_and_complains_of_nothing(pdf, lang):
    info = pdf_info(pdf)
    assert info["Tagged"] == "yes"
    assert info["Title"] == say(lang, "html.title_of", name="Exempelby kommun")
    assert info["CreationDate"].startswith("Mon Nov 30 12:00:00 2026")
    assert info["JavaScript"] == "no"
    assert info["Encrypted"] == "no"
    assert "A4" in info["Page size"]
    tags = {row.strip().partition(" ")[0].rstrip(":") for row in pdf_structure(pdf).splitlines()}
    assert {"H1", "H2", "H3", "P", "Table", "TH", "TD", "Figure", "TOC", "L", "LI"} <= tags


def test_it_declares_pdf_ua_1_and_pdf_a_2a_its_language_and_bookmarks(pdf, lang):
    with pikepdf.open(BytesIO(pdf)) as opened:
        root = opened.Root
        meta = opened.open_metadata()
        assert str(root.Lang).lower().startswith(lang)
        assert root.MarkInfo.Marked
        assert "/Suspects" not in root.MarkInfo
        assert root.ViewerPreferences.DisplayDocTitle
        assert meta["pdfuaid:part"] == "1"
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
        assert meta["dc:title"] == say(lang, "html.title_of", name="Exempelby kommun")
        with opened.open_outline() as outline:
            named = [one.title for one in outline.root]
        assert [
            say(lang, f"html_{name}.title") for name in ("untested", "overview", "matrix", "chain", "calendar")
        ] == named[:5]
        assert opened.check_pdf_syntax() == []
        fonts = [one for one in dictionaries(opened) if one.get("/Type") == "/FontDescriptor"]
        assert len(fonts) >= 3
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in fonts)
        for page in opened.pages:
            assert page.obj.get("/StructParents") is not None
            assert page.obj.get("/Tabs") == "/S" or not page.obj.get("/Annots")


def dictionaries(opened):
    """Every object of a PDF that has keys."""
    return [one for one in opened.objects if isinstance(one, pikepdf.Dictionary)]


def test_every_picture_says_in_words_what_it_shows(pdf):
    with pikepdf.open(BytesIO(pdf)) as opened:
        figures = [one for one in dictionaries(opened) if one.get("/S") == "/Figure"]
        assert len(figures) >= 3
        assert all(len(str(figure.Alt)) > 20 for figure in figures)


def test_a_picture_without_words_is_refused_by_its_writer():
    """So that what Typst holds us to is held to be more than a word in the metadata."""
    with pytest.raises(typst.TypstError, match="alt"):
        typst.compile(b'#set document(title: "t")\n#image(bytes("<svg xmlns=\'http://www.w3.org/2000/svg\'/>"))',
                      pdf_standards=STANDARDS)  # fmt: skip


def test_the_same_report_gives_the_same_bytes(pdf, lang):
    assert pdf_report(sample_report(), lang) == pdf


# -- What it is given never acts ---------------------------------------------------------------------------------------


def test_hostile_names_are_shown_as_text():
    names = [*CODE, *HOSTILE.values()]
    pdf = pdf_report(named(sample_report(), *names), "sv")
    text = squeezed(pdf_words(pdf))
    for name in names:
        assert squeezed(showable(name)[:90]) in text, name
    assert pdf_info(pdf)["Page size"].startswith("595")
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert not {"/AA", "/OpenAction", "/Names", "/AcroForm"} & set(opened.Root.keys())


@pytest.mark.parametrize("name", ["#panic()", "ensam \ud800 surrogat", "x" * 5000])
def test_a_hostile_subject_is_a_title(name):
    pdf = pdf_report(named(sample_report(), name), "sv")
    assert pdf_info(pdf)["Title"].startswith(f"Beredskap för Mina meddelanden: {showable(name)[:40]}")


def test_what_acts_or_has_no_letter_is_written_out():
    assert showable("a\u202eb\x00\ud800") == r"a\u202eb\x00\ud800"
    assert showable("rad\nrad\xadslut") == r"rad\nrad\xadslut"
    assert showable("中😀\ue000") == r"\u4e2d\U0001f600\ue000"
    assert showable("a\u030a\u0327") == "å\\u0327"
    assert showable("Åäö, Čáhci, Ελλάδα, Україна – “€”") == "Åäö, Čáhci, Ελλάδα, Україна – “€”"


def test_every_character_that_is_shown_has_a_letter_in_the_fonts():
    shown = [c for c in map(chr, range(0x110000)) if not SHOWABLE.match(c) and unicodedata.category(c) not in CONTROL]
    shown = [c for c in shown if unicodedata.category(c) != "Cn"]
    assert 1200 < len(shown) < 2500
    assert escape_control("".join(shown)) == "".join(shown)
    assert compiled(" ".join(shown)).startswith(b"%PDF-")


def compiled(text):
    """A PDF with a text in it, by the same fonts and standards."""
    source = b'#set document(title: "t")\n#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n'
    source += b"#json(bytes(sys.inputs.text))"
    said = {"text": json.dumps(text)}
    return typst.compile(source, sys_inputs=said, ignore_system_fonts=True, pdf_standards=STANDARDS)


@given(st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_written(text):
    assert compiled(inert(b.line(text))["text"]).startswith(b"%PDF-")


def test_a_long_name_is_cut_and_stays_on_its_page():
    report = named(sample_report(), "Exempelby", "x" * 5000)
    assert max(map(len, strings(document(report, "sv")["blocks"]))) <= b.LONGEST_WORDS
    assert pdf_words(pdf_report(report, "sv")).count("x") > 600


def test_an_empty_report_is_still_a_pdf(lang):
    report = sample_report()
    checklist = replace(report.checklist, rules=(), checks=())
    profile = replace(report.profile, nodes=(), absences=(), risk_levels=(), targets=report.profile.targets[:1])
    empty = replace(report, profile=profile, observations=(), findings=(), grades=(), deviations=(), records=(),
                    checklist=checklist, scenarios=())  # fmt: skip
    text = squeezed(pdf_words(pdf_report(empty, lang)))
    assert squeezed(say(lang, "html.no_graded")) in text
    assert squeezed(say(lang, "html_chain.empty")) in text


def test_nothing_loads_the_writer_before_it_is_asked_for():
    code = "import readiness.cli, readiness.reports.formats, sys; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_finding_of_one_rule_keeps_its_verdicts_apart():
    from readiness.reports._pdf_risks import sums

    report = sample_report()
    about = report.findings_about("3")
    found = {(row.rule.id, row.verdict): row.count for row in sums(report, "sv", about)}
    assert all(isinstance(finding, Finding) for finding, _ in about)
    assert found["MM-NODE-01", Verdict.FAIL] == 2
    assert found["MM-NODE-01", Verdict.PASS] == 2

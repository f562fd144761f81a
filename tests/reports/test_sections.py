"""Calendar, log trace, what red results rest on, and what the report says of its own age and of the law."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from readiness.model import Evidence, TargetKind, Unseen, Verdict
from readiness.reports._calendar import DRAWN, LIMITS, LISTED, calendar, calendar_picture, limit_on
from readiness.reports._head import csl_text, stale_text
from readiness.reports._proof import MOST_FINDINGS, MOST_ROWS, Proofs, hex_lines, text_lines
from readiness.reports._trace import MOST_MESSAGES, trace
from readiness.reports._words import moment_text
from readiness.reports.html import html_report
from readiness.reports.pdf import pdf_report
from readiness.texts import say
from tests.reports.page import Page
from tests.reports.pdfs import pdf_words, squeezed
from tests.reports.sample import AT, HOSTILE, SEEN, report_with_logs_and_certificates, sample_report


@pytest.fixture(params=["sv", "en"])
def lang(request):
    """Each language of the report."""
    return request.param


@pytest.fixture
def report():
    """With what these sections show."""
    return report_with_logs_and_certificates()


def section(report, name, lang="sv"):
    """The text of one section of the HTML report."""
    html = html_report(report, lang)
    return Page(html.split(f'<section id="{name}"')[1].split("</section>")[0].partition(">")[2]).text


# -- The calendar ------------------------------------------------------------------------------------------------------


def test_certificates_stand_in_the_order_in_which_they_end(report, lang):
    entries = calendar(report, lang).entries
    assert [(one.end.date().isoformat(), one.state, one.pki, one.limit) for one in entries] == [
        ("2026-11-01", "ended", "", 0),
        ("2026-12-10", "soon", "public", 200),
        ("2028-04-01", "later", "private", 0),
    ]
    assert entries[0].left == say(lang, "calendar.ended")
    assert entries[1].left == say(lang, "value.days", count=10)


def test_a_certificate_whose_end_was_not_seen_is_named_and_an_endpoint_nobody_asked_is_not(report):
    unseen = calendar(report, "sv").unseen
    assert len(unseen) == 2
    assert any("forsegling" in name for name in unseen)
    assert any("odd-in" in name for name in unseen)


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2026, 3, 14), 0),
        (date(2026, 3, 15), 200),
        (date(2027, 3, 14), 200),
        (date(2027, 3, 15), 100),
        (date(2029, 3, 14), 100),
        (date(2029, 3, 15), 47),
        (date(2035, 1, 1), 47),
    ],
)
def test_how_long_a_public_certificate_may_last_follows_the_day_it_is_issued(day, days):
    assert limit_on(day) == days


def test_an_end_this_very_moment_has_not_passed_and_one_a_second_ago_has():
    report = sample_report()
    seen = SEEN["klient", "certificate.not_after"]

    def state(end):
        one = replace(report, observations=(replace(seen, value=end),))
        return calendar(one, "sv").entries[0].state

    assert state(AT - timedelta(seconds=1)) == "ended"
    assert state(AT) == "soon"
    assert state(AT + timedelta(days=30)) == "soon"
    assert state(AT + timedelta(days=30, seconds=1)) == "later"


def test_the_latest_that_was_seen_counts():
    report = sample_report()
    old = SEEN["klient", "certificate.not_after"]
    new = replace(old, value=datetime(2027, 6, 1, tzinfo=UTC), at=old.at + timedelta(hours=1))
    gone = replace(old, value=SEEN["ip-in", "tls.versions_accepted"].value, at=old.at + timedelta(hours=2))
    assert isinstance(gone.value, Unseen)
    for order in ((old, new, gone), (gone, new, old)):
        assert calendar(replace(report, observations=order), "sv").entries[0].end == new.value


def test_the_picture_has_today_and_every_limit_that_lies_ahead(report, lang):
    picture = calendar_picture(calendar(report, lang).entries, report.judged_at, lang)
    assert picture.count('class="mark now"') == 1
    assert picture.count('class="mark limit"') == 2
    for _, days in LIMITS[1:]:
        assert say(lang, "calendar.limit", days=days) in picture
    assert picture.count("validity ") == 3


def test_strange_dates_neither_stop_the_picture_nor_press_the_others_together(report):
    seen = SEEN["klient", "certificate.not_after"]
    odd = tuple(
        replace(seen, target="fm-in", fact=f"server_certificate.{name}", value=datetime(year, 1, 1, tzinfo=UTC),
                at=AT + timedelta(hours=1))
        for name, year in (("not_before", 1), ("not_after", 9999))
    )  # fmt: skip
    odd_report = replace(report, observations=(*report.observations, *odd))
    picture = calendar_picture(calendar(odd_report, "sv").entries, report.judged_at, "sv")
    widths = [
        float(width) for width in re.findall(r'class="validity \w+" x="[\d.]+" y="\d+" width="([\d.]+)"', picture)
    ]
    assert len(widths) == 3
    assert max(widths) <= 600
    assert widths[1] > 10


def test_a_thousand_certificates_are_listed_and_drawn_up_to_a_number(report, lang):
    pattern = next(target for target in report.profile.targets if target.id == "klient")
    targets = tuple(replace(pattern, id=f"k{n}") for n in range(1000))
    seen = tuple(replace(SEEN["klient", "certificate.not_after"], target=one.id) for one in targets)
    many = replace(report, profile=replace(report.profile, targets=targets), observations=seen)
    found = calendar(many, lang)
    assert (len(found.entries), found.more) == (LISTED, 1000 - LISTED)
    assert calendar_picture(found.entries, AT, lang).count("validity ") == DRAWN
    assert say(lang, "calendar.more", count=1000 - LISTED) in section(many, "calendar", lang)


def test_without_certificates_the_calendar_says_so(lang):
    profile = replace(sample_report().profile, targets=sample_report().profile.targets[:1])
    empty = replace(sample_report(), profile=profile, observations=(), findings=())
    assert say(lang, "html_calendar.empty") in section(empty, "calendar", lang)


# -- The log trace -----------------------------------------------------------------------------------------------------


def test_each_log_says_what_was_seen_in_it_and_each_message_where_it_is(report, lang):
    found = trace(report, lang)
    (log,) = found.logs
    assert (log.node, log.unseen) == ("Förmedlare", "")
    assert (say(lang, "trace.events_missing"), say(lang, "trace_event.receipt")) in log.facts
    (first, mentions), (second, others) = found.messages
    assert (first, mentions[0].records, second) == ("m-1", "4", "m-2")
    assert mentions[0].events == f"{say(lang, 'trace_event.created')}, {say(lang, 'trace_event.sent')}"
    assert others[0].period == ""
    assert found.nowhere == 1
    text = section(report, "trace", lang)
    assert say(lang, "trace.nowhere", count=1) in text
    assert HOSTILE["html"] in text


def test_a_message_that_a_second_log_lacks_stands_first_and_is_marked_missing(report):
    log = next(target for target in report.profile.targets if target.kind is TargetKind.LOG_SOURCE)
    table = next(o for o in report.observations if o.fact == "trace.messages_seen")
    second = replace(table, target="vs-logg", value=replace(table.value, rows=table.value.rows[:1]))
    targets = (*report.profile.targets, replace(log, id="vs-logg", node="vs"))
    both = replace(
        report, profile=replace(report.profile, targets=targets), observations=(*report.observations, second)
    )
    found = trace(both, "sv")
    assert [log.node for log in found.logs] == ["Verksamhetssystem", "Förmedlare"]
    assert [message for message, _ in found.messages] == ["m-2", "m-1"]
    assert [one.records for one in found.messages[0][1]] == ["", "1"]
    assert say("sv", "trace.not_found") in section(both, "trace")


def test_a_log_that_nobody_read_says_why_and_a_chain_without_logs_has_no_section(lang):
    (log,) = trace(sample_report(), lang).logs
    assert log.unseen == say(lang, "trace.not_looked_at")
    profile = replace(sample_report().profile, targets=sample_report().profile.targets[:5])
    assert 'id="trace"' not in html_report(replace(sample_report(), profile=profile, findings=()), lang)


def test_a_thousand_messages_are_listed_up_to_a_number(report):
    table = next(o for o in report.observations if o.fact == "trace.messages_seen")
    rows = tuple((f"m-{n:04}", "1", "", "", "sent") for n in range(1000))
    many = replace(report, observations=(replace(table, value=replace(table.value, rows=rows)),))
    found = trace(many, "sv")
    assert (len(found.messages), found.more) == (MOST_MESSAGES, 1000 - MOST_MESSAGES)


def test_rows_of_another_shape_do_not_stop_the_trace(report):
    table = next(o for o in report.observations if o.fact == "trace.messages_seen")
    odd = replace(report, observations=(replace(table, value=replace(table.value, rows=(("m",), ("n", "1")))),))
    assert [one.records for _, (one,) in trace(odd, "sv").messages] == ["", ""]


# -- What a red result rests on ----------------------------------------------------------------------------------------


def test_every_red_result_shows_the_bytes_and_lines_that_made_it_so(report, lang):
    html = html_report(report, lang)
    failed = [f for f in report.findings if f.verdict is Verdict.FAIL and any(o.evidence for o in f.rests_on)]
    assert {f.rule for f in failed} == {"MM-TLS-01", "MM-CERT-02"}
    for rule in ("MM-TLS-01", "MM-CERT-02"):
        row = next(row for row in html.split("<tr ") if f"<code>{rule}</code>" in row and 'class="verdict fail"' in row)
        assert '<details class="proof">' in row
        assert "30 82 01 0a 30 82 01 0a" in row
        assert "e" * 64 in row
    assert "personnummer" in html
    assert say(lang, "proof.more", count=7 - MOST_ROWS) in unescape(html)


def test_what_is_met_or_open_shows_none(report):
    for row in html_report(report, "sv").split("<tr "):
        if 'class="proof"' in row:
            assert 'class="verdict fail"' in row


def test_evidence_that_is_not_at_hand_is_not_made_up(report):
    finding = next(f for f in report.findings if f.rule == "MM-CERT-02" and f.verdict is Verdict.FAIL)
    assert Proofs(replace(report, excerpts=()), "sv").of([finding]).pieces == ()
    assert len(Proofs(report, "sv").of([finding]).pieces) == 1


def test_of_many_findings_in_a_row_the_first_are_shown(report):
    finding = next(f for f in report.findings if f.rule == "MM-TLS-01" and f.verdict is Verdict.FAIL)
    seen = finding.rests_on[0]
    many, kept = [], {}
    for number in range(50):
        digest = f"{number:064x}"
        kept[digest] = b"x"
        many.append(replace(finding, rests_on=(replace(seen, evidence=(Evidence(digest, "text/plain", "here"),)),)))
    proof = Proofs(replace(report, excerpts=tuple(kept.items())), "sv").of(many)
    assert len(proof.pieces) == MOST_FINDINGS


def test_text_is_shown_in_lines_and_other_bytes_in_hexadecimal():
    assert text_lines("rad ett\r\n\r\nrad två\n".encode()) == ("rad ett", "rad två")
    assert text_lines(b"caf\xe9") == (r"caf\xe9",)
    assert text_lines(b"x" * 1000)[0] == "x" * 117 + "..."
    assert len(text_lines(b"rad\n" * 100)) == 8
    assert hex_lines(bytes(range(12))) == ("00 01 02 03 04 05 06 07", "08 09 0a 0b")
    assert len(hex_lines(b"x" * 1000)) == 6
    assert text_lines(b"") == hex_lines(b"") == ()


def test_a_hostile_line_of_a_log_is_shown_as_text(report):
    seen = next(o for f in report.findings if f.rule == "MM-TLS-01" for o in f.rests_on if o.evidence)
    piece = replace(seen.evidence[0], media_type="text/plain")
    findings = tuple(
        replace(f, rests_on=(replace(f.rests_on[0], evidence=(piece,)),)) if f.rule == "MM-TLS-01" and f.rests_on else f
        for f in report.findings
    )
    lines = "\n".join(HOSTILE.values()).encode()
    html = html_report(replace(report, findings=findings, excerpts=((piece.sha256, lines),)), "sv")
    assert "<script>" not in html
    assert "\x1b" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n" in html.split("<pre>")[1]


# -- What the report says of its age, and of the law -------------------------------------------------------------------


def test_a_report_of_more_than_a_year_after_the_law_was_looked_at_says_so(lang):
    report = sample_report()  # 22 risks, all looked at on 2026-11-23

    def told(*day):
        return stale_text(replace(report, judged_at=datetime(*day, 12, tzinfo=UTC)), lang)

    assert told(2027, 11, 23) == ""
    assert told(2027, 11, 24) == say(lang, "standing_age.stale", count=22, date="2026-11-23")
    old = replace(report, judged_at=datetime(2027, 11, 24, 12, tzinfo=UTC))
    assert say(lang, "standing_age.stale", count=22, date="2026-11-23") in Page(html_report(old, lang)).text
    assert squeezed(say(lang, "standing_age.stale", count=22, date="2026-11-23")) in squeezed(
        pdf_words(pdf_report(old, lang))
    )
    assert say(lang, "html_calendar.title") in Page(html_report(report, lang)).text
    assert "2026-11-30" in moment_text(lang, report.judged_at)


def test_a_leap_day_is_a_year_old_on_the_last_of_february(lang):
    risk = sample_report().checklist.risks[0]
    standing = replace(risk.standing, checked=date(2028, 2, 29))
    checklist = replace(sample_report().checklist, risks=(replace(risk, standing=standing),))
    report = replace(sample_report(), checklist=checklist)
    assert stale_text(replace(report, judged_at=datetime(2029, 2, 28, tzinfo=UTC)), lang) == ""
    assert stale_text(replace(report, judged_at=datetime(2029, 3, 1, tzinfo=UTC)), lang) != ""


def test_the_cybersecurity_act_is_named_once_among_statements_for_the_parties_it_is_about(lang):
    report = sample_report()
    text = csl_text(report, lang)
    assert "Exempelby kommun" in text
    assert "Förmedlarbolaget" not in text
    assert Page(html_report(report, lang)).text.count(text) == 1
    assert text in section(report, "statements", lang)
    assert squeezed(pdf_words(pdf_report(report, lang))).count(squeezed(text)) == 1
    parties = tuple(replace(party, essential_operator=False) for party in report.profile.parties)
    nobody = replace(report, profile=replace(report.profile, parties=parties))
    assert "2025:1506" not in html_report(nobody, lang)


def test_the_act_stands_beside_nobodys_name(lang):
    for row in html_report(sample_report(), lang).split("<tr "):
        if "Anna Andersson" in row.split("</tr>")[0]:
            assert "2025:1506" not in row.split("</tr>")[0]

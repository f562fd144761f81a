"""Do values, findings and grades read as they should, whatever the names and the locale?"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.model import (
    Because,
    Cause,
    Expectation,
    Finding,
    Period,
    Reason,
    Table,
    TargetKind,
    Unseen,
    Value,
    Verdict,
)
from readiness.report import DeviationState
from readiness.reports._names import places, target_name, target_text
from readiness.reports._words import (
    CONTROL,
    because_text,
    clip,
    date_text,
    deviations_for,
    escape_control,
    expected_text,
    grade_text,
    moment_text,
    value_text,
)
from tests.reports.sample import HOSTILE, RULES, SEEN, TARGETS, report_of_many_scenarios, sample_report

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\x00b", r"a\x00b"),
        ("a\u202eb\u2066c\u2069", r"a\u202eb\u2066c\u2069"),
        ("line\nbreak\ttab\r", r"line\nbreak\ttab\r"),
        ("\u200b\ufeff\u061c", r"\u200b\ufeff\u061c"),
        ("\u2028\u2029\x85", r"\u2028\u2029\x85"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("åäö ÅÄÖ é 漢 😀 <b> [red] {x}", "åäö ÅÄÖ é 漢 😀 <b> [red] {x}"),
        (r"C:\kedja\ny.pem", r"C:\kedja\ny.pem"),
    ],
)
def test_what_acts_is_written_out_and_what_shows_stays(raw: str, shown: str) -> None:
    assert escape_control(raw) == shown


@given(st.text(st.characters()))
def test_no_text_escapes_the_escaping(text: str) -> None:
    shown = escape_control(text)
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in shown)
    assert escape_control(shown) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("value", "sv", "en"),
    [
        ("RSA", "RSA", "RSA"),
        ("", "", ""),
        (1234567, "1234567", "1234567"),
        (True, "ja", "yes"),
        (False, "nej", "no"),
        (NOON, "2026-11-30 12:00:00 UTC", "2026-11-30 12:00:00 UTC"),
        (timedelta(days=90), "90 dagar", "90 days"),
        (timedelta(days=1), "1 dag", "1 day"),
        (timedelta(days=1, hours=2, minutes=3, seconds=4), "1 dag 2 h 3 min 4 s", "1 day 2 h 3 min 4 s"),
        (timedelta(minutes=5), "5 min", "5 min"),
        (timedelta(minutes=5, milliseconds=5), "5 min", "5 min"),
        (timedelta(milliseconds=348), "348 ms", "348 ms"),
        (timedelta(seconds=-1, milliseconds=-50), "-1 s 50 ms", "-1 s 50 ms"),
        (timedelta(0), "0 dagar", "0 days"),
        (timedelta(seconds=-90), "-1 min 30 s", "-1 min 30 s"),
        (
            Period(NOON, NOON + timedelta(days=1)),
            "2026-11-30 12:00:00 UTC till 2026-12-01 12:00:00 UTC",
            "2026-11-30 12:00:00 UTC to 2026-12-01 12:00:00 UTC",
        ),
        (("a", "b"), "a, b", "a, b"),
        ((), "inga", "none"),
        (Table(("x",), (("1",),)), "1 rad", "1 row"),
        (Table(("x",), (("1",), ("2",))), "2 rader", "2 rows"),
        (Unseen(Reason.TIMED_OUT), "inget svar i tid", "no answer in time"),
        (Unseen(Reason.TIMED_OUT, "5 s\x1b"), r"inget svar i tid (5 s\x1b)", r"no answer in time (5 s\x1b)"),
        (HOSTILE["nul"], r"exempel\x00.example", r"exempel\x00.example"),
        ((HOSTILE["escape"],), r"\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
    ],
)
def test_a_value_reads_the_same_everywhere(value: Value | Unseen, sv: str, en: str) -> None:
    assert (value_text("sv", value), value_text("en", value)) == (sv, en)


def test_a_moment_is_told_in_utc() -> None:
    stockholm = timezone(timedelta(hours=2))
    assert moment_text("sv", datetime(2026, 7, 1, 1, 30, tzinfo=stockholm)) == "2026-06-30 23:30:00 UTC"
    assert date_text("sv", datetime(2026, 7, 1, 1, 30, tzinfo=stockholm)) == "2026-06-30"


@pytest.mark.parametrize("hours", [-5, 5])
@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar_can_be_told(year: int, hours: int) -> None:
    day = date(year, 1, 1) if year == 1 else date(year, 12, 31)
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=timezone(timedelta(hours=hours * 4)))
    assert moment_text("en", moment).startswith(f"{year:04}-")


def test_a_date_that_is_missing_says_so() -> None:
    assert date_text("sv", None) == "inte angivet"
    assert date_text("sv", date(2026, 11, 2)) == "2026-11-02"


@pytest.mark.parametrize(
    ("expectation", "sv"),
    [
        (Expectation("f", "days_left_at_least", 7), "minst 7 dagar kvar"),
        (Expectation("f", "one_of", ("a", "b")), "något av a, b"),
        (Expectation("f", "equals", True), "lika med ja"),
        (Expectation("f", "is_empty", True), "tom"),
        (Expectation("f", "is_empty", False), "inte tom"),
        (Expectation("f", "matches", r"[A-Z]{2}"), "på formen [A-Z]{2}"),
    ],
)
def test_a_predicate_reads_as_the_rest_of_a_sentence(expectation: Expectation, sv: str) -> None:
    assert expected_text("sv", expectation) == sv


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clip("x" * 201) == "x" * 197 + "..."
    assert clip("x" * 200) == "x" * 200


def found(rule: str, target: str) -> Finding:
    return next(finding for finding in sample_report().findings if (finding.rule, finding.target) == (rule, target))


@pytest.mark.parametrize(
    ("rule", "target", "sv"),
    [
        (
            "MM-CERT-01",
            "klient",
            "certificate.not_after: 2026-12-10 23:59:59 UTC. Väntat: minst 7 dagar kvar",
        ),
        (
            "MM-CERT-02",
            "klient",
            "certificate.not_after: 2026-12-10 23:59:59 UTC. Väntat: minst 30 dagar kvar",
        ),
        (
            "MM-TLS-01",
            "ip-in",
            (
                "tls.versions_accepted kunde inte ses: anslutningen avvisades "
                "(ip.exempelby.example:443 refused the connection)"
            ),
        ),
        ("MM-TLS-01", "odd-in", "Det fanns inget att bedöma: tls.versions_offered: 0"),
        ("MM-WEB-01", "chain", "Profilen nämner inget som kontrollen gäller (ändpunkt, role web)"),
        (
            "MM-FAR-01",
            "chain",
            (
                "Finns inte i kedjan (ändpunkt, role far), enligt Britta Berg 2026-09-01: "
                "Kommunen slår inte själv upp mottagare; det gör förmedlaren. {operand} {{ 7 * 7 }} %s"
            ),
        ),
        (
            "MM-KEY-01",
            "forsegling",
            "Villkoret för kontrollen är inte uppfyllt: certificate.key_type: EC. Kontrollen gäller: lika med RSA",
        ),
        (
            "MM-SHORT-01",
            "klient",
            "Kontrollen gäller från och med 2027-03-15, och iakttagelsen ligger utanför",
        ),
        ("MM-WAIT-10", "chain", "Verktyget kan inte pröva detta än: behöver provbänken"),
    ],
)
def test_a_finding_says_why(rule: str, target: str, sv: str) -> None:
    assert because_text("sv", sample_report(), found(rule, target)) == sv


def test_every_cause_has_words_in_both_languages() -> None:
    report = sample_report()
    told = {finding.cause for finding in report.findings}
    assert told == set(Cause)
    for finding in report.findings:
        swedish, english = (because_text(lang, report, finding) for lang in ("sv", "en"))
        assert swedish
        assert english
        assert swedish != english


def test_a_count_stands_beside_what_was_found_among_it() -> None:
    tls = replace(
        found("MM-TLS-01", "fm-in"),
        rests_on=(SEEN["fm-in", "tls.versions_accepted"], SEEN["fm-in", "tls.versions_offered"]),
    )
    assert "TLSv1.3 (of tls.versions_offered: 5)" in because_text("en", sample_report(), tls)


def test_members_that_stay_undecided_are_named_with_their_reason() -> None:
    doubtful = replace(SEEN["fm-in", "tls.versions_accepted"], undecided=(("SSLv3", Unseen(Reason.TIMED_OUT, "5 s")),))
    finding = replace(found("MM-TLS-01", "fm-in"), rests_on=(doubtful,))
    assert "undecided: SSLv3 (no answer in time (5 s))" in because_text("en", sample_report(), finding)


def test_several_facts_are_named_where_a_rule_asks_for_several() -> None:
    both = (Expectation("a.x", "at_least", 1), Expectation("a.y", "at_most", 2))
    finding = Finding("MM-TLS-01", "fm-in", Verdict.FAIL, Cause.BROKEN, (), both)
    assert because_text("en", sample_report(), finding).endswith("Expected: a.x at least 1 and a.y at most 2")


def test_a_period_has_all_its_forms() -> None:
    report, finding = sample_report(), found("MM-SHORT-01", "klient")
    start, end = date(2027, 3, 15), date(2028, 3, 14)
    forms = {(start, None): "from 2027", (None, end): "until 2028", (start, end): "2027-03-15 to 2028-03-14"}
    for (valid_from, valid_until), words in forms.items():
        rules = tuple(
            replace(rule, valid_from=valid_from, valid_until=valid_until) if rule.id == "MM-SHORT-01" else rule
            for rule in RULES
        )
        changed = replace(report, checklist=replace(report.checklist, rules=rules))
        assert words in because_text("en", changed, finding)


def test_a_grade_that_does_not_apply_says_according_to_whom() -> None:
    report = sample_report()
    assert grade_text("sv", report, "4", Because.NOT_APPLICABLE) == "gäller inte (enligt Britta Berg)"
    assert grade_text("sv", report, "13", Because.VIOLATED) == "inte uppfyllda"
    assert grade_text("sv", report, "13", Because.NOT_APPLICABLE) == "gäller inte (enligt inte angivet)"


def test_a_target_is_called_by_kind_name_and_address() -> None:
    report = sample_report()
    assert target_text("sv", report, "chain") == "kedjan"
    assert target_text("sv", report, "fm") == "nod Förmedlare"
    assert target_text("sv", report, "fm-in") == "ändpunkt fm-in (fm.exempelby.example:8443)"
    assert target_text("en", report, "odd-in") == r"endpoint odd-in (kommun\u202elpmexe.gro:443)"
    assert target_text("en", report, "nowhere\x1b") == r"nowhere\x1b"


def test_a_scenario_is_called_by_its_title_and_by_its_id_only_where_nobody_knows_it() -> None:
    report = sample_report()
    assert target_text("sv", report, "scenario-answer-lost") == "felprovet ”Kvittensen går förlorad”"
    assert target_text("en", report, "scenario-answer-lost") == 'the scenario "The receipt is lost"'
    assert target_name("sv", report, "scenario-answer-lost") == "Kvittensen går förlorad"
    assert (target_name("sv", report, "fm-in"), target_name("sv", report, "gone\x1b")) == ("fm-in", r"gone\x1b")
    unknown = replace(report, scenarios=())
    assert target_text("sv", unknown, "scenario-answer-lost") == "felprovet ”answer-lost”"


def test_many_scenarios_are_a_handful_of_titles_and_a_number() -> None:
    report = report_of_many_scenarios()
    ids = [target.id for target in report.targets(TargetKind.SCENARIO)]
    assert places("sv", report, ["fm-in", *ids[1:3], "ip-in", ids[1]]) == (
        "ändpunkt fm-in (fm.exempelby.example:8443)",
        "ändpunkt ip-in (ip.exempelby.example:443)",
        "felproven ”Tekniskt fel hos operatören, två gånger”, ”Certifikatet har gått ut”",
    )
    (many,) = places("sv", report, ids[3:])
    assert many == "felproven ”Prov 0”, ”Prov 1”, ”Prov 2”, ”Prov 3”, ”Prov 4” och 37 till"
    assert places("en", report, ids[:1]) == ('the scenario "The receipt is lost"',)


def test_a_deviation_stands_beside_the_findings_it_names() -> None:
    report = sample_report()
    states = {
        (finding.rule, finding.target): [state for _, state in deviations_for(report, finding)]
        for finding in report.findings
    }
    assert states["MM-NODE-01", "ip"] == [DeviationState.IN_FORCE]
    assert states["MM-NODE-01", "odd"] == []
    assert states["MM-TLS-01", "fm-in"] == states["MM-TLS-01", "ip-in"] == [DeviationState.EXPIRED]


def test_no_word_of_a_finding_acts_on_a_terminal() -> None:
    report = sample_report()
    words = [because_text("sv", report, finding) for finding in report.findings]
    words += [target_text("sv", report, target.id) for target in TARGETS]
    words += [value_text("sv", observation.value) for observation in report.observations]
    assert all(escape_control(text) == text for text in words)


def test_what_is_shown_as_it_is_holds_nothing_that_acts() -> None:
    """The quick way through `escape_control`, character by character."""
    every = [chr(code) for code in range(0x110000)]
    assert {unicodedata.category(one) for one in every if escape_control(one) == one} & CONTROL == set()
    assert sum(escape_control(one) != one for one in every) > 2000

"""Does every format tell how the sending system did in each scenario, and which were not performed, and why?"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from readiness.model import Reason, Table, Target, TargetKind, Unseen, Verdict
from readiness.reports._names import group_title
from readiness.reports._scenarios import TIMELINE, causes, scenario_groups
from readiness.reports._words import because_text, escape_control
from readiness.reports.html import html_report
from readiness.reports.terminal import terminal_report
from readiness.texts import say
from tests.reports.page import Page
from tests.reports.sample import HOSTILE, NOT_TRIED, SEEN, report_of_many_scenarios, sample_report


@pytest.fixture(params=["sv", "en"])
def lang(request):
    """Each language of the report."""
    return request.param


def section(report, lang="sv") -> str:
    """The section on scenarios, as markup."""
    return html_report(report, lang).split('<section id="scenarios"')[1].split("</section>")[0].partition(">")[2]


def without_scenarios(report):
    """The report of a chain that nobody exercised."""
    targets = tuple(target for target in report.profile.targets if target.kind is not TargetKind.SCENARIO)
    kept = {target.id for target in targets}
    return replace(
        report,
        profile=replace(report.profile, targets=targets),
        observations=tuple(o for o in report.observations if o.target in kept),
        findings=tuple(f for f in report.findings if f.target in kept),
        scenarios=(),
    )


# -- What belongs together


def test_scenarios_stand_by_group_the_worst_first_with_the_verdicts_counted():
    groups = scenario_groups(report_of_many_scenarios(failing=2, untried=3))

    assert [group.id for group in groups] == ["operator", "transport", "tls"]
    transport = groups[1]
    assert [told.verdict for told in transport.scenarios] == [Verdict.FAIL] * 2 + [Verdict.INCONCLUSIVE] * 3 + [
        Verdict.PASS
    ]
    assert len(transport.performed) == 3
    assert dict(transport.counts) == {
        Verdict.FAIL: 2,
        Verdict.INCONCLUSIVE: 3,
        Verdict.PASS: 1,
        Verdict.NOT_APPLICABLE: 0,
    }
    assert [told.words.id for told in transport.of(Verdict.FAIL)] == ["many-0", "many-1"]


def test_why_scenarios_were_not_performed_is_told_by_cause_the_commonest_first():
    report = report_of_many_scenarios(failing=0, untried=3)
    failed = Unseen(Reason.CONTROL_FAILED, "the sane delivery beside it failed too")
    changed = [replace(o, value=failed) if o.target == "scenario-many-1" else o for o in report.observations]

    found = causes(scenario_groups(replace(report, observations=tuple(changed))))

    assert [(cause, len(told)) for cause, told in found] == [(NOT_TRIED, 3), (failed, 1)]


def test_a_scenario_that_was_once_performed_was_performed_and_the_latest_counts():
    report = sample_report()
    seen = SEEN["scenario-answer-lost", TIMELINE]
    newer = replace(seen, value=Table(("at_ms", "what"), (("1", "wait"),)), at=report.ended)
    never = replace(seen, value=NOT_TRIED, at=report.judged_at)

    (told,) = scenario_groups(replace(report, observations=(newer, never, *report.observations)))[1].scenarios

    assert told.unseen is None
    assert told.timeline == newer.value


def test_a_scenario_of_which_nothing_is_told_was_not_performed():
    report = replace(sample_report(), observations=(), findings=())

    told = [told for group in scenario_groups(report) for told in group.scenarios]

    assert {one.unseen for one in told} == {Unseen(Reason.NOT_EXERCISED)}
    assert {one.verdict for one in told} == {None}


def test_a_group_of_a_later_version_goes_by_its_id():
    assert group_title("sv", "transport") == "Anslutningen"
    assert group_title("sv", "quic\x1b") == r"quic\x1b"
    assert group_title("en", "") == "scenarios"


# -- HTML


def test_a_chain_that_was_not_exercised_has_no_such_section(lang):
    html = html_report(without_scenarios(sample_report()), lang)

    assert 'id="scenarios"' not in html
    assert "#scenarios" not in html
    assert say(lang, "html_scenarios.title") not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_the_summary_counts_each_group_and_all(lang):
    rows = section(report_of_many_scenarios(failing=2, untried=3), lang).split("<tbody")[1].split("</tbody>")[0]
    numbers = [Page("<tr " + row).text.split()[-5:] for row in rows.split("<tr ")[1:]]

    # how many, performed, not met, not demonstrated, met
    assert numbers == [
        ["1", "1", "1", "0", "0"],
        ["6", "3", "2", "3", "1"],
        ["1", "0", "0", "1", "0"],
        ["8", "4", "3", "4", "1"],
    ]


def test_scenarios_that_no_check_is_about_are_counted_apart_where_there_are_any(lang):
    head = say(lang, "scenario_state.not_applicable")
    report = sample_report()

    assert head not in section(report, lang).lower()
    assert head in section(replace(report, findings=()), lang).lower()


def test_what_was_not_performed_stands_with_its_cause_and_what_it_means(lang):
    text = Page(section(sample_report(), lang)).text

    assert say(lang, "html_scenarios.cause", count=1, reason=say(lang, "reason.not_exercised")) in text
    assert NOT_TRIED.detail in text
    assert say(lang, "html_scenarios.others", count=1) in text
    assert sample_report().scenarios[2].means.sv in Page(section(sample_report())).text


def test_a_card_says_what_the_scenario_means_what_became_of_it_and_every_finding(lang):
    report = sample_report()
    html = section(report, lang)
    cards = ["<article " + card.split("</article>")[0] + "</article>" for card in html.split("<article ")[1:]]

    assert len(cards) == 2
    for card, words in zip(cards, report.scenarios, strict=False):
        text = Page(card).text
        assert getattr(words.title, lang) in text
        assert getattr(words.means, lang) in text
        for finding in report.findings:
            if finding.target == f"scenario-{words.id}":
                assert f'href="#rule-{finding.rule}"' in card
                assert say(lang, f"verdict.{finding.verdict}") in text
                assert (because_text(lang, report, finding) in text) is (finding.verdict is not Verdict.PASS)
    assert f"{say(lang, 'html_scenarios.outcomes')} {say(lang, 'outcome.delivered')}" in Page(cards[1]).text
    assert f"{say(lang, 'html_scenarios.channels')} {say(lang, 'channel.digital')}" in Page(cards[1]).text
    assert f"{say(lang, 'html_scenarios.attempts')} 2" in Page(cards[1]).text
    unseen = say(lang, "html_scenarios.fact_unseen", reason=say(lang, "reason.not_exercised"))
    assert unseen in Page(cards[0]).text


def test_an_account_that_names_no_channel_says_so(lang):
    report = sample_report()
    none = replace(SEEN["scenario-answer-lost", "scenario.channels"], value=(), at=report.ended)

    text = Page(section(replace(report, observations=(*report.observations, none)), lang)).text

    assert f"{say(lang, 'html_scenarios.channels')} {say(lang, 'cause_part.nobody')}" in text


def test_the_timeline_is_a_picture_and_the_same_as_a_table(lang):
    html = section(sample_report(), lang)

    assert html.count('role="img"') == 4  # two scenarios were performed; each is drawn wide and narrow
    table = html.split('<table class="timeline"')[2].split("</table>")[0]
    assert table.count("<tr ") == 1 + len(SEEN["scenario-answer-lost", TIMELINE].value.rows)  # type: ignore[union-attr]
    assert "16–2015" in table
    assert say(lang, "timeline.wait") in table
    assert "between attempts" in table


def test_a_timeline_that_cannot_be_drawn_is_shown_as_it_is():
    report = sample_report()
    odd = Table(("what", "when"), (("teleport" + HOSTILE["html"], "yesterday"),))
    seen = replace(SEEN["scenario-answer-lost", TIMELINE], value=odd, at=report.ended)

    html = section(replace(report, observations=(*report.observations, seen)))

    assert html.count('role="img"') == 2
    assert "teleport" in html


def test_a_hostile_scenario_of_another_version_acts_on_nothing(lang):
    report = sample_report()
    name = " ".join(HOSTILE.values()) + "\"'>"
    target = Target(f"scenario-{name}", TargetKind.SCENARIO, declared=(("group", name), ("scenario", name)))
    seen = replace(SEEN["scenario-fault-technical", TIMELINE], target=target.id)
    odd = replace(
        report,
        profile=replace(report.profile, targets=(*report.profile.targets, target)),
        observations=(*report.observations, seen),
    )

    html = html_report(odd, lang)
    page = Page(html)

    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert "<script" not in html.lower()
    assert "onerror" not in html
    assert escape_control(name)[:100] in page.text
    for colour in (True, False):
        assert "\x07" not in terminal_report(odd, lang, 100, colour)


def test_every_rule_that_a_card_links_to_stands_among_the_criteria(lang):
    html = html_report(sample_report(), lang)
    criteria = html.split('<section id="criteria"')[1].split("</section>")[0]

    linked = set(re.findall(r'href="#(rule-[^"]+)"', html))

    assert linked == {"rule-MM-FAULT-01", "rule-MM-FAULT-09"}
    assert all(criteria.count(f'id="{anchor}"') == 1 for anchor in linked)


# -- Terminal


def test_the_terminal_tells_each_group_in_a_line_and_names_what_fails(lang):
    told = terminal_report(report_of_many_scenarios(failing=8, untried=3), lang, 200, colour=False)
    block = told.split(say(lang, "terminal.scenarios", count=14))[1].split(say(lang, "terminal.unseen"))[0]

    lines = {
        "sv": [
            "- Operatörens svar: 1 av 1 genomförda; inte uppfyllda: 1",
            "  Inte uppfyllda: ”Tekniskt fel hos operatören, två gånger”",
            "- Anslutningen: 9 av 12 genomförda; inte uppfyllda: 8, inte visade: 3, uppfyllda: 1",
            "  Inte uppfyllda: ”Prov 0”, ”Prov 1”, ”Prov 2”, ”Prov 3”, ”Prov 4” och 3 till",
            "- TLS och certifikat: 0 av 1 genomförda; inte visade: 1",
            "Inte genomförda: 4, situationen har inte uppstått (the budget was over before this round)",
        ],
        "en": [
            "- The operator's answer: 1 of 1 performed; not met: 1",
            '  Not met: "Technical fault at the operator, twice"',
            "- The connection: 9 of 12 performed; not met: 8, not demonstrated: 3, met: 1",
            '  Not met: "Try 0", "Try 1", "Try 2", "Try 3", "Try 4" and 3 more',
            "- TLS and certificates: 0 of 1 performed; not demonstrated: 1",
            "Not performed: 4, the situation has not arisen (the budget was over before this round)",
        ],
    }
    assert block.strip().splitlines() == lines[lang]


def test_the_terminal_is_silent_about_scenarios_where_there_are_none(lang):
    told = terminal_report(without_scenarios(sample_report()), lang, 100, colour=False)

    assert say(lang, "terminal.scenarios", count=0).split(" (")[0] not in told

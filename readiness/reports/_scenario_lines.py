"""What is told of the scenarios on a terminal? A line a group, the failing ones by title, and why others are missing.

Left out: what was found in each (`html` and `data` have it).
"""

from __future__ import annotations

from readiness.model import Verdict
from readiness.reports._names import and_more, group_title, scenario_title
from readiness.reports._page import Page
from readiness.reports._scenarios import Group, causes, scenario_groups
from readiness.reports._words import clip, unseen_text
from readiness.texts import say


def tell_scenarios(page: Page) -> None:
    """The block on scenarios; nothing where the report is about none."""
    groups = scenario_groups(page.report)
    if not groups:
        return
    page.heading(page.say("scenarios", count=sum(len(group.scenarios) for group in groups)))
    for group in groups:
        _one_group(page, group)
    for cause, told in causes(groups):
        reason = clip(unseen_text(page.lang, cause))
        page.line(page.say("scenarios_cause", count=len(told), reason=reason), "yellow")


def _one_group(page: Page, group: Group) -> None:
    states = [f"{say(page.lang, f'scenario_state.{verdict}')}: {count}" for verdict, count in group.counts if count]
    counts = {"performed": len(group.performed), "count": len(group.scenarios), "found": ", ".join(states)}
    page.item("- ", page.say("scenarios_group", group=group_title(page.lang, group.id), **counts))
    failing = [scenario_title(page.lang, page.report, one.target) for one in group.of(Verdict.FAIL)]
    if failing:
        titles = [say(page.lang, "scenario.title", title=title) for title in failing]
        page.line(page.say("scenarios_fail", titles=and_more(page.lang, titles)), "bold red", 2)

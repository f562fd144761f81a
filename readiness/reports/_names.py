"""What is a target called in a report? Its kind and id, a node's name, a scenario's title; many scenarios at once.

Left out: what is said of it (`_words`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readiness.model import Target, TargetKind
from readiness.report import Report
from readiness.reports._words import clip, escape_control
from readiness.texts import pick, say, texts

MOST_TITLES = 5
"""How many scenarios are named one by one where a line speaks of many."""


def target_text(lang: str, report: Report, id_: str) -> str:
    """What a target is called: its kind, the node's name or its own id, and its address."""
    target = report.by_id.get(id_)
    if target is None:
        return escape_control(id_)
    kind = say(lang, f"kind.{target.kind.value}")
    if target.kind is TargetKind.CHAIN:
        return kind
    if target.kind is TargetKind.SCENARIO:
        return say(lang, "scenario.named", title=scenario_title(lang, report, target))
    names = {node.id: node.name for node in report.profile.nodes} if target.kind is TargetKind.NODE else {}
    place = report.place_of(target)
    address = f" ({place})" if place else ""
    return escape_control(f"{kind} {names.get(id_, id_)}{address}")


def target_name(lang: str, report: Report, id_: str) -> str:
    """What a target is called where its kind is plain: its id, or a scenario's title."""
    target = report.by_id.get(id_)
    scenario = target is not None and target.kind is TargetKind.SCENARIO
    return scenario_title(lang, report, target) if target and scenario else escape_control(id_)


def scenario_title(lang: str, report: Report, target: Target) -> str:
    """What the scenario that a target stands for is called; its id where this version does not know it."""
    return clip(escape_control(pick(lang, report.scenario(target).title)))


def group_title(lang: str, id_: str) -> str:
    """What a group of scenarios is called; its id where this version does not know it."""
    return texts(lang).get(f"scenario_group.{id_}") or clip(escape_control(id_)) or say(lang, "kinds.scenario")


def places(lang: str, report: Report, ids: Iterable[str], most: int = MOST_TITLES) -> tuple[str, ...]:
    """What targets are called, one text each; the scenarios among them are one text, with so many titles at most."""
    known = {target.id: target for target in report.targets(TargetKind.SCENARIO)}
    ids = tuple(dict.fromkeys(ids))
    others = tuple(target_text(lang, report, id_) for id_ in ids if id_ not in known)
    if not (scenarios := [known[id_] for id_ in ids if id_ in known]):
        return others
    if len(scenarios) == 1:
        return (*others, target_text(lang, report, scenarios[0].id))
    titles = [say(lang, "scenario.title", title=scenario_title(lang, report, one)) for one in scenarios]
    return (*others, say(lang, "scenario.several", titles=and_more(lang, titles, most)))


def and_more(lang: str, names: Sequence[str], most: int = MOST_TITLES) -> str:
    """At most so many names, and how many more there are."""
    listed = ", ".join(names[:most])
    more = len(names) - most
    return say(lang, "scenario.and_more", names=listed, count=more) if more > 0 else listed

"""What does the chain look like, and what is the state of each node? Drawn as SVG, in the order of the profile.

A node's state is the worst verdict among the findings on it and on what stands at it. Left out: the table beside the
picture, which says the same in words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from readiness.chain import Node
from readiness.model import Verdict
from readiness.report import ORDER, Report
from readiness.reports._svg import box, label, lines, mark, picture
from readiness.texts import say

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 236, 138, 44, 40, 4


@dataclass(frozen=True, slots=True)
class Station:
    """A node and its state: the worst verdict, None where nothing was found about it, and how many of each."""

    node: Node
    party: str
    verdict: Verdict | None
    counts: tuple[tuple[Verdict, int], ...]


def stations(report: Report) -> tuple[Station, ...]:
    """Every node of the profile, in its order."""
    at_node = {target.id: target.node or target.id for target in report.profile.targets}
    counts: dict[str, Counter[Verdict]] = {node.id: Counter() for node in report.profile.nodes}
    for finding in report.findings:
        if (place := at_node.get(finding.target, "")) in counts:
            counts[place][finding.verdict] += 1
    return tuple(
        Station(
            node,
            party.name if (party := report.profile.party(node.party)) else node.party,
            min(counts[node.id], key=ORDER.__getitem__, default=None),
            tuple((verdict, counts[node.id][verdict]) for verdict in ORDER if counts[node.id][verdict]),
        )
        for node in report.profile.nodes
    )


def chain_picture(places: tuple[Station, ...], lang: str, columns: int) -> str:
    """The chain as one SVG element, so many nodes a row, each row read from the left."""
    columns = max(1, min(columns, len(places)))
    rows = -(-len(places) // columns)
    parts: list[str] = []
    for number, place in enumerate(places):
        x = EDGE + number % columns * (WIDTH + ACROSS)
        y = EDGE + number // columns * (HEIGHT + DOWN)
        parts += _station(x, y, number + 1, place, lang)
        if number + 1 < len(places):
            parts.append(_arrow(x, y, last_in_row=(number + 1) % columns == 0, columns=columns))
    words = "; ".join(f"{number}. {place.node.name}: {state(place, lang)}" for number, place in enumerate(places, 1))
    return picture(
        f"chain-{columns}",
        columns * (WIDTH + ACROSS) - ACROSS + 2 * EDGE,
        max(1, rows * (HEIGHT + DOWN) - DOWN + 2 * EDGE),
        say(lang, "html_chain.title"),
        words or say(lang, "html_chain.empty"),
        parts,
    )


def state(place: Station, lang: str) -> str:
    """A node's state in words."""
    return say(lang, f"verdict.{place.verdict.value}" if place.verdict else "html_chain.no_finding")


def _station(x: float, y: float, number: int, place: Station, lang: str) -> list[str]:
    verdict = place.verdict.value if place.verdict else "not_applicable"
    product = f"{place.node.product} {place.node.version}".strip()
    name = lines(place.node.name, WIDTH - 51, 15, 2)
    parts = [box(x, y, WIDTH, HEIGHT, f"station {verdict}", 10), label(x + 16, y + 28, str(number), "station-number")]
    parts += [label(x + 40, y + 28 + 18 * row, line, "station-name") for row, line in enumerate(name)]
    below = y + 52 + 18 * (len(name) - 1)
    details = [*lines(product, WIDTH - 56, 13, 1), *lines(place.party, WIDTH - 56, 13, 1)]
    parts += [label(x + 40, below + 18 * row, line, "station-detail") for row, line in enumerate(details)]
    parts += [mark(x + 12, y + HEIGHT - 34, verdict)]
    parts += [label(x + 42, y + HEIGHT - 18, state(place, lang), "station-state")]
    return parts


def _arrow(x: float, y: float, *, last_in_row: bool, columns: int) -> str:
    if not last_in_row:
        return _path(f"M{x + WIDTH + 6:g} {y + HEIGHT / 2:g}h{ACROSS - 14:g}m-7 -6l7 6l-7 6")
    down = f"M{x + WIDTH / 2:g} {y + HEIGHT + 4:g}v{DOWN / 2 - 4:g}"
    back = f"h{-(columns - 1) * (WIDTH + ACROSS):g}"
    return _path(f"{down}{back}v{DOWN / 2 - 6:g}m-6 -7l6 7l6 -7")


def _path(strokes: str) -> str:
    return f'<path class="arrow" d="{strokes}"/>'

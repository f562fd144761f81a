"""What happened in a scenario, as a picture? One lane a kind of thing, marks told apart by shape, time to the right.

What stands close is one mark with a number. Left out: the time axis (`_axis`), and the table beside the picture, which
says the same in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from readiness.model import Table
from readiness.reports._axis import Axis, axis, ticks, time_text
from readiness.reports._svg import GLYPH, box, label, picture
from readiness.reports._words import clip, escape_control
from readiness.texts import say, texts

LANES = {
    "calls": ("look_up", "delivery", "connection"),
    "answers": ("answer", "fault", "reset", "closed"),
    "waits": ("wait",),
    "afterwards": ("account", "recovered"),
}
"""What stands in which lane, from above."""
LANE_OF = {what: lane for lane, members in LANES.items() for what in members}
SHAPES = {
    "look_up": '<circle r="5.5"/><path d="M4 4l4 4"/>',
    "delivery": '<rect x="-8" y="-5.5" width="16" height="11" rx="1.5"/><path d="M-7.5 -5l7.5 6.5l7.5 -6.5"/>',
    "connection": '<path d="M-7 -3v6M7 -3v6M-7 0h14"/>',
    "answer": '<circle class="solid" r="5.5"/>',
    "fault": '<path class="tinted" d="M0 -8l8 8l-8 8l-8 -8z"/><path d="M0 -3.5v4M0 3.4v.1"/>',
    "reset": '<path d="M-5 -5l10 10M5 -5l-10 10"/>',
    "closed": '<path d="M-6 0h9M4 -6v12"/>',
    "wait": '<path d="M-8 -4v8M8 -4v8M-8 0h16"/>',
    "account": '<path class="solid" d="M-4 -7h11l-3 3.5l3 3.5h-11z"/><path d="M-4 -7v14"/>',
    "recovered": '<circle r="7"/><path d="M-3.5 .3l2.6 2.6l4.4 -5"/>',
}
"""One shape for each thing that can happen, around the middle, at most 16 units wide."""

MARK, LANE, TOP, FOOT, SIZE = 19, 34, 8, 30, 12.5
LARGEST = 10**10
"""ms; what a strange record says beyond that (115 days) is not drawn."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of a timeline that can be drawn. Times are ms since the sending system was asked to send."""

    at: int
    until: int
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """How large a picture is and where its time runs. `beside`: lanes are named at the left, else above themselves."""

    name: str
    width: int
    left: int
    right: int
    beside: bool

    @property
    def lane(self) -> int:
        """The height of a lane."""
        return LANE if self.beside else LANE + 16


WIDE, NARROW = Drawing("wide", 930, 146, 836, beside=True), Drawing("narrow", 300, 12, 262, beside=False)


def read_events(table: Table) -> tuple[Event, ...]:
    """The rows that say when and what, by the names of their columns. What they do not say so is left out."""
    found = []
    for cells in table.rows:
        row = dict(zip(table.columns, cells, strict=False))
        at, until = _ms(row.get("at_ms", "")), _ms(row.get("until_ms", ""))
        if at is not None and row.get("what") in LANE_OF:
            until = at if until is None else max(at, until)
            found.append(Event(at, until, row["what"], row.get("detail", "")))
    return tuple(sorted(found, key=lambda event: event.at))


def timeline_picture(key: str, title: str, events: tuple[Event, ...], lang: str, drawing: Drawing) -> str:
    """The events (at least one) as one SVG element. `key` is unique among the timelines of a page."""
    along = axis((moment for event in events for moment in (event.at, event.until)), drawing.left, drawing.right)
    lanes = [lane for lane in LANES if any(LANE_OF[event.what] == lane for event in events)]
    foot = TOP + len(lanes) * drawing.lane
    parts = _time(lang, along, foot, drawing)
    for number, lane in enumerate(lanes):
        parts += _lane(lang, lane, TOP + number * drawing.lane, along, events, drawing)
    moments = {"count": len(events), "time": time_text(lang, along.moments[-1])}
    scale = "linear" if along.linear else "drawn_together"
    return picture(
        f"{key}-{drawing.name}",
        drawing.width,
        foot + FOOT + (0 if along.linear else 18),
        say(lang, "scenario.picture", title=title),
        say(lang, "scenario.picture_says", scale=say(lang, f"scenario.{scale}"), **moments),
        parts,
    )


def event_word(lang: str, event: Event) -> str:
    """What happened, in a word or two; of an account, what it says."""
    said = event.detail.partition(" ")[0].rstrip(",")
    key = f"outcome.{said}" if event.what == "account" else ""
    return texts(lang).get(key) or say(lang, f"timeline.{event.what}")


def shape(what: str, x: float = 0, y: float = 0) -> str:
    """The mark of something that happened, its middle at (x, y)."""
    return f'<g class="event {what}" transform="translate({x:.1f} {y:g})">{SHAPES[what]}</g>'


# -- Its parts ---------------------------------------------------------------------------------------------------------


def _ms(text: str) -> int | None:
    digits = text.removeprefix("-")
    whole = digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST))
    return int(text) if whole and abs(int(text)) <= LARGEST else None


def _time(lang: str, along: Axis, foot: int, drawing: Drawing) -> list[str]:
    """The axis below all lanes, and a faint line up from each label."""
    parts = []
    for place, words in ticks(lang, along):
        half = len(words) * SIZE * GLYPH / 2
        parts.append(f'<path class="tick" d="M{place:.1f} {TOP}v{foot - TOP + 4:g}"/>')
        parts.append(label(round(max(half, min(place, drawing.width - half)), 1), foot + 18, words, "time", "middle"))
    parts.append(f'<path class="time-axis" d="M{drawing.left} {foot}H{drawing.right}"/>')
    if not along.linear:
        parts.append(label(drawing.right, foot + 36, say(lang, "scenario.drawn_together"), "time", "end"))
    return parts


def _lane(lang: str, lane: str, top: int, along: Axis, events: Iterable[Event], drawing: Drawing) -> list[str]:
    middle = top + drawing.lane - LANE / 2
    name = say(lang, f"lane.{lane}")
    x, y = (drawing.left - 18, middle + 4) if drawing.beside else (drawing.left - 8, top + 13)
    parts = [label(x, y, name, "lane-name", "end" if drawing.beside else "start")]
    parts.append(f'<path class="lane" d="M{drawing.left} {middle:g}H{drawing.right}"/>')
    own = [event for event in events if LANE_OF[event.what] == lane]
    if lane == "waits":
        return parts + [part for event in own for part in _wait(lang, event, along, middle)]
    parts += [_span(event, along, middle) for event in own if along.place(event.until) - along.place(event.at) > 3]
    return parts + _marks(lang, own, along, middle, drawing)


def _wait(lang: str, event: Event, along: Axis, y: float) -> list[str]:
    start, end = along.place(event.at), along.place(event.until)
    words = time_text(lang, event.until - event.at)
    parts = [
        f'<path class="event wait" d="M{start:.1f} {y - 4:g}v8M{end:.1f} {y - 4:g}v8M{start:.1f} {y:g}H{end:.1f}"/>'
    ]
    if end - start > len(words) * SIZE * GLYPH + 4:
        parts.append(label(round((start + end) / 2, 1), y - 6, words, "event-word", "middle"))
    return parts


def _span(event: Event, along: Axis, y: float) -> str:
    start = along.place(event.at)
    return box(round(start, 1), y + 9, round(along.place(event.until) - start, 1), 3.5, f"span {event.what}", 2)


def _marks(lang: str, events: list[Event], along: Axis, y: float, drawing: Drawing) -> list[str]:
    """The marks of a lane, and beside each as many words as there is room for."""
    clusters = _clusters(events, along)
    parts = []
    for number, (place, members) in enumerate(clusters):
        free = clusters[number + 1][0] - MARK / 2 if number + 1 < len(clusters) else float(drawing.width)
        x = place
        for what, count in Counter(event.what for event in members).items():
            parts.append(shape(what, x, y))
            x += MARK / 2 + 2
            words = f"×{count}" if count > 1 else ""
            if len(members) == 1:
                words = clip(escape_control(event_word(lang, members[0])), 40)
            if words and x + len(words) * SIZE * GLYPH <= free:
                parts.append(label(round(x, 1), y + 4, words, "event-word"))
            x += MARK / 2 - 2 + (_number_width(count) if count > 1 else 0)
    return parts


def _clusters(events: list[Event], along: Axis) -> list[tuple[float, list[Event]]]:
    """What stands closer than marks are wide, taken together; each with the place of its first mark."""
    clusters: list[tuple[float, list[Event]]] = []
    for event in events:
        place = along.place(event.at)
        if clusters and place < clusters[-1][0] + _room(clusters[-1][1]):
            clusters[-1][1].append(event)
        else:
            clusters.append((place, [event]))
    return clusters


def _room(members: list[Event]) -> float:
    """How wide the marks of a cluster are."""
    counts = Counter(event.what for event in members).values()
    return sum(MARK + (_number_width(count) if count > 1 else 0) for count in counts)


def _number_width(count: int) -> float:
    return (len(str(count)) + 1) * SIZE * 0.72 + 3

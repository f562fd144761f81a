"""Is what happened in a scenario drawn where it happened, readable whatever the waits, and told apart by shape?"""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.model import Table
from readiness.reports._axis import APART, DIGIT, axis, ticks, time_text
from readiness.reports._timeline import (
    LANE_OF,
    NARROW,
    SHAPES,
    WIDE,
    Event,
    event_word,
    read_events,
    timeline_picture,
)
from readiness.texts import say
from tests.reports.page import Page
from tests.reports.sample import FAULTY, HOSTILE, LOST, TIMELINE

MOMENTS = st.lists(st.integers(-1000, 10**9), min_size=1, max_size=60)


def drawn(*rows: tuple[str, str, str, str], lang: str = "sv", drawing=WIDE) -> str:
    """The picture of a timeline."""
    return timeline_picture("timeline-1", "Prov", read_events(Table(TIMELINE, rows)), lang, drawing)


def places(picture: str, what: str) -> list[float]:
    """Where the marks of a kind stand, from the left."""
    return [float(x) for x in re.findall(rf'class="event {what}" transform="translate\((\S+) ', picture)]


# -- The axis


def test_an_even_time_is_drawn_to_scale():
    along = axis([100, 200, 400], 50, 450)

    assert along.linear
    assert [along.place(moment) for moment in (0, 100, 200, 300, 400)] == [50, 150, 250, 350, 450]


def test_a_long_wait_leaves_room_for_what_takes_milliseconds_and_looks_long_still():
    along = axis([0, 2, 5, 60_000, 60_003], 0, 600)
    widths = [later - earlier for earlier, later in pairwise(along.places)]

    assert not along.linear
    assert min(widths) > 20
    assert max(widths) == widths[2] > 300


@given(MOMENTS)
def test_later_stands_to_the_right_and_nothing_outside(moments):
    along = axis(moments, 100, 700)
    shown = [along.place(moment) for moment in sorted({0, *moments})]

    assert all(earlier < later for earlier, later in pairwise(shown))
    assert min(shown) == pytest.approx(100)
    assert max(shown) == pytest.approx(700) or len(shown) == 1


@given(MOMENTS)
def test_no_label_covers_another_and_none_stands_twice(moments):
    found = ticks("sv", axis(moments, 100, 700))

    assert all(
        later - earlier >= (len(one) + len(other)) * DIGIT / 2 + APART
        for (earlier, one), (later, other) in pairwise(found)
    )
    assert len({words for _, words in found}) == len(found) <= 40
    assert found[0][0] == pytest.approx(100)


def test_moments_that_read_alike_get_one_label():
    words = [words for _, words in ticks("sv", axis([0, 5, 2001, 2010, 2020, 9000], 0, 900))]

    assert words.count("2 s") == 1
    assert words[-1] == "9 s"


def test_times_outside_stand_at_the_ends():
    assert [axis([0, 10], 0, 100).place(moment) for moment in (-5, 15)] == [0, 100]


def test_a_linear_axis_has_round_labels():
    assert [words for _, words in ticks("en", axis([0, 230, 460, 730, 950], 0, 600))] == [
        "0 ms",
        "200 ms",
        "400 ms",
        "600 ms",
        "800 ms",
        "950 ms",
    ]


@pytest.mark.parametrize(
    ("ms", "sv", "en"),
    [
        (0, "0 ms", "0 ms"),
        (999, "999 ms", "999 ms"),
        (2000, "2 s", "2 s"),
        (2540, "2,5 s", "2.5 s"),
        (61_012, "61 s", "61 s"),
        (-30, "-30 ms", "-30 ms"),
    ],
)
def test_times_are_told_in_ms_or_s(ms, sv, en):
    assert (time_text("sv", ms), time_text("en", ms)) == (sv, en)


# -- What is drawn


def test_only_rows_that_say_when_and_what_are_drawn():
    odd = (
        ("1", "2", "look_up", ""),
        ("soon", "2", "delivery", ""),
        ("3", "", "delivery", ""),
        ("4", "1", "answer", ""),
        ("9" * 5000, "1", "answer", ""),
        ("²", "1", "answer", ""),
        ("5", "5", "teleport", ""),
        ("6",),
    )

    assert read_events(Table(TIMELINE, odd)) == (
        Event(1, 2, "look_up", ""),
        Event(3, 3, "delivery", ""),
        Event(4, 4, "answer", ""),
    )
    assert read_events(Table(("when", "what"), (("1", "look_up"),))) == ()
    assert read_events(Table(("what", "at_ms"), (("wait", "7"),))) == (Event(7, 7, "wait", ""),)


def test_marks_stand_in_the_order_of_time_in_their_own_lanes():
    picture = timeline_picture("t", "Prov", read_events(LOST), "sv", WIDE)

    first, second = places(picture, "delivery")
    assert places(picture, "look_up") < [first]
    assert (
        first < places(picture, "reset")[0] < second < places(picture, "account")[0] < places(picture, "recovered")[0]
    )
    heights = dict(re.findall(r'class="event (\w+)" transform="translate\(\S+ (\S+)\)', picture))
    assert heights["delivery"] == heights["look_up"] != heights["reset"] == heights["answer"] != heights["account"]
    assert "2 s" in Page(picture).text
    assert picture.count("×") == 0


def test_what_happens_close_together_is_one_mark_with_a_number():
    rows = [(str(ms), str(ms), what, "") for ms in range(0, 3000, 10) for what in ("delivery", "fault", "closed")]

    for drawing in (WIDE, NARROW):
        picture = drawn(*rows, drawing=drawing)
        assert picture.count('<g class="event') < 130
        counts = [int(count) for count in re.findall(r"×(\d+)", picture)]
        assert sum(counts) > 500
        assert len(picture) < 30_000


@given(
    st.lists(
        st.tuples(st.integers(0, 10**7), st.integers(0, 10**6), st.sampled_from(sorted(LANE_OF))),
        min_size=1,
        max_size=80,
    )
)
def test_no_mark_covers_its_neighbour_and_none_leaves_the_picture(rows):
    picture = drawn(*((str(at), str(at + long), what, "") for at, long, what in rows))

    marks = re.findall(r'class="event \w+" transform="translate\((\S+) (\S+)\)', picture)
    lanes: dict[str, list[float]] = {}
    for x, y in marks:
        lanes.setdefault(y, []).append(float(x))
    assert all(later - earlier >= 18.9 for lane in lanes.values() for earlier, later in pairwise(sorted(lane)))
    assert all(0 < x < WIDE.width for lane in lanes.values() for x in lane)


def test_lanes_without_anything_are_left_out():
    assert say("sv", "lane.waits") not in drawn(("1", "1", "look_up", ""))
    assert say("sv", "lane.waits") in drawn(("1", "9", "wait", ""))


def test_every_thing_that_can_happen_has_a_shape_of_its_own():
    assert set(SHAPES) == set(LANE_OF)
    assert len(set(SHAPES.values())) == len(SHAPES)


def test_an_account_is_told_in_its_own_word():
    assert event_word("sv", Event(1, 1, "account", "delivered (digital), a person is told")) == "levererat"
    assert event_word("en", Event(1, 1, "account", "unknown, nobody is told")) == "unknown"
    assert event_word("sv", Event(1, 1, "account", HOSTILE["html"])) == "redovisning"
    assert event_word("sv", Event(1, 1, "fault", "delivered")) == "fel"


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("drawing", [WIDE, NARROW])
def test_a_picture_says_what_it_is_and_whether_it_is_to_scale(lang, drawing):
    for table, scale in ((FAULTY, "drawn_together"), (Table(TIMELINE, (("5", "9", "wait", ""),)), "linear")):
        picture = timeline_picture("t", HOSTILE["html"] + HOSTILE["escape"], read_events(table), lang, drawing)
        page = Page(picture)
        assert page.open == []
        attributes = page.elements[0][1]
        assert attributes["role"] == "img"
        assert set(attributes["aria-labelledby"].split()) <= set(page.ids)
        assert say(lang, f"scenario.{scale}") in page.text
        assert "<script" not in picture
        assert "\x1b" not in picture
    assert "time-axis" in picture

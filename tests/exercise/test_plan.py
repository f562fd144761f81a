"""In which rounds scenarios are performed, who meets them, and how long it can take."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.contract.persons import test_persons
from readiness.errors import UsageError
from readiness.exercise.plan import Limits, make_plan, within
from readiness.stage.scenario import SILENT, load_scenarios
from readiness.stage.steps import Ignore, Send, Wait
from tests.exercise.scenes import scene

DAY = date(2026, 12, 1)
MIXED = [
    scene("far-down", layer="tcp", place="far", alone=True),
    scene("resets", layer="tcp", alone=True),
    scene("fault"),
    scene("expired", layer="tls"),
    scene("slow", alone=True, steps=(Wait(measure="slow"),)),
    scene(SILENT, alone=True, steps=(Ignore(),)),
    scene("opted-out", place="far"),
    scene("moved", messages=2),
    scene("child", place="far", minor=True),
    scene("far-slow", place="far", alone=True),
]


def ids(plan):
    return [[casting.scenario.id for casting in round_.castings] for round_ in plan.rounds]


def test_the_rounds_come_in_their_order():
    wire = [name for name in ("tls-sane",) if name in load_scenarios()]
    assert ids(make_plan(MIXED, DAY)) == [
        [SILENT],
        ["fault", "opted-out", "moved", "child"],
        [*wire, "expired"],
        ["resets"],
        ["slow"],
        ["far-down"],
        ["far-slow"],
    ]


def test_what_is_not_chosen_makes_no_round():
    assert ids(make_plan([scene("fault")], DAY)) == [["fault"]]
    assert make_plan([], DAY).rounds == ()


def test_each_scenario_meets_a_person_of_its_own_and_a_child_where_it_says_so():
    plan = make_plan(MIXED, DAY)
    met = {c.person: c.scenario for round_ in plan.rounds for c in round_.castings}
    assert len(met) == sum(len(round_.castings) for round_ in plan.rounds)
    adult = {person.number: person.adult_on(DAY) for person in test_persons()}
    assert all(adult[person] is not scenario.minor for person, scenario in met.items())
    assert not set(met) & set(plan.controls)
    assert all(adult[person] for person in plan.controls)


@given(st.integers(0, 10**12))
def test_persons_are_the_same_within_a_run_and_others_with_another_offset(offset):
    first, again, other = (make_plan(MIXED, DAY, n) for n in (offset, offset, offset + 1))
    assert first == again
    assert ids(first) == ids(other)
    assert all(a.castings != b.castings for a, b in zip(first.rounds, other.rounds, strict=True))


def test_persons_of_an_earlier_run_are_not_met_again_while_others_are_left():
    before = make_plan(MIXED, DAY)
    used = {c.person for round_ in before.rounds for c in round_.castings if not c.scenario.minor}
    after = make_plan(MIXED, DAY, 0, used)
    assert not {c.person for round_ in after.rounds for c in round_.castings} & used
    everyone = {person.number for person in test_persons()}
    assert ids(make_plan(MIXED, DAY, 0, everyone)) == ids(before)


def test_more_scenarios_than_persons_cannot_be_performed():
    with pytest.raises(UsageError, match="too few"):
        make_plan([scene(f"s{n}", minor=True) for n in range(400)], DAY)


def test_a_second_message_is_an_order_of_its_own():
    (round_,) = make_plan([scene("a"), scene("b", messages=2), scene("c", messages=3)], DAY).rounds
    assert [[c.scenario.id for c in order] for order in round_.orders] == [["a", "b", "c"], ["b", "c"], ["c"]]
    assert round_.messages == 6


LIMITS = Limits(start=60, quiet=10, retry=0, recovery=120, answer=30, silent=300, attempts=4)


@pytest.mark.parametrize(
    ("scenario", "limits", "waited", "seconds"),
    [
        (scene("a"), LIMITS, None, 60 + 4 * 10 + 120),
        (scene("a"), Limits(start=60, quiet=10, retry=90, recovery=0), None, 60 + 4 * 90),
        (scene("a", messages=2), LIMITS, None, 2 * (60 + 4 * 10) + 120),
        (scene("a", steps=(Wait(seconds=7),)), LIMITS, 5.0, 60 + 4 * 17 + 120),
        (scene("a", steps=(Wait(measure="late"),)), LIMITS, None, 60 + 4 * (35 + 10) + 120),
        (scene("a", steps=(Wait(measure="slow"),)), LIMITS, 5.0, 60 + 4 * (10 + 10) + 120),
        (scene("a", steps=(Send(pace=1.0),)), LIMITS, 5.0, 60 + 4 * (10 + 10) + 120),
        (scene(SILENT, steps=(Ignore(),)), LIMITS, 5.0, 60 + 4 * (300 + 10) + 120),
    ],
)
def test_the_longest_time_of_a_round_follows_from_its_limits(scenario, limits, waited, seconds):
    (round_,) = [r for r in make_plan([scenario], DAY).rounds if r.castings[-1].scenario is scenario]
    assert round_.longest(limits, waited) == seconds


def test_a_budget_holds_the_rounds_that_end_within_it_however_long_they_take():
    plan = make_plan([scene("a"), scene("b", alone=True), scene("c", alone=True)], DAY)
    first = 60 + 120
    assert plan.longest(LIMITS) == first + 3 * 220
    for seconds, kept in ((0, 0), (first + 219, 0), (first + 220, 1), (first + 660, 3), (None, 3)):
        assert within(plan, LIMITS, seconds) == kept


def test_the_shipped_scenarios_all_stand_in_one_round():
    shipped = tuple(load_scenarios().values())
    planned = [name for round_ in ids(make_plan(shipped, DAY)) for name in round_]
    assert sorted(planned) == sorted(load_scenarios())

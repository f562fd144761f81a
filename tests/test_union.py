"""Of several observations of one fact, exactly one counts, whatever order they come in."""

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from readiness.chain import Node
from readiness.model import Observation, Reason, Strength, Target, TargetKind, Unseen
from readiness.union import counting, from_another_party
from tests.conftest import NOON, profile_of

DAY = dt.timedelta(days=1)
FRONT = Target("front", TargetKind.ENDPOINT, node="n")
LOOSE = Target("loose", TargetKind.ENDPOINT)
PROFILE = profile_of(FRONT, LOOSE, nodes=(Node("n", "N", "kommunen", version="2.0"),))
CLOSED = Unseen(Reason.CONNECTION_REFUSED, "closed")


def seen(value, at=NOON, target="front", **more):
    fields = {"version": "2.0" if target == "front" else ""} | more
    return Observation("p", target, fields.pop("fact", "f"), at, value, fields.pop("strength", Strength.LIVE), **fields)


def counts(*observations, environment=""):
    """The one that counts for the front's fact, the same in every order."""
    found = {counting(order, PROFILE, environment)["front"]["f"] for order in itertools.permutations(observations)}
    [one] = found
    return one


def test_each_target_and_fact_has_an_observation_of_its_own():
    rows = [seen(1), seen(2, fact="g"), seen(3, target="loose"), seen(4, target="nowhere", version="")]
    found = counting(rows, PROFILE)
    assert {t: {f: o.value for f, o in facts.items()} for t, facts in found.items()} == {
        "front": {"f": 1, "g": 2}, "loose": {"f": 3}, "nowhere": {"f": 4}
    }  # fmt: skip


def test_the_latest_counts():
    assert counts(seen(1, NOON - DAY), seen(2, NOON), seen(3, NOON - 2 * DAY)).value == 2


def test_a_seen_value_counts_before_a_later_unseen_one():
    assert counts(seen(1, NOON - DAY), seen(CLOSED, NOON)).value == 1


def test_of_what_was_never_seen_the_latest_reason_counts():
    early = Unseen(Reason.TIMED_OUT)
    assert counts(seen(early, NOON - DAY), seen(CLOSED, NOON)).value == CLOSED


def test_a_seen_value_of_another_version_is_expired_and_says_so():
    observation = counts(seen(1, version="1.0", undecided=(("x", CLOSED),)))
    assert observation.value == Unseen(Reason.EXPIRED, "seen of version 1.0; declared now is 2.0")
    assert observation.undecided == ()


@pytest.mark.parametrize(
    ("target", "version", "said"),
    [("front", "", "seen of version not stated; declared now is 2.0"),
     ("loose", "1.0", "seen of version 1.0; declared now is not stated")],
)  # fmt: skip
def test_a_version_that_one_side_does_not_state_is_another_version(target, version, said):
    found = counting([seen(1, target=target, version=version)], PROFILE)
    assert found[target]["f"].value == Unseen(Reason.EXPIRED, said)


def test_what_was_unseen_of_another_version_keeps_its_own_reason():
    assert counts(seen(CLOSED, version="1.0")).value == CLOSED


def test_an_older_value_of_the_declared_version_counts_before_a_newer_one_of_another():
    assert counts(seen(1, NOON - DAY), seen(2, NOON, version="1.0")).value == 1


def test_one_environment_alone_can_be_asked():
    rows = [seen(1, NOON - DAY, environment="test"), seen(2, environment="production")]
    assert counts(*rows).value == 2
    assert counts(*rows, environment="test").value == 1
    assert counting(rows, PROFILE, "elsewhere") == {}


@pytest.mark.parametrize("field", ["environment", "record", "detail"])
def test_what_was_seen_at_the_same_moment_counts_the_same_way_every_time(field):
    assert counts(seen(1, **{field: "a"}), seen(2, **{field: "b"})).value == 2


def test_of_two_that_differ_in_nothing_but_the_value_the_first_counts():
    assert counting([seen(1), seen(2)], PROFILE)["front"]["f"].value == 1


@pytest.mark.parametrize(
    ("strength", "becomes"),
    [(Strength.LIVE, Strength.FILE), (Strength.FILE, Strength.FILE), (Strength.DOCUMENT, Strength.DOCUMENT),
     (Strength.WORD, Strength.WORD)],
)  # fmt: skip
def test_what_another_party_saw_is_a_file_at_best(strength, becomes):
    own = seen(1, strength=strength)
    assert from_another_party(own, "r1") == replace(own, strength=becomes, record="r1")

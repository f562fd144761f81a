"""Responsibilities: counted as the profile declares them, and unseen where it says nothing."""

from probes.responsibilities import FACTS, PROBE, read_node
from readiness.model import Reason, Strength, Target, TargetKind, Unseen
from readiness.profile import parse_profile, profile_data
from tests.conftest import look
from tests.profiles import SOUND


def node(**declared):
    return Target("n", TargetKind.NODE, "n", party="kommunen", declared=tuple(sorted(declared.items())))


def test_every_party_that_answers_for_a_property_is_counted_once():
    text = SOUND + '[node.responsible]\nriktighet = "kommunen"\nsparbarhet = ["kommunen", "leverantoren", "kommunen"]\n'
    target = parse_profile(profile_data(text), "p.toml").targets[2]
    seen = look(PROBE, target)
    assert {name: one.value for name, one in seen.items() if isinstance(one.value, int)} == {
        "node.declarations_read": 1,
        "node.integrity_parties": 1,
        "node.confidentiality_parties": 0,
        "node.availability_parties": 0,
        "node.traceability_parties": 2,
    }
    assert seen["node.traceability_parties"].detail == "kommunen, leverantoren"


def test_country_and_personal_data_are_as_declared():
    facts = read_node(node(country="SE", personal_data=False))
    assert (facts["node.country"], facts["node.personal_data"]) == ("SE", False)


def test_what_the_profile_does_not_say_is_unseen_and_takes_no_neighbour_along():
    facts = read_node(node(personal_data=True, riktighet=("a",)))
    assert facts["node.country"] == Unseen(Reason.NOT_CONFIGURED, "the profile does not say country of this node")
    assert (facts["node.personal_data"], facts["node.integrity_parties"]) == (True, 1)
    assert facts["node.availability_parties"].reason is Reason.NOT_CONFIGURED


def test_every_promised_fact_is_told_once():
    seen = look(PROBE, node())
    assert list(seen) == [fact.name for fact in FACTS]
    assert (PROBE.kind, PROBE.strength) == (TargetKind.NODE, Strength.FILE)

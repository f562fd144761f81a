"""What the stage has seen, read from what it told; and by which ids a later exercise tells it."""

from dataclasses import replace

from readiness.exercise.renumbering import Renumbered
from readiness.exercise.sight import Sight
from readiness.recording import Attribution
from readiness.stage.memory import Memory
from tests.test_recording import CONNECTION, EXCHANGE, PERFORMANCE, at


class Journal(list):
    """What was told, in order."""

    def tell_recorded(self, entry):
        self.append(entry)


def delivery(id_, person, scenario="sane", **more):
    made = replace(EXCHANGE, id=id_, role="operator", operation="deliverSecure", receipted=True)
    return replace(made, attributions=(Attribution(scenario, "recipient", "", person),), **more)


def seen(*entries):
    memory = Memory(Journal())
    sight = Sight(memory)
    sight.met()
    for entry in entries:
        memory.tell_recorded(entry)
    return sight


def test_only_a_receipt_that_left_whole_is_one():
    sight = seen(
        delivery("e1", "anna", receipted=False),
        delivery("e2", "anna", response_last_byte=at(7)),
        delivery("e3", "anna", response_last_byte=at(9)),
        delivery("e4", "bo", response_last_byte=None),
    )
    assert sight.receipt("anna") == at(7)
    assert sight.receipt("anna", at(8).ns) == at(9)
    assert sight.receipt("anna", at(10).ns) is None
    assert sight.receipt("bo") == at(1)
    assert sight.receipt("cilla") is None


def test_a_scenario_is_met_by_a_request_or_by_a_connection_to_its_port():
    sight = seen(
        delivery("e1", "anna", "http-500", first_byte=at(3)),
        replace(CONNECTION, attributions=(Attribution("refuse", "port"),), accepted=at(5)),
        replace(EXCHANGE, id="e2", attributions=(Attribution("unattributed"),)),
    )
    assert sight.met() == {"http-500", "refuse"}
    assert sight.met(at(4).ns) == {"refuse"}


def test_what_only_ended_since_a_moment_has_not_come_since():
    sight = seen(replace(CONNECTION, accepted=at(1), closed=at(50)), delivery("e1", "anna", first_byte=at(2)))
    assert sight.came(at(0).ns)
    assert not sight.came(at(2).ns)


def test_the_silence_ends_when_the_system_closes_and_not_when_the_stage_does():
    silent = delivery("e1", "anna", "silent", connection="c1", accepted=at(2))
    other = delivery("e2", "bo", "silent", connection="c2", accepted=at(3))
    closed = replace(CONNECTION, id="c1", closed=at(9), closed_by="peer")
    assert seen(silent, closed).silence() == 7 * 10**9
    assert seen(silent, replace(closed, closed_by="stage")).silence() is None
    assert seen(silent).silence() is None
    assert seen(silent, closed, other, replace(closed, id="c2", closed=at(11))).silence() == 8 * 10**9
    assert seen(replace(silent, role="far"), closed).silence() is None, "the question to FaR is answered"
    assert seen(replace(silent, accepted=None), closed).silence() is None


def test_a_later_exercise_has_ids_of_its_own_and_originals_by_the_stages():
    journal = Journal()
    numbered = Renumbered(journal, "x2-")
    for entry in (CONNECTION, EXCHANGE):
        numbered.tell_recorded(entry)
    assert [entry.id for entry in journal] == ["x2-c1", "x2-e1"]
    assert journal[1].connection == journal[0].id
    assert numbered.own("x2-e1") == "e1"
    Renumbered(journal, "").tell_recorded(PERFORMANCE)
    assert journal[2] == PERFORMANCE

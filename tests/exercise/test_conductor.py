"""An exercise from its first control to its last account: a sender that copes, one that never starts, and others."""

import asyncio
import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from readiness.errors import AccountError, UsageError
from readiness.exercise import ledger
from readiness.exercise.conductor import Terms
from readiness.exercise.plan import Limits
from readiness.recording import Performance
from readiness.recording_json import from_plain, to_json
from readiness.stage.scenario import load_scenarios
from readiness.stage.settings import ServerCertificate
from readiness.stage.trust import ThrowAway
from tests.exercise.rig import HEADER, QUICK, Rig

MANY = (
    "silent",
    "http-500",
    "answer-lost",
    "far-not-registered",
    "far-minor",
    "far-other-operator",
    "tls-expired",
    "refuse",
    "far-down",
)


@pytest.fixture(scope="module")
def performed(tmp_path_factory):
    rig = Rig(tmp_path_factory.mktemp("exercise"), *MANY)
    return rig, rig.perform()


def last(one):
    return one.account[-1].outcome


def test_every_scenario_is_performed_beside_a_control_that_is_delivered(performed):
    rig, told = performed
    assert rig.complete is True
    assert set(told) == {*MANY, "tls-sane"}
    assert {one.scenario: one.unseen for one in told.values() if one.unseen} == {}
    assert {one.controlled for one in told.values()} == {"delivered"}
    assert all(one.digest == load_scenarios()[one.scenario].digest for one in told.values())
    assert all(one.started.ns < one.ended.ns < one.recovered.ns <= one.recovery_ended.ns for one in told.values())
    assert {one.how_ended for one in told.values()} == {"quiet"}


def test_the_account_of_each_is_kept_with_it(performed):
    _, told = performed
    assert {id_: last(one) for id_, one in told.items()} == {
        "silent": "unknown",
        "http-500": "failed",
        "answer-lost": "unknown",
        "far-not-registered": "paper",
        "far-minor": "paper",
        "far-other-operator": "delivered",
        "tls-sane": "delivered",
        "tls-expired": "failed",
        "refuse": "failed",
        "far-down": "failed",
    }
    assert all(len(one.account) == len(one.persons) for one in told.values())
    assert told["silent"].account[0].told is True
    assert all({row.person for row in one.account} == set(one.persons) for one in told.values())


def test_how_long_the_system_waited_in_silence_is_known_from_then_on(performed):
    rig, told = performed
    assert 0.9e9 < told["silent"].waited_ns < 5e9
    assert {one.waited_ns for one in told.values()} == {told["silent"].waited_ns}
    assert "exercise.waited" in [key for key, _ in rig.said]


def test_a_second_message_goes_to_the_same_person_after_the_first(performed):
    rig, told = performed
    moved = told["far-other-operator"]
    assert moved.persons[0] == moved.persons[1]
    deliveries = [
        exchange
        for exchange in rig.memory.exchanges.values()
        if exchange.operation == "deliverSecure" and exchange.attributions[0].person == moved.persons[0]
    ]
    assert len({exchange.listener for exchange in deliveries}) == 2
    assert (rig.folder / "persons-r2-2.csv").is_file()


def test_the_silent_scenario_comes_first_and_far_last(performed):
    _, told = performed
    order = [one.scenario for one in sorted(told.values(), key=lambda one: one.started.ns)]
    assert (order[0], order[-2:]) == ("silent", ["refuse", "far-down"])
    assert len({one.round for one in told.values()}) == 5


def test_everything_is_told_at_once_and_can_be_read_back(performed):
    rig, told = performed
    entries = [entry for entry in rig.told if isinstance(entry, Performance)]
    assert {entry.scenario for entry in entries} == set(told)
    assert all(from_plain(json.loads(to_json(entry))) == entry for entry in entries)
    first = next(place for place, entry in enumerate(rig.told) if isinstance(entry, Performance))
    assert any(type(entry).__name__ == "Exchange" for entry in rig.told[first:]), "told before the rest was performed"


def test_what_has_been_met_is_shown(performed):
    rig, _ = performed
    assert (
        rig.seen["r2"][0]
        == rig.seen["r2"][1]
        == {name for name in MANY if name.startswith(("http", "a", "far-"))} - {"far-down"}
    )
    assert rig.seen["k1"] == ({"sane"}, {"sane"})


# -- Those who do not play along


def test_a_command_that_fails_leaves_everything_unexercised_at_once(tmp_path):
    rig = Rig(tmp_path, "http-500", "refuse", limits=Limits(start=60, quiet=0.3, recovery=60))
    rig.command = (sys.executable, "-c", "raise SystemExit(3)")
    told = rig.perform()
    assert {one.unseen.partition(":")[0] for one in told.values()} == {"not_exercised"}
    assert "code 3" in told["refuse"].unseen
    assert all(one.started is None and one.account == () for one in told.values())
    assert rig.complete is True


def test_a_program_that_is_not_there_leaves_everything_unexercised(tmp_path):
    rig = Rig(tmp_path, "http-500")
    rig.command = ("finns-inte-alls", "{persons}")
    assert "finns-inte-alls" in rig.perform()["http-500"].unseen


def test_a_system_that_never_sends_is_waited_for_no_longer_than_the_limit(tmp_path):
    rig = Rig(tmp_path, "http-500", limits=Limits(start=1.0, quiet=0.3, recovery=60))
    rig.command = (sys.executable, "-c", "")
    started = time.monotonic()
    assert rig.perform()["http-500"].unseen.startswith("not_exercised: nothing reached the stage (none within 1 s)")
    assert time.monotonic() - started < 30, "one control, not sixty seconds of them"


def test_a_system_that_does_not_trust_the_stage_leaves_every_scenario_without_its_control(tmp_path):
    rig = Rig(tmp_path, "tls-expired", "http-500", limits=replace(QUICK, recovery=1.5))
    rig._sender["authority"] = str(tmp_path / "client.pem")
    told = rig.perform()
    assert {one.unseen.partition(":")[0] for one in told.values()} == {"control_failed"}
    assert {one.controlled for one in told.values()} == {"failed"}


def test_a_scenario_in_tls_is_controlled_by_the_sane_one_in_its_own_round(tmp_path):
    told = Rig(tmp_path, "tls-expired", "http-404", avoid="scenario-tls-sane").perform()
    assert {id_: one.controlled for id_, one in told.items()} == {
        "http-404": "delivered",
        "tls-sane": "failed",
        "tls-expired": "failed",
    }


def test_a_system_that_never_recovers_fails_the_control_of_the_next_round(tmp_path):
    rig = Rig(tmp_path, "http-500", "refuse", limits=Limits(start=3, quiet=1, recovery=4), breaks=True)
    told = rig.perform()
    assert (told["http-500"].controlled, told["http-500"].recovered) == ("delivered", None)
    assert told["http-500"].recovery_ended.ns > told["http-500"].ended.ns
    assert told["refuse"].controlled == "failed"
    assert told["refuse"].unseen.startswith("not_exercised: nothing reached the stage in this round")


def test_a_round_that_does_not_fit_the_budget_is_left_out_and_so_are_those_after_it(tmp_path):
    rig = Rig(tmp_path, "http-500", "far-slow", "far-down")
    first, second, _ = (round_.longest(rig.limits) for round_ in rig.plan.rounds)
    assert first < second
    rig.terms = Terms(budget=second)  # by then, the control and the first round have taken some of it
    told = rig.perform()
    assert told["http-500"].unseen == ""
    left = {told[id_].unseen for id_ in ("far-slow", "far-down")}
    assert left == {f"not_exercised: the budget of {second / 60:g} minutes left it out"}


def test_ctrl_c_keeps_what_was_performed_and_tells_the_rest_as_interrupted(tmp_path):
    rig = Rig(tmp_path, "http-500", "refuse", "far-down")

    async def stopped():
        conducting = asyncio.create_task(rig.conduct())
        await rig.until(lambda: any(isinstance(entry, Performance) for entry in rig.told))
        conducting.cancel()
        return await conducting

    told = asyncio.run(stopped())
    assert rig.complete is False
    assert told["http-500"].unseen == ""
    assert last(told["http-500"]) == "failed"
    assert told["far-down"].unseen.startswith("interrupted")


def test_ctrl_c_while_it_recovers_keeps_the_round_that_was_performed(tmp_path):
    rig = Rig(tmp_path, "http-500", limits=replace(QUICK, recovery=60), breaks=True)

    async def stopped():
        conducting = asyncio.create_task(rig.conduct())
        await rig.until(lambda: "k2" in rig.seen)
        conducting.cancel()
        return await conducting

    told = asyncio.run(stopped())
    assert (told["http-500"].unseen, last(told["http-500"])) == ("", "failed")
    assert (told["http-500"].recovered, told["http-500"].recovery_ended) == (None, None)


def test_ctrl_c_in_the_middle_of_a_round_leaves_that_round_interrupted(tmp_path):
    rig = Rig(tmp_path, "silent", "http-500", timeout=30)

    async def stopped():
        conducting = asyncio.create_task(rig.conduct())
        await rig.until(lambda: "r1" in rig.seen)
        conducting.cancel()
        return await conducting

    assert {one.unseen.partition(":")[0] for one in asyncio.run(stopped()).values()} == {"interrupted"}


def test_where_it_was_not_seen_how_long_the_system_waits_that_is_said(tmp_path):
    rig = Rig(tmp_path, "silent", timeout=60, limits=replace(QUICK, silent=0.3, attempts=2))
    told = rig.perform()
    assert (told["silent"].waited_ns, told["silent"].how_ended) == (None, "time")
    assert ("exercise.waited_unknown", {"seconds": "1.0"}) in rig.said


def test_a_certificate_that_was_supplied_leaves_those_that_need_another_unconfigured(tmp_path):
    made = ThrowAway("localhost", ("127.0.0.1",), datetime.now(UTC), lambda: "")
    good = made.server("good")
    rig = Rig(tmp_path, "tls-expired", "http-500")
    rig.settings["certificate"] = ServerCertificate(good.chain + made.pem, good.key)
    rig._sender["authority"] = str(tmp_path / "own.pem")
    (tmp_path / "own.pem").write_bytes(made.pem)
    told = rig.perform()
    assert told["tls-expired"].unseen.startswith("not_configured")
    assert told["tls-sane"].unseen == told["http-500"].unseen == ""
    assert told["http-500"].controlled == "delivered"


# -- The account


def test_an_account_that_is_wrong_from_the_start_is_told_before_anything_is_sent(tmp_path):
    rig = Rig(tmp_path, "http-500")
    rig.account.write_text("mottagare;id\n", "utf-8")
    with pytest.raises(AccountError, match="utfall"):
        rig.perform()
    assert not list(tmp_path.glob("persons-*.csv"))


def test_an_account_that_never_comes_is_told_after_the_first_control(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "PAUSE", 0.01)
    rig = Rig(tmp_path, "http-500", account=str(tmp_path / "elsewhere.csv"))
    rig.account.unlink()
    with pytest.raises(UsageError, match=r"konto\.csv"):
        rig.perform()
    assert not any(isinstance(entry, Performance) for entry in rig.told)


def test_a_round_whose_account_cannot_be_read_is_unseen_and_the_next_one_is_performed(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "PAUSE", 0.01)
    rig = Rig(tmp_path, "http-500", "refuse")
    seen = []

    def spoil(order, met, of):
        if order == "r1" and not seen:
            seen.append(rig.account.read_text("utf-8"))
            rig.account.write_text(f"{HEADER}190000000000;x;failed;;\n", "utf-8")

    rig.met = spoil
    told = rig.perform()
    assert told["http-500"].unseen.startswith("not_understood: the account could not be read (konto:2: mottagare")
    assert told["http-500"].started is not None
    assert "exercise.account_unread" in [key for key, _ in rig.said]

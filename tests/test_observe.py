"""Observing: complete by construction, whatever probes and networks do."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from readiness.chain import Permit, PermitUsed
from readiness.model import Fact, FactType, Reason, Strength, Table, Target, TargetKind, Unseen
from readiness.observe import observe
from readiness.probe import CannotObserve, Effect, Limits, Probe, Seen
from tests.conftest import NOON, profile_of, session_for

FACTS = (Fact("p.a", FactType.NUMBER, "a"), Fact("p.b", FactType.TEXT, "b"))
HERE = Target("here", TargetKind.ENDPOINT, node="n", address="127.0.0.1:1", party="kommunen")


def run(look, *targets, limits=None, told=None, progress=None, **probe):
    targets = targets or (HERE,)
    limits = limits or Limits(deadline=2)
    probe_ = Probe(probe.pop("kind", TargetKind.ENDPOINT), probe.pop("facts", FACTS), look, id="p", **probe)
    session = session_for(*targets)
    return asyncio.run(observe([probe_], session, limits, profile_of(*targets), told or (lambda _: None), progress))


async def well(target, session):
    yield Seen("p.b", "text")
    yield Seen("p.a", 1)


def test_every_promised_fact_comes_back_in_the_promised_order():
    (a, b), complete = run(well)
    assert (a.fact, a.value, b.fact, b.value, complete) == ("p.a", 1, "p.b", "text", True)
    assert (a.probe, a.target, a.party, a.environment, a.strength) == ("p", "here", "kommunen", "test", Strength.LIVE)


def test_a_fact_carries_the_time_strength_and_open_members_that_the_probe_gave():
    async def look(target, session):
        yield Seen("p.b", "x", "detail", (), (("m", Unseen(Reason.TIMED_OUT)),), Strength.WORD, NOON.replace(year=2020))

    (_, b), _ = run(look)
    assert (b.at.year, b.strength, b.detail, b.undecided) == (
        2020,
        Strength.WORD,
        "detail",
        (("m", Unseen(Reason.TIMED_OUT)),),
    )


async def stops_half_way(target, session):
    yield Seen("p.a", 1)
    raise CannotObserve(Reason.CLOSED_EARLY, "half-way")


def test_what_was_said_before_a_probe_gave_up_stays():
    (a, b), _ = run(stops_half_way)
    assert (a.value, b.value) == (1, Unseen(Reason.CLOSED_EARLY, "half-way"))


def test_a_crash_is_our_fault_and_costs_only_what_was_not_said(caplog):
    async def look(target, session):
        yield Seen("p.a", 1)
        raise KeyError("a secret that must not be shown")

    with caplog.at_level(logging.CRITICAL, logger="readiness.observe"):
        (a, b), complete = run(look)
    assert (a.value, b.value.reason, complete) == (1, Reason.PROBE_FAULT, True)
    assert "secret" not in b.value.detail


async def hangs(target, session):
    yield Seen("p.a", 1)
    await asyncio.sleep(60)
    yield Seen("p.b", "late")


def test_a_deadline_cuts_off_and_keeps_what_was_said():
    (a, b), complete = run(hangs, limits=Limits(deadline=0.05))
    assert (a.value, b.value.reason, complete) == (1, Reason.TIMED_OUT, True)


def test_a_probe_that_needs_longer_has_the_longer_of_two_deadlines():
    async def slow(target, session):
        await asyncio.sleep(0.2)
        yield Seen("p.a", 1)
        await asyncio.sleep(60)

    (a, b), _ = run(slow, limits=Limits(deadline=0.05), deadline=1.0)
    assert (a.value, b.value.detail) == (1, "not done within 1 s")


def test_silence_is_our_fault():
    async def look(target, session):
        return
        yield

    (a, b), _ = run(look)
    assert {a.value.reason, b.value.reason} == {Reason.PROBE_FAULT}


@pytest.mark.parametrize(
    "wrong",
    [
        Seen("p.c", 1),
        Seen("p.a", "text"),
        Seen("p.a", True),
        Seen("p.b", ("set",)),
        Seen("p.a", 1, at=NOON.replace(tzinfo=None)),
    ],
    ids=["not promised", "text for number", "flag for number", "set for text", "a time without a zone"],
)
def test_a_probe_that_breaks_its_promise_is_told_on(wrong, caplog):
    async def look(target, session):
        yield wrong
        yield Seen("p.a", 1)

    with caplog.at_level(logging.CRITICAL, logger="readiness.observe"):
        (a, b), _ = run(look)
    assert {a.value.reason, b.value.reason} == {Reason.PROBE_FAULT}


def test_a_fact_said_twice_is_a_fault(caplog):
    async def look(target, session):
        yield Seen("p.a", 1)
        yield Seen("p.a", 2)

    with caplog.at_level(logging.CRITICAL, logger="readiness.observe"):
        (a, b), _ = run(look)
    assert (a.value, b.value.reason) == (1, Reason.PROBE_FAULT)


def test_the_order_of_results_is_not_the_order_of_completion():
    async def look(target, session):
        await asyncio.sleep(0.05 if target.id == "t0" else 0)
        yield Seen("p.a", int(target.id[1:]))

    targets = [replace(HERE, id=f"t{i}", address=f"127.0.0.{i + 1}:1") for i in range(5)]
    told = []
    observations, _ = run(look, *targets, told=told.append)
    assert [o.target for o in observations if o.fact == "p.a"] == [f"t{i}" for i in range(5)]
    assert [o.target for o in told][-1] == "t0"
    assert sorted(map(repr, told)) == sorted(map(repr, observations))


@pytest.mark.parametrize(("limits", "most"), [(Limits(total=3, per_host=9), 3), (Limits(total=9, per_host=2), 2)])
def test_no_more_jobs_run_at_a_time_than_the_limits_allow(limits, most):
    running, seen = 0, []

    async def look(target, session):
        nonlocal running
        running += 1
        seen.append(running)
        await asyncio.sleep(0.01)
        running -= 1
        yield Seen("p.a", 1)

    run(look, *[replace(HERE, id=f"t{i}", address=f"127.0.0.1:{i + 1}") for i in range(12)], limits=limits)
    assert max(seen) == most


def test_a_crowded_host_holds_up_no_other():
    order = []

    async def look(target, session):
        await asyncio.sleep(0.02)
        order.append(target.id)
        yield Seen("p.a", 1)

    crowd = [replace(HERE, id=f"c{i}", address=f"127.0.0.1:{i + 1}") for i in range(8)]
    run(look, *crowd, replace(HERE, id="other", address="127.0.0.2:1"), limits=Limits(total=2, per_host=1))
    assert order.index("other") <= 2


def test_stopping_keeps_what_was_said_and_names_the_rest_interrupted():
    async def stopped():
        session, profile = session_for(HERE), profile_of(HERE, replace(HERE, id="next", address="127.0.0.1:2"))
        limits = Limits(per_host=1, deadline=30)
        probe = Probe(TargetKind.ENDPOINT, FACTS, hangs, id="p")
        task = asyncio.create_task(observe([probe], session, limits, profile, told.append))
        await asyncio.sleep(0.1)
        task.cancel()
        return await task

    told = []
    (a, b, *rest), complete = asyncio.run(stopped())
    assert not complete
    assert (a.value, b.value.reason) == (1, Reason.INTERRUPTED)
    assert [o.value.reason for o in rest] == [Reason.INTERRUPTED] * 2
    assert len(told) == 4


def test_what_another_party_holds_is_not_looked_at():
    (a, b), _ = run(well, replace(HERE, held_by="leverantoren"))
    assert {a.value.reason, b.value.reason} == {Reason.NOT_CONFIGURED}
    assert "leverantoren" in a.value.detail


def test_an_effect_without_a_permit_is_not_let_near():
    touched = []

    async def look(target, session):
        touched.append(target)
        yield Seen("p.a", 1)

    (a, b), _ = run(look, effect=Effect.SCANS)
    assert touched == []
    assert {a.value.reason, b.value.reason} == {Reason.NOT_PERMITTED}


def test_a_permit_is_told_of_before_the_probe_that_needs_it_is_let_near():
    order = []

    async def looks(target, session):
        order.append("looked")
        yield Seen("p.a", 1)

    permit = Permit("kommunen", ("127.0.0.1",), ("scans",), NOON, NOON + timedelta(1))
    session = session_for(HERE)
    for effect in (Effect.SCANS, Effect.READS):
        probe = Probe(TargetKind.ENDPOINT, FACTS, looks, id="p", effect=effect)
        chain = profile_of(HERE, permits=(permit,))
        asyncio.run(observe([probe], session, Limits(), chain, lambda _: None, used=order.append))
    assert order == [PermitUsed("p", "here", "scans", NOON, permit), "looked", "looked"]


def test_no_personal_identity_number_leaves_the_run():
    number = "18300101-1232"  # a century before anybody had such a number

    async def look(target, session):
        yield Seen("p.a", 1, f"about {number}", (), ((number, Unseen(Reason.TIMED_OUT, number)),))
        yield Seen("p.b", f"serialNumber={number}")
        yield Seen("p.set", (number,))
        yield Seen("p.table", Table(("c",), ((number,),)))
        raise CannotObserve(Reason.CLOSED_EARLY, number)

    more = (
        Fact("p.set", FactType.SET, "s", "p.a"),
        Fact("p.table", FactType.TABLE, "t"),
        Fact("p.z", FactType.TEXT, "z"),
    )
    observations, _ = run(look, facts=(*FACTS, *more))
    assert len(observations) == 5
    assert "1232" not in repr(observations)
    assert repr(observations).count("******-****") == 7


def test_a_probe_looks_only_at_what_it_selects_by_what_is_declared():
    wanted = replace(HERE, declared=(("part", "Service"),))
    targets = [wanted, replace(HERE, id="other", declared=(("part", "Recipient"),)), replace(HERE, id="silent")]
    observations, _ = run(well, *targets, select=(("part", ("Service",)),))
    assert {o.target for o in observations} == {"here"}
    assert len(observations) == len(FACTS)


def test_progress_tells_of_every_job_once():
    rows = []
    run(well, *[replace(HERE, id=f"t{i}") for i in range(3)], progress=lambda done, of, name: rows.append((done, of)))
    assert rows == [(1, 3), (2, 3), (3, 3)]


def test_servers_are_looked_at_before_files_and_records_take_the_processor():
    began: list[str] = []

    async def note(target, session):
        began.append(target.id)
        await asyncio.sleep(0)
        began.append(f"{target.id} done")
        yield Seen("p.a", 1)

    kinds = {"node-1": TargetKind.NODE, "exchange-e1": TargetKind.EXCHANGE, "here": TargetKind.ENDPOINT}
    targets = [replace(HERE, id=id_, kind=kind) for id_, kind in kinds.items()]
    probes = [Probe(kind, FACTS[:1], note, id=f"of-{kind}") for kind in kinds.values()]
    session, profile = session_for(*targets), profile_of(*targets)
    told, _ = asyncio.run(observe(probes, session, Limits(deadline=2), profile, lambda _: None))
    assert began[:2] == ["here", "here done"]
    assert [one.target for one in told] == list(kinds), "what comes back is in the order of probes all the same"

"""Point every probe at every target that it selects; every promised fact comes back, seen or unseen.

Complete by construction: one observation for each (probe, target, fact), in that order, whatever the order of
completion, and also when a probe crashes, is late, or a person stops the run. Left out: rules, and the files a run
leaves behind (`record`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from readiness import personal
from readiness.chain import PermitUsed, Profile
from readiness.model import (
    ASKED_OVER_THE_NETWORK,
    PYTHON_TYPE,
    Fact,
    Observation,
    Period,
    Reason,
    Table,
    Target,
    Unseen,
    Value,
)
from readiness.permits import covering, refusal, split_address
from readiness.probe import CannotObserve, Effect, Limits, Probe, Seen, Session

log = logging.getLogger(__name__)

Told = Callable[[Observation], None]
Used = Callable[[PermitUsed], None]
Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Job:
    """One probe on one target, and what it has said so far."""

    probe: Probe
    target: Target
    said: dict[str, Seen] = field(default_factory=dict)
    otherwise: Unseen = field(default_factory=lambda: Unseen(Reason.INTERRUPTED))
    """Why the facts that were not said are unseen."""
    done: bool = False


async def observe(
    probes: Iterable[Probe],
    session: Session,
    limits: Limits,
    profile: Profile,
    told: Told,
    progress: Progress | None = None,
    used: Used = lambda permit: None,
) -> tuple[tuple[Observation, ...], bool]:
    """Every observation, in the order of probes, targets and promised facts, and whether the run came to its end.

    `told` gets each observation once, as soon as its job is over; `progress` the number of jobs done, of all, and
    which; `used` each permit, before the probe that needs it is let near. Cancelling the task (Ctrl-C) ends it in good
    order: what was said stays, the rest is `interrupted`.
    """
    jobs = [Job(probe, target) for probe in probes for target in profile.targets if probe.selects(target)]
    versions = {node.id: node.version for node in profile.nodes}
    slots = asyncio.Semaphore(limits.total)
    hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.per_host))
    finished: dict[int, list[Observation]] = {}

    def close(number: int, job: Job) -> None:
        job.done = True
        finished[number] = [_observation(job, fact, session, profile, versions) for fact in job.probe.facts]
        for observation in finished[number]:
            told(observation)
        if progress:
            progress(len(finished), len(jobs), f"{job.probe.id} {job.target.id}")

    async def work(number: int, job: Job) -> None:
        # The host's turn is waited for first, so that a crowded host holds none of the places of the others.
        async with hosts[_host(job.target)], slots:
            await _do(job, session, profile, limits, used)
        close(number, job)

    complete = True
    try:
        await _servers_first(jobs, work)
    except asyncio.CancelledError:
        complete = False
        for number, job in enumerate(jobs):
            if not job.done:
                close(number, job)
    return tuple(observation for number in range(len(jobs)) for observation in finished[number]), complete


async def _servers_first(jobs: Sequence[Job], work: Callable[[int, Job], Coroutine[None, None, None]]) -> None:
    """Do the work of each job.

    A server, or a source of time, waits for nobody: while files and records are read, which takes the processor, its
    answers would be met too late, and look as if it had given them too late.
    """
    for elsewhere in (True, False):
        async with asyncio.TaskGroup() as group:
            for number, job in enumerate(jobs):
                asks = job.target.kind in ASKED_OVER_THE_NETWORK or job.probe.effect is not Effect.READS
                if asks is elsewhere:
                    group.create_task(work(number, job))


async def _do(job: Job, session: Session, profile: Profile, limits: Limits, used: Used) -> None:
    """Let the probe look; whatever happens, the job knows afterwards why it said no more."""
    target, now = job.target, session.now()
    if target.held_by:
        job.otherwise = Unseen(Reason.NOT_CONFIGURED, f"held by {target.held_by}, whose record is not given")
        return
    if why := refusal(job.probe.effect, target, profile, now):
        job.otherwise = Unseen(Reason.NOT_PERMITTED, why)
        return
    if permit := covering(job.probe.effect, target, profile, now):
        used(PermitUsed(job.probe.id, target.id, str(job.probe.effect), now, permit))
    job.otherwise = Unseen(Reason.INTERRUPTED)
    deadline = max(limits.deadline, job.probe.deadline)
    try:
        async with asyncio.timeout(deadline), aclosing(job.probe.observe(target, session)) as said:
            async for seen in said:
                _take(job, seen, session.now())
        job.otherwise = Unseen(Reason.PROBE_FAULT, f"{job.probe.id} did not report this fact")
    except TimeoutError:
        job.otherwise = Unseen(Reason.TIMED_OUT, f"not done within {deadline:g} s")
    except CannotObserve as problem:
        job.otherwise = problem.unseen
    except Exception as fault:  # a probe's bug must neither end the run nor pass for an answer
        log.exception("%s failed on %s", job.probe.id, target.id)
        job.otherwise = Unseen(Reason.PROBE_FAULT, f"{job.probe.id}: {type(fault).__name__}")


def _take(job: Job, seen: Seen, now: datetime) -> None:
    """Keep what was said, if it was promised, once, and of the promised type."""
    fact = job.probe.promises().get(seen.fact)
    if fact is None:
        raise TypeError(f"{job.probe.id} reported {seen.fact}, which it does not promise")
    if seen.fact in job.said:
        raise TypeError(f"{job.probe.id} reported {seen.fact} twice")
    if not isinstance(seen.value, Unseen) and type(seen.value) is not PYTHON_TYPE[fact.type]:
        raise TypeError(f"{seen.fact} is a {fact.type}, not a {type(seen.value).__name__}")
    if any(moment.tzinfo is None for moment in _moments(seen)):
        raise TypeError(f"{seen.fact} is a time without a zone, which means nothing")
    job.said[seen.fact] = replace(seen, at=seen.at or now)


def _moments(seen: Seen) -> list[datetime]:
    moments = [seen.value.start, seen.value.end] if isinstance(seen.value, Period) else [seen.value, seen.at]
    return [moment for moment in moments if isinstance(moment, datetime)]


def _observation(job: Job, fact: Fact, session: Session, profile: Profile, versions: dict[str, str]) -> Observation:
    seen = job.said.get(fact.name) or Seen(fact.name, job.otherwise)
    return Observation(
        probe=job.probe.id,
        target=job.target.id,
        fact=fact.name,
        at=seen.at or session.now(),
        value=_masked(seen.value),
        strength=seen.strength or job.probe.strength,
        detail=personal.mask(seen.detail),
        evidence=seen.evidence,
        undecided=tuple((personal.mask(member), _masked_unseen(why)) for member, why in seen.undecided),
        party=job.target.party,
        environment=profile.environment,
        version=versions.get(job.target.node, ""),
    )


def _masked(value: Value | Unseen) -> Value | Unseen:
    """The value without personal identity numbers: whatever a probe met, none leaves this module."""
    match value:
        case str():
            return personal.mask(value)
        case Unseen():
            return _masked_unseen(value)
        case Table():
            return Table(value.columns, tuple(tuple(map(personal.mask, row)) for row in value.rows))
        case tuple():
            return tuple(map(personal.mask, value))
        case _:
            return value


def _masked_unseen(unseen: Unseen) -> Unseen:
    return Unseen(unseen.reason, personal.mask(unseen.detail))


def _host(target: Target) -> str:
    """Whose turn a job waits for: the host of what is asked over the network, a log platform too; everything else is
    this machine, each target for itself."""
    if target.address and (target.kind in ASKED_OVER_THE_NETWORK or target.says("platform")):
        with suppress(ValueError):
            return split_address(target.address)[0]
    return f"target {target.id}"

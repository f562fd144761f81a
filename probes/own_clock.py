"""How far is the clock of this machine, by which the whole record is dated, from two time sources of the profile?

Each source is asked once, by SNTP, and only with a permit: it is not part of the chain. Left out: the clocks of the
nodes, which `log_traceability` holds against this one.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from datetime import timedelta

from probes._sntp import Answer, agreed, read_answer, request
from readiness.model import Fact, FactType, Reason, Table, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

OFFSET, ANSWERS = "clock.offset", "clock.answers"
FACTS = (
    Fact(OFFSET, FactType.DURATION, "How far this machine's clock is from the time of two sources or more."),
    Fact(ANSWERS, FactType.TABLE, "What each source told."),
)
LEAST = 2
COLUMNS = ("source", "ahead of this machine (s)", "may be wrong by (s)", "stratum", "follows", "why not used")


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Ask every source at the same time, and tell of it."""
    sources = target.pairs("time_sources")
    found = await asyncio.gather(*(_ask(session, party, address) for party, address in sources))
    told = dict(zip([address for _, address in sources], found, strict=True))
    offset = read_offset(told)
    if isinstance(offset, Unseen):
        yield Seen(OFFSET, offset)
    else:
        yield Seen(OFFSET, abs(offset), "this machine is " + ("behind" if offset > timedelta() else "ahead"))
    yield Seen(ANSWERS, _table(told))


Told = tuple[str, Answer] | Unseen
"""Which server answered, and what; or why none did."""


def read_offset(told: dict[str, Told]) -> timedelta | Unseen:
    """By how much the sources are ahead of this machine; or why fewer than two can tell."""
    if len(told) < LEAST:
        return Unseen(Reason.NOT_CONFIGURED, f"the profile names {len(told)} of at least {LEAST} time sources")
    answers = _servers(told)
    if len(answers) >= LEAST:
        return agreed(list(answers.values()))
    refused = [f"{name}: {why.reason}: {why.detail}" for name, why in told.items() if isinstance(why, Unseen)]
    first = next((why.reason for why in told.values() if isinstance(why, Unseen)), Reason.NOT_CONFIGURED)
    return Unseen(first, "; ".join(refused) or "the sources are one and the same server")


async def _ask(session: Session, party: str, address: str) -> Told:
    mark = secrets.token_bytes(8)
    try:
        heard = await session.ask_time(party, address, request(mark))
        return heard.peer, read_answer(heard.data, mark, heard.sent, heard.took)
    except CannotObserve as problem:
        return problem.unseen


def _servers(told: dict[str, Told]) -> dict[str, Answer]:
    """The usable answers, by the server that gave them."""
    return dict(one for one in told.values() if not isinstance(one, Unseen))


def _table(told: dict[str, Told]) -> Value | Unseen:
    if not told:
        return Unseen(Reason.NOT_CONFIGURED, "the profile names no time source")
    return Table(COLUMNS, tuple(_row(name, one) for name, one in told.items()))


def _row(name: str, told: Told) -> tuple[str, ...]:
    if isinstance(told, Unseen):
        return name, "", "", "", "", f"{told.reason}: {told.detail}"
    _, one = told
    seconds = (f"{part.total_seconds():.6f}" for part in (one.offset, one.uncertainty))
    return name, *seconds, str(one.stratum), one.reference, ""


PROBE = Probe(TargetKind.CHAIN, FACTS, observe, Effect.SENDS)

"""What is known of an endpoint's TLS, once every question has been asked? One look, shared by the probes.

Versions first, then each accepted version by elimination, all at once within the pace that the run sets, then what the
extensions show. Done once in a run for an endpoint, by whichever probe asks first. Left out: the facts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from probes._tls import ADDRESSES, Endpoint, endpoint_of
from probes._tls_answers import Outcome
from probes._tls_asking import Asker, Pace
from probes._tls_elimination import Elimination
from probes._tls_extras import Extras, ask_extras, offer_of
from probes._tls_found import Found, Members
from probes._tls_hello import VERSIONS
from probes._tls_old_ways import ask_fallback, ask_sslv2
from probes._tls_repeats import Heard, find_difference
from probes._tls_version_look import OFFERED, look_at_all
from probes._tls_version_look import Look as VersionLook
from readiness.model import Reason, Target, Unseen, Value
from readiness.probe import CannotObserve, Session

SECONDS = 90.0
"""For an endpoint in all, after its versions: a slow one costs time, and what is not told by then stays open."""
DEADLINE = 120.0
"""For a probe that waits for it."""
DEEP = 8
"""Addresses of one name that are asked everything; more are left open."""


@dataclass(slots=True)
class Look:
    """One address: the versions it accepts with what was found in each; how it answered the same in two ways, if it
    did; why it was not looked at, if it was not."""

    peer: str
    found: dict[str, Found] = field(default_factory=dict)
    extras: Extras | None = None
    sslv2: str | Unseen = field(default_factory=lambda: Unseen(Reason.NOT_EXERCISED))
    fallback: str | Unseen = field(default_factory=lambda: Unseen(Reason.NOT_EXERCISED))
    difference: str = ""
    failure: Unseen | None = None

    @property
    def differs(self) -> Unseen | None:
        """Whether the same hello was answered in two ways."""
        said = [f"{self.peer}, {found.version}: {found.differs}" for found in self.found.values() if found.differs]
        said += [f"{self.peer}, {self.difference}"] if self.difference else []
        return Unseen(Reason.ANSWERS_DIFFER, "; ".join(said)) if said else None


@dataclass(slots=True)
class Scan:
    """Every address of an endpoint, and how many connections all of it took, versions too."""

    looks: list[Look]
    connections: int

    def same(self) -> None:
        """CannotObserve where an address answered the same in two ways: nobody knows which answers belong together."""
        if differs := next((look.differs for look in self.looks if look.differs), None):
            raise CannotObserve(differs.reason, differs.detail)

    def shown(self) -> list[Look]:
        """The addresses that accept something; CannotObserve with the first reason where none does, or as `same`."""
        self.same()
        shown = [look for look in self.looks if look.found]
        if not shown:
            whys = [look.failure or Unseen(Reason.NOT_EXERCISED, "no version is accepted") for look in self.looks]
            raise CannotObserve(whys[0].reason, "; ".join(dict.fromkeys(why.detail for why in whys))[:500])
        return shown


async def versions_of(target: Target, session: Session) -> list[VersionLook]:
    """What each address answers to each version, asked once in a run. CannotObserve where nobody can be asked."""
    endpoint = endpoint_of(target)
    ips = await session.addresses(endpoint.host)
    if len(ips) > ADDRESSES:
        raise CannotObserve(Reason.LIMIT_REACHED, f"{endpoint.host} has {len(ips)} addresses")
    return await session.once(f"tls versions of {endpoint}", lambda: look_at_all(session, endpoint, ips))


async def scan(target: Target, session: Session) -> Scan:
    """All there is to know, asked once in a run. CannotObserve where nobody can be asked."""
    versions = await versions_of(target, session)
    endpoint = endpoint_of(target)
    shown = target.says("client_certificate")
    return await session.once(f"tls of {endpoint} for {shown}", lambda: _scan(session, target, endpoint, versions))


async def _scan(session: Session, target: Target, endpoint: Endpoint, versions: Sequence[VersionLook]) -> Scan:
    until, pace = asyncio.get_running_loop().time() + SECONDS, Pace(session, len(versions))
    pace.made = sum(look.connections for look in versions)

    def asker(ip: str) -> Asker:
        return Asker(session, endpoint, ip, pace, until)

    looks = await asyncio.gather(*(_look(look, target, partial(asker, look.ip)) for look in versions[:DEEP]))
    why = Unseen(Reason.LIMIT_REACHED, f"more than {DEEP} addresses")
    return Scan([*looks, *(Look(look.peer, failure=why) for look in versions[DEEP:])], pace.made)


async def _look(versions: VersionLook, target: Target, new: Callable[[], Asker]) -> Look:
    look, asker = Look(versions.peer), new()
    accepted = [v for v in OFFERED if versions.answers[v].outcome is Outcome.ACCEPTED]
    if not accepted:
        look.failure = next((answer.unseen for answer in versions.answers.values() if answer.unseen), None)
        if look.failure and all(answer.outcome is Outcome.OPEN for answer in versions.answers.values()):
            look.sslv2 = look.fallback = look.failure
            return look
    # Each version has its own turn-taking: what an answer means depends on the one just before.
    eliminations = [Elimination(new(), version) for version in accepted]
    found = await asyncio.gather(*(each.run() for each in eliminations))
    for each in eliminations:
        await each.order()
    look.found = {one.version: one for one in found}
    offers = [offer for version in VERSIONS if (offer := offer_of(look.found.get(version)))]
    look.sslv2 = await ask_sslv2(asker, offers[-1] if offers else None)
    look.fallback = await ask_fallback(asker, offers)
    if look.found:
        look.extras = await ask_extras(asker, target, look.found)
    look.difference = await find_difference(asker, Heard(versions.answers, look.found))
    return look


@dataclass(frozen=True, slots=True)
class Joined:
    """A set over every address: names that all accept, and those that stay open; or why there is none."""

    names: tuple[str, ...]
    undecided: tuple[tuple[str, Unseen], ...]


def join(scan: Scan, pick: Callable[[Found], Members], name: Callable[[int], str]) -> Joined:
    """What every address accepts, in any of the versions that it accepts."""
    return join_names(scan, [_by_name((pick(one) for one in look.found.values()), name) for look in scan.shown()])


def join_names(scan: Scan, each: Sequence[tuple[set[str], dict[str, Unseen]]]) -> Joined:
    """The same out of (accepted, open) of each address that shows something."""
    every = set[str]().union(*(accepted for accepted, _ in each))
    common, undecided = set[str](), dict[str, Unseen]()
    for member in sorted(every.union(*(open_ for _, open_ in each))):
        whys = [open_[member] for _, open_ in each if member in open_]
        if all(member in accepted for accepted, _ in each):
            common.add(member)
        elif member in every and not all(member in accepted or member in open_ for accepted, open_ in each):
            undecided[member] = Unseen(Reason.ANSWERS_DIFFER, "accepted at some of the addresses")
        else:
            undecided[member] = whys[0]
    if missing := next((look.failure for look in scan.looks if look.failure and not look.found), None):
        undecided |= dict.fromkeys(common, missing)
        common = set()
    return Joined(tuple(sorted(common)), tuple(sorted(undecided.items(), key=lambda pair: pair[0])))


def agree(scan: Scan, each: Iterable[Value | Unseen]) -> Value | Unseen:
    """One value for the endpoint: what every address says; Unseen where they differ or one could not be asked."""
    said = list(each)
    if missing := next((look.failure for look in scan.looks if look.failure and not look.found), None):
        return missing
    if open_ := next((value for value in said if isinstance(value, Unseen)), None):
        return open_
    if any(value != said[0] for value in said):
        return Unseen(Reason.ANSWERS_DIFFER, "not the same at every address")
    return said[0]


def _by_name(members: Iterable[Members], name: Callable[[int], str]) -> tuple[set[str], dict[str, Unseen]]:
    accepted, open_ = set[str](), dict[str, Unseen]()
    for each in members:
        accepted |= {name(number) for number in each.accepted}
        open_ |= {name(number): why for number, why in each.open.items()}
    return accepted, {member: why for member, why in open_.items() if member not in accepted}

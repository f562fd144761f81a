"""Which TLS versions does the endpoint accept, and which does it refuse?

Every address that the name resolves to is asked, one connection at a time: first with what an ordinary client says,
which shows whether anybody is there, then with a ClientHello for each version alone. Left out: SSLv2, cipher suites,
and whether a handshake could be completed: the ServerHello is the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from dataclasses import dataclass

from probes._tls import Endpoint, Heard, ask, endpoint_of
from probes._tls_answers import Answer, Outcome, chosen_version, merge, read_answer, with_control
from probes._tls_hello import VERSIONS, client_hello
from readiness.model import Evidence, Fact, FactType, Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

OFFERED = tuple(reversed(VERSIONS))
TOGETHER = tuple(version for version in VERSIONS if version != "SSLv3")

FIRST_SECONDS = 5.0
"""For the first hello to an address, connection and answer together."""
LATER_SECONDS, LATER_TIMES = 1.5, 5.0
"""For each later one: so long, or so many times what the first took, whichever is more."""
BUDGET_SECONDS = 15.0
"""For the endpoint in all: under the session's own deadline, so that what was heard is told."""
CONNECTIONS = 14
"""To one address, at most: six for a decent server; with a control around every answer but one, no more than this."""
ADDRESSES, AT_A_TIME = 32, 4
"""Of one name; how many are asked at a time."""

# After these the next version would meet the same: a silent server costs one wait, a closed port one attempt.
POINTLESS = frozenset(set(Reason) - {Reason.CLOSED_EARLY, Reason.CONNECTION_RESET})


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Ask every address for every version; CannotObserve where not one version could be decided anywhere."""
    endpoint = endpoint_of(target)
    ips = await session.addresses(endpoint.host)
    if len(ips) > ADDRESSES:
        raise CannotObserve(Reason.LIMIT_REACHED, f"{endpoint.host} has {len(ips)} addresses")
    for seen in tell(session, await look_at_all(session, endpoint, ips)):
        yield seen


async def look_at_all(session: Session, endpoint: Endpoint, ips: Iterable[str]) -> list[Look]:
    """Ask every address, some at a time, within one budget of time; no answer of a peer raises."""
    until = asyncio.get_running_loop().time() + BUDGET_SECONDS
    looks = [Look(session, endpoint, ip, until, {}) for ip in ips]
    turns = asyncio.Semaphore(AT_A_TIME)

    async def take_turn(look: Look) -> None:
        async with turns:
            await look.all_versions()

    async with asyncio.TaskGroup() as group:
        for look in looks:
            group.create_task(take_turn(look))
    return looks


def tell(session: Session, looks: Sequence[Look]) -> Iterator[Seen]:
    """The facts out of what each address answered; CannotObserve where nothing was decided anywhere."""
    answers = [answer for look in looks for answer in look.answers.values()]
    if all(answer.outcome is Outcome.OPEN for answer in answers):
        _give_up(looks)
    kept = [(answer.outcome, _keep(session, look, answer)) for look in looks for answer in look.answers.values()]
    merged = [merge(version, {look.peer: look.answers[version] for look in looks}) for version in OFFERED]
    undecided = tuple(sorted((one.version, one.unseen) for one in merged if one.unseen))
    note = f"{sum(look.connections for look in looks)} connections to {len(looks)} address(es)"
    yield Seen("tls.versions_offered", len(OFFERED), note)
    for fact, outcome in (("tls.versions_accepted", Outcome.ACCEPTED), ("tls.versions_refused", Outcome.REFUSED)):
        value = tuple(sorted(one.version for one in merged if one.outcome is outcome))
        proof = tuple(evidence for what, found in kept if what is outcome for evidence in found)
        yield Seen(fact, value, evidence=proof, undecided=undecided)
    yield Seen(
        "tls.version_answers", _table(looks), evidence=tuple(evidence for _, found in kept for evidence in found)
    )


@dataclass(slots=True)
class Look:
    """One address, asked one hello after the other.

    `control` is a version that it has accepted; `succeeded`: the hello just before was accepted.
    """

    session: Session
    endpoint: Endpoint
    ip: str
    until: float
    answers: dict[str, Answer]
    connections: int = 0
    seconds: float = FIRST_SECONDS
    control: str = ""
    succeeded: bool = False

    @property
    def peer(self) -> str:
        """Address and port, as people write them."""
        return f"[{self.ip}]:{self.endpoint.port}" if ":" in self.ip else f"{self.ip}:{self.endpoint.port}"

    async def all_versions(self) -> None:
        """Fill `answers` for every version."""
        heard = await self._say(TOGETHER)
        self.seconds = max(LATER_SECONDS, LATER_TIMES * heard.seconds)
        if isinstance(heard.answer, Unseen) and heard.answer.reason in POINTLESS:
            self.answers = {version: self._read(version, heard) for version in OFFERED}
            return
        # What it chose comes first: accepted alone, it is the control of all the others.
        for version in sorted(OFFERED, key=chosen_version(heard).__ne__):
            before = self.succeeded
            self._note(await self._alone(version))
            await self._between_controls(version, before=before)
        for version in OFFERED:  # those that were asked before a control was known
            await self._between_controls(version, before=False)

    async def _between_controls(self, version: str, *, before: bool) -> None:
        """Settle an answer that refuses only if an accepted version works just before and just after it."""
        if not self.answers[version].needs_control or not self.control:
            return
        if not before:
            if not (self.succeeded or await self._control_succeeds()):
                return
            self._note(await self._alone(version))
        if self.answers[version].needs_control and await self._control_succeeds():
            self._note(with_control(self.answers[version]))

    async def _control_succeeds(self) -> bool:
        return bool(self.control) and (await self._alone(self.control)).outcome is Outcome.ACCEPTED

    async def _alone(self, version: str) -> Answer:
        answer = self._read(version, await self._say((version,)))
        self.succeeded = answer.outcome is Outcome.ACCEPTED
        return answer

    def _note(self, answer: Answer) -> None:
        self.answers[answer.version] = answer
        if answer.outcome is Outcome.ACCEPTED:
            self.control = self.control or answer.version

    def _read(self, version: str, heard: Heard) -> Answer:
        return read_answer(version, heard, named=bool(self.endpoint.server_name))

    async def _say(self, versions: tuple[str, ...]) -> Heard:
        left = self.until - asyncio.get_running_loop().time()
        if left <= 0:
            return Heard(Unseen(Reason.TIMED_OUT, f"{BUDGET_SECONDS:g} s for the endpoint are over"), b"", 0.0)
        if self.connections >= CONNECTIONS:
            return Heard(Unseen(Reason.LIMIT_REACHED, f"{CONNECTIONS} connections were made"), b"", 0.0)
        self.connections += 1
        hello = client_hello(versions, self.endpoint.server_name)
        return await ask(self.session, self.ip, self.endpoint.port, hello, min(self.seconds, left))


def _give_up(looks: Sequence[Look]) -> None:
    """Raise the reason of the first address, and tell those of the others."""
    whys = [next(answer.unseen for answer in look.answers.values() if answer.unseen) for look in looks]
    named = [f"{look.peer}: {why.detail or why.reason}" for look, why in zip(looks, whys, strict=True)]
    # One address needs no name beside it, and then reads as other probes say it: one closed port is one line.
    detail = "; ".join(named) if len(named) > 1 else whys[0].detail
    raise CannotObserve(whys[0].reason, detail)


def _keep(session: Session, look: Look, answer: Answer) -> tuple[Evidence, ...]:
    """The records of a ServerHello or an alert, as they came."""
    if not answer.raw:
        return ()
    origin = f"answer of {look.peer} to a ClientHello for {answer.version}"
    return (session.keep(answer.raw, "application/octet-stream", origin),)


def _table(looks: Sequence[Look]) -> Table:
    rows = tuple(
        (look.peer, version, str(look.answers[version].outcome), look.answers[version].by)
        for look in looks
        for version in OFFERED
    )
    return Table(("address", "version", "answer", "by"), rows)


PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact("tls.versions_offered", FactType.NUMBER, "How many versions were offered, each in its own ClientHello."),
        Fact(
            "tls.versions_accepted",
            FactType.SET,
            "Versions that every address of the endpoint answers with a ServerHello or HelloRetryRequest of it.",
            of="tls.versions_offered",
        ),
        Fact(
            "tls.versions_refused",
            FactType.SET,
            "Versions that every address of the endpoint refuses, in words or between two hellos that it accepts.",
            of="tls.versions_offered",
        ),
        Fact("tls.version_answers", FactType.TABLE, "Per address and version: the answer, and what it was given by."),
    ),
    observe,
    Effect.SCANS,
)

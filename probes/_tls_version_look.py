"""What does each address of an endpoint answer to a hello for each TLS version alone? The asking, shared by probes.

First what an ordinary client says, which shows whether anybody is there, then a ClientHello for each version; controls
around answers that refuse only between two accepted hellos. Left out: the facts (`tls_versions`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from probes._tls import Endpoint, Heard, ask
from probes._tls_answers import Answer, Outcome, chosen_version, read_answer, with_control
from probes._tls_hello import MODERN, VERSIONS, client_hello
from readiness.model import Reason, Unseen
from readiness.probe import Session

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
AT_A_TIME = 4
"""So many addresses of a name are asked at a time."""

# After these the next version would meet the same: a silent server costs one wait, a closed port one attempt.
POINTLESS = frozenset(set(Reason) - {Reason.CLOSED_EARLY, Reason.CONNECTION_RESET})


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
            if version == MODERN == chosen_version(heard):
                self._note(self._read(version, heard))  # older ones are not always meant, but this one is
                self.succeeded = True
                continue
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

"""Are the customers of a supplier's shared service apart (R section 8, 21-1 and 21-3)?

Keys: the client certificate of one customer beside those of the others, out of files, and out of records of runs in
which they sent. Ids: in a test environment, and by a permit that covers the service, each customer asks what became of
another's consignment, as itself and as the other. A refusal counts only where each is told of its own, before and
after. Left out: whether the service logged it, which only its owner's log shows, and other ways from one to another.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from probes._held_certificate import read_held
from probes._sent_over import Client, read_client, read_sent
from probes._tenant_asking import GIVEN, ask, read_reception
from readiness.model import Fact, FactType, Reason, Strength, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Effect, HttpRequest, Probe, Seen, Session

PREFIX = "tenant."
COMPARED, SHARED = PREFIX + "others_compared", PREFIX + "keys_shared"
ASKED, GIVEN_OUT, REQUESTS = PREFIX + "others_asked_about", PREFIX + "ids_given_out", PREFIX + "requests"
FACTS = (
    Fact(COMPARED, FactType.NUMBER, "How many other customers of the service it was compared with."),
    Fact(SHARED, FactType.SET, "Those of them that have its certificate, or its key.", of=COMPARED),
    Fact(
        ASKED, FactType.NUMBER, "About how many other customers' consignments it asked the service, and was answered."
    ),
    Fact(GIVEN_OUT, FactType.SET, "Those of them of whose consignment it was told.", of=ASKED),
    Fact(REQUESTS, FactType.TABLE, "Every question, in order: by whom, as whom, about whose, and what came of it."),
)
COLUMNS = ("certificate of", "asks as", "about", "outcome")
ANSWERED_OTHERWISE = {Reason.NOT_UNDERSTOOD, Reason.NOT_EXERCISED}
"""The service answered, and not so that a control could be one; any other reason kept it from being asked."""
MOST = 10
"""How many other customers one is asked about; each takes five questions."""
DEADLINE = 120.0
Undecided = dict[str, Unseen]


@dataclass(frozen=True, slots=True)
class Known:
    """The client certificates of a customer. `open`: why others that it has are not known, if so."""

    clients: tuple[Client, ...]
    open: Unseen | None = None


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Keys first, for which nobody is asked; then ids."""
    everybody = session.profile_targets(TargetKind.TENANT)
    others = [one for one in everybody if one.id != target.id and one.says("endpoint") == target.says("endpoint")]
    known = {one.id: await asyncio.to_thread(_known, one, session) for one in (target, *others)}
    for seen in read_keys(known.pop(target.id), known):
        yield seen
    trial = Trial(target, session)
    await trial.ask_about(others)
    for seen in trial.seen():
        yield seen


def read_keys(own: Known, others: dict[str, Known]) -> Iterable[Seen]:
    """With whom a customer shares a certificate or a key."""
    shared = {id_ for id_, one in others.items() if any(a.shares_key(b) for a in own.clients for b in one.clients)}
    # Whoever shares one key shares; where a certificate is not known, whether there is another stays open.
    open_ = {id_: own.open or one.open for id_, one in others.items() if id_ not in shared}
    undecided = tuple(sorted((id_, why) for id_, why in open_.items() if why))
    yield Seen(COMPARED, len(others), strength=Strength.FILE)
    yield Seen(SHARED, tuple(sorted(shared)), _digests(own), undecided=undecided, strength=Strength.FILE)


@dataclass(slots=True)
class Trial:
    """What a customer asks about others, and what it is told."""

    target: Target
    session: Session
    rows: list[tuple[str, ...]] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    open: Undecided = field(default_factory=dict)

    async def ask_about(self, others: Sequence[Target]) -> None:
        """Ask about each. What keeps it from being asked about any is the reason for all."""
        for other in others[MOST:]:
            self.open[other.id] = Unseen(Reason.LIMIT_REACHED, f"only {MOST} others are asked about")
        for other in others[:MOST]:
            try:
                await self._ask_about(other)
            except CannotObserve as error:
                self.open[other.id] = error.unseen

    async def _ask_about(self, other: Target) -> None:
        """Its own, and the other its own; then the other's, as itself and as the other; then both their own again."""
        await self._controls(other)
        told = [await self._ask(self.target, sender, other) for sender in (self.target, other)]
        if GIVEN in told:
            self.given.add(other.id)
            self.answered.add(other.id)
            return
        await self._controls(other)
        if why := next((one for one in told if isinstance(one, Unseen)), None):
            raise CannotObserve(why.reason, why.detail)
        self.answered.add(other.id)

    async def _controls(self, other: Target) -> None:
        """CannotObserve(control_failed) where one of the two is not told of its own consignment."""
        for one in (self.target, other):
            told = await self._ask(one, one, one)
            if isinstance(told, Unseen) and told.reason not in ANSWERED_OTHERWISE:
                raise CannotObserve(told.reason, told.detail)
            if told != GIVEN:
                why = told.detail if isinstance(told, Unseen) else told
                raise CannotObserve(Reason.CONTROL_FAILED, f"{one.id} is not told of its own consignment ({why})")

    async def _ask(self, asker: Target, sender: Target, owner: Target) -> str | Unseen:
        number, distribution = (
            str(one or "") for one in (sender.says("organisation_number"), owner.says("distribution_id"))
        )
        if not distribution:
            raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile gives no distribution_id of {owner.id}")
        request = ask(str(asker.says("path") or "/"), number, distribution)
        told = await self._told(asker, request)
        if isinstance(told, Unseen) and told.reason is Reason.TIMED_OUT:
            told = await self._told(asker, request)  # it only reads, so it may be asked again
        self.rows.append((asker.id, sender.id, owner.id, str(told.reason) if isinstance(told, Unseen) else told))
        return told

    async def _told(self, asker: Target, request: HttpRequest) -> str | Unseen:
        try:
            return read_reception(await self.session.ask_as(asker, request))
        except CannotObserve as error:
            return error.unseen

    def seen(self) -> Iterable[Seen]:
        """The facts. Where nobody could be asked about, for the one reason that kept it from being so."""
        yield Seen(REQUESTS, Table(COLUMNS, tuple(self.rows)))
        reasons = list(dict.fromkeys(self.open.values()))
        if not self.answered and len(reasons) == 1:
            yield Seen(ASKED, reasons[0])
            yield Seen(GIVEN_OUT, reasons[0])
            return
        yield Seen(ASKED, len(self.answered))
        yield Seen(GIVEN_OUT, tuple(sorted(self.given)), undecided=tuple(sorted(self.open.items())))


def _known(tenant: Target, session: Session) -> Known:
    """The certificates in a customer's file, and over which its deliveries came in the runs that it names."""
    clients: list[Client] = []
    open_: Unseen | None = None
    try:
        file = replace(tenant, address=str(tenant.says("certificate_file") or ""))
        clients.append(read_client(read_held(file, session).chain[0]))
    except CannotObserve as error:
        open_ = error.unseen
    records = tenant.says("records")
    for path in records if isinstance(records, tuple) else ():
        try:
            clients += _sent_over(tenant, path, session)
        except CannotObserve as error:
            open_ = error.unseen
    return Known(tuple(dict.fromkeys(clients)), open_)


def _sent_over(tenant: Target, path: str, session: Session) -> Iterable[Client]:
    run = session.other_run(tenant, path)
    if run.organisation_number != tenant.says("organisation_number"):
        raise CannotObserve(Reason.NOT_CONFIGURED, f"a record of {tenant.id} is of another organisation")
    sent = read_sent(run.connections, run.exchanges)
    if not sent.clients:
        raise CannotObserve(
            Reason.NOT_EXERCISED, f"a record of {tenant.id} holds no delivery with a client certificate"
        )
    return sorted(sent.clients, key=lambda client: client.der)


def _digests(known: Known) -> str:
    return "certificate " + ", ".join(client.sha256 for client in known.clients) if known.clients else ""


PROBE = Probe(TargetKind.TENANT, FACTS, observe, Effect.SENDS, deadline=DEADLINE)

"""Which TLS versions does the endpoint accept, and which does it refuse?

Every address that the name resolves to is asked, one connection at a time: first with what an ordinary client says,
which shows whether anybody is there, then with a ClientHello for each version alone. Whether it is one server that
answers, the rest of the look at TLS tells (`_tls_scan`). Left out: SSLv2 (`tls_fallback`), cipher suites, and whether a
handshake could be completed: the ServerHello is the answer.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence

from probes._tls_answers import Answer, Outcome, merge
from probes._tls_scan import DEADLINE, scan, versions_of
from probes._tls_version_look import OFFERED, Look
from readiness.model import Evidence, Fact, FactType, Table, Target, TargetKind
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Ask every address for every version; CannotObserve where not one version could be decided anywhere."""
    looks = await versions_of(target, session)
    (await scan(target, session)).same()
    for seen in tell(session, looks):
        yield seen


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
    deadline=DEADLINE,
)

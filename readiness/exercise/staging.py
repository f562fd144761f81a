"""How does the stage of an exercise stand? Its settings, out of the profile, with a port for all that needs one.

Left out: the stage itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from readiness.chain import Profile, StagePlan
from readiness.errors import UsageError
from readiness.stage.scenario import Scenario, load_scenarios
from readiness.stage.services import PLAIN_LISTENER, sites
from readiness.stage.settings import (
    Dispatcher,
    Operator,
    Sender,
    ServerCertificate,
    StageSettings,
    default_dispatchers,
    default_operators,
    default_persons,
    default_senders,
)


def stage_settings(profile: Profile, scenarios: Sequence[Scenario], now: datetime, until: datetime) -> StageSettings:
    """The stage that the profile declares, with these scenarios. UsageError for a file that cannot be read.

    `until` is when a stage stops that other machines reach; one on loopback stops with the exercise.
    """
    plan = profile.stage
    senders, dispatchers = _organisations(profile)
    settings = StageSettings(
        default_persons(now.date()),
        address=plan.address,
        public_name=plan.public_name,
        operators=tuple(Operator(id_, name) for id_, name in plan.operators) or default_operators(),
        senders=senders,
        dispatchers=dispatchers,
        scenarios=tuple(scenarios),
        client_certificate=plan.client_certificate,  # type: ignore[arg-type]  # one of the three, held by the profile
        certificate=_certificate(plan),
        client_issuers=tuple(map(_read, plan.client_issuers)),
        peers=plan.peers,
    )
    ports = _ports(plan.first_port, settings)
    return replace(settings, ports=ports, until=None if settings.local else until)


def _ports(first: int, settings: StageSettings) -> dict[str, int]:
    """Consecutive ports: FaR, operators, Message, canary, revocation, then the scenarios' own, always in that order.

    A scenario has its port whether it is performed this time or not: addresses stay the same from run to run.
    """
    if not first:
        return {}
    stood = sites(replace(settings, scenarios=tuple(load_scenarios().values())))
    own = [site.name for site in stood if site.scenario]
    shared = [site.name for site in stood if not site.scenario]
    return {name: first + place for place, name in enumerate([*shared, PLAIN_LISTENER, *own])}


def _organisations(profile: Profile) -> tuple[tuple[Sender, ...], tuple[Dispatcher, ...]]:
    """Those made for tests, and those of the chain: a kommun may send, and any of them may do so for it."""
    parties = {f"16{party.organisation_number}": party for party in profile.parties}
    own = Sender(f"16{profile.subject.organisation_number}", profile.subject.name)
    chain = [Sender(id_, party.name) for id_, party in parties.items() if party.kind == "kommun"]
    senders = {one.id: one for one in (*default_senders(), own, *chain)}
    may = tuple({own.id, *(one.id for one in chain)})
    dispatchers = {one.id: one for one in default_dispatchers()}
    for id_, party in parties.items():
        if party.kind in {"kommun", "vendor"}:
            dispatchers[id_] = Dispatcher(id_, party.name, tuple(sorted(may)))
    return tuple(senders.values()), tuple(dispatchers.values())


def _certificate(plan: StagePlan) -> ServerCertificate | None:
    return ServerCertificate(_read(plan.certificate), _read(plan.key)) if plan.certificate else None


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}). Give a PEM file.") from None

"""The spine: Profile -> Targets -> Observations -> Record -> Findings -> Grades -> Report. Everything is joined here.

Left out: the command line, and the formats of a report.
"""

from __future__ import annotations

import asyncio
import platform
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.x509 import Certificate

import probes
from readiness import __version__
from readiness.chain import Profile
from readiness.checklist import load_checklist
from readiness.deviations import states
from readiness.dossier.records import read_all
from readiness.errors import RecordError
from readiness.judge import grade, judge
from readiness.model import Finding, Observation, TargetKind, Unseen, Verdict
from readiness.observe import Progress, observe
from readiness.probe import Limits
from readiness.profile import from_json, parse_profile, to_json, whole_profile
from readiness.record import Record, read_record
from readiness.record_writing import Writer
from readiness.recording import (
    CANARY,
    Entry,
    Exchange,
    Performance,
    connection_target,
    exchange_target,
    performance_target,
)
from readiness.register import Checklist
from readiness.report import RecordUsed, Report, ScenarioWords
from readiness.session import LiveSession, Recorded
from readiness.union import from_another_party


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Looking:
    """How a run looks: limits, clock, who hears of progress, who is asked for passwords, which contract it holds to."""

    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], datetime] = utc_now
    progress: Progress | None = None
    prompt: Callable[[str], str] | None = None
    contract: Path | None = None


Exercise = Callable[[Writer], AbstractAsyncContextManager[Recorded]]
"""Let the chain act before it is looked at: on entering it has acted, and what was recorded of it is written and given.
The originals are to be had until the context ends, which is after the probes have looked."""


def observe_profile(
    profile: Profile, text: str, folder: Path, looking: Looking, exercise: Exercise | None = None
) -> Record:
    """Look at the chain of a profile and leave a record in the folder. `text` is the profile as it was written."""
    started = looking.clock()
    whole = whole_profile(text, profile.source)
    start = {
        "profile": to_json(whole.data),
        "profile_digest": whole.digest,
        "profile_source": profile.source,
        "tool": [list(row) for row in tool(looking.contract)],
    }
    with Writer(folder, start, started) as writer:
        complete = asyncio.run(_act_and_look(profile, writer, looking, exercise))
        writer.finish(looking.clock(), complete=complete)
    return read_record(folder)


async def _act_and_look(profile: Profile, writer: Writer, looking: Looking, exercise: Exercise | None) -> bool:
    async with exercise(writer) if exercise else nullcontext(Recorded()) as recorded:
        entries: tuple[Entry, ...] = (
            *recorded.connections.values(),
            *recorded.exchanges.values(),
            *recorded.performances.values(),
        )
        whole = with_recorded(profile, entries)
        return await _look(whole, writer, looking, recorded) and recorded.complete


async def _look(whole: Profile, writer: Writer, looking: Looking, recorded: Recorded) -> bool:
    session = LiveSession(
        whole,
        writer.keep,
        looking.limits,
        looking.clock,
        looking.prompt,
        recorded,
        looking.contract,
        writer.tell_permit,
    )
    _, complete = await observe(
        probes.discover(), session, looking.limits, whole, writer.tell, looking.progress, writer.tell_permit
    )
    return complete


def with_recorded(profile: Profile, entries: Iterable[Entry]) -> Profile:
    """The profile with the targets that a stage's recording adds, on the node of the sending system.

    A connection to a scenario's own port is no target of its own: what is disturbed there is no ordinary connection,
    and `fault_handling` looks at it with its scenario. Nor is one to a canary, or to where revocation is told: neither
    is FaR or an operator. A scenario that stands in several records is one target.
    """
    sending = next((target for target in profile.targets if target.kind is TargetKind.SENDING_SYSTEM), None)
    node, party = (sending.node, sending.party) if sending else ("", "")
    known = {target.id for target in profile.targets if target.kind is TargetKind.SCENARIO}
    found = []
    for entry in entries:
        if isinstance(entry, Performance):
            target = performance_target(entry, node, party)
            if target.id in known:
                continue
            known.add(target.id)
        elif isinstance(entry, Exchange):
            target = exchange_target(entry, node, party)
        elif entry.attributions or entry.role == CANARY:
            continue
        else:
            target = connection_target(entry, node, party)
        found.append(target)
    return replace(profile, targets=(*profile.targets, *found))


def judge_records(
    records: Sequence[Record], checklist: Checklist, at: datetime | None = None, part: str = ""
) -> Report:
    """Judge one or several records together. The first is the owner's own, and its profile says what the chain is."""
    own, records = records[0], (records[0], *map(_told_apart, records[1:]))
    profile = profile_of(own)
    for record in records:
        profile = with_recorded(profile, (*record.connections, *record.exchanges, *record.performances))
    when = at or max(record.ended for record in records)
    whose = [_party_of(record) for record in records]
    mine = [o for record, party in zip(records, whose, strict=True) if party == whose[0] for o in _own(record)]
    others = [
        o
        for record, party in zip(records, whose, strict=True)
        if party != whose[0]
        for o in _lent(record, party, profile)
    ]
    settled = {(o.target, o.fact) for o in mine if not isinstance(o.value, Unseen)}
    observations = mine + [o for o in others if (o.target, o.fact) not in settled]
    findings = judge(checklist.rules, profile, observations, when)
    whole = profile.subject.kind != "vendor"
    return Report(
        profile=profile,
        checklist=checklist,
        observations=tuple(observations),
        findings=findings,
        grades=grade(findings, checklist.rules, [risk.id for risk in checklist.risks], part=part, whole=whole),
        deviations=states(profile.deviations, findings, when),
        records=tuple(_used(record, party, whose[0]) for record, party in zip(records, whose, strict=True)),
        tool=tuple((str(name), str(version)) for name, version in own.start["tool"]),
        profile_digest=str(own.start["profile_digest"]),
        started=min(record.started for record in records),
        ended=max(record.ended for record in records),
        judged_at=when,
        part=part,
        scenarios=scenario_words(profile),
        excerpts=_excerpts(records, findings),
    )


def _excerpts(records: Iterable[Record], findings: Iterable[Finding]) -> tuple[tuple[str, bytes], ...]:
    """What is shown of the evidence that failed findings rest on."""
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    wanted = {piece.sha256 for finding in failed for seen in finding.rests_on for piece in seen.evidence}
    return tuple(sorted({(id_, data) for one in records for id_, data in one.beginnings.items() if id_ in wanted}))


def scenario_words(profile: Profile) -> tuple[ScenarioWords, ...]:
    """The words of the scenarios among a profile's targets, group by group. One of a later version has none."""
    from readiness.stage.scenario import GROUPS, load_scenarios

    named = {str(target.says("scenario")) for target in profile.targets if target.kind is TargetKind.SCENARIO}
    if not named:
        return ()
    known = sorted(load_scenarios().values(), key=lambda scenario: GROUPS.index(scenario.group))
    return tuple(ScenarioWords(s.id, s.group, s.title, s.means, s.source) for s in known if s.id in named)


def read_and_judge(
    paths: Iterable[Path],
    checklists: Path | None = None,
    at: datetime | None = None,
    part: str = "",
    anchors: Sequence[Certificate] = (),
) -> Report:
    """Records and dossiers from disk, judged against the shipped checklist or another.

    `anchors` are issuers that dossiers' signers may lead to; without, whose a signature is stays not confirmed.
    """
    return judge_records(read_all(paths, anchors), shipped_or(checklists), at, part)


def shipped_or(checklists: Path | None) -> Checklist:
    """The checklist of a folder, type-checked against the facts that the probes promise; else the shipped one."""
    return load_checklist(probes.facts(), checklists)


def profile_of(record: Record) -> Profile:
    """The profile that a record was made with. RecordError for a stage's own, which was made without one."""
    if "profile" not in record.start:
        raise RecordError(f"{record.folder}: was made without a profile. Stage with --profile to have it judged.")
    return parse_profile(from_json(record.start["profile"]), str(record.start["profile_source"]))


def tool(contract: Path | None = None) -> tuple[tuple[str, str], ...]:
    """Name and version of the tool and of what its findings lean on; two TLS libraries, because there are two.

    ContractError where `contract` is no folder of the contract's files.
    """
    from cryptography import __version__ as cryptography_version
    from cryptography.hazmat.backends.openssl.backend import backend

    from readiness.contract.schemas import load_contract

    held_to = load_contract(contract)

    return (
        ("mm-readiness", __version__),
        ("python", platform.python_version()),
        ("ssl (standard library)", ssl.OPENSSL_VERSION),
        ("cryptography", f"{cryptography_version} ({backend.openssl_version_text()})"),
        ("contract", f"{held_to.name} (SHA-256 {held_to.sha256})"),
        ("platform", f"{platform.system()} {platform.release()}"),
    )


def _told_apart(record: Record) -> Record:
    """The record with its id on what a stage recorded in it: every stage counts its own from c1 and e1."""
    mark = f"-{record.id[:8]}"
    recorded = [*map(connection_target, record.connections), *map(exchange_target, record.exchanges)]
    names = {target.id: target.id + mark for target in recorded}
    return replace(
        record,
        observations=tuple(replace(o, target=names.get(o.target, o.target)) for o in record.observations),
        connections=tuple(replace(one, id=one.id + mark) for one in record.connections),
        exchanges=tuple(replace(e, id=e.id + mark, connection=e.connection + mark) for e in record.exchanges),
    )


def _party_of(record: Record) -> str:
    return profile_of(record).subject.party or profile_of(record).subject.name


def _own(record: Record) -> list[Observation]:
    """The observations of one of the owner's own records, with its id."""
    return [replace(observation, record=record.id) for observation in record.observations]


def _lent(record: Record, party: str, profile: Profile) -> list[Observation]:
    """What another party's record may speak of, at strength *file* at best.

    It speaks of targets that the owner's profile says the party holds or answers for, and of those that a [[record]] of
    that party covers; never in place of what the owner has seen. A vendor does not answer for a kommun's own server.
    """
    covered = {name for other in profile.records if other.party == party for name in other.covers}
    targets = {
        target.id
        for target in profile.targets
        if party in {target.held_by, target.party} or {target.id, str(target.kind)} & covered
    }
    return [from_another_party(o, record.id) for o in record.observations if o.target in targets]


def _used(record: Record, party: str, owner: str) -> RecordUsed:
    return RecordUsed(
        id=record.id,
        party=party,
        own=party == owner,
        environment=profile_of(record).environment,
        started=record.started,
        ended=record.ended,
        how_ended=record.how_ended,
        sealed=record.sealed,
        permits=record.permits_used,
    )

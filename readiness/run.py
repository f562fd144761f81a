"""The spine: Profile -> Targets -> Observations -> Record -> Findings -> Grades -> Report. Everything is joined here.

Left out: the command line, and the formats of a report.
"""

from __future__ import annotations

import asyncio
import hashlib
import platform
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import probes
from readiness import __version__
from readiness.chain import Profile
from readiness.checklist import load_checklist
from readiness.deviations import states
from readiness.judge import grade, judge
from readiness.model import Observation
from readiness.observe import Progress, observe
from readiness.probe import Limits, Probe
from readiness.profile import from_json, parse_profile, profile_data, to_json
from readiness.record import Record, Writer, read_record
from readiness.register import Checklist
from readiness.report import RecordUsed, Report
from readiness.session import LiveSession
from readiness.union import from_another_party


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Looking:
    """How a run looks: limits, clock, who is told of progress, who is asked for passwords, and who allowed it."""

    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], datetime] = utc_now
    progress: Progress | None = None
    prompt: Callable[[str], str] | None = None


def observe_profile(profile: Profile, text: str, folder: Path, looking: Looking, only: Sequence[Probe] = ()) -> Record:
    """Look at the chain of a profile and leave a record in the folder. `text` is the profile as it was written."""
    started = looking.clock()
    start = {
        "profile": to_json(profile_data(text)),
        "profile_digest": hashlib.sha256(text.encode("utf-8")).hexdigest(),
        "profile_source": profile.source,
        "tool": [list(row) for row in tool()],
    }
    with Writer(folder, start, started) as writer:
        session = LiveSession(profile, writer.keep, looking.limits, looking.clock, looking.prompt)
        _, complete = asyncio.run(
            observe(only or probes.discover(), session, looking.limits, profile, writer.tell, looking.progress)
        )
        writer.finish(looking.clock(), complete=complete)
    return read_record(folder)


def judge_records(
    records: Sequence[Record], checklist: Checklist, at: datetime | None = None, part: str = ""
) -> Report:
    """Judge one or several records together. The first is the owner's own, and its profile says what the chain is."""
    own = records[0]
    profile = profile_of(own)
    when = at or max(record.ended for record in records)
    whose = [_party_of(record) for record in records]
    observations = [o for record, party in zip(records, whose, strict=True) for o in _as_used(record, party, whose[0])]
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
    )


def read_and_judge(
    folders: Iterable[Path], checklists: Path | None = None, at: datetime | None = None, part: str = ""
) -> Report:
    """Records from disk, judged against the shipped checklist or another."""
    return judge_records([read_record(folder) for folder in folders], shipped_or(checklists), at, part)


def shipped_or(checklists: Path | None) -> Checklist:
    """The checklist of a folder, type-checked against the facts that the probes promise; else the shipped one."""
    return load_checklist(probes.facts(), checklists)


def profile_of(record: Record) -> Profile:
    """The profile that a record was made with."""
    return parse_profile(from_json(record.start["profile"]), str(record.start["profile_source"]))


def tool() -> tuple[tuple[str, str], ...]:
    """Name and version of the tool and of what its findings lean on; two TLS libraries, because there are two."""
    from cryptography import __version__ as cryptography_version
    from cryptography.hazmat.backends.openssl.backend import backend

    return (
        ("mm-readiness", __version__),
        ("python", platform.python_version()),
        ("ssl (standard library)", ssl.OPENSSL_VERSION),
        ("cryptography", f"{cryptography_version} ({backend.openssl_version_text()})"),
        ("platform", f"{platform.system()} {platform.release()}"),
    )


def _party_of(record: Record) -> str:
    return profile_of(record).subject.party or profile_of(record).subject.name


def _as_used(record: Record, party: str, owner: str) -> tuple[Observation, ...]:
    """The observations of a record with its id; those of another party's record at strength file at best."""
    if party != owner:
        return tuple(from_another_party(observation, record.id) for observation in record.observations)
    return tuple(replace(observation, record=record.id) for observation in record.observations)


def _used(record: Record, party: str, owner: str) -> RecordUsed:
    return RecordUsed(
        id=record.id,
        party=party,
        own=party == owner,
        environment=profile_of(record).environment,
        started=record.started,
        ended=record.ended,
        how_ended=record.how_ended,
    )

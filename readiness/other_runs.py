"""What did another run leave, whose record the profile names? A folder or a dossier, read and held apart.

Its digests are checked before anything of it is believed. Left out: judging it together with this run (`run`), and what
two recordings have in common, which is for the probes to say.
"""

from __future__ import annotations

from pathlib import Path

from readiness.dossier.records import read_any
from readiness.errors import ReadinessError
from readiness.model import Reason, TargetKind
from readiness.probe import CannotObserve, OtherRun
from readiness.profile import from_json, parse_profile


def read_other_run(path: str) -> OtherRun:
    """The run in that folder or dossier. CannotObserve(not_understood) where there is no unaltered record of one."""
    try:
        record = read_any(Path(path))
        if "profile" not in record.start:
            raise CannotObserve(
                Reason.NOT_UNDERSTOOD, f"{path}: was made without a profile, which would say whose it is"
            )
        profile = parse_profile(from_json(record.start["profile"]), str(record.start["profile_source"]))
    except (ReadinessError, OSError) as error:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, str(error)[:300]) from error
    systems = (target for target in profile.targets if target.kind is TargetKind.SENDING_SYSTEM)
    return OtherRun(
        record=record.id,
        organisation_number=profile.subject.organisation_number,
        environment=profile.environment,
        products=tuple(sorted({str(system.says("product") or "") for system in systems} - {""})),
        ended=record.ended,
        connections=record.connections,
        exchanges=record.exchanges,
    )

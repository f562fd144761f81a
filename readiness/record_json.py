"""How does an entry of a record look as JSON: an observation, a permit that was used? Written, and read without loss.

Left out: what a stage recorded (`recording_json`), and the files (`record`, `record_writing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness.chain import Permit, PermitUsed
from readiness.model import Evidence, Observation, Strength, Unseen
from readiness.values import from_plain, moment_from, moment_text, to_plain


def observation_to_plain(o: Observation) -> dict[str, object]:
    """What json.dumps takes."""
    return {
        "probe": o.probe,
        "target": o.target,
        "fact": o.fact,
        "at": moment_text(o.at),
        "value": to_plain(o.value),
        "strength": o.strength,
        "detail": o.detail,
        "evidence": [[e.sha256, e.media_type, e.origin, e.masked] for e in o.evidence],
        "undecided": [[member, to_plain(why)] for member, why in o.undecided],
        "party": o.party,
        "environment": o.environment,
        "version": o.version,
    }


def observation_from(row: Mapping[str, Any]) -> Observation:
    """The observation again. KeyError, TypeError or ValueError on what no writer of this tool writes."""
    return Observation(
        probe=row["probe"],
        target=row["target"],
        fact=row["fact"],
        at=moment_from(row["at"]),
        value=from_plain(row["value"]),
        strength=Strength(row["strength"]),
        detail=row["detail"],
        evidence=tuple(Evidence(*map(str, fields)) for fields in row["evidence"]),
        undecided=tuple((member, _why(from_plain(why))) for member, why in row["undecided"]),
        party=row["party"],
        environment=row["environment"],
        version=row["version"],
    )


def permit_to_plain(used: PermitUsed) -> dict[str, object]:
    """What json.dumps takes."""
    permit = used.permit
    return {
        "probe": used.probe,
        "target": used.target,
        "effect": used.effect,
        "at": moment_text(used.at),
        "owner": permit.owner,
        "addresses": list(permit.addresses),
        "effects": list(permit.effects),
        "start": moment_text(permit.start),
        "end": moment_text(permit.end),
        "document": permit.document,
        "sha256": permit.sha256,
    }


def permit_from(row: Mapping[str, Any]) -> PermitUsed:
    """The permit again. KeyError, TypeError or ValueError on what no writer of this tool writes."""
    start, end = moment_from(row["start"]), moment_from(row["end"])
    addresses, effects = tuple(row["addresses"]), tuple(row["effects"])
    permit = Permit(row["owner"], addresses, effects, start, end, row["document"], row["sha256"])
    return PermitUsed(row["probe"], row["target"], row["effect"], moment_from(row["at"]), permit)


def _why(value: object) -> Unseen:
    if not isinstance(value, Unseen):
        raise ValueError(f"{value!r} is no reason")  # noqa: TRY004 - what a file says, not what a caller passed
    return value

"""Of several observations of one fact, from several records, which one counts?

The latest seen value; one made of another version of a node than is declared now is `expired`. Pure. Left out: what a
rule makes of it (`judge`), and how records are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from readiness.chain import Profile
from readiness.model import Observation, Reason, Strength, Unseen

Facts = Mapping[str, Observation]


def counting(
    observations: Iterable[Observation], profile: Profile, environment: str = ""
) -> dict[str, dict[str, Observation]]:
    """For each target and fact the observation that counts; of one environment only, where one is named."""
    versions = {node.id: node.version for node in profile.nodes}
    declared = {target.id: versions.get(target.node, "") for target in profile.targets}
    found: dict[str, dict[str, Observation]] = {}
    for observation in observations:
        if environment and observation.environment != environment:
            continue
        candidate = _of_version(observation, declared.get(observation.target, ""))
        facts = found.setdefault(candidate.target, {})
        if candidate.fact not in facts or _rank(candidate) > _rank(facts[candidate.fact]):
            facts[candidate.fact] = candidate
    return found


def from_another_party(observation: Observation, record: str) -> Observation:
    """An observation out of somebody else's record: at strength *file* at best."""
    strength = Strength.FILE if observation.strength is Strength.LIVE else observation.strength
    return replace(observation, strength=strength, record=record)


def _rank(observation: Observation) -> tuple[object, ...]:
    """Seen before unseen, then the later one; the rest of the key makes ties fall the same way every time."""
    seen = not isinstance(observation.value, Unseen)
    return seen, observation.at, observation.environment, observation.record, observation.detail


def _of_version(observation: Observation, declared: str) -> Observation:
    if isinstance(observation.value, Unseen) or observation.version == declared:
        return observation
    why = f"seen of version {observation.version or 'not stated'}; declared now is {declared or 'not stated'}"
    return replace(observation, value=Unseen(Reason.EXPIRED, why), undecided=())

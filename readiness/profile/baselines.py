"""Which guidelines for TLS are an endpoint held to beside the default one: chosen for it, or by class of information?

Left out: what the guidelines say (checklists/tls_baselines.toml).
"""

from __future__ import annotations

from dataclasses import replace

from readiness.model import Target, TargetKind
from readiness.profile.values import Section

BASELINES = ("mozilla-intermediate", "mozilla-modern", "bsi", "nist")
LEVELS = range(5)


def hold_to_baselines(root: Section, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The targets, of which each endpoint says its `klassa_k` (its own, or the highest of any message type) and the
    `baselines` that are chosen for it, or in [baselines] for a class that is as high as its own or lower."""
    chosen: dict[int, tuple[str, ...]] = {}
    if section := root.table("baselines"):
        chosen = {level: section.words(f"klassa_k_{level}", BASELINES) for level in LEVELS}
        section.done()
    levels = [level for target in targets if isinstance(level := target.says("klassa_k"), int)]
    highest = max((level for level in levels if not isinstance(level, bool)), default=None)
    return tuple(_held(target, chosen, highest) if target.kind is TargetKind.ENDPOINT else target for target in targets)


def _held(target: Target, chosen: dict[int, tuple[str, ...]], highest: int | None) -> Target:
    said = dict(target.declared)
    level = said.setdefault("klassa_k", highest) if highest is not None else said.get("klassa_k")
    names = set(own) if isinstance(own := said.get("baselines"), tuple) else set[str]()
    if isinstance(level, int):
        names |= {name for least, several in chosen.items() if least <= level for name in several}
    if names:
        said["baselines"] = tuple(sorted(names))
    return replace(target, declared=tuple(sorted(said.items())))

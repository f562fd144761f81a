"""The nouns of a checklist: risks, the checks proposed for them, the matrix, and all of it together.

Read from TOML by `checklist`; nothing here checks anything. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from readiness.model import Rule, Words


@dataclass(frozen=True, slots=True)
class Standing:
    """*Läget*: what has changed about a risk since 2014, where that was read, how surely, and when it was checked."""

    text: Words
    source: str
    confidence: str  # read, partial or open
    checked: date


@dataclass(frozen=True, slots=True)
class Risk:
    """One of the 22 risks, in our own short wording. `level` 1 to 5 as set in 2014; ids as the analysis writes them."""

    id: str
    title: Words
    description: Words
    likelihood: str  # sannolikhet: mycket_lag, lag, hog, mycket_hog
    consequence: str  # konsekvens: the same, and forsumbar
    level: int
    properties: tuple[str, ...]  # see chain.PROPERTIES
    standing: Standing


@dataclass(frozen=True, slots=True)
class Matrix:
    """Risk level by likelihood (rows) and consequence (columns), both in the order of `steps`."""

    steps: tuple[str, ...]
    levels: tuple[tuple[int, ...], ...]
    derived: tuple[tuple[str, str], ...]  # cells that the source does not show
    provenance: Words


@dataclass(frozen=True, slots=True)
class Check:
    """One of the 142 proposed checks. `kind`: M live machine, Mf machine on a file, D document, I interview."""

    id: str
    risk: str
    kind: str
    mandatory: bool
    title: Words
    criterion: str  # evidence and pass line, in Swedish
    signer: tuple[str, ...] = ()
    valid_days: int | None = None
    voided_by_change: bool = False
    support: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """Everything that is asked, with the SHA-256 over the files it was read from (name and bytes, in name order)."""

    rules: tuple[Rule, ...]
    risks: tuple[Risk, ...]
    checks: tuple[Check, ...]
    matrix: Matrix
    digest: str
    by_id: Mapping[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {rule.id: rule for rule in self.rules})

    def rule(self, id_: str) -> Rule:
        """The rule of that id; KeyError if there is none."""
        return self.by_id[id_]

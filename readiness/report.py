"""A Report: all that was seen, asked and found, with identity. What every format is written from.

Left out: layout and words (reports, texts). Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePosixPath, PureWindowsPath

from readiness.chain import Deviation, PermitUsed, Profile
from readiness.model import Cause, Finding, Grade, Mark, Observation, Sealed, Target, TargetKind, Verdict, Weight, Words
from readiness.register import Checklist


class DeviationState(StrEnum):
    """Whether an accepted deviation matters today. None of them changes a verdict."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class RecordUsed:
    """One record that was judged: its id (SHA-256 of its journal), whose it is, when it was made, how it ended.

    `sealed` is what was verified of the dossier that it came in; none, if it came in a folder. `permits` are those that
    probes were let near their targets by.
    """

    id: str
    party: str
    own: bool
    environment: str
    started: datetime
    ended: datetime
    how_ended: str  # complete or interrupted
    sealed: Sealed | None = None
    permits: tuple[PermitUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioWords:
    """What a scenario is called and what it means, in words; the id of its group; and what it is taken from.

    They are this version's words, whichever version's stage performed it.
    """

    id: str
    group: str
    title: Words
    means: Words
    source: str


PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Report:
    """One judgement of one chain. `part` is empty, or "seen" when only the seen part was judged.

    `scenarios` has the words of the scenarios among the targets, group by group, where this version knows them.
    `excerpts`: the first bytes of evidence that a failed finding rests on, by its SHA-256 (hex).
    `audience` is empty, or PUBLIC for a summary that leaves out what must not be published.
    """

    profile: Profile
    checklist: Checklist
    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    grades: tuple[Grade, ...]
    deviations: tuple[tuple[Deviation, DeviationState], ...]
    records: tuple[RecordUsed, ...]
    tool: tuple[tuple[str, str], ...]  # name and version, of the tool first, then of what it leans on
    profile_digest: str
    started: datetime
    ended: datetime
    judged_at: datetime
    part: str = ""
    scenarios: tuple[ScenarioWords, ...] = ()
    excerpts: tuple[tuple[str, bytes], ...] = ()
    audience: str = ""
    by_id: Mapping[str, Target] = field(init=False, repr=False, compare=False)  # the profile's targets

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {target.id: target for target in reversed(self.profile.targets)})

    def findings_about(self, risk: str) -> tuple[tuple[Finding, Weight], ...]:
        """The findings that bear on a risk, each with its weight there: must first, worst verdict first."""
        weights = {rule.id: dict(rule.risks).get(risk) for rule in self.checklist.rules}
        rows = [(finding, weight) for finding in self.findings if (weight := weights[finding.rule])]
        return tuple(sorted(rows, key=lambda row: (row[1] != Weight.MUST, ORDER[row[0].verdict])))

    def observations_of(self, target: str) -> tuple[Observation, ...]:
        """What was seen, and not seen, of one target."""
        return tuple(observation for observation in self.observations if observation.target == target)

    def target(self, id_: str) -> Target:
        """The target of that id; KeyError if there is none."""
        return self.by_id[id_]

    def scenario(self, target: Target) -> ScenarioWords:
        """The words of the scenario that a target stands for: its id in place of them where no version told them."""
        id_ = str(target.says("scenario") or target.id)
        if known := next((words for words in self.scenarios if words.id == id_), None):
            return known
        return ScenarioWords(id_, str(target.says("group") or ""), Words(id_, id_), Words("", ""), "")

    def place_of(self, target: Target) -> str:
        """Where a target is: its address; a file by its path from the profile's folder, which is nobody's business."""
        return _from_folder(self.profile.source, target.address) if target.address else ""

    def targets(self, kind: TargetKind) -> tuple[Target, ...]:
        """The profile's targets of one kind."""
        return tuple(target for target in self.profile.targets if target.kind is kind)

    @property
    def interrupted(self) -> bool:
        """Whether any record that was judged was cut off."""
        return any(record.how_ended != "complete" for record in self.records)

    @property
    def exit_code(self) -> int:
        """0 every graded risk passes and one is graded, 10 something violated, 11 nothing violated but not shown."""
        graded = [grade for grade in self.grades if grade.mark is not Mark.NONE]
        if any(grade.mark is Mark.FAIL and grade.because == "violated" for grade in graded):
            return 10
        return 0 if graded and all(grade.mark is Mark.PASS for grade in graded) else 11

    @property
    def waiting(self) -> tuple[Finding, ...]:
        """Findings of rules that no probe can look at yet."""
        return tuple(finding for finding in self.findings if finding.cause is Cause.PENDING)


ORDER = {Verdict.FAIL: 0, Verdict.INCONCLUSIVE: 1, Verdict.PASS: 2, Verdict.NOT_APPLICABLE: 3}


@lru_cache(maxsize=4096)  # every format asks about every target, for each of its findings
def _from_folder(profile: str, address: str) -> str:
    """An address, but a path from the profile's folder where it is a file in there."""
    # As the machine that ran writes paths, whichever machine judges.
    flavour = PurePosixPath if profile.startswith("/") else PureWindowsPath
    folder, file = flavour(profile).parent, flavour(address)
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else address

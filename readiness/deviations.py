"""Does a decision to accept a deviation matter today? Pure. It is printed beside the verdict and never changes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from readiness.chain import Deviation
from readiness.model import Finding, Verdict
from readiness.report import DeviationState


def states(
    deviations: Iterable[Deviation], findings: Iterable[Finding], at: datetime
) -> tuple[tuple[Deviation, DeviationState], ...]:
    """Each deviation with its state: expired (also when malformed), in force, or unused because nothing fails."""
    open_findings = [f for f in findings if f.verdict in {Verdict.FAIL, Verdict.INCONCLUSIVE}]
    return tuple((deviation, _state(deviation, open_findings, at)) for deviation in deviations)


def _state(deviation: Deviation, open_findings: list[Finding], at: datetime) -> DeviationState:
    if deviation.malformed or deviation.expires is None or deviation.expires < at:
        return DeviationState.EXPIRED
    used = any(f.rule == deviation.rule and deviation.target in {"", f.target} for f in open_findings)
    return DeviationState.IN_FORCE if used else DeviationState.UNUSED

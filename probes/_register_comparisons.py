"""Which comparison does a purpose ask for? One pure function a purpose.

Each gives how many comparisons there were, the rows that deviate, and where it is about a size, that. Left out: what of
it is too much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from probes import _register_lists as lists
from probes import _register_times as times
from probes import _register_trials as trials
from probes._register_cells import Numbered
from probes._register_measures import Beside, Compared
from readiness.register_purposes import SBOM

Compare = Callable[[tuple[Numbered, ...], Beside], Compared]


def compare(purpose: str, rows: tuple[Numbered, ...], beside: Beside) -> Compared | None:
    """What a purpose's comparison gives, None where it has none. CannotObserve: not_configured where it needs another
    list, or an interval, and the profile names none; not_supported for a range of versions."""
    return COMPARISONS[purpose](rows, beside) if purpose in COMPARISONS else None


COMPARISONS: Mapping[str, Compare] = {
    "private_providers": lists.private_providers,
    "classification": lists.classification,
    "message_types_sent": lists.message_types,
    "inventory": lists.inventory,
    "export": lists.export,
    "mediators": lists.mediators,
    "component_versions": lists.component_versions,
    "backlog": times.backlog,
    "subprocessors": lists.subprocessors,
    "processing_times": times.processing_times,
    "outreach": times.outreach,
    "digital_share": times.digital_share,
    "availability": times.availability,
    SBOM: lists.sbom,
    "paper_fallback": times.paper_fallback,
    "reconciliation": lists.reconciliation,
    "restore_tests": times.restore_tests,
    "end_to_end_tests": trials.end_to_end_tests,
    "switch_tests": trials.switch_tests,
    "refused_input_tests": trials.refused_input_tests,
    "alarm_tests": trials.alarm_tests,
    "separation_tests": trials.separation_tests,
    "log_reviews": times.log_reviews,
    "queues": times.queues,
    "multi_party": lists.multi_party,
    "template_samples": trials.template_samples,
    "notifications": lists.notifications,
    "tenants": lists.tenants,
}

"""The built-in defects of the clock by which the example is looked at: its time sources tell another time."""

from __future__ import annotations

from datetime import timedelta

from readiness.demo.defect import Change, Defect
from readiness.demo.plan import Plan
from readiness.model import Words


def _ahead(*seconds: int) -> Change:
    def change(plan: Plan) -> None:
        plan.time_sources = [timedelta(seconds=number) for number in seconds]

    return change


DEFECTS = (
    Defect(
        "clock-minutes-off",
        Words("Datorns klocka går två minuter efter tidskällorna", "The clock is two minutes behind the time sources"),
        _ahead(120, 120),
        ("MM-LOG-24", "MM-LOG-35"),
    ),
    Defect(
        "clock-seconds-off",
        Words(
            "Datorns klocka går fem sekunder efter tidskällorna", "The clock is five seconds behind the time sources"
        ),
        _ahead(5, 5),
        ("MM-LOG-35",),
    ),
    Defect(
        "clock-sources-differ",
        Words("De två tidskällorna säger olika", "The two time sources do not agree"),
        _ahead(0, 30),
        ("MM-LOG-24", "MM-LOG-35"),
    ),
)

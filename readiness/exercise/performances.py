"""How is a scenario told, that was performed or was not? A round as it goes, and what the journal gets of it.

Left out: when (`conductor`).
"""

from __future__ import annotations

from dataclasses import dataclass

from readiness.exercise.plan import Round
from readiness.recording import Moment, Performance
from readiness.stage.scenario import Casting

DELIVERED, FAILED = "delivered", "failed"


@dataclass(slots=True)
class Played:
    """A round that is performed, until it is told. `controlled` is how the control before it went."""

    round: Round
    controlled: str
    started: Moment
    ended: Moment | None = None
    how_ended: str = ""
    recovered: Moment | None = None
    recovery_ended: Moment | None = None
    unseen: str = ""

    def tell(self, id_: str, casting: Casting, controlled: str, waited_ns: int | None) -> Performance:
        """One of its scenarios, with the control that counts for it, and without an account."""
        return _performance(
            id_,
            casting,
            self.round.id,
            controlled=controlled,
            started=self.started,
            ended=self.ended,
            how_ended=self.how_ended,
            recovered=self.recovered,
            recovery_ended=self.recovery_ended,
            waited_ns=waited_ns,
            unseen=self.unseen,
        )


def left_out(id_: str, casting: Casting, round_: str, why: str, controlled: str = "") -> Performance:
    """A scenario that was not performed; `why` begins with a reason of the model's."""
    return _performance(id_, casting, round_, controlled=controlled, unseen=why)


def _performance(id_: str, casting: Casting, round_: str, **more: object) -> Performance:
    scenario = casting.scenario
    return Performance(
        id_,
        scenario.id,
        scenario.digest,
        scenario.group,
        scenario.layer,
        scenario.place,
        scenario.nature,
        round_,
        persons=(casting.person,) * scenario.messages,
        control=scenario.control,
        **more,  # type: ignore[arg-type]
    )

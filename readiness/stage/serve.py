"""How does one serve by hand, for as long as one likes? A stage and the record it leaves.

Left out: rounds (exercise).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from readiness.contract.schemas import Contract
from readiness.record import Record, read_record
from readiness.record_writing import Writer
from readiness.stage.scenario import Casting
from readiness.stage.settings import StageSettings
from readiness.stage.stage import Stage, running_stage


async def serve(
    settings: StageSettings,
    folder: Path,
    contract: Contract,
    start: Mapping[str, object],
    told: Callable[[Stage], None] = lambda stage: None,
    castings: Sequence[Casting] = (),
) -> Record:
    """Serve and record until `settings.until`, or until cancelled; run.json is written either way.

    `folder` is where the record goes; `start` what its first entry says beside the stage's own; `told` is called once
    the stage stands, to show where; `castings` are performed all the while. Raises UsageError as `running_stage`.
    """
    own = {"contract": contract.name, "contract_sha256": contract.sha256, "persons": len(settings.persons)}
    with Writer(folder, {**start, "stage": own}, datetime.now(UTC)) as writer:
        try:
            async with running_stage(settings, writer, contract, folder) as stage:
                await stage.enact(castings)
                told(stage)
                await stage.ended.wait()
        finally:
            writer.finish(datetime.now(UTC), complete=True)
    return read_record(folder)

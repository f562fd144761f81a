"""How is a run written down while it goes on, so that nothing is lost when it is killed?

Each entry is flushed before the next; run.json comes last. Left out: what the files are, and reading (`record`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TextIO

from readiness import recording_json
from readiness.chain import PermitUsed
from readiness.model import Evidence, Observation, Reason, Unseen
from readiness.record import EVIDENCE, FORMAT, JOURNAL, RUN
from readiness.record_json import observation_to_plain, permit_to_plain
from readiness.recording import Entry
from readiness.values import moment_text, to_plain

ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
CLOCK = {"offset": to_plain(Unseen(Reason.NOT_CONFIGURED, "told by the observation clock.offset")), "source": ""}
"""How far this machine's clock was from the time is not known when a record begins: a probe asks, where it may."""


class Writer:
    """A record being written. Use it as a context manager: leaving it without `finish` leaves it interrupted."""

    def __init__(self, folder: Path, start: Mapping[str, object], started: datetime) -> None:
        self._folder = folder
        self._evidence = folder / EVIDENCE
        self._evidence.mkdir(parents=True)
        self._journal: TextIO = (folder / JOURNAL).open("x", encoding="utf-8", newline="\n")
        self._started = self._latest = started
        self._permits: list[dict[str, object]] = []
        self._write({"entry": "start", "format": FORMAT, "started": moment_text(started), "clock": CLOCK, **start})

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()

    def keep(self, data: bytes, media_type: str, origin: str, masked: str) -> Evidence:
        """Store bytes under their SHA-256, or only the digest where `masked` says why."""
        evidence = Evidence(hashlib.sha256(data).hexdigest(), media_type, origin, masked)
        path = self._evidence / evidence.sha256
        if not masked and not path.exists():
            path.write_bytes(data)
        return evidence

    def tell(self, observation: Observation) -> None:
        """Append one observation."""
        self._latest = max(self._latest, observation.at)
        self._write({"entry": "observation", **observation_to_plain(observation)})

    def tell_permit(self, used: PermitUsed) -> None:
        """Append a permit, by which a probe is now let near a target."""
        self._latest = max(self._latest, used.at)
        self._permits.append(permit_to_plain(used))
        self._write({"entry": "permit", **self._permits[-1]})

    def tell_recorded(self, entry: Entry) -> None:
        """Append one connection or exchange of the stage, or one scenario performed."""
        self._append(recording_json.to_json(entry))

    def finish(self, ended: datetime, *, complete: bool) -> None:
        """Write run.json; nothing is added afterwards. A clock that was set back does not end the run before its last
        entry."""
        self._journal.close()
        kept = sorted(path.name for path in self._evidence.iterdir())
        content = {
            "format": FORMAT,
            "started": moment_text(self._started),
            "ended": moment_text(max(ended, self._latest)),
            "how_ended": "complete" if complete else "interrupted",
            "clock": CLOCK,
            "permits_used": self._permits,
            "journal_sha256": _sha256(self._folder / JOURNAL),
            "evidence": kept,
        }
        (self._folder / RUN).write_text(
            json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n"
        )

    def _write(self, entry: Mapping[str, object]) -> None:
        self._append(ENCODER.encode(entry))

    def _append(self, line: str) -> None:
        self._journal.write(f"{line}\n")
        self._journal.flush()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

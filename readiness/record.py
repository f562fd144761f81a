"""A run on disk, to be judged again without looking again: what is in the files, and is it what was written?

    journal.jsonl        one entry a line, flushed as it is written: the start, then every observation, every permit
                         that was used, and every connection and exchange of the stage
    evidence/<sha256>    bytes kept as proof
    run.json             written at the end: how it ended, the permits used, what is known of the clock, and the digests
                         of all the rest

A run that was killed has no run.json; everything up to its last whole line counts, and it is `interrupted`. Left out:
what the entries of the start mean (`run`), and which observation counts (`union`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from readiness import recording_json
from readiness.chain import Permit, PermitUsed
from readiness.errors import RecordError
from readiness.model import Evidence, Observation, Reason, Strength, Unseen
from readiness.recording import Connection, Entry, Exchange, Performance
from readiness.values import from_plain, moment_from, moment_text, to_plain

FORMAT = "mm-readiness-record/1"
JOURNAL, RUN, EVIDENCE = "journal.jsonl", "run.json", "evidence"
ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
CLOCK = {"offset": to_plain(Unseen(Reason.NOT_CONFIGURED, "not measured: no time source is named")), "source": ""}
"""How far this machine's clock was from the time, and by which source: nobody names one, so nobody was asked."""
LARGEST_JOURNAL = 512 * 1024 * 1024
LARGEST_EVIDENCE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """One run, read back. `id` is the SHA-256 of the journal; `notes` what was odd about the files, in English."""

    id: str
    folder: str
    start: Mapping[str, Any]
    observations: tuple[Observation, ...]
    started: datetime
    ended: datetime
    how_ended: str
    notes: tuple[str, ...] = ()
    connections: tuple[Connection, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    performances: tuple[Performance, ...] = ()
    permits_used: tuple[PermitUsed, ...] = ()


Row = Observation | PermitUsed | Entry


class Writer:
    """A record being written. Use it as a context manager: leaving it without `finish` leaves it interrupted."""

    def __init__(self, folder: Path, start: Mapping[str, object], started: datetime) -> None:
        self._folder = folder
        self._evidence = folder / EVIDENCE
        self._evidence.mkdir(parents=True)
        self._journal: TextIO = (folder / JOURNAL).open("x", encoding="utf-8", newline="\n")
        self._started = started
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
        self._write({"entry": "observation", **_plain(observation)})

    def tell_permit(self, used: PermitUsed) -> None:
        """Append a permit, by which a probe is now let near a target."""
        self._permits.append(_plain_permit(used))
        self._write({"entry": "permit", **self._permits[-1]})

    def tell_recorded(self, entry: Entry) -> None:
        """Append one connection or exchange of the stage, or one scenario performed."""
        self._append(recording_json.to_json(entry))

    def finish(self, ended: datetime, *, complete: bool) -> None:
        """Write run.json; nothing is added afterwards."""
        self._journal.close()
        kept = sorted(path.name for path in self._evidence.iterdir())
        content = {
            "format": FORMAT,
            "started": moment_text(self._started),
            "ended": moment_text(ended),
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


def read_record(folder: Path) -> Record:
    """A record, its digests checked. RecordError names the file that is missing, altered or of another version."""
    folder = folder / "record" if (folder / "record" / JOURNAL).is_file() else folder
    journal = folder / JOURNAL
    if not journal.is_file():
        raise RecordError(f"{folder}: no {JOURNAL} here. Give the folder that a run wrote, or its folder record.")
    if journal.stat().st_size > LARGEST_JOURNAL:
        raise RecordError(f"{journal}: larger than {LARGEST_JOURNAL} bytes, which no run of this tool writes.")
    data = journal.read_bytes()
    id_ = hashlib.sha256(data).hexdigest()
    end = _read_end(folder, id_)
    lines, notes = _lines(data, killed=end is None)
    start, entries = _entries(journal, lines)
    last = max(map(_when, entries), default=start["started"])
    return Record(
        id_,
        str(folder),
        start,
        tuple(entry for entry in entries if isinstance(entry, Observation)),
        start["started"],
        moment_from(end["ended"]) if end else max(last, start["started"]),
        str(end["how_ended"]) if end else "interrupted",
        notes,
        tuple(entry for entry in entries if isinstance(entry, Connection)),
        tuple(entry for entry in entries if isinstance(entry, Exchange)),
        tuple(entry for entry in entries if isinstance(entry, Performance)),
        tuple(entry for entry in entries if isinstance(entry, PermitUsed)),
    )


def _read_end(folder: Path, journal_sha256: str) -> Mapping[str, Any] | None:
    """run.json, held against the files it speaks of; None where the run was killed before it was written."""
    path = folder / RUN
    if not path.exists():
        return None
    try:
        end = json.loads(path.read_text(encoding="utf-8"))
        _check_version(path, end)
        said, kept, how = end["journal_sha256"], set(end["evidence"]), end["how_ended"]
        moment_from(end["ended"])
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(
            f"{path}: is not what this tool writes ({error!r}). Use the record as it was handed over."
        ) from error
    if how not in {"complete", "interrupted"}:
        raise RecordError(f"{path}: how_ended is {how!r}. Use the record as it was handed over.")
    if said != journal_sha256:
        raise RecordError(f"{folder / JOURNAL}: was altered after the run (its SHA-256 is not the one in {RUN}).")
    found = {file.name for file in (folder / EVIDENCE).iterdir()} if (folder / EVIDENCE).is_dir() else set()
    if found != kept:
        names = ", ".join(sorted(found ^ kept)[:3])
        raise RecordError(f"{folder / EVIDENCE}: files were added or removed after the run: {names}.")
    for name in sorted(kept):
        file = folder / EVIDENCE / name
        if file.is_symlink() or file.stat().st_size > LARGEST_EVIDENCE or _sha256(file) != name:
            raise RecordError(f"{file}: was altered after the run (its SHA-256 is not its name).")
    return end  # type: ignore[no-any-return]


def _lines(data: bytes, *, killed: bool) -> tuple[list[bytes], tuple[str, ...]]:
    """Whole lines; half a last one, which only a kill can leave, is cut off with a note."""
    lines = data.split(b"\n")
    if lines.pop() and killed:
        return lines, ("the last line of the journal was cut off in the middle and is left out",)
    return lines, ()


def _entries(journal: Path, lines: list[bytes]) -> tuple[Mapping[str, Any], tuple[Row, ...]]:
    number = 0
    try:
        rows: list[Row] = []
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            if number == 1:
                _check_version(journal, row)
                start = {**row, "started": moment_from(row["started"])}
            elif row["entry"] == "observation":
                rows.append(_observation(row))
            elif row["entry"] == "permit":
                rows.append(_permit(row))
            elif row["entry"] in recording_json.KINDS:
                rows.append(recording_json.from_plain(row))
        return start, tuple(rows)
    except (KeyError, TypeError, ValueError, UnboundLocalError) as error:
        raise RecordError(f"{journal}:{number}: is not what this tool writes ({error!r}).") from error


def _when(entry: Row) -> datetime:
    match entry:
        case Observation() | PermitUsed():
            return entry.at
        case Connection():
            return entry.closed.wall
        case Performance():
            told = [row.at for row in entry.account]
            moments = [at.wall for at in (entry.started, entry.ended, entry.recovery_ended, *told) if at]
            return max(moments, default=datetime.min.replace(tzinfo=UTC))
        case _:
            return (entry.response_last_byte or entry.first_byte).wall


def _check_version(path: Path, row: object) -> None:
    if not isinstance(row, dict):
        raise ValueError("not an object")  # noqa: TRY004 - what a file says, not what a caller passed
    if (found := row.get("format")) != FORMAT:
        raise RecordError(
            f"{path}: is of format {found!r}; this version reads {FORMAT}. Judge it with the version that wrote it."
        )


def _plain(o: Observation) -> dict[str, object]:
    return {
        "probe": o.probe,
        "target": o.target,
        "fact": o.fact,
        "at": moment_text(o.at),
        "value": to_plain(o.value),
        "strength": o.strength,
        "detail": o.detail,
        "evidence": [[e.sha256, e.media_type, e.origin, e.masked] for e in o.evidence],
        "undecided": [[member, to_plain(why)] for member, why in o.undecided],
        "party": o.party,
        "environment": o.environment,
        "version": o.version,
    }


def _observation(row: Mapping[str, Any]) -> Observation:
    return Observation(
        probe=row["probe"],
        target=row["target"],
        fact=row["fact"],
        at=moment_from(row["at"]),
        value=from_plain(row["value"]),
        strength=Strength(row["strength"]),
        detail=row["detail"],
        evidence=tuple(Evidence(*map(str, fields)) for fields in row["evidence"]),
        undecided=tuple((member, _why(from_plain(why))) for member, why in row["undecided"]),
        party=row["party"],
        environment=row["environment"],
        version=row["version"],
    )


def _plain_permit(used: PermitUsed) -> dict[str, object]:
    permit = used.permit
    return {
        "probe": used.probe,
        "target": used.target,
        "effect": used.effect,
        "at": moment_text(used.at),
        "owner": permit.owner,
        "addresses": list(permit.addresses),
        "effects": list(permit.effects),
        "start": moment_text(permit.start),
        "end": moment_text(permit.end),
        "document": permit.document,
        "sha256": permit.sha256,
    }


def _permit(row: Mapping[str, Any]) -> PermitUsed:
    start, end = moment_from(row["start"]), moment_from(row["end"])
    addresses, effects = tuple(row["addresses"]), tuple(row["effects"])
    permit = Permit(row["owner"], addresses, effects, start, end, row["document"], row["sha256"])
    return PermitUsed(row["probe"], row["target"], row["effect"], moment_from(row["at"]), permit)


def _why(value: object) -> Unseen:
    if not isinstance(value, Unseen):
        raise ValueError(f"{value!r} is no reason")  # noqa: TRY004 - what a file says, not what a caller passed
    return value


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""A run on disk, to be judged again without looking again: what is in the files, and is it what was written?

    journal.jsonl        one entry a line, flushed as it is written: the start, then every observation, every permit
                         that was used, and every connection and exchange of the stage
    evidence/<sha256>    bytes kept as proof
    run.json             written at the end: how it ended, the permits used, what is known of the clock, and the digests
                         of all the rest

A run that was killed has no run.json; everything up to its last whole line counts, and it is `interrupted`. Files are
read a piece at a time, from a folder or from wherever else `Files` says. The digests tell of damage and of careless
changes: whoever also rewrites run.json is told by a seal only (`dossier`). Left out: writing (`record_writing`), what
the entries of the start mean (`run`), and which observation counts (`union`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

from readiness import recording_json
from readiness.chain import PermitUsed
from readiness.errors import RecordError
from readiness.model import Observation, Sealed
from readiness.record_json import observation_from, permit_from, permit_to_plain
from readiness.recording import Connection, Entry, Exchange, Performance
from readiness.values import moment_from, moment_text

FORMAT = "mm-readiness-record/1"
MIGRATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {FORMAT: lambda row: row}
"""The formats that are read, each with what makes an entry of it one of `FORMAT`."""
JOURNAL, RUN, EVIDENCE = "journal.jsonl", "run.json", "evidence"
LARGEST_JOURNAL = 512 * 1024 * 1024
LARGEST_END = 64 * 1024 * 1024
LARGEST_EVIDENCE = 64 * 1024 * 1024
BEGINNING, BEGINNINGS = 1024, 16 * 1024 * 1024
"""Bytes of one piece of evidence that are remembered, and of all together."""
HANDED_OVER = "Use the record as it was handed over."


@dataclass(frozen=True, slots=True)
class Record:
    """One run, read back. `id` is the SHA-256 of the journal; `notes` what was odd about the files, in English.

    `sealed` says who sealed the dossier that it came in, if it came in one. `beginnings`: the first bytes of evidence
    by its SHA-256, as many as there is room for; none of a run that was killed, whose evidence nothing vouches for.
    """

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
    sealed: Sealed | None = None
    beginnings: Mapping[str, bytes] = field(default_factory=dict)


Row = Observation | PermitUsed | Entry


class Files(Protocol):
    """Where a record's files are: `place` is what messages call that; names are relative, with / between."""

    place: str

    def names(self) -> Set[str]:
        """Every file that is there."""

    def size(self, name: str) -> int:
        """How many bytes it has."""

    def open(self, name: str) -> BufferedReader:
        """The file, to be read from its start."""


class Folder:
    """A record's files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.place = str(folder)

    def names(self) -> Set[str]:
        """journal, run.json where it is, and whatever lies in evidence/."""
        evidence = self._folder / EVIDENCE
        kept = [f"{EVIDENCE}/{path.name}" for path in evidence.iterdir()] if evidence.is_dir() else []
        return frozenset([*kept, *(name for name in (JOURNAL, RUN) if (self._folder / name).is_file())])

    def size(self, name: str) -> int:
        """RecordError where it is no ordinary file: a link leads out of the record."""
        path = self._folder / name
        if path.is_symlink() or not path.is_file():
            raise RecordError(f"{path}: was altered after the run (it is no ordinary file).")
        return path.stat().st_size

    def open(self, name: str) -> BufferedReader:
        """The file, to be read from its start."""
        return (self._folder / name).open("rb")


def record_folder(folder: Path) -> Path:
    """The folder that has the journal: the one given, or `record` in it. RecordError where neither has one."""
    folder = folder / "record" if (folder / "record" / JOURNAL).is_file() else folder
    if not (folder / JOURNAL).is_file():
        raise RecordError(f"{folder}: no {JOURNAL} here. Give the folder that a run wrote, or its folder record.")
    return folder


def read_record(folder: Path) -> Record:
    """A record, its digests checked. RecordError names the file that is missing, altered or of another version."""
    return read_files(Folder(record_folder(folder)))


def read_files(files: Files, sealed: Sealed | None = None) -> Record:
    """The same from wherever the files are; `sealed` is what is known of who vouches for them."""
    journal = f"{files.place}/{JOURNAL}"
    if files.size(JOURNAL) > LARGEST_JOURNAL:
        raise RecordError(f"{journal}: larger than {LARGEST_JOURNAL} bytes, which no run of this tool writes.")
    with files.open(JOURNAL) as file:
        id_ = hashlib.file_digest(file, "sha256").hexdigest()
    beginnings: dict[str, bytes] = {}
    end = _read_end(files, id_, beginnings)
    notes: list[str] = []
    with files.open(JOURNAL) as file:
        start, entries = _entries(journal, _lines(file, journal, notes, killed=end is None))
    if end:
        _check_end(f"{files.place}/{RUN}", end, start, entries)
    last = max(map(_when, entries), default=start["started"])
    return Record(
        id_,
        files.place,
        start,
        tuple(entry for entry in entries if isinstance(entry, Observation)),
        start["started"],
        moment_from(end["ended"]) if end else max(last, start["started"]),
        str(end["how_ended"]) if end else "interrupted",
        tuple(notes),
        tuple(entry for entry in entries if isinstance(entry, Connection)),
        tuple(entry for entry in entries if isinstance(entry, Exchange)),
        tuple(entry for entry in entries if isinstance(entry, Performance)),
        tuple(entry for entry in entries if isinstance(entry, PermitUsed)),
        sealed,
        beginnings,
    )


def _read_end(files: Files, journal_sha256: str, beginnings: dict[str, bytes]) -> Mapping[str, Any] | None:
    """run.json, held against its files, whose beginnings are added; None where the run was killed before it."""
    names = files.names()
    if RUN not in names:
        return None
    path = f"{files.place}/{RUN}"
    try:
        if files.size(RUN) > LARGEST_END:
            raise ValueError("too large")  # noqa: TRY301 - told like everything else that is wrong with it
        with files.open(RUN) as file:
            end = json.loads(file.read().decode("utf-8"))
        _migration(path, end)
        said, kept, how = end["journal_sha256"], set(end["evidence"]), end["how_ended"]
        moment_from(end["ended"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"{path}: is not what this tool writes ({error!r}). {HANDED_OVER}") from error
    if how not in {"complete", "interrupted"}:
        raise RecordError(f"{path}: how_ended is {how!r}. {HANDED_OVER}")
    if said != journal_sha256:
        raise RecordError(f"{files.place}/{JOURNAL}: was altered after the run (its SHA-256 is not the one in {RUN}).")
    found = {name.partition("/")[2] for name in names if name.startswith(f"{EVIDENCE}/")}
    if found != kept:
        odd = ", ".join(sorted(map(ascii, found ^ kept))[:3])
        raise RecordError(f"{files.place}/{EVIDENCE}: files were added or removed after the run: {odd}.")
    for name in sorted(kept):
        beginning = _check_evidence(files, name)
        if len(beginnings) < BEGINNINGS // BEGINNING:
            beginnings[name] = beginning
    return end  # type: ignore[no-any-return]


def _check_evidence(files: Files, name: str) -> bytes:
    """The first bytes of a piece of evidence whose SHA-256 is its name; RecordError for any other."""
    path = f"{EVIDENCE}/{name}"
    if files.size(path) <= LARGEST_EVIDENCE:
        with files.open(path) as file:
            beginning = file.read(BEGINNING)
            file.seek(0)
            if hashlib.file_digest(file, "sha256").hexdigest() == name:
                return beginning
    raise RecordError(f"{files.place}/{path}: was altered after the run (its SHA-256 is not its name).")


def _check_end(path: str, end: Mapping[str, Any], start: Mapping[str, Any], entries: tuple[Row, ...]) -> None:
    """What run.json repeats of the journal has to be what the journal says."""
    permits = [permit_to_plain(entry) for entry in entries if isinstance(entry, PermitUsed)]
    said = {"started": moment_text(start["started"]), "clock": start["clock"], "permits_used": permits}
    for key, value in said.items():
        if end.get(key) != value:
            raise RecordError(f"{path}: {key} is not what {JOURNAL} says. {HANDED_OVER}")


def _lines(file: BufferedReader, journal: str, notes: list[str], *, killed: bool) -> Iterator[bytes]:
    """Whole lines; half a last one, which only a kill can leave, is left out with a note."""
    for line in file:
        if line.endswith(b"\n"):
            yield line[:-1]
        elif killed:
            notes.append("the last line of the journal was cut off in the middle and is left out")
        else:
            raise RecordError(f"{journal}: its last line was cut off, which no run does that ended. {HANDED_OVER}")


def _entries(journal: str, lines: Iterator[bytes]) -> tuple[Mapping[str, Any], tuple[Row, ...]]:
    number = 0
    try:
        rows: list[Row] = []
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            if number == 1:
                migrate = _migration(journal, row)
                row = migrate(row)
                start = {**row, "started": moment_from(row["started"])}
                continue
            row = migrate(row)
            if row["entry"] == "observation":
                rows.append(observation_from(row))
            elif row["entry"] == "permit":
                rows.append(permit_from(row))
            elif row["entry"] in recording_json.KINDS:
                rows.append(recording_json.from_plain(row))
        return start, tuple(rows)
    except (KeyError, TypeError, ValueError, UnboundLocalError, RecursionError) as error:
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


def _migration(path: str, row: object) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What makes an entry of a file's format one of today's. RecordError for a format that this version cannot read."""
    if not isinstance(row, dict):
        raise ValueError("not an object")  # noqa: TRY004 - what a file says, not what a caller passed
    found = row.get("format")
    if not isinstance(found, str) or found not in MIGRATIONS:
        raise RecordError(
            f"{path}: is of format {found!r}; this version reads {', '.join(MIGRATIONS)}. "
            f"Judge it with {_writer(row)} or later."
        )
    return MIGRATIONS[found]


def _writer(row: Mapping[str, Any]) -> str:
    """The version that wrote it, by its own word."""
    tool = row.get("tool")
    if isinstance(tool, list) and tool and isinstance(tool[0], list) and len(tool[0]) == 2:
        return " ".join(str(word)[:40] for word in tool[0])
    return "the version that wrote it"

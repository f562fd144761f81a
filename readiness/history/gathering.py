"""Which runs lie in a folder, and what came of each? Found, looked up in the store, and judged where it does not know.

Each run is judged by one checklist, at the time that it was made, so that the risks can be set beside each other. Its
files are read whole each time: what was altered is told, and not stored. Left out: the order of runs (`past`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from readiness import __version__
from readiness.dossier.faults import DossierError
from readiness.errors import ReadinessError, UsageError
from readiness.history.inputs import read_run
from readiness.history.past import Judged, Past, judged_of
from readiness.history.store import Condition, Store
from readiness.profile import from_json, parse_profile
from readiness.record import JOURNAL, Folder, record_folder
from readiness.register import Checklist
from readiness.run import judge_records
from readiness.texts import say


@dataclass(frozen=True, slots=True)
class Gathered:
    """The runs of a folder, those that could not be read with the reason, and how the store was found."""

    pasts: tuple[Past, ...]
    refused: tuple[tuple[str, str], ...]
    condition: Condition
    judged_now: int


def gather(
    folder: Path,
    checklist: Checklist,
    lang: str,
    *,
    rebuild: bool = False,
    progress: Callable[[str], object] = str,
) -> Gathered:
    """All runs that lie in a folder, judged by a checklist. UsageError where none lies there.

    `progress` hears of each run that has to be judged.
    """
    found = list(_runs_in(folder, lang))
    if not found:
        raise UsageError(say(lang, "history.no_runs", path=folder))
    store = Store(folder, rebuild=rebuild)
    judge = f"{__version__} {checklist.digest}"
    pasts: list[Past] = []
    refused: list[tuple[str, str]] = []
    there: list[str] = []
    judged_now = 0
    for path in found:
        try:
            run = _fingerprint(path)
            judged = store.find(run, judge)
            if judged is None:
                progress(path.name)
                judged = _judge(path, checklist)
                judged_now += 1
                store.keep(run, judge, judged)
        except ReadinessError as error:
            refused.append((path.name, error.text(lang) if isinstance(error, DossierError) else str(error)))
        except OSError as error:
            refused.append((path.name, say(lang, "history.not_read", why=error.strerror or "")))
        else:
            there.append(run)
            pasts.append(Past(path.name, judged))
    store.forget_all_but(there)
    store.write()
    return Gathered(tuple(pasts), tuple(refused), store.condition, judged_now)


def _runs_in(folder: Path, lang: str) -> Iterator[Path]:
    """What lies right in the folder and looks like a run: a folder with a journal, or a ZIP."""
    try:
        children = sorted(folder.iterdir())
    except OSError as error:
        raise UsageError(say(lang, "history.no_folder", path=folder)) from error
    for path in children:
        journals = (path / JOURNAL, path / "record" / JOURNAL)
        if (path.suffix.lower() == ".zip" and path.is_file()) or any(map(Path.is_file, journals)):
            yield path


def _judge(path: Path, checklist: Checklist) -> Judged:
    run = read_run(path, checklist)
    return judged_of(judge_records(run.records, checklist, run.at))


def _fingerprint(path: Path) -> str:
    """A digest over every byte that a run's judgement rests on, with the records of others that its profile names."""
    return " ".join([_digest(path), *map(_digest, _others(path))])


def _digest(path: Path) -> str:
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    files = Folder(record_folder(path))
    lines = []
    for name in sorted(files.names()):
        files.size(name)  # refuses what leads out of the folder
        with files.open(name) as file:
            lines.append(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}")
    return hashlib.sha256("\n".join(lines).encode("utf-8", errors="surrogateescape")).hexdigest()


def _others(path: Path) -> list[Path]:
    """Where the records of others lie, by the profile in a journal's first line: none where that cannot be read, for
    then the record cannot either. A dossier has them inside."""
    if path.is_file():
        return []
    with Folder(record_folder(path)).open(JOURNAL) as file:
        line = file.readline()
    try:
        start = json.loads(line)
        profile = parse_profile(from_json(start["profile"]), str(start["profile_source"]))
    except (ReadinessError, KeyError, TypeError, ValueError, RecursionError):
        return []
    return [Path(other.path) for other in profile.records]

"""What is compared: a record, the folder of a run, or a dossier; and by which checklist was it judged?

A dossier has its checklist in it. A run's folder has the digest of its checklist, in data.json, and perhaps that is the
one in use now; else it has to be given. Left out: what differs (`comparison`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate

import probes
from readiness.checklist import parse_checklist
from readiness.dossier.opening import open_dossier
from readiness.dossier.records import checklist_inside, read_any, records_inside
from readiness.errors import ChecklistError, UsageError
from readiness.history.comparison import Judgements
from readiness.record import Record, record_folder
from readiness.register import Checklist
from readiness.run import judge_records, profile_of
from readiness.texts import say

DATA = "data.json"
LARGEST_DATA = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """One of the two: its records (its owner's first), the time that it was judged at, and the checklist that judged
    it: None where that is not to be had, and then `missing` says why (a text's key)."""

    records: tuple[Record, ...]
    at: datetime
    checklist: Checklist | None = None
    missing: str = ""


def read_run(path: Path, todays: Checklist, anchors: Sequence[Certificate] = ()) -> Run:
    """A run from disk, as it was handed over. RecordError names the file that is missing or altered."""
    if not path.is_dir() and path.exists():
        return _of_dossier(path, anchors)
    folder = record_folder(path)
    own = read_any(folder)
    others = [read_any(Path(other.path), anchors) for other in profile_of(own).records]
    records = (own, *others)
    at = max(record.ended for record in records)
    digest = _digest_beside(folder)
    if digest == todays.digest:
        return Run(records, at, todays)
    return Run(records, at, missing="other_checklist" if digest else "unknown_checklist")


def judged_by(run: Run, checklist: Checklist) -> Run:
    """The run with the checklist that it was judged by, as somebody says."""
    return replace(run, checklist=checklist, missing="")


def judgements(old: Run, new: Run, todays: Checklist, at: datetime | None, part: str, lang: str) -> Judgements:
    """Both judged, the earlier one three ways. UsageError where they are not about the same chain."""
    _same_chain(old, new, lang)
    when = at or new.at
    by_todays = judge_records(old.records, todays, old.at, part)
    as_it_was = by_todays if old.checklist else None
    if old.checklist and old.checklist.digest != todays.digest:
        as_it_was = judge_records(old.records, old.checklist, old.at, part)
    return Judgements(
        as_it_was,
        by_todays,
        judge_records(old.records, todays, when, part),
        judge_records(new.records, todays, when, part),
    )


def _of_dossier(path: Path, anchors: Sequence[Certificate]) -> Run:
    with open_dossier(path, anchors) as opened:
        records = tuple(records_inside(opened, str(path), anchors))
        statement = opened.statement
        texts = checklist_inside(opened.archive)
    try:
        checklist = parse_checklist(texts, probes.facts())
    except ChecklistError:
        return Run(records, statement.judged_at, missing="unread_checklist")
    return Run(records, statement.judged_at, checklist)


def _digest_beside(record: Path) -> str:
    """The digest of the checklist that a run's data.json names; "" where there is none that can be read."""
    file = record.parent / DATA
    try:
        if file.stat().st_size > LARGEST_DATA:
            return ""
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    return str(said.get("checklist_digest", "")) if isinstance(said, dict) else ""


def _same_chain(old: Run, new: Run, lang: str) -> None:
    first, second = (profile_of(run.records[0]).subject for run in (old, new))
    if (first.kind, first.organisation_number) != (second.kind, second.organisation_number):
        raise UsageError(say(lang, "compare.other_chain", old=first.name, new=second.name))

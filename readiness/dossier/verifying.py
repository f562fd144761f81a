"""Does a dossier hold? What is found, line by line: intact, by whom, when, and judged again with the same result.

No network, nothing run, nothing written. Every question gives a line that holds, does not, or is a note. Left out:
words (`texts`), and the command line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509

import probes
from readiness import __version__
from readiness.checklist import parse_checklist
from readiness.dossier.archive import PIECE
from readiness.dossier.contents import DATA, REPORTS
from readiness.dossier.faults import DossierError
from readiness.dossier.opening import Opened, open_dossier
from readiness.dossier.records import checklist_inside, records_inside
from readiness.dossier.sealing import PDF, report_places
from readiness.dossier.signature import fingerprint
from readiness.dossier.statement import predicate
from readiness.dossier.trust import name_of, organisation_number
from readiness.errors import ReadinessError
from readiness.model import Mark
from readiness.record import Record
from readiness.report import Report
from readiness.reports.data import data_pieces, data_report
from readiness.reports.helping import digest, reports
from readiness.run import judge_records, shipped_or
from readiness.texts import say
from readiness.values import moment_text


class State(StrEnum):
    """What a line says of the dossier: it holds, it does not, or something that is neither."""

    HOLDS = "holds"
    FAILS = "fails"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was found. `key` is a text's under `verify`; a fault brings its own words."""

    key: str
    state: State
    values: Mapping[str, object] = field(default_factory=dict)
    fault: DossierError | None = None

    def text(self, lang: str) -> str:
        """The line in words."""
        said = self.fault.text(lang) if self.fault else ""
        return say(lang, f"verify.{self.key}", fault=said, **self.values)


def verify(
    path: Path, anchors: Sequence[x509.Certificate] = (), at: datetime | None = None, checklists: Path | None = None
) -> tuple[Line, ...]:
    """What is found out about a dossier. `at` is the time that certificates are asked about, instead of the stamp's or
    the signer's; `checklists` a checklist of one's own. OSError where the file cannot be read."""
    return tuple(_lines(path, anchors, at, checklists))


def holds(lines: Sequence[Line]) -> bool:
    """Whether everything that was asked holds."""
    return not any(line.state is State.FAILS for line in lines)


def _lines(
    path: Path, anchors: Sequence[x509.Certificate], at: datetime | None, checklists: Path | None
) -> Iterator[Line]:
    try:
        with open_dossier(path, anchors, at) as opened:
            yield from _intact(opened)
            yield from _by_whom(opened, anchors)
            yield from _when(opened)
            records = records_inside(opened, str(path))
            yield from _others(opened, str(path), anchors, records)
            yield from _judged(opened, records, checklists)
    except DossierError as fault:
        yield Line("not_intact", State.FAILS, fault=fault)
    except ReadinessError as error:
        yield Line("not_read", State.FAILS, {"why": str(error)})


def _intact(opened: Opened) -> Iterator[Line]:
    count = len(opened.archive.entries)
    size = sum(entry.size for entry in opened.archive.entries.values())
    yield Line("intact", State.HOLDS, {"count": count, "megabytes": f"{size / 1e6:.1f}"})


def _by_whom(opened: Opened, anchors: Sequence[x509.Certificate]) -> Iterator[Line]:
    own = opened.certificates[0]
    number = organisation_number(own)
    who = {
        "name": name_of(own),
        "issuer": own.issuer.rfc4514_string(),
        "sha256": fingerprint(own),
        "at": moment_text(opened.at),
    }
    yield Line("signed_number" if number else "signed", State.HOLDS, {**who, "number": number})
    if not anchors:
        yield Line("no_anchor", State.FAILS)
    elif opened.not_trusted:
        yield Line("not_confirmed", State.FAILS, {**who, "why": opened.not_trusted})
    else:
        yield Line("confirmed", State.HOLDS, who)
    yield Line("no_revocation", State.NOTE)


def _when(opened: Opened) -> Iterator[Line]:
    claimed = moment_text(opened.statement.sealed_at)
    if opened.stamp is None:
        yield Line("own_word", State.NOTE, {"at": claimed})
        return
    said = {"at": moment_text(opened.stamp.at), "name": name_of(opened.stamp.certificate)}
    state, key = (State.NOTE, "stamp_not_confirmed") if opened.stamp_not_confirmed else (State.HOLDS, "stamp_confirmed")
    yield Line(key, state, said)


def _others(
    opened: Opened, place: str, anchors: Sequence[x509.Certificate], records: Sequence[Record]
) -> Iterator[Line]:
    """Who sealed the records of others, if anybody: read again where anchors may confirm it."""
    asked = records_inside(opened, place, anchors) if anchors and len(records) > 1 else records
    for number, record in enumerate(asked[1:], 1):
        values = {"number": number, "id": record.id[:12]}
        if record.sealed is None:
            yield Line("other_unsealed", State.NOTE, values)
        else:
            key = "other_confirmed" if record.sealed.confirmed else "other_not_confirmed"
            yield Line(key, State.NOTE, {**values, "name": record.sealed.by})


def _judged(opened: Opened, records: Sequence[Record], checklists: Path | None) -> Iterator[Line]:
    statement = opened.statement
    inside = parse_checklist(checklist_inside(opened.archive), probes.facts())
    report = judge_records(records, inside, statement.judged_at, statement.part)
    if _is_data(report, opened):
        yield Line("judged_alike", State.HOLDS, {"count": len(report.findings), "checklist": inside.digest})
    else:
        yield _judged_otherwise(report, opened)
    yield from _stated(opened, report)
    yield from _reports(opened, report)
    if report.interrupted:
        yield Line("interrupted", State.NOTE)
    if checklists:
        yield from _judged_by_own(records, report, checklists)


def _is_data(report: Report, opened: Opened) -> bool:
    """Whether data.json is what judging again gives, compared in pieces: it is as large as the run is."""
    again = (piece.encode("utf-8") for piece in data_pieces(report))
    with opened.archive.open(DATA) as file:
        return all(file.read(len(piece)) == piece for piece in again) and not file.read(1)


def _judged_otherwise(report: Report, opened: Opened) -> Line:
    """Whether what is not the same says the same, in the words of another version."""
    sealed, again = opened.archive.read(DATA), data_report(report).encode("utf-8")
    version = {"theirs": opened.statement.version, "ours": __version__}
    if opened.statement.version != __version__ and _outcome(json.loads(sealed)) == _outcome(json.loads(again)):
        return Line("judged_alike_but_written", State.HOLDS, version)
    return Line("judged_otherwise", State.FAILS, {"name": DATA, "what": _first_difference(again, sealed), **version})


def _stated(opened: Opened, report: Report) -> Iterator[Line]:
    """Whether the signed statement says of the judgement what judging again says."""
    said = opened.statement
    again = predicate(report, said.sealed_at, said.version)
    key, state = ("stated_alike", State.HOLDS) if again == said.predicate else ("stated_otherwise", State.FAILS)
    yield Line(key, state, {"result": str(said.predicate.get("result"))})


def _reports(opened: Opened, report: Report) -> Iterator[Line]:
    """Whether the reports for people say what the data says: written again, where the same version wrote them.

    A signed PDF begins with the PDF as it was.
    """
    if opened.statement.version != __version__:
        yield Line("reports_not_compared", State.NOTE, {"theirs": opened.statement.version, "ours": __version__})
        return
    there = {name for name in opened.archive.entries if name.startswith(f"{REPORTS}/")} - {DATA}
    places = {where: name for where, name in report_places().items() if where in there}
    size = opened.archive.entries
    wanted = sorted(places, key=lambda where: (where.endswith(PDF), size[where].size))
    with reports(digest, report, [places[where] for where in wanted]) as ask:
        for where in wanted:
            if not _is_written_as(ask(*places[where]), opened, where):
                yield Line("report_differs", State.FAILS, {"name": where})
    for where in sorted(there - set(wanted)):
        yield Line("report_unknown", State.FAILS, {"name": where})
    yield Line("reports_compared", State.NOTE, {"count": len(wanted)})


def _is_written_as(again: Iterable[bytes], opened: Opened, name: str) -> bool:
    """Whether a report is the one that was written again, known by its digest: a PDF up to where its signature begins,
    any other wholly."""
    size, sha256 = b"".join(again).decode("ascii").split()
    left, found = int(size), hashlib.sha256()
    with opened.archive.open(name) as file:
        while piece := file.read(min(left, PIECE)):
            found.update(piece)
            left -= len(piece)
        return left == 0 and found.hexdigest() == sha256 and (name.endswith(PDF) or not file.read(1))


def _judged_by_own(records: Sequence[Record], report: Report, checklists: Path) -> Iterator[Line]:
    """What a checklist of one's own says of the same records, beside what the dossier says."""
    own = judge_records(records, shipped_or(checklists), report.judged_at, report.part)
    theirs = {grade.risk: grade for grade in report.grades}
    other = [g.risk for g in own.grades if g.risk not in theirs or g.because != theirs[g.risk].because]
    failed = [grade.risk for grade in own.grades if grade.mark is Mark.FAIL]
    values = {"checklist": own.checklist.digest, "failed": ", ".join(failed) or "-", "code": own.exit_code}
    yield Line("own_otherwise" if other else "own_alike", State.NOTE, {**values, "other": ", ".join(other)})


def _outcome(data: Mapping[str, object]) -> object:
    """What a judgement came to, whichever version wrote it down."""
    findings = data.get("findings")
    rows = [(f["rule"], f["target"], f["verdict"]) for f in findings] if isinstance(findings, list) else findings
    return rows, data.get("exit_code"), data.get("checklist_digest"), data.get("profile_digest")


def _first_difference(again: bytes, sealed: bytes) -> str:
    """The first line of data.json that says something else than judging again does."""
    ours, theirs = again.splitlines(), sealed.splitlines()
    number = next((n for n, pair in enumerate(zip(ours, theirs, strict=False), 1) if pair[0] != pair[1]), 0)
    return str(number or min(len(ours), len(theirs)) + 1)

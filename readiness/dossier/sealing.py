"""How does a run become a dossier? Judged again, written into one file with all that it rests on, signed.

The file is written beside where it goes, put on disk, and takes its place at once: whoever is killed leaves the old
file or the new one (and perhaps a file whose name begins with a dot). What holds a person's number is not sealed. Two
seals of one record differ in what is signed and when, and in nothing else. Left out: the command line.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.serialization import Encoding

import probes
from readiness import __version__
from readiness.checklist import checklist_texts, parse_checklist
from readiness.dossier.archive import PIECE, ArchiveWriter
from readiness.dossier.contents import (
    CERTIFICATES,
    CHECKLIST_NAME,
    CHECKLISTS,
    DATA,
    MANIFEST,
    OTHERS,
    RECORD,
    REPORTS,
    STATEMENT,
    TIME_STAMP,
    Entry,
    Manifest,
    manifest_bytes,
    order,
)
from readiness.dossier.envelope import Envelope, envelope_bytes, pae
from readiness.dossier.pdf_signature import signed_pdf
from readiness.dossier.privacy import Sieve
from readiness.dossier.records import read_any
from readiness.dossier.signature import Signer, fingerprint, verifies
from readiness.dossier.statement import statement_bytes
from readiness.dossier.time_stamp import ask_for
from readiness.errors import UsageError
from readiness.record import EVIDENCE, JOURNAL, Folder, Record, record_folder
from readiness.report import Report
from readiness.reports.formats import FORMATS
from readiness.reports.helping import Ask, Name, reports, whole
from readiness.run import judge_records, profile_of
from readiness.texts import LANGUAGES, say
from readiness.whole_file import replacing

ONE_LANGUAGE = {"json": DATA}
"""Formats that say the same in every language, and where they lie."""
PDF = ".pdf"
Source = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be sealed, and how it is judged: a run, the records of others (none: those that its profile names),
    the folder of a checklist (none: the shipped one), the time and the part; where it is time-stamped, if anywhere."""

    run: Path
    others: tuple[Path, ...] = ()
    checklists: Path | None = None
    at: datetime | None = None
    part: str = ""
    time_stamping: str = ""


def seal(asked: Asked, signer: Signer, out: Path, now: datetime, lang: str = "sv") -> Report:
    """Write the dossier of a run to `out`, in place of a file that is there; the report that was sealed.

    UsageError where something in it must not be sealed, or where signing or time-stamping fails; RecordError where a
    record is not what was written. Either leaves `out` as it was.
    """
    now = now.replace(microsecond=0)
    own = record_folder(asked.run)
    record = read_any(own)
    others = asked.others or tuple(Path(other.path) for other in profile_of(record).records)
    texts = _checklist(asked.checklists, lang)
    records = [record, *map(read_any, others)]
    report = judge_records(records, parse_checklist(texts, probes.facts()), asked.at, asked.part)
    sources = _record(RECORD, own)
    for number, path in enumerate(others, 1):
        under = f"{OTHERS}/{number}"
        sources |= _record(under, record_folder(path)) if path.is_dir() else {f"{under}.zip": partial(_pieces, path)}
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in signer.certificates)
    sources[CERTIFICATES] = partial(iter, [pem])
    sources |= {f"{CHECKLISTS}/{name}": partial(iter, [text.encode("utf-8")]) for name, text in texts.items()}
    names = tuple(report_places().values())
    with _replacing(out) as file, reports(whole, report, names) as write:
        sources |= _reports(signer, write)
        writer = ArchiveWriter(file)
        sieve = Sieve()
        entries = [_add(writer, sieve, name, sources[name](), lang) for name in sorted(sources, key=order)]
        _unchanged(entries, records[0], lang)
        _sign(writer, entries, report, signer, now, asked.time_stamping, lang)
        writer.finish()
    return report


def _add(writer: ArchiveWriter, sieve: Sieve, name: str, pieces: Iterable[bytes], lang: str) -> Entry:
    """Append a file, unless a person's number stands in it."""
    if name.endswith(PDF):
        return writer.add(name, pieces)
    entry = writer.add(name, sieve.through(pieces))
    if sieve.line:
        raise UsageError(say(lang, "seal.personal", name=name, line=sieve.line))
    return entry


def _sign(
    writer: ArchiveWriter,
    entries: Sequence[Entry],
    report: Report,
    signer: Signer,
    now: datetime,
    time_stamping: str,
    lang: str,
) -> None:
    """The manifest, the statement with its signature, and the time-stamp over that."""
    listed = writer.add(MANIFEST, [manifest_bytes(Manifest(tuple(entries), bool(time_stamping)))])
    subjects = [entry for entry in entries if entry.name.startswith(f"{RECORD}/") and EVIDENCE not in entry.name]
    payload = statement_bytes(report, (*subjects, listed), now, __version__)
    signature = signer.sign(pae(payload))
    if not verifies(signer.certificate, signature, pae(payload)):
        raise UsageError(say(lang, "seal.not_verified"))
    writer.add(STATEMENT, [envelope_bytes(Envelope(payload, fingerprint(signer.certificate), signature))])
    if time_stamping:
        writer.add(TIME_STAMP, [ask_for(time_stamping, signature, lang)])


def _checklist(folder: Path | None, lang: str) -> dict[str, str]:
    """The texts of the checklist, with line ends as its digest counts them."""
    texts = {name: text.replace("\r\n", "\n") for name, text in checklist_texts(folder).items()}
    if wrong := next((name for name in texts if not CHECKLIST_NAME.fullmatch(name)), ""):
        raise UsageError(say(lang, "seal.checklist_name", name=wrong))
    return texts


def _record(under: str, folder: Path) -> dict[str, Source]:
    files = sorted(Folder(folder).names())
    return {f"{under}/{name}": partial(_pieces, folder / name) for name in files}


def _reports(signer: Signer, write: Ask) -> dict[str, Source]:
    """Every format in every language, asked for when its turn comes, so that only one is in memory."""

    def source(name: str, language: str) -> Iterable[bytes]:
        pieces = write(name, language)
        return [signed_pdf(b"".join(pieces), signer)] if FORMATS[name].file.endswith(PDF) else pieces

    return {place: partial(source, *name) for place, name in report_places().items()}


def report_places() -> dict[str, Name]:
    """Where each report lies in a dossier, in order, and its format and language."""
    places = {
        ONE_LANGUAGE.get(name, f"{REPORTS}/{language}/{one.file}"): (name, language)
        for name, one in FORMATS.items()
        for language in LANGUAGES
    }
    return dict(sorted(places.items()))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _unchanged(entries: Iterable[Entry], record: Record, lang: str) -> None:
    """What was sealed is what was judged, also where somebody wrote into the run meanwhile."""
    for entry in entries:
        under, _, name = entry.name.rpartition("/")
        wanted = name if under.endswith(f"/{EVIDENCE}") else record.id if entry.name == f"{RECORD}/{JOURNAL}" else ""
        if wanted and entry.sha256 != wanted:
            raise UsageError(say(lang, "seal.changed", name=entry.name))


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """`replacing`, with words for a folder that cannot be written to: for nothing that is read within the block."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(replacing(path))
        except OSError as error:
            raise UsageError(f"{path.parent}: cannot be written to ({error.strerror}). Give another --out.") from error
        yield file

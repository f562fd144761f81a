"""Where do the records that are judged lie: in folders, in dossiers, or in a dossier's own `others`? And its checklist?

A dossier is verified before its record is read: the signature, and every digest. Whose the signature is stays open
where no anchor confirms it, and stands so in the report. Left out: judging (`run`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from io import BufferedReader
from pathlib import Path

from cryptography import x509

from readiness.dossier.archive import Archive
from readiness.dossier.contents import CHECKLISTS, OTHERS, RECORD
from readiness.dossier.faults import DossierError
from readiness.dossier.opening import Opened, open_dossier
from readiness.record import Record, read_files, read_record


class InArchive:
    """A record's files in an opened dossier."""

    def __init__(self, archive: Archive, under: str, place: str) -> None:
        self._archive, self._under = archive, f"{under}/"
        self.place = f"{place}/{under}"

    def names(self) -> Set[str]:
        """The names without what they stand under."""
        return frozenset(n.removeprefix(self._under) for n in self._archive.entries if n.startswith(self._under))

    def size(self, name: str) -> int:
        """By the ZIP, which was compared with itself when it was opened."""
        if (entry := self._archive.entries.get(self._under + name)) is None:
            raise DossierError("missing", name=self._under + name)
        return entry.size

    def open(self, name: str) -> BufferedReader:
        """The file in the ZIP."""
        return self._archive.open(self._under + name)


def read_any(path: Path, anchors: Sequence[x509.Certificate] = ()) -> Record:
    """The record of a folder, or of a dossier, which is verified first. RecordError names the file that is wrong."""
    if path.is_dir() or not path.exists():
        return read_record(path)
    with open_dossier(path, anchors) as opened:
        return read_files(InArchive(opened.archive, RECORD, str(path)), opened.sealed)


def read_all(paths: Iterable[Path], anchors: Sequence[x509.Certificate] = ()) -> list[Record]:
    """Each of them, in order."""
    return [read_any(path, anchors) for path in paths]


def records_inside(opened: Opened, place: str, anchors: Sequence[x509.Certificate] = ()) -> list[Record]:
    """The records that a dossier was judged by: its own first, then those of others in their order.

    Without anchors they are what they were when it was sealed, when nobody had given any.
    """
    archive = opened.archive
    found = [read_files(InArchive(archive, RECORD, place))]
    under = {name.split("/")[1] for name in archive.entries if name.startswith(f"{OTHERS}/")}
    for name in sorted(under, key=lambda one: int(one.removesuffix(".zip"))):
        if not name.endswith(".zip"):
            found.append(read_files(InArchive(archive, f"{OTHERS}/{name}", place)))
            continue
        with open_dossier(archive.open(f"{OTHERS}/{name}"), anchors) as inner:
            found.append(read_files(InArchive(inner.archive, RECORD, f"{place}/{OTHERS}/{name}"), inner.sealed))
    return found


def checklist_inside(archive: Archive) -> dict[str, str]:
    """The texts of the checklist that a dossier was judged by, by file name."""
    names = [name for name in archive.entries if name.startswith(f"{CHECKLISTS}/")]
    return {name.partition("/")[2]: archive.read(name).decode("utf-8", errors="replace") for name in names}

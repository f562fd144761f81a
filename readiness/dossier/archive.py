"""How does a dossier lie in a ZIP file, so that every byte of it is accounted for? Written, and read strictly.

Entries are stored as they are: packed bytes differ between versions of zlib, and what is not packed cannot explode. No
entry has a time, a comment, extra fields or rights of its own; they follow each other without a gap, and nothing
stands before, between or after them. So all that is not content follows from names, sizes and CRCs, and a reader
compares it. Ordinary programs read it (APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12, 4.3.16); ZIP64 is not used, and that
bounds a dossier to 65 534 files and 4 GiB. Left out: what the files are (`contents`).
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from readiness.dossier.contents import LARGEST, LONGEST_NAME, Entry, check_name, order
from readiness.dossier.faults import DossierError

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
LOCAL_SIGNATURE, CENTRAL_SIGNATURE, END_SIGNATURE = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
NEEDED, MADE_BY = 10, (3 << 8) | 10  # version 1.0; as on Unix, so that the mode below is read as one
DATE = 0x21  # 1980-01-01, the first day that a ZIP knows
MODE = 0o100644 << 16  # an ordinary file
MOST_ENTRIES, LARGEST_FILE = 0xFFFF - 1, 0xFFFF_FFFF - 1
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry: where its header begins, how long its content is, and its CRC-32."""

    name: str
    offset: int
    size: int
    crc: int

    @property
    def content(self) -> int:
        """Where its content begins."""
        return self.offset + LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.content + self.size

    def local(self) -> bytes:
        """What stands before its content."""
        fixed = (LOCAL_SIGNATURE, NEEDED, 0, 0, 0, DATE, self.crc, self.size, self.size, len(self.name), 0)
        return LOCAL.pack(*fixed) + self.name.encode("ascii")

    def central(self) -> bytes:
        """What stands of it in the central directory."""
        sizes = (self.crc, self.size, self.size, len(self.name), 0, 0)
        fixed = (CENTRAL_SIGNATURE, MADE_BY, NEEDED, 0, 0, 0, DATE, *sizes, 0, 0, MODE, self.offset)
        return CENTRAL.pack(*fixed) + self.name.encode("ascii")


class ArchiveWriter:
    """A dossier being written into a file that can be sought in; `finish` makes it whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[Stored] = []
        self._at = 0

    def add(self, name: str, pieces: Iterable[bytes]) -> Entry:
        """Append a file. DossierError where a dossier cannot hold it; ValueError where it comes out of order."""
        check_name(name)
        if self._entries and order(self._entries[-1].name) >= order(name):
            raise ValueError(f"{name} comes too late")
        begun = Stored(name, self._at, 0, 0)
        self._file.write(begun.local())
        size, crc, sha256 = 0, 0, hashlib.sha256()
        for piece in pieces:
            self._file.write(piece)
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            sha256.update(piece)
            if begun.content + size > LARGEST_FILE:
                raise DossierError("too_large")
        entry = Stored(name, self._at, size, crc)
        if len(self._entries) == MOST_ENTRIES:
            raise DossierError("too_large")
        self._file.seek(entry.offset)
        self._file.write(entry.local())
        self._file.seek(entry.end)
        self._entries.append(entry)
        self._at = entry.end
        return Entry(name, size, sha256.hexdigest())

    def finish(self) -> None:
        """Write the central directory."""
        directory = b"".join(entry.central() for entry in self._entries)
        if self._at + len(directory) > LARGEST_FILE:
            raise DossierError("too_large")
        self._file.write(directory + _end(len(self._entries), len(directory), self._at))


class Archive:
    """A dossier in an open file; every byte but the contents of its files was compared when this was made."""

    def __init__(self, file: BinaryIO) -> None:
        """DossierError where the ZIP is not one that `ArchiveWriter` writes, with the reason."""
        self._file = file
        self._length = file.seek(0, os.SEEK_END)
        self.entries: Mapping[str, Stored] = {entry.name: entry for entry in self._checked()}

    def open(self, name: str) -> io.BufferedReader:
        """One file, from its start. DossierError where there is none of that name."""
        if (entry := self.entries.get(name)) is None:
            raise DossierError("missing", name=name)
        return io.BufferedReader(_Section(self._file, entry.content, entry.size), PIECE)

    def read(self, name: str) -> bytes:
        """All of one file. DossierError where it is larger than such a file is."""
        with self.open(name) as file:
            if self.entries[name].size > LARGEST.get(name, 16 * PIECE):
                raise DossierError("file_too_large", name=name)
            return file.read()

    def pieces(self, name: str) -> Iterator[bytes]:
        """One file piece by piece. DossierError at its end where its CRC is not the one that the ZIP says."""
        crc = 0
        with self.open(name) as file:
            while piece := file.read(PIECE):
                crc = zlib.crc32(piece, crc)
                yield piece
        if crc != self.entries[name].crc:
            raise DossierError("crc", name=name)

    def _checked(self) -> Iterator[Stored]:
        count, directory, start = self._directory()
        at = expected = 0
        last: Stored | None = None
        for _ in range(count):
            entry = _read_central(directory, at)
            if last and order(entry.name) <= order(last.name):
                raise DossierError("double" if entry.name == last.name else "unordered", name=entry.name)
            if entry.offset != expected or entry.end > start:
                raise DossierError("overlap", name=entry.name)
            self._file.seek(entry.offset)
            if self._file.read(entry.content - entry.offset) != entry.local():
                raise DossierError("local_differs", name=entry.name)
            at, expected, last = at + CENTRAL.size + len(entry.name), entry.end, entry
            yield entry
        if at != len(directory) or expected != start:
            raise DossierError("gap")

    def _directory(self) -> tuple[int, bytes, int]:
        """How many entries there are, the central directory, and where it begins. Bounded before anything is read."""
        if self._length < END.size or self._length > LARGEST_FILE:
            raise DossierError("no_zip" if self._length < END.size else "too_large")
        self._file.seek(self._length - END.size)
        tail = self._file.read(END.size)
        signature, *_, count, size, start, _ = END.unpack(tail)
        if signature != END_SIGNATURE:
            raise DossierError("no_end")
        if count > MOST_ENTRIES or 0xFFFF_FFFF in {size, start}:
            raise DossierError("zip64")
        if tail != _end(count, size, start) or start + size != self._length - END.size:
            raise DossierError("end_differs")
        if size > count * (CENTRAL.size + LONGEST_NAME):
            raise DossierError("gap")
        self._file.seek(start)
        return count, self._file.read(size), start


def _read_central(directory: bytes, at: int) -> Stored:
    """One entry of the central directory, all of it compared with what a dossier's says."""
    if at + CENTRAL.size > len(directory):
        raise DossierError("gap")
    fields = CENTRAL.unpack_from(directory, at)
    signature, _, _, flags, method, _, _, crc, packed, size, length, extra, comment, _, _, mode, offset = fields
    raw = directory[at + CENTRAL.size : at + CENTRAL.size + length]
    name = raw.decode("utf-8", errors="backslashreplace")
    for key, wrong in (
        ("no_entry", signature != CENTRAL_SIGNATURE),
        ("encrypted", flags & 1),
        ("packed", method != 0 or packed != size),
        ("zip64", 0xFFFF_FFFF in {size, offset}),
        ("link", mode != MODE),
        ("entry_more", extra or comment),
    ):
        if wrong:
            raise DossierError(key, name=name)
    check_name(name)
    entry = Stored(name, offset, size, crc)
    if not directory.startswith(entry.central(), at):
        raise DossierError("entry_differs", name=name)
    return entry


def _end(count: int, size: int, start: int) -> bytes:
    return END.pack(END_SIGNATURE, 0, 0, count, count, size, start, 0)


class _Section(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._start + self._at)
        read = self._file.read(min(len(buffer), max(0, self._size - self._at)))
        buffer[: len(read)] = read
        self._at += len(read)
        return len(read)

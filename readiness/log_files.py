"""Which files does a log source name, in which order were they written, and what bytes do they hold, unpacked?

A path of the profile is a file or a pattern (*, ?, [..], ** for folders below). Nothing outside the folder before the
first wildcard is opened, whatever links say; no folder is entered through a link, so that none goes round. A file that
grows is read to the size it had when it was opened; one that rotates is followed by its identity, not by its name. Left
out: what stands in them, character encodings, and packing itself (`log_packing`).
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path, PurePath
from typing import BinaryIO

from readiness.log_events import EVENT_LOG, event_lines
from readiness.log_packing import SAMPLE, is_plain_text, unpacked
from readiness.model import Reason, Unseen
from readiness.plain_log import FilePlace, OpenLog
from readiness.probe import CannotObserve, LogFile, LogListing

MAXIMAL_FILES = 10_000
MAXIMAL_ENTRIES = 200_000
"""Names looked at in one source, matching or not."""
WILD = re.compile(r"[*?\[]")
PACKED = re.compile(r"\.(gz|bz2|xz|zst|zip)$", re.IGNORECASE)
NUMBERED = re.compile(r"^(.+)\.(\d{1,6})$")
DATED = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})([-_.]?)(?P<m>\d\d)\2(?P<d>\d\d)|(?P<ymd>\d{6}))(?P<rest>[T_.-]?\d{2,6})?(?!\d)"
)


def list_log_files(path: str) -> LogListing:
    """The regular files that a path or pattern names, oldest first, and those it names that cannot be read.

    CannotObserve: not_configured where it names nothing at all, access_denied where its folder cannot be listed.
    """
    folder, parts = split_pattern(path)
    root = _real(folder)
    files: dict[tuple[int, int], LogFile] = {}
    unread: list[tuple[str, Unseen]] = []
    for name in _named(root, parts, unread):
        if len(files) >= MAXIMAL_FILES:
            unread.append((path, Unseen(Reason.LIMIT_REACHED, f"more than {MAXIMAL_FILES} files")))
            break
        try:
            found = _file(root, name)
        except CannotObserve as why:
            unread.append((name, why.unseen))
        else:
            files.setdefault(found.identity, found)
    if not files and not unread:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"{path} names no file")
    return LogListing(tuple(sorted(files.values(), key=lambda file: age_key(file.name))), tuple(unread))


@contextmanager
def open_log_file(path: str, file: LogFile) -> Iterator[Iterator[bytes]]:
    """The bytes of a file that `list_log_files` gave for this path, in pieces of at most a mebibyte: unpacked, and a
    Windows event log as JSON lines.

    CannotObserve, at opening or between two pieces: access_denied, not_supported (a packing that nothing here reads),
    not_understood (packed bytes or an event log, cut or broken), not_kept (rotated away or cut while it was read). What
    came before stays true.
    """
    with _errors(file.name):
        handle = _handle(path, file)
    with handle:
        size = os.fstat(handle.fileno()).st_size
        with _errors(file.name):
            head = handle.read(len(EVENT_LOG))
            handle.seek(0)
        if head == EVENT_LOG:
            yield event_lines(handle, file.name)
            return

        def pieces() -> Iterator[bytes]:
            left = size
            while left > 0:
                with _errors(file.name):
                    piece = handle.read(min(left, 1 << 20))
                if not piece:
                    raise CannotObserve(Reason.NOT_KEPT, f"{file.name} was cut while it was read")
                left -= len(piece)
                yield piece

        yield unpacked(pieces(), file.name)


@contextmanager
def open_plain_log(path: str, file: LogFile) -> Iterator[OpenLog | None]:
    """A file that `list_log_files` gave for this path, to be read here and there; None where `open_log_file` would not
    give its bytes as they lie there, or would tell that they are no text. CannotObserve: as at opening there."""
    with _errors(file.name):
        handle = _handle(path, file)
    with handle:
        size = os.fstat(handle.fileno()).st_size
        with _errors(file.name):
            head = handle.read(SAMPLE)
        place = FilePlace(str(handle.name), file.identity, size)
        yield OpenLog(file.name, place, head, handle) if is_plain_text(head) else None


def digest_of(path: str, file: LogFile) -> str:
    """SHA-256 (hex) of a file that `list_log_files` gave for this path, as it lies there. CannotObserve as opening."""
    digest = sha256()
    with _errors(file.name), _handle(path, file) as handle:
        while piece := handle.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def split_pattern(path: str) -> tuple[Path, tuple[str, ...]]:
    """The folder before the first wildcard, and the parts below it, one a level."""
    parts = PurePath(path).parts
    wild = next((place for place, part in enumerate(parts) if WILD.search(part)), len(parts) - 1)
    return Path(*parts[:wild]), parts[wild:]


def age_key(name: str) -> tuple[str, tuple[int, int, int], str]:
    """A key that sorts the names of a rotated set oldest first, and keeps sets together.

    log.2.gz comes before log.1 before log; dated names come by date, and within a date by number; the one that is
    still written, with neither, comes last.
    """
    stem = PACKED.sub("", name)
    for dated in DATED.finditer(stem):
        if day := _day(dated):
            tail = stem[dated.end() :]
            number = re.search(r"[.-](\d{1,6})(?=\.|$)", tail)
            rest = int(re.sub(r"\D", "", dated["rest"] or "") or 0)
            same = stem[: dated.start()] + (tail.replace(number[0], "", 1) if number else tail)
            return _set(same), (0, day * 1_000_000 + rest, int(number[1]) if number else 0), name
    if numbered := NUMBERED.match(stem):
        return _set(numbered[1]), (1, -int(numbered[2]), 0), name
    return _set(stem), (2, 0, 0), name


def _set(stem: str) -> str:
    """What the names of one set have in common: without the marks that stood around a date."""
    return re.sub(r"[-_.]+", ".", stem).strip(".")


def _day(match: re.Match[str]) -> int:
    """20261130 for a date of that shape, 0 where it is none. Six digits are a year of this century, as IIS writes."""
    text = match["y"] + match["m"] + match["d"] if match["y"] else f"20{match['ymd']}"
    try:
        datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return int(text) if 1990 <= int(text[:4]) < 2100 else 0


def _real(folder: Path) -> Path:
    with _errors(str(folder)):
        return Path(os.path.realpath(folder, strict=True))


def _named(root: Path, parts: tuple[str, ...], unread: list[tuple[str, Unseen]]) -> Iterator[str]:
    """The names below the root that fit, each relative to it; what cannot be listed goes to `unread`."""
    seen = 0
    waiting = [("", parts)]
    while waiting:
        below, wanted = waiting.pop()
        try:
            entries = _entries(root, below)
        except CannotObserve as why:
            if not below:
                raise
            unread.append((below, why.unseen))
            continue
        seen += len(entries)
        if seen > MAXIMAL_ENTRIES:
            unread.append((below or str(root), Unseen(Reason.LIMIT_REACHED, f"more than {MAXIMAL_ENTRIES} names")))
            return
        for name, folder in entries:
            inner = f"{below}/{name}" if below else name
            deeper = _deeper(name, wanted) if folder else ()
            waiting += [(inner, rest) for rest in deeper]
            if not folder and _fits(name, wanted[-1]) and set(wanted[:-1]) <= {"**"}:
                yield inner


def _entries(root: Path, below: str) -> list[tuple[str, bool]]:
    """(name, whether it is a folder itself and no link to one) of a folder, in the order of names."""
    with _errors(below or str(root)), os.scandir(root / below) as entries:
        return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)


def _deeper(name: str, wanted: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What is wanted inside a folder of that name: nothing, or the parts that are left."""
    if wanted[0] == "**":
        return [wanted, *_deeper(name, wanted[1:])] if wanted[1:] else []
    return [wanted[1:]] if wanted[1:] and _fits(name, wanted[0]) else []


def _fits(name: str, part: str) -> bool:
    """As the platform compares names; without a wildcard, literally."""
    name, part = os.path.normcase(name), os.path.normcase(part)
    return fnmatchcase(name, part) if WILD.search(part) else name == part


def _file(root: Path, name: str) -> LogFile:
    with _errors(name):
        real = Path(os.path.realpath(root / name, strict=True))
        found = real.stat()
    if not real.is_relative_to(root):
        raise CannotObserve(Reason.ACCESS_DENIED, f"{name} is a link that leads out of the named folder")
    if not stat.S_ISREG(found.st_mode):
        raise CannotObserve(Reason.NOT_SUPPORTED, f"{name} is not a regular file")
    modified = datetime.fromtimestamp(found.st_mtime, UTC)
    return LogFile(name, str(real), found.st_size, modified, (found.st_dev, found.st_ino))


def _handle(path: str, file: LogFile) -> BinaryIO:
    """The file, open: under its name, or, where that is another file by now, wherever its set has moved it."""
    for place in (file.path, *_moved(path, file)):
        with suppress(FileNotFoundError):
            # Asked before opening: opening a named pipe would wait for a writer.
            if not stat.S_ISREG(Path(place).stat().st_mode):
                continue
            handle = Path(place).open("rb", buffering=0)  # noqa: SIM115  # whoever asked closes it
            opened = os.fstat(handle.fileno())
            if (opened.st_dev, opened.st_ino) == file.identity:
                return handle
            handle.close()
    raise CannotObserve(Reason.NOT_KEPT, f"{file.name} was rotated away before it was read")


def _moved(path: str, file: LogFile) -> Iterator[str]:
    """Where a file is now that was listed under another name; asked only when its own name is another file's."""
    yield from (other.path for other in list_log_files(path).files if other.identity == file.identity)


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """Turn what the file system says into the closed list of reasons."""
    try:
        yield
    except FileNotFoundError as error:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"there is no {name}") from error
    except OSError as error:
        why = "its links go round" if error.errno == errno.ELOOP else error.strerror
        raise CannotObserve(Reason.ACCESS_DENIED, f"{name}: {why}") from error

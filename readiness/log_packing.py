"""What stands in a packed log? gzip, bzip2, xz and Zstandard, told by their first bytes, in bounded memory.

Several members one after the other are one file, as gzip and bzip2 have it. Zstandard needs `zstandard`, of the extra
`logs`. Left out: archives of several files (ZIP), what is packed twice, and Windows event logs (EVTX) that are packed:
not_supported.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, Protocol

from readiness.model import Reason
from readiness.probe import CannotObserve

CONTROLS = bytes(byte for byte in range(1, 32) if byte not in b"\b\t\n\v\f\r\x1b")
"""Bytes that no log holds many of, in whatever encoding; NUL stands in UTF-16, and in the holes of rotated files."""
SAMPLE, SHORT, MOST_CONTROLS = 64 * 1024, 512, 0.04
"""Of so many bytes at the start, and no fewer, that share may be such; of random bytes it is 0.094."""
PIECE = 1 << 20
"""The most that is given at a time, so that a file made to swell takes no more memory than another."""


class Unpacker(Protocol):
    """One member of a packed file."""

    @property
    def eof(self) -> bool:
        """Whether its end was met."""

    @property
    def unused_data(self) -> bytes:
        """What stood after its end."""

    def take(self, packed: bytes) -> Iterator[bytes]:
        """What these bytes unpack to, in pieces. ValueError where they are not what they should be."""


def unpacked(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The bytes of a file, unpacked where it is packed.

    CannotObserve: not_supported before any of them; not_understood after what could be unpacked of a cut or broken
    file, and after all of one that is no text.
    """
    first, whole = _begun(pieces)
    if what := next((what for magic, what in UNREAD.items() if first.startswith(magic)), ""):
        raise CannotObserve(Reason.NOT_SUPPORTED, f"{name} is {what}, which is not read")
    make = next((make for magic, make in PACKINGS.items() if first.startswith(magic)), None)
    return _as_text(_once(_members(whole, make, name), name) if make else whole, name)


def _as_text(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """All of them. What is encrypted, or no log, is searched too, but finding nothing there would say nothing."""
    first = next(pieces, b"")
    yield from chain([first] if first else [], pieces)
    if not _seems_text(first[:SAMPLE]):
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{name} is no text: encrypted, or another kind of file")


def is_plain_text(head: bytes) -> bool:
    """Whether a file that begins so, with SAMPLE bytes or all it has, is read as it lies there, to its end."""
    return not head.startswith((*UNREAD, *PACKINGS)) and _seems_text(head)


def _seems_text(head: bytes) -> bool:
    return len(head) < SHORT or len(head.translate(None, CONTROLS)) >= len(head) * (1 - MOST_CONTROLS)


def _begun(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first eight bytes or more, and all of them."""
    first = next(pieces, b"")
    while 0 < len(first) < 8 and (more := next(pieces, b"")):
        first += more
    return first, chain([first] if first else [], pieces)


def _once(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """What was packed. Searched as text, what is packed once more would seem to hold nothing."""
    first, whole = _begun(pieces)
    if first.startswith((*UNREAD, *PACKINGS)):
        raise CannotObserve(Reason.NOT_SUPPORTED, f"{name} holds a packed file or an event log: unpack it first")
    yield from whole


def _members(pieces: Iterator[bytes], make: Callable[[], Unpacker], name: str) -> Iterator[bytes]:
    member: Unpacker | None = make()
    for piece in pieces:
        packed = piece
        while packed:
            if member is None:
                packed = packed.lstrip(b"\0")  # some pad what they write with zeros
                member = make() if packed else None
                continue
            try:
                yield from member.take(packed)
            except ValueError as error:
                raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{name} is packed, and broken") from error
            packed, member = (member.unused_data, None) if member.eof else (b"", member)
    if member is not None:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{name} is packed, and cut")


class _Gzip:
    """One member."""

    def __init__(self) -> None:
        library = _gzip_library()
        self._error: type[Exception] = library.error
        self._inner = library.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def take(self, packed: bytes) -> Iterator[bytes]:
        while packed and not self._inner.eof:
            try:
                piece = self._inner.decompress(packed, PIECE)
            except self._error as error:
                raise ValueError(str(error)) from error
            if piece:
                yield piece
            packed = self._inner.unconsumed_tail


def _gzip_library() -> Any:
    """ISA-L where it is installed (the extra logs): it takes a third of the time of zlib, which it stands in for."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


class _Bounded:
    """bz2 and lzma, which keep what they have not unpacked yet themselves."""

    def __init__(self, inner: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def take(self, packed: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = self._inner.decompress(packed, PIECE)
            except (OSError, lzma.LZMAError, EOFError) as error:
                raise ValueError(str(error)) from error
            if piece:
                yield piece
            if self._inner.eof or self._inner.needs_input:
                return
            packed = b""


class _Zstandard:
    """One frame. Its blocks take four bytes or more and swell to 128 KiB each, so little is unpacked at a time."""

    SLICE = 512

    def __init__(self) -> None:
        try:
            import zstandard
        except ImportError as error:
            raise CannotObserve(
                Reason.NOT_SUPPORTED, "Zstandard needs the package zstandard, of the extra logs"
            ) from error
        self._error: type[Exception] = zstandard.ZstdError
        self._inner = zstandard.ZstdDecompressor(max_window_size=128 << 20).decompressobj()

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data) + self._left

    _left = b""

    def take(self, packed: bytes) -> Iterator[bytes]:
        for start in range(0, len(packed), self.SLICE):
            try:
                piece = self._inner.decompress(packed[start : start + self.SLICE])
            except self._error as error:
                raise ValueError(str(error)) from error
            for place in range(0, len(piece), PIECE):
                yield piece[place : place + PIECE]
            if self._inner.eof:
                self._left = packed[start + self.SLICE :]
                return


PACKINGS: dict[bytes, Callable[[], Unpacker]] = {
    b"\x1f\x8b": _Gzip,
    b"BZh": lambda: _Bounded(bz2.BZ2Decompressor()),
    b"\xfd7zXZ\x00": lambda: _Bounded(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=256 << 20)),
    b"\x28\xb5\x2f\xfd": _Zstandard,
}
UNREAD = {
    b"ElfFile\x00": "a Windows event log (EVTX)",
    b"PK\x03\x04": "a ZIP archive",
    b"LPKSHHRH": 'a binary journal without format = "journal"',
}

"""Where are the originals while the run lasts? Encrypted in one file, under a key that never leaves this memory.

With the run the key is gone, and with the key the originals: nothing need be deleted for that, though `close` does.
Left out: who may not be in it at all (recorder).
"""

from __future__ import annotations

import os
import struct
from array import array
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from readiness.model import Reason, Unseen

HEAD = struct.Struct(">I")
NONCE = 12
ABSENT = 2**64 - 1
PARTS = ("request_head", "request", "response_head", "response")


class Spool:
    """Originals by number, from 1. Memory: eight bytes each."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=256))
        self._file = path.open("x+b")
        self._end = 0
        self._where = array("Q")

    def put(self, number: int, parts: tuple[bytes, bytes, bytes, bytes]) -> bool:
        """Keep the four parts of an exchange (see PARTS) under its number; False where the spool is full.

        Numbers come in rising order; one that is left out is answered `not_kept`.
        """
        plain = b"".join(piece for part in parts for piece in (HEAD.pack(len(part)), part))
        nonce = os.urandom(NONCE)
        sealed = self._cipher.encrypt(nonce, plain, HEAD.pack(number))
        size = HEAD.size + NONCE + len(sealed)
        if self._end + size > self._limit:
            return False
        self._where.extend([ABSENT] * (number - len(self._where)))
        self._file.write(HEAD.pack(len(sealed)) + nonce + sealed)
        self._where[number - 1] = self._end
        self._end += size
        return True

    def get(self, number: int, part: str) -> bytes | Unseen:
        """One part of an original; Unseen(NOT_KEPT) where there is none."""
        known = 0 < number <= len(self._where) and self._where[number - 1] != ABSENT
        if not known or self._file.closed:
            return Unseen(Reason.NOT_KEPT, "the original is not in the spool")
        self._file.seek(self._where[number - 1])
        (length,) = HEAD.unpack(self._file.read(HEAD.size))
        nonce, sealed = self._file.read(NONCE), self._file.read(length)
        self._file.seek(0, os.SEEK_END)
        plain = self._cipher.decrypt(nonce, sealed, HEAD.pack(number))
        at = 0
        for name in PARTS:
            (size,) = HEAD.unpack(plain[at : at + HEAD.size])
            at += HEAD.size
            if name == part:
                return plain[at : at + size]
            at += size
        raise ValueError(f"{part!r} is none of {', '.join(PARTS)}")

    def close(self) -> None:
        """Forget the key and take the file away."""
        self._file.close()
        self._where = array("Q")
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=256))
        self._path.unlink(missing_ok=True)

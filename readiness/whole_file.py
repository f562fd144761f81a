"""How does a file take the place of another so that nobody ever finds half of it? Written beside it, then moved.

Whoever is killed leaves the old file or the new one, and perhaps one whose name begins with a dot. Left out: what may
be written over.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

USUAL_MODE = 0o644


@contextmanager
def replacing(path: Path, mode: int = USUAL_MODE) -> Iterator[BinaryIO]:
    """A file that takes the place of `path`, whole and on disk, with these permissions, when the block ends well.

    Where it does not, `path` is as it was. OSError where the folder cannot be written to.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    finally:
        Path(temporary).unlink(missing_ok=True)  # there is none any more where it took its place


def _sync_folder(folder: Path) -> None:
    """Put the new name on disk too; Windows opens no folders, and needs none of it."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

"""Where does a run write, and over what never? Folders and files that a command leaves behind.

Left out: what stands in them.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from readiness.errors import UsageError
from readiness.record import EVIDENCE, JOURNAL, RUN
from readiness.whole_file import replacing

RECORD = "record"


def run_folder(out: Path | None, now: datetime, *, force: bool) -> Path:
    """The folder of a run, made: the one asked for, or the next free mm-readiness-<date>-<n> here.

    UsageError where it holds a run already and `force` is not given; with it, that run is removed first.
    """
    folder = out or _next_free(now)
    record = folder / RECORD
    if record.exists():
        if not force:
            raise UsageError(f"{record} exists. Give another --out, or --force to write over that run.")
        _remove_record(record)
    _make(folder)
    return folder


def write_files(folder: Path, files: Mapping[str, bytes], *, force: bool) -> None:
    """Write each file under its name, whole or not at all. UsageError before anything is written over."""
    _make(folder)
    taken = [name for name in files if (folder / name).exists()]
    if taken and not force:
        raise UsageError(f"{folder / taken[0]} exists. Give another --out, or --force to write over it.")
    for name, content in files.items():
        with replacing(folder / name) as file:
            file.write(content)


def _next_free(now: datetime) -> Path:
    number = 1
    while (folder := Path(f"mm-readiness-{now:%Y-%m-%d}-{number}")).exists():
        number += 1
    return folder


def _remove_record(record: Path) -> None:
    """Remove a run, and nothing that a run did not write."""
    if not (record / JOURNAL).is_file():
        raise UsageError(f"{record} exists and is no record of this tool. Give another --out.")
    shutil.rmtree(record / EVIDENCE, ignore_errors=True)
    for name in (JOURNAL, RUN):
        (record / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        record.rmdir()
    if record.exists():
        raise UsageError(f"{record} holds files that no run wrote. Give another --out.")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made ({error.strerror}). Give a folder that you may write to.") from error

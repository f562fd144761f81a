"""What stands in a binary journal of systemd, and is it whole? Told by systemd's own journalctl, run on one file.

Only an installed journalctl is run, never one that a PATH or a profile names, and only on a file that a log source of
the profile names. A sealed journal is verified by nobody without its verification key; that key would make new seals,
and journalctl takes it on a command line that others can read, so it is never asked for. Left out: which files there
are (`log_files`), and what the records say.
"""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from readiness.model import Reason
from readiness.probe import CannotObserve, LogFile

PROGRAMS = ("/usr/bin/journalctl", "/bin/journalctl")
MAGIC = b"LPKSHHRH"
HEAD = struct.Struct("<8sIIB")
"""Signature, compatible and incompatible flags, state ("Journal File Format", systemd.io)."""
SEALED, ONLINE = 1, 1
PATTERN = re.compile(r"[*?\[\]\\]")
PIECE = 1 << 20
LONGEST = 540.0
"""Seconds that one file may take to verify."""
QUIET = {"LC_ALL": "C", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""}


@contextmanager
def open_journal(file: LogFile) -> Iterator[Iterator[bytes]]:
    """The records in journal export format, in pieces of at most a mebibyte. CannotObserve, at opening: not_supported
    without journalctl, access_denied, not_understood; and not_understood after what could be read of a broken one."""
    command = [*_command(file), "--output=export", "--all"]
    process = subprocess.Popen(  # noqa: S603  # a program of the system, on one named file, without a shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=QUIET
    )
    try:
        yield _pieces(process, file.name)
    finally:
        process.kill()
        process.communicate()


def verify_journal(file: LogFile) -> bool:
    """Whether everything in it is as its own hashes and order say; they have no key, so whoever writes a new file can
    make them anew. CannotObserve as `open_journal`, and credentials_needed for a sealed one, not_kept for one that is
    written to while it is looked at."""
    command = [*_command(file), "--verify"]
    flags, state = _head(file)
    if flags & SEALED:
        why = f"{file.name} is sealed, and verified only with its verification key, which this tool never asks for"
        raise CannotObserve(Reason.CREDENTIALS_NEEDED, why)
    try:
        found = subprocess.run(  # noqa: S603  # as above
            command, stdin=subprocess.DEVNULL, capture_output=True, env=QUIET, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotObserve(Reason.TIMED_OUT, f"{file.name} was not verified within {LONGEST:g} s") from None
    if found.returncode == 0:
        return True
    if state == ONLINE:
        raise CannotObserve(Reason.NOT_KEPT, f"{file.name} is being written; journalctl --rotate ends it")
    said = found.stderr.decode("utf-8", "replace")
    if "FAIL: " not in said:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{file.name}: {_last(said)}")
    return False


def _command(file: LogFile) -> list[str]:
    program = next((path for path in PROGRAMS if Path(path).is_file()), "")
    if not program:
        raise CannotObserve(Reason.NOT_SUPPORTED, "binary journals need systemd's journalctl, which is not here")
    if PATTERN.search(file.path):
        raise CannotObserve(Reason.NOT_SUPPORTED, f"journalctl takes {file.name} for a pattern of names")
    _head(file)
    return [program, "--quiet", "--no-pager", f"--file={file.path}"]


def _head(file: LogFile) -> tuple[int, int]:
    """The flags of what may be left unread, and the state. CannotObserve: access_denied, not_understood."""
    try:
        with Path(file.path).open("rb") as handle:
            head = handle.read(HEAD.size)
    except OSError as error:
        raise CannotObserve(Reason.ACCESS_DENIED, f"{file.name}: {error.strerror}") from error
    if len(head) < HEAD.size or not head.startswith(MAGIC):
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{file.name} is no journal of systemd")
    _, flags, _, state = HEAD.unpack(head)
    return flags, state


def _pieces(process: subprocess.Popen[bytes], name: str) -> Iterator[bytes]:
    assert process.stdout is not None
    while piece := process.stdout.read(PIECE):
        yield piece
    if process.wait() != 0:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"journalctl could not read {name}")


def _last(said: str) -> str:
    return said.strip().rpartition("\n")[2][:200]

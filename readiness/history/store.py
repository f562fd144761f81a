"""What came of runs that were judged before: an SQLite file beside them, which can be deleted and is made again.

It holds digests, times, versions and grades, and nothing of what was seen, of whom, or where files lie. The file is
read whole, and takes the place of the old one whole: nobody finds half of it, and of two who write at once the later
one wins, which costs the other's runs a new judgement and nothing else. What is not exactly a store is none, and is
made again. Left out: which runs are asked for (`gathering`).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

from readiness.history.past import Judged, RiskThen
from readiness.model import Because, Strength
from readiness.values import moment_from, moment_text
from readiness.whole_file import replacing

FILE = "mm-readiness-history.sqlite"
LARGEST = 256 * 1024 * 1024
TABLES = (
    """CREATE TABLE run (run TEXT, judge TEXT, records TEXT, kind TEXT, organisation TEXT, environment TEXT,
        started TEXT, ended TEXT, interrupted INTEGER, exit_code INTEGER, version TEXT,
        PRIMARY KEY (run, judge)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE risk (run TEXT, judge TEXT, place INTEGER, risk TEXT, because TEXT, strength TEXT,
        PRIMARY KEY (run, judge, place)) STRICT, WITHOUT ROWID""",
    "CREATE TABLE whole (sha256 TEXT) STRICT",
)
"""A run is known by the digest of its files, a judge by its version and checklist. `whole` has one row, a digest over
all others, so that damage is told wherever it is."""


class Condition(StrEnum):
    """How the store was found, or how it went."""

    FOUND = "found"
    NEW = "new"
    DAMAGED = "damaged"
    NOT_WRITTEN = "not_written"


class Store:
    """What is known of runs, in memory until `write`."""

    def __init__(self, folder: Path, *, rebuild: bool = False) -> None:
        self._file = folder / FILE
        data = b"" if rebuild else _read(self._file)
        found = _opened(data) if data else None
        self._connection = found or _empty()
        self._changed = found is None
        self.condition = Condition.FOUND if found else Condition.DAMAGED if data else Condition.NEW

    def find(self, run: str, judge: str) -> Judged | None:
        """What came of a run by a judge; None where that is not known."""
        row = self._connection.execute("SELECT * FROM run WHERE (run, judge) = (?, ?)", (run, judge)).fetchone()
        if row is None:
            return None
        risks = self._connection.execute(
            "SELECT risk, because, strength FROM risk WHERE (run, judge) = (?, ?) ORDER BY place", (run, judge)
        )
        return _judged(row, risks)

    def keep(self, run: str, judge: str, judged: Judged) -> None:
        """Keep what came of a run."""
        self._changed = True
        one = judged
        about = (" ".join(one.records), one.kind, one.organisation, one.environment)
        when = (moment_text(one.started), moment_text(one.ended))
        row = (run, judge, *about, *when, int(one.interrupted), one.exit_code, one.version)
        self._connection.execute(f"INSERT OR REPLACE INTO run VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        self._connection.execute("DELETE FROM risk WHERE (run, judge) = (?, ?)", (run, judge))
        self._connection.executemany(
            "INSERT INTO risk VALUES (?, ?, ?, ?, ?, ?)",
            [
                (run, judge, place, risk.risk, risk.because.value, risk.strength.value if risk.strength else None)
                for place, risk in enumerate(one.risks)
            ],
        )

    def forget_all_but(self, runs: Iterable[str]) -> None:
        """Forget runs that are not there any more."""
        there = set(runs)
        gone = [(run,) for (run,) in self._connection.execute("SELECT DISTINCT run FROM run") if run not in there]
        for table in ("run", "risk") if gone else ():
            self._connection.executemany(f"DELETE FROM {table} WHERE run = ?", gone)  # noqa: S608
            self._changed = True

    def write(self) -> None:
        """Put it on disk, where it changed; where that cannot be, `condition` says so."""
        if self._changed:
            self._connection.execute("DELETE FROM whole")
            self._connection.execute("INSERT INTO whole VALUES (?)", (_digest(self._connection),))
            self._connection.commit()
            try:
                with replacing(self._file) as file:
                    file.write(self._connection.serialize())
            except OSError:
                self.condition = Condition.NOT_WRITTEN
        self._connection.close()


def _read(file: Path) -> bytes:
    """The bytes of the file; none where there is none. What is no file, or too large, is damaged."""
    try:
        if file.stat().st_size > LARGEST:
            return b"too large"
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError:
        return b"not to be read"


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    for table in TABLES:
        connection.execute(table)
    return connection


def _opened(data: bytes) -> sqlite3.Connection | None:
    """A store's bytes as a database; None where they are not exactly one that was written here."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        tables = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master")]
        if sorted(tables) == sorted(TABLES):
            said = connection.execute("SELECT sha256 FROM whole").fetchall()
            if said == [(_digest(connection),)]:
                return connection
    except (sqlite3.Error, TypeError, OverflowError):  # what stands in a damaged file, nobody knows
        pass
    connection.close()
    return None


def _digest(connection: sqlite3.Connection) -> str:
    sha256 = hashlib.sha256()
    for table in ("run", "risk"):
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3"):  # noqa: S608
            sha256.update(repr(row).encode("utf-8"))
    return sha256.hexdigest()


def _judged(row: tuple[Any, ...], risks: Iterable[tuple[Any, ...]]) -> Judged:
    """A row as it was kept."""
    _, _, records, kind, organisation, environment, started, ended, interrupted, code, version = row
    return Judged(
        tuple(records.split()),
        kind,
        organisation,
        environment,
        moment_from(started),
        moment_from(ended),
        bool(interrupted),
        code,
        version,
        tuple(RiskThen(risk, Because(why), Strength(strength) if strength else None) for risk, why, strength in risks),
    )

"""Which files does a dossier have, and what does its manifest say of them? Names and JSON; pure.

    record/...                       the record, as a run left it: journal.jsonl, run.json, evidence/<sha256>
    others/<n>/..., others/<n>.zip   records and dossiers of others that were judged with it, in that order
    checklists/<subject>.toml        the checklist that judged
    reports/data.json                what was judged, for programs
    reports/<sv or en>/<file>        every other format
    certificates.pem                 the signer's certificate first, then its issuers
    manifest.json                    size and SHA-256 of each file above
    statement.dsse.json              the signed statement, which has the SHA-256 of the manifest
    timestamp.tsr                    where the signature was time-stamped

The files of the first six lines stand in the ZIP in the order of their names, then the last three in this order. So
every byte is either in a digest that is signed, or the signature, or the time-stamp over it. Left out: reading ZIP
files (`archive`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from readiness.dossier.faults import DossierError
from readiness.record import EVIDENCE, JOURNAL, RUN

FORMAT = "mm-readiness-dossier/1"
RECORD, OTHERS, CHECKLISTS, REPORTS = "record", "others", "checklists", "reports"
DATA, CERTIFICATES = f"{REPORTS}/data.json", "certificates.pem"
MANIFEST, STATEMENT, TIME_STAMP = "manifest.json", "statement.dsse.json", "timestamp.tsr"
LAST = (MANIFEST, STATEMENT, TIME_STAMP)
LARGEST = {MANIFEST: 32 << 20, STATEMENT: 64 << 20, TIME_STAMP: 1 << 20, CERTIFICATES: 1 << 20, DATA: 256 << 20}
"""Bytes that are read into memory at once, at most."""
LONGEST_NAME = 200

_OWN_FILES = rf"(?:{re.escape(JOURNAL)}|{re.escape(RUN)}|{EVIDENCE}/[0-9a-f]{{64}})"
# Windows has devices of these names in every folder.
_PLAIN = r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\.)[a-z0-9][a-z0-9_-]*"
CHECKLIST_NAME = re.compile(rf"{_PLAIN}\.toml")
NAME = re.compile(
    rf"{RECORD}/{_OWN_FILES}|{OTHERS}/[1-9][0-9]{{0,2}}(?:/{_OWN_FILES}|\.zip)|{CHECKLISTS}/{CHECKLIST_NAME.pattern}"
    rf"|{re.escape(DATA)}|{REPORTS}/(?:sv|en)/{_PLAIN}(?:\.[a-z0-9]+)+|{re.escape(CERTIFICATES)}"
    rf"|{'|'.join(map(re.escape, LAST))}"
)
NEVER: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("name_drive", re.compile(r"[A-Za-z]:.*", re.DOTALL)),
    ("name_backslash", re.compile(r".*\\.*", re.DOTALL)),
    ("name_absolute", re.compile(r"/.*", re.DOTALL)),
    ("name_parent", re.compile(r"(?:.*/)?\.\.?(?:/.*)?", re.DOTALL)),
    ("name_evidence", re.compile(rf"(?:{RECORD}|{OTHERS}/[0-9]+)/{EVIDENCE}/.*", re.DOTALL)),
)
"""Names that a ZIP may have and a dossier never, for these reasons."""


def check_name(name: str) -> None:
    """DossierError, with the reason, for a name that no file of a dossier has."""
    if len(name) <= LONGEST_NAME and NAME.fullmatch(name):
        return
    reason = next((key for key, pattern in NEVER if pattern.fullmatch(name)), "name_unknown")
    raise DossierError(reason, name=name)


def order(name: str) -> tuple[int, str]:
    """Where a file stands in the ZIP."""
    return (LAST.index(name) + 1, "") if name in LAST else (0, name)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One file of a dossier: its size in bytes and its SHA-256 (hex)."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a dossier holds besides the manifest itself, the statement and the time-stamp."""

    entries: tuple[Entry, ...]
    time_stamped: bool


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as JSON; the same bytes for the same files."""
    files = [{"name": e.name, "size": e.size, "sha256": e.sha256} for e in sorted(manifest.entries)]
    return json_bytes({"format": FORMAT, "time_stamped": manifest.time_stamped, "files": files})


def read_manifest(data: bytes) -> Manifest:
    """The manifest again. DossierError where it is not exactly what `manifest_bytes` writes."""
    try:
        found = json.loads(data)
        if (said := found["format"]) != FORMAT:
            raise DossierError("other_format", found=said, known=FORMAT)
        entries = tuple(Entry(row["name"], row["size"], row["sha256"]) for row in found["files"])
        manifest = Manifest(entries, found["time_stamped"])
        same = manifest_bytes(manifest) == data
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DossierError("not_understood", name=MANIFEST) from error
    if not same:
        raise DossierError("not_understood", name=MANIFEST)
    return manifest


def compare(manifest: Manifest, names: Iterable[str]) -> None:
    """DossierError for a file that is there and not listed, or listed and not there."""
    there, listed = set(names), [entry.name for entry in manifest.entries]
    wanted = {*listed, MANIFEST, STATEMENT, *([TIME_STAMP] if manifest.time_stamped else [])}
    for name in sorted(there - wanted):
        raise DossierError("extra", name=name)
    for name in sorted(wanted - there):
        raise DossierError("missing", name=name)
    if len(set(listed)) != len(listed):
        raise DossierError("not_understood", name=MANIFEST)


def json_bytes(content: Any) -> bytes:
    """JSON as this tool writes it: sorted, indented by one, ASCII, ended by a line end."""
    return (json.dumps(content, sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode("ascii")

"""Is a dossier what was signed? The ZIP, the signature, and the digest of every file; and whose certificate it is.

Nothing is unpacked, run, fetched or written. What is not intact is a DossierError that names the file; whether the
signer is somebody whom an anchor vouches for is an answer, not an error. Left out: judging again (`verifying`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from readiness.dossier.archive import Archive
from readiness.dossier.contents import (
    CERTIFICATES,
    MANIFEST,
    STATEMENT,
    TIME_STAMP,
    Manifest,
    compare,
    read_manifest,
)
from readiness.dossier.envelope import pae, read_envelope
from readiness.dossier.faults import DossierError
from readiness.dossier.signature import fingerprint, verifies
from readiness.dossier.statement import Statement, read_statement
from readiness.dossier.time_stamp import TimeStamp, read_time_stamp, why_not_confirmed
from readiness.dossier.trust import name_of, why_not_trusted
from readiness.model import Sealed

Certificates = tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Opened:
    """A dossier that is intact, and what was found out about who signed it, and when.

    `at` is the time that the signer's path was asked at: the one given, else the time-stamp's if that is confirmed,
    else the signer's own word. `not_trusted` and `stamp_not_confirmed` say what is in the way, and are empty where
    nothing is.
    """

    archive: Archive
    manifest: Manifest
    statement: Statement
    certificates: Certificates
    stamp: TimeStamp | None
    at: datetime
    not_trusted: str
    stamp_not_confirmed: str

    @property
    def sealed(self) -> Sealed:
        """The same for a report."""
        own = self.certificates[0]
        stamp = None if self.stamp_not_confirmed else self.stamp
        at = stamp.at if stamp else self.statement.sealed_at
        return Sealed(name_of(own), fingerprint(own), at, stamp is not None, not self.not_trusted)


@contextmanager
def open_dossier(
    file: Path | BufferedReader, anchors: Sequence[x509.Certificate] = (), at: datetime | None = None
) -> Iterator[Opened]:
    """A dossier, verified. DossierError names what was altered; OSError where the file cannot be read."""
    with file.open("rb") if isinstance(file, Path) else file as opened:
        yield _verified(Archive(opened), anchors, at)


def _verified(archive: Archive, anchors: Sequence[x509.Certificate], at: datetime | None) -> Opened:
    """From the signature downwards: nothing is believed before what vouches for it was."""
    envelope = read_envelope(archive.read(STATEMENT))
    certificates = _certificates(archive.read(CERTIFICATES))
    own = certificates[0]
    if envelope.key != fingerprint(own):
        raise DossierError("other_key", name=CERTIFICATES)
    if not verifies(own, envelope.signature, pae(envelope.payload)):
        raise DossierError("signature", name=STATEMENT)
    statement = read_statement(envelope.payload)
    manifest = _manifest(archive, statement)
    stamp = read_time_stamp(archive.read(TIME_STAMP), envelope.signature) if manifest.time_stamped else None
    unconfirmed = why_not_confirmed(stamp, envelope.signature, anchors) if stamp else ""
    when = at or (stamp.at if stamp and not unconfirmed else statement.sealed_at)
    why = why_not_trusted(certificates, anchors, when) if anchors else "no anchor"
    return Opened(archive, manifest, statement, certificates, stamp, when, why, unconfirmed)


def _certificates(data: bytes) -> Certificates:
    try:
        found = tuple(x509.load_pem_x509_certificates(data))
        found[0].public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise DossierError("not_understood", name=CERTIFICATES) from error
    return found


def _manifest(archive: Archive, statement: Statement) -> Manifest:
    """The manifest, by the digest in the statement; then every file by the manifest."""
    data = archive.read(MANIFEST)
    if hashlib.sha256(data).hexdigest() != statement.subjects[MANIFEST]:
        raise DossierError("altered", name=MANIFEST)
    manifest = read_manifest(data)
    compare(manifest, archive.entries)
    for entry in manifest.entries:
        sha256 = hashlib.sha256()
        for piece in archive.pieces(entry.name):
            sha256.update(piece)
        if archive.entries[entry.name].size != entry.size or sha256.hexdigest() != entry.sha256:
            raise DossierError("altered", name=entry.name)
    for name in (MANIFEST, STATEMENT, *([TIME_STAMP] if manifest.time_stamped else [])):
        for _ in archive.pieces(name):
            pass
    listed = {entry.name: entry.sha256 for entry in manifest.entries} | {MANIFEST: statement.subjects[MANIFEST]}
    for name, said in statement.subjects.items():
        if listed.get(name) != said:
            raise DossierError("subject", name=name)
    return manifest

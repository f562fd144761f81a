"""A small run, judged by a few rules and sealed with real keys: what the tests of dossiers take apart."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from readiness.demo.chain import running_chain
from readiness.dossier.sealing import Asked, seal
from readiness.dossier.signature import Signer, signer_of
from readiness.model import TargetKind
from readiness.profile import load_profile
from readiness.record import Record, read_record
from readiness.record_writing import Writer
from readiness.reports.formats import FORMATS
from readiness.run import Looking, observe_profile
from tests.conftest import NOON
from tests.stands.pki import CA_NOT_AFTER, CA_NOT_BEFORE, Issued, authority, leaf
from tests.stands.time_stamping import TimeStamping, time_stamping

KINDS = {TargetKind.CERTIFICATE, TargetKind.NODE, TargetKind.STATEMENT}
DEFECTS = ("nobody-responsible-traceability",)
SEALED_AT = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Sealing:
    """What the tests seal with: the authority that issues signers and time-stampers, a run, a checklist, a vendor's."""

    root: Issued
    folder: Path
    run: Path
    checklists: Path
    vendor: Path

    def signer(self, key: str = "ec-p256", **fields: object) -> Signer:
        """A new signer under an issuer under the root."""
        return signer_of_issued(signing(self.root, key, **fields))

    def asked(self, *others: Path, **fields: object) -> Asked:
        """The run, to be sealed."""
        return replace(Asked(self.run, others, self.checklists), **fields)  # type: ignore[arg-type]

    def sealed(self, name: str, signer: Signer | None = None, *others: Path, **fields: object) -> Path:
        """A dossier of the run, of that name."""
        out = self.folder / name
        seal(self.asked(*others, **fields), signer or self.signer(), out, SEALED_AT)
        return out


def write_vendors(record: Record, folder: Path) -> None:
    """The same record as if a vendor had made it."""
    profile = record.start["profile"]
    numbers = {row["id"]: row["organisation_number"] for row in profile["party"]}
    party = next(id_ for id_ in numbers if id_ != profile["subject"]["party"])
    subject = {**profile["subject"], "party": party, "organisation_number": numbers[party]}
    start = {name: record.start[name] for name in ("profile_digest", "profile_source", "tool")}
    with Writer(folder, {**start, "profile": {**profile, "subject": subject, "permit": []}}, NOON) as writer:
        for observation in record.observations:
            writer.tell(observation)
        writer.keep(b"what the vendor saw", "text/plain", "there", "")
        writer.finish(NOON, complete=True)


def signing(root: Issued, key: str = "ec-p256", **fields: object) -> Issued:
    """A kommun's certificate for signatures, valid at any time that a test may run at."""
    issuer = authority("Utfärdare", issuer=root)
    names = (("O", "Exempelby kommun"), ("2.5.4.5", "164120000007"), ("CN", "Exempelby"))
    usual = {"subject": names, "key": key, "not_before": CA_NOT_BEFORE, "not_after": CA_NOT_AFTER}
    usual |= {"extended_key_usage": None, "key_usage": ("digital_signature",)}
    return leaf(issuer, (), **{**usual, **fields})  # type: ignore[arg-type]


def signer_of_issued(issued: Issued) -> Signer:
    """What signs with it."""
    return signer_of([one.cert for one in issued.chain], issued.key, "here", "en")  # type: ignore[arg-type]


@pytest.fixture(scope="package", autouse=True)
def formats():
    """Dossiers of most tests go without PDF, which takes as long to write as all the rest; test_pdf has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(FORMATS, "pdf")
        yield


@pytest.fixture(scope="package")
def sealing(tmp_path_factory: pytest.TempPathFactory) -> Sealing:
    """A real run of some of the example chain with a defect, another that its vendor made, and two files of rules."""
    folder = tmp_path_factory.mktemp("dossier")
    checklists = folder / "checklists"
    checklists.mkdir()
    for name in ("responsibilities.toml", "registers.toml"):
        (checklists / name).write_text(files("checklists").joinpath(name).read_text("utf-8"), "utf-8")
    with running_chain(folder / "chain", DEFECTS, clock=lambda: NOON) as path:
        text = path.read_text("utf-8")
        profile = load_profile(path)
        some = replace(profile, targets=tuple(t for t in profile.targets if t.kind in KINDS | {TargetKind.CHAIN}))
        looking = Looking(clock=lambda: NOON)
        observe_profile(some, text, folder / "run" / "record", looking)
    write_vendors(read_record(folder / "run"), folder / "vendor" / "record")
    return Sealing(authority("Rot"), folder, folder / "run", checklists, folder / "vendor")


@pytest.fixture(scope="package")
def tsa(sealing: Sealing, tmp_path_factory: pytest.TempPathFactory):
    """A time-stamping authority under the same root."""
    with time_stamping(tmp_path_factory.mktemp("tsa"), sealing.root) as running:
        yield running


@pytest.fixture(scope="package")
def dossier(sealing: Sealing, tsa: TimeStamping) -> Path:
    """A dossier with all that one can have: records and dossiers of others, a checklist, a time-stamp."""
    vendors = sealing.sealed("vendor.zip", sealing.signer(), run=sealing.vendor)
    return sealing.sealed("dossier.zip", None, sealing.vendor, vendors, time_stamping=tsa.url)


@pytest.fixture
def copy(dossier: Path, tmp_path: Path) -> Path:
    """The same, to be altered."""
    return Path(shutil.copy(dossier, tmp_path / "copy.zip"))

"""declare as a vendor uses it: from a run and from its dossier; and what a kommun is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from readiness.cli import main
from readiness.dossier.sealing import Asked, seal
from tests.conftest import NOON
from tests.dossier.conftest import signer_of_issued, signing
from tests.history.runs import rules, run
from tests.profiles import SOUND
from tests.stands.pki import authority

VENDORS = SOUND.replace(
    'kind = "kommun"\nname = "Exempelby kommun"\norganisation_number = "412000-0007"\nboard = "Socialnämnden"\n'
    'party = "kommunen"',
    'kind = "vendor"\nname = "Exempelsystem AB"\norganisation_number = "16455000-0006"\n'
    'product = "Förmedlaren"\nversion = "2.1"\nparty = "leverantoren"',
)


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return rules(tmp_path / "rules")


def test_a_vendor_declares_from_its_run_and_from_its_dossier(mine: Path, tmp_path: Path) -> None:
    vendor = run(tmp_path / "vendor", profile=VENDORS, integrity=2)
    done = call("declare", vendor, "--checklists", mine)
    assert done.exit_code == 10, done.output
    page = Path("egendeklaration.html").read_text(encoding="utf-8")
    for said in ("Ingen myndighet har fastställt eller prövat denna deklaration.", "Förmedlaren", "2.1", "MM-RUN-01"):
        assert said in page
    assert call("declare", vendor, "--checklists", mine).exit_code == 2, "it was written over"
    printed = call("declare", vendor, "--checklists", mine, "--out", "-")
    assert (printed.stdout, printed.exit_code) == (page, 10)
    seal(Asked(vendor, checklists=mine), signer_of_issued(signing(authority("Rot"))), Path("v.zip"), NOON)
    done = call("declare", "v.zip", "--checklists", mine, "--out", "-", "--lang", "en")
    assert (done.exit_code, "No authority has established or examined" in done.stdout) == (10, True)
    done = call("declare", vendor, "--checklists", mine, "--format", "pdf")
    assert done.exit_code == 10, done.output
    assert Path("egendeklaration.pdf").read_bytes().startswith(b"%PDF-")
    assert call("declare", vendor, "--checklists", mine, "--out", tmp_path / "no" / "x.html").exit_code == 2


def test_a_kommun_declares_nothing(mine: Path, tmp_path: Path) -> None:
    done = call("declare", run(tmp_path / "run"), "--checklists", mine)
    assert (done.exit_code, 'kind = "vendor"' in done.output) == (2, True), done.output
    assert not Path("egendeklaration.html").exists()

"""seal and verify as a person uses them: what they say, write, exit with, and never show."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from readiness.cli import main
from tests.dossier.conftest import signing

SECRET = "en hemlighet"


def run(*words, env=None, **given):
    return CliRunner(env=env).invoke(main, [str(word) for word in words], **given)


@pytest.fixture(scope="module")
def issued(sealing):
    return signing(sealing.root, "ec-p256")


@pytest.fixture
def here(sealing, issued, tmp_path, monkeypatch):
    """A folder to stand in, with a key, a PKCS#12 file and the root."""
    issued.pem(tmp_path, "signer")
    (tmp_path / "signer.p12").write_bytes(issued.pkcs12(SECRET))
    (tmp_path / "root.pem").write_bytes(sealing.root.cert_pem)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_is_sealed_and_verified_by_whoever_has_the_root(sealing, here):
    judged = ("--checklists", sealing.checklists)
    done = run("seal", sealing.run, "--key", "signer.pem", *judged, "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "The dossier is written: run.zip" in done.output
    done = run("verify", "run.zip", "--anchor", "root.pem", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == "The dossier holds."
    done = run("verify", "run.zip")
    assert done.exit_code == 12
    assert "Vem som signerat kan inte bekräftas: ange --anchor" in done.output
    done = run("verify", "run.zip", "--anchor", "root.pem", "--json")
    said = json.loads(done.stdout)
    assert said["holds"] is True
    assert {"id": "no_revocation", "state": "note"}.items() <= said["lines"][3].items()
    assert done.exit_code == 0
    Path("run.zip").write_bytes(Path("run.zip").read_bytes() + b"!")
    assert run("verify", "run.zip", "--anchor", "root.pem").exit_code == 12


def test_a_password_comes_from_the_environment_and_stands_nowhere(sealing, here):
    command = ("seal", sealing.run, "--pkcs12", "signer.p12", "--checklists", sealing.checklists, "--lang", "en")
    assert "needs a password" in run(*command).output
    done = run(*command, "--password-env", "MM_STAMPEL", env={"MM_STAMPEL": "fel"})
    assert (done.exit_code, "does not open" in done.output) == (2, True)
    done = run(*command, "--password-env", "MM_STAMPEL", env={"MM_STAMPEL": SECRET})
    assert done.exit_code == 0, done.output
    assert SECRET not in done.output
    data = Path("run.zip").read_bytes()
    assert SECRET.encode() not in data
    assert b"PRIVATE KEY" not in data


def test_no_file_is_written_over_without_force(sealing, here):
    Path("out.zip").write_bytes(b"mine")
    command = ("seal", sealing.run, "--key", "signer.pem", "--checklists", sealing.checklists, "--out", "out.zip")
    assert run(*command).exit_code == 2
    assert Path("out.zip").read_bytes() == b"mine"
    assert run(*command, "--force").exit_code == 0
    assert zipfile.is_zipfile("out.zip")


MISTAKES = {
    "nothing that signs": ((), "--key"),
    "two that sign": (("--key", "signer.pem", "--pkcs12", "signer.p12"), "only one"),
    "a certificate beside PKCS#12": (("--pkcs12", "signer.p12", "--certificate", "root.pem"), "the certificate in it"),
    "no such folder to write to": (("--key", "signer.pem", "--out", "nowhere/out.zip"), "cannot be written to"),
    "no such other record": (("nobody.zip", "--key", "signer.pem"), "Give the folder that a run wrote"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_what_to_write_instead(sealing, here, mistake):
    words, said = MISTAKES[mistake]
    done = run("seal", sealing.run, *words, "--checklists", sealing.checklists, "--lang", "en")
    assert (done.exit_code, said in done.output) == (2, True), done.output
    assert not list(here.glob("*.zip"))


def test_a_dossier_is_not_sealed_again_and_what_is_no_dossier_is_told(sealing, here):
    assert run("seal", "signer.pem", "--key", "signer.pem").exit_code == 2
    assert run("verify", "signer.pem").exit_code == 12
    assert run("verify", "nothing.zip").exit_code == 2
    assert run("verify", here).exit_code == 2
    assert run("verify", "signer.pem", "--anchor", "signer.p12").exit_code == 2


def test_judge_and_report_take_a_dossier_as_they_take_a_folder(sealing, here):
    run("seal", sealing.run, "--key", "signer.pem", "--checklists", sealing.checklists)
    judged = ("--checklists", sealing.checklists, "--json")
    folder, dossier = (json.loads(run("judge", what, *judged).stdout) for what in (sealing.run, "run.zip"))
    (used,) = dossier["records"]
    assert used["sealed"]["confirmed"] is False
    assert folder["findings"] == dossier["findings"]
    done = run(
        "report", "run.zip", "--checklists", sealing.checklists, "--format", "html", "--out", "-", "--lang", "sv"
    )
    assert "Vem som signerat är inte bekräftat." in done.output


def test_verifying_writes_nothing_anywhere(sealing, here, dossier):
    before = {path: path.stat().st_mtime_ns for path in [*here.rglob("*"), *sealing.folder.rglob("*")]}
    assert run("verify", dossier, "--anchor", "root.pem").exit_code == 0
    after = {path: path.stat().st_mtime_ns for path in [*here.rglob("*"), *sealing.folder.rglob("*")]}
    assert after == before

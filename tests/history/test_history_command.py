"""history as it is used: runs on disk, the store beside them lost, damaged, shared, and what was altered."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from readiness.cli import main
from readiness.dossier.sealing import Asked, seal
from readiness.history.past_data import schema
from readiness.history.store import FILE
from tests.conftest import NOON
from tests.dossier.conftest import signer_of_issued, signing
from tests.history.runs import rules, run
from tests.profiles import SOUND
from tests.stands.pki import authority

ROOT = Path(__file__).parents[2]
PERSON = "Petronella Granskare"


def history(*words: object) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(main, ["history", *map(str, words)])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return rules(tmp_path / "rules")


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three runs: not met, not demonstrated, met; and a folder that is no run."""
    folder = tmp_path / "runs"
    for number, integrity in enumerate((2, None, 1)):
        run(folder / f"run-{number}", NOON + timedelta(days=number), integrity=integrity)
    (folder / "other").mkdir()
    return folder


def outputs(runs: Path, mine: Path, *words: str) -> list[bytes]:
    """Everything that it writes: terminal, JSON, page."""
    page = runs.parent / "page.html"
    done = [history(runs, "--checklists", mine, "--html", page, "--force", *words), history(runs, "--checklists", mine)]
    data = history(runs, "--checklists", mine, "--json")
    assert [one.exit_code for one in (*done, data)] == [0, 0, 0], done[0].output
    jsonschema.validate(json.loads(data.stdout), schema())
    return [done[0].stdout_bytes, done[1].stdout_bytes, data.stdout_bytes, page.read_bytes()]


def graded(runs: Path, mine: Path) -> list[str]:
    """How risk 13 has gone."""
    (series,) = json.loads(history(runs, "--checklists", mine, "--json").stdout)["series"]
    return [g["because"] for run in series["runs"] for g in run["grades"] if g["risk"] == "13"]


def test_each_run_is_graded_as_it_was(runs: Path, mine: Path) -> None:
    assert graded(runs, mine) == ["violated", "not_demonstrated", "all_pass"]


def test_the_store_is_deleted_and_rebuilt_and_everything_reads_the_same(runs: Path, mine: Path) -> None:
    first = outputs(runs, mine)
    assert outputs(runs, mine) == first
    (runs / FILE).unlink()
    assert outputs(runs, mine) == first
    assert (runs / FILE).is_file()
    assert outputs(runs, mine, "--rebuild") == first


def test_what_is_known_is_not_judged_again(runs: Path, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = outputs(runs, mine)
    from readiness.history import gathering

    def never(*_: object) -> None:
        raise AssertionError("judged again")

    with monkeypatch.context() as patched:
        patched.setattr(gathering, "_judge", never)
        assert outputs(runs, mine) == first
        assert isinstance(history(runs, "--checklists", mine, "--rebuild").exception, AssertionError)
    other = rules(runs.parent / "other", integrity=2)
    assert graded(runs, other) == ["all_pass", "not_demonstrated", "violated"]


@pytest.mark.parametrize("damage", ["cut", "noise", "empty", "foreign", "a flipped value", "a trigger", "a folder"])
def test_a_damaged_store_is_told_and_made_again(runs: Path, mine: Path, damage: str) -> None:
    first = outputs(runs, mine)
    store = runs / FILE
    data = store.read_bytes()
    match damage:
        case "cut":
            store.write_bytes(data[:5000])
        case "noise":
            store.write_bytes(data[:100] + b"\xff" * (len(data) - 100))
        case "empty":
            store.write_bytes(b"not a database")
        case "foreign":
            store.unlink()
            _execute(store, "CREATE TABLE run (x TEXT)")
        case "a flipped value":
            _execute(store, "UPDATE risk SET because = 'all_pass' WHERE risk = '13'")
        case "a trigger":
            _execute(store, "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM risk; END")
        case "a folder":
            store.unlink()
            store.mkdir()
    told = history(runs, "--checklists", mine, "--lang", "en")
    assert told.exit_code == 0
    assert FILE in told.stderr
    assert ("could not be written" if damage == "a folder" else "was damaged") in told.stderr
    assert graded(runs, mine) == ["violated", "not_demonstrated", "all_pass"]
    if damage != "a folder":
        assert outputs(runs, mine) == first
        assert FILE not in history(runs, "--checklists", mine).stderr


def _execute(store: Path, sql: str) -> None:
    connection = sqlite3.connect(store)
    with connection:
        connection.execute(sql)
    connection.close()


def test_an_altered_record_is_told_and_not_stored(runs: Path, mine: Path) -> None:
    assert graded(runs, mine)[0] == "violated"
    journal = runs / "run-0" / "record" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"value":2', b'"value":1').replace(b'"value": 2', b'"value": 1'))
    done = history(runs, "--checklists", mine, "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 2
    assert [one["name"] for one in found["refused"]] == ["run-0"]
    assert "altered" in found["refused"][0]["why"]
    assert len(found["series"][0]["runs"]) == 2
    connection = sqlite3.connect(runs / FILE)
    assert connection.execute("SELECT count(*) FROM run").fetchone() == (2,)
    connection.close()


def test_evidence_that_was_added_is_told_though_the_journal_is_as_it_was(runs: Path, mine: Path) -> None:
    assert history(runs, "--checklists", mine).exit_code == 0
    evidence = runs / "run-1" / "record" / "evidence"
    evidence.mkdir(exist_ok=True)
    (evidence / ("0" * 64)).write_bytes(b"planted")
    assert history(runs, "--checklists", mine).exit_code == 2


def test_a_run_that_is_gone_is_forgotten(runs: Path, mine: Path) -> None:
    history(runs, "--checklists", mine)
    shutil.rmtree(runs / "run-0")
    assert graded(runs, mine) == ["not_demonstrated", "all_pass"]
    connection = sqlite3.connect(runs / FILE)
    assert connection.execute("SELECT count(DISTINCT run) FROM risk").fetchone() == (2,)
    connection.close()


def test_a_dossier_of_a_run_beside_it_is_the_same_run_and_an_altered_one_is_told(runs: Path, mine: Path) -> None:
    signer = signer_of_issued(signing(authority("Rot")))
    seal(Asked(runs / "run-2", checklists=mine), signer, runs / "z.zip", NOON)
    assert len(graded(runs, mine)) == 3
    shutil.rmtree(runs / "run-2")
    assert graded(runs, mine)[-1] == "all_pass"
    (runs / "z.zip").write_bytes((runs / "z.zip").read_bytes() + b"!")
    done = history(runs, "--checklists", mine)
    assert (done.exit_code, "z.zip" in done.stdout) == (2, True)


def test_nothing_of_whom_or_what_was_seen_is_in_the_store(runs: Path, mine: Path) -> None:
    """A decision by a named person. (An organisation number that is a person's is refused in every profile.)"""
    named = (
        SOUND
        + f"""
[[absent]]
id = "inga"
what = "endpoint"
why = "Ingen ändpunkt"
decided_by = "{PERSON}"
decided_on = 2026-01-01
"""
    )
    run(runs / "named", profile=named)
    done = history(runs, "--checklists", mine, "--json")
    assert done.exit_code == 0, done.output
    data = (runs / FILE).read_bytes()
    assert PERSON in (runs / "named" / "record" / "journal.jsonl").read_text("utf-8")
    for word in (PERSON, "Exempelby", "Exempelsystem", "named", "run-1", "arende", "_parties", str(runs)):
        assert word.encode() not in data
    assert b"4120000007" in data


def test_two_at_once_say_the_same_and_leave_a_sound_store(runs: Path, mine: Path) -> None:
    for number in range(3, 12):
        run(runs / f"run-{number}", NOON + timedelta(days=number))
    command = [sys.executable, "-m", "readiness", "history", str(runs), "--checklists", str(mine), "--json"]
    several = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ))
        for _ in range(3)
    ]
    said = [one.communicate(timeout=60) for one in several]
    assert [one.returncode for one in several] == [0, 0, 0], said[0][1]
    assert len({out for out, _ in said}) == 1
    assert all(b"damaged" not in err for _, err in said)
    after = history(runs, "--checklists", mine, "--json")
    assert after.stdout_bytes.replace(b"\r", b"") == said[0][0].replace(b"\r", b"")
    assert FILE not in after.stderr


def test_a_folder_without_runs_and_a_page_that_is_there_are_told(runs: Path, mine: Path, tmp_path: Path) -> None:
    for wrong in (runs / "other", tmp_path / "nowhere"):
        done = history(wrong, "--checklists", mine)
        assert (done.exit_code, "Ange mappen" in done.output) == (2, True)
        assert not (wrong / FILE).exists()
    (page := tmp_path / "page.html").write_text("mine", encoding="utf-8")
    assert history(runs, "--checklists", mine, "--html", page).exit_code == 2
    assert page.read_text(encoding="utf-8") == "mine"
    assert history(runs, "--checklists", mine, "--html", tmp_path / "no" / "page.html").exit_code == 2

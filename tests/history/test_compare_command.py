"""compare as a person and a program use it: records, runs and dossiers; what it says, and what it exits with."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from readiness.cli import main
from readiness.dossier.sealing import Asked, seal
from readiness.history.comparison_data import schema
from readiness.texts import LANGUAGES
from tests.conftest import NOON
from tests.dossier.conftest import signer_of_issued, signing
from tests.history.runs import INTEGRITY, LATER, SECRECY, rules, run
from tests.profiles import SOUND
from tests.stands.pki import authority


def compare(*words: object, width: int = 100) -> Result:
    return CliRunner(env={"COLUMNS": str(width)}).invoke(main, ["compare", *map(str, words)])


def told(*words: object) -> dict[str, object]:
    done = compare(*words, "--json")
    assert done.stdout, done.output
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema())
    assert done.exit_code == (13 if found["worse"] else 0)
    return found  # type: ignore[no-any-return]


def changes(found: dict[str, object]) -> set[tuple[str, str, str, tuple[str, ...]]]:
    rows = found["findings"]
    return {(r["rule"], r["target"], r["change"], tuple(r["because"])) for r in rows}  # type: ignore[attr-defined]


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return rules(tmp_path / "rules")


def sealed(folder: Path, checklists: Path, out: Path) -> Path:
    signer = signer_of_issued(signing(authority("Rot")))
    seal(Asked(folder, checklists=checklists), signer, out, NOON)
    return out


def test_what_got_worse_is_told_and_the_code_is_13(tmp_path: Path, mine: Path) -> None:
    old, new = run(tmp_path / "old"), run(tmp_path / "new", integrity=2)
    words = (old, new / "record", "--checklists", mine, "--old-checklists", mine)
    found = told(*words)
    assert changes(found) == {(INTEGRITY, node, "worse", ("chain",)) for node in ("arende", "formedlare")}
    assert found["worse_because"] == {"checklist": 0, "time": 0, "chain": 3}
    assert [(row["risk"], row["earlier"], row["later"]) for row in found["risks"]] == [("13", "all_pass", "violated")]
    back = told(new, old, *words[2:])
    assert {row["change"] for row in back["findings"]} == {"better"}
    for lang in LANGUAGES:
        done = compare(*words, "--lang", lang)
        assert INTEGRITY in done.output
        assert done.output.splitlines()[-1].endswith("13.")
        assert done.exit_code == 13


def test_a_run_beside_itself_differs_in_nothing(tmp_path: Path, mine: Path) -> None:
    one = run(tmp_path / "one", integrity=2, secrecy=None)
    found = told(one, one, "--checklists", mine, "--old-checklists", mine)
    assert (found["risks"], found["findings"], found["unchanged"]) == ([], [], {"risks": 22, "findings": 4})
    assert "Slutkod 0." in compare(one, one, "--checklists", mine).output


def test_checklist_time_and_chain_are_told_apart(tmp_path: Path, mine: Path) -> None:
    """Integrity: the rule asks for two now. Confidentiality: what was seen grew old, and was not seen again."""
    old = sealed(run(tmp_path / "old"), mine, tmp_path / "old.zip")
    new = run(tmp_path / "new", LATER, secrecy=None)
    todays = rules(tmp_path / "today", integrity=2)
    found = told(old, new, "--checklists", todays)
    assert found["earlier_checklist"] == "known"
    nodes = ("arende", "formedlare")
    assert changes(found) == {(INTEGRITY, node, "worse", ("checklist",)) for node in nodes} | {
        (SECRECY, node, "no_longer_seen", ("time",)) for node in nodes
    }
    assert found["worse_because"] == {"checklist": 3, "time": 2, "chain": 0}
    again = told(old, run(tmp_path / "again", LATER), "--checklists", todays)
    assert {row["rule"] for row in again["findings"]} == {INTEGRITY}
    soon = told(old, new, "--checklists", todays, "--at", NOON.isoformat())
    assert (SECRECY, "arende", "no_longer_seen", ("chain",)) in changes(soon)


def test_the_checklist_in_a_dossier_is_the_one_that_judged_it(tmp_path: Path, mine: Path) -> None:
    fewer = rules(tmp_path / "fewer", secrecy=False)
    old = sealed(run(tmp_path / "old"), fewer, tmp_path / "old.zip")
    found = told(old, run(tmp_path / "new"), "--checklists", mine)
    assert changes(found) == {(SECRECY, node, "newly_asked", ("checklist",)) for node in ("arende", "formedlare")}
    assert found["earlier"]["checklist_digest"] != found["later"]["checklist_digest"]  # type: ignore[index]


def test_a_run_whose_checklist_is_not_known_says_so_and_lays_nothing_to_it(tmp_path: Path, mine: Path) -> None:
    old, new = run(tmp_path / "old"), run(tmp_path / "new", integrity=2)
    words = (old, new, "--checklists", mine)
    assert told(*words)["earlier_checklist"] == "unknown_checklist"
    assert "--old-checklists" in compare(*words).output
    (old / "data.json").write_text(json.dumps({"checklist_digest": "0" * 64}), encoding="utf-8")
    assert told(*words)["earlier_checklist"] == "other_checklist"
    (old / "data.json").write_text("{", encoding="utf-8")
    assert told(*words)["earlier_checklist"] == "unknown_checklist"
    digest = told(*words)["later"]["checklist_digest"]  # type: ignore[index]
    (old / "data.json").write_text(json.dumps({"checklist_digest": digest}), encoding="utf-8")
    assert told(*words)["earlier_checklist"] == "known"
    assert all(row["because"] == ["chain"] for row in told(*words)["findings"])


def test_an_interrupted_run_and_another_environment_are_said(tmp_path: Path, mine: Path) -> None:
    live = SOUND.replace('environment = "test"', 'environment = "production"')
    new = run(tmp_path / "new", complete=False, profile=live)
    done = compare(run(tmp_path / "old"), new, "--checklists", mine, "--lang", "en")
    assert "was interrupted" in done.output
    assert "different environments" in done.output


def test_what_cannot_be_compared_is_told_with_what_to_give(tmp_path: Path, mine: Path) -> None:
    other = SOUND.replace("Exempelby kommun", "Annanby kommun").replace("412000-0007", "412000-0015")
    old, new = run(tmp_path / "old"), run(tmp_path / "new", profile=other)
    done = compare(old, new, "--checklists", mine)
    assert (done.exit_code, "två körningar av samma kedja" in done.output) == (2, True), done.output
    assert compare(old, tmp_path / "nowhere", "--checklists", mine).exit_code == 2
    (no_zip := tmp_path / "page.html").write_text("<!doctype html>" * 9, encoding="utf-8")
    done = compare(old, no_zip, "--checklists", mine)
    assert (done.exit_code, "page.html: " in done.output, "ZIP" in done.output) == (2, True, True)
    journal = old / "record" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"arende"', b'"brende"', 1))
    done = compare(old, new, "--checklists", mine)
    assert (done.exit_code, "journal.jsonl" in done.output) == (2, True)


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_is_wider_than_the_terminal_and_nothing_acts(tmp_path: Path, mine: Path, width: int) -> None:
    profile = SOUND.replace("Ärendesystemet", "[red]Ärende[/red]")
    old, new = (run(tmp_path / n, integrity=i, profile=profile, tool="\x1b[2J\u202e") for n, i in (("a", 1), ("b", 2)))
    done = compare(old, new, "--checklists", mine, width=width)
    assert max(map(len, done.output.splitlines())) <= width
    assert {"\\x1b[2J\\u202e", "[red]Ärende[/red]"} <= set(done.output.replace("(", " ").replace(":", " ").split())
    assert not set(done.output) & set("\x1b\u202e")
    assert done.output.replace("\n", " ").isprintable()

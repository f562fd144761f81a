"""A person answers on a terminal or through a pipe: helped, corrected, let back and on, and never left with half."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from readiness.cli import main
from readiness.texts import LANGUAGES
from tests.attest.desks import desk

ANSWER = ["ja", "Så här.", "Anvisning", "2026-10-01", "", "ab" * 32, "Anna Alm", "1", "1", "", "1", "ja"]


@pytest.fixture
def attest(tmp_path):
    """attest(lines typed, *options) -> (exit code, what is shown, the file of statements)."""
    path = desk(tmp_path).path

    def run(typed, *options):
        result = CliRunner().invoke(main, ["attest", str(path), *options], input="".join(f"{one}\n" for one in typed))
        kept = tmp_path / "kedja-uppgifter.toml"
        return result.exit_code, result.output, kept.read_text(encoding="utf-8") if kept.exists() else ""

    return run


def test_an_answer_is_kept_and_told(attest):
    code, shown, kept = attest(ANSWER, "--check", "10-4")
    assert code == 11
    assert "Fråga 1 av 1" in shown
    assert "Sparat: kontroll 10-4." in shown
    assert 'by = "Anna Alm"' in kept
    assert 'versions = { arende = "5.2" }' in kept
    assert attest([], "--list", "--check", "10-4")[1].startswith("0 öppna av 1")


def test_what_is_wrong_is_asked_again_and_a_personal_number_never_shown(attest):
    wrong = [*ANSWER[:6], "Anna 121212-1212", *ANSWER[7:]]
    code, shown, kept = attest([*wrong, "Anna Alm", "ja"], "--check", "10-4")
    assert code == 11
    assert "Ditt namn: Här står ett personnummer" in " ".join(shown.split())
    assert shown.count("121212") == 1  # the runner echoes what is typed
    assert "121212" not in kept
    assert 'by = "Anna Alm"' in kept


def test_a_stop_keeps_whole_answers_and_the_next_run_goes_on(attest):
    role = ["--role", "forvaltningschef"]
    code, shown, kept = attest([*ANSWER, "ja", "Halvt"], *role)
    assert code == 130
    assert "Sparade svar: 1" in shown
    assert kept.count("[[statement]]") == 1
    assert "Halvt" not in kept
    assert "Kontroll 10-5" in attest(["!"], *role)[1].split("Fråga 1 av")[1]


def test_help_skip_back_and_quit(attest):
    code, shown, kept = attest(["?", ">", "<", ">", "kanske", "!"], "--role", "forvaltningschef")
    assert code == 11
    assert kept == ""
    order = [line.split()[1].strip(",") for line in shown.splitlines() if line.startswith("Kontroll ")]
    assert order == ["10-4", "10-5", "10-4", "10-5"]
    assert "Svara som det är i dag." in shown
    assert "Skriv ja, nej, delvis eller text." in shown


def test_a_no_to_saving_asks_all_of_it_again(attest):
    _, shown, kept = attest([*ANSWER[:-1], "nej", "nej", *ANSWER[1:]], "--check", "10-4")
    assert 'answer = "no"' in kept
    assert kept.count("[[statement]]") == 1
    assert "Sparat: kontroll 10-4." in shown


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("columns", [60, 100])
def test_no_line_of_ours_is_wider_than_the_terminal(attest, monkeypatch, lang, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    _, shown, _ = attest([">"] * 80, "--lang", lang)
    asked = [line.rpartition(": ")[2] for line in shown.splitlines()]
    assert len(asked) > 500
    assert max(map(len, asked)) <= columns


def test_the_list_asks_nothing_and_says_by_its_code_what_is_open(attest):
    code, shown, kept = attest([], "--list", "--lang", "en")
    assert (code, kept) == (11, "")
    assert shown.startswith("72 open of 72 questions")
    assert shown.count("(there is no answer)") + shown.count("there is no\n") >= 60


def test_an_unknown_check_is_told_with_the_known_ones(attest):
    code, shown, _ = attest([], "--check", "10-1")
    assert code == 2
    assert "10-4" in shown

"""Every statement rule can be answered; an answer is kept whole, beside the profile, and then the rule is met."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from readiness.attest.store import keep, with_line
from readiness.errors import UsageError
from readiness.profile import load_profile, read_text
from readiness.reports.html import html_report
from readiness.run import Looking, judge_records, observe_profile
from readiness.standing import Change, Standing
from tests.attest.desks import CHECKLIST, NOON, desk, sound
from tests.profiles import SOUND, STATEMENT


def test_every_shipped_rule_about_statements_is_reached_by_one_question(tmp_path):
    questions = desk(tmp_path).look().questions
    rules = [rule.id for rule in CHECKLIST.rules if rule.stated and not rule.retired]
    assert len(rules) > 70
    assert sorted(rule.id for question in questions for rule in question.rules) == sorted(rules)
    assert len({question.id for question in questions}) == len(questions)
    assert {question.standing for question in questions} == {Standing.MISSING}


def test_all_questions_answered_meet_every_statement_rule_of_a_run(tmp_path):
    at = desk(tmp_path)
    while asked := (looked := at.look()).asked():
        assert at.take(looked, asked[0], sound(looked, asked[0])) == {}
    text = read_text(at.path, "sv")
    record = observe_profile(load_profile(at.path), text, tmp_path / "record", Looking(clock=lambda: NOON))
    (tmp_path / "kedja-uppgifter.toml").unlink()  # a stored run needs it no more

    report = judge_records([record], CHECKLIST)

    stated = {rule.id for rule in CHECKLIST.rules if rule.stated}
    verdicts = {finding.rule: finding.verdict for finding in report.findings if finding.rule in stated}
    assert set(verdicts) == stated
    assert set(verdicts.values()) == {"pass"}


def test_the_profile_is_told_of_the_file_in_one_line_and_is_else_as_it_was(tmp_path):
    at = desk(tmp_path)
    before = at.path.read_text(encoding="utf-8")
    for check in ("10-4", "10-5"):
        looked = at.look()
        at.take(looked, looked.question(check), sound(looked, looked.question(check)))

    after = at.path.read_text(encoding="utf-8")
    assert after.replace('statements_from = "kedja-uppgifter.toml"\n', "") == before
    assert (tmp_path / "kedja-uppgifter.toml").read_text(encoding="utf-8").count("[[statement]]") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kedja-uppgifter.toml", "kedja.toml"]


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (b"a = 1\n", b"x = 1\na = 1\n"),
        (b"# c\n\n[t]\n", b"# c\n\nx = 1\n[t]\n"),
        (b"# c\r\na = 1\r\n", b"# c\r\nx = 1\r\na = 1\r\n"),
        (b"\xef\xbb\xbfa = 1\n", b"\xef\xbb\xbfx = 1\na = 1\n"),
        (b"\xef\xbb\xbf# c\na = 1\n", b"\xef\xbb\xbf# c\nx = 1\na = 1\n"),
        (b"", b"x = 1\n"),
    ],
)
def test_the_line_stands_where_the_comments_at_the_top_end(profile, expected):
    assert with_line(profile, "x = 1") == expected


def test_a_file_of_statements_that_the_profile_does_not_name_is_not_added_to(tmp_path):
    at = desk(tmp_path)
    (tmp_path / "kedja-uppgifter.toml").write_text(STATEMENT, encoding="utf-8")
    with pytest.raises(UsageError, match="statements_from"):
        keep(at.path, "", "x", "sv")
    assert "statements_from" not in at.path.read_text(encoding="utf-8")


def test_a_stop_before_the_profile_was_told_leaves_nothing_in_the_way(tmp_path):
    at = desk(tmp_path)
    (tmp_path / "kedja-uppgifter.toml").write_text("# bara huvudet\n", encoding="utf-8")
    assert keep(at.path, "", STATEMENT, "sv")
    assert at.look().question("10-4").earlier


def test_a_failed_write_leaves_the_earlier_statements(tmp_path, monkeypatch):
    at = desk(tmp_path)
    keep(at.path, "", STATEMENT, "sv")
    before = (tmp_path / "kedja-uppgifter.toml").read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        keep(at.path, "kedja-uppgifter.toml", STATEMENT, "sv")
    assert (tmp_path / "kedja-uppgifter.toml").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_the_file_of_a_document_is_read_for_its_digest(tmp_path):
    at = desk(tmp_path)
    (tmp_path / "anvisning.pdf").write_bytes(b"text")
    looked = at.look()
    question = looked.question("10-4")

    assert list(at.take(looked, question, sound(looked, question, file="finns-inte.pdf"))) == ["file"]
    assert list(at.take(looked, question, sound(looked, question, file="."))) == ["file"]
    assert list(at.take(looked, question, sound(looked, question, file="anvisning.pdf"))) == ["sha256"]
    assert at.take(looked, question, sound(looked, question, file="anvisning.pdf", sha256="")) == {}

    [made] = at.look().question("10-4").earlier
    assert made.says("document_sha256") == hashlib.sha256(b"text").hexdigest()
    (tmp_path / "anvisning.pdf").write_bytes(b"another")
    assert at.look().question("10-4").standing is Standing.DOCUMENT


VOID = "void_if = { versions = { arende = '5.1' } }\n"
CITED = 'document = { title = "A", date = 2026-11-01, sha256 = "' + "ab" * 32 + '" }\n'


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", Standing.MISSING),
        (STATEMENT + CITED + VOID, Standing.VOID),
        (STATEMENT + CITED + VOID.replace("5.1", "5.2"), Standing.STANDS),
        (STATEMENT.replace("2027", "2026") + CITED + VOID.replace("5.1", "5.2"), Standing.EXPIRED),
        (STATEMENT.replace('"forvaltningschef"', '"ciso"') + CITED + VOID.replace("5.1", "5.2"), Standing.WRONG_SIGNER),
        (STATEMENT + VOID.replace("5.1", "5.2"), Standing.DOCUMENT),
        (STATEMENT + CITED.replace("2026", "2024") + VOID.replace("5.1", "5.2"), Standing.DOCUMENT),
        (STATEMENT + CITED, Standing.UNSURE),
        (STATEMENT.replace('"yes"', '"no"') + CITED + VOID.replace("5.1", "5.2"), Standing.OTHERWISE),
    ],
)
def test_a_question_is_open_for_the_reason_that_its_statement_does_not_stand(tmp_path, said, expected):
    question = desk(tmp_path, SOUND + said).look().question("10-4")
    assert question.standing is expected
    assert question.changes == ((Change("arende", "5.1", "5.2", serial=False),) if expected == "void" else ())


def test_a_statement_grows_old(tmp_path):
    at = desk(tmp_path)
    looked = at.look()
    question = looked.question("10-4")
    assert at.take(looked, question, sound(looked, question, valid_until="2027-11-30")) == {}
    late = replace(at, clock=lambda: NOON + timedelta(days=367))
    assert late.look().question("10-4").standing is Standing.EXPIRED


def test_a_report_says_what_has_changed_since_a_statement_was_made(tmp_path):
    at = desk(tmp_path, SOUND + STATEMENT + CITED + VOID)
    text = read_text(at.path, "sv")
    record = observe_profile(load_profile(at.path), text, tmp_path / "record", Looking(clock=lambda: NOON))

    page = html_report(judge_records([record], CHECKLIST), "sv")

    assert "upphört; version av arende var 5.1, är nu 5.2" in page

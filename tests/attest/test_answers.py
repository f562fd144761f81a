"""What is answered is what the profile then says, whatever was typed; and what is wrong is said at its field."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.attest.answers import Answer, statement, toml
from readiness.model import TargetKind
from readiness.profile import parse_profile
from readiness.texts import LANGUAGES
from tests.attest.desks import NOON, desk, sound
from tests.profiles import SOUND, STATEMENT

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ['"""', "'''", "\\", '\\"', "]\n[[deviation]]\n", "#", "\x7f", "\u202e", "\ud800", "1=2", "\u2028x"]
    ),
)


@pytest.fixture(scope="module")
def looked(tmp_path_factory):
    """The small profile as it lies on the desk."""
    return desk(tmp_path_factory.mktemp("desk")).look()


@pytest.fixture
def asked(looked):
    """asked(check, field=text, ...) -> (row, wrongs)."""

    def ask(check, void_if=None, lang="en", **said):
        question = looked.question(check)
        answer = sound(looked, question, **said)
        answer = answer if void_if is None else replace(answer, void_if=void_if)
        return statement(question, answer, looked.data, looked.profile, looked.ties, NOON, lang)

    return ask


@settings(max_examples=200, deadline=None)
@given(text=HOSTILE, by=HOSTILE, title=HOSTILE, file=HOSTILE)
def test_what_is_let_through_loads_back_as_what_was_answered(looked, text, by, title, file):
    question = looked.question("10-4")
    answer = sound(looked, question, text=text, by=by, title=title, file=file)

    row, wrongs = statement(question, answer, looked.data, looked.profile, looked.ties, NOON, "sv")

    assert bool(row) != bool(wrongs)
    if row:
        data = tomllib.loads(toml(row))
        assert list(data) == ["statement"]
        assert len(data["statement"]) == 1
        chain = parse_profile({**looked.data, **data}, looked.profile.source)
        [made] = [target for target in chain.targets if target.kind is TargetKind.STATEMENT]
        expected = {"text": text, "by": by, "document_title": title}
        for name, typed in expected.items():
            assert (made.says(name) or "") == typed.replace("\r\n", "\n").replace("\r", "\n").strip()
        assert made.says("document_sha256") == "ab" * 32
        assert made.says("void_if_versions") == ("arende=5.2",)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("check", "said", "field"),
    [
        ("10-4", {"answer": ""}, "answer"),
        ("10-4", {"answer": "kanske"}, "answer"),
        ("10-4", {"answer": "text"}, "text"),
        ("10-4", {"by": " "}, "by"),
        ("10-4", {"by": "Anna\u202e"}, "by"),
        ("10-4", {"by": "Anna 121212-1212"}, "by"),
        ("10-4", {"text": "gäller 19121212 1212"}, "text"),
        ("10-4", {"title": "Om 1212121212"}, "title"),
        ("10-4", {"file": "121212-1212.pdf"}, "file"),
        ("10-4", {"role": "ciso"}, "role"),
        ("10-4", {"party": "ingen"}, "party"),
        ("18-3", {"party": "kommunen"}, "party"),
        ("10-4", {"title": "", "date": "", "sha256": ""}, "title"),
        ("10-4", {"title": ""}, "title"),
        ("10-4", {"date": "igår"}, "date"),
        ("10-4", {"date": "2026-12-01"}, "date"),
        ("10-4", {"sha256": ""}, "file"),
        ("10-4", {"sha256": "abc"}, "sha256"),
        ("10-4", {"valid_until": ""}, "valid_until"),
        ("10-4", {"valid_until": "2026-11-29"}, "valid_until"),
        ("10-4", {"valid_until": "2027-12-01"}, "valid_until"),
        ("10-4", {"void_if": ()}, "void_if"),
        ("10-4", {"void_if": ("version:annan",)}, "void_if"),
        ("10-4", {"text": "x" * 10_001}, "text"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_alone(asked, lang, check, said, field):
    row, wrongs = asked(check, lang=lang, **said)
    assert row == {}
    assert list(wrongs) == [field]
    assert "1212" not in "".join(wrongs.values())


def test_an_answer_holds_to_the_last_day_that_its_check_lets_it(asked):
    row, wrongs = asked("10-4", valid_until="2027-11-30")
    assert wrongs == {}
    assert row["valid_until"].isoformat() == "2027-11-30"


def test_no_needs_no_document(asked):
    assert asked("10-4", answer="no", title="", date="", sha256="")[1] == {}


def test_the_right_party_replaces_the_wrong_ones_answer(tmp_path):
    wrong = STATEMENT.replace("10-4", "18-3").replace('"forvaltningschef"', '"leverantor"')
    at = desk(tmp_path, SOUND + wrong)
    looked = at.look()
    question = looked.question("18-3")
    assert question.standing == "wrong_signer"

    assert at.take(looked, question, sound(looked, question)) == {}

    assert at.look().question("18-3").standing == "stands"


def test_nothing_typed_is_told_at_every_field_that_must_be_filled(looked):
    question = looked.question("10-4")
    _, wrongs = statement(question, Answer({}), looked.data, looked.profile, looked.ties, NOON, "sv")
    assert list(wrongs) == ["answer", "by", "role", "party", "valid_until", "void_if"]

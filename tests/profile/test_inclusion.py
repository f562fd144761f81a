"""The file of statements that a profile names is read as if it stood in the profile, and its mistakes are its own."""

import hashlib

import pytest

from readiness.errors import ProfileError
from readiness.model import TargetKind
from readiness.profile import from_json, load_profile, parse_profile, to_json, whole_profile
from tests.profiles import SOUND, STATEMENT

NAMED = f'statements_from = "uppgifter.toml"\n{SOUND}'
LATER = STATEMENT.replace('"yes"', '"no"') + "given = 2026-11-26T09:00:00Z\n"
VENDORS = LATER.replace('"kommunen"', '"leverantoren"')


@pytest.fixture
def load(tmp_path):
    """load(profile, statements) -> the statements that count, as (id, answer, party)."""

    def loaded(profile, statements):
        (tmp_path / "kedja.toml").write_text(profile, encoding="utf-8")
        (tmp_path / "uppgifter.toml").write_text(statements, encoding="utf-8")
        chain = load_profile(tmp_path / "kedja.toml", "en")
        return [(t.id, t.says("answer"), t.party) for t in chain.targets if t.kind is TargetKind.STATEMENT]

    return loaded


def test_statements_of_the_other_file_stand_after_the_profiles_own(load):
    other = STATEMENT.replace("10-4", "10-5")
    assert load(NAMED + STATEMENT, other + STATEMENT) == [
        ("statement-10-4", "yes", "kommunen"),
        ("statement-10-5", "yes", "kommunen"),
        ("statement-10-4-2", "yes", "kommunen"),
    ]
    assert load(SOUND + STATEMENT, other) == [("statement-10-4", "yes", "kommunen")]


def test_a_given_statement_replaces_what_its_party_said_before_about_the_check_and_nothing_else(load):
    assert load(NAMED + STATEMENT, LATER) == [("statement-10-4", "no", "kommunen")]
    assert load(NAMED + STATEMENT, LATER + STATEMENT)[1:] == [("statement-10-4-2", "yes", "kommunen")]
    assert len(load(NAMED + STATEMENT, VENDORS)) == 2
    assert len(load(NAMED + STATEMENT.replace("10-4", "10-5"), LATER)) == 2
    assert load(NAMED + STATEMENT, VENDORS + 'replaces = ["kommunen"]\n') == [("statement-10-4", "no", "leverantoren")]


def test_what_replaces_says_when_it_was_given(load):
    with pytest.raises(ProfileError, match=r"uppgifter\.toml:2: statement\.given: "):
        load(NAMED, STATEMENT + 'replaces = ["leverantoren"]\n')


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (STATEMENT.replace('"yes"', '"kanske"'), r"uppgifter\.toml:4: statement\.answer: "),
        (STATEMENT + LATER.replace("2027", "2020"), r"uppgifter\.toml:18: statement\.valid_until: "),
        ('[[endpoint]]\nid = "a"\n', r"uppgifter\.toml:1: endpoint: "),
        ('[statement]\ncheck = "10-4"\n', r"uppgifter\.toml:1: statement: "),
        ("answer = \n", r"uppgifter\.toml:1: "),
        (STATEMENT.replace("Förvaltningschefen", "121212-1212"), r"uppgifter\.toml:6: statement\.by: "),
    ],
)
def test_a_mistake_is_told_with_the_file_and_line_where_it_stands(load, statements, fault):
    with pytest.raises(ProfileError, match=fault) as told:
        load(NAMED + STATEMENT, statements)
    assert len(told.value.faults) == 1


def test_a_mistake_in_the_profile_is_still_its_own(load):
    line = NAMED.count("\n") + 4
    with pytest.raises(ProfileError, match=rf"kedja\.toml:{line}: statement\.answer: "):
        load(NAMED + STATEMENT.replace('"yes"', '"kanske"'), STATEMENT)


def test_a_missing_file_is_told(tmp_path):
    (tmp_path / "kedja.toml").write_text(NAMED, encoding="utf-8")
    with pytest.raises(ProfileError, match=r"uppgifter\.toml: "):
        load_profile(tmp_path / "kedja.toml", "en")


def test_the_data_of_both_is_what_a_record_keeps_and_needs_no_file(tmp_path):
    (tmp_path / "uppgifter.toml").write_text(LATER, encoding="utf-8")
    source = str(tmp_path / "kedja.toml")
    whole = whole_profile(NAMED + STATEMENT, source)
    (tmp_path / "uppgifter.toml").unlink()

    chain = parse_profile(from_json(to_json(whole.data)), source)

    assert [t.says("answer") for t in chain.targets if t.kind is TargetKind.STATEMENT] == ["no"]
    assert whole.digest == hashlib.sha256((NAMED + STATEMENT + LATER).encode()).hexdigest()
    assert whole_profile(SOUND, source).digest == hashlib.sha256(SOUND.encode()).hexdigest()

"""The template that a new profile starts from."""

import re

import pytest

from readiness.model import RECORDED, TargetKind
from readiness.profile import load_profile, parse_profile, profile_data
from readiness.profile.template import template
from readiness.texts import LANGUAGES

OFF = re.compile(r"(?m)^#(?! )")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_template_loads_as_it_is_written(lang, tmp_path):
    file = tmp_path / "profil.toml"
    file.write_text(template(lang), encoding="utf-8")
    profile = load_profile(file, lang)
    kinds = {target.kind for target in profile.targets}
    turned_off = {TargetKind.STATEMENT, TargetKind.REFUSAL_CERTIFICATE, TargetKind.SECOND_SYSTEM, TargetKind.TENANT}
    assert kinds == set(TargetKind) - turned_off - RECORDED


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_new_profile_says_of_nothing_that_it_was_stated_permitted_decided_or_absent(lang):
    profile = parse_profile(profile_data(template(lang)), "p.toml")
    assert not any((profile.permits, profile.absences, profile.deviations, profile.records, profile.risk_levels))
    assert [(sending.start, sending.account) for sending in profile.sendings] == [(None, None)]
    assert not any(target.kind is TargetKind.STATEMENT for target in profile.targets)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_examples_that_are_turned_off_load_when_turned_on(lang):
    profile = parse_profile(profile_data(OFF.sub("", template(lang))), "p.toml")
    assert profile.permits
    assert profile.absences
    assert profile.records
    assert profile.risk_levels
    assert [deviation.malformed for deviation in profile.deviations] == [""]
    (sending,) = profile.sendings
    assert sending.start.command
    assert sending.account.file
    assert profile.stage.operators
    second = next(target for target in profile.targets if target.kind is TargetKind.SECOND_SYSTEM)
    assert second.says("mediator") in {node.id for node in profile.nodes}
    tenant = next(target for target in profile.targets if target.kind is TargetKind.TENANT)
    assert tenant.says("endpoint") in {t.id for t in profile.targets if t.kind is TargetKind.ENDPOINT}
    statement = next(target for target in profile.targets if target.kind is TargetKind.STATEMENT)
    assert statement.says("void_if_versions") == statement.says("versions_now")
    refusal = next(target for target in profile.targets if target.kind is TargetKind.REFUSAL_CERTIFICATE)
    assert refusal.says("endpoints") == tuple(t.id for t in profile.targets if t.kind is TargetKind.ENDPOINT)


def test_both_languages_show_the_same_keys_in_the_same_order():
    swedish, english = (re.findall(r"(?m)^#?(\[.*?\]+|\w+ =)", template(lang)) for lang in LANGUAGES)
    assert swedish == english
    assert "[[certificate]]" in swedish


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_example_host_belongs_to_nobody(lang):
    hosts = re.findall(r'"([a-z0-9.-]+):\d+"', template(lang))
    assert hosts
    assert all(host.endswith((".example", ".test")) for host in hosts)


def test_a_language_without_texts_is_refused():
    with pytest.raises(ValueError, match="sv, en"):
        template("fi")

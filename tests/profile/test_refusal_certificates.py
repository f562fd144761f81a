"""What a profile says of certificates that should be refused, and every mistake in it with line, key and cure."""

from pathlib import Path

import pytest

from probes._refusal_offers import OF_THE_AUTHORITY
from readiness.errors import ProfileError
from readiness.model import TargetKind
from readiness.profile import parse_profile, profile_data
from readiness.profile.lines import Lines
from readiness.profile.refusal_certificates import SHOWS
from tests.profiles import CERTIFICATE, ENDPOINT, SOUND

REFUSAL = """
[[refusal_certificate]]
id = "utgangen"
endpoints = ["tjanst"]
shows = "expired"
file = "utgangen.p12"
"""
BASE = SOUND + ENDPOINT + CERTIFICATE


def read(text, lang="sv"):
    return parse_profile(profile_data(text), "profil.toml", Lines(text), lang)


def the_fault(text, lang="sv"):
    with pytest.raises(ProfileError) as problem:
        read(text, lang)
    (fault,) = problem.value.faults
    return fault


def test_it_is_a_target_of_its_own_kind_and_no_certificate_in_use():
    more = 'key_file = "utgangen.key"\npassword_env = "MM_UTGANGEN"\npassword_prompt = false\n'
    profile = read(BASE + REFUSAL + more)
    (target,) = (t for t in profile.targets if t.kind is TargetKind.REFUSAL_CERTIFICATE)
    assert (target.id, target.party, Path(target.address).name) == ("utgangen", "kommunen", "utgangen.p12")
    assert Path(target.address).is_absolute()
    assert Path(str(target.says("key_file"))).is_absolute()
    assert (target.says("shows"), target.says("endpoints")) == ("expired", ("tjanst",))
    assert (target.says("password_env"), target.says("password_prompt")) == ("MM_UTGANGEN", False)
    assert [t.id for t in profile.targets if t.kind is TargetKind.CERTIFICATE] == ["klient"]


@pytest.mark.parametrize("shows", SHOWS)
def test_every_word_is_taken(shows):
    assert read(BASE + REFUSAL.replace("expired", shows)).targets[-1].says("shows") == shows


def test_the_words_are_those_that_the_probe_looks_for():
    assert SHOWS == OF_THE_AUTHORITY


def test_one_endpoint_may_be_shown_several_and_several_endpoints_the_same():
    other = ENDPOINT.replace('"tjanst"', '"annan"')
    text = BASE + other + REFUSAL + REFUSAL.replace('"utgangen"', '"sparrat"').replace("expired", "revoked")
    text += REFUSAL.replace('"utgangen"', '"utgangen-2"').replace('"tjanst"', '"annan"')
    assert [t.id for t in read(text).targets[-3:]] == ["utgangen", "sparrat", "utgangen-2"]


MISTAKES = {
    # name: (replaced, by, key, word that is said)
    "no id": ('id = "utgangen"\n', "", "refusal_certificate.id", "id = "),
    "an id that is taken": ('id = "utgangen"', 'id = "klient"', "refusal_certificate.id", "klient"),
    "nothing shown": ('shows = "expired"\n', "", "refusal_certificate.shows", "shows = "),
    "an unknown thing shown": ('"expired"', '"expird"', "refusal_certificate.shows", "expired"),
    "no endpoints": ('endpoints = ["tjanst"]\n', "", "refusal_certificate.endpoints", "endpoints = "),
    "an empty list": ('["tjanst"]', "[]", "refusal_certificate.endpoints", "init"),
    "a text for a list": ('["tjanst"]', '"tjanst"', "refusal_certificate.endpoints", "list"),
    "an unknown endpoint": ('["tjanst"]', '["tjast"]', "refusal_certificate.endpoints", "tjanst"),
    "no file": ('file = "utgangen.p12"\n', "", "refusal_certificate.file", "file = "),
    "a password": (
        'file = "utgangen.p12"',
        'file = "a"\npassword = "x"',
        "refusal_certificate.password",
        "password_env",
    ),
    "a password for a variable": (
        'file = "u',
        'password_env = "x y"\nfile = "u',
        "refusal_certificate.password_env",
        "MM_",
    ),
    "an unknown key": ('file = "utgangen.p12"', 'file = "a"\nuse = "x"', "refusal_certificate.use", "key_file"),
}


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_cure(name, lang):
    old, new, key, word = MISTAKES[name]
    text = BASE + REFUSAL.replace(old, new)
    fault = the_fault(text, lang)
    assert fault.key == key
    assert word in fault.cure + fault.wrong
    assert fault.line >= BASE.count("\n") + 2


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize(
    ("old", "new"),
    [('mutual_tls = "required"', 'mutual_tls = "not_expected"'), ('"formedlare"\nmutual', '"far"\nmutual')],
)
def test_only_an_endpoint_of_ones_own_that_asks_is_shown_any(old, new, lang):
    fault = the_fault(BASE.replace(old, new) + REFUSAL, lang)
    assert fault.key == "refusal_certificate.endpoints"
    assert "mutual_tls" in fault.wrong


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_an_endpoint_is_shown_one_of_each(lang):
    text = BASE + REFUSAL + REFUSAL.replace('"utgangen"', '"utgangen-2"')
    fault = the_fault(text, lang)
    assert (fault.key, fault.line) == ("refusal_certificate.endpoints", text.count("\n") - 2)
    assert "utgangen" in fault.wrong


def test_it_is_never_the_client_certificate_of_an_endpoint():
    asking = ENDPOINT + 'client_certificate = "utgangen"\n'
    assert the_fault(SOUND + asking + CERTIFICATE + REFUSAL).key == "endpoint.client_certificate"

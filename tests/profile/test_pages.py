"""What does a profile say of a page, and is every mistake told with its key and a cure?"""

from __future__ import annotations

import pytest

from readiness.errors import ProfileError
from readiness.model import TargetKind
from readiness.profile import parse_profile, profile_data
from readiness.profile.lines import Lines
from tests.profiles import SOUND

OWN = SOUND.replace('party = "kommunen"\n', 'party = "kommunen"\ndomains = ["Exempelby.example."]\n', 1)
PAGES = """
[[page]]
id = "hjalp"
purpose = "help"
url = "https://www.exempelby.example/digital-post?del=1"
[page.words]
paper = ["brevet kommer hem"]

[[page]]
id = "lank"
purpose = "confirmation"
url = "https://prov.exempelby.example:8443"
address = "127.0.0.1:9443"
party = "leverantoren"
log_file = "logg/bekraftelser.log"
log_words = "PROV-0001"
"""
ABSENT = """
[[absent]]
what = "page"
where = { purpose = "confirmation" }
why = "Det skickas inga sådana länkar"
decided_by = "It-chefen"
decided_on = 2026-11-01
"""


def parsed(text: str):
    return parse_profile(profile_data(text), "/kommun/kedja.toml", Lines(text), "en")


def test_a_page_is_a_target_with_what_the_profile_says_of_it() -> None:
    first, second = (t for t in parsed(OWN + PAGES).targets if t.kind is TargetKind.PAGE)
    assert (first.id, first.address, first.party) == ("hjalp", "www.exempelby.example:443", "kommunen")
    assert dict(first.declared) == {
        "own_domains": ("exempelby.example",),
        "path": "/digital-post?del=1",
        "purpose": "help",
        "server_name": "www.exempelby.example",
        "url": "https://www.exempelby.example/digital-post?del=1",
        "words": ("paper=brevet kommer hem",),
    }
    assert (second.address, second.says("server_name"), second.party) == (
        "127.0.0.1:9443",
        "prov.exempelby.example",
        "leverantoren",
    )
    assert second.says("path") == "/"
    assert (second.says("log_file"), second.says("log_words")) == ("/kommun/logg/bekraftelser.log", "PROV-0001")


def test_a_page_that_another_party_holds_needs_no_address() -> None:
    text = SOUND + '[[page]]\nid = "hjalp"\npurpose = "help"\nheld_by = "leverantoren"\n'
    (page,) = (t for t in parsed(text).targets if t.kind is TargetKind.PAGE)
    assert (page.address, page.held_by) == ("", "leverantoren")


def test_a_page_that_there_is_none_of_is_named() -> None:
    (absence,) = parsed(SOUND + ABSENT).absences
    assert (absence.what, absence.where) == (TargetKind.PAGE, (("purpose", "confirmation"),))


@pytest.mark.parametrize(
    ("old", "new", "key", "cure"),
    [
        ('purpose = "help"', 'purpose = "hjalp"', "page.purpose", "channels, confirmation, help, paper"),
        ('url = "https://www.', 'url = "http://www.', "page.url", "https://"),
        ('url = "https://www.', 'url = "www.', "page.url", "https://"),
        ('url = "https://www.exempelby.example/digital-post?del=1"', "", "page.url", "url = "),
        ("https://www.", "https://anna:hemlig@www.", "page.url", "address"),
        ("https://prov.exempelby.example:8443", "http://127.0.0.1:8443/", "page.url", "https://"),
        (
            'paper = ["brevet kommer hem"]',
            'papper = ["brevet kommer hem"]',
            "page.words.papper",
            "contact, digital_post, paper",
        ),
        ('paper = ["brevet kommer hem"]', 'help = ["vi bistår"]', "page.words.help", "contact, digital_post, paper"),
        ('["brevet kommer hem"]', '["ja"]', "page.words.paper", "what stands on the page"),
        ('log_words = "PROV-0001"', "", "page.log_words", "both"),
        ('log_file = "logg/bekraftelser.log"', "", "page.log_file", "both"),
        ('purpose = "confirmation"\nurl', 'purpose = "paper"\nurl', "page.log_file", "Remove log_file"),
        ('address = "127.0.0.1:9443"', 'address = "127.0.0.1"', "page.address", "127.0.0.1:443"),
        ('party = "leverantoren"\nlog', 'party = "ingen"\nlog', "page.party", "leverantoren"),
        ('id = "lank"', 'id = "hjalp"', "page.id", "another id"),
        ('["Exempelby.example."]', '["192.0.2.1"]', "subject.domains", "exempelby.example"),
        ('["Exempelby.example."]', '["https://exempelby.example"]', "subject.domains", "www.kommun.example"),
        ('["Exempelby.example."]', '["example"]', "subject.domains", "exempelby.example"),
        ('where = { purpose = "confirmation" }\n', "", "absent.where", "confirmation"),
        ('where = { purpose = "confirmation" }', 'where = { purpose = "help" }', "absent.where.purpose", "channels"),
    ],
)
def test_a_mistake_is_told_with_its_key_and_what_to_write(old: str, new: str, key: str, cure: str) -> None:
    text = OWN + PAGES.replace('id = "lank"', 'id = "lank"') + ABSENT
    if ("confirmation" not in new and key.startswith("page.")) or key.startswith("subject"):
        text = OWN + PAGES
    assert text.count(old) >= 1
    with pytest.raises(ProfileError) as caught:
        parsed(text.replace(old, new, 1))
    told = [fault for fault in caught.value.faults if fault.key.split("[")[0].startswith(key)]
    assert told, [(fault.key, fault.wrong) for fault in caught.value.faults]
    assert any(cure in f"{fault.wrong} {fault.cure}" for fault in told), told


def test_what_is_there_is_not_absent() -> None:
    with pytest.raises(ProfileError, match="lank"):
        parsed(OWN + PAGES + ABSENT)


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(ProfileError) as caught:
        parsed(SOUND + PAGES.replace("https://www.", "https://anna:hemlig@www."))
    assert "hemlig" not in str(caught.value)

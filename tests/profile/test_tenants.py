"""Which customers of a shared service does a profile name?"""

from __future__ import annotations

import pytest

from readiness.errors import ProfileError
from readiness.model import Target, TargetKind
from readiness.profile import parse_profile, profile_data
from tests.profiles import ENDPOINT, SOUND

TENANTS = """
[[tenant]]
id = "kund-a"
party = "kommunen"
endpoint = "tjanst"
file = "kund-a.pem"
path = "/Message/v3"
distribution_id = "PROV-0001"
records = ["a/korning", "b.zip"]

[[tenant]]
id = "kund-b"
party = "leverantoren"
endpoint = "tjanst"
file = "kund-b.pem"
key_file = "kund-b.key"
password_env = "LOSENORD"
"""
ABSENT = '\n[[absent]]\nwhat = "tenant"\nwhy = "v"\ndecided_by = "x"\ndecided_on = 2026-11-01\n'


def tenants(text: str) -> tuple[Target, ...]:
    profile = parse_profile(profile_data(text), "/kommun/kedja.toml")
    return tuple(target for target in profile.targets if target.kind is TargetKind.TENANT)


def test_a_customer_is_a_target_of_whoever_answers_for_the_shared_service() -> None:
    first, second = tenants(SOUND + ENDPOINT + TENANTS)
    assert (first.address, first.node, first.party) == ("", "formedlare", "leverantoren")
    assert dict(first.declared) == {
        "organisation_number": "4120000007",
        "endpoint": "tjanst",
        "path": "/Message/v3",
        "distribution_id": "PROV-0001",
        "records": ("/kommun/a/korning", "/kommun/b.zip"),
        "certificate_file": "/kommun/kund-a.pem",
        "key_file": "",
        "password_prompt": False,
    }
    assert second.says("key_file") == "/kommun/kund-b.key"
    assert (second.says("path"), second.says("distribution_id")) == ("/", None)


def test_a_customer_asks_where_the_endpoint_says_unless_it_says_otherwise() -> None:
    served = ENDPOINT + 'path = "/tjanst"\n'
    assert [tenant.says("path") for tenant in tenants(SOUND + served + TENANTS)] == ["/Message/v3", "/tjanst"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('party = "leverantoren"\nendpoint', 'party = "kommunen"\nendpoint', "party"),
        ('party = "leverantoren"\nendpoint', 'party = "annan"\nendpoint', "party"),
        ('endpoint = "tjanst"\nfile = "kund-a.pem"', 'endpoint = "annan"\nfile = "kund-a.pem"', "endpoint"),
        ('role = "formedlare"', 'role = "far"', "endpoint"),
        ('file = "kund-a.pem"\n', "", "file"),
        ('"PROV-0001"', '"PROV 0001"', "distribution_id"),
        ('"PROV-0001"', f'"{"p" * 51}"', "distribution_id"),
        ('"/Message/v3"', '"Message"', "path"),
    ],
)
def test_a_mistake_is_told_with_its_key(old: str, new: str, key: str) -> None:
    with pytest.raises(ProfileError) as raised:
        tenants((SOUND + ENDPOINT + TENANTS).replace(old, new))
    assert {fault.key.rpartition(".")[2] for fault in raised.value.faults} == {key}


def test_a_chain_may_have_no_shared_service() -> None:
    (absence,) = parse_profile(profile_data(SOUND + ABSENT), "/kommun/kedja.toml").absences
    assert absence.what is TargetKind.TENANT
    with pytest.raises(ProfileError):
        tenants(SOUND + ENDPOINT + TENANTS + ABSENT)

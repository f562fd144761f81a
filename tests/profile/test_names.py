"""What does a profile say of a name, and is every mistake told with its key and a cure?"""

from __future__ import annotations

import pytest

from readiness.errors import ProfileError
from readiness.model import TargetKind
from readiness.profile import parse_profile, profile_data
from readiness.profile.lines import Lines
from readiness.profile.shapes import Wrong, resolver
from tests.profiles import SOUND

DIGEST = "0" * 64
NAMES = f"""
[[name]]
id = "tjanst"
name = "MM.Exempelby.example."
use = "service"
resolver = "192.0.2.53"
look_up_owners = true
dnssec_anchors = ["example. DS 1 13 2 {DIGEST}", "EXAMPLE DS 2 8 2 {DIGEST}"]

[[name]]
id = "drift"
name = "drift.exempelby.example"
use = "status"
resolver = "[2001:db8::53]:5353"
"""


def parsed(text: str):
    return parse_profile(profile_data(text), "/kommun/kedja.toml", Lines(text), "en")


def test_a_name_is_a_target_at_its_resolver() -> None:
    first, second = (t for t in parsed(SOUND + NAMES).targets if t.kind is TargetKind.NAME)
    assert (first.id, first.address, first.party) == ("tjanst", "192.0.2.53:53", "kommunen")
    assert dict(first.declared) == {
        "dnssec_anchors": (f"example. DS 1 13 2 {DIGEST}", f"EXAMPLE DS 2 8 2 {DIGEST}"),
        "look_up_owners": True,
        "name": "mm.exempelby.example",
        "use": "service",
    }
    assert second.address == "[2001:db8::53]:5353"
    assert dict(second.declared) == {"name": "drift.exempelby.example", "use": "status"}


def test_a_name_that_another_party_holds_needs_no_resolver() -> None:
    text = SOUND + '[[name]]\nid = "t"\nname = "t.example"\nuse = "other"\nheld_by = "leverantoren"\n'
    (name,) = (t for t in parsed(text).targets if t.kind is TargetKind.NAME)
    assert (name.address, name.held_by) == ("", "leverantoren")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.53", "192.0.2.53:53"),
        ("192.0.2.53:5353", "192.0.2.53:5353"),
        ("2001:db8::53", "[2001:db8::53]:53"),
        ("[2001:db8::53]", "[2001:db8::53]:53"),
        ("[2001:DB8::53]:54", "[2001:db8::53]:54"),
    ],
)
def test_a_resolver_is_an_address_with_a_port_or_without(text: str, address: str) -> None:
    assert resolver(text) == address


NO_RESOLVERS = ["dns.example", "dns.example:53", "192.0.2.53:0", "192.0.2.53:99999", "192.0.2", "[::1", "::1]", ""]


@pytest.mark.parametrize("text", NO_RESOLVERS)
def test_anything_else_is_no_resolver(text: str) -> None:
    with pytest.raises(Wrong):
        resolver(text)


@pytest.mark.parametrize(
    ("old", "new", "key", "cure"),
    [
        ('use = "service"', 'use = "tjanst"', "name.use", "service"),
        ('resolver = "192.0.2.53"\n', "", "name.resolver", "resolver = "),
        ('"192.0.2.53"', '"dns.example"', "name.resolver", "192.0.2.53"),
        ('"MM.Exempelby.example."', '"192.0.2.1"', "name.name", "exempelby.example"),
        ('"MM.Exempelby.example."', '"https://mm.example"', "name.name", "www.kommun.example"),
        ("example. DS 1 13 2", "example. DNSKEY 1 13 2", "name.dnssec_anchors", "12345 13 2"),
        ("EXAMPLE DS", "test DS", "name.dnssec_anchors", "one zone"),
        ("look_up_owners = true", 'look_up_owners = "ja"', "name.look_up_owners", "true or false"),
        ('id = "drift"', 'id = "tjanst"', "name.id", "another id"),
    ],
)
def test_a_mistake_is_told_with_its_key_and_what_to_write(old: str, new: str, key: str, cure: str) -> None:
    text = SOUND + NAMES
    assert text.count(old) == 1
    with pytest.raises(ProfileError) as caught:
        parsed(text.replace(old, new))
    told = [fault for fault in caught.value.faults if fault.key.split("[")[0].startswith(key)]
    assert told, [(fault.key, fault.wrong) for fault in caught.value.faults]
    assert any(cure in fault.cure for fault in told), told


def test_no_name_can_be_absent() -> None:
    absent = '[[absent]]\nwhat = "name"\nwhy = "x"\ndecided_by = "y"\ndecided_on = 2026-11-01\n'
    with pytest.raises(ProfileError) as caught:
        parsed(SOUND + absent)
    assert "absent.what" in str(caught.value)

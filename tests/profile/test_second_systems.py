"""Which second sending systems does a profile name?"""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from readiness.errors import ProfileError
from readiness.model import Target, TargetKind
from readiness.profile import parse_profile, profile_data
from tests.profiles import SOUND

SECOND = """
[[second_system]]
id = "prov"
mediator = "formedlare"
record = "prov/korning"
"""


def second(text: str) -> Target:
    profile = parse_profile(profile_data(text), "/kommun/kedja.toml")
    return next(target for target in profile.targets if target.kind is TargetKind.SECOND_SYSTEM)


def test_a_second_system_is_a_target_of_the_mediators_party_at_its_record() -> None:
    found = second(SOUND + SECOND)
    assert PurePosixPath(found.address) == PurePosixPath("/kommun/prov/korning")
    assert (found.party, found.node) == ("leverantoren", "")
    assert dict(found.declared) == {
        "mediator": "formedlare",
        "own_organisation_number": "4120000007",
        "party_organisation_numbers": ("4120000007", "4550000006"),
    }


def test_one_that_another_party_holds_needs_no_record() -> None:
    held = second(SOUND + SECOND.replace('record = "prov/korning"', 'held_by = "leverantoren"'))
    assert (held.address, held.held_by) == ("", "leverantoren")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('mediator = "formedlare"', 'mediator = "annan"', "mediator"),
        ('mediator = "formedlare"\n', "", "mediator"),
        ('record = "prov/korning"\n', "", "record"),
        ('record = "prov/korning"', 'record = "a"\nrecords = ["b"]', "records"),
        ('id = "prov"', 'id = "chain"', "id"),
    ],
)
def test_a_mistake_is_told_with_its_key(old: str, new: str, key: str) -> None:
    with pytest.raises(ProfileError) as raised:
        second(SOUND + SECOND.replace(old, new))
    assert [fault.key.rpartition(".")[2] for fault in raised.value.faults] == [key]


def test_no_second_system_can_be_absent() -> None:
    absent = '\n[[absent]]\nwhat = "second_system"\nwhy = "v"\ndecided_by = "x"\ndecided_on = 2026-11-01\n'
    with pytest.raises(ProfileError):
        parse_profile(profile_data(SOUND + absent), "/kommun/kedja.toml")

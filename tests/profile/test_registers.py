"""What does a profile say of a register, and is every mistake told with its key and a cure?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from readiness.errors import ProfileError
from readiness.model import TargetKind
from readiness.profile import parse_profile, profile_data
from readiness.profile.lines import Lines
from tests.profiles import SOUND

REGISTER = """
[[register]]
id = "utforare"
purpose = "private_providers"
file = "listor/utforare.csv"
as_of = 2026-11-01
encoding = "cp1252"
delimiter = ";"
compare_with = "avsandare"
[register.columns]
category = "Kategori"
[register.words.category]
skola = ["Skola", "Friskola"]

[[register]]
id = "avsandare"
purpose = "senders"
file = "avsandare.JSON"
rows = "svar.rader"
as_of = 2026-11-02
"""
ABSENT = """
[[absent]]
what = "register"
where = { purpose = "sbom" }
why = "Leverantören lämnar ingen"
decided_by = "It-chefen"
decided_on = 2026-11-01
"""


def parsed(text: str):
    return parse_profile(profile_data(text), "/kommun/kedja.toml", Lines(text), "en")


def test_a_register_is_a_target_with_what_the_profile_says_of_it() -> None:
    first, second = (t for t in parsed(SOUND + REGISTER).targets if t.kind is TargetKind.REGISTER)
    assert (first.id, first.address, first.party) == ("utforare", "/kommun/listor/utforare.csv", "kommunen")
    assert dict(first.declared) == {
        "as_of": datetime(2026, 11, 1, tzinfo=UTC),
        "columns": ("category=Kategori",),
        "compare_with": "avsandare",
        "delimiter": ";",
        "encoding": "cp1252",
        "format": "csv",
        "purpose": "private_providers",
        "words": ("category.skola=Skola", "category.skola=Friskola"),
    }
    assert second.says("format") == "json"
    assert second.says("rows") == "svar.rader"


def test_an_interval_is_said_of_log_reviews_alone() -> None:
    reviews = """
[[register]]
id = "granskningar"
purpose = "log_reviews"
file = "granskningar.csv"
as_of = 2026-11-20
interval_days = 31
"""
    (target,) = (t for t in parsed(SOUND + reviews).targets if t.kind is TargetKind.REGISTER)
    assert target.says("interval_days") == 31
    with pytest.raises(ProfileError) as caught:
        parsed(SOUND + reviews.replace("log_reviews", "tenants"))
    assert [fault.key for fault in caught.value.faults] == ["register.interval_days"]


def test_a_list_that_there_is_none_of_is_named() -> None:
    (absence,) = parsed(SOUND + ABSENT).absences
    assert absence.where == (("purpose", "sbom"),)


@pytest.mark.parametrize(
    ("old", "new", "key", "cure"),
    [
        ('purpose = "private_providers"', 'purpose = "private_provider"', "register.purpose", "private_providers"),
        ('file = "listor/utforare.csv"\n', "", "register.file", "file = "),
        ("as_of = 2026-11-01\n", "", "register.as_of", "as_of = "),
        ("utforare.csv", "utforare.ods", "register.format", "csv, json, xlsx"),
        ('encoding = "cp1252"', 'format = "spdx"', "register.format", "csv, json, xlsx"),
        ('purpose = "senders"', 'purpose = "sbom"', "register.format", "cyclonedx, spdx"),
        ('"cp1252"', '"cp12520"', "register.encoding", "cp1252"),
        ('delimiter = ";"', 'delimiter = ";;"', "register.delimiter", "delimiter"),
        ('compare_with = "avsandare"', 'compare_with = "avsandar"', "register.compare_with", "senders"),
        ('rows = "svar.rader"', 'compare_with = "utforare"', "register.compare_with", "Remove"),
        ('category = "Kategori"', 'kategori = "Kategori"', "register.columns.kategori", "category"),
        ("skola = [", "skolan = [", "register.words.category.skolan", "skola"),
        ('delimiter = ";"', 'delimiter = ";"\nsheet_name = "x"', "register.sheet_name", "sheet"),
    ],
)
def test_a_mistake_is_told_with_key_line_and_cure(old: str, new: str, key: str, cure: str) -> None:
    text = SOUND + REGISTER
    assert text.count(old) == 1
    with pytest.raises(ProfileError) as caught:
        parsed(text.replace(old, new))
    faults = {fault.key: fault for fault in caught.value.faults}
    assert key in faults
    assert faults[key].line >= SOUND.count("\n")
    assert cure in faults[key].cure


def test_all_registers_cannot_be_absent_at_one_stroke() -> None:
    with pytest.raises(ProfileError) as caught:
        parsed(SOUND + ABSENT.replace('where = { purpose = "sbom" }\n', ""))
    assert "purpose" in str(caught.value)

"""Does each list of the example kommun hold what its plan says, and does each defect change one list only?"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from readiness.demo.chain import planned
from readiness.demo.conforming import conforming
from readiness.demo.register_defects import DEFECTS
from readiness.demo.registers import file_name, register_file
from readiness.register_purposes import COUNTERPARTS, PURPOSES

NOW = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)


def files(*defects: str) -> dict[str, bytes]:
    return {id_: register_file(plan, NOW) for id_, plan in planned(defects).registers.items()}


def test_the_example_hands_over_a_list_of_every_purpose() -> None:
    plans = conforming().registers
    assert {plan.purpose for plan in plans.values()} == set(PURPOSES)
    for id_, plan in plans.items():
        if against := PURPOSES[plan.purpose].against:
            assert plan.compare_with in plans or against not in COUNTERPARTS, id_
        assert file_name(id_, plan).endswith(".json" if plan.purpose == "sbom" else ".csv")


def test_a_list_has_its_owners_headings_words_and_days() -> None:
    rows = list(csv.reader(io.StringIO(files()["andringar"].decode()), delimiter=";"))
    assert rows == [
        ["id", "Öppnad", "Stängd"],
        ["ÄB-1", "2026-01-24", "2026-04-24"],
        ["ÄB-2", "2026-07-23", ""],
        ["ÄB-3", "2026-10-11", ""],
    ]
    assert b";ja\n" in files()["aterlasning"]
    components = json.loads(files()["komponentlista"])["components"]
    assert [one["bom-ref"] for one in components] == ["1", "2"]


@pytest.mark.parametrize("name", [defect.name for defect in DEFECTS])
def test_a_defect_changes_one_list(name: str) -> None:
    before, after = files(), files(name)
    assert sum(before[id_] != after[id_] for id_ in before) == 1

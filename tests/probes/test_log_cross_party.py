"""Does `log_cross_party` find in one party's log what the other's has, and tell what is missing, both ways?"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from probes._log_records import Record
from probes._log_sample import MOST, Ids
from probes._log_times import STATED, When
from probes.log_cross_party import PROBE
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Seen
from tests.conftest import NOON, look, session_for

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
START, END = NOON - 10 * DAY, NOON


def id_(number: int) -> str:
    return f"{number:08d}-aaaa-4bbb-8ccc-dddddddddddd"


def row(number: int, at: datetime, field: str = "correlationId") -> str:
    return json.dumps({"time": at.isoformat(), "event": "sent", field: id_(number)})


def source(path: Path, kept_by: str, **says: object) -> Target:
    declared = {"kept_by": kept_by, "format": "json-lines", "shared_id": "correlationId"} | says
    if kept_by == "other":
        declared = {"period_start": START, "period_end": END} | declared
    return Target(path.stem, TargetKind.LOG_SOURCE, address=str(path), declared=tuple(sorted(declared.items())))  # type: ignore[arg-type]


def compared(folder: Path, ours: Iterable[str], theirs: Iterable[str], **says: object) -> dict[str, Seen]:
    for name, lines in (("ours", ours), ("theirs", theirs)):
        (folder / f"{name}.log").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    own, other = source(folder / "ours.log", "own"), source(folder / "theirs.log", "other", **says)
    return look(PROBE, other, session_for(own, other))


def values(found: dict[str, Seen]) -> tuple[object, ...]:
    return tuple(found[f"cross.{name}"].value for name in ("ids", "ids_missing", "ids_back", "ids_back_missing"))


def days(*numbers: int, step: timedelta = MINUTE) -> list[str]:
    return [row(number, START + DAY + number * step) for number in numbers]


def test_ids_of_each_side_are_found_on_the_other(tmp_path: Path) -> None:
    assert values(compared(tmp_path, days(*range(100)), days(*range(100)))) == (25, 0, 25, 0)


def test_all_are_looked_for_where_there_are_fewer(tmp_path: Path) -> None:
    found = compared(tmp_path, days(1, 2, 5), days(1, 4, 5))
    assert values(found) == (3, 1, 3, 1)
    assert found["cross.ids_missing"].detail == f"missing: {id_(2).replace('-', '')}"


def test_one_of_a_hundred_that_is_missing_on_both_sides_of_the_sample_is_told(tmp_path: Path) -> None:
    every_other = [number for number in range(100) if number % 2]
    forth = values(compared(tmp_path, days(*range(100)), days(*every_other)))
    assert forth[0] == 25
    assert isinstance(forth[1], int)
    assert 5 < forth[1] < 20
    assert forth[2:] == (25, 0)


def test_an_id_is_found_in_any_field_and_any_case(tmp_path: Path) -> None:
    theirs = [json.dumps({"time": START.isoformat(), "text": f"handled {id_(1).upper()}"})]
    assert values(compared(tmp_path, days(1), theirs))[:2] == (1, 0)


def test_what_is_outside_the_period_is_not_asked_for(tmp_path: Path) -> None:
    outside = [row(7, START - MINUTE), row(8, END + MINUTE), row(9, START + DAY), row(9, END + MINUTE)]
    assert values(compared(tmp_path, [*outside, *days(1)], days(1)))[:2] == (1, 0)


def test_what_was_under_way_at_the_ends_is_left_out(tmp_path: Path) -> None:
    ours, theirs = days(*range(100)), days(*range(2, 98))
    assert values(compared(tmp_path, ours, theirs))[:2] == (25, 0)


def test_what_the_kommuns_logs_do_not_reach_back_to_is_not_missing_there(tmp_path: Path) -> None:
    ours = [row(number, START + 5 * DAY + number * MINUTE) for number in range(10)]
    theirs = [row(100 + number, START + number * MINUTE) for number in range(10)] + ours
    assert values(compared(tmp_path, ours, theirs)) == (10, 0, 10, 0)


def test_the_same_records_give_the_same_sample(tmp_path: Path) -> None:
    first = compared(tmp_path, days(*range(200)), [])
    again = compared(tmp_path, reversed(days(*range(200))), [])
    assert first["cross.ids_missing"] == again["cross.ids_missing"]
    assert first["cross.ids_missing"].value == 25


def test_times_without_a_zone_leave_the_sample_open(tmp_path: Path) -> None:
    ours = [json.dumps({"time": "2026-11-25 08:00:00", "correlationId": id_(1)})]
    found = compared(tmp_path, ours, days(1))
    assert isinstance(found["cross.ids_missing"].value, Unseen)
    assert found["cross.ids_missing"].value.reason is Reason.NOT_UNDERSTOOD


def test_a_log_that_was_not_read_whole_misses_nothing(tmp_path: Path) -> None:
    (tmp_path / "theirs.log.gz").write_bytes(b"\x1f\x8b cut")
    (tmp_path / "ours.log").write_text("\n".join(days(1)), encoding="utf-8")
    own, other = source(tmp_path / "ours.log", "own"), source(tmp_path / "theirs.log.gz", "other")
    found = look(PROBE, other, session_for(own, other))
    assert found["cross.ids"].value == 1
    assert isinstance(found["cross.ids_missing"].value, Unseen)


@pytest.mark.parametrize("says", [{"shared_id": ""}, {"period_start": ""}])
def test_what_the_profile_does_not_say_is_not_guessed(tmp_path: Path, says: dict[str, object]) -> None:
    with pytest.raises(CannotObserve) as caught:
        compared(tmp_path, days(1), days(1), **says)
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED


def test_only_a_log_of_another_party_is_looked_at(tmp_path: Path) -> None:
    assert PROBE.selects(source(tmp_path / "x.log", "other"))
    assert not PROBE.selects(source(tmp_path / "x.log", "own"))


def test_of_very_many_ids_some_stand_for_all_whatever_their_order() -> None:
    def record(number: int) -> Record:
        at = START + number * timedelta(seconds=1)
        return Record("", {"id": id_(number)}, When(at.replace(tzinfo=None), at, STATED, 1))

    many = 3 * MOST
    forth, back = Ids(), Ids()
    for number in range(many):
        forth.add(record(number), "id")
        back.add(record(many - 1 - number), "id")
    assert forth.times == back.times
    assert MOST // 4 < len(forth.times) <= MOST
    sample = forth.sample(START, END)
    assert len(sample) == 25
    assert sample == back.sample(START, END)

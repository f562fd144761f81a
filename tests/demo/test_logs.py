"""What do the example's logs lack with each built-in defect? One row through each of them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from readiness.demo.log_defects import CUSTODY, DEFECTS, DELIVERIES
from readiness.demo.sending.log import Log
from readiness.demo.sending.log_leaks import EVENT, LEAKS
from readiness.demo.sending.log_quirks import QUIRKS, Row


def written(
    folder: Path, *quirks: str, node: str = "formedlare", level: str = "ERROR", **more: str | int
) -> Row | None:
    """The row that a process writes of a delivery that was refused, or with other fields."""
    with Log(folder / "x.log", node, quirks) as log:
        given = more or {"why": "fault 5001", "receipt": "call-id", "fault_code": 5001}
        log.tell(level, "delivery_failed", correlation="2026-0001", message="m1", **given)
    lines = (folder / "x.log").read_text(encoding="utf-8").splitlines()
    return json.loads(lines[0]) if lines else None


def test_every_defect_of_what_is_logged_is_done_by_a_quirk_of_its_name() -> None:
    kept = {defect.name for defect in (*CUSTODY, *DELIVERIES)}  # defects of the files
    assert {defect.name for defect in DEFECTS} - kept == {*QUIRKS, *LEAKS}


def test_each_line_has_the_hash_of_the_one_before_over_restarts_too(tmp_path: Path) -> None:
    for _ in range(2):
        written(tmp_path)
    first, second = (tmp_path / "x.log").read_bytes().splitlines()
    assert json.loads(first)["previous"] == ""
    assert json.loads(second)["previous"] == sha256(first).hexdigest()


def test_a_sound_row_says_who_what_when_with_what_result_from_where_and_under_which_ids(tmp_path: Path) -> None:
    row = written(tmp_path)
    assert row is not None
    assert set(row) == {
        *("time", "level", "node", "user", "event", "result", "correlation_id", "message_id"),
        *("why", "receipt", "fault_code", "previous"),
    }
    assert str(row["time"])[-6] in "+-"


def test_of_a_fault_only_a_text_is_kept(tmp_path: Path) -> None:
    row = written(tmp_path, "log-fault-text-only")
    assert row is not None
    assert "5001" not in json.dumps(row)
    assert "call-id" not in json.dumps(row)


def test_without_its_cause_an_error_is_still_one(tmp_path: Path) -> None:
    row = written(tmp_path, "log-without-cause", why="TimeoutError")
    assert row is not None
    assert (row["level"], row.get("why")) == ("ERROR", None)


@pytest.mark.parametrize(
    ("quirk", "more"),
    [
        ("log-no-exceptions", {}),
        ("log-no-refused-certificate", {"why": "SSLError TLSV1_ALERT_UNKNOWN_CA"}),
        ("log-nothing", {"node": "integration"}),
    ],
)
def test_what_is_not_logged_leaves_no_row(tmp_path: Path, quirk: str, more: dict[str, str]) -> None:
    assert written(tmp_path, quirk, **more) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quirk", "lost"),
    [
        ("log-without-correlation", {"correlation_id"}),
        ("log-without-ids", {"correlation_id", "message_id", "receipt"}),
    ],
)
def test_a_row_without_ids_has_the_rest(tmp_path: Path, quirk: str, lost: set[str]) -> None:
    (tmp_path / "sound").mkdir()
    sound, row = written(tmp_path / "sound"), written(tmp_path, quirk)
    assert sound is not None
    assert row is not None
    assert set(sound) - set(row) == lost


@pytest.mark.parametrize("quirk", LEAKS)
def test_a_leak_stands_beside_what_is_sent_and_nothing_else(tmp_path: Path, quirk: str) -> None:
    with Log(tmp_path / "x.log", "formedlare", [quirk]) as log:
        log.tell("INFO", EVENT, recipient="199410222393")
        log.tell("INFO", "decided", recipient="199410222393")
    leaking, following = (tmp_path / "x.log").read_text(encoding="utf-8").splitlines()
    assert json.loads(leaking)["note"]
    assert "note" not in json.loads(following)


def test_times_lack_their_zone_or_their_seconds(tmp_path: Path) -> None:
    for number, (quirk, length) in enumerate({"log-local-time": 23, "log-whole-minutes": 22}.items()):
        (tmp_path / str(number)).mkdir()
        row = written(tmp_path / str(number), quirk)
        assert row is not None
        assert len(str(row["time"])) == length

"""log_custody on logs as files: who can read them, how far back they go, what is lacking, whether a change shows."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from probes import log_custody
from probes._log_chain import chain_of, changes_noticed, raw_lines
from probes._log_rotation import rotation_of
from readiness.model import Reason, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve
from tests.conftest import NOON, look, session_for

DAY = timedelta(days=1)


def line(at: datetime, before: bytes = b"") -> bytes:
    previous = sha256(before).hexdigest() if before else ""
    return json.dumps({"time": at.isoformat(), "event": "x", "previous_hash": previous}).encode()


def chained(count: int, start: datetime = NOON) -> list[bytes]:
    lines = [line(start)]
    for number in range(1, count):
        lines.append(line(start + number * DAY / 24, lines[-1]))
    return lines


def write(path: Path, lines: list[bytes], mode: int = 0o600) -> None:
    data = b"".join(one + b"\n" for one in lines)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    path.chmod(mode)


def seen(folder: Path, **declared: object) -> dict[str, Value | Unseen]:
    target = Target("logg", TargetKind.LOG_SOURCE, address=str(folder / "x.log*"), declared=tuple(declared.items()))  # type: ignore[arg-type]
    found = look(log_custody.PROBE, target, session_for(target))
    assert set(found) == {fact.name for fact in log_custody.PROBE.facts}
    return {name.removeprefix("custody."): one.value for name, one in found.items()}


def reason(value: Value | Unseen) -> Reason:
    assert isinstance(value, Unseen), value
    return value.reason


# -- The chain


def test_a_chained_log_is_unbroken_and_every_changed_byte_of_a_copy_is_noticed(tmp_path: Path) -> None:
    write(tmp_path / "x.log", chained(20))
    write(tmp_path / "x.log.1.gz", chained(3, NOON - DAY))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    found = seen(tmp_path)
    assert (found["hash_chain"], found["changes_tried"], found["changes_unnoticed"]) == ("unbroken", 3, 0)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before, "only a copy is changed"


@pytest.mark.parametrize("place", [0, 7, 18])
def test_one_changed_byte_breaks_the_chain(tmp_path: Path, place: int) -> None:
    lines = chained(20)
    lines[place] = lines[place].replace(b'"x"', b'"y"')
    write(tmp_path / "x.log", lines)
    assert seen(tmp_path)["hash_chain"] == "broken"


def test_a_line_that_is_taken_away_or_put_between_breaks_the_chain(tmp_path: Path) -> None:
    lines = chained(20)
    write(tmp_path / "x.log", lines[:5] + lines[6:])
    assert seen(tmp_path)["hash_chain"] == "broken"
    write(tmp_path / "x.log", [*lines[:5], b'{"event": "put between"}', *lines[5:]])
    assert seen(tmp_path)["hash_chain"] == "broken"


def test_a_log_without_hashes_has_no_chain_and_none_is_tried(tmp_path: Path) -> None:
    write(tmp_path / "x.log", [b'{"event": "x"}'] * 9)
    found = seen(tmp_path)
    assert (found["hash_chain"], found["changes_tried"]) == ("none", 0)


def test_the_field_is_the_one_that_the_profile_names(tmp_path: Path) -> None:
    lines = [one.replace(b"previous_hash", b"kedja") for one in chained(1)]
    for number in range(1, 9):
        lines.append(line(NOON + number * DAY / 24, lines[-1]).replace(b"previous_hash", b"kedja"))
    write(tmp_path / "x.log", lines)
    assert seen(tmp_path)["hash_chain"] == "none"
    assert seen(tmp_path, hash_field="kedja")["hash_chain"] == "unbroken"
    text = [b"a 1 kedja=", b"b 2 kedja=" + sha256(b"a 1 kedja=").hexdigest().upper().encode()]
    chain = chain_of("kedja")
    chain.follow(text)
    assert chain.state == "unbroken"


def test_a_line_ends_with_or_without_a_carriage_return_and_wherever_pieces_meet() -> None:
    data = b"one\r\ntwo\n\nthree"
    assert list(raw_lines(bytes([byte]) for byte in data)) == [b"one", b"two", b"three"]
    assert changes_noticed([]) == changes_noticed([b"one"]) == (0, 0)


# -- Who can read it


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_whoever_can_read_any_file_of_the_log_can_read_it(tmp_path: Path) -> None:
    write(tmp_path / "x.log", chained(2), 0o600)
    assert seen(tmp_path)["readable_by"] == ()
    write(tmp_path / "x.log.1", chained(2), 0o644)
    assert seen(tmp_path)["readable_by"] == ("group-read", "others-read")
    (tmp_path / "x.log").chmod(0o622)
    assert seen(tmp_path)["readable_by"] == ("group-read", "group-write", "others-read", "others-write")


def test_who_can_read_a_file_is_told_of_files_of_the_log_only(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    write(tmp_path / "logs" / "x.log", chained(2))
    target = Target("logg", TargetKind.LOG_SOURCE, address=str(tmp_path / "logs" / "x.log"))
    session = session_for(target)
    (file,) = session.log_files(target).files
    write(tmp_path / "secret", chained(2))
    with pytest.raises(CannotObserve) as caught:
        session.log_file_mode(target, replace(file, path=str(tmp_path / "secret")))
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED


# -- How far back


def test_a_log_reaches_back_as_far_as_is_declared_or_less_or_more(tmp_path: Path) -> None:
    write(tmp_path / "x.log", chained(2, NOON - DAY))
    write(tmp_path / "x.log.1", chained(2, NOON - 40 * DAY))
    kept = {"kept_days_min": 30, "kept_days_max": 60}
    found = seen(tmp_path, **kept)
    assert (found["oldest"], found["days_short"], found["days_over"]) == (NOON - 40 * DAY, 0, 0)
    assert seen(tmp_path, **{**kept, "kept_days_min": 50})["days_short"] == 10
    assert seen(tmp_path, **{**kept, "kept_days_max": 35})["days_over"] == 5
    undeclared = seen(tmp_path)
    assert {reason(undeclared[name]) for name in ("days_short", "days_over")} == {Reason.NOT_CONFIGURED}


def test_no_log_is_older_than_its_node(tmp_path: Path) -> None:
    write(tmp_path / "x.log", chained(2, NOON - 9 * DAY))
    assert seen(tmp_path, kept_days_min=365, since=NOON - 10 * DAY)["days_short"] == 1
    assert seen(tmp_path, kept_days_min=365)["days_short"] == 356


def test_without_a_time_nobody_knows_how_far_back_it_goes(tmp_path: Path) -> None:
    write(tmp_path / "x.log", [b"no time", b"here"])
    found = seen(tmp_path, kept_days_min=30)
    assert {reason(found[name]) for name in ("oldest", "days_short", "days_over")} == {Reason.NOT_UNDERSTOOD}
    assert found["files"] == 1


# -- What is lacking


@pytest.mark.parametrize(
    ("names", "rotated", "lacking"),
    [
        (["x.log"], 0, ()),
        (["x.log", "x.log.1", "x.log.2.gz", "x.log.3.gz"], 3, ()),
        (["x.log", "x.log.1", "x.log.3.gz"], 2, ("x.log.2",)),
        (["x.log", "x.log.2", "x.log.3"], 2, ("x.log.1",)),
        (["a.log.1", "b.log.1", "b.log.2"], 3, ()),
        ([f"x-2026-11-{day}.log" for day in (27, 28, 29, 30)], 4, ()),
        ([f"x-2026-11-{day}.log.gz" for day in (25, 26, 27, 29, 30)], 5, ("x-2026-11-28.log",)),
        ([f"u_ex2611{day}.log" for day in (25, 26, 27, 30)], 4, ("u_ex2026-11-28.log", "u_ex2026-11-29.log")),
        ([f"x-202611{day:02}" for day in (1, 8, 15, 29)], 4, ()),
        (["x-20261131", "x.log.99999"], 1, None),
    ],
)
def test_a_number_or_a_day_between_others_is_lacking(
    names: list[str], rotated: int, lacking: tuple[str, ...] | None
) -> None:
    count, found = rotation_of(names)
    assert count == rotated
    assert lacking is None or found == lacking


def test_a_gap_is_counted_and_a_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    for name in ("x.log", "x.log.1", "x.log.4"):
        write(tmp_path / name, chained(2))
    assert (seen(tmp_path)["rotated"], seen(tmp_path)["rotation_gaps"]) == (2, 2)
    (tmp_path / "x.log.2").symlink_to("/nowhere/at/all")
    (tmp_path / "x.log.3").symlink_to("/nowhere/at/all")
    assert seen(tmp_path)["rotation_gaps"] == 0


def test_a_broken_packed_file_leaves_the_chain_open(tmp_path: Path) -> None:
    write(tmp_path / "x.log", chained(5))
    (tmp_path / "x.log.1.gz").write_bytes(b"\x1f\x8bbroken")
    found = seen(tmp_path)
    assert reason(found["hash_chain"]) is Reason.NOT_UNDERSTOOD
    assert found["oldest"] == NOON


def test_a_log_that_is_not_there_is_unseen(tmp_path: Path) -> None:
    with pytest.raises(CannotObserve) as caught:
        seen(tmp_path)
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED

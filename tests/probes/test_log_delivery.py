"""Does `log_delivery` see how a log was delivered, and is a list of hashes held against the files as they lie there?"""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from probes.log_delivery import PROBE, easter_sunday, read_days, read_list, working
from readiness.model import Reason, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve
from tests.conftest import look, session_for

LINES = b"2026-10-05T08:00:00Z one\n2026-10-05T08:00:01Z two\n"


def log(folder: Path, pattern: str = "*.log", **says: object) -> Target:
    declared = {"kept_by": "other", "hash_list": str(folder / "SHA256SUMS")} | says
    return Target(
        "logg", TargetKind.LOG_SOURCE, address=str(folder / pattern), declared=tuple(sorted(declared.items()))
    )  # type: ignore[arg-type]


def seen(folder: Path, pattern: str = "*.log", **says: object) -> dict[str, Value | Unseen]:
    target = log(folder, pattern, **says)
    found = look(PROBE, target, session_for(target))
    return {name.removeprefix("handover."): one.value for name, one in found.items()}


def listed(folder: Path, *names: str, hashed: bytes = LINES) -> None:
    text = "".join(f"{sha256(hashed).hexdigest()}  {name}\n" for name in names)
    (folder / "SHA256SUMS").write_text(text, encoding="utf-8")


# -- Working days


@pytest.mark.parametrize(
    ("ordered", "delivered", "days"),
    [
        ("2026-11-02", "2026-11-02", 0),
        ("2026-11-02", "2026-11-09", 5),
        ("2026-11-06", "2026-11-09", 1),
        ("2026-11-07", "2026-11-08", 0),
        ("2026-11-02", "2026-11-10", 6),
        ("2026-04-02", "2026-04-07", 1),  # Easter: Good Friday is the 3rd, Easter Monday the 6th
        ("2026-12-22", "2027-01-07", 7),  # the 23rd, 28th to 30th, 4th, 5th and 7th
    ],
)
def test_working_days_are_counted_from_the_day_after_the_order(ordered: str, delivered: str, days: int) -> None:
    moments = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (ordered, delivered)]
    target = log(Path("/x"), ordered_on=moments[0], delivered_on=moments[1])
    assert read_days(target) == days


def test_public_holidays_are_those_of_swedish_law() -> None:
    free = [day for n in range(365) if not working(day := date(2026, 1, 1) + timedelta(n)) and day.weekday() < 5]
    assert [f"{day:%m-%d}" for day in free] == [
        "01-01", "01-06", "04-03", "04-06", "05-01", "05-14", "06-19", "12-24", "12-25", "12-31",
    ]  # fmt: skip


def test_easter_is_where_the_church_has_it() -> None:
    known = {2000: (4, 23), 2008: (3, 23), 2011: (4, 24), 2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2038: (4, 25)}
    assert {year: (easter_sunday(year).month, easter_sunday(year).day) for year in known} == known


def test_without_the_days_of_a_delivery_they_are_unseen() -> None:
    found = read_days(log(Path("/x")))
    assert isinstance(found, Unseen)
    assert found.reason is Reason.NOT_CONFIGURED


# -- Lists of hashes

A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    "text",
    [
        f"{A}  x.log\n{B} *y.log\n",
        f"SHA256 (x.log) = {A}\nSHA256 (y.log) = {B}\n",
        f'name;sha256\nx.log;{A.upper()}\n"logs\\y.log";"{B}"\n',
        f"# SHA-256\r\n{A}\t./2026/x.log\r\n{B}\t./2026/y.log\r\n",
    ],
    ids=["sha256sum", "BSD", "table", "paths"],
)
def test_a_list_is_read_as_programs_write_it(text: str) -> None:
    assert read_list(text).hashes == {"x.log": A, "y.log": B}


def test_what_is_no_hash_of_this_length_is_no_entry() -> None:
    assert read_list(f"{'a' * 63}  x\n{'a' * 65}  y\n{'a' * 32}  z\nsha256sums\n").hashes == {}


def test_a_name_with_two_hashes_agrees_with_none() -> None:
    assert read_list(f"{A}  x.log\n{B}  x.log\n").twice == {"x.log"}
    assert not read_list(f"{A}  x.log\n{A.upper()}  x.log\n").twice


# -- What was delivered


def test_a_whole_delivery_agrees_with_its_list(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_bytes(LINES)
    listed(tmp_path, "a.log", "b.log")
    assert seen(tmp_path) | {"working_days": 0} == {
        "working_days": 0, "records": 4, "timed_percent": 100,
        "files": 2, "hashes": 2, "files_unlisted": 0, "files_altered": 0, "files_lacking": 0,
    }  # fmt: skip


def test_a_changed_byte_an_unlisted_file_and_a_lacking_one_are_told(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_bytes(LINES)
    listed(tmp_path, "a.log", "c.log")
    (tmp_path / "a.log").write_bytes(LINES.replace(b"one", b"One"))
    found = seen(tmp_path)
    assert (found["files_altered"], found["files_unlisted"], found["files_lacking"]) == (1, 1, 1)


def test_a_name_with_two_hashes_counts_as_altered_though_one_of_them_is_right(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(LINES)
    listed(tmp_path, "a.log")
    with (tmp_path / "SHA256SUMS").open("a", encoding="utf-8") as file:
        file.write(f"{A}  a.log\n")
    assert seen(tmp_path)["files_altered"] == 1


def test_a_packed_file_is_hashed_as_it_was_delivered_and_read_as_what_it_holds(tmp_path: Path) -> None:
    packed = gzip.compress(LINES)
    (tmp_path / "a.log.gz").write_bytes(packed)
    listed(tmp_path, "a.log.gz", hashed=packed)
    found = seen(tmp_path, "*.gz")
    assert (found["files_altered"], found["records"], found["timed_percent"]) == (0, 2, 100)


def test_what_no_machine_reads_has_no_times(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"%PDF-1.7\n" + bytes(range(128, 256)) * 20 + b"\nno times here\n")
    listed(tmp_path, "a.log")
    assert seen(tmp_path)["timed_percent"] == 0


def test_an_empty_delivery_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"")
    listed(tmp_path, "a.log")
    found = seen(tmp_path)
    assert (found["records"], found["timed_percent"]) == (0, 0)


def test_a_list_that_is_not_there_leaves_only_its_own_facts_open(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(LINES)
    found = seen(tmp_path)
    assert found["timed_percent"] == 100
    for name in ("files", "hashes", "files_unlisted", "files_altered", "files_lacking"):
        value = found[name]
        assert isinstance(value, Unseen)
        assert value.reason is Reason.NOT_CONFIGURED


def test_nobody_home_leaves_the_records_open(tmp_path: Path) -> None:
    with pytest.raises(CannotObserve):
        seen(tmp_path)


def test_a_list_is_read_only_where_the_profile_names_it(tmp_path: Path) -> None:
    target = log(tmp_path)
    with pytest.raises(CannotObserve):
        session_for(target).read_file(str(tmp_path / "other"))

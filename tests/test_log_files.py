"""Log files: which ones a path names, in which order, and their bytes whatever packs, links, cuts or rotates them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import multiprocessing
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness import log_files
from readiness.log_files import age_key, list_log_files
from readiness.model import Reason, Target, TargetKind
from readiness.probe import CannotObserve, LogFile
from tests.conftest import session_for

TEXT = b"".join(b"2026-11-30 12:00:%02d line %d\n" % (n % 60, n) for n in range(50_000))
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")


def source(path: object, **says: str) -> Target:
    return Target("log", TargetKind.LOG_SOURCE, address=str(path), declared=tuple(sorted(says.items())))


def names(path: object) -> list[str]:
    return [file.name for file in list_log_files(str(path)).files]


def unread(path: object) -> dict[str, Reason]:
    return {name: why.reason for name, why in list_log_files(str(path)).unread}


def read(path: object, file: LogFile | None = None) -> bytes:
    target = source(path)
    session = session_for(target)
    with session.open_log(target, file or session.log_files(target).files[0]) as pieces:
        return b"".join(pieces)


def cannot(path: object, file: LogFile | None = None) -> tuple[bytes, Reason]:
    """What came before it could not go on, and why."""
    target, got = source(path), b""
    session = session_for(target)
    file = file or session.log_files(target).files[0]
    with pytest.raises(CannotObserve) as error, session.open_log(target, file) as pieces:  # noqa: PT012
        for piece in pieces:
            got += piece
    return got, error.value.unseen.reason


def fill(folder: Path, *relative: str) -> None:
    for name in relative:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x\n")


# -- Which files -------------------------------------------------------------------------------------------------------


def test_a_path_names_one_file_and_a_pattern_those_that_fit(tmp_path: Path) -> None:
    fill(tmp_path, "app.log", "app.log.1", "other.txt", "below/app.log", "below/deep/app.log")
    assert names(tmp_path / "app.log") == ["app.log"]
    assert names(tmp_path / "app.log*") == ["app.log.1", "app.log"]
    assert sorted(names(tmp_path / "*" / "app.log")) == ["below/app.log"]
    assert sorted(names(tmp_path / "**" / "app.log")) == ["app.log", "below/app.log", "below/deep/app.log"]
    assert sorted(names(tmp_path / "**" / "deep" / "*")) == ["below/deep/app.log"]


def test_a_file_name_with_brackets_is_found_by_a_pattern_that_escapes_them(tmp_path: Path) -> None:
    fill(tmp_path, "app[1].log")
    assert names(tmp_path / "app[[]1].log") == ["app[1].log"]


def test_what_names_nothing_is_not_configured(tmp_path: Path) -> None:
    fill(tmp_path, "app.log")
    for path in (tmp_path / "gone.log", tmp_path / "no" / "folder.log", tmp_path / "*.txt"):
        with pytest.raises(CannotObserve) as error:
            list_log_files(str(path))
        assert error.value.unseen.reason is Reason.NOT_CONFIGURED


@pytest.mark.parametrize(
    "oldest_first",
    [
        ["app.log.10.gz", "app.log.2.gz", "app.log.1", "app.log"],
        ["app.log-20261128.gz", "app.log-20261129.gz", "app.log-20261130", "app.log"],
        ["app.2026-11-29.0.log.gz", "app.2026-11-29.1.log.gz", "app.2026-11-30.0.log", "app.log"],
        ["app-2026-11-29.log", "app-2026-11-30.log", "app.log"],
        ["u_ex261128.log", "u_ex261129.log", "u_ex261130.log"],
        ["app.log.2026-11-30-08", "app.log.2026-11-30-09", "app.log.2026-11-30-10"],
        ["server-20261231.log", "server-20270101.log"],
        ["app.log.999999", "app.log.2", "app.log"],  # no date, a number
    ],
)
def test_a_rotated_set_comes_oldest_first(oldest_first: list[str]) -> None:
    shuffled = sorted(oldest_first)
    assert sorted(shuffled, key=age_key) == oldest_first


def test_two_sets_in_one_folder_do_not_mix() -> None:
    mixed = ["a.log", "b.log", "a.log.1", "b.log.1"]
    assert sorted(mixed, key=age_key) == ["a.log.1", "a.log", "b.log.1", "b.log"]


def test_more_files_than_the_bound_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, *(f"{number}.log" for number in range(5)))
    monkeypatch.setattr(log_files, "MAXIMAL_FILES", 3)
    assert len(names(tmp_path / "*.log")) == 3
    assert unread(tmp_path / "*.log") == {str(tmp_path / "*.log"): Reason.LIMIT_REACHED}
    monkeypatch.setattr(log_files, "MAXIMAL_ENTRIES", 4)
    assert unread(tmp_path / "*.log") == {str(tmp_path.resolve()): Reason.LIMIT_REACHED}


# -- Links -------------------------------------------------------------------------------------------------------------


@needs_links
def test_a_link_that_leads_out_is_not_followed_and_one_that_stays_is_one_file_with_its_goal(tmp_path: Path) -> None:
    fill(tmp_path, "secret.txt", "logs/app-1.log")
    (tmp_path / "logs" / "out.log").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "logs" / "current.log").symlink_to(tmp_path / "logs" / "app-1.log")
    assert len(names(tmp_path / "logs" / "*.log")) == 1
    assert unread(tmp_path / "logs" / "*.log") == {"out.log": Reason.ACCESS_DENIED}
    assert unread(tmp_path / "logs" / "out.log") == {"out.log": Reason.ACCESS_DENIED}


@needs_links
def test_links_that_go_round_end(tmp_path: Path) -> None:
    fill(tmp_path, "logs/app.log")
    (tmp_path / "logs" / "round").symlink_to(tmp_path / "logs", target_is_directory=True)
    (tmp_path / "logs" / "a.log").symlink_to(tmp_path / "logs" / "b.log")
    (tmp_path / "logs" / "b.log").symlink_to(tmp_path / "logs" / "a.log")
    assert names(tmp_path / "logs" / "**" / "*.log") == ["app.log"]
    assert unread(tmp_path / "logs" / "**" / "*.log") == {"a.log": Reason.ACCESS_DENIED, "b.log": Reason.ACCESS_DENIED}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_no_log_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.log")
    assert unread(tmp_path / "pipe.log") == {"pipe.log": Reason.NOT_SUPPORTED}


def as_nobody(folder: str, answers: multiprocessing.SimpleQueue[list[object]]) -> None:
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    kept = source(Path(folder) / "kept.log")
    try:
        reason = str(cannot(kept.address)[1])
        closed = str(unread(Path(folder) / "**" / "*.log").get("closed"))
        answers.put([reason, closed])
    except BaseException as error:  # noqa: BLE001  # whatever it was, the test shall see it instead of waiting
        answers.put([repr(error)])


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="Windows has access lists instead of modes")
def test_a_file_and_a_folder_without_permission_are_unseen_as_such(tmp_path: Path) -> None:
    fill(tmp_path, "kept.log", "closed/app.log")
    (tmp_path / "kept.log").chmod(0)
    (tmp_path / "closed").chmod(0)
    # Folders of pytest's own only, which is one more where several tests run at once.
    for folder in (tmp_path, *(one for one in tmp_path.parents if one.name.startswith(("pytest-", "popen-")))):
        folder.chmod(0o755)
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=as_nobody, args=(str(tmp_path), answers))
    child.start()
    try:
        assert answers.get() == ["access_denied", "access_denied"]
    finally:
        child.join(10)
        (tmp_path / "closed").chmod(0o755)


# -- Their bytes -------------------------------------------------------------------------------------------------------


def zstandard_of(data: bytes) -> bytes:
    zstandard = pytest.importorskip("zstandard", reason="needs the extra logs")
    return bytes(zstandard.ZstdCompressor().compress(data))


PACK = {"plain": bytes, "gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zstd": zstandard_of}


@pytest.mark.parametrize("packing", PACK)
def test_every_packing_gives_the_same_bytes_whatever_the_file_is_called(tmp_path: Path, packing: str) -> None:
    (tmp_path / "app.log").write_bytes(PACK[packing](TEXT))
    assert read(tmp_path / "app.log") == TEXT


@pytest.mark.parametrize("packing", ["gzip", "bz2", "xz", "zstd"])
def test_several_members_are_one_file(tmp_path: Path, packing: str) -> None:
    pack = PACK[packing]
    (tmp_path / "app.log").write_bytes(pack(TEXT[:1000]) + pack(b"") + pack(TEXT[1000:]))
    assert read(tmp_path / "app.log") == TEXT


@pytest.mark.parametrize("packing", ["gzip", "bz2", "xz", "zstd"])
def test_of_a_cut_file_what_came_before_is_given_and_the_cut_told(tmp_path: Path, packing: str) -> None:
    noisy = TEXT + os.urandom(2_000_000)
    packed = PACK[packing](noisy)
    (tmp_path / "app.log").write_bytes(packed[: len(packed) * 3 // 4])
    got, reason = cannot(tmp_path / "app.log")
    assert reason is Reason.NOT_UNDERSTOOD
    assert len(got) > 200_000
    assert noisy.startswith(got)


@pytest.mark.parametrize("packing", ["gzip", "bz2", "xz", "zstd"])
def test_broken_bytes_and_what_stands_after_the_end_are_told(tmp_path: Path, packing: str) -> None:
    packed = bytearray(PACK[packing](TEXT))
    (tmp_path / "after.log").write_bytes(bytes(packed) + b"something else")
    assert cannot(tmp_path / "after.log") == (TEXT, Reason.NOT_UNDERSTOOD)
    packed[len(packed) // 2] ^= 0xFF
    packed[len(packed) // 2 + 1] ^= 0xFF
    (tmp_path / "broken.log").write_bytes(packed)
    if packing != "zstd":  # its checksum is optional, and a changed literal is none of its business
        assert cannot(tmp_path / "broken.log")[1] is Reason.NOT_UNDERSTOOD


def test_zeros_after_the_end_are_padding(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_bytes(gzip.compress(TEXT) + bytes(512))
    assert read(tmp_path / "app.log") == TEXT


@pytest.mark.parametrize("packing", ["gzip", "bz2", "xz", "zstd"])
def test_a_file_made_to_swell_comes_in_small_pieces(tmp_path: Path, packing: str) -> None:
    (tmp_path / "app.log").write_bytes(PACK[packing](bytes(30_000_000)))
    target = source(tmp_path / "app.log")
    session = session_for(target)
    with session.open_log(target, session.log_files(target).files[0]) as pieces:
        sizes = [len(piece) for piece in pieces]
    assert sum(sizes) == 30_000_000
    assert max(sizes) <= 1 << 20


def test_an_archive_is_not_supported(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_bytes(b"PK\x03\x04more")
    assert cannot(tmp_path / "app.log") == (b"", Reason.NOT_SUPPORTED)


@pytest.mark.parametrize("data", [b"", b"\x1f", b"B", b"\x00\x01\x02" * 9, b"no line end"])
def test_short_empty_and_binary_files_are_read_as_they_are(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "app.log").write_bytes(data)
    assert read(tmp_path / "app.log") == data


# -- While it is read --------------------------------------------------------------------------------------------------


def test_a_growing_file_is_read_to_the_size_it_had(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(TEXT * 3)
    target = source(path)
    session = session_for(target)
    with session.open_log(target, session.log_files(target).files[0]) as pieces:
        got = next(pieces)
        with path.open("ab") as file:
            file.write(b"later\n" * 1000)
        got += b"".join(pieces)
    assert got == TEXT * 3


def test_a_file_that_rotated_after_the_listing_is_read_under_its_new_name(tmp_path: Path) -> None:
    fill(tmp_path, "app.log.1")
    (tmp_path / "app.log").write_bytes(b"first\n")
    older, newest = list_log_files(str(tmp_path / "app.log*")).files
    (tmp_path / "app.log.1").rename(tmp_path / "app.log.2")
    (tmp_path / "app.log").rename(tmp_path / "app.log.1")
    (tmp_path / "app.log").write_bytes(b"new\n")
    assert read(tmp_path / "app.log*", newest) == b"first\n"
    assert read(tmp_path / "app.log*", older) == b"x\n"


def test_a_file_that_rotated_away_is_told_of(tmp_path: Path) -> None:
    fill(tmp_path, "app.log")
    (file,) = list_log_files(str(tmp_path / "app.log")).files
    (tmp_path / "app.log").rename(tmp_path / "elsewhere")
    fill(tmp_path, "app.log")
    assert cannot(tmp_path / "app.log", file) == (b"", Reason.NOT_KEPT)


def test_a_file_that_is_cut_while_it_is_read_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(TEXT * 3)
    target = source(path)
    session = session_for(target)

    def cut(pieces: Iterator[bytes]) -> None:
        os.truncate(path, len(next(pieces)))
        io.BytesIO().writelines(pieces)

    file = session.log_files(target).files[0]
    with session.open_log(target, file) as pieces, pytest.raises(CannotObserve) as error:
        cut(pieces)
    assert error.value.unseen.reason is Reason.NOT_KEPT


# -- What the session lets near ----------------------------------------------------------------------------------------


def test_only_a_log_source_of_the_profile_is_opened(tmp_path: Path) -> None:
    fill(tmp_path, "app.log")
    mine, other = source(tmp_path / "app.log"), source(tmp_path / "*")
    session = session_for(mine)
    for target, asking, reason in (
        (other, session, Reason.NOT_CONFIGURED),
        (source(""), session_for(source("")), Reason.NOT_CONFIGURED),
    ):
        with pytest.raises(CannotObserve) as error:
            asking.log_files(target)
        assert error.value.unseen.reason is reason
    with pytest.raises(CannotObserve), session.open_log(other, session.log_files(mine).files[0]):
        pass

"""Are binary journals of systemd read and verified as they are? Real ones, written by systemd-journal-remote."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from probes import log_custody, log_personal_data, log_traceability
from readiness import journal
from readiness.model import Reason, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve
from tests.conftest import NOON, look, session_for
from tests.stands.programs import missing

WRITER = "/lib/systemd/systemd-journal-remote"
WORDS = ("lookup done", "two\nlines of åäö", "handed over")
BOOT = "0123456789abcdef0123456789abcdef"


def exported() -> bytes:
    """Three records, a minute apart, in journal export format; the second has a value of several lines."""
    text = b""
    for number, words in enumerate(WORDS):
        value = words.encode()
        told = b"MESSAGE=" + value if b"\n" not in value else b"MESSAGE\n" + len(value).to_bytes(8, "little") + value
        at = int(NOON.timestamp() * 1_000_000) + number * 60_000_000
        head = f"__REALTIME_TIMESTAMP={at}\n__MONOTONIC_TIMESTAMP={number + 1}000000\n_BOOT_ID={BOOT}\n_HOSTNAME=app1\n"
        text += head.encode() + told + b"\nPRIORITY=6\n\n"
    return text


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a journal."""
    if not (Path(journal.PROGRAMS[0]).exists() and Path(WRITER).exists()):
        missing("this test needs journalctl and systemd-journal-remote, which are not installed here")
    folder = tmp_path_factory.mktemp("journal")
    subprocess.run([WRITER, "--output=x.journal", "-"], input=exported(), cwd=folder, check=True, capture_output=True)
    return (folder / "x.journal").read_bytes()


def source(path: Path) -> Target:
    return Target("logg", TargetKind.LOG_SOURCE, address=str(path), declared=(("format", "journal"),))


def kept(path: Path, data: bytes) -> Target:
    path.write_bytes(data)
    return source(path)


def changed(data: bytes, place: int, to: Callable[[int], int] = lambda byte: byte ^ 1) -> bytes:
    return data[:place] + bytes([to(data[place])]) + data[place + 1 :]


def chain(target: Target) -> Value | Unseen:
    return look(log_custody.PROBE, target, session_for(target))["custody.hash_chain"].value


def test_a_journal_is_read_like_any_other_log(tmp_path: Path, whole: bytes) -> None:
    target = kept(tmp_path / "x.journal", whole)
    session = session_for(target)
    found = {name: one.value for name, one in look(log_traceability.PROBE, target, session).items()}
    assert found["trace.records"] == 3
    assert found["trace.time_zone"] == "utc"
    assert look(log_custody.PROBE, target, session)["custody.oldest"].value == NOON
    (file,) = session.log_files(target).files
    with session.open_log(target, file) as pieces:
        text = b"".join(pieces)
    assert all(words.encode() in text for words in WORDS)


def test_personal_data_is_found_in_a_journal(tmp_path: Path, whole: bytes) -> None:
    at = exported().replace(b"lookup done", b"Authorization: Bearer 7f3kQz81LmNo55pqRsTuVwXy")
    subprocess.run([WRITER, "--output=y.journal", "-"], input=at, cwd=tmp_path, check=True, capture_output=True)
    target = source(tmp_path / "y.journal")
    assert look(log_personal_data.PROBE, target, session_for(target))["log.bearer_tokens"].value == 1


def test_a_whole_journal_has_no_chain_that_a_forger_could_not_make_anew(tmp_path: Path, whole: bytes) -> None:
    assert chain(kept(tmp_path / "x.journal", whole)) == "none"


@pytest.mark.parametrize("what", [b"handed over", b"PRIORITY=6", b"_HOSTNAME=app1"])
def test_a_changed_byte_of_a_record_is_noticed(tmp_path: Path, whole: bytes, what: bytes) -> None:
    assert chain(kept(tmp_path / "x.journal", changed(whole, whole.index(what) + 3))) == "broken"


def test_a_changed_time_of_the_first_record_is_noticed(tmp_path: Path, whole: bytes) -> None:
    assert chain(kept(tmp_path / "x.journal", changed(whole, 190))) == "broken"


OPEN: dict[str, tuple[Callable[[bytes], bytes], Reason]] = {
    "sealed": (lambda data: changed(data, 8, lambda byte: byte | 1), Reason.CREDENTIALS_NEEDED),
    "being written, and not whole": (
        lambda data: changed(changed(data, data.index(b"handed over")), 16, lambda _: 1),
        Reason.NOT_KEPT,
    ),
    "cut": (lambda data: data[: len(data) // 2], Reason.NOT_UNDERSTOOD),
    "cut in its head": (lambda data: data[:10], Reason.NOT_UNDERSTOOD),
    "empty": (lambda _: b"", Reason.NOT_UNDERSTOOD),
    "of a later version": (lambda data: changed(data, 13, lambda _: 0x80), Reason.NOT_UNDERSTOOD),
    "no journal": (lambda _: b"2026-11-30T12:00:00Z a line of text\n" * 9, Reason.NOT_UNDERSTOOD),
}


@pytest.mark.parametrize("name", OPEN)
def test_what_cannot_be_verified_is_neither_whole_nor_broken(tmp_path: Path, whole: bytes, name: str) -> None:
    change, reason = OPEN[name]
    found = chain(kept(tmp_path / "x.journal", change(whole)))
    assert isinstance(found, Unseen)
    assert found.reason is reason


def test_one_broken_journal_of_several_breaks_the_log(tmp_path: Path, whole: bytes) -> None:
    kept(tmp_path / "a.journal", whole)
    kept(tmp_path / "b.journal", changed(whole, whole.index(b"handed over")))
    kept(tmp_path / "c.journal", b"")
    assert chain(source(tmp_path / "*.journal")) == "broken"


def test_a_broken_journal_that_journalctl_cannot_open_leaves_its_records_open(tmp_path: Path, whole: bytes) -> None:
    target = kept(tmp_path / "x.journal", whole[: len(whole) // 2])
    with pytest.raises(CannotObserve):
        look(log_traceability.PROBE, target, session_for(target))


def test_a_name_that_journalctl_takes_for_a_pattern_is_not_given_to_it(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "[ab].journal").write_bytes(whole)
    kept(tmp_path / "a.journal", changed(whole, whole.index(b"handed over")))
    target = source(tmp_path / "?ab?.journal")
    found = chain(target)
    assert isinstance(found, Unseen)
    assert found.reason is Reason.NOT_SUPPORTED


def test_without_journalctl_a_journal_is_not_supported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PROGRAMS", (str(tmp_path / "none"),))
    found = chain(kept(tmp_path / "x.journal", journal.MAGIC + bytes(300)))
    assert isinstance(found, Unseen)
    assert found.reason is Reason.NOT_SUPPORTED


def test_a_journal_that_is_not_said_to_be_one_is_told_from_text(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_bytes(journal.MAGIC + bytes(300))
    target = Target("logg", TargetKind.LOG_SOURCE, address=str(tmp_path / "x.log"))
    with pytest.raises(CannotObserve, match='format = "journal"'):
        look(log_traceability.PROBE, target, session_for(target))


def test_only_a_journal_of_the_profile_is_verified(tmp_path: Path, whole: bytes) -> None:
    target = kept(tmp_path / "x.journal", whole)
    (file,) = session_for(target).log_files(target).files
    with pytest.raises(CannotObserve) as caught:
        session_for().verify_journal(target, file)
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED

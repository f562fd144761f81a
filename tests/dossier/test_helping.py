"""Do two processes write what one would, and does one go on where the other ends?"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from readiness.dossier.verifying import State, verify
from readiness.report import Report
from readiness.reports import helping
from readiness.reports.formats import FORMATS
from readiness.texts import LANGUAGES
from tests.dossier.conftest import Sealing
from tests.reports.sample import sample_report

NAMES = [(name, lang) for name in ("terminal", "junit", "csv", "sarif", "pdf") for lang in ("sv", "en")]


def by_whom(report: Report, name: str, lang: str) -> bytes:
    """Which process is asked, of what."""
    time.sleep(0.01)
    return f"{os.getpid()} {name} {lang} {report.profile.subject.name}".encode()


def much(report: Report, name: str, lang: str) -> bytes:
    """More than one piece, and none like the other."""
    return (f"{os.getpid()} {name} {lang}" + " " * helping.PIECE).encode()


def only_at_home(report: Report, name: str, lang: str) -> bytes:
    """What fails anywhere but in the process that asks."""
    if multiprocessing.parent_process():
        raise ValueError("not here")
    return b"at home"


def ends(report: Report, name: str, lang: str) -> bytes:
    """What ends any other process at the second name."""
    if multiprocessing.parent_process() and lang == "en":
        os._exit(3)
    return f"{name} {lang}".encode()


def slow(report: Report, name: str, lang: str) -> bytes:
    """What takes longer than anybody waits."""
    time.sleep(60)
    return b"late"


def fails(report: Report, name: str, lang: str) -> bytes:
    raise ValueError(name)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Report:
    """A report for which another process pays."""
    monkeypatch.setattr(helping, "WORTH_IT", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return sample_report()


def asked(make: helping.Make, report: Report, names: list[helping.Name] = NAMES) -> dict[helping.Name, list[bytes]]:
    """What is given for each name, in pieces, by two processes."""
    with helping.reports(make, report, names) as ask:
        assert multiprocessing.active_children()
        return {name: list(ask(*name)) for name in names}


def test_two_processes_write_what_one_writes(large: Report) -> None:
    names = [(name, lang) for name in FORMATS for lang in LANGUAGES]
    told = {name: b"".join(pieces) for name, pieces in asked(helping.whole, large, names).items()}
    assert told == {name: helping.whole(large, *name) for name in names}
    assert all(told.values())


def test_both_work_and_pdfs_are_left_to_the_other(large: Report) -> None:
    told = {name: b"".join(pieces).decode().split(" ", 3) for name, pieces in asked(by_whom, large).items()}
    assert all((name, lang) == tuple(words[1:3]) for (name, lang), words in told.items())
    assert {words[3] for words in told.values()} == {large.profile.subject.name}
    assert told["terminal", "sv"][0] == str(os.getpid())
    assert {told["pdf", lang][0] for lang in ("sv", "en")} != {str(os.getpid())}
    assert len({words[0] for words in told.values()}) == 2


def test_what_is_many_pieces_comes_whole_and_in_order(large: Report) -> None:
    for (name, lang), pieces in asked(much, large).items():
        text = b"".join(pieces).decode()
        assert text.split()[1:] == [name, lang]
        assert text.index(name) < len(text) - helping.PIECE
        assert len(pieces) == 2
        assert len(text) == len(text.strip()) + helping.PIECE


@pytest.mark.parametrize(
    ("make", "wanted"), [(only_at_home, "at home"), (ends, "{name} {lang}")], ids=["it fails", "it ends"]
)
def test_where_the_other_process_fails_this_one_writes(large: Report, make: helping.Make, wanted: str) -> None:
    told = {name: b"".join(pieces) for name, pieces in asked(make, large).items()}
    assert told == {(name, lang): wanted.format(name=name, lang=lang).encode() for name, lang in NAMES}


def test_what_fails_everywhere_is_told(large: Report) -> None:
    with helping.reports(fails, large, NAMES) as ask, pytest.raises(ValueError, match="csv"):
        b"".join(ask("csv", "sv"))


def test_nobody_is_left_behind(large: Report) -> None:
    before = set(multiprocessing.active_children())
    with helping.reports(by_whom, large, NAMES):
        (other,) = set(multiprocessing.active_children()) - before
    assert not other.is_alive()


def test_it_ends_when_nobody_is_there_to_ask(large: Report) -> None:
    processes = multiprocessing.get_context("spawn")
    here, there = processes.Pipe()
    process = processes.Process(target=helping.serve, args=(there, slow, large, NAMES), daemon=True)
    process.start()
    there.close()
    here.close()
    process.join(30)
    assert process.exitcode == 0


def test_a_small_run_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("a process was started")

    monkeypatch.setattr(helping, "_helper", never)
    report = sample_report()
    with helping.reports(by_whom, report, NAMES) as ask:
        assert b"".join(ask("csv", "sv")).startswith(str(os.getpid()).encode())


def test_a_dossier_by_two_holds_and_is_that_of_one(
    sealing: Sealing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = sealing.signer()
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    alone = sealing.sealed(f"{tmp_path.name}-alone.zip", signer)
    lines = verify(alone, [sealing.root.cert])
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(helping, "WORTH_IT", 1)
    together = sealing.sealed(f"{tmp_path.name}-together.zip", signer)
    found = verify(together, [sealing.root.cert])
    assert not [line.key for line in found if line.state is State.FAILS]
    assert [line.key for line in found] == [line.key for line in lines]
    assert manifest_of(alone) == manifest_of(together)


def manifest_of(path: Path) -> dict[str, str]:
    """The digest of each file but of signed PDFs, whose signature has a time."""
    files = json.loads(ZipFile(path).read("manifest.json"))["files"]
    found = {file["name"]: file["sha256"] for file in files if not file["name"].endswith(".pdf")}
    assert len(found) > 15
    return found


def test_reports_are_written_by_two_where_that_pays_and_by_name(large: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("asked")

    several = helping.written(large, "sv", ["json", "html", "csv"])
    assert several == {FORMATS[name].file: helping.whole(large, name, "sv") for name in ("html", "json", "csv")}
    monkeypatch.setattr(helping, "_helper", refuse)
    assert set(helping.written(large, "sv", ["html"])) == {"report.html"}, "one format is no work for two"
    with pytest.raises(ValueError, match="asked"):
        helping.written(large, "sv", ["html", "json"])

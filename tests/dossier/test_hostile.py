"""Dossiers from strangers: refused with the reason, before anything is read, run or written."""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import stat
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from readiness.dossier.archive import MOST_ENTRIES, Archive, ArchiveWriter
from readiness.dossier.contents import LONGEST_NAME
from readiness.dossier.faults import DossierError
from readiness.dossier.opening import open_dossier
from readiness.dossier.records import records_inside
from readiness.dossier.verifying import State, holds, verify

GOOD = {"certificates.pem": b"c", "record/journal.jsonl": b"{}\n", "manifest.json": b"{}", "statement.dsse.json": b"{}"}
DIGEST = "ab" * 32


def written(files=None):
    """A ZIP as a dossier is one."""
    out = io.BytesIO()
    writer = ArchiveWriter(out)
    for name, data in (files or GOOD).items():
        writer.add(name, [data])
    writer.finish()
    return out.getvalue()


def zipped(*entries, method=zipfile.ZIP_STORED, comment=b""):
    """A ZIP by the standard library: names and contents, or a ZipInfo in place of a name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.comment = comment
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def patched(data, old, new, count=1):
    """The first or all places of some bytes replaced by as many others."""
    assert old in data
    assert len(old) == len(new)
    return data.replace(old, new, count)


def named(name):
    """A dossier whose record has another name: of the same length in every place where it stands."""
    old = b"record/journal.jsonl"
    raw = name.encode()
    if len(raw) == len(old):
        return patched(written(), old, raw, -1)
    entries = {**GOOD}
    return raw_zip([(raw if key == old.decode() else key.encode(), value) for key, value in entries.items()])


def raw_zip(entries, *, flags=0, method=0, mode=0o100644, extra=b"", end=None, before=b"", between=b"", after=b""):
    """A ZIP by hand, with whatever is asked for in every entry, as ours is otherwise."""
    body, directory = before, b""
    for name, data in entries:
        sizes = (zlib.crc32(data), len(data), len(data), len(name))
        central = (
            b"PK\x01\x02",
            0x030A,
            10,
            flags,
            method,
            0,
            0x21,
            *sizes,
            len(extra),
            0,
            0,
            0,
            mode << 16,
            len(body),
        )
        directory += struct.pack("<4s6H3L5H2L", *central) + name + extra
        body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 10, flags, method, 0, 0x21, *sizes, 0) + name + data + between
    count, size, start = end or (len(entries), len(directory), len(body))
    return body + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, start, 0) + after


ENTRIES = [(name.encode(), data) for name, data in GOOD.items()]


def link():
    info = zipfile.ZipInfo("record/journal.jsonl", (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zipped((info, "/etc/passwd"))


def encrypted():
    return raw_zip(ENTRIES, flags=1)


def overlapping():
    """Two entries of the directory that share the bytes of one file, as in a bomb that is no longer than its parts."""
    name, data = b"record/journal.jsonl", b"{}\n"
    whole = raw_zip([(name, data)])
    central = whole[whole.index(b"PK\x01\x02") : whole.index(b"PK\x05\x06")]
    other = central.replace(name, b"record/run.json\0\0\0\0\0"[: len(name)])
    other = other[:28] + struct.pack("<H", len(b"record/run.json")) + other[30 : 46 + len(b"record/run.json")]
    body = whole[: whole.index(b"PK\x01\x02")]
    directory = central + other
    return body + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), len(body), 0)


def local_says_otherwise():
    """The directory says record/run.json where the file itself is introduced as something else."""
    data = raw_zip(ENTRIES)
    at = data.index(b"record/journal.jsonl")
    return data[:at] + b"record/journal.jsonL" + data[at + 20 :]


def doubled(first, second):
    return raw_zip([(first, b"1"), (second, b"2")])


def fewer_entries():
    """The end of the ZIP counts one less than the directory has."""
    data = raw_zip(ENTRIES)
    count = struct.pack("<2H", *[len(ENTRIES)] * 2)
    return data[:-14] + struct.pack("<2H", *[len(ENTRIES) - 1] * 2) + data[-14 + len(count) :]


def wrong_crc():
    data = written({**GOOD, "record/journal.jsonl": b"what was written"})
    return patched(data, b"what was written", b"what was altered")


TWO_FORMS = ("checklists/å.toml", "checklists/a\u030a.toml")
HOSTILE = {
    "parent path": (named("../../etc/cron.d/job"), "name_parent"),
    "parent in the middle": (named("record/../../../evil"), "name_parent"),
    "a dot": (named("./record/journal.json"), "name_parent"),
    "absolute": (named("/record/journal.json"), "name_absolute"),
    "drive": (named("C:/record/journal.js"), "name_drive"),
    "drive without a path": (named("c:evil"), "name_drive"),
    "backslash": (named("record\\journal.jsonl"), "name_backslash"),
    "UNC": (named("\\\\host\\share\\evil.txt"), "name_backslash"),
    "a name with a line end": (named("record/journal.json\n"), "name_unknown"),
    "a name that turns the text round": (named("record/\u202elnosj.lanruoj"), "name_unknown"),
    "a name that is too long": (named("reports/sv/" + "a" * LONGEST_NAME + ".txt"), "name_unknown"),
    "an empty name": (named(""), "name_unknown"),
    "a folder": (named("record/evidence/"), "name_evidence"),
    "a device of Windows": (named("checklists/con.toml"), "name_unknown"),
    "a program": (named("reports/sv/../run.sh"), "name_parent"),
    "evidence with a name of its own": (named("record/evidence/invoice.exe"), "name_evidence"),
    "evidence in capitals": (named(f"record/evidence/{DIGEST.upper()}"), "name_evidence"),
    "a link": (link(), "link"),
    "a program that may be run": (raw_zip(ENTRIES, mode=0o100755), "link"),
    "twice the same name": (doubled(b"record/run.json", b"record/run.json"), "double"),
    "twice but for capitals": (doubled(b"checklists/Tls.toml", b"checklists/tls.toml"), "name_unknown"),
    "twice but for normalisation": (doubled(*map(str.encode, TWO_FORMS)), "name_unknown"),
    "another order": (raw_zip([ENTRIES[1], ENTRIES[0], *ENTRIES[2:]]), "unordered"),
    "packed": (zipped(("record/journal.jsonl", b"0" * 5_000_000), method=zipfile.ZIP_DEFLATED), "packed"),
    "packed, and the ZIP says stored": (raw_zip(ENTRIES, method=8), "packed"),
    "encrypted": (encrypted(), "encrypted"),
    "overlapping": (overlapping(), "overlap"),
    "the file says otherwise than the directory": (local_says_otherwise(), "local_differs"),
    "extra fields": (raw_zip(ENTRIES, extra=b"\x01\x00\x00\x00"), "entry_more"),
    "something before": (raw_zip(ENTRIES, before=b"#!/bin/sh\nrm -rf\n"), "overlap"),
    "something between": (raw_zip(ENTRIES, between=b"hidden"), "overlap"),
    "something after": (raw_zip(ENTRIES, after=b"hidden"), "no_end"),
    "a second ZIP after": (written() + written(), "end_differs"),
    "a comment": (zipped(*GOOD.items(), comment=b"hello"), "no_end"),
    "fewer entries than there are": (fewer_entries(), "gap"),
    "more entries than fit": (raw_zip([], end=(0xFFFF, 0, 0)), "zip64"),
    "sizes of ZIP64": (raw_zip([], end=(1, 0xFFFF_FFFF, 0)), "zip64"),
    "a directory larger than its entries": (raw_zip([], end=(1, 0, 0)) , "gap"),
    "not a ZIP": (b"%PDF-1.7 " * 100, "no_end"),
    "nothing": (b"", "no_zip"),
    "cut off": (written()[:-30], "no_end"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_zip_is_refused_for_its_reason(tmp_path, data, reason):
    path = tmp_path / "hostile.zip"
    path.write_bytes(data)
    (line,) = verify(path)
    assert (line.state, line.fault and line.fault.key) == (State.FAILS, reason)
    for lang in ("sv", "en"):
        assert line.text(lang).isprintable()
    assert [entry.name for entry in tmp_path.iterdir()] == ["hostile.zip"]


def test_a_wrong_checksum_is_told():
    with pytest.raises(DossierError, match="checksum"):
        list(Archive(io.BytesIO(wrong_crc())).pieces("record/journal.jsonl"))


def test_what_is_written_is_read_and_so_by_others(tmp_path):
    archive = Archive(io.BytesIO(written()))
    assert {name: archive.read(name) for name in archive.entries} == GOOD
    with zipfile.ZipFile(io.BytesIO(written())) as other:
        assert {name: other.read(name) for name in other.namelist()} == GOOD


def test_a_name_that_no_dossier_has_is_not_written():
    with pytest.raises(DossierError, match="leads out"):
        ArchiveWriter(io.BytesIO()).add("../evil", [b""])
    with pytest.raises(ValueError, match="too late"):
        written({"record/run.json": b"", "certificates.pem": b""})


def test_every_cut_of_a_dossier_is_refused(copy):
    data = copy.read_bytes()
    for at in [*range(0, 200, 7), *range(200, len(data), len(data) // 60)]:
        with pytest.raises(DossierError):
            Archive(io.BytesIO(data[:at]))


def test_a_million_entries_are_refused_at_once_and_in_little_memory(tmp_path):
    one = raw_zip([(b"record/run.json", b"")])
    body, central = one[: one.index(b"PK\x01\x02")], one[one.index(b"PK\x01\x02") : one.index(b"PK\x05\x06")]
    million = 1_000_000
    path = tmp_path / "million.zip"
    with path.open("wb") as file:
        file.write(body)
        for _ in range(1000):
            file.write(central * (million // 1000))
        size, start = len(central) * million, len(body)
        # As ZIP64 writes it: the true count and sizes, and a locator (APPNOTE 4.3.14, 4.3.15).
        at = file.tell()
        file.write(struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, million, million, size, start))
        file.write(struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1))
        file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, size, start, 0))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    (line,) = verify(path)
    assert line.fault.key == "zip64"
    assert time.process_time() - began < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000


def test_as_many_entries_as_a_dossier_may_have_are_read_in_bounded_time():
    data = written({f"record/evidence/{number:064x}": b"" for number in range(MOST_ENTRIES)})
    began = time.process_time()
    assert len(Archive(io.BytesIO(data)).entries) == MOST_ENTRIES
    assert time.process_time() - began < 2


def test_a_dossier_inside_a_dossier_inside_a_dossier_is_not_followed_for_ever(sealing, tmp_path):
    """Each is opened where its record counts, and a dossier's own others never count."""
    inner = sealing.sealed("deep-0.zip")
    for depth in range(1, 3):
        inner = sealing.sealed(f"deep-{depth}.zip", None, inner)
    with open_dossier(inner, [sealing.root.cert]) as opened:
        assert len(records_inside(opened, "here")) == 2


def test_a_record_that_names_commands_runs_none_and_fetches_nothing(sealing, tmp_path, monkeypatch):
    """The profile in the journal says how a sending system is started; verifying and judging read that and do not."""
    marker = tmp_path / "ran"
    run = Path(shutil.copytree(sealing.run, tmp_path / "run"))
    record = run / "record"
    (record / "run.json").unlink()
    first, rest = (record / "journal.jsonl").read_text("utf-8").split("\n", 1)
    start = json.loads(first)
    start["profile"]["sending_system"][0]["start"] = {"command": ["touch", str(marker), "{persons}"]}
    (record / "journal.jsonl").write_text(f"{json.dumps(start)}\n{rest}", "utf-8")
    out = sealing.folder / "commands.zip"

    def never(*_, **__):
        raise AssertionError("a process was started")

    monkeypatch.setattr(os, "posix_spawn", never, raising=False)
    monkeypatch.setattr("subprocess.Popen.__init__", never)
    monkeypatch.setattr("socket.socket.connect", never)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    sealing.sealed("commands.zip", run=run)
    lines = verify(out, [sealing.root.cert])
    assert holds(lines), [line.text("en") for line in lines]
    assert not marker.exists()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before

"""A record: what was written comes back, what was altered is told, what was killed is kept."""

import hashlib
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.chain import Permit, PermitUsed
from readiness.errors import RecordError
from readiness.model import Evidence, Observation, Period, Reason, Strength, Table, Unseen
from readiness.record import MIGRATIONS, read_record
from readiness.record_writing import Writer
from tests.conftest import NOON

VALUES = [
    "text \u202e\x00\n", 7, True, NOON, timedelta(days=3, seconds=1), Period(NOON, NOON + timedelta(1)), (), ("a", "b"),
    Table(("c",), (("1",),)), Unseen(Reason.TIMED_OUT, "why"),
]  # fmt: skip


def observation(value, fact="f", **more):
    return Observation(
        "p", "front", fact, NOON, value, Strength.LIVE, "d", party="kommunen", environment="test", **more
    )


def written(folder, *observations, complete=True, evidence=b"bytes"):
    with Writer(folder, {"tool": [["mm-readiness", "0"]]}, NOON) as writer:
        kept = writer.keep(evidence, "application/octet-stream", "here", "")
        for row in observations:
            writer.tell(row)
        writer.finish(NOON + timedelta(1), complete=complete)
    return kept


def test_every_kind_of_value_comes_back_as_it_was(tmp_path):
    rows = tuple(observation(value, f"f{i}") for i, value in enumerate(VALUES))
    rows += (
        observation(
            ("a",), "g", undecided=(("b", Unseen(Reason.CLOSED_EARLY, "x")),), evidence=(Evidence("0", "m", "o"),)
        ),
    )
    written(tmp_path / "r", *rows)
    record = read_record(tmp_path / "r")
    assert record.observations == rows
    assert (record.started, record.ended, record.how_ended, record.notes) == (NOON, NOON + timedelta(1), "complete", ())
    assert record.start["tool"] == [["mm-readiness", "0"]]


@given(st.text(), st.integers(), st.booleans())
def test_any_text_and_number_comes_back(tmp_path_factory, text, number, flag):
    folder = tmp_path_factory.mktemp("r") / "x"
    rows = (observation(text, "a"), observation(number, "b"), observation(flag, "c"))
    written(folder, *rows)
    assert read_record(folder).observations == rows


def test_evidence_lies_under_its_digest(tmp_path):
    kept = written(tmp_path / "r", evidence=b"der")
    assert kept.sha256 == hashlib.sha256(b"der").hexdigest()
    assert (tmp_path / "r" / "evidence" / kept.sha256).read_bytes() == b"der"


def test_masked_evidence_leaves_only_its_digest(tmp_path):
    with Writer(tmp_path / "r", {}, NOON) as writer:
        kept = writer.keep(b"personal", "text/plain", "here", "not kept")
        writer.finish(NOON, complete=True)
    assert list((tmp_path / "r" / "evidence").iterdir()) == []
    assert (kept.sha256, kept.masked) == (hashlib.sha256(b"personal").hexdigest(), "not kept")


def test_the_same_run_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        written(tmp_path / name, *(observation(value, f"f{i}") for i, value in enumerate(VALUES)))
    for file in ("journal.jsonl", "run.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_run_folder_may_be_given_for_its_record(tmp_path):
    written(tmp_path / "out" / "record", observation(1))
    assert read_record(tmp_path / "out").observations == (observation(1),)


def test_a_record_is_never_written_over_another(tmp_path):
    written(tmp_path / "r", observation(1))
    with pytest.raises(FileExistsError):
        Writer(tmp_path / "r", {}, NOON)


def killed(folder, *rows, cut=0):
    with Writer(folder, {}, NOON) as writer:
        for row in rows:
            writer.tell(row)
    journal = folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[: len(journal.read_bytes()) - cut])


def test_a_killed_run_keeps_everything_up_to_its_last_whole_line(tmp_path):
    killed(tmp_path / "r", observation(1, "a"), observation(2, "b"))
    record = read_record(tmp_path / "r")
    assert [row.value for row in record.observations] == [1, 2]
    assert (record.how_ended, record.ended, record.notes) == ("interrupted", NOON, ())


def test_half_a_last_line_is_cut_off_with_a_note(tmp_path):
    killed(tmp_path / "r", observation(1, "a"), observation(2, "b"), cut=9)
    record = read_record(tmp_path / "r")
    assert [row.value for row in record.observations] == [1]
    assert "cut off" in record.notes[0]


def test_every_entry_is_on_disk_before_the_next(tmp_path):
    with Writer(tmp_path / "r", {}, NOON) as writer:
        for number in range(3):
            writer.tell(observation(number, f"f{number}"))
            assert (tmp_path / "r" / "journal.jsonl").read_text("utf-8").count("\n") == number + 2


LETTER = Permit("leverantoren", ("192.0.2.0/24",), ("scans",), NOON, NOON + timedelta(9), "Brev", "ab" * 32)
USED = PermitUsed("tls_versions", "front", "scans", NOON + timedelta(2), LETTER)


def test_the_permits_used_come_back_and_stand_in_run_json(tmp_path):
    with Writer(tmp_path / "r", {}, NOON) as writer:
        writer.tell_permit(USED)
        writer.finish(NOON + timedelta(3), complete=True)
    assert read_record(tmp_path / "r").permits_used == (USED,)
    (said,) = json.loads((tmp_path / "r" / "run.json").read_text("utf-8"))["permits_used"]
    assert (said["probe"], said["target"], said["effect"]) == ("tls_versions", "front", "scans")
    assert (said["owner"], said["document"], said["sha256"]) == ("leverantoren", "Brev", "ab" * 32)


def test_a_killed_run_tells_of_the_permits_that_it_had_used(tmp_path):
    with Writer(tmp_path / "r", {}, NOON) as writer:
        writer.tell_permit(USED)
    record = read_record(tmp_path / "r")
    assert (record.permits_used, record.ended, record.how_ended) == ((USED,), USED.at, "interrupted")


def test_a_record_says_where_the_offset_of_the_clock_is_told(tmp_path):
    written(tmp_path / "r")
    start = json.loads((tmp_path / "r" / "journal.jsonl").read_text("utf-8").splitlines()[0])
    end = json.loads((tmp_path / "r" / "run.json").read_text("utf-8"))
    assert start["clock"] == end["clock"]
    assert end["clock"] == {
        "offset": {"unseen": "not_configured", "detail": "told by the observation clock.offset"},
        "source": "",
    }


def alter_byte(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def append(path, data):
    path.write_bytes(path.read_bytes() + data)


def evidence_of(folder):
    return next((folder / "evidence").iterdir())


TAMPERING = {
    "a byte of the journal": (lambda r: alter_byte(r / "journal.jsonl"), "journal.jsonl"),
    "a line more": (lambda r: append(r / "journal.jsonl", b"{}\n"), "journal.jsonl"),
    "evidence altered": (lambda r: alter_byte(evidence_of(r)), "evidence"),
    "evidence removed": (lambda r: evidence_of(r).unlink(), "evidence"),
    "evidence added": (lambda r: (r / "evidence" / "0").write_bytes(b""), "evidence"),
    "evidence folder gone": (lambda r: [evidence_of(r).unlink(), (r / "evidence").rmdir()], "evidence"),
    "how it ended": (lambda r: rewrite(r, how_ended="well"), "run.json"),
    "another version": (lambda r: rewrite(r, format="mm-readiness-record/2"), "mm-readiness-record/1"),
    "no digest": (lambda r: rewrite(r, journal_sha256=None), "journal.jsonl"),
    "not JSON": (lambda r: (r / "run.json").write_text("{"), "run.json"),
    "another start": (lambda r: rewrite(r, started="2026-11-30T11:00:00Z"), r"run\.json: started"),
    "another clock": (lambda r: rewrite(r, clock={}), r"run\.json: clock"),
    "a permit more": (lambda r: rewrite(r, permits_used=[{}]), r"run\.json: permits_used"),
    "evidence that is a link": (lambda r: link(evidence_of(r)), "no ordinary file"),
    "half a line, and its digest": (lambda r: rewrite_journal(r, lambda data: data[:-9]), "last line was cut off"),
    "not an object": (lambda r: (r / "run.json").write_text("[]"), "run.json"),
}


def link(path):
    """The same bytes, but from elsewhere."""
    elsewhere = path.parents[1] / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def rewrite_journal(folder, change):
    """The journal changed, and run.json with it."""
    data = change((folder / "journal.jsonl").read_bytes())
    (folder / "journal.jsonl").write_bytes(data)
    rewrite(folder, journal_sha256=hashlib.sha256(data).hexdigest())


def rewrite(folder, **fields):
    run = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps(run | fields), "utf-8")


@pytest.mark.parametrize(("tamper", "named"), TAMPERING.values(), ids=TAMPERING)
def test_what_was_altered_is_refused_and_the_file_is_named(tmp_path, tamper, named):
    written(tmp_path / "r", observation(1))
    tamper(tmp_path / "r")
    with pytest.raises(RecordError, match=named):
        read_record(tmp_path / "r")


def test_a_record_of_another_format_says_which_version_reads_it(tmp_path):
    killed(tmp_path / "r", observation(1))
    journal = tmp_path / "r" / "journal.jsonl"
    start, rest = journal.read_text("utf-8").split("\n", 1)
    later = {**json.loads(start), "format": "mm-readiness-record/9", "tool": [["mm-readiness", "3.1"]]}
    journal.write_text(f"{json.dumps(later)}\n{rest}", "utf-8")
    with pytest.raises(RecordError, match=r"record/9'; this version reads mm-readiness-record/1.*mm-readiness 3\.1"):
        read_record(tmp_path / "r")


def test_an_older_format_is_read_by_way_of_its_migration(tmp_path, monkeypatch):
    killed(tmp_path / "r", observation(1))
    journal = tmp_path / "r" / "journal.jsonl"
    old = journal.read_text("utf-8").replace("mm-readiness-record/1", "mm-readiness-record/0")
    journal.write_text(old.replace('"detail"', '"remark"'), "utf-8")
    rename = {"remark": "detail"}
    migrate = lambda row: {rename.get(key, key): value for key, value in row.items()}  # noqa: E731
    monkeypatch.setitem(MIGRATIONS, "mm-readiness-record/0", migrate)
    assert read_record(tmp_path / "r").observations == (observation(1),)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b'{"entry": "observation"}',
        b'{"entry": "permit", "probe": "p"}',
        b"\xff",
        b'{"entry":"observation","at":1}',
        b'{"entry": "start"}',
    ],
)
def test_a_killed_journal_with_a_broken_line_is_refused_by_number(tmp_path, line):
    killed(tmp_path / "r", observation(1))
    append(tmp_path / "r" / "journal.jsonl", line + b"\n")
    if line == b'{"entry": "start"}':  # an entry that says nothing is passed over
        assert len(read_record(tmp_path / "r").observations) == 1
        return
    with pytest.raises(RecordError, match=r"journal\.jsonl:3"):
        read_record(tmp_path / "r")


def test_a_folder_without_a_record_says_what_to_give(tmp_path):
    with pytest.raises(RecordError, match="Give the folder that a run wrote"):
        read_record(tmp_path)


def test_an_empty_journal_is_refused(tmp_path):
    (tmp_path / "journal.jsonl").write_bytes(b"")
    with pytest.raises(RecordError):
        read_record(tmp_path)

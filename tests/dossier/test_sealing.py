"""A run becomes a dossier: everything is in it, nothing of it depends on when or where, and nothing half is left."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.dossier import privacy
from readiness.dossier.archive import Archive
from readiness.dossier.contents import DATA, MANIFEST, STATEMENT, TIME_STAMP, Entry
from readiness.dossier.envelope import pae, read_envelope
from readiness.dossier.opening import open_dossier
from readiness.dossier.privacy import numpy_or_none, place_of_number
from readiness.dossier.sealing import _unchanged, seal
from readiness.dossier.verifying import State, holds, verify
from readiness.errors import ReadinessError, UsageError
from readiness.model import Mark
from readiness.personal import in_bytes
from readiness.record import read_record
from readiness.record_writing import Writer
from readiness.reports.formats import FORMATS
from readiness.run import read_and_judge
from tests.conftest import NOON
from tests.dossier.conftest import SEALED_AT, signer_of_issued, signing
from tests.test_personal import COORDINATION, REAL

ROOT = Path(__file__).parents[2]
PARTS = st.sampled_from(
    [
        REAL.encode(),
        REAL[:6].encode(),
        REAL[6:].encode(),
        b"2002",
        b"9310",
        b"0",
        b"1",
        b"12",
        b"-",
        b"\xe2\x80\x93",
        b"\n",
        b"a",
    ]
)
KEYS = ("rsa-2048", "ec-p256", "ec-p384", "ed25519")


def contents(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def keys(lines, state):
    return {line.key for line in lines if line.state is state}


@pytest.mark.parametrize("key", KEYS)
def test_a_sealed_run_is_intact_and_its_signer_confirmed_whichever_key_signed(sealing, key):
    with open_dossier(sealing.sealed(f"{key}.zip", sealing.signer(key)), [sealing.root.cert]) as opened:
        assert opened.not_trusted == ""


def test_a_sealed_run_holds(sealing):
    lines = verify(sealing.sealed("held.zip"), [sealing.root.cert])
    assert holds(lines), [line.text("en") for line in lines]
    assert keys(lines, State.HOLDS) == {"intact", "signed_number", "confirmed", "judged_alike", "stated_alike"}


def test_a_dossier_holds_the_record_the_checklist_and_every_report_in_both_languages(sealing, dossier):
    found = contents(dossier)
    run = sealing.run / "record"
    for path in run.rglob("*"):
        assert path.is_dir() or found[f"record/{path.relative_to(run).as_posix()}"] == path.read_bytes()
    assert {name for name in found if name.startswith("checklists/")} == {
        f"checklists/{name}" for name in ("checks.toml", "risks.toml", "registers.toml", "responsibilities.toml")
    }
    reports = {f"reports/{lang}/{one.file}" for lang in ("sv", "en") for name, one in FORMATS.items() if name != "json"}
    assert {name for name in found if name.startswith("reports/")} == {DATA, *reports}
    assert found["reports/sv/report.html"] != found["reports/en/report.html"]
    assert {"others/1/journal.jsonl", "others/2.zip", TIME_STAMP} < set(found)


def test_the_statement_is_an_in_toto_test_result_that_says_what_the_report_says(sealing, dossier):
    found = contents(dossier)
    envelope = json.loads(found[STATEMENT])
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    statement = json.loads(read_envelope(found[STATEMENT]).payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    for subject in statement["subject"]:
        assert subject["digest"]["sha256"] == hashlib.sha256(found[subject["name"]]).hexdigest()
    assert {row["name"] for row in statement["subject"]} == {"record/journal.jsonl", "record/run.json", MANIFEST}
    data = json.loads(found[DATA])
    said = statement["predicate"]
    assert said["result"] == "FAILED"
    assert {row["name"]: row["digest"]["sha256"] for row in said["configuration"]} == {
        "checklist": data["checklist_digest"], "profile": data["profile_digest"]
    }  # fmt: skip
    verdicts = {}
    for finding in data["findings"]:
        verdicts.setdefault(finding["rule"], set()).add(finding["verdict"])
    musts = {rule["id"] for rule in data["rules"] if "must" in rule["risks"].values()}
    unmet = {rule for rule, found in verdicts.items() if found & {"fail", "inconclusive"}}
    assert said["failedTests"] == sorted(unmet & musts)
    assert said["warnedTests"] == sorted(unmet - musts)
    assert said["passedTests"] == sorted(rule for rule in set(verdicts) - unmet if "pass" in verdicts[rule])
    assert all((said["failedTests"], said["warnedTests"], said["passedTests"]))


def test_what_is_signed_begins_as_dsse_says():
    assert pae(b"hello world", "http://example.com/HelloWorld") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_openssl_verifies_the_signature_too(sealing, tmp_path):
    envelope = read_envelope(contents(sealing.sealed("openssl.zip", sealing.signer("rsa-2048")))[STATEMENT])
    found = contents(sealing.folder / "openssl.zip")
    (tmp_path / "certificate").write_bytes(found["certificates.pem"])
    (tmp_path / "signed").write_bytes(pae(envelope.payload))
    (tmp_path / "signature").write_bytes(envelope.signature)
    run = lambda *words: subprocess.run(["openssl", *words], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: E731
    (tmp_path / "key").write_text(run("x509", "-in", "certificate", "-pubkey", "-noout").stdout)
    said = run("dgst", "-sha256", "-verify", "key", "-signature", "signature", "signed")
    assert "Verified OK" in said.stdout


def test_two_seals_of_one_record_differ_only_in_signature_and_time(sealing):
    one, two = sealing.signer(), sealing.signer("ed25519")
    a, same, later, other = (sealing.folder / name for name in ("a.zip", "same.zip", "later.zip", "other.zip"))
    for out, signer, at in (
        (a, two, SEALED_AT),
        (same, two, SEALED_AT),
        (later, two, SEALED_AT + timedelta(days=1)),
        (other, one, SEALED_AT),
    ):
        seal(sealing.asked(), signer, out, at)
    assert a.read_bytes() == same.read_bytes()
    differ = lambda path: {name for name, data in contents(path).items() if data != contents(a)[name]}  # noqa: E731
    assert differ(later) == {STATEMENT}
    assert differ(other) == {"certificates.pem", MANIFEST, STATEMENT}


def test_the_same_record_and_checklist_give_the_same_bytes_in_any_process_zone_and_folder(sealing, tmp_path):
    said = []
    for number, (seed, zone) in enumerate([("1", "UTC"), ("77", "Asia/Kolkata")]):
        folder = tmp_path / f"run {number}"
        shutil.copytree(sealing.run, folder)
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "readiness", "judge", str(folder), "--json"]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        assert done.returncode in {10, 11}, done.stderr
        said.append(done.stdout)
    assert said[0] == said[1]
    assert len(json.loads(said[0])["findings"]) > 100


# -- What is not sealed


@pytest.fixture
def own(sealing, tmp_path):
    """The run, to be altered."""
    return Path(shutil.copytree(sealing.run, tmp_path / "own"))


def test_what_holds_a_personal_number_is_not_sealed_and_the_line_is_named(sealing, own, tmp_path):
    checklists = Path(shutil.copytree(sealing.checklists, tmp_path / "rules"))
    rules = checklists / "registers.toml"
    rules.write_text(f"# one\n# two 18{REAL}\n" + rules.read_text("utf-8"), "utf-8")
    with pytest.raises(UsageError, match=r"checklists/registers\.toml, line 2") as error:
        seal(sealing.asked(checklists=checklists), sealing.signer(), tmp_path / "out.zip", SEALED_AT, "en")
    assert REAL not in str(error.value)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ""] == []


def test_evidence_with_a_personal_number_is_found_wherever_the_pieces_break(sealing, tmp_path):
    number = f"18{REAL}".encode()
    for before in ((1 << 20) - 5, (1 << 20) - 200, 7):
        folder = tmp_path / str(before)
        with Writer(folder, read_start(sealing), NOON) as writer:
            kept = writer.keep(b"x" * before + b" " + number + b" " + b"y" * 300, "text/plain", "here", "")
            writer.finish(NOON, complete=True)
        with pytest.raises(UsageError, match=kept.sha256):
            seal(sealing.asked(run=folder), sealing.signer(), tmp_path / "out.zip", SEALED_AT, "en")
    assert not (tmp_path / "out.zip").exists()


@pytest.mark.parametrize("before", [b"", b"x", b" ", b"\n", b"\x0c\x0a", b"0", b"\x13\x0c"])
@pytest.mark.parametrize("after", [b"", b"y", b"\n", b"0", b"1\x0b"])
@pytest.mark.parametrize(
    "digits", [REAL, f"18{REAL}", f"{REAL[:6]}-{REAL[6:]}", f"18{REAL[:6]}\u2013{REAL[6:]}", COORDINATION]
)
def test_the_quick_search_finds_all_that_the_slow_one_finds(digits, before, after):
    data = before + digits.encode() + after
    assert (place_of_number(data) >= 0) == in_bytes(data)


def test_a_digest_that_names_evidence_in_a_zip_is_no_number_and_what_stands_in_der_is():
    digest = f"{'a' * 21}1{REAL}2{'f' * 31}".encode()
    assert place_of_number(b"\x00\x02" + b"record/evidence/" + digest + b"PK\x01\x02") == -1
    assert place_of_number(b"\x00\x02" + digest[20:-29] + b"PK\x01\x02") >= 0


@pytest.mark.skipif(numpy_or_none() is None, reason="numpy (the extra logs) is not installed: there is one search")
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.lists(PARTS, max_size=12).map(b"".join), st.integers(10, 40))
def test_numpy_finds_the_same_shapes_in_the_same_order_wherever_its_parts_end(data, part):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(privacy, "PART", part)
        quick = [found.span() for found in privacy.dated_by_numpy(data)]
    assert quick == [found.span() for at in range(len(data)) if (found := privacy.DATED.match(data, at))]
    assert set(quick) <= {found.span() for found in privacy.dated(data)}


@pytest.mark.skipif(numpy_or_none() is None, reason="numpy (the extra logs) is not installed: there is one search")
def test_where_there_is_much_numpy_looks(monkeypatch):
    asked = []
    monkeypatch.setattr(privacy, "WORTH_IT", 1000)
    monkeypatch.setattr(privacy, "dated_by_numpy", lambda data: asked.append(len(data)) or iter(()))
    sieve = privacy.Sieve()
    for piece in (b"a" * 600, b"b" * 601, b"c" * 7):
        assert b"".join(sieve.through([piece])) == piece
    assert asked == [601, 7]


def read_start(sealing):
    """The start of the run's journal, to begin another with."""
    start = dict(read_record(sealing.run).start)
    return {name: start[name] for name in ("profile", "profile_digest", "profile_source", "tool")}


def test_an_interrupted_run_is_sealed_and_says_so(sealing, tmp_path):
    with Writer(tmp_path / "run", read_start(sealing), NOON) as writer:
        writer.finish(NOON, complete=False)
    out = tmp_path / "out.zip"
    assert seal(sealing.asked(run=tmp_path / "run"), sealing.signer(), out, SEALED_AT).interrupted
    lines = verify(out, [sealing.root.cert])
    assert holds(lines)
    assert "interrupted" in keys(lines, State.NOTE)


def test_a_run_that_was_killed_is_sealed_without_run_json(sealing, own):
    (own / "record" / "run.json").unlink()
    out = own / "out.zip"
    assert seal(sealing.asked(run=own), sealing.signer(), out, SEALED_AT).interrupted
    assert holds(verify(out, [sealing.root.cert]))


def test_a_run_that_was_altered_is_not_sealed(sealing, own):
    evidence = next((own / "record" / "evidence").iterdir())
    evidence.write_bytes(evidence.read_bytes() + b" ")
    with pytest.raises(ReadinessError, match=evidence.name):
        seal(sealing.asked(run=own), sealing.signer(), own / "out.zip", SEALED_AT)


@pytest.mark.parametrize(
    "name", ["record/journal.jsonl", f"record/evidence/{'ab' * 32}", f"others/1/evidence/{'ab' * 32}"]
)
def test_what_was_changed_between_judging_and_sealing_is_not_sealed(sealing, name):
    record = read_record(sealing.run)
    good = {"record/journal.jsonl": record.id}.get(name, "ab" * 32)
    _unchanged([Entry(name, 1, good)], record, "en")
    with pytest.raises(UsageError, match=name):
        _unchanged([Entry(name, 1, "0" * 64)], record, "en")


def test_a_certificate_that_is_not_the_keys_is_refused(sealing):
    one, other = sealing.signer(), sealing.signer()
    mixed = type(one)(other.certificates, one.sign)
    with pytest.raises(UsageError, match="does not fit the certificate"):
        seal(sealing.asked(), mixed, sealing.folder / "never.zip", SEALED_AT, "en")
    assert not (sealing.folder / "never.zip").exists()


# -- Others' dossiers


def test_a_vendors_dossier_is_judged_beside_the_own_run_shown_apart_and_at_strength_file(sealing, dossier):
    vendors = sealing.folder / "vendor.zip"
    report = read_and_judge([sealing.run, vendors], sealing.checklists)
    own, theirs = report.records
    assert (own.sealed, own.own, theirs.own) == (None, True, False)
    assert "Exempelby" in theirs.sealed.by
    assert (theirs.sealed.at, theirs.sealed.confirmed, theirs.sealed.time_stamped) == (SEALED_AT, False, False)
    lent = [o for o in report.observations if o.record == theirs.id]
    assert {str(o.strength) for o in lent} <= {"file", "document", "word"}
    assert any(grade.mark is Mark.FAIL for grade in report.grades)


def test_with_an_anchor_a_report_says_that_the_signer_is_confirmed(sealing, dossier):
    anchors = [sealing.root.cert]
    (own,) = read_and_judge([dossier], sealing.checklists, anchors=anchors).records
    assert (own.sealed.confirmed, own.sealed.time_stamped) == (True, True)
    (own,) = read_and_judge([dossier], sealing.checklists).records
    assert (own.sealed.confirmed, own.sealed.time_stamped, own.sealed.at) == (False, False, SEALED_AT)


def test_a_dossier_that_the_profile_names_is_sealed_along_and_holds(sealing, dossier, tmp_path):
    vendors = sealing.folder / "vendor.zip"
    start = read_start(sealing)
    parties = [row["id"] for row in start["profile"]["party"]]
    party = next(id_ for id_ in parties if id_ != start["profile"]["subject"]["party"])
    named = [{"path": str(vendors), "party": party, "covers": ["node"]}]
    with Writer(tmp_path / "run", {**start, "profile": {**start["profile"], "record": named}}, NOON) as writer:
        writer.finish(NOON, complete=True)
    out = tmp_path / "out.zip"
    report = seal(sealing.asked(run=tmp_path / "run"), sealing.signer(), out, SEALED_AT)
    assert [used.own for used in report.records] == [True, False]
    assert contents(out)["others/1.zip"] == vendors.read_bytes()
    assert holds(verify(out, [sealing.root.cert]))


def test_an_altered_dossier_is_not_judged(sealing, copy):
    data = bytearray(copy.read_bytes())
    data[len(data) // 2] ^= 1
    copy.write_bytes(data)
    with pytest.raises(ReadinessError, match=r"(was altered|the checksum)"):
        read_and_judge([sealing.run, copy], sealing.checklists)


# -- Killed

KILLED = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from readiness.dossier.sealing import Asked, seal
from readiness.dossier.signature import signer_of_files
run, checklists, key, out = map(Path, sys.argv[1:])
signer = signer_of_files(key, None, lambda _: None, "en")
print("ready", flush=True)
for second in range(1000):
    seal(Asked(run, (), checklists), signer, out, datetime(2026, 11, 30, 13, second % 60, tzinfo=UTC))
    print(second, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a thing of POSIX")
def test_whoever_is_killed_while_sealing_leaves_the_old_file_or_the_new_one(sealing, tmp_path):
    issued = signing(sealing.root)
    key = issued.pem(tmp_path, "signer")
    out = tmp_path / "out.zip"
    seal(sealing.asked(), signer_of_issued(issued), out, SEALED_AT)
    command = [sys.executable, "-c", KILLED, *map(str, (sealing.run, sealing.checklists, key, out))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    seen = set()
    for moment in range(14):  # later and later, until one fell into the writing: a busy machine begins late
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        process.stdout.readline()
        time.sleep(0.02 * moment**2)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        with out.open("rb") as file:
            seen.add(Archive(file).read(STATEMENT))
        with open_dossier(out, [sealing.root.cert]) as opened:
            assert not opened.not_trusted
        left = [path.name for path in tmp_path.iterdir() if path not in {out, key}]
        if left and moment > 4:
            break
    assert all(name.startswith(".out.zip-") for name in left)
    assert left, "never killed while it wrote"

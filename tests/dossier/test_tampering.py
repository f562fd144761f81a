"""Whatever is changed in a dossier is told, and the file is named: every class of file, every kind of change."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest

from readiness import __version__
from readiness.dossier.archive import Archive, ArchiveWriter
from readiness.dossier.contents import (
    DATA,
    MANIFEST,
    STATEMENT,
    TIME_STAMP,
    Entry,
    Manifest,
    json_bytes,
    manifest_bytes,
    order,
)
from readiness.dossier.envelope import Envelope, envelope_bytes, pae, read_envelope
from readiness.dossier.opening import open_dossier
from readiness.dossier.signature import fingerprint
from readiness.dossier.statement import OURS, read_statement
from readiness.dossier.verifying import State, holds, verify
from tests.dossier.conftest import SEALED_AT, signer_of_issued, signing
from tests.stands.pki import authority

CLASSES = {
    "the journal": r"record/journal\.jsonl",
    "the end of the run": r"record/run\.json",
    "evidence": r"record/evidence/.*",
    "another's journal": r"others/1/journal\.jsonl",
    "another's end": r"others/1/run\.json",
    "another's evidence": r"others/1/evidence/.*",
    "another's dossier": r"others/2\.zip",
    "the checklist": r"checklists/.*",
    "the data": r"reports/data\.json",
    "a Swedish report": r"reports/sv/.*",
    "an English report": r"reports/en/.*",
    "the certificates": r"certificates\.pem",
    "the manifest": r"manifest\.json",
    "the statement": r"statement\.dsse\.json",
    "the time-stamp": r"timestamp\.tsr",
}


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


CHANGES = {
    "its first byte": lambda data: flipped(data, 0),
    "a byte in the middle": lambda data: flipped(data, len(data) // 2),
    "its last byte": lambda data: flipped(data, len(data) - 1),
    "a byte less": lambda data: data[:-1],
    "a byte more": lambda data: data + b" ",
    "a byte more before": lambda data: b" " + data,
    "everything gone": lambda data: b"",
    "the file gone": lambda data: None,
}


@pytest.fixture(scope="module")
def files(dossier):
    """The dossier's files by name."""
    with dossier.open("rb") as file:
        archive = Archive(file)
        return {name: b"".join(archive.pieces(name)) for name in archive.entries}


def zipped(files):
    """A ZIP as a dossier is one, whatever is in it."""
    out = io.BytesIO()
    writer = ArchiveWriter(out)
    for name in sorted(files, key=order):
        writer.add(name, [files[name]])
    writer.finish()
    return out.getvalue()


@pytest.fixture
def told(sealing, tmp_path):
    """What verify says of a dossier of these files (or these bytes), with the anchor that vouches for the signer."""

    def verified(files, anchors=(sealing.root.cert,)):
        path = tmp_path / "tampered.zip"
        path.write_bytes(files if isinstance(files, bytes) else zipped(files))
        return verify(path, list(anchors))

    return verified


def one_of(files, kind):
    return next(name for name in files if re.fullmatch(CLASSES[kind], name))


def test_untouched_it_holds(told, files):
    lines = told(files)
    assert holds(lines), [line.text("en") for line in lines]
    assert {"intact", "confirmed", "stamp_confirmed", "judged_alike", "stated_alike"} <= {line.key for line in lines}
    notes = {line.key for line in lines if line.state is State.NOTE}
    assert {"other_unsealed", "other_confirmed", "reports_compared"} <= notes


def test_every_file_is_of_a_class_that_is_tampered_with(files):
    matched = {name: [kind for kind, pattern in CLASSES.items() if re.fullmatch(pattern, name)] for name in files}
    kinds = [kind for found in matched.values() for kind in found]
    assert [name for name, found in matched.items() if len(found) != 1] == []
    assert set(kinds) == set(CLASSES)


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_told_and_named(told, files, kind, change):
    name = one_of(files, kind)
    changed = CHANGES[change](files[name])
    rest = {other: data for other, data in files.items() if other != name}
    (line,) = told(rest if changed is None else {**rest, name: changed})
    assert line.key == "not_intact"
    assert name in line.text("sv")
    assert name in line.text("en")


@pytest.mark.parametrize("name", [MANIFEST, STATEMENT, TIME_STAMP, "certificates.pem"])
def test_any_byte_that_is_changed_in_what_vouches_for_the_rest_is_told(told, files, name):
    """Two at a time beside each other would say no more: each byte is in one digest, signature or compared form."""
    for at in range(0, len(files[name]), max(1, len(files[name]) // 25)):
        assert not holds(told({**files, name: flipped(files[name], at)})), at


MORE = {
    "evidence": f"record/evidence/{'0' * 64}",
    "another's evidence": f"others/1/evidence/{'0' * 64}",
    "another's journal": "others/4/journal.jsonl",
    "another's end": "others/4/run.json",
    "another's dossier": "others/3.zip",
    "the checklist": "checklists/own.toml",
    "the data": "reports/sv/data.json",
    "a Swedish report": "reports/sv/extra.html",
    "an English report": "reports/en/extra.html",
}
"""A second file of a class. Of the others there is one at most, and a second has no name."""


@pytest.mark.parametrize("kind", MORE)
def test_a_file_more_is_told_and_named(told, files, kind):
    (line,) = told({**files, MORE[kind]: files[one_of(files, kind)]})
    assert (line.fault.key, line.fault.values["name"]) == ("extra", MORE[kind])


# -- Swapped, reordered, packed otherwise


def swapped(files, one, other):
    return {**files, one: files[other], other: files[one]}


WHERE = ("others/1", "record")
SWAPS = {
    "two pieces of evidence": lambda names: [
        next(n for n in names if n.startswith(f"{where}/evidence/")) for where in WHERE
    ],
    "two files of rules": lambda names: ["checklists/registers.toml", "checklists/responsibilities.toml"],
    "the languages": lambda names: ["reports/en/report.html", "reports/sv/report.html"],
    "the journals": lambda names: ["others/1/journal.jsonl", "record/journal.jsonl"],
}


@pytest.mark.parametrize("swap", SWAPS)
def test_two_files_that_changed_places_are_told(told, files, swap):
    one, other = SWAPS[swap](files)
    (line,) = told(swapped(files, one, other))
    assert line.fault.key == "altered"
    assert line.fault.values["name"] in {one, other}


def rezipped(files, names, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr, info.create_system, info.create_version = 0o100644 << 16, 3, 10
            info.extract_version, info.compress_type = 10, method
            archive.writestr(info, files[name])
    return out.getvalue()


def test_zipped_again_in_another_order_packed_or_with_times_it_is_told(told, files):
    names = sorted(files, key=order)
    assert told(rezipped(files, reversed(names)))[0].fault.key == "unordered"
    assert told(rezipped(files, names, zipfile.ZIP_DEFLATED))[0].fault.key == "packed"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, files[name])
    assert told(out.getvalue())[0].fault.key in {"link", "entry_differs"}


# -- The signed statement, the manifest and the signature


def statement_of(files):
    return json.loads(read_envelope(files[STATEMENT]).payload)


def with_payload(files, change):
    """The statement changed, under the signature as it was."""
    envelope, statement = read_envelope(files[STATEMENT]), statement_of(files)
    change(statement)
    return {**files, STATEMENT: envelope_bytes(Envelope(json_bytes(statement), envelope.key, envelope.signature))}


STATEMENT_FIELDS = {
    "the type": lambda s: s.update(_type="https://in-toto.io/Statement/v0.1"),
    "the predicate's type": lambda s: s.update(predicateType="https://slsa.dev/provenance/v1"),
    "a subject": lambda s: s["subject"][0]["digest"].update(sha256="0" * 64),
    "a subject less": lambda s: s["subject"].pop(),
    "the result": lambda s: s["predicate"].update(result="PASSED"),
    "a failed rule": lambda s: s["predicate"]["failedTests"].pop(),
    "a passed rule": lambda s: s["predicate"]["passedTests"].append("MM-TLS-99"),
    "the configuration": lambda s: s["predicate"]["configuration"].pop(),
    "when it was sealed": lambda s: s["predicate"][OURS].update(sealedAt="2020-01-01T00:00:00Z"),
    "when it was judged": lambda s: s["predicate"][OURS].update(judgedAt="2020-01-01T00:00:00Z"),
    "the version": lambda s: s["predicate"][OURS].update(version="0.0"),
}


@pytest.mark.parametrize("field", STATEMENT_FIELDS)
def test_a_changed_field_of_the_statement_is_told(told, files, field):
    (line,) = told(with_payload(files, STATEMENT_FIELDS[field]))
    assert (line.fault.key, line.fault.values["name"]) == ("signature", STATEMENT)


ENVELOPE_CHANGES = {
    "white space": lambda data: data.replace(b'{\n "payload"', b'{ \n"payload"'),
    "a field more": lambda data: data.replace(b'{\n "payload"', b'{\n "note": 1,\n "payload"'),
    "the payload's type": lambda data: data.replace(b"vnd.in-toto+json", b"vnd.in-toto+jsom"),
    "the key's id": lambda data: re.sub(rb'"keyid": "..', b'"keyid": "00', data),
    "a second signature": lambda data: re.sub(rb"(\{\s+\"keyid\".*?\})", rb"\1, \1", data, flags=re.DOTALL),
    "twice the payload": lambda data: data.replace(b'{\n "payload"', b'{\n "payload": "e30=",\n "payload"'),
    "no signature": lambda data: re.sub(rb'"sig": "[^"]*"', b'"sig": ""', data),
}


@pytest.mark.parametrize("change", ENVELOPE_CHANGES)
def test_an_envelope_written_in_any_other_way_is_told(told, files, change):
    changed = ENVELOPE_CHANGES[change](files[STATEMENT])
    assert changed != files[STATEMENT]
    (line,) = told({**files, STATEMENT: changed})
    assert line.fault.key in {"not_understood", "other_key", "signature"}


MANIFEST_CHANGES = {
    "a size": lambda m: m["files"][3].update(size=1),
    "a digest": lambda m: m["files"][3].update(sha256="0" * 64),
    "a name": lambda m: m["files"][3].update(name="checklists/other.toml"),
    "an entry less": lambda m: m["files"].pop(),
    "an entry twice": lambda m: m["files"].append(m["files"][-1]),
    "another order": lambda m: m["files"].reverse(),
    "no time-stamp": lambda m: m.update(time_stamped=False),
    "another format": lambda m: m.update(format="mm-readiness-dossier/9"),
    "a field more": lambda m: m.update(note="x"),
}


@pytest.mark.parametrize("change", MANIFEST_CHANGES)
def test_a_changed_manifest_is_told_also_where_its_file_is_changed_with_it(told, files, change):
    manifest = json.loads(files[MANIFEST])
    MANIFEST_CHANGES[change](manifest)
    (line,) = told({**files, MANIFEST: json_bytes(manifest)})
    assert (line.fault.key, line.fault.values["name"]) == ("altered", MANIFEST)


@pytest.mark.parametrize("change", MANIFEST_CHANGES)
def test_a_manifest_that_its_own_signer_got_wrong_is_told(sealing, told, files, change):
    manifest = json.loads(files[MANIFEST])
    MANIFEST_CHANGES[change](manifest)
    lines = told(resigned(files, sealing.signer(), manifest=json_bytes(manifest)))
    assert not holds(lines)


def resigned(files, signer, change=lambda statement: None, *, manifest=None, stamp=None):
    """The files, signed by somebody, with a manifest that fits them and a statement changed before it was signed."""
    pem = b"".join(one.public_bytes(pem_encoding()) for one in signer.certificates)
    kept = {n: d for n, d in files.items() if n not in {MANIFEST, STATEMENT, TIME_STAMP}} | {"certificates.pem": pem}
    entries = tuple(Entry(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in kept.items())
    written = manifest or manifest_bytes(Manifest(entries, stamp is not None))
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in {**kept, MANIFEST: written}.items()}
    statement = statement_of(files)
    statement["subject"] = [
        {"name": row["name"], "digest": {"sha256": digests.get(row["name"], "0")}} for row in statement["subject"]
    ]
    change(statement)
    payload = json_bytes(statement)
    envelope = Envelope(payload, fingerprint(signer.certificate), signer.sign(pae(payload)))
    stamped = {TIME_STAMP: stamp} if stamp else {}
    return {**kept, MANIFEST: written, STATEMENT: envelope_bytes(envelope), **stamped}


def pem_encoding():
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.PEM


def states(lines):
    return {line.key: line.state for line in lines}


def test_signed_again_by_somebody_whom_no_anchor_vouches_for_it_is_intact_and_not_confirmed(told, files):
    stranger = signer_of_issued(signing(authority("Rot")))
    found = states(told(resigned(files, stranger)))
    assert (found["intact"], found["not_confirmed"]) == (State.HOLDS, State.FAILS)


def test_the_signature_of_another_key_is_told(sealing, told, files):
    envelope = read_envelope(files[STATEMENT])
    other = sealing.signer()
    forged = Envelope(envelope.payload, envelope.key, other.sign(pae(envelope.payload)))
    (line,) = told({**files, STATEMENT: envelope_bytes(forged)})
    assert line.fault.key == "signature"
    named = Envelope(envelope.payload, fingerprint(other.certificate), other.sign(pae(envelope.payload)))
    (line,) = told({**files, STATEMENT: envelope_bytes(named)})
    assert line.fault.key == "other_key"


def test_a_statement_signed_as_bare_bytes_is_told(sealing, told, files):
    """DSSE signs the encoding, so that a signature made for something else is none here."""
    signer = sealing.signer()
    again = resigned(files, signer)
    envelope = read_envelope(again[STATEMENT])
    bare = Envelope(envelope.payload, envelope.key, signer.sign(envelope.payload))
    (line,) = told({**again, STATEMENT: envelope_bytes(bare)})
    assert line.fault.key == "signature"


# -- The time-stamp


def test_the_time_stamp_of_another_dossier_is_told(sealing, tsa, told, files):
    other = sealing.sealed("other-stamp.zip", None, time_stamping=tsa.url)
    with zipfile.ZipFile(other) as archive:
        (line,) = told({**files, TIME_STAMP: archive.read(TIME_STAMP)})
    assert line.fault.key == "time_stamp_of_another"


def test_a_time_stamp_by_an_authority_that_no_anchor_vouches_for_is_a_note(told, files):
    found = states(told(files, anchors=[authority("Annan").cert]))
    assert found["stamp_not_confirmed"] is State.NOTE
    assert "stamp_confirmed" not in found


# -- What the signer says falsely


def one_pass_more(data):
    return data.replace(b'"verdict": "inconclusive"', b'"verdict": "pass"', 1)


def replaced(old, new):
    return lambda data: data.replace(old, new, 1)


def predicate_with(**fields):
    return lambda statement: statement["predicate"].update(fields)


def ours_with(**fields):
    return lambda statement: statement["predicate"][OURS].update(fields)


def another_profile(statement):
    statement["predicate"]["configuration"][1]["digest"]["sha256"] = "0"


HTML, TEXT, RULES = "reports/sv/report.html", "reports/en/report.txt", "checklists/responsibilities.toml"
LIES = {
    "a verdict in the data": ({DATA: one_pass_more}, None, "judged_otherwise"),
    "the exit code": ({DATA: replaced(b'"exit_code": 1', b'"exit_code": 0')}, None, "judged_otherwise"),
    "a report for people": ({HTML: replaced(b"</main>", b"<p>!</p></main>")}, None, "report_differs"),
    "a report with more at its end": ({HTML: lambda data: data + b"\n"}, None, "report_differs"),
    "data with more at its end": ({DATA: lambda data: data + b"\n"}, None, "judged_otherwise"),
    "a report on the terminal": ({TEXT: replaced(b"Risk", b"risk")}, None, "report_differs"),
    "a checklist": ({RULES: lambda data: data + b"\n# ours\n"}, None, "judged_otherwise"),
    "the result": ({}, predicate_with(result="PASSED"), "stated_otherwise"),
    "the rules that failed": ({}, predicate_with(failedTests=[]), "stated_otherwise"),
    "the digest of the profile": ({}, another_profile, "stated_otherwise"),
    "the time of judging": ({}, ours_with(judgedAt="2027-11-30T12:00:00Z"), "judged_otherwise"),
    "what is seen alone": ({}, ours_with(part="seen"), "judged_otherwise"),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_the_signer_says_falsely_is_told_by_judging_again(sealing, told, files, lie):
    changes, change, key = LIES[lie]
    lied = {name: changes[name](data) if name in changes else data for name, data in files.items()}
    assert not changes or lied != files
    lines = told(resigned(lied, sealing.signer(), change or (lambda s: None)))
    assert states(lines)["intact"] is State.HOLDS
    assert states(lines)[key] is State.FAILS


def test_a_record_that_was_altered_before_it_was_sealed_by_hand_is_told(sealing, told, files):
    journal = files["record/journal.jsonl"].replace(b'"strength": "file"', b'"strength": "live"', 1)
    assert journal != files["record/journal.jsonl"]
    lines = told(resigned({**files, "record/journal.jsonl": journal}, sealing.signer()))
    assert states(lines)["not_intact" if "not_intact" in states(lines) else "not_read"] is State.FAILS
    assert "journal.jsonl" in lines[-1].text("en")


def test_a_dossier_of_another_version_is_compared_by_its_findings(sealing, told, files):
    def older(statement):
        statement["predicate"][OURS]["version"] = "0.0.1"

    written = files[DATA].replace(b'"schema":', b'"later": 1,\n "schema":')
    found = states(told(resigned({**files, DATA: written}, sealing.signer(), older)))
    assert found["judged_alike_but_written"] is State.HOLDS
    assert found["reports_not_compared"] is State.NOTE
    assert found["stated_alike"] is State.HOLDS
    found = states(told(resigned({**files, DATA: one_pass_more(files[DATA])}, sealing.signer(), older)))
    assert found["judged_otherwise"] is State.FAILS


# -- By whom, and when


def test_without_an_anchor_it_is_intact_and_nobody_knows_by_whom(told, files):
    lines = told(files, anchors=())
    assert not holds(lines)
    assert [line.key for line in lines if line.state is State.FAILS] == ["no_anchor"]
    assert "org.nr 412000-0007" in next(line.text("sv") for line in lines if line.key == "signed_number")


def why_not(path, anchors, at=None):
    """What is in the way of trusting the signer."""
    with open_dossier(path, anchors, at) as opened:
        return opened.not_trusted


def test_the_certificate_is_asked_about_at_the_time_of_the_stamp_else_the_signers_own_else_the_one_given(
    sealing, tmp_path
):
    """It was valid for a month around the day that the signer states."""
    month = timedelta(days=15)
    signer = sealing.signer(not_before=SEALED_AT - month, not_after=SEALED_AT + month)
    out = sealing.sealed("month.zip", signer)
    anchors = [sealing.root.cert]
    assert why_not(out, anchors) == ""
    assert states(verify(out, anchors))["own_word"] is State.NOTE
    for at in (SEALED_AT - 2 * month, SEALED_AT + 2 * month):
        assert why_not(out, anchors, at) != ""
    assert states(verify(out, anchors, SEALED_AT + 2 * month))["not_confirmed"] is State.FAILS


def test_a_time_stamp_counts_before_the_signers_own_word(sealing, tsa):
    """The stamp's time is this machine's, years after the only month in which the certificate was valid."""
    long_ago = SEALED_AT.replace(year=2021)
    signer = sealing.signer(not_before=long_ago, not_after=long_ago + timedelta(days=30))

    def backdated(statement):
        statement["predicate"][OURS]["sealedAt"] = long_ago.isoformat().replace("+00:00", "Z")

    out = sealing.sealed("stamped.zip", signer, time_stamping=tsa.url)
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert "valid" in why_not(out, [sealing.root.cert])
    unstamped = sealing.folder / "unstamped.zip"
    unstamped.write_bytes(zipped(resigned(files, signer, backdated)))
    assert why_not(unstamped, [sealing.root.cert]) == ""


@pytest.mark.parametrize("usage", [("key_encipherment",), ("key_agreement",)])
def test_a_certificate_that_is_not_for_signatures_is_not_confirmed(sealing, usage):
    out = sealing.sealed(f"{usage[0]}.zip", sealing.signer(key_usage=usage))
    assert "not for signatures" in why_not(out, [sealing.root.cert])


def test_a_checklist_of_ones_own_judges_beside_the_one_inside(sealing, dossier, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "own.toml").write_bytes((sealing.checklists / "responsibilities.toml").read_bytes())
    lines = verify(dossier, [sealing.root.cert], checklists=own)
    assert holds(lines)
    (line,) = (line for line in lines if line.key == "own_otherwise")
    assert line.values["other"]
    same = verify(dossier, [sealing.root.cert], checklists=sealing.checklists)
    assert states(same)["own_alike"] is State.NOTE


def test_the_statement_that_was_signed_can_be_read_by_name(files):
    statement = read_statement(read_envelope(files[STATEMENT]).payload)
    assert (statement.sealed_at, statement.version) == (SEALED_AT, __version__)

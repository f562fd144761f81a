"""One probe at the files of a log, without a profile: what is printed, as text and as JSON, and what is refused."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import probes
from readiness.cli import main
from readiness.contract.persons import test_persons
from readiness.one_off_targets import READERS
from readiness.profile.targets import LOG_ENCODINGS, LOG_FORMATS
from tests.demo.write_letters import LETTERS
from tests.probes.test_log_personal_data import STRANGER

PERSON, TOKEN = test_persons()[0].number, "7f3kQz81LmNo55pqRsTuVwXy"
CASE = "6b1f9c0e-70a8-4f5b-9a53-1d7f4f0c2a10"
LINES = (
    f"2026-11-30 12:00:00 arende a.B created case={CASE}\n"
    f"2026-11-30 12:00:01 arende a.B sent {PERSON} Authorization: Bearer {TOKEN}\n"
    f"2026-11-30 12:00:02 arende a.B personnummer={STRANGER}\n"
)


def probe(name: str, target: object, *more: str) -> Result:
    return CliRunner().invoke(main, ["probe", name, str(target), *more], catch_exceptions=False)


def facts(result: Result) -> dict[str, object]:
    return {row["fact"].partition(".")[2]: row["value"] for row in json.loads(result.stdout)["observations"]}


def reasons(seen: dict[str, object]) -> set[str]:
    return {value["unseen"] for value in seen.values() if isinstance(value, dict) and "unseen" in value}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text(LINES, encoding="utf-8")
    return path


def test_a_bare_log_is_searched_for_personal_data_and_what_is_found_is_counted_not_shown(log: Path) -> None:
    result = probe("log_personal_data", log, "--json")
    seen = facts(result)
    counted = [seen[name] for name in ("lines_read", "canary_persons", "number_patterns", "bearer_tokens")]
    assert counted == [3, 1, 1, 1]
    assert result.exit_code == 11
    assert reasons(seen) == {"not_exercised"}, "a test person in base64 may be there or not: nothing was sent to one"
    shown = result.stdout + probe("log_personal_data", log, "--lang", "en").stdout
    assert PERSON in shown, "a test person is nobody, and shown"
    assert not any(secret in shown for secret in (STRANGER, STRANGER[2:], TOKEN))


def test_its_tables_are_printed_row_by_row_and_no_header_without_rows(log: Path) -> None:
    lines = probe("log_personal_data", log, "--lang", "en").stdout.splitlines()
    assert any(line.strip() == f"app.log | 2 | test_person | plain | {PERSON}" for line in lines)
    assert not any("reason | detail" in line for line in lines), "no file was left unread"


def test_a_pattern_names_all_files_of_a_set_packed_or_not(log: Path) -> None:
    (log.parent / "app.log.1.gz").write_bytes(gzip.compress(LINES.encode()))
    seen = facts(probe("log_personal_data", f"{log}*", "--json"))
    assert (seen["files_read"], seen["lines_read"], seen["bearer_tokens"]) == (2, 6, 2)


def test_a_listed_id_is_followed_through_a_bare_log_in_the_zone_that_is_given(log: Path) -> None:
    given = ("--trace-id", CASE, "--trace-id", "never-there", "--time-zone", "Europe/Stockholm")
    seen = facts(probe("log_traceability", log, "--json", *given))
    assert (seen["messages"], seen["messages_missing"], seen["time_zone"]) == (2, 1, "declared")
    assert seen["messages_seen"]["table"]["rows"][0][:3] == [CASE, "1", "2026-11-30T11:00:00.000+00:00"]  # type: ignore[index]
    assert facts(probe("log_traceability", log, "--json"))["time_zone"] == "none"


def test_the_custody_of_a_bare_log_is_looked_at(log: Path) -> None:
    seen = facts(probe("log_custody", log, "--json"))
    assert (seen["files"], seen["hash_chain"]) == (1, "none")


def test_a_log_of_a_format_that_is_not_read_is_unseen(log: Path) -> None:
    log.write_bytes(b"PK\x03\x04archive")
    result = probe("log_personal_data", log, "--json")
    seen = facts(result)
    assert (seen["files_named"], seen["files_read"], result.exit_code) == (1, 0, 11)
    assert reasons(seen) == {"not_supported"}


def test_a_pdf_is_looked_at_with_the_anchors_of_its_signatures(tmp_path: Path) -> None:
    decision, anchor = LETTERS / "beslut.pdf", LETTERS / "underskrift-ca.pem"
    result = probe("sent_document", decision, "--json", "--anchor", str(anchor))
    seen = facts(result)
    assert [seen[name] for name in ("tagged", "signatures", "signatures_not_trusted")] == [True, 1, 0]
    assert (reasons(seen), result.exit_code) == ({"not_configured"}, 11)
    refused = probe("sent_document", tmp_path / "gone.pdf")
    assert refused.exit_code == 2
    assert "a PDF file" in refused.output


@pytest.mark.parametrize(
    ("target", "more", "cure"),
    [
        ("", (), "/*.log"),
        ("gone.log", (), "a pattern in quotes"),
        ("*.txt", (), "a pattern in quotes"),
        ("no/folder/app.log", (), "a pattern in quotes"),
        ("app.log", ("--time-zone", "Mars/"), "Europe/Stockholm"),
        ("app.log", ("--trace-id", "x y"), "without spaces"),
        ("app.log", ("--trace-id", f"{STRANGER} x"), "without spaces"),
        ("app.log", ("--hash-field", "<>"), "letters"),
        ("app.log", ("--format", "xml"), "json-lines"),
    ],
)
def test_what_is_no_log_is_refused_with_a_cure(log: Path, target: str, more: tuple[str, ...], cure: str) -> None:
    result = probe("log_personal_data", log.parent / target, *more)
    assert result.exit_code == 2
    assert cure in result.stderr
    assert STRANGER not in result.stderr
    assert not result.stdout


def test_formats_and_encodings_are_those_of_a_profile() -> None:
    choices = {one.name: getattr(one.type, "choices", ()) for one in main.commands["probe"].params}
    assert set(choices["format"]) == set(LOG_FORMATS.values())
    assert tuple(choices["encoding"]) == LOG_ENCODINGS


def test_the_help_says_of_every_probe_that_needs_no_profile_what_it_looks_at() -> None:
    told = set(re.findall(r"\w+", main.commands["probe"].help or ""))
    single = {
        probe.id for probe in probes.discover() if probe.kind in READERS and not probe.id.startswith(("tls_", "log_"))
    }
    assert {"server_certificate", "revocation"} <= single
    assert single <= told

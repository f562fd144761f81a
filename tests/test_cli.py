"""The command line as a person and a script meet it: exit codes, messages, files, pipes, interruption."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from readiness import __version__
from readiness.cli import main
from readiness.demo import conducting
from readiness.demo.soap_service import SoapService
from readiness.errors import UsageError
from readiness.options import SOAP
from readiness.profile.targets import CONTRACTS
from tests.stands.pki import authority, leaf
from tests.stands.soap_server import soap_server

ROOT = Path(__file__).parents[1]


def mm(*arguments, **more):
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False, **more)


@pytest.fixture(scope="module")
def conforming(tmp_path_factory):
    """One conforming demo run, for the commands that read records."""
    out = tmp_path_factory.mktemp("demo") / "out"
    return out, mm("demo", "--conforming", "--brief", "--out", out)


def program(*arguments, cwd, **more):
    """The program in a process of its own, from another folder than the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-W", "error", "-m", "readiness", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **more,
    )


def test_the_brief_conforming_demo_ends_with_11_and_writes_its_files(conforming):
    out, result = conforming
    assert result.exit_code == 11
    assert {"report.html", "data.json", "record", "chain"} <= {path.name for path in out.iterdir()}
    assert "Åtgärda först" in result.stdout
    assert "report.html" in result.stderr


def test_the_demo_without_options_shows_defects_and_ends_with_10(tmp_path):
    result = mm("demo", "--out", tmp_path / "out", "--lang", "en")
    assert result.exit_code == 10
    assert "built-in defects" in result.stderr
    assert "not met" in result.stdout


def test_judging_again_gives_the_same_bytes_and_exit_code(conforming):
    out, _ = conforming
    first, second = (mm("judge", out, "--json") for _ in range(2))
    assert first.stdout == second.stdout == (out / "data.json").read_text("utf-8")
    assert first.exit_code == 11


def test_a_summary_for_the_public_names_no_address_and_ends_as_the_full_report_does(conforming, tmp_path):
    out, _ = conforming
    told = mm(
        "report", out, "--audience", "public", "--format", "html", "--format", "json", "--out", tmp_path / "public"
    )
    assert told.exit_code == 11
    full = json.loads((out / "data.json").read_text("utf-8"))
    page, data = ((tmp_path / "public" / name).read_text("utf-8") for name in ("report.html", "data.json"))
    summary = json.loads(data)
    assert (summary["audience"], summary["grades"]) == ("public", full["grades"])
    secret = {target["address"] for target in full["targets"]} | {node["product"] for node in full["profile"]["nodes"]}
    secret |= {party["name"] for party in full["profile"]["parties"]} | {"127.0.0.1", str(out)}
    secret -= {"", full["profile"]["subject"]["name"]}
    assert len(secret) > 20
    assert [text for text in secret if text in page or text in data] == []


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_a_format_never_changes_an_exit_code(conforming, tmp_path, lang):
    out, _ = conforming
    for format_ in ("html", "json", "terminal"):
        assert mm("report", out, "--format", format_, "--out", "-", "--lang", lang).exit_code == 11
        assert mm("report", out, "--format", format_, "--out", tmp_path / format_, "--lang", lang).exit_code == 11


def test_the_seen_part_can_be_judged_alone(conforming):
    out, _ = conforming
    report = json.loads(mm("judge", out, "--part", "seen", "--json").stdout)
    assert report["part"] == "seen"
    assert {grade["stated"] for grade in report["grades"]} == {None}


def test_the_time_of_judging_is_an_argument(conforming):
    out, _ = conforming
    report = json.loads(mm("judge", out, "--at", "2030-01-01", "--json").stdout)
    assert report["judged_at"] == "2030-01-01T00:00:00Z"
    assert mm("judge", out, "--at", "2030-01-01").exit_code == 10  # by then the certificates have expired


@pytest.mark.parametrize(
    ("arguments", "full"),
    [
        ([], False),
        (["--full"], True),
        (["--conforming"], True),
        (["--conforming", "--brief"], False),
        (["--conforming", "--full"], True),
    ],
)
def test_only_the_conforming_example_goes_through_every_scenario_unasked(tmp_path, monkeypatch, arguments, full):
    def performed(_, *, full):
        raise UsageError(f"full: {full}")

    monkeypatch.setattr(conducting, "performed", performed)
    assert f"full: {full}" in mm("demo", *arguments, "--out", tmp_path / "o").stderr


def test_nothing_is_written_over_without_force(conforming):
    out, _ = conforming
    before = (out / "data.json").read_bytes()
    again = mm("demo", "--conforming", "--brief", "--out", out)
    assert again.exit_code == 2
    assert "--force" in again.stderr
    reported = mm("report", out, "--out", out)
    assert reported.exit_code == 2
    assert (out / "data.json").read_bytes() == before


def test_force_writes_over_a_run_and_over_nothing_else(tmp_path):
    assert mm("demo", "--conforming", "--brief", "--out", tmp_path / "o").exit_code == 11
    assert mm("demo", "--conforming", "--brief", "--out", tmp_path / "o", "--force").exit_code == 11
    (tmp_path / "o" / "record" / "mine.txt").write_text("mine", "utf-8")
    refused = mm("demo", "--conforming", "--brief", "--out", tmp_path / "o", "--force")
    assert refused.exit_code == 2
    assert (tmp_path / "o" / "record" / "mine.txt").read_text("utf-8") == "mine"


def test_init_writes_a_profile_that_loads_and_never_over_another(tmp_path):
    for lang in ("sv", "en"):
        path = tmp_path / f"{lang}.toml"
        assert mm("init", path, "--lang", lang).exit_code == 0
        assert mm("init", path, "--lang", lang).exit_code == 2
        assert mm("init", "-", "--lang", lang).stdout == path.read_text("utf-8")
        found = mm("observe", path, "--out", tmp_path / f"out-{lang}", "--deadline", "0.2")
        assert found.exit_code == 0, found.stderr


def test_a_wrong_profile_is_told_with_file_line_key_and_cure_and_leaves_no_folder(tmp_path):
    path = tmp_path / "kedja.toml"
    path.write_text(mm("init", "-").stdout.replace('environment = "test"', 'environment = "prov"'), "utf-8")
    result = mm("run", path, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "kedja.toml:" in result.stderr
    assert "environment" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nowhere.toml"),
        ("exercise", "nowhere.toml"),
        ("judge", "nowhere"),
        ("judge",),
        ("nonsense",),
        ("demo", "--defect", "tls-1.O"),
        ("demo", "--conforming", "--defect", "tls-1.0"),
        ("probe", "server_certificat", "127.0.0.1:1"),
        ("probe", "server_certificate", "127.0.0.1"),
        ("probe", "public_page", "http://www.exempelby.example/"),
        ("probe", "public_page", "www.exempelby.example"),
        ("probe", "name_service", "www.exempelby.example"),
        ("probe", "name_service", "www.exempelby.example@ns1.exempelby.example"),
        ("probe", "statements", "x"),
        ("probe", "tls_versions", "127.0.0.1:1"),
        ("probe", "soap_faults", "127.0.0.1:1", "--soap", "message"),
        ("probe", "soap_contract", "127.0.0.1:1", "--soap", "Message"),
        ("probe", "soap_contract", "127.0.0.1:1", "--path", "Message/v3"),
        ("probe", "soap_contract", "127.0.0.1:1", "--wsdl-path", "https://elsewhere.example/"),
        ("explain", "MM-NOPE-01"),
        ("judge", ".", "--at", "yesterday"),
        ("judge", ".", "--checklists", "nowhere"),
        ("report", ".", "--out", "-"),
    ],
    ids=" ".join,
)
def test_what_a_user_did_wrong_is_2_with_a_cure_and_no_traceback(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = mm(*arguments)
    assert result.exit_code == 2
    assert len(result.stderr) > 20
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_and_version_answer(tmp_path):
    assert __version__ in mm("--version").stdout
    for command in main.commands:
        result = mm(command, "--help")
        assert result.exit_code == 0
        assert result.stdout.startswith("Usage:")


def test_listings_speak_both_languages():
    for command in (
        ("rules",),
        ("risks",),
        ("facts",),
        ("explain", "MM-TLS-01"),
        ("explain", "M6"),
        ("explain", "mm-log-01"),
        ("demo", "--list-defects"),
    ):
        swedish, english = (mm(*command, "--lang", lang) for lang in ("sv", "en"))
        assert swedish.exit_code == english.exit_code == 0
        assert len(swedish.stdout) > 100
        assert command == ("facts",) or swedish.stdout != english.stdout


def test_one_probe_at_one_file_prints_its_observations(conforming):
    out, _ = conforming
    certificate = next((out / "chain").rglob("klient.pem"))
    anchors = [str(path) for path in (out / "chain").rglob("*.pem") if "rot" in path.stem or "root" in path.stem]
    result = mm(
        "probe", "client_certificate", certificate, "--json", *[part for a in anchors for part in ("--anchor", a)]
    )
    content = json.loads(result.stdout)
    assert content["probe"] == "client_certificate"
    assert {row["fact"] for row in content["observations"]} > {"certificate.not_after", "certificate.key_type"}
    assert result.exit_code == 11  # no key was given, and no other certificate to compare with


def test_one_probe_needs_leave_for_more_than_reading():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    refused = mm("probe", "tls_versions", f"127.0.0.1:{port}")
    assert "--i-may" in refused.stderr
    allowed = mm("probe", "tls_versions", f"127.0.0.1:{port}", "--i-may", "me, today", "--json")
    assert allowed.exit_code == 11
    content = json.loads(allowed.stdout)
    assert content["allowed_by"] == "me, today"
    assert {row["value"]["unseen"] for row in content["observations"]} == {"connection_refused"}


@pytest.fixture(scope="module")
def soap(tmp_path_factory):
    """The example förmedlare's service, with a WSDL from which an operation is missing."""
    service = SoapService.of("Message", "/Message/v3", frozenset({"wsdl-lacks-operation"}))
    with soap_server(service.answer, leaf(authority("Rot"), ["localhost"]), tmp_path_factory.mktemp("soap")) as stand:
        yield stand


def facts(result):
    return {row["fact"]: row["value"] for row in json.loads(result.stdout)["observations"]}


def test_one_probe_compares_a_served_wsdl_with_the_contract_that_is_named(soap):
    where = ("--path", "/Message/v3", "--wsdl-path", "/Message/v3?wsdl")
    result = mm("probe", "soap_contract", soap.address, "--soap", "message", *where, "--json")
    seen = facts(result)
    assert (seen["soap.wsdl"], result.exit_code) == ("served", 0)
    assert len(seen["soap.operations_missing"]["set"]) == 1
    assert facts(mm("probe", "soap_contract", soap.address, *where, "--json"))["soap.operations_missing"] == {
        "unseen": "not_configured",
        "detail": "no published contract is named for target",
    }


def test_one_probe_asks_for_a_wsdl_where_it_is_told_to(soap):
    for given, asked in (((), "/?wsdl"), (("--path", "/a"), "/a?wsdl"), (("--path", "/a", "--wsdl-path", "/b"), "/b")):
        mm("probe", "soap_contract", soap.address, *given)
        assert soap.asked[-1].target == asked


def test_one_probe_sends_odd_requests_only_with_leave(soap):
    before = len(soap.asked)
    where = ("--soap", "message", "--path", "/Message/v3")
    assert "--i-may" in mm("probe", "soap_faults", soap.address, *where).stderr
    assert len(soap.asked) == before
    result = mm("probe", "soap_faults", soap.address, *where, "--i-may", "the supplier, today", "--json")
    seen = facts(result)
    assert seen["soap_faults.malformed"] == "fault"
    assert seen["soap_faults.requests_sent"] == len(soap.asked) - before > 8
    assert json.loads(result.stdout)["allowed_by"] == "the supplier, today"


def test_the_services_on_the_command_line_are_those_of_a_profile():
    command = SOAP(lambda: None)
    (named,) = [option for option in command.__click_params__ if option.name == "soap"]
    assert tuple(named.type.choices) == CONTRACTS


def test_a_pipe_gets_the_report_and_nothing_else(tmp_path):
    with program("demo", "--json", "--out", tmp_path / "o", cwd=tmp_path) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 10
    assert json.loads(out)["exit_code"] == 10
    assert "\x1b" not in out + err
    assert "\r" not in err


def test_a_reader_that_goes_away_gets_no_traceback(tmp_path):
    with program("rules", cwd=tmp_path) as process:
        process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read()
        process.wait(timeout=30)
    assert "Traceback" not in error


def test_a_terminal_that_knows_only_ascii_gets_a_report_all_the_same(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "readiness", "risks"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=30, check=False)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 22


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as SIGINT")
def test_ctrl_c_keeps_what_was_observed(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = tmp_path / "kedja.toml"
        text = mm("init", "-").stdout
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        lines = [f'address = "{address}"' if line.startswith("address =") else line for line in text.splitlines()]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        with program("run", path, "--out", tmp_path / "out", "--deadline", "60", cwd=tmp_path) as process:
            journal = tmp_path / "out" / "record" / "journal.jsonl"
            give_up = time.monotonic() + 30
            while time.monotonic() < give_up and not (journal.exists() and b"observation" in journal.read_bytes()):
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in error
    kept = json.loads((tmp_path / "out" / "data.json").read_text("utf-8"))
    reasons = {o["value"].get("unseen") for o in kept["observations"] if isinstance(o["value"], dict)}
    assert "interrupted" in reasons
    assert kept["records"][0]["how_ended"] == "interrupted"
    assert mm("judge", tmp_path / "out").exit_code in {10, 11}


def test_a_stage_with_a_profile_judges_when_it_ends(conforming, tmp_path):
    profile = conforming[0] / "chain" / "kedja.toml"  # its servers are down by now
    result = mm("stage", "--minutes", "0.02", "--profile", profile, "--out", tmp_path / "out", "--lang", "en")
    assert result.exit_code == 11
    assert "https://localhost:" in result.stderr
    assert json.loads((tmp_path / "out" / "data.json").read_text("utf-8"))["exit_code"] == 11


def test_a_stage_without_a_profile_records_and_is_not_judged(tmp_path):
    assert mm("stage", "--minutes", "0.02", "--out", tmp_path / "out").exit_code == 0
    judged = mm("judge", tmp_path / "out")
    assert judged.exit_code == 2
    assert "--profile" in judged.stderr

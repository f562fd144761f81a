"""mm-readiness exercise, and a stage with scenarios, as a person and a script meet them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from readiness.cli import main
from readiness.contract.persons import test_persons
from readiness.record import read_record
from readiness.texts import say
from tests.exercise.rig import HEADER, SENDER
from tests.exercise.web_stand import answers, web
from tests.profiles import SOUND
from tests.stage.standing import CLIENT_PEM, deliver_secure, eventually

ROOT = Path(__file__).parents[2]
SYSTEM = """
[[sending_system]]
id = "avsandare"
node = "arende"
product = "Exempel"
version = "5.2"
start_seconds = 8
quiet_seconds = 1
recovery_seconds = 10

[sending_system.start]
START

[sending_system.account]
ACCOUNT
delimiter = ";"
columns = { person = "mottagare", message = "id", outcome = "utfall", channel = "kanal", told = "larm" }

[stage]
first_port = PORT
"""
PORTS = 64
ANSWERS = 'responsible = { riktighet = "P", konfidentialitet = "P", tillganglighet = "P", sparbarhet = "P" }\n'


def free_ports():
    """The first of so many ports in a row that nobody listens on."""
    for first in range(21000 + os.getpid() % 500 * 64, 60000, PORTS):
        try:
            for port in range(first, first + PORTS):
                with socket.create_server(("127.0.0.1", port)):
                    pass
        except OSError:
            continue
        return first
    raise AssertionError("no ports")


class Kommun:
    """A profile, a sender and its account in a folder; runs write beside them."""

    def __init__(self, folder, start=None, account=None, **sender):
        self.folder = folder
        self.account = folder / "konto.csv"
        self.port = free_ports()
        command = [sys.executable, str(SENDER), str(folder / "sender.json"), "{persons}"]
        text = SYSTEM.replace("START", start or f"command = {json.dumps(command)}")
        text = text.replace("ACCOUNT", account or 'file = "konto.csv"').replace("PORT", str(self.port))
        self.profile = folder / "kedja.toml"
        sound = SOUND
        for party in ("kommunen", "leverantoren"):  # nothing else is to be violated
            sound = sound.replace(f'\nparty = "{party}"\n', f'\nparty = "{party}"\n{ANSWERS.replace("P", party)}')
        sound = sound.replace(ANSWERS.replace("P", "kommunen"), "", 1)  # the first is the subject's
        self.profile.write_text(sound + text, "utf-8")
        self.account.write_text(HEADER, "utf-8")
        (folder / "client.pem").write_bytes(CLIENT_PEM)
        (folder / "delivery.xml").write_bytes(deliver_secure("RECIPIENT"))
        self.sender = {
            "far": f"https://localhost:{self.port}/Recipient/v3",
            "client": str(folder / "client.pem"),
            "delivery": str(folder / "delivery.xml"),
            "account": str(self.account),
            "timeout": 1.0,
            "attempts": 3,
            "pause": 0.1,
            **sender,
        }

    def arguments(self, out, *more):
        (self.folder / "sender.json").write_text(
            json.dumps({**self.sender, "authority": str(self.folder / out / "stage-ca.pem")}), "utf-8"
        )
        return ["exercise", str(self.profile), "--out", str(self.folder / out), "--lang", "en", *more]

    def exercise(self, out, *more):
        return CliRunner().invoke(main, self.arguments(out, *more), catch_exceptions=False)

    def told(self, out):
        return {one.scenario: one for one in read_record(self.folder / out).performances}


@pytest.fixture(scope="module")
def kommun(tmp_path_factory):
    """One whole exercise of four scenarios."""
    made = Kommun(tmp_path_factory.mktemp("kommun"))
    result = made.exercise("run", "--scenarios", "silent, http-500,tls-expired,refuse", "--allow-command")
    return made, result


def test_an_exercise_observes_judges_and_writes_the_reports(kommun):
    made, result = kommun
    assert result.exit_code in {10, 11}, result.output
    assert {"report.html", "data.json", "record", "stage-ca.pem", "persons"} <= {
        path.name for path in (made.folder / "run").iterdir()
    }
    report = json.loads((made.folder / "run" / "data.json").read_text("utf-8"))
    assert report["records"][0]["how_ended"] == "complete"
    scenarios = {target["id"] for target in report["targets"] if target["kind"] == "scenario"}
    assert scenarios == {
        f"scenario-{id_}" for id_ in ("silent", "sane", "http-500", "tls-expired", "tls-sane", "refuse")
    }


def test_what_was_performed_stands_in_the_record(kommun):
    made, _ = kommun
    told = made.told("run")
    assert {id_: one.unseen for id_, one in told.items()} == dict.fromkeys(told, "")
    assert {id_: one.account[-1].outcome for id_, one in told.items()} == {
        "silent": "unknown",
        "sane": "delivered",
        "http-500": "failed",
        "tls-sane": "delivered",
        "tls-expired": "failed",
        "refuse": "failed",
    }


def test_it_says_what_it_runs_where_the_stage_stands_and_how_long_the_system_waits(kommun):
    made, result = kommun
    assert f"Runs: ['{sys.executable}'" in result.stderr
    assert f"https://localhost:{made.port}/Recipient/v3" in result.stderr
    assert "waits 1.0 s" in result.stderr
    assert "scenarios met" not in result.stderr, "progress is for a terminal"
    assert "\r" not in result.stderr


def test_the_stage_has_its_ports_in_a_row_with_far_first(kommun):
    made, _ = kommun
    addresses = {one.listener: one.address for one in read_record(made.folder / "run").connections}
    assert addresses["far"].endswith(f":{made.port}")
    assert all(made.port <= int(address.rpartition(":")[2]) < made.port + PORTS for address in addresses.values())


def test_no_person_outside_the_test_series_and_no_key_is_left_behind(kommun):
    made, _ = kommun
    (table,) = (made.folder / "run" / "persons").glob("persons-r2.csv")
    persons = {row.split(",")[0] for row in table.read_text("utf-8").splitlines()[1:]}
    assert persons <= {person.number for person in test_persons()}
    files = [path for path in (made.folder / "run").rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path for path in files if b"PRIVATE KEY" in path.read_bytes()]


def test_an_exercise_goes_on_with_what_is_left_and_is_judged_with_what_there_is(kommun):
    made, _ = kommun
    result = made.exercise(
        "more", "--scenarios", "silent,http-500,http-404", "--resume", str(made.folder / "run"), "--allow-command"
    )
    assert result.exit_code in {10, 11}, result.output
    more, first = made.told("more"), made.told("run")
    assert set(more) == {"sane", "http-404"}
    assert not set(more["http-404"].persons) & {person for one in first.values() for person in one.persons}
    assert more["http-404"].waited_ns == first["silent"].waited_ns
    report = json.loads((made.folder / "more" / "data.json").read_text("utf-8"))
    assert len(report["records"]) == 2
    ids = [target["id"] for target in report["targets"]]
    records = [read_record(made.folder / name) for name in ("more", "run")]
    recorded = [one.id for record in records for one in (*record.exchanges, *record.connections, *record.performances)]
    assert len(recorded) == len(set(recorded)) > 20, "no two recorded things share an id"
    assert {"scenario-silent", "scenario-http-404"} <= set(ids)


def test_nothing_left_to_perform_is_told(kommun):
    made, _ = kommun
    result = made.exercise("none", "--scenarios", "silent", "--resume", str(made.folder / "run"), "--allow-command")
    assert result.exit_code == 2
    assert "mm-readiness judge" in result.stderr
    assert not (made.folder / "none").exists()


def test_the_account_is_read_again_later_and_judged_with_the_first(kommun):
    made, _ = kommun
    rows = made.account.read_text("utf-8").splitlines()
    person = made.told("run")["silent"].persons[0]
    later = [row.replace("unknown", "delivered") if person in row else row for row in rows]
    before = made.account.read_text("utf-8")
    made.account.write_text("\n".join(later) + "\n", "utf-8")
    try:
        result = made.exercise("later", "--collect", str(made.folder / "run"))
    finally:
        made.account.write_text(before, "utf-8")
    assert result.exit_code in {10, 11}, result.output
    collected, first = made.told("later"), made.told("run")
    assert [row.outcome for row in collected["silent"].account] == ["unknown", "delivered"]
    assert collected["http-500"] == first["http-500"]
    assert read_record(made.folder / "later").exchanges == ()
    report = json.loads((made.folder / "later" / "data.json").read_text("utf-8"))
    assert len(report["records"]) == 2


# -- The plan, and what is wrong


def test_a_plan_needs_no_network_no_leave_and_no_folder(tmp_path):
    made = Kommun(tmp_path)
    result = made.exercise("out", "--plan", "--budget", "30")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1].split()[0] == "r1"
    assert lines[1].endswith("silent")
    assert "rounds" in result.stdout
    assert "Within 30 minutes" in result.stdout
    assert "Runs: [" in result.stdout
    assert not (tmp_path / "out").exists()
    assert say("sv", "exercise.plan_head") in CliRunner().invoke(main, ["exercise", str(made.profile), "--plan"]).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--allow-command"),
        (("--scenarios", "http-500,nope", "--allow-command"), "nope"),
        (("--resume", "nowhere"), "nowhere"),
        (("--collect", "nowhere"), "nowhere"),
        (("--budget", "0"), "--budget"),
        (("--allow-command", "--contract", "nowhere"), "nowhere"),
    ],
)
def test_what_a_user_did_wrong_is_2_with_a_cure_and_leaves_no_folder(arguments, said, tmp_path):
    result = Kommun(tmp_path).exercise("out", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[sending_system.start]", "[sending_system.x]", "sending_system.x"),
        ("[sending_system.start]\n", "", "avsandare"),
        ("first_port", 'certificate = "a.pem"\nkey = "b.pem"\nfirst_port', "a.pem"),
        ("first_port", 'client_issuers = ["a.pem"]\nfirst_port', "a.pem"),
        ("[stage]", '[trust]\nanchors = ["a.pem"]\n[stage]', "a.pem"),
    ],
)
def test_a_profile_that_lacks_something_is_told_before_anything_starts(old, new, said, tmp_path):
    made = Kommun(tmp_path)
    text = made.profile.read_text("utf-8").replace(old, new, 1)
    if "start" in old and not new:
        text = "\n".join(line for line in text.splitlines() if not line.startswith("command ="))
    made.profile.write_text(text, "utf-8")
    result = made.exercise("out", "--allow-command")
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_person_without_a_terminal_is_not_waited_for(tmp_path):
    result = Kommun(tmp_path, "person = true").exercise("out")
    assert result.exit_code == 2
    assert "terminal" in result.stderr


def test_an_account_that_is_wrong_is_told_with_file_line_and_column(tmp_path):
    made = Kommun(tmp_path)
    made.account.write_text(HEADER + "199001012388;1;sent;;\n", "utf-8")
    result = made.exercise("out", "--scenarios", "http-500", "--allow-command")
    assert result.exit_code == 2
    assert "konto.csv:2: " in result.stderr


def test_a_system_that_never_starts_leaves_everything_unexercised_and_ends_with_11(tmp_path):
    made = Kommun(tmp_path, f"command = {json.dumps([sys.executable, '-c', 'raise SystemExit(1)', '{persons}'])}")
    result = made.exercise("out", "--allow-command")
    assert result.exit_code == 11, result.output
    told = made.told("out")
    assert len(told) > 70
    assert {one.unseen.partition(":")[0] for one in told.values()} == {"not_exercised"}


# -- Other ways to start and to account


def test_an_order_by_http_and_an_account_by_http(tmp_path):
    rows = json.dumps([])
    with web(answers(200, rows.encode())) as stand:
        account = f'url = "{stand.url}/konto"\nformat = "json"'
        made = Kommun(tmp_path, f'url = "{stand.url}/skicka"', account)
        text = made.profile.read_text("utf-8").replace('delimiter = ";"\n', "")
        made.profile.write_text(text.replace("start_seconds = 8", "start_seconds = 1"), "utf-8")
        result = made.exercise("out", "--scenarios", "http-500")
    assert result.exit_code == 11, result.output
    assert [(method, path) for method, path, _ in stand.asked[:2]] == [("GET", "/konto"), ("POST", "/skicka")]
    assert json.loads(stand.asked[1][2])["persons"][0]["scenario"] == "sane"
    assert made.told("out")["http-500"].unseen.startswith("not_exercised")


def test_an_account_by_command(tmp_path):
    code = f"print(open({str(tmp_path / 'konto.csv')!r}, encoding='utf-8').read())"
    made = Kommun(tmp_path, account=f"command = {json.dumps([sys.executable, '-c', code])}")
    result = made.exercise("out", "--scenarios", "http-404", "--allow-command")
    assert result.exit_code in {10, 11}, result.output
    assert made.told("out")["http-404"].account[-1].outcome == "failed"


LINE = r"^(?P<person>\d{12});(?P<message>\w+);(?P<outcome>\w+)"


def out_of_a_log(folder, source):
    """What the sender writes, taken for a log: an account by patterns."""
    made = Kommun(folder, account=f"log = \"logg\"\npatterns = ['{LINE}']")
    text = made.profile.read_text("utf-8").replace('delimiter = ";"\n', "")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("columns ="))
    made.profile.write_text(f'{text}\n[[log_source]]\nid = "logg"\nnode = "arende"\n{source}\n', "utf-8")
    return made


def test_an_account_out_of_a_log(tmp_path):
    made = out_of_a_log(tmp_path, 'path = "konto.csv*"')
    result = made.exercise("out", "--scenarios", "http-404", "--allow-command")
    assert result.exit_code in {10, 11}, result.output
    told = made.told("out")["http-404"]
    assert (told.account[-1].outcome, told.unnamed) == ("failed", ())


def test_a_log_that_lies_in_a_platform_is_no_account(tmp_path):
    query = 'platform = "loki"\naddress = "http://127.0.0.1:3100"\nselector = \'{app="x"}\''
    result = out_of_a_log(tmp_path, f"[log_source.query]\n{query}").exercise("out", "--allow-command")
    assert (result.exit_code, "logg has no path" in result.stderr) == (2, True), result.output
    assert not (tmp_path / "out").exists()


def test_an_engine_that_is_missing_is_told_before_anything_starts(tmp_path, monkeypatch):
    made = out_of_a_log(tmp_path, 'path = "konto.csv"')
    monkeypatch.setitem(sys.modules, "re2", None)
    result = made.exercise("out", "--scenarios", "http-404", "--allow-command")
    assert (result.exit_code, "google-re2" in result.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


# -- Ctrl-C, and a stage by hand


def program(*arguments, cwd):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-W", "error", "-m", "readiness", *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as SIGINT")
def test_ctrl_c_keeps_what_was_performed_and_judges_it(tmp_path):
    made = Kommun(tmp_path)
    arguments = made.arguments("out", "--scenarios", "http-500,refuse,far-down", "--allow-command")
    with program(*arguments, cwd=tmp_path) as process:
        journal = tmp_path / "out" / "record" / "journal.jsonl"
        try:
            eventually(lambda: journal.exists() and b'"performance"' in journal.read_bytes(), 60)
        finally:
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "Traceback" not in error
    told = made.told("out")
    assert told["http-500"].unseen == ""
    assert told["far-down"].unseen.startswith("interrupted")
    assert read_record(tmp_path / "out").how_ended == "interrupted"
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_stage_by_hand_shows_who_meets_which_scenario(tmp_path):
    out = tmp_path / "out"
    result = CliRunner().invoke(
        main, ["stage", "--minutes", "0.02", "--scenarios", "refuse,far-minor", "--out", str(out), "--lang", "en"]
    )
    assert result.exit_code == 0
    rows = [line.split() for line in result.stderr.splitlines() if line.endswith(("refuse", "far-minor"))]
    assert {row[1] for row in rows} == {"refuse", "far-minor"}
    wrong = CliRunner().invoke(main, ["stage", "--scenarios", "nope", "--out", str(tmp_path / "b")])
    assert wrong.exit_code == 2
    assert "nope" in wrong.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as SIGINT")
def test_a_scenario_served_by_hand_is_met(tmp_path):
    made = Kommun(tmp_path)
    arguments = ["stage", "--minutes", "1", "--port", f"far={made.port}", "--scenarios", "http-500", "--out", "run"]
    with program(*arguments, cwd=tmp_path) as process:
        eventually((tmp_path / "run" / "stage-ca.pem").exists, 30)
        time.sleep(0.5)
        made.arguments("run")
        lines = []
        while not lines or not lines[-1].endswith("http-500\n"):
            lines.append(process.stderr.readline())
        table = tmp_path / "t.csv"
        table.write_text(f"person,scenario\n{lines[-1].split()[0]},http-500\n", "utf-8")
        subprocess.run([sys.executable, SENDER, tmp_path / "sender.json", table], check=True, timeout=60)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert "failed" in made.account.read_text("utf-8")
    met = {a.scenario for one in read_record(tmp_path / "run").exchanges for a in one.attributions}
    assert "http-500" in met


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal of POSIX")
def test_a_person_at_a_terminal_is_shown_whom_to_send_to_and_what_has_been_met(tmp_path):
    import pty

    made = Kommun(tmp_path, "person = true")
    arguments = made.arguments("out", "--scenarios", "http-404")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"}
    command = [sys.executable, "-m", "readiness", *arguments]
    shown, sent = "", 0
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL
    ) as process:
        os.close(theirs)
        while process.poll() is None and len(shown) < 1_000_000:
            try:
                shown += os.read(ours, 65536).decode("utf-8", "replace")
            except OSError:  # how Linux says that nobody holds the other end
                break
            asked = re.findall(r"Order (\w+): send.*?\r\n((?:  \d{12}  [\w-]+.*?\r\n)+)", shown, re.DOTALL)
            for order, rows in asked[sent:]:
                table = tmp_path / f"{order}.csv"
                table.write_text("person\n" + "\n".join(re.findall(r"\d{12}", rows)) + "\n", "utf-8")
                subprocess.run([sys.executable, SENDER, tmp_path / "sender.json", table], check=True, timeout=60)
                os.write(ours, b"\n")
                sent += 1
        process.wait(60)
    os.close(ours)
    assert sent == 3, "a control, the round, and a control"
    assert "2 of 2 scenarios met: " in shown
    assert made.told("out")["http-404"].account[-1].outcome == "failed"

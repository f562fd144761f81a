"""Does the example's sending system send as it should, account for everything, keep quiet about people, and end?"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from readiness import personal
from readiness.chain import AccountSource
from readiness.contract.persons import test_persons
from readiness.demo import exercise
from readiness.demo.chain import planned, started
from readiness.demo.conducting import EIGHT, account_source, performed
from readiness.demo.exercise import WAYS, DemoExercise
from readiness.demo.letter_defects import DEFECTS as OF_LETTERS
from readiness.demo.plan import SENDING
from readiness.demo.sending import letter_quirks, old_hello
from readiness.demo.sending.letter import TEXTS
from readiness.demo.sending.orders import drop, open_orders, put_away, read_order, tell_to_end, told_to_end
from readiness.demo.sending_defects import DEFECTS as OF_SENDING
from readiness.exercise.account import Reading
from readiness.exercise.links import Links, message_ids
from readiness.exercise.log_account import read_log
from readiness.model import TargetKind
from readiness.profile import load_profile
from readiness.record import Record
from readiness.reports.data import data_report
from readiness.reports.html import html_report
from readiness.run import Looking, judge_records, observe_profile, shipped_or, utc_now
from readiness.stage.scenario import load_scenarios

NUMBERS = {person.number for person in test_persons()}
ROLES = list(SENDING)


@dataclass(frozen=True)
class Ran:
    """A finished exercise."""

    folder: Path
    record: Record
    exercise: DemoExercise

    @property
    def sending(self) -> Path:
        return self.folder / "chain" / "sandning"

    def log(self, role: str) -> list[dict[str, str]]:
        lines = (self.sending / f"{role}.log").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def account(self) -> list[dict[str, str]]:
        return list(json.loads(self.exercise.exercised.account.read_text(encoding="utf-8")))


BESIDE = {TargetKind.CHAIN, TargetKind.CERTIFICATE, TargetKind.MESSAGE_TYPE, TargetKind.SENDING_SYSTEM}


def look(path: Path, folder: Path, acting: DemoExercise) -> Record:
    """A run that looks at what was recorded, and not at the chain's own servers."""
    profile = load_profile(path)
    profile = replace(profile, targets=tuple(target for target in profile.targets if target.kind in BESIDE))
    return observe_profile(profile, path.read_text(encoding="utf-8"), folder / "record", Looking(), acting)


def run(folder: Path, **more: object) -> Ran:
    """A finished exercise of the chain without a defect."""
    plan = planned()
    with started(plan, folder / "chain", utc_now()) as path:
        acting = DemoExercise(plan, folder / "chain", **more)  # type: ignore[arg-type]
        return Ran(folder, look(path, folder, acting), acting)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run(tmp_path_factory.mktemp("exercise"))


def test_every_process_ends_by_itself_and_prints_nothing(ran: Ran) -> None:
    assert ran.exercise.exercised.exits == dict.fromkeys(ROLES, 0)
    assert not list(ran.sending.glob("*.out"))
    assert not list(ran.sending.glob("*.port"))
    assert not list(ran.sending.glob("*.part"))
    assert not (ran.sending / "spool.bin").exists()


def test_every_letter_is_in_the_account_once(ran: Ran) -> None:
    rows = ran.account()
    assert [row["outcome"] for row in rows] == ["delivered"] * 6 + ["paper"] * 4
    assert [row["channel"] for row in rows] == ["digital"] * 6 + ["paper"] * 4
    assert len({row["message_id"] for row in rows}) == len(rows) == len(WAYS) + 1


def test_one_look_up_is_followed_by_a_delivery_to_each_who_can_be_reached(ran: Ran) -> None:
    operations = [exchange.operation for exchange in ran.record.exchanges]
    assert operations == ["isReachable"] + ["deliverSecure"] * 6
    assert {exchange.status for exchange in ran.record.exchanges} == {200}
    assert {exchange.original for exchange in ran.record.exchanges} == {"spooled"}
    operators = {exchange.listener for exchange in ran.record.exchanges} - {"far"}
    assert len(operators) == 2
    assert {connection.listener for connection in ran.record.connections} == {"far", *operators}
    assert all(connection.closed_by == "peer" for connection in ran.record.connections)


def test_what_is_recorded_is_looked_at(ran: Ran) -> None:
    told = {(o.target, o.fact): o.value for o in ran.record.observations}
    assert told["exchange-e1", "lookup.recipients"] == len(WAYS) + 1
    assert {told[f"exchange-e{n}", "signature.signer"] for n in range(2, 8)} == {"sender"}
    assert {told[f"exchange-e{n}", "seal.signer"] for n in range(2, 8)} == {"mediator"}
    assert {told[f"connection-c{n}", "tls_client.leaf"] for n in (1, 2, 3)} == {"declared"}


def test_each_log_line_says_when_with_zone_how_grave_what_and_about_which_message(ran: Ran) -> None:
    ids = {row["message_id"] for row in ran.account()}
    for role in ROLES:
        lines = ran.log(role)
        assert {line["node"] for line in lines} == {role}
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}[+-]\d\d:\d\d", line["time"]) for line in lines)
        assert {line["level"] for line in lines} == {"INFO"}
        assert [line["event"] for line in (lines[0], lines[-1])] == ["started", "ended"]
        assert {line["message_id"] for line in lines if "message_id" in line} == ids
        assert all("correlation_id" in line and "recipient" in line for line in lines if "message_id" in line)
    receipts = {exchange.answer_id for exchange in ran.record.exchanges if exchange.operation == "deliverSecure"}
    logged = {line["receipt"] for line in ran.log("verksamhetssystem") if "receipt" in line}
    assert logged == receipts


def test_no_log_names_a_recipient_or_holds_a_body(ran: Ran) -> None:
    said = [text for _, _, text in TEXTS.values()]
    for role in ROLES:
        text = (ran.sending / f"{role}.log").read_text(encoding="utf-8")
        assert personal.shaped(text) == ()
        assert not any(number in text or number[2:] in text for number in NUMBERS)
        assert not any(sentence in text for sentence in said)
        assert len({line["recipient"] for line in ran.log(role) if "recipient" in line}) > 1


def test_nothing_personal_outside_the_test_persons_and_no_content_is_in_any_byte_written(ran: Ran) -> None:
    report = judge_records([ran.record], shipped_or(None))
    (ran.folder / "report.html").write_text(html_report(report, "sv"), encoding="utf-8")
    (ran.folder / "data.json").write_text(data_report(report), encoding="utf-8")
    looked_at = 0
    texts = [text.encode("utf-8") for _, _, text in TEXTS.values()]
    wanted = [*texts, *(text.decode("utf-8").encode("utf-16-le") for text in texts), b"%PDF", b"PRIVATE KEY"]
    wanted += [base64_inside(text) for text in (*texts, b"%PDF-1.4\n1 0 obj")]
    handed_over = {"utskick", "arkiv"}  # samples of PDF files, which the example has before anything is sent
    for path in sorted(ran.folder.rglob("*")):
        if path.is_file() and path.parent.name not in handed_over:
            data = path.read_bytes()
            looked_at += 1
            assert not [needle for needle in wanted if needle in data], path
            text = data.decode("latin-1")
            assert {text[start:end] for start, end in personal.shaped(text)} <= NUMBERS, path
    assert looked_at > 80


def base64_inside(text: bytes) -> bytes:
    """A stretch of the base64 of it that starts at its first byte, as an attachment or a body would carry it."""
    return b64encode(text[: len(text) // 3 * 3])[:40]


def test_the_grep_would_have_found_a_body() -> None:
    text = next(iter(TEXTS.values()))[2].encode("utf-8")
    assert base64_inside(text) in b64encode(text)
    assert b64decode(base64_inside(text)) == text[:30]


def test_a_fault_is_treated_by_its_range_and_every_letter_is_accounted_for(tmp_path: Path) -> None:
    ways = {
        "sane": ("delivered", "digital"),
        "far-not-registered": ("paper", "paper"),
        "far-opted-out": ("paper", "paper"),
        "far-pending": ("paper", "paper"),
        "far-anonymous": ("paper", "paper"),
        "far-no-supplier": ("paper", "paper"),
        "far-missing": ("paper", "paper"),
        "not-delivered": ("paper", "paper"),
        "several-statuses": ("paper", "paper"),
        "fault-technical": ("pending", ""),
        "fault-application": ("failed", ""),
    }
    found = run(tmp_path, ways=tuple(ways))
    got = [(row["outcome"], row["channel"]) for row in found.account()]
    assert got == [*ways.values(), ("paper", "paper")]
    tried = [e.attributions[0].scenario for e in found.record.exchanges if e.operation == "deliverSecure"]
    assert tried.count("fault-technical") == 3  # again later, the same message
    assert tried.count("fault-application") == 1  # never again
    faults = {line.get("receipt") for line in found.log("formedlare") if line["event"] == "delivery_failed"}
    assert faults == {e.answer_id for e in found.record.exchanges if e.fault_code is not None}
    told = [line["level"] for line in found.log("verksamhetssystem") if line["event"] == "accounted"]
    assert told.count("ERROR") == 2


LED = ("answer-lost", "fault-5004", "far-not-registered", "far-other-operator", "refuse")


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """After the ordinary order the system has been led through some scenarios."""
    return run(tmp_path_factory.mktemp("led"), scenarios=LED, timeout=1.0)


def test_a_system_that_takes_orders_lives_until_it_is_told_to_end(led: Ran) -> None:
    assert led.exercise.exercised.exits == dict.fromkeys(ROLES, 0)
    assert not list(led.sending.glob("*.out"))
    orders = led.sending / "uppdrag"
    assert not open_orders(orders)
    handled = {path.stem for path in (orders / "klara").iterdir()}
    assert {"ordinarie", "k1", "r1", "r1-2", "k2", "r2", "k3"} <= handled
    assert not list(led.sending.rglob("*.part"))


def test_a_message_of_any_order_stands_in_the_account_with_a_case_of_its_own(led: Ran) -> None:
    rows = led.account()
    ordered = [read_order(path) for path in (led.sending / "uppdrag" / "klara").iterdir()]
    assert len(rows) == sum(map(len, ordered))
    assert len({row["case"] for row in rows}) == len({row["message_id"] for row in rows}) == len(rows)
    assert [row["outcome"] for row in rows[: len(WAYS) + 1]] == ["delivered"] * 6 + ["paper"] * 4
    persons = {one.scenario: one.persons for one in led.record.performances}
    said = {scenario: [row for row in rows if row["person"] == persons[scenario][0]] for scenario in LED}
    told = {scenario: {(row["outcome"], row["channel"], row["told"]) for row in said[scenario]} for scenario in LED}
    assert told == {
        "answer-lost": {("unknown", "", True)},
        "fault-5004": {("delivered", "digital", False)},
        "far-not-registered": {("paper", "paper", False)},
        "far-other-operator": {("delivered", "digital", False)},
        "refuse": {("delivered", "digital", False)},
    }
    assert len(said["far-other-operator"]) == 2


def test_each_scenario_is_told_as_it_was_performed(led: Ran) -> None:
    last = {one.scenario: one for one in led.record.performances}
    assert set(last) == {*LED, "sane"}
    assert {(one.controlled, one.how_ended, one.unseen) for one in last.values()} == {("delivered", "quiet", "")}
    assert all(one.recovered for one in last.values())
    assert [row.outcome for row in last["refuse"].account] == ["pending", "delivered"]


OUTCOME = r'"message_id": ?"(?P<message>[^"]+)".*"outcome": ?"(?P<outcome>[^"]+)"'
REFUSED = r'"message_id": ?"(?P<message>[^"]+)".*"call_id": ?"(?P<answer>[^"]+)"'


def test_the_formedlare_s_log_read_by_patterns_accounts_for_every_message_as_the_account_itself(led: Ran) -> None:
    source = AccountSource(
        log="formedlare", format="log", patterns=(OUTCOME, REFUSED), words=account_source(Path()).words
    )
    exchanges = {one.id: one for one in led.record.exchanges}
    reading = Reading(source, "formedlare", tuple(NUMBERS), "en", Links(exchanges))
    rows = read_log((led.sending / "formedlare.log").read_bytes(), reading, led.record.performances[0].started)
    account = {row["message_id"]: (row["person"], row["outcome"]) for row in led.account()}
    delivered = {message for one in exchanges.values() for message in message_ids(one)}
    assert {row.message: (row.person, row.outcome) for row in rows} == {one: account[one] for one in delivered}
    assert len(rows) == len(delivered) > 10
    assert {row.outcome for row in rows} >= {"delivered", "unknown"}
    on_paper = {person for person, outcome in account.values() if outcome == "paper"}
    assert not on_paper & reading.links.named, "whom FaR knows nobody by is never sent to: the log alone cannot tell"


def test_no_log_names_a_recipient_when_things_go_wrong_either(led: Ran) -> None:
    for role in ROLES:
        text = (led.sending / f"{role}.log").read_text(encoding="utf-8")
        assert personal.shaped(text) == ()
        assert not any(number in text or number[2:] in text for number in NUMBERS)
    assert {line["level"] for line in led.log("formedlare")} == {"INFO", "WARNING", "ERROR"}


def test_the_demo_performs_eight_scenarios_and_those_of_its_defects_or_all() -> None:
    assert performed((), full=False) == EIGHT
    assert len(EIGHT) == 8
    found = performed(("tls-1.0", "send-expands-entities", "statement-missing:12-7"), full=False)
    assert found == (*EIGHT, "xml-external-entity", "xml-entity")
    assert performed(("send-expands-entities",), full=True) == tuple(load_scenarios())
    natures = {load_scenarios()[scenario].nature for scenario in EIGHT}
    assert natures == {"uncertain", "permanent", "temporary", "paper", "unauthenticated"}


def test_an_order_is_a_file_that_comes_whole_and_is_put_away_once_dealt_with(tmp_path: Path) -> None:
    drop(tmp_path, "b", ["189001019802"])
    drop(tmp_path, "a", ["189001019810", "189001019802"])
    (tmp_path / "c.part").write_text("{", encoding="utf-8")
    assert [path.name for path in open_orders(tmp_path)] == ["a.json", "b.json"]
    assert read_order(tmp_path / "a.json") == ["189001019810", "189001019802"]
    put_away(tmp_path / "a.json")
    assert [path.name for path in open_orders(tmp_path)] == ["b.json"]
    assert not told_to_end(tmp_path)
    tell_to_end(tmp_path)
    assert told_to_end(tmp_path)


def test_when_far_fails_nothing_is_sent_and_everything_is_pending(tmp_path: Path) -> None:
    found = run(tmp_path, ways=("sane", "far-technical-fault"))
    assert {row["outcome"] for row in found.account()} == {"pending"}
    assert [exchange.operation for exchange in found.record.exchanges] == ["isReachable"] * 3


def test_the_exercise_leaves_no_thread_no_process_and_no_socket(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    sockets = open_sockets()
    run(tmp_path, ways=("sane",))
    assert set(threading.enumerate()) == before
    assert open_sockets() == sockets
    assert children() == set()


def open_sockets() -> int:
    if sys.platform != "linux":
        pytest.skip("only Linux shows the open files of a process as files")
    links = (Path(f"/proc/self/fd/{fd}") for fd in (path.name for path in Path("/proc/self/fd").iterdir()))
    return sum("socket" in str(link.readlink()) for link in links if link.is_symlink())


def children() -> set[str]:
    return set(Path("/proc/self/task").joinpath(str(threading.get_native_id()), "children").read_text().split())


def test_processes_that_hang_are_ended_by_their_own_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    plan = planned()
    with started(plan, tmp_path / "chain", utc_now()) as path, silent_far() as url:
        acting = DemoExercise(plan, tmp_path / "chain", seconds=4.0)
        monkeypatch.setattr("readiness.stage.stage.Stage.url", lambda *_: url)
        look(path, tmp_path, acting)
    assert set(acting.exercised.exits.values()) <= {0, 3}
    assert 3 in acting.exercised.exits.values()
    assert time.monotonic() - began < 30
    rows = json.loads(acting.exercised.account.read_text(encoding="utf-8"))
    assert {row["outcome"] for row in rows} <= {"working", "unknown"}


@contextmanager
def silent_far() -> Iterator[str]:
    """The URL of a port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"https://localhost:{listener.getsockname()[1]}/"


def test_every_quirk_is_a_built_in_defect_and_the_other_way() -> None:
    named = {defect.name.removeprefix("send-") for defect in OF_LETTERS}
    assert named == set(letter_quirks.QUIRKS) | {"delivers-in-version-2"}
    assert set(old_hello.HELLOS) <= {defect.name.removeprefix("send-") for defect in OF_SENDING}


def test_the_numbers_of_the_register_are_of_the_series_for_tests() -> None:
    numbers = list(zip(range(1001), exercise._test_series(), strict=False))
    assert len({number for _, number in numbers}) == 1001
    assert {personal.spans(number) for _, number in numbers} == {()}
    assert {personal.shaped(number) for _, number in numbers} == {((0, 12),)}

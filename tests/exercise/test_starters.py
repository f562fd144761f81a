"""The sending system is asked to send by a command, by an HTTP call, or by a person at a terminal."""

import asyncio
import csv
import json
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from readiness.errors import UsageError
from readiness.exercise.starters import CommandStarter, HttpStarter, PersonStarter, Row, enter, table
from readiness.exercise.web import Web
from readiness.model import Reason
from readiness.probe import CannotObserve
from tests.exercise.web_stand import answers, web
from tests.stage.standing import eventually

ROWS = [Row("189001019802", "sane", "beslut"), Row("189112299816", "http-500")]


def command(tmp_path, code, *arguments):
    return CommandStarter((sys.executable, "-c", code, *arguments), tmp_path, tmp_path)


def test_a_command_gets_the_path_of_the_table_and_the_name_of_the_order(tmp_path):
    code = "import sys, shutil; shutil.copy(sys.argv[1], sys.argv[2])"
    (tmp_path / "å b").mkdir()
    starter = CommandStarter((sys.executable, "-c", code, "{persons}", "got-{round}"), tmp_path, tmp_path / "å b")

    async def go():
        await starter.order("r2", ROWS)
        await asyncio.to_thread(eventually, (tmp_path / "got-r2").exists, 10)
        await starter.close()

    asyncio.run(go())
    written = list(csv.DictReader((tmp_path / "å b" / "persons-r2.csv").read_text("utf-8").splitlines()))
    assert [(row["person"], row["scenario"], row["message_type"]) for row in written] == [
        ("189001019802", "sane", "beslut"),
        ("189112299816", "http-500", ""),
    ]


def test_a_command_that_fails_is_told_and_one_that_goes_on_is_stopped(tmp_path):
    async def go():
        failing, lasting, ended = (
            command(tmp_path, code) for code in ("raise SystemExit(7)", "import time; time.sleep(600)", "")
        )
        for starter in (failing, lasting, ended):
            assert starter.failed() == ""
            await starter.order("r1", ROWS)
        await asyncio.to_thread(eventually, lambda: "code 7" in failing.failed(), 10)
        started = time.monotonic()
        await lasting.close()
        assert time.monotonic() - started < 10
        await asyncio.sleep(0.3)
        assert ended.failed() == ""
        with pytest.raises(CannotObserve) as error:
            await CommandStarter(("finns-inte-alls",), tmp_path, tmp_path).order("r1", ROWS)
        assert error.value.unseen.reason is Reason.NOT_CONFIGURED

    asyncio.run(go())


def test_an_order_is_posted_as_json():
    with web(answers(200)) as stand:
        starter = HttpStarter(f"{stand.url}/skicka", Web())
        asyncio.run(starter.order("r1", ROWS))
        asyncio.run(starter.close())
    ((method, path, body),) = stand.asked
    assert (method, path, starter.failed()) == ("POST", "/skicka", "")
    said = json.loads(body)
    assert said["round"] == "r1"
    assert said["persons"][0] == {"person": "189001019802", "scenario": "sane", "message_type": "beslut"}


def test_a_person_is_shown_the_table_and_waited_for():
    shown, pressed = [], []

    async def wait():
        pressed.append(len(shown))

    asyncio.run(PersonStarter("sv", shown.append, wait).order("r1", ROWS))
    assert "189112299816" in shown[0]
    assert "http-500" in shown[0]
    assert pressed == [1]


def test_without_a_terminal_nobody_is_waited_for(monkeypatch):
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        for lang, said in (("sv", "terminal"), ("en", "[sending_system.start]")):
            with pytest.raises(UsageError, match="url") as error:
                PersonStarter(lang, print)
            assert said in str(error.value)


def test_enter_is_waited_for_and_a_line_is_enough(monkeypatch):
    reading, writing = os.pipe()
    with os.fdopen(reading) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        timer = threading.Timer(0.2, os.write, (writing, b"klart\n"))
        timer.start()
        started = time.monotonic()
        asyncio.run(enter())
        assert time.monotonic() - started >= 0.15
        timer.join()
    os.close(writing)


def test_the_table_is_csv_whatever_stands_in_it():
    assert list(csv.reader(table([Row("1", 'a,"b"', "å")]).splitlines()))[1] == ["1", 'a,"b"', "å"]

"""The script that sets everything up: what it says when it cannot, and that it does it once."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def start(tmp_path):
    """start.py as if the checkout were an empty folder with the two files that the set-up reads."""
    spec = importlib.util.spec_from_file_location("start_under_test", ROOT / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text("", "utf-8")
    module.HERE, module.VENV = tmp_path, tmp_path / ".venv"
    module.BIN = module.VENV / "bin"
    module.PYTHON = module.BIN / "python"
    return module


def test_without_a_command_it_says_what_there_is(start, capsys):
    assert start.main([]) == 2
    assert "python3 start.py demo" in capsys.readouterr().out


def test_where_venv_is_missing_it_says_what_to_install(start, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert start.main(["demo"]) == 2
    assert "sudo apt install python3." in capsys.readouterr().err
    assert not start.VENV.exists()


def test_an_old_python_is_refused_by_name(start, monkeypatch, capsys):
    monkeypatch.setattr(start, "OLDEST", (9, 9))
    assert start.main(["demo"]) == 2
    assert "Python 9.9 or newer is needed" in capsys.readouterr().err


def test_what_is_set_up_is_not_set_up_again_until_the_lock_changes(start, monkeypatch):
    start.BIN.mkdir(parents=True)
    start.PYTHON.write_text("", "utf-8")
    ran = []
    done = subprocess.CompletedProcess([], 0)
    monkeypatch.setattr(start.subprocess, "run", lambda command, **_: ran.append(command) or done)
    assert start.set_up("requirements.txt") == ""
    assert len(ran) == 2
    assert start.set_up("requirements.txt") == ""
    assert len(ran) == 2
    (start.HERE / "requirements.txt").write_text("more", "utf-8")
    assert start.set_up("requirements.txt") == ""
    assert len(ran) == 4


def test_a_failing_installation_is_told_and_not_remembered(start, monkeypatch):
    start.BIN.mkdir(parents=True)
    start.PYTHON.write_text("", "utf-8")
    monkeypatch.setattr(start.subprocess, "run", lambda command, **_: subprocess.CompletedProcess([], 1))
    assert "failed" in start.set_up("requirements.txt")
    assert "failed" in start.set_up("requirements.txt")


def test_ci_calls_the_command_of_the_readme():
    assert "python3 start.py test" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "python3 start.py test" in (ROOT / "README.md").read_text("utf-8")

"""What is shipped: wheel and sdist carry all packages and all data, and a wheel runs where there is no checkout."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("readiness", "probes", "checklists")
PROGRAM = Path("Scripts/mm-readiness.exe" if sys.platform == "win32" else "bin/mm-readiness")
PYTHON = Path("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("packaging")]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sdist, and the wheel built from it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.tar.gz")), next(out.glob("*.whl"))


def files_of(package):
    """Every file of a package in the checkout, by its path from the root."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_carries_every_file_of_the_packages_and_nothing_else(built):
    with zipfile.ZipFile(built[1]) as wheel:
        found = {name for name in wheel.namelist() if ".dist-info/" not in name}
    wanted = set().union(*map(files_of, PACKAGES))
    assert found == wanted
    assert len(wanted) > 60


def test_the_sdist_carries_what_is_needed_to_build_and_test(built):
    with tarfile.open(built[0]) as sdist:
        found = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = set().union(*map(files_of, PACKAGES)) | {
        "start.py",
        "README.md",
        "LICENSE",
        "pyproject.toml",
        "tests/conftest.py",
    }
    assert wanted <= found
    assert not [name for name in found if "node_modules" in name or name.startswith(".venv")]


def test_the_wheel_runs_the_demo_in_an_empty_environment_outside_the_checkout(built, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    pip = [str(tmp_path / "env" / PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    lock = ["--require-hashes", "--requirement", str(ROOT / "requirements.txt")]
    for arguments in (lock, ["--no-deps", str(built[1])]):
        done = subprocess.run([*pip, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(tmp_path / "env" / PROGRAM), "demo", "--out", "out"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    assert (tmp_path / "out" / "report.html").stat().st_size > 100_000
    assert "Åtgärda först" in done.stdout

"""Set everything up, and run: `python3 start.py demo`, `python3 start.py test`, or any other mm-readiness command.

Set-up means a virtual environment in .venv with the locked dependencies (hashes checked); it is made once and again
when the lock changes. Standard library only, Linux, macOS and Windows.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    """Set up what the command needs, run it, and give its exit code."""
    if not arguments:
        print(__doc__)
        return 2
    if sys.version_info < OLDEST:
        return refuse(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
    testing = arguments[0] == "test"
    if problem := set_up("requirements-dev.txt" if testing else "requirements.txt"):
        return refuse(problem)
    if testing:
        command = [str(PYTHON), "-m", "pytest", *(arguments[1:] or ["-n", "auto", "--dist", "worksteal"])]
        return subprocess.run(command, cwd=HERE, check=False).returncode
    return subprocess.run([str(PYTHON), "-m", "readiness", *arguments], check=False).returncode


def set_up(lock: str) -> str:
    """Make the environment, unless it is there; what is wrong, in words, or nothing."""
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in (lock, "pyproject.toml"))).hexdigest()
    stamp = VENV / f"set-up-{lock}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return ""
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it
        import venv
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return f"Python's venv is not installed. On Debian or Ubuntu: sudo apt install python{version}-venv"
    print(f"Setting up {VENV} (once) ...", file=sys.stderr, flush=True)
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = [
        [*pip, "--require-hashes", "--requirement", str(HERE / lock)],
        [*pip, "--no-deps", "--no-build-isolation", "--editable", str(HERE)],
    ]
    for step in steps:
        if subprocess.run(step, check=False).returncode:
            return "Installing the dependencies failed; what pip said stands above."
    stamp.write_text(wanted, encoding="utf-8")
    print(f"Done. The program is {BIN / 'mm-readiness'}; start.py runs it with the same commands.", file=sys.stderr)
    return ""


def refuse(why: str) -> int:
    """Say what is wrong, and the exit code for it."""
    print(why, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Does a test notice every small change to what decides a grade? Ends with 1 if one goes unnoticed without a reason.

`python benchmarks/mutation/run.py [--jobs N] [MODULE ...]`. Works in a copy of the checkout that is removed again.
Each mutant is judged in a process of its own, which imports the changed module and stops at the first failing test.
Left out: which changes are made (`edits`), and why a survivor does no harm (`survivors.toml`).
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import importlib.machinery
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import tomllib
import types
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from edits import Edit, Members, edits, members_of

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
COPIED = ("readiness", "probes", "checklists", "tests", "pyproject.toml")
LEFT_BEHIND = shutil.ignore_patterns("node_modules", "__pycache__", ".*")
# The tests that speak of a module, those that fail soonest first.
TESTS = {
    "model": ("model", "judge", "predicates", "report", "union", "deviations", "checklist", "shipped_rules"),
    "predicates": ("predicates", "checklist", "shipped_rules"),
    "judge": ("judge", "examples", "checklist", "shipped_rules"),
    "union": ("union", "judge"),
    "checklist": ("checklist", "shipped_rules"),
    "rules": ("checklist", "examples", "shipped_rules"),
    "rule_faults": ("checklist", "shipped_rules"),
    "examples": ("examples", "checklist", "shipped_rules"),
    "deviations": ("deviations",),
    "report": ("report", "model"),
}
# Read once before the processes part; nothing of ours is among them.
AHEAD = ("pytest", "cryptography.x509", "OpenSSL.crypto", "asyncio", "tomllib", "hashlib")
# pytest is started again in the same process, where its plugin is loaded already.
PYTEST = ("-xq", "-ppytest_timeout", "-pno:cacheprovider", "-Wignore::pytest.PytestAssertRewriteWarning")
DEADLINE = 60.0  # seconds for one mutant; one that runs longer is noticed
KILLED = 1


class Mutant(NamedTuple):
    """One edit of one module, by its number; `where`, `was` and `becomes` tell people which."""

    module: str
    number: int
    line: int
    where: str
    was: str
    becomes: str

    @property
    def name(self) -> tuple[str, str, str]:
        """What `survivors.toml` knows it by: line numbers move, this does not."""
        return f"{self.module}.{self.where}", self.was, self.becomes


class Reason(NamedTuple):
    """Why a survivor does no harm; `times` where the same change is made in several places of one function."""

    where: str
    was: str
    becomes: str
    reason: str
    times: int = 1

    @property
    def name(self) -> tuple[str, str, str]:
        """As of a mutant."""
        return self.where, self.was, self.becomes


def main() -> int:
    """Make every mutant, try it, print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(TESTS)}; default: all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    modules = [name for name in TESTS if name in chosen.modules] if chosen.modules else list(TESTS)
    if set(chosen.modules) - set(TESTS):
        parser.error(f"no such module: {', '.join(sorted(set(chosen.modules) - set(TESTS)))}")
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        for name in COPIED:
            source, copy = CHECKOUT / name, Path(folder) / name
            shutil.copytree(source, copy, ignore=LEFT_BEHIND) if source.is_dir() else shutil.copy(source, copy)
        with contextlib.chdir(folder):
            for name in AHEAD:
                importlib.import_module(name)
            if broken := [module for module in modules if _tried(module, None) == KILLED]:
                print(f"the tests of {', '.join(broken)} fail without any change; mend that first")
                return 1
            mutants = [mutant for module in modules for mutant in mutants_of(module)]
            survivors = [mutants[number] for number in _surviving(mutants, chosen.jobs)]
    return report(modules, mutants, survivors, time.monotonic() - start)


def mutants_of(module: str) -> list[Mutant]:
    """Every mutant of a module of the copy, in the order of its source."""
    return [
        Mutant(module, number, edit.line, edit.where, edit.was, edit.becomes)
        for number, edit in enumerate(_edits(module)[1])
    ]


def report(modules: Sequence[str], mutants: Sequence[Mutant], survivors: Sequence[Mutant], seconds: float) -> int:
    """Print figures, and each survivor with its reason; 1 if a reason is missing, or stands for nothing."""
    reasons = {row.name: row for row in _reasons() if row.where.split(".")[0] in modules}
    counted = Counter(mutant.name for mutant in survivors)
    unlisted = [m for m in survivors if m.name not in reasons or counted[m.name] > reasons[m.name].times]
    stale = [row for row in reasons.values() if counted[row.name] < row.times]
    for mutant in survivors:
        print(f"{mutant.module}.py:{mutant.line} {mutant.where}: {mutant.was}  ->  {mutant.becomes}")
        print(f"    {'NO REASON GIVEN' if mutant in unlisted else reasons[mutant.name].reason}")
    for row in stale:
        print(f"survivors.toml lists {row.where}: {row.was}  ->  {row.becomes}, {row.times} times: killed or gone")
    print(f"\n{'module':12}{'mutants':>9}{'killed':>9}{'survive':>9}{'unlisted':>10}")
    for name in (*modules, "all"):
        made, alive, open_ = (
            sum(name in {mutant.module, "all"} for mutant in rows) for rows in (mutants, survivors, unlisted)
        )
        print(f"{name:12}{made:9}{made - alive:9}{alive:9}{open_:10}")
    print(f"{seconds:.0f} s; " + (f"{len(stale)} reasons stand for nothing" if stale else "every reason is needed"))
    return int(bool(unlisted or stale))


def _reasons() -> list[Reason]:
    rows = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8")).get("survivor", [])
    return [Reason(**row) for row in rows]


def _path(module: str) -> Path:
    return Path("readiness") / f"{module}.py"


def _edits(module: str) -> tuple[ast.Module, list[Edit]]:
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    return tree, edits(tree, _members())


def _members() -> Members:
    return members_of(*(ast.parse(_path(name).read_text(encoding="utf-8")) for name in ("model", "report")))


# -- Trying mutants ----------------------------------------------------------------------------------------------------


def _surviving(mutants: Sequence[Mutant], jobs: int) -> list[int]:
    """The positions of the mutants that no test noticed."""
    waiting = iter(range(len(mutants)))
    running: dict[BaseProcess, tuple[int, float]] = {}
    alive: list[int] = []
    done = 0
    while True:
        while len(running) < jobs and (position := next(waiting, None)) is not None:
            running[_start(mutants[position].module, mutants[position].number)] = (position, time.monotonic())
        if not running:
            return sorted(alive)
        wait([process.sentinel for process in running], timeout=1.0)
        for process, (position, since) in list(running.items()):
            if process.is_alive() and time.monotonic() - since < DEADLINE:
                continue
            if process.is_alive():
                print(f"past {DEADLINE:.0f} s: {' '.join(mutants[position].name)}", file=sys.stderr, flush=True)
            process.kill()
            process.join()
            del running[process]
            done += 1
            if process.exitcode == 0:
                alive.append(position)
                print("alive:", *mutants[position].name, file=sys.stderr, flush=True)
            if done % 100 == 0:
                print(f"{done} of {len(mutants)} tried", file=sys.stderr, flush=True)


def _tried(module: str, number: int | None) -> int | None:
    process = _start(module, number)
    process.join(DEADLINE)
    process.kill()
    process.join()
    return KILLED if process.exitcode else 0


def _start(module: str, number: int | None) -> BaseProcess:
    """A process that has everything but our own modules. Where the system cannot fork, it starts afresh, slowly."""
    methods = multiprocessing.get_all_start_methods()
    process = multiprocessing.get_context("fork" if "fork" in methods else "spawn").Process(
        target=_try, args=(module, number, str(Path.cwd()))
    )
    process.start()
    return process


def _try(module: str, number: int | None, folder: str) -> None:
    """Run the tests of a module with one edit made; exit code 0 when none of them fails."""
    os.chdir(folder)
    import pytest

    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.path.insert(0, folder)
    if number is not None:
        tree, changes = _edits(module)
        changes[number].make()
        sys.meta_path.insert(0, _Changed(f"readiness.{module}", folder, ast.fix_missing_locations(tree)))
    for test in TESTS[module]:
        path = Path("tests") / f"test_{test}.py"
        if pytest.main([*PYTEST, str(path)]):
            os._exit(KILLED)
    os._exit(0)


class _Changed(importlib.machinery.SourceFileLoader):
    """Finds one module, and gives it a changed tree instead of its file."""

    def __init__(self, name: str, folder: str, tree: ast.Module) -> None:
        super().__init__(name, str(Path(folder) / "readiness" / f"{name.split('.')[1]}.py"))
        self.tree = tree

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Only the module that is changed is found here."""
        return importlib.machinery.ModuleSpec(name, self, origin=self.path) if name == self.name else None

    def get_code(self, _fullname: str) -> types.CodeType:
        """The changed tree, compiled."""
        return compile(self.tree, self.path, "exec")


if __name__ == "__main__":
    sys.exit(main())

"""What several commands do: look, judge, write, show, and exit as the report says."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from readiness.errors import UsageError
from readiness.options import INTERRUPTED
from readiness.texts import say

if TYPE_CHECKING:
    from readiness.report import Report
    from readiness.run import Looking


PACE = ("scan_connections", "scan_at_a_time", "scan_pause")
"""How an endpoint is scanned, by the names of `Limits`; where nothing is scanned, nobody says."""


def run_folder(out: Path | None, *, force: bool) -> Path:
    """The folder that a run writes to, made."""
    from readiness.output import run_folder
    from readiness.run import utc_now

    return run_folder(out, utc_now(), force=force)


def looking(lang: str, limits: dict[str, Any], *, quiet: bool = False) -> Looking:
    """How to look, by the options of LOOKING; progress and questions on a terminal only."""
    from readiness.probe import Limits
    from readiness.run import Looking

    return Looking(
        Limits(
            total=limits["jobs"],
            per_host=limits["jobs_per_host"],
            deadline=limits["deadline"],
            **{name: limits[name] for name in PACE if name in limits},
        ),
        contract=limits["contract"],
        progress=_progress(lang) if not quiet and sys.stderr.isatty() else None,
        prompt=(lambda name: str(click.prompt(name, hide_input=True, err=True))) if sys.stdin.isatty() else None,
    )


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Say what to give instead where a file cannot be written there."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be written to ({error.strerror}). Give a file that you may write.") from error


def ids(said: str) -> tuple[str, ...]:
    """The ids of a list with commas."""
    return tuple(filter(None, (one.strip() for one in said.split(","))))


def told(text: str) -> None:
    """Tell whoever sits there, beside what is printed."""
    click.echo(text, err=True)


def line(text: str) -> None:
    """One line of progress, over the one before."""
    width = shutil.get_terminal_size().columns
    click.echo(f"\r{text[: width - 1]:{width - 1}}\r", nl=False, err=True)


def _progress(lang: str) -> Callable[[int, int, str], None]:
    def show(done: int, total: int, name: str) -> None:
        line(f"{say(lang, 'command.looking')} {done}/{total} {name}" if done < total else "")

    return show


def look_and_judge(
    profile: Path, out: Path | None, lang: str, limits: dict[str, Any], *, as_json: bool, force: bool, **judging: Any
) -> None:
    """Look, judge, write and show; and exit as the report says. A wrong profile or checklist leaves no folder."""
    from readiness.dossier.records import read_any
    from readiness.output import write_files
    from readiness.profile import load_profile, read_text
    from readiness.reports.formats import USUAL
    from readiness.reports.helping import written
    from readiness.run import judge_records, observe_profile, shipped_or

    checklist = shipped_or(judging.get("checklists"))
    chain = judging.get("seen_as", lambda whole: whole)(load_profile(profile, lang))
    others = [*judging.get("beside", ()), *(read_any(Path(other.path)) for other in chain.records)]
    folder = run_folder(out, force=force)
    acting = judging.get("acting")
    exercise = acting(folder) if acting else judging.get("exercise")
    record = observe_profile(chain, read_text(profile, lang), folder / "record", looking(lang, limits), exercise)
    judged = judge_records([record, *others], checklist, judging.get("at"), judging.get("part", ""))
    files = written(judged, lang, USUAL)
    write_files(folder, files, force=force)
    show(judged, lang, as_json=as_json)
    for name in files:
        click.echo(say(lang, "command.written", path=folder / name), err=True)
    if judged.interrupted:
        stopped(lang, folder)
    sys.exit(judged.exit_code)


def stopped(lang: str, folder: Path) -> None:
    """Say what is left of a run that somebody stopped, and exit."""
    click.echo(say(lang, "command.stopped", path=folder), err=True)
    sys.exit(INTERRUPTED)


def show(judged: Report, lang: str, *, as_json: bool) -> None:
    """Print a report: as JSON, or as wide as the terminal is."""
    from readiness.reports.data import data_report
    from readiness.reports.terminal import terminal_report

    if as_json:
        click.echo(data_report(judged), nl=False)
        return
    click.echo(terminal_report(judged, lang, terminal_width(), sys.stdout.isatty()), nl=False)


def terminal_width() -> int:
    """How wide to write: as wide as the terminal, within what can be read."""
    return max(40, min(120, shutil.get_terminal_size((100, 24)).columns))

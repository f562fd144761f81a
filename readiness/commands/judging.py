"""Commands that take records and look at nothing: judge, report."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from readiness.commands import _doing as doing
from readiness.errors import UsageError
from readiness.options import ANCHORS, FORCE, JSON, JUDGING, LANG, OUT, options
from readiness.report import PUBLIC
from readiness.reports.formats import FORMATS, USUAL
from readiness.texts import say


@click.command()
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@options(ANCHORS, LANG, JSON, JUDGING)
def judge(
    records: tuple[Path, ...],
    anchors: tuple[Path, ...],
    lang: str,
    as_json: bool,
    checklists: Path | None,
    at: datetime | None,
    part: str | None,
) -> None:
    """Judge records and dossiers, without looking again.

    Several are judged together; the first is the owner's own.
    """
    from readiness.dossier.signature import read_anchors
    from readiness.run import read_and_judge

    report = read_and_judge(records, checklists, at, part or "", read_anchors(anchors, lang))
    doing.show(report, lang, as_json=as_json)
    sys.exit(report.exit_code)


@click.command()
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(FORMATS)),
    help="Which reports [default: html and json].",
)
@click.option(
    "--audience",
    type=click.Choice([PUBLIC]),
    help="Leave out what must not be published: addresses, names, versions, evidence [default: the full report].",
)
@options(ANCHORS, OUT, FORCE, LANG, JUDGING)
def report(
    records: tuple[Path, ...],
    formats: tuple[str, ...],
    audience: str | None,
    anchors: tuple[Path, ...],
    out: Path | None,
    force: bool,
    lang: str,
    checklists: Path | None,
    at: datetime | None,
    part: str | None,
) -> None:
    """Write the reports of one or several records. "--out -" prints one format."""
    from readiness.dossier.signature import read_anchors
    from readiness.output import run_folder, write_files
    from readiness.reports.helping import written
    from readiness.reports.public import public_summary
    from readiness.run import read_and_judge, utc_now

    judged = read_and_judge(records, checklists, at, part or "", read_anchors(anchors, lang))
    files = written(public_summary(judged) if audience else judged, lang, formats or USUAL)
    if str(out) == "-":
        if len(files) != 1:
            raise UsageError("--out - prints one report. Give one --format.")
        click.echo(next(iter(files.values())), nl=False)
    else:
        folder = out or run_folder(None, utc_now(), force=force)
        write_files(folder, files, force=force)
        for name in files:
            click.echo(say(lang, "command.written", path=folder / name), err=True)
    sys.exit(judged.exit_code)

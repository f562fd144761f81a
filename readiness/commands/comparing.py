"""Commands that set runs beside each other: compare, history."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from readiness.commands import _doing as doing
from readiness.errors import UsageError
from readiness.options import ANCHORS, CHECKLISTS, FORCE, JSON, JUDGING, LANG, options
from readiness.texts import say

RUN = click.Path(path_type=Path)


@click.command()
@click.argument("old", type=RUN)
@click.argument("new", type=RUN)
@click.option(
    "--old-checklists", type=RUN, help="Folder of rule files that OLD was judged with [default: those in its dossier]."
)
@options(ANCHORS, LANG, JSON, JUDGING)
def compare(
    old: Path,
    new: Path,
    old_checklists: Path | None,
    anchors: tuple[Path, ...],
    lang: str,
    as_json: bool,
    checklists: Path | None,
    at: datetime | None,
    part: str | None,
) -> None:
    """Tell what differs between two runs, and what made it so.

    OLD and NEW are records, folders of runs or dossiers. --checklists and --at are about NEW.
    """
    from readiness.dossier.faults import DossierError
    from readiness.dossier.signature import read_anchors
    from readiness.history import comparison, comparison_data, comparison_text, inputs
    from readiness.run import shipped_or

    todays, trusted = shipped_or(checklists), read_anchors(anchors, lang)
    runs = []
    for path in (old, new):
        try:
            runs.append(inputs.read_run(path, todays, trusted))
        except DossierError as fault:
            raise UsageError(f"{path}: {fault.text(lang)}") from fault
    earlier, later = runs
    if old_checklists:
        earlier = inputs.judged_by(earlier, shipped_or(old_checklists))
    judged = inputs.judgements(earlier, later, todays, at, part or "", lang)
    found = comparison.compare(judged)
    if as_json:
        click.echo(comparison_data.comparison_data(judged, found, earlier.missing), nl=False)
    else:
        width = doing.terminal_width()
        colour = sys.stdout.isatty()
        text = comparison_text.comparison_text(judged, found, earlier.missing, lang, width, colour=colour)
        click.echo(text, nl=False)
    sys.exit(13 if found.worse else 0)


@click.command()
@click.argument("folder", metavar="DIR", type=RUN)
@click.option("--html", type=RUN, help="Write it as a page to this file.")
@click.option("--rebuild", is_flag=True, help="Judge every run again, and make the store of runs anew.")
@options(CHECKLISTS, FORCE, JSON, LANG)
def history(
    folder: Path, html: Path | None, rebuild: bool, checklists: Path | None, force: bool, as_json: bool, lang: str
) -> None:
    """Show how each risk has gone over the runs that lie in DIR.

    Runs are folders or dossiers, judged by one checklist, each at the time that it was made. What came of them is kept
    in DIR, in mm-readiness-history.sqlite, which may be deleted at any time.
    """
    from readiness.history import gathering, past, past_data, past_page, past_text, store
    from readiness.run import shipped_or
    from readiness.whole_file import replacing

    if html and html.exists() and not force:
        raise UsageError(say(lang, "history.exists", path=html))
    checklist = shipped_or(checklists)
    told = doing.line if sys.stderr.isatty() else str
    found = gathering.gather(
        folder,
        checklist,
        lang,
        rebuild=rebuild,
        progress=lambda name: told(f"{say(lang, 'history.judging')} {name}"),
    )
    told("")
    series, name = past.in_series(found.pasts), folder.resolve().name
    if found.condition in {store.Condition.DAMAGED, store.Condition.NOT_WRITTEN}:
        doing.told(say(lang, f"history.{found.condition}", path=folder / store.FILE))
    if html:
        with doing.writable(html), replacing(html) as file:
            file.write(past_page.past_page(name, series, found, checklist, lang).encode("utf-8"))
        doing.told(say(lang, "command.written", path=html))
    if as_json:
        click.echo(past_data.past_data(series, found, checklist), nl=False)
    else:
        width, colour = doing.terminal_width(), sys.stdout.isatty()
        click.echo(past_text.past_text(name, series, found, checklist, lang, width, colour=colour), nl=False)
    sys.exit(2 if found.refused else 0)

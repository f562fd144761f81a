"""Commands that set runs beside each other: compare."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from readiness.commands import _doing as doing
from readiness.options import ANCHORS, JSON, JUDGING, LANG, options

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
    from readiness.dossier.signature import read_anchors
    from readiness.history import comparison, comparison_data, comparison_text, inputs
    from readiness.run import shipped_or

    todays, trusted = shipped_or(checklists), read_anchors(anchors, lang)
    earlier, later = (inputs.read_run(path, todays, trusted) for path in (old, new))
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
